//! Batches: what the messages say about them, and how far theirs are loaded.
//!
//! A batch comes again with each of its messages, so its fields have times of their own: the newest value wins, whichever
//! message brought it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;
use jiff::Timestamp;

use super::begun::{self, Sparse, StationTally, step};
use super::counts::{Contribution, ErrorCount, minute_of, named_errors};
use super::names::{CREATED, Interned};
use super::read_times::Stamp;
use super::{Classes, Store};
use crate::delivery::{Batch, BatchFields, BatchId, Patience, Progress, Reported, Station, believed_total};

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
    /// The loaded ones in the status `created`: while there is any, the API refuses to retry the batch as a whole.
    pub created: usize,
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
        self.batches_between(None, None)
    }

    /// Those with a message in a window: its newest attempt began at `since` or later, and before `until`, in whole
    /// minutes. Without either all of them. They are counted whole.
    pub fn batches_between(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> Vec<BatchSummary> {
        let minutes = begun::minutes(since, until);
        let is_in = |number: &u32| {
            let tally = || self.tally.batches.get(*number as usize - 1);
            since.is_none() && until.is_none() || tally().is_some_and(|tally| tally.begins_in(minutes.start, minutes.end))
        };
        let mut batches: Vec<BatchSummary> =
            self.columns.batches.numbers().filter(is_in).filter_map(|number| self.summary(number)).collect();
        batches.sort_by(|left, right| right.batch.created_at.cmp(&left.batch.created_at).then_with(|| left.batch.id.cmp(&right.batch.id)));
        batches
    }

    /// Whether any loaded message belongs to a batch.
    pub fn has_batches(&self) -> bool {
        self.tally.batches.iter().any(|tally| tally.stations.total() > 0)
    }

    /// One batch.
    pub fn batch(&self, id: &BatchId) -> Option<BatchSummary> {
        self.summary(self.columns.batches.find(id.as_str())?)
    }

    /// When the least recently read message of each batch was read, of those that are on the way beyond the loaded
    /// range: nothing reads these again by itself. Looks at every message on the way, where anything is loaded there.
    pub fn oldest_readings_beyond(&self, now: Timestamp) -> HashMap<BatchId, Timestamp> {
        if self.coverage().islands == 0 {
            return HashMap::new();
        }
        let mut oldest: HashMap<u32, Stamp> = HashMap::new();
        for row in self.tally.waiting.iter().filter(|row| !self.is_covered(*row) && self.progress(*row, now) == Progress::Open) {
            let (batch, stamp) = (self.columns.batch[row.index()], self.columns.asked.newest(row.index()));
            let known = oldest.entry(batch).or_insert(stamp);
            *known = stamp.min(*known);
        }
        let named = |(batch, stamp)| Some((BatchId::new(self.columns.batches.id(batch)?), self.columns.asked.time(stamp)));
        oldest.into_iter().filter_map(named).collect()
    }

    /// The loaded messages of a batch that failed, by error.
    pub fn errors_of_batch(&self, id: &BatchId) -> Vec<ErrorCount> {
        let mut counts = vec![0; self.columns.names.errors().len() + 1];
        let number = self.columns.batches.find(id.as_str()).map(|number| number as usize - 1);
        if let Some(tally) = number.and_then(|index| self.tally.batches.get(index)) {
            tally.errors.add_to(&mut counts);
        }
        named_errors(&self.columns, &counts)
    }

    fn summary(&self, number: u32) -> Option<BatchSummary> {
        let batch = self.columns.batches.batch(number)?;
        let none = BatchTally::default();
        let tally = self.tally.batches.get(number as usize - 1).unwrap_or(&none);
        let loaded = tally.stations.total();
        let is_whole = believed_total(batch.total, loaded) == Some(loaded);
        Some(BatchSummary { batch, loaded, is_whole, created: tally.created, open: tally.open, stations: tally.stations.clone() })
    }
}

/// What is counted of a batch: its messages, covered or not.
#[derive(Debug, Default)]
pub struct BatchTally {
    created: usize,
    open: usize,
    stations: StationTally,
    /// The failed ones by the number of their error.
    errors: Sparse,
    /// How many newest attempts began in each minute.
    begun: BTreeMap<i64, u32>,
}

impl BatchTally {
    /// Counts a message, or takes it away.
    pub fn count(&mut self, standing: &Contribution, is_added: bool) {
        self.stations.count(standing, is_added);
        if standing.status == CREATED {
            step(&mut self.created, is_added);
        }
        if standing.open {
            step(&mut self.open, is_added);
        }
        if standing.station == Station::Failed {
            self.errors.count(standing.error, is_added);
        }
        if let Some(minute) = standing.begun {
            let count = self.begun.entry(minute).or_default();
            *count = if is_added { *count + 1 } else { count.saturating_sub(1) };
            if *count == 0 {
                self.begun.remove(&minute);
            }
        }
    }

    /// Whether the newest attempt of a message began in these minutes, `end` excluded.
    fn begins_in(&self, start: i64, end: i64) -> bool {
        self.begun.range(start..end.max(start)).next().is_some()
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
