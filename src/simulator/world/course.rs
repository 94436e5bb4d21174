//! The course of one attempt: which status it has at which time, and how it ends.
//!
//! `created → enqueued → sending → sent → sent_to_telco → success`, with `failure` reachable from each.

use super::dice::{Dice, For};
use crate::simulator::options::SimulatedEnvironment;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    Created,
    Enqueued,
    Sending,
    Sent,
    SentToTelco,
    Success,
    Failure,
}

impl Status {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Enqueued => "enqueued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::SentToTelco => "sent_to_telco",
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

/// The delivery errors of the API's published table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    RecipientInvalid,
    RecipientUnavailable,
    ContentInvalid,
    RoutingError,
    MessageExpired,
    DeliveryUnknown,
    ServerUnknown,
}

impl Cause {
    pub(super) const ALL: [Self; 7] = [
        Self::RecipientInvalid,
        Self::RecipientUnavailable,
        Self::ContentInvalid,
        Self::RoutingError,
        Self::MessageExpired,
        Self::DeliveryUnknown,
        Self::ServerUnknown,
    ];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::RecipientInvalid => "recipient_invalid",
            Self::RecipientUnavailable => "recipient_unavailable",
            Self::ContentInvalid => "content_invalid",
            Self::RoutingError => "routing_error",
            Self::MessageExpired => "message_expired",
            Self::DeliveryUnknown => "delivery_unknown_error",
            Self::ServerUnknown => "server_unknown_error",
        }
    }

    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::ServerUnknown => "server_error",
            _ => "delivery_error",
        }
    }

    /// The number that triggers this error in the test environment.
    pub(super) fn magic_number(self) -> &'static str {
        match self {
            Self::RecipientInvalid => "6511111111",
            Self::RecipientUnavailable => "6511112222",
            Self::ContentInvalid => "6511113333",
            Self::RoutingError => "6511114444",
            Self::MessageExpired => "6511115555",
            Self::DeliveryUnknown => "6511119999",
            Self::ServerUnknown => "6522222222",
        }
    }

    /// Share of retries after this error that are delivered.
    fn retry_advice(self) -> f64 {
        match self {
            Self::RecipientInvalid | Self::ContentInvalid => 0.0,
            Self::RecipientUnavailable => 0.85,
            Self::RoutingError | Self::MessageExpired | Self::DeliveryUnknown => 0.5,
            Self::ServerUnknown => 0.7,
        }
    }
}

/// A believable mix: most failures are phones that are off, then numbers that no longer exist.
pub(super) const CAUSES: [(Cause, u32); 7] = [
    (Cause::RecipientUnavailable, 45),
    (Cause::RecipientInvalid, 21),
    (Cause::DeliveryUnknown, 12),
    (Cause::MessageExpired, 9),
    (Cause::RoutingError, 6),
    (Cause::ServerUnknown, 4),
    (Cause::ContentInvalid, 3),
];

/// How an attempt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Delivered,
    Failed(Cause),
    /// Stays at this status forever.
    Stops(Status),
}

/// A time in which the telco reports nothing about some of the messages: they stay with it until that
/// ends. In milliseconds since 1970; `i64::MAX` is never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Silence {
    pub(super) from: i64,
    /// The first moment after it.
    pub(super) until: i64,
    /// The share of messages, 0 to 1.
    pub(super) share: f64,
}

/// Reports that were held back arrive within this time (divided by the speed).
const BACKLOG_MS: i64 = 5_000;

/// What decides about every attempt of a campaign.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) environment: SimulatedEnvironment,
    pub(super) failure_rate: f64,
    pub(super) stuck_rate: f64,
    pub(super) speed: f64,
    /// Oldest first; only the last can be without an end.
    pub(super) silences: Vec<Silence>,
}

/// What decides about the attempts of one message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub(super) dice: Dice,
    /// Outside Singapore `sent_to_telco` is the last status.
    pub(super) foreign: bool,
    /// The error that its recipient triggers in the test environment.
    pub(super) provoked: Option<Cause>,
    /// Time it waits as `enqueued` for the rest of its batch, in milliseconds at real speed.
    pub(super) queue_ms: i64,
    pub(super) in_batch: bool,
}

