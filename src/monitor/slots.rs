//! The slot of the next call in the budget that several processes share. Pure: who reserves is the
//! worker.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How late a call may use its slot. Slots are this much further apart than the rate asks for, so
/// that calls that are a little late never crowd together.
pub(super) const LATE: Duration = Duration::from_millis(5);

/// How often a slot that was missed is reserved anew before the call goes all the same: a machine
/// that is late every time must not stand still.
const MISSES: u8 = 3;

/// After how long a file that could not be used is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// How the next call gets its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slots {
    /// It needs one.
    Wanted {
        /// How often one was missed.
        missed: u8,
    },
    /// It has one.
    Reserved {
        /// From when on it may leave.
        at: Timestamp,
        /// How often one was missed before.
        missed: u8,
    },
    /// The shared file cannot be used: half the rate, without slots, until it is tried again.
    Broken {
        /// When.
        again: Timestamp,
    },
}

/// What the shared budget says about a call that may leave by its own budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// A slot is to be reserved first.
    Reserve,
    /// Its slot is still to come.
    Wait(Timestamp),
    /// It may leave.
    Go,
}

impl Slots {
    pub fn turn(&self, now: Timestamp) -> Turn {
        let late = SignedDuration::try_from(LATE).unwrap_or(SignedDuration::ZERO);
        match *self {
            Slots::Wanted { .. } => Turn::Reserve,
            // The clock was set back.
            Slots::Reserved { at, .. } if at.duration_since(now) > AGAIN => Turn::Reserve,
            Slots::Broken { again } if again.duration_since(now) > AGAIN => Turn::Reserve,
            Slots::Reserved { at, .. } if at > now => Turn::Wait(at),
            Slots::Reserved { at, missed } if missed < MISSES && now.duration_since(at) > late => Turn::Reserve,
            Slots::Broken { again } if again <= now => Turn::Reserve,
            Slots::Reserved { .. } | Slots::Broken { .. } => Turn::Go,
        }
    }

    /// One was reserved.
    pub fn reserved(&mut self, at: Timestamp) {
        let missed = match *self {
            Slots::Reserved { missed, .. } => missed + 1,
            Slots::Wanted { missed } => missed,
            Slots::Broken { .. } => 0,
        };
        *self = Slots::Reserved { at, missed };
    }

    /// None could be reserved. Gives whether that is news.
    pub fn broke(&mut self, now: Timestamp) -> bool {
        let news = !self.is_broken();
        *self = Slots::Broken { again: now + AGAIN };
        news
    }

    /// A call leaves.
    pub fn used(&mut self) {
        if matches!(self, Slots::Reserved { .. }) {
            *self = Slots::Wanted { missed: 0 };
        }
    }

    pub fn is_broken(&self) -> bool {
        matches!(self, Slots::Broken { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_900_000_000_000 + millisecond).unwrap()
    }

    #[test]
    fn a_call_waits_for_its_slot_and_needs_another_when_it_is_late() {
        let mut slots = Slots::Wanted { missed: 0 };
        assert_eq!(slots.turn(at(0)), Turn::Reserve);
        slots.reserved(at(200));
        assert_eq!(slots.turn(at(0)), Turn::Wait(at(200)));
        assert_eq!(slots.turn(at(204)), Turn::Go);
        assert_eq!(slots.turn(at(206)), Turn::Reserve);
        slots.used();
        assert_eq!(slots.turn(at(204)), Turn::Reserve);
    }

    #[test]
    fn a_clock_that_was_set_back_holds_nothing() {
        let mut slots = Slots::Wanted { missed: 0 };
        slots.reserved(at(3_600_000));
        assert_eq!(slots.turn(at(0)), Turn::Reserve);
        slots.broke(at(3_600_000));
        assert_eq!(slots.turn(at(0)), Turn::Reserve);
    }

    #[test]
    fn who_is_always_late_goes_in_the_end() {
        let mut slots = Slots::Wanted { missed: 0 };
        let mut reserved = 0;
        let mut now = 0;
        while slots.turn(at(now)) != Turn::Go {
            slots.reserved(at(now));
            reserved += 1;
            now += 50;
        }
        assert_eq!(reserved, 4);
    }

    #[test]
    fn a_broken_file_holds_nothing_back_and_is_tried_again() {
        let mut slots = Slots::Wanted { missed: 0 };
        assert!(slots.broke(at(0)));
        assert_eq!(slots.turn(at(59_999)), Turn::Go);
        assert_eq!(slots.turn(at(60_000)), Turn::Reserve);
        assert!(!slots.broke(at(60_000)), "no news");
    }
}
