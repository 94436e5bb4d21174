//! The time window of a campaign: which messages are shown and counted, by when their newest attempt began.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Campaign;
use crate::config::{DayEnd, GivenTime, MOMENTS};
use crate::store::{BatchSummary, Filter};
use crate::tui::text::{age, short_time};

/// How far back the windows go that follow each other where a list ends, in hours.
const WIDER: [i64; 4] = [6, 24, 3 * 24, 7 * 24];

/// How a campaign got its time window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) enum WindowOrigin {
    /// It is the one of the start, and nothing is loaded yet that could say whether anything is in it.
    #[default]
    Start,
    /// It is the shortest with a message in it.
    Found,
    /// A person chose it, now or in an earlier session.
    Chosen,
}

/// A time window. A relative one moves on with the clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct TimeWindow {
    /// The start; without it, from the first message on.
    pub from: Option<GivenTime>,
    /// The end, exclusive; without it, open.
    pub to: Option<GivenTime>,
}

/// Two times as the store takes them: from the first on, and before the second.
pub(in crate::tui) type Times = (Option<Timestamp>, Option<Timestamp>);

impl TimeWindow {
    /// The windows that a menu offers: 1 h, 6 h, 24 h, 3 d, 7 d, today.
    pub fn usual() -> [TimeWindow; 6] {
        let last = |hours| TimeWindow { from: Some(GivenTime::Ago(SignedDuration::from_hours(hours))), to: None };
        let today = TimeWindow { from: Some(GivenTime::Today(DayEnd::Start)), to: None };
        [last(1), last(6), last(24), last(3 * 24), last(7 * 24), today]
    }

    /// The one at the start, until what is loaded shows that nothing is in it.
    pub fn at_first() -> TimeWindow {
        TimeWindow { from: Some(GivenTime::Ago(SignedDuration::from_hours(24))), to: None }
    }

    /// The next wider of the last 6 h, 24 h, 3 days, 7 days and all times. `None` for all times, and for a window with an
    /// end: what it leaves out is not only older.
    pub fn wider(&self, zone: &TimeZone, now: Timestamp) -> Option<TimeWindow> {
        let (Some(since), None) = (self.from?.at(zone, now), self.to) else { return None };
        let back = now.duration_since(since);
        let wider = WIDER.into_iter().map(SignedDuration::from_hours).find(|wider| *wider > back);
        Some(TimeWindow { from: wider.map(GivenTime::Ago), to: None })
    }

    /// How much one that [`TimeWindow::wider`] gives shows, in words: `3 days`, `all times`.
    pub fn span_words(&self) -> String {
        match self.from {
            Some(GivenTime::Ago(back)) if back.as_hours() > 24 => format!("{} days", back.as_hours() / 24),
            Some(GivenTime::Ago(back)) => age(back),
            _ => "all times".to_owned(),
        }
    }

    /// Whether it contains all times.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// What it means at `now`.
    pub fn times(&self, zone: &TimeZone, now: Timestamp) -> Times {
        let at = |moment: Option<GivenTime>| moment.and_then(|moment| moment.at(zone, now));
        (at(self.from), at(self.to))
    }

    /// What a person typed: one time for a start, or two with ` to ` or ` - ` between them, either of which may be
    /// missing.
    ///
    /// # Errors
    ///
    /// What is wrong, and what was expected.
    pub fn parse(text: &str, zone: &TimeZone, now: Timestamp) -> Result<TimeWindow, String> {
        let (from, to) = halves(text.trim());
        let moment = |text: &str, day| match text {
            "" => Ok(None),
            _ => GivenTime::parse(text, day, zone).map(Some).map_err(|wrong| {
                let reported = crate::delivery::clean_line(text);
                format!("`{reported}` is not a time: expected {}", wrong.expected)
            }),
        };
        let window = TimeWindow { from: moment(from, DayEnd::Start)?, to: moment(to, DayEnd::End)? };
        match window.times(zone, now) {
            (None, None) => Err(format!("type a start, or a start and an end: {MOMENTS}")),
            (Some(from), Some(to)) if from >= to => Err("it ends before it starts: the earlier time comes first".to_owned()),
            _ => Ok(window),
        }
    }

    /// The same as a person would type it.
    pub fn typed(&self) -> String {
        let text = |moment: Option<GivenTime>| moment.map(|moment| moment.to_string()).unwrap_or_default();
        match self.to {
            None => text(self.from),
            // The end of a day reads as that day.
            Some(_) => format!("{} to {}", text(self.from), text(self.to)).trim_start().to_owned(),
        }
    }

