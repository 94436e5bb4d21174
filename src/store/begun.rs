//! What became of the messages, by the minute in which their newest attempts began: the figures of any window of time,
//! without a look at a single message.

mod spans; // one span of time after another

pub use spans::BegunSpan;

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::{Index, Range};

use jiff::{SignedDuration, Timestamp};

use super::counts::{Contribution, ErrorCount, MINUTE, minute_of, named_errors};
use super::histogram::{self, Histogram};
use super::latency::Latency;
use super::{RowNumber, Store, counts};
use crate::delivery::{Class, DeliveryError, Patience, Station};
use spans::Durations;

/// How many messages are in each class. The classes are disjoint and add up to [`Classes::total`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Classes([usize; Class::ALL.len()]);

impl Classes {
    /// All of them.
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// Who did not get it: failed, stuck and unconfirmed.
    pub fn not_delivered(&self) -> usize {
        self.of(&Class::NOT_DELIVERED)
    }

    /// How many are in any of these classes.
    pub fn of(&self, classes: &[Class]) -> usize {
        classes.iter().map(|class| self[*class]).sum()
    }

    /// Delivered and failed.
    pub fn finished(&self) -> usize {
        self.of(&[Class::Delivered, Class::Failed])
    }

    /// The failed ones among the finished, 0 to 1; `None` if nothing has finished.
    pub fn failed_share(&self) -> Option<f64> {
        (self.finished() > 0).then(|| self[Class::Failed] as f64 / self.finished() as f64)
    }

    fn add(&mut self, class: Class, count: usize) {
        self.0[class as usize] += count;
    }
}

impl Sum for Classes {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        let mut sum = Self::default();
        for classes in all {
            Class::ALL.into_iter().for_each(|class| sum.add(class, classes[class]));
        }
        sum
    }
}

impl Index<Class> for Classes {
    type Output = usize;

    fn index(&self, class: Class) -> &usize {
        &self.0[class as usize]
    }
}

impl FromIterator<Class> for Classes {
    fn from_iter<I: IntoIterator<Item = Class>>(all: I) -> Self {
        let mut classes = Self::default();
        all.into_iter().for_each(|class| classes.add(class, 1));
        classes
    }
}

/// How many of some messages are at each station, and since when those wait that can become overdue.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StationTally {
    all: [usize; Station::COUNT],
    /// Before the telco and with it, by the minute in which they began.
    waiting: BTreeMap<i64, [u32; 2]>,
}

impl StationTally {
    /// How many there are.
    pub fn total(&self) -> usize {
        self.all.iter().sum()
    }

    /// Counts a message, or takes it away.
    pub fn count(&mut self, standing: &Contribution, is_added: bool) {
        step(&mut self.all[standing.station as usize], is_added);
        if let Some(begun) = standing.begun.filter(|_| standing.station.is_waiting()) {
            let waiting = self.waiting.entry(begun).or_default();
            let count = &mut waiting[usize::from(standing.station == Station::WithTelco)];
            *count = if is_added { *count + 1 } else { count.saturating_sub(1) };
            if *waiting == [0; 2] {
                self.waiting.remove(&begun);
            }
        }
    }

    /// The classes at a minute.
    pub fn classes(&self, now: i64, patience: Patience) -> Classes {
        let mut classes = Classes::default();
        let mut rest = self.all;
        for (begun, counts) in &self.waiting {
            for (station, count) in [Station::BeforeTelco, Station::WithTelco].into_iter().zip(counts) {
                let count = *count as usize;
                rest[station as usize] = rest[station as usize].saturating_sub(count);
                classes.add(station.class(Some(now - begun), patience), count);
            }
        }
        for station in STATIONS {
            classes.add(station.class(None, patience), rest[station as usize]);
        }
        classes
    }
}

/// All stations, in the order of their indices.
const STATIONS: [Station; Station::COUNT] = [
    Station::Delivered,
    Station::Failed,
    Station::BeforeTelco,
    Station::WithTelco,
    Station::SentAbroad,
    Station::HandedOver,
    Station::Other,
];

/// Counts one more, or one less.
pub(super) fn step(count: &mut usize, is_added: bool) {
    *count = if is_added { *count + 1 } else { count.saturating_sub(1) };
}

/// Counts by number, few of them not 0, in the order of the numbers.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sparse(Vec<(u32, u32)>);

impl Sparse {
    /// Adds them to counts by number.
    pub fn add_to(&self, counts: &mut [usize]) {
        add(self.0.iter().copied(), counts);
    }

