//! The worker against the simulator's world, on a paused clock.

mod batches;
mod clocks;
mod disk;
mod endurance;
mod every_step;
mod meanwhile;
mod outcomes;
mod pages;
mod pause;
mod reader;
mod reading;
mod retries;
mod runs;
mod schedules;
mod sends;
mod steps;
mod taking_back;
mod transports;
mod uploads;
mod world;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rstest::rstest;

use super::{Command, Connection, Generation, KeyAgain, ReadKey, SearchState};
use crate::delivery::{MessageId, RecipientQuery, Status};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{ApiKey, NotSent, TransportFailure};
use world::{Bench, World, demo_world};

#[tokio::test(start_paused = true)]
async fn every_message_of_the_campaign_arrives() {
    let mut bench = Bench::new(demo_world(2500, 0.0));
    bench.read_whole().await;
    let coverage = bench.seen.store.coverage();
    assert_eq!((coverage.loaded, coverage.islands, coverage.bad_rows), (2500, 0, 0));
    let mut ids: Vec<MessageId> = bench.seen.store.rows().map(|row| bench.seen.store.id(row)).collect();
    let mut expected = bench.message_ids();
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
}

#[tokio::test(start_paused = true)]
async fn new_messages_and_changes_appear_within_seconds() {
    let mut bench = Bench::new(demo_world(300, 2.0));
    bench.read_whole().await;
    bench.run(Duration::from_secs(300)).await;
    // The head is read every two seconds, and two calls a second go round the open stretches.
    let unseen = bench.differences(Duration::from_secs(10));
    assert_eq!((unseen.missing, unseen.stale), (0, 0), "the screen is at most ten seconds behind");
}

#[tokio::test(start_paused = true)]
async fn no_second_holds_more_calls_than_the_ceiling() {
    let mut bench = Bench::new(demo_world(4000, 5.0));
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(60)).await;
    let gets = bench.get_times();
    assert!(gets.len() > 60);
    for (index, start) in gets.iter().enumerate() {
        let within = gets[index..].iter().take_while(|at| at.duration_since(*start).as_millis() < 999).count();
        assert!(within <= 2, "{within} calls in a second");
    }
}

#[tokio::test(start_paused = true)]
async fn two_processes_keep_to_one_ceiling_together() {
    let mut bench = Bench::new(demo_world(4000, 5.0));
    let mut other = bench.another();
    bench.ask(Command::InView(true));
    other.ask(Command::InView(true));
    tokio::join!(bench.run(Duration::from_secs(60)), other.run(Duration::from_secs(60)));
    let gets = bench.get_times();
    assert!(gets.len() > 100, "{} calls: the budget is used", gets.len());
    for (index, start) in gets.iter().enumerate() {
        let within = gets[index..].iter().take_while(|at| at.duration_since(*start).as_millis() < 999).count();
        assert!(within <= 2, "{within} calls in a second");
    }
    assert!(bench.seen.store.len() > 1000 && other.seen.store.len() > 1000, "both get their share");
}

#[tokio::test(start_paused = true)]
async fn without_the_shared_budget_half_the_rate_is_taken_and_said() {
    let mut bench = Bench::new(demo_world(4000, 5.0));
    std::fs::create_dir(bench.folder.path().join("state/budget.sqlite3")).unwrap();
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(40)).await;
    let gets = bench.get_times();
    assert!((30..=41).contains(&gets.len()), "{} calls in 40 seconds", gets.len());
    assert_eq!(bench.seen.notices.iter().filter(|notice| notice.text.what.contains("half")).count(), 1);
    std::fs::remove_dir(bench.folder.path().join("state/budget.sqlite3")).unwrap();
    bench.until("it is fixed", |seen| seen.notices.iter().any(|notice| notice.text.what.contains("again"))).await;
    let before = bench.get_times().len();
    bench.run(Duration::from_secs(20)).await;
    assert!(bench.get_times().len() - before > 35);
}

#[tokio::test(start_paused = true)]
async fn a_search_finds_what_is_not_loaded_and_tells_none_apart() {
    let mut bench = Bench::new(demo_world(5000, 0.0));
    bench.ask(Command::InView(true));
    let oldest = bench.message_ids().last().cloned().unwrap();
    let number = bench.recipient(&oldest);
    bench.ask(Command::Search { generation: Generation(1), query: RecipientQuery::parse(&number).unwrap() });
    let found = bench.until_search(Generation(1)).await;
    assert!(found.contains(&oldest));
    bench.ask(Command::Search { generation: Generation(2), query: RecipientQuery::parse("999999999").unwrap() });
    assert_eq!(bench.until_search(Generation(2)).await, []);
}

