//! The answers of the two reading calls.

use jiff::Timestamp;

use super::Cursor;
use crate::delivery::{Beside, Rows};

/// A page of messages.
#[derive(Debug)]
pub struct PageAnswer {
    /// When the request was sent: the page's data is at least this old.
    pub asked_at: Timestamp,
    /// The messages, in the order received, and the rows that could not be read.
    pub rows: Rows,
    /// What it contained besides the matches of a search.
    pub beside: Beside,
    /// The page's position in the list.
    pub page: PageData,
    /// The size of the body, uncompressed.
    pub bytes: usize,
    /// The server's clock.
    pub server_date: Option<Timestamp>,
}

impl PageAnswer {
    /// How many of its rows could not be read; in a search, also those without a recipient.
    pub fn unreadable(&self) -> usize {
        self.rows.bad().len().max(self.beside.unreadable)
    }
}

/// A page's position in the list.
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
