//! Reading what must be known before a question about sending; what went to a recipient before the request of a message,
//! and to find out whether it was sent.

use jiff::{SignedDuration, Timestamp};

use super::super::active_action::{ActionPhase, ActionRef, ActiveAction, KnownBefore, Reread, Skipped};
use super::super::call_slots::blocking;
use super::super::{Generation, News, PreparedState, Purpose, ToPrepare};
use super::Worker;
use super::calls::concerns_all;
use super::in_the_way::journal_broken;
use crate::action::{Created, Draft, Fingerprint, FingerprintKey, RunEnd, SendReading, UploadReading};
use crate::postman::{CallError, PageAnswer};
use crate::state::{ActionId, SendsBefore};
use crate::store::AnswerKind;

/// How long a reading for a question waits after a failure, multiplied by the failures in a row.
const PAUSE: SignedDuration = SignedDuration::from_secs(3);
/// The longest such wait.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(60);

impl Worker {
    /// What the journal's fingerprints are made with.
    fn fingerprint_key(&self) -> FingerprintKey {
        FingerprintKey::of_campaign(self.api.key())
    }

    /// Reads what must be known before something is sent, for a question.
    pub(super) async fn prepare(&mut self, generation: Generation) {
        let Some(what) = self.scheduler.prepare_request(generation).map(|wanted| wanted.what.clone()) else { return };
        let (call, from) = match &what {
            ToPrepare::Send(draft) => (SendReading::call(draft), AnswerKind::Search),
            ToPrepare::Upload(_) => (UploadReading::call(), AnswerKind::List),
        };
        let Some(answer) = self.page_of(Purpose::Search, call).await else { return };
        let state = match answer {
            Ok(answer) => {
                let state = match &what {
                    ToPrepare::Send(draft) => PreparedState::Send(self.send_reading(draft, &answer).await),
                    ToPrepare::Upload(file) => PreparedState::Upload(self.upload_reading(file, &answer).await),
                };
                self.searched(answer, from).await;
                if let Some(wanted) = self.scheduler.prepare_request(generation) {
                    wanted.read_at = None;
                }
                state
            }
            Err(error) => {
                if concerns_all(&error) {
                    self.failed(&error).await;
                }
                let (now, again) = (self.now(), error.is_retryable());
                let Some(wanted) = self.scheduler.prepare_request(generation) else { return };
                wanted.unread = wanted.unread.saturating_add(1);
                let pause = (PAUSE * i32::try_from(wanted.unread).unwrap_or(i32::MAX)).min(LONGEST_PAUSE);
                wanted.read_at = again.then(|| now + pause);
                PreparedState::Failed { why: error.explanation(), again }
            }
        };
        self.tell(News::Prepared { generation, state }).await;
    }

    async fn send_reading(&mut self, draft: &Draft, answer: &PageAnswer) -> SendReading {
        let mut reading = SendReading::new(draft, &self.fingerprint_key(), answer, self.server_now());
        reading.is_open = self.scheduler.actions.iter().any(|active| active.is_open() && active.draft() == Some(draft));
        reading.compare_with(&self.sends_before(&reading.fingerprint).await, self.wall());
        reading
    }

    /// What the journal has of the same message. Without a journal nothing can be sent anyway.
    async fn sends_before(&self, fingerprint: &Fingerprint) -> SendsBefore {
        let Some(journal) = self.journal.readable().cloned() else { return SendsBefore::default() };
        let (server, campaign, fingerprint) = (self.server.clone(), self.api.campaign().clone(), fingerprint.clone());
        let before = blocking(move || journal.sends_before(&server, &campaign, fingerprint.as_str())).await;
        // A journal that cannot be read refuses the send when its line is to be written.
        before.unwrap_or_default()
    }

