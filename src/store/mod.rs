//! The loaded messages of one campaign: merged from answers in any order, counted, and listed.
//!
//! Knows nothing of where the answers came from, nor of the screen.

mod answer;
mod cells;
mod counts;
mod coverage;
mod filter;
mod recent;
mod view;

pub use answer::{AnswerKind, Change, Merged};
pub use cells::Cells;
pub use counts::{Counts, ErrorCount, STATUS_PLACES, status_place};
pub use coverage::{Coverage, Gap, Reach};
pub use filter::{Filter, Order};
pub use recent::Recent;
pub use view::View;

use std::collections::HashMap;

use jiff::Timestamp;

use crate::delivery::{Batch, BatchId, Message, MessageId, Rows, Status};

/// A message's place in the store. It stays the same as long as the store lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowNumber(u32);

impl RowNumber {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A batch and how far its messages are loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchSummary {
    /// What is known of the batch.
    pub batch: Batch,
    /// Its loaded messages, islands included, each counted once.
    pub loaded: usize,
    /// The loaded ones by status, as in [`Counts::by_status`].
    pub by_status: [usize; STATUS_PLACES],
    /// The loaded ones of which more is to be expected, as in [`Counts::open`].
    pub open: usize,
}

/// How long deliveries take, in seconds; `None` where too few are delivered to tell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Latency {
    /// Half are delivered within this.
    pub p50: Option<f64>,
    /// 95 of 100 are delivered within this.
    pub p95: Option<f64>,
    /// 99 of 100 are delivered within this.
    pub p99: Option<f64>,
    /// How many were still waiting; they count as "longer than so far".
    pub open: usize,
    /// How many were delivered.
    pub delivered: usize,
}

/// Messages that should have gone on by now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stuck {
    /// With the telco for more than 48 h, numbers of Singapore only.
    pub with_telco: Vec<RowNumber>,
    /// Created, queued or sending for more than ten minutes and more than the campaign's own p99.
    pub before_provider: Vec<RowNumber>,
}

/// What ended in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinuteOfEnds {
    /// The start of the minute.
    pub minute: Timestamp,
    /// Delivered and failed messages.
    pub finished: usize,
    /// The failed ones among them.
    pub failed: usize,
}

/// The loaded messages of one campaign.
#[derive(Default)]
pub struct Store {
    messages: Vec<Message>,
    read_at: Vec<Timestamp>,
    index: HashMap<MessageId, RowNumber>,
    counts: Counts,
    reach: Reach,
    newest_answer: Option<Timestamp>,
    bad: usize,
}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Merges an answer that was asked for at `asked_at`.
    pub fn merge(&mut self, rows: &Rows, from: &AnswerKind, asked_at: Timestamp) -> Merged {
        let _ = from;
        let mut merged = Merged { bad: rows.bad().len(), ..Merged::default() };
        self.bad += rows.bad().len();
        self.newest_answer = self.newest_answer.max(Some(asked_at));
        for row in rows.iter() {
            let message = Message::from_row(row);
            let at = RowNumber(u32::try_from(self.messages.len()).unwrap_or(u32::MAX));
            if let Some(known) = self.index.get(&message.id).copied() {
                self.messages[known.index()] = message;
                merged.touched.push(known);
            } else {
                self.index.insert(message.id.clone(), at);
                self.messages.push(message);
                self.read_at.push(asked_at);
                merged.added.push(at);
                merged.touched.push(at);
            }
        }
        merged
    }

    /// How many messages are known, islands included.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether nothing is known yet.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// When the newest merged answer was asked for.
    pub fn newest_answer(&self) -> Option<Timestamp> {
        self.newest_answer
    }

    /// A message's row.
    pub fn row(&self, id: &MessageId) -> Option<RowNumber> {
        self.index.get(id).copied()
    }

    /// A row's message id.
    pub fn id(&self, row: RowNumber) -> MessageId {
        self.messages[row.index()].id.clone()
    }

    /// A message, whole.
    pub fn message(&self, row: RowNumber) -> Message {
        self.messages[row.index()].clone()
    }

    /// The cells of a row.
    pub fn cells(&self, row: RowNumber) -> Cells<'_> {
        let message = &self.messages[row.index()];
        Cells {
            status: message.status.as_ref(),
            created_at: message.created_at,
            recipient: message.recipient.as_ref().map(|recipient| recipient.as_str()),
            error: message.newest_attempt().and_then(|attempt| attempt.error.as_ref()),
            retry: message.error().map(|error| error.known().retry_helps()),
            tried: message.tried(),
            batch: message.batch.as_ref().map(|batch| batch.id.as_str()),
            file_name: message.batch.as_ref().and_then(|batch| batch.file_name.as_deref()),
            language: message.language.as_deref(),
            template_body: message.template.as_ref().and_then(|template| template.body.as_deref()),
            last_change: message.last_change(),
            read_at: self.read_at[row.index()],
            covered: self.is_covered(row),
            store: self,
            row,
        }
    }

    /// The text as sent, or, masked, the template's text.
    pub fn text(&self, row: RowNumber, masked: bool) -> Option<String> {
        let message = &self.messages[row.index()];
        if masked { message.template.as_ref().and_then(|template| template.body.clone()) } else { message.text() }
    }

    /// Tells the unbroken stretch.
    pub fn set_reach(&mut self, reach: Reach) {
        self.reach = reach;
    }

    /// Whether a row is in the unbroken stretch; an island otherwise.
    pub fn is_covered(&self, row: RowNumber) -> bool {
        let _ = row;
        self.reach.complete
    }

    /// What is loaded.
    pub fn coverage(&self) -> Coverage {
        Coverage { loaded: self.len(), complete: self.reach.complete, bad_rows: self.bad, ..Coverage::default() }
    }

    /// Counts of the covered messages.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The covered messages of which more is to be expected at `now`, by status.
    pub fn open_by_status(&self, now: Timestamp) -> [usize; STATUS_PLACES] {
        let _ = now;
        self.counts.by_status
    }

    /// What ended in the last minutes, against the usual.
    pub fn recent(&self, now: Timestamp, minutes: u32) -> Recent {
        let _ = now;
        Recent { minutes, ..Recent::default() }
    }

    /// What ended in each minute from `from` to `until`, oldest first, minutes without an end left out.
    pub fn ends_by_minute(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = MinuteOfEnds> + '_ {
        let _ = (from, until);
        std::iter::empty()
    }

    /// How long deliveries take.
    pub fn latency(&self, now: Timestamp) -> Latency {
        let _ = now;
        Latency::default()
    }

    /// The covered messages that should have gone on by `now`.
    pub fn stuck(&self, now: Timestamp) -> Stuck {
        let _ = now;
        Stuck::default()
    }

    /// The batches that the messages name, newest upload first.
    pub fn batches(&self) -> Vec<BatchSummary> {
        Vec::new()
    }

    /// One batch.
    pub fn batch(&self, id: &BatchId) -> Option<BatchSummary> {
        let _ = id;
        None
    }

    /// All rows, islands included, newest first.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = RowNumber> + '_ {
        (0..self.messages.len()).rev().map(|at| RowNumber(u32::try_from(at).unwrap_or(u32::MAX)))
    }

    /// The rows of the unbroken stretch, newest first.
    pub fn covered_rows(&self) -> impl Iterator<Item = RowNumber> + '_ {
        self.rows().filter(|row| self.is_covered(*row))
    }
}
