//! What somebody chooses on the screen, and says yes to.

use super::Bench;
use crate::delivery::{Message, MessageId, RetryHelps, Status};
use crate::retry::{BatchPlan, ConfirmedRetry, LastRead, Planner};
use crate::store::{AnswerKind, BatchSummary, RowNumber};

impl Bench {
    /// A failed message as shown, that may be retried and is not out of attempts.
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
                && message.error().is_none_or(|error| error.known().retry_helps() != RetryHelps::No)
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

    /// The plan for the whole retry of a batch that has failures.
    pub fn batch_plan(&self) -> BatchPlan {
        let store = &self.seen.store;
        let plan = |summary: BatchSummary| {
            let messages: Vec<Message> = store.rows().map(|row| store.message(row)).collect();
            let of_batch = messages.iter().filter(|message| message.batch.as_ref().is_some_and(|batch| batch.id == summary.batch.id));
            BatchPlan::new(&summary.batch, of_batch, &[], false, None, self.clock.now())
        };
        store.batches().into_iter().map(plan).find(|plan| plan.refusal.is_none()).expect("a batch with failures")
    }
}
