//! From campaign to campaign, by steps or by choosing one from the list.

use super::super::state::{Beneath, Dialog, State};
use super::super::{Action, Effect};
use crate::monitor::Command;

impl State {
    /// To the next campaign in the order shown, or the previous one; around at the ends.
    pub(super) fn step_campaign(&mut self, steps: isize, effects: &mut Vec<Effect>) {
        self.hold_order();
        let order = self.order();
        let count = order.len() as isize;
        let Some(at) = order.iter().position(|index| *index == self.current).filter(|_| count > 1) else { return };
        let next = (at as isize + steps).rem_euclid(count);
        let Some(index) = usize::try_from(next).ok().and_then(|next| order.get(next)) else { return };
        self.show_campaign(*index, effects);
    }

    /// Shows all campaigns, where there is more than one.
    pub(super) fn open_campaigns(&mut self) {
        if self.campaigns.len() > 1 {
            self.dialog = Dialog::Campaigns(self.current);
        }
    }

    /// Keys in the list of all campaigns.
    pub(super) fn campaigns_key(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let Dialog::Campaigns(chosen) = self.dialog else { return };
        match action {
            Action::Back | Action::Quit | Action::NextPane | Action::PreviousPane => self.dialog = Dialog::None,
            Action::PreviousCampaign => self.choose_campaign(-1),
            Action::NextCampaign => self.choose_campaign(1),
            _ => match self.steps(action) {
                Some(steps) => self.choose_campaign(steps),
                // A page is about all of them.
                None if matches!(action, Action::Help | Action::Notices) => {
                    self.common_key(action, effects);
                }
                None => {
                    // Any other key applies to the campaign under the cursor; Esc in what it opens goes back.
                    let beneath = Beneath { dialog: Dialog::Campaigns(chosen), page: None, campaign: self.current };
                    self.dialog = Dialog::None;
                    if chosen != self.current && chosen < self.campaigns.len() {
                        self.show_campaign(chosen, effects);
                    }
                    if action != Action::Enter {
                        self.common_key(action, effects);
                    }
                    if !matches!(self.dialog, Dialog::None) {
                        self.beneath.insert(0, beneath);
                    }
                }
            },
        }
    }

    fn choose_campaign(&mut self, steps: isize) {
        self.hold_order();
        let Dialog::Campaigns(chosen) = self.dialog else { return };
        let order = self.order();
        let at = order.iter().position(|index| *index == chosen).unwrap_or(0);
        let next = at.saturating_add_signed(steps).min(order.len().saturating_sub(1));
        if let Some(index) = order.get(next) {
            self.dialog = Dialog::Campaigns(*index);
        }
    }

    pub(super) fn show_campaign(&mut self, index: usize, effects: &mut Vec<Effect>) {
        self.leave_activity();
        self.close_detail(effects);
        (self.came_from, self.find_from) = (None, None);
        if let Some(campaign) = self.campaign_mut() {
            campaign.marks.hide(None);
            if campaign.find.rest() {
                effects.push(self.command(Command::EndSearch));
            }
        }
        effects.push(self.command(Command::InView(false)));
        self.current = index;
        effects.push(self.command(Command::InView(true)));
        let now = self.now;
        if let Some(campaign) = self.campaign_mut() {
            campaign.count(now);
            campaign.find.wake(now);
        }
        self.look_at_view();
    }
}
