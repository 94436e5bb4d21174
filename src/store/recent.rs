//! The last minutes compared with the usual.

use std::ops::RangeInclusive;

use jiff::Timestamp;

use super::counts::{self, MINUTE};
use super::filter::Sieve;
use super::{Filter, Store};
use crate::delivery::{DeliveryError, Progress};

/// What finished in the last minutes. A message counts in the minute of its last change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recent {
    /// How many minutes it covers, including the current one.
    pub minutes: u32,
    /// Delivered and failed messages.
    pub finished: usize,
    /// The failed ones among them.
    pub failed: usize,
    /// How many began: created or retried.
    pub begun: usize,
    /// The share of failures in the 24 hours before the window, 0 to 1; `None` if fewer than [`Recent::ENOUGH`]
    /// finished then.
    pub usual_share: Option<f64>,
    /// The most frequent error of the window; ties by code.
    pub leading_error: Option<DeliveryError>,
    /// The minute in which the share of failures began to rise above the usual one, if it is above it now; `None` if
    /// it is not, if too few finished to say, or if the usual share is unknown. It can be before the window.
    pub rising_since: Option<Timestamp>,
    /// That nothing finishes any more, although it should.
    pub stall: Option<Stall>,
}

/// Nothing finishes any more, although much is on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stall {
    /// The minute in which something last finished; `None` if nothing has.
    pub since: Option<Timestamp>,
    /// How many wait: on the way, stuck or unconfirmed.
    pub waiting: usize,
}

impl Recent {
    /// From this many finished messages on, a share is meaningful.
    pub const ENOUGH: usize = 20;

    /// Up to this many times the usual share still counts as usual.
    pub const AS_USUAL: f64 = 1.5;

    /// So many failures beyond the usual are not chance.
    const WORTH_A_WORD: f64 = 3.0;

    /// Whether so many failures are more than usual: above `limit` (a share, 0 to 1) or above the usual share and half,
    /// and at least three more than the usual share would give. Judges a minute as well as all of them.
    pub fn is_too_many(&self, failed: usize, finished: usize, limit: f64) -> bool {
        if finished == 0 {
            return false;
        }
        let (share, usual) = (failed as f64 / finished as f64, self.usual_share.unwrap_or_default());
        let is_above = share > limit || self.usual_share.is_some_and(|usual| share > usual * Self::AS_USUAL);
        is_above && failed as f64 - usual * finished as f64 >= Self::WORTH_A_WORD
    }

    /// Whether too many failed in the window.
    pub fn is_failing(&self, limit: f64) -> bool {
        self.is_too_many(self.failed, self.finished, limit)
    }

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
        recent.begun = self.tally.begun.stations(start..current + 1).map(|(_, _, count)| count).sum();
        recent.stall = self.stall(now);
        recent
    }

    /// Whether nothing has finished for longer than is usual, although of what began shortly before or since then, most
    /// should have by now.
    fn stall(&self, now: Timestamp) -> Option<Stall> {
        let current = minute_of(now);
        let last = self.tally.minutes.range(..=current).next_back().map(|(at, _)| *at);
        // What finished may be in what is not loaded yet.
        let coverage = self.coverage();
        let is_a_day_loaded = coverage.oldest.is_some_and(|oldest| current - minute_of(oldest) >= USUAL);
        if last.is_none() && !coverage.complete && !is_a_day_loaded {
            return None;
        }
        let usual = self.tally.begun.usual(current, 0.95).map_or(UNKNOWN_PATIENCE, |usual| usual.div_euclid(MINUTE) + 1);
        let patience = usual.max(LEAST_PATIENCE);
        if last.is_some_and(|last| current - last <= patience) {
            return None;
        }
        let first = last.map_or(i64::MIN, |last| last - BEFORE_THE_STALL);
        let (mut all, mut waiting, mut too_long) = (0, 0, 0);
        for (begun, station, count) in self.tally.begun.stations(first..current + 1) {
            all += count;
            if station.is_waiting() {
                waiting += count;
                too_long += if current - begun > patience { count } else { 0 };
            }
        }
        let since = last.and_then(|last| Timestamp::from_millisecond(last * MINUTE).ok());
        (too_long >= Recent::ENOUGH && too_long * 2 > all).then_some(Stall { since, waiting })
    }

    fn rising_since(&self, recent: &Recent, looked_at: RangeInclusive<i64>) -> Option<Timestamp> {
        let (share, usual) = (recent.share()?, recent.usual_share?);
        if share <= usual * Recent::AS_USUAL {
            return None;
        }
        let minutes = self.tally.minutes.range(looked_at).map(|(at, minute)| (*at, minute.finished, minute.failed));
        Timestamp::from_millisecond(change_point(minutes, usual)? * MINUTE).ok()
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
}

