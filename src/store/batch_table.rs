//! What the messages tell of their batches. A batch is told again with each of its messages, so
//! its fields have times of their own: the newest telling wins, whichever message brought it.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;
use jiff::Timestamp;

use super::asked::Stamp;
use super::intern::Interned;
use crate::delivery::{Batch, BatchFields, BatchId, Told};

/// A value and when it was asked for.
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

impl<T: PartialOrd> Timed<T> {
    /// Takes a newer telling, or at the same time the greater one; absent keeps.
    fn take<Q: Into<T> + Copy>(&mut self, told: Told<Q>, stamp: Stamp) {
        let value = match told {
            Told::Absent => return,
            Told::Null => None,
            Told::Value(value) => Some(value.into()),
        };
        if stamp > self.asked || (stamp == self.asked && value > self.value) {
            *self = Self { value, asked: stamp };
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

/// All batches. In the rows, 0 stands for none and the others for their place plus one.
#[derive(Default)]
pub struct BatchTable {
    entries: Interned<Entry>,
    hasher: DefaultHashBuilder,
    /// The last one told, all of whose fields were equal: neighbours mostly share a batch.
    last: Option<(u32, Stamp)>,
}

impl BatchTable {
    /// The number of a batch, after taking what was told of it.
    pub fn take(&mut self, told: &BatchFields<'_>, stamp: Stamp) -> u32 {
        if let Some((number, asked)) = self.last
            && asked == stamp
            && self.entry(number).is_some_and(|entry| entry.says(told))
        {
            return number;
        }
        let hash = self.hasher.hash_one(told.id);
        let place = self.entries.find_or_add(
            hash,
            |entry| entry.id.as_str() == told.id,
            || Entry {
                id: BatchId::new(told.id),
                file_name: Timed::default(),
                status: Timed::default(),
                total: Timed::default(),
                created_at: Timed::default(),
            },
        );
        if let Some(entry) = self.entries.get_mut(place) {
            entry.file_name.take(told.file_name, stamp);
            entry.status.take(told.status, stamp);
            entry.total.take(told.total, stamp);
            entry.created_at.take(told.created_at, stamp);
        }
        self.last = Some((place + 1, stamp));
        place + 1
    }

    /// The number of a batch that is known already.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.entries.find(self.hasher.hash_one(id), |entry| entry.id.as_str() == id).map(|place| place + 1)
    }

    /// The id of a batch.
    pub fn id(&self, number: u32) -> Option<&str> {
        self.entry(number).map(|entry| entry.id.as_str())
    }

    /// The name of a batch's file.
    pub fn file_name(&self, number: u32) -> Option<&str> {
        self.entry(number)?.file_name.value.as_deref()
    }

    /// What is known of a batch.
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
    fn says(&self, told: &BatchFields<'_>) -> bool {
        self.id.as_str() == told.id
            && told_equal(self.file_name.value.as_deref(), told.file_name)
            && told_equal(self.status.value.as_deref(), told.status)
            && told_equal(self.total.value, told.total)
            && told_equal(self.created_at.value, told.created_at)
    }
}

fn told_equal<T: PartialEq>(known: Option<T>, told: Told<T>) -> bool {
    match told {
        Told::Absent => true,
        Told::Null => known.is_none(),
        Told::Value(value) => known == Some(value),
    }
}
