//! What a person chooses on the screen and says yes to.

use std::path::Path;

use super::Bench;
use crate::action::{
    ActionNumber, Agreed, BatchPlan, BatchReading, CheckedFile, ConfirmedAction, ConfirmedBatchRetry, ConfirmedRetry, ConfirmedSend,
    ConfirmedUpload, Draft, FileChecker, FileRules, FileSource, LastRead, Planner, SendPlan, UploadFile, UploadPlan,
};
use crate::delivery::{BatchId, Message, MessageId, RetryAdvice, Status};
use crate::monitor::{Command, Generation, PreparedState, ToPrepare};
use crate::store::{AnswerKind, BatchSummary, RowNumber};

/// The check of a file against nothing that is known.
fn checked(name: &str, csv: &str) -> CheckedFile {
    let mut checker = FileChecker::new(name, FileRules::default());
    checker.feed(csv.as_bytes());
    checker.finish()
}

/// The command to retry one message.
pub fn retry_command(retry: ConfirmedRetry) -> Command {
    Command::Act { number: ActionNumber::default(), agreed: Agreed::One(ConfirmedAction::RetryMessage(retry)) }
}

/// The command to retry several messages as a run.
pub fn run_command(retries: Vec<ConfirmedRetry>) -> Command {
    Command::Act { number: ActionNumber::default(), agreed: Agreed::Run(retries) }
}

/// The command to retry a batch as a whole.
pub fn retry_batch_command(retry: ConfirmedBatchRetry) -> Command {
    Command::Act { number: ActionNumber::default(), agreed: Agreed::One(ConfirmedAction::RetryBatch(retry)) }
}

/// The command to send a message.
pub fn send_command(send: ConfirmedSend) -> Command {
    Command::Act { number: ActionNumber::default(), agreed: Agreed::One(ConfirmedAction::Send(send)) }
}

/// The command to upload a file.
pub fn upload_command(upload: ConfirmedUpload) -> Command {
    Command::Act { number: ActionNumber::default(), agreed: Agreed::One(ConfirmedAction::Upload(upload)) }
}

impl Bench {
    /// A file with so many rows, which lies in the bench's folder, checked.
    pub fn file(&self, name: &str, rows: usize) -> UploadFile {
        self.file_with(&self.folder.path().join(name), &self.csv(rows))
    }

    /// A file with this text, checked.
    pub fn file_with(&self, path: &Path, csv: &str) -> UploadFile {
        std::fs::write(path, csv).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        checked(&name, csv).upload(FileSource::Path(path.to_owned())).expect("it has no mistakes")
    }

    /// The plan to upload it, after what must be known before was read.
    pub async fn upload_plan(&mut self, file: UploadFile) -> UploadPlan {
        self.seen.recipient = None;
        self.ask(Command::Prepare { generation: Generation(1), what: ToPrepare::Upload(file.clone()) });
        self.until("the newest messages are read", |seen| matches!(seen.recipient, Some((_, PreparedState::Upload(_))))).await;
        match self.seen.recipient.take() {
            Some((_, PreparedState::Upload(reading))) => UploadPlan::new(file, reading, self.clock.now()),
            state => panic!("{state:?}"),
        }
    }

    /// A message to this number, with a value for each variable of the campaign.
    pub fn draft(&self, number: &str) -> Draft {
        let values = self.variables().into_iter().map(|name| (name, "Ang Mo Kio".to_owned())).collect();
        Draft { recipient: number.to_owned(), language: "english".to_owned(), values }
    }

    /// The plan to send it, after what went to the number was read.
    pub async fn send_plan(&mut self, number: &str) -> SendPlan {
        let draft = self.draft(number);
        self.seen.recipient = None;
        self.ask(Command::Prepare { generation: Generation(1), what: ToPrepare::Send(draft.clone()) });
        self.until("what went to the number is read", |seen| matches!(seen.recipient, Some((_, PreparedState::Send(_))))).await;
        match self.seen.recipient.take() {
            Some((_, PreparedState::Send(reading))) => SendPlan::new(draft, reading, self.clock.now()),
            state => panic!("{state:?}"),
        }
    }

