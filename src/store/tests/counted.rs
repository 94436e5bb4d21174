//! Every count compared with counting from scratch.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::model::{NOW, at, rows, some_answers, some_reach};
use crate::delivery::{AttemptFields, Message, MessageId, Progress, Reported, RowFields, Status};
use crate::store::{AnswerKind, Reach, STATUS_COUNT, Store, status_index};

fn is_covered(reach: &Reach, message: &Message) -> bool {
    let in_gap = |created: Timestamp| reach.gap.is_some_and(|gap| gap.older < created && created < gap.newer);
    if message.created_at.is_some_and(in_gap) {
        return false;
    }
    let reaches = |created: Timestamp| reach.oldest.as_ref().is_some_and(|(time, id)| (created, &message.id) >= (*time, id));
    reach.complete || message.created_at.is_some_and(reaches)
}

/// Whether it is on the way, ignoring the telco's silence.
fn is_open(message: &Message) -> bool {
    message.progress(Timestamp::MIN) == Progress::Open
}

fn minute(time: Timestamp) -> i64 {
    time.as_millisecond().div_euclid(60_000)
}

/// The creation and id of the newest covered message that was dropped.
pub type Floor = Option<(Option<Timestamp>, MessageId)>;

#[track_caller]
pub fn check_counts(store: &Store, floor: &Floor) {
    let is_above = |message: &&Message| floor.as_ref().is_none_or(|floor| (message.created_at, &message.id) > (floor.0, &floor.1));
    let all: Vec<Message> = store.rows().map(|row| store.message(row)).collect();
    let covered: Vec<&Message> = all.iter().filter(|message| is_covered(store.reach(), message)).filter(is_above).collect();
    let listed: Vec<MessageId> = store.covered_rows().map(|row| store.id(row)).collect();
    assert_eq!(listed, covered.iter().map(|message| message.id.clone()).collect::<Vec<_>>());

    let counts = store.counts();
    let by_status = |messages: &[&Message]| {
        let mut by_status = [0; STATUS_COUNT];
        messages.iter().for_each(|message| by_status[status_index(message.status.as_ref())] += 1);
        by_status
    };
    assert_eq!(counts.by_status, by_status(&covered));
    assert_eq!(counts.open, covered.iter().filter(|message| is_open(message)).count());
    let mut errors: BTreeMap<(String, String), usize> = BTreeMap::new();
    for message in covered.iter().filter(|message| message.status == Some(Status::Failure)) {
        let error = message.error().map_or_else(Default::default, |error| (error.kind.to_string(), error.code.to_string()));
        *errors.entry(error).or_default() += 1;
    }
    let counted = counts.errors.iter().map(|it| ((it.error.kind.to_string(), it.error.code.to_string()), it.count));
    assert_eq!(counted.collect::<BTreeMap<_, _>>(), errors);
    assert!(counts.errors.is_sorted_by_key(|it| std::cmp::Reverse(it.count)));

    assert_eq!(&store.counts_of(store.covered_rows()), counts);
    let now = at(NOW);
    assert_eq!(store.latency_of(store.covered_rows(), now), store.latency(now));

    let coverage = store.coverage();
    assert_eq!((coverage.loaded, coverage.islands), (covered.len(), all.len() - covered.len()));
    assert_eq!(coverage.newest, covered.iter().filter_map(|message| message.created_at).max());

    for hours in [0, 30, 60] {
        let now = at(NOW + hours * 3_600_000);
        let still_open = |message: &&&Message| {
            let silent_since = message.last_change().is_some_and(|changed| minute(changed) < minute(now) - 48 * 60);
            is_open(message) && !(message.status == Some(Status::SentToTelco) && silent_since)
        };
        let open: Vec<&Message> = covered.iter().filter(still_open).copied().collect();
        assert_eq!(store.open_by_status(now), by_status(&open));
    }

    let open = store.covered_rows().filter(|row| store.progress(*row, now) == Progress::Open);
    assert_eq!(store.oldest_open_reading(now), open.map(|row| store.read_at(row)).min());

    let recent = store.recent(at(NOW), 15);
    let ended = |message: &&&Message| {
        let ended = matches!(message.status, Some(Status::Success | Status::Failure));
        ended && message.last_change().is_some_and(|changed| (minute(at(NOW)) - 14..=minute(at(NOW))).contains(&minute(changed)))
    };
    let window: Vec<&Message> = covered.iter().filter(ended).copied().collect();
    assert_eq!(recent.finished, window.len());
    assert_eq!(recent.failed, window.iter().filter(|message| message.status == Some(Status::Failure)).count());
    let is_rising = recent.rising_since.is_some();
    assert!(!is_rising || recent.share() > recent.usual_share, "it rises only above the usual");

    for batch in store.batches() {
        let own: Vec<&Message> = all.iter().filter(|message| message.batch.as_ref() == Some(&batch.batch)).collect();
        assert_eq!((batch.loaded, batch.by_status), (own.len(), by_status(&own)));
        assert_eq!(batch.open, own.iter().filter(|message| is_open(message)).count());
        assert_eq!(store.batch(&batch.batch.id), Some(batch));
    }
}

