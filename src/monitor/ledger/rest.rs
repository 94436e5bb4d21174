//! Messages at rest: which they are, and how seldom they are read.
//!
//! When reports stall, thousands of messages stay with the telco, and just then the sender needs the calls. So all
//! messages at rest share one call every ten seconds, however many there are, page by page. A reading that finds a
//! change lifts that limit at once, for as long as the next ones find changes, too.

use jiff::{SignedDuration, Timestamp};

use super::curve::Stage;
use super::stretch::{FAILURES_MOVE, LONGEST_WAIT, Open, Stretch, VERY_LATE};

/// From this age on a message on the way counts as at rest, counted from its last change.
const STANDS: SignedDuration = SignedDuration::from_mins(10);
/// The same for one with the telco, which mostly reports within seconds, failures within a minute and a half.
const STANDS_WITH_TELCO: SignedDuration = SignedDuration::from_mins(2);
/// How long a stretch in which such a message changed counts as changing.
const STIRS: SignedDuration = SignedDuration::from_mins(10);
/// The time between two calls for messages at rest.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// The same for a campaign out of view.
const LOOK_AGAIN_OUT_OF_VIEW: SignedDuration = SignedDuration::from_secs(30);
/// This many calls in a row may find nothing by chance before the others wait.
const CHANCE: u32 = 5;
/// How many times longer a stretch waits when no further report is likely.
const SILENT_WAITS: i32 = 100;

impl Open {
    /// Whether it has not changed for so long that there is no hurry.
    pub fn stands(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.changed);
        self.silent || age >= STANDS || (self.stage == Stage::SentToTelco && age >= STANDS_WITH_TELCO)
    }
}

impl Stretch {
    /// Whether a message at rest in it was recently seen to change.
    pub fn stirs(&self, now: Timestamp) -> bool {
        self.moved_at.is_some_and(|at| now.duration_since(at) < STIRS)
    }

    /// Whether it has waited as long as any may: where messages are on the way, where a failure may be retried while
    /// it is in view, or where messages may still be recorded very late. Messages carry the server's times, which are
    /// `ahead` of the readings'.
    pub fn is_overdue(&self, now: Timestamp, ahead: SignedDuration, in_view: bool) -> bool {
        let failures = in_view && self.failed.is_some_and(|failed| now.duration_since(failed) < FAILURES_MOVE);
        let young =
            self.newest_at.and_then(|newest| newest.checked_sub(ahead).ok()).is_some_and(|newest| now.duration_since(newest) < VERY_LATE);
        let open = match self.open.iter().all(|open| open.silent) {
            true if self.open.is_empty() => SignedDuration::MAX,
            true => LONGEST_WAIT * SILENT_WAITS,
            false => LONGEST_WAIT,
        };
        ((failures || young) && now.duration_since(self.whole_at) >= LONGEST_WAIT) || now.duration_since(self.read_at) >= open
    }
}

/// The calls for messages at rest.
#[derive(Debug, Default)]
pub(super) struct RestBudget {
    /// When the last one was made.
    looked_at: Option<Timestamp>,
    /// How many in a row found no change.
    in_vain: u32,
    /// Until when their share is used up.
    spent_until: Option<Timestamp>,
}

impl RestBudget {
    /// Whether a call may be made at `now` because a message at rest may have changed.
    pub fn may_look(&self, now: Timestamp, in_view: bool) -> bool {
        let pause = if in_view { LOOK_AGAIN } else { LOOK_AGAIN_OUT_OF_VIEW };
        self.in_vain < CHANCE || self.looked_at.is_none_or(|at| now.duration_since(at) >= pause)
    }

    /// Whether one may be made at `now` because a stretch is overdue. An unused share is kept for that long, because
    /// many are due together.
    pub fn may_catch_up(&self, now: Timestamp) -> bool {
        self.spent_until.is_none_or(|until| until <= now)
    }

    /// A call was made for a stretch in which everything was at rest.
    pub fn looked(&mut self, now: Timestamp, found: bool) {
        self.looked_at = Some(now);
        self.in_vain = if found { 0 } else { self.in_vain.saturating_add(1) };
        if !found {
            let from = self.spent_until.unwrap_or(now).max(now - LONGEST_WAIT);
            self.spent_until = Some(from + LOOK_AGAIN);
        }
    }

    /// Another call found a change in a message at rest.
    pub fn moved(&mut self) {
        self.in_vain = 0;
    }
}