    /// Those whose numbers are in a range, each less the range's start.
    fn between(&self, numbers: Range<u32>) -> impl Iterator<Item = (u32, u32)> + '_ {
        let first = self.0.partition_point(|(number, _)| *number < numbers.start);
        let rest = self.0[first..].iter().take_while(move |(number, _)| *number < numbers.end);
        rest.map(move |(number, count)| (number - numbers.start, *count))
    }

    /// Counts one more of a number, or one less.
    pub fn count(&mut self, number: u32, is_added: bool) {
        match self.0.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(at) if is_added => self.0[at].1 += 1,
            Ok(at) if self.0[at].1 > 1 => self.0[at].1 -= 1,
            Ok(at) => drop(self.0.remove(at)),
            Err(at) if is_added => self.0.insert(at, (number, 1)),
            Err(_) => {}
        }
    }
}

/// Adds counts by number to others.
fn add(these: impl Iterator<Item = (u32, u32)>, counts: &mut [usize]) {
    for (number, count) in these {
        if let Some(sum) = counts.get_mut(number as usize) {
            *sum += count as usize;
        }
    }
}

/// The messages whose newest attempt began in one minute: how many are at each station, the failed ones by the number of
/// their error, and the delivered ones by the step of a histogram in which the time they took falls. There are many such
/// minutes and little in most of them, so each is one list of what is not 0.
#[derive(Debug, Default, PartialEq)]
struct BegunMinute(Sparse);

/// Where in the list of a minute the steps begin; before them are the stations.
const TOOK: u32 = 0x1000;

/// Where in the list of a minute the errors begin; no duration has so high a step.
const ERRORS: u32 = 0x2000;

impl BegunMinute {
    /// Counts a message, or takes it away.
    fn count(&mut self, standing: &Contribution, is_added: bool) {
        self.0.count(standing.station as u32, is_added);
        match (standing.station, standing.finished_after) {
            (Station::Failed, _) => self.0.count(ERRORS + standing.error, is_added),
            (Station::Delivered, Some(after)) => self.0.count(TOOK + histogram::step(after) as u32, is_added),
            _ => {}
        }
    }

    /// How many are at a station.
    fn at(&self, station: Station) -> u32 {
        self.0.between(station as u32..station as u32 + 1).next().map_or(0, |(_, count)| count)
    }

    /// How many are at each station where any are.
    fn stations(&self) -> impl Iterator<Item = (Station, usize)> + '_ {
        self.0.between(0..TOOK).map(|(station, count)| (STATIONS[station as usize], count as usize))
    }

    /// The delivered ones by the step in which the time they took falls.
    fn took(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.0.between(TOOK..ERRORS).map(|(step, count)| (step as usize, count))
    }

    /// Adds the failed ones to counts by the number of the error.
    fn add_errors_to(&self, counts: &mut [usize]) {
        add(self.0.between(ERRORS..u32::MAX), counts);
    }
}

/// The covered messages by the minute in which they began, and how long messages usually take.
#[derive(Default)]
pub struct BegunTally {
    all: StationTally,
    minutes: BTreeMap<i64, BegunMinute>,
    /// The messages that finished on a day, by the step of a histogram in which the time they took falls.
    days: BTreeMap<i64, Sparse>,
}

/// Minutes of a day.
const DAY: i64 = 24 * 60;

impl BegunTally {
    /// Counts a covered message, or takes it away.
    pub fn count(&mut self, standing: &Contribution, is_added: bool) {
        self.all.count(standing, is_added);
        if let (Some(after), Some(ended)) = (standing.finished_after, standing.minute) {
            self.days.entry(ended.div_euclid(DAY)).or_default().count(histogram::step(after) as u32, is_added);
        }
        let Some(begun) = standing.begun else { return };
        let minute = self.minutes.entry(begun).or_default();
        minute.count(standing, is_added);
        if *minute == BegunMinute::default() {
            self.minutes.remove(&begun);
        }
    }

    /// Within what time so much of what finished in the last seven days did, in milliseconds; `None` if nothing has.
    pub fn usual(&self, now: i64, share: f64) -> Option<i64> {
        let today = now.div_euclid(DAY);
        let mut week = Histogram::default();
        for (step, count) in self.days.range(today - 7..=today).flat_map(|(_, day)| &day.0) {
            week.add_many(*step as usize, *count);
        }
        week.reached([share], &Histogram::default())[0]
    }

    /// How many of those that began in these minutes failed, by minute, the newest first; minutes without a failure are
    /// left out.
    pub fn failed(&self, minutes: Range<i64>) -> impl Iterator<Item = (i64, usize)> + '_ {
        let minutes = self.minutes.range(minutes.start..minutes.end.max(minutes.start)).rev();
        minutes.map(|(at, minute)| (*at, minute.at(Station::Failed) as usize)).filter(|(_, failed)| *failed > 0)
    }

    /// The stations of those that began in these minutes, by minute.
    pub fn stations(&self, minutes: Range<i64>) -> impl Iterator<Item = (i64, Station, usize)> + '_ {
        let minutes = self.minutes.range(minutes.start..minutes.end.max(minutes.start));
        minutes.flat_map(|(at, minute)| minute.stations().map(|(station, count)| (*at, station, count)))
    }
}

