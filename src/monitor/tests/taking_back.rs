//! Whatever waits can be taken back until its request is sent, and is never sent afterwards.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use rstest::rstest;

use super::world::{Bench, Seen, World, demo_world, loaded, retry_batch_command, retry_command, run_command};
use crate::monitor::{ActionStage, Command, CommandSender, RunPhase};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{ApiKey, Exchange, NotSent, Request, Response, RetryAfter, Transport, TransportFailure};
use crate::state::{ActionState, Journal};

fn failing_world() -> World {
    World { failure_rate: 0.4, ..demo_world(200, 0.0) }
}

/// What an action waits for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Waits {
    /// For an answer that never comes.
    Connection,
    /// For the end of a pause.
    Pause,
    /// For as long as a 429 asked to wait.
    RetryAfter,
}

/// Nothing is answered, or the first POST is dropped, as soon as `armed`.
pub fn hindered(waits: Waits, armed: &Arc<Mutex<bool>>) -> impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static {
    let armed = armed.clone();
    move |_, request| match waits {
        _ if !*armed.lock().unwrap() => None,
        Waits::Connection => Some(Fault::Before(ScriptedStep::Fail(TransportFailure::NotSent(NotSent::Refused)))),
        Waits::Pause => None,
        Waits::RetryAfter => request.is_write().then(|| {
            let response = Response { status: 429, retry_after: RetryAfter::parse("240"), ..Response::default() };
            Fault::Before(ScriptedStep::Answer(response))
        }),
    }
}

/// A worker that is blocked, and what it takes to unblock it.
pub struct Hindered {
    pub bench: Bench,
    waits: Waits,
    armed: Arc<Mutex<bool>>,
}

impl Hindered {
    pub async fn new(waits: Waits) -> Self {
        let armed = Arc::new(Mutex::new(false));
        let faults = hindered(waits, &armed);
        let bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
        *armed.lock().unwrap() = true;
        if waits == Waits::Pause {
            bench.ask(Command::Pause);
        }
        Self { bench, waits, armed }
    }

    pub fn let_go(&mut self) {
        *self.armed.lock().unwrap() = false;
        if self.waits == Waits::Pause {
            self.bench.ask(Command::Resume);
        }
    }
}

pub fn states(bench: &Bench) -> Vec<ActionState> {
    bench.journal().all(1_000).unwrap().into_iter().map(|entry| entry.state).collect()
}

#[rstest]
#[tokio::test(start_paused = true)]
async fn what_waits_is_taken_back_and_never_leaves(
    #[values(Waits::Connection, Waits::Pause, Waits::RetryAfter)] waits: Waits,
    #[values(1, 5)] messages: usize,
) {
    let mut hindered = Hindered::new(waits).await;
    let chosen = hindered.bench.failures(messages);
    let mut confirmed = hindered.bench.all_confirmed(&chosen);
    let command = if messages == 1 { retry_command(confirmed.remove(0)) } else { run_command(confirmed) };
    hindered.bench.ask(command);
    hindered.bench.run(Duration::from_secs(20)).await;
    assert_eq!(hindered.bench.posts(), [], "it waits");
    hindered.bench.ask(Command::TakeBack);
    hindered.bench.until("it is reported", |seen| !seen.taken_back.is_empty()).await;
    assert_eq!(hindered.bench.seen.taken_back, [(messages, 0)]);
    hindered.let_go();
    hindered.bench.run(Duration::from_secs(900)).await;
    assert_eq!(hindered.bench.posts(), [], "minutes later");
    assert_eq!(states(&hindered.bench), vec![ActionState::NotSent; messages]);
    for id in &chosen {
        assert!(matches!(hindered.bench.seen.stage(id), Some(ActionStage::NotSent(_))), "{:?}", hindered.bench.seen.stage(id));
    }
    // It can be agreed to again.
    let again = hindered.bench.confirmed(&chosen[0]);
    hindered.bench.ask(retry_command(again));
    hindered.bench.until("it is accepted", |seen| seen.stages.iter().any(|(_, stage)| *stage == ActionStage::Accepted)).await;
}

