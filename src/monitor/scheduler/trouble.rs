//! What keeps calls from being made, and for how long.

use jiff::{SignedDuration, Timestamp};

use super::super::budget::add;
use super::Scheduler;

/// Something that keeps calls from being made.
#[derive(Debug, Clone)]
pub(in crate::monitor) struct Trouble {
    /// No call before then.
    pub until: Timestamp,
    /// How many calls failed in a row.
    pub failures: u32,
    /// When the newest one failed.
    pub at: Timestamp,
    /// Whether it is over: kept for the count of failures, which takes two good minutes to reset.
    pub over: bool,
}

/// How a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::monitor) enum CallFailure {
    /// The call may be repeated.
    Passing { retry_after: Option<std::time::Duration> },
    /// Only a person can fix it.
    Refused,
}

/// Nothing holds calls back for longer: the longest case is a server that asks to wait.
const LONGEST_TROUBLE: SignedDuration = SignedDuration::from_mins(15);

/// After how long without a failure the count of failures is reset.
const GOOD_MINUTES: SignedDuration = SignedDuration::from_mins(2);

/// How often a campaign whose key or address is refused is tried again: often enough to notice a fix, seldom enough
/// not to look like an attack.
const REFUSED_AGAIN: SignedDuration = SignedDuration::from_secs(60);

impl Scheduler {
    /// The earliest time at which a call may be made.
    pub(super) fn slot(&self, now: Timestamp) -> Timestamp {
        // A clock that was set back must not hold calls back for longer than any trouble may.
        let longest = now + LONGEST_TROUBLE;
        let trouble = self.trouble.as_ref().filter(|trouble| !trouble.over).map(|trouble| trouble.until).filter(|until| *until <= longest);
        self.budget.next_slot(now).max(trouble.unwrap_or(now))
    }

    /// A call failed. Returns until when none is made.
    pub fn failed(&mut self, kind: CallFailure, jitter: f64, now: Timestamp) -> Timestamp {
        let before = self.trouble.as_ref().filter(|trouble| now.duration_since(trouble.at) < GOOD_MINUTES);
        let failures = before.map_or(0, |trouble| trouble.failures) + 1;
        let until = match kind {
            CallFailure::Passing { retry_after } => {
                let own = crate::postman::backoff(failures, jitter);
                add(now, own.max(retry_after.unwrap_or_default().min(crate::postman::LONGEST_RETRY_AFTER)).as_secs_f64())
            }
            CallFailure::Refused => now + REFUSED_AGAIN,
        };
        self.trouble = Some(Trouble { until, failures, at: now, over: false });
        until
    }

    /// A call was answered.
    pub fn answered(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.over = true;
        }
    }

    /// A person asked for a call now: only the spacing holds it back.
    pub fn try_now(&mut self) {
        self.read_now = true;
        self.budget.release();
        self.answered();
    }
}
