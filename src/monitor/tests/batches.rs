//! Whole batches: one call, and its outcome found out from what becomes of their messages.

use std::time::Duration;

use rstest::rstest;

use super::world::{Bench, World, demo_world};
use crate::monitor::{ActionStage, Command};
use crate::postman::scripted::{Fault, FaultTransport, Step};
use crate::postman::{Broken, Request, TransportFailure};
use crate::state::{ActionKind, ActionState};

async fn loaded(mut bench: Bench) -> Bench {
    bench.ask(Command::InView(true));
    bench.until("the whole campaign is read", |seen| seen.store.coverage().complete).await;
    bench.run(Duration::from_secs(200)).await;
    bench
}

fn world() -> World {
    World { failure_rate: 0.1, ..demo_world(2000, 0.0) }
}

fn first_post(fault: Fault) -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static {
    let met = std::sync::atomic::AtomicBool::new(false);
    move |_, request| (request.is_write() && !met.swap(true, std::sync::atomic::Ordering::Relaxed)).then(|| fault.clone())
}

fn reset() -> Step {
    Step::Fail(TransportFailure::Unknown(Broken::Reset))
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_retried_with_one_call() {
    let mut bench = loaded(Bench::new(world())).await;
    let plan = bench.batch_plan().await;
    assert!(plan.failures > 3, "{plan:?}");
    let batch = plan.batch.clone();
    bench.ask(Command::RetryBatch(plan.clone().confirm(bench.clock.now()).unwrap()));
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
#[case::behind_a_portals_page(Fault::After(Step::answer(200, "<html>Sign in</html>")), ActionState::ResolvedAccepted, 1)]
#[case::a_portals_page(Fault::Before(Step::answer(200, "<html>Sign in</html>")), ActionState::Unknown, 0)]
#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_is_found_out_from_its_messages(#[case] fault: Fault, #[case] end: ActionState, #[case] taken: usize) {
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(fault)))).await;
    let plan = bench.batch_plan().await;
    bench.ask(Command::RetryBatch(plan.clone().confirm(bench.clock.now()).unwrap()));
    bench
        .until("it is known, or a person must decide", |seen| {
            seen.batch_stages.iter().any(|stage| *stage == ActionStage::FoundAccepted || stage.needs_person())
        })
        .await;
    bench.run(Duration::from_secs(300)).await;
    assert_eq!(bench.journal().all(1).unwrap()[0].state, end);
    assert_eq!(bench.batch_posts().len(), taken, "it never goes again");
    // A second one is not taken while the first is open.
    if end == ActionState::Unknown {
        let plan = bench.batch_plan().await;
        bench.ask(Command::RetryBatch(plan.confirm(bench.clock.now()).unwrap()));
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
    bench.ask(Command::RetryBatch(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is refused", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::Refused(_)))).await;
    assert_eq!(bench.journal().all(1).unwrap()[0].code.as_deref(), Some("unresolved_batch_messages"));
}

#[tokio::test(start_paused = true)]
async fn one_that_was_under_way_at_a_crash_is_looked_up_at_the_next_start() {
    let fault = Fault::After(Step::Hang);
    let mut bench = loaded(Bench::with_faults(world(), |inner| FaultTransport::new(inner, first_post(fault)))).await;
    let plan = bench.batch_plan().await;
    bench.ask(Command::RetryBatch(plan.confirm(bench.clock.now()).unwrap()));
    bench.until("it is under way", |seen| matches!(seen.batch_stages.last(), Some(ActionStage::UnderWay { .. }))).await;
    bench.run(Duration::from_secs(1)).await;
    let mut bench = bench.killed_and_restarted();
    bench.until("it was found out", |seen| seen.batch_stages.contains(&ActionStage::FoundAccepted)).await;
    assert_eq!(bench.batch_posts().len(), 1);
}
