//! The last minutes compared with the usual.

use std::ops::RangeInclusive;

use jiff::{SignedDuration, Timestamp};

use super::counts::{self, MINUTE, Minute};
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
    /// How many finished in those 24 hours.
    pub usual_finished: usize,
    /// Since when the share of failures is above the usual one, if it is now; `None` if it is not, if too few finished
    /// to say, or if the usual share is unknown. It can be before the window.
    pub rise: Option<Since>,
    /// That nothing finishes any more, although it should.
    pub stall: Option<Stall>,
}

/// Nothing finishes any more, although much is on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stall {
    /// Since the minute in which something last finished.
    pub since: Since,
    /// How many wait, of those that began shortly before or since then: on the way, stuck or unconfirmed.
    pub waiting: usize,
    /// From when on what began is counted among these; `None` where that is all that is loaded.
    pub counted_from: Option<Timestamp>,
}

/// Since when it goes badly, as far as what is loaded tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// It changed in this minute.
    Minute(Timestamp),
    /// It was never otherwise: since the campaign's first message.
    Start,
    /// It was so as far back as was looked, and before that it is not known: for at least so long.
    AtLeast(SignedDuration),
}

impl Since {
    /// The minute, if something changed in it.
    pub fn minute(self) -> Option<Timestamp> {
        match self {
            Since::Minute(minute) => Some(minute),
            Since::Start | Since::AtLeast(_) => None,
        }
    }
}

impl Recent {
    /// From this many finished messages on, a share is meaningful.
    pub const ENOUGH: usize = 20;

    /// Up to this many times the usual share still counts as usual.
    pub const AS_USUAL: f64 = 1.5;

    /// So many failures beyond the usual are not chance.
    const WORTH_A_WORD: f64 = 3.0;

    /// Whether so many failures are too many: above `limit` (a share, 0 to 1) or above the usual share and half, and at
    /// least three more than the usual share would give. Judges a minute as well as all of them.
    pub fn is_too_many(&self, failed: usize, finished: usize, limit: f64) -> bool {
        if finished == 0 {
            return false;
        }
        let (share, usual) = (failed as f64 / finished as f64, self.tolerated_share(limit));
        let is_above = share > limit || usual.is_some_and(|usual| share > usual * Self::AS_USUAL);
        is_above && failed as f64 - usual.unwrap_or_default() * finished as f64 >= Self::WORTH_A_WORD
    }

    /// What counts as the usual share, and never more than the limit: a day on which too many failed makes that neither
    /// usual nor well.
    pub fn tolerated_share(&self, limit: f64) -> Option<f64> {
        self.usual_share_at_most().map(|usual| usual.min(limit))
    }

    /// Whether more failed in the window than counts as usual.
    pub fn is_above_usual(&self) -> bool {
        self.usual_share_at_most().is_some_and(|usual| self.failed as f64 > usual * Self::AS_USUAL * self.finished as f64)
    }

    /// The usual share had one more failed: that none of a hundred failed does not make three of four hundred too many.
    fn usual_share_at_most(&self) -> Option<f64> {
        let one = if self.usual_finished > 0 { 1.0 / self.usual_finished as f64 } else { 0.0 };
        self.usual_share.map(|usual| usual + one)
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
    /// What finished in the last minutes, compared with the usual, which is never more than `limit` (a share, 0 to 1).
    /// Counts whole minutes, the current one as the last; the cost grows with the minutes, not with the messages.
    /// `known_from` is from when on all messages are known; `None` if that is the whole campaign.
    pub fn recent(&self, now: Timestamp, minutes: u32, limit: f64, known_from: Option<Timestamp>) -> Recent {
        let current = minute_of(now);
        let start = current - i64::from(minutes) + 1;
        let mut recent = Recent { minutes, ..Recent::default() };
        let mut errors = vec![0; self.columns.names.errors().len() + 1];
        for (_, minute) in self.tally.minutes.range(start..=current.max(start)) {
            recent.finished += minute.finished as usize;
            recent.failed += minute.failed as usize;
            minute.errors.add_to(&mut errors);
        }
        let errors = (0..).zip(errors).filter(|(_, count)| *count > 0);
        let named = errors.filter_map(|(error, count)| Some((count, self.columns.names.error_of(error)?)));
        let leading = named.max_by(|(count, error), (other_count, other)| {
            count.cmp(other_count).then_with(|| (&other.code, &other.kind).cmp(&(&error.code, &error.kind)))
        });
        recent.leading_error = leading.map(|(_, error)| error.clone());
        let usual = self.tally.minutes.range(start - USUAL..start);
        let ends = |(finished, failed), (_, minute): (_, &Minute)| (finished + minute.finished as usize, failed + minute.failed as usize);
        let (finished, failed) = usual.fold((0, 0), ends);
        (recent.usual_share, recent.usual_finished) = (share(failed, finished), finished);
        recent.rise = self.rise(recent.share(), recent.tolerated_share(limit), start - USUAL..=current.max(start), known_from);
        recent.begun = self.tally.begun.stations(start..current + 1).map(|(_, _, count)| count).sum();
        recent.stall = self.stall(now, known_from);
        recent
    }

    /// Whether nothing has finished for longer than is usual, although of what began shortly before or since then, most
    /// should have by now.
    fn stall(&self, now: Timestamp, known_from: Option<Timestamp>) -> Option<Stall> {
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
            let (is_waiting, is_young) = (station.is_waiting(), current - begun <= patience);
            // What began a moment ago tells nothing: however much that is, a stall lasts until something finishes.
            all += if is_waiting && is_young { 0 } else { count };
            waiting += if is_waiting { count } else { 0 };
            too_long += if is_waiting && !is_young { count } else { 0 };
        }
        let since = match (last.and_then(start_of), known_from) {
            (Some(last), _) => Since::Minute(last),
            (None, None) => Since::Start,
            (None, Some(from)) => Since::AtLeast(now.duration_since(from)),
        };
        let counted_from = last.and_then(|_| start_of(first));
        (too_long >= Recent::ENOUGH && too_long * 2 > all).then_some(Stall { since, waiting, counted_from })
    }

