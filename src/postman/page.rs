//! What the two reading answers tell.

use jiff::Timestamp;

use super::Cursor;
use crate::delivery::{Beside, Rows};

/// A page of messages.
#[derive(Debug)]
pub struct PageAnswer {
    /// When the request was sent: what the page tells is at least this old.
    pub asked_at: Timestamp,
    /// The messages, in the order told, and the rows that could not be read.
    pub rows: Rows,
    /// What it told beside what was searched; nothing where nothing was.
    pub beside: Beside,
    /// Where the page stands in the list.
    pub page: PageData,
    /// The size of the body, uncompressed.
    pub bytes: usize,
    /// The server's clock.
    pub server_date: Option<Timestamp>,
}

impl PageAnswer {
    /// How many of its rows could not be read, and of a search also those that do not show whom they are for.
    pub fn unreadable(&self) -> usize {
        self.rows.bad().len().max(self.beside.unreadable)
    }
}

/// Where a page stands in the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageData {
    /// Whether there are older messages.
    pub has_next: bool,
    /// Whether there are newer ones.
    pub has_previous: bool,
    /// The cursor of its first message; `None` on an empty page.
    pub start: Option<Cursor>,
    /// The cursor of its last message; `None` on an empty page.
    pub end: Option<Cursor>,
}

/// One message, read by its id.
#[derive(Debug)]
pub struct MessageAnswer {
    /// When the request was sent.
    pub asked_at: Timestamp,
    /// The one message.
    pub rows: Rows,
    /// The server's clock.
    pub server_date: Option<Timestamp>,
}