#[tokio::test(start_paused = true)]
async fn the_retry_of_a_batch_is_taken_back_too() {
    let mut hindered = Hindered::new(Waits::Connection).await;
    *hindered.armed.lock().unwrap() = false;
    let plan = hindered.bench.batch_plan().await;
    *hindered.armed.lock().unwrap() = true;
    hindered.bench.ask(retry_batch_command(plan.confirm(hindered.bench.clock.now()).unwrap()));
    hindered.bench.run(Duration::from_secs(5)).await;
    hindered.bench.ask(Command::TakeBack);
    hindered.bench.until("it is reported", |seen| seen.taken_back == [(1, 0)]).await;
    hindered.let_go();
    hindered.bench.run(Duration::from_secs(600)).await;
    assert_eq!((hindered.bench.posts(), states(&hindered.bench)), (vec![], vec![ActionState::NotSent]));
    assert!(matches!(hindered.bench.seen.batch_stages.last(), Some(ActionStage::NotSent(_))));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_paused_itself_is_taken_back() {
    let posts = AtomicUsize::new(0);
    let faults = move |_: usize, request: &Request| {
        let is_early = request.is_write() && posts.fetch_add(1, Ordering::SeqCst) < 3;
        is_early.then(|| Fault::After(ScriptedStep::answer(502, "")))
    };
    let mut bench = loaded(Bench::with_faults(failing_world(), |inner| FaultTransport::new(inner, faults))).await;
    let chosen = bench.failures(9);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it pauses", |seen| seen.run().is_some_and(|run| matches!(run.phase, RunPhase::Paused(_)))).await;
    bench.ask(Command::TakeBack);
    bench.until("it is reported", |seen| !seen.taken_back.is_empty() && seen.run_is_over()).await;
    bench.ask(Command::ResumeRun { agreed_at: bench.clock.now() });
    bench.run(Duration::from_secs(300)).await;
    assert_eq!((bench.seen.taken_back.clone(), bench.posts().len()), (vec![(6, 0)], 3));
}

/// A server that answers the first POST only after `taking`, and its answer.
struct Slow {
    inner: Arc<dyn Transport>,
    taking: Duration,
    answer: Option<ScriptedStep>,
    posts: AtomicUsize,
}

impl Transport for Slow {
    fn send<'a>(&'a self, request: Request, key: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>> {
        Box::pin(async move {
            let is_first = request.is_write() && self.posts.fetch_add(1, Ordering::SeqCst) == 0;
            if is_first {
                tokio::time::sleep(self.taking).await;
            }
            let Some(answer) = self.answer.clone().filter(|_| is_first) else { return self.inner.send(request, key).await };
            FaultTransport::new(self.inner.clone(), move |_, _| Some(Fault::Before(answer.clone()))).send(request, key).await
        })
    }
}

/// The outcome of a request that is under way when it is to be taken back.
#[rstest]
#[case::taken(None, 1)]
// It provably did nothing and would be repeated automatically, but not after this.
#[case::dropped(Some(ScriptedStep::answer(429, "")), 0)]
#[case::not_sent(Some(ScriptedStep::Fail(TransportFailure::NotSent(NotSent::ConnectTimeout))), 0)]
#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_is_told_as_too_late(
    #[case] answer: Option<ScriptedStep>,
    #[case] arrived: usize,
    #[values(1, 3)] messages: usize,
) {
    let taking = Duration::from_secs(5);
    let slow = |inner| -> Arc<dyn Transport> { Arc::new(Slow { inner, taking, answer, posts: AtomicUsize::new(0) }) };
    let mut bench = loaded(Bench::behind(failing_world(), slow)).await;
    let chosen = bench.failures(messages);
    let mut confirmed = bench.all_confirmed(&chosen);
    bench.ask(if messages == 1 { retry_command(confirmed.remove(0)) } else { run_command(confirmed) });
    let leaves = |seen: &Seen| chosen.iter().any(|id| matches!(seen.stage(id), Some(ActionStage::UnderWay { .. })));
    bench.until("it is sent", leaves).await;
    bench.ask(Command::TakeBack);
    bench.run(Duration::from_secs(600)).await;
    assert_eq!(bench.posts().len(), arrived);
    assert_eq!(bench.seen.taken_back, [(messages - 1, 1)]);
    let ended = states(&bench);
    let went = ended.iter().filter(|state| **state == ActionState::Accepted).count();
    assert_eq!((went, ended.iter().filter(|state| **state == ActionState::NotSent).count()), (arrived, messages - arrived), "{ended:?}");
}

/// The worker's own inbox, reached from inside a write of the journal.
type Inbox = Arc<Mutex<Option<CommandSender>>>;

/// The command arrives while the disk is busy with the line of the try.
#[rstest]
#[case::taken_back(Command::TakeBack, ActionState::NotSent)]
#[case::paused(Command::Pause, ActionState::Intended)]
#[case::ended(Command::Stop, ActionState::Intended)]
#[tokio::test(start_paused = true)]
async fn what_is_wished_while_the_disk_is_busy_comes_before_the_request(#[case] command: Command, #[case] state: ActionState) {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let failed = bench.failed();
    let inbox: Inbox = Arc::new(Mutex::new(Some(bench.commands())));
    let journal = bench.gated_journal();
    let reader: Journal = bench.journal();
    let sent = command.clone();
    journal.set_gate(move || {
        // The gate is before and after each write: the try's line is the second one.
        let is_begun = reader.all(1).unwrap().first().is_some_and(|entry| entry.tries == 1);
        if is_begun && let Some(inbox) = inbox.lock().unwrap().take() {
            inbox.send(sent.clone());
        }
        true
    });
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.run(Duration::from_secs(200)).await;
    assert_eq!(bench.posts(), [], "it had not been sent when {command:?} was requested");
    let entry = bench.journal().all(1).unwrap().remove(0);
    assert_eq!((entry.state, entry.tries), (state, 1));
    if command == Command::Pause {
        bench.ask(Command::Resume);
        bench.until("it goes on", |seen| seen.stages.iter().any(|(_, stage)| *stage == ActionStage::Accepted)).await;
        assert_eq!(bench.posts().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn with_nothing_to_take_back_that_is_said() {
    let mut bench = loaded(Bench::new(failing_world())).await;
    bench.ask(Command::TakeBack);
    bench.until("it is reported", |seen| seen.taken_back == [(0, 0)]).await;
    assert!(bench.clock.now() > bench.clock.now() - SignedDuration::from_secs(1) && !Seen::run_is_over(&bench.seen));
}
