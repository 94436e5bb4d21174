//! The reading for a question: what must be known before something is sent.

use jiff::Timestamp;

use super::super::{Generation, ToPrepare};
use super::Scheduler;

/// What must be known before something is sent is to be read.
#[derive(Debug)]
pub(in super::super) struct PrepareRequest {
    pub generation: Generation,
    /// What is to be sent.
    pub what: ToPrepare,
    /// When it is read; `None` once it was, or where asking again would be pointless.
    pub read_at: Option<Timestamp>,
    /// How often in a row it could not be read.
    pub unread: u32,
}

impl PrepareRequest {
    /// A reading at the next turn.
    pub fn new(generation: Generation, what: ToPrepare, now: Timestamp) -> Self {
        Self { generation, what, read_at: Some(now), unread: 0 }
    }
}

impl Scheduler {
    /// The reading for this request, unless it was withdrawn or replaced.
    pub fn prepare_request(&mut self, generation: Generation) -> Option<&mut PrepareRequest> {
        self.prepare.as_mut().filter(|wanted| wanted.generation == generation)
    }
}
