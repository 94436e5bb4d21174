//! The program dies at every step in turn, and two programs act at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::transports::Stops;
use rstest::rstest;

use super::world::{BASE, Bench, Seen, World, demo_world, loaded, retry_command, run_command};
use crate::delivery::MessageId;
use crate::monitor::ActionStage;
use crate::postman::scripted::{Fault, ScriptedStep};
use crate::postman::{Broken, Request, TransportFailure};
use crate::state::ActionState;

fn world() -> World {
    World { failure_rate: 0.4, ..demo_world(60, 0.0) }
}

/// The second request is dropped for the rate and repeated; the answer to the fourth is lost.
fn faults() -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static {
    let posts = AtomicUsize::new(0);
    move |_, request| {
        let number = request.is_write().then(|| posts.fetch_add(1, Ordering::Relaxed) + 1)?;
        match number {
            2 => Some(Fault::Before(ScriptedStep::answer(429, ""))),
            4 => Some(Fault::After(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset)))),
            _ => None,
        }
    }
}

/// After everything was looked up: the journal agrees with the world's log on each message.
fn check(bench: &Bench, chosen: &[MessageId], stop: usize) {
    let accepted = bench.accepted();
    let journal: HashMap<MessageId, ActionState> =
        bench.journal().all(100).unwrap().into_iter().map(|entry| (entry.action.message().unwrap().clone(), entry.state)).collect();
    for message in chosen {
        let taken = accepted.get(message).copied().unwrap_or(0);
        let state = journal.get(message);
        let fits = match state {
            None => taken == 0,
            Some(ActionState::Accepted | ActionState::ResolvedAccepted) => taken == 1,
            Some(ActionState::NotSent | ActionState::Refused | ActionState::Unknown) => taken == 0,
            Some(_) => false,
        };
        assert!(fits, "stopped at step {stop}: {message} is {state:?} and was taken {taken} times");
    }
    for message in &bench.seen.not_started {
        assert_eq!(accepted.get(message), None, "stopped at step {stop}: {message} is offered again though it was taken");
        assert_eq!(journal.get(message), Some(&ActionState::NotSent));
    }
}

#[tokio::test(start_paused = true)]
async fn wherever_a_run_dies_the_next_start_knows_the_truth() {
    let mut stop = 0;
    let mut seen = [0; 3];
    loop {
        stop += 1;
        let stops = Stops::new();
        let mut bench = loaded(Bench::with_stops(world(), faults(), &stops)).await;
        let chosen = bench.failures(4);
        stops.arm(stop);
        bench.ask(run_command(bench.all_confirmed(&chosen)));
        let known = |seen: &Seen| {
            seen.run_is_over() && seen.open.as_ref().is_some_and(Vec::is_empty) && seen.run().is_some_and(|run| run.unknown == 0)
        };
        bench.until_dead_or(&stops, known).await;
        let ended = !stops.is_dead();
        // Answers under way at the crash have nowhere to go.
        bench.run(Duration::from_secs(5)).await;
        let mut bench = bench.killed_and_restarted();
        bench.run(Duration::from_secs(400)).await;
        check(&bench, &chosen, stop);
        seen[0] += usize::from(!bench.seen.not_started.is_empty());
        seen[1] += usize::from(bench.seen.stages.iter().any(|(_, stage)| *stage == ActionStage::FoundAccepted));
        seen[2] += usize::from(bench.seen.stages.iter().any(|(_, stage)| stage.needs_person()));
        if ended {
            break;
        }
        assert!(stop < 200, "a run of four messages has fewer steps");
    }
    assert!(stop > 25, "{stop} steps");
    assert!(seen.iter().all(|times| *times > 0), "not started, found out, left to a person: {seen:?}");
}

#[rstest]
#[case::of_one_address(BASE)]
#[case::of_two_addresses("http://localhost:1/api/v2")]
#[tokio::test(start_paused = true)]
async fn two_processes_on_the_same_failures_take_each_once(#[case] base: &str) {
    let world = World { failure_rate: 0.2, ..demo_world(500, 0.0) };
    let mut bench = loaded(Bench::new(world)).await;
    let mut other = loaded(bench.another_at(base)).await;
    let chosen = bench.failures(30);
    bench.ask(run_command(bench.all_confirmed(&chosen[..20])));
    other.ask(run_command(other.all_confirmed(&chosen[10..])));
    tokio::join!(bench.until("the first is over", Seen::run_is_over), other.until("the second is over", Seen::run_is_over));
    let accepted = bench.accepted();
    assert!(chosen.iter().all(|message| accepted.get(message) == Some(&1)), "{accepted:?}");
    assert_eq!(bench.posts().len(), 30, "no request was made in vain");
    let (first, second) = (bench.seen.run().unwrap(), other.seen.run().unwrap());
    assert_eq!(first.accepted + second.accepted, 30);
    assert_eq!(first.not_sent + second.not_sent, 10, "messages that both chose go to only one");
}

