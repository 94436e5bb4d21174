//! The user is away: few calls, except for confirmed actions.

use std::time::Duration;

use super::world::{Bench, demo_world, run_command};
use crate::monitor::{Attendance, Command};

#[tokio::test(start_paused = true)]
async fn with_nobody_there_it_reads_every_five_seconds_and_says_so() {
    let mut bench = Bench::new(demo_world(1300, 1.0));
    bench.ask(Command::InView(true));
    bench.until("the whole campaign is read", |seen| seen.store.coverage().complete).await;
    bench.ask(Command::Attend(Attendance::Away));
    bench.until("it says so", |seen| seen.meter.as_ref().is_some_and(|meter| meter.away)).await;
    let before = bench.get_times().len();
    bench.run(Duration::from_secs(600)).await;
    let calls = bench.get_times().len() - before;
    assert!((50..=121).contains(&calls), "{calls} calls in ten minutes");
    assert_eq!(bench.seen.meter.as_ref().map(|meter| meter.rate), Some(0.2));
    bench.ask(Command::Attend(Attendance::Present));
    bench.run(Duration::from_secs(60)).await;
    let back = bench.get_times().len() - before - calls;
    assert!(back > 60, "{back} calls in the minute after the user came back");
    assert_eq!(bench.seen.meter.as_ref().map(|meter| meter.away), Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_run_is_as_fast_with_nobody_there() {
    let mut bench = Bench::new(demo_world(1300, 0.0));
    bench.ask(Command::InView(true));
    bench.until("the whole campaign is read", |seen| seen.store.coverage().complete).await;
    bench.run(Duration::from_secs(200)).await;
    let failures = bench.failures(30);
    bench.ask(Command::Attend(Attendance::Away));
    let began = bench.clock.now();
    bench.ask(run_command(bench.all_confirmed(&failures)));
    bench.until("the run is over", super::world::Seen::run_is_over).await;
    let took = bench.clock.now().duration_since(began).as_secs();
    assert!(took <= 25, "{took} s for 30 retries at three quarters of two calls a second");
    assert_eq!(bench.posts().len(), 30);
}
