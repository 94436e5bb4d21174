//! The question before a retry: opening it, its keys, and a person's yes.

use super::super::Action;
use super::super::state::{Answer, OldDialog, Question, Shared, plan_one};
use crate::action::Agreed;
use crate::action::{LeftOutReason, Plan};
use crate::delivery::MessageId;
use crate::monitor::NoticeWeight;
use crate::store::RowNumber;

impl Shared {
    /// The plan for the open message, or the one under the cursor.
    pub(in crate::tui) fn plan_one(&mut self) {
        let Some(campaign) = self.campaigns.get_mut(self.current) else { return };
        let Some(row) = campaign.subject() else {
            let next = format!("move to a failed one, then press {}", self.key_for(Action::PlanRetry));
            self.tell(NoticeWeight::Info, "no message is selected", "", &next);
            return;
        };
        campaign.list.hold(&campaign.store);
        let message = campaign.store.id(row);
        self.plan_message(message);
    }

    pub(in crate::tui) fn plan_message(&mut self, message: MessageId) {
        let id = self.next_question();
        let Some(campaign) = self.campaign() else { return };
        if let Some(reason) = reason_against(&plan_one(campaign, &message, false, self.now)) {
            self.explain(&reason);
            return;
        }
        let question = Question::new(id, campaign, message, self.refusal(campaign), self.now);
        self.dialog = OldDialog::Question(Box::new(question));
    }

    pub(in crate::tui) fn question_key(&mut self, action: Action) {
        let (now, id, is_in_view) = (self.now, self.next_question(), self.asked_in_view().is_some());
        let OldDialog::Question(question) = &mut self.dialog else { return };
        match action {
            Action::Back | Action::Quit => self.close_dialog(),
            Action::Help => self.open_help(),
            _ if !is_in_view => {}
            // The answers are side by side: going on through the list with the arrows and opening a
            // message with Enter does not agree to a question that came up by a slip.
            Action::Left | Action::Right | Action::NextPane | Action::PreviousPane if question.can_run() => question.turn(),
            Action::Toggle => {
                if let Some(campaign) = self.campaigns.get(self.current) {
                    question.toggle_useless(id, campaign, now);
                }
            }
            Action::Agree => self.agree(),
            Action::Enter => match question.answer {
                Answer::Cancel => self.close_dialog(),
                Answer::Retry => self.agree(),
            },
            _ => {}
        }
    }

    /// A person said yes: exactly what the plan says, once.
    fn agree(&mut self) {
        self.refresh_question(None);
        let now = self.now;
        if !self.open_question().is_some_and(Question::can_run) || !self.is_agreed() {
            return;
        }
        let OldDialog::Question(question) = std::mem::replace(&mut self.dialog, OldDialog::None) else { return };
        if let Some(agreed) = Agreed::messages_of(question.confirm(now)) {
            self.agreed(agreed);
        }
    }

    /// Keeps the question up to date: a plan that is too old, or whose messages were loaded again,
    /// is made again; where nothing is left to ask, it closes and says why. If the campaign is
    /// locked meanwhile, it becomes a preview.
    pub(in crate::tui) fn refresh_question(&mut self, touched: Option<&[RowNumber]>) {
        let now = self.now;
        if !matches!(self.dialog, OldDialog::Question(_) | OldDialog::Plan(_) | OldDialog::Batch(_) | OldDialog::Resume(_)) {
            return;
        }
        self.lock_expired();
        let id = self.next_question();
        let Some(campaign) = self.campaigns.get(self.current) else { return };
        let (refusal, run_refusal) = (self.refusal(campaign), self.run_refusal(campaign));
        let touched = touched.unwrap_or_default();
        match &mut self.dialog {
            OldDialog::Question(question) => {
                if refusal.is_some() != question.refusal.is_some() {
                    question.ask_again(id);
                }
                question.refusal = refusal;
                let is_touched = campaign.store.row(&question.message).is_none_or(|row| touched.contains(&row));
                if !is_touched && !question.plan.is_stale(now) {
                    return;
                }
                question.remake(id, campaign, now);
                if let Some(reason) = reason_against(&question.plan) {
                    self.dialog = OldDialog::None;
                    self.explain(&reason);
                }
            }
            OldDialog::Plan(question) => {
                if run_refusal.is_some() != question.refusal.is_some() {
                    question.ask_again(id);
                }
                question.refusal = run_refusal;
                if question.is_about(&campaign.store, touched) || question.plan.is_stale(now) {
                    question.remake(id, campaign, now);
                }
            }
            OldDialog::Batch(question) => {
                if refusal.is_some() != question.refusal.is_some() {
                    question.ask_again(id);
                }
                question.refusal = refusal;
                question.look_at(id, now);
                let is_touched = question.touched(campaign, touched);
                if (is_touched || question.is_stale(now)) && !question.remake(id, campaign, now) {
                    self.dialog = OldDialog::None;
                }
            }
            OldDialog::Resume(question) => {
                if !question.refresh(id, campaign) {
                    self.dialog = OldDialog::None;
                    self.tell(NoticeWeight::Info, "the run is no longer paused", "", "");
                }
            }
            OldDialog::None
            | OldDialog::New(_)
            | OldDialog::Busy(_)
            | OldDialog::Prompt(_)
            | OldDialog::Resolve(_)
            | OldDialog::Reveal(_) => {}
        }
    }

    /// A number for a new question.
    pub(in crate::tui) fn next_question(&mut self) -> u64 {
        self.last_question += 1;
        self.last_question
    }

    fn explain(&mut self, reason: &LeftOutReason) {
        let next = match reason {
            LeftOutReason::NotFailed(_) => "only failed messages can be retried",
            LeftOutReason::UnderWay => "its outcome shows here as soon as it is known",
            LeftOutReason::OutOfAttempts => "the API accepts no further retry of it",
            LeftOutReason::Useless | LeftOutReason::Excluded | LeftOutReason::TimeNotGiven => "",
            LeftOutReason::BatchInTheWay => "see the status of its batch in the detail",
            LeftOutReason::TooOld => "send a new one from the system it came from",
        };
        self.tell(NoticeWeight::Info, "no retry of this message", &reason.to_string(), next);
    }
}

/// Why there is nothing to ask. A message that is not worth a retry is asked about nevertheless:
/// the question says so, and Space includes it.
fn reason_against(plan: &Plan) -> Option<LeftOutReason> {
    let left = plan.left_out.first().filter(|_| plan.items.is_empty())?;
    (left.reason != LeftOutReason::Useless).then(|| left.reason.clone())
}
