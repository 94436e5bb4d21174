//! The time window that a command's options request, and which messages are in it.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Failure;
use super::moment::{self, DayEnd};
use crate::delivery::{Message, Status};

/// Why a message that may belong to a window is left out.
pub(super) const NOT_GIVEN: &str = "time not given";

/// A time window. A message is in it by its creation or by its newest attempt: a message created
/// days ago and retried just now is news.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct AttemptWindow {
    /// At this time or later, to the millisecond.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Nothing created before this is loaded; `None` loads everything. Earlier than `since` if the configured history
    /// goes further back, because an older message may have been attempted since.
    pub horizon: Option<Timestamp>,
}

/// Where a message is relative to the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placement {
    /// In the window.
    In,
    /// Before it: created before it, or, if created within what is loaded, last attempted before it.
    Before,
    /// Outside otherwise.
    Out,
    /// Unknown: a deciding time is not given.
    NotGiven,
}

/// What the options say.
#[derive(Debug, Clone, Copy)]
pub(super) struct WindowOptions<'a> {
    /// `--since`.
    pub since: Option<&'a str>,
    /// `--until`.
    pub until: Option<&'a str>,
    /// The default without `--since`; `None` for everything.
    pub usual: Option<SignedDuration>,
}

/// What is known of a message's newest attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NewestAttempt {
    /// When it was made; for a failure, when that was last reported.
    pub attempted: Option<Timestamp>,
    /// When the record of a failure last changed: it may have failed then.
    pub changed: Option<Timestamp>,
}

impl NewestAttempt {
    /// What a message says.
    pub fn of(message: &Message) -> Self {
        let has_failed = message.status == Some(Status::Failure);
        Self { attempted: message.last_attempted(), changed: message.updated_at.filter(|_| has_failed) }
    }
}

/// How far back a list was loaded; the API says that it is newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ListedBack {
    /// When its last message with a time was created.
    last: Option<Timestamp>,
    /// When its oldest message was created: a different one if the list is out of order.
    pub oldest: Option<Timestamp>,
}

impl ListedBack {
    /// Notes that the next message of the list was created then.
    pub fn note(&mut self, created: Option<Timestamp>) {
        self.last = created.or(self.last);
        self.oldest = self.oldest.into_iter().chain(created).min();
    }

    /// Whether the rest of the list has nothing of a window any more.
    pub fn is_past(&self, window: &AttemptWindow) -> bool {
        self.last.is_some_and(|last| window.is_past(last))
    }
}

impl AttemptWindow {
    /// The requested window, among messages created within `history`.
    ///
    /// # Errors
    /// An option is not a time, or there is no time between the two.
    pub fn asked(asked: WindowOptions<'_>, history: Duration, zone: &TimeZone, now: Timestamp) -> Result<Self, Failure> {
        let time = |option, text: Option<&str>, day| text.map(|text| moment::parse(option, text, day, zone, now)).transpose();
        let given = time("--since", asked.since, DayEnd::Start)?;
        let until = time("--until", asked.until, DayEnd::End)?;
        let since = given.or_else(|| asked.usual.and_then(|usual| now.checked_sub(usual).ok()));
        if let (Some(since), Some(until)) = (since, until)
            && until <= since
        {
            let next = match given {
                Some(_) => "Give an earlier `--since`, or a later `--until`.".to_owned(),
                None => format!("Without `--since` it begins at {}: give an earlier one.", moment::shown(since, zone)),
            };
            return Err(Failure::usage("There is no time between `--since` and `--until`.", next));
        }
        Ok(Self { since, until, horizon: since.map(|since| since.min(back(now, history))) })
    }

    /// The window of figures: as requested, else the configured history. A batch is loaded whole, because the question is
    /// how it went.
    ///
    /// # Errors
    /// The option is not a time.
    pub fn of_figures(since: Option<&str>, is_batch: bool, history: Duration, zone: &TimeZone, now: Timestamp) -> Result<Self, Failure> {
        let asked = Self::asked(WindowOptions { since, until: None, usual: None }, history, zone, now)?;
        Ok(if is_batch { asked.whole() } else { asked.within(history, now) })
    }