/// The minutes of a window in which a message began at `since` or later, and before `until`. Windows are counted in whole
/// minutes: both are rounded down.
pub fn minutes(since: Option<Timestamp>, until: Option<Timestamp>) -> Range<i64> {
    let minute = |time: Timestamp| minute_of(time.as_millisecond());
    since.map_or(i64::MIN, minute)..until.map_or(i64::MAX, minute)
}

impl Store {
    /// How long a message may take at `now` before it counts as overdue.
    pub fn patience(&self, now: Timestamp) -> Patience {
        let usual = self.tally.begun.usual(minute_of(now.as_millisecond()), 0.99);
        Patience::of(usual.map(SignedDuration::from_millis))
    }

    /// The class of a message at `now`, with [`Store::patience`]. A message counts as waiting from the beginning of the
    /// minute after the one in which its newest attempt began, so that a row and the figures never disagree.
    pub fn class(&self, row: RowNumber, now: Timestamp, patience: Patience) -> Class {
        class(self, row, minute_of(now.as_millisecond()), patience)
    }

    /// The covered messages by class, at `now`: those whose newest attempt began at `since` or later, and before
    /// `until`, in whole minutes. Without either all of them, also those without any time.
    pub fn classes(&self, since: Option<Timestamp>, until: Option<Timestamp>, now: Timestamp) -> Classes {
        let (patience, current) = (self.patience(now), minute_of(now.as_millisecond()));
        if since.is_none() && until.is_none() {
            return self.tally.begun.all.classes(current, patience);
        }
        let mut classes = Classes::default();
        for (minute, station, count) in self.tally.begun.stations(minutes(since, until)) {
            classes.add(station.class(Some(current - minute), patience), count);
        }
        classes
    }

    /// These rows by class, covered or not, from scratch.
    pub fn classes_of(&self, rows: impl Iterator<Item = RowNumber>, now: Timestamp) -> Classes {
        let patience = self.patience(now);
        rows.map(|row| self.class(row, now, patience)).collect()
    }

    /// The covered messages that failed, by error, of the same window as [`Store::classes`].
    pub fn errors(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> Vec<ErrorCount> {
        if since.is_none() && until.is_none() {
            return self.counts().errors.clone();
        }
        let mut counts = vec![0; self.columns.names.errors().len() + 1];
        let minutes = minutes(since, until);
        for (_, minute) in self.tally.begun.minutes.range(minutes.start..minutes.end.max(minutes.start)) {
            minute.add_errors_to(&mut counts);
        }
        named_errors(&self.columns, &counts)
    }

    /// When the covered messages that failed began, by error: how many in each of the last `hours`, the oldest first. The
    /// last hour ends with the minute of `until`.
    pub fn failed_by_hour(&self, until: Timestamp, hours: usize) -> Vec<(DeliveryError, Vec<usize>)> {
        let end = minute_of(until.as_millisecond()) + 1;
        let start = end - hours as i64 * 60;
        let mut counts = vec![vec![0; self.columns.names.errors().len() + 1]; hours];
        for (at, minute) in self.tally.begun.minutes.range(start..end) {
            minute.add_errors_to(&mut counts[((at - start) / 60) as usize]);
        }
        let names = std::iter::once(DeliveryError::new("", "")).chain(self.columns.names.errors().cloned());
        let by_error = names.enumerate().map(|(error, name)| (name, counts.iter().map(|hour| hour[error]).collect()));
        by_error.filter(|(_, hours): &(_, Vec<usize>)| hours.iter().any(|count| *count > 0)).collect()
    }

    /// How long deliveries take among the covered messages whose newest attempt began in a window, as in
    /// [`Store::classes`]. How long those on the way have waited is known to the minute.
    pub fn latency_between(&self, since: Option<Timestamp>, until: Option<Timestamp>, now: Timestamp) -> Latency {
        let mut durations = Durations::default();
        let minutes = minutes(since, until);
        for (at, minute) in self.tally.begun.minutes.range(minutes.start..minutes.end.max(minutes.start)) {
            durations.count(*at, minute, now.as_millisecond());
        }
        durations.latency()
    }
}

/// The class of a row at a minute.
pub fn class(store: &Store, row: RowNumber, now: i64, patience: Patience) -> Class {
    let at = row.index();
    let station = counts::station(&store.columns, at);
    let minutes = station.is_waiting().then(|| store.started(row)).flatten().map(|started| now - minute_of(started));
    station.class(minutes, patience)
}
