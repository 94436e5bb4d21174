//! The reading of what went to a recipient, for a question.

use jiff::Timestamp;

use super::super::Generation;
use super::Scheduler;
use crate::action::Draft;

/// What went to a recipient is to be read.
#[derive(Debug)]
pub(in super::super) struct RecipientRequest {
    pub generation: Generation,
    /// What is to be sent.
    pub draft: Draft,
    /// When it is read; `None` once it was, or where asking again would be pointless.
    pub read_at: Option<Timestamp>,
    /// How often in a row it could not be read.
    pub unread: u32,
}

impl RecipientRequest {
    /// A reading at the next turn.
    pub fn new(generation: Generation, draft: Draft, now: Timestamp) -> Self {
        Self { generation, draft, read_at: Some(now), unread: 0 }
    }
}

impl Scheduler {
    /// The reading for this request, unless it was withdrawn or replaced.
    pub fn recipient_request(&mut self, generation: Generation) -> Option<&mut RecipientRequest> {
        self.recipient.as_mut().filter(|wanted| wanted.generation == generation)
    }
}