/// The outcome of attempt `n` (0 is the first send); `before` is the error of the previous one.
fn fate(rules: &Rules, case: &Case, n: u64, before: Option<Cause>) -> Fate {
    if let Some(cause) = case.provoked {
        return Fate::Failed(cause);
    }
    let is_loadtest = rules.environment == SimulatedEnvironment::Loadtest;
    let last_reached = if is_loadtest { Status::Sent } else { Status::SentToTelco };
    let luck = case.dice.share(For::Fate, n);
    if let Some(cause) = before {
        if luck >= cause.retry_advice() {
            return Fate::Failed(cause);
        }
    } else if luck < rules.failure_rate {
        // Every other error is a telco's, and no telco hears of a load test.
        let cause = if is_loadtest { Some(Cause::ServerUnknown) } else { case.dice.weighted(For::Cause, n, &CAUSES) };
        return Fate::Failed(cause.unwrap_or(Cause::DeliveryUnknown));
    } else if case.dice.share(For::Stuck, n) < rules.stuck_rate {
        // A row stuck at `created` would block the retry of its whole batch forever, so only single
        // messages stop there.
        let early = !case.in_batch && case.dice.below(For::Stuck, n + 1000, 2) == 0;
        return Fate::Stops(if early { Status::Created } else { last_reached });
    }
    if case.foreign || is_loadtest {
        return Fate::Stops(last_reached);
    }
    Fate::Delivered
}

/// The times of one attempt, in milliseconds since 1970; `i64::MAX` is never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) start: i64,
    marks: [i64; 4],
    end: i64,
    fate: Fate,
}

impl Course {
    /// The course of attempt `n`, begun at `start`.
    ///
    /// Typical times of the real API: 10 to 12 s to `success`, failures after 66 to 90 s.
    pub(super) fn new(rules: &Rules, case: &Case, n: u64, start: i64, before: Option<Cause>) -> Self {
        let fate = fate(rules, case, n, before);
        let dice = case.dice.child(For::Pace, n);
        let queue = if n == 0 { case.queue_ms } else { 0 };
        let enqueued = dice.between(For::Pace, 0, 150, 900);
        let sending = enqueued + queue + dice.between(For::Pace, 1, 300, 1500);
        let sent = sending + dice.between(For::Pace, 2, 300, 1300);
        let telco = sent + dice.between(For::Pace, 3, 400, 2000);
        let (last, end) = match fate {
            Fate::Delivered => (Status::SentToTelco, Some(queue + dice.between(For::Pace, 4, 10_000, 12_000))),
            Fate::Failed(cause) => {
                let last = match cause {
                    Cause::ServerUnknown => Status::Sending,
                    Cause::RecipientInvalid | Cause::ContentInvalid | Cause::RoutingError => Status::Sent,
                    _ => Status::SentToTelco,
                };
                (last, Some(queue + dice.between(For::Pace, 4, 66_000, 90_000)))
            }
            Fate::Stops(last) => (last, None),
        };
        let at = |offset: i64| start.saturating_add((offset as f64 / rules.speed) as i64);
        let steps =
            [(Status::Enqueued, at(enqueued)), (Status::Sending, at(sending)), (Status::Sent, at(sent)), (Status::SentToTelco, at(telco))];
        let marks = steps.map(|(status, at)| if status <= last { at } else { i64::MAX });
        let mut course = Self { start, marks, end: end.map_or(i64::MAX, at), fate };
        for silence in &rules.silences {
            if (silence.from..silence.until).contains(&course.end) && case.dice.share(For::Report, n) < silence.share {
                let backlog = dice.between(For::Report, 0, 0, BACKLOG_MS) as f64 / rules.speed;
                course.end = silence.until.saturating_add(backlog as i64);
                // One that would have failed earlier goes on to the telco, but not before the silence:
                // what an answer said of it stays true.
                for (mark, (_, natural)) in course.marks.iter_mut().zip(steps) {
                    if *mark == i64::MAX {
                        *mark = natural.max(silence.from);
                    }
                }
            }
        }
        course
    }

