//! Old rows: a message that others retry between a yes and its request is never retried a second time from here.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rstest::rstest;

use super::world::{Bench, Seen, World, demo_world, loaded, retry_command, run_command};
use crate::action::{ConfirmedRetry, LastRead, Planner};
use crate::delivery::{Message, MessageId, RecipientQuery, RetryAdvice, Status};
use crate::monitor::{ActionStage, Command, Generation, ListRequest, RunNews, RunPhase};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{NotSent, Request, Response, RetryAfter, TransportFailure};
use crate::state::ActionState;
use crate::store::AnswerKind;

fn failing_world() -> World {
    World { failure_rate: 0.2, calls_per_second: 0, ..demo_world(400, 0.0) }
}

/// Every POST up to the n-th meets a fault.
fn posts_up_to(last: usize, fault: Fault) -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static {
    let posts = AtomicUsize::new(0);
    move |_, request| (request.is_write() && posts.fetch_add(1, Ordering::Relaxed) < last).then(|| fault.clone())
}

fn counts(run: &RunNews) -> (usize, usize, usize, usize, usize, usize) {
    (run.accepted, run.skipped, run.refused, run.unknown, run.not_sent, run.to_go)
}

fn skipped(bench: &Bench, message: &MessageId) -> bool {
    matches!(bench.seen.stage(message), Some(ActionStage::Skipped(_)))
}

/// The journal says that exactly these were retried elsewhere.
fn assert_journal(bench: &Bench, elsewhere: &HashSet<MessageId>) {
    for entry in bench.journal().all(1000).unwrap() {
        let message = entry.action.message().unwrap();
        if elsewhere.contains(message) {
            assert_eq!((entry.state, entry.reason.as_deref()), (ActionState::NotSent, Some("retried elsewhere meanwhile")), "{message}");
        } else {
            assert_eq!(entry.state, ActionState::Accepted, "{message}");
        }
    }
}

/// A script's plan: read page by page, each message with the page that gave it.
async fn planned_by_a_script(bench: &Bench, count: usize) -> Vec<ConfirmedRetry> {
    let mut reader = bench.reader();
    let mut pages = reader.pages(ListRequest { batch: None, search: None, page_size: 1000, to_the_end: true });
    let mut read: Vec<(Message, LastRead)> = Vec::new();
    while let Some(answer) = pages.next().await.unwrap() {
        let page = pages.asked();
        let read_so = LastRead { page, ..LastRead::new(answer.asked_at, AnswerKind::List) };
        let failed = answer.rows.iter().map(Message::from_row).filter(|message| {
            message.status == Some(Status::Failure)
                && message.tried() == Some(1)
                && message.error().is_none_or(|error| error.known().retry_advice() != RetryAdvice::No)
        });
        read.extend(failed.map(|message| (message, read_so.clone())));
    }
    assert!(read.len() >= count, "too few failed messages in this world");
    let now = bench.clock.now();
    Planner::default().plan(read.iter().take(count).map(|(message, read)| (message, read.clone())), now).confirm(now)
}

/// Who carries out a run.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Dashboard,
    Script,
}

/// A run of 100 of which 40 are retried by someone else: 20 at once, 10 and 10 while it goes on, each more than a
/// minute before its turn. Some of them fail again, some are delivered; where the world is slow, none has changed
/// yet.
#[rstest]
#[case::in_the_dashboard(By::Dashboard, 1.0)]
#[case::in_the_dashboard_while_they_still_move(By::Dashboard, 0.02)]
#[case::in_a_script(By::Script, 1.0)]
#[case::in_a_script_while_they_still_move(By::Script, 0.02)]
#[tokio::test(start_paused = true)]
async fn of_a_run_of_100_the_40_that_are_retried_elsewhere_are_not_posted(#[case] by: By, #[case] speed: f64) {
    let world = || World { messages: 700, failure_rate: 0.5, own_rate: 0.25, speed, ..failing_world() };
    let mut bench = loaded(Bench::new(World { own_rate: 2.0, ..world() })).await;
    bench.kill();
    let mut bench = match by {
        By::Dashboard => loaded(bench.another_with(world())).await,
        By::Script => bench.another_with(World { reads: false, ..world() }),
    };
    let retries = match by {
        By::Dashboard => bench.all_as_read(&bench.failures(100)),
        By::Script => planned_by_a_script(&bench, 100).await,
    };
    let chosen: Vec<MessageId> = retries.iter().map(|retry| retry.item().message.clone()).collect();
    bench.ask(run_command(retries));
    let mut elsewhere = HashSet::new();
    for (accepted, others) in [(0, 30..50), (20, 70..80), (40, 90..100)] {
        bench.until("it has come so far", |seen| seen.run().is_some_and(|run| run.accepted >= accepted)).await;
        for message in &chosen[others] {
            bench.retry_elsewhere(message);
            elsewhere.insert(message.clone());
        }
    }
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(counts(bench.seen.run().unwrap()), (60, 40, 0, 0, 0, 0));
    assert_eq!(bench.seen.run().unwrap().phase, RunPhase::Done);
    // The server's own log: 60 from here, 40 by the other, and none twice.
    let posts = bench.posts();
    assert_eq!(posts.len(), 100);
    let accepted = bench.accepted();
    assert!(chosen.iter().all(|message| accepted.get(message) == Some(&1)), "{accepted:?}");
    assert!(chosen.iter().all(|message| skipped(&bench, message) == elsewhere.contains(message)));
    assert_journal(&bench, &elsewhere);
    let ends: HashSet<String> = elsewhere.iter().map(|message| format!("{:?}", bench.truth(message))).collect();
    if speed < 1.0 {
        assert!(!ends.contains("Failure") && !ends.contains("Success"), "{ends:?}");
    } else {
        assert!(ends.contains("Failure") && ends.contains("Success"), "{ends:?}");
    }
}

