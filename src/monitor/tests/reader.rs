//! Reading for a script: pages to their end, repeats, and a budget shared with other processes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::delivery::{BatchId, CampaignId, MessageId, RecipientQuery};
use crate::monitor::{Clock, ListRequest, ReadError, Reader, ReaderNews};
use crate::postman::scripted::{ScriptedStep, ScriptedTransport, scripted_time};
use crate::postman::{Api, ApiKey, Broken, Environment, SCRIPT_READS, TransportFailure};
use crate::state::{BudgetFile, ReservedSlot, Server, SharedBudget, StateError};

fn reader(script: &Arc<ScriptedTransport>) -> (Reader, Clock) {
    let clock = Clock::tokio(scripted_time(0));
    (reader_by(script, 2.0, &clock), clock)
}

fn reader_by(script: &Arc<ScriptedTransport>, calls_per_second: f64, clock: &Clock) -> Reader {
    let key = ApiKey::new(&"key_test_0123456789abcdef".into()).unwrap();
    let api = Api::new(script.clone(), Environment::Test.base_url(), CampaignId::new("campaign_1"), key);
    Reader::new(api, calls_per_second, clock.clone(), || 0.0)
}

fn page(ids: &[&str], next: Option<&str>) -> ScriptedStep {
    let rows: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let end = next.map_or("null".to_owned(), |cursor| format!("\"{cursor}\""));
    let body = format!(r#"{{"messages":[{}],"pageData":{{"hasNextPage":{},"endCursor":{end}}}}}"#, rows.join(","), next.is_some());
    ScriptedStep::answer(200, &body)
}

fn all() -> ListRequest {
    ListRequest { batch: None, search: None, page_size: 1000, to_the_end: false }
}

/// Page by page, and with the next page requested ahead: both give the same.
async fn read(steps: Vec<ScriptedStep>) -> (Result<Vec<String>, ReadError>, usize, f64) {
    let one_by_one = read_listing(steps.clone(), all()).await;
    let ahead = read_listing(steps, ListRequest { to_the_end: true, ..all() }).await;
    assert_eq!((&ahead.0, ahead.1), (&one_by_one.0, one_by_one.1));
    assert!((ahead.2 - one_by_one.2).abs() < 0.05, "{} s for {} s", ahead.2, one_by_one.2);
    one_by_one
}

async fn read_listing(steps: Vec<ScriptedStep>, listing: ListRequest) -> (Result<Vec<String>, ReadError>, usize, f64) {
    let script = Arc::new(ScriptedTransport::new(steps));
    let (mut reader, clock) = reader(&script);
    let start = clock.now();
    let mut pages = reader.pages(listing);
    let mut ids = Vec::new();
    let result = loop {
        match pages.next().await {
            Ok(Some(answer)) => ids.extend(answer.rows.iter().map(|row| row.id().to_owned())),
            Ok(None) => break Ok(ids),
            Err(error) => break Err(error),
        }
    };
    (result, script.requests().len(), clock.now().duration_since(start).as_secs_f64())
}

#[tokio::test(start_paused = true)]
async fn pages_are_read_to_the_end_within_the_budget() {
    let (ids, calls, seconds) = read(vec![page(&["a", "b"], Some("1")), page(&[], Some("2")), page(&["c"], None)]).await;
    assert_eq!((ids.unwrap().join(""), calls), ("abc".to_owned(), 3));
    assert!((1.0..1.1).contains(&seconds), "two calls a second: {seconds}");
}

#[tokio::test(start_paused = true)]
async fn two_scripts_on_one_state_folder_share_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let steps = || (0..6).map(|_| ScriptedStep::answer(200, r#"{"id":"message_1"}"#));
    let scripts = [Arc::new(ScriptedTransport::new(steps())), Arc::new(ScriptedTransport::new(steps()))];
    let start = tokio::time::Instant::now();
    let read = async |script: &Arc<ScriptedTransport>| {
        let mut reader = reader(script).0.sharing(Some(Arc::new(BudgetFile::new(folder.path()))));
        for _ in 0..6 {
            reader.message(&MessageId::new("message_1")).await.unwrap();
        }
    };
    tokio::join!(read(&scripts[0]), read(&scripts[1]));
    let seconds = start.elapsed().as_secs_f64();
    assert!((5.5..5.7).contains(&seconds), "12 calls at 2 a second: {seconds}");
    // Without a folder each takes half.
    let start = tokio::time::Instant::now();
    let script = Arc::new(ScriptedTransport::new(steps()));
    let reported = Arc::new(Mutex::new(Vec::new()));
    let listener = reported.clone();
    let mut reader = reader(&script).0.sharing(None).telling(move |news| listener.lock().unwrap().push(format!("{news:?}")));
    for _ in 0..3 {
        reader.message(&MessageId::new("message_1")).await.unwrap();
    }
    let reported = reported.lock().unwrap();
    assert!(
        matches!(&reported[..], [only] if only.starts_with("HalfRate") && only.contains("Only half the configured calls")),
        "{reported:?}"
    );
    assert!((2.0..2.1).contains(&start.elapsed().as_secs_f64()));
}

/// A budget whose file is slow to open.
#[derive(Debug)]
struct SlowToOpen(BudgetFile, std::sync::atomic::AtomicBool);

impl SharedBudget for SlowToOpen {
    fn reserve(
        &self,
        server: &Server,
        campaign: &CampaignId,
        now: Timestamp,
        spacing: Duration,
        unused: Option<ReservedSlot>,
    ) -> Result<ReservedSlot, StateError> {
        let slot = self.0.reserve(server, campaign, now, spacing, unused);
        if !self.1.swap(true, std::sync::atomic::Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(60));
        }
        slot
    }

    fn give_back(&self, server: &Server, campaign: &CampaignId, unused: ReservedSlot) -> Result<(), StateError> {
        self.0.give_back(server, campaign, unused)
    }
}

/// A script that makes a tenth of a call a second.
fn seldom(budget: Arc<dyn SharedBudget>, clock: &Clock) -> Reader {
    let script = Arc::new(ScriptedTransport::new((0..2).map(|_| ScriptedStep::answer(200, r#"{"id":"message_1"}"#))));
    reader_by(&script, 0.1, clock).sharing(Some(budget))
}

#[tokio::test]
async fn the_first_call_of_a_process_goes_at_once_though_the_file_is_slow_to_open() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::tokio(scripted_time(0));
    let mut reader = seldom(Arc::new(SlowToOpen(BudgetFile::new(folder.path()), Default::default())), &clock);
    let since = std::time::Instant::now();
    tokio::time::timeout(Duration::from_secs(8), reader.message(&MessageId::new("message_1"))).await.expect("its slot is free").unwrap();
    assert!(since.elapsed() >= Duration::from_millis(60));
    // The next one of another process keeps its distance all the same.
    let mut another = seldom(Arc::new(BudgetFile::new(folder.path())), &clock);
    let next = tokio::time::timeout(Duration::from_secs(1), another.message(&MessageId::new("message_1"))).await;
    assert!(next.is_err(), "two calls within ten seconds");
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_a_process_left_unused_delays_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let id = MessageId::new("message_1");
    let (since, clock) = (tokio::time::Instant::now(), Clock::tokio(scripted_time(0)));
    let process = || seldom(Arc::new(BudgetFile::new(folder.path())), &clock);
    process().message(&id).await.unwrap();
    // It is stopped while it waits for its slot.
    assert!(tokio::time::timeout(Duration::from_secs(9), process().message(&id)).await.is_err());
    tokio::time::sleep(Duration::from_secs(3)).await;
    process().message(&id).await.unwrap();
    let seconds = since.elapsed().as_secs_f64();
    assert!((12.0..12.1).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn cursors_that_lead_nowhere_are_no_end() {
    let circle = vec![page(&["a"], Some("1")), page(&["b"], Some("2")), page(&["a"], Some("1"))];
    assert_eq!(read(circle).await, (Err(ReadError::NoEnd), 3, 1.0));
    let lost = ScriptedStep::answer(200, r#"{"messages":[{"id":"a"}],"pageData":{"hasNextPage":true,"endCursor":null}}"#);
    assert_eq!(read(vec![lost]).await.0, Err(ReadError::NoEnd));
    let empty = (0..60).map(|index| page(&[], Some(&index.to_string()))).collect();
    assert_eq!(read(empty).await.1, 50);
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_waited_for_and_what_does_not_is_told_at_once() {
    let reset = || ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset));
    let (ids, calls, seconds) = read(vec![reset(), reset(), page(&["a"], None)]).await;
    assert_eq!((ids.unwrap().len(), calls), (1, 3));
    assert!((2.4..2.5).contains(&seconds), "0.8 s and 1.6 s: {seconds}");
    let (error, calls, _) = read((0..20).map(|_| reset()).collect()).await;
    assert!(matches!(error, Err(ReadError::Call(_))));
    assert_eq!(calls, SCRIPT_READS as usize);
    let refused = ScriptedStep::answer(401, r#"{"error":{"code":"invalid_api_key_provided","message":"m"}}"#);
    assert_eq!(read(vec![refused]).await.1, 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_long_is_not_waited_for_without_end() {
    use crate::postman::{Response, RetryAfter};
    let asks = |seconds| {
        let retry_after = Some(RetryAfter::Wait(Duration::from_secs(seconds)));
        ScriptedStep::Answer(Response { status: 429, retry_after, ..Response::default() })
    };
    let (ids, calls, seconds) = read(vec![asks(120), asks(120), page(&["a"], None)]).await;
    assert_eq!((ids.unwrap().len(), calls), (1, 3));
    assert!((240.0..250.0).contains(&seconds), "{seconds}");
    let (error, calls, seconds) = read((0..9).map(|_| asks(120)).collect()).await;
    assert!(matches!(error, Err(ReadError::Call(error)) if error.is_rate_limit()));
    assert!(calls == 3 && seconds < 300.0, "{calls} calls, {seconds} s");
    assert_eq!(read(vec![asks(900)]).await.1, 1, "reported at once");
}

#[tokio::test(start_paused = true)]
async fn a_search_in_a_batch_says_so_in_every_request() {
    let script = Arc::new(ScriptedTransport::new([page(&["a"], Some("1")), page(&["b"], None)]));
    let (mut reader, _) = reader(&script);
    let listing = ListRequest {
        batch: Some(BatchId::new("batch_1")),
        search: Some(RecipientQuery::parse("1234").unwrap()),
        page_size: 7,
        to_the_end: true,
    };
    let mut pages = reader.pages(listing);
    while pages.next().await.unwrap().is_some() {}
    let urls: Vec<String> = script.requests().iter().map(|request| request.url.clone()).collect();
    assert_eq!(urls.len(), 2);
    for url in urls {
        assert!(url.contains("/batch/batch_1/messages") && url.contains("limit=7") && url.contains("search=1234"), "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_of_a_server_that_does_not_search_is_read_to_its_end() {
    let steps = (0..60).map(|index| page(&["a"], (index < 59).then(|| index.to_string()).as_deref()));
    let script = Arc::new(ScriptedTransport::new(steps));
    let (mut reader, _) = reader(&script);
    let search = Some(RecipientQuery::parse("1234").unwrap());
    let mut pages = reader.pages(ListRequest { search, to_the_end: true, ..all() });
    let mut left_out = 0;
    while let Some(answer) = pages.next().await.unwrap() {
        assert!(answer.rows.is_empty());
        left_out += answer.unreadable();
    }
    assert_eq!(left_out, 60);
}

#[tokio::test(start_paused = true)]
async fn a_page_is_asked_for_while_the_one_before_is_worked_on() {
    for (to_the_end, calls) in [(true, 2), (false, 1)] {
        let script = Arc::new(ScriptedTransport::new([page(&["a"], Some("1")), page(&["b"], None)]));
        let (mut reader, clock) = reader(&script);
        let mut pages = reader.pages(ListRequest { to_the_end, ..all() });
        assert_eq!(pages.next().await.unwrap().unwrap().rows.len(), 1);
        assert_eq!(script.requests().len(), 1, "not before its turn");
        clock.sleep_until(clock.now() + SignedDuration::from_secs(1)).await;
        assert_eq!(script.requests().len(), calls);
        assert_eq!(pages.next().await.unwrap().unwrap().rows.len(), 1);
        assert!(pages.next().await.unwrap().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_early_asks_for_no_more() {
    let script = Arc::new(ScriptedTransport::new([page(&["a"], Some("1")), page(&["b"], None)]));
    let (mut reader, clock) = reader(&script);
    let mut pages = reader.pages(ListRequest { to_the_end: true, ..all() });
    pages.next().await.unwrap();
    drop(pages);
    clock.sleep_until(clock.now() + SignedDuration::from_secs(2)).await;
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_who_waits_is_told() {
    let script = Arc::new(ScriptedTransport::new([ScriptedStep::answer(429, "{}"), ScriptedStep::answer(200, r#"{"id":"message_1"}"#)]));
    let (sender, mut reported) = tokio::sync::mpsc::unbounded_channel();
    let mut reader = reader(&script).0.telling(move |news| {
        let ReaderNews::GoesAgain { error, wait } = news else { panic!("{news:?}") };
        let _ = sender.send((error.is_rate_limit(), wait));
    });
    let answer = reader.message(&MessageId::new("message_1")).await.unwrap();
    assert_eq!(answer.rows.len(), 1);
    assert_eq!(reported.recv().await, Some((true, Duration::from_millis(800))));
}

/// The clock is set while a script reads and repeats a call: ages stay right.
#[rstest::rstest]
#[tokio::test(start_paused = true)]
async fn readings_go_by_a_clock_that_nobody_sets(#[values(-3_600, 3_600)] seconds: i64, #[values(false, true)] to_the_end: bool) {
    let mut steps = vec![page(&["a"], Some("1")), ScriptedStep::answer(503, ""), page(&["b"], Some("2"))];
    // It looks like a page at first, and is requested again.
    steps.push(ScriptedStep::answer(200, r#"{"pageData":{"hasNextPage":true,"endCursor":"3"},"messages":[{"id":"c"}"#));
    steps.extend([page(&["c"], Some("3")), page(&["d"], None), ScriptedStep::answer(200, r#"{"id":"message_1"}"#)]);
    let script = Arc::new(ScriptedTransport::new(steps));
    let (mut reader, clock) = reader(&script);
    clock.set_wall(SignedDuration::from_secs(seconds));
    let mut pages = reader.pages(ListRequest { to_the_end, ..all() });
    let (mut asked_at, begun) = (Vec::new(), clock.now());
    while let Some(answer) = pages.next().await.unwrap() {
        asked_at.push(answer.asked_at.duration_since(begun).as_secs_f64());
    }
    drop(pages);
    assert_eq!(asked_at.len(), 4);
    let waits: Vec<f64> = asked_at.windows(2).map(|two| two[1] - two[0]).collect();
    // Half a second a call, 0.8 s of which a failed one waits, and one that was read twice.
    assert!(asked_at[0] == 0.0 && waits.iter().all(|wait| (0.45..2.5).contains(wait)), "{asked_at:?}");
    let before = clock.now();
    let at = reader.message(&MessageId::new("message_1")).await.unwrap().asked_at;
    assert!((before..=clock.now()).contains(&at), "{at}");
}
