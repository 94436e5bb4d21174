//! The campaigns, in the order of the configuration: which of them is on the screen, and which needs a person.

use std::cmp::Reverse;
use std::ops::{Deref, DerefMut};

use jiff::Timestamp;

use crate::delivery::{Class, MessageId, percent};
use crate::monitor::{Command, NoticeWeight};
use crate::store::{RowNumber, Verdict};
use crate::tui::dialogs::AllCampaigns;
use crate::tui::shared::{Campaign, FilterChoice, Shared, ViewKind};

/// All campaigns, by their index in the configuration.
pub(in crate::tui) struct Campaigns {
    all: Vec<Campaign>,
    /// The one on the screen.
    current: usize,
}

/// A message that failed, among those of all campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct NewestFailure {
    /// Its campaign's index.
    pub campaign: usize,
    pub row: RowNumber,
    /// When its newest attempt began.
    pub began: Timestamp,
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

    /// The newest failures of all of them, each in its time window, the newest first: so many at most.
    pub fn newest_failures(&self, most: usize) -> Vec<NewestFailure> {
        let of = |(index, campaign): (usize, &Campaign)| -> Vec<NewestFailure> {
            let store = &campaign.store;
            let failure = |row: &RowNumber| Some(NewestFailure { campaign: index, row: *row, began: store.began(*row)? });
            campaign.newest_failures.iter().take(most).filter_map(failure).collect()
        };
        let mut failures: Vec<NewestFailure> = self.all.iter().enumerate().flat_map(of).collect();
        failures.sort_by_key(|failure| Reverse(failure.began));
        failures.truncate(most);
        failures
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
            _ => "an outcome to decide".to_owned(),
        }
    }

    /// Shows all campaigns, where there is more than one.
    pub(in crate::tui) fn open_campaigns(&mut self) {
        if self.campaigns.len() > 1 {
            self.open(AllCampaigns::new(self));
        }
    }

    /// Opens a failed message in its campaign: in the list on the screen if that has it, otherwise in that of the failures,
    /// from which Esc leads back.
    pub(in crate::tui) fn open_failure(&mut self, index: usize, message: &MessageId) {
        if index != self.campaigns.current() {
            self.show_campaign(index);
        }
        let Some(campaign) = self.campaign() else { return };
        let row = campaign.store.row(message);
        let is_listed = row.is_some_and(|row| campaign.list.position(&campaign.store, row).is_some());
        if !is_listed || self.view != ViewKind::Messages {
            let window = campaign.choice.window;
            self.drill(FilterChoice { classes: vec![Class::Failed], window, ..FilterChoice::default() });
        }
        self.open_again(message);
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
