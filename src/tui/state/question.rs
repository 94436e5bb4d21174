//! The question before a retry. It starts with the focus on "leave it", and only a person's yes
//! turns its plan into retries.

use jiff::{SignedDuration, Timestamp};

use super::Campaign;
use crate::delivery::MessageId;
use crate::postman::Explanation;
use crate::retry::{ConfirmedRetry, Plan, Planner};
use crate::store::RowNumber;

/// How long a question must have been on the screen before it can be agreed to: keys that were
/// meant for what was there before arrive within that time.
const ARMOUR: SignedDuration = SignedDuration::from_millis(400);

/// The two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Answer {
    /// Leave it.
    Leave,
    /// Retry.
    Retry,
}

/// A question that is open.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Question {
    /// Which question this is, since the start.
    pub id: u64,
    /// The message.
    pub message: MessageId,
    /// Its row.
    pub row: RowNumber,
    /// What would be done.
    pub plan: Plan,
    /// The answer with the focus.
    pub answer: Answer,
    /// Whether a retry that cannot help is taken in all the same.
    pub include_useless: bool,
    /// Why it is a preview only.
    pub refusal: Option<Explanation>,
    /// When it was first drawn as it stands.
    drawn_at: Option<Timestamp>,
}

impl Question {
    /// The question for one message.
    pub fn new(id: u64, campaign: &Campaign, row: RowNumber, refusal: Option<Explanation>, now: Timestamp) -> Self {
        Self {
            id,
            message: campaign.store.id(row),
            row,
            plan: plan(campaign, row, false, now),
            answer: Answer::Leave,
            include_useless: false,
            refusal,
            drawn_at: None,
        }
    }

    /// It is on the screen.
    pub fn drawn(&mut self, now: Timestamp) {
        self.drawn_at.get_or_insert(now);
    }

    /// Whether it has been on the screen for long enough to be agreed to.
    pub fn is_armed(&self, now: Timestamp) -> bool {
        // A clock that was set back must not lock the question for hours.
        self.drawn_at.is_some_and(|drawn| now.duration_since(drawn).abs() >= ARMOUR)
    }

    /// Whether a yes would do anything.
    pub fn can_run(&self) -> bool {
        self.refusal.is_none() && !self.plan.items.is_empty()
    }

    /// Whether Space can take a retry in that cannot help, or leave it out again.
    pub fn has_useless(&self) -> bool {
        self.refusal.is_none() && (self.plan.items.is_empty() || self.include_useless)
    }

    /// Moves the focus to the other answer.
    pub fn turn(&mut self) {
        self.answer = match self.answer {
            Answer::Leave => Answer::Retry,
            Answer::Retry => Answer::Leave,
        };
    }

    /// Takes a retry that cannot help in, or leaves it out again. Only a changed plan is asked anew.
    pub fn toggle_useless(&mut self, id: u64, campaign: &Campaign, now: Timestamp) {
        self.include_useless = !self.include_useless;
        self.remake(id, campaign, now);
    }

    /// Makes the plan anew. Where it says something else now, the question is asked anew: what a
    /// person was about to agree to is no longer what stands there.
    pub fn remake(&mut self, id: u64, campaign: &Campaign, now: Timestamp) {
        let before = std::mem::replace(&mut self.plan, plan(campaign, self.row, self.include_useless, now));
        if !says_the_same(&before, &self.plan) {
            self.id = id;
            self.drawn_at = None;
            self.answer = Answer::Leave;
        }
    }

    /// A person said yes.
    pub fn confirm(self, now: Timestamp) -> Vec<ConfirmedRetry> {
        if self.can_run() { self.plan.confirm(now) } else { Vec::new() }
    }
}

/// The plan for one message, from what is known of it now.
pub(in crate::tui) fn plan(campaign: &Campaign, row: RowNumber, include_useless: bool, now: Timestamp) -> Plan {
    let message = campaign.store.message(row);
    let planner = Planner {
        include_useless,
        under_way: campaign.actions.blocking(),
        valid_for: campaign.card.one_time_password.then_some(campaign.card.valid_for),
        ..Planner::default()
    };
    let read_at = campaign.store.cells(row).read_at;
    planner.plan([(&message, read_at, campaign.read_from(&message.id))], now)
}

/// Whether two plans differ only in when they were made and how fresh the reading is.
fn says_the_same(before: &Plan, after: &Plan) -> bool {
    let of = |plan: &Plan| {
        let items: Vec<_> =
            plan.items.iter().map(|item| (item.message.clone(), item.error.clone(), item.attempts, item.batch.clone())).collect();
        (items, plan.left_out.clone())
    };
    of(before) == of(after)
}
