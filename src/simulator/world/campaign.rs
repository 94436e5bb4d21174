//! One campaign: its messages and batches in the order of their keys, and what calls changed.
//!
//! A message is 24 bytes; everything else about it (id, recipient, text, status) is drawn from its
//! dice and the time when needed. Only changes made by calls are kept with it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use super::course::{Case, Cause, Course, Rules, Silence, Status};
use super::dice::{Dice, For};
use super::gate::Pace;
use super::history;
use super::recipient::Recipient;
use super::render::Fragments;
use super::texts::Template;
use super::wire::{id_text, parse_id};
use crate::simulator::options::{CampaignOptions, KeyRights, SimulatedEnvironment, SimulatedLanguage};

/// No batch: a single message.
const SINGLE: u32 = u32::MAX;

/// What is fixed when a message is recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message {
    pub(super) created: i64,
    pub(super) dice: Dice,
    batch: u32,
    queue_ms: u32,
}

impl Message {
    pub(super) fn id(&self) -> String {
        id_text("message_", self.dice.uuid(For::MessageId, 0))
    }
}

/// Recipient, language and values that a caller gave.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) recipient: Recipient,
    pub(super) language: SimulatedLanguage,
    /// In the order of the template's variables.
    pub(super) values: Vec<String>,
}

/// What calls changed about a message.
#[derive(Debug, Default)]
struct Changes {
    content: Option<Content>,
    /// When each retry was accepted.
    retries: Vec<i64>,
}

/// The status of a batch, as its messages give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BatchStatus {
    Enqueued,
    EnqueuingFailed,
    /// An older batch that was closed: it can no longer be retried.
    Success,
}

impl BatchStatus {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Enqueued => "messages_enqueued",
            Self::EnqueuingFailed => "messages_enqueuing_failed",
            Self::Success => "success",
        }
    }

    pub(super) fn allows_retry(self) -> bool {
        self != Self::Success
    }
}

/// A batch and those of its rows that have shown up.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) dice: Dice,
    pub(super) created: i64,
    pub(super) file_name: String,
    pub(super) total: u64,
    pub(super) status: BatchStatus,
    /// Messages, oldest first, by the key of the batch row.
    pub(super) rows: Vec<u32>,
}

impl Batch {
    pub(super) fn id(&self) -> String {
        id_text("batch_", self.dice.uuid(For::BatchId, 0))
    }
}

/// The messages that arrive by themselves.
struct Live {
    started: i64,
    per_second: f64,
    late_rate: f64,
    next: u64,
}

/// More live messages than this are never made: a clock that jumps by years must not fill the memory.
const LIVE_LIMIT: u64 = 5_000_000;

impl Live {
    /// When live message `n` is created.
    fn created(&self, dice: Dice, n: u64) -> i64 {
        let seconds = (n as f64 + dice.share(For::When, 6)) / self.per_second;
        self.started.saturating_add((seconds * 1000.0) as i64)
    }
}

/// The sort key of a page: creation time, then id.
pub(super) type Key = (i64, u128);

pub(super) struct Campaign {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) dice: Dice,
    pub(super) template: Arc<Template>,
    pub(super) languages: Vec<SimulatedLanguage>,
    pub(super) rules: Rules,
    pub(super) prepare_ms: i64,
    pub(super) allow_listed: bool,
    pub(super) rights: KeyRights,
    pub(super) pace: Pace,
    pub(super) fragments: Fragments,
    foreign_rate: f64,
    /// People who get these messages; fewer than messages, so that a search finds several.
    people: u64,
    messages: Vec<Message>,
    /// Messages that have shown up, oldest first, by key.
    order: Vec<u32>,
    /// Messages that have shown up, by the low half of their UUID.
    by_id: HashMap<u64, u32>,
    changes: HashMap<u32, Changes>,
    batches: Vec<Batch>,
    batch_by_id: HashMap<u128, u32>,
    /// Recorded, but not shown yet: (when, message).
    hidden: BinaryHeap<Reverse<(i64, u32)>>,
    live: Live,
    posted: u64,
}

/// The prefix of the keys of an environment.
fn key_prefix(environment: SimulatedEnvironment) -> &'static str {
    match environment {
        SimulatedEnvironment::Test => "key_test_",
        SimulatedEnvironment::Production => "key_live_",
        SimulatedEnvironment::Loadtest => "key_loadtest_",
    }
}

