//! The columns by which batches can be sorted.

use jiff::Timestamp;

use super::classes;
use crate::delivery::Class;
use crate::store::{BatchSummary, Direction};
use crate::tui::shared::{Campaign, Sortable};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum BatchColumn {
    /// The batch's id.
    Batch,
    /// The name of its file.
    File,
    /// When it was uploaded.
    Created,
    /// How many messages it has.
    Rows,
    /// The share of those delivered.
    Delivered,
    Failed,
    /// How many are on the way, overdue or not.
    Open,
}

impl Sortable for BatchColumn {
    fn all() -> &'static [Self] {
        use BatchColumn::{Batch, Created, Delivered, Failed, File, Open, Rows};
        &[Batch, File, Created, Rows, Delivered, Failed, Open]
    }

    fn first() -> Self {
        BatchColumn::Created
    }

    fn name(self) -> &'static str {
        match self {
            BatchColumn::Batch => "batch",
            BatchColumn::File => "file",
            BatchColumn::Created => "created",
            BatchColumn::Rows => "rows",
            BatchColumn::Delivered => "delivered",
            BatchColumn::Failed => "failed",
            BatchColumn::Open => "open",
        }
    }

    fn label(self) -> &'static str {
        if self == BatchColumn::Open { "on the way" } else { self.name() }
    }

    fn usual(self) -> Direction {
        if matches!(self, BatchColumn::Batch | BatchColumn::File) { Direction::Rising } else { Direction::Falling }
    }

    fn words(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (BatchColumn::Batch | BatchColumn::File, Direction::Rising) => "a to z",
            (BatchColumn::Batch | BatchColumn::File, Direction::Falling) => "z to a",
            (BatchColumn::Created, Direction::Rising) => "oldest first",
            (BatchColumn::Created, Direction::Falling) => "newest first",
            (BatchColumn::Delivered, Direction::Rising) => "lowest share first",
            (BatchColumn::Delivered, Direction::Falling) => "highest share first",
            (_, Direction::Rising) => "fewest first",
            (_, Direction::Falling) => "most first",
        }
    }
}

/// Into how many parts a share is divided to be compared.
const SHARES: usize = 1_000_000;

/// What a batch is sorted by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BatchKey<'a> {
    Unreported,
    Text(&'a str),
    Time(Timestamp),
    Number(usize),
}

pub(super) fn batch_key<'a>(campaign: &Campaign, summary: &'a BatchSummary, by: BatchColumn) -> BatchKey<'a> {
    let classes = || classes(campaign, summary);
    match by {
        BatchColumn::Batch => BatchKey::Text(summary.batch.id.as_str()),
        BatchColumn::File => summary.batch.file_name.as_deref().map_or(BatchKey::Unreported, BatchKey::Text),
        BatchColumn::Created => summary.batch.created_at.map_or(BatchKey::Unreported, BatchKey::Time),
        BatchColumn::Rows => BatchKey::Number(summary.total().unwrap_or(summary.loaded)),
        // The share of a part says nothing of the whole.
        BatchColumn::Delivered if !summary.is_whole => BatchKey::Unreported,
        BatchColumn::Delivered => BatchKey::Number(classes()[Class::Delivered] * SHARES / summary.loaded.max(1)),
        BatchColumn::Failed => BatchKey::Number(classes()[Class::Failed]),
        BatchColumn::Open => BatchKey::Number(classes().of(&Class::WAITING)),
    }
}
