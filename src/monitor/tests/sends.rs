//! Sending one message: once for each yes, found out where its answer was lost, and never twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rstest::rstest;

use super::transports::{AlteredTransport, Stops};
use super::world::{Bench, Seen, World, demo_world, loaded, send_command};
use crate::action::SameMessage;
use crate::delivery::Status;
use crate::monitor::{ActionStage, Command, Generation, PreparedState, ToPrepare};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{Broken, Request, Transport, TransportFailure};
use crate::state::{ActionKind, ActionState};

const NUMBER: &str = "6580009999";

fn world() -> World {
    demo_world(60, 0.0)
}

/// A worker as in a script: it reads only what the send needs.
fn script() -> World {
    World { reads: false, ..world() }
}

fn lost(before: bool) -> Fault {
    let step = ScriptedStep::Fail(TransportFailure::Unknown(Broken::Timeout));
    if before { Fault::Before(step) } else { Fault::After(step) }
}

fn first_post(fault: Fault) -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static {
    let posts = AtomicUsize::new(0);
    move |_, request| (request.is_write() && posts.fetch_add(1, Ordering::Relaxed) == 0).then(|| fault.clone())
}

fn is_over(seen: &Seen) -> bool {
    seen.sends.last().is_some_and(|(_, stage)| stage.is_over() || matches!(stage, ActionStage::Accepted | ActionStage::FoundAccepted))
}

fn last(bench: &Bench) -> &ActionStage {
    &bench.seen.sends.last().expect("something was reported").1
}

fn state(bench: &Bench) -> ActionState {
    bench.journal().all(1).unwrap()[0].state
}

#[tokio::test(start_paused = true)]
async fn a_message_is_sent_once_and_followed_to_its_end() {
    let mut bench = loaded(Bench::new(world())).await;
    let plan = bench.send_plan(NUMBER).await;
    assert!(plan.reading().same.is_empty() && plan.reading().known.is_empty());
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is accepted", |seen| seen.sends.iter().any(|(_, stage)| *stage == ActionStage::Accepted)).await;
    let sent = bench.sent_to(NUMBER);
    assert_eq!((sent.len(), bench.posts().len()), (1, 1));
    let entry = bench.journal().all(1).unwrap().remove(0);
    assert_eq!((entry.state, entry.tries, entry.action.message()), (ActionState::Accepted, 1, Some(&sent[0])));
    assert_eq!(bench.seen.sends.last().unwrap().0.as_ref(), Some(&sent[0]));
    assert!(bench.seen.store.row(&sent[0]).is_some(), "it is loaded as soon as it is reported");
    bench
        .until("it has ended", |seen| matches!(&seen.sends.last(), Some((_, ActionStage::Followed { status })) if status.is_final()))
        .await;
    assert!(matches!(bench.truth(&sent[0]), Status::Success | Status::Failure));
}

#[tokio::test(start_paused = true)]
async fn the_journal_holds_neither_the_number_nor_the_text() {
    let mut bench = loaded(Bench::new(world())).await;
    let plan = bench.send_plan(NUMBER).await;
    let value = plan.draft().values[0].1.clone();
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is over", is_over).await;
    for file in std::fs::read_dir(bench.folder.path().join("state")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for personal in [NUMBER, "80009999", value.as_str()] {
            assert!(!bytes.windows(personal.len()).any(|window| window == personal.as_bytes()), "{personal}");
        }
    }
}

#[rstest]
#[case::it_had_been_taken(false, ActionState::ResolvedAccepted, 1)]
#[case::it_had_not(true, ActionState::Unknown, 0)]
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_out_by_reading_alone(
    #[case] before: bool,
    #[case] end: ActionState,
    #[case] taken: usize,
    #[values(true, false)] reads: bool,
) {
    let mut bench = Bench::with_faults(World { reads, ..world() }, |inner| FaultTransport::new(inner, first_post(lost(before))));
    if reads {
        bench = loaded(bench).await;
    }
    let plan = bench.send_plan(NUMBER).await;
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.run(Duration::from_secs(300)).await;
    assert_eq!((state(&bench), bench.sent_to(NUMBER).len(), bench.posts().len()), (end, taken, taken));
    if end == ActionState::Unknown {
        assert!(last(&bench).needs_person(), "{:?}", bench.seen.sends);
        // As long as it is open, the same message is refused, before the question and after it.
        let plan = bench.send_plan(NUMBER).await;
        assert!(plan.refusal().is_some());
        assert_eq!(plan.confirm(bench.clock.now()), None);
        assert_eq!(bench.sent_to(NUMBER).len(), 0);
    }
}

