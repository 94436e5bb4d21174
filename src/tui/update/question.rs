//! The question before a retry: opening it, its keys, and a person's yes.

use super::super::state::{Agreed, Answer, Dialog, Question, State, plan_one};
use super::super::{Action, Effect};
use crate::monitor::NoticeWeight;
use crate::retry::{LeftOutReason, Plan};
use crate::store::RowNumber;

impl State {
    /// The plan for the message that is open, or under the cursor.
    pub(super) fn plan_one(&mut self) {
        let Some(campaign) = self.campaigns.get_mut(self.current) else { return };
        let Some(row) = campaign.subject() else {
            let next = format!("move to a failed one, then press {}", self.key_for(Action::PlanRetry));
            self.tell(NoticeWeight::Info, "no message is selected", "", &next);
            return;
        };
        campaign.list.hold(&campaign.store);
        self.plan_row(row);
    }

    /// The plan for one message.
    pub(super) fn plan_row(&mut self, row: RowNumber) {
        let id = self.next_question();
        let Some(campaign) = self.campaign() else { return };
        if let Some(reason) = reason_against(&plan_one(campaign, row, false, self.now)) {
            self.explain(&reason);
            return;
        }
        let question = Question::new(id, campaign, row, self.refusal(campaign), self.now);
        self.dialog = Dialog::Question(Box::new(question));
    }

    pub(super) fn question_key(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let (now, id, is_armed) = (self.now, self.next_question(), self.is_armed());
        let Dialog::Question(question) = &mut self.dialog else { return };
        match action {
            Action::Back | Action::Quit => self.dialog = Dialog::None,
            Action::Help => self.open_help(),
            // Whatever else was typed before the question could be read was not meant for it.
            _ if !is_armed => {}
            // The answers stand side by side: whoever goes on through the list with the arrows, and opens
            // a message with Enter, does not agree to a question that came up by a slip.
            Action::Left | Action::Right | Action::NextPane | Action::PreviousPane if question.can_run() => question.turn(),
            Action::Toggle => {
                if let Some(campaign) = self.campaigns.get(self.current) {
                    question.toggle_useless(id, campaign, now);
                }
            }
            Action::Agree => self.agree(effects),
            Action::Enter => match question.answer {
                Answer::Leave => self.dialog = Dialog::None,
                Answer::Retry => self.agree(effects),
            },
            _ => {}
        }
    }

    /// A person said yes: exactly what the plan says, once.
    fn agree(&mut self, effects: &mut Vec<Effect>) {
        self.refresh_question(None, effects);
        let now = self.now;
        if !self.open_question().is_some_and(Question::can_run) || !self.is_armed() {
            return;
        }
        let Dialog::Question(question) = std::mem::replace(&mut self.dialog, Dialog::None) else { return };
        if let Some(agreed) = Agreed::messages_of(question.confirm(now)) {
            self.agreed(agreed, effects);
        }
    }

    /// Keeps the question true: a plan that is too old, or whose messages were read anew, is made
    /// again; where nothing is left to ask, it closes and says why. What locks the campaign
    /// meanwhile makes a preview of it.
    pub(super) fn refresh_question(&mut self, touched: Option<&[RowNumber]>, effects: &mut Vec<Effect>) {
        let now = self.now;
        if !matches!(self.dialog, Dialog::Question(_) | Dialog::Plan(_) | Dialog::Batch(_)) {
            return;
        }
        self.lock_expired(effects);
        let id = self.next_question();
        let Some(campaign) = self.campaigns.get(self.current) else { return };
        let (refusal, run_refusal) = (self.refusal(campaign), self.run_refusal(campaign));
        let touched = touched.unwrap_or_default();
        match &mut self.dialog {
            Dialog::Question(question) => {
                if refusal.is_some() != question.refusal.is_some() {
                    question.ask_anew(id);
                }
                question.refusal = refusal;
                if !touched.contains(&question.row) && !question.plan.is_stale(now) {
                    return;
                }
                question.remake(id, campaign, now);
                if let Some(reason) = reason_against(&question.plan) {
                    self.dialog = Dialog::None;
                    self.explain(&reason);
                }
            }
            Dialog::Plan(question) => {
                if run_refusal.is_some() != question.refusal.is_some() {
                    question.ask_anew(id);
                }
                question.refusal = run_refusal;
                if question.is_about(touched) || question.plan.is_stale(now) {
                    question.remake(id, campaign, now);
                }
            }
            Dialog::Batch(question) => {
                if refusal.is_some() != question.refusal.is_some() {
                    question.ask_anew(id);
                }
                question.refusal = refusal;
                let is_touched = touched.iter().any(|row| campaign.store.cells(*row).batch == Some(question.plan.batch.as_str()));
                if (is_touched || question.is_stale(now)) && !question.remake(id, campaign, now) {
                    self.dialog = Dialog::None;
                }
            }
            Dialog::None
            | Dialog::Find
            | Dialog::Menu(_)
            | Dialog::Order(_)
            | Dialog::Row(_)
            | Dialog::Prompt(_)
            | Dialog::Resolve(_)
            | Dialog::Reveal(_)
            | Dialog::Campaigns(_) => {}
        }
    }

    /// The question is on the screen.
    pub(super) fn drawn(&mut self) {
        let now = self.now;
        if !self.is_dialog_in_view() {
            return;
        }
        match &mut self.dialog {
            Dialog::Question(question) => question.asked.drawn(now),
            Dialog::Plan(question) => question.asked.drawn(now),
            Dialog::Batch(question) => question.asked.drawn(now),
            Dialog::Resolve(resolve) => {
                if let Some((_, asked)) = &mut resolve.asking {
                    asked.drawn(now);
                }
            }
            Dialog::Reveal(asked) => asked.drawn(now),
            Dialog::None
            | Dialog::Find
            | Dialog::Menu(_)
            | Dialog::Order(_)
            | Dialog::Row(_)
            | Dialog::Prompt(_)
            | Dialog::Campaigns(_) => {}
        }
    }

    /// A number for a new question.
    pub(super) fn next_question(&mut self) -> u64 {
        self.last_question += 1;
        self.last_question
    }

    fn explain(&mut self, reason: &LeftOutReason) {
        let next = match reason {
            LeftOutReason::NotFailed(_) => "only failed messages can be retried",
            LeftOutReason::UnderWay => "its outcome shows here as soon as it is known",
            LeftOutReason::OutOfAttempts => "the API takes no further retry of it",
            LeftOutReason::Useless | LeftOutReason::Dropped => "",
            LeftOutReason::BatchInTheWay => "see the status of its batch in the detail",
            LeftOutReason::TooOld => "send a new one from where it came",
        };
        self.tell(NoticeWeight::Info, "no retry of this message", &reason.to_string(), next);
    }
}

/// Why there is nothing to ask. A retry that cannot help is asked about all the same: the
/// question says so, and Space takes it in.
fn reason_against(plan: &Plan) -> Option<LeftOutReason> {
    let left = plan.left_out.first().filter(|_| plan.items.is_empty())?;
    (left.reason != LeftOutReason::Useless).then(|| left.reason.clone())
}
