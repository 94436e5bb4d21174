//! Retries: each reaches the server once, and every outcome is recorded as it was.

use std::sync::Arc;
use std::time::Duration;

use rstest::rstest;

use super::world::{Bench, World, demo_world, retry_command, with_a_failure};
use crate::delivery::Status;
use crate::monitor::{ActionStage, Command};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{Broken, NotSent, Request, TransportFailure};
use crate::state::{ActionState, JournalAccess, NoteKind, RunId, Who};

fn state(bench: &Bench) -> Vec<ActionState> {
    bench.journal().all(10).unwrap().into_iter().map(|entry| entry.state).collect()
}

/// The first POST meets the fault, later ones do not.
fn first_post(fault: Fault) -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static {
    let met = std::sync::atomic::AtomicBool::new(false);
    move |_, request| (request.is_write() && !met.swap(true, std::sync::atomic::Ordering::Relaxed)).then(|| fault.clone())
}

#[tokio::test(start_paused = true)]
async fn a_retry_reaches_the_server_once_and_is_followed() {
    let (mut bench, failed) = with_a_failure(Bench::new(demo_world(300, 0.0))).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is over", |seen| seen.stage(&failed).is_some_and(ActionStage::is_over)).await;
    bench.run(Duration::from_secs(600)).await;
    assert_eq!(bench.posts(), [(failed.clone(), 201)]);
    assert_eq!(state(&bench), [ActionState::Accepted]);
    let row = bench.seen.store.row(&failed).unwrap();
    assert_eq!(bench.seen.store.message(row).status, Some(bench.truth(&failed)));
    assert_eq!(bench.seen.stages[0].1, ActionStage::Intended);
}

