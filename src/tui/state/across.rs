//! A recipient searched for in all campaigns: one call each, and what each of them answered.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Shared;
use crate::delivery::{Beside, MessageId, RecipientQuery};
use crate::monitor::{Generation, SearchState};
use crate::postman::Explanation;

/// How many messages of a campaign are listed: the newest of them answer the question.
pub(in crate::tui) const LISTED: usize = 3;

/// What a campaign answered.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum AcrossAnswer {
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
pub(in crate::tui) struct AcrossLine {
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
    pub asked_at: Option<Timestamp>,
    /// The campaigns' answers, by index.
    pub answers: Vec<AcrossAnswer>,
    /// The messages to list of each campaign: those it found, and loaded ones that it did not report.
    pub listed: Vec<Vec<MessageId>>,
    /// Which line has the cursor.
    pub cursor: usize,
}

impl Across {
    /// It was asked; campaigns that cannot be asked have answered already. `listed` are the loaded messages of
    /// each.
    pub fn asked(
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
    pub fn is_about(&self, query: &RecipientQuery) -> bool {
        self.generation.is_some() && self.query == *query
    }

    /// A campaign's answer. False where it did not answer this question, or not completely.
    pub fn answered(&mut self, campaign: usize, generation: Generation, state: &SearchState) -> bool {
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
    pub fn cannot_be_asked(&mut self, campaign: usize, why: &Explanation) -> bool {
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
    pub fn lines(&self, order: &[usize]) -> Vec<AcrossLine> {
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
    pub fn listed_of(&self, campaign: usize) -> &[MessageId] {
        self.listed.get(campaign).map_or(&[], Vec::as_slice)
    }

    /// How many messages of a campaign are not listed, shown after its last listed one; with a plus where its server
    /// has more.
    pub fn left_out_behind(&self, line: &AcrossLine) -> Option<(usize, bool)> {
        let listed = self.listed_of(line.campaign);
        let is_last = line.message.is_some() && listed.get(LISTED - 1) == line.message.as_ref();
        let has_more = matches!(self.answers.get(line.campaign), Some(AcrossAnswer::Found { more: true, .. }));
        let left_out = listed.len().saturating_sub(LISTED);
        (is_last && (left_out > 0 || has_more)).then_some((left_out, has_more))
    }

    /// The campaigns whose answer has no message but leaves open whether there is one, and what they answered
    /// instead.
    pub fn uncertain(&self) -> (usize, Beside) {
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
    pub fn counts(&self) -> (usize, usize, usize) {
        let of = |is: fn(&AcrossAnswer) -> bool| self.answers.iter().filter(|answer| is(answer)).count();
        (
            of(|answer| matches!(answer, AcrossAnswer::Found { .. })),
            of(|answer| matches!(answer, AcrossAnswer::NotAsked(_))),
            of(|answer| matches!(answer, AcrossAnswer::Waiting)),
        )
    }
}

impl Shared {
    /// Whether the screen shows what all campaigns answered.
    pub(in crate::tui) fn shows_across(&self) -> bool {
        self.across.on && matches!(self.dialog, super::OldDialog::Find)
    }

    /// The lines of the answers, as they are shown.
    pub(in crate::tui) fn across_lines(&self) -> Vec<AcrossLine> {
        self.across.lines(self.order())
    }
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
