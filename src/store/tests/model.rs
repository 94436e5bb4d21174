//! A plain model: answers folded in the order of their requests, whole messages in a map. And random answers to test
//! with.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use proptest::prelude::*;

use crate::delivery::{
    Attempt, AttemptFields, Batch, BatchFields, BatchId, Message, Reported, Row, RowFields, Rows, RowsBuilder, Template, TemplateFields,
};
use crate::store::{AnswerKind, Reach, Store};

/// Random times are before this moment.
pub const NOW: i64 = 1_900_000_000_000;

pub fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap()
}

/// An answer as made by a test.
#[derive(Debug)]
pub struct Answer {
    pub kind: AnswerKind,
    pub asked_at: Timestamp,
    pub rows: Rows,
}

pub fn rows(all: &[RowFields<'_>]) -> Rows {
    let mut builder = RowsBuilder::default();
    all.iter().for_each(|row| builder.push(row));
    builder.finish()
}

#[derive(Default)]
struct Known {
    message: Option<Message>,
    full_attempts: Option<Vec<Attempt>>,
    bare_attempts: Option<Vec<Attempt>>,
    whole_template: Option<Template>,
    template_reference: Option<Template>,
    batch: Option<BatchId>,
}

/// What a store that merged these answers must hold.
pub fn expected(answers: &[Answer]) -> BTreeMap<String, Message> {
    let mut in_time: Vec<&Answer> = answers.iter().collect();
    in_time.sort_by_key(|answer| answer.asked_at);
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let mut batches: HashMap<BatchId, KnownBatch> = HashMap::new();
    for answer in in_time {
        for row in answer.rows.iter() {
            let entry = known.entry(row.id().to_owned()).or_default();
            fold(entry, row, &answer.kind, answer.asked_at, &mut batches);
        }
    }
    known.into_iter().map(|(id, known)| (id, whole(known, &batches))).collect()
}

/// A batch comes with each of its messages, and one answer can contain it twice: of two values from one moment the
/// greater wins.
#[derive(Default)]
struct KnownBatch {
    file_name: (Timestamp, Option<String>),
    status: (Timestamp, Option<String>),
    total: (Timestamp, Option<u32>),
    created_at: (Timestamp, Option<Timestamp>),
}

fn set_timed<T: PartialOrd>(field: &mut (Timestamp, Option<T>), reported: Reported<T>, asked_at: Timestamp) {
    if reported.is_reported() {
        let reported = reported.value();
        if asked_at > field.0 || reported > field.1 {
            *field = (asked_at, reported);
        }
    }
}

fn set<T>(field: &mut Option<T>, reported: Reported<T>) {
    match reported {
        Reported::Absent => {}
        Reported::Null => *field = None,
        Reported::Value(value) => *field = Some(value),
    }
}

fn fold(known: &mut Known, row: Row<'_>, kind: &AnswerKind, asked_at: Timestamp, batches: &mut HashMap<BatchId, KnownBatch>) {
    // The values of single fields are read by the shared code.
    let reported = Message::from_row(row);
    let message = known.message.get_or_insert_with(|| Message::new(reported.id.clone()));
    fn keep<T>(known: &mut Option<T>, is_reported: bool, reported: Option<T>) {
        if is_reported {
            *known = reported;
        }
    }
    keep(&mut message.recipient, row.recipient().is_reported(), reported.recipient);
    keep(&mut message.status, row.status().is_reported(), reported.status);
    keep(&mut message.created_at, row.created_at().is_reported(), reported.created_at);
    keep(&mut message.updated_at, row.updated_at().is_reported(), reported.updated_at);
    keep(&mut message.language, row.language().is_reported(), reported.language);
    keep(&mut message.campaign_id, row.campaign_id().is_reported(), reported.campaign_id);
    keep(&mut message.values, row.values().is_reported(), reported.values);
    keep(&mut message.full_text, row.full_text().is_reported(), reported.full_text);
    keep(&mut message.creator, row.creator().is_reported(), reported.creator);
    keep(&mut message.attempt_count, row.attempt_count().is_reported(), reported.attempt_count);
    keep(&mut message.legacy_error, row.legacy_error().is_reported(), reported.legacy_error);
    if row.attempts().is_reported() {
        let attempts = reported.attempts;
        let has_steps = |it: AttemptFields<'_>| it.updated_at.is_reported() || it.sent_at.is_reported() || it.delivered_at.is_reported();
        let all_bare = row.attempts().value().is_some_and(|mut reported| reported.len() > 0 && !reported.any(has_steps));
        if all_bare {
            known.bare_attempts = attempts;
        } else {
            known.full_attempts = attempts;
            known.bare_attempts = None;
        }
    }
    match row.template() {
        Reported::Value(fields) if !(fields.template_id.is_reported() || fields.language.is_reported() || fields.body.is_reported()) => {
            known.template_reference = reported.template;
        }
        Reported::Absent => {}
        _ => {
            known.whole_template = reported.template;
            known.template_reference = None;
        }
    }
    let batch = match (row.batch(), kind) {
        (Reported::Value(batch), _) => Reported::Value(batch),
        (_, AnswerKind::Batch(id)) => Reported::Value(BatchFields { id: id.as_str(), ..BatchFields::default() }),
        (reported, _) => reported,
    };
    if let Reported::Value(fields) = batch {
        let id = BatchId::new(fields.id);
        let entry = batches.entry(id).or_default();
        set_timed(&mut entry.file_name, fields.file_name.map(str::to_owned), asked_at);
        set_timed(&mut entry.status, fields.status.map(str::to_owned), asked_at);
        set_timed(&mut entry.total, fields.total, asked_at);
        set_timed(&mut entry.created_at, fields.created_at, asked_at);
    }
    set(&mut known.batch, batch.map(|batch| BatchId::new(batch.id)));
}

fn whole(known: Known, batches: &HashMap<BatchId, KnownBatch>) -> Message {
    let mut message = known.message.unwrap();
    message.batch = known.batch.map(|id| {
        let known = &batches[&id];
        Batch {
            id,
            file_name: known.file_name.1.clone(),
            status: known.status.1.clone(),
            total: known.total.1,
            created_at: known.created_at.1,
        }
    });
    message.template = match (known.template_reference, known.whole_template) {
        (None, whole) => whole,
        (Some(reference), Some(whole)) if reference.id == whole.id => Some(whole),
        (reference, _) => reference,
    };
    message.attempts = match (known.bare_attempts, known.full_attempts) {
        (None, full) => full,
        (Some(mut bare), full) => {
            for attempt in &mut bare {
                let same = full.iter().flatten().find(|full| attempt.created_at.is_some() && full.created_at == attempt.created_at);
                if let Some(same) = same {
                    attempt.updated_at = attempt.updated_at.or(same.updated_at);
                    attempt.sent_at = attempt.sent_at.or(same.sent_at);
                    attempt.delivered_at = attempt.delivered_at.or(same.delivered_at);
                }
            }
            Some(bare)
        }
    };
    message
}

fn reported<T: Clone + std::fmt::Debug + 'static>(value: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Reported<T>> {
    prop_oneof![2 => Just(Reported::Absent), 1 => Just(Reported::Null), 5 => value.prop_map(Reported::Value)].boxed()
}

