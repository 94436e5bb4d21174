//! Reading on behalf of an action: to find out its outcome, or to see what becomes of it.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::super::active_action::{ActionPhase, ActiveAction, BatchPage, Reread};
use super::super::call_slots::blocking;
use super::super::{ActionStage, News, NoticeWeight, Purpose, SeenMessage};
use super::Worker;
use super::in_the_way::journal_broken;
use crate::action::{Created, RunEvent, Subject};
use crate::delivery::{BatchId, Message, MessageId, Rows};
use crate::postman::{Call, CallError, Cursor, PageAnswer, PageRequest, Position};
use crate::state::{ActionId, Outcome, Resolution, StateError};
use crate::store::AnswerKind;

impl Worker {
    /// Reads what an action is about.
    pub(super) async fn read_for(&mut self, index: usize) {
        let Some(active) = self.scheduler.actions.get(index) else { return };
        let purpose = active.due().map_or(Purpose::Message, |(_, purpose)| purpose);
        match (active.which.subject.clone(), active.which.created.clone()) {
            (Subject::Message(message), _) | (Subject::Send(_), Some(Created::Message(message))) => {
                self.read_message_for(index, purpose, message).await;
            }
            (Subject::Batch(batch), _) | (Subject::Upload(_), Some(Created::Batch(batch))) => {
                self.read_batch_for(index, purpose, batch).await;
            }
            (Subject::Send(_), _) => self.look_for_sent(index).await,
            (Subject::Upload(_), _) => self.look_for_batch(index).await,
        }
    }