    /// The same for a batch, which is loaded whole: its pages do not follow the times of its messages.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { horizon: None, ..self }
    }

    /// The same, with everything created within `history` as the default.
    #[must_use]
    pub fn within(self, history: Duration, now: Timestamp) -> Self {
        Self { horizon: self.horizon.or_else(|| Some(back(now, history))), ..self }
    }

    /// Where a message created then is; `newest_attempt` gives what is known of its newest attempt.
    pub fn placement(&self, created: Option<Timestamp>, newest_attempt: impl FnOnce() -> NewestAttempt) -> Placement {
        if self.since.is_none() && self.until.is_none() {
            return Placement::In;
        }
        let is_before_since = |time: Timestamp| self.since.is_some_and(|since| time < since);
        let is_after_until = |time: Timestamp| self.until.is_some_and(|until| time >= until);
        let is_in = |time: Timestamp| !is_before_since(time) && !is_after_until(time);
        match created {
            Some(created) if self.is_past(created) => return Placement::Before,
            Some(created) if is_after_until(created) => return Placement::Out,
            Some(created) if is_in(created) => return Placement::In,
            _ => {}
        }
        let newest_attempt = newest_attempt();
        match newest_attempt.attempted {
            Some(attempted) if is_in(attempted) => Placement::In,
            // It is unknown whether it failed then, or something else about it changed.
            Some(attempted) if is_before_since(attempted) && newest_attempt.changed.is_some_and(|time| !is_before_since(time)) => {
                Placement::NotGiven
            }
            // It was created before the window.
            Some(attempted) if is_before_since(attempted) => Placement::Before,
            Some(_) if created.is_some() => Placement::Out,
            _ => Placement::NotGiven,
        }
    }

    /// Where a message is relative to the window.
    pub fn placement_of(&self, message: &Message) -> Placement {
        self.placement(message.created_at, || NewestAttempt::of(message))
    }

    /// Whether a list, newest first, that has reached a message created then has none of the window any more.
    pub fn is_past(&self, created: Timestamp) -> bool {
        self.horizon.is_some_and(|horizon| created < horizon)
    }
}

fn back(now: Timestamp, history: Duration) -> Timestamp {
    let history = SignedDuration::try_from(history).unwrap_or(SignedDuration::MAX);
    let time = now.checked_sub(history).unwrap_or(Timestamp::MIN);
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(Timestamp::MIN)
}

