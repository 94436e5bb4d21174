//! A whole day: nothing grows.

use std::time::Duration;

use super::world::{Bench, demo_world};
use crate::monitor::Command;

#[tokio::test(start_paused = true)]
async fn a_day_leaves_no_tasks_behind_and_is_shown_right() {
    let mut bench = Bench::new(demo_world(60, 0.003));
    bench.run(Duration::from_secs(600)).await;
    let (mut reported, mut most_reported) = (bench.seen.reported, Vec::new());
    let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    for hour in 1..24 {
        // It is in view now and then.
        bench.ask(Command::InView(hour % 8 == 0));
        bench.run(Duration::from_secs(if hour % 8 == 0 { 60 } else { 3600 })).await;
        bench.ask(Command::InView(false));
        assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), tasks, "after {hour} hours");
        if hour % 8 != 0 {
            most_reported.push(bench.seen.reported - reported);
        }
        reported = bench.seen.reported;
    }
    // Two heads a minute and what can still change, each with the meter before, during and after.
    assert!(most_reported.iter().all(|news| (240..=1200).contains(news)), "news in each hour out of view: {most_reported:?}");
    bench.run(Duration::from_secs(60)).await;
    let coverage = bench.seen.store.coverage();
    assert_eq!(coverage.loaded, bench.message_ids().len());
    let differences = bench.differences(Duration::from_secs(700));
    assert_eq!((differences.missing, differences.stale), (0, 0));
    assert!(bench.seen.notices.is_empty(), "{:?}", bench.seen.notices);
}
