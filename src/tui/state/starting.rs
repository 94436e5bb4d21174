//! What a person has agreed to but has not started: for three seconds it can be taken back.

use jiff::{SignedDuration, Timestamp};

use crate::action::Agreed;
use crate::monitor::CampaignIndex;

/// How long a fresh yes can be taken back before anything leaves.
const SECONDS: SignedDuration = SignedDuration::from_secs(3);

/// How late it may start. If it is later, the program was suspended or busy, and the screen after
/// that is not what the person agreed to.
const LATE: SignedDuration = SignedDuration::from_secs(1);

/// Whether what was agreed to starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Due {
    /// Not yet.
    Later,
    /// Now.
    Now,
    /// Never: its moment passed while the program was not running.
    Missed,
}

/// A recent yes.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Starting {
    pub campaign: CampaignIndex,
    pub agreed: Agreed,
    /// The title of its dialog: verb, count, environment, campaign.
    pub title: String,
    begins_at: Timestamp,
}

impl Starting {
    /// A yes given now.
    pub fn new(campaign: CampaignIndex, agreed: Agreed, title: String, now: Timestamp) -> Self {
        Self { campaign, agreed, title, begins_at: now + SECONDS }
    }

    /// Counts from the start again: it could not be seen for a while.
    pub fn begin_again(&mut self, now: Timestamp) {
        self.begins_at = now + SECONDS;
    }

    /// Whether it starts.
    pub fn due(&self, now: Timestamp) -> Due {
        let late = now.duration_since(self.begins_at);
        if late.is_negative() {
            Due::Later
        } else if late <= LATE {
            Due::Now
        } else {
            Due::Missed
        }
    }

    /// How many seconds are left of the countdown.
    pub fn seconds(&self, now: Timestamp) -> i64 {
        let left = self.begins_at.duration_since(now).as_millis();
        i64::try_from((left + 999) / 1000).unwrap_or(0).clamp(1, SECONDS.as_secs())
    }

    /// When the next second is over.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        self.begins_at - SignedDuration::from_secs(self.seconds(now) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Planner;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_900_000_000_000 + millisecond).unwrap()
    }

    #[test]
    fn it_begins_when_its_time_has_come_and_never_later() {
        let plan = Planner::default().plan([], at(0));
        let starting = Starting::new(CampaignIndex(0), Agreed::Run(plan.confirm(at(0))), String::new(), at(0));
        let reported = |millisecond| (starting.seconds(at(millisecond)), starting.due(at(millisecond)));
        assert_eq!(
            [reported(0), reported(1), reported(1_000), reported(2_001), reported(2_999)].map(|(seconds, _)| seconds),
            [3, 3, 2, 1, 1]
        );
        assert_eq!([0, 2_999, 3_000, 4_000].map(|at| reported(at).1), [Due::Later, Due::Later, Due::Now, Due::Now]);
        assert_eq!([4_001, 8 * 3_600_000].map(|at| reported(at).1), [Due::Missed, Due::Missed]);
        assert_eq!([0, 1, 1_000, 2_500].map(|from| starting.next(at(from))), [at(1_000), at(1_000), at(2_000), at(3_000)]);
    }
}
