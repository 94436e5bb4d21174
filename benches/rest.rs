//! How many calls a campaign takes while nothing changes and many messages are with the telco, and how
//! soon their reports are seen when they come after all.
//!
//! `cargo bench --bench rest`. A worker with its own budget on a simulated clock, in view, against pages of
//! as many bytes as the API's; the figures are the same on every machine.

#![allow(clippy::print_stdout, reason = "a benchmark says what it measured")]

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postwatch::config::{CampaignConfig, KeySource};
use postwatch::delivery::CampaignId;
use postwatch::monitor::{CampaignIndex, CampaignSettings, Clock, Command, Monitor, MonitorOptions, News, Update};
use postwatch::postman::{Api, ApiKey, Environment, Exchange, Request, Response, Transport};
use postwatch::state::{JournalAccess, MemoryBudget};
use tokio::sync::mpsc;

/// A campaign of one day, with one message in this many with the telco since it was sent.
struct Stalled {
    clock: Clock,
    begin: Timestamp,
    messages: usize,
    /// The messages at rest: one in this many among the newest.
    every: usize,
    among: usize,
    ended: AtomicBool,
    calls: AtomicUsize,
    bytes: AtomicUsize,
}

impl Stalled {
    fn stands(&self, place: usize) -> bool {
        place < self.among && place.is_multiple_of(self.every) && !self.ended.load(Ordering::SeqCst)
    }

    /// A page of the list; a cursor is the position below it, 0 the newest message.
    fn page(&self, request: &Request) -> String {
        let asked = |name: &str| request.query().split('&').find_map(|pair| pair.strip_prefix(name)?.parse::<usize>().ok());
        let (from, limit) = (asked("after=").unwrap_or(0), asked("limit=").unwrap_or(1000));
        let end = (from + limit).min(self.messages);
        let mut page = String::from("{\"messages\":[");
        let text = "x".repeat(1700);
        for place in from..end {
            let created =
                self.begin - SignedDuration::from_millis(3_600_000 + place as i64 * (20 * 3_600_000 / self.messages as i64).max(1));
            let (status, changed) = if self.stands(place) { ("sent_to_telco", 5) } else { ("success", 11) };
            let changed = created + SignedDuration::from_secs(changed);
            let comma = if place > from { "," } else { "" };
            let _ = write!(
                page,
                "{comma}{{\"id\":\"message_{place:08}\",\"createdAt\":\"{created:.3}\",\"updatedAt\":\"{changed:.3}\",\"recipient\":\"65800{:05}\",\"latestStatus\":\"{status}\",\"fullMessage\":\"{text}\"}}",
                place % 100_000
            );
        }
        let _ = write!(page, "],\"pageData\":{{\"hasNextPage\":{},\"endCursor\":\"{end}\"}}}}", end < self.messages);
        page
    }
}

/// The way to it.
struct Way(Arc<Stalled>);

impl Transport for Way {
    fn send<'a>(&'a self, request: Request, _: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>> {
        Box::pin(async move {
            let sent_at = self.0.clock.now();
            tokio::time::sleep(Duration::from_millis(50)).await;
            let body = self.0.page(&request);
            self.0.calls.fetch_add(1, Ordering::SeqCst);
            self.0.bytes.fetch_add(body.len(), Ordering::SeqCst);
            let response = Response { status: 200, body: body.into(), ..Response::default() };
            Exchange { sent_at, received_at: self.0.clock.now(), result: Ok(response) }
        })
    }
}

const HALF_HOUR: Duration = Duration::from_secs(1800);

/// Handles news for this long; gives after how many seconds the condition was first met.
async fn listen(updates: &mut mpsc::Receiver<Update>, time: Duration, mut holds: impl FnMut(&News) -> bool) -> Option<f64> {
    let since = tokio::time::Instant::now();
    while let Ok(Some(update)) = tokio::time::timeout_at(since + time, updates.recv()).await {
        if holds(&update.news) {
            return Some(since.elapsed().as_secs_f64());
        }
    }
    None
}

