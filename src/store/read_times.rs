//! When each field of each row was requested, so that the newest answer wins in whatever order answers arrive.
//!
//! Nearly every row got all of its fields from one answer, so one time per row is enough, with a mask of the fields
//! that were ever given. Rows whose fields come from several answers have a time per field, stored separately.

use std::cmp::Ordering;

use hashbrown::HashMap;
use jiff::Timestamp;

/// A field that has a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum StoredField {
    Id,
    Recipient,
    Status,
    CreatedAt,
    UpdatedAt,
    Language,
    CampaignId,
    Batch,
    Values,
    FullText,
    Template,
    Creator,
    Attempts,
    AttemptCount,
    LegacyError,
}

/// The number of fields.
const FIELDS: usize = 15;

/// Hundredths of a second since an epoch a day before the first answer; 0 is never. A campaign gets at most ten calls
/// a second, so no two of its answers share one, and 32 bits reach 496 days. Later requests share the last stamp,
/// among which the later arrival wins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(u32);

impl Stamp {
    /// Whether a value of this time replaces one `known` since that time, given how the two compare: a newer one that
    /// differs does, and at the same time the greater value, so that the order of arrival does not matter.
    pub fn replaces(self, known: Self, compare: impl FnOnce() -> Ordering) -> bool {
        match self.cmp(&known) {
            Ordering::Less => false,
            Ordering::Equal if self != LAST => compare() == Ordering::Greater,
            Ordering::Equal | Ordering::Greater => compare() != Ordering::Equal,
        }
    }
}

/// The fields that an answer gave for a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FieldMask(u16);

impl FieldMask {
    /// Adds one more.
    pub fn add(&mut self, field: StoredField) {
        self.0 |= 1 << field as u8;
    }

    fn has(self, field: usize) -> bool {
        self.0 & (1 << field) != 0
    }
}

/// How far the epoch is before the first answer, in hundredths of a second: answers requested before that one can
/// still arrive after it.
const MARGIN: i64 = 24 * 60 * 60 * 100;

/// The last stamp.
const LAST: Stamp = Stamp(u32::MAX);

/// The times of all rows.
#[derive(Default)]
pub struct ReadTimes {
    epoch: Option<i64>,
    times: Vec<Stamp>,
    reported: Vec<FieldMask>,
    mixed: HashMap<u32, Box<[Stamp; FIELDS]>>,
}

impl ReadTimes {
    /// The stamp of a time.
    pub fn stamp(&mut self, asked_at: Timestamp) -> Stamp {
        let hundredths = asked_at.as_millisecond().div_euclid(10);
        let epoch = *self.epoch.get_or_insert(hundredths - MARGIN);
        Stamp((hundredths - epoch).clamp(1, i64::from(LAST.0)) as u32)
    }

    /// The time of a stamp, to the hundredth of a second.
    pub fn time(&self, stamp: Stamp) -> Timestamp {
        let hundredths = self.epoch.unwrap_or_default() + i64::from(stamp.0);
        Timestamp::from_millisecond(hundredths * 10).unwrap_or(Timestamp::MIN)
    }

    /// Adds a row without any field.
    pub fn push(&mut self) {
        self.times.push(Stamp::default());
        self.reported.push(FieldMask::default());
    }

    /// Forgets the times of a row.
    pub fn clear(&mut self, row: usize) {
        self.times[row] = Stamp::default();
        self.reported[row] = FieldMask::default();
        self.mixed.remove(&(row as u32));
    }

    /// When the newest answer with this row was requested.
    pub fn newest(&self, row: usize) -> Stamp {
        self.times[row]
    }

    /// When the known value of a field was requested.
    pub fn get(&self, row: usize, field: StoredField) -> Stamp {
        let field = field as usize;
        if !self.reported[row].has(field) {
            return Stamp::default();
        }
        self.mixed(row).map_or(self.times[row], |times| times[field])
    }

    /// Whether an answer's field replaces the known one, given how their values compare.
    pub fn replaces(&self, row: usize, field: StoredField, stamp: Stamp, compare: impl FnOnce() -> Ordering) -> bool {
        stamp.replaces(self.get(row, field), compare)
    }

