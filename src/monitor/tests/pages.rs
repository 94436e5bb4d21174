//! Pages that are not as they should be: the store stays right, and the worker keeps its pace.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};

use super::world::{Bench, World, demo_world};
use crate::delivery::MessageId;
use crate::monitor::{Command, Connection};

fn rows(page: &mut Value) -> &mut Vec<Value> {
    page["data"].as_array_mut().unwrap()
}

impl Bench {
    /// That no more calls were made than the budget allows, and that the campaign is still read.
    fn assert_pace(&self, before: usize, seconds: usize) {
        let calls = self.get_times().len() - before;
        assert!(calls <= 2 * seconds + 2, "{calls} calls in {seconds} s");
        assert!(calls >= seconds / 11, "{calls} calls in {seconds} s: it goes on reading");
        assert_eq!(self.seen.connection, Connection::Live);
    }

    /// Each message is shown once, as it was on the server half a minute ago.
    async fn assert_right(&mut self) {
        let there = self.message_ids();
        self.run(Duration::from_secs(30)).await;
        let store = &self.seen.store;
        let shown: HashSet<MessageId> = store.rows().map(|row| store.id(row)).collect();
        assert_eq!(shown.len(), store.rows().count(), "each message once");
        let missing = there.iter().filter(|id| !shown.contains(id)).count();
        assert_eq!(missing, 0, "of {} messages", there.len());
        assert_eq!(self.differences(Duration::from_secs(30)).stale, 0, "as it was half a minute ago");
    }
}

#[tokio::test(start_paused = true)]
async fn cursors_that_loop_are_followed_once_and_told_once() {
    let first = std::sync::Mutex::new(None::<Value>);
    let mut bench = Bench::with_pages(demo_world(2200, 0.2), move |_, request, page| {
        let mut first = first.lock().unwrap();
        if !request.query().contains("after=") {
            first.get_or_insert(page["pageData"]["endCursor"].clone());
        } else if let Some(first) = &*first {
            page["pageData"]["endCursor"] = first.clone();
            page["pageData"]["hasNextPage"] = json!(true);
        }
    });
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(120)).await;
    let before = bench.get_times().len();
    bench.run(Duration::from_secs(150)).await;
    bench.assert_pace(before, 150);
    let reported = bench.seen.notices.iter().filter(|notice| notice.text.why.contains("circle")).count();
    assert_eq!(reported, 1);
    assert!(!bench.seen.store.coverage().complete, "the part below is not claimed");
    let shown: Vec<MessageId> = bench.seen.store.rows().map(|row| bench.seen.store.id(row)).collect();
    assert_eq!(shown.iter().collect::<HashSet<_>>().len(), shown.len());
}

#[tokio::test(start_paused = true)]
async fn a_last_page_that_always_promises_more_is_no_reason_to_spin() {
    let last = std::sync::Mutex::new(Value::Null);
    let mut bench = Bench::with_pages(demo_world(2200, 0.2), move |_, _, page| {
        let mut last = last.lock().unwrap();
        if page["pageData"]["endCursor"].is_null() {
            page["pageData"]["endCursor"] = last.clone();
        }
        last.clone_from(&page["pageData"]["endCursor"]);
        page["pageData"]["hasNextPage"] = json!(true);
    });
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(120)).await;
    let (before, reported) = (bench.get_times().len(), bench.seen.reported);
    bench.run(Duration::from_secs(120)).await;
    bench.assert_pace(before, 120);
    let (calls, reported) = (bench.get_times().len() - before, bench.seen.reported - reported);
    assert!(reported <= 6 * calls, "{reported} news of {calls} calls");
    assert_eq!(bench.seen.notices.iter().filter(|notice| notice.text.why.contains("circle")).count(), 1);
    assert!(!bench.seen.store.coverage().complete, "no end was seen");
    bench.assert_right().await;
}

