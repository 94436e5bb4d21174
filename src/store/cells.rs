//! What a list shows of a message, borrowed from the store.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{RowNumber, Store};
use crate::delivery::{DeliveryError, RetryAdvice, Status};

/// The cells of a row. Making them allocates nothing, except for requested texts.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    /// The latest status; `None` if it was not given.
    pub status: Option<&'a Status>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When its record last changed, according to the API.
    pub updated_at: Option<Timestamp>,
    /// The recipient, as written by the API: in full, so mask it before showing it.
    pub recipient: Option<&'a str>,
    /// Why it failed; `None` unless it has failed and the API said why.
    pub error: Option<&'a DeliveryError>,
    /// Whether it is worth a retry; `None` unless it has failed.
    pub retry: Option<RetryAdvice>,
    /// How many attempts were made, as far as given.
    pub tried: Option<u32>,
    /// The batch's id; `None` for a single send or if it was not given.
    pub batch: Option<&'a str>,
    /// The batch's file name.
    pub file_name: Option<&'a str>,
    /// The text's language.
    pub language: Option<&'a str>,
    /// The template's text with its `{{variables}}`: what a masked screen shows.
    pub template_body: Option<&'a str>,
    /// The template's id; the id of its text if only that was given.
    pub template: Option<&'a str>,
    /// From the newest attempt's start to its delivery, if both were given.
    pub delivered_after: Option<SignedDuration>,
    /// The latest time anywhere in the message.
    pub last_change: Option<Timestamp>,
    /// When the newest answer with this message was requested.
    pub read_at: Timestamp,
    /// Whether it is in the unbroken stretch; an island otherwise.
    pub covered: bool,
    pub(super) store: &'a Store,
    pub(super) row: RowNumber,
}

impl fmt::Debug for Cells<'_> {
    /// Only the row and the status: the rest is personal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Cells({}, {:?})", self.row.index(), self.status)
    }
}

impl Cells<'_> {
    /// The text for a list: when masked, the template's text, so that no value is shown; else the text as sent. Empty
    /// if nothing was given.
    pub fn text(&self, masked: bool) -> String {
        self.store.text(self.row, masked).unwrap_or_default()
    }
}
