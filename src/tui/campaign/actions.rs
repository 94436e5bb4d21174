//! The actions that were agreed to, and their stages.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use crate::action::{ActionNumber, Agreed, Created, Subject};
use crate::delivery::{BatchId, MessageId, Status};
use crate::monitor::{ActionNews, ActionStage, OpenActionNews};
use crate::state::ActionState;

/// How many actions are kept for the screen; the journal has them all.
const KEPT: usize = 100_000;

/// Which action.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::tui) enum ActionKey {
    /// One that was agreed to here.
    Agreed(ActionNumber),
    /// One that an earlier run of the program left.
    Left(Subject),
}

/// One action.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ActionRecord {
    key: ActionKey,
    /// What it is about.
    pub subject: Subject,
    /// What it created, once its id is known.
    pub created: Option<Created>,
    /// Its stage; `None` while the worker has not reported anything yet.
    pub stage: Option<ActionStage>,
    /// When that was reported.
    pub at: Timestamp,
    /// When the API accepted it, as far as known.
    pub accepted_at: Option<Timestamp>,
    /// Its number in the order of the news, the newest with the highest.
    word: u64,
    /// Whether it belongs to the newest run.
    in_run: bool,
}

/// What became of the messages of a run that the API accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct Followed {
    pub delivered: usize,
    /// Failed again.
    pub failed: usize,
    /// Still on the way.
    pub open: usize,
}

/// The actions of one campaign: of each subject the newest.
#[derive(Debug, Default)]
pub(in crate::tui) struct Actions {
    /// By the number of their newest news.
    records: BTreeMap<u64, ActionRecord>,
    /// That number, by what they are about.
    newest: HashMap<Subject, u64>,
    next_word: u64,
    acting: usize,
    for_person: usize,
    /// The numbers of those on whole batches.
    batches: BTreeSet<u64>,
    /// The numbers of those on files.
    uploads: BTreeSet<u64>,
    followed: Followed,
    open: Vec<OpenActionNews>,
    /// What those are about.
    open_subjects: HashSet<Subject>,
}

impl ActionRecord {
    /// One that was agreed to, or that is reported for the first time.
    fn asked(key: ActionKey, subject: Subject, at: Timestamp) -> Self {
        Self { key, subject, created: None, stage: None, at, accepted_at: None, word: 0, in_run: false }
    }

    /// The message that it is about: the one that was retried, or the one that was sent, once that is known.
    pub fn message(&self) -> Option<&MessageId> {
        self.subject.message().or_else(|| self.created.as_ref()?.message())
    }

    /// Which action it is.
    pub fn key(&self) -> &ActionKey {
        &self.key
    }

    /// Whether it is on its way to the API, so that quitting now would leave its outcome unknown.
    pub fn is_acting(&self) -> bool {
        matches!(
            self.stage,
            None | Some(
                ActionStage::Intended | ActionStage::UnderWay { .. } | ActionStage::Uploading { .. } | ActionStage::GoesAgain { .. }
            )
        )
    }

    /// Whether a person must decide.
    pub fn needs_person(&self) -> bool {
        self.stage.as_ref().is_some_and(ActionStage::needs_person)
    }

    /// Whether it belongs to the newest run, which has lines of its own.
    pub fn is_in_run(&self) -> bool {
        self.in_run
    }

