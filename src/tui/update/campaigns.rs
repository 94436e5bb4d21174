//! From campaign to campaign.

use super::super::Effect;
use super::super::state::State;
use crate::monitor::Command;

impl State {
    /// To the next campaign in the order shown, or the one before; round at the ends.
    pub(super) fn step_campaign(&mut self, steps: isize, effects: &mut Vec<Effect>) {
        self.hold_order();
        let order = self.order();
        let count = order.len() as isize;
        let Some(at) = order.iter().position(|place| *place == self.current).filter(|_| count > 1) else { return };
        let next = (at as isize + steps).rem_euclid(count);
        let Some(place) = usize::try_from(next).ok().and_then(|next| order.get(next)) else { return };
        self.show_campaign(*place, effects);
    }

    pub(super) fn show_campaign(&mut self, place: usize, effects: &mut Vec<Effect>) {
        self.close_detail(effects);
        if let Some(campaign) = self.campaign_mut() {
            campaign.marks.hide(None);
            if campaign.find.rest() {
                effects.push(self.command(Command::EndSearch));
            }
        }
        effects.push(self.command(Command::InView(false)));
        self.current = place;
        effects.push(self.command(Command::InView(true)));
        let now = self.now;
        if let Some(campaign) = self.campaign_mut() {
            campaign.count(now);
            campaign.find.wake(now);
        }
        self.look_at_view();
    }
}
