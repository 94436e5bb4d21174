//! Reading over hours: what is at rest, how far back, with the user away, beside the agency's own sender.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::SignedDuration;

use super::world::{Bench, Seen, World, demo_world, run_command};
use crate::delivery::Status;
use crate::monitor::{Attendance, Command, Generation};

const QUARTER: Duration = Duration::from_secs(900);

/// A campaign of 6,000 in which one in twelve has been with the telco for an hour, until the stall ends.
fn stalled(own_rate: f64, ended: &Arc<AtomicBool>) -> Bench {
    let (ended, since) = (Arc::clone(ended), "2030-03-17T16:00:00.000Z");
    Bench::with_pages(World { own_rate, ..demo_world(6_000, 0.0) }, move |_, _, page| {
        for row in page["data"].as_array_mut().unwrap() {
            let stands = row["id"].as_str().unwrap().bytes().map(u32::from).sum::<u32>() % 12 == 0;
            if stands && !ended.load(Ordering::SeqCst) {
                (row["latestStatus"], row["messageAttempts"]) = ("sent_to_telco".into(), serde_json::json!([]));
                (row["recipient"], row["updatedAt"]) = ("6580001234".into(), since.into());
            } else if stands {
                (row["latestStatus"], row["updatedAt"]) = ("success".into(), "2030-03-17T20:00:00.000Z".into());
            }
        }
    })
}

/// Calls a second, and bytes a second, in the next quarter of an hour.
async fn taken(bench: &mut Bench) -> (f64, f64) {
    let bytes = |bench: &Bench| bench.seen.meter.as_ref().map_or(0, |meter| meter.bytes);
    let before = (bench.calls().len(), bytes(bench));
    bench.run(QUARTER).await;
    let (calls, bytes) = (bench.calls().len() - before.0, bytes(bench) - before.1);
    (calls as f64 / 900.0, bytes as f64 / 900.0)
}

fn standing(bench: &Bench) -> usize {
    bench.seen.store.counts().of(&Status::SentToTelco)
}

#[tokio::test(start_paused = true)]
async fn what_stands_with_the_telco_takes_a_fifth_of_a_call_a_second() {
    let ended = Arc::new(AtomicBool::new(false));
    let mut bench = stalled(4.0, &ended);
    bench.read_whole().await;
    bench.run(QUARTER).await;
    assert!((300..800).contains(&standing(&bench)), "{} stand", standing(&bench));
    let (calls, bytes) = taken(&mut bench).await;
    assert!((0.1..=0.201).contains(&calls), "{calls} calls a second");
    assert!(bytes <= 250_000.0, "{bytes} bytes a second");
    // The reports come all at once: one reading finds it, and the others follow at the full pace.
    ended.store(true, Ordering::SeqCst);
    let (before, since) = (standing(&bench), bench.clock.now());
    bench.until("one is seen", |seen| seen.store.counts().of(&Status::SentToTelco) < before).await;
    let first = bench.clock.now().duration_since(since).as_secs_f64();
    // Those abroad stay.
    let left = before / 3;
    bench.until("nearly all are seen", move |seen| seen.store.counts().of(&Status::SentToTelco) <= left).await;
    let most = bench.clock.now().duration_since(since).as_secs_f64();
    assert!(first <= 21.0 && most <= 30.0, "first after {first} s, most after {most} s");
}

#[tokio::test(start_paused = true)]
async fn out_of_view_it_takes_a_fifteenth() {
    let mut bench = stalled(2.0, &Arc::default());
    bench.until("the whole campaign is read", |seen| seen.store.coverage().complete).await;
    bench.run(QUARTER).await;
    let (calls, _) = taken(&mut bench).await;
    assert!((0.03..=0.07).contains(&calls), "{calls} calls a second");
}

#[tokio::test(start_paused = true)]
async fn with_nobody_there_it_reads_every_five_seconds_and_says_so() {
    let mut bench = Bench::new(demo_world(1300, 1.0));
    bench.read_whole().await;
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
    bench.read_whole().await;
    bench.run(Duration::from_secs(200)).await;
    let failures = bench.failures(30);
    bench.ask(Command::Attend(Attendance::Away));
    let began = bench.clock.now();
    bench.ask(run_command(bench.all_confirmed(&failures)));
    bench.until("the run is over", Seen::run_is_over).await;
    let took = bench.clock.now().duration_since(began).as_secs();
    assert!(took <= 25, "{took} s for 30 retries at three quarters of two calls a second");
    assert_eq!(bench.posts().len(), 30);
}

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

/// Whoever holds ↓ in an opened message wants the one where they stop: those that are passed cost no call.
#[tokio::test(start_paused = true)]
async fn only_the_message_where_one_rests_is_read() {
    let mut bench = Bench::new(World { failure_rate: 0.9, ..demo_world(200, 0.0) });
    bench.read_whole().await;
    let chosen = bench.failures(40);
    let open = |bench: &Bench, number: usize| {
        bench.ask(Command::Open { generation: Generation(number as u64), message: chosen[number].clone() });
    };
    open(&bench, 0);
    bench.run(Duration::from_millis(1_100)).await;
    assert_eq!(bench.seen.opened.len(), 1, "the first one is read at once");
    for number in 1..40 {
        open(&bench, number);
        bench.run(Duration::from_millis(33)).await;
    }
    assert_eq!(bench.seen.opened.len(), 1);
    bench.run(Duration::from_secs(3)).await;
    assert_eq!(bench.seen.opened.len(), 2);
    assert!(bench.seen.opened.iter().any(|(generation, _)| *generation == Generation(39)));
}

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
