//! The messages of one answer, packed for the way from the decoder to the store.
//!
//! One arena holds every string of the page, equal ones once, so that a page of a thousand messages takes a handful
//! of allocations and can be dropped at once after merging.

use std::hash::{BuildHasher, Hash};
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use jiff::Timestamp;

use super::{AttemptFields, BadRow, BatchFields, Reported, RowFields, TemplateFields};

/// The messages of one answer, in the order received.
#[derive(Debug, Default)]
pub struct Rows {
    arena: String,
    rows: Vec<PackedRow>,
    values: Vec<(Span, Span)>,
    attempts: Vec<PackedAttempt>,
    batches: Vec<PackedBatch>,
    templates: Vec<PackedTemplate>,
    bad: Vec<BadRow>,
}

/// A piece of the arena. 32 bits reach 4 GiB, far more than one answer may contain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Span {
    start: u32,
    len: u32,
}

#[derive(Debug)]
struct PackedRow {
    id: Span,
    recipient: Reported<Span>,
    status: Reported<Span>,
    created_at: Reported<Timestamp>,
    updated_at: Reported<Timestamp>,
    language: Reported<Span>,
    campaign_id: Reported<Span>,
    batch: Reported<u32>,
    values: Reported<Range<u32>>,
    full_text: Reported<Span>,
    template: Reported<u32>,
    creator: Reported<Span>,
    attempts: Reported<Range<u32>>,
    attempt_count: Reported<u32>,
    legacy_error: Reported<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct PackedBatch {
    id: Span,
    file_name: Reported<Span>,
    status: Reported<Span>,
    total: Reported<u32>,
    created_at: Reported<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct PackedTemplate {
    id: Reported<Span>,
    template_id: Reported<Span>,
    language: Reported<Span>,
    body: Reported<Span>,
}

#[derive(Debug, Clone, Copy)]
struct PackedAttempt {
    status: Reported<Span>,
    created_at: Reported<Timestamp>,
    updated_at: Reported<Timestamp>,
    sent_at: Reported<Timestamp>,
    delivered_at: Reported<Timestamp>,
    error_kind: Reported<Span>,
    error_code: Reported<Span>,
}

impl Rows {
    /// How many messages could be read.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no message could be read.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The message at an index, in the order received.
    pub fn get(&self, index: usize) -> Option<Row<'_>> {
        self.rows.get(index).map(|packed| Row { rows: self, packed })
    }

    /// All messages, in the order received.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + ExactSizeIterator {
        self.rows.iter().map(|packed| Row { rows: self, packed })
    }

    /// Keeps the messages that pass, and drops the others. Rows that could not be read stay.
    pub fn retain(&mut self, wanted: impl FnMut(Row<'_>) -> bool) {
        let kept: Vec<bool> = self.iter().map(wanted).collect();
        let mut kept = kept.into_iter();
        self.rows.retain(|_| kept.next().unwrap_or(true));
    }

    /// The rows that could not be read.
    pub fn bad(&self) -> &[BadRow] {
        &self.bad
    }

    fn text(&self, span: Span) -> &str {
        &self.arena[span.start as usize..(span.start + span.len) as usize]
    }

    fn reported(&self, span: Reported<Span>) -> Reported<&str> {
        span.map(|span| self.text(span))
    }
}

/// One message of [`Rows`].
#[derive(Clone, Copy)]
pub struct Row<'a> {
    rows: &'a Rows,
    packed: &'a PackedRow,
}

impl std::fmt::Debug for Row<'_> {
    /// Only the id: the rest is personal.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Row({})", self.id())
    }
}