#[tokio::test(start_paused = true)]
async fn the_same_yes_twice_is_one_retry() {
    let (mut bench, failed) = with_a_failure(Bench::new(demo_world(300, 0.0))).await;
    let retry = bench.confirmed(&failed);
    bench.ask(retry_command(retry.clone()));
    bench.ask(retry_command(retry));
    bench.until("the second is refused", |seen| seen.stages.iter().any(|(_, stage)| matches!(stage, ActionStage::NotTaken(_)))).await;
    bench.run(Duration::from_secs(600)).await;
    assert_eq!(bench.posts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_no_longer_failed_is_refused_with_the_apis_words() {
    let (mut bench, failed) = with_a_failure(Bench::new(demo_world(300, 0.0))).await;
    let retry = bench.confirmed(&failed);
    bench.retry_elsewhere(&failed);
    bench.ask(retry_command(retry));
    bench.until("it is refused", |seen| matches!(seen.stage(&failed), Some(ActionStage::Refused(_)))).await;
    assert_eq!(state(&bench), [ActionState::Refused]);
}

#[rstest]
#[case::dropped(ScriptedStep::answer(429, r#"{"error":{"code":"too_many_requests","message":"m","type":"t","id":"i"}}"#))]
#[case::not_sent(ScriptedStep::Fail(TransportFailure::NotSent(NotSent::Refused)))]
#[tokio::test(start_paused = true)]
async fn what_provably_did_nothing_goes_again(#[case] step: ScriptedStep) {
    let faults = first_post(Fault::Before(step));
    let (mut bench, failed) = with_a_failure(Bench::with_faults(demo_world(300, 0.0), |inner| FaultTransport::new(inner, faults))).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is accepted", |seen| seen.stages.iter().any(|(_, stage)| *stage == ActionStage::Accepted)).await;
    bench.run(Duration::from_secs(300)).await;
    assert_eq!(bench.posts().len(), 1);
    let journal = bench.journal();
    let entry = journal.all(1).unwrap().remove(0);
    assert_eq!((entry.state, entry.tries), (ActionState::Accepted, 2));
}

#[rstest]
#[case::lost_answer(Fault::After(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset))))]
#[case::bad_gateway(Fault::After(ScriptedStep::answer(502, "<html>bad gateway</html>")))]
#[case::time_out(Fault::After(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Timeout))))]
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_up_and_never_sent_again(#[case] fault: Fault) {
    let faults = first_post(fault);
    let (mut bench, failed) = with_a_failure(Bench::with_faults(demo_world(300, 0.0), |inner| FaultTransport::new(inner, faults))).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it was found out", |seen| seen.stages.iter().any(|(_, stage)| *stage == ActionStage::FoundAccepted)).await;
    bench.run(Duration::from_secs(600)).await;
    assert_eq!(bench.posts(), [(failed, 201)]);
    assert_eq!(state(&bench), [ActionState::ResolvedAccepted]);
}

#[rstest]
#[case::reset(Fault::Before(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset))))]
#[case::unavailable(Fault::Before(ScriptedStep::answer(503, "")))]
#[tokio::test(start_paused = true)]
async fn what_stays_unknown_is_left_to_a_person(#[case] fault: Fault) {
    let faults = first_post(fault);
    let (mut bench, failed) = with_a_failure(Bench::with_faults(demo_world(300, 0.0), |inner| FaultTransport::new(inner, faults))).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("a person must decide", |seen| matches!(seen.stage(&failed), Some(ActionStage::Unknown { look_up_at: None, .. }))).await;
    bench.run(Duration::from_secs(3600)).await;
    assert_eq!(bench.posts(), [], "it never arrived, and was never sent again");
    assert_eq!(state(&bench), [ActionState::Unknown]);
    // Not even when asked again: its outcome must be known first.
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is not taken", |seen| matches!(seen.stage(&failed), Some(ActionStage::NotTaken(_)))).await;
    assert_eq!(bench.posts(), []);
}

#[tokio::test(start_paused = true)]
async fn without_a_journal_nothing_is_sent() {
    let (mut bench, failed) = with_a_failure(Bench::without_journal(demo_world(300, 0.0))).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is not taken", |seen| matches!(seen.stage(&failed), Some(ActionStage::NotTaken(_)))).await;
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.posts(), []);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_lost_its_right_is_told_and_not_tried_again() {
    let faults = first_post(Fault::Before(ScriptedStep::answer(
        401,
        r#"{"error":{"code":"invalid_api_key_provided","message":"m","type":"t","id":"trace-1"}}"#,
    )));
    let (mut bench, failed) = with_a_failure(Bench::with_faults(demo_world(300, 0.0), |inner| FaultTransport::new(inner, faults))).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is refused", |seen| matches!(seen.stage(&failed), Some(ActionStage::Refused(_)))).await;
    let Some(ActionStage::Refused(refusal)) = bench.seen.stage(&failed) else { panic!("just refused") };
    assert!(refusal.keeps_out());
    assert_eq!(refusal.code.as_deref(), Some("invalid_api_key_provided"));
    assert_eq!(refusal.why.trace_id.as_deref(), Some("trace-1"));
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.posts(), []);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_was_under_way_at_a_crash_is_looked_up_at_the_next_start() {
    // The request arrives and its answer never comes: the program dies while waiting.
    let faults = first_post(Fault::After(ScriptedStep::Hang));
    let (mut bench, failed) = with_a_failure(Bench::with_faults(demo_world(300, 0.0), |inner| FaultTransport::new(inner, faults))).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is under way", |seen| matches!(seen.stage(&failed), Some(ActionStage::UnderWay { .. }))).await;
    bench.run(Duration::from_secs(1)).await;
    let mut bench = bench.killed_and_restarted();
    bench.until("it was found out", |seen| seen.stages.iter().any(|(_, stage)| *stage == ActionStage::FoundAccepted)).await;
    bench.run(Duration::from_secs(300)).await;
    assert_eq!(bench.posts(), [(failed, 201)]);
    assert_eq!(state(&bench), [ActionState::ResolvedAccepted]);
}

#[tokio::test(start_paused = true)]
async fn under_a_rate_limit_the_retry_waits_its_turn() {
    // One call a second for all: most of ours are dropped.
    let (mut bench, failed) = with_a_failure(Bench::new(World { calls_per_second: 1, ..demo_world(300, 0.0) })).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is over", |seen| seen.stage(&failed).is_some_and(ActionStage::is_over)).await;
    let taken = bench.posts().into_iter().filter(|(_, status)| *status == 201).count();
    assert_eq!(taken, 1);
    assert!(matches!(bench.truth(&failed), Status::Success | Status::Failure));
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_can_be_written_again_is_taken_in_place_of_the_one_before() {
    let (mut bench, failed) = with_a_failure(Bench::without_journal(demo_world(300, 0.0))).await;
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is not taken", |seen| matches!(seen.stage(&failed), Some(ActionStage::NotTaken(_)))).await;
    assert!(bench.seen.actions_refused.is_some() && bench.posts().is_empty());
    let journal = bench.journal();
    let now = bench.clock.now();
    let run = journal.begin_run(RunId::new(now, 1, 1), &Who::default(), now).unwrap();
    bench.ask(Command::UseJournal { journal: JournalAccess::Writable(journal), run: Some(Arc::new(run)) });
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is accepted", |seen| seen.stage(&failed) == Some(&ActionStage::Accepted)).await;
    assert_eq!(state(&bench), [ActionState::Accepted]);
}

#[tokio::test(start_paused = true)]
async fn a_note_has_a_line_or_is_reported_as_lost() {
    let (mut bench, _) = with_a_failure(Bench::new(demo_world(300, 0.0))).await;
    let note = |kind| Command::Note { kind, detail: "all recipients".to_owned() };
    bench.ask(note(NoteKind::Reveal));
    bench.run(Duration::from_secs(1)).await;
    let line = bench.journal().notes(5).unwrap().remove(0).note;
    assert_eq!((line.kind, line.detail.as_str(), line.campaign.unwrap().as_str()), (NoteKind::Reveal, "all recipients", "campaign_bench"));
    assert_eq!((&bench.seen.notes_lost, bench.gated_journal().take_failure()), (&Vec::new(), false));
    bench.gated_journal().set_gate(|| false);
    bench.ask(note(NoteKind::Unlock));
    bench.until("it is lost", |seen| seen.notes_lost == [NoteKind::Unlock]).await;
    assert!(bench.seen.actions_refused.is_some() && bench.gated_journal().take_failure());
}