#[tokio::test(start_paused = true)]
async fn an_opened_message_is_read_whole() {
    let mut bench = Bench::new(demo_world(50, 0.0));
    let message = bench.message_ids()[3].clone();
    bench.ask(Command::Open { generation: Generation(7), message: message.clone() });
    bench.until("it was read", |seen| seen.opened.contains(&(Generation(7), true))).await;
    bench.ask(Command::Open { generation: Generation(8), message: MessageId::new("message_unknown") });
    bench.until("it was refused", |seen| seen.opened.contains(&(Generation(8), false))).await;
    assert!(matches!(bench.seen.connection, Connection::Live), "one missing message is not the campaign's trouble");
}

#[tokio::test(start_paused = true)]
async fn out_of_view_it_reads_seldom() {
    let mut bench = Bench::new(demo_world(20, 0.0));
    bench.run(Duration::from_secs(1200)).await;
    let before = bench.get_times().len();
    bench.run(Duration::from_secs(600)).await;
    let calls = bench.get_times().len() - before;
    assert!((15..=45).contains(&calls), "{calls} calls in ten minutes");
}

#[rstest]
#[case(World { allow_listed: false, ..demo_world(10, 0.0) })]
#[case(World { key: Some("key_test_wrong00000000000000".to_owned()), ..demo_world(10, 0.0) })]
#[tokio::test(start_paused = true)]
async fn a_refusal_is_named_and_asked_again_seldom(#[case] world: World) {
    let mut bench = Bench::new(world);
    bench.ask(Command::InView(true));
    bench.until("it is refused", |seen| matches!(seen.connection, Connection::Refused { .. })).await;
    let before = bench.get_times().len();
    bench.run(Duration::from_secs(300)).await;
    assert!((4..=6).contains(&(bench.get_times().len() - before)));
    let Connection::Refused { why, .. } = &bench.seen.connection else { panic!("still refused") };
    assert!(!why.what.is_empty() && !why.next.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_refused_is_read_again_before_the_server_is_asked_again() {
    let right = Bench::new(demo_world(10, 0.0)).key();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (log, key) = (asked.clone(), Arc::new(Mutex::new("key_test_still_wrong0000000000".to_owned())));
    let reported = key.clone();
    let again: KeyAgain = Arc::new(move |wanted| {
        log.lock().unwrap().push(wanted);
        ApiKey::new(&reported.lock().unwrap().as_str().into()).ok()
    });
    let wrong = World { key: Some("key_test_wrong00000000000000".to_owned()), key_again: Some(again), ..demo_world(10, 0.0) };
    let mut bench = Bench::new(wrong);
    bench.ask(Command::InView(true));
    bench.until("it is refused", |seen| matches!(seen.connection, Connection::Refused { .. })).await;
    assert!(asked.lock().unwrap().is_empty(), "the key was read a moment ago");
    bench.run(Duration::from_secs(150)).await;
    assert_eq!(*asked.lock().unwrap(), [ReadKey::ByItself; 2]);
    bench.ask(Command::ReadNow);
    bench.run(Duration::from_secs(5)).await;
    assert_eq!(asked.lock().unwrap().last(), Some(&ReadKey::Asked));
    assert!(matches!(bench.seen.connection, Connection::Refused { .. }));
    *key.lock().unwrap() = right;
    bench.until("it is live", |seen| seen.connection == Connection::Live).await;
    let before = asked.lock().unwrap().len();
    bench.run(Duration::from_secs(300)).await;
    assert_eq!((asked.lock().unwrap().len(), bench.seen.store.len()), (before, 10), "a working key is not read again");
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_told_and_mends_itself() {
    let down = TransportFailure::NotSent(NotSent::Refused);
    let faults =
        move |index: usize, _: &crate::postman::Request| (3..12).contains(&index).then(|| Fault::Before(ScriptedStep::Fail(down.clone())));
    let mut bench = Bench::with_faults(demo_world(300, 0.0), |inner| FaultTransport::new(inner, faults));
    bench.ask(Command::InView(true));
    bench.until("it waits", |seen| matches!(seen.connection, Connection::Waiting { .. })).await;
    let loaded = bench.seen.store.len();
    bench.until("it is back", |seen| seen.connection == Connection::Live).await;
    assert!(bench.seen.store.len() >= loaded, "loaded messages stay");
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_bad_answer_is_survived() {
    let bad = [
        ScriptedStep::answer(429, r#"{"error":{"code":"too_many_requests","message":"slow down","type":"rate","id":"t1"}}"#),
        ScriptedStep::answer(500, "oops"),
        ScriptedStep::answer(200, "<html><title>Maintenance</title></html>"),
        ScriptedStep::answer(200, "{\"data\": 7}"),
        ScriptedStep::answer(302, ""),
        ScriptedStep::answer(503, "{\"message\":\"later\",\"statusCode\":503}"),
    ];
    let faults = move |index: usize, _: &crate::postman::Request| {
        index.is_multiple_of(2).then(|| bad.get(index / 2 - 1)).flatten().cloned().map(Fault::Before)
    };
    let mut bench = Bench::with_faults(demo_world(1500, 0.0), |inner| FaultTransport::new(inner, faults));
    bench.read_whole().await;
    assert_eq!(bench.seen.store.coverage().loaded, 1500);
}

#[tokio::test(start_paused = true)]
async fn a_search_that_fails_says_so_and_goes_again() {
    let down = TransportFailure::NotSent(NotSent::Refused);
    let faults = move |index: usize, request: &crate::postman::Request| {
        (index < 4 && request.query().contains("search")).then(|| Fault::Before(ScriptedStep::Fail(down.clone())))
    };
    let mut bench = Bench::with_faults(demo_world(30, 0.0), |inner| FaultTransport::new(inner, faults));
    let number = bench.recipient(&bench.message_ids()[0]);
    bench.ask(Command::Search { generation: Generation(1), query: RecipientQuery::parse(&number).unwrap() });
    bench.until("it failed", |seen| matches!(seen.search, Some((Generation(1), SearchState::Failed(_))))).await;
    assert!(!bench.until_search(Generation(1)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_search_is_told_apart_page_by_page() {
    let row = |id: &str, number: &str| format!(r#"{{"id":"{id}","recipient":"{number}","createdAt":"2020-01-01T00:00:00Z"}}"#);
    let page = move |rows: &[String], next: &str| {
        let body = rows.join(",");
        ScriptedStep::answer(
            200,
            &format!(r#"{{"messages":[{body}],"pageData":{{"hasNextPage":{},"endCursor":"{next}"}}}}"#, !next.is_empty()),
        )
    };
    let faults = move |_: usize, request: &crate::postman::Request| {
        let is_search = request.query().contains("search=");
        let further = request.query().contains("after=");
        let rows = match further {
            false => vec![row("message_a", "6580009999"), r#"{"id":"message_b"}"#.to_owned()],
            true => vec![row("message_c", "6580001234"), row("message_d", "6580008888")],
        };
        is_search.then(|| Fault::Before(page(&rows, if further { "" } else { "below" })))
    };
    let mut bench = Bench::with_faults(demo_world(0, 0.0), |inner| FaultTransport::new(inner, faults));
    bench.ask(Command::Search { generation: Generation(1), query: RecipientQuery::parse("80001234").unwrap() });
    let beside = |seen: &world::Seen| match &seen.search {
        Some((_, SearchState::Answered { found, beside, more, .. })) => Some((found.len(), beside.others, beside.unreadable, *more)),
        _ => None,
    };
    bench.until("it answered", |seen| beside(seen) == Some((0, 1, 1, true))).await;
    assert!(bench.seen.store.row(&MessageId::new("message_a")).is_none(), "a number not searched for is not shown as found");
    bench.ask(Command::SearchFurther(Generation(1)));
    bench.until("it went on", |seen| beside(seen) == Some((1, 2, 1, false))).await;
    // The first page is requested again and counts once.
    bench.run(Duration::from_secs(12)).await;
    assert_eq!(beside(&bench.seen), Some((1, 2, 1, false)));
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_the_worker() {
    let mut bench = Bench::new(demo_world(30, 0.0));
    bench.ask(Command::Stop);
    bench.until("it stopped", |seen| seen.stopped).await;
    bench.ended().await;
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_retried_elsewhere_is_seen_moving() {
    let mut bench = Bench::new(demo_world(300, 0.0));
    bench.read_whole().await;
    bench.run(Duration::from_secs(300)).await;
    let failed = bench.failed();
    bench.retry_elsewhere(&failed);
    // Its stretch is read at least every ten minutes while it is in view.
    bench.run(Duration::from_secs(700)).await;
    let row = bench.seen.store.row(&failed).unwrap();
    let shown = bench.seen.store.message(row);
    assert!(shown.tried() >= Some(2) || shown.status == Some(Status::Success), "{shown:?}");
}
