//! How it is going, in one sentence: for the header, the list of campaigns, notices, the terminal's title and scripts.

use jiff::Timestamp;

use super::{Recent, Stall};
use crate::delivery::{DeliveryError, grouped};

/// How a campaign is going, from its last minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing that a person would have to look at.
    Well {
        /// How many are on the way if nothing has finished in the last minutes.
        waiting: Option<usize>,
    },
    /// More failures than usual.
    Failing {
        /// The minute in which they began to rise, if that is clear.
        since: Option<Timestamp>,
        /// The most frequent error, if the API said why.
        error: Option<DeliveryError>,
        /// How many failed in the last minutes.
        failed: usize,
        /// Of how many that finished.
        finished: usize,
    },
    /// Nothing finishes, although much is on the way.
    Stalled(Stall),
    /// Nothing was sent in the last minutes, and nothing finished.
    Quiet,
    /// Not enough is known to say, and why: `the key is refused`.
    Unknown(String),
}

impl Verdict {
    /// The verdict on the last minutes. `limit` is the share of failures (0 to 1) that is too much, and `unknown` the
    /// reason why nothing can be said, if there is one.
    pub fn of(recent: &Recent, limit: f64, unknown: Option<String>) -> Self {
        if let Some(why) = unknown {
            return Verdict::Unknown(why);
        }
        if let Some(stall) = recent.stall {
            return Verdict::Stalled(stall);
        }
        if recent.is_failing(limit) {
            let error = recent.leading_error.clone().filter(|error| !error.code.is_empty());
            return Verdict::Failing { since: recent.rising_since, error, failed: recent.failed, finished: recent.finished };
        }
        match (recent.finished, recent.begun) {
            (0, 0) => Verdict::Quiet,
            (0, begun) => Verdict::Well { waiting: Some(begun) },
            _ => Verdict::Well { waiting: None },
        }
    }

    /// Its name in JSON.
    pub fn state(&self) -> &'static str {
        match self {
            Verdict::Well { .. } => "well",
            Verdict::Failing { .. } => "failing",
            Verdict::Stalled(_) => "stalled",
            Verdict::Quiet => "quiet",
            Verdict::Unknown(_) => "unknown",
        }
    }

    /// Since when it is going badly, to the minute.
    pub fn since(&self) -> Option<Timestamp> {
        match self {
            Verdict::Failing { since, .. } => *since,
            Verdict::Stalled(stall) => stall.since,
            _ => None,
        }
    }

    /// Whether a person should look.
    pub fn needs_person(&self) -> bool {
        matches!(self, Verdict::Failing { .. } | Verdict::Stalled(_))
    }

    /// The sentence, without a full stop; `time` writes a minute as a person reads it.
    pub fn sentence(&self, time: impl Fn(Timestamp) -> String) -> String {
        let since = self.since().map(|since| format!(" since {}", time(since)));
        match self {
            Verdict::Well { waiting: None } => "Going well".to_owned(),
            Verdict::Well { waiting: Some(waiting) } => format!("Nothing finished yet, {} sent", grouped(*waiting)),
            Verdict::Failing { error, failed, finished, .. } => {
                let error = error.as_ref().map(|error| format!("{}, ", error.code)).unwrap_or_default();
                format!("Failing{}: {error}{} of {}", since.unwrap_or_default(), grouped(*failed), grouped(*finished))
            }
            Verdict::Stalled(stall) => {
                format!("Nothing finished{}, {} unfinished", since.unwrap_or_else(|| " yet".to_owned()), grouped(stall.waiting))
            }
            Verdict::Quiet => "Quiet: nothing sent".to_owned(),
            Verdict::Unknown(why) => format!("Cannot tell: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn recent(finished: usize, failed: usize, begun: usize, usual_share: Option<f64>) -> Recent {
        let leading_error = (failed > 0).then(|| DeliveryError::new("delivery_error", "routing_error"));
        Recent { minutes: 15, finished, failed, begun, usual_share, leading_error, ..Recent::default() }
    }

    #[rstest]
    #[case(recent(0, 0, 0, None), "quiet", "Quiet: nothing sent")]
    #[case(recent(0, 0, 12, None), "well", "Nothing finished yet, 12 sent")]
    #[case(recent(356, 2, 400, Some(0.01)), "well", "Going well")]
    #[case(recent(212, 38, 300, Some(0.003)), "failing", "Failing: routing_error, 38 of 212")]
    // Too few for a share, and yet all of them failed.
    #[case(recent(5, 5, 5, None), "failing", "Failing: routing_error, 5 of 5")]
    #[case(recent(10, 2, 10, None), "well", "Going well")]
    // Twice the limit, which is usual for this campaign: no three more than that.
    #[case(recent(100, 6, 100, Some(0.04)), "well", "Going well")]
    // Below the limit, and far above the usual.
    #[case(recent(10_000, 150, 10_000, Some(0.002)), "failing", "Failing: routing_error, 150 of 10,000")]
    fn the_last_minutes_make_a_sentence(#[case] recent: Recent, #[case] state: &str, #[case] sentence: &str) {
        let verdict = Verdict::of(&recent, 0.02, None);
        assert_eq!((verdict.state(), verdict.sentence(|_| unreachable!()).as_str()), (state, sentence));
    }

    #[test]
    fn since_when_is_said_where_it_is_known() {
        let since = Timestamp::from_second(1_900_000_000).unwrap();
        let stall = |since| Verdict::of(&Recent { stall: Some(Stall { since, waiting: 162 }), ..recent(212, 38, 300, None) }, 0.02, None);
        assert_eq!(stall(Some(since)).sentence(|_| "02:51".to_owned()), "Nothing finished since 02:51, 162 unfinished");
        assert_eq!(stall(None).sentence(|_| unreachable!()), "Nothing finished yet, 162 unfinished");
        let failing = Verdict::of(&Recent { rising_since: Some(since), ..recent(212, 38, 300, Some(0.003)) }, 0.02, None);
        assert_eq!(failing.sentence(|_| "02:41".to_owned()), "Failing since 02:41: routing_error, 38 of 212");
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        let verdict = Verdict::of(&recent(212, 38, 300, None), 0.02, Some("no answer for 2 min".to_owned()));
        assert_eq!((verdict.state(), verdict.sentence(|_| String::new()).as_str()), ("unknown", "Cannot tell: no answer for 2 min"));
    }
}