    /// A failed message, as shown, that may be retried and is not out of attempts.
    pub fn failed(&self) -> MessageId {
        let store = &self.seen.store;
        let message = store.rows().map(|row| store.message(row)).find(|message| {
            message.status == Some(Status::Failure)
                && message.tried() == Some(1)
                && message.batch.is_none()
                && message.error().is_some_and(|error| &*error.code == "recipient_unavailable")
        });
        message.expect("a failed message is loaded").id
    }

    /// Failed messages as shown, this many, that may be retried and are not out of attempts.
    pub fn failures(&self, count: usize) -> Vec<MessageId> {
        let store = &self.seen.store;
        let messages = store.rows().map(|row| store.message(row)).filter(|message| {
            message.status == Some(Status::Failure)
                && message.tried() == Some(1)
                && message.error().is_none_or(|error| error.known().retry_advice() != RetryAdvice::No)
        });
        let failures: Vec<MessageId> = messages.map(|message| message.id).take(count).collect();
        assert_eq!(failures.len(), count, "too few failed messages in this world");
        failures
    }

    /// A person's yes to the retry of several messages, as shown.
    pub fn all_confirmed(&self, ids: &[MessageId]) -> Vec<ConfirmedRetry> {
        ids.iter().map(|id| self.confirmed(id)).collect()
    }

    /// A person's yes to the retry of a message, as shown.
    pub fn confirmed(&self, id: &MessageId) -> ConfirmedRetry {
        let store = &self.seen.store;
        let message: Message = store.message(store.row(id).unwrap());
        let plan = Planner::default().plan([(&message, LastRead::new(self.clock.now(), AnswerKind::List))], self.clock.now());
        plan.confirm(self.clock.now()).remove(0)
    }

    /// A person's yes to the retry of several messages, with the time at which each was really read.
    pub fn all_as_read(&self, ids: &[MessageId]) -> Vec<ConfirmedRetry> {
        let store = &self.seen.store;
        let rows: Vec<RowNumber> = ids.iter().map(|id| store.row(id).unwrap()).collect();
        let messages: Vec<Message> = rows.iter().map(|row| store.message(*row)).collect();
        let read = messages.iter().zip(&rows).map(|(message, row)| (message, LastRead::new(store.read_at(*row), AnswerKind::List)));
        Planner::default().plan(read, self.clock.now()).confirm(self.clock.now())
    }

    /// A batch that can be retried as a whole, as loaded.
    pub fn batch(&self) -> BatchId {
        let store = &self.seen.store;
        store.batches().iter().find_map(|batch| self.planned(batch, None)).expect("a batch with failures").batch
    }

    /// The plan for retrying that whole batch, after all of it was read.
    pub async fn batch_plan(&mut self) -> BatchPlan {
        let batch = self.batch();
        self.batch_plan_of(&batch).await
    }

    /// The same for any batch.
    pub async fn batch_plan_of(&mut self, batch: &BatchId) -> BatchPlan {
        self.seen.batches.clear();
        self.ask(Command::ReadBatch { generation: Generation(1), batch: batch.clone() });
        self.until("the whole batch is read", |seen| seen.batch().is_some()).await;
        self.planned_whole(batch)
    }

    /// The plan after a reading of the whole batch.
    pub fn planned_whole(&self, batch: &BatchId) -> BatchPlan {
        let summary = self.seen.store.batches().into_iter().find(|summary| summary.batch.id == *batch).unwrap();
        self.planned(&summary, self.seen.batch()).expect("it still can be retried")
    }

    fn planned(&self, summary: &BatchSummary, reading: Option<&BatchReading>) -> Option<BatchPlan> {
        let store = &self.seen.store;
        let messages: Vec<Message> = store.rows().map(|row| store.message(row)).collect();
        let of_batch = messages.iter().filter(|message| message.batch.as_ref().is_some_and(|batch| batch.id == summary.batch.id));
        let plan = BatchPlan::new(&summary.batch, of_batch, reading, &Planner::default(), self.clock.now());
        plan.refusal.is_none().then_some(plan)
    }
}
