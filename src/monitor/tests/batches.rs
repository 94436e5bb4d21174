//! Whole batches: one call, and its outcome found out from their messages.

use std::time::Duration;

use rstest::rstest;

use super::transports::Stops;
use super::world::{Bench, World, demo_world, loaded, retry_batch_command, retry_command};
use crate::delivery::{BatchId, MessageId, RetryAdvice};
use crate::monitor::{ActionStage, BatchState, Command, Generation};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{Broken, Request, TransportFailure};
use crate::state::{ActionKind, ActionState, FailureSeen, Intention, Outcome, RunId, Server, Who};

fn world() -> World {
    World { failure_rate: 0.2, ..demo_world(500, 0.0) }
}

fn first_post(fault: Fault) -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static {
    let met = std::sync::atomic::AtomicBool::new(false);
    move |_, request| (request.is_write() && !met.swap(true, std::sync::atomic::Ordering::Relaxed)).then(|| fault.clone())
}

fn reset() -> ScriptedStep {
    ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset))
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_retried_with_one_call() {
    let mut bench = loaded(Bench::new(world())).await;
    let plan = bench.batch_plan().await;
    assert!(plan.failures > 3, "{plan:?}");
    let batch = plan.batch.clone();
    bench.ask(retry_batch_command(plan.clone().confirm(bench.clock.now()).unwrap()));
    bench.until("it is accepted", |seen| seen.batch_stages.contains(&ActionStage::Accepted)).await;
    assert_eq!(bench.batch_posts(), [(batch.to_string(), 201)]);
    let journal = bench.journal().all(10).unwrap();
    assert_eq!(journal.len(), 1);
    assert!(matches!(&journal[0].action, ActionKind::RetryBatch { batch: of, .. } if *of == batch));
    assert_eq!(journal[0].state, ActionState::Accepted);
    // What became of its messages is seen.
    bench.run(Duration::from_secs(600)).await;
    let unseen = bench.differences(Duration::from_secs(30));
    assert_eq!((unseen.missing, unseen.stale), (0, 0));
}

