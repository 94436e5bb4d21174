//! The question before a retry: opening it, its keys, and the one place where a yes becomes a
//! command.

use super::super::state::{Answer, Campaign, Dialog, Question, State, plan};
use super::super::{Action, Effect};
use crate::monitor::{Command, NoticeWeight};
use crate::postman::Explanation;
use crate::retry::{LeftOutReason, Plan};
use crate::store::RowNumber;

impl State {
    /// `r`: the plan for the message under the cursor. Writes nothing.
    pub(super) fn plan_retry(&mut self) {
        let Some(campaign) = self.campaigns.get_mut(self.current) else { return };
        let Some(row) = campaign.subject() else {
            self.tell(NoticeWeight::Info, "no message is selected", "", "move to a failed one, then press r");
            return;
        };
        campaign.list.hold(&campaign.store);
        if let Some(reason) = reason_against(&plan(campaign, row, false, self.now)) {
            self.explain(&reason);
            return;
        }
        let id = self.next_question();
        let Some(campaign) = self.campaigns.get(self.current) else { return };
        let question = Question::new(id, campaign, row, self.refusal(campaign), self.now);
        self.dialog = Dialog::Question(Box::new(question));
    }

    /// Why the campaign's actions are a preview only.
    fn refusal(&self, campaign: &Campaign) -> Option<Explanation> {
        if let Some(why) = self.actions_refused.as_ref().or(campaign.card.broken.as_ref()) {
            return Some(why.clone());
        }
        campaign.card.read_only.then(|| Explanation {
            what: "READ-ONLY: this is a preview".to_owned(),
            why: "the configuration takes no action in this campaign".to_owned(),
            next: "`read_only = false` in its part of the configuration allows retries, from the next start on".to_owned(),
            trace_id: None,
        })
    }

    pub(super) fn question_key(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let now = self.now;
        let id = self.next_question();
        let Dialog::Question(question) = &mut self.dialog else { return };
        match action {
            Action::Back | Action::Quit => self.dialog = Dialog::None,
            Action::Help => self.open_help(),
            // Whatever else was typed before the question could be read was not meant for it.
            _ if !question.is_armed(now) => {}
            Action::Up | Action::Down | Action::Left | Action::Right | Action::NextPane | Action::PreviousPane if question.can_run() => {
                question.turn();
            }
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
        self.refresh_question(None);
        let now = self.now;
        if !self.question_in_view().is_some_and(|question| question.can_run() && question.is_armed(now)) {
            return;
        }
        let Dialog::Question(question) = std::mem::replace(&mut self.dialog, Dialog::None) else { return };
        for retry in question.confirm(now) {
            if let Some(campaign) = self.campaign_mut() {
                campaign.actions.asked(retry.item().message.clone(), now);
            }
            effects.push(self.command(Command::Retry(retry)));
        }
    }

    /// Keeps the question true: a plan that is too old, or whose message was read anew, is made
    /// again; where nothing is left to ask, it closes and says why.
    pub(super) fn refresh_question(&mut self, touched: Option<&[RowNumber]>) {
        let now = self.now;
        let Dialog::Question(question) = &mut self.dialog else { return };
        let is_touched = touched.is_some_and(|rows| rows.contains(&question.row));
        if !is_touched && !question.plan.is_stale(now) {
            return;
        }
        self.last_question += 1;
        let Some(campaign) = self.campaigns.get(self.current) else { return };
        question.remake(self.last_question, campaign, now);
        if let Some(reason) = reason_against(&question.plan) {
            self.dialog = Dialog::None;
            self.explain(&reason);
        }
    }

    /// The question is on the screen.
    pub(super) fn drawn(&mut self) {
        let now = self.now;
        if self.question_in_view().is_some()
            && let Dialog::Question(question) = &mut self.dialog
        {
            question.drawn(now);
        }
    }

    fn next_question(&mut self) -> u64 {
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
