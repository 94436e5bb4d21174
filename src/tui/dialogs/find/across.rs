//! A recipient searched for in all campaigns: one call each, and what each of them answered.

use std::cmp::Reverse;
use std::collections::HashSet;

use jiff::Timestamp;

use super::super::Next;
use crate::delivery::{Beside, MessageId, RecipientQuery};
use crate::monitor::{CampaignIndex, Command, Connection, Generation, NoticeWeight, SearchState};
use crate::postman::Explanation;
use crate::store::{Filter, Store, View};
use crate::tui::shared::{FilterChoice, Shared, ViewKind};
use crate::tui::{Action, Context, Effect};

/// How many messages of a campaign are listed: the newest of them answer the question.
const LISTED: usize = 3;

/// How many loaded messages of a campaign are counted at most: part of a number may be in all of them.
const MOST_LOADED: usize = 1_000;

/// What a campaign answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AcrossAnswer {
    /// It was asked and has not answered yet.
    Waiting,
    /// It answered.
    Found {
        /// Whether the server has more.
        more: bool,
        /// What it reported besides.
        beside: Beside,
    },
    /// It could not be asked: nothing is known about the number there.
    NotAsked(Explanation),
}

/// A line of the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AcrossLine {
    /// The campaign's index.
    pub campaign: usize,
    /// The message; without one the line is about the campaign itself.
    pub message: Option<MessageId>,
}

/// The question to all campaigns.
#[derive(Debug, Default)]
pub(in crate::tui) struct Across {
    /// Whether the find line asks all campaigns.
    pub on: bool,
    /// What was searched for.
    query: RecipientQuery,
    generation: Option<Generation>,
    pub(super) asked_at: Option<Timestamp>,
    /// The campaigns' answers, by index.
    pub(super) answers: Vec<AcrossAnswer>,
    /// The messages to list of each campaign: those it found, and loaded ones that it did not report.
    pub(super) listed: Vec<Vec<MessageId>>,
    /// Which line has the cursor.
    pub(super) cursor: usize,
}

impl Across {
    /// It was asked; campaigns that cannot be asked have answered already. `listed` are the loaded messages of
    /// each.
    pub(super) fn asked(
        &mut self,
        query: RecipientQuery,
        generation: Generation,
        now: Timestamp,
        answers: Vec<AcrossAnswer>,
        listed: Vec<Vec<MessageId>>,
    ) {
        *self = Self { on: true, query, generation: Some(generation), asked_at: Some(now), answers, listed, cursor: 0 };
    }

    /// Whether the answers belong to this question.
    pub(super) fn is_about(&self, query: &RecipientQuery) -> bool {
        self.generation.is_some() && self.query == *query
    }

    /// A campaign's answer. False where it did not answer this question, or not completely.
    pub(super) fn answered(&mut self, campaign: usize, generation: Generation, state: &SearchState) -> bool {
        if self.generation != Some(generation) {
            return false;
        }
        let Some(answer) = self.answers.get_mut(campaign).filter(|answer| **answer == AcrossAnswer::Waiting) else { return false };
        *answer = match state {
            SearchState::Asking => return false,
            SearchState::Answered { found, more, beside, .. } => {
                if let Some(listed) = self.listed.get_mut(campaign) {
                    let again: HashSet<&MessageId> = found.iter().collect();
                    listed.retain(|message| !again.contains(message));
                    listed.extend(found.iter().cloned());
                }
                AcrossAnswer::Found { more: *more, beside: *beside }
            }
            SearchState::Failed(why) => AcrossAnswer::NotAsked(why.clone()),
        };
        true
    }

    /// A campaign that has not answered yet will not.
    pub(super) fn cannot_be_asked(&mut self, campaign: usize, why: &Explanation) -> bool {
        match self.answers.get_mut(campaign) {
            Some(answer) if *answer == AcrossAnswer::Waiting => {
                *answer = AcrossAnswer::NotAsked(why.clone());
                true
            }
            _ => false,
        }
    }

