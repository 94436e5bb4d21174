//! The rows themselves, with a column per field.

use std::borrow::Cow;
use std::cmp::Ordering;

use hashbrown::HashMap;

use super::RowNumber;
use super::arena::{ArenaSlot, ByteArena};
use super::attempts::{self, NO_TIME, StoredAttempt};
use super::batches::BatchTable;
use super::ids::Ids;
use super::names::{FAILURE, Frame, NO_STATUS, SharedValues, StatusCode, TemplateText};
use super::read_times::{ReadTimes, Stamp};
use super::recipients::Recipients;
use super::row_set::RowSet;
use super::{values, varint};

/// How the full text is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextHeld<'a> {
    /// It was not given.
    NotReported,
    /// The template and the values give it.
    Rebuilt,
    /// They give it within this frame.
    Framed(u32),
    /// It differs from what template and values give.
    Kept(&'a str),
}

/// Data that only few rows have.
#[derive(Default)]
pub struct Aside {
    /// Attempts without the times of their steps, as given by the call for one message, newer than those given in
    /// full.
    pub bare_attempts: Option<(Stamp, Box<[u8]>)>,
    /// A template with only its id given, newer than the one given in full.
    pub template_reference: Option<(Stamp, u32)>,
}

/// All rows. Numbers of shared values are 0 if nothing was given; times are milliseconds.
#[derive(Default)]
pub struct Columns {
    pub ids: Ids,
    pub recipients: Recipients,
    pub status: Vec<StatusCode>,
    pub marks: Vec<RowFlags>,
    pub created: Vec<i64>,
    pub updated: Vec<i64>,
    /// The error of a failed message; derived.
    pub error: Vec<u32>,
    /// The number of attempts plus one: up to 254, and 0 if not given; derived.
    pub tries: Vec<u8>,
    pub batch: Vec<u32>,
    pub template: Vec<u32>,
    pub origin: Vec<u32>,
    /// Older answers' error, the number of attempts, the attempts.
    pub attempts: Vec<ArenaSlot>,
    /// The text's form, the values.
    pub content: Vec<ArenaSlot>,
    pub asides: HashMap<u32, Aside>,
    pub asked: ReadTimes,
    pub slots: ByteArena,
    pub names: SharedValues,
    pub batches: BatchTable,
    /// The rows whose newest attempt began in a later minute than the message was created; derived.
    pub retried: RowSet,
    /// Whether nothing comes after `sent`, as in a load test.
    pub ends_at_sent: bool,
}

/// Which call gave the attempts: their numbers compare only within one kind of call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReportedBy {
    #[default]
    List,
    Batch,
    Single,
}

/// Small facts about a row.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowFlags {
    /// Whether it is in the unbroken stretch.
    pub covered: bool,
    /// Whether its number is known not to be of Singapore; derived.
    pub abroad: bool,
    /// Which call gave the attempts with the times of their steps.
    pub attempts_by: ReportedBy,
}

/// A summary of a row's attempts.
#[derive(Debug, Clone, Copy)]
pub struct Tried {
    pub newest: Option<StoredAttempt>,
    /// How many attempts were listed.
    pub listed: Option<u32>,
    /// How many attempts there were, if only the number was given.
    pub counted: Option<u32>,
    /// The number of the error that older answers gave outside the attempts.
    pub legacy_error: u32,
    /// The latest time anywhere in the message.
    pub last_change: i64,
}

impl Tried {
    /// How many attempts were made, as far as given.
    pub fn count(&self) -> Option<u32> {
        self.listed.max(self.counted)
    }
}

impl Columns {
    /// No rows.
    pub fn new() -> Self {
        Self { names: SharedValues::new(), ..Self::default() }
    }

    /// Makes room for a row that now has an id: after the last one, unless it was used before.
    pub fn open(&mut self, row: RowNumber) {
        if row.index() < self.status.len() {
            return;
        }
        self.recipients.push();
        self.status.push(NO_STATUS);
        self.marks.push(RowFlags::default());
        self.created.push(NO_TIME);
        self.updated.push(NO_TIME);
        self.error.push(0);
        self.tries.push(0);
        self.batch.push(0);
        self.template.push(0);
        self.origin.push(0);
        self.attempts.push(ArenaSlot::default());
        self.content.push(ArenaSlot::default());
        self.asked.push();
    }

    /// Forgets everything about a row and leaves its room to the next one.
    pub fn clear(&mut self, row: RowNumber) {
        let at = row.index();
        self.ids.remove(row);
        self.recipients.set(at, None);
        self.status[at] = NO_STATUS;
        self.marks[at] = RowFlags::default();
        (self.created[at], self.updated[at]) = (NO_TIME, NO_TIME);
        (self.error[at], self.tries[at], self.batch[at], self.template[at], self.origin[at]) = (0, 0, 0, 0, 0);
        self.attempts[at] = self.slots.put(self.attempts[at], &[]);
        self.content[at] = self.slots.put(self.content[at], &[]);
        self.asides.remove(&row.0);
        self.asked.clear(at);
        self.retried.remove(row);
    }

    /// The order of lists: newest first by creation, then by id; those without a time last.
    pub fn newest_first(&self, left: RowNumber, right: RowNumber) -> Ordering {
        let by_time = self.created[right.index()].cmp(&self.created[left.index()]);
        by_time.then_with(|| self.ids.compare(right, left))
    }

