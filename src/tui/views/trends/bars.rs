//! How the time window is cut into bars of the same length, and what is known of each.

use jiff::Timestamp;

use crate::delivery::Class;
use crate::store::{BegunSpan, Coverage, Latency};
use crate::tui::shared::Campaign;

/// How much of a bar's time is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum BarState {
    /// All of it.
    Whole,
    /// All of it so far: it contains the last moment that is known.
    Running,
    /// Only a part: its figures are lower limits.
    Part,
    /// Nothing.
    Unknown,
}

/// What became of the messages that began in one part of the time window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tui) struct TrendBar {
    /// The first of its minutes, since 1970.
    pub from: i64,
    /// The minute before which it ends.
    pub to: i64,
    pub begun: BegunSpan,
    pub state: BarState,
}

impl TrendBar {
    /// Whether its figures can be shown as they are.
    pub fn is_known(&self) -> bool {
        matches!(self.state, BarState::Whole | BarState::Running)
    }

    /// How many are in a class; `None` where that is not known.
    pub fn count(&self, class: Class) -> Option<usize> {
        self.is_known().then_some(self.begun.classes[class])
    }
}

/// What bars depend on besides the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CutFor {
    /// The first minute of the window; `None` for all times.
    since: Option<i64>,
    /// The minute before which it ends; `None` without an end.
    until: Option<i64>,
    now: i64,
    /// Up to which moment the messages are known, in milliseconds; `None` up to now.
    known_until: Option<i64>,
    /// How many bars there is room for.
    most: usize,
}

/// What the view remembers of a campaign.
#[derive(Debug, Default)]
pub(in crate::tui) struct Trends {
    /// Oldest first.
    bars: Vec<TrendBar>,
    /// How many minutes a bar has. The first and the last may be shorter.
    minutes: i64,
    /// How long deliveries take in the whole window.
    latency: Latency,
    /// What the bars were made for; `None` once the messages have changed.
    made_for: Option<CutFor>,
    /// The start of the bar with the cursor; `None` follows the newest.
    cursor: Option<i64>,
}

impl Trends {
    pub fn bars(&self) -> &[TrendBar] {
        &self.bars
    }

    /// How many minutes a bar has.
    pub fn minutes(&self) -> i64 {
        self.minutes
    }

    /// How long deliveries take in the whole window.
    pub fn latency(&self) -> &Latency {
        &self.latency
    }

    /// Up to which moment the messages are known; `None` up to now.
    pub fn known_until(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.made_for?.known_until?).ok()
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.bars.iter().all(|bar| bar.begun.classes.total() == 0)
    }

    /// The index of the bar with the cursor.
    pub fn index(&self) -> usize {
        let last = self.bars.len().saturating_sub(1);
        self.cursor.map_or(last, |cursor| self.index_of(cursor).unwrap_or(0))
    }

    /// The bar with the cursor.
    pub fn selected(&self) -> Option<&TrendBar> {
        self.bars.get(self.index())
    }

    /// The index of the bar that contains a minute; `None` before the first one.
    pub fn index_of(&self, minute: i64) -> Option<usize> {
        self.bars.partition_point(|bar| bar.from <= minute).checked_sub(1)
    }

    /// Moves the cursor. At the newest bar it follows.
    pub fn go(&mut self, steps: isize) {
        let index = self.index().saturating_add_signed(steps);
        self.cursor = self.bars.get(index).filter(|_| index + 1 < self.bars.len()).map(|bar| bar.from);
    }

    /// The messages have changed.
    pub fn forget_bars(&mut self) {
        self.made_for = None;
    }
}

impl Campaign {
    /// Cuts the time window into bars, at most `most`, unless nothing has changed since it was last done. `own` is the time
    /// by this program's own clock.
    pub fn cut_trends(&mut self, most: usize, own: Timestamp) {
        let minute = |at: Timestamp| at.as_millisecond().div_euclid(MINUTE);
        let (since, until) = self.times();
        let known_until = (!self.is_live(own, true)).then(|| self.recent_until.as_millisecond());
        let wanted = CutFor { since: since.map(minute), until: until.map(minute), now: minute(self.now), known_until, most };
        if self.trends.made_for == Some(wanted) {
            return;
        }
        let coverage = self.store.coverage();
        let first = [self.store.first_begun(), coverage.oldest].into_iter().flatten().min();
        let start = wanted.since.or(first.map(minute)).unwrap_or(wanted.now);
        // What is still to come has no bar, apart from messages of a server whose clock is ahead: the last one has them.
        let end = wanted.until.unwrap_or(i64::MAX).min(wanted.now + 1).max(start + 1);
        let offset = i64::from(self.zone.to_offset(self.now).seconds()).div_euclid(60);
        let (starts, minutes) = cut(start, end, most, offset);
        let times: Vec<Timestamp> = starts.iter().filter_map(|start| Timestamp::from_millisecond(start * MINUTE).ok()).collect();
        let spans = self.store.begun_in_spans(&times, until, self.now);
        let ends = starts.iter().skip(1).copied().chain([end]);
        let known_until = known_until.unwrap_or(self.now.as_millisecond());
        let bar = |((from, to), begun): ((&i64, i64), BegunSpan)| {
            let state = state(*from * MINUTE..to * MINUTE, &coverage, known_until);
            TrendBar { from: *from, to, begun, state }
        };
        // A cursor that the window has left behind follows the newest again.
        self.trends.cursor = self.trends.cursor.filter(|cursor| cursor + minutes > start);
        self.trends.bars = starts.iter().zip(ends).zip(spans).map(bar).collect();
        self.trends.minutes = minutes;
        self.trends.latency = self.store.latency_between(since, until, self.now);
        self.trends.made_for = Some(wanted);
    }
}