fn reported_word(words: &'static [&'static str]) -> BoxedStrategy<Reported<&'static str>> {
    reported(prop::sample::select(words))
}

/// Times of the last three days, many of them equal.
fn reported_time() -> BoxedStrategy<Reported<Timestamp>> {
    reported(prop_oneof![
        (0..20_i64).prop_map(|minutes| at(NOW - minutes * 60_000)),
        (0..72_i64).prop_map(|hours| at(NOW - hours * 3_600_000 - 7)),
    ])
}

fn some_attempt() -> impl Strategy<Value = AttemptFields<'static>> {
    let words = (
        reported_word(&["success", "failure", "sent", "parked"]),
        reported_word(&["delivery_error", "server_error"]),
        reported_word(&["routing_error", "moon_phase_error"]),
    );
    (words, reported_time(), any::<bool>(), reported_time(), reported_time(), reported_time()).prop_map(
        |((status, error_kind, error_code), created_at, is_bare, updated_at, sent_at, delivered_at)| {
            let attempt = AttemptFields { status, error_kind, error_code, created_at, ..AttemptFields::default() };
            if is_bare { attempt } else { AttemptFields { updated_at, sent_at, delivered_at, ..attempt } }
        },
    )
}

fn some_batch() -> impl Strategy<Value = BatchFields<'static>> {
    let id = prop::sample::select(&["batch_1", "batch_2"][..]);
    (id, reported_word(&["a.csv", "b.csv"]), reported_word(&["messages_enqueued", "done"]), reported(0..3_u32), reported_time())
        .prop_map(|(id, file_name, status, total, created_at)| BatchFields { id, file_name, status, total, created_at })
}