#[rstest]
#[case::found_out(Fault::After(reset()), ActionState::ResolvedAccepted, 1)]
#[case::left_to_a_person(Fault::Before(reset()), ActionState::Unknown, 0)]
#[case::behind_a_portals_page(Fault::After(ScriptedStep::answer(200, "<html>Sign in</html>")), ActionState::ResolvedAccepted, 1)]
#[case::a_portals_page(Fault::Before(ScriptedStep::answer(200, "<html>Sign in</html>")), ActionState::Unknown, 0)]
#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_is_found_out_from_its_messages(#[case] fault: Fault, #[case] end: ActionState, #[case] taken: usize) {
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(fault)))).await;
    let plan = bench.batch_plan().await;
    bench.ask(retry_batch_command(plan.clone().confirm(bench.clock.now()).unwrap()));
    bench
        .until("it is known, or a person must decide", |seen| {
            seen.batch_stages.iter().any(|stage| *stage == ActionStage::FoundAccepted || stage.needs_person())
        })
        .await;
    bench.run(Duration::from_secs(300)).await;
    assert_eq!(bench.journal().all(1).unwrap()[0].state, end);
    assert_eq!(bench.batch_posts().len(), taken, "it is never repeated");
    // A second one is refused while the first is open.
    if end == ActionState::Unknown {
        let plan = bench.batch_plan().await;
        bench.ask(retry_batch_command(plan.confirm(bench.clock.now()).unwrap()));
        bench.until("it is not taken", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::NotTaken(_)))).await;
        assert_eq!(bench.batch_posts().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_in_the_apis_words() {
    let mut bench = loaded(Bench::new(world())).await;
    let plan = bench.batch_plan().await;
    // A single message of it is retried, so one of them is `created`.
    let store = &bench.seen.store;
    let failed = store.rows().map(|row| store.message(row)).find(|message| {
        message.status == Some(crate::delivery::Status::Failure) && message.batch.as_ref().is_some_and(|batch| batch.id == plan.batch)
    });
    let failed = failed.unwrap().id;
    bench.retry_elsewhere(&failed);
    bench.ask(retry_batch_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is refused", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::Refused(_)))).await;
    assert_eq!(bench.journal().all(1).unwrap()[0].code.as_deref(), Some("unresolved_batch_messages"));
}

#[tokio::test(start_paused = true)]
async fn one_that_was_under_way_at_a_crash_is_looked_up_at_the_next_start() {
    let fault = Fault::After(ScriptedStep::Hang);
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(fault)))).await;
    let plan = bench.batch_plan().await;
    bench.ask(retry_batch_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is under way", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::UnderWay { .. }))).await;
    bench.run(Duration::from_secs(1)).await;
    let mut bench = bench.killed_and_restarted();
    bench.until("it was found out", |seen| seen.batch_stages.contains(&ActionStage::FoundAccepted)).await;
    assert_eq!(bench.batch_posts().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_had_not_left_at_a_crash_is_told_with_its_id() {
    let stops = Stops::new();
    let mut bench = loaded(Bench::with_stops(world(), |_, _| None, &stops)).await;
    let plan = bench.batch_plan().await;
    // The intention is on disk; the program dies before the line of the try.
    stops.arm(3);
    bench.ask(retry_batch_command(plan.clone().confirm(bench.clock.now()).unwrap()));
    bench.until_dead_or(&stops, |_| false).await;
    let mut bench = bench.killed_and_restarted();
    bench.until("it is reported", |seen| !seen.batches_not_started.is_empty()).await;
    bench.run(Duration::from_secs(60)).await;
    assert_eq!((bench.seen.batches_not_started.as_slice(), bench.batch_posts().len()), (&[plan.batch][..], 0));
    assert_eq!(bench.seen.notices.len(), 0, "the listener reports it, in its own words");
    assert_eq!(bench.journal().all(1).unwrap()[0].state, ActionState::NotSent);
}

/// What the worker last reported of the batch's retry, where its outcome is unknown.
fn unknown(bench: &Bench) -> Option<(String, bool)> {
    match bench.seen.batch_stages.last() {
        Some(ActionStage::Unknown { why, look_up_at }) => Some((why.what.clone(), look_up_at.is_none())),
        _ => None,
    }
}

async fn until_over(bench: &mut Bench) {
    let is_over = |stage: &ActionStage| *stage == ActionStage::FoundAccepted || stage.is_over();
    bench.until("it is known, or a person must decide", |seen| seen.batch_stages.last().is_some_and(is_over)).await;
}

/// The request was lost, and someone retries one message of the batch from the portal.
#[rstest]
#[case::the_first(0)]
#[case::the_last(usize::MAX)]
#[tokio::test(start_paused = true)]
async fn one_message_retried_by_another_hand_does_not_make_it_accepted(#[case] index: usize) {
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(Fault::Before(reset()))))).await;
    let plan = bench.batch_plan().await;
    let failures = plan.evidence.clone().unwrap().failures().to_vec();
    bench.ask(retry_batch_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("its outcome is unknown", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::Unknown { .. }))).await;
    bench.retry_elsewhere(&failures[index.min(failures.len() - 1)].message);
    until_over(&mut bench).await;
    let words = format!("1 of {} changed", failures.len());
    assert_eq!(unknown(&bench), Some((words.clone(), true)));
    bench.run(Duration::from_secs(600)).await;
    let entry = bench.journal().all(1).unwrap().remove(0);
    assert_eq!(entry.state, ActionState::Unknown);
    assert!(entry.reason.as_deref().is_some_and(|reason| reason.starts_with(&words)), "{entry:?}");
    assert_eq!(bench.batch_posts(), []);
}

/// All of them are retried one by one from the portal: the failures were retried, no matter by whom.
#[tokio::test(start_paused = true)]
async fn all_of_them_changed_is_accepted() {
    let world = World { calls_per_second: 0, ..world() };
    let mut bench = loaded(Bench::with_faults(world, |inner| FaultTransport::new(inner, first_post(Fault::Before(reset()))))).await;
    let plan = bench.batch_plan().await;
    let failures = plan.evidence.clone().unwrap().failures().to_vec();
    bench.ask(retry_batch_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("its outcome is unknown", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::Unknown { .. }))).await;
    failures.iter().for_each(|seen| bench.retry_elsewhere(&seen.message));
    until_over(&mut bench).await;
    assert_eq!(bench.journal().all(1).unwrap()[0].state, ActionState::ResolvedAccepted);
}

