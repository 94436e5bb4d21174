//! In which order the campaigns are shown: those that need a person first, otherwise as configured.

use jiff::{SignedDuration, Timestamp};

use crate::tui::state::{Campaign, Shared};

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

    pub(in crate::tui) fn sort_campaigns(&mut self) {
        self.campaign_order.sort(&self.campaigns, self.now);
    }

    /// Keeps the order for a while.
    pub(in crate::tui) fn hold_order(&mut self) {
        self.campaign_order.held_until = self.now.checked_add(HELD).ok();
    }
}
