//! Attempts in about twenty bytes each.

use jiff::Timestamp;

use super::names::{NO_STATUS, SharedValues, StatusCode};
use super::varint;
use crate::delivery::{Attempt, AttemptFields, Reported};

/// No time was given.
pub const NO_TIME: i64 = i64::MIN;

/// Times are counted from here, so that they stay short: 2020-01-01T00:00:00Z in milliseconds.
const BASE: i64 = 1_577_836_800_000;

/// An attempt as kept in the store. Times are milliseconds or [`NO_TIME`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredAttempt {
    pub status: StatusCode,
    pub error: u32,
    pub created: i64,
    pub updated: i64,
    pub sent: i64,
    pub delivered: i64,
}

impl StoredAttempt {
    /// The attempt with its numbers resolved to words.
    pub fn to_attempt(self, names: &SharedValues) -> Attempt {
        Attempt {
            status: names.status_of(self.status).cloned(),
            created_at: time(self.created),
            updated_at: time(self.updated),
            sent_at: time(self.sent),
            delivered_at: time(self.delivered),
            error: names.error_of(self.error).cloned(),
        }
    }

    /// The latest time in this attempt.
    pub fn last_change(self) -> i64 {
        self.created.max(self.updated).max(self.sent).max(self.delivered)
    }

    /// The same, with missing times filled in from another version of the same attempt.
    pub fn filled_from(self, other: StoredAttempt) -> StoredAttempt {
        let or = |own: i64, other: i64| if own == NO_TIME { other } else { own };
        StoredAttempt {
            updated: or(self.updated, other.updated),
            sent: or(self.sent, other.sent),
            delivered: or(self.delivered, other.delivered),
            ..self
        }
    }

    /// What orders two versions from the same moment, in words.
    pub fn sort_key(self, names: &SharedValues) -> (Option<&str>, [i64; 4], Option<(&str, &str)>) {
        let error = names.error_of(self.error).map(|error| (&*error.kind, &*error.code));
        (names.status_word(self.status), [self.created, self.updated, self.sent, self.delivered], error)
    }
}

/// Milliseconds as a time.
pub fn time(milliseconds: i64) -> Option<Timestamp> {
    (milliseconds != NO_TIME).then(|| Timestamp::from_millisecond(milliseconds).ok()).flatten()
}

/// A time as milliseconds.
pub fn milliseconds(time: Option<Timestamp>) -> i64 {
    time.map_or(NO_TIME, Timestamp::as_millisecond)
}

/// Packs attempts, newest first if all have a time, otherwise in the order received. `None` is "not given" and
/// differs from an empty list.
pub fn pack<'a>(out: &mut Vec<u8>, reported: Option<impl ExactSizeIterator<Item = AttemptFields<'a>>>, names: &mut SharedValues) {
    let Some(reported) = reported else {
        varint::write(out, 0);
        return;
    };
    varint::write(out, 1 + reported.len() as u64);
    let ms = |time: Reported<Timestamp>| milliseconds(time.value());
    let mut tries: Vec<StoredAttempt> = reported
        .map(|reported| StoredAttempt {
            status: reported.status.value().map_or(NO_STATUS, |word| names.status(word)),
            error: names.error(reported.error_kind.value().unwrap_or_default(), reported.error_code.value().unwrap_or_default()),
            created: ms(reported.created_at),
            updated: ms(reported.updated_at),
            sent: ms(reported.sent_at),
            delivered: ms(reported.delivered_at),
        })
        .collect();
    if tries.iter().all(|attempt| attempt.created != NO_TIME) {
        tries.sort_by_key(|attempt| std::cmp::Reverse(attempt.created));
    }
    for attempt in tries {
        pack_one(out, attempt);
    }
}

fn pack_one(out: &mut Vec<u8>, attempt: StoredAttempt) {
    let times = [attempt.created, attempt.updated, attempt.sent, attempt.delivered];
    let reported = (0..4).filter(|index| times[*index] != NO_TIME).fold(0_u8, |mask, index| mask | 1 << index);
    out.push(attempt.status);
    out.push(reported);
    varint::write(out, u64::from(attempt.error));
    let mut from = BASE;
    for time in times.into_iter().filter(|time| *time != NO_TIME) {
        varint::write_signed(out, time - from);
        // The later times of an attempt are close to its first.
        if from == BASE {
            from = time;
        }
    }
}

/// The packed attempts one by one; `None` if they were not given.
pub fn unpack(mut bytes: &[u8]) -> Option<impl ExactSizeIterator<Item = StoredAttempt> + Clone> {
    let count = varint::read(&mut bytes).checked_sub(1)?;
    Some((0..count as usize).map(move |_| unpack_one(&mut bytes)))
}

fn unpack_one(bytes: &mut &[u8]) -> StoredAttempt {
    let [status, reported, rest @ ..] = *bytes else {
        return StoredAttempt { status: NO_STATUS, error: 0, created: NO_TIME, updated: NO_TIME, sent: NO_TIME, delivered: NO_TIME };
    };
    *bytes = rest;
    let error = varint::read(bytes) as u32;
    let mut times = [NO_TIME; 4];
    let mut from = BASE;
    for (index, time) in times.iter_mut().enumerate() {
        if reported & (1 << index) != 0 {
            *time = from.wrapping_add(varint::read_signed(bytes));
            if from == BASE {
                from = *time;
            }
        }
    }
    let [created, updated, sent, delivered] = times;
    StoredAttempt { status: *status, error, created, updated, sent, delivered }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Message, RowFields, RowsBuilder};
    use proptest::prelude::*;

    fn reported_time() -> impl Strategy<Value = Reported<Timestamp>> {
        prop_oneof![
            Just(Reported::Absent),
            Just(Reported::Null),
            (0..5_000_000_i64).prop_map(|second| { Reported::Value(Timestamp::from_millisecond(BASE + second * 997 - 9).unwrap()) })
        ]
    }

    fn reported_word(words: &'static [&'static str]) -> impl Strategy<Value = Reported<&'static str>> {
        prop_oneof![Just(Reported::Absent), prop::sample::select(words).prop_map(Reported::Value)]
    }

    fn reported_attempt() -> impl Strategy<Value = AttemptFields<'static>> {
        let words =
            (reported_word(&["success", "failure", "parked"]), reported_word(&["delivery_error"]), reported_word(&["routing_error", "x"]));
        (words, reported_time(), reported_time(), reported_time(), reported_time()).prop_map(
            |((status, error_kind, error_code), created_at, updated_at, sent_at, delivered_at)| AttemptFields {
                status,
                created_at,
                updated_at,
                sent_at,
                delivered_at,
                error_kind,
                error_code,
            },
        )
    }

    proptest! {
        #[test]
        fn attempts_come_out_as_a_message_has_them(reported in prop::option::of(prop::collection::vec(reported_attempt(), 0..4))) {
            let mut rows = RowsBuilder::default();
            rows.push(&RowFields { id: "m", attempts: reported.clone().into(), ..RowFields::default() });
            let rows = rows.finish();
            let message = Message::from_row(rows.get(0).unwrap());
            let mut names = SharedValues::new();
            let mut bytes = Vec::new();
            pack(&mut bytes, reported.map(Vec::into_iter), &mut names);
            let unpacked = unpack(&bytes).map(|tries| tries.map(|attempt| attempt.to_attempt(&names)).collect::<Vec<_>>());
            prop_assert_eq!(unpacked, message.attempts);
        }
    }
}