    /// The parts of the attempts' slot: older answers' error, the number of attempts, the rest.
    pub fn attempts_parts(&self, row: usize) -> (u32, Option<u32>, &[u8]) {
        let mut bytes = self.slots.get(self.attempts[row]);
        if bytes.is_empty() {
            // One zero: not given.
            return (0, None, &[0]);
        }
        let legacy_error = varint::read(&mut bytes) as u32;
        let counted = varint::read(&mut bytes).checked_sub(1).map(|count| count as u32);
        (legacy_error, counted, bytes)
    }

    /// The known attempts: the newest version, with times that only an older one had.
    pub fn attempts_of(&self, row: usize) -> Option<Vec<StoredAttempt>> {
        let full = attempts::unpack(self.attempts_parts(row).2);
        match self.aside(row).and_then(|aside| aside.bare_attempts.as_ref()) {
            None => full.map(Iterator::collect),
            Some((_, bare)) => {
                let known: Vec<StoredAttempt> = full.into_iter().flatten().collect();
                let same = |bare: StoredAttempt| known.iter().find(|full| bare.created != NO_TIME && full.created == bare.created);
                attempts::unpack(bare).map(|bare| bare.map(|bare| same(bare).map_or(bare, |full| bare.filled_from(*full))).collect())
            }
        }
    }

    /// A summary of the attempts, without making a list of them.
    pub fn tried(&self, row: usize) -> Tried {
        let (legacy_error, counted, packed) = self.attempts_parts(row);
        let mut last_change = self.created[row].max(self.updated[row]);
        let mut newest = None;
        let mut visit = |attempt: StoredAttempt| {
            last_change = last_change.max(attempt.last_change());
            newest.get_or_insert(attempt);
        };
        let listed = if self.aside(row).is_some() {
            self.attempts_of(row).map(|attempts| attempts.into_iter().map(&mut visit).count())
        } else {
            attempts::unpack(packed).map(|attempts| attempts.map(&mut visit).count())
        };
        Tried { newest, listed: listed.map(|count| count as u32), counted, legacy_error, last_change }
    }

    /// The number of a failed message's error; 0 otherwise or if the API did not say why.
    pub fn error_of(&self, row: usize, tried: &Tried) -> u32 {
        if self.status[row] != FAILURE {
            return 0;
        }
        tried.newest.map(|newest| newest.error).filter(|error| *error != 0).unwrap_or(tried.legacy_error)
    }

    /// Data that only few rows have.
    pub fn aside(&self, row: usize) -> Option<&Aside> {
        if self.asides.is_empty() {
            return None;
        }
        self.asides.get(&(row as u32))
    }

    /// Changes the data that only few rows have, and drops it when nothing is left. Returns the change's result, or
    /// false if there is nothing to change.
    pub fn change_aside(&mut self, row: usize, change: impl FnOnce(&mut Aside) -> bool) -> bool {
        if self.asides.is_empty() {
            return false;
        }
        let row = row as u32;
        let Some(aside) = self.asides.get_mut(&row) else { return false };
        let changed = change(aside);
        if aside.bare_attempts.is_none() && aside.template_reference.is_none() {
            self.asides.remove(&row);
        }
        changed
    }

    /// The known template: the full one, unless another was named since.
    pub fn template_of(&self, row: usize) -> Option<&TemplateText> {
        let whole = self.names.template_of(self.template[row]);
        let Some((_, reference)) = self.aside(row).and_then(|aside| aside.template_reference) else { return whole };
        let reference = self.names.template_of(reference)?;
        let is_same = whole.is_some_and(|whole| whole.template.id == reference.template.id);
        if is_same { whole } else { Some(reference) }
    }

    /// The parts of the content's slot: the text's form, and the packed values after it.
    pub fn content_parts(&self, row: usize) -> (TextHeld<'_>, &[u8]) {
        let mut bytes = self.slots.get(self.content[row]);
        let Some((form, rest)) = bytes.split_first() else { return (TextHeld::NotReported, &[]) };
        bytes = rest;
        let text = match form {
            0 => TextHeld::NotReported,
            1 => TextHeld::Rebuilt,
            2 => TextHeld::Framed(varint::read(&mut bytes) as u32),
            _ => TextHeld::Kept(varint::read_text(&mut bytes)),
        };
        (text, bytes)
    }

    /// The names and values; `None` if they were not given.
    pub fn values_of(&self, row: usize) -> Option<impl ExactSizeIterator<Item = (&str, &str)> + Clone> {
        values::unpack(self.content_parts(row).1, &self.names)
    }

    /// The text as sent, if it was given.
    pub fn full_text(&self, row: usize) -> Option<Cow<'_, str>> {
        let (text, values) = self.content_parts(row);
        match text {
            TextHeld::NotReported => None,
            TextHeld::Kept(text) => Some(Cow::Borrowed(text)),
            TextHeld::Rebuilt | TextHeld::Framed(_) => {
                let template = self.names.template_of(self.template[row])?;
                let filled = template.filled(|name| values::value_of(values, &self.names, name))?;
                let frame = if let TextHeld::Framed(number) = text { self.names.frame_of(number) } else { None };
                Some(Cow::Owned(match frame {
                    Some(Frame { before, after }) => format!("{before}{filled}{after}"),
                    None => filled,
                }))
            }
        }
    }
}
