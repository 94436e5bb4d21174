//! What goes into a merge and what comes out of it.

use jiff::Timestamp;

use super::RowNumber;
use crate::delivery::{BatchId, DeliveryError, Status};

/// What kind of answer told the rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    /// A page of the campaign's messages.
    List,
    /// A page of what the server found for a search.
    Search,
    /// A page of a batch's messages. Those rows do not name their batch: the request did.
    Batch(BatchId),
    /// One message, read alone.
    Single,
    /// The answer to a send or a retry.
    Action,
}

/// What a merge did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Messages that were not known before, in the order told.
    pub added: Vec<RowNumber>,
    /// What happened to messages that were known before, in the order told.
    pub changes: Vec<Change>,
    /// Every row of which anything shown is different now, the added ones included; each once.
    pub touched: Vec<RowNumber>,
    /// How many rows of the answer could not be read.
    pub bad: usize,
    /// Whether a known message moved in the order, since its creation time changed. Hardly ever true.
    pub reordered: bool,
}

impl Merged {
    /// Whether the answer told nothing new.
    pub fn is_empty(&self) -> bool {
        self.touched.is_empty()
    }
}

/// A known message has another status than before, or was tried again with the same end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The message.
    pub row: RowNumber,
    /// The status before; `None` where it had not been told.
    pub from: Option<Status>,
    /// The status now.
    pub to: Status,
    /// Why it failed, where it did and the API said why.
    pub error: Option<DeliveryError>,
    /// When the answer that showed it was asked for.
    pub seen_at: Timestamp,
}
