//! How far back messages are loaded, beyond the configuration: `:history`, with or without an argument.

use super::Next;
use crate::config::{DayEnd, GivenTime};
use crate::delivery::counted;
use crate::monitor::{Command, NoticeWeight};
use crate::tui::Role;
use crate::tui::shared::{BackTo, Campaign, Shared};
use crate::tui::text::short_time;
use crate::tui::widgets::line_box::{AsksLine, LineBox, LineDialog};
use crate::tui::widgets::sentences::Sentence;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What can be typed.
const EXAMPLES: &str = "7d, 36h, 2026-11-01 or all";

/// Longer ago than the API exists.
const ALL: SignedDuration = SignedDuration::from_hours(50 * 366 * 24);

struct History;

impl AsksLine for History {
    const ENTER: &'static str = "load older messages";

    fn says(&self, shared: &Shared) -> Option<(String, Vec<Sentence>)> {
        let campaign = shared.campaign()?;
        let oldest = campaign.store.coverage().oldest.map(|at| shared.look.time(at, shared.now));
        let loaded = oldest.map_or_else(|| "Nothing is loaded yet".to_owned(), |oldest| format!("Loaded back to {oldest}"));
        let above = vec![
            Sentence::new(format!("{loaded}. How far back should messages be loaded?"), Role::Text, 0),
            Sentence::new("7d, 36h, a date such as 2026-11-01, or all", Role::Muted, 1),
        ];
        Some((format!("Read further back, {}", campaign.settings.name), above))
    }

    fn enter(&mut self, typed: &str, shared: &mut Shared) -> Result<Next, String> {
        shared.read_back(typed).map(|()| Next::Close)
    }
}

impl Shared {
    /// `:history`: loads back to what was typed after it, and asks where nothing or no time was.
    pub(super) fn begin_history(&mut self, typed: &str) {
        let problem = if typed.is_empty() { String::new() } else { self.read_back(typed).err().unwrap_or_default() };
        if typed.is_empty() || !problem.is_empty() {
            self.open(LineDialog { asks: History, line: LineBox::new(typed, problem) });
        }
    }

    /// Loads back to what was typed, or says what is wrong with it.
    fn read_back(&mut self, typed: &str) -> Result<(), String> {
        let typed = typed.trim();
        let Some(to) = self.moment_back(typed) else {
            return Err(if typed.is_empty() { format!("type {EXAMPLES}, or Esc") } else { format!("`{typed}` is not a time: {EXAMPLES}") });
        };
        let span = match to {
            BackTo::Start => ALL,
            BackTo::Moment(at) => self.time_of_day().duration_since(at).max(SignedDuration::ZERO),
        };
        let Some(campaign) = self.campaign_mut() else { return Ok(()) };
        campaign.history_to = Some(to);
        campaign.asked_back = campaign.asked_back.max(span);
        self.send(Command::ReadBack(span));
        self.notice_history();
        Ok(())
    }

    fn moment_back(&self, typed: &str) -> Option<BackTo> {
        if typed.eq_ignore_ascii_case("all") {
            return Some(BackTo::Start);
        }
        let now = self.time_of_day();
        let at = GivenTime::parse(typed, DayEnd::Start, &self.look.zone).ok()?.at(&self.look.zone, now)?;
        (at < now).then_some(BackTo::Moment(at))
    }

    /// Says when the requested history has been loaded, or cannot be.
    pub(in crate::tui) fn notice_history(&mut self) {
        let (zone, now) = (self.look.zone.clone(), self.time_of_day());
        let reported: Vec<_> = self.campaigns.iter_mut().filter_map(|campaign| campaign.reached_history(&zone, now)).collect();
        for (weight, what, next) in reported {
            self.tell(weight, &what, "", next);
        }
    }
}

impl Campaign {
    /// What is to be said when the requested history has been loaded, or cannot be: once.
    fn reached_history(&mut self, zone: &TimeZone, now: Timestamp) -> Option<(NoticeWeight, String, &'static str)> {
        let to = self.history_to?;
        let coverage = self.store.coverage();
        if coverage.gap.is_some() {
            // Something in between is still to load: not all of it is there.
            return None;
        }
        let (name, loaded) = (&self.settings.name, counted(coverage.loaded, "message"));
        let reported = match to {
            _ if coverage.complete => (NoticeWeight::Info, format!("{name}: the whole campaign is loaded, {loaded}"), ""),
            BackTo::Moment(at) if coverage.oldest.is_some_and(|oldest| oldest <= at) => {
                (NoticeWeight::Info, format!("{name}: loaded back to {}, {loaded}", short_time(at, zone, now)), "")
            }
            _ if coverage.dropped > 0 => {
                let next = "`max_messages` in the configuration allows more";
                (NoticeWeight::Warning, format!("{name}: no more than {loaded} are kept"), next)
            }
            _ => return None,
        };
        self.history_to = None;
        Some(reported)
    }
}