    async fn read_message_for(&mut self, index: usize, purpose: Purpose, message: MessageId) {
        let Some(answer) = self.message_of(purpose, message).await else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.unread(index, &error).await,
        };
        let reported = answer.rows.get(0).map(Message::from_row);
        self.reported_single(answer).await;
        let now = self.now();
        if let (Some(active), Some(reported)) = (self.scheduler.actions.get_mut(index), reported) {
            let read = active.read(&reported, now);
            self.was_read(index, read).await;
        }
    }

    /// Reads the next page of a batch, to find out its retry's outcome or before its request is sent.
    pub(super) async fn read_batch_for(&mut self, index: usize, purpose: Purpose, batch: BatchId) {
        let Some(active) = self.scheduler.actions.get(index) else { return };
        let (next, action) = (active.pass.next.clone(), active.which.id);
        let Some(answer) = self.batch_page(purpose, &batch, next).await else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.unread(index, &error).await,
        };
        let page = self.reported_batch_page(&batch, answer).await;
        let singly = if page.has_next { HashSet::new() } else { self.retried_singly_since(action).await };
        let now = self.clock.moment();
        if let Some(active) = self.scheduler.actions.get_mut(index) {
            let read = active.read_page(page, &singly, now);
            self.was_read(index, read).await;
        }
    }

    /// Requests a page of a batch; `None` when the worker is to stop.
    pub(super) async fn batch_page(
        &mut self,
        purpose: Purpose,
        batch: &BatchId,
        next: Option<Cursor>,
    ) -> Option<Result<PageAnswer, CallError>> {
        let position = next.map_or(Position::Head, Position::After);
        let page = PageRequest { limit: PageRequest::LARGEST, search: None, position };
        let call = Call::ListBatch { batch: batch.clone(), page };
        self.page_of(purpose, call).await
    }

    /// Reports a page of a batch, and returns what a reading of the batch needs of it.
    pub(super) async fn reported_batch_page(&mut self, batch: &BatchId, answer: PageAnswer) -> BatchPage {
        self.answered(answer.server_date, answer.asked_at).await;
        self.bytes += answer.bytes as u64;
        self.note(&answer.rows, answer.asked_at);
        let from = AnswerKind::Batch(batch.clone());
        self.learn(&answer.rows, &from, answer.asked_at);
        let ahead = self.server_time.ahead().unwrap_or_default();
        let moving: Vec<bool> =
            SeenMessage::from_rows(&answer.rows, self.server_now(), ahead).iter().map(|seen| seen.open.is_some()).collect();
        let page = BatchPage {
            messages: answer.rows.iter().map(Message::from_row).zip(moving).collect(),
            bad: answer.rows.bad().len(),
            has_next: answer.page.has_next,
            next: answer.page.end,
            asked_at: answer.asked_at,
        };
        let asked_at = self.stamp(answer.asked_at);
        self.tell(News::Rows { rows: answer.rows, from, asked_at, reach: None, head: false }).await;
        page
    }

    /// The messages that were retried singly since an action was recorded. None if that cannot be read: then they
    /// count like the others, and a single one decides nothing.
    async fn retried_singly_since(&self, action: Option<ActionId>) -> HashSet<MessageId> {
        let Some((action, journal)) = action.zip(self.journal.readable().cloned()) else { return HashSet::new() };
        blocking(move || journal.retried_since(action)).await.unwrap_or_default().into_iter().collect()
    }

    pub(super) async fn unread(&mut self, index: usize, error: &CallError) {
        let now = self.now();
        if let Some(active) = self.scheduler.actions.get_mut(index) {
            let read = if error.is_retryable() { active.unread(now) } else { active.unreadable(error, now) };
            self.was_read(index, read).await;
        }
        if super::calls::concerns_all(error) {
            self.failed(error).await;
        }
    }

    /// Records and reports what a reading showed.
    pub(super) async fn was_read(&mut self, index: usize, read: Reread) {
        let Some(active) = self.scheduler.actions.get(index) else { return };
        let (which, action, at) = (active.which.clone(), active.which.id, self.wall());
        let person = read.stage.as_ref().is_some_and(ActionStage::needs_person);
        if read.resolved
            && let Some(action) = action
        {
            let resolution = Resolution::Accepted { reason: which.subject.words().found.to_owned() };
            self.unknown.remove(&action);
            self.unknown_sends.remove(&action);
            match self.journalled(move |journal| journal.resolve(action, &resolution, at)).await {
                // Another process, or a person, was faster.
                Ok(()) | Err(StateError::IllegalStep { .. }) => {}
                Err(error) => self.notice(NoticeWeight::Problem, journal_broken(&error)).await,
            }
            if let Some(created) = which.created.clone() {
                self.note_created(action, created).await;
            }
        }
        if let (Some(reason), Some(action)) = (read.not_sent, action) {
            let outcome = Outcome::NotSent { reason };
            self.record(move |journal| journal.outcome(action, &outcome, at)).await;
        }
        if let (Some(known), Some(action)) = (read.known, action) {
            // This is only for a later look into the journal: the screen has it already.
            let _ = self.journalled(move |journal| journal.still_unknown(action, &known)).await;
        }
        if let Some(stage) = read.stage {
            self.stage(&which, stage).await;
        }
        if read.resolved {
            if let Subject::Message(message) = which.subject {
                self.run_takes(RunEvent::FoundOut { message, taken: true }).await;
            }
            self.tell_open().await;
        } else if person {
            self.tell_open().await;
        }
    }

    /// A page of messages may contain some that were retried.
    pub(super) async fn notice_retried(&mut self, rows: &[Message], from: &AnswerKind, asked_at: Timestamp) {
        let read = self.scheduler.actions.iter().enumerate().filter(|(_, active)| is_read(active));
        // Of several for one message, the oldest, which is the one being looked up.
        let indices: HashMap<&MessageId, usize> = read.rev().filter_map(|(index, active)| Some((active.message()?, index))).collect();
        let reported: Vec<(usize, &Message)> = rows.iter().filter_map(|message| Some((*indices.get(&message.id)?, message))).collect();
        for (index, message) in reported {
            let now = self.now();
            if let Some(active) = self.scheduler.actions.get_mut(index) {
                let read = active.noticed(message, from, asked_at, now);
                self.was_read(index, read).await;
            }
        }
    }

    /// The messages among these rows that were retried and are being read.
    pub(super) fn retried_among(&self, rows: &Rows) -> Vec<Message> {
        let wanted: HashSet<&str> =
            self.scheduler.actions.iter().filter(|active| is_read(active)).filter_map(|active| Some(active.message()?.as_str())).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        rows.iter().filter(|row| wanted.contains(row.id())).map(Message::from_row).collect()
    }
}

/// Whether readings of its message matter to it.
fn is_read(active: &ActiveAction) -> bool {
    matches!(active.phase, ActionPhase::Unknown { .. } | ActionPhase::Following { .. })
}