impl Store {
    /// When the least recently read message on the way was read, of those whose newest attempt began at `since` or later,
    /// and before `until`. `None` if none is on the way. Looks at every message on the way.
    pub fn oldest_open_reading(&self, since: Option<Timestamp>, until: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let window = Filter { since, until, ..Filter::default() };
        let window = Sieve::new(self, &window, now);
        let open = self.tally.open.iter().filter(|row| self.progress(*row, now) == Progress::Open && window.passes(*row));
        open.map(|row| self.columns.asked.newest(row.index())).min().map(|stamp| self.columns.asked.time(stamp))
    }
}

fn minute_of(time: Timestamp) -> i64 {
    counts::minute_of(time.as_millisecond())
}

/// After this many minutes without an end it can be a stall at the earliest.
const LEAST_PATIENCE: i64 = 2;

/// The same where it is not known how long messages usually take.
const UNKNOWN_PATIENCE: i64 = 10;

/// What began this many minutes before the last end should have finished, too.
const BEFORE_THE_STALL: i64 = 15;

/// The least share of failures that counts as usual: if nothing failed in a day, a single failure is not a rise.
const LEAST_USUAL: f64 = 0.001;

/// The smallest rise above the usual that is looked for. Two in a hundred is also the default limit above which a
/// campaign needs a person.
const LEAST_RISE: f64 = 0.02;

/// How much evidence makes a rise, as the natural logarithm of its odds against chance: 150 to 1. Two or three
/// failures in quick succession reach it.
const ENOUGH_EVIDENCE: f64 = 5.0;

/// Evidence is capped at this, so that a rise that is over is soon seen as over.
const MOST_EVIDENCE: f64 = 3.0 * ENOUGH_EVIDENCE;

/// The minute in which failures began to exceed the usual, if they still do in the last minute. `minutes` are
/// (minute, finished, failed), oldest first; minutes in which nothing finished may be left out.
///
/// Each finished message is evidence for a rise or against it, by how much likelier it is under the raised share than
/// under the usual one (Page's cumulative sum). The sum is never below zero, and a rise began where it last was zero.
fn change_point(minutes: impl Iterator<Item = (i64, usize, usize)>, usual_share: f64) -> Option<i64> {
    let usual = usual_share.clamp(LEAST_USUAL, 0.99);
    let raised = (usual * 2.0).max(usual + LEAST_RISE).min((1.0 + usual) / 2.0);
    let (a_failure, a_delivery) = ((raised / usual).ln(), ((1.0 - raised) / (1.0 - usual)).ln());
    let (mut evidence, mut began, mut is_rise) = (0.0_f64, None, false);
    for (minute, finished, failed) in minutes {
        let delivered = finished.saturating_sub(failed);
        let sum = evidence + failed as f64 * a_failure + delivered as f64 * a_delivery;
        if sum <= 0.0 {
            (evidence, began, is_rise) = (0.0, None, false);
            continue;
        }
        evidence = sum.min(MOST_EVIDENCE);
        began = began.or(Some(minute));
        is_rise |= evidence >= ENOUGH_EVIDENCE;
    }
    began.filter(|_| is_rise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// 60 finished messages a minute, of which `failed` failed, for this many minutes each.
    fn minutes(parts: &[(i64, usize)]) -> Vec<(i64, usize, usize)> {
        let failed = parts.iter().flat_map(|(minutes, failed)| (0..*minutes).map(move |_| *failed));
        (0..).zip(failed).map(|(minute, failed)| (minute, 60, failed)).collect()
    }

    #[rstest]
    #[case(&[(100, 0), (20, 10)], Some(100))]
    #[case(&[(100, 0), (1, 1), (20, 0)], None)]
    #[case(&[(100, 0), (20, 0)], None)]
    #[case(&[(40, 0), (5, 10), (60, 0)], None)]
    #[case(&[(40, 0), (5, 10), (60, 0), (3, 6)], Some(105))]
    #[case(&[(10, 30)], Some(0))]
    fn a_rise_begins_where_it_began(#[case] parts: &[(i64, usize)], #[case] began: Option<i64>) {
        assert_eq!(change_point(minutes(parts).into_iter(), 0.002), began);
    }

    #[test]
    fn what_is_usual_is_no_rise() {
        assert_eq!(change_point(minutes(&[(200, 6)]).into_iter(), 0.1), None);
        assert_eq!(change_point(minutes(&[(200, 6), (10, 20)]).into_iter(), 0.1), Some(200));
    }

    #[test]
    fn minutes_without_an_end_say_nothing() {
        let sparse = [(0, 60, 0), (50, 3, 2), (90, 3, 3)];
        assert_eq!(change_point(sparse.into_iter(), 0.01), Some(50));
        assert_eq!(change_point(std::iter::empty(), 0.01), None);
    }
}