/// A `Date` header an hour off, or our own clock: the attempts of the last hour would be newer than the request.
#[rstest]
#[case::behind(-3600)]
#[case::ahead(3600)]
#[case::right(0)]
#[tokio::test(start_paused = true)]
async fn no_clock_decides_anything(#[case] off: i64) {
    let world = World { date_off: jiff::SignedDuration::from_secs(off), failure_rate: 0.5, ..demo_world(300, 0.0) };
    let mut bench = loaded(Bench::with_faults(world, |inner| FaultTransport::new(inner, first_post(Fault::Before(reset()))))).await;
    let batch = bench.upload_elsewhere(20);
    bench.run(Duration::from_secs(900)).await;
    let plan = bench.batch_plan_of(&batch).await;
    bench.ask(retry_batch_command(plan.confirm(bench.clock.now()).unwrap()));
    until_over(&mut bench).await;
    assert!(unknown(&bench).is_some_and(|(what, is_over)| what.starts_with("0 of ") && is_over), "{:?}", bench.seen.batch_stages);
}

#[tokio::test(start_paused = true)]
async fn what_was_retried_singly_from_here_does_not_count() {
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(Fault::Before(reset()))))).await;
    let plan = bench.batch_plan().await;
    let failures = plan.evidence.clone().unwrap().failures().to_vec();
    let helped = |seen: &&FailureSeen| {
        let store = &bench.seen.store;
        let error = store.row(&seen.message).and_then(|row| store.error(row).cloned());
        error.is_none_or(|error| error.known().retry_advice() != RetryAdvice::No)
    };
    let single = bench.confirmed(&failures.iter().find(helped).expect("a failure worth a retry").message);
    bench.ask(retry_batch_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("its outcome is unknown", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::Unknown { .. }))).await;
    bench.ask(retry_command(single));
    until_over(&mut bench).await;
    assert_eq!(unknown(&bench), Some((format!("0 of {} changed", failures.len() - 1), true)));
}

/// Either exactly what was agreed to is sent, or nothing.
#[rstest]
#[case::nothing_changed(false)]
#[case::another_hand(true)]
#[tokio::test(start_paused = true)]
async fn an_old_reading_is_made_again_before_the_request(#[case] has_changed: bool) {
    let mut bench = loaded(Bench::new(world())).await;
    let plan = bench.batch_plan().await;
    let first = plan.evidence.clone().unwrap().failures()[0].message.clone();
    if has_changed {
        bench.retry_elsewhere(&first);
    }
    bench.run(Duration::from_secs(90)).await;
    bench.ask(retry_batch_command(plan.clone().confirm(bench.clock.now()).unwrap()));
    bench
        .until("it is over or accepted", |seen| seen.batch_stages.iter().any(|stage| stage.is_over() || *stage == ActionStage::Accepted))
        .await;
    if !has_changed {
        assert_eq!(bench.batch_posts(), [(plan.batch.to_string(), 201)]);
        return;
    }
    let Some(ActionStage::NotTaken(why)) = bench.seen.batch_stages.last() else { panic!("{:?}", bench.seen.batch_stages) };
    let words = format!("changed meanwhile: 1 of its {} failures changed", plan.failures);
    assert!(why.what.contains(&words), "{why:?}");
    let entry = bench.journal().all(1).unwrap().remove(0);
    assert_eq!(entry.state, ActionState::NotSent);
    assert!(entry.reason.is_some_and(|reason| reason.starts_with(&words)));
    assert_eq!(bench.batch_posts(), []);
}

/// A repeat after a 429 does not renew the yes.
#[tokio::test(start_paused = true)]
async fn it_is_read_again_before_it_goes_again() {
    let refused = ScriptedStep::Answer(crate::postman::Response {
        status: 429,
        retry_after: crate::postman::RetryAfter::parse("120"),
        ..crate::postman::Response::default()
    });
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(Fault::Before(refused))))).await;
    let plan = bench.batch_plan().await;
    let first = plan.evidence.clone().unwrap().failures()[0].message.clone();
    bench.ask(retry_batch_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is repeated", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::GoesAgain { .. }))).await;
    bench.retry_elsewhere(&first);
    bench.until("it does not go", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::NotTaken(_)))).await;
    assert_eq!(bench.batch_posts(), []);
    assert_eq!(bench.journal().all(1).unwrap()[0].state, ActionState::NotSent);
}

