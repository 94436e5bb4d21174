//! The question before a retry of several messages: what is retried line by line, what is left out,
//! and what it costs. Lines can be included and excluded; the messages themselves were chosen when
//! it was opened, and no others are added.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;

use super::planning::{plan, planner, says_the_same};
use super::{Campaign, Count, OpenQuestion};
use crate::action::{ConfirmedRetry, LineInclusion, Plan, PlanLine, one_time_hint};
use crate::delivery::{Message, MessageId, RetryAdvice};
use crate::postman::Explanation;
use crate::store::{RowNumber, Store};

/// How many messages are checked for one-time passwords: enough to recognise the templates.
const LOOKED_AT: usize = 200;

/// Which messages were chosen, and which lines are ticked at first.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Choice {
    /// In words: `12 marked`, `routing_error`.
    pub words: String,
    pub messages: Vec<MessageId>,
    /// Only the lines that are worth a retry are ticked at first; the others can be included.
    pub worth_retry_only: bool,
}

/// A question about several messages.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct PlanQuestion {
    /// Its number and state as an open question.
    pub asked: OpenQuestion,
    /// What was chosen.
    pub choice: Choice,
    /// What would be done.
    pub plan: Plan,
    /// The plan by error.
    pub lines: Vec<PlanLine>,
    /// The line with the cursor.
    pub cursor: usize,
    /// How far the whole list is scrolled, while it is open.
    pub list: Option<usize>,
    /// The count that was typed.
    pub count: Count,
    /// Why it is only a preview.
    pub refusal: Option<Explanation>,
    /// Whether most templates look like one-time passwords, in a campaign that does not say so.
    pub one_time_hint: bool,
    is_production: bool,
    chosen: HashSet<MessageId>,
    excluded: BTreeSet<String>,
    /// Lines that are not worth a retry but were included.
    included: BTreeSet<String>,
}

impl PlanQuestion {
    /// The question about a choice.
    pub fn new(id: u64, campaign: &Campaign, choice: Choice, refusal: Option<Explanation>, now: Timestamp) -> Self {
        let first = plan(campaign, &planner(campaign), &choice.messages, now);
        let mut question = Self {
            asked: OpenQuestion::new(id),
            chosen: choice.messages.iter().cloned().collect(),
            lines: first.lines(),
            plan: first,
            choice,
            cursor: 0,
            list: None,
            count: Count::default(),
            refusal,
            one_time_hint: false,
            is_production: campaign.settings.host_kind.is_production(),
            excluded: BTreeSet::new(),
            included: BTreeSet::new(),
        };
        if question.choice.worth_retry_only {
            let others = question.lines.iter().filter(|line| line.advice == RetryAdvice::Maybe);
            question.excluded = others.map(|line| line.code.clone()).collect();
            question.make(campaign, now);
        }
        if !campaign.settings.one_time_password {
            let rows = question.plan.items.iter().take(LOOKED_AT).filter_map(|item| campaign.store.row(&item.message));
            let messages: Vec<Message> = rows.map(|row| campaign.store.message(row)).collect();
            question.one_time_hint = one_time_hint(&messages);
        }
        question
    }

    /// Whether the message of a row was chosen.
    pub fn is_about(&self, store: &Store, rows: &[RowNumber]) -> bool {
        rows.iter().any(|row| self.chosen.contains(&store.id(*row)))
    }

    /// Whether a yes would do anything.
    pub fn can_run(&self) -> bool {
        self.refusal.is_none() && !self.plan.items.is_empty()
    }

    /// The number that must be typed, where one must.
    pub fn needs_count(&self) -> Option<usize> {
        Some(self.plan.items.len()).filter(|number| self.can_run() && self.is_production && *number > 1)
    }

    /// Whether what was typed agrees.
    pub fn is_agreed(&self) -> bool {
        self.needs_count().is_none_or(|number| self.count.is(number))
    }

    /// Moves the cursor; it stops at the ends.
    pub fn go(&mut self, steps: isize) {
        self.cursor = self.cursor.saturating_add_signed(steps).min(self.lines.len().saturating_sub(1));
    }

    /// Excludes the line under the cursor, or includes it again. That makes another plan, and another
    /// question.
    pub fn turn_line(&mut self, id: u64, campaign: &Campaign, now: Timestamp) {
        let Some(line) = self.lines.get(self.cursor) else { return };
        let set = if line.advice == RetryAdvice::No { &mut self.included } else { &mut self.excluded };
        if !set.remove(&line.code) {
            set.insert(line.code.clone());
        }
        self.make(campaign, now);
        self.ask_again(id);
    }

    /// Makes the plan again, from the same messages. Where it now says something else, the question
    /// is asked again.
    pub fn remake(&mut self, id: u64, campaign: &Campaign, now: Timestamp) {
        let before = self.make(campaign, now);
        if !says_the_same(&before, &self.plan) {
            self.ask_again(id);
        }
    }

    /// Makes the plan, and returns the previous one.
    fn make(&mut self, campaign: &Campaign, now: Timestamp) -> Plan {
        let mut planner = planner(campaign);
        planner.excluded.extend(self.excluded.iter().cloned());
        if !self.included.is_empty() {
            planner.include_useless = true;
            let useless = self.lines.iter().filter(|line| line.advice == RetryAdvice::No && !self.included.contains(&line.code));
            planner.excluded.extend(useless.map(|line| line.code.clone()));
        }
        let before = std::mem::replace(&mut self.plan, plan(campaign, &planner, &self.choice.messages, now));
        self.lines = self.plan.lines();
        self.go(0);
        before
    }

    /// From now on it is another question: what was typed was meant for the previous one.
    pub fn ask_again(&mut self, id: u64) {
        self.asked = OpenQuestion::new(id);
        self.count = Count::default();
    }

    /// How many lines the whole list has.
    pub fn list_len(&self) -> usize {
        self.plan.items.len() + self.plan.left_out.len()
    }

    /// The time of the oldest reading that the plan relies on.
    pub fn oldest_reading(&self) -> Option<Timestamp> {
        self.plan.items.iter().map(|item| item.read_at).min()
    }

    /// A person said yes.
    pub fn confirm(self, now: Timestamp) -> Vec<ConfirmedRetry> {
        if self.can_run() && self.is_agreed() { self.plan.confirm(now) } else { Vec::new() }
    }
}

/// The sign before a line: included, excluded, or not worth a retry.
pub(in crate::tui) fn tick(line: &PlanLine) -> &'static str {
    match line.inclusion {
        LineInclusion::On => "[x]",
        LineInclusion::Excluded if line.advice != RetryAdvice::No => "[ ]",
        LineInclusion::Excluded | LineInclusion::LeftOut => " – ",
    }
}