/// A try that provably did nothing is repeated only after another look, once the row is a minute old.
#[rstest]
#[case::dropped(ScriptedStep::answer(429, ""), false)]
#[case::not_sent(ScriptedStep::Fail(TransportFailure::NotSent(NotSent::Refused)), false)]
#[case::dropped_in_a_run(ScriptedStep::answer(429, ""), true)]
#[case::not_sent_in_a_run(ScriptedStep::Fail(TransportFailure::NotSent(NotSent::Refused)), true)]
#[tokio::test(start_paused = true)]
async fn a_repeat_is_no_second_retry_of_what_went_elsewhere(#[case] step: ScriptedStep, #[case] in_run: bool) {
    // Seven times: the pauses between them are longer than a minute together.
    let faults = posts_up_to(7, Fault::Before(step));
    let mut bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(3);
    let retries = bench.all_confirmed(&chosen);
    bench.ask(if in_run { run_command(retries) } else { retry_command(retries[0].clone()) });
    bench.until("it is repeated", |seen| matches!(seen.stage(&chosen[0]), Some(ActionStage::GoesAgain { .. }))).await;
    bench.retry_elsewhere(&chosen[0]);
    bench.until("it is skipped", |seen| matches!(seen.stage(&chosen[0]), Some(ActionStage::Skipped(_)))).await;
    bench.run(Duration::from_secs(300)).await;
    assert_eq!(bench.accepted().get(&chosen[0]), Some(&1), "by the other");
    assert_eq!(bench.posts().len(), if in_run { 3 } else { 1 });
    let entry = bench.journal().all(10).unwrap().into_iter().find(|entry| entry.action.message() == Some(&chosen[0])).unwrap();
    assert_eq!((entry.state, entry.reason.as_deref()), (ActionState::NotSent, Some("retried elsewhere meanwhile")));
    assert!(bench.seen.notices.is_empty(), "{:?}", bench.seen.notices);
}

/// What any answer shows counts at once, however fresh the row is.
#[rstest]
#[case::opened(|message: &MessageId, _: &str| Command::Open { generation: Generation(1), message: message.clone() })]
#[case::searched(|_: &MessageId, number: &str| Command::Search { generation: Generation(1), query: RecipientQuery::parse(number).unwrap() })]
#[tokio::test(start_paused = true)]
async fn what_is_on_the_screen_is_not_retried_against_it(#[case] look: fn(&MessageId, &str) -> Command) {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let chosen = bench.failures(20);
    let last = chosen.last().unwrap().clone();
    let number = bench.recipient(&last);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.retry_elsewhere(&last);
    bench.ask(look(&last, &number));
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(counts(bench.seen.run().unwrap()), (19, 1, 0, 0, 0, 0));
    assert!(skipped(&bench, &last));
    assert_eq!(bench.accepted().get(&last), Some(&1), "by the other");
}

#[tokio::test(start_paused = true)]
async fn a_yes_is_not_renewed_by_its_repeats() {
    // Each time the server asks to wait for 200 seconds.
    let wait = RetryAfter::parse("200");
    let dropped = ScriptedStep::Answer(Response { status: 429, retry_after: wait, ..Response::default() });
    let faults = posts_up_to(2, Fault::Before(dropped));
    let mut bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(4);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(counts(bench.seen.run().unwrap()), (0, 0, 0, 0, 4, 0));
    let RunPhase::Stopped(why) = &bench.seen.run().unwrap().phase else { panic!("stopped") };
    assert!(why.why.contains("five minutes"), "{why:?}");
    bench.run(Duration::from_secs(600)).await;
    assert_eq!(bench.posts(), [], "400 seconds after the yes nothing may be sent");
}