    /// Reads what went to the recipient again before the request, because what is known of it is too old.
    pub(super) async fn read_recipient_before(&mut self, index: usize, which: ActionRef, action: ActionId) {
        let Some(call) = self.scheduler.actions.get(index).and_then(ActiveAction::recipient_call) else { return };
        let Some(answer) = self.page_of(Purpose::Action, call).await else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.unread_before(index, &error).await,
        };
        let (key, server_now) = (self.fingerprint_key(), self.server_now());
        // A request to take it back may have come in between.
        let is_ready = |phase: &ActionPhase| matches!(phase, ActionPhase::Ready { .. });
        let Some(active) = self.scheduler.actions.get_mut(index).filter(|active| is_ready(&active.phase)) else { return };
        let known = active.recipient_read(&answer, &key, server_now);
        self.searched(answer, AnswerKind::Search).await;
        let Some(KnownBefore(known)) = known else { return self.skip(index, Skipped::SentElsewhere).await };
        let Err(error) = self.journalled(move |journal| journal.known_before(action, known.as_deref())).await else { return };
        let Some(active) = self.scheduler.actions.get_mut(index) else { return };
        let stage = active.not_taken(journal_broken(&error));
        self.stage(&which, stage).await;
        self.run_ended(&which, RunEnd::NotSent).await;
    }

    /// What went to the recipient could not be read before the request.
    pub(super) async fn unread_before(&mut self, index: usize, error: &CallError) {
        if concerns_all(error) {
            return self.failed(error).await;
        }
        let now = self.now();
        let is_ready = |phase: &ActionPhase| matches!(phase, ActionPhase::Ready { .. });
        let Some(active) = self.scheduler.actions.get_mut(index).filter(|active| is_ready(&active.phase)) else { return };
        let why = error.explanation();
        let ended = if error.is_retryable() { active.unread_before(why, now) } else { Some(active.cannot_be_read(why)) };
        if let Some((outcome, stage)) = ended {
            self.ends_unsent(index, outcome, stage, RunEnd::NotSent).await;
        }
    }

    /// Reads a page to find out whether a message was sent.
    pub(super) async fn look_for_sent(&mut self, index: usize) {
        let Some(active) = self.scheduler.actions.get(index) else { return };
        let (Some(call), knows_recipient) = (active.recipient_call(), active.knows_recipient()) else { return };
        let Some(answer) = self.page_of(Purpose::Outcome, call).await else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.unread(index, &error).await,
        };
        let (key, now) = (self.fingerprint_key(), self.now());
        let read = self.scheduler.actions.get_mut(index).map(|active| active.looked_for(&answer.rows, &answer.page, &key, now));
        // One page serves all that are sought.
        let others = self.sent_among(&answer);
        self.searched(answer, if knows_recipient { AnswerKind::Search } else { AnswerKind::List }).await;
        for (index, read) in read.map(|read| (index, read)).into_iter().chain(others) {
            self.was_read(index, read).await;
        }
    }

    /// What a page that was read for another reason shows of the messages whose sending has an unknown outcome.
    pub(super) fn sent_among(&mut self, answer: &PageAnswer) -> Vec<(usize, Reread)> {
        let (key, now) = (self.fingerprint_key(), self.now());
        for active in &mut self.scheduler.actions {
            active.notice_batch(&answer.rows, answer.asked_at, now);
        }
        let sought = self.scheduler.actions.iter_mut().enumerate().filter(|(_, active)| active.is_sought());
        sought.map(|(index, active)| (index, active.noticed_among(&answer.rows, &key, answer.asked_at, now))).collect()
    }

    /// What an action created is known: the journal keeps its id.
    pub(super) async fn note_created(&self, action: ActionId, created: Created) {
        // This is only for a later look into the journal: the outcome itself is written already.
        let _ = self
            .journalled(move |journal| match &created {
                Created::Message(message) => journal.created(action, message),
                Created::Batch(batch) => journal.created_batch(action, batch),
            })
            .await;
    }

    /// Reports a page that was read on behalf of an action.
    pub(super) async fn searched(&mut self, answer: PageAnswer, from: AnswerKind) {
        self.answered(answer.server_date, answer.asked_at).await;
        self.bytes += answer.bytes as u64;
        self.note(&answer.rows, answer.asked_at);
        self.learn(&answer.rows, &from, answer.asked_at);
        let asked_at: Timestamp = self.stamp(answer.asked_at);
        self.tell(News::Rows { rows: answer.rows, from, asked_at, reach: None, head: false }).await;
    }
}
