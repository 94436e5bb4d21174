//! Merging the attempts and related fields.

use std::cmp::Ordering;

use super::{Scratch, Telling, reported};
use crate::delivery::AttemptFields;
use crate::store::columns::{Columns, ReportedBy};
use crate::store::read_times::StoredField;
use crate::store::{AnswerKind, attempts, varint};

impl Telling<'_> {
    /// The attempts, their number, and the error that older answers give outside them: together, because they share a
    /// slot.
    pub fn attempts(&mut self, columns: &mut Columns, from: &AnswerKind, scratch: &mut Scratch) {
        let at = self.at;
        let mut replaced = false;
        let (mut legacy_error, mut counted, _) = columns.attempts_parts(at);
        let mut take_packed = false;
        if let Some(count) = reported(self.row.attempt_count())
            && self.takes(columns, StoredField::AttemptCount, || count.cmp(&counted))
        {
            counted = count;
            replaced = true;
        }
        if let Some(code) = reported(self.row.legacy_error()) {
            // An empty word counts as a missing one.
            let code = code.filter(|code| !code.is_empty());
            let known = columns.names.error_of(legacy_error).map(|error| &*error.code);
            if self.takes(columns, StoredField::LegacyError, || code.cmp(&known)) {
                legacy_error = code.map_or(0, |code| columns.names.error("", code));
                replaced = true;
            }
        }
        if let Some(attempts) = reported(self.row.attempts()) {
            let is_bare = attempts.is_some() && self.row.attempts().value().is_some_and(are_bare);
            scratch.attempts.clear();
            attempts::pack(&mut scratch.attempts, attempts, &mut columns.names);
            if is_bare {
                self.bare_attempts(columns, &scratch.attempts);
            } else {
                if self.stamp >= columns.asked.get(at, StoredField::Attempts) {
                    columns.marks[at].attempts_by = match from {
                        AnswerKind::List | AnswerKind::Search => ReportedBy::List,
                        AnswerKind::Batch(_) => ReportedBy::Batch,
                        AnswerKind::Single | AnswerKind::Action => ReportedBy::Single,
                    };
                }
                take_packed = self
                    .takes(columns, StoredField::Attempts, || compare_attempts(columns, &scratch.attempts, columns.attempts_parts(at).2));
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
                scratch.whole.extend_from_slice(columns.attempts_parts(at).2);
            }
            // If none of the three is given, they take no room.
            let bytes = if scratch.whole == [0, 0, 0] { &[][..] } else { &scratch.whole };
            columns.attempts[at] = columns.slots.put(columns.attempts[at], bytes);
        }
    }

    /// Attempts without the times of their steps, as given by the call for one message, do not erase the times that a
    /// page gave.
    fn bare_attempts(&mut self, columns: &mut Columns, packed: &[u8]) {
        let full_asked = columns.asked.get(self.at, StoredField::Attempts);
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
        let stamp = self.stamp;
        self.changed |= columns.change_aside(self.at, |aside| aside.bare_attempts.take_if(|(asked, _)| *asked <= stamp).is_some());
    }
}

/// Whether attempts were given without the times of any step.
fn are_bare<'a>(mut attempts: impl ExactSizeIterator<Item = AttemptFields<'a>>) -> bool {
    attempts.len() > 0 && attempts.all(|it| !(it.updated_at.is_reported() || it.sent_at.is_reported() || it.delivered_at.is_reported()))
}

/// Compares packed attempts by meaning: the numbers in them depend on the order of arrival.
fn compare_attempts(columns: &Columns, reported: &[u8], known: &[u8]) -> Ordering {
    if reported == known {
        return Ordering::Equal;
    }
    let keys = |bytes| attempts::unpack(bytes).map(|all| all.map(|attempt| attempt.sort_key(&columns.names)).collect::<Vec<_>>());
    keys(reported).cmp(&keys(known))
}