#[rstest]
// Some come twice in a row.
#[case::twice(|rows: &mut Vec<Value>| { let again: Vec<Value> = rows.iter().take(20).cloned().collect(); rows.splice(10..10.min(rows.len()), again); })]
// The last ones come first, too.
#[case::wrapped(|rows: &mut Vec<Value>| { let again: Vec<Value> = rows.iter().rev().take(5).cloned().collect(); rows.splice(0..0, again); })]
// The order of a page is reversed.
#[case::reversed(|rows: &mut Vec<Value>| rows.reverse())]
// Pairs are swapped.
#[case::exchanged(|rows: &mut Vec<Value>| for pair in rows.chunks_mut(2) { pair.reverse(); })]
#[tokio::test(start_paused = true)]
async fn repeated_and_disordered_rows_do_no_harm(#[case] disorder: fn(&mut Vec<Value>)) {
    let mut bench = Bench::with_pages(demo_world(1300, 0.2), move |index, _, page| {
        // Now and then, so that the same page comes in different orders.
        if index % 3 == 0 && rows(page).len() > 10 {
            disorder(rows(page));
        }
    });
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(120)).await;
    let before = bench.get_times().len();
    bench.run(Duration::from_secs(120)).await;
    bench.assert_pace(before, 120);
    bench.assert_right().await;
}

#[tokio::test(start_paused = true)]
async fn empty_pages_with_more_behind_them_are_neither_the_end_nor_a_reason_to_hurry() {
    // After the history, every fifth page is empty, the head's as well as the others'.
    let mut bench = Bench::with_pages(demo_world(1300, 0.2), |index, _, page| {
        if index > 20 && index % 5 == 3 {
            rows(page).clear();
            page["pageData"]["hasNextPage"] = json!(true);
        }
    });
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(120)).await;
    let before = bench.get_times().len();
    bench.run(Duration::from_secs(120)).await;
    bench.assert_pace(before, 120);
    bench.assert_right().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_but_empty_pages_with_more_behind_them_are_asked_at_an_even_pace() {
    let mut bench = Bench::with_pages(demo_world(1300, 0.2), |_, _, page| {
        rows(page).clear();
        page["pageData"]["hasNextPage"] = json!(true);
    });
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(150)).await;
    bench.assert_pace(0, 150);
    assert!(bench.seen.store.is_empty());
}

#[tokio::test(start_paused = true)]
async fn messages_that_are_recorded_late_are_found() {
    let mut bench = Bench::new(World { late_rate: 0.3, ..demo_world(300, 2.0) });
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(150)).await;
    bench.assert_right().await;
}

#[rstest]
#[case(SignedDuration::from_hours(1))]
#[case(SignedDuration::from_hours(-1))]
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_an_hour_off_does_no_harm(#[case] ahead: SignedDuration) {
    let mut bench = Bench::new(World { ahead, ..demo_world(300, 0.5) });
    bench.ask(Command::InView(true));
    bench.run(Duration::from_secs(100)).await;
    let before = bench.get_times().len();
    bench.run(Duration::from_secs(100)).await;
    bench.assert_pace(before, 100);
    bench.assert_right().await;
    let reported = bench.seen.notices.iter().filter(|notice| notice.text.what.contains("clock")).count();
    assert_eq!(reported, 1, "{:?}", bench.seen.notices);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_goes_backwards_is_shown_as_last_told() {
    let (reads, one) = (AtomicUsize::new(0), std::sync::OnceLock::new());
    let mut bench = Bench::with_pages(demo_world(1100, 0.0), move |_, _, page| {
        if let Some(row) = rows(page).get(700) {
            one.get_or_init(|| row["id"].clone());
        }
        for row in rows(page).iter_mut().filter(|row| Some(&row["id"]) == one.get()) {
            let back = reads.fetch_add(1, Ordering::SeqCst) % 2 == 1;
            row["latestStatus"] = json!(if back { "created" } else { "sent" });
        }
    });
    bench.read_whole().await;
    let before = bench.get_times().len();
    let mut shown = HashSet::new();
    // It has not changed for long, so its page is read every ten minutes.
    for _ in 0..45 {
        bench.run(Duration::from_secs(60)).await;
        let words = bench.seen.store.rows().filter_map(|row| bench.seen.store.cells(row).status.map(|status| status.api_word().to_owned()));
        shown.extend(words);
    }
    assert!(shown.contains("created") && shown.contains("sent"), "{shown:?}");
    bench.assert_pace(before, 45 * 60);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_appears_a_minute_late_is_shown_whole() {
    let mut bench = Bench::new(demo_world(300, 0.5));
    bench.read_whole().await;
    let shown = bench.message_ids().len();
    let batch = bench.upload_elsewhere(20);
    bench.run(Duration::from_secs(60)).await;
    assert!(bench.message_ids().len() < shown + 60, "it is being prepared");
    bench.run(Duration::from_secs(60)).await;
    let summary = bench.seen.store.batch(&batch).expect("the batch is shown");
    assert_eq!(summary.loaded, 20);
    bench.assert_right().await;
}
