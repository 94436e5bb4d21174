//! Merging an answer into what is known.
//!
//! For each field the newest answer wins, by the time of its request, so overlapping answers give the same store in
//! whatever order they arrive. A missing field keeps what was known, `null` clears it; except the status, which every
//! message has: if it is not given, nothing changes.

mod attempts;
mod content;

use std::cmp::Ordering;

use hashbrown::HashSet;
use jiff::Timestamp;

use super::attempts::{NO_TIME, StoredAttempt, milliseconds};
use super::columns::Columns;
use super::counts::{Contribution, minute_of};
use super::names::{FAILURE, NO_STATUS, Origin, SUCCESS};
use super::read_times::{FieldMask, Stamp, StoredField};
use super::recipients::is_abroad;
use super::{RowNumber, Store};
use crate::delivery::{BadRow, BatchFields, BatchId, DeliveryError, Reported, Row, Rows, Status};

/// What kind of answer the rows came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AnswerKind {
    /// A page of the campaign's messages.
    List,
    /// A page of search results.
    Search,
    /// A page of a batch's messages. Those rows do not name their batch: the request did.
    Batch(BatchId),
    /// One message, read by itself.
    Single,
    /// The answer to a send or a retry.
    Action,
}

/// What a merge did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Messages that were not known before, in the order received.
    pub added: Vec<RowNumber>,
    /// What happened to messages that were known before, in the order received.
    pub changes: Vec<Change>,
    /// Every row with a visible change, including the added ones; each once.
    pub touched: Vec<RowNumber>,
    /// How many rows of the answer could not be read.
    pub bad: usize,
    /// Whether a known message moved in the order, because its creation time changed. Hardly ever true.
    pub reordered: bool,
}

impl Merged {
    /// Whether the answer brought nothing new.
    pub fn is_empty(&self) -> bool {
        self.touched.is_empty()
    }
}

/// A known message has another status than before, or was retried with the same result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The message.
    pub row: RowNumber,
    /// The status before; `None` if it had not been given.
    pub from: Option<Status>,
    /// The status now.
    pub to: Status,
    /// Why it failed, if it did and the API said why.
    pub error: Option<DeliveryError>,
    /// When the answer that showed it was requested.
    pub seen_at: Timestamp,
}

/// Buffers that are reused for row after row.
#[derive(Default)]
pub struct Scratch {
    attempts: Vec<u8>,
    values: Vec<u8>,
    whole: Vec<u8>,
}

/// One row of an answer on its way into the columns.
struct Telling<'a> {
    row: Row<'a>,
    at: usize,
    stamp: Stamp,
    reported: FieldMask,
    changed: bool,
}

impl Store {
    /// Merges an answer that was requested at `asked_at`.
    pub fn merge(&mut self, rows: &Rows, from: &AnswerKind, asked_at: Timestamp) -> Merged {
        let mut merged = Merged { bad: rows.bad().len(), ..Merged::default() };
        self.newest_answer = self.newest_answer.max(Some(asked_at));
        if *from == AnswerKind::List {
            self.list_read_at = self.list_read_at.max(Some(asked_at));
        }
        let stamp = self.columns.asked.stamp(asked_at);
        for row in rows.iter() {
            if !self.is_left_out(row, from) {
                self.merge_row(row, from, stamp, asked_at, &mut merged);
            }
        }
        // A message can appear twice in an answer.
        merged.touched.sort_unstable();
        merged.touched.dedup();
        for row in rows.bad() {
            self.unreadable.add(row);
        }
        self.tally.settle(&self.columns);
        merged
    }

    fn merge_row(&mut self, row: Row<'_>, from: &AnswerKind, stamp: Stamp, seen_at: Timestamp, merged: &mut Merged) {
        let Some((number, is_new)) = self.columns.ids.find_or_add(row.id()) else {
            merged.bad += 1;
            self.unreadable.add_id(row.id());
            return;
        };
        let at = number.index();
        let before = if is_new {
            self.columns.open(number);
            None
        } else {
            let tried = self.columns.tried(at);
            Some((Contribution::of(&self.columns, at, &tried), tried))
        };
        let mut telling = Telling { row, at, stamp, reported: FieldMask::default(), changed: is_new };
        telling.reported.add(StoredField::Id);
        let columns = &mut self.columns;
        let moved = telling.created_at(columns);
        if let Some(created) = moved {
            if !is_new {
                merged.reordered = true;
                self.order.remove(number, |left, right| columns.newest_first(left, right));
            }
            columns.created[at] = created;
        }
        telling.plain_fields(columns);
        telling.origin(columns);
        telling.batch(columns, from);
        telling.attempts(columns, from, &mut self.scratch);
        telling.content(columns, &mut self.scratch);
        columns.asked.note(at, telling.reported, stamp);
        if is_new || moved.is_some() {
            self.order.insert(number, |left, right| columns.newest_first(left, right));
            columns.marks[at].covered = self.reach.covers(columns, number) && self.limit.covers(columns, number);
        }
        if !telling.changed {
            return;
        }
        let tried = columns.tried(at);
        columns.error[at] = columns.error_of(at, &tried);
        columns.tries[at] = tried.count().map_or(0, |count| count.min(254) as u8 + 1);
        let standing = Contribution::of(columns, at, &tried);
        if standing.begun == Some(minute_of(columns.created[at])) {
            columns.retried.remove(number);
        } else {
            columns.retried.insert(number);
        }
        merged.touched.push(number);
        match before {
            None => {
                merged.added.push(number);
                self.tally.add(number, &standing);
            }
            Some((old, tried_before)) => {
                if old != standing {
                    self.tally.remove(number, &old);
                    self.tally.add(number, &standing);
                }
                let began = |newest: Option<StoredAttempt>| newest.map_or(NO_TIME, |newest| newest.created);
                let is_final = matches!(standing.status, SUCCESS | FAILURE);
                let again = is_final && began(tried.newest) > began(tried_before.newest) && began(tried_before.newest) != NO_TIME;
                // The first status given for a message is not a change.
                let has_moved = old.status != standing.status && old.status != NO_STATUS && standing.status != NO_STATUS;
                if has_moved || again {
                    merged.changes.extend(self.change(number, old.status, seen_at));
                }
            }
        }
    }