    /// Whether another action on the same subject must wait.
    fn blocks(&self) -> bool {
        match &self.stage {
            None | Some(ActionStage::Unknown { .. }) => true,
            Some(stage) => !stage.is_over(),
        }
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
    /// A person agreed to this; its first action has this number.
    pub fn agreed(&mut self, agreed: &Agreed, first: ActionNumber, at: Timestamp) {
        let in_run = matches!(agreed, Agreed::Run(_));
        if in_run {
            self.followed = Followed::default();
            for record in self.records.values_mut() {
                record.in_run = false;
            }
        }
        for (index, subject) in agreed.subjects().into_iter().enumerate() {
            self.put(ActionRecord { in_run, ..ActionRecord::asked(ActionKey::Agreed(first.after(index)), subject, at) });
        }
    }

    /// An action came further. One that an earlier run began is reported here for the first time.
    pub fn note(&mut self, news: ActionNews) {
        let key = news.number.map_or_else(|| ActionKey::Left(news.subject.clone()), ActionKey::Agreed);
        let known = self.on(&news.subject);
        // A later action on the same subject says more than what becomes of an earlier one.
        if let (ActionKey::Agreed(number), Some(ActionKey::Agreed(newest))) = (&key, known.map(ActionRecord::key))
            && number < newest
        {
            return;
        }
        let known = known.filter(|record| record.key == key);
        let in_run = known.is_some_and(|record| record.in_run);
        let accepted_at = match news.stage {
            ActionStage::Accepted | ActionStage::FoundAccepted => Some(news.at),
            _ => known.and_then(|record| record.accepted_at),
        };
        let asked = ActionRecord::asked(key, news.subject, news.at);
        self.put(ActionRecord { created: news.created, stage: Some(news.stage), accepted_at, in_run, ..asked });
    }

    /// What the journal has open.
    pub fn note_open(&mut self, open: Vec<OpenActionNews>) {
        self.open_subjects = open.iter().filter_map(|open| Subject::of(&open.kind)).collect();
        self.open = open;
    }

    fn put(&mut self, record: ActionRecord) {
        self.next_word += 1;
        if let Some(before) = self.newest.insert(record.subject.clone(), self.next_word) {
            self.take(before);
        }
        let record = ActionRecord { word: self.next_word, ..record };
        self.count(&record, |number| *number += 1);
        if record.subject.batch().is_some() {
            self.batches.insert(record.word);
        }
        if matches!(record.subject, Subject::Upload(_)) {
            self.uploads.insert(record.word);
        }
        self.records.insert(record.word, record);
        if self.records.len() > KEPT {
            // One that may still matter is never forgotten.
            let oldest = self.records.values().find(|record| !record.blocks()).map(|record| record.word);
            if let Some(oldest) = oldest.and_then(|word| self.take(word)) {
                self.newest.remove(&oldest.subject);
            }
        }
    }

    fn take(&mut self, word: u64) -> Option<ActionRecord> {
        let record = self.records.remove(&word)?;
        self.batches.remove(&word);
        self.uploads.remove(&word);
        self.count(&record, |number| *number = number.saturating_sub(1));
        Some(record)
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

    /// Whether this must not be retried now.
    pub fn blocks(&self, subject: &Subject) -> bool {
        self.is_open(subject) || self.on(subject).is_some_and(ActionRecord::blocks)
    }

    /// The batches that must not be retried now, nor their messages.
    pub fn blocking_batches(&self) -> Vec<BatchId> {
        let own = self.batches().filter(|record| record.blocks()).filter_map(|record| record.subject.batch().cloned());
        own.chain(self.open_subjects.iter().filter_map(|subject| subject.batch().cloned())).collect()
    }

    /// Whether one is on its way to the API.
    pub fn is_acting(&self) -> bool {
        self.acting > 0
    }

    /// How many a person must decide about.
    pub fn to_decide(&self) -> usize {
        let is_for_person = |open: &&OpenActionNews| !open.elsewhere && open.look_up_at.is_none() && open.state == ActionState::Unknown;
        let open = self.open.iter().filter(is_for_person);
        // One that was agreed to here is in both.
        let known =
            |open: &OpenActionNews| Subject::of(&open.kind).and_then(|subject| self.on(&subject)).is_some_and(ActionRecord::needs_person);
        self.for_person + open.filter(|open| !known(open)).count()
    }

    /// Whether a person must decide about one.
    pub fn needs_person(&self) -> bool {
        self.for_person > 0
            || self.open.iter().any(|open| !open.elsewhere && open.look_up_at.is_none() && open.state == ActionState::Unknown)
    }

    /// The newest action on a subject.
    pub fn on(&self, subject: &Subject) -> Option<&ActionRecord> {
        self.records.get(self.newest.get(subject)?)
    }

    /// The newest action on a message.
    pub fn of(&self, message: &MessageId) -> Option<&ActionRecord> {
        self.on(&Subject::Message(message.clone()))
    }

    /// Whether a line of its own says how this message ended: it was retried, or sent, from here.
    pub fn has_line_of(&self, message: &MessageId) -> bool {
        self.of(message).is_some()
            || self.records.values().any(|record| record.created.as_ref().and_then(Created::message) == Some(message))
    }

    /// The actions, the one with the newest news first.
    pub fn iter(&self) -> impl Iterator<Item = &ActionRecord> {
        self.records.values().rev()
    }

    /// Those on whole batches, the one with the newest news first.
    pub fn batches(&self) -> impl Iterator<Item = &ActionRecord> {
        self.batches.iter().rev().filter_map(|word| self.records.get(word))
    }

    /// Those on files, the one with the newest news first.
    pub fn uploads(&self) -> impl Iterator<Item = &ActionRecord> {
        self.uploads.iter().rev().filter_map(|word| self.records.get(word))
    }

    /// Those that a person must decide about, the one with the newest news first.
    pub fn for_person(&self) -> impl Iterator<Item = &ActionRecord> {
        self.iter().filter(|record| record.needs_person()).take(self.for_person)
    }

    /// How many actions there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// What the journal has open.
    pub fn open(&self) -> &[OpenActionNews] {
        &self.open
    }

    /// Whether the journal has an action on this open.
    pub fn is_open(&self, subject: &Subject) -> bool {
        self.open_subjects.contains(subject)
    }

    /// How many of the actions are open in the journal as well.
    pub fn open_here(&self) -> usize {
        self.open_subjects.iter().filter(|subject| self.newest.contains_key(subject)).count()
    }

    /// The outcomes of the newest run's messages.
    pub fn followed(&self) -> Followed {
        self.followed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{LastRead, Planner};
    use crate::delivery::Message;
    use crate::postman::{Explanation, Refusal};
    use crate::store::AnswerKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    /// News of a message of [`what_was_agreed_to`], by its letter.
    fn news(id: &str, stage: ActionStage, second: i64) -> ActionNews {
        let number = ["x", "a", "b", "c"].iter().position(|known| *known == id).unwrap();
        let subject = Subject::Message(MessageId::new(id));
        ActionNews { number: Some(ActionNumber::default().after(number)), action: None, subject, created: None, stage, at: at(second) }
    }

    /// A yes to the retries of these messages.
    fn agreed(ids: &[&str]) -> Agreed {
        let message = |id: &&str| Message { status: Some(Status::Failure), ..Message::new(MessageId::new(*id)) };
        let messages: Vec<Message> = ids.iter().map(message).collect();
        let read = || LastRead::new(at(0), AnswerKind::List);
        let plan = Planner::default().plan(messages.iter().map(|message| (message, read())), at(0));
        Agreed::messages_of(plan.confirm(at(0))).unwrap()
    }

    fn why() -> Explanation {
        Explanation::new("w", "", "")
    }

    #[test]
    fn what_is_counted_follows_every_word() {
        let mut actions = Actions::default();
        actions.agreed(&agreed(&["x"]), ActionNumber(0), at(0));
        actions.note(news("x", ActionStage::Accepted, 1));
        actions.agreed(&agreed(&["a", "b", "c"]), ActionNumber(1), at(2));
        assert!(actions.is_acting());
        assert_eq!(actions.followed(), Followed::default());
        actions.note(news("a", ActionStage::Accepted, 3));
        actions.note(news("b", ActionStage::Unknown { why: why(), look_up_at: None }, 4));
        actions.note(news("c", ActionStage::Refused(Refusal { code: None, status: 400, why: why(), check: None }), 5));
        assert_eq!((actions.is_acting(), actions.needs_person()), (false, true));
        assert_eq!(actions.followed(), Followed { open: 1, ..Followed::default() });
        actions.note(news("b", ActionStage::FoundAccepted, 6));
        actions.note(news("a", ActionStage::Followed { status: Status::Success }, 7));
        actions.note(news("b", ActionStage::Followed { status: Status::Failure }, 8));
        assert_eq!(actions.followed(), Followed { delivered: 1, failed: 1, open: 0 });
        assert!(!actions.needs_person());
        assert_eq!(actions.iter().map(|record| record.subject.id()).collect::<Vec<_>>(), ["b", "a", "c", "x"]);
        assert_eq!(actions.of(&MessageId::new("a")).unwrap().accepted_at, Some(at(3)));
    }

    #[test]
    fn what_becomes_of_an_earlier_action_does_not_cover_a_later_one() {
        let mut actions = Actions::default();
        let subject = Subject::Message(MessageId::new("x"));
        let news = |number, stage, second| ActionNews {
            number,
            action: None,
            subject: Subject::Message(MessageId::new("x")),
            created: None,
            stage,
            at: at(second),
        };
        actions.agreed(&agreed(&["x"]), ActionNumber(0), at(0));
        actions.agreed(&agreed(&["x"]), ActionNumber(1), at(60));
        actions.note(news(Some(ActionNumber(0)), ActionStage::Followed { status: Status::Failure }, 61));
        let record = actions.on(&subject).unwrap();
        assert_eq!((record.stage.as_ref(), actions.is_acting(), actions.len()), (None, true, 1));
        actions.note(news(Some(ActionNumber(1)), ActionStage::Accepted, 62));
        assert_eq!(actions.on(&subject).unwrap().accepted_at, Some(at(62)));
        // What an earlier run of the program left is told after everything of this one.
        actions.note(news(None, ActionStage::Unknown { why: why(), look_up_at: None }, 63));
        assert!(actions.needs_person() && actions.len() == 1);
    }
}
