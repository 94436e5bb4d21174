//! The check before a retry's request: its message is compared with what was agreed to, and read again first if it
//! was read too long ago.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::super::active_action::{ActionPhase, ActiveAction, Skipped};
use super::super::{ActionStage, Fetch, News, Purpose};
use super::Worker;
use super::calls::concerns_all;
use crate::action::{RunEnd, StopCause, Subject};
use crate::delivery::{Message, MessageId, Row, Rows};
use crate::postman::{Call, Cursor, PageAnswer, PageRequest, Position};
use crate::state::Outcome;
use crate::store::AnswerKind;

/// By which call a message is read again.
enum Again {
    /// A page that the ledger knows.
    Ledger(Fetch),
    /// The page that its plan remembers.
    Page(Arc<Call>),
    /// By itself.
    Alone(MessageId),
}

impl Worker {
    /// Uses any answer that contains messages waiting for their retry, whatever it was requested for.
    pub(super) fn learn(&mut self, rows: &Rows, from: &AnswerKind, asked_at: Timestamp) {
        let to_go = self.scheduler.actions.iter().enumerate().filter(|(_, active)| active.is_to_go());
        let indices: HashMap<&str, usize> = to_go.filter_map(|(index, active)| Some((active.message()?.as_str(), index))).collect();
        if indices.is_empty() {
            return;
        }
        let reported = rows.iter().filter_map(|row| Some((*indices.get(row.id())?, Message::from_row(row))));
        let reported: Vec<(usize, Message)> = reported.collect();
        for (index, message) in reported {
            if let Some(active) = self.scheduler.actions.get_mut(index) {
                active.learn(&message, from, asked_at);
            }
        }
    }

    /// Reads what an action is about again, because what is known of it is too old.
    pub(super) async fn read_before(&mut self, index: usize) {
        let (begun, moment) = (self.now(), self.clock.moment());
        let Some(active) = self.scheduler.actions.get(index) else { return };
        let which = active.which.clone();
        let Some(action) = which.id else { return };
        if active.has_expired(moment) {
            return self.expire(index, &which, action).await;
        }
        match &which.subject {
            Subject::Message(_) => {}
            Subject::Batch(batch) => return self.read_batch_for(index, Purpose::Action, batch.clone()).await,
            Subject::Send(_) => return self.read_recipient_before(index, which, action).await,
            Subject::Upload(_) => return self.read_before_upload(index, which, action).await,
        }
        let Some(again) = self.again(index, begun) else { return };
        let answered = match again {
            Again::Ledger(fetch) => self.read_page(fetch).await,
            Again::Page(call) => self.read_plan_page(call).await,
            Again::Alone(message) => return self.read_alone_before(index, message, begun).await,
        };
        if let Some(active) = self.scheduler.actions.get_mut(index)
            && answered
            && !active.was_read_since(begun)
            && let Some(known) = &mut active.meanwhile
        {
            // The page does not show it (any more), or not so that it can be compared; if it is further down the
            // list, its page is another one now.
            known.alone |= known.page.is_none();
        }
        // The order follows the pages: messages that one has shown go before they are too old again.
        let shown = self.scheduler.actions.iter().filter(|active| active.is_queued() && active.was_read_since(begun));
        let shown: HashSet<&MessageId> = shown.filter_map(ActiveAction::message).collect();
        if let Some(run) = &mut self.scheduler.run {
            run.bring_forward(&shown);
        }
    }

    /// By which call a message is read again: by a page where that serves another one of the run as well.
    fn again(&self, index: usize, now: Timestamp) -> Option<Again> {
        let active = self.scheduler.actions.get(index)?;
        let alone = Again::Alone(active.message()?.clone());
        let Some(known) = active.meanwhile.as_ref().filter(|known| !known.alone && active.in_run) else { return Some(alone) };
        let others = || self.scheduler.actions.iter().filter(|other| other.is_queued());
        if let Some(page) = &known.page {
            let serves = others().any(|other| other.is_on(page));
            return Some(if serves { Again::Page(Arc::clone(page)) } else { alone });
        }
        let page = known.created_at.filter(|_| self.scheduler.reads).and_then(|created| self.scheduler.ledger.page_of(created, now));
        let Some((fetch, newest, oldest)) = page else { return Some(alone) };
        let is_between = |other: &ActiveAction| {
            let known = other.meanwhile.as_ref().filter(|known| !known.alone);
            known.and_then(|known| known.created_at).is_some_and(|created| oldest <= created && created <= newest)
        };
        Some(if others().any(is_between) { Again::Ledger(fetch) } else { alone })
    }

    /// Reads a page again that a plan was made from. Returns whether there was an answer.
    async fn read_plan_page(&mut self, call: Arc<Call>) -> bool {
        let Some(answer) = self.page_of(Purpose::Action, Call::clone(&call)).await else { return false };
        match answer {
            Ok(answer) => {
                self.reported_plan_page(&call, answer).await;
                true
            }
            Err(error) if concerns_all(&error) => {
                self.failed(&error).await;
                false
            }
            // A problem of this page, perhaps its cursor: its messages are read one by one.
            Err(_) => {
                self.leave_page(&call, |_| None);
                true
            }
        }
    }