/// Calls are paused in the middle of a reading, so that it takes longer than a minute: once before the yes, and once
/// after it. The request follows the last page of the second one.
#[tokio::test(start_paused = true)]
async fn a_long_reading_begins_after_the_yes() {
    let world = World { large_files: true, failure_rate: 0.2, ..demo_world(60, 0.0) };
    let mut bench = loaded(Bench::new(world)).await;
    let batch = bench.upload_elsewhere(2_500);
    bench.run(Duration::from_secs(900)).await;
    bench.ask(Command::ReadBatch { generation: Generation(1), batch: batch.clone() });
    bench.until("a page is read", |seen| matches!(seen.batches.last(), Some((_, BatchState::Reading(1_000))))).await;
    pause(&mut bench).await;
    bench.until("it is read whole", |seen| seen.batch().is_some()).await;
    let plan = bench.planned_whole(&batch);
    let evidence = plan.evidence.clone().unwrap();
    let now = bench.clock.now();
    assert_eq!((evidence.is_fresh(now), evidence.can_be_agreed_to(now)), (false, true));
    let before = bench.calls().len();
    let since =
        |bench: &Bench| bench.calls().split_off(before).into_iter().filter(|(path, _)| path.contains("/batch/")).collect::<Vec<_>>();
    bench.ask(retry_batch_command(plan.confirm(now).unwrap()));
    while since(&bench).is_empty() {
        bench.run(Duration::from_millis(100)).await;
    }
    pause(&mut bench).await;
    bench.until("it is accepted", |seen| seen.batch_stages.contains(&ActionStage::Accepted)).await;
    let calls = since(&bench);
    let is_write: Vec<bool> = calls.iter().map(|(_, is_write)| *is_write).collect();
    assert!(is_write.starts_with(&[false, false, false, true]), "{calls:?}");
}

