//! The campaigns, in the order of the configuration: which of them is on the screen, and which needs a person.

use std::ops::{Deref, DerefMut};

use crate::monitor::{Command, NoticeWeight};
use crate::store::Verdict;
use crate::tui::dialogs::AllCampaigns;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::widgets::words::percent;

/// All campaigns, by their index in the configuration.
pub(in crate::tui) struct Campaigns {
    all: Vec<Campaign>,
    /// The one on the screen.
    current: usize,
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
        Self { all, current: 0 }
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

    /// The next one after that on the screen that needs a person.
    pub fn next_in_need(&self) -> Option<usize> {
        self.next_in_need_after(self.current)
    }

    /// The next one after a campaign that needs a person.
    pub fn next_in_need_after(&self, index: usize) -> Option<usize> {
        let others = (1..self.all.len()).map(|steps| (index + steps) % self.all.len());
        others.into_iter().find(|index| self.all[*index].needs_person())
    }

    /// Puts another one on the screen.
    pub(super) fn show(&mut self, index: usize) {
        self.current = index;
    }
}

impl Shared {
    /// To the next campaign, or the previous one; around at the ends.
    pub(super) fn step_campaign(&mut self, steps: isize) {
        let count = self.campaigns.len() as isize;
        if count > 1 {
            self.show_campaign((self.campaigns.current() as isize + steps).rem_euclid(count) as usize);
        }
    }

    /// Shows the next campaign that needs a person.
    pub(super) fn show_next_in_need(&mut self) {
        match self.campaigns.next_in_need() {
            Some(index) => self.show_campaign(index),
            None => self.tell(NoticeWeight::Info, "no other campaign needs a person", "", ""),
        }
    }

    /// Why a campaign needs a person, in a few words.
    pub(in crate::tui) fn in_need(&self, campaign: &Campaign) -> String {
        match campaign.verdict(self.now, false) {
            Verdict::Failing { failed, finished, .. } => match campaign.recent.share() {
                Some(share) => format!("{} failed", percent(share)),
                None => format!("{failed} of {finished} failed"),
            },
            Verdict::Stalled(stall) => format!("nothing {}", stall.finished(|minute| self.look.minute(minute, self.now))),
            Verdict::Unknown(why) if !campaign.actions.needs_person() => why,
            _ => "a retry to decide".to_owned(),
        }
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
        let (of_day, now) = (self.time_of_day(), self.now);
        if let Some(campaign) = self.campaign_mut() {
            campaign.count(of_day, now);
            campaign.find.wake(now);
        }
        crate::tui::views::look(self);
    }
}
