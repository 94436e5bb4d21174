//! Merging an answer into what is known.
//!
//! For each field the newest answer wins, by the time of its request, so overlapping answers give the same store in
//! whatever order they arrive. A missing field keeps what was known, `null` clears it; except the status, which every
//! message has: if it is not given, nothing changes.

mod attempts;
mod content;

use std::cmp::Ordering;

use jiff::Timestamp;

use super::attempts::{NO_TIME, StoredAttempt, milliseconds};
use super::columns::Columns;
use super::names::{FAILURE, NO_STATUS, Origin, SUCCESS};
use super::read_times::{FieldMask, Stamp, StoredField};
use super::recipients::is_abroad;
use super::tally::Contribution;
use super::{AnswerKind, Change, Merged, RowNumber, Store};
use crate::delivery::{BatchFields, Reported, Row, Rows};

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