    /// Its status once it has ended.
    fn last(&self) -> Status {
        if self.fate == Fate::Delivered { Status::Success } else { Status::Failure }
    }

    /// Every change as (time, status), oldest first, from `created` to the last there will be.
    pub(super) fn changes(&self) -> impl Iterator<Item = (i64, Status)> {
        let [enqueued, sending, sent, telco] = self.marks;
        [
            (self.start, Status::Created),
            (enqueued, Status::Enqueued),
            (sending, Status::Sending),
            (sent, Status::Sent),
            (telco, Status::SentToTelco),
            (self.end, self.last()),
        ]
        .into_iter()
        .filter(|(at, _)| *at != i64::MAX)
    }

    /// Status at `now`, and since when.
    pub(super) fn at(&self, now: i64) -> (Status, i64) {
        if self.end <= now {
            return (self.last(), self.end);
        }
        let [enqueued, sending, sent, telco] = self.marks;
        for (at, status) in [(telco, Status::SentToTelco), (sent, Status::Sent), (sending, Status::Sending), (enqueued, Status::Enqueued)] {
            if at <= now {
                return (status, at);
            }
        }
        (Status::Created, self.start)
    }

    /// When the provider accepted it, if it had by `now`.
    pub(super) fn sent_at(&self, now: i64) -> Option<i64> {
        let [.., sent, _] = self.marks;
        (sent <= now).then_some(sent)
    }