/// With the network gone after the request, the look-up goes on until it comes back, and nothing is sent again.
#[rstest]
#[tokio::test(start_paused = true)]
async fn a_look_up_that_fails_goes_on(#[values(true, false)] taken: bool) {
    let posts = AtomicUsize::new(0);
    let reads = AtomicUsize::new(0);
    let faults = move |_: usize, request: &Request| {
        if request.is_write() {
            posts.fetch_add(1, Ordering::Relaxed);
            return Some(lost(!taken));
        }
        let is_gone = posts.load(Ordering::Relaxed) > 0 && reads.fetch_add(1, Ordering::Relaxed) < 20;
        is_gone.then(|| Fault::Before(ScriptedStep::answer(502, "")))
    };
    let mut bench = Bench::with_faults(script(), |inner| FaultTransport::new(inner, faults));
    let plan = bench.send_plan(NUMBER).await;
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.run(Duration::from_secs(3_600)).await;
    let (end, sent) = if taken { (ActionState::ResolvedAccepted, 1) } else { (ActionState::Unknown, 0) };
    let entry = bench.journal().all(1).unwrap().remove(0);
    assert_eq!((entry.state, entry.tries, bench.sent_to(NUMBER).len()), (end, 1, sent));
}

/// Without a reading of what went to the number just before it, nothing is sent.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_again_first_is_not_sent() {
    let searches = AtomicUsize::new(0);
    let faults = move |_: usize, request: &Request| {
        let is_later = request.query().contains("search=") && searches.fetch_add(1, Ordering::Relaxed) > 0;
        is_later.then(|| Fault::Before(ScriptedStep::answer(502, "")))
    };
    let mut bench = Bench::with_faults(script(), |inner| FaultTransport::new(inner, faults));
    let plan = bench.send_plan(NUMBER).await;
    bench.run(Duration::from_secs(70)).await;
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is over", is_over).await;
    assert!(matches!(last(&bench), ActionStage::NotSent(_)), "{:?}", bench.seen.sends);
    assert_eq!((state(&bench), bench.sent_to(NUMBER).len()), (ActionState::NotSent, 0));
}

/// The server took its time: the message is there only after the client has given up.
#[tokio::test(start_paused = true)]
async fn a_message_that_comes_after_the_timeout_is_found() {
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(lost(true))))).await;
    let plan = bench.send_plan(NUMBER).await;
    let draft = plan.draft().clone();
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("its outcome is unknown", |seen| matches!(seen.sends.last(), Some((_, ActionStage::Unknown { .. })))).await;
    bench.run(Duration::from_secs(20)).await;
    bench.send_one_elsewhere(&draft);
    bench.until("it was found", |seen| seen.sends.iter().any(|(_, stage)| *stage == ActionStage::FoundAccepted)).await;
    bench.run(Duration::from_secs(60)).await;
    assert_eq!((state(&bench), bench.sent_to(NUMBER).len()), (ActionState::ResolvedAccepted, 1));
}

