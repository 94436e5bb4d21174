//! From view to view.

use super::super::Action;
use super::super::state::{Drilled, FilterChoice, OpenedFrom, Shared, ViewKind};
use super::list::PAGES_TO_FILL;

impl Shared {
    /// A key with the same meaning in every view. False for the others.
    pub(in crate::tui) fn view_key(&mut self, action: Action) -> bool {
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
        self.show_view(view);
        true
    }

    pub(in crate::tui) fn show_view(&mut self, view: ViewKind) {
        if view != ViewKind::Messages {
            self.close_detail();
        }
        if let Some(campaign) = self.campaign_mut() {
            campaign.marks.hide(None);
        }
        self.view = view;
        self.look_at_view();
    }

    /// Counts what the view shows, where that is not always counted.
    pub(in crate::tui) fn look_at_view(&mut self) {
        if self.view == ViewKind::Failures
            && let Some(campaign) = self.campaigns.get_mut(self.current)
        {
            campaign.move_on();
            campaign.failures.look(&campaign.store, &campaign.out_of_attempts);
        }
    }

    /// Shows these messages; Esc goes back to where the user came from.
    pub(in crate::tui) fn drill(&mut self, choice: FilterChoice) {
        let from = self.origin();
        self.close_detail();
        self.end_find();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.drilled = Some(Drilled { from, before: std::mem::replace(&mut campaign.choice, choice) });
        campaign.narrow();
        campaign.list.follow(&campaign.store);
        campaign.pages_to_fill = PAGES_TO_FILL;
        self.show_view(ViewKind::Messages);
        self.fill_window();
    }

    /// A find in the messages, from whichever view; Esc goes back to it.
    pub(in crate::tui) fn find_from_view(&mut self) {
        let from = self.view;
        if from == ViewKind::Messages || self.shows_across() {
            return;
        }
        if let Some(campaign) = self.campaign_mut() {
            campaign.drilled = Some(Drilled { from: OpenedFrom::Pane(from), before: campaign.choice.clone() });
        }
        self.show_view(ViewKind::Messages);
    }
}
