//! What takes long, or goes wrong in one spot, holds up nothing else.

use std::time::Duration;

use rstest::rstest;

use super::world::{Bench, demo_world, retry_command, with_a_failure};
use crate::monitor::{ActionStage, Command, Connection};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{Broken, Request, TransportFailure};
use crate::state::ActionState;

#[tokio::test(start_paused = true)]
async fn a_yes_does_not_hold_for_ever() {
    let (mut bench, failed) = with_a_failure(Bench::new(demo_world(300, 0.0))).await;
    bench.ask(Command::Pause);
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is written down", |seen| seen.stage(&failed) == Some(&ActionStage::Intended)).await;
    bench.run(Duration::from_secs(12 * 3600)).await;
    bench.ask(Command::Resume);
    bench.until("it is left", |seen| matches!(seen.stage(&failed), Some(ActionStage::NotSent(_)))).await;
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.posts(), []);
    assert_eq!(bench.journal().all(1).unwrap()[0].state, ActionState::NotSent);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_read_holds_up_no_other() {
    // Everything below the head answers 400, as for a cursor that the server rejects.
    let refused = ScriptedStep::answer(400, r#"{"error":{"code":"parameter_invalid","message":"after","type":"t","id":"i"}}"#);
    let faults = move |_: usize, request: &Request| request.query().contains("after=").then(|| Fault::Before(refused.clone()));
    let mut bench = Bench::with_faults(demo_world(3000, 1.0), |inner| FaultTransport::new(inner, faults));
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(600)).await;
    let heads = bench.get_times().len();
    assert!(heads > 200, "{heads} heads in ten minutes");
    assert_eq!(bench.seen.connection, Connection::Live);
    assert!(!bench.seen.notices.is_empty(), "it is reported");
}

#[tokio::test(start_paused = true)]
async fn outcomes_that_cannot_be_looked_up_starve_nothing_and_end_with_a_person() {
    // The POST is lost, and the message can never be read individually again.
    let lost = ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset));
    let broken = ScriptedStep::answer(500, "");
    let faults = move |_: usize, request: &Request| {
        let is_single = request.address().contains("/messages/message_");
        is_single.then(|| Fault::Before(if request.is_write() { lost.clone() } else { broken.clone() }))
    };
    let (mut bench, failed) = with_a_failure(Bench::with_faults(demo_world(300, 0.0), |inner| FaultTransport::new(inner, faults))).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("a person must decide", |seen| matches!(seen.stage(&failed), Some(ActionStage::Unknown { look_up_at: None, .. }))).await;
    let before = bench.get_times().len();
    bench.run(Duration::from_secs(120)).await;
    assert!(bench.get_times().len() > before, "the head is still read");
    assert_eq!(bench.seen.connection, Connection::Live);
    assert_eq!(bench.posts(), []);
}

#[tokio::test(start_paused = true)]
async fn a_pause_during_a_call_that_fails_stays_a_pause() {
    let down = ScriptedStep::Fail(TransportFailure::Unknown(Broken::Timeout));
    let faults = move |index: usize, _: &Request| (index > 3).then(|| Fault::After(down.clone()));
    let mut bench = Bench::with_faults(demo_world(30, 0.0), |inner| FaultTransport::new(inner, faults));
    bench.ask(Command::InView(true));
    bench.until("the connection is lost", |seen| matches!(seen.connection, Connection::Waiting { .. })).await;
    bench.ask(Command::ReadNow);
    bench.ask(Command::Pause);
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.seen.connection, Connection::Paused);
}

/// Fewer messages than before, about as many, and so many that their end is pages below the head.
#[rstest]
#[case(300, 40)]
#[case(300, 500)]
#[case(800, 500)]
#[case(800, 900)]
#[case(300, 2000)]
#[case(800, 3500)]
#[tokio::test(start_paused = true)]
async fn other_data_under_the_same_ids_replace_what_was_shown(#[case] before: u64, #[case] after: u64) {
    let mut bench = Bench::new(demo_world(before, 0.0));
    bench.read_whole().await;
    bench.exchange_world(&demo_world(after, 0.0));
    bench.run(Duration::from_secs(120)).await;
    let coverage = bench.seen.store.coverage();
    assert!(coverage.complete && coverage.gap.is_none());
    let mut shown: Vec<_> = bench.seen.store.covered_rows().map(|row| bench.seen.store.id(row)).collect();
    let mut there = bench.message_ids();
    shown.sort();
    there.sort();
    assert_eq!(shown, there);
}
