//! A page to read: help, notices, results, or the last copy.

use crate::tui::Context;

/// The content of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum PageKind {
    /// The help for the context that it was opened from.
    Help(Context),
}

/// An open page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Page {
    /// Its content.
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