impl<'a> Row<'a> {
    /// The message's id.
    pub fn id(self) -> &'a str {
        self.rows.text(self.packed.id)
    }

    /// The recipient.
    pub fn recipient(self) -> Reported<&'a str> {
        self.rows.reported(self.packed.recipient)
    }

    /// The API's word for the latest status. Every message has one, so `null` or an empty word means that the answer
    /// does not give it, not that there is none.
    pub fn status(self) -> Reported<&'a str> {
        match self.rows.reported(self.packed.status) {
            Reported::Value(word) if !word.trim().is_empty() => Reported::Value(word),
            _ => Reported::Absent,
        }
    }

    /// When it was created.
    pub fn created_at(self) -> Reported<Timestamp> {
        self.packed.created_at
    }

    /// When the record changed, by the server's account.
    pub fn updated_at(self) -> Reported<Timestamp> {
        self.packed.updated_at
    }

    /// The text's language.
    pub fn language(self) -> Reported<&'a str> {
        self.rows.reported(self.packed.language)
    }

    /// The campaign's id.
    pub fn campaign_id(self) -> Reported<&'a str> {
        self.rows.reported(self.packed.campaign_id)
    }

    /// The batch.
    pub fn batch(self) -> Reported<BatchFields<'a>> {
        self.packed.batch.and_then(|index| {
            let batch = self.rows.batches.get(index as usize)?;
            Some(BatchFields {
                id: self.rows.text(batch.id),
                file_name: self.rows.reported(batch.file_name),
                status: self.rows.reported(batch.status),
                total: batch.total,
                created_at: batch.created_at,
            })
        })
    }

    /// The names and values that fill the template.
    pub fn values(self) -> Reported<impl ExactSizeIterator<Item = (&'a str, &'a str)>> {
        let rows = self.rows;
        self.packed.values.clone().map(|range| {
            rows.values[range.start as usize..range.end as usize].iter().map(|(name, value)| (rows.text(*name), rows.text(*value)))
        })
    }

    /// The text as sent.
    pub fn full_text(self) -> Reported<&'a str> {
        self.rows.reported(self.packed.full_text)
    }

    /// The template.
    pub fn template(self) -> Reported<TemplateFields<'a>> {
        self.packed.template.and_then(|index| {
            let template = self.rows.templates.get(index as usize)?;
            Some(TemplateFields {
                id: self.rows.reported(template.id),
                template_id: self.rows.reported(template.template_id),
                language: self.rows.reported(template.language),
                body: self.rows.reported(template.body),
            })
        })
    }

    /// Who sent it.
    pub fn creator(self) -> Reported<&'a str> {
        self.rows.reported(self.packed.creator)
    }

    /// The attempts, in the order received.
    pub fn attempts(self) -> Reported<impl ExactSizeIterator<Item = AttemptFields<'a>>> {
        let rows = self.rows;
        self.packed.attempts.clone().map(|range| {
            rows.attempts[range.start as usize..range.end as usize].iter().map(|attempt| AttemptFields {
                status: rows.reported(attempt.status),
                created_at: attempt.created_at,
                updated_at: attempt.updated_at,
                sent_at: attempt.sent_at,
                delivered_at: attempt.delivered_at,
                error_kind: rows.reported(attempt.error_kind),
                error_code: rows.reported(attempt.error_code),
            })
        })
    }

    /// The latest time anywhere in it.
    pub fn last_change(self) -> Option<Timestamp> {
        let attempts = self.attempts().value().into_iter().flatten().filter_map(|attempt| attempt.to_attempt().last_change());
        attempts.chain(self.created_at().value()).chain(self.updated_at().value()).max()
    }

    /// The number of attempts, where given separately.
    pub fn attempt_count(self) -> Reported<u32> {
        self.packed.attempt_count
    }

    /// The error that older answers give outside the attempts.
    pub fn legacy_error(self) -> Reported<&'a str> {
        self.rows.reported(self.packed.legacy_error)
    }
}

/// Packs rows one by one.
#[derive(Default)]
pub struct RowsBuilder {
    rows: Rows,
    known: HashTable<Span>,
    batches: HashMap<PackedBatch, u32>,
    templates: HashMap<PackedTemplate, u32>,
    hasher: DefaultHashBuilder,
}

