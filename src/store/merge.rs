//! Merging what an answer told into what is known.
//!
//! Per field the newest answer wins, by the time it was asked for, so overlapping answers give the
//! same store in whatever order they arrive. A field that was left out keeps what was known, `null`
//! clears it.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::asked::{Field, Fields, Stamp};
use super::columns::{Columns, TextHeld, pack_values, value_of};
use super::names::{FAILURE, NO_STATUS, Origin, SUCCESS, template_fields};
use super::recipients::is_abroad;
use super::tally::Standing;
use super::tries::{self, NO_TIME, Try, milliseconds};
use super::{AnswerKind, Change, Merged, RowNumber, Store, varint};
use crate::delivery::{AttemptFields, BatchFields, Row, Rows, TemplateFields, Told};

/// Bytes that are used again for row after row.
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
    told: Fields,
    changed: bool,
}

impl Store {
    /// Merges an answer that was asked for at `asked_at`.
    pub fn merge(&mut self, rows: &Rows, from: &AnswerKind, asked_at: Timestamp) -> Merged {
        let mut merged = Merged { bad: rows.bad().len(), ..Merged::default() };
        self.newest_answer = self.newest_answer.max(Some(asked_at));
        if *from == AnswerKind::List {
            self.list_read_at = self.list_read_at.max(Some(asked_at));
        }
        let stamp = self.columns.asked.stamp(asked_at);
        for row in rows.iter() {
            self.merge_row(row, from, stamp, asked_at, &mut merged);
        }
        // A message can stand twice in an answer.
        merged.touched.sort_unstable();
        merged.touched.dedup();
        self.bad_rows += merged.bad;
        self.tally.settle(&self.columns);
        merged
    }