    /// In words: `last 24 h`, `today`, `21 Nov 03:02 to 14:00:00`; nothing for all times.
    pub fn words(&self, zone: &TimeZone, now: Timestamp) -> String {
        let word = |moment: GivenTime| match moment {
            GivenTime::At(at) => short_time(at, zone, now),
            GivenTime::Ago(back) => format!("{} ago", age(back)),
            GivenTime::Today(DayEnd::Start) => "midnight".to_owned(),
            GivenTime::Today(DayEnd::End) => "the end of today".to_owned(),
        };
        match (self.from, self.to) {
            (None, None) => String::new(),
            (Some(GivenTime::Ago(back)), None) => format!("last {}", age(back)),
            (Some(GivenTime::Today(DayEnd::Start)), None | Some(GivenTime::Today(DayEnd::End))) => "today".to_owned(),
            (Some(from), None) => format!("since {}", word(from)),
            (None, Some(to)) => format!("until {}", word(to)),
            (Some(from), Some(to)) => format!("{} to {}", word(from), word(to)),
        }
    }
}

/// The two times of a line. Dates contain hyphens: only one between blanks separates two times.
fn halves(text: &str) -> (&str, &str) {
    for between in [" to ", " - ", " – ", ".."] {
        if let Some((from, to)) = text.split_once(between) {
            return (from.trim(), to.trim());
        }
    }
    for before in ["to ", "- ", "– ", "until "] {
        if let Some(to) = text.strip_prefix(before) {
            return ("", to.trim());
        }
    }
    (text, "")
}

impl Campaign {
    /// Lists what the filter and the find ask for, and counts and groups those of the same time window.
    pub fn narrow(&mut self) {
        let (since, until) = self.list_times();
        let chosen = self.choice.filter(&self.zone, self.now);
        let filter = Filter { query: self.find.query.clone(), nothing: self.find.refusal.is_some(), since, until, ..chosen };
        if filter != *self.list.filter() {
            self.list.set_filter(&self.store, filter);
            // The cursor may have left the unmasked row.
            self.marks.hide(self.subject());
        }
        self.failures.set_times(&self.store, self.times());
        if self.checked.window != self.choice.window {
            self.count_window();
        }
    }

    /// Moves a relative time window on with the clock.
    pub fn move_on(&mut self) {
        self.list.move_on(&self.store, self.list_times(), self.now);
        self.failures.set_times(&self.store, self.times());
    }

    /// The time window at the time of the newest event.
    pub fn times(&self) -> Times {
        self.choice.window.times(&self.zone, self.now)
    }

    /// The times of the list: a find looks beyond the time window.
    fn list_times(&self) -> Times {
        if self.find.is_on() { Times::default() } else { self.times() }
    }

    /// A person chose a time window. Where messages were opened from elsewhere, it stays when they go back there.
    pub fn choose_window(&mut self, window: TimeWindow) {
        self.window_origin = WindowOrigin::Chosen;
        self.choice.window = window;
        if let Some(drilled) = &mut self.drilled {
            drilled.before.window = window;
        }
    }

    /// Ends a look at messages that were opened from elsewhere: what is listed stays, within the window of the campaign.
    pub fn end_detour(&mut self) {
        if let Some(drilled) = self.drilled.take() {
            self.choice.window = drilled.before.window;
        }
    }

    /// Once the newest messages are loaded: where nothing is in the window of the start, takes the shortest one that
    /// holds a message. Whether it did.
    pub fn find_window(&mut self) -> bool {
        if self.window_origin != WindowOrigin::Start || self.is_unread() || self.store.coverage().loaded == 0 {
            return false;
        }
        self.window_origin = WindowOrigin::Found;
        let mut window = TimeWindow::at_first();
        let holds_any = |window: &TimeWindow| {
            let (since, until) = window.times(&self.zone, self.now);
            self.store.loaded_between(since, until) > 0
        };
        while !holds_any(&window)
            && let Some(wider) = window.wider(&self.zone, self.now)
        {
            window = wider;
        }
        let shown = self.drilled.as_mut().map_or(&mut self.choice, |drilled| &mut drilled.before);
        let is_other = std::mem::replace(&mut shown.window, window) != window;
        if is_other {
            self.narrow();
        }
        is_other
    }

    /// The messages are forgotten: unless a person chose the window, it is that of the start again.
    pub fn reset_window(&mut self) {
        if self.window_origin == WindowOrigin::Found {
            self.window_origin = WindowOrigin::Start;
            self.choice.window = TimeWindow::at_first();
            self.narrow();
        }
    }