/// No call is made for more than a minute.
async fn pause(bench: &mut Bench) {
    bench.ask(Command::Pause);
    bench.run(Duration::from_secs(70)).await;
    bench.ask(Command::Resume);
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_fails_halfway_begins_again() {
    let pages = std::sync::atomic::AtomicUsize::new(0);
    let second_page = move |_: usize, request: &Request| {
        let is_page = !request.is_write() && request.address().contains("/batch/");
        (is_page && pages.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 1).then(|| Fault::Before(reset()))
    };
    let world = World { large_files: true, failure_rate: 0.2, ..demo_world(60, 0.0) };
    let mut bench = loaded(Bench::with_faults(world, |inner| FaultTransport::new(inner, second_page))).await;
    let batch = bench.upload_elsewhere(1_500);
    bench.run(Duration::from_secs(900)).await;
    let plan = bench.batch_plan_of(&batch).await;
    let reported: Vec<&BatchState> = bench.seen.batches.iter().map(|(_, state)| state).collect();
    assert!(
        matches!(
            reported.as_slice(),
            [BatchState::Reading(1_000), BatchState::Failed { again: true, .. }, BatchState::Reading(1_000), BatchState::Whole(_)]
        ),
        "{reported:?}"
    );
    assert_eq!(plan.loaded, 1_500);
}

/// What was reported of a request: how many of its messages were read, and `None` once all of it was.
fn reported(bench: &Bench, generation: u64) -> Vec<Option<usize>> {
    let of_it = bench.seen.batches.iter().filter(|(of, _)| *of == Generation(generation));
    let read = of_it.filter_map(|(_, state)| match state {
        BatchState::Reading(read) => Some(Some(*read)),
        BatchState::Whole(_) => Some(None),
        BatchState::Failed { .. } => None,
    });
    read.collect()
}

/// The calls for pages of batches.
fn batch_pages(bench: &Bench) -> usize {
    bench.calls().iter().filter(|(path, is_write)| path.contains("/batch/") && !is_write).count()
}

/// Another batch is opened while the first is being loaded, and then there is a question about a third.
#[tokio::test(start_paused = true)]
async fn batches_that_are_listed_are_loaded_to_their_end_and_no_page_twice() {
    let world = World { large_files: true, failure_rate: 0.2, ..demo_world(60, 0.0) };
    let mut bench = loaded(Bench::new(world)).await;
    let [first, second, third] = [3_500, 1_500, 500].map(|rows| bench.upload_elsewhere(rows));
    bench.run(Duration::from_secs(900)).await;
    let before = batch_pages(&bench);
    let load = |number, batch: &BatchId| Command::LoadBatch { generation: Generation(number), batch: batch.clone() };
    bench.ask(load(1, &first));
    bench.until("a page is loaded", |seen| matches!(seen.batches.last(), Some((_, BatchState::Reading(1_000))))).await;
    bench.ask(load(2, &second));
    bench.ask(Command::ReadBatch { generation: Generation(3), batch: third });
    // The question is over: what is loaded goes on.
    bench.until("the third is read", |seen| matches!(seen.batches.last(), Some((Generation(3), BatchState::Whole(_))))).await;
    bench.ask(Command::LeaveBatch);
    bench.until("the first is loaded", |seen| matches!(seen.batches.last(), Some((Generation(1), BatchState::Whole(_))))).await;
    let order: Vec<u64> = bench.seen.batches.iter().map(|(generation, _)| generation.0).collect();
    assert_eq!(order, [1, 3, 2, 2, 1, 1, 1]);
    assert_eq!(reported(&bench, 1), [Some(1_000), Some(2_000), Some(3_000), None]);
    assert_eq!(batch_pages(&bench) - before, 7);
    bench.run(Duration::from_secs(30)).await;
    assert_eq!(batch_pages(&bench) - before, 7, "it is over");
}

#[tokio::test(start_paused = true)]
async fn a_load_that_fails_halfway_goes_on_where_it_was() {
    let pages = std::sync::atomic::AtomicUsize::new(0);
    let second_page = move |_: usize, request: &Request| {
        let is_page = !request.is_write() && request.address().contains("/batch/");
        (is_page && pages.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 1).then(|| Fault::Before(reset()))
    };
    let world = World { large_files: true, failure_rate: 0.2, ..demo_world(60, 0.0) };
    let mut bench = loaded(Bench::with_faults(world, |inner| FaultTransport::new(inner, second_page))).await;
    let batch = bench.upload_elsewhere(1_500);
    bench.run(Duration::from_secs(900)).await;
    bench.ask(Command::LoadBatch { generation: Generation(1), batch });
    bench.until("it is loaded", |seen| matches!(seen.batches.last(), Some((_, BatchState::Whole(_))))).await;
    assert_eq!(reported(&bench, 1), [Some(1_000), None]);
    assert!(bench.seen.batches.iter().any(|(_, state)| matches!(state, BatchState::Failed { again: true, .. })));
}

/// A question reads the same batch anyway.
#[tokio::test(start_paused = true)]
async fn what_a_question_has_read_is_loaded() {
    let world = World { large_files: true, failure_rate: 0.2, ..demo_world(60, 0.0) };
    let mut bench = loaded(Bench::new(world)).await;
    let batch = bench.upload_elsewhere(2_500);
    bench.run(Duration::from_secs(900)).await;
    let before = batch_pages(&bench);
    bench.ask(Command::ReadBatch { generation: Generation(1), batch: batch.clone() });
    bench.ask(Command::LoadBatch { generation: Generation(2), batch });
    bench.until("it is read", |seen| matches!(seen.batches.last(), Some((Generation(1), BatchState::Whole(_))))).await;
    bench.run(Duration::from_secs(30)).await;
    assert_eq!((batch_pages(&bench) - before, reported(&bench, 2)), (3, vec![None]));
}

#[tokio::test(start_paused = true)]
async fn pages_in_a_circle_are_no_whole_batch() {
    let circle = |_: usize, request: &Request, page: &mut serde_json::Value| {
        if request.address().contains("/batch/") {
            page["pageData"]["hasNextPage"] = true.into();
            page["pageData"]["endCursor"] = "same".into();
        }
    };
    let mut bench = loaded(Bench::with_pages(world(), circle)).await;
    let batch = bench.batch();
    bench.ask(Command::ReadBatch { generation: Generation(1), batch });
    bench.until("it has failed", |seen| matches!(seen.batches.last(), Some((_, BatchState::Failed { again: false, .. })))).await;
    assert!(bench.seen.batch().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_part_is_told_after_a_restart_too() {
    let fault = Fault::Before(ScriptedStep::Hang);
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(fault)))).await;
    let plan = bench.batch_plan().await;
    let failures = plan.evidence.clone().unwrap().failures().to_vec();
    bench.ask(retry_batch_command(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is under way", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::UnderWay { .. }))).await;
    bench.run(Duration::from_secs(1)).await;
    let mut bench = bench.killed_and_restarted();
    bench.retry_elsewhere(&failures[0].message);
    until_over(&mut bench).await;
    assert_eq!(unknown(&bench), Some((format!("1 of {} changed", failures.len()), true)));
}

/// Entries of an older journal say too little: nothing is read for them automatically, and a person decides.
#[tokio::test(start_paused = true)]
async fn a_line_without_evidence_goes_to_a_person() {
    let mut bench = loaded(Bench::new(World { calls_per_second: 0, ..world() })).await;
    let plan = bench.batch_plan().await;
    let (journal, now) = (bench.journal(), bench.clock.now());
    let run = journal.begin_run(RunId::new(now, 1, 1), &Who::default(), now).unwrap();
    let intention = Intention {
        run: run.id().clone(),
        base_url: super::world::BASE.to_owned(),
        server: Server::of(super::world::BASE),
        campaign: bench.campaign_id(),
        action: ActionKind::RetryBatch { batch: plan.batch.clone(), failures: None },
        plan: String::new(),
        planned_at: now,
        read_at: None,
    };
    let action = journal.intend(&intention).unwrap();
    journal.started(action, now).unwrap();
    journal.outcome(action, &Outcome::Unknown { reason: "no answer".to_owned() }, now).unwrap();
    drop(run);
    let failures = plan.evidence.clone().unwrap().failures().to_vec();
    failures.iter().for_each(|seen| bench.retry_elsewhere(&seen.message));
    let mut bench = bench.killed_and_restarted();
    bench.until("it is reported", |seen| seen.open.as_ref().is_some_and(|open| !open.is_empty())).await;
    bench.run(Duration::from_secs(300)).await;
    let open = bench.seen.open.clone().unwrap();
    assert_eq!(open.iter().map(|open| (open.action, open.look_up_at)).collect::<Vec<_>>(), [(action, None)]);
    bench.ask(Command::LookUp(action));
    bench.until("it says why", |seen| seen.notices.iter().any(|notice| notice.text.what.contains("cannot be looked up"))).await;
    assert_eq!(bench.journal().entry(action).unwrap().state, ActionState::Unknown);
}

/// The largest plans: each failure is a line of its own, written in one step and read back completely.
#[tokio::test(start_paused = true)]
async fn twenty_thousand_failures_are_kept() {
    let bench = Bench::new(demo_world(0, 0.0));
    let (journal, now) = (bench.journal(), bench.clock.now());
    let run = journal.begin_run(RunId::new(now, 1, 2), &Who::default(), now).unwrap();
    let seen =
        |number: u32| FailureSeen { message: MessageId::new(format!("message_{number:08}")), attempts: Some(1), newest_attempt: Some(now) };
    let failures: Vec<FailureSeen> = (0..20_000).map(seen).collect();
    let action = ActionKind::RetryBatch { batch: BatchId::new("batch_1"), failures: Some(failures.clone()) };
    let intention = Intention {
        run: run.id().clone(),
        base_url: super::world::BASE.to_owned(),
        server: Server::of(super::world::BASE),
        campaign: bench.campaign_id(),
        action,
        plan: String::new(),
        planned_at: now,
        read_at: None,
    };
    let id = journal.intend(&intention).unwrap();
    let ActionKind::RetryBatch { failures: Some(kept), .. } = journal.entry(id).unwrap().action else { panic!("another kind") };
    assert_eq!(kept, failures);
}
