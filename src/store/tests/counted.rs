//! Every count compared with counting from scratch.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::model::{NOW, at, rows, some_answers, some_reach};
use crate::delivery::{AttemptFields, Class, DeliveryError, Message, MessageId, Patience, Progress, Reported, RowFields, Station, Status};
use crate::store::{AnswerKind, Classes, Filter, Latency, Reach, STATUS_COUNT, Since, Store, status_index};

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

/// When the newest attempt began; where a retry's answer did not give it, when the message last changed.
pub fn began(message: &Message) -> Option<Timestamp> {
    let newest = message.attempts.as_ref().and_then(|attempts| attempts.first());
    if is_open(message) && newest.is_some_and(|newest| newest.status.as_ref().is_some_and(Status::is_final)) {
        return message.last_change();
    }
    newest.and_then(|newest| newest.created_at).or(message.created_at)
}

pub fn class(message: &Message, now: Timestamp, patience: Patience) -> Class {
    let minutes = began(message).map(|began| minute(now) - minute(began));
    Station::of(message.status.as_ref(), !message.is_in_singapore(), false).class(minutes, patience)
}

/// The classes add up, whatever the window and the time, and each row is in the one that the figures have it in.
#[track_caller]
fn check_classes(store: &Store, covered: &[&Message], now: Timestamp) {
    let patience = store.patience(now);
    let all: Classes = covered.iter().map(|message| class(message, now, patience)).collect();
    assert_eq!((store.classes(None, None, now), all.total()), (all, covered.len()));
    assert_eq!(store.classes_of(store.covered_rows(), now), all);
    for (hours_ago, until) in [(1, None), (24, None), (200, Some(at(NOW - 3_600_000)))] {
        let since = at(NOW - hours_ago * 3_600_000);
        let in_window = |began: Timestamp| minute(began) >= minute(since) && until.is_none_or(|until| minute(began) < minute(until));
        let window: Vec<&&Message> = covered.iter().filter(|message| began(message).is_some_and(in_window)).collect();
        let expected: Classes = window.iter().map(|message| class(message, now, patience)).collect();
        assert_eq!((store.classes(Some(since), until, now), expected.total()), (expected, window.len()));
        assert_eq!(store.loaded_between(Some(since), until), window.len());
        let failed = store.errors(Some(since), until).iter().map(|error| error.count).sum::<usize>();
        assert_eq!(failed, expected[Class::Failed]);
        let mut newest: Vec<Timestamp> =
            window.iter().filter(|message| message.status == Some(Status::Failure)).filter_map(|message| began(message)).collect();
        newest.sort_unstable_by(|left, right| right.cmp(left));
        for most in [1, 3, 100] {
            let rows = store.newest_failures(Some(since), until, most);
            assert!(rows.iter().all(|row| store.status(*row) == Some(&Status::Failure)));
            assert_eq!(rows.iter().filter_map(|row| store.began(*row)).collect::<Vec<_>>(), newest[..newest.len().min(most)]);
        }
        for class in Class::ALL {
            let filter = Filter { classes: vec![class], since: Some(since), until, ..Filter::default() };
            assert_eq!(store.loaded_matching(&filter, now), expected[class], "{class:?}");
        }
    }
}