    /// Records that an answer gave these fields of a row.
    pub fn note(&mut self, row: usize, reported: FieldMask, stamp: Stamp) {
        let before = self.reported[row];
        self.reported[row] = FieldMask(before.0 | reported.0);
        let all_again = before.0 & !reported.0 == 0;
        if all_again && stamp >= self.times[row] {
            self.times[row] = stamp;
            self.mixed.remove(&(row as u32));
            return;
        }
        if stamp == self.times[row] && self.mixed(row).is_none() {
            return;
        }
        let uniform = self.times[row];
        let times = self
            .mixed
            .entry(row as u32)
            .or_insert_with(|| Box::new(std::array::from_fn(|field| if before.has(field) { uniform } else { Stamp::default() })));
        for (field, time) in times.iter_mut().enumerate() {
            if reported.has(field) {
                *time = (*time).max(stamp);
            }
        }
        self.times[row] = uniform.max(stamp);
    }

    fn mixed(&self, row: usize) -> Option<&[Stamp; FIELDS]> {
        if self.mixed.is_empty() {
            return None;
        }
        self.mixed.get(&(row as u32)).map(|times| &**times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [StoredField; FIELDS] = [
        StoredField::Id,
        StoredField::Recipient,
        StoredField::Status,
        StoredField::CreatedAt,
        StoredField::UpdatedAt,
        StoredField::Language,
        StoredField::CampaignId,
        StoredField::Batch,
        StoredField::Values,
        StoredField::FullText,
        StoredField::Template,
        StoredField::Creator,
        StoredField::Attempts,
        StoredField::AttemptCount,
        StoredField::LegacyError,
    ];

    #[test]
    fn a_time_is_kept_to_the_hundredth() {
        let mut asked = ReadTimes::default();
        for second in [1_900_000_000, 1_900_000_007, 1_899_999_000] {
            let time = Timestamp::from_millisecond(second * 1000 + 120).unwrap();
            let stamp = asked.stamp(time + jiff::SignedDuration::from_millis(7));
            assert_eq!(asked.time(stamp), time);
        }
    }

    #[test]
    fn the_newest_answer_wins_however_long_the_program_runs() {
        let start = Timestamp::from_second(1_900_000_000).unwrap();
        for days in [0, 249, 495, 497, 10_000] {
            let mut asked = ReadTimes::default();
            asked.stamp(start);
            asked.push();
            let after = start + jiff::SignedDuration::from_hours(24 * days);
            let (older, newer) = (asked.stamp(after), asked.stamp(after + jiff::SignedDuration::from_secs(1)));
            asked.note(0, FieldMask(1), older);
            assert!(asked.replaces(0, StoredField::Id, newer, || Ordering::Less), "after {days} days");
            assert!(days > 496 || !asked.replaces(0, StoredField::Id, Stamp(1), || Ordering::Less), "after {days} days");
        }
    }

    #[test]
    fn rows_that_one_answer_told_whole_need_nothing_aside() {
        let mut asked = ReadTimes::default();
        asked.push();
        asked.note(0, FieldMask(0b111), Stamp(10));
        asked.note(0, FieldMask(0b001), Stamp(20));
        assert_eq!(asked.mixed.len(), 1);
        asked.note(0, FieldMask(0b1111), Stamp(30));
        assert_eq!((asked.mixed.len(), asked.newest(0)), (0, Stamp(30)));
    }

    proptest! {
        #[test]
        fn each_field_has_the_newest_time_that_told_it(answers in prop::collection::vec((0..1_u16 << FIELDS, 1..20_u32), 0..12)) {
            let mut asked = ReadTimes::default();
            asked.push();
            let mut expected = [Stamp::default(); FIELDS];
            for (reported, time) in answers {
                let reported = FieldMask(reported | 1);
                asked.note(0, reported, Stamp(time));
                for (field, newest) in expected.iter_mut().enumerate() {
                    if reported.has(field) {
                        *newest = (*newest).max(Stamp(time));
                    }
                }
                for field in ALL {
                    prop_assert_eq!(asked.get(0, field), expected[field as usize]);
                }
                prop_assert_eq!(Some(asked.newest(0)), expected.into_iter().max());
            }
        }
    }
}