    fn merge_row(&mut self, row: Row<'_>, from: &AnswerKind, stamp: Stamp, seen_at: Timestamp, merged: &mut Merged) {
        let Some((number, is_new)) = self.columns.ids.find_or_add(row.id()) else {
            merged.bad += 1;
            return;
        };
        let at = number.index();
        let before = if is_new {
            self.columns.push();
            None
        } else {
            let tried = self.columns.tried(at);
            Some((Standing::of(&self.columns, at, &tried), tried))
        };
        let mut telling = Telling { row, at, stamp, told: Fields::default(), changed: is_new };
        telling.told.add(Field::Id);
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
        telling.attempts(columns, &mut self.scratch);
        telling.content(columns, &mut self.scratch);
        columns.asked.note(at, telling.told, stamp);
        if is_new || moved.is_some() {
            self.order.insert(number, |left, right| columns.newest_first(left, right));
            columns.marks[at].covered = self.reach.covers(columns, number);
        }
        if !telling.changed {
            return;
        }
        let tried = columns.tried(at);
        columns.error[at] = columns.error_of(at, &tried);
        let standing = Standing::of(columns, at, &tried);
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
                let began = |newest: Option<Try>| newest.map_or(NO_TIME, |newest| newest.created);
                let is_final = matches!(standing.status, SUCCESS | FAILURE);
                let again = is_final && began(tried.newest) > began(tried_before.newest) && began(tried_before.newest) != NO_TIME;
                if (old.status != standing.status && standing.status != NO_STATUS) || again {
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

/// `None` where a field was left out, `Some(None)` where it was cleared.
fn told<T>(told: Told<T>) -> Option<Option<T>> {
    match told {
        Told::Absent => None,
        Told::Null => Some(None),
        Told::Value(value) => Some(Some(value)),
    }
}

impl Telling<'_> {
    /// Whether a told field replaces what is known; `compare` compares the told value with it.
    fn takes(&mut self, columns: &Columns, field: Field, compare: impl FnOnce() -> Ordering) -> bool {
        self.told.add(field);
        let takes = columns.asked.replaces(self.at, field, self.stamp, compare);
        self.changed |= takes;
        takes
    }

    /// The creation time where it is another now. It is set by the caller, which must take the row
    /// out of the order before.
    fn created_at(&mut self, columns: &Columns) -> Option<i64> {
        let created = milliseconds(told(self.row.created_at())?);
        let known = columns.created[self.at];
        self.takes(columns, Field::CreatedAt, || created.cmp(&known)).then_some(created)
    }

    fn plain_fields(&mut self, columns: &mut Columns) {
        let at = self.at;
        if let Some(recipient) = told(self.row.recipient())
            && self.takes(columns, Field::Recipient, || recipient.cmp(&columns.recipients.get(at)))
        {
            columns.recipients.set(at, recipient);
            columns.marks[at].abroad = is_abroad(recipient);
        }
        if let Some(word) = told(self.row.status())
            && self.takes(columns, Field::Status, || word.cmp(&columns.names.status_word(columns.status[at])))
        {
            columns.status[at] = word.map_or(NO_STATUS, |word| columns.names.status(word));
        }
        if let Some(updated) = told(self.row.updated_at()).map(milliseconds)
            && self.takes(columns, Field::UpdatedAt, || updated.cmp(&columns.updated[at]))
        {
            columns.updated[at] = updated;
        }
    }

    fn origin(&mut self, columns: &mut Columns) {
        let at = self.at;
        let known = columns.names.origin_of(columns.origin[at]);
        let known = known.map_or([None; 3], |known| [known.language.as_deref(), known.campaign_id.as_deref(), known.creator.as_deref()]);
        let mut now = known;
        let all =
            [(Field::Language, self.row.language()), (Field::CampaignId, self.row.campaign_id()), (Field::Creator, self.row.creator())];
        for (place, (field, telling)) in all.into_iter().enumerate() {
            if let Some(text) = told(telling)
                && self.takes(columns, field, || text.cmp(&known[place]))
            {
                now[place] = text;
            }
        }
        if now != known {
            let [language, campaign_id, creator] = now.map(|text| text.map(Into::into));
            columns.origin[at] = columns.names.origin(&Origin { language, campaign_id, creator });
        }
    }

    /// A batch's own page does not name the batch: its rows get it from what was asked.
    fn batch(&mut self, columns: &mut Columns, from: &AnswerKind) {
        let telling = match (self.row.batch(), from) {
            (Told::Absent | Told::Null, AnswerKind::Batch(id)) => Told::Value(BatchFields { id: id.as_str(), ..BatchFields::default() }),
            (telling, _) => telling,
        };
        let Some(telling) = told(telling) else { return };
        let at = self.at;
        let number = telling.as_ref().map_or(0, |batch| columns.batches.take(batch, self.stamp));
        let id = telling.map(|batch| batch.id);
        if self.takes(columns, Field::Batch, || id.cmp(&columns.batches.id(columns.batch[at]))) {
            columns.batch[at] = number;
        }
    }

    fn attempts(&mut self, columns: &mut Columns, scratch: &mut Scratch) {
        let at = self.at;
        let mut replaced = false;
        let (mut legacy_error, mut counted, known) = columns.attempts_parts(at);
        let known_len = known.len();
        let mut take_packed = false;
        if let Some(count) = told(self.row.attempt_count())
            && self.takes(columns, Field::AttemptCount, || count.cmp(&counted))
        {
            counted = count;
            replaced = true;
        }
        if let Some(code) = told(self.row.legacy_error()) {
            // An empty word says no more than a missing one.
            let code = code.filter(|code| !code.is_empty());
            let known = columns.names.error_of(legacy_error).map(|error| &*error.code);
            if self.takes(columns, Field::LegacyError, || code.cmp(&known)) {
                legacy_error = code.map_or(0, |code| columns.names.error("", code));
                replaced = true;
            }
        }
        if let Some(attempts) = told(self.row.attempts()) {
            let is_bare = attempts.is_some() && self.row.attempts().value().is_some_and(are_bare);
            scratch.attempts.clear();
            tries::pack(&mut scratch.attempts, attempts, &mut columns.names);
            if is_bare {
                self.bare_attempts(columns, &scratch.attempts);
            } else {
                take_packed =
                    self.takes(columns, Field::Attempts, || compare_attempts(columns, &scratch.attempts, columns.attempts_parts(at).2));
                replaced |= take_packed;
                self.drop_older_bare_attempts(columns);
            }
        }
        if replaced {
            scratch.whole.clear();
            varint::write(&mut scratch.whole, u64::from(legacy_error));
            varint::write(&mut scratch.whole, counted.map_or(0, |count| u64::from(count) + 1));
            if take_packed {
                scratch.whole.extend_from_slice(&scratch.attempts);
            } else {
                let known = columns.attempts_parts(at).2;
                debug_assert_eq!(known.len(), known_len);
                scratch.whole.extend_from_slice(known);
            }
            // All three not told takes no room.
            let bytes = if scratch.whole == [0, 0, 0] { &[][..] } else { &scratch.whole };
            columns.attempts[at] = columns.slots.put(columns.attempts[at], bytes);
        }
    }

    /// Attempts without the times of their steps, as the call for one message tells them, do not
    /// wipe out the times that a page told.
    fn bare_attempts(&mut self, columns: &mut Columns, packed: &[u8]) {
        let full_asked = columns.asked.get(self.at, Field::Attempts);
        if self.stamp <= full_asked {
            return;
        }
        let known = columns.aside(self.at).and_then(|aside| aside.bare_attempts.as_ref());
        let is_equal = known.is_some_and(|(_, bytes)| **bytes == *packed);
        let replaces = match known {
            None => true,
            Some((asked, bytes)) => match self.stamp.cmp(asked) {
                Ordering::Less => false,
                Ordering::Equal => compare_attempts(columns, packed, bytes) == Ordering::Greater,
                Ordering::Greater => true,
            },
        };
        if replaces {
            let aside = columns.asides.entry(self.at as u32).or_default();
            aside.bare_attempts = Some((self.stamp, packed.into()));
            self.changed |= !is_equal;
        }
    }

    fn drop_older_bare_attempts(&mut self, columns: &mut Columns) {
        if columns.aside(self.at).is_none() {
            return;
        }
        let stamp = self.stamp;
        if let Some(aside) = columns.asides.get_mut(&(self.at as u32)) {
            self.changed |= aside.bare_attempts.take_if(|(asked, _)| *asked <= stamp).is_some();
            if aside.template_reference.is_none() && aside.bare_attempts.is_none() {
                columns.asides.remove(&(self.at as u32));
            }
        }
    }

    /// The template, the values and the text: together, because the text is held only where
    /// template and values do not give it.
    fn content(&mut self, columns: &mut Columns, scratch: &mut Scratch) {
        let at = self.at;
        let takes_template = self.takes_template(columns);
        let values = told(self.row.values());
        let takes_values = values.is_some_and(|values| {
            self.takes(columns, Field::Values, || match (values, columns.values_of(at)) {
                (Some(told), Some(known)) => told.cmp(known),
                (told, known) => told.is_some().cmp(&known.is_some()),
            })
        });
        let text = told(self.row.full_text());
        let takes_text = text.is_some_and(|text| self.takes(columns, Field::FullText, || compare_text(columns, at, text)));
        if !(takes_values || takes_text || takes_template.is_some()) {
            return;
        }
        // Before the template or the values go: the text that they gave.
        let known_text;
        let text = if takes_text {
            text.flatten()
        } else {
            known_text = columns.full_text(at).map(std::borrow::Cow::into_owned);
            known_text.as_deref()
        };
        scratch.values.clear();
        if takes_values {
            pack_values(&mut scratch.values, self.row, &mut columns.names);
        } else {
            scratch.values.extend_from_slice(columns.content_parts(at).1);
        }
        if let Some(number) = takes_template {
            columns.template[at] = number;
        }
        let template = columns.names.template_of(columns.template[at]);
        scratch.whole.clear();
        match text {
            None => scratch.whole.push(0),
            Some(text) if template.is_some_and(|it| it.gives(|name| value_of(&scratch.values, &columns.names, name), text)) => {
                scratch.whole.push(1);
            }
            Some(text) => {
                scratch.whole.push(2);
                varint::write_text(&mut scratch.whole, text);
            }
        }
        scratch.whole.extend_from_slice(&scratch.values);
        let bytes = if scratch.whole == [0] { &[][..] } else { &scratch.whole };
        columns.content[at] = columns.slots.put(columns.content[at], bytes);
    }

    /// The number of a template that replaces the known one. One of which only the id was told
    /// does not wipe out a text that is known under the same id.
    fn takes_template(&mut self, columns: &mut Columns) -> Option<u32> {
        let telling = told(self.row.template())?;
        let at = self.at;
        if let Some(fields) = &telling
            && !(fields.template_id.is_told() || fields.language.is_told() || fields.body.is_told())
        {
            self.template_reference(columns, fields);
            return None;
        }
        let fields = telling.as_ref().map(template_fields);
        let takes = self
            .takes(columns, Field::Template, || fields.cmp(&columns.names.template_of(columns.template[at]).map(|known| known.fields())));
        let stamp = self.stamp;
        if columns.aside(at).is_some()
            && let Some(aside) = columns.asides.get_mut(&(at as u32))
        {
            self.changed |= aside.template_reference.take_if(|(asked, _)| *asked <= stamp).is_some();
        }
        takes.then(|| telling.as_ref().map_or(0, |telling| columns.names.template(telling)))
    }

    fn template_reference(&mut self, columns: &mut Columns, fields: &TemplateFields<'_>) {
        let at = self.at;
        if self.stamp <= columns.asked.get(at, Field::Template) {
            return;
        }
        let number = columns.names.template(fields);
        let known = columns.aside(at).and_then(|aside| aside.template_reference);
        let id_of = |number: u32| columns.names.template_of(number).map(|known| known.fields());
        let replaces = match known {
            None => true,
            Some((asked, other)) => self.stamp > asked || (self.stamp == asked && id_of(number) > id_of(other)),
        };
        if replaces {
            let is_same_template = columns.template_of(at).is_some_and(|known| known.template.id.as_deref() == fields.id.value());
            columns.asides.entry(at as u32).or_default().template_reference = Some((self.stamp, number));
            self.changed |= !is_same_template;
        }
    }
}

/// Whether attempts were told without the times of any step.
fn are_bare<'a>(mut attempts: impl ExactSizeIterator<Item = AttemptFields<'a>>) -> bool {
    attempts.len() > 0 && attempts.all(|it| !(it.updated_at.is_told() || it.sent_at.is_told() || it.delivered_at.is_told()))
}

/// Compares packed attempts by what they mean: the numbers in them depend on who came first.
fn compare_attempts(columns: &Columns, told: &[u8], known: &[u8]) -> Ordering {
    if told == known {
        return Ordering::Equal;
    }
    let keys = |bytes| tries::unpack(bytes).map(|all| all.map(|attempt| attempt.sort_key(&columns.names)).collect::<Vec<_>>());
    keys(told).cmp(&keys(known))
}

/// Compares a told text with the known one, in the usual case without building that.
fn compare_text(columns: &Columns, row: usize, told: Option<&str>) -> Ordering {
    if let (TextHeld::Rebuilt, values) = columns.content_parts(row)
        && let (Some(told), Some(template)) = (told, columns.names.template_of(columns.template[row]))
        && template.gives(|name| value_of(values, &columns.names, name), told)
    {
        return Ordering::Equal;
    }
    told.cmp(&columns.full_text(row).as_deref())
}
