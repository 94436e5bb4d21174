//! The last minutes compared with the usual.

mod rising;

use std::ops::RangeInclusive;

use jiff::Timestamp;

use super::Store;
use super::counts::{STATUS_COUNT, status_index};
use super::names::WITH_TELCO;
use super::tally::MINUTE;
use crate::delivery::{DeliveryError, Progress, Status, TELCO_SILENCE};

/// What finished in the last minutes. A message counts in the minute of its last change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recent {
    /// How many minutes it covers, including the current one.
    pub minutes: u32,
    /// Delivered and failed messages.
    pub finished: usize,
    /// The failed ones among them.
    pub failed: usize,
    /// The share of failures in the 24 hours before the window, 0 to 1; `None` if fewer than [`Recent::ENOUGH`]
    /// finished then.
    pub usual_share: Option<f64>,
    /// The most frequent error of the window; ties by code.
    pub leading_error: Option<DeliveryError>,
    /// The minute in which the share of failures began to rise above the usual one, if it is above it now; `None` if
    /// it is not, if too few finished to say, or if the usual share is unknown. It can be before the window.
    pub rising_since: Option<Timestamp>,
}

impl Recent {
    /// From this many finished messages on, a share is meaningful.
    pub const ENOUGH: usize = 20;

    /// Up to this many times the usual share still counts as usual.
    pub const AS_USUAL: f64 = 1.5;

    /// The share of failures in the window, 0 to 1; `None` if fewer than [`Recent::ENOUGH`] finished.
    pub fn share(&self) -> Option<f64> {
        share(self.failed, self.finished)
    }
}

/// What finished in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinuteOfEnds {
    /// The start of the minute.
    pub minute: Timestamp,
    /// Delivered and failed messages.
    pub finished: usize,
    /// The failed ones among them.
    pub failed: usize,
}

/// The period that counts as usual, in minutes.
const USUAL: i64 = 24 * 60;

/// The share, if there are enough for one.
fn share(failed: usize, finished: usize) -> Option<f64> {
    (finished >= Recent::ENOUGH).then(|| failed as f64 / finished as f64)
}

impl Store {
    /// What finished in the last minutes, compared with the usual. Counts whole minutes, the current one as the last;
    /// the cost grows with the minutes, not with the messages.
    pub fn recent(&self, now: Timestamp, minutes: u32) -> Recent {
        let current = minute_of(now);
        let start = current - i64::from(minutes) + 1;
        let mut recent = Recent { minutes, ..Recent::default() };
        let mut errors: Vec<(u32, usize)> = Vec::new();
        for (_, minute) in self.tally.minutes.range(start..=current.max(start)) {
            recent.finished += minute.finished;
            recent.failed += minute.failed;
            for (error, count) in &minute.errors {
                match errors.iter_mut().find(|(known, _)| known == error) {
                    Some((_, sum)) => *sum += count,
                    None => errors.push((*error, *count)),
                }
            }
        }
        let named = errors.into_iter().filter_map(|(error, count)| Some((count, self.columns.names.error_of(error)?)));
        let leading = named.max_by(|(count, error), (other_count, other)| {
            count.cmp(other_count).then_with(|| (&other.code, &other.kind).cmp(&(&error.code, &error.kind)))
        });
        recent.leading_error = leading.map(|(_, error)| error.clone());
        let usual = self.tally.minutes.range(start - USUAL..start);
        let (finished, failed) = usual.fold((0, 0), |(finished, failed), (_, minute)| (finished + minute.finished, failed + minute.failed));
        recent.usual_share = share(failed, finished);
        recent.rising_since = self.rising_since(&recent, start - USUAL..=current.max(start));
        recent
    }

    fn rising_since(&self, recent: &Recent, looked_at: RangeInclusive<i64>) -> Option<Timestamp> {
        let (share, usual) = (recent.share()?, recent.usual_share?);
        if share <= usual * Recent::AS_USUAL {
            return None;
        }
        let minutes = self.tally.minutes.range(looked_at).map(|(at, minute)| (*at, minute.finished, minute.failed));
        Timestamp::from_millisecond(rising::since(minutes, usual)? * MINUTE).ok()
    }

    /// What finished in each minute from `from` until before `until`, oldest first; minutes in which nothing finished
    /// are left out. Covered messages only.
    pub fn ends_by_minute(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = MinuteOfEnds> + '_ {
        let start = minute_of(from);
        let minutes = self.tally.minutes.range(start..minute_of(until).max(start));
        minutes.filter(|(_, minute)| minute.finished > 0).filter_map(|(at, minute)| {
            let start = Timestamp::from_millisecond(at * MINUTE).ok()?;
            Some(MinuteOfEnds { minute: start, finished: minute.finished, failed: minute.failed })
        })
    }

    /// The covered messages on the way at `now`, by status as in [`super::Counts::by_status`]: without delivered and
    /// failed ones, those with the telco abroad, and those that have been with a telco of Singapore for 48 h, to the
    /// minute.
    pub fn open_by_status(&self, now: Timestamp) -> [usize; STATUS_COUNT] {
        let mut open = self.counts().by_status;
        for done in [Status::Success, Status::Failure] {
            open[status_index(Some(&done))] = 0;
        }
        let silence = i64::try_from(TELCO_SILENCE.as_secs() / 60).unwrap_or(i64::MAX);
        let others = open.iter().enumerate().filter(|(index, _)| *index != usize::from(WITH_TELCO)).map(|(_, count)| count).sum::<usize>();
        let with_telco = self.counts().open - others.min(self.counts().open);
        let silent: usize = self.tally.minutes.range(..minute_of(now) - silence).map(|(_, minute)| minute.with_telco).sum();
        open[usize::from(WITH_TELCO)] = with_telco - silent.min(with_telco);
        open
    }
}

impl Store {
    /// When the least recently read message on the way was read: none on the screen is older than that. `None` if
    /// none is on the way. Looks at every message on the way.
    pub fn oldest_open_reading(&self, now: Timestamp) -> Option<Timestamp> {
        let open = self.tally.open.iter().filter(|row| self.progress(*row, now) == Progress::Open);
        open.map(|row| self.columns.asked.newest(row.index())).min().map(|stamp| self.columns.asked.time(stamp))
    }
}

fn minute_of(time: Timestamp) -> i64 {
    time.as_millisecond().div_euclid(MINUTE)
}
