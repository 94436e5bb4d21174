//! The question before a retry. The focus starts on "cancel", and only a person's yes turns its
//! plan into retries.

use jiff::Timestamp;

use super::planning::{plan, planner, says_the_same};
use super::{Campaign, OpenQuestion};
use crate::action::{ConfirmedRetry, Plan, Planner};
use crate::delivery::MessageId;
use crate::postman::Explanation;

/// The two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Answer {
    Cancel,
    Retry,
}

/// An open question.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Question {
    /// Its number and state as an open question.
    pub asked: OpenQuestion,
    pub message: MessageId,
    /// What would be done.
    pub plan: Plan,
    /// The answer with the focus.
    pub answer: Answer,
    /// Whether a retry that is not worth it was included.
    pub include_useless: bool,
    /// Why it is only a preview.
    pub refusal: Option<Explanation>,
}

impl Question {
    /// The question for one message.
    pub fn new(id: u64, campaign: &Campaign, message: MessageId, refusal: Option<Explanation>, now: Timestamp) -> Self {
        Self {
            asked: OpenQuestion::new(id),
            plan: plan_one(campaign, &message, false, now),
            message,
            answer: Answer::Cancel,
            include_useless: false,
            refusal,
        }
    }

    /// Whether a yes would do anything.
    pub fn can_run(&self) -> bool {
        self.refusal.is_none() && !self.plan.items.is_empty()
    }

    /// Whether Space can include a message that is not worth a retry, or exclude it again.
    pub fn has_useless(&self) -> bool {
        self.refusal.is_none() && (self.plan.items.is_empty() || self.include_useless)
    }

    /// Moves the focus to the other answer.
    pub fn turn(&mut self) {
        self.answer = match self.answer {
            Answer::Cancel => Answer::Retry,
            Answer::Retry => Answer::Cancel,
        };
    }

    /// Includes a message that is not worth a retry, or excludes it again. Only a changed plan is
    /// asked again.
    pub fn toggle_useless(&mut self, id: u64, campaign: &Campaign, now: Timestamp) {
        self.include_useless = !self.include_useless;
        self.remake(id, campaign, now);
    }

    /// Makes the plan again. Where it now says something else, the question is asked again: it is
    /// no longer what a person was about to agree to.
    pub fn remake(&mut self, id: u64, campaign: &Campaign, now: Timestamp) {
        let before = std::mem::replace(&mut self.plan, plan_one(campaign, &self.message, self.include_useless, now));
        if !says_the_same(&before, &self.plan) {
            self.ask_again(id);
        }
    }

    /// From now on it is another question.
    pub fn ask_again(&mut self, id: u64) {
        self.asked = OpenQuestion::new(id);
        self.answer = Answer::Cancel;
    }

    /// A person said yes.
    pub fn confirm(self, now: Timestamp) -> Vec<ConfirmedRetry> {
        if self.can_run() { self.plan.confirm(now) } else { Vec::new() }
    }
}

/// The plan for one message, from what is known of it now.
pub(in crate::tui) fn plan_one(campaign: &Campaign, message: &MessageId, include_useless: bool, now: Timestamp) -> Plan {
    plan(campaign, &Planner { include_useless, ..planner(campaign) }, std::slice::from_ref(message), now)
}
