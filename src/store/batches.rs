//! Batches and how far their messages are loaded.

use super::Store;
use super::counts::STATUS_COUNT;
use crate::delivery::{Batch, BatchId, believed_total};

/// A batch and how far its messages are loaded. Its messages are counted wherever they were found, because a batch is
/// read through pages of its own, beyond the campaign's stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchSummary {
    /// What is known about the batch.
    pub batch: Batch,
    /// Its loaded messages, including islands, each counted once.
    pub loaded: usize,
    /// Whether these are all its messages. Without a believable total this is unknown: its pages may not show all of
    /// it yet. Counts of an incomplete batch are of a part.
    pub is_whole: bool,
    /// The loaded ones by status, as in [`super::Counts::by_status`].
    pub by_status: [usize; STATUS_COUNT],
    /// The loaded ones that can still change, as in [`super::Counts::open`].
    pub open: usize,
}

impl BatchSummary {
    /// How many messages it has in total, if that can be believed.
    pub fn total(&self) -> Option<usize> {
        believed_total(self.batch.total, self.loaded)
    }
}

impl Store {
    /// The batches that the messages name, newest upload first, those without a time last.
    pub fn batches(&self) -> Vec<BatchSummary> {
        let mut batches: Vec<BatchSummary> = self.columns.batches.numbers().filter_map(|number| self.summary(number)).collect();
        batches.sort_by(|left, right| right.batch.created_at.cmp(&left.batch.created_at).then_with(|| left.batch.id.cmp(&right.batch.id)));
        batches
    }

    /// One batch.
    pub fn batch(&self, id: &BatchId) -> Option<BatchSummary> {
        self.summary(self.columns.batches.find(id.as_str())?)
    }

    fn summary(&self, number: u32) -> Option<BatchSummary> {
        let batch = self.columns.batches.batch(number)?;
        let tally = self.tally.batches.get(number as usize - 1).copied().unwrap_or_default();
        let loaded = tally.by_status.iter().sum();
        let is_whole = believed_total(batch.total, loaded) == Some(loaded);
        Some(BatchSummary { batch, loaded, is_whole, by_status: tally.by_status, open: tally.open })
    }
}
