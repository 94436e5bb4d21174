//! Keys in the list of messages.

use super::super::state::{ListCursor, State};
use super::super::{Action, Effect};
use crate::monitor::Command;

/// How many pages of older history are loaded automatically to fill the window of a filter that
/// matches little; then the list asks.
pub(super) const PAGES_TO_FILL: u8 = 10;

impl State {
    pub(super) fn list_key(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let height = self.list_height();
        let Some(campaign) = self.campaigns.get(self.current) else {
            self.bare_key(action, effects);
            return;
        };
        let index = campaign.list.index(&campaign.store);
        let page = height.saturating_sub(1).max(1);
        match action {
            // At the top already: from there on the list follows the newest again.
            Action::Up if index == 0 => self.follow(),
            Action::Up => self.go(index - 1, effects),
            Action::Down => self.go(index + 1, effects),
            Action::PageUp => self.go(index.saturating_sub(page), effects),
            Action::PageDown => self.go(index + page, effects),
            Action::HalfPageUp => self.go(index.saturating_sub(page.div_ceil(2)), effects),
            Action::HalfPageDown => self.go(index + page.div_ceil(2), effects),
            Action::First => self.follow(),
            Action::Last => self.go(campaign.list.len().saturating_sub(1), effects),
            Action::Left => self.columns(-1),
            Action::Right => self.columns(1),
            Action::NextHit => self.next_hit(true, effects),
            Action::PreviousHit => self.next_hit(false, effects),
            Action::Enter | Action::NextPane => self.enter(action, effects),
            Action::Back => {
                if !self.step_back(effects) {
                    self.tour.end();
                }
            }
            Action::Quit => {
                if !self.step_back(effects) {
                    self.quit(effects);
                }
            }
            _ => {
                if !self.marking_key(action, effects) {
                    self.common_key(action, effects);
                }
            }
        }
    }

    /// Keys where no campaign is configured: only help, notices and the way out.
    fn bare_key(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Quit => self.quit(effects),
            Action::Help => self.open_help(),
            Action::Notices => self.open_notices(),
            _ => {}
        }
    }

    fn enter(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let Some(campaign) = self.campaign() else { return };
        match campaign.list.cursor() {
            ListCursor::End if action == Action::Enter => self.read_further(effects),
            ListCursor::End => {}
            _ => self.open_detail(effects),
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

    pub(super) fn go(&mut self, index: usize, effects: &mut Vec<Effect>) {
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
            self.read_history(effects);
        } else if campaign.list.index(&campaign.store) + 1 >= campaign.list.len() {
            self.read_further(effects);
        }
    }

    /// Loads more where the list ends: more of the server's results, otherwise older history.
    fn read_further(&mut self, effects: &mut Vec<Effect>) {
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.find.is_on() {
            if let Some(generation) = campaign.find.further() {
                effects.push(self.command(Command::SearchFurther(generation)));
            }
            return;
        }
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.read_history(effects);
    }

    /// Requests one more page of older history, once for each answer.
    pub(super) fn read_history(&mut self, effects: &mut Vec<Effect>) {
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.further_asked || campaign.store.is_empty() || campaign.store.coverage().ends_here() || campaign.is_window_whole() {
            return;
        }
        campaign.further_asked = true;
        effects.push(self.command(Command::ReadFurther));
    }

    /// Loads more automatically while a filter leaves the window empty, for some pages.
    pub(super) fn fill_window(&mut self, effects: &mut Vec<Effect>) {
        let height = self.list_height();
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.list.matching(&campaign.store) >= height || campaign.find.is_on() || campaign.choice.is_everything() {
            campaign.pages_to_fill = 0;
        }
        if campaign.pages_to_fill > 0 && !campaign.further_asked {
            campaign.pages_to_fill -= 1;
            self.read_history(effects);
        }
    }

    /// How many lines the list has on the screen.
    pub(super) fn list_height(&self) -> usize {
        usize::from(self.layout().list.height).max(1)
    }
}
