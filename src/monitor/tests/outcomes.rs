//! Every row of the table of outcomes, from a fault on the wire to the journal's line, and many messages with many
//! faults at once.

use std::time::Duration;

use rstest::rstest;

use super::world::{Bench, Seen, World, demo_world, loaded, retry_command, run_command, send_command, upload_command};
use crate::delivery::MessageId;
use crate::monitor::{ActionStage, Command, RunPhase};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{Broken, NotSent, Request, Response, TransportFailure};
use crate::state::ActionState;

fn posts(decide: impl Fn(usize) -> Option<Fault> + Send + Sync + 'static) -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync {
    let posts = std::sync::atomic::AtomicUsize::new(0);
    move |_, request| request.is_write().then(|| posts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1).and_then(&decide)
}

fn fails(failure: NotSent) -> ScriptedStep {
    ScriptedStep::Fail(TransportFailure::NotSent(failure))
}

fn breaks(failure: Broken) -> ScriptedStep {
    ScriptedStep::Fail(TransportFailure::Unknown(failure))
}

fn answers(status: u16) -> ScriptedStep {
    ScriptedStep::answer(status, "<html>something in between</html>")
}

fn refuses(status: u16) -> ScriptedStep {
    ScriptedStep::answer(status, r#"{"error":{"code":"some_code","message":"some words","type":"t","id":"trace-1"}}"#)
}

/// A successful answer that breaks off.
fn cut() -> ScriptedStep {
    let body = bytes::Bytes::from_static(b"{\"id\":\"mess");
    ScriptedStep::Answer(Response { status: 201, body, body_failure: Some(Broken::Eof), ..Response::default() })
}

/// What meets the fault.
#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Retry,
    Send,
    Upload,
}

/// One action whose first requests meet a fault: the state it ends in, the tries, and how often the world accepted it.
async fn ends(what: What, fault: Fault, times: usize) -> (ActionState, u32, usize) {
    const NUMBER: &str = "6580009999";
    let faults = posts(move |number| (number <= times).then(|| fault.clone()));
    // A send and an upload need nothing loaded.
    let world = World { reads: what == What::Retry, ..demo_world(300, 0.0) };
    let mut bench = Bench::with_faults(world, |inner| FaultTransport::new(inner, faults));
    if what == What::Retry {
        bench = loaded(bench).await;
    }
    let failed = (what == What::Retry).then(|| bench.failed());
    let command = match (&failed, what) {
        (Some(failed), _) => retry_command(bench.confirmed(failed)),
        (None, What::Upload) => {
            let file = bench.file("clinic.csv", 3);
            upload_command(bench.upload_plan(file).await.confirm(bench.clock.now(), None).unwrap())
        }
        (None, _) => send_command(bench.send_plan(NUMBER).await.confirm(bench.clock.now()).unwrap()),
    };
    bench.ask(command);
    bench.run(Duration::from_secs(600)).await;
    let entry = bench.journal().all(1).unwrap().remove(0);
    let accepted = match (&failed, what) {
        (Some(failed), _) => bench.accepted().get(failed).copied().unwrap_or(0),
        (None, What::Upload) => bench.uploaded().len(),
        (None, _) => bench.sent_to(NUMBER).len(),
    };
    (entry.state, entry.tries, accepted)
}

#[rstest]
#[case::dns(fails(NotSent::Dns))]
#[case::refused(fails(NotSent::Refused))]
#[case::unreachable(fails(NotSent::Unreachable))]
#[case::tls(fails(NotSent::Tls("a certificate".to_owned())))]
#[case::connect_timeout(fails(NotSent::ConnectTimeout))]
#[case::dropped(answers(429))]
#[case::dropped_in_the_apis_words(refuses(429))]
#[tokio::test(start_paused = true)]
async fn what_did_nothing_goes_again_by_itself(#[case] step: ScriptedStep, #[values(What::Retry, What::Send, What::Upload)] what: What) {
    assert_eq!(ends(what, Fault::Before(step), 1).await, (ActionState::Accepted, 2, 1));
}

