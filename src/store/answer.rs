//! What goes into a merge and what comes out of it.

use jiff::Timestamp;

use super::RowNumber;
use crate::delivery::{BatchId, DeliveryError, Status};

/// What kind of answer the rows came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    /// A page of the campaign's messages.
    List,
    /// A page of search results.
    Search,
    /// A page of a batch's messages. Those rows do not name their batch: the request did.
    Batch(BatchId),
    /// One message, read by itself.
    Single,
    /// The answer to a send or a retry.
    Action,
}

/// What a merge did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Messages that were not known before, in the order received.
    pub added: Vec<RowNumber>,
    /// What happened to messages that were known before, in the order received.
    pub changes: Vec<Change>,
    /// Every row with a visible change, including the added ones; each once.
    pub touched: Vec<RowNumber>,
    /// How many rows of the answer could not be read.
    pub bad: usize,
    /// Whether a known message moved in the order, because its creation time changed. Hardly ever true.
    pub reordered: bool,
}

impl Merged {
    /// Whether the answer brought nothing new.
    pub fn is_empty(&self) -> bool {
        self.touched.is_empty()
    }
}

/// A known message has another status than before, or was retried with the same result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The message.
    pub row: RowNumber,
    /// The status before; `None` if it had not been given.
    pub from: Option<Status>,
    /// The status now.
    pub to: Status,
    /// Why it failed, if it did and the API said why.
    pub error: Option<DeliveryError>,
    /// When the answer that showed it was requested.
    pub seen_at: Timestamp,
}