/// A run that takes many minutes reads pages, not messages.
#[rstest]
#[case::in_the_dashboard(By::Dashboard)]
#[case::in_a_script(By::Script)]
#[tokio::test(start_paused = true)]
async fn a_long_run_is_read_again_by_its_pages(#[case] by: By) {
    let world = || World { messages: 2000, own_rate: 0.5, ..failing_world() };
    let mut bench = loaded(Bench::new(World { own_rate: 2.0, ..world() })).await;
    bench.kill();
    let mut bench = match by {
        By::Dashboard => loaded(bench.another_with(world())).await,
        By::Script => bench.another_with(World { reads: false, ..world() }),
    };
    let mut retries = match by {
        By::Dashboard => bench.all_as_read(&bench.failures(160)),
        By::Script => planned_by_a_script(&bench, 160).await,
    };
    // Not in the order of the pages, like a list sorted by anything else.
    retries.sort_by_key(|retry| retry.item().message.as_str().bytes().rev().collect::<Vec<u8>>());
    let pages = bench.reported_times().len();
    let begun = bench.clock.now();
    bench.ask(run_command(retries));
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(counts(bench.seen.run().unwrap()), (160, 0, 0, 0, 0, 0));
    let minutes = bench.clock.now().duration_since(begun).as_secs_f64() / 60.0;
    let (alone, pages) = (bench.read_alone_before_their_posts(begun), bench.reported_times().len() - pages);
    assert!(alone <= 2, "{alone} messages were read by themselves");
    // 22 calls for actions a minute: one of them for a page, two where the page has changed.
    assert!(minutes < 8.5, "{minutes} minutes");
    if by == By::Script {
        assert!((7..=16).contains(&pages), "{pages} pages in {minutes} minutes");
    }
}

#[tokio::test(start_paused = true)]
async fn where_a_page_tells_nothing_to_compare_the_message_is_read_by_itself() {
    let bare = Arc::new(AtomicBool::new(false));
    let reported = bare.clone();
    let strip = move |_: usize, _: &Request, page: &mut serde_json::Value| {
        if reported.load(Ordering::SeqCst) {
            for row in page["data"].as_array_mut().unwrap() {
                for name in ["messageAttempts", "attempts", "numAttempts"] {
                    row.as_object_mut().unwrap().remove(name);
                }
            }
        }
    };
    let mut bench = loaded(Bench::with_pages(failing_world(), strip)).await;
    let chosen = bench.failures(4);
    let retries = bench.all_as_read(&chosen);
    bench.run(Duration::from_secs(1)).await;
    bare.store(true, Ordering::SeqCst);
    // Paused, so nothing is read for longer than a row may be old.
    bench.ask(Command::Pause);
    bench.run(Duration::from_secs(100)).await;
    let resumed = bench.clock.now();
    bench.ask(Command::Resume);
    bench.retry_elsewhere(&chosen[2]);
    bench.ask(run_command(retries));
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(counts(bench.seen.run().unwrap()), (3, 1, 0, 0, 0, 0));
    assert!(bench.read_alone_before_their_posts(resumed) >= 3);
    assert!(skipped(&bench, &chosen[2]));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_found_again_is_skipped() {
    let gone: Arc<std::sync::Mutex<Option<MessageId>>> = Arc::default();
    let wanted = gone.clone();
    let faults = move |_: usize, request: &Request| {
        let wanted = wanted.lock().unwrap();
        let is_it = wanted.as_ref().is_some_and(|message| !request.is_write() && request.address().ends_with(message.as_str()));
        is_it.then(|| Fault::Before(ScriptedStep::answer(404, r#"{"error":{"code":"not_found","message":"m","type":"t","id":"i"}}"#)))
    };
    let mut bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(1);
    *gone.lock().unwrap() = Some(chosen[0].clone());
    let retry = bench.all_as_read(&chosen).remove(0);
    bench.ask(Command::Pause);
    bench.run(Duration::from_secs(100)).await;
    bench.ask(retry_command(retry));
    bench.ask(Command::Resume);
    bench.until("it is skipped", |seen| matches!(seen.stage(&chosen[0]), Some(ActionStage::Skipped(_)))).await;
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.posts(), []);
}
