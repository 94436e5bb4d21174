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
    /// When the newest one did.
    pub at: Timestamp,
    /// Whether it is over: kept for the count of failures, which only two good minutes forget.
    pub over: bool,
}

/// How a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::monitor) enum CallFailure {
    /// It may go again.
    Passing { retry_after: Option<std::time::Duration> },
    /// Only a person can change anything.
    Refused,
}

/// No trouble holds calls for longer: the longest is a server that asks to wait.
const LONGEST_TROUBLE: SignedDuration = SignedDuration::from_mins(15);

/// After how long without a failure the count of failures begins anew.
const GOOD_MINUTES: SignedDuration = SignedDuration::from_mins(2);

/// How often a campaign is asked whose key or address is refused: often enough to notice that it
/// was put right, seldom enough not to look like an attack.
const REFUSED_AGAIN: SignedDuration = SignedDuration::from_secs(60);

impl Scheduler {
    /// The earliest time at which a call may leave.
    pub(super) fn slot(&self, now: Timestamp) -> Timestamp {
        // A clock that was set back must not hold calls for longer than any trouble does.
        let longest = now + LONGEST_TROUBLE;
        let trouble = self.trouble.as_ref().filter(|trouble| !trouble.over).map(|trouble| trouble.until).filter(|until| *until <= longest);
        self.budget.next_slot(now).max(trouble.unwrap_or(now))
    }

    /// A call failed. Gives until when none is made.
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

    /// A person asked for a call now: nothing but the spacing holds it back.
    pub fn try_now(&mut self) {
        self.read_now = true;
        self.budget.release();
        self.answered();
    }
}
