//! How much of the campaign is loaded without a break.

use jiff::Timestamp;

use crate::delivery::MessageId;

/// The unbroken stretch from the newest message backwards, as the one who reads pages knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The oldest message of the stretch; `None` before the first page.
    pub oldest: Option<(Timestamp, MessageId)>,
    /// Whether the stretch goes to the campaign's first message.
    pub complete: bool,
    /// A hole that is still to be read, after a time without reading.
    pub gap: Option<Gap>,
}

/// A hole in the stretch. Its two edges are loaded, what lies strictly between is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The creation time of the oldest message on the newer side.
    pub newer: Timestamp,
    /// The creation time of the newest message on the older side.
    pub older: Timestamp,
}

/// What is loaded, for the figure that stands beside every count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Messages in the unbroken stretch.
    pub loaded: usize,
    /// Messages found by search, in a batch or read alone, outside the stretch.
    pub islands: usize,
    /// Whether the stretch goes to the campaign's first message.
    pub complete: bool,
    /// A hole that is still to be read.
    pub gap: Option<Gap>,
    /// When the newest message of the stretch was created.
    pub newest: Option<Timestamp>,
    /// When the oldest message of the stretch was created.
    pub oldest: Option<Timestamp>,
    /// When a page of the campaign's messages was last asked for with success.
    pub read_at: Option<Timestamp>,
    /// How many rows of all answers so far could not be read.
    pub bad_rows: usize,
}
