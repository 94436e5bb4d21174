//! What a list shows of a message, borrowed from the store.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{RowNumber, Store};
use crate::delivery::{DeliveryError, RetryAdvice, Status};

/// The cells of a row. Making them allocates nothing, except for texts asked for.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    /// The latest status; `None` where it was not told.
    pub status: Option<&'a Status>,
    /// When it was recorded.
    pub created_at: Option<Timestamp>,
    /// When its record last changed, as the API tells it.
    pub updated_at: Option<Timestamp>,
    /// Whom it is for, as the API wrote it: whole, so mask it before it is shown.
    pub recipient: Option<&'a str>,
    /// Why it failed; `None` unless it is in failure and the API said why.
    pub error: Option<&'a DeliveryError>,
    /// Whether a retry can help; `None` unless it is in failure.
    pub retry: Option<RetryAdvice>,
    /// How often it was tried, as far as told.
    pub tried: Option<u32>,
    /// The batch's id; `None` for a single send or where it was not told.
    pub batch: Option<&'a str>,
    /// The batch's file name.
    pub file_name: Option<&'a str>,
    /// The text's language.
    pub language: Option<&'a str>,
    /// The template's text with its `{{variables}}`: what a masked screen shows.
    pub template_body: Option<&'a str>,
    /// The template's id; the id of its text where only that was told.
    pub template: Option<&'a str>,
    /// From the newest attempt's start to its delivery, as far as both were told.
    pub delivered_after: Option<SignedDuration>,
    /// The latest time anywhere in the message.
    pub last_change: Option<Timestamp>,
    /// When the newest answer that told of it was asked for.
    pub read_at: Timestamp,
    /// Whether it is in the unbroken stretch; an island otherwise.
    pub covered: bool,
    pub(super) store: &'a Store,
    pub(super) row: RowNumber,
}

impl fmt::Debug for Cells<'_> {
    /// The row and the status alone: the rest is personal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Cells({}, {:?})", self.row.index(), self.status)
    }
}

impl Cells<'_> {
    /// The text for a list: masked the template's text, so that no value is shown; else the text
    /// as sent. Empty where nothing was told.
    pub fn text(&self, masked: bool) -> String {
        self.store.text(self.row, masked).unwrap_or_default()
    }
}
