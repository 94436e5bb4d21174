//! How a campaign is doing, and how far that can be believed.

use jiff::{SignedDuration, Timestamp};

use super::Campaign;
use crate::monitor::Connection;
use crate::postman::CallProblem;
use crate::store::Verdict;
use crate::tui::Role;
use crate::tui::text::age;
use crate::tui::widgets::words::{rate, until};

impl Campaign {
    /// How fresh the figures are, in a word or two, and how loud that is: the first that applies of a failed call, a
    /// person's choice, and the age of the newest messages. `now` is by this program's own clock.
    pub fn freshness(&self, now: Timestamp, in_view: bool) -> (String, Role) {
        if self.settings.broken.is_some() {
            return ("not loaded".to_owned(), Role::Failed);
        }
        match (&self.connection, self.pause_asked) {
            (Connection::Refused { met, .. }, _) => return (met.to_string(), Role::Failed),
            (Connection::Waiting { until: at, met: CallProblem::TooManyCalls, .. }, None) => {
                return (format!("too many calls, next {}", until(*at, now)), Role::Warning);
            }
            (Connection::Waiting { .. }, None) => return (self.no_answer(now), Role::Warning),
            (_, Some(true)) => return ("pausing".to_owned(), Role::Warning),
            (_, Some(false)) => return ("going on".to_owned(), Role::Muted),
            (Connection::Paused, None) => return ("paused".to_owned(), Role::Warning),
            (Connection::Connecting, None) => return ("connecting".to_owned(), Role::Muted),
            (Connection::Live, None) => {}
        }
        let is_stale = self.is_stale(now, in_view);
        match &self.meter {
            Some(meter) if is_stale && meter.under_way.is_some() => return (self.no_answer(now), Role::Warning),
            Some(meter) if meter.away => return ("loads less often: press any key".to_owned(), Role::Warning),
            _ => {}
        }
        match self.age(now) {
            None => ("loading".to_owned(), Role::Muted),
            Some(old) if is_stale => (format!("{} old", age(old)), Role::Warning),
            Some(_) => match &self.meter {
                Some(meter) if meter.slowed_at.is_some() && meter.rate < meter.ceiling => {
                    (format!("slowed to {}/s", rate(meter.rate)), Role::Warning)
                }
                _ if self.is_loading() => ("loading".to_owned(), Role::Muted),
                _ => match self.checked_words(now) {
                    Some((old, Role::Warning)) => (format!("{old} old"), Role::Warning),
                    _ => ("live".to_owned(), Role::Fine),
                },
            },
        }
    }

    /// When a call is made again after one that failed.
    pub fn next_try(&self) -> Option<Timestamp> {
        match &self.connection {
            Connection::Waiting { until, met, .. } if *met != CallProblem::TooManyCalls => Some(*until),
            Connection::Refused { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// What went wrong, and for how long.
    fn no_answer(&self, now: Timestamp) -> String {
        let met = match &self.connection {
            Connection::Waiting { met, .. } => *met,
            _ => CallProblem::NoAnswer,
        };
        match self.age(now) {
            Some(old) if old >= SignedDuration::from_secs(5) => format!("{met} for {}", age(old)),
            Some(_) => met.to_string(),
            None if met == CallProblem::NoAnswer => "no answer yet".to_owned(),
            None => met.to_string(),
        }
    }

    /// Whether the newest messages are on the screen as they are: answered, not paused, and not older than usual.
    pub fn is_live(&self, now: Timestamp, in_view: bool) -> bool {
        self.connection == Connection::Live && self.pause_asked.is_none() && !self.is_unread() && !self.is_stale(now, in_view)
    }

    /// How it is going. `now` is by this program's own clock.
    pub fn verdict(&self, now: Timestamp, in_view: bool) -> Verdict {
        let is_known = !self.is_unread() && self.settings.broken.is_none();
        let unknown = match &self.connection {
            Connection::Live | Connection::Connecting if is_known && !self.is_stale(now, in_view) => None,
            _ => Some(self.freshness(now, in_view).0),
        };
        Verdict::of(&self.recent, self.settings.failure_limit, unknown)
    }

    /// The moment, by the time of day, up to which figures and rows are known: now, or where the newest messages are older
    /// than usual, the time they were asked for.
    pub fn known_until(&self, of_day: Timestamp, now: Timestamp) -> Timestamp {
        let age = self.age(now).filter(|_| !self.is_live(now, true)).unwrap_or(SignedDuration::ZERO);
        of_day.saturating_sub(age).unwrap_or(of_day)
    }
}