fn some_template() -> impl Strategy<Value = TemplateFields<'static>> {
    let whole =
        (reported_word(&["t1", "t2"]), reported_word(&["english"]), reported_word(&["Dear {{name}}, {{when}}", "Hi {{name}}", "Bye"]))
            .prop_map(|(id, language, body)| TemplateFields { id, language, body, ..TemplateFields::default() });
    let reference =
        prop::sample::select(&["t1", "t2"][..]).prop_map(|id| TemplateFields { id: Reported::Value(id), ..TemplateFields::default() });
    prop_oneof![2 => whole, 1 => reference]
}

pub const IDS: [&str; 7] = [
    "message_7c1e0b44-2f14-4b1e-9a55-0123456f9b01",
    "message_7c1e0b44-2f14-4b1e-9a55-0123456f9b02",
    "message_8c1e0b44-2f14-4b1e-9a55-0123456f9b02",
    "message_00000000-0000-0000-0000-000000000000",
    "message_7C1E0B44-2f14-4b1e-9a55-0123456f9b01",
    "12345",
    "message_9",
];

/// What an answer says about a random message.
pub fn some_row() -> impl Strategy<Value = RowFields<'static>> {
    let first = (
        prop::sample::select(&IDS[..]),
        reported_word(&[
            "6580001234",
            "6580001235",
            "447700900123",
            "S1234567A",
            "someone with a long name 777",
            "someone with a lengthy one",
            "someone with a ",
        ]),
        reported_word(&["created", "sending", "sent_to_telco", "sent_to_telco", "success", "failure", "failure", "parked"]),
        reported_time(),
        reported_time(),
        reported_word(&["english", "tamil"]),
        reported_word(&["campaign_1"]),
        reported(some_batch()),
    );
    let values = prop::collection::vec((prop::sample::select(&["name", "when"][..]), prop::sample::select(&["Tan", "noon", ""][..])), 0..3);
    let second = (
        reported(values),
        reported_word(&["Dear Tan, noon", "Hi Tan", "Bye", "something else", ""]),
        reported(some_template()),
        reported_word(&["a@agency", "b@agency"]),
        reported(prop::collection::vec(some_attempt(), 0..3)),
        reported(0..3_u32),
        reported_word(&["message_expired", "routing_error"]),
    );
    (first, second).prop_map(
        |(
            (id, recipient, status, created_at, updated_at, language, campaign_id, batch),
            (values, full_text, template, creator, attempts, attempt_count, legacy_error),
        )| RowFields {
            id,
            recipient,
            status,
            created_at,
            updated_at,
            language,
            campaign_id,
            batch,
            values,
            full_text,
            template,
            creator,
            attempts,
            attempt_count,
            legacy_error,
        },
    )
}

/// Random answers, requested a second apart, that arrive in any order. No message appears twice in one: at one moment
/// an answer says one thing.
pub fn some_answers() -> impl Strategy<Value = Vec<Answer>> {
    let kind = prop_oneof![
        4 => Just(AnswerKind::List),
        1 => Just(AnswerKind::Batch(BatchId::new("batch_2"))),
        1 => Just(AnswerKind::Single),
        1 => Just(AnswerKind::Search),
        1 => Just(AnswerKind::Action),
    ];
    let answer = (kind, prop::collection::vec(some_row(), 0..5));
    prop::collection::vec(answer, 0..8).prop_map(|answers| (0_i64..).zip(answers).collect::<Vec<_>>()).prop_shuffle().prop_map(|answers| {
        answers
            .into_iter()
            .map(|(second, (kind, mut all))| {
                all.sort_by_key(|row| row.id);
                all.dedup_by_key(|row| row.id);
                Answer { kind, asked_at: at(NOW + second * 1000), rows: rows(&all) }
            })
            .collect()
    })
}

/// A random reach.
pub fn some_reach() -> impl Strategy<Value = Reach> {
    let time = || (0..80_i64).prop_map(|hours| at(NOW - hours * 3_600_000 - 7));
    let oldest = prop::option::weighted(0.8, (time(), prop::sample::select(&IDS[..])));
    (oldest, prop::bool::weighted(0.2), prop::option::weighted(0.3, (time(), time()))).prop_map(|(oldest, complete, gap)| Reach {
        oldest: oldest.map(|(time, id)| (time, crate::delivery::MessageId::new(id))),
        complete,
        gap: gap.map(|(one, other)| crate::store::Gap { newer: one.max(other), older: one.min(other) }),
    })
}

/// A store that merged the answers in the order of arrival.
pub fn merged(answers: &[Answer]) -> Store {
    let mut store = Store::new();
    for answer in answers {
        store.merge(&answer.rows, &answer.kind, answer.asked_at);
    }
    store
}
