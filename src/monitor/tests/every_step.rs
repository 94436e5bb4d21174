//! At every step in turn, a request or either side of a write to the journal, something happens: a person takes the
//! rest back, the machine sleeps, a clock is set. Nothing is sent after it that must not be, and nothing twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use rstest::rstest;

use super::taking_back::states;
use super::world::{Bench, Seen, World, demo_world, retry_batch_command, retry_command, run_command, send_command, upload_command};
use crate::monitor::{ActionStage, Command, RunPhase};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{Broken, Request, Transport, TransportFailure};
use crate::state::ActionState;

/// Whom the message of [`What::Send`] goes to.
const NUMBER: &str = "6580009999";

/// What happens at a step.
type Happening = Box<dyn FnOnce() + Send>;

/// The steps of a worker, and what happens at one of them.
#[derive(Default)]
struct Steps {
    /// How many come before it; none before it is armed.
    armed: Mutex<Option<(usize, Happening)>>,
    /// How many requests that change something were sent.
    left: AtomicUsize,
    /// How many had been sent when it happened, including one being sent just then.
    left_then: Mutex<Option<usize>>,
}

impl Steps {
    fn step(&self) {
        let mut armed = self.armed.lock().unwrap();
        match armed.take() {
            Some((1, happens)) => {
                *self.left_then.lock().unwrap() = Some(self.left.load(Ordering::SeqCst));
                happens();
            }
            before => *armed = before.map(|(left, happens)| (left - 1, happens)),
        }
    }
}

/// What is agreed to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Single,
    Run,
    Batch,
    Send,
    Upload,
}

/// A worker with old rows, so that they are read again first. The second request is dropped for the rate and
/// repeated; the answer to the fourth is lost.
async fn prepared(what: What) -> (Bench, Arc<Steps>, Command, usize) {
    let steps = Arc::new(Steps::default());
    let counted = steps.clone();
    let faults = move |_: usize, request: &Request| {
        let number = if request.is_write() { counted.left.fetch_add(1, Ordering::SeqCst) + 1 } else { 0 };
        counted.step();
        match number {
            2 => Some(Fault::Before(ScriptedStep::answer(429, ""))),
            4 => Some(Fault::After(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset)))),
            _ => None,
        }
    };
    let world = || World { failure_rate: 0.4, ..demo_world(40, 0.0) };
    let mut before = Bench::new(world());
    before.read_whole().await;
    let (command, messages) = match what {
        What::Batch => (retry_batch_command(before.batch_plan().await.confirm(before.clock.now()).unwrap()), 1),
        What::Send => {
            let plan = before.send_plan(NUMBER).await;
            before.run(Duration::from_secs(100)).await;
            (send_command(plan.confirm(before.clock.now()).unwrap()), 1)
        }
        What::Upload => {
            let file = before.file("clinic.csv", 3);
            let plan = before.upload_plan(file).await;
            before.run(Duration::from_secs(100)).await;
            (upload_command(plan.confirm(before.clock.now(), None).unwrap()), 1)
        }
        What::Single | What::Run => {
            let chosen = before.failures(if what == What::Single { 1 } else { 3 });
            before.ask(Command::Pause);
            before.run(Duration::from_secs(100)).await;
            let mut retries = before.all_as_read(&chosen);
            let single = (retries.len() == 1).then(|| retry_command(retries.remove(0)));
            (single.unwrap_or(run_command(retries)), chosen.len())
        }
    };
    before.kill();
    // As in a script, so that every step belongs to the retries.
    let wrap = |inner| -> Arc<dyn Transport> { Arc::new(FaultTransport::new(inner, faults)) };
    let mut bench = before.another_behind(World { reads: false, ..world() }, wrap);
    // Its start-up comes before the yes.
    bench.run(Duration::from_secs(1)).await;
    let journal_steps = steps.clone();
    bench.gated_journal().set_gate(move || {
        journal_steps.step();
        true
    });
    (bench, steps, command, messages)
}

fn is_over(seen: &Seen, what: What) -> bool {
    let ended = |stage: &ActionStage| {
        matches!(
            stage,
            ActionStage::Accepted
                | ActionStage::FoundAccepted
                | ActionStage::Skipped(_)
                | ActionStage::NotSent(_)
                | ActionStage::NotTaken(_)
        )
    };
    match what {
        What::Single => seen.stages.last().is_some_and(|(_, stage)| ended(stage)),
        What::Batch => seen.batch_stages.last().is_some_and(ended),
        What::Send => seen.sends.last().is_some_and(|(_, stage)| ended(stage)),
        // What is cut off on its way stays unknown.
        What::Upload => seen.uploads.last().is_some_and(|(_, stage)| ended(stage) || stage.needs_person()),
        What::Run => seen.run_is_over(),
    }
}

