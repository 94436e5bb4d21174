//! The last minutes against the usual.

mod rising;

use std::ops::RangeInclusive;

use jiff::Timestamp;

use super::Store;
use super::counts::{STATUS_COUNT, status_index};
use super::names::WITH_TELCO;
use super::tally::MINUTE;
use crate::delivery::{DeliveryError, Progress, Status, TELCO_SILENCE};

/// What ended in the last minutes. A message counts where its last change lies.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recent {
    /// How many minutes it is about; the current one counts as one of them.
    pub minutes: u32,
    /// Delivered and failed messages.
    pub finished: usize,
    /// The failed ones among them.
    pub failed: usize,
    /// The share of failures in the 24 hours before the window, 0 to 1; `None` where fewer than
    /// [`Recent::ENOUGH`] finished then.
    pub usual_share: Option<f64>,
    /// The most frequent error of the window; ties by code.
    pub leading_error: Option<DeliveryError>,
    /// The minute in which the share of failures began to rise above the usual one, if it stands
    /// above it now; `None` where it does not, where too few finished to tell, or where nothing is
    /// known of the usual. It can lie before the window.
    pub rising_since: Option<Timestamp>,
}

impl Recent {
    /// From how many finished messages on a share says something.
    pub const ENOUGH: usize = 20;

    /// How many times the usual share still counts as usual.
    pub const AS_USUAL: f64 = 1.5;

    /// The share of failures in the window, 0 to 1; `None` where fewer than
    /// [`Recent::ENOUGH`] finished.
    pub fn share(&self) -> Option<f64> {
        share(self.failed, self.finished)
    }
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

/// Minutes of the time that is taken as usual.
const USUAL: i64 = 24 * 60;

/// A share where there are enough to speak of one.
fn share(failed: usize, finished: usize) -> Option<f64> {
    (finished >= Recent::ENOUGH).then(|| failed as f64 / finished as f64)
}

impl Store {
    /// What ended in the last minutes, against the usual. Counts whole minutes, the current one as
    /// the last; the cost grows with the minutes looked at, not with the messages.
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

    /// What ended in each minute from `from` until before `until`, oldest first; minutes without
    /// an end are left out. Covered messages only.
    pub fn ends_by_minute(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = MinuteOfEnds> + '_ {
        let start = minute_of(from);
        let minutes = self.tally.minutes.range(start..minute_of(until).max(start));
        minutes.filter(|(_, minute)| minute.finished > 0).filter_map(|(at, minute)| {
            let start = Timestamp::from_millisecond(at * MINUTE).ok()?;
            Some(MinuteOfEnds { minute: start, finished: minute.finished, failed: minute.failed })
        })
    }

    /// The covered messages of which more is to be expected at `now`, by status as in
    /// [`super::Counts::by_status`]: without delivered and failed ones, those with the telco abroad,
    /// and those that the telco of Singapore has had for 48 h, to the minute.
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
    /// When the open message that was read longest ago was read: no open one on the screen is older
    /// than that. `None` where none is open. Looks at every open message.
    pub fn oldest_open_reading(&self, now: Timestamp) -> Option<Timestamp> {
        let open = self.tally.open.iter().filter(|row| self.progress(*row, now) == Progress::Open);
        open.map(|row| self.columns.asked.newest(row.index())).min().map(|stamp| self.columns.asked.time(stamp))
    }
}

fn minute_of(time: Timestamp) -> i64 {
    time.as_millisecond().div_euclid(MINUTE)
}
