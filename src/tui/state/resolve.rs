//! What a person can decide about an action with an unknown outcome: read again, it went, it did
//! not.

use super::OpenQuestion;
use crate::state::ActionId;

/// A line of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum ResolveLine {
    /// Read again what it was about.
    LookUp,
    Went,
    DidNot,
}

/// The menu while it is open.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Resolve {
    pub action: ActionId,
    /// What it is, in words, without anything personal.
    pub about: String,
    /// The line with the cursor.
    pub cursor: usize,
    /// The verdict a person is about to give, while that is confirmed: it is recorded for good.
    pub asking: Option<(bool, OpenQuestion)>,
}

impl Resolve {
    /// The lines, top to bottom; the harmless one first.
    pub const LINES: [(ResolveLine, &'static str); 3] = [
        (ResolveLine::LookUp, "look it up again: reads, sends nothing"),
        (ResolveLine::Went, "it was sent: count it as accepted"),
        (ResolveLine::DidNot, "it was not sent: allow a retry"),
    ];

    /// The menu for an action.
    pub fn new(action: ActionId, about: String) -> Self {
        Self { action, about, cursor: 0, asking: None }
    }

    /// The line under the cursor.
    pub fn line(&self) -> ResolveLine {
        Self::LINES.get(self.cursor).map_or(ResolveLine::LookUp, |(line, _)| *line)
    }

    /// Moves the cursor; it stops at the ends.
    pub fn go(&mut self, steps: isize) {
        self.cursor = self.cursor.saturating_add_signed(steps).min(Self::LINES.len() - 1);
    }
}
