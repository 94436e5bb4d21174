//! From campaign to campaign, by steps or by choosing one from the list.

use super::super::Action;
use super::super::state::{Beneath, OldDialog, Shared};
use crate::monitor::Command;

impl Shared {
    /// To the next campaign in the order shown, or the previous one; around at the ends.
    pub(in crate::tui) fn step_campaign(&mut self, steps: isize) {
        self.hold_order();
        let order = self.order();
        let count = order.len() as isize;
        let Some(at) = order.iter().position(|index| *index == self.current).filter(|_| count > 1) else { return };
        let next = (at as isize + steps).rem_euclid(count);
        let Some(index) = usize::try_from(next).ok().and_then(|next| order.get(next)) else { return };
        self.show_campaign(*index);
    }

    /// Shows all campaigns, where there is more than one.
    pub(in crate::tui) fn open_campaigns(&mut self) {
        if self.campaigns.len() > 1 {
            self.dialog = OldDialog::Campaigns(self.current);
        }
    }

    /// Keys in the list of all campaigns.
    pub(in crate::tui) fn campaigns_key(&mut self, action: Action) {
        let OldDialog::Campaigns(chosen) = self.dialog else { return };
        match action {
            Action::Back | Action::Quit | Action::NextPane | Action::PreviousPane => self.dialog = OldDialog::None,
            Action::PreviousCampaign => self.choose_campaign(-1),
            Action::NextCampaign => self.choose_campaign(1),
            _ => match self.steps(action) {
                Some(steps) => self.choose_campaign(steps),
                // A page is about all of them.
                None if matches!(action, Action::Help | Action::Notices) => {
                    self.common_key(action);
                }
                None => {
                    // Any other key applies to the campaign under the cursor; Esc in what it opens goes back.
                    let beneath = Beneath { dialog: OldDialog::Campaigns(chosen), campaign: self.current };
                    self.dialog = OldDialog::None;
                    if chosen != self.current && chosen < self.campaigns.len() {
                        self.show_campaign(chosen);
                    }
                    if action != Action::Enter {
                        self.common_key(action);
                    }
                    if !matches!(self.dialog, OldDialog::None) || !self.opening.is_empty() {
                        self.beneath.insert(0, beneath);
                    }
                }
            },
        }
    }

    fn choose_campaign(&mut self, steps: isize) {
        self.hold_order();
        let OldDialog::Campaigns(chosen) = self.dialog else { return };
        let order = self.order();
        let at = order.iter().position(|index| *index == chosen).unwrap_or(0);
        let next = at.saturating_add_signed(steps).min(order.len().saturating_sub(1));
        if let Some(index) = order.get(next) {
            self.dialog = OldDialog::Campaigns(*index);
        }
    }

    pub(in crate::tui) fn show_campaign(&mut self, index: usize) {
        self.leave_activity();
        self.close_detail();
        self.came_from = None;
        if let Some(campaign) = self.campaign_mut() {
            campaign.marks.hide(None);
            if campaign.find.rest() {
                self.effects.push(self.command(Command::EndSearch));
            }
        }
        self.effects.push(self.command(Command::InView(false)));
        self.current = index;
        self.effects.push(self.command(Command::InView(true)));
        let now = self.now;
        if let Some(campaign) = self.campaign_mut() {
            campaign.count(now);
            campaign.find.wake(now);
        }
        self.look_at_view();
    }
}
