//! The retries that were asked for, and how far each is.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::delivery::{BatchId, MessageId, Status};
use crate::monitor::{ActionNews, ActionStage, BatchActionNews, OpenActionNews};
use crate::state::ActionState;

/// How many retries are kept for the screen; the journal has them all.
const KEPT: usize = 100_000;

/// One retry of a message.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ActionRecord {
    /// The message.
    pub message: MessageId,
    /// How far it is; `None` while the worker has not said anything yet.
    pub stage: Option<ActionStage>,
    /// When that was told.
    pub at: Timestamp,
    /// When the API took it, as far as told.
    pub accepted_at: Option<Timestamp>,
    /// The number in the order of the words, the newest word with the highest.
    word: u64,
    /// Whether it belongs to the newest run.
    in_run: bool,
}

/// The retry of a whole batch.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct BatchRecord {
    /// The batch.
    pub batch: BatchId,
    /// How far it is; `None` while the worker has not said anything yet.
    pub stage: Option<ActionStage>,
    /// When that was told.
    pub at: Timestamp,
}

/// What became of the messages of a run that the API took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct Followed {
    /// Delivered.
    pub delivered: usize,
    /// Failed again.
    pub failed: usize,
    /// Still on their way.
    pub open: usize,
}

/// The retries of one campaign.
#[derive(Debug, Default)]
pub(in crate::tui) struct Actions {
    records: HashMap<MessageId, ActionRecord>,
    /// The messages by the number of their newest word.
    order: BTreeMap<u64, MessageId>,
    next_word: u64,
    acting: usize,
    for_person: usize,
    followed: Followed,
    batches: Vec<BatchRecord>,
    open: Vec<OpenActionNews>,
}

/// Whether a retry is on its way to the API, so that leaving now would leave its outcome unknown.
fn is_acting(stage: Option<&ActionStage>) -> bool {
    matches!(stage, None | Some(ActionStage::Intended | ActionStage::UnderWay { .. } | ActionStage::GoesAgain { .. }))
}

/// Whether another retry of the same must wait.
fn blocks(stage: Option<&ActionStage>) -> bool {
    match stage {
        None | Some(ActionStage::Unknown { .. }) => true,
        Some(stage) => !stage.is_over(),
    }
}

fn needs_person(stage: Option<&ActionStage>) -> bool {
    stage.is_some_and(ActionStage::needs_person)
}

impl ActionRecord {
    /// Whether it is on its way to the API.
    pub fn is_acting(&self) -> bool {
        is_acting(self.stage.as_ref())
    }

    /// Whether a person must decide.
    pub fn needs_person(&self) -> bool {
        needs_person(self.stage.as_ref())
    }

    /// Whether it belongs to the newest run, which has lines of its own.
    pub fn is_in_run(&self) -> bool {
        self.in_run
    }
}

impl BatchRecord {
    /// Whether it is on its way to the API.
    pub fn is_acting(&self) -> bool {
        is_acting(self.stage.as_ref())
    }

    /// Whether a person must decide.
    pub fn needs_person(&self) -> bool {
        needs_person(self.stage.as_ref())
    }
}

impl Followed {
    fn index(&mut self, stage: Option<&ActionStage>) -> Option<&mut usize> {
        match stage? {
            ActionStage::Followed { status: Status::Success } => Some(&mut self.delivered),
            ActionStage::Followed { status: Status::Failure } => Some(&mut self.failed),
            ActionStage::Accepted | ActionStage::FoundAccepted | ActionStage::Followed { .. } => Some(&mut self.open),
            _ => None,
        }
    }

    /// All of them together.
    pub fn total(&self) -> usize {
        self.delivered + self.failed + self.open
    }
}

impl Actions {
    /// A person said yes to one message.
    pub fn asked(&mut self, message: MessageId, at: Timestamp) {
        self.put(message, None, at, None, false);
    }

    /// A person said yes to a run of several.
    pub fn asked_run(&mut self, messages: &[MessageId], at: Timestamp) {
        self.followed = Followed::default();
        for record in self.records.values_mut() {
            record.in_run = false;
        }
        for message in messages {
            self.put(message.clone(), None, at, None, true);
        }
    }

    /// A person said yes to a whole batch.
    pub fn asked_batch(&mut self, batch: BatchId, at: Timestamp) {
        self.put_batch(BatchRecord { batch, stage: None, at });
    }

    /// A retry came further. One that an earlier run began is told here for the first time.
    pub fn note(&mut self, news: ActionNews) {
        let known = self.records.get(&news.message);
        let in_run = known.is_some_and(|record| record.in_run);
        let accepted_at = match news.stage {
            ActionStage::Accepted | ActionStage::FoundAccepted => Some(news.at),
            _ => known.and_then(|record| record.accepted_at),
        };
        self.put(news.message, Some(news.stage), news.at, accepted_at, in_run);
    }

    /// The retry of a batch came further.
    pub fn note_batch(&mut self, news: BatchActionNews) {
        self.put_batch(BatchRecord { batch: news.batch, stage: Some(news.stage), at: news.at });
    }

    /// What the journal says is open.
    pub fn note_open(&mut self, open: Vec<OpenActionNews>) {
        self.open = open;
    }

    fn put_batch(&mut self, record: BatchRecord) {
        self.batches.retain(|known| known.batch != record.batch);
        self.batches.push(record);
    }

