//! The campaigns: which of them is on the screen, and in which order they are shown. Those that need a person come
//! first, otherwise they are as configured.

use std::ops::{Deref, DerefMut};

use jiff::{SignedDuration, Timestamp};

use crate::monitor::Command;
use crate::tui::dialogs::AllCampaigns;
use crate::tui::shared::{Campaign, Shared};

/// How long the order is kept after a step through it.
const HELD: SignedDuration = SignedDuration::from_secs(10);

/// All campaigns, by their index in the configuration.
pub(in crate::tui) struct Campaigns {
    all: Vec<Campaign>,
    /// The one on the screen.
    current: usize,
    /// Their indices in the order shown.
    order: Vec<usize>,
    /// Until when that is kept, because the user steps through it.
    held_until: Option<Timestamp>,
}

impl Deref for Campaigns {
    type Target = [Campaign];

    fn deref(&self) -> &[Campaign] {
        &self.all
    }
}

impl DerefMut for Campaigns {
    fn deref_mut(&mut self) -> &mut [Campaign] {
        &mut self.all
    }
}

impl Campaigns {
    /// As configured, with the first one on the screen.
    pub fn new(all: Vec<Campaign>) -> Self {
        Self { order: (0..all.len()).collect(), all, current: 0, held_until: None }
    }

    /// The index of the one on the screen.
    pub fn current(&self) -> usize {
        self.current
    }

    /// The one on the screen; `None` where none could be configured.
    pub fn shown(&self) -> Option<&Campaign> {
        self.all.get(self.current)
    }

    /// The same, mutable.
    pub fn shown_mut(&mut self) -> Option<&mut Campaign> {
        self.all.get_mut(self.current)
    }

    /// Puts another one on the screen.
    pub(super) fn show(&mut self, index: usize) {
        self.current = index;
    }

    /// Their indices in the order shown.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Where one is in that order.
    pub fn position(&self, index: usize) -> usize {
        self.order.iter().position(|known| *known == index).unwrap_or(0)
    }

    /// Keeps the order for a while: the user steps through it.
    pub fn hold_order(&mut self, now: Timestamp) {
        self.held_until = now.checked_add(HELD).ok();
    }

    /// Sorts them again, unless the user is stepping through them: the order must not move under the keys.
    pub(super) fn sort(&mut self, now: Timestamp) {
        if self.held_until.is_none_or(|until| now >= until) {
            self.order = (0..self.all.len()).collect();
            self.order.sort_by_key(|index| !self.all[*index].needs_person());
        }
    }
}

impl Shared {
    /// To the next campaign in the order shown, or the previous one; around at the ends.
    pub(super) fn step_campaign(&mut self, steps: isize) {
        self.campaigns.hold_order(self.now);
        let order = self.campaigns.order();
        let count = order.len() as isize;
        if count < 2 {
            return;
        }
        let next = (self.campaigns.position(self.campaigns.current()) as isize + steps).rem_euclid(count);
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
        self.campaigns.show(index);
        self.send(Command::InView(true));
        let now = self.now;
        if let Some(campaign) = self.campaign_mut() {
            campaign.count(now);
            campaign.find.wake(now);
        }
        crate::tui::views::look(self);
    }
}