    /// Its error, if it had failed by `now`.
    pub(super) fn cause(&self, now: i64) -> Option<Cause> {
        match self.fate {
            Fate::Failed(cause) if self.end <= now => Some(cause),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn rules() -> Rules {
        Rules { environment: SimulatedEnvironment::Test, failure_rate: 0.0, stuck_rate: 0.0, speed: 1.0, silences: Vec::new() }
    }

    fn case(n: u64) -> Case {
        Case { dice: Dice::new(n), foreign: false, provoked: None, queue_ms: 0, in_batch: false }
    }

    #[test]
    fn a_delivery_goes_through_every_status_in_10_to_12_seconds() {
        for n in 0..500 {
            let course = Course::new(&rules(), &case(n), 0, 1_000_000, None);
            let changes: Vec<_> = course.changes().collect();
            let statuses: Vec<_> = changes.iter().map(|(_, status)| status.as_str()).collect();
            assert_eq!(statuses, ["created", "enqueued", "sending", "sent", "sent_to_telco", "success"]);
            assert!(changes.is_sorted_by(|a, b| a.0 < b.0), "{changes:?}");
            assert!((10_000..=12_000).contains(&(changes[5].0 - 1_000_000)));
            for (at, status) in changes {
                assert_eq!(course.at(at), (status, at));
                assert!(status == Status::Created || course.at(at - 1).0 != status);
            }
        }
    }

    #[rstest]
    #[case(Cause::RecipientInvalid)]
    #[case(Cause::RecipientUnavailable)]
    #[case(Cause::ServerUnknown)]
    fn a_failure_shows_after_66_to_90_seconds(#[case] cause: Cause) {
        for n in 0..200 {
            let case = Case { provoked: Some(cause), ..case(n) };
            let course = Course::new(&rules(), &case, 0, 0, None);
            assert_eq!(course.cause(65_999), None);
            assert_eq!(course.cause(90_000), Some(cause));
            assert_eq!(course.at(90_000).0, Status::Failure);
            assert!(course.changes().collect::<Vec<_>>().is_sorted());
        }
    }

    #[test]
    fn abroad_they_end_with_the_telco_and_in_loadtest_before_it() {
        let loadtest = Rules { environment: SimulatedEnvironment::Loadtest, ..rules() };
        for n in 0..200 {
            let abroad = Course::new(&rules(), &Case { foreign: true, ..case(n) }, 0, 0, None);
            assert_eq!(abroad.at(i64::MAX - 1).0, Status::SentToTelco);
            let loaded = Course::new(&loadtest, &case(n), 0, 0, None);
            assert_eq!(loaded.at(i64::MAX - 1).0, Status::Sent);
        }
    }

    #[test]
    fn no_telco_says_anything_of_a_load_test() {
        let loadtest = Rules { environment: SimulatedEnvironment::Loadtest, failure_rate: 0.5, stuck_rate: 0.5, ..rules() };
        for n in 0..200 {
            let course = Course::new(&loadtest, &case(n), 0, 0, None);
            assert!(matches!(course.cause(i64::MAX - 1), None | Some(Cause::ServerUnknown)));
            assert!(course.changes().all(|(_, status)| status != Status::SentToTelco));
        }
    }

    fn silenced(share: f64, from: i64, until: i64) -> Rules {
        Rules { silences: vec![Silence { from, until, share }], ..rules() }
    }

    #[test]
    fn a_silence_holds_reports_back_until_it_ends() {
        for n in 0..200 {
            for provoked in [None, Some(Cause::RecipientInvalid), Some(Cause::RecipientUnavailable), Some(Cause::ServerUnknown)] {
                let case = Case { provoked, ..case(n) };
                let usual = Course::new(&rules(), &case, 0, 0, None);
                let silent = Course::new(&silenced(1.0, 6_000, i64::MAX), &case, 0, 0, None);
                assert_eq!(silent.at(i64::MAX - 1).0, Status::SentToTelco);
                // What was said before it began stays true.
                for now in (0..6_000).step_by(50) {
                    assert_eq!(silent.at(now), usual.at(now), "{now}");
                }
                let lifted = Course::new(&silenced(1.0, 6_000, 600_000), &case, 0, 0, None);
                assert_eq!(lifted.at(599_999), silent.at(599_999));
                assert_eq!(lifted.at(600_000 + BACKLOG_MS).0, usual.last());
                assert!(lifted.changes().collect::<Vec<_>>().is_sorted());
            }
        }
    }

    #[test]
    fn a_silence_concerns_its_share_and_its_time() {
        let ends = |rules: &Rules| (0..1000).filter(|n| Course::new(rules, &case(*n), 0, 0, None).at(20_000).0 == Status::Success).count();
        assert!((600..800).contains(&ends(&silenced(0.3, 0, i64::MAX))));
        // What finished before it began, or begins to finish after it ended, is not its own.
        assert_eq!(ends(&silenced(1.0, 12_001, i64::MAX)), 1000);
        assert_eq!(ends(&silenced(1.0, 0, 10_000)), 1000);
    }

    #[test]
    fn speed_divides_durations() {
        let fast = Rules { speed: 10.0, ..rules() };
        let course = Course::new(&fast, &case(1), 0, 0, None);
        assert_eq!(course.at(1_200).0, Status::Success);
        assert_ne!(course.at(999).0, Status::Success);
    }

    #[test]
    fn a_retry_helps_as_the_table_says() {
        let delivered = |cause| (0..1000).filter(|n| fate(&rules(), &case(*n), 1, Some(cause)) == Fate::Delivered).count();
        assert_eq!(delivered(Cause::RecipientInvalid), 0);
        assert_eq!(delivered(Cause::ContentInvalid), 0);
        assert!(delivered(Cause::RecipientUnavailable) > 750);
        assert!((400..600).contains(&delivered(Cause::RoutingError)));
    }

    #[test]
    fn stuck_messages_stop_at_created_or_with_the_telco() {
        let stuck = Rules { stuck_rate: 1.0, ..rules() };
        let (mut early, mut late) = (0, 0);
        for n in 0..200 {
            match Course::new(&stuck, &case(n), 0, 0, None).at(i64::MAX - 1).0 {
                Status::Created => early += 1,
                Status::SentToTelco => late += 1,
                other => panic!("{other:?}"),
            }
            let in_batch = Case { in_batch: true, ..case(n) };
            assert_eq!(Course::new(&stuck, &in_batch, 0, 0, None).at(i64::MAX - 1).0, Status::SentToTelco);
        }
        assert!(early > 50 && late > 50);
    }
}