/// Milliseconds of a minute.
pub(super) const MINUTE: i64 = 60_000;

/// How much of a time in milliseconds is loaded: back to the oldest message, apart from a hole, and up to a moment.
fn state(time: std::ops::Range<i64>, coverage: &Coverage, known_until: i64) -> BarState {
    let before = (!coverage.complete).then(|| (i64::MIN, coverage.oldest.map_or(i64::MAX, Timestamp::as_millisecond)));
    let hole = coverage.gap.map(|gap| (gap.older.as_millisecond(), gap.newer.as_millisecond()));
    let missing: Vec<(i64, i64)> = before.into_iter().chain(hole).collect();
    if time.start > known_until || missing.iter().any(|(from, to)| *from <= time.start && time.end <= *to) {
        BarState::Unknown
    } else if missing.iter().any(|(from, to)| *from < time.end && time.start < *to) {
        BarState::Part
    } else if time.end > known_until {
        BarState::Running
    } else {
        BarState::Whole
    }
}

/// The usual lengths of a bar, in minutes: up to a day each of them divides a day. Beyond these it is weeks.
const LENGTHS: [i64; 15] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1_440, 2_880];

/// Minutes of a week.
const WEEK: i64 = 7 * 1_440;

/// The lengths that a bar can have, and that times on an axis can be apart, in minutes.
pub(super) fn lengths() -> impl Iterator<Item = i64> {
    LENGTHS.into_iter().chain(std::iter::successors(Some(WEEK), |length| length.checked_mul(2)))
}

/// The starts of the bars that cover the minutes from `start` to before `end`, and how many minutes a bar has: the shortest
/// length of which at most `most` are needed. They start at round times in a zone `offset` minutes ahead, so that they
/// stay the same while the window moves on; the first one starts with the window.
fn cut(start: i64, end: i64, most: usize, offset: i64) -> (Vec<i64>, i64) {
    let round = |minute: i64, length: i64| (minute + offset).div_euclid(length) * length - offset;
    let needed = |length: i64| (round(end - 1, length) - round(start, length)) / length + 1;
    let fits = |length: &i64| usize::try_from(needed(*length)).is_ok_and(|needed| needed <= most.max(2));
    let length = lengths().find(fits).unwrap_or(WEEK);
    let first = round(start, length);
    ((0..needed(length)).map(|index| (first + index * length).max(start)).collect(), length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Gap;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    // An hour at one minute, and at two where there is less room.
    #[case(60, 70, 1, 60)]
    #[case(60, 50, 2, 30)]
    #[case(24 * 60, 70, 30, 48)]
    #[case(24 * 60, 100, 15, 96)]
    #[case(7 * 24 * 60, 70, 180, 56)]
    #[case(400 * 24 * 60, 50, 14 * 1_440, 29)]
    fn a_window_is_cut_into_round_lengths(#[case] minutes: i64, #[case] most: usize, #[case] length: i64, #[case] count: usize) {
        // A midnight in Singapore that is also the start of a week since 1970.
        let (start, offset) = (WEEK * 2_000 - 480, 480);
        let (starts, found) = cut(start, start + minutes, most, offset);
        assert_eq!((found, starts.len()), (length, count));
        assert!(starts.iter().all(|start| (start + offset) % length == 0));
    }

    proptest! {
        #[test]
        fn every_minute_is_in_exactly_one_bar(start in -50_000_000..50_000_000_i64, minutes in 1..2_000_000_i64, most in 0..200_usize, offset in -720..840_i64) {
            let (starts, length) = cut(start, start + minutes, most, offset);
            prop_assert_eq!(starts[0], start);
            prop_assert!(starts.len() <= most.max(2));
            prop_assert!(starts.windows(2).all(|pair| pair[0] < pair[1] && pair[1] - pair[0] <= length));
            let last = starts[starts.len() - 1];
            prop_assert!(last < start + minutes && start + minutes - last <= length);
        }
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millisecond(minutes * MINUTE).unwrap()
    }

    #[rstest]
    #[case(50, 60, BarState::Unknown)]
    #[case(90, 100, BarState::Unknown)]
    // The oldest loaded message is in it, or the edge of a hole.
    #[case(95, 105, BarState::Part)]
    #[case(100, 110, BarState::Whole)]
    #[case(145, 155, BarState::Part)]
    #[case(150, 160, BarState::Unknown)]
    #[case(155, 165, BarState::Part)]
    #[case(145, 165, BarState::Part)]
    #[case(190, 200, BarState::Whole)]
    #[case(195, 205, BarState::Running)]
    #[case(205, 215, BarState::Unknown)]
    fn what_is_not_loaded_is_not_known(#[case] from: i64, #[case] to: i64, #[case] expected: BarState) {
        let gap = Some(Gap { newer: at(160), older: at(150) });
        let coverage = Coverage { oldest: Some(at(100)), gap, ..Coverage::default() };
        assert_eq!(state(from * MINUTE..to * MINUTE, &coverage, 200 * MINUTE), expected);
    }

    #[test]
    fn without_a_loaded_message_nothing_is_known() {
        assert_eq!(state(0..MINUTE, &Coverage::default(), 200 * MINUTE), BarState::Unknown);
    }

    #[test]
    fn before_the_first_message_of_a_whole_campaign_it_is_known_that_there_is_nothing() {
        let coverage = Coverage { oldest: Some(at(100)), complete: true, ..Coverage::default() };
        assert_eq!(state(0..MINUTE, &coverage, 200 * MINUTE), BarState::Whole);
    }
}