    fn put(&mut self, message: MessageId, stage: Option<ActionStage>, at: Timestamp, accepted_at: Option<Timestamp>, in_run: bool) {
        self.take(&message);
        self.next_word += 1;
        let record = ActionRecord { message: message.clone(), stage, at, accepted_at, word: self.next_word, in_run };
        self.count(&record, |number| *number += 1);
        self.order.insert(record.word, message.clone());
        self.records.insert(message, record);
        if self.records.len() > KEPT {
            // One that may still matter is never forgotten.
            let oldest = self.order.values().find(|message| !self.of(message).is_some_and(|record| blocks(record.stage.as_ref()))).cloned();
            if let Some(oldest) = oldest {
                self.take(&oldest);
            }
        }
    }

    fn take(&mut self, message: &MessageId) {
        let Some(record) = self.records.remove(message) else { return };
        self.order.remove(&record.word);
        self.count(&record, |number| *number = number.saturating_sub(1));
    }

    fn count(&mut self, record: &ActionRecord, step: impl Fn(&mut usize)) {
        if record.is_acting() {
            step(&mut self.acting);
        }
        if record.needs_person() {
            step(&mut self.for_person);
        }
        if record.in_run
            && let Some(number) = self.followed.index(record.stage.as_ref())
        {
            step(number);
        }
    }

    /// The messages that must not be retried now.
    pub fn blocking(&self) -> Vec<MessageId> {
        let own = self.records.values().filter(|record| blocks(record.stage.as_ref())).map(|record| record.message.clone());
        own.chain(self.open.iter().filter_map(|open| open.kind.message().cloned())).collect()
    }

    /// The batches that must not be retried now, nor their messages.
    pub fn blocking_batches(&self) -> Vec<BatchId> {
        let own = self.batches.iter().filter(|record| blocks(record.stage.as_ref())).map(|record| record.batch.clone());
        own.chain(self.open.iter().filter_map(|open| open.kind.batch().cloned())).collect()
    }

    /// Whether a retry is on its way to the API.
    pub fn is_acting(&self) -> bool {
        self.acting > 0 || self.batches.iter().any(BatchRecord::is_acting)
    }

    /// Whether a person must decide about one.
    pub fn needs_person(&self) -> bool {
        self.for_person > 0
            || self.batches.iter().any(BatchRecord::needs_person)
            || self.open.iter().any(|open| !open.elsewhere && open.look_up_at.is_none() && open.state == ActionState::Unknown)
    }

    /// The one with the newest word.
    pub fn newest(&self) -> Option<&ActionRecord> {
        self.order.values().next_back().and_then(|message| self.records.get(message))
    }

    /// The retry of a message.
    pub fn of(&self, message: &MessageId) -> Option<&ActionRecord> {
        self.records.get(message)
    }

    /// The retries, the one with the newest word first.
    pub fn iter(&self) -> impl Iterator<Item = &ActionRecord> {
        self.order.values().rev().filter_map(|message| self.records.get(message))
    }

    /// How many retries there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// What is known of a batch's retry whose outcome is not, in a phrase: `3 of 58 changed`.
    pub fn known_of(&self, batch: &BatchId) -> Option<&str> {
        match &self.batches.iter().rev().find(|record| record.batch == *batch)?.stage {
            Some(ActionStage::Unknown { why, .. }) => Some(&why.what),
            _ => None,
        }
    }

    /// The retries of whole batches, oldest first.
    pub fn batches(&self) -> &[BatchRecord] {
        &self.batches
    }

    /// What the journal says is open.
    pub fn open(&self) -> &[OpenActionNews] {
        &self.open
    }

    /// What became of the newest run's messages.
    pub fn followed(&self) -> Followed {
        self.followed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::{Explanation, Refusal};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    fn news(id: &str, stage: ActionStage, second: i64) -> ActionNews {
        ActionNews { message: MessageId::new(id), stage, at: at(second) }
    }

    fn why() -> Explanation {
        Explanation::new("w", "", "")
    }

    #[test]
    fn what_is_counted_follows_every_word() {
        let mut actions = Actions::default();
        let run = ["a", "b", "c"].map(MessageId::new);
        actions.asked(MessageId::new("x"), at(0));
        actions.note(news("x", ActionStage::Accepted, 1));
        actions.asked_run(&run, at(2));
        assert!(actions.is_acting());
        assert_eq!(actions.followed(), Followed::default());
        actions.note(news("a", ActionStage::Accepted, 3));
        actions.note(news("b", ActionStage::Unknown { why: why(), look_up_at: None }, 4));
        actions.note(news("c", ActionStage::Refused(Refusal { code: None, status: 400, why: why() }), 5));
        assert_eq!((actions.is_acting(), actions.needs_person()), (false, true));
        assert_eq!(actions.followed(), Followed { open: 1, ..Followed::default() });
        actions.note(news("b", ActionStage::FoundAccepted, 6));
        actions.note(news("a", ActionStage::Followed { status: Status::Success }, 7));
        actions.note(news("b", ActionStage::Followed { status: Status::Failure }, 8));
        assert_eq!(actions.followed(), Followed { delivered: 1, failed: 1, open: 0 });
        assert!(!actions.needs_person());
        assert_eq!(actions.newest().unwrap().message, MessageId::new("b"));
        assert_eq!(actions.iter().map(|record| record.message.as_str()).collect::<Vec<_>>(), ["b", "a", "c", "x"]);
        assert_eq!(actions.of(&MessageId::new("a")).unwrap().accepted_at, Some(at(3)));
    }
}
