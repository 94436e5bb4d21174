//! Keys of the find line while it searches all campaigns.

use std::cmp::Reverse;

use super::super::state::{AcrossAnswer, FilterChoice, OldDialog, Shared, ViewKind};
use super::super::{Action, Context, Effect};
use crate::delivery::{MessageId, RecipientQuery};
use crate::monitor::{CampaignIndex, Command, Connection, Generation, NoticeWeight, SearchState};
use crate::postman::Explanation;
use crate::store::{Filter, Store, View};

/// How many loaded messages of a campaign are counted at most: part of a number may be in all of them.
const MOST_LOADED: usize = 1_000;

impl Shared {
    /// This campaign, or all of them.
    pub(in crate::tui) fn switch_scope(&mut self) {
        if self.campaigns.len() < 2 {
            self.tell(NoticeWeight::Info, "there is no other campaign to search", "", "");
            return;
        }
        self.across.on = !self.across.on;
        let (everywhere, now) = (self.across.on, self.now);
        for campaign in &mut self.campaigns {
            campaign.find.everywhere = everywhere;
        }
        if let Some(campaign) = self.campaign_mut() {
            if !everywhere {
                campaign.find.wake(now);
            } else if campaign.find.rest() {
                self.effects.push(self.command(Command::EndSearch));
            }
        }
    }

    /// A key of the line that is not text. False for those with the same meaning as for one
    /// campaign.
    pub(in crate::tui) fn across_key(&mut self, action: Action) -> bool {
        let last = self.across_lines().len().saturating_sub(1);
        let query = self.campaign().map(|campaign| campaign.find.query.clone()).unwrap_or_default();
        let is_answered = self.across.is_about(&query);
        match action {
            // The line itself uses these as well, the last two until there are answers.
            Action::HalfPageUp => return false,
            Action::First | Action::Last if !is_answered => return false,
            Action::Enter => {
                if is_answered {
                    self.open_across();
                } else if let Some(why) = self.campaign().and_then(|campaign| campaign.find.refusal) {
                    self.tell(NoticeWeight::Info, "not asked: what was typed cannot be searched for", &why.to_string(), "");
                } else if query.is_askable() {
                    self.ask_all(&query);
                } else {
                    self.tell(NoticeWeight::Info, "not asked: the server needs 3 characters of a number", "", "");
                }
            }
            _ => match self.steps(action) {
                Some(steps) => self.across.cursor = self.across.cursor.min(last).saturating_add_signed(steps).min(last),
                None => return false,
            },
        }
        true
    }

    /// One call to each campaign that can be asked.
    fn ask_all(&mut self, query: &RecipientQuery) {
        let generation = self.next_generation();
        let (mut answers, mut listed) = (Vec::new(), Vec::new());
        for (index, campaign) in self.campaigns.iter().enumerate() {
            let refusal = match &campaign.connection {
                _ if campaign.settings.broken.is_some() => campaign.settings.broken.clone(),
                Connection::Refused { why, .. } => Some(why.clone()),
                Connection::Paused => Some(self.paused()),
                Connection::Connecting | Connection::Live | Connection::Waiting { .. } => None,
            };
            if refusal.is_none() {
                let command = Command::Search { generation, query: query.clone() };
                self.effects.push(Effect::Command { campaign: CampaignIndex(index), command });
            }
            listed.push(loaded(&campaign.store, query));
            answers.push(refusal.map_or(AcrossAnswer::Waiting, AcrossAnswer::NotAsked));
        }
        self.across.asked(query.clone(), generation, self.now, answers, listed);
    }

    /// The campaign is paused. The key for that belongs to the campaign on the screen, so this says how to get there
    /// first.
    fn paused(&self) -> Explanation {
        let (enter, pause) = (self.keymap.name(Context::Text, Action::Enter), self.keymap.name(Context::Messages, Action::Pause));
        Explanation::new("paused", "", format!("{enter} goes there, then {pause} continues"))
    }

    /// A campaign answered: it is not asked again.
    pub(in crate::tui) fn across_answered(&mut self, index: usize, generation: Generation, state: &SearchState) {
        if self.across.answered(index, generation, state) {
            if let (Some(campaign), Some(listed)) = (self.campaigns.get(index), self.across.listed.get_mut(index)) {
                let store = &campaign.store;
                listed.sort_by_cached_key(|message| Reverse(store.row(message).and_then(|row| store.message(row).created_at)));
            }
            self.end_across(index);
        }
    }

    /// A campaign was locked out before it answered.
    pub(in crate::tui) fn across_refused(&mut self, index: usize, connection: &Connection) {
        let why = match connection {
            Connection::Refused { why, .. } => why.clone(),
            Connection::Paused => self.paused(),
            _ => return,
        };
        if self.across.cannot_be_asked(index, &why) {
            self.end_across(index);
        }
    }

    /// Ends the search in a campaign, unless another one has replaced it.
    fn end_across(&mut self, index: usize) {
        if self.campaigns.get(index).is_some_and(|campaign| !campaign.find.is_asked()) {
            self.effects.push(Effect::Command { campaign: CampaignIndex(index), command: Command::EndSearch });
        }
    }

    /// The answers are no longer shown; unanswered searches are withdrawn.
    pub(in crate::tui) fn forget_across(&mut self) {
        for index in 0..self.across.answers.len() {
            if self.across.answers.get(index) == Some(&AcrossAnswer::Waiting) {
                self.end_across(index);
            }
        }
        self.across = Default::default();
        for campaign in &mut self.campaigns {
            campaign.find.everywhere = false;
        }
    }

    /// Shows the line under the cursor in its campaign, with the same find there.
    fn open_across(&mut self) {
        let Some(line) = self.across_lines().into_iter().nth(self.across.cursor) else { return };
        let Some(input) = self.campaign().map(|campaign| campaign.find.input.clone()) else { return };
        self.dialog = OldDialog::None;
        if line.campaign != self.current {
            // The search belongs to the answer, not to the campaign it was typed in.
            self.end_find();
            self.show_campaign(line.campaign);
        }
        self.show_view(ViewKind::Messages);
        let height = self.list_height();
        let now = self.now;
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.choice = FilterChoice::default();
        campaign.drilled = None;
        campaign.find.take_over(input, now);
        campaign.narrow();
        if let Some(row) = line.message.and_then(|message| campaign.store.row(&message))
            && let Some(index) = campaign.list.position(&campaign.store, row)
        {
            campaign.list.go(&campaign.store, index, height);
            self.open_detail();
        }
    }
}

/// The loaded messages that match, newest first.
fn loaded(store: &Store, query: &RecipientQuery) -> Vec<MessageId> {
    let mut hits = View::new(Filter { query: query.clone(), ..Filter::default() });
    hits.refresh(store);
    hits.rows_from(0).take(MOST_LOADED).map(|row| store.id(row)).collect()
}
