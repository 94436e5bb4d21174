//! A disk that is slower than the calls slows a run down, but neither the run nor the pace that all processes share
//! suffers.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use super::world::{Bench, Seen, World, demo_world, loaded, retry_command, run_command};
use crate::delivery::MessageId;
use crate::monitor::ActionStage;
use crate::state::ActionState;

fn failing_world() -> World {
    World { failure_rate: 0.4, ..demo_world(200, 0.0) }
}

/// No second has more than two calls.
fn assert_two_a_second(times: &[Timestamp]) {
    for (index, three) in times.windows(3).enumerate() {
        let took = three[2].duration_since(three[0]);
        assert!(took >= SignedDuration::from_secs(1), "calls {index} to {}: three within {took:?}", index + 2);
    }
}

#[rstest]
#[case::as_fast_as_usual(3)]
#[case::slower_than_a_slot_waits(20)]
#[case::almost_as_slow_as_the_pace(400)]
#[case::slower_than_the_pace(700)]
#[case::much_slower(2600)]
#[tokio::test(start_paused = true)]
async fn two_processes_keep_to_their_pace_and_every_retry_goes(#[case] milliseconds: u64) {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let mut other = loaded(bench.another()).await;
    let chosen = bench.failures(16);
    for bench in [&bench, &other] {
        bench.slow_the_disk(Duration::from_millis(milliseconds));
    }
    let begun = bench.clock.now();
    bench.ask(run_command(bench.all_confirmed(&chosen[..8])));
    other.ask(run_command(other.all_confirmed(&chosen[8..])));
    tokio::join!(bench.until("the first is over", Seen::run_is_over), other.until("the second is over", Seen::run_is_over));
    assert_eq!((bench.seen.run().unwrap().accepted, other.seen.run().unwrap().accepted), (8, 8));
    let accepted = bench.accepted();
    assert!(chosen.iter().all(|message| accepted.get(message) == Some(&1)), "{accepted:?}");
    assert_eq!(bench.posts().len(), 16);
    let times: Vec<Timestamp> = bench.call_times().into_iter().filter(|at| *at >= begun).collect();
    assert!(times.len() > 16, "others are read meanwhile");
    assert_two_a_second(&times);
}

/// No room was learnt before: the pace is kept because the slot is checked again.
#[rstest]
#[case(300)]
#[case(700)]
#[case(1_700)]
#[tokio::test(start_paused = true)]
async fn a_disk_that_is_slow_for_once_brings_nobody_out_of_pace(#[case] milliseconds: u64) {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let mut other = loaded(bench.another()).await;
    let chosen = bench.failures(9);
    let begun = bench.clock.now();
    other.ask(run_command(other.all_confirmed(&chosen[1..])));
    other.until("the other one is at it", |seen| seen.run().is_some_and(|run| run.accepted == 2)).await;
    bench.slow_the_next_writes(&[milliseconds]);
    bench.ask(retry_command(bench.confirmed(&chosen[0])));
    let accepted = |seen: &Seen| seen.stages.iter().any(|(_, stage)| *stage == ActionStage::Accepted);
    tokio::join!(bench.until("it is accepted", accepted), other.until("the other one is over", Seen::run_is_over));
    assert_eq!(bench.posts().len(), 9);
    let entry = bench.journal().all(20).unwrap().into_iter().find(|entry| entry.action.message() == Some(&chosen[0])).unwrap();
    assert_eq!((entry.state, entry.tries), (ActionState::Accepted, 2), "the first line was too late for its slot");
    let times: Vec<Timestamp> = bench.call_times().into_iter().filter(|at| *at >= begun).collect();
    assert_two_a_second(&times);
}

#[tokio::test(start_paused = true)]
async fn a_line_that_comes_too_late_is_closed_before_the_next_slot_is_waited_for() {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let mut other = loaded(bench.another()).await;
    let chosen = bench.failures(3);
    let slow = Duration::from_millis(700);
    bench.slow_the_disk(slow);
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    tokio::join!(bench.until("it is over", Seen::run_is_over), other.run(Duration::from_secs(30)));
    let journal = bench.journal();
    let entries = journal.all(10).unwrap();
    assert!(entries.iter().all(|entry| entry.state == ActionState::Accepted), "{entries:?}");
    let tries: Vec<u32> = entries.iter().rev().map(|entry| entry.tries).collect();
    assert_eq!(tries, [2, 1, 1], "the first was late; from then on slots leave room for the disk");
    // Each line was open only as long as the disk, the call and the disk again took.
    let waits = bench.seen.stages.iter().filter(|(_, stage)| matches!(stage, ActionStage::GoesAgain { .. }));
    assert_eq!(waits.count(), 0, "a late line is not a failed call");
}

#[tokio::test(start_paused = true)]
async fn a_disk_slower_than_any_slot_does_not_stop_a_run() {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let chosen = bench.failures(3);
    bench.slow_the_disk(Duration::from_secs(8));
    bench.ask(run_command(bench.all_confirmed(&chosen)));
    bench.until("it is over", Seen::run_is_over).await;
    assert_eq!(bench.seen.run().unwrap().accepted, 3);
    let posted: Vec<MessageId> = bench.posts().into_iter().map(|(message, _)| message).collect();
    assert_eq!(posted, chosen);
}

#[tokio::test(start_paused = true)]
async fn late_lines_do_not_use_up_the_tries() {
    let mut bench = loaded(Bench::new(failing_world())).await;
    let chosen = bench.failures(1);
    bench.ask(retry_command(bench.confirmed(&chosen[0])));
    // The line of a try, its outcome, and so on: it gets slower faster than its slots can allow for.
    bench.slow_the_next_writes(&[300, 0, 1_500, 0, 4_500, 0]);
    bench.until("it is accepted", |seen| seen.stages.iter().any(|(_, stage)| *stage == ActionStage::Accepted)).await;
    let under_way = bench.seen.stages.iter().filter_map(|(_, stage)| match stage {
        ActionStage::UnderWay { try_number } => Some(*try_number),
        _ => None,
    });
    assert_eq!(under_way.collect::<Vec<_>>(), [1], "it left once");
    assert_eq!(bench.posts().len(), 1);
    assert!(bench.journal().all(1).unwrap()[0].tries >= 3, "lines came late: {:?}", bench.journal().all(1));
}
