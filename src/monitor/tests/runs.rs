//! Runs: many retries, one after the other, that pause, stop and finish correctly.

use std::collections::HashSet;
use std::time::Duration;

use rstest::rstest;

use super::world::{Bench, Seen, World, demo_world, loaded, retry_command, run_command};
use crate::delivery::MessageId;
use crate::monitor::{ActionStage, Command, RunNews, RunPhase};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{Broken, Request, TransportFailure};
use crate::state::ActionState;

/// A world of 700 messages of which three in ten have failed, loaded.
fn failing_world() -> World {
    World { failure_rate: 0.3, ..demo_world(700, 0.0) }
}

fn counts(run: &RunNews) -> (usize, usize, usize, usize, usize) {
    (run.accepted, run.refused, run.unknown, run.not_sent, run.to_go)
}

fn states(bench: &Bench) -> Vec<ActionState> {
    bench.journal().all(1000).unwrap().into_iter().map(|entry| entry.state).collect()
}

/// The n-th POST (from 1) meets a fault.
fn posts(decide: impl Fn(usize) -> Option<Fault> + Send + Sync + 'static) -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync {
    let posts = std::sync::atomic::AtomicUsize::new(0);
    move |_, request| request.is_write().then(|| posts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1).and_then(&decide)
}

fn reset_after() -> Fault {
    Fault::After(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset)))
}

fn reset_before() -> Fault {
    Fault::Before(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset)))
}