impl RowsBuilder {
    /// Adds the fields of one message.
    pub fn push(&mut self, fields: &RowFields<'_>) {
        let batch = fields.batch.map(|batch| {
            let packed = PackedBatch {
                id: self.shared(batch.id),
                file_name: batch.file_name.map(|text| self.shared(text)),
                status: batch.status.map(|text| self.shared(text)),
                total: batch.total,
                created_at: batch.created_at,
            };
            index_of(&mut self.rows.batches, &mut self.batches, packed)
        });
        let template = fields.template.map(|template| {
            let packed = PackedTemplate {
                id: template.id.map(|text| self.shared(text)),
                template_id: template.template_id.map(|text| self.shared(text)),
                language: template.language.map(|text| self.shared(text)),
                body: template.body.map(|text| self.shared(text)),
            };
            index_of(&mut self.rows.templates, &mut self.templates, packed)
        });
        let values = fields.values.as_ref().map(|values| {
            let start = count(self.rows.values.len());
            for (name, value) in values {
                let pair = (self.shared(name), self.own(value));
                self.rows.values.push(pair);
            }
            start..count(self.rows.values.len())
        });
        let attempts = fields.attempts.as_ref().map(|attempts| {
            let start = count(self.rows.attempts.len());
            for attempt in attempts {
                let packed = PackedAttempt {
                    status: attempt.status.map(|text| self.shared(text)),
                    created_at: attempt.created_at,
                    updated_at: attempt.updated_at,
                    sent_at: attempt.sent_at,
                    delivered_at: attempt.delivered_at,
                    error_kind: attempt.error_kind.map(|text| self.shared(text)),
                    error_code: attempt.error_code.map(|text| self.shared(text)),
                };
                self.rows.attempts.push(packed);
            }
            start..count(self.rows.attempts.len())
        });
        let row = PackedRow {
            id: self.own(fields.id),
            recipient: fields.recipient.map(|text| self.own(text)),
            status: fields.status.map(|text| self.shared(text)),
            created_at: fields.created_at,
            updated_at: fields.updated_at,
            language: fields.language.map(|text| self.shared(text)),
            campaign_id: fields.campaign_id.map(|text| self.shared(text)),
            batch,
            values,
            full_text: fields.full_text.map(|text| self.own(text)),
            template,
            creator: fields.creator.map(|text| self.shared(text)),
            attempts,
            attempt_count: fields.attempt_count,
            legacy_error: fields.legacy_error.map(|text| self.shared(text)),
        };
        self.rows.rows.push(row);
    }

    /// Adds a row that could not be read.
    pub fn push_bad(&mut self, bad: BadRow) {
        self.rows.bad.push(bad);
    }

    /// The packed rows.
    pub fn finish(self) -> Rows {
        self.rows
    }

    /// A string that is probably this row's own.
    fn own(&mut self, text: &str) -> Span {
        let span = Span { start: count(self.rows.arena.len()), len: count(text.len()) };
        self.rows.arena.push_str(text);
        span
    }

    /// A string that other rows probably have, too: stored once.
    fn shared(&mut self, text: &str) -> Span {
        let (arena, hasher) = (&self.rows.arena, &self.hasher);
        let text_at = |span: &Span| &arena[span.start as usize..(span.start + span.len) as usize];
        let hash = hasher.hash_one(text);
        if let Some(span) = self.known.find(hash, |span| text_at(span) == text) {
            return *span;
        }
        let span = self.own(text);
        let (arena, hasher) = (&self.rows.arena, &self.hasher);
        self.known.insert_unique(hash, span, |span| hasher.hash_one(&arena[span.start as usize..(span.start + span.len) as usize]));
        span
    }
}

/// The index of a value in a list of distinct values.
fn index_of<T: Copy + Eq + Hash>(list: &mut Vec<T>, indices: &mut HashMap<T, u32>, value: T) -> u32 {
    *indices.entry(value).or_insert_with(|| {
        list.push(value);
        count(list.len() - 1)
    })
}

/// A length as 32 bits. An answer of 4 GiB is refused long before it is packed.
fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_again() {
        let mut builder = RowsBuilder::default();
        let batch = BatchFields { id: "batch_1", file_name: Reported::Value("clinic.csv"), ..BatchFields::default() };
        for index in 0..3 {
            let id = format!("message_{index}");
            builder.push(&RowFields {
                id: &id,
                status: Reported::Value("success"),
                batch: Reported::Value(batch),
                values: Reported::Value(vec![("name", "Tan Wei Ming"), ("place", &id)]),
                attempts: Reported::Value(vec![AttemptFields { error_code: Reported::Null, ..AttemptFields::default() }]),
                ..RowFields::default()
            });
        }
        let rows = builder.finish();
        assert_eq!((rows.len(), rows.batches.len()), (3, 1));
        let row = rows.get(2).unwrap();
        assert_eq!(row.id(), "message_2");
        assert_eq!(row.batch(), Reported::Value(batch));
        assert_eq!(row.values().value().unwrap().collect::<Vec<_>>(), [("name", "Tan Wei Ming"), ("place", "message_2")]);
        assert_eq!(row.attempts().value().unwrap().next().unwrap().error_code, Reported::Null);
        assert_eq!(row.recipient(), Reported::Absent);
        assert!(rows.get(3).is_none());
    }

    #[test]
    fn equal_strings_are_held_once() {
        let mut builder = RowsBuilder::default();
        for index in 0..100 {
            let id = format!("{index:03}");
            builder.push(&RowFields { id: &id, language: Reported::Value("english"), ..RowFields::default() });
        }
        let rows = builder.finish();
        assert_eq!(rows.arena.len(), 300 + "english".len());
    }
}