/// What was there before, or says something else, is not taken for the message.
#[rstest]
#[tokio::test(start_paused = true)]
async fn an_older_or_another_message_is_not_taken_for_it(#[values(true, false)] killed: bool) {
    let fault = if killed { Fault::Before(ScriptedStep::Hang) } else { lost(true) };
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(fault)))).await;
    let draft = bench.draft(NUMBER);
    bench.send_one_elsewhere(&draft);
    let plan = bench.send_plan(NUMBER).await;
    assert_eq!((plan.reading().known.len(), plan.reading().same.len()), (1, 1), "the question points it out");
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench
        .until("it is on its way", |seen| {
            matches!(seen.sends.last(), Some((_, ActionStage::UnderWay { .. } | ActionStage::Unknown { .. })))
        })
        .await;
    bench.run(Duration::from_secs(1)).await;
    let mut another = draft.clone();
    another.values[0].1.push_str(" and more");
    bench.send_one_elsewhere(&another);
    if killed {
        bench = bench.killed_and_restarted();
    }
    bench.run(Duration::from_secs(300)).await;
    assert_eq!(state(&bench), ActionState::Unknown);
    assert!(last(&bench).needs_person(), "{:?}", bench.seen.sends);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_elsewhere_meanwhile_is_not_sent_again() {
    let mut bench = loaded(Bench::new(world())).await;
    let plan = bench.send_plan(NUMBER).await;
    let draft = plan.draft().clone();
    // The reading grows old, and someone else sends the same.
    bench.run(Duration::from_secs(70)).await;
    bench.send_one_elsewhere(&draft);
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is over", is_over).await;
    assert!(matches!(last(&bench), ActionStage::Skipped(_)), "{:?}", bench.seen.sends);
    assert_eq!((state(&bench), bench.sent_to(NUMBER).len()), (ActionState::NotSent, 1));
}

/// Another message to the same number is no reason to skip it, and is known from then on.
#[tokio::test(start_paused = true)]
async fn an_old_reading_is_repeated_before_the_request() {
    let mut bench = loaded(Bench::new(world())).await;
    let plan = bench.send_plan(NUMBER).await;
    let mut another = plan.draft().clone();
    another.values[0].1.push_str(" and more");
    bench.run(Duration::from_secs(70)).await;
    bench.send_one_elsewhere(&another);
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is over", is_over).await;
    let entry = bench.journal().all(1).unwrap().remove(0);
    assert!(matches!(&entry.action, ActionKind::SendMessage { known: Some(known), .. } if known.len() == 1), "{:?}", entry.action);
    assert_eq!((entry.state, bench.sent_to(NUMBER).len()), (ActionState::Accepted, 2));
}

