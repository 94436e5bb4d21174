//! In which order the campaigns are shown: those that need a person first, otherwise as configured.

use jiff::{SignedDuration, Timestamp};

use crate::monitor::Command;
use crate::tui::dialogs::AllCampaigns;
use crate::tui::shared::{Campaign, Shared};

/// How long the order is kept after a step through it.
const HELD: SignedDuration = SignedDuration::from_secs(10);

/// The indices of the campaigns in the order shown.
#[derive(Debug, Default)]
pub(in crate::tui) struct CampaignOrder {
    indices: Vec<usize>,
    /// Until when it is kept, because the user steps through it.
    held_until: Option<Timestamp>,
}

impl CampaignOrder {
    /// As configured.
    pub fn new(campaigns: usize) -> Self {
        Self { indices: (0..campaigns).collect(), held_until: None }
    }

    /// Sorts them again, unless the user is stepping through them: the order must not move under the keys.
    fn sort(&mut self, campaigns: &[Campaign], now: Timestamp) {
        if self.held_until.is_some_and(|until| now < until) && self.indices.len() == campaigns.len() {
            return;
        }
        self.indices = (0..campaigns.len()).collect();
        self.indices.sort_by_key(|index| !campaigns[*index].needs_person());
    }
}

impl Shared {
    /// The indices of the campaigns in the order shown.
    pub(in crate::tui) fn order(&self) -> &[usize] {
        &self.campaign_order.indices
    }

    pub(super) fn sort_campaigns(&mut self) {
        self.campaign_order.sort(&self.campaigns, self.now);
    }

    /// Keeps the order for a while.
    pub(in crate::tui) fn hold_order(&mut self) {
        self.campaign_order.held_until = self.now.checked_add(HELD).ok();
    }
}

impl Shared {
    /// To the next campaign in the order shown, or the previous one; around at the ends.
    pub(super) fn step_campaign(&mut self, steps: isize) {
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
                self.send(Command::EndSearch);
            }
        }
        self.send(Command::InView(false));
        self.current = index;
        self.send(Command::InView(true));
        let now = self.now;
        if let Some(campaign) = self.campaign_mut() {
            campaign.count(now);
            campaign.find.wake(now);
        }
        self.look_at_view();
    }
}
