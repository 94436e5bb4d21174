//! The detail of an opened message, and where things were opened from.

use super::{FilterChoice, ViewKind};
use crate::delivery::MessageId;
use crate::monitor::Generation;
use crate::postman::Explanation;

/// The phase of loading an opened message. What was already known of it stays on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum DetailPhase {
    /// The server has been asked.
    Reading,
    /// It answered.
    Read,
    /// It could not be loaded.
    Failed(Explanation),
}

/// An opened message: it has the focus and is kept fresh.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct MessageDetail {
    /// The number of the request for it.
    pub generation: Generation,
    pub message: MessageId,
    /// How many lines it is scrolled down.
    pub scroll: usize,
    /// The phase of its loading.
    pub phase: DetailPhase,
    /// Whether it was opened from a line of another view: Esc goes back there, past the list.
    pub is_of_a_line: bool,
}

/// Where something was opened from: Esc goes back to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum OpenedFrom {
    Pane(ViewKind),
    /// The detail of a message.
    Message(MessageId),
}

/// Messages that were opened from elsewhere and replace what the list showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Drilled {
    /// Where they were opened.
    pub from: OpenedFrom,
    /// What the list showed before.
    pub before: FilterChoice,
}

impl OpenedFrom {
    /// The view that it belongs to.
    pub fn view(&self) -> ViewKind {
        match self {
            OpenedFrom::Pane(view) => *view,
            OpenedFrom::Message(_) => ViewKind::Messages,
        }
    }
}

impl MessageDetail {
    /// The server's answer; answers to older requests are dropped.
    pub fn answered(&mut self, generation: Generation, result: Result<(), Explanation>) {
        if self.generation == generation {
            self.phase = result.map_or_else(DetailPhase::Failed, |()| DetailPhase::Read);
        }
    }
}
