//! Reading on behalf of a retry: to find its outcome out, or to see what becomes of it.

use jiff::{SignedDuration, Timestamp};

use super::super::acting::{Acting, Phase, Read, Subject};
use super::super::{ActionStage, News, NoticeWeight, Purpose, Seen};
use super::Worker;
use super::in_the_way::journal_broken;
use crate::delivery::{BatchId, Message, MessageId, Rows};
use crate::postman::{Call, CallError, PageRequest, Position};
use crate::retry::RunEvent;
use crate::state::{Resolution, StateError};
use crate::store::AnswerKind;

impl Worker {
    /// Reads what a retry is about.
    pub(super) async fn read_for(&mut self, place: usize) {
        let Some(acting) = self.desk.actions.get(place) else { return };
        let purpose = acting.due().map_or(Purpose::Message, |(_, purpose)| purpose);
        match acting.subject.clone() {
            Subject::Message(message) => self.read_message_for(place, purpose, message).await,
            Subject::Batch(batch) => self.read_batch_for(place, purpose, batch).await,
        }
    }

    async fn read_message_for(&mut self, place: usize, purpose: Purpose, message: MessageId) {
        let Some(answer) = self.message_of(purpose, message).await else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.unread(place, &error).await,
        };
        let told = answer.rows.get(0).map(Message::from_row);
        self.told_single(answer).await;
        let now = self.now();
        if let (Some(acting), Some(told)) = (self.desk.actions.get_mut(place), told) {
            let read = acting.read(&told, now);
            self.was_read(place, read).await;
        }
    }

    /// Reads the next page of a batch.
    async fn read_batch_for(&mut self, place: usize, purpose: Purpose, batch: BatchId) {
        let Some(acting) = self.desk.actions.get(place) else { return };
        let position = acting.pass.next.clone().map_or(Position::Head, Position::After);
        let page = PageRequest { limit: PageRequest::LARGEST, search: None, position };
        let call = Call::ListBatch { batch: batch.clone(), page };
        let Some(answer) = self.page_of(purpose, call).await else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.unread(place, &error).await,
        };
        self.answered(answer.server_date, answer.asked_at).await;
        self.bytes += answer.bytes as u64;
        self.note(&answer.rows, answer.asked_at);
        let (now, server_now) = (self.now(), self.server_now());
        let ahead = self.server_time.ahead().unwrap_or(SignedDuration::ZERO);
        let asked_at = self.stamp(answer.asked_at);
        let next = answer.page.end.filter(|_| answer.page.has_next);
        let moving: Vec<bool> = Seen::from_rows(&answer.rows, server_now, ahead).iter().map(|seen| seen.open.is_some()).collect();
        let messages: Vec<(Message, bool)> = answer.rows.iter().map(Message::from_row).zip(moving).collect();
        let from = AnswerKind::Batch(batch);
        self.tell(News::Rows { rows: answer.rows, from, asked_at, reach: None, head: false }).await;
        if let Some(acting) = self.desk.actions.get_mut(place) {
            let read = acting.read_page(messages.into_iter(), next, ahead, now);
            self.was_read(place, read).await;
        }
    }

    async fn unread(&mut self, place: usize, error: &CallError) {
        let now = self.now();
        if let Some(acting) = self.desk.actions.get_mut(place) {
            let read = acting.unread(now);
            self.was_read(place, read).await;
        }
        if super::calls::concerns_all(error) {
            self.failed(error).await;
        }
    }

    /// What a reading showed is written down and told.
    async fn was_read(&mut self, place: usize, read: Read) {
        let Some(acting) = self.desk.actions.get(place) else { return };
        let (subject, action, at) = (acting.subject.clone(), acting.action, self.wall());
        let person = read.stage.as_ref().is_some_and(ActionStage::needs_person);
        if read.resolved
            && let Some(action) = action
        {
            let reason = match &subject {
                Subject::Message(_) => "the message was tried again or is no longer failed, perhaps by somebody else",
                Subject::Batch(_) => "messages of the batch were tried again or are no longer failed, perhaps by somebody else",
            };
            let resolution = Resolution::Accepted { reason: reason.to_owned() };
            match self.journalled(move |journal| journal.resolve(action, &resolution, at)).await {
                // Another process, or a person, was faster.
                Ok(()) | Err(StateError::IllegalStep { .. }) => {}
                Err(error) => self.notice(NoticeWeight::Problem, journal_broken(&error)).await,
            }
        }
        if let Some(stage) = read.stage {
            self.stage(&subject, stage).await;
        }
        if read.resolved {
            if let Subject::Message(message) = subject {
                self.run_takes(RunEvent::FoundOut { message, taken: true }).await;
            }
            self.tell_open().await;
        } else if person {
            self.tell_open().await;
        }
    }

    /// A page of messages may hold some that were retried.
    pub(super) async fn notice_retried(&mut self, rows: &[Message], from: &AnswerKind, asked_at: Timestamp) {
        for message in rows {
            let now = self.now();
            let place = self.desk.actions.iter().position(|acting| acting.message() == Some(&message.id) && is_read(acting));
            if let Some(acting) = place.and_then(|place| self.desk.actions.get_mut(place)) {
                let read = acting.noticed(message, from, asked_at, now);
                if let Some(place) = place {
                    self.was_read(place, read).await;
                }
            }
        }
    }

    /// The messages among these rows that were retried and are being read.
    pub(super) fn retried_among(&self, rows: &Rows) -> Vec<Message> {
        let wanted: std::collections::HashSet<&str> =
            self.desk.actions.iter().filter(|acting| is_read(acting)).filter_map(|acting| Some(acting.message()?.as_str())).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        rows.iter().filter(|row| wanted.contains(row.id())).map(Message::from_row).collect()
    }
}

/// Whether readings of its message tell something about it.
fn is_read(acting: &Acting) -> bool {
    matches!(acting.phase, Phase::Unknown { .. } | Phase::Following { .. })
}