fn refused(status: u16, code: &str) -> Fault {
    Fault::Before(ScriptedStep::answer(status, &format!(r#"{{"error":{{"code":"{code}","message":"m","type":"t","id":"trace-9"}}}}"#)))
}

#[tokio::test(start_paused = true)]
async fn a_run_retries_each_message_once_and_tells_how_far_it_is() {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let chosen = bench.failures(30);
    let begun = bench.clock.now();
    let reads_before = bench.get_times().len();
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("the run is over", Seen::run_is_over).await;
    let took = bench.clock.now().duration_since(begun).as_secs_f64();
    // 30 calls at three quarters of 2 calls a second.
    assert!((19.0..23.0).contains(&took), "{took} s");
    let reads = bench.get_times().len() - reads_before;
    assert!(reads >= 6, "{reads} readings in between");
    let posted: Vec<MessageId> = bench.posts().into_iter().map(|(message, _)| message).collect();
    assert_eq!(posted, chosen, "in their order, each once");
    assert_eq!(counts(bench.seen.run().unwrap()), (30, 0, 0, 0, 0));
    assert!((bench.seen.run().unwrap().rate - 1.5).abs() < 1e-9);
    assert!(bench.seen.runs.windows(2).all(|pair| pair[0].to_go >= pair[1].to_go));
    assert_eq!(states(&bench), vec![ActionState::Accepted; 30]);
    // What became of them is seen, too.
    bench.until("all are done", |seen| chosen.iter().all(|id| seen.stage(id).is_some_and(ActionStage::is_over))).await;
    for id in &chosen {
        let shown = bench.seen.store.message(bench.seen.store.row(id).unwrap()).status;
        assert_eq!(shown, Some(bench.truth(id)));
    }
}

#[tokio::test(start_paused = true)]
async fn all_intentions_are_on_disk_before_the_first_request() {
    let faults = posts(|_| Some(Fault::Before(ScriptedStep::Hang)));
    let mut bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(20);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("the first is under way", |seen| matches!(seen.stage(&chosen[0]), Some(ActionStage::UnderWay { .. }))).await;
    assert_eq!(states(&bench), vec![ActionState::Intended; 20]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_the_rest_and_says_so() {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let chosen = bench.failures(30);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("some are accepted", |seen| seen.run().is_some_and(|run| run.accepted == 10)).await;
    bench.ask(Command::TakeBack);
    bench.until("it stopped", Seen::run_is_over).await;
    bench.run(Duration::from_secs(60)).await;
    let run = bench.seen.run().unwrap();
    assert!(matches!(run.phase, RunPhase::Stopped(_)));
    let accepted = run.accepted;
    assert!(accepted <= 11, "{accepted} accepted: at most the one under way");
    assert_eq!(counts(run), (accepted, 0, 0, 30 - accepted, 0));
    assert_eq!(bench.posts().len(), accepted);
    let journal = bench.journal().all(1000).unwrap();
    let stopped = journal.iter().filter(|entry| entry.state == ActionState::NotSent && entry.reason.as_deref() == Some("stopped"));
    assert_eq!(stopped.count(), 30 - accepted);
    // They can be planned again.
    bench.ask(run_command(bench.all_confirmed(&chosen[20..])));
    bench.until("the second is over", |seen| seen.run_is_over() && seen.run().is_some_and(|run| run.total == 10)).await;
    assert_eq!(bench.posts().len(), accepted + 10);
}

#[tokio::test(start_paused = true)]
async fn three_unknown_outcomes_in_a_row_pause_it() {
    let faults = posts(|number| (3..6).contains(&number).then(reset_after));
    let mut bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(12);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it pauses", |seen| seen.run().is_some_and(|run| matches!(run.phase, RunPhase::Paused(_)))).await;
    bench.run(Duration::from_secs(300)).await;
    assert_eq!(bench.posts().len(), 5, "it waits for a person");
    // Their outcomes were found meanwhile.
    assert_eq!(counts(bench.seen.run().unwrap()), (5, 0, 0, 0, 7));
    assert_eq!(bench.seen.open.as_deref(), Some(&[][..]));
    bench.ask(Command::ResumeRun { agreed_at: bench.clock.now() });
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(counts(bench.seen.run().unwrap()), (12, 0, 0, 0, 0));
    assert_eq!(bench.posts().len(), 12);
}

/// A yes that reaches the worker late, because the disk was busy or the machine slept, resumes nothing.
#[tokio::test(start_paused = true)]
async fn a_resumption_that_is_heard_too_late_stops_it() {
    let faults = posts(|number| (3..6).contains(&number).then(reset_after));
    let mut bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(12);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it pauses", |seen| seen.run().is_some_and(|run| matches!(run.phase, RunPhase::Paused(_)))).await;
    let agreed_at = bench.clock.now();
    bench.run(Duration::from_secs(301)).await;
    bench.ask(Command::ResumeRun { agreed_at });
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(bench.posts().len(), 5);
    assert_eq!(counts(bench.seen.run().unwrap()), (5, 0, 0, 7, 0));
}

#[rstest]
#[case(401, "invalid_api_key_provided")]
#[case(403, "forbidden")]
#[case(400, "invalid_ip_address_used")]
#[tokio::test(start_paused = true)]
async fn the_first_refusal_of_the_key_or_the_address_stops_it(#[case] status: u16, #[case] code: &'static str) {
    let faults = posts(move |number| (number == 4).then(|| refused(status, code)));
    let mut bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(12);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it stopped", Seen::run_is_over).await;
    bench.run(Duration::from_secs(100)).await;
    let run = bench.seen.run().unwrap();
    assert_eq!(counts(run), (3, 1, 0, 8, 0));
    let RunPhase::Stopped(why) = &run.phase else { panic!("stopped") };
    assert_eq!(why.trace_id.as_deref(), Some("trace-9"));
    assert_eq!(bench.posts().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_open_elsewhere_is_passed_over() {
    let faults = posts(|number| (number == 1).then(reset_before));
    let mut bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(6);
    bench.ask(retry_command(bench.confirmed(&chosen[2])));
    bench.until("its outcome is unknown", |seen| matches!(seen.stage(&chosen[2]), Some(ActionStage::Unknown { .. }))).await;
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(counts(bench.seen.run().unwrap()), (5, 0, 0, 1, 0));
    let posted: HashSet<MessageId> = bench.posts().into_iter().map(|(message, _)| message).collect();
    assert!(!posted.contains(&chosen[2]) && posted.len() == 5);
}

#[tokio::test(start_paused = true)]
async fn a_second_run_is_refused_while_one_is_under_way() {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let chosen = bench.failures(20);
    bench.ask(run_command(bench.all_confirmed(&chosen[..10])));
    bench.ask(run_command(bench.all_confirmed(&chosen[10..])));
    bench.until("the first is over", Seen::run_is_over).await;
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.posts().len(), 10);
    assert!(bench.seen.notices.iter().any(|notice| notice.text.what.contains("No second run")));
}

#[tokio::test(start_paused = true)]
async fn without_a_journal_a_run_does_not_begin() {
    let mut bench = loaded(Bench::without_journal(failing_world())).await;
    let chosen = bench.failures(5);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(counts(bench.seen.run().unwrap()), (0, 0, 0, 5, 0));
    assert!(chosen.iter().all(|id| matches!(bench.seen.stage(id), Some(ActionStage::NotTaken(_)))));
    assert_eq!(bench.posts(), []);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_held_back_for_too_long_stops() {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let chosen = bench.failures(10);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("some are accepted", |seen| seen.run().is_some_and(|run| run.accepted == 3)).await;
    bench.ask(Command::Pause);
    bench.run(Duration::from_secs(12 * 3600)).await;
    let before = bench.posts().len();
    bench.ask(Command::Resume);
    bench.until("it stops", Seen::run_is_over).await;
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.posts().len(), before, "nobody agreed to a retry half a day later");
    assert_eq!(counts(bench.seen.run().unwrap()), (before, 0, 0, 10 - before, 0));
    assert!(states(&bench).iter().all(|state| matches!(state, ActionState::Accepted | ActionState::NotSent)));
}

#[tokio::test(start_paused = true)]
async fn a_long_run_holds_its_yes_as_long_as_it_moves() {
    // Many messages at a rate that 429s keep low take longer than a single yes holds.
    let faults = posts(|number| (number % 2 == 0).then(|| Fault::Before(ScriptedStep::answer(429, ""))));
    let world = World { calls_per_second: 0, ..failing_world() };
    let mut bench = loaded(Bench::with_faults(world, |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(120);
    let begun = bench.clock.now();
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it is over", Seen::run_is_over).await;
    assert!(bench.clock.now().duration_since(begun).as_secs() > 300);
    assert_eq!(counts(bench.seen.run().unwrap()), (120, 0, 0, 0, 0));
}

#[cfg(unix)]
#[rstest]
#[case::log_removed("-wal")]
#[case::index_removed("-shm")]
#[case::file_removed("")]
#[tokio::test(start_paused = true)]
async fn a_file_of_the_journal_that_goes_in_mid_run_stops_it_before_the_next_request(#[case] ending: &str) {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let chosen = bench.failures(10);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("three were accepted", |seen| seen.run().is_some_and(|run| run.accepted >= 3)).await;
    let path = bench.folder.path().join(format!("state/journal.sqlite3{ending}"));
    std::fs::remove_file(path).unwrap();
    bench.until("the run is over", Seen::run_is_over).await;
    // A request that was under way at that moment had its line.
    assert!(bench.posts().len() <= 4, "{:?}", bench.posts());
    let why = bench.seen.actions_refused.as_ref().unwrap();
    assert!(why.why.contains("was removed or replaced while the program ran"), "{why:?}");
    bench.ask(retry_command(bench.confirmed(&chosen[9])));
    let before = bench.posts().len();
    bench.until("nothing more is taken", |seen| matches!(seen.stage(&chosen[9]), Some(ActionStage::NotTaken(_)))).await;
    assert_eq!(bench.posts().len(), before);
}