async fn measure(messages: usize, every: usize, among: usize, calls_per_second: f64) {
    let begin = Timestamp::constant(1_900_000_000, 0);
    let clock = Clock::tokio(begin);
    let (ended, calls, bytes) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let stalled = Arc::new(Stalled { clock: clock.clone(), begin, messages, every, among, ended, calls, bytes });
    let Ok(key) = ApiKey::new(&"key_test_0123456789abcdef".into()) else { return };
    let api = Api::new(Arc::new(Way(Arc::clone(&stalled))), Environment::Test.base_url(), CampaignId::new("campaign_1"), key);
    let config = CampaignConfig::usual("Clinic", CampaignId::new("campaign_1"), KeySource::Env(String::new()));
    let base = Environment::Test.base_url();
    let history = Duration::from_secs(7 * 24 * 3600);
    let settings = CampaignSettings { calls_per_second, history, ..CampaignSettings::of(&config, &base, base.kind()) };
    let (sender, mut updates) = mpsc::channel(4);
    let monitor = Monitor::spawn(
        MonitorOptions {
            campaign: CampaignIndex(0),
            api,
            journal: JournalAccess::ReadOnly { journal: None, why: "nothing is sent".to_owned() },
            run: None,
            key_again: None,
            budget: Some(Arc::new(MemoryBudget::default())),
            settings,
            away_rate: 0.2,
            reads: true,
            clock,
            seed: 1,
        },
        sender,
    );
    monitor.ask(Command::InView(true));
    let complete = |news: &News| matches!(news, News::Rows { reach: Some(reach), .. } if reach.complete);
    listen(&mut updates, 100 * HALF_HOUR, complete).await;
    listen(&mut updates, HALF_HOUR, |_| false).await;
    let taken = || (stalled.calls.load(Ordering::SeqCst), stalled.bytes.load(Ordering::SeqCst));
    let before = taken();
    listen(&mut updates, HALF_HOUR, |_| false).await;
    let after = taken();
    // The reports come, all at once.
    stalled.ended.store(true, Ordering::SeqCst);
    let standing = among.div_ceil(every);
    let mut seen = vec![false; among];
    let mut count = 0;
    let mut first = None;
    let since = tokio::time::Instant::now();
    let all = listen(&mut updates, 10 * HALF_HOUR, |news| {
        let News::Rows { rows, .. } = news else { return false };
        for row in rows.iter() {
            let Some(place) = row.id().strip_prefix("message_").and_then(|place| place.parse::<usize>().ok()) else { continue };
            if place < among && place.is_multiple_of(every) && !std::mem::replace(&mut seen[place], true) {
                count += 1;
                first.get_or_insert_with(|| since.elapsed().as_secs_f64());
            }
        }
        count * 100 >= standing * 95
    })
    .await;
    let seconds = HALF_HOUR.as_secs_f64();
    println!(
        "| {messages} | {standing} among the newest {among} | {calls_per_second} | {:.3} | {:.0} | {:.0} s | {:.0} s |",
        (after.0 - before.0) as f64 / seconds,
        (after.1 - before.1) as f64 / seconds / 1000.0,
        first.unwrap_or(f64::NAN),
        all.unwrap_or(f64::NAN),
    );
}

fn main() -> std::io::Result<()> {
    println!("| messages | with the telco | calls/s at most | calls/s at rest | KB/s | first report seen | 95 % seen |");
    println!("|---|---|---|---|---|---|---|");
    for (messages, every, among) in [(20_000, 40, 20_000), (20_000, 1, 500), (1_000_000, 20, 1_000_000), (1_000_000, 1, 50_000)] {
        for calls_per_second in [2.0, 10.0] {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
            runtime.block_on(measure(messages, every, among, calls_per_second));
        }
    }
    Ok(())
}