    /// The server of that campaign has different messages now.
    pub fn start_over(&mut self, campaign: usize) {
        self.listed.get_mut(campaign).into_iter().for_each(Vec::clear);
        if let Some(answer @ AcrossAnswer::Found { .. }) = self.answers.get_mut(campaign) {
            *answer = AcrossAnswer::Found { more: false, beside: Beside::default() };
        }
    }

    /// The lines, in the order of `order`: the campaigns with messages first, then those that could
    /// not be asked, then the others.
    pub(super) fn lines(&self, order: &[usize]) -> Vec<AcrossLine> {
        let rank = |campaign: &usize| match self.answers.get(*campaign) {
            _ if !self.listed_of(*campaign).is_empty() => 0,
            Some(AcrossAnswer::NotAsked(_)) => 1,
            Some(AcrossAnswer::Waiting) => 2,
            _ => 3,
        };
        let mut campaigns: Vec<usize> = order.iter().copied().filter(|campaign| *campaign < self.answers.len()).collect();
        campaigns.sort_by_key(rank);
        let lines = campaigns.into_iter().flat_map(|campaign| {
            let messages =
                self.listed_of(campaign).iter().take(LISTED).map(|message| AcrossLine { campaign, message: Some(message.clone()) });
            let mut lines: Vec<_> = messages.collect();
            // That it was not asked is said beside its loaded messages.
            if lines.is_empty() || matches!(self.answers.get(campaign), Some(AcrossAnswer::NotAsked(_))) {
                lines.push(AcrossLine { campaign, message: None });
            }
            lines
        });
        lines.collect()
    }

    /// The messages to list of a campaign, newest first.
    pub(super) fn listed_of(&self, campaign: usize) -> &[MessageId] {
        self.listed.get(campaign).map_or(&[], Vec::as_slice)
    }

    /// How many messages of a campaign are not listed, shown after its last listed one; with a plus where its server
    /// has more.
    pub(super) fn left_out_behind(&self, line: &AcrossLine) -> Option<(usize, bool)> {
        let listed = self.listed_of(line.campaign);
        let is_last = line.message.is_some() && listed.get(LISTED - 1) == line.message.as_ref();
        let has_more = matches!(self.answers.get(line.campaign), Some(AcrossAnswer::Found { more: true, .. }));
        let left_out = listed.len().saturating_sub(LISTED);
        (is_last && (left_out > 0 || has_more)).then_some((left_out, has_more))
    }

    /// The campaigns whose answer has no message but leaves open whether there is one, and what they answered
    /// instead.
    pub(super) fn uncertain(&self) -> (usize, Beside) {
        let (mut campaigns, mut all) = (0, Beside::default());
        for (index, answer) in self.answers.iter().enumerate() {
            if let AcrossAnswer::Found { more, beside } = answer {
                campaigns += usize::from(self.listed_of(index).is_empty() && !beside.proves_none(*more));
                all += *beside;
            }
        }
        (campaigns, all)
    }

    /// How many campaigns answered, how many could not be asked, and how many have yet to answer.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        let of = |is: fn(&AcrossAnswer) -> bool| self.answers.iter().filter(|answer| is(answer)).count();
        (
            of(|answer| matches!(answer, AcrossAnswer::Found { .. })),
            of(|answer| matches!(answer, AcrossAnswer::NotAsked(_))),
            of(|answer| matches!(answer, AcrossAnswer::Waiting)),
        )
    }
}

impl Shared {
    /// The lines of the answers, as they are shown.
    pub(super) fn across_lines(&self) -> Vec<AcrossLine> {
        self.across.lines(&(0..self.campaigns.len()).collect::<Vec<_>>())
    }

    /// This campaign, or all of them.
    pub(super) fn switch_scope(&mut self) {
        if self.campaigns.len() < 2 {
            self.tell(NoticeWeight::Info, "there is no other campaign to search", "", "");
            return;
        }
        self.across.on = !self.across.on;
        let (everywhere, now) = (self.across.on, self.now);
        for campaign in self.campaigns.iter_mut() {
            campaign.find.everywhere = everywhere;
        }
        if let Some(campaign) = self.campaign_mut() {
            if !everywhere {
                campaign.find.wake(now);
            } else if campaign.find.rest() {
                self.send(Command::EndSearch);
            }
        }
    }