#[rstest]
#[case::not_sent(fails(NotSent::Dns), ActionState::NotSent)]
#[case::dropped(answers(429), ActionState::Refused)]
#[tokio::test(start_paused = true)]
async fn what_does_nothing_for_ever_is_given_up(
    #[case] step: ScriptedStep,
    #[case] end: ActionState,
    #[values(What::Retry, What::Send, What::Upload)] what: What,
) {
    assert_eq!(ends(what, Fault::Before(step), usize::MAX).await, (end, 8, 0));
}

#[rstest]
#[case(refuses(400))]
#[case(refuses(409))]
#[case(answers(401))]
#[case(answers(403))]
#[case(answers(404))]
#[case(answers(405))]
#[case(answers(407))]
#[case(answers(413))]
#[case(answers(415))]
#[case(answers(307))]
#[case(answers(308))]
#[tokio::test(start_paused = true)]
async fn a_refusal_is_final(#[case] step: ScriptedStep, #[values(What::Retry, What::Send, What::Upload)] what: What) {
    assert_eq!(ends(what, Fault::Before(step), 1).await, (ActionState::Refused, 1, 0));
}

#[rstest]
#[case(answers(200))]
#[case(refuses(200))]
#[case(ScriptedStep::answer(202, ""))]
#[case(ScriptedStep::answer(201, r#"{"id":"message_of_another","recipient":"6580000000","latestStatus":"created"}"#))]
#[case(cut())]
#[case(answers(500))]
#[case(refuses(500))]
#[case(answers(502))]
#[case(answers(503))]
#[case(answers(504))]
#[case(answers(520))]
#[case(answers(524))]
#[case(answers(408))]
#[case(answers(302))]
#[case(answers(400))]
#[case(answers(418))]
#[case(breaks(Broken::Timeout))]
#[case(breaks(Broken::Reset))]
#[case(breaks(Broken::Eof))]
#[tokio::test(start_paused = true)]
async fn everything_else_is_unknown_looked_up_and_never_sent_again(
    #[case] step: ScriptedStep,
    #[values(What::Retry, What::Send, What::Upload)] what: What,
) {
    assert_eq!(ends(what, Fault::After(step.clone()), 1).await, (ActionState::ResolvedAccepted, 1, 1), "it had been taken");
    assert_eq!(ends(what, Fault::Before(step), 1).await, (ActionState::Unknown, 1, 0), "it had not");
}

#[tokio::test(start_paused = true)]
async fn a_portals_page_keeps_no_message_under_way() {
    // The office's portal answers the first request; the API never sees it.
    let faults = posts(|number| (number == 1).then(|| Fault::Before(answers(200))));
    let mut bench = loaded(Bench::with_faults(demo_world(300, 0.0), |inner| FaultTransport::new(inner, faults))).await;
    let failed = bench.failed();
    bench.ask(retry_command(bench.confirmed(&failed)));
    let is_a_persons = |seen: &Seen| seen.open.as_ref().is_some_and(|open| open.len() == 1 && open[0].look_up_at.is_none());
    bench.until("a person must decide", is_a_persons).await;
    assert!(bench.seen.stage(&failed).is_some_and(ActionStage::needs_person));
    assert_eq!(bench.accepted().get(&failed), None);
    let action = bench.seen.open.as_ref().unwrap()[0].action;
    bench.ask(Command::Resolve { action, went: false });
    bench.until("it is closed", |seen| seen.open.as_ref().is_some_and(Vec::is_empty)).await;
    // It can be retried again without a restart.
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.accepted().get(&failed), Some(&1));
    assert_eq!(bench.journal().all(1).unwrap()[0].state, ActionState::Accepted);
}

/// What the journal says about a message must match the world's log.
fn is_true(state: ActionState, accepted: usize) -> bool {
    match state {
        ActionState::Accepted | ActionState::ResolvedAccepted => accepted == 1,
        ActionState::NotSent | ActionState::Refused | ActionState::Unknown => accepted == 0,
        _ => false,
    }
}

