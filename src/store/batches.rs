//! Batches: what the messages say about them, and how far theirs are loaded.
//!
//! A batch comes again with each of its messages, so its fields have times of their own: the newest value wins, whichever
//! message brought it.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;
use jiff::Timestamp;

use super::begun::StationTally;
use super::counts::{STATUS_COUNT, minute_of};
use super::names::Interned;
use super::read_times::Stamp;
use super::{Classes, Store};
use crate::delivery::{Batch, BatchFields, BatchId, Patience, Reported, believed_total};

/// A batch and how far its messages are loaded. Its messages are counted wherever they were found, because a batch is
/// read through pages of its own, beyond the campaign's stretch.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchSummary {
    /// What is known about the batch.
    pub batch: Batch,
    /// Its loaded messages, including islands, each counted once.
    pub loaded: usize,
    /// Whether these are all its messages. Without a believable total this is unknown: its pages may not show all of
    /// it yet. Counts of an incomplete batch are of a part.
    pub is_whole: bool,
    /// The loaded ones by status, as in [`super::Counts::by_status`].
    pub by_status: [usize; STATUS_COUNT],
    /// The loaded ones that can still change, as in [`super::Counts::open`].
    pub open: usize,
    stations: StationTally,
}

impl BatchSummary {
    /// How many messages it has in total, if that can be believed.
    pub fn total(&self) -> Option<usize> {
        believed_total(self.batch.total, self.loaded)
    }

    /// The loaded ones by class at `now`, with [`Store::patience`].
    pub fn classes(&self, now: Timestamp, patience: Patience) -> Classes {
        self.stations.classes(minute_of(now.as_millisecond()), patience)
    }
}

impl Store {
    /// The batches that the messages name, newest upload first, those without a time last.
    pub fn batches(&self) -> Vec<BatchSummary> {
        let mut batches: Vec<BatchSummary> = self.columns.batches.numbers().filter_map(|number| self.summary(number)).collect();
        batches.sort_by(|left, right| right.batch.created_at.cmp(&left.batch.created_at).then_with(|| left.batch.id.cmp(&right.batch.id)));
        batches
    }

    /// One batch.
    pub fn batch(&self, id: &BatchId) -> Option<BatchSummary> {
        self.summary(self.columns.batches.find(id.as_str())?)
    }

    fn summary(&self, number: u32) -> Option<BatchSummary> {
        let batch = self.columns.batches.batch(number)?;
        let tally = self.tally.batches.get(number as usize - 1).cloned().unwrap_or_default();
        let loaded = tally.by_status.iter().sum();
        let is_whole = believed_total(batch.total, loaded) == Some(loaded);
        Some(BatchSummary { batch, loaded, is_whole, by_status: tally.by_status, open: tally.open, stations: tally.stations })
    }
}

/// A value and when it was requested.
#[derive(Debug, Clone)]
struct Timed<T> {
    value: Option<T>,
    asked: Stamp,
}

impl<T> Default for Timed<T> {
    fn default() -> Self {
        Self { value: None, asked: Stamp::default() }
    }
}

impl<T> Timed<T> {
    /// Takes a newer value, or of two from the same time the greater one; an absent one changes nothing. A value
    /// equal to the known one is not copied.
    fn take<V>(&mut self, reported: Reported<V>, stamp: Stamp, compare: impl Fn(&V, &T) -> Ordering, own: impl FnOnce(V) -> T) {
        let reported = match reported {
            Reported::Absent => return,
            Reported::Null => None,
            Reported::Value(value) => Some(value),
        };
        let replaces = stamp.replaces(self.asked, || match (&reported, &self.value) {
            (Some(reported), Some(known)) => compare(reported, known),
            (reported, known) => reported.is_some().cmp(&known.is_some()),
        });
        self.asked = self.asked.max(stamp);
        if replaces {
            self.value = reported.map(own);
        }
    }
}

struct Entry {
    id: BatchId,
    file_name: Timed<Box<str>>,
    status: Timed<Box<str>>,
    total: Timed<u32>,
    created_at: Timed<Timestamp>,
}

/// All batches. In the rows, 0 means none, and other numbers are an index plus one.
#[derive(Default)]
pub struct BatchTable {
    entries: Interned<Entry>,
    hasher: DefaultHashBuilder,
    /// The index of the last one seen: neighbours mostly share a batch.
    last: Option<u32>,
}

impl BatchTable {
    /// The number of a batch, after merging its fields.
    pub fn take(&mut self, reported: &BatchFields<'_>, stamp: Stamp) -> u32 {
        let is_it = |entry: &Entry| entry.id.as_str() == reported.id;
        let index = match self.last.filter(|index| self.entries.get(*index).is_some_and(is_it)) {
            Some(index) => index,
            None => self.entries.find_or_add(self.hasher.hash_one(reported.id), is_it, || Entry::new(reported.id)),
        };
        self.last = Some(index);
        if let Some(entry) = self.entries.get_mut(index) {
            entry.file_name.take(reported.file_name, stamp, |reported, known| (*reported).cmp(&**known), Into::into);
            entry.status.take(reported.status, stamp, |reported, known| (*reported).cmp(&**known), Into::into);
            entry.total.take(reported.total, stamp, Ord::cmp, |total| total);
            entry.created_at.take(reported.created_at, stamp, Ord::cmp, |created_at| created_at);
        }
        index + 1
    }

    /// The number of a known batch.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.entries.find(self.hasher.hash_one(id), |entry| entry.id.as_str() == id).map(|index| index + 1)
    }

    /// The id of a batch.
    pub fn id(&self, number: u32) -> Option<&str> {
        self.entry(number).map(|entry| entry.id.as_str())
    }

    /// The name of a batch's file.
    pub fn file_name(&self, number: u32) -> Option<&str> {
        self.entry(number)?.file_name.value.as_deref()
    }

    /// What is known about a batch.
    pub fn batch(&self, number: u32) -> Option<Batch> {
        let entry = self.entry(number)?;
        Some(Batch {
            id: entry.id.clone(),
            file_name: entry.file_name.value.as_deref().map(str::to_owned),
            status: entry.status.value.as_deref().map(str::to_owned),
            total: entry.total.value,
            created_at: entry.created_at.value,
        })
    }

    /// The numbers of all batches.
    pub fn numbers(&self) -> std::ops::RangeInclusive<u32> {
        1..=self.entries.iter().len() as u32
    }

    fn entry(&self, number: u32) -> Option<&Entry> {
        self.entries.get(number.checked_sub(1)?)
    }
}

impl Entry {
    fn new(id: &str) -> Self {
        Self {
            id: BatchId::new(id),
            file_name: Timed::default(),
            status: Timed::default(),
            total: Timed::default(),
            created_at: Timed::default(),
        }
    }
}