#[tokio::test(start_paused = true)]
async fn of_two_processes_with_the_same_message_one_sends_it() {
    let mut bench = loaded(Bench::new(world())).await;
    let mut other = bench.another_with(world());
    let (first, second) = (bench.send_plan(NUMBER).await, other.send_plan(NUMBER).await);
    assert_eq!(first.draft(), second.draft());
    let late = [first.clone(), second.clone()];
    bench.ask(send_command(first.confirm(bench.clock.now()).unwrap()));
    other.ask(send_command(second.confirm(other.clock.now()).unwrap()));
    tokio::join!(bench.until("the first is over", is_over), other.until("the second is over", is_over));
    let stages = [last(&bench), last(&other)];
    assert_eq!(stages.iter().filter(|stage| ***stage == ActionStage::Accepted).count(), 1, "{stages:?}");
    assert_eq!(stages.iter().filter(|stage| matches!(stage, ActionStage::NotTaken(_))).count(), 1, "{stages:?}");
    // Nor is it sent by a yes to a plan from before it was accepted.
    let [of_first, of_second] = late.map(|plan| send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.ask(of_first);
    other.ask(of_second);
    tokio::join!(bench.run(Duration::from_secs(30)), other.run(Duration::from_secs(30)));
    assert_eq!((bench.sent_to(NUMBER).len(), bench.posts().len()), (1, 1));
}

/// The program dies at every step in turn.
#[rstest]
#[case::answered(true, true)]
#[case::lost_after_it_was_taken(false, true)]
#[case::lost_before_it_was_taken(false, false)]
#[tokio::test(start_paused = true)]
async fn wherever_it_dies_the_next_start_knows_the_truth(#[case] answered: bool, #[case] taken: bool) {
    let mut ends = std::collections::HashSet::new();
    for stop in 1.. {
        let stops = Stops::new();
        let posts = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&posts);
        let faults = move |_: usize, request: &Request| match request.is_write().then(|| count.fetch_add(1, Ordering::Relaxed))? {
            // The first is dropped for the rate.
            0 => Some(Fault::Before(ScriptedStep::answer(429, ""))),
            1 if !answered => Some(lost(!taken)),
            _ => None,
        };
        let mut bench = Bench::with_stops(script(), faults, &stops);
        let plan = bench.send_plan(NUMBER).await;
        // Old enough to be read again first.
        bench.run(Duration::from_secs(70)).await;
        stops.arm(stop);
        bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
        bench.until_dead_or(&stops, |seen| is_over(seen) || seen.sends.last().is_some_and(|(_, stage)| stage.needs_person())).await;
        let ended = !stops.is_dead();
        bench.run(Duration::from_secs(5)).await;
        let mut bench = bench.killed_and_restarted();
        bench.run(Duration::from_secs(300)).await;
        let state = bench.journal().all(1).unwrap().first().map(|entry| entry.state);
        let sent = bench.sent_to(NUMBER).len();
        let fits = match state {
            Some(ActionState::Accepted | ActionState::ResolvedAccepted) => sent == 1,
            None | Some(ActionState::NotSent | ActionState::Refused | ActionState::Unknown) => sent == 0,
            Some(_) => false,
        };
        assert!(fits, "stopped at step {stop}: {state:?}, and {sent} are there");
        let told = state != Some(ActionState::NotSent) || bench.seen.sends_not_started == 1 || ended;
        assert!(told, "stopped at step {stop}: what was not sent must be reported");
        ends.insert(state);
        if ended {
            assert!(stop > 8, "only {stop} steps");
            break;
        }
        assert!(stop < 60, "a send has fewer steps");
    }
    assert!(ends.len() > 2, "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_fails_says_so_and_goes_again() {
    let fails = AtomicUsize::new(0);
    let faults = move |_: usize, request: &Request| {
        let is_search = request.query().contains("search=");
        (is_search && fails.fetch_add(1, Ordering::Relaxed) == 0).then(|| Fault::Before(ScriptedStep::answer(502, "")))
    };
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, faults))).await;
    bench.ask(Command::Prepare { generation: Generation(1), what: ToPrepare::Send(bench.draft(NUMBER)) });
    bench.until("it failed", |seen| matches!(seen.recipient, Some((_, PreparedState::Failed { again: true, .. })))).await;
    bench.until("it was read", |seen| matches!(seen.recipient, Some((_, PreparedState::Send(_))))).await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_id_is_never_in_the_words_for_a_person() {
    let mut bench = Bench::with_faults(script(), |inner| FaultTransport::new(inner, first_post(lost(true))));
    let plan = bench.send_plan(NUMBER).await;
    let fingerprint = plan.reading().fingerprint.as_str().to_owned();
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.run(Duration::from_secs(300)).await;
    let mut bench = bench.killed_and_restarted();
    bench.run(Duration::from_secs(300)).await;
    let said = format!("{:?} {:?}", bench.seen.notices, bench.seen.sends);
    assert!(!said.contains(&fingerprint) && !said.contains(NUMBER), "{said}");
}

/// A server whose searches show this little of what there is.
fn short_sighted(inner: Arc<dyn Transport>, has_next: bool) -> Arc<dyn Transport> {
    let alter = move |_: usize, request: &Request, page: &mut serde_json::Value| {
        if request.query().contains("search=") {
            page["data"] = serde_json::json!([]);
            page["pageData"]["hasNextPage"] = has_next.into();
        }
    };
    Arc::new(AlteredTransport { inner, alter: Box::new(alter), pages: AtomicUsize::new(0) })
}

/// An older message that says the same is not taken for it where not all that went to the number could be read.
#[rstest]
#[tokio::test(start_paused = true)]
async fn what_could_not_be_read_whole_proves_nothing(#[values(true, false)] killed: bool) {
    let fault = if killed { Fault::Before(ScriptedStep::Hang) } else { lost(true) };
    let faults = first_post(fault);
    let mut bench = Bench::behind(world(), |inner| Arc::new(FaultTransport::new(short_sighted(inner, true), faults)));
    let draft = bench.draft(NUMBER);
    bench.send_one_elsewhere(&draft);
    let plan = bench.send_plan(NUMBER).await;
    assert!(!plan.reading().is_whole && plan.reading().known.is_empty());
    bench.ask(Command::InView(true));
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.run(Duration::from_secs(5)).await;
    if killed {
        bench = bench.killed_and_restarted();
    }
    bench.run(Duration::from_secs(300)).await;
    assert_eq!((state(&bench), bench.sent_to(NUMBER).len()), (ActionState::Unknown, 1));
}

