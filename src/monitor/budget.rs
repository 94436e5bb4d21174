//! The campaign's share of the API's calls.
//!
//! Ten calls a second are all that a campaign has, its own sender included. So calls go one at a time, evenly spaced,
//! without bursts (a burst would use up the second that the sender shares), and on a 429 this program gives way, not
//! the sender.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::postman::LONGEST_RETRY_AFTER;

/// The share of the rate that is left after a 429.
const AFTER_429: f64 = 0.7;

/// The slowest rate after 429s, calls a second.
const FLOOR: f64 = 0.5;

/// How long the recovery takes, from a 429 back to the rate at which it happened.
const RECOVERY_S: f64 = 30.0;

/// How long it takes from there to the ceiling: once the sender has finished, everything is back to normal within a
/// minute of the last 429.
const PROBING_S: f64 = 25.0;

/// The window in which the meter counts calls.
const METER: Duration = Duration::from_secs(10);

/// The calls that may be made, and when. Reads no clock: the time is always an argument.
#[derive(Debug, Clone)]
pub struct Budget {
    ceiling: f64,
    slowed: Option<Slowed>,
    last_call: Option<Timestamp>,
    held_until: Option<Timestamp>,
    recent: VecDeque<Timestamp>,
    halved: bool,
}

#[derive(Debug, Clone, Copy)]
struct Slowed {
    at: Timestamp,
    /// The rate at which the 429 came, calls a second.
    before: f64,
}

impl Budget {
    /// A budget of at most `calls_per_second`.
    pub fn new(calls_per_second: f64) -> Self {
        Self {
            ceiling: calls_per_second.max(0.01),
            slowed: None,
            last_call: None,
            held_until: None,
            recent: VecDeque::new(),
            halved: false,
        }
    }

    /// The configured ceiling, calls a second.
    pub fn ceiling(&self) -> f64 {
        self.ceiling
    }

    /// The rate now, calls a second. After a 429 it follows a cubic curve, as TCP's CUBIC does:
    /// steep at first, flat around the rate at which it happened, then up to the ceiling.
    pub fn rate(&self, now: Timestamp) -> f64 {
        self.full_rate(now) * if self.halved { 0.5 } else { 1.0 }
    }

    /// The same, as if no other process made calls.
    pub fn full_rate(&self, now: Timestamp) -> f64 {
        let Some(slowed) = self.slowed else { return self.ceiling };
        let gone = now.duration_since(slowed.at).as_secs_f64().max(0.0);
        let from_there = gone - RECOVERY_S;
        let steep = if from_there < 0.0 {
            (1.0 - AFTER_429) * slowed.before / RECOVERY_S.powi(3)
        } else {
            (self.ceiling - slowed.before) / PROBING_S.powi(3)
        };
        let rate = steep * from_there.powi(3) + slowed.before;
        rate.clamp(FLOOR.min(self.ceiling), self.ceiling)
    }

    /// The earliest time at which the next call may be made.
    pub fn next_slot(&self, now: Timestamp) -> Timestamp {
        let spaced = self.last_call.map(|last| add(last, 1.0 / self.rate(now)));
        [Some(now), spaced, self.held_until].into_iter().flatten().max().unwrap_or(now)
    }

    /// When the call after the next one could be made, if the next one is skipped.
    pub fn after_a_turn(&self, now: Timestamp) -> Timestamp {
        self.last_call.map_or(now, |last| add(last, 2.0 / self.rate(now)))
    }

    /// A call is made now.
    pub fn call(&mut self, now: Timestamp) {
        self.last_call = Some(now);
        self.recent.push_back(now);
        self.forget(now);
    }

    /// The server answered 429 and may have said how long to wait.
    pub fn too_many(&mut self, now: Timestamp, retry_after: Option<Duration>) {
        // The curve starts over from the rate reached, so that several in a row keep slowing it down.
        self.slowed = Some(Slowed { at: now, before: self.full_rate(now) });
        if let Some(wait) = retry_after {
            self.hold(add(now, wait.min(LONGEST_RETRY_AFTER).as_secs_f64()));
        }
    }

    /// Halves the rate, because another process may be taking the other half, unseen.
    pub fn halve(&mut self, halved: bool) {
        self.halved = halved;
    }

    /// No call before `until`.
    pub fn hold(&mut self, until: Timestamp) {
        self.held_until = self.held_until.max(Some(until));
    }

    /// Calls now wait only for their spacing: a person asked for one.
    pub fn release(&mut self) {
        self.held_until = None;
    }

