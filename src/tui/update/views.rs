//! From view to view.

use super::super::state::{Drilled, FilterChoice, OpenedFrom, State, ViewKind};
use super::super::{Action, Effect};
use super::list::PAGES_TO_FILL;

impl State {
    /// A key with the same meaning in every view. False for the others.
    pub(super) fn view_key(&mut self, action: Action, effects: &mut Vec<Effect>) -> bool {
        let view = match action {
            Action::ShowCampaigns => {
                self.open_campaigns();
                return true;
            }
            Action::ShowMessages => ViewKind::Messages,
            Action::ShowBatches => ViewKind::Batches,
            Action::ShowFailures => ViewKind::Failures,
            Action::ShowActivity => ViewKind::Activity,
            _ => return false,
        };
        if view != ViewKind::Activity {
            self.leave_activity();
        }
        self.came_from = None;
        if let Some(campaign) = self.campaign_mut() {
            campaign.drilled = None;
        }
        self.show_view(view, effects);
        true
    }

    pub(super) fn show_view(&mut self, view: ViewKind, effects: &mut Vec<Effect>) {
        if view != ViewKind::Messages {
            self.close_detail(effects);
        }
        if let Some(campaign) = self.campaign_mut() {
            campaign.marks.hide(None);
        }
        self.view = view;
        self.look_at_view();
    }

    /// Counts what the view shows, where that is not always counted.
    pub(super) fn look_at_view(&mut self) {
        if self.view == ViewKind::Failures
            && let Some(campaign) = self.campaigns.get_mut(self.current)
        {
            campaign.move_on();
            campaign.failures.look(&campaign.store, &campaign.out_of_attempts);
        }
    }

    /// Shows these messages; Esc goes back to where the user came from.
    pub(super) fn drill(&mut self, choice: FilterChoice, effects: &mut Vec<Effect>) {
        let from = self.origin();
        self.close_detail(effects);
        self.end_find(effects);
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.drilled = Some(Drilled { from, before: std::mem::replace(&mut campaign.choice, choice) });
        campaign.narrow();
        campaign.list.follow(&campaign.store);
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.show_view(ViewKind::Messages, effects);
        self.fill_window(effects);
    }

    /// A find in the messages, from whichever view; Esc goes back to it.
    pub(super) fn find_from_view(&mut self, effects: &mut Vec<Effect>) {
        let from = self.view;
        if from == ViewKind::Messages || self.shows_across() {
            return;
        }
        if let Some(campaign) = self.campaign_mut() {
            campaign.drilled = Some(Drilled { from: OpenedFrom::Pane(from), before: campaign.choice.clone() });
        }
        self.show_view(ViewKind::Messages, effects);
    }
}
