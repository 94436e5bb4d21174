//! The detail of a message that was opened.

use crate::delivery::MessageId;
use crate::monitor::Generation;
use crate::postman::Explanation;

/// How far the reading of an opened message is. What was known of it stays on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Phase {
    /// The server has been asked.
    Reading,
    /// It answered.
    Read,
    /// It could not be read.
    Failed(Explanation),
}

/// A message that was opened: it has the focus and is kept fresh.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Opened {
    /// Which question was asked for it.
    pub generation: Generation,
    /// The message.
    pub message: MessageId,
    /// How many lines it is scrolled down.
    pub scroll: usize,
    /// How far the reading is.
    pub phase: Phase,
}

impl Opened {
    /// The server's word; answers to older questions are dropped.
    pub fn answered(&mut self, generation: Generation, result: Result<(), Explanation>) {
        if self.generation == generation {
            self.phase = result.map_or_else(Phase::Failed, |()| Phase::Read);
        }
    }
}