    /// How far back the time window goes beyond what is loaded by itself; `None` where it does not, or where it has no
    /// start: a whole campaign is loaded only on request.
    pub fn history_for_window(&mut self) -> Option<SignedDuration> {
        let back = self.now.duration_since(self.times().0?);
        if back <= self.loads_back() || self.is_window_whole() {
            return None;
        }
        self.asked_back = back;
        Some(back)
    }

    /// How far back it is loaded by itself.
    pub fn loads_back(&self) -> SignedDuration {
        SignedDuration::try_from(self.settings.history).unwrap_or(SignedDuration::MAX).max(self.asked_back)
    }

    /// How many loaded messages are in the time window.
    pub fn loaded_in_window(&self) -> usize {
        let (since, until) = self.times();
        self.store.loaded_between(since, until)
    }

    /// Whether the whole campaign is loaded, and all of it is in the time window.
    pub fn is_all_in_window(&self) -> bool {
        let coverage = self.store.coverage();
        coverage.complete && coverage.gap.is_none() && self.loaded_in_window() == coverage.loaded
    }

    /// Whether every message of the time window is loaded.
    pub fn is_window_whole(&self) -> bool {
        let coverage = self.store.coverage();
        let reaches = |since: Timestamp| coverage.oldest.is_some_and(|oldest| oldest < since);
        coverage.gap.is_none() && (coverage.complete || self.times().0.is_some_and(reaches))
    }

    /// The batches that have a message in the time window, newest upload first: those of the messages that the list and
    /// the figures of the window show.
    pub fn batches_in_window(&self) -> Vec<BatchSummary> {
        let (since, until) = self.times();
        self.store.batches_between(since, until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Singapore").unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-24T06:03:07Z".parse().unwrap()
    }

    #[rstest]
    #[case("2h", "last 2 h")]
    #[case(" 3d ", "last 3 d")]
    #[case("today", "today")]
    #[case("3d - 1d", "3 d ago to 24 h ago")]
    #[case("2026-11-20 to 2026-11-21", "20 Nov 00:00 to 22 Nov 00:00")]
    #[case("2026-11-20T08:00 – today", "20 Nov 08:00 to the end of today")]
    #[case("2026-11-24T06:00:00Z", "since 14:00:00")]
    #[case("- 1h", "until 1 h ago")]
    #[case("until 2026-11-20", "until 21 Nov 00:00")]
    fn typed_windows_are_told_in_words_and_typed_again(#[case] text: &str, #[case] words: &str) {
        let window = TimeWindow::parse(text, &zone(), now()).unwrap();
        assert_eq!(window.words(&zone(), now()), words);
        let again = TimeWindow::parse(&window.typed(), &zone(), now()).unwrap();
        assert_eq!(again.times(&zone(), now()), window.times(&zone(), now()), "{}", window.typed());
    }

    #[rstest]
    #[case("1h", &["6 h", "24 h", "3 days", "7 days", "all times"])]
    #[case("24h", &["3 days", "7 days", "all times"])]
    #[case("25h", &["3 days", "7 days", "all times"])]
    #[case("today", &["24 h", "3 days", "7 days", "all times"])]
    #[case("2026-11-20", &["7 days", "all times"])]
    #[case("8d", &["all times"])]
    #[case("2h to 1h", &[])]
    #[case("today to today", &[])]
    fn a_window_widens_step_by_step_to_all_times(#[case] text: &str, #[case] steps: &[&str]) {
        let mut window = TimeWindow::parse(text, &zone(), now()).unwrap();
        for step in steps {
            window = window.wider(&zone(), now()).unwrap();
            assert_eq!(window.span_words(), *step);
        }
        assert_eq!(window.wider(&zone(), now()), None);
    }

    #[rstest]
    #[case("", "type a start")]
    #[case("to ", "`to` is not a time")]
    #[case("yesterday", "`yesterday` is not a time: expected 2026")]
    #[case("2h to soon", "`soon` is not a time")]
    #[case("1h to 2h", "ends before it starts")]
    #[case("2026-11-22 to 2026-11-20", "ends before it starts")]
    fn what_is_no_window_says_what_was_expected(#[case] text: &str, #[case] said: &str) {
        let wrong = TimeWindow::parse(text, &zone(), now()).unwrap_err();
        assert!(wrong.contains(said), "{wrong}");
    }

    #[test]
    fn a_window_told_by_the_clock_moves_on_with_it() {
        let later = now() + SignedDuration::from_hours(12);
        for window in TimeWindow::usual() {
            assert!(window.times(&zone(), now()) < window.times(&zone(), later), "{window:?}");
        }
        let fixed = TimeWindow::parse("2026-11-20", &zone(), now()).unwrap();
        assert_eq!(fixed.times(&zone(), now()), fixed.times(&zone(), later));
    }
}