impl Campaign {
    /// The campaign at `started`. `index` is its index among the campaigns of the world.
    pub(super) fn new(
        options: CampaignOptions,
        world: Dice,
        index: u64,
        speed: f64,
        calls_per_second: u32,
        started: i64,
        templates: &[Arc<Template>],
    ) -> Option<Self> {
        let dice = world.child(For::Campaign, index);
        let template = templates
            .iter()
            .find(|template| Some(&template.name) == options.template.as_ref())
            .or_else(|| templates.get(index as usize % templates.len().max(1)))?;
        let id = options.id.unwrap_or_else(|| id_text("campaign_", dice.uuid(For::CampaignId, 0)));
        let key = options.key.unwrap_or_else(|| {
            let prefix = key_prefix(options.environment);
            format!("{prefix}{:016x}{:016x}", dice.draw(For::ApiKey, 0), dice.draw(For::ApiKey, 1))
        });
        let mut languages = options.languages;
        if languages.is_empty() {
            languages.push(SimulatedLanguage::English);
        }
        let mut campaign = Self {
            fragments: Fragments::new(&id, template, dice, started),
            id,
            key,
            name: options.name,
            dice,
            template: Arc::clone(template),
            languages,
            rules: Rules {
                environment: options.environment,
                failure_rate: options.failure_rate,
                stuck_rate: options.stuck_rate,
                speed,
                silences: Vec::new(),
            },
            prepare_ms: (options.prepare.as_secs_f64() * 1000.0 / speed) as i64,
            allow_listed: options.allow_listed,
            rights: options.rights,
            pace: Pace::new(calls_per_second),
            foreign_rate: options.foreign_rate,
            people: (options.messages / 3).max(500),
            messages: Vec::new(),
            order: Vec::new(),
            by_id: HashMap::new(),
            changes: HashMap::new(),
            batches: Vec::new(),
            batch_by_id: HashMap::new(),
            hidden: BinaryHeap::new(),
            live: Live {
                started,
                per_second: if options.live_per_second.is_finite() { options.live_per_second } else { 0.0 },
                late_rate: options.late_rate,
                next: 0,
            },
            posted: 0,
        };
        campaign.fill(options.messages, options.batches, started);
        Some(campaign)
    }

    /// From `moment` on no report comes for this share of messages; with 0 they come again.
    pub(super) fn withhold_reports(&mut self, share: f64, moment: i64) {
        let silences = &mut self.rules.silences;
        if let Some(last) = silences.last_mut().filter(|silence| silence.until == i64::MAX) {
            last.until = moment;
        }
        if share > 0.0 {
            silences.push(Silence { from: moment, until: i64::MAX, share });
        }
    }

    /// Begins another attempt at `now`.
    pub(super) fn retry(&mut self, serial: u32, now: i64) {
        self.changes.entry(serial).or_default().retries.push(now);
    }

    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    pub(super) fn key(&self, serial: u32) -> Key {
        key_of(&self.messages, serial)
    }

    /// The key of a message's row in its batch.
    pub(super) fn row_key(&self, serial: u32) -> Key {
        row_key_of(&self.messages, serial)
    }

    pub(super) fn message(&self, serial: u32) -> Option<&Message> {
        self.messages.get(serial as usize)
    }

    /// The message of this id, if it has shown up.
    pub(super) fn find(&self, id: &str) -> Option<u32> {
        let uuid = parse_id("message_", id)?;
        let serial = *self.by_id.get(&(uuid as u64))?;
        (self.key(serial).1 == uuid).then_some(serial)
    }

    pub(super) fn find_batch(&self, id: &str) -> Option<u32> {
        parse_id("batch_", id).and_then(|uuid| self.batch_by_id.get(&uuid).copied())
    }

    pub(super) fn batch(&self, batch: u32) -> Option<&Batch> {
        self.batches.get(batch as usize)
    }

    pub(super) fn batch_mut(&mut self, batch: u32) -> Option<&mut Batch> {
        self.batches.get_mut(batch as usize)
    }

    pub(super) fn batches(&self) -> &[Batch] {
        &self.batches
    }

    pub(super) fn batch_of(&self, message: &Message) -> Option<(u32, &Batch)> {
        Some((message.batch, self.batch(message.batch)?))
    }

    /// The values that a caller gave for this message; `None` for invented ones.
    pub(super) fn content(&self, serial: u32) -> Option<&Content> {
        self.changes.get(&serial)?.content.as_ref()
    }

