//! What became of a write: what the client saw decides, and nothing else.

use std::time::Duration;

use jiff::Timestamp;

use super::{ApiError, CallError, CallErrorKind, Explanation};
use crate::delivery::{BatchId, Rows};

/// What became of a write.
#[derive(Debug)]
pub enum WriteOutcome {
    /// Any 2xx, its body readable or not.
    Accepted {
        /// The message as the answer tells it; `None` where the body tells none (a batch's
        /// retry has an empty body) or could not be read.
        rows: Option<Rows>,
        /// What an upload's answer tells.
        upload: Option<UploadAnswer>,
        /// When the request was sent.
        asked_at: Timestamp,
    },
    /// The API, or its front, refused; nothing was done.
    Refused {
        /// The API's code.
        code: Option<String>,
        /// The API's words, or what stands in for them. May hold a recipient's number.
        reason: String,
        /// The trace id that support asks for.
        trace_id: Option<String>,
        /// The HTTP status.
        status: u16,
        /// Too many calls in this second: dropped, and may go again in its turn.
        rate_limited: bool,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// It is proved that nothing reached the server: it may go again.
    NotSent {
        /// Why.
        reason: String,
        /// The same as an error, for its predicates and its explanation.
        error: CallError,
    },
    /// It may have been carried out. Never sent again before somebody looked.
    Unknown {
        /// What was seen.
        reason: String,
        /// The HTTP status, where an answer came.
        status: Option<u16>,
        /// The trace id, where one was told.
        trace_id: Option<String>,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
}

impl WriteOutcome {
    /// What happened, why, and what to do next; `None` when it was accepted.
    pub fn explanation(&self) -> Option<Explanation> {
        match self {
            WriteOutcome::Accepted { .. } => None,
            WriteOutcome::Refused { code, reason, trace_id, status, retry_after, .. } => {
                let error = ApiError { code: code.clone(), message: Some(reason.clone()), kind: None, trace_id: trace_id.clone() };
                let kind = CallErrorKind::Api { status: *status, error };
                Some(CallError { kind, retry_after: *retry_after }.explanation())
            }
            WriteOutcome::NotSent { error, .. } => Some(error.explanation()),
            WriteOutcome::Unknown { reason, trace_id, .. } => Some(Explanation {
                what: "It is not known whether it was carried out".to_owned(),
                why: format!("There was no clear answer: {reason}. Postman may have taken it all the same."),
                next: "It is looked up and never sent again by itself. Sending it again now could send it twice.".to_owned(),
                trace_id: trace_id.clone(),
            }),
        }
    }
}

/// What the answer to an upload tells. Under which names the mistakes of an invalid file are
/// listed is not published, so the body is kept whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadAnswer {
    /// Whether the file was taken; `None` when not told.
    pub is_valid: Option<bool>,
    /// The new batch.
    pub batch: Option<BatchId>,
    /// The body as it came, cleaned.
    pub body: String,
}