    fn change(&self, row: RowNumber, from: u8, seen_at: Timestamp) -> Option<Change> {
        let at = row.index();
        Some(Change {
            row,
            from: self.columns.names.status_of(from).cloned(),
            to: self.columns.names.status_of(self.columns.status[at])?.clone(),
            error: self.columns.names.error_of(self.columns.error[at]).cloned(),
            seen_at,
        })
    }
}

/// `None` if a field was left out, `Some(None)` if it was cleared.
fn reported<T>(reported: Reported<T>) -> Option<Option<T>> {
    match reported {
        Reported::Absent => None,
        Reported::Null => Some(None),
        Reported::Value(value) => Some(Some(value)),
    }
}

impl Telling<'_> {
    /// Whether a given field replaces what is known; `compare` compares the given value with it.
    fn takes(&mut self, columns: &Columns, field: StoredField, compare: impl FnOnce() -> Ordering) -> bool {
        self.reported.add(field);
        let takes = columns.asked.replaces(self.at, field, self.stamp, compare);
        self.changed |= takes;
        takes
    }

    /// The creation time, if it has changed. It is set by the caller, which must first take the row out of the order.
    fn created_at(&mut self, columns: &Columns) -> Option<i64> {
        let created = milliseconds(reported(self.row.created_at())?);
        let known = columns.created[self.at];
        self.takes(columns, StoredField::CreatedAt, || created.cmp(&known)).then_some(created)
    }

    fn plain_fields(&mut self, columns: &mut Columns) {
        let at = self.at;
        if let Some(recipient) = reported(self.row.recipient())
            && self.takes(columns, StoredField::Recipient, || recipient.cmp(&columns.recipients.get(at)))
        {
            columns.recipients.set(at, recipient);
            columns.marks[at].abroad = is_abroad(recipient);
        }
        if let Some(word) = reported(self.row.status())
            && self.takes(columns, StoredField::Status, || word.cmp(&columns.names.status_word(columns.status[at])))
        {
            columns.status[at] = word.map_or(NO_STATUS, |word| columns.names.status(word));
        }
        if let Some(updated) = reported(self.row.updated_at()).map(milliseconds)
            && self.takes(columns, StoredField::UpdatedAt, || updated.cmp(&columns.updated[at]))
        {
            columns.updated[at] = updated;
        }
    }

    fn origin(&mut self, columns: &mut Columns) {
        let at = self.at;
        let known = columns.names.origin_of(columns.origin[at]);
        let known = known.map_or([None; 3], |known| [known.language.as_deref(), known.campaign_id.as_deref(), known.creator.as_deref()]);
        let mut now = known;
        let all = [
            (StoredField::Language, self.row.language()),
            (StoredField::CampaignId, self.row.campaign_id()),
            (StoredField::Creator, self.row.creator()),
        ];
        for (index, (field, telling)) in all.into_iter().enumerate() {
            if let Some(text) = reported(telling)
                && self.takes(columns, field, || text.cmp(&known[index]))
            {
                now[index] = text;
            }
        }
        if now != known {
            let [language, campaign_id, creator] = now.map(|text| text.map(Into::into));
            columns.origin[at] = columns.names.origin(&Origin { language, campaign_id, creator });
        }
    }

    /// A batch's own page does not name the batch: its rows get it from the request.
    fn batch(&mut self, columns: &mut Columns, from: &AnswerKind) {
        let telling = match (self.row.batch(), from) {
            (Reported::Absent | Reported::Null, AnswerKind::Batch(id)) => {
                Reported::Value(BatchFields { id: id.as_str(), ..BatchFields::default() })
            }
            (telling, _) => telling,
        };
        let Some(telling) = reported(telling) else { return };
        let at = self.at;
        let number = telling.as_ref().map_or(0, |batch| columns.batches.take(batch, self.stamp));
        let id = telling.map(|batch| batch.id);
        if self.takes(columns, StoredField::Batch, || id.cmp(&columns.batches.id(columns.batch[at]))) {
            columns.batch[at] = number;
        }
    }
}

/// At most this many unreadable rows are distinguished: enough to see that something is wrong with a campaign, and too few for a
/// server to fill the memory.
const MOST_UNREADABLE: usize = 100_000;

/// What identifies an unreadable row.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Mark {
    /// Its id.
    Id(Box<str>),
    /// Its index in an answer, if it has no readable id. Rows of different pages can share one, and a row moves down
    /// as newer ones come: a count of these is about right, while counting every answer would grow with every look at
    /// the same row.
    Place(usize),
}

/// The rows that could not be read: how many there are, however often they come.
#[derive(Debug, Default)]
pub struct Unreadable(HashSet<Mark>);

impl Unreadable {
    /// A row that the decoder could not read.
    pub fn add(&mut self, row: &BadRow) {
        self.insert(row.id.as_deref().map_or(Mark::Place(row.index), |id| Mark::Id(id.into())));
    }

    /// A row that the store could not accept.
    pub fn add_id(&mut self, id: &str) {
        self.insert(Mark::Id(id.into()));
    }

    fn insert(&mut self, mark: Mark) {
        if self.0.len() < MOST_UNREADABLE {
            self.0.insert(mark);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