    /// Since when the share of failures is above the usual one.
    fn rise(&self, share: Option<f64>, usual: Option<f64>, looked_at: RangeInclusive<i64>, known_from: Option<Timestamp>) -> Option<Since> {
        let (share, usual) = (share?, usual?);
        if share <= usual * Recent::AS_USUAL {
            return None;
        }
        let (start, current) = (*looked_at.start(), *looked_at.end());
        let minutes = self.tally.minutes.range(looked_at).map(|(at, minute)| (*at, minute.finished as usize, minute.failed as usize));
        let rise = change_point(minutes, usual)?;
        if rise.is_change {
            return start_of(rise.began).map(Since::Minute);
        }
        let is_first = known_from.is_none() && self.tally.minutes.range(..start).next().is_none();
        Some(if is_first { Since::Start } else { Since::AtLeast(SignedDuration::from_mins(current - rise.began)) })
    }

    /// What finished in each minute from `from` until before `until`, oldest first; minutes in which nothing finished
    /// are left out. Covered messages only.
    pub fn ends_by_minute(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = MinuteOfEnds> + '_ {
        let start = minute_of(from);
        let minutes = self.tally.minutes.range(start..minute_of(until).max(start));
        minutes.filter(|(_, minute)| minute.finished > 0).filter_map(|(at, minute)| {
            Some(MinuteOfEnds { minute: start_of(*at)?, finished: minute.finished as usize, failed: minute.failed as usize })
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

fn start_of(minute: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(minute * MINUTE).ok()
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

/// The largest share that a rise is taken for, so that a delivery among many failures weighs much, but not everything.
const MOST_RAISED: f64 = 0.999;

/// Evidence is capped at this, so that a rise that is over is soon seen as over.
const MOST_EVIDENCE: f64 = 3.0 * ENOUGH_EVIDENCE;

/// Where failures began to exceed the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ChangePoint {
    /// The minute.
    began: i64,
    /// Whether it was otherwise before: if not, this is merely where what is known begins.
    is_change: bool,
}

/// Where failures began to exceed the usual, if they still do in the last minute. `minutes` are (minute, finished,
/// failed), oldest first; minutes in which nothing finished may be left out.
///
/// Each finished message is evidence for a rise or against it, by how much likelier it is under the raised share than
/// under the usual one (Page's cumulative sum). The sum is never below zero, and a rise began where it last was zero.
///
/// That is done twice: first for the smallest rise, which finds any, but is slow to forget a single failure before it;
/// then for the share that was found, against which some deliveries weigh more than an earlier failure. What lies
/// before is judged in the same way, by the evidence that it was as usual.
fn change_point(minutes: impl Iterator<Item = (i64, usize, usize)> + Clone, usual_share: f64) -> Option<ChangePoint> {
    let usual = usual_share.clamp(LEAST_USUAL, 0.99);
    let least = (usual * 2.0).max(usual + LEAST_RISE).min((1.0 + usual) / 2.0);
    let found = last_rise(minutes.clone(), |minute| evidence(minute, usual, least)).filter(|rise| rise.lasts)?;
    let rising = minutes.clone().skip_while(|(minute, ..)| *minute < found.began);
    let (finished, failed) = rising.clone().fold((0, 0), |(finished, failed), (_, more, bad)| (finished + more, failed + bad));
    let raised = (failed as f64 / finished.max(1) as f64).clamp(least, MOST_RAISED);
    let began = last_rise(rising, |minute| evidence(minute, usual, raised)).map_or(found.began, |rise| rise.began);
    let before = minutes.take_while(|(minute, ..)| *minute < began);
    let as_usual = before.fold(0.0_f64, |sum, minute| (sum - evidence(minute, usual, raised)).max(0.0));
    Some(ChangePoint { began, is_change: as_usual >= ENOUGH_EVIDENCE })
}

/// How much what finished in a minute speaks for the raised share and against the usual one.
fn evidence((_, finished, failed): (i64, usize, usize), usual: f64, raised: f64) -> f64 {
    let delivered = finished.saturating_sub(failed);
    failed as f64 * (raised / usual).ln() + delivered as f64 * ((1.0 - raised) / (1.0 - usual)).ln()
}

/// A stretch with enough evidence.
struct Rise {
    began: i64,
    /// Whether it lasts until the last minute.
    lasts: bool,
}

/// The last stretch with enough evidence.
fn last_rise(minutes: impl Iterator<Item = (i64, usize, usize)>, evidence: impl Fn((i64, usize, usize)) -> f64) -> Option<Rise> {
    let (mut sum, mut began, mut last) = (0.0_f64, None, None);
    for minute in minutes {
        sum = (sum + evidence(minute)).clamp(0.0, MOST_EVIDENCE);
        if sum == 0.0 {
            began = None;
            last = last.map(|rise| Rise { lasts: false, ..rise });
            continue;
        }
        let began = *began.get_or_insert(minute.0);
        if sum >= ENOUGH_EVIDENCE {
            last = Some(Rise { began, lasts: true });
        }
    }
    last
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

    /// The minute of the change; `Err` if it was so as far back as is known.
    fn change(minutes: Vec<(i64, usize, usize)>, usual_share: f64) -> Option<Result<i64, i64>> {
        let change = change_point(minutes.into_iter(), usual_share)?;
        Some(if change.is_change { Ok(change.began) } else { Err(change.began) })
    }

    #[rstest]
    #[case(&[(100, 0), (20, 10)], Some(Ok(100)))]
    #[case(&[(100, 0), (1, 1), (20, 0)], None)]
    #[case(&[(100, 0), (20, 0)], None)]
    #[case(&[(40, 0), (5, 10), (60, 0)], None)]
    #[case(&[(40, 0), (5, 10), (60, 0), (3, 6)], Some(Ok(105)))]
    // A failure shortly before the rise is not its beginning.
    #[case(&[(100, 0), (1, 1), (1, 0), (20, 10)], Some(Ok(102)))]
    // Neither is a rise that was over, although few minutes ago; a quiet minute within one does not end it.
    #[case(&[(100, 0), (5, 20), (10, 0), (5, 20)], Some(Ok(115)))]
    #[case(&[(100, 0), (5, 20), (1, 4), (5, 20)], Some(Ok(100)))]
    // A rise in two steps begins with the first one.
    #[case(&[(100, 0), (60, 3), (10, 20)], Some(Ok(100)))]
    // It was so all along, also after a first minute without a failure; or once before, and not for long hours.
    #[case(&[(10, 30)], Some(Err(0)))]
    #[case(&[(1, 0), (200, 2)], Some(Err(1)))]
    #[case(&[(1_440, 10)], Some(Err(0)))]
    #[case(&[(60, 30), (300, 0), (20, 10)], Some(Ok(360)))]
    fn a_rise_begins_where_it_began(#[case] parts: &[(i64, usize)], #[case] began: Option<Result<i64, i64>>) {
        assert_eq!(change(minutes(parts), 0.002), began);
    }

    #[rstest]
    #[case(120, 3, 443, false)]
    #[case(120, 9, 443, true)]
    #[case(40, 4, 40, true)]
    // Of many it does say that failures are rare.
    #[case(20_000, 4, 443, true)]
    fn that_none_of_a_few_failed_is_no_measure(
        #[case] usual_finished: usize,
        #[case] failed: usize,
        #[case] finished: usize,
        #[case] is_too_many: bool,
    ) {
        let recent = Recent { usual_share: Some(0.0), usual_finished, failed, finished, ..Recent::default() };
        assert_eq!((recent.is_failing(0.02), recent.is_above_usual()), (is_too_many, is_too_many));
    }

    #[test]
    fn what_is_usual_is_no_rise() {
        assert_eq!(change(minutes(&[(200, 6)]), 0.1), None);
        assert_eq!(change(minutes(&[(200, 6), (10, 20)]), 0.1), Some(Ok(200)));
    }

    #[test]
    fn minutes_without_an_end_say_nothing() {
        assert_eq!(change(vec![(0, 60, 0), (50, 3, 2), (90, 3, 3)], 0.01), Some(Ok(50)));
        assert_eq!(change(Vec::new(), 0.01), None);
    }

    #[rstest]
    // The limit is what is tolerated, although far more is usual.
    #[case(Some(0.17), 38, 212, true)]
    #[case(Some(0.04), 6, 100, true)]
    #[case(Some(0.04), 4, 100, false)]
    #[case(Some(0.003), 38, 212, true)]
    #[case(Some(0.003), 2, 212, false)]
    #[case(None, 38, 212, true)]
    fn no_day_makes_more_than_the_limit_usual(
        #[case] usual_share: Option<f64>,
        #[case] failed: usize,
        #[case] finished: usize,
        #[case] is_too_many: bool,
    ) {
        let recent = Recent { usual_share, ..Recent::default() };
        assert_eq!(recent.is_too_many(failed, finished, 0.02), is_too_many);
    }
}