    /// One call to each campaign that can be asked.
    pub(super) fn ask_all(&mut self, query: &RecipientQuery) {
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
        let (enter, pause) = (self.keymap.name(Context::Text, Action::Enter), self.keymap.name(Context::MESSAGES, Action::Pause));
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
            self.send_to(index, Command::EndSearch);
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
        for campaign in self.campaigns.iter_mut() {
            campaign.find.everywhere = false;
        }
    }

    /// Shows the line under the cursor in its campaign, with the same find there.
    pub(super) fn open_across(&mut self) -> Next {
        let Some(line) = self.across_lines().into_iter().nth(self.across.cursor) else { return Next::Stay };
        let Some(input) = self.campaign().map(|campaign| campaign.find.input.clone()) else { return Next::Stay };
        if line.campaign != self.campaigns.current() {
            // The search belongs to the answer, not to the campaign it was typed in.
            self.end_find();
            self.show_campaign(line.campaign);
        }
        self.show_view(ViewKind::Messages);
        let height = self.list_height();
        let now = self.now;
        let Some(campaign) = self.campaign_mut() else { return Next::Close };
        campaign.end_detour();
        campaign.choice = FilterChoice::all_of(campaign.choice.window);
        campaign.find.take_over(input, now);
        campaign.narrow();
        if let Some(row) = line.message.and_then(|message| campaign.store.row(&message))
            && let Some(index) = campaign.list.position(&campaign.store, row)
        {
            campaign.list.go(&campaign.store, index, height);
            self.open_detail();
        }
        Next::Close
    }
}

/// The loaded messages that match, newest first.
fn loaded(store: &Store, query: &RecipientQuery) -> Vec<MessageId> {
    let mut hits = View::new(Filter { query: query.clone(), ..Filter::default() });
    hits.refresh(store);
    hits.rows_from(0).take(MOST_LOADED).map(|row| store.id(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why() -> Explanation {
        Explanation::new("the key is refused", "", "")
    }

    fn found(ids: &[&str]) -> SearchState {
        let found = ids.iter().map(|id| MessageId::new(*id)).collect();
        SearchState::Answered { found, more: false, beside: Beside::default(), asked_at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn each_campaign_answers_once_and_those_with_messages_come_first() {
        let mut across = Across::default();
        let answers = vec![AcrossAnswer::Waiting, AcrossAnswer::NotAsked(why()), AcrossAnswer::Waiting];
        across.asked(RecipientQuery::parse("91234567").unwrap(), Generation(7), Timestamp::UNIX_EPOCH, answers, vec![Vec::new(); 3]);
        assert!(across.is_about(&RecipientQuery::parse("9123 4567").unwrap()) && !across.is_about(&RecipientQuery::parse("9123").unwrap()));
        assert!(!across.answered(0, Generation(6), &found(&["a"])), "an older question");
        assert!(!across.answered(0, Generation(7), &SearchState::Asking));
        assert!(across.answered(2, Generation(7), &found(&["a", "b", "c", "d"])));
        assert!(!across.answered(2, Generation(7), &found(&[])), "asked again automatically");
        assert_eq!(across.counts(), (1, 1, 1));
        assert!(across.cannot_be_asked(0, &why()) && !across.cannot_be_asked(2, &why()));
        let lines: Vec<(usize, bool)> = across.lines(&[0, 1, 2]).iter().map(|line| (line.campaign, line.message.is_some())).collect();
        assert_eq!(lines, [(2, true), (2, true), (2, true), (0, false), (1, false)]);
        let lines = across.lines(&[0, 1, 2]);
        assert_eq!(lines.iter().filter_map(|line| across.left_out_behind(line)).collect::<Vec<_>>(), [(1, false)]);
    }
}