    async fn reported_plan_page(&mut self, call: &Arc<Call>, answer: PageAnswer) {
        self.answered(answer.server_date, answer.asked_at).await;
        self.bytes += answer.bytes as u64;
        self.note(&answer.rows, answer.asked_at);
        let from = match &**call {
            Call::ListBatch { batch, .. } => AnswerKind::Batch(batch.clone()),
            Call::List { page: PageRequest { search: Some(_), .. } } => AnswerKind::Search,
            _ => AnswerKind::List,
        };
        self.learn(&answer.rows, &from, answer.asked_at);
        // Newer messages push the last ones of a page onto the one below it.
        let shown: HashSet<&str> = answer.rows.iter().map(Row::id).collect();
        let last = answer.rows.iter().last().and_then(|row| Message::from_row(row).created_at);
        let below = answer.page.end.clone().filter(|_| answer.page.has_next).and_then(|end| below(call, &end)).map(Arc::new);
        self.leave_page(call, |active| {
            if active.message().is_some_and(|message| shown.contains(message.as_str())) {
                return Some(Arc::clone(call));
            }
            let created = active.meanwhile.as_ref().and_then(|known| known.created_at);
            below.clone().filter(|_| matches!((created, last), (Some(created), Some(last)) if created <= last))
        });
        let asked_at = self.stamp(answer.asked_at);
        self.tell(News::Rows { rows: answer.rows, from, asked_at, reach: None, head: false }).await;
    }

    /// The messages of a page belong to another one from now on, or to none.
    fn leave_page(&mut self, call: &Arc<Call>, page: impl Fn(&ActiveAction) -> Option<Arc<Call>>) {
        for active in self.scheduler.actions.iter_mut().filter(|active| active.is_to_go() && active.is_on(call)) {
            let page = page(active);
            if let Some(known) = &mut active.meanwhile {
                known.alone |= page.is_none();
                known.page = page;
            }
        }
    }

    /// Reads a message by itself before its retry.
    async fn read_alone_before(&mut self, index: usize, message: MessageId, begun: Timestamp) {
        let Some(answer) = self.message_of(Purpose::Action, message).await else { return };
        let error = match answer {
            Ok(answer) => {
                self.reported_single(answer).await;
                let unclear = |active: &ActiveAction| matches!(active.phase, ActionPhase::Ready { .. }) && !active.was_read_since(begun);
                if self.scheduler.actions.get(index).is_some_and(unclear) {
                    self.skip(index, Skipped::Incomparable).await;
                }
                return;
            }
            Err(error) => error,
        };
        if concerns_all(&error) {
            return self.failed(&error).await;
        }
        let now = self.now();
        // A request to stop may have come in between.
        let Some(active) = self.scheduler.actions.get_mut(index).filter(|active| matches!(active.phase, ActionPhase::Ready { .. })) else {
            return;
        };
        if error.is_refusal() {
            return self.skip(index, Skipped::Gone).await;
        }
        let why = error.explanation();
        // An answer from something other than the API says nothing about the message.
        let ended = if error.is_retryable() { active.unread_before(why, now) } else { Some(active.cannot_be_read(why)) };
        if let Some((outcome, stage)) = ended {
            self.ends_unsent(index, outcome, stage, RunEnd::NotSent).await;
        }
    }

    /// An action is not sent, because what it is about is not as it was when a person agreed.
    pub(super) async fn skip(&mut self, index: usize, why: Skipped) {
        let Some(active) = self.scheduler.actions.get_mut(index) else { return };
        let (outcome, stage) = active.skip(why);
        self.ends_unsent(index, outcome, stage, RunEnd::Skipped).await;
    }

    /// Records and reports that an action ended before its request was sent.
    pub(super) async fn ends_unsent(&mut self, index: usize, outcome: Outcome, stage: ActionStage, end: RunEnd) {
        let Some(active) = self.scheduler.actions.get(index) else { return };
        let (which, now) = (active.which.clone(), self.wall());
        if let Some(action) = which.id
            && let Some(why) = self.record(move |journal| journal.outcome(action, &outcome, now)).await
        {
            self.stop_run(StopCause::Journal, Some(why)).await;
        }
        self.stage(&which, stage).await;
        self.run_ended(&which, end).await;
    }
}

/// The page below another one.
fn below(call: &Call, end: &Cursor) -> Option<Call> {
    let next = |page: &PageRequest| PageRequest { position: Position::After(end.clone()), ..page.clone() };
    match call {
        Call::List { page } => Some(Call::List { page: next(page) }),
        Call::ListBatch { batch, page } => Some(Call::ListBatch { batch: batch.clone(), page: next(page) }),
        _ => None,
    }
}
