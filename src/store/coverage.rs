//! How much of the campaign is loaded without a break.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::RowNumber;
use super::attempts::NO_TIME;
use super::columns::Columns;
use crate::delivery::MessageId;

/// The unbroken stretch from the newest message backwards, as known to the reader of pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The oldest message of the stretch; `None` before the first page.
    pub oldest: Option<(Timestamp, MessageId)>,
    /// Whether the stretch reaches the campaign's first message.
    pub complete: bool,
    /// A hole that is still to be read, after a time without reading.
    pub gap: Option<Gap>,
}

/// A hole in the stretch. Its two edges are loaded, the messages strictly between are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The creation time of the oldest message on the newer side.
    pub newer: Timestamp,
    /// The creation time of the newest message on the older side.
    pub older: Timestamp,
}

/// What is loaded, for the figure next to every count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Messages in the unbroken stretch.
    pub loaded: usize,
    /// Messages outside the stretch, found by search, in a batch or read individually.
    pub islands: usize,
    /// Whether the stretch reaches the campaign's first message.
    pub complete: bool,
    /// How many messages were loaded and dropped again because of the limit: then the stretch ends where the newest
    /// of them was.
    pub dropped: usize,
    /// A hole that is still to be read.
    pub gap: Option<Gap>,
    /// When the newest message of the stretch was created.
    pub newest: Option<Timestamp>,
    /// When the oldest message of the stretch was created; the newest dropped one if it ends there.
    pub oldest: Option<Timestamp>,
    /// When a page of the campaign's messages was last requested successfully.
    pub read_at: Option<Timestamp>,
    /// How many rows could not be read, each counted once however often it came.
    pub bad_rows: usize,
}

impl Coverage {
    /// Whether there is nothing older: the campaign has no more, or no more is kept.
    pub fn ends_here(&self) -> bool {
        self.complete || self.dropped > 0
    }

    /// From when on all messages are loaded without a gap; `None` if that is the whole campaign.
    pub fn known_from(&self) -> Option<Timestamp> {
        self.gap.map(|gap| gap.newer).or(self.oldest.filter(|_| !self.complete))
    }

    /// Whether all messages created at `since` or later are loaded.
    pub fn reaches_back_to(&self, since: Timestamp) -> bool {
        match self.known_from() {
            Some(from) => from <= since,
            None => self.complete,
        }
    }
}

/// A range of creation times in milliseconds, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CreationSpan {
    pub newest: i64,
    pub oldest: i64,
}

impl Reach {
    /// Whether a row is in the stretch. A message without a creation time has no position in the order: it counts
    /// once everything is read.
    pub(super) fn covers(&self, columns: &Columns, row: RowNumber) -> bool {
        let created = columns.created[row.index()];
        if let Some(gap) = &self.gap
            && gap.older.as_millisecond() < created
            && created < gap.newer.as_millisecond()
        {
            return false;
        }
        self.reaches(columns, row)
    }

    /// The same ignoring its hole: then no row after one that is outside is inside.
    pub(super) fn reaches(&self, columns: &Columns, row: RowNumber) -> bool {
        let created = columns.created[row.index()];
        if self.complete {
            return true;
        }
        let Some((oldest, id)) = &self.oldest else { return false };
        match created.cmp(&oldest.as_millisecond()) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => columns.ids.compare_to(row, id.as_str()) != Ordering::Less,
        }
    }

    /// Where rows may be covered differently after a change to another reach.
    pub(super) fn differs(&self, other: &Reach) -> Vec<CreationSpan> {
        let mut stretches = Vec::new();
        let mut between = |one: i64, other: i64| {
            stretches.push(CreationSpan { newest: one.max(other), oldest: one.min(other) });
        };
        if self.end() != other.end() {
            between(self.end().0, other.end().0);
        }
        match (self.gap, other.gap) {
            (Some(one), Some(other)) => {
                between(one.newer.as_millisecond(), other.newer.as_millisecond());
                between(one.older.as_millisecond(), other.older.as_millisecond());
            }
            (Some(gap), None) | (None, Some(gap)) => between(gap.newer.as_millisecond(), gap.older.as_millisecond()),
            (None, None) => {}
        }
        stretches
    }

    /// Where the stretch ends: before all times if it is complete, after all if there is none.
    fn end(&self) -> (i64, Option<&str>) {
        match &self.oldest {
            _ if self.complete => (NO_TIME, None),
            Some((oldest, id)) => (oldest.as_millisecond(), Some(id.as_str())),
            None => (i64::MAX, None),
        }
    }
}
