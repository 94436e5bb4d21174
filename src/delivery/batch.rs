//! A batch: the messages of one uploaded file.

use jiff::Timestamp;

use super::BatchId;

/// A batch as the messages in it tell of it: the API has no call that reads one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The name of the uploaded file.
    pub file_name: Option<String>,
    /// The API's word for its state, as it came.
    pub status: Option<String>,
    /// How many messages it has in all.
    pub total: Option<u32>,
    /// When it was uploaded.
    pub created_at: Option<Timestamp>,
}

/// What a batch's own status says about retries in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchRetry {
    /// `messages_enqueued` or `messages_enqueuing_failed`: retries are allowed.
    Allowed,
    /// A status that the reference does not list as allowing it; the server decides.
    Unlikely,
    /// The status was not told; the server decides.
    NotTold,
}

/// Whether a batch in this status takes retries, of single messages or as a whole.
pub fn batch_retry(status: Option<&str>) -> BatchRetry {
    match status {
        Some("messages_enqueued" | "messages_enqueuing_failed") => BatchRetry::Allowed,
        Some(_) => BatchRetry::Unlikely,
        None => BatchRetry::NotTold,
    }
}
