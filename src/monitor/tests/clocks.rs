//! Clocks that are set, and machines that sleep: a run goes on, and a yes in the evening sends nothing in the
//! morning.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use rstest::rstest;

use super::taking_back::{Hindered, Waits, states};
use super::world::{Bench, Seen, World, demo_world, loaded, retry_command, run_command};
use crate::monitor::{ActionStage, Clock};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{Broken, Request, TransportFailure};
use crate::state::ActionState;

/// Eight hours, on one clock or on both.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Night {
    Both,
    /// The wall clock stopped as well, or was set back.
    Steady,
    /// Only the wall clock includes suspend.
    Wall,
}

impl Night {
    fn passes(self, clock: &Clock) {
        let night = SignedDuration::from_hours(8);
        if self != Night::Wall {
            clock.suspend(night);
        }
        match self {
            Night::Both => {}
            Night::Steady => clock.set_wall(-night),
            Night::Wall => clock.set_wall(night),
        }
    }
}

/// A terminal stopped with Ctrl-s takes no frame, so the worker can report nothing: wherever that blocks it, it must
/// check the yes again before the request is sent.
#[rstest]
#[tokio::test(start_paused = true)]
async fn a_screen_that_stands_still_lets_no_old_yes_leave(#[values(1, 2, 3, 4)] taken: usize) {
    let mut bench = loaded(Bench::new(World { failure_rate: 0.1, ..demo_world(1_000, 0.0) })).await;
    let chosen = bench.failures(4);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.stand_still(taken, Duration::from_secs(600)).await;
    let left_in_time = bench.posts().len();
    bench.run(Duration::from_secs(900)).await;
    assert_eq!(bench.posts().len(), left_in_time, "nothing is sent ten minutes later");
}

#[rstest]
#[tokio::test(start_paused = true)]
async fn a_yes_of_the_evening_sends_nothing_in_the_morning(
    #[values(Night::Both, Night::Steady, Night::Wall)] night: Night,
    #[values(Waits::Connection, Waits::Pause, Waits::RetryAfter)] waits: Waits,
    #[values(1, 4)] messages: usize,
) {
    let mut hindered = Hindered::new(waits).await;
    let chosen = hindered.bench.failures(messages);
    let mut confirmed = hindered.bench.all_confirmed(&chosen);
    let command = if messages == 1 { retry_command(confirmed.remove(0)) } else { run_command(confirmed) };
    hindered.bench.ask(command);
    hindered.bench.run(Duration::from_secs(10)).await;
    night.passes(&hindered.bench.clock);
    hindered.let_go();
    hindered.bench.run(Duration::from_secs(900)).await;
    assert_eq!(hindered.bench.posts(), [], "{night:?}, {waits:?}");
    assert_eq!(states(&hindered.bench), vec![ActionState::NotSent; messages]);
    assert!(chosen.iter().all(|id| matches!(hindered.bench.seen.stage(id), Some(ActionStage::NotSent(_)))));
}

#[rstest]
#[tokio::test(start_paused = true)]
async fn a_request_that_slept_does_not_lead_on_to_the_next(#[values(Night::Both, Night::Steady, Night::Wall)] night: Night) {
    // The machine sleeps while the second request is under way; in the morning its connection breaks.
    let clock: Arc<Mutex<Option<Clock>>> = Arc::default();
    let (at_night, posts) = (clock.clone(), std::sync::atomic::AtomicUsize::new(0));
    let faults = move |_: usize, request: &Request| {
        let number = if request.is_write() { posts.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 } else { 0 };
        (number == 2).then(|| {
            night.passes(at_night.lock().unwrap().as_ref().unwrap());
            Fault::After(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset)))
        })
    };
    let world = World { failure_rate: 0.4, ..demo_world(200, 0.0) };
    let mut bench = loaded(Bench::with_faults(world, |inner| FaultTransport::new(inner, faults))).await;
    *clock.lock().unwrap() = Some(bench.clock.clone());
    let chosen = bench.failures(8);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it stops", Seen::run_is_over).await;
    bench.run(Duration::from_secs(600)).await;
    assert_eq!(bench.posts().len(), 2, "six were left in the evening");
    assert_eq!(bench.seen.run().unwrap().not_sent, 6);
}

/// A run goes on as if nothing had happened, wherever the wall clock is set meanwhile.
#[rstest]
#[case::back(-3_600)]
#[case::far_back(-400 * 86_400)]
#[case::a_little_back(-7)]
#[case::a_little_on(7)]
#[tokio::test(start_paused = true)]
async fn a_run_goes_on_when_the_clock_is_set(#[case] seconds: i64) {
    let world = World { failure_rate: 0.4, ..demo_world(200, 0.0) };
    let mut bench = loaded(Bench::new(world)).await;
    let chosen = bench.failures(20);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("some are accepted", |seen| seen.run().is_some_and(|run| run.accepted == 5)).await;
    let begun = tokio::time::Instant::now();
    bench.clock.set_wall(SignedDuration::from_secs(seconds));
    bench.until("it is over", Seen::run_is_over).await;
    // 15 calls at three quarters of 2 calls a second, and a slot of before that is waited for once.
    let took = begun.elapsed().as_secs_f64();
    assert!(took < 24.0, "{took} s for what takes ten");
    assert_eq!((bench.posts().len(), bench.seen.run().unwrap().accepted), (20, 20));
    // The rows keep their true age, whatever the wall clock says.
    bench.run(Duration::from_secs(60)).await;
    assert_eq!(bench.differences(Duration::from_secs(20)).stale, 0);
}

#[tokio::test(start_paused = true)]
async fn the_journal_is_dated_by_the_wall() {
    let mut bench = loaded(Bench::new(demo_world(300, 0.0))).await;
    bench.clock.set_wall(SignedDuration::from_mins(-90));
    let failed = bench.failed();
    bench.ask(retry_command(bench.confirmed(&failed)));
    bench.until("it is accepted", |seen| seen.stages.iter().any(|(_, stage)| *stage == ActionStage::Accepted)).await;
    let entry = bench.journal().all(1).unwrap().remove(0);
    for at in [entry.planned_at, entry.changed_at] {
        assert!(bench.clock.wall().duration_since(at).abs() < SignedDuration::from_secs(5), "{at}, and it is {}", bench.clock.wall());
    }
}
