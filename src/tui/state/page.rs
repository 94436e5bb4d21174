//! A page to read: the keys, or the notices.

use crate::tui::Context;

/// What stands on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum PageKind {
    /// The keys of the place it was opened from.
    Help(Context),
    /// The notices so far.
    Notices,
    /// What became of the newest run.
    Results,
    /// What was copied last, to be selected by hand.
    Copied,
}

/// A page that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Page {
    /// What stands on it.
    pub kind: PageKind,
    /// How many lines it is scrolled down.
    pub scroll: usize,
}

impl Page {
    /// A page from its first line.
    pub fn new(kind: PageKind) -> Self {
        Self { kind, scroll: 0 }
    }
}