    /// When a 429 last slowed it down, while that still has an effect.
    pub fn slowed_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.slowed.filter(|_| self.full_rate(now) < self.ceiling * 0.99).map(|slowed| slowed.at)
    }

    /// Calls per second over the last ten seconds.
    pub fn used(&self, now: Timestamp) -> f64 {
        let since = now - SignedDuration::try_from(METER).unwrap_or(SignedDuration::MAX);
        self.recent.iter().filter(|at| **at > since).count() as f64 / METER.as_secs_f64()
    }

    fn forget(&mut self, now: Timestamp) {
        let since = now - SignedDuration::try_from(METER).unwrap_or(SignedDuration::MAX);
        while self.recent.front().is_some_and(|at| *at < since) {
            self.recent.pop_front();
        }
    }
}

/// A time some seconds later.
pub(super) fn add(at: Timestamp, seconds: f64) -> Timestamp {
    let later = SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::from_hours(1));
    at.checked_add(later).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: f64) -> Timestamp {
        add(Timestamp::from_second(1_900_000_000).unwrap(), seconds)
    }

    #[test]
    fn calls_are_spaced_and_never_in_a_burst() {
        let mut budget = Budget::new(2.0);
        assert_eq!(budget.next_slot(at(0.0)), at(0.0));
        budget.call(at(0.0));
        assert_eq!(budget.next_slot(at(0.0)), at(0.5));
        // A long idle time saves up nothing.
        budget.call(at(100.0));
        assert_eq!(budget.next_slot(at(100.1)), at(100.5));
    }

    #[test]
    fn a_429_slows_it_and_the_curve_brings_it_back() {
        let mut budget = Budget::new(2.0);
        budget.call(at(0.0));
        budget.too_many(at(0.0), None);
        assert!((budget.rate(at(0.0)) - 1.4).abs() < 1e-9);
        assert!(budget.rate(at(10.0)) > 1.4 && budget.rate(at(10.0)) < 2.0);
        assert!((budget.rate(at(30.0)) - 2.0).abs() < 1e-9);
        assert_eq!(budget.slowed_at(at(60.0)), None);
    }

    #[test]
    fn many_429s_reach_the_floor_and_no_further() {
        let mut budget = Budget::new(2.0);
        for second in 0..20 {
            budget.too_many(at(f64::from(second)), None);
        }
        assert!((budget.rate(at(19.0)) - 0.5).abs() < 0.05, "{}", budget.rate(at(19.0)));
    }

    #[test]
    fn from_the_floor_it_is_back_at_the_ceiling_within_a_minute() {
        let mut budget = Budget::new(10.0);
        for second in 0..20 {
            budget.too_many(at(f64::from(second)), None);
        }
        let rates: Vec<f64> = (19..80).map(|second| budget.rate(at(f64::from(second)))).collect();
        assert!(rates[0] < 0.6 && rates.is_sorted(), "{rates:?}");
        assert_eq!(budget.rate(at(79.0)), 10.0);
        assert!(budget.rate(at(49.0)) < 0.8, "flat where it happened");
    }

    #[test]
    fn retry_after_is_obeyed() {
        let mut budget = Budget::new(2.0);
        budget.too_many(at(0.0), Some(Duration::from_secs(7)));
        assert_eq!(budget.next_slot(at(0.1)), at(7.0));
        budget.too_many(at(0.0), Some(Duration::from_secs(86_400)));
        assert_eq!(budget.next_slot(at(0.1)), at(900.0), "within reason");
    }

    proptest! {
        #[test]
        fn no_sliding_second_holds_more_than_the_ceiling(
            ceiling in prop::sample::select(vec![1.0, 2.0, 3.0, 10.0]),
            rests in prop::collection::vec((0u32..1500, 0u8..10), 1..80),
        ) {
            let mut budget = Budget::new(ceiling);
            let mut now = at(0.0);
            let mut calls = Vec::new();
            for (rest_ms, luck) in rests {
                now = add(budget.next_slot(now).max(now), f64::from(rest_ms) / 1000.0);
                now = budget.next_slot(now);
                budget.call(now);
                calls.push(now);
                if luck == 0 { budget.too_many(now, None); }
            }
            for (index, start) in calls.iter().enumerate() {
                let within = calls[index..].iter().take_while(|call| call.duration_since(*start) < SignedDuration::from_millis(999)).count();
                prop_assert!(within as f64 <= ceiling.ceil(), "{within} calls in a second at {ceiling}");
            }
        }
    }
}
