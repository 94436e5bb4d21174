//! The batches that a worker reads completely: one for a question, and those whose messages are listed.

use jiff::Timestamp;

use super::super::active_action::BatchPass;
use super::super::{Generation, Purpose};
use super::{Job, Scheduler};
use crate::delivery::BatchId;

/// A batch to be read completely.
#[derive(Debug)]
pub(in super::super) struct BatchRequest {
    pub generation: Generation,
    pub batch: BatchId,
    pub pass: BatchPass,
    /// When its next page is read; `None` if there is nothing more to read.
    pub read_at: Option<Timestamp>,
    /// How often in a row it could not be read.
    pub unread: u32,
}

impl BatchRequest {
    /// A batch to be read from its first page on.
    pub fn new(generation: Generation, batch: BatchId, now: Timestamp) -> Self {
        Self { generation, batch, pass: BatchPass::default(), read_at: Some(now), unread: 0 }
    }
}

impl Scheduler {
    /// The next page of a batch that is loaded to its end. It can take minutes, so everything else that a person asked
    /// for comes first.
    pub(super) fn load(&self, now: Timestamp) -> Option<(Job, Purpose)> {
        let due = self.open_loads().rev().find(|load| load.read_at.is_some_and(|at| at <= now))?;
        Some((Job::Batch(due.generation), Purpose::Batch))
    }

    /// The batches to be loaded, without one that a question has read anyway.
    pub(super) fn open_loads(&self) -> impl DoubleEndedIterator<Item = &BatchRequest> {
        let asked = self.batch.as_ref().filter(|batch| batch.read_at.is_some());
        self.loads.iter().filter(move |load| asked.is_none_or(|asked| asked.batch != load.batch))
    }

    /// Loads a batch to its end, before the others that are. One that is being loaded goes on where it is.
    pub fn load_batch(&mut self, generation: Generation, batch: BatchId, now: Timestamp) {
        let known = self.loads.iter().position(|load| load.batch == batch).map(|index| self.loads.remove(index));
        let load = known.map(|known| BatchRequest { generation, ..known });
        self.loads.push(load.unwrap_or_else(|| BatchRequest::new(generation, batch, now)));
    }

    /// The batch that is read for this request.
    pub fn batch_request(&mut self, generation: Generation) -> Option<&mut BatchRequest> {
        self.batch.iter_mut().chain(&mut self.loads).find(|request| request.generation == generation)
    }
}
