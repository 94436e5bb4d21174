//! How far back history is read: as configured, and further on request.

use std::time::Duration;

use jiff::SignedDuration;

use super::world::{Bench, World, demo_world};
use crate::monitor::Command;

#[tokio::test(start_paused = true)]
async fn it_is_read_back_as_far_as_somebody_wants() {
    let hour = Duration::from_secs(3600);
    let mut bench = Bench::new(World { history: hour, ..demo_world(6_000, 0.0) });
    bench.run(Duration::from_secs(120)).await;
    let near = bench.seen.store.coverage();
    assert!(!near.complete && near.loaded < 6_000, "{near:?}");
    // A nearer horizon than the configured one changes nothing.
    bench.ask(Command::ReadBack(SignedDuration::from_mins(1)));
    bench.run(Duration::from_secs(120)).await;
    assert_eq!(bench.seen.store.coverage().oldest, near.oldest);
    bench.ask(Command::ReadBack(SignedDuration::from_hours(24 * 90)));
    bench.until("all of it is loaded", |seen| seen.store.coverage().complete).await;
    assert_eq!(bench.seen.store.coverage().loaded, 6_000);
}