#[tokio::test(start_paused = true)]
async fn five_hundred_messages_under_faults_are_each_taken_once_at_most() {
    // A fixed mix: more than half of all requests meet a fault.
    let faults = posts(|number| match (number * 7919) % 20 {
        0..4 => Some(Fault::Before(answers(429))),
        4..6 => Some(Fault::Before(breaks(Broken::Reset))),
        6..8 => Some(Fault::After(breaks(Broken::Reset))),
        8 => Some(Fault::Before(answers(503))),
        9 => Some(Fault::After(answers(503))),
        10 => Some(Fault::Before(fails(NotSent::Refused))),
        _ => None,
    });
    let world = World { failure_rate: 0.3, ..demo_world(4000, 0.0) };
    let mut bench = loaded(Bench::with_faults(world, |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(500);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    let mut pauses = 0;
    loop {
        let reported = bench.seen.runs.len();
        bench
            .until("it pauses or ends", |seen| {
                seen.run_is_over() || (seen.runs.len() > reported && seen.run().is_some_and(|run| matches!(run.phase, RunPhase::Paused(_))))
            })
            .await;
        if bench.seen.run_is_over() {
            break;
        }
        pauses += 1;
        bench.ask(Command::ResumeRun { agreed_at: bench.clock.now() });
        bench.until("it goes on", |seen| !matches!(seen.run().unwrap().phase, RunPhase::Paused(_))).await;
    }
    assert!(pauses > 0, "three unknown ones in a row came up");
    let decided = |seen: &Seen| seen.open.as_ref().is_some_and(|open| open.iter().all(|open| open.look_up_at.is_none()));
    bench.until("every outcome is known or a person's", decided).await;
    bench.run(Duration::from_secs(1)).await;
    let accepted = bench.accepted();
    let journal = bench.journal().all(1000).unwrap();
    assert_eq!(journal.len(), 500);
    for entry in &journal {
        let message: &MessageId = entry.action.message().unwrap();
        let taken = accepted.get(message).copied().unwrap_or(0);
        assert!(is_true(entry.state, taken), "{message}: {} in the journal, taken {taken} times", entry.state);
    }
    let count = |wanted: &[ActionState]| journal.iter().filter(|entry| wanted.contains(&entry.state)).count();
    let run = bench.seen.run().unwrap();
    assert_eq!(run.accepted, count(&[ActionState::Accepted, ActionState::ResolvedAccepted]));
    assert_eq!(run.unknown, count(&[ActionState::Unknown]));
    assert_eq!(run.refused, count(&[ActionState::Refused]));
    assert!(count(&[ActionState::ResolvedAccepted]) > 20 && run.unknown > 20, "the faults were met");
    assert_eq!(bench.seen.open.as_ref().unwrap().len(), run.unknown);
    // A person decides about one, which may then be planned again.
    let open = bench.seen.open.as_ref().unwrap()[0].clone();
    let (message, unknown) = (open.kind.message().unwrap().clone(), run.unknown);
    bench.ask(Command::LookUp(open.action));
    bench
        .until("it was looked up", |seen| {
            seen.open.as_ref().is_some_and(|reported| reported.iter().any(|reported| reported.look_up_at.is_some()))
        })
        .await;
    bench.until("it is a person's again", decided).await;
    bench.ask(Command::Resolve { action: open.action, went: false });
    bench.until("it is closed", |seen| seen.open.as_ref().is_some_and(|reported| reported.len() + 1 == unknown)).await;
    assert_eq!(bench.seen.run().unwrap().unknown, unknown - 1);
    assert_eq!(bench.journal().entry(open.action).unwrap().state, ActionState::ResolvedByPerson);
    bench.ask(retry_command(bench.confirmed(&message)));
    bench.until("it was retried", |seen| !matches!(seen.stage(&message), Some(ActionStage::NotTaken(_) | ActionStage::NotSent(_)))).await;
}