/// Why a yes was not carried out.
fn not_taken<'a>(bench: &'a Bench, message: &MessageId) -> &'a str {
    match bench.seen.stage(message) {
        Some(ActionStage::NotTaken(why)) => &why.what,
        stage => panic!("{stage:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_says_yes_second_is_told_who_was_first_and_sees_the_row_anew() {
    let world = World { failure_rate: 0.2, ..demo_world(500, 0.0) };
    let mut bench = loaded(Bench::new(world)).await;
    let mut other = loaded(bench.another()).await;
    let message = bench.failures(1).remove(0);
    let (first, second) = (bench.confirmed(&message), other.confirmed(&message));
    let read_at = |bench: &Bench| bench.seen.store.read_at(bench.seen.store.row(&message).unwrap());
    bench.ask(retry_command(first));
    bench.until("it is written down", |seen| seen.stage(&message) == Some(&ActionStage::Intended)).await;
    let before = read_at(&other);
    other.ask(retry_command(second.clone()));
    other.until("it is not taken", |seen| matches!(seen.stage(&message), Some(ActionStage::NotTaken(_)))).await;
    let run = bench.journal().all(1).unwrap().remove(0).run;
    let reported = not_taken(&other, &message).to_owned();
    assert!(reported.starts_with(&format!("Another Postwatch is retrying this message (run {run}, since 20")), "{reported}");
    other.run(Duration::from_secs(3)).await;
    assert!(read_at(&other) > before, "its row was read again at once");
    // The first one's outcome is known by now, and the plan here is still from before it.
    bench.until("it was taken", |seen| seen.stages.iter().any(|(_, stage)| *stage == ActionStage::Accepted)).await;
    other.ask(retry_command(second));
    other.until("it is not taken either", |seen| seen.stages.len() == 2).await;
    let reported = not_taken(&other, &message);
    assert!(reported.starts_with(&format!("Another Postwatch has just retried this message (run {run}, at 20")), "{reported}");
    assert_eq!(bench.posts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_started_is_told_once() {
    let stops = Stops::new();
    let mut bench = loaded(Bench::with_stops(world(), faults(), &stops)).await;
    let chosen = bench.failures(4);
    stops.arm(3);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until_dead_or(&stops, |_| false).await;
    let mut bench = bench.killed_and_restarted();
    bench.until("it is reported", |seen| !seen.not_started.is_empty()).await;
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.seen.not_started.len(), 4);
    let notices: Vec<&str> = bench.seen.notices.iter().map(|notice| notice.text.what.as_str()).collect();
    assert_eq!(notices, [""; 0], "the listener reports it, in its own words");
}

#[tokio::test(start_paused = true)]
async fn used_up_attempts_are_told_by_their_code_and_known_at_the_next_start() {
    let refusal = r#"{"error":{"code":"too_many_message_attempts_error","message":"m","type":"t","id":"i"}}"#;
    let other = r#"{"error":{"code":"message_not_found_or_retry_message_not_in_failure_status","message":"m","type":"t","id":"i"}}"#;
    let posts = AtomicUsize::new(0);
    let faults = move |_: usize, request: &Request| {
        let number = request.is_write().then(|| posts.fetch_add(1, Ordering::Relaxed))?;
        Some(Fault::Before(ScriptedStep::answer(400, if number == 0 { refusal } else { other })))
    };
    let mut bench = loaded(Bench::with_stops(world(), faults, &Stops::new())).await;
    let chosen = bench.failures(2);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it is over", Seen::run_is_over).await;
    let code = |message| match bench.seen.stage(message) {
        Some(ActionStage::Refused(refusal)) => (refusal.is_out_of_attempts(), refusal.code.clone().unwrap()),
        stage => panic!("{stage:?}"),
    };
    let reported: Vec<(bool, String)> = chosen.iter().map(code).collect();
    assert_eq!(reported.iter().filter(|(used_up, code)| *used_up && code == "too_many_message_attempts_error").count(), 1);
    let used_up = bench.seen.used_up.clone();
    assert_eq!(used_up.len(), 1);
    let mut bench = bench.killed_and_restarted();
    bench.until("those of the journal are reported", |seen| !seen.used_up.is_empty()).await;
    assert_eq!(bench.seen.used_up, used_up);
}

#[tokio::test(start_paused = true)]
async fn what_another_process_does_is_told_and_its_death_noticed() {
    let world = World { failure_rate: 0.2, ..demo_world(500, 0.0) };
    let stops = Stops::new();
    let mut bench = loaded(Bench::with_stops(world, |_, _| None, &stops)).await;
    let mut other = loaded(bench.another()).await;
    let chosen = bench.failures(5);
    // The first dies after its first request was sent.
    stops.arm(6);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until_dead_or(&stops, |_| false).await;
    other.ask(run_command(other.all_confirmed(&chosen)));
    other
        .until("what is under way is reported", |seen| {
            seen.open.as_ref().is_some_and(|open| open.len() == 5 && open.iter().all(|open| open.elsewhere))
        })
        .await;
    assert_eq!(other.seen.run().unwrap().not_sent, 5);
    bench.kill();
    other.until("it took over", |seen| seen.open.as_ref().is_some_and(Vec::is_empty) && seen.not_started.len() == 4).await;
    other.run(Duration::from_secs(1)).await;
    check(&other, &chosen, 6);
    assert_eq!(other.accepted().values().sum::<usize>(), 1);
}
