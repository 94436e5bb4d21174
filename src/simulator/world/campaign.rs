//! One campaign: its messages and batches in the order of their keys, and what calls changed.
//!
//! A message is 24 bytes; everything else about it (id, recipient, text, status) is drawn from its
//! dice and the time when needed. Only changes made by calls are kept with it.

mod arrivals;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use super::course::{CAUSES, Case, Cause, Course, Rules, Silence, Status};
use super::dice::{Dice, For};
use super::gate::Pace;
use super::recipient::Recipient;
use super::render::Fragments;
use super::reports::Reports;
use super::texts::{About, Frame, Template, Texts};
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

/// After its failure, which takes less, an attempt of a varied world is retried within twice this time.
const RETRIED_AFTER_MS: i64 = 120_000;

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
    /// The header and footer around a body, by language.
    frames: [Frame; 4],
    pub(super) reports: Reports,
    is_varied: bool,
    /// The number of the first row of a batch.
    first_row: u64,
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
        texts: &Texts,
    ) -> Option<Self> {
        let dice = world.child(For::Campaign, index);
        let template = texts.template(options.template.as_deref(), index)?;
        let frames = SimulatedLanguage::ALL.map(|language| template.frame(language, options.environment));
        let id = options.id.unwrap_or_else(|| id_text("campaign_", dice.uuid(For::CampaignId, 0)));
        let key = options.key.unwrap_or_else(|| {
            let prefix = key_prefix(options.environment);
            format!("{prefix}{:016x}{:016x}", dice.draw(For::ApiKey, 0), dice.draw(For::ApiKey, 1))
        });
        let mut languages: Vec<SimulatedLanguage> = Vec::new();
        for language in options.languages {
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
        if languages.is_empty() {
            languages.push(SimulatedLanguage::English);
        }
        let mut campaign = Self {
            fragments: Fragments::new(&id, &template, &frames, dice, started),
            frames,
            reports: Reports::new(dice, &id),
            is_varied: options.varied,
            first_row: 10_000_000 + dice.below(For::RowId, 0, 80_000_000),
            id,
            key,
            name: options.name,
            dice,
            template,
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

    /// The id of a message's row in its batch: a plain number, higher for later rows.
    pub(super) fn row_number(&self, serial: u32) -> u64 {
        self.first_row + u64::from(serial)
    }

    /// The key of a message's row in its batch.
    pub(super) fn row_key(&self, serial: u32) -> Key {
        let created = self.message(serial).map_or(0, |message| message.created);
        (created, u128::from(self.row_number(serial)))
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

    /// What a caller gave for this message; `None` for invented ones.
    fn content(&self, serial: u32) -> Option<&Content> {
        self.changes.get(&serial)?.content.as_ref()
    }

    /// The person an invented message goes to.
    fn person(&self, message: &Message) -> Dice {
        let person = message.dice.below(For::Person, 0, self.people);
        self.dice.child(For::PersonKey, person)
    }

    fn language(&self, message: &Message, person: Dice) -> SimulatedLanguage {
        if self.is_varied {
            let index = message.dice.below(For::Language, 0, self.languages.len() as u64) as usize;
            return self.languages.get(index).copied().unwrap_or(SimulatedLanguage::English);
        }
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

    /// Language and values of a message.
    pub(super) fn values(&self, serial: u32, message: &Message) -> (SimulatedLanguage, Vec<Cow<'_, str>>) {
        if let Some(content) = self.content(serial) {
            let values = content.values.iter().map(|value| Cow::Borrowed(value.as_str()));
            return (content.language, values.collect());
        }
        let person = self.person(message);
        let language = self.language(message, person);
        let about = About { dice: message.dice, person, created: message.created, is_varied: self.is_varied };
        (language, self.template.invent(language, &about))
    }

    pub(super) fn frame(&self, language: SimulatedLanguage) -> &Frame {
        &self.frames[language as usize]
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
        let mut start = message.created;
        for n in 0..self.retried_before(message) {
            // Each of these failed, and was retried within minutes.
            // No telco hears of a load test.
            let is_loadtest = self.rules.environment == SimulatedEnvironment::Loadtest;
            let cause = if is_loadtest { Some(Cause::ServerUnknown) } else { message.dice.weighted(For::Cause, n, &CAUSES) };
            courses.push(Course::new(&self.rules, &Case { provoked: provoked.or(cause), ..case }, n, start, None));
            let queue_ms = if n == 0 { case.queue_ms } else { 0 };
            start += queue_ms + RETRIED_AFTER_MS + message.dice.between(For::Tries, n + 1, 0, RETRIED_AFTER_MS);
        }
        let n = courses.len() as u64;
        let mut course = Course::new(&self.rules, &case, n, start, None);
        courses.push(course);
        let retries = self.changes.get(&serial).map_or(&[][..], |changes| &changes.retries);
        for (start, n) in retries.iter().zip(n + 1..) {
            // A retry is only ever accepted after a failure, which its start is later than.
            course = Course::new(&self.rules, &case, n, *start, course.cause(*start));
            courses.push(course);
        }
    }

    /// How many attempts of a message failed and were retried before the start of the world.
    fn retried_before(&self, message: &Message) -> u64 {
        let longest = i64::from(message.queue_ms) + 8 * RETRIED_AFTER_MS;
        if !self.is_varied || message.created > self.live.started - longest {
            return 0;
        }
        message.dice.below(For::Tries, 0, 4)
    }

    /// Status of a message at `now`, and the attempts it has used.
    pub(super) fn status(&self, serial: u32, now: i64, courses: &mut Vec<Course>) -> (Status, usize) {
        self.attempts(serial, courses);
        let status = courses.last().map_or(Status::Created, |course| course.at(now).0);
        (status, courses.len())
    }
}

fn key_of(messages: &[Message], serial: u32) -> Key {
    messages.get(serial as usize).map_or((0, 0), |m| (m.created, m.dice.uuid(For::MessageId, 0)))
}
