//! The agency's own sender shares the ten calls a second and goes first.

use std::time::Duration;

use jiff::SignedDuration;

use super::world::{Bench, World, demo_world};
use crate::monitor::Command;

/// How many calls the worker made in a period.
fn calls(bench: &Bench, from_s: i64, to_s: i64, start: jiff::Timestamp) -> usize {
    let (from, to) = (start + SignedDuration::from_secs(from_s), start + SignedDuration::from_secs(to_s));
    bench.reported_times().iter().filter(|at| **at >= from && **at < to).count()
}

#[tokio::test(start_paused = true)]
async fn ours_falls_out_of_the_senders_way_within_ten_seconds_and_comes_back_within_sixty() {
    let mut bench = Bench::new(World { own_rate: 8.0, ..demo_world(60, 6.0) });
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(15)).await;
    let start = bench.clock.now();
    assert!(calls(&bench, -10, 0, start) > 60, "it uses its ceiling while it is alone");
    // Eight calls a second, evenly, for two minutes.
    let refused = bench.send_elsewhere(Duration::from_millis(125), Duration::from_secs(120)).await;
    let early = refused.iter().filter(|at| at.duration_since(start) < SignedDuration::from_secs(10)).count();
    let late = refused.len() - early;
    assert!(late <= 880 / 50, "{early} of the sender's calls refused in ten seconds, {late} of 880 afterwards");
    let beside = calls(&bench, 10, 120, start);
    assert!((55..=300).contains(&beside), "{beside} calls besides the sender in 110 s: out of its way, and not silent");
    bench.run(Duration::from_secs(70)).await;
    let back = calls(&bench, 180, 190, start);
    assert!(back >= 60, "{back} calls in ten seconds, a minute after the sender ended");
}