/// Goes through the steps until there are no more. `happens` makes what happens at one; `check` examines the result,
/// given how many requests had been sent by then.
async fn at_every_step(what: What, happens: impl Fn(&Bench) -> Happening, check: impl Fn(&Bench, usize, &Steps, usize)) {
    for step in 1.. {
        let (mut bench, steps, command, messages) = prepared(what).await;
        *steps.armed.lock().unwrap() = Some((step, happens(&bench)));
        bench.ask(command);
        bench.until("it is over", move |seen| is_over(seen, what)).await;
        let Some(left_then) = *steps.left_then.lock().unwrap() else {
            assert!(step > 6, "{what:?} has only {step} steps");
            return;
        };
        bench.run(Duration::from_secs(600)).await;
        check(&bench, left_then, &steps, messages);
        assert!(bench.uploaded().len() <= 1, "{what:?}, step {step}: it was uploaded twice");
        assert!(bench.sent_to(NUMBER).len() <= 1, "{what:?}, step {step}: it was sent twice");
        let twice: Vec<_> = bench.accepted().into_iter().filter(|(_, times)| *times > 1).collect();
        assert!(twice.is_empty(), "{what:?}, step {step}: {twice:?}");
        let open = states(&bench).into_iter().filter(|state| *state == ActionState::Intended).count();
        assert_eq!(open, 0, "{what:?}, step {step}: it is neither sent nor given up");
        assert!(step < 100, "{what:?} goes on forever");
    }
}

#[rstest]
#[tokio::test(start_paused = true)]
async fn what_is_taken_back_at_any_step_does_not_leave_after_it(
    #[values(What::Single, What::Run, What::Batch, What::Send, What::Upload)] what: What,
) {
    let taken_back = |bench: &Bench| -> Happening {
        let inbox = bench.commands();
        Box::new(move || inbox.send(Command::TakeBack))
    };
    at_every_step(what, taken_back, |bench, left_then, steps, _| {
        assert_eq!(steps.left.load(Ordering::SeqCst), left_then, "{what:?}: {:?}", bench.seen.stages);
    })
    .await;
}

const EIGHT_HOURS: i64 = 8 * 3600;
const TEN_YEARS: i64 = 10 * 365 * 86_400;

/// A night is how far the steady clock and the time of day advance, in seconds.
#[rstest]
#[tokio::test(start_paused = true)]
async fn a_night_at_any_step_ends_what_was_agreed_to_before_it(
    #[values((EIGHT_HOURS, -EIGHT_HOURS), (0, TEN_YEARS))] night: (i64, i64),
    #[values(What::Single, What::Run, What::Batch, What::Send, What::Upload)] what: What,
) {
    let passes = |bench: &Bench| -> Happening {
        let clock = bench.clock.clone();
        Box::new(move || {
            clock.suspend(SignedDuration::from_secs(night.0));
            clock.set_wall(SignedDuration::from_secs(night.1));
        })
    };
    at_every_step(what, passes, |bench, left_then, steps, _| {
        let stages = (&bench.seen.stages, &bench.seen.batch_stages);
        assert_eq!(steps.left.load(Ordering::SeqCst), left_then, "{what:?}, {night:?}: {stages:?}");
    })
    .await;
}

/// A wall clock set back, however far, hinders nothing.
#[rstest]
#[tokio::test(start_paused = true)]
async fn a_clock_set_back_at_any_step_hinders_nothing(
    #[values(What::Single, What::Run, What::Batch, What::Send, What::Upload)] what: What,
) {
    let is_set = |bench: &Bench| -> Happening {
        let clock = bench.clock.clone();
        Box::new(move || clock.set_wall(SignedDuration::from_secs(-TEN_YEARS)))
    };
    at_every_step(what, is_set, |bench, _, _, messages| {
        let went = |state: &ActionState| matches!(state, ActionState::Accepted | ActionState::ResolvedAccepted);
        let states = states(bench);
        assert_eq!(states.iter().filter(|state| went(state)).count(), messages, "{what:?}: {states:?}");
        if what == What::Run {
            assert_eq!(bench.seen.run().unwrap().phase, RunPhase::Done);
        }
    })
    .await;
}
