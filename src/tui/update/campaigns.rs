//! From campaign to campaign.

use super::super::dialogs::AllCampaigns;
use super::super::state::Shared;
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
            self.open(AllCampaigns::new(self));
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
