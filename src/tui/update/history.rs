//! `:history`: how far back messages are loaded, beyond the configuration.

use jiff::{SignedDuration, Timestamp};

use super::super::state::{BackTo, OldDialog, PromptKind, Shared};
use crate::config::{DayEnd, GivenTime};
use crate::delivery::counted;
use crate::monitor::{Command, NoticeWeight};

/// What can be typed.
const EXAMPLES: &str = "7d, 36h, 2026-11-01 or all";

/// Longer ago than the API exists.
const ALL: SignedDuration = SignedDuration::from_hours(50 * 366 * 24);

impl Shared {
    /// Loads back to what was typed; asks for it where nothing was. Returns what is wrong with it,
    /// where it is invalid.
    pub(in crate::tui) fn read_back(&mut self, typed: &str) -> String {
        let typed = typed.trim();
        let Some(to) = self.moment_back(typed) else {
            return if typed.is_empty() { format!("type {EXAMPLES}, or Esc") } else { format!("`{typed}` is not a time: {EXAMPLES}") };
        };
        let span = match to {
            BackTo::Start => ALL,
            BackTo::Moment(at) => self.time_of_day().duration_since(at).max(SignedDuration::ZERO),
        };
        let Some(campaign) = self.campaign_mut() else { return String::new() };
        campaign.history_to = Some(to);
        self.effects.push(self.command(Command::ReadBack(span)));
        self.notice_history();
        String::new()
    }

    /// `:history`, with or without an argument.
    pub(in crate::tui) fn begin_history(&mut self, typed: &str) {
        let problem = if typed.is_empty() { String::new() } else { self.read_back(typed) };
        if typed.is_empty() || !problem.is_empty() {
            self.open_prompt(PromptKind::History, typed);
            if let OldDialog::Prompt(prompt) = &mut self.dialog {
                prompt.problem = problem;
            }
        }
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
        for index in 0..self.campaigns.len() {
            let Some(campaign) = self.campaigns.get_mut(index) else { continue };
            let Some(to) = campaign.history_to else { continue };
            let coverage = campaign.store.coverage();
            if coverage.gap.is_some() {
                // Something in between is still to load: not all of it is there.
                continue;
            }
            let loaded = counted(coverage.loaded, "message");
            let name = campaign.settings.name.clone();
            let reached = |at: &Timestamp| coverage.oldest.is_some_and(|oldest| oldest <= *at);
            let reported = match to {
                _ if coverage.complete => Some((NoticeWeight::Info, format!("{name}: the whole campaign is loaded, {loaded}"), "")),
                BackTo::Moment(at) if reached(&at) => {
                    let at = super::super::text::short_time(at, &zone, now);
                    Some((NoticeWeight::Info, format!("{name}: loaded back to {at}, {loaded}"), ""))
                }
                _ if coverage.dropped > 0 => {
                    let next = "`max_messages` in the configuration allows more";
                    Some((NoticeWeight::Warning, format!("{name}: no more than {loaded} are kept"), next))
                }
                _ => None,
            };
            if let Some((weight, what, next)) = reported {
                campaign.history_to = None;
                self.tell(weight, &what, "", next);
            }
        }
    }
}