    /// The person an invented message goes to.
    pub(super) fn person(&self, message: &Message) -> Dice {
        let person = message.dice.below(For::Person, 0, self.people);
        self.dice.child(For::PersonKey, person)
    }

    pub(super) fn language(&self, person: Dice) -> SimulatedLanguage {
        let weighted = [
            (SimulatedLanguage::English, 70),
            (SimulatedLanguage::Chinese, 15),
            (SimulatedLanguage::Malay, 9),
            (SimulatedLanguage::Tamil, 6),
        ];
        let wanted = person.weighted(For::Language, 0, &weighted).unwrap_or(SimulatedLanguage::English);
        if self.languages.contains(&wanted) {
            return wanted;
        }
        self.languages.first().copied().unwrap_or(SimulatedLanguage::English)
    }

    pub(super) fn recipient(&self, serial: u32) -> Recipient {
        match (self.content(serial), self.message(serial)) {
            (Some(content), _) => content.recipient,
            (None, message) => {
                let person = message.map_or(self.dice, |message| self.person(message));
                Recipient::invent(person, self.foreign_rate)
            }
        }
    }

    /// Every attempt, oldest first. Appended to `courses`, which is emptied before.
    pub(super) fn attempts(&self, serial: u32, courses: &mut Vec<Course>) {
        courses.clear();
        let Some(message) = self.message(serial) else {
            return;
        };
        let recipient = self.recipient(serial);
        let provoked = (self.rules.environment == SimulatedEnvironment::Test)
            .then(|| Cause::ALL.into_iter().find(|cause| cause.magic_number().as_bytes() == recipient.as_bytes()))
            .flatten();
        let case = Case {
            dice: message.dice,
            foreign: recipient.is_foreign(),
            provoked,
            queue_ms: i64::from(message.queue_ms),
            in_batch: message.batch != SINGLE,
        };
        let mut course = Course::new(&self.rules, &case, 0, message.created, None);
        courses.push(course);
        let retries = self.changes.get(&serial).map_or(&[][..], |changes| &changes.retries);
        for (n, start) in retries.iter().enumerate() {
            // A retry is only ever accepted after a failure, which its start is later than.
            course = Course::new(&self.rules, &case, n as u64 + 1, *start, course.cause(*start));
            courses.push(course);
        }
    }

    /// Status of a message at `now`, and the attempts it has used.
    pub(super) fn status(&self, serial: u32, now: i64, courses: &mut Vec<Course>) -> (Status, usize) {
        self.attempts(serial, courses);
        let status = courses.last().map_or(Status::Created, |course| course.at(now).0);
        (status, courses.len())
    }
}

/// What exists at the start, and what arrives afterwards: live traffic, sends and uploads.
impl Campaign {
    /// Creates the messages of the start.
    fn fill(&mut self, messages: u64, batches: u32, started: i64) {
        let count = usize::try_from(messages).unwrap_or(usize::MAX).min(SINGLE as usize - 1);
        self.messages.reserve_exact(count);
        let sizes = history::batch_sizes(self.dice, count as u64, batches);
        for (n, size) in sizes.iter().enumerate() {
            let dice = self.dice.child(For::Batch, n as u64);
            let created = history::batch_created(dice, n as u64, started);
            let batch = self.add_batch(dice, created, history::file_name(dice, &self.template.name, created), *size);
            // Every seventh was closed long ago; the newest never is.
            if n % 7 == 6
                && let Some(batch) = self.batches.get_mut(batch as usize)
            {
                batch.status = BatchStatus::Success;
            }
            for row in 0..*size {
                self.messages.push(Message {
                    // Two rows a millisecond: neighbours share a creation time, so that ids decide.
                    created: created + (row / 2) as i64,
                    dice: dice.child(For::BatchRow, row),
                    batch,
                    queue_ms: history::queue_ms(row) as u32,
                });
            }
        }
        let singles = (count - self.messages.len()) as u64;
        for n in 0..singles {
            let dice = self.dice.child(For::Starting, n);
            let created = history::single_created(dice, n, singles, started);
            self.messages.push(Message { created, dice, batch: SINGLE, queue_ms: 0 });
        }
        self.order = (0..self.messages.len() as u32).collect();
        let messages = &self.messages;
        self.order.sort_unstable_by_key(|serial| key_of(messages, *serial));
        self.by_id.reserve(self.messages.len());
        for (serial, message) in messages.iter().enumerate() {
            self.by_id.insert(message.dice.uuid(For::MessageId, 0) as u64, serial as u32);
        }
        for serial in &self.order {
            if let Some(batch) = messages.get(*serial as usize).and_then(|m| self.batches.get_mut(m.batch as usize)) {
                batch.rows.push(*serial);
            }
        }
        for batch in &mut self.batches {
            batch.rows.sort_unstable_by_key(|serial| row_key_of(messages, *serial));
        }
    }

