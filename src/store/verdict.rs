//! How it is going, in one sentence: for the header, the list of campaigns, notices, the terminal's title and scripts.

use jiff::{SignedDuration, Timestamp};

use super::{Recent, Since, Stall};
use crate::delivery::{DeliveryError, grouped};

impl Since {
    /// In a phrase: `since 02:41`, `from the start`, `all day`, `for 3 h or more`; `time` writes a minute.
    pub fn words(self, time: impl Fn(Timestamp) -> String) -> String {
        /// Of a day, its first minutes may be quiet.
        const DAY_HOURS: i64 = 23;
        match self {
            Since::Minute(minute) => format!("since {}", time(minute)),
            Since::Start => "from the start".to_owned(),
            Since::AtLeast(so_long) if so_long.as_hours() >= DAY_HOURS => "all day".to_owned(),
            Since::AtLeast(so_long) => format!("for {} or more", whole(so_long)),
        }
    }
}

impl Stall {
    /// What follows `nothing`: `finished since 02:51`, `finished yet`, `of the last 20 min finished`; `time` writes a minute.
    pub fn finished(self, time: impl Fn(Timestamp) -> String) -> String {
        match self.since {
            Since::Minute(minute) => format!("finished since {}", time(minute)),
            Since::Start => "finished yet".to_owned(),
            Since::AtLeast(so_long) => format!("of the last {} finished", whole(so_long)),
        }
    }

    /// How many wait, and of which messages: not all that are listed as on the way count here.
    pub fn unfinished(self, time: impl Fn(Timestamp) -> String) -> String {
        let waiting = grouped(self.waiting);
        self.counted_from.map_or_else(|| format!("{waiting} unfinished"), |from| format!("{waiting} sent since {} unfinished", time(from)))
    }
}

/// In whole hours, or minutes below one.
fn whole(duration: SignedDuration) -> String {
    match duration.as_hours() {
        0 => format!("{} min", duration.as_mins()),
        hours => format!("{hours} h"),
    }
}

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
        /// Since when, if that is clear.
        since: Option<Since>,
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
            return Verdict::Failing { since: recent.rise, error, failed: recent.failed, finished: recent.finished };
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

    /// The minute since which it is going badly, if something changed in it.
    pub fn since(&self) -> Option<Timestamp> {
        match self {
            Verdict::Failing { since, .. } => since.and_then(Since::minute),
            Verdict::Stalled(stall) => stall.since.minute(),
            _ => None,
        }
    }

    /// Whether a person should look.
    pub fn needs_person(&self) -> bool {
        matches!(self, Verdict::Failing { .. } | Verdict::Stalled(_))
    }

    /// The sentence, without a full stop; `time` writes a minute as a person reads it.
    pub fn sentence(&self, time: impl Fn(Timestamp) -> String) -> String {
        match self {
            Verdict::Well { waiting: None } => "Going well".to_owned(),
            Verdict::Well { waiting: Some(waiting) } => format!("{} sent, none finished yet", grouped(*waiting)),
            Verdict::Failing { since, error, failed, finished } => {
                let since = since.map(|since| format!(" {}", since.words(time)));
                let error = error.as_ref().map(|error| format!("{}, ", error.code)).unwrap_or_default();
                format!("Failing{}: {error}{} of {}", since.unwrap_or_default(), grouped(*failed), grouped(*finished))
            }
            Verdict::Stalled(stall) => {
                format!("Nothing {}, {}", stall.finished(&time), stall.unfinished(&time))
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
    #[case(recent(0, 0, 12, None), "well", "12 sent, none finished yet")]
    #[case(recent(356, 2, 400, Some(0.01)), "well", "Going well")]
    #[case(recent(212, 38, 300, Some(0.003)), "failing", "Failing: routing_error, 38 of 212")]
    // Too few for a share, and yet all of them failed.
    #[case(recent(5, 5, 5, None), "failing", "Failing: routing_error, 5 of 5")]
    #[case(recent(10, 2, 10, None), "well", "Going well")]
    // Above the limit, and no three more than that.
    #[case(recent(100, 4, 100, Some(0.04)), "well", "Going well")]
    // No worse than the whole day, and yet far above the limit.
    #[case(recent(212, 38, 300, Some(0.18)), "failing", "Failing: routing_error, 38 of 212")]
    // Below the limit, and far above the usual.
    #[case(recent(10_000, 150, 10_000, Some(0.002)), "failing", "Failing: routing_error, 150 of 10,000")]
    fn the_last_minutes_make_a_sentence(#[case] recent: Recent, #[case] state: &str, #[case] sentence: &str) {
        let verdict = Verdict::of(&recent, 0.02, None);
        assert_eq!((verdict.state(), verdict.sentence(|_| unreachable!()).as_str()), (state, sentence));
    }

    #[rstest]
    #[case(
        Since::Minute(Timestamp::UNIX_EPOCH),
        "Nothing finished since 02:41, 162 sent since 02:41 unfinished",
        "Failing since 02:41: routing_error, 38 of 212"
    )]
    #[case(Since::Start, "Nothing finished yet, 162 unfinished", "Failing from the start: routing_error, 38 of 212")]
    #[case(
        Since::AtLeast(SignedDuration::from_mins(20)),
        "Nothing of the last 20 min finished, 162 unfinished",
        "Failing for 20 min or more: routing_error, 38 of 212"
    )]
    #[case(
        Since::AtLeast(SignedDuration::from_mins(24 * 60 + 10)),
        "Nothing of the last 24 h finished, 162 unfinished",
        "Failing all day: routing_error, 38 of 212"
    )]
    fn since_when_is_said_as_far_as_it_is_known(#[case] since: Since, #[case] stalled: &str, #[case] failing: &str) {
        let of = |recent: Recent| {
            let verdict = Verdict::of(&recent, 0.02, None);
            (verdict.sentence(|_| "02:41".to_owned()), verdict.since())
        };
        let last = recent(212, 38, 300, Some(0.003));
        let minute = since.minute();
        assert_eq!(
            of(Recent { stall: Some(Stall { since, waiting: 162, counted_from: minute }), ..last.clone() }),
            (stalled.to_owned(), minute)
        );
        assert_eq!(of(Recent { rise: Some(since), ..last }), (failing.to_owned(), minute));
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        let verdict = Verdict::of(&recent(212, 38, 300, None), 0.02, Some("no answer for 2 min".to_owned()));
        assert_eq!((verdict.state(), verdict.sentence(|_| String::new()).as_str()), ("unknown", "Cannot tell: no answer for 2 min"));
    }
}
