//! Keys in the list of messages.

use super::super::Action;
use super::super::dialogs::NoticesPage;
use super::super::state::{ListCursor, Shared};
use crate::monitor::Command;

/// How many pages of older history are loaded automatically to fill the window of a filter that
/// matches little; then the list asks.
pub(in crate::tui) const PAGES_TO_FILL: u8 = 10;

impl Shared {
    pub(in crate::tui) fn list_key(&mut self, action: Action) {
        let height = self.list_height();
        let Some(campaign) = self.campaigns.get(self.current) else {
            self.bare_key(action);
            return;
        };
        let index = campaign.list.index(&campaign.store);
        let page = height.saturating_sub(1).max(1);
        match action {
            // At the top already: from there on the list follows the newest again.
            Action::Up if index == 0 => self.follow(),
            Action::Up => self.go(index - 1),
            Action::Down => self.go(index + 1),
            Action::PageUp => self.go(index.saturating_sub(page)),
            Action::PageDown => self.go(index + page),
            Action::HalfPageUp => self.go(index.saturating_sub(page.div_ceil(2))),
            Action::HalfPageDown => self.go(index + page.div_ceil(2)),
            Action::First => self.follow(),
            Action::Last => self.go(campaign.list.len().saturating_sub(1)),
            Action::Left => self.columns(-1),
            Action::Right => self.columns(1),
            Action::NextHit => self.next_hit(true),
            Action::PreviousHit => self.next_hit(false),
            Action::Enter | Action::NextPane => self.enter(action),
            Action::Back => {
                if !self.step_back() {
                    self.tour.end();
                }
            }
            Action::Quit => {
                if !self.step_back() {
                    self.quit();
                }
            }
            _ => {
                if !self.marking_key(action) {
                    self.common_key(action);
                }
            }
        }
    }

    /// Keys where no campaign is configured: only help, notices and the way out.
    fn bare_key(&mut self, action: Action) {
        match action {
            Action::Quit => self.quit(),
            Action::Help => self.open_help(),
            Action::Notices => NoticesPage::open(self),
            _ => {}
        }
    }

    fn enter(&mut self, action: Action) {
        let Some(campaign) = self.campaign() else { return };
        match campaign.list.cursor() {
            ListCursor::End if action == Action::Enter => self.read_further(),
            ListCursor::End => {}
            _ => self.open_detail(),
        }
    }

    fn columns(&mut self, steps: isize) {
        let scrolls = self.tables.columns.scrolls();
        if let Some(campaign) = self.campaign_mut() {
            campaign.skipped_columns = campaign.skipped_columns.saturating_add_signed(steps).min(scrolls);
        }
    }

    fn follow(&mut self) {
        if let Some(campaign) = self.campaign_mut() {
            campaign.list.follow(&campaign.store);
            campaign.marks.hide(campaign.list.selected());
        }
    }

    pub(in crate::tui) fn go(&mut self, index: usize) {
        let height = self.list_height();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.list.go(&campaign.store, index, height);
        campaign.marks.hide(campaign.list.selected());
        // In another order new rows do not appear at the end: there they are loaded on request.
        if !campaign.list.is_newest_first() && !campaign.find.is_on() {
            return;
        }
        // The next page is requested a window ahead, once for each answer.
        if campaign.list.index(&campaign.store) + height >= campaign.list.len() && !campaign.find.is_on() {
            self.read_history();
        } else if campaign.list.index(&campaign.store) + 1 >= campaign.list.len() {
            self.read_further();
        }
    }

    /// Loads more where the list ends: more of the server's results, otherwise older history.
    fn read_further(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.find.is_on() {
            if let Some(generation) = campaign.find.further() {
                self.effects.push(self.command(Command::SearchFurther(generation)));
            }
            return;
        }
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.read_history();
    }

    /// Requests one more page of older history, once for each answer.
    pub(in crate::tui) fn read_history(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.further_asked || campaign.store.is_empty() || campaign.store.coverage().ends_here() || campaign.is_window_whole() {
            return;
        }
        campaign.further_asked = true;
        self.effects.push(self.command(Command::ReadFurther));
    }

    /// Loads more automatically while a filter leaves the window empty, for some pages.
    pub(in crate::tui) fn fill_window(&mut self) {
        let height = self.list_height();
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.list.matching(&campaign.store) >= height || campaign.find.is_on() || campaign.choice.is_everything() {
            campaign.pages_to_fill = 0;
        }
        if campaign.pages_to_fill > 0 && !campaign.further_asked {
            campaign.pages_to_fill -= 1;
            self.read_history();
        }
    }

    /// How many lines the list has on the screen.
    pub(in crate::tui) fn list_height(&self) -> usize {
        usize::from(self.layout().list.height).max(1)
    }
}
