//! A batch: one uploaded file, and the rows of it that have shown up.

use super::super::dice::{Dice, For};
use super::super::ids::id_text;

/// The status of a batch, as its messages give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator::world) enum BatchStatus {
    Enqueued,
    EnqueuingFailed,
    /// An older batch that was closed: it can no longer be retried.
    Success,
}

impl BatchStatus {
    pub(in crate::simulator::world) fn as_str(self) -> &'static str {
        match self {
            Self::Enqueued => "messages_enqueued",
            Self::EnqueuingFailed => "messages_enqueuing_failed",
            Self::Success => "success",
        }
    }

    pub(in crate::simulator::world) fn allows_retry(self) -> bool {
        self != Self::Success
    }
}

/// A batch and those of its rows that have shown up.
#[derive(Debug)]
pub(in crate::simulator::world) struct Batch {
    pub(in crate::simulator::world) dice: Dice,
    pub(in crate::simulator::world) created: i64,
    pub(in crate::simulator::world) file_name: String,
    pub(in crate::simulator::world) total: u64,
    pub(in crate::simulator::world) status: BatchStatus,
    /// Messages, oldest first, by the key of the batch row.
    pub(in crate::simulator::world) rows: Vec<u32>,
}

impl Batch {
    pub(in crate::simulator::world) fn id(&self) -> String {
        id_text("batch_", self.dice.uuid(For::BatchId, 0))
    }
}