proptest! {
    #[test]
    fn counts_follow_every_merge_and_every_reach(answers in some_answers(), reaches in prop::collection::vec(some_reach(), 8)) {
        let mut store = Store::new();
        for (answer, reach) in answers.iter().zip(reaches) {
            store.merge(&answer.rows, &answer.kind, answer.asked_at);
            check_counts(&store, &None);
            store.set_reach(reach);
            check_counts(&store, &None);
        }
    }
}

struct Sent {
    status: &'static str,
    recipient: &'static str,
    created: i64,
    started: i64,
    ended: Option<i64>,
    code: &'static str,
}

/// A store of messages, with times in seconds before [`NOW`], everything covered.
fn store_of(all: &[Sent]) -> Store {
    let seconds = |before: i64| at(NOW - before * 1000);
    let ids: Vec<String> = (0..all.len()).map(|index| format!("message_{index:04}")).collect();
    let fields: Vec<RowFields<'_>> = all
        .iter()
        .zip(&ids)
        .map(|(sent, id)| RowFields {
            id,
            status: Reported::Value(sent.status),
            recipient: Reported::Value(sent.recipient),
            created_at: Reported::Value(seconds(sent.created)),
            attempts: Reported::Value(vec![AttemptFields {
                status: Reported::Value(sent.status),
                created_at: Reported::Value(seconds(sent.started)),
                updated_at: Reported::Null,
                delivered_at: sent.ended.map(seconds).into(),
                error_code: Some(sent.code).filter(|code| !code.is_empty()).into(),
                ..AttemptFields::default()
            }]),
            ..RowFields::default()
        })
        .collect();
    let mut store = Store::new();
    store.set_reach(Reach { complete: true, ..Reach::default() });
    store.merge(&rows(&fields), &AnswerKind::List, at(NOW));
    store
}

const DELIVERED: Sent = Sent { status: "success", recipient: "6580001234", created: 100, started: 100, ended: Some(90), code: "" };

#[test]
fn the_usual_share_needs_twenty_finished_before_the_window() {
    let failed = |ended| Sent { status: "failure", started: ended, ended: Some(ended), code: "routing_error", ..DELIVERED };
    let finished = |ended| Sent { started: ended, ended: Some(ended), ..DELIVERED };
    let mut all: Vec<Sent> = (0..19).map(|_| finished(4000)).collect();
    assert_eq!(store_of(&all).recent(at(NOW), 15).usual_share, None);
    all.push(failed(5000));
    all.push(failed(30));
    // More than a day ago: neither recent nor usual.
    all.push(Sent { created: 100_000, ..failed(100_000) });
    let mut all_times = all;
    for sent in &mut all_times {
        sent.created = sent.created.max(sent.started);
    }
    let recent = store_of(&all_times).recent(at(NOW), 15);
    assert_eq!((recent.finished, recent.failed, recent.usual_share), (1, 1, Some(0.05)));
    assert_eq!(recent.leading_error.as_ref().map(|error| &*error.code), Some("routing_error"));
    assert_eq!(recent.share(), None);
}

