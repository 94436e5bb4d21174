//! Nothing changes, and hundreds of messages are stuck with the telco: the calls are left to the sender.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::world::{Bench, World, demo_world};
use crate::delivery::Status;
use crate::monitor::Command;

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
    bench.ask(Command::InView(true));
    bench.until("the whole campaign is read", |seen| seen.store.coverage().complete).await;
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