/// How far back a list was loaded, as a sentence: `oldest` is the creation of the oldest loaded message, `whole`
/// says that there is nothing older.
pub(super) fn loaded_back_to(window: &AttemptWindow, oldest: Option<Timestamp>, whole: bool, zone: &TimeZone) -> Option<String> {
    let shown = |time| moment::shown(time, zone);
    match (window.horizon, oldest) {
        (Some(horizon), _) if !whole => Some(format!("Loaded back to {}.", shown(horizon))),
        (_, Some(oldest)) if whole => Some(format!("Loaded back to {}: there is nothing older.", shown(oldest))),
        (None, Some(oldest)) => Some(format!("Loaded back to {}.", shown(oldest))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn now() -> Timestamp {
        "2026-11-24T04:00:00Z".parse().unwrap()
    }

    fn hours_ago(hours: i64) -> Timestamp {
        now() - SignedDuration::from_hours(hours)
    }

    fn window(since: Option<&str>, until: Option<&str>, usual: Option<i64>) -> Result<AttemptWindow, Failure> {
        let usual = usual.map(SignedDuration::from_hours);
        AttemptWindow::asked(WindowOptions { since, until, usual }, Duration::from_secs(72 * 3600), &TimeZone::UTC, now())
    }

    fn tried(attempted: Option<i64>, changed: Option<i64>) -> NewestAttempt {
        NewestAttempt { attempted: attempted.map(hours_ago), changed: changed.map(hours_ago) }
    }

    /// It is unknown whether it failed when its record changed.
    #[rstest]
    #[case::before(50, Placement::Before)]
    #[case::at_the_first_moment(24, Placement::NotGiven)]
    #[case::in_it(1, Placement::NotGiven)]
    fn a_failure_whose_record_changed_in_the_window(#[case] changed: i64, #[case] placement: Placement) {
        let day = window(None, None, Some(24)).unwrap();
        assert_eq!(day.placement(Some(hours_ago(50)), || tried(Some(50), Some(changed))), placement);
    }

    #[test]
    fn a_list_out_of_order_goes_back_to_the_oldest_of_it() {
        let mut back = ListedBack::default();
        [Some(3), Some(80), None, Some(30)].into_iter().for_each(|hours| back.note(hours.map(hours_ago)));
        assert_eq!(back.oldest, Some(hours_ago(80)));
        let day = window(None, None, Some(24)).unwrap();
        assert!(!back.is_past(&day), "newer ones may follow");
        back.note(Some(hours_ago(73)));
        assert!(back.is_past(&day));
    }

    #[rstest]
    #[case::created_in_it(Some(3), Some(3), Placement::In)]
    #[case::created_in_it_and_no_attempt_given(Some(3), None, Placement::In)]
    #[case::created_before_and_attempted_in_it(Some(50), Some(1), Placement::In)]
    #[case::attempted_at_its_first_moment(Some(50), Some(24), Placement::In)]
    #[case::attempted_before(Some(50), Some(25), Placement::Before)]
    #[case::beyond_the_history(Some(73), Some(1), Placement::Before)]
    #[case::created_before_and_no_attempt_given(Some(50), None, Placement::NotGiven)]
    #[case::nothing_given(None, None, Placement::NotGiven)]
    #[case::only_the_attempt(None, Some(1), Placement::In)]
    #[case::only_an_old_attempt(None, Some(30), Placement::Before)]
    fn the_last_day(#[case] created: Option<i64>, #[case] attempted: Option<i64>, #[case] placement: Placement) {
        let day = window(None, None, Some(24)).unwrap();
        assert_eq!(day, window(Some("24h"), None, None).unwrap(), "whether it is said or meant");
        assert_eq!(day.placement(created.map(hours_ago), || tried(attempted, None)), placement);
    }

    #[rstest]
    #[case::in_it(Some(30), Some(30), Placement::In)]
    #[case::created_after(Some(5), Some(5), Placement::Out)]
    #[case::created_in_it_and_attempted_after(Some(30), Some(5), Placement::In)]
    #[case::created_before_and_attempted_after(Some(60), Some(5), Placement::Out)]
    #[case::attempted_after_and_no_creation(None, Some(5), Placement::NotGiven)]
    fn from_one_time_to_another(#[case] created: Option<i64>, #[case] attempted: Option<i64>, #[case] placement: Placement) {
        let window = window(Some("48h"), Some("24h"), None).unwrap();
        assert_eq!(window.placement(created.map(hours_ago), || tried(attempted, None)), placement);
    }

    #[test]
    fn it_is_loaded_back_to_whichever_is_further() {
        let horizon = |since| window(since, None, Some(24)).unwrap().horizon;
        assert_eq!([horizon(None), horizon(Some("2h")), horizon(Some("5d"))], [72, 72, 120].map(|hours| Some(hours_ago(hours))));
        let all = window(None, None, None).unwrap();
        assert_eq!((all, all.placement(None, NewestAttempt::default)), (AttemptWindow::default(), Placement::In));
        let history = Duration::from_secs(72 * 3600);
        assert_eq!(all.within(history, now()).horizon, Some(hours_ago(72)));
        let five_days = window(Some("5d"), None, None).unwrap();
        assert_eq!((five_days.within(history, now()), five_days.whole().horizon), (five_days, None));
        assert!(
            AttemptWindow::asked(WindowOptions { since: Some("2h"), until: None, usual: None }, Duration::MAX, &TimeZone::UTC, now())
                .is_ok()
        );
    }

    #[rstest]
    #[case(Some("2h"), Some("3h"), None, "a later `--until`")]
    #[case(Some("2h"), Some("2h"), None, "a later `--until`")]
    #[case(Some("2026-11-24T03:00:00Z"), Some("2026-11-22"), None, "a later `--until`")]
    #[case(None, Some("25h"), Some(24), "begins at 23 Nov 2026 04:00:00")]
    fn no_time_between_the_two(#[case] since: Option<&str>, #[case] until: Option<&str>, #[case] usual: Option<i64>, #[case] next: &str) {
        let failure = window(since, until, usual).unwrap_err();
        assert_eq!(
            (failure.exit, failure.text.what.as_str()),
            (crate::cli::Exit::Usage, "There is no time between `--since` and `--until`")
        );
        assert!(failure.text.next.contains(next), "{failure}");
    }
}