/// A server may show a message only a while after it accepted it: the journal knows better.
#[tokio::test(start_paused = true)]
async fn what_was_sent_from_here_is_pointed_out_though_the_server_does_not_show_it() {
    let mut bench = Bench::behind(script(), |inner| short_sighted(inner, false));
    let plan = bench.send_plan(NUMBER).await;
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is accepted", |seen| seen.sends.iter().any(|(_, stage)| *stage == ActionStage::Accepted)).await;
    let sent = bench.sent_to(NUMBER);
    let plan = bench.send_plan(NUMBER).await;
    assert_eq!(plan.reading().known, sent);
    assert_eq!(plan.reading().same.iter().map(|same| same.message.as_ref()).collect::<Vec<_>>(), [Some(&sent[0])]);
}

/// A person's word that it went counts like the API's, as long as no message shows that could be it.
#[tokio::test(start_paused = true)]
async fn what_a_person_says_went_is_pointed_out() {
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(lost(true))))).await;
    let plan = bench.send_plan(NUMBER).await;
    let planned_at = bench.clock.now();
    bench.ask(send_command(plan.confirm(planned_at).unwrap()));
    bench.until("a person must decide", |seen| seen.open.as_ref().is_some_and(|open| open.len() == 1)).await;
    let action = bench.seen.open.as_ref().unwrap()[0].action;
    bench.ask(Command::Resolve { action, went: true });
    bench.until("it is closed", |seen| seen.open.as_ref().is_some_and(Vec::is_empty)).await;
    let reading = bench.send_plan(NUMBER).await.reading().clone();
    assert!(!reading.is_open && reading.known.is_empty());
    assert_eq!(reading.same, [SameMessage { message: None, created_at: planned_at, status: None }]);
    let draft = bench.draft(NUMBER);
    bench.send_one_elsewhere(&draft);
    let same = bench.send_plan(NUMBER).await.reading().same.clone();
    assert_eq!(same.iter().map(|same| same.message.as_ref()).collect::<Vec<_>>(), [bench.sent_to(NUMBER).first()]);
}

#[tokio::test(start_paused = true)]
async fn a_value_that_the_server_repeats_is_not_kept() {
    let words = r#"{"error":{"code":"parameter_invalid","message":"Ang Mo Kio is not allowed for 6580009999","type":"t","id":"i"}}"#;
    let faults = first_post(Fault::Before(ScriptedStep::answer(400, words)));
    let mut bench = Bench::with_faults(script(), |inner| FaultTransport::new(inner, faults));
    let plan = bench.send_plan(NUMBER).await;
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is refused", is_over).await;
    let entry = bench.journal().all(1).unwrap().remove(0);
    assert_eq!((entry.state, entry.reason.as_deref()), (ActionState::Refused, Some("… is not allowed for …")));
    assert!(!format!("{:?}", bench.seen.sends).contains("Ang Mo Kio"));
}

/// A proxy that answers with an older message has not sent this one.
#[tokio::test(start_paused = true)]
async fn an_answer_with_a_message_that_was_there_before_proves_nothing() {
    let id = Arc::new(std::sync::Mutex::new(String::new()));
    let known = Arc::clone(&id);
    let faults = move |_: usize, request: &Request| {
        let body = format!(r#"{{"id":"{}","recipient":"{NUMBER}","latestStatus":"created"}}"#, known.lock().unwrap());
        request.is_write().then(|| Fault::Before(ScriptedStep::answer(201, &body)))
    };
    let mut bench = Bench::with_faults(script(), |inner| FaultTransport::new(inner, faults));
    let draft = bench.draft(NUMBER);
    bench.send_one_elsewhere(&draft);
    *id.lock().unwrap() = bench.sent_to(NUMBER)[0].to_string();
    let plan = bench.send_plan(NUMBER).await;
    bench.ask(send_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.run(Duration::from_secs(200)).await;
    assert_eq!(state(&bench), ActionState::Unknown);
    // Looked up again, it is still known to whom it went.
    let action = bench.journal().all(1).unwrap()[0].id;
    bench.send_one_elsewhere(&draft);
    bench.ask(Command::LookUp(action));
    bench.until("it is found", |seen| matches!(seen.sends.last(), Some((_, ActionStage::FoundAccepted)))).await;
}