/// However a window is cut into spans, they add up to it: by class, and in what was delivered and is waited for.
#[track_caller]
fn check_spans(store: &Store, now: Timestamp) {
    for (hours, minutes) in [(1, 1), (24, 30), (200, 1_440), (200, 7)] {
        let since = NOW - hours * 3_600_000;
        let starts: Vec<Timestamp> = (0..hours * 60).step_by(minutes).map(|minute| at(since + minute * 60_000)).collect();
        for until in [None, Some(at(NOW))] {
            let spans = store.begun_in_spans(&starts, until, now);
            assert_eq!(spans.len(), starts.len());
            let whole = store.classes(Some(at(since)), until, now);
            for class in Class::ALL {
                assert_eq!(spans.iter().map(|span| span.classes[class]).sum::<usize>(), whole[class], "{class:?}");
            }
            let latency = store.latency_between(Some(at(since)), until, now);
            let sum = |of: fn(&Latency) -> usize| spans.iter().map(|span| of(&span.latency)).sum::<usize>();
            assert_eq!((sum(|it| it.delivered), sum(|it| it.open)), (latency.delivered, latency.open));
        }
    }
    let first = store.covered_rows().filter_map(|row| began(&store.message(row))).map(minute).min();
    assert_eq!(store.first_begun().map(minute), first);
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

    for minutes in [0, 25, 3_000] {
        check_classes(store, &covered, at(NOW + minutes * 60_000));
        check_spans(store, at(NOW + minutes * 60_000));
    }
    let hours = store.failed_by_hour(now, 24);
    let day = store.errors(Some(at(NOW - (24 * 60 - 1) * 60_000)), Some(at(NOW + 60_000)));
    let mut of_day: Vec<_> = day.into_iter().map(|error| (error.error, error.count)).collect();
    let mut of_hours: Vec<_> = hours.into_iter().map(|(error, hours)| (error, hours.iter().sum::<usize>())).collect();
    let by_words = |(error, _): &(DeliveryError, usize)| (error.kind.clone(), error.code.clone());
    of_day.sort_by_key(by_words);
    of_hours.sort_by_key(by_words);
    assert_eq!(of_hours, of_day);

    for since in [None, Some(at(NOW - 600_000))] {
        let in_window = Filter { since, ..Filter::default() };
        let open = store.covered_rows().filter(|row| store.progress(*row, now) == Progress::Open);
        let open = open.filter(|row| store.matches(&in_window, *row, now));
        assert_eq!(store.oldest_open_reading(since, None, now), open.map(|row| store.read_at(row)).min());
    }

    let recent = store.recent(at(NOW), 15, LIMIT, None);
    let ended = |message: &&&Message| {
        let ended = matches!(message.status, Some(Status::Success | Status::Failure));
        ended && message.last_change().is_some_and(|changed| (minute(at(NOW)) - 14..=minute(at(NOW))).contains(&minute(changed)))
    };
    let window: Vec<&Message> = covered.iter().filter(ended).copied().collect();
    assert_eq!(recent.finished, window.len());
    assert_eq!(recent.failed, window.iter().filter(|message| message.status == Some(Status::Failure)).count());
    let is_rising = recent.rise.is_some();
    assert!(!is_rising || recent.share() > recent.tolerated_share(LIMIT), "it rises only above the usual");

    for batch in store.batches() {
        let own: Vec<&Message> = all.iter().filter(|message| message.batch.as_ref() == Some(&batch.batch)).collect();
        let created = own.iter().filter(|message| message.status == Some(Status::Created)).count();
        assert_eq!((batch.loaded, batch.created), (own.len(), created));
        assert_eq!(batch.open, own.iter().filter(|message| is_open(message)).count());
        for minutes in [0, 25, 3_000] {
            let now = at(NOW + minutes * 60_000);
            let patience = store.patience(now);
            let classes = batch.classes(now, patience);
            assert_eq!((classes.total(), classes), (own.len(), own.iter().map(|message| class(message, now, patience)).collect()));
            let errors = store.errors_of_batch(&batch.batch.id);
            assert_eq!(errors.iter().map(|error| error.count).sum::<usize>(), classes[Class::Failed]);
        }
        // It is in a window exactly if the window lists a message of it.
        for (hours_ago, until) in [(1, None), (24, None), (200, Some(at(NOW - 3_600_000)))] {
            let since = at(NOW - hours_ago * 3_600_000);
            let in_window = |began: Timestamp| minute(began) >= minute(since) && until.is_none_or(|until| minute(began) < minute(until));
            let is_in = own.iter().any(|message| began(message).is_some_and(in_window));
            assert_eq!(store.batches_between(Some(since), until).contains(&batch), is_in);
        }
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

/// The share of failures that is too much.
const LIMIT: f64 = 0.02;

const DELIVERED: Sent = Sent { status: "success", recipient: "6580001234", created: 100, started: 100, ended: Some(90), code: "" };

#[test]
fn the_usual_share_needs_twenty_finished_before_the_window() {
    let failed = |ended| Sent { status: "failure", started: ended, ended: Some(ended), code: "routing_error", ..DELIVERED };
    let finished = |ended| Sent { started: ended, ended: Some(ended), ..DELIVERED };
    let mut all: Vec<Sent> = (0..19).map(|_| finished(4000)).collect();
    assert_eq!(store_of(&all).recent(at(NOW), 15, LIMIT, None).usual_share, None);
    all.push(failed(5000));
    all.push(failed(30));
    // More than a day ago: neither recent nor usual.
    all.push(Sent { created: 100_000, ..failed(100_000) });
    let mut all_times = all;
    for sent in &mut all_times {
        sent.created = sent.created.max(sent.started);
    }
    let recent = store_of(&all_times).recent(at(NOW), 15, LIMIT, None);
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
    assert_eq!(store_of(&all).recent(at(NOW), 15, LIMIT, None).rise, None);
    for minutes in 0..=20 {
        all.extend([ended(minutes * 60, "success"), ended(minutes * 60, "failure")]);
    }
    let rising = store_of(&all).recent(at(NOW), 15, LIMIT, None).rise.and_then(Since::minute).expect("half of them fail");
    assert_eq!(rising.as_millisecond() / 60_000, minute(20 * 60));
    // The usual share is unknown, so no rise is reported.
    let young: Vec<Sent> = (0..30).map(|second| ended(second, "failure")).collect();
    assert_eq!(store_of(&young).recent(at(NOW), 15, LIMIT, None).rise, None);
}

#[test]
fn what_has_failed_all_along_did_not_begin_to() {
    // Every sixth message of so many minutes, one message a quarter of a minute.
    let sixth = |minutes: i64| {
        let quarters = (0..minutes * 4).map(|quarter| Sent {
            status: if quarter % 6 == 0 { "failure" } else { "success" },
            created: quarter * 15,
            started: quarter * 15,
            ended: Some(quarter * 15),
            ..DELIVERED
        });
        quarters.collect::<Vec<_>>()
    };
    let rise = |all: &[Sent], known_from: Option<i64>| {
        let recent = store_of(all).recent(at(NOW), 15, LIMIT, known_from.map(|minutes| at(NOW - minutes * 60_000)));
        assert!(recent.is_failing(LIMIT), "{recent:?}");
        recent.rise
    };
    // The first minute or two have no failure.
    let is_at_least = |rise: Option<Since>, minutes: i64| match rise {
        Some(Since::AtLeast(so_long)) => (minutes - 2..=minutes).contains(&so_long.as_mins()),
        _ => false,
    };
    assert_eq!(rise(&sixth(3 * 60), None), Some(Since::Start));
    assert!(is_at_least(rise(&sixth(3 * 60), Some(3 * 60)), 3 * 60));
    // More than the day before the last minutes is never looked at.
    assert!(is_at_least(rise(&sixth(30 * 60), None), 24 * 60 + 15));
    assert!(is_at_least(rise(&sixth(30 * 60), Some(30 * 60)), 24 * 60 + 15));
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
fn what_takes_longer_than_usual_is_overdue() {
    let hours = 3600;
    let mut all: Vec<Sent> = (0..300).map(|_| DELIVERED).collect();
    let under_way = |status, recipient, started| Sent { status, recipient, created: started, started, ended: None, code: "" };
    all.push(under_way("sent_to_telco", "6580001234", 49 * hours));
    all.push(under_way("sent_to_telco", "6580001234", 60));
    all.push(under_way("sent_to_telco", "447700900123", 49 * hours));
    all.push(under_way("sending", "6580001234", 700));
    all.push(under_way("sending", "6580001234", 599));
    all.push(under_way("sent", "6580001234", 9000));
    let store = store_of(&all);
    let classes = store.classes(None, None, at(NOW));
    let named: Vec<(Class, usize)> = Class::ALL.into_iter().map(|class| (class, classes[class])).filter(|(_, count)| *count > 0).collect();
    let expected = [(Class::Delivered, 300), (Class::OnTheWay, 2), (Class::Stuck, 2), (Class::Unconfirmed, 1), (Class::SentAbroad, 1)];
    assert_eq!((named.as_slice(), classes.not_delivered()), (&expected[..], 3));
    // Where two in a hundred take 25 minutes, twelve are nothing unusual.
    all.extend((0..6).map(|_| Sent { created: 2_000, started: 2_000, ended: Some(500), ..DELIVERED }));
    let store = store_of(&all);
    assert_eq!(store.patience(at(NOW)), Patience { before_telco: 25, with_telco: 25 });
    assert_eq!(store.classes(None, None, at(NOW))[Class::Stuck], 1);
}

#[test]
fn failures_are_counted_by_the_hour_that_ends_now() {
    let failed = |started| Sent { status: "failure", created: started, started, ended: None, code: "routing_error", ..DELIVERED };
    let store = store_of(&[failed(0), failed(59 * 60), failed(60 * 60), failed(23 * 3_600), failed(25 * 3_600), DELIVERED]);
    let hours = store.failed_by_hour(at(NOW), 24);
    let expected: Vec<usize> =
        (0..24).map(|hour| [(0, 1), (22, 1), (23, 2)].iter().find(|(at, _)| *at == hour).map_or(0, |(_, count)| *count)).collect();
    assert_eq!(hours, [(DeliveryError::new("", "routing_error"), expected)]);
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
    // It is in the window of the last hour, although it was created a day ago.
    let classes = store.classes(Some(at(NOW - 3_600_000)), None, at(NOW));
    assert_eq!((classes[Class::OnTheWay], classes.total()), (1, 1));
}

/// A store in which a message was delivered every minute until 40 minutes ago, and `sent` a minute have been with the telco
/// since then.
fn stalled(sent: usize) -> Store {
    let delivered =
        (40..600).map(|minutes| Sent { created: minutes * 60, started: minutes * 60, ended: Some(minutes * 60 - 20), ..DELIVERED });
    let waiting = (0..40_i64).flat_map(|minutes| (0..sent).map(move |_| minutes * 60));
    let waiting = waiting.map(|started| Sent { status: "sent_to_telco", created: started, started, ended: None, ..DELIVERED });
    store_of(&delivered.chain(waiting).collect::<Vec<_>>())
}

#[test]
fn when_nothing_finishes_any_more_it_is_a_stall_until_something_does() {
    let mut store = stalled(2);
    let last = at(NOW - 40 * 60_000 + 20_000);
    for hours in [0, 1, 5] {
        let stall = store.recent(at(NOW + hours * 3_600_000), 15, LIMIT, None).stall.expect("nothing finishes");
        assert_eq!((stall.since.minute().map(minute), stall.waiting), (Some(minute(last)), 80), "{hours} hours later");
    }
    let delivered =
        RowFields { id: "message_0600", status: Reported::Value("success"), updated_at: Reported::Value(at(NOW)), ..RowFields::default() };
    store.merge(&rows(&[delivered]), &AnswerKind::List, at(NOW + 1000));
    assert_eq!(store.recent(at(NOW + 60_000), 15, LIMIT, None).stall, None);
}

#[test]
fn a_stall_does_not_end_because_much_is_sent() {
    let mut all: Vec<Sent> =
        (0..40).map(|number| Sent { created: 900 + number, started: 900 + number, ended: Some(890), ..DELIVERED }).collect();
    let waiting = |started: i64| Sent { status: "sent_to_telco", created: started, started, ended: None, ..DELIVERED };
    all.extend((0..50).map(|number| waiting(600 + number)));
    assert!(store_of(&all).recent(at(NOW), 15, LIMIT, None).stall.is_some());
    all.extend((0..500).map(|number| waiting(number % 30)));
    let stall = store_of(&all).recent(at(NOW), 15, LIMIT, None).stall.expect("nothing finishes");
    assert_eq!(stall.waiting, 550);
}

#[test]
fn a_few_that_wait_or_a_quiet_campaign_are_no_stall() {
    assert_eq!(stalled(0).recent(at(NOW), 15, LIMIT, None).stall, None);
    let few: Vec<Sent> = (0..19).map(|_| Sent { status: "sent", created: 3_000, started: 3_000, ended: None, ..DELIVERED }).collect();
    assert_eq!(store_of(&few).recent(at(NOW), 15, LIMIT, None).stall, None);
    // Twenty, of a campaign in which nothing has ever finished.
    let more: Vec<Sent> = (0..20).map(|_| Sent { status: "sent", created: 3_000, started: 3_000, ended: None, ..DELIVERED }).collect();
    let stall = store_of(&more).recent(at(NOW), 15, LIMIT, None).stall.expect("nothing finishes");
    assert_eq!((stall.since, stall.waiting), (Since::Start, 20));
    // The same if something may have finished before.
    let stall = store_of(&more).recent(at(NOW), 15, LIMIT, Some(at(NOW - 3_600_000))).stall.expect("nothing finishes");
    assert_eq!(stall.since, Since::AtLeast(SignedDuration::from_hours(1)));
}

#[test]
fn the_latency_of_a_window_is_that_of_its_rows() {
    let mut all: Vec<Sent> = (1..=50).map(|second| Sent { started: 100, ended: Some(100 - second), ..DELIVERED }).collect();
    // Before the window: ten times slower.
    all.extend((1..=50).map(|second| Sent { created: 9_000, started: 9_000, ended: Some(9_000 - second * 10), ..DELIVERED }));
    let store = store_of(&all);
    let window = store.latency_between(Some(at(NOW - 900_000)), None, at(NOW));
    assert_eq!((window.delivered, window.open), (50, 0));
    assert!((window.p50.unwrap() - 25.0).abs() < 0.5, "{window:?}");
    all.extend((0..50).map(|_| Sent { status: "sent", ended: None, created: 100, started: 100, ..DELIVERED }));
    let window = store_of(&all).latency_between(Some(at(NOW - 900_000)), None, at(NOW));
    assert_eq!((window.open, window.p95), (50, None));
    assert!((window.p50.unwrap() - 50.0).abs() < 1.0, "{window:?}");
}

#[test]
fn each_span_has_its_own_figures() {
    let mut all: Vec<Sent> = (1..=50).map(|second| Sent { created: 100, started: 100, ended: Some(100 - second), ..DELIVERED }).collect();
    all.extend((0..3).map(|_| Sent { status: "failure", created: 700, started: 700, ended: None, ..DELIVERED }));
    all.extend((0..50).map(|_| Sent { status: "sent", created: 700, started: 700, ended: None, ..DELIVERED }));
    let spans = store_of(&all).begun_in_spans(&[at(NOW - 1_200_000), at(NOW - 600_000)], None, at(NOW));
    assert_eq!((spans[0].classes[Class::Failed], spans[0].classes[Class::Stuck], spans[0].classes.total()), (3, 50, 53));
    assert_eq!((spans[0].latency.open, spans[0].latency.p50), (50, None), "nothing was delivered yet");
    assert_eq!((spans[1].classes[Class::Delivered], spans[1].classes.total()), (50, 50));
    assert!((spans[1].latency.p50.unwrap() - 25.0).abs() < 0.5, "{spans:?}");
}