    /// Makes everything visible that is due at `now`.
    pub(super) fn advance(&mut self, now: i64) {
        while self.live.per_second > 0.0 && self.live.next < LIVE_LIMIT {
            let dice = self.dice.child(For::Live, self.live.next);
            let created = self.live.created(dice, self.live.next);
            if created > now {
                break;
            }
            self.live.next += 1;
            let serial = self.record(Message { created, dice, batch: SINGLE, queue_ms: 0 });
            let late = dice.share(For::Late, 0) < self.live.late_rate;
            let wait = if late { (dice.between(For::Late, 1, 2_000, 20_000) as f64 / self.rules.speed) as i64 } else { 0 };
            self.hidden.push(Reverse((created + wait, serial)));
        }
        while let Some(Reverse((when, serial))) = self.hidden.peek().copied() {
            if when > now {
                break;
            }
            self.hidden.pop();
            self.show(serial);
        }
    }

    fn record(&mut self, message: Message) -> u32 {
        self.messages.push(message);
        self.messages.len() as u32 - 1
    }

    /// Puts a recorded message into its place.
    fn show(&mut self, serial: u32) {
        let Some(message) = self.messages.get(serial as usize).copied() else {
            return;
        };
        self.by_id.insert(message.dice.uuid(For::MessageId, 0) as u64, serial);
        let key = self.key(serial);
        let at = self.order.partition_point(|other| self.key(*other) < key);
        self.order.insert(at, serial);
        let messages = &self.messages;
        if let Some(batch) = self.batches.get_mut(message.batch as usize) {
            let key = row_key_of(messages, serial);
            let at = batch.rows.partition_point(|other| row_key_of(messages, *other) < key);
            batch.rows.insert(at, serial);
        }
    }

    /// Records a single message that a caller sent.
    pub(super) fn post(&mut self, content: Content, now: i64) -> u32 {
        let dice = self.dice.child(For::Posted, self.posted);
        self.posted += 1;
        let serial = self.record(Message { created: now, dice, batch: SINGLE, queue_ms: 0 });
        self.changes.insert(serial, Changes { content: Some(content), retries: Vec::new() });
        self.show(serial);
        serial
    }

    /// Records a batch that a caller sent; its rows show up later, ten a millisecond.
    pub(super) fn post_batch(&mut self, file_name: String, rows: Vec<Content>, now: i64) -> u32 {
        let dice = self.dice.child(For::Posted, self.posted);
        self.posted += 1;
        let batch = self.add_batch(dice, now, file_name, rows.len() as u64);
        let first = now.saturating_add(self.prepare_ms);
        for (row, content) in rows.into_iter().enumerate() {
            let row = row as u64;
            let created = first.saturating_add((row / 10) as i64);
            let queue_ms = history::queue_ms(row) as u32;
            let serial = self.record(Message { created, dice: dice.child(For::BatchRow, row), batch, queue_ms });
            self.changes.insert(serial, Changes { content: Some(content), retries: Vec::new() });
            self.hidden.push(Reverse((created, serial)));
        }
        batch
    }

    /// Creates an empty batch; gives its index.
    fn add_batch(&mut self, dice: Dice, created: i64, file_name: String, total: u64) -> u32 {
        let index = self.batches.len() as u32;
        self.batch_by_id.insert(dice.uuid(For::BatchId, 0), index);
        self.batches.push(Batch { dice, created, file_name, total, status: BatchStatus::Enqueued, rows: Vec::new() });
        index
    }
}

fn key_of(messages: &[Message], serial: u32) -> Key {
    messages.get(serial as usize).map_or((0, 0), |m| (m.created, m.dice.uuid(For::MessageId, 0)))
}

fn row_key_of(messages: &[Message], serial: u32) -> Key {
    messages.get(serial as usize).map_or((0, 0), |m| (m.created, m.dice.uuid(For::RowId, 0)))
}
