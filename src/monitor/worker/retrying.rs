//! The calls that write, and finding out what became of them. The only place that makes a POST.

use super::super::acting::{Acting, Phase, read_from};
use super::super::{ActionNews, ActionStage, News, NoticeWeight, Purpose};
use super::{Worker, already_under_way};
use jiff::Timestamp;

use crate::delivery::{Message, MessageId};
use crate::postman::{Call, Explanation, WriteOutcome};
use crate::state::{ActionId, ActionKind, ActionState, Holder, Intention, Journal, Resolution, StateError};
use crate::store::AnswerKind;

impl Worker {
    /// Takes over what earlier runs left: their requests with unknown outcomes are looked up (by
    /// reading, never by sending), what they had not started is told.
    pub(super) async fn take_over(&mut self) {
        let Ok(journal) = self.journal.writable().cloned() else { return };
        let (base, campaign, now) = (self.api.base().as_str().to_owned(), self.api.campaign().clone(), self.now());
        let found = blocking(move || {
            let settled = journal.settle_orphans(&base, &campaign, now)?;
            Ok((settled, journal.open_actions(&base, &campaign)?))
        });
        match found.await {
            Ok((settled, open)) => {
                if !settled.not_started.is_empty() {
                    self.notice(NoticeWeight::Problem, not_started(settled.not_started.len())).await;
                }
                for action in open {
                    let unknown = action.entry.state == ActionState::Unknown && action.holder == Holder::Orphan;
                    let why = left_unknown(action.entry.planned_at);
                    let acting = Acting::left_over(action.entry.id, &action.entry.action, action.entry.changed_at, now, why.clone());
                    if let Some(acting) = acting.filter(|_| unknown) {
                        self.action(&acting.message, ActionStage::Unknown { why, look_up_at: Some(now) }).await;
                        self.desk.actions.push(acting);
                    }
                }
            }
            Err(error) => self.notice(NoticeWeight::Problem, journal_broken(&error)).await,
        }
    }

    /// Writes an intention down. Without that nothing is sent.
    pub(super) async fn intend(&mut self, place: usize) {
        let Some(acting) = self.desk.actions.get(place) else { return };
        let Phase::ToIntend(retry) = &acting.phase else { return };
        let message = acting.message.clone();
        let item = retry.item();
        let action = ActionKind::RetryMessage {
            message: message.clone(),
            attempts: item.attempts,
            newest_attempt: item.newest_attempt,
            read_from: read_from(&item.read_from),
        };
        let plan = format!("retry of one message, planned {}", retry.planned_at());
        let written = match (self.journal.writable().cloned(), &self.run) {
            (Ok(journal), Some(run)) => {
                let intention = Intention {
                    run: run.id().clone(),
                    base_url: self.api.base().as_str().to_owned(),
                    campaign: self.api.campaign().clone(),
                    action,
                    plan,
                    planned_at: retry.confirmed_at(),
                };
                blocking(move || journal.intend(&intention)).await
            }
            (Ok(journal), None) => Err(StateError::ReadOnly { why: journal.folder().display().to_string() }),
            (Err(error), _) => Err(error),
        };
        let now = self.now();
        let Some(acting) = self.desk.actions.get_mut(place) else { return };
        let stage = match written {
            Ok(action) => acting.intended(action, now),
            Err(StateError::AlreadyOpen { .. }) => acting.not_taken(already_under_way()),
            Err(error) => acting.not_taken(journal_broken(&error)),
        };
        self.action(&message, stage).await;
    }

    /// Sends a retry, once, and writes down what came of it.
    pub(super) async fn post(&mut self, place: usize) {
        let Some((message, action)) = self.desk.actions.get(place).and_then(|acting| Some((acting.message.clone(), acting.action?))) else {
            return;
        };
        let now = self.now();
        if self.desk.actions.get(place).is_some_and(|acting| acting.has_expired(now)) {
            return self.expire(place, &message, action, now).await;
        }
        let started = self.journalled(move |journal| journal.started(action, now)).await;
        let Some(acting) = self.desk.actions.get_mut(place) else { return };
        let stage = match started {
            Ok(number) => acting.leaves(number),
            Err(error) => acting.not_taken(journal_broken(&error)),
        };
        let leaves = matches!(stage, ActionStage::UnderWay { .. });
        self.action(&message, stage).await;
        if !leaves {
            return;
        }
        let api = self.api.clone();
        let call = Call::Retry { message: message.clone() };
        let task = tokio::spawn(async move { api.write(call).await });
        let outcome = match self.listen_through(Purpose::Retry, task).await {
            Ok(outcome) => outcome,
            // A panic in the transport: what it did is not known.
            Err(_) => WriteOutcome::Unknown { reason: "the call broke off".to_owned(), status: None, trace_id: None, retry_after: None },
        };
        self.posted(place, &message, action, outcome).await;
    }