#[test]
fn a_rise_is_told_with_its_minute() {
    let ended = |seconds: i64, status| Sent { status, created: seconds, started: seconds, ended: Some(seconds), ..DELIVERED };
    let minute = |before: i64| minute(at(NOW - before * 1000));
    // A quiet day, then half of what finishes fails: since 21 minutes ago, before the window.
    let mut all: Vec<Sent> = (21..600).map(|minutes| ended(minutes * 60, "success")).collect();
    assert_eq!(store_of(&all).recent(at(NOW), 15).rising_since, None);
    for minutes in 0..=20 {
        all.extend([ended(minutes * 60, "success"), ended(minutes * 60, "failure")]);
    }
    let rising = store_of(&all).recent(at(NOW), 15).rising_since.expect("half of them fail");
    assert_eq!(rising.as_millisecond() / 60_000, minute(20 * 60));
    // The usual share is unknown, so no rise is reported.
    let young: Vec<Sent> = (0..30).map(|second| ended(second, "failure")).collect();
    assert_eq!(store_of(&young).recent(at(NOW), 15).rising_since, None);
}

#[test]
fn latency_counts_those_under_way() {
    let mut all: Vec<Sent> = (1..=50).map(|second| Sent { started: 1000, ended: Some(1000 - second), ..DELIVERED }).collect();
    let done = store_of(&all).latency(at(NOW));
    assert_eq!((done.open, done.delivered), (0, 50));
    assert!((done.p50.unwrap() - 25.0).abs() < 0.5, "{done:?}");
    all.extend((0..50).map(|_| Sent { status: "sent", ended: None, started: 1000, ..DELIVERED }));
    // Neither failures nor messages with a telco abroad are waited for.
    all.push(Sent { status: "failure", ended: None, started: 9000, ..DELIVERED });
    all.push(Sent { status: "sent_to_telco", recipient: "447700900123", ended: None, started: 9000, ..DELIVERED });
    let under_way = store_of(&all).latency(at(NOW));
    assert_eq!((under_way.open, under_way.p95), (50, None));
    assert!((under_way.p50.unwrap() - 50.0).abs() < 1.0, "{under_way:?}");
}

#[test]
fn what_should_have_gone_on_is_stuck() {
    let hours = 3600;
    let mut all: Vec<Sent> = (0..300).map(|_| DELIVERED).collect();
    let under_way = |status, recipient, started| Sent { status, recipient, created: started, started, ended: None, code: "" };
    all.push(under_way("sent_to_telco", "6580001234", 49 * hours));
    all.push(under_way("sent_to_telco", "6580001234", 47 * hours));
    all.push(under_way("sent_to_telco", "447700900123", 49 * hours));
    all.push(under_way("sending", "6580001234", 601));
    all.push(under_way("sending", "6580001234", 599));
    all.push(under_way("sent", "6580001234", 9000));
    let store = store_of(&all);
    let stuck = store.stuck(at(NOW));
    let ids = |rows: &[crate::store::RowNumber]| rows.iter().map(|row| store.id(*row).to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&stuck.with_telco), ["message_0300"]);
    assert_eq!(ids(&stuck.before_provider), ["message_0303"]);
}

#[test]
fn a_message_just_retried_is_not_stuck() {
    let mut store = store_of(&[Sent { status: "failure", created: 90_000, started: 90_000, ended: None, ..DELIVERED }]);
    let retried = RowFields {
        id: "message_0000",
        status: Reported::Value("created"),
        updated_at: Reported::Value(at(NOW - 5000)),
        ..RowFields::default()
    };
    store.merge(&rows(&[retried]), &AnswerKind::Action, at(NOW + 1000));
    assert_eq!(store.counts().by_status[0], 1);
    assert!(store.stuck(at(NOW)).before_provider.is_empty());
}
