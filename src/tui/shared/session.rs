//! From the screen to the saved session, and back.

use jiff::tz::TimeZone;

use crate::config::{DayEnd, GivenTime};
use crate::delivery::{BatchId, Class, Status, clean_line};
use crate::state::{self, SavedFilter, Session};
use crate::tui::dialogs::RecentCommands;
use crate::tui::shared::{Campaign, FilterChoice, NamedFilter, NamedFilters, Shared, Tables, TimeWindow, ViewKind, WindowOrigin};

impl Shared {
    /// What is on the screen, to start with the next time. The search is not in it: it is part of a
    /// person's number.
    pub(in crate::tui) fn session(&self) -> Session {
        let saved = |campaign: &Campaign| {
            // Messages that were opened from another view are a detour, not what the list shows.
            let choice = campaign.drilled.as_ref().map_or(&campaign.choice, |drilled| &drilled.before);
            // A window that nobody chose is found again at the next start.
            let saved = match campaign.window_origin {
                WindowOrigin::Chosen => SavedFilter { all_times: choice.window.is_all(), ..choice.saved() },
                WindowOrigin::Start | WindowOrigin::Found => choice.of_all_times().saved(),
            };
            (saved != SavedFilter::default()).then(|| (campaign.settings.name.clone(), saved))
        };
        let view = match self.campaign().and_then(|campaign| campaign.drilled.as_ref()) {
            Some(drilled) => drilled.from.view(),
            None => self.view,
        };
        Session {
            campaign: self.campaign().map(|campaign| campaign.settings.name.clone()),
            view: Some(view.about().name.to_owned()),
            filters: self.campaigns.iter().filter_map(saved).collect(),
            tables: self.tables.saved(),
            named_filters: self
                .named
                .iter()
                .map(|named| state::SavedNamedFilter { name: named.name.clone(), filter: named.choice.saved() })
                .collect(),
            recent_commands: self.recent.names().to_vec(),
        }
    }

    /// Starts with what was on the screen. What no longer exists is left out.
    pub(super) fn restore(&mut self, session: Session) {
        for campaign in self.campaigns.iter_mut() {
            if let Some(filter) = session.filters.get(&campaign.settings.name) {
                let saved = FilterChoice::of_saved(filter);
                if filter.all_times || !saved.window.is_all() {
                    campaign.choose_window(saved.window);
                    // Its worker is told at the opening.
                    campaign.history_for_window();
                }
                campaign.choice = FilterChoice { window: campaign.choice.window, ..saved };
                campaign.narrow();
            }
        }
        self.tables = Tables::of_saved(&session.tables);
        self.named = NamedFilters::kept(session.named_filters.iter().map(NamedFilter::of_saved));
        self.recent = RecentCommands::kept(session.recent_commands);
        let index = session.campaign.and_then(|name| self.campaigns.iter().position(|campaign| campaign.settings.name == name));
        self.campaigns.show(index.unwrap_or(0));
        self.view = session.view.and_then(|view| ViewKind::named(&view)).unwrap_or(self.view);
        crate::tui::views::look(self);
    }
}

impl FilterChoice {
    fn saved(&self) -> SavedFilter {
        SavedFilter {
            statuses: self.statuses.iter().map(|status| status.api_word().to_owned()).collect(),
            open_only: false,
            all_times: false,
            classes: self.classes.iter().map(|class| class.argument().to_owned()).collect(),
            errors: self.errors.clone(),
            batches: self.batches.iter().map(|batch| batch.as_str().to_owned()).collect(),
            since: self.window.from.map(|moment| moment.to_string()),
            until: self.window.to.map(|moment| moment.to_string()),
        }
    }

    /// Anything can write a file: its content is cleaned like any other from outside.
    fn of_saved(saved: &SavedFilter) -> FilterChoice {
        FilterChoice {
            statuses: saved.statuses.iter().map(|word| Status::from_api(&clean_line(word))).collect(),
            classes: match saved.open_only {
                true => Class::WAITING.to_vec(),
                false => saved.classes.iter().filter_map(|name| Class::parse(name)).collect(),
            },
            errors: saved.errors.iter().map(|code| clean_line(code).into_owned()).collect(),
            batches: saved.batches.iter().map(|id| BatchId::new(&*clean_line(id))).collect(),
            window: TimeWindow {
                from: saved.since.as_deref().and_then(|text| moment(text, DayEnd::Start)),
                to: saved.until.as_deref().and_then(|text| moment(text, DayEnd::End)),
            },
        }
    }
}

impl NamedFilter {
    fn of_saved(saved: &state::SavedNamedFilter) -> NamedFilter {
        NamedFilter { name: clean_line(&saved.name).into_owned(), choice: FilterChoice::of_saved(&saved.filter) }
    }
}

/// A moment as a file has it. What was a date has become a time there, so the zone does not matter.
fn moment(text: &str, day: DayEnd) -> Option<GivenTime> {
    GivenTime::parse(text, day, &TimeZone::UTC).ok()
}