    /// A retry whose yes is too old is not sent.
    async fn expire(&mut self, place: usize, message: &MessageId, action: ActionId, now: Timestamp) {
        let Some(acting) = self.desk.actions.get_mut(place) else { return };
        let (outcome, stage) = acting.expire();
        if let Err(error) = self.journalled(move |journal| journal.outcome(action, &outcome, now)).await {
            self.notice(NoticeWeight::Problem, journal_broken(&error)).await;
        }
        self.action(message, stage).await;
    }

    async fn posted(&mut self, place: usize, message: &MessageId, action: ActionId, outcome: WriteOutcome) {
        let now = self.now();
        if let WriteOutcome::Refused { rate_limited: true, retry_after, .. } = &outcome {
            self.desk.budget.too_many(now, *retry_after);
        }
        let Some(acting) = self.desk.actions.get_mut(place) else { return };
        let answered = acting.answered(&outcome, now);
        let (line, goes_again, mut stage) = (answered.outcome, answered.goes_again, answered.stage);
        let written =
            self.journalled(
                move |journal| if goes_again { journal.goes_again(action, &line, now) } else { journal.outcome(action, &line, now) },
            );
        if let Err(error) = written.await {
            // The outcome itself is true and is shown; the next start finds the action open and
            // looks it up. It must not go again from here, because its tries can't be counted.
            if goes_again && let Some(acting) = self.desk.actions.get_mut(place) {
                stage = acting.give_up(journal_broken(&error));
            }
            self.notice(NoticeWeight::Problem, journal_broken(&error)).await;
        }
        if let WriteOutcome::Accepted { rows: Some(rows), asked_at, .. } = outcome {
            self.note(&rows);
            let asked_at = self.stamp(asked_at);
            self.tell(News::Rows { rows, from: AnswerKind::Action, asked_at, reach: None, head: false }).await;
        }
        self.action(message, stage).await;
    }

    /// Reads a message for a retry: to find its outcome out, or to see what becomes of it.
    pub(super) async fn read_for(&mut self, place: usize, message: MessageId) {
        let api = self.api.clone();
        let id = message.clone();
        let purpose = self.desk.actions.get(place).and_then(Acting::due).map_or(Purpose::Message, |(_, purpose)| purpose);
        let Some(answer) = self.listen_for(purpose, async move { api.message(&id).await }).await else { return };
        let now = self.now();
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                if let Some(stage) = self.desk.actions.get_mut(place).and_then(|acting| acting.unread(now)) {
                    self.action(&message, stage).await;
                }
                if super::calls::concerns_all(&error) {
                    self.failed(&error).await;
                }
                return;
            }
        };
        let told = answer.rows.get(0).map(Message::from_row);
        self.told_single(answer).await;
        let (Some(acting), Some(told)) = (self.desk.actions.get_mut(place), told) else { return };
        let action = acting.action;
        let read = acting.read(&told, now);
        if read.resolved
            && let Some(action) = action
        {
            let resolution =
                Resolution::Accepted { reason: "the message was tried again or is no longer failed, perhaps by somebody else".to_owned() };
            if let Err(error) = self.journalled(move |journal| journal.resolve(action, &resolution, now)).await {
                self.notice(NoticeWeight::Problem, journal_broken(&error)).await;
            }
        }
        if let Some(stage) = read.stage {
            self.action(&message, stage).await;
        }
    }

    pub(super) async fn action(&self, message: &MessageId, stage: ActionStage) {
        self.tell(News::Action(ActionNews { message: message.clone(), stage, at: self.now() })).await;
    }

    async fn journalled<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Journal) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let journal = self.journal.writable().cloned()?;
        blocking(move || write(&journal)).await
    }
}

/// Runs what waits for the disk beside the worker's own thread.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StateError> + Send + 'static) -> Result<T, StateError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // Cancelled only when the program ends under it; then nobody reads the answer.
        Err(broken) => match broken.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

fn journal_broken(error: &StateError) -> Explanation {
    Explanation {
        what: "The journal of actions cannot be used.".to_owned(),
        why: error.explained(),
        next: "Nothing is retried without it. Mend the state folder and start again.".to_owned(),
        trace_id: None,
    }
}

fn not_started(count: usize) -> Explanation {
    let (retries, were) = if count == 1 { ("retry", "was") } else { ("retries", "were") };
    Explanation {
        what: format!("{count} {retries} of an earlier run {were} not started."),
        why: "The program ended before the request left; nothing was sent.".to_owned(),
        next: "Find the failed messages and retry them again, if they still need it.".to_owned(),
        trace_id: None,
    }
}

fn left_unknown(planned_at: Timestamp) -> Explanation {
    Explanation {
        what: format!("A retry of {planned_at} has an unknown outcome."),
        why: "The program ended between the request and its answer.".to_owned(),
        next: "The message is being read to find out; it is not retried again by itself.".to_owned(),
        trace_id: None,
    }
}
