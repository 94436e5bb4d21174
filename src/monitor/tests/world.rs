//! A worker on the bench: the simulator's world behind it, and everything it reports handled as the dashboard would.

mod chosen;
mod seen;
mod server;

use std::future::Future;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::transports::{AlteredTransport, StopTransport, Stops, WorldTransport};
use crate::config::{CampaignConfig, KeySource};
use crate::delivery::{CampaignId, MessageId};
use crate::monitor::{
    CampaignIndex, CampaignSettings, Clock, Command, CommandSender, Generation, KeyAgain, Monitor, MonitorOptions, Reader, SearchState,
    Update,
};
use crate::postman::scripted::{Fault, FaultTransport};
use crate::postman::{Api, ApiKey, BaseUrl, Request, Transport};
use crate::simulator::{CampaignOptions, SimulatedEnvironment, World as Simulated, WorldOptions};
use crate::state::{BudgetFile, Journal, JournalAccess, RunId, Who};

pub use chosen::{retry_batch_command, retry_command, run_command, send_command, upload_command};
pub use seen::Seen;

pub const BASE: &str = "http://127.0.0.1:1/api/v2";

/// What the world is like.
pub struct World {
    pub messages: u64,
    pub live_per_second: f64,
    pub failure_rate: f64,
    pub allow_listed: bool,
    /// The worker's key, where it is not the campaign's.
    pub key: Option<String>,
    /// How the worker reads its key again.
    pub key_again: Option<KeyAgain>,
    pub calls_per_second: u32,
    /// The worker's ceiling, calls a second.
    pub own_rate: f64,
    /// The share of messages that are recorded late.
    pub late_rate: f64,
    /// How far the server's clock is ahead of the worker's.
    pub ahead: SignedDuration,
    /// How far its `Date` header deviates from that.
    pub date_off: SignedDuration,
    /// Whether files of more than 20 rows can be uploaded.
    pub large_files: bool,
    /// How far back it is read automatically.
    pub history: Duration,
    /// How fast its messages progress.
    pub speed: f64,
    /// Whether the worker reads automatically.
    pub reads: bool,
}

pub fn demo_world(messages: u64, live_per_second: f64) -> World {
    World {
        messages,
        live_per_second,
        failure_rate: 0.05,
        allow_listed: true,
        key: None,
        key_again: None,
        calls_per_second: 10,
        own_rate: 2.0,
        late_rate: 0.0,
        ahead: SignedDuration::ZERO,
        date_off: SignedDuration::ZERO,
        large_files: false,
        history: Duration::from_secs(90 * 24 * 3600),
        speed: 1.0,
        reads: true,
    }
}

/// The simulator's world of it.
fn simulated(world: &World, seed: u64, now: Timestamp) -> Simulated {
    let campaign = CampaignOptions {
        id: Some("campaign_bench".to_owned()),
        key: Some("key_test_bench0000000000000000".to_owned()),
        messages: world.messages,
        live_per_second: world.live_per_second,
        failure_rate: world.failure_rate,
        allow_listed: world.allow_listed,
        stuck_rate: 0.0,
        late_rate: world.late_rate,
        batches: 2,
        environment: if world.large_files { SimulatedEnvironment::Production } else { SimulatedEnvironment::Test },
        ..CampaignOptions::new("Bench")
    };
    Simulated::new(WorldOptions {
        campaigns: vec![campaign],
        calls_per_second: world.calls_per_second,
        started_at: now,
        speed: world.speed,
        ..WorldOptions::new(seed)
    })
}

/// A worker on the bench.
pub struct Bench {
    pub seen: Seen,
    pub clock: Clock,
    pub folder: Arc<tempfile::TempDir>,
    transport: Arc<WorldTransport>,
    campaign: String,
    monitor: Option<Monitor>,
    updates: mpsc::Receiver<Update>,
    own_journal: Option<Journal>,
}

impl Bench {
    pub fn new(world: World) -> Self {
        Self::build(world, |inner| inner, None, true)
    }

    pub fn with_faults(world: World, faults: impl FnOnce(Arc<dyn Transport>) -> FaultTransport) -> Self {
        Self::build(world, |inner| Arc::new(faults(inner)), None, true)
    }

    /// A worker whose server is reached through this.
    pub fn behind(world: World, wrap: impl FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport>) -> Self {
        Self::build(world, wrap, None, true)
    }

    /// A worker whose server's pages are malformed.
    pub fn with_pages(world: World, alter: impl Fn(usize, &Request, &mut serde_json::Value) + Send + Sync + 'static) -> Self {
        let wrap =
            |inner| -> Arc<dyn Transport> { Arc::new(AlteredTransport { inner, alter: Box::new(alter), pages: AtomicUsize::new(0) }) };
        Self::build(world, wrap, None, true)
    }

    /// A worker whose journal cannot be written.
    pub fn without_journal(world: World) -> Self {
        Self::build(world, |inner| inner, None, false)
    }

    /// A worker that is dead from a step on: nothing it does after that reaches disk or network.
    pub fn with_stops(world: World, faults: impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static, stops: &Arc<Stops>) -> Self {
        let wrapped = stops.clone();
        let wrap = move |inner: Arc<dyn Transport>| -> Arc<dyn Transport> {
            Arc::new(StopTransport { inner: Arc::new(FaultTransport::new(inner, faults)), stops: wrapped })
        };
        let bench = Self::build(world, wrap, None, true);
        let stops = stops.clone();
        bench.own_journal.as_ref().unwrap().set_gate(move || stops.step());
        bench
    }

    fn build(
        world: World,
        wrap: impl FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport>,
        before: Option<(Arc<WorldTransport>, Arc<tempfile::TempDir>, Clock)>,
        journalled: bool,
    ) -> Self {
        Self::build_at(BASE, world, wrap, before, journalled)
    }

    fn build_at(
        base: &str,
        world: World,
        wrap: impl FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport>,
        before: Option<(Arc<WorldTransport>, Arc<tempfile::TempDir>, Clock)>,
        journalled: bool,
    ) -> Self {
        let (transport, folder, clock) = before.unwrap_or_else(|| {
            let clock = Clock::tokio(Timestamp::from_second(1_900_000_000).unwrap());
            let (ahead, date_off) = (world.ahead, world.date_off);
            let world = simulated(&world, 7, clock.now() + ahead);
            let transport = WorldTransport { world: Mutex::new(world), clock: clock.clone(), ahead, date_off, calls: Mutex::default() };
            (Arc::new(transport), Arc::new(tempfile::tempdir().unwrap()), clock)
        });
        let card = transport.world.lock().unwrap().campaigns()[0].clone();
        let key = ApiKey::new(&world.key.unwrap_or(card.key).into()).unwrap();
        let api = Api::new(wrap(transport.clone()), BaseUrl::parse(base).unwrap(), CampaignId::new(card.id.as_str()), key);
        let mut own_journal = None;
        let (journal, run) = if journalled {
            let journal = Journal::open(&folder.path().join("state")).unwrap();
            let run = RunId::new(clock.now(), std::process::id(), rand::random_u32());
            let run = journal.begin_run(run, &Who::default(), clock.now()).unwrap();
            own_journal = Some(journal.clone());
            (JournalAccess::Writable(journal), Some(Arc::new(run)))
        } else {
            (JournalAccess::ReadOnly { journal: None, why: "the disk is full".to_owned() }, None)
        };
        let (sender, updates) = mpsc::channel(4);
        let settings = CampaignSettings { calls_per_second: world.own_rate, history: world.history, ..settings(&api) };
        let options = MonitorOptions {
            campaign: CampaignIndex(0),
            api,
            key_again: world.key_again,
            journal,
            run,
            budget: Some(Arc::new(BudgetFile::new(&folder.path().join("state")))),
            settings,
            away_rate: 0.2,
            reads: world.reads,
            clock: clock.clone(),
            seed: 1,
        };
        let monitor = Some(Monitor::spawn(options, sender));
        Self { seen: Seen::nothing(), clock, folder, transport, campaign: card.id, monitor, updates, own_journal }
    }

    /// Another process with the same state folder and the same campaign.
    pub fn another(&self) -> Self {
        self.another_at(BASE)
    }

    /// The same, under another address of the server.
    pub fn another_at(&self, base: &str) -> Self {
        let before = Some((self.transport.clone(), self.folder.clone(), self.clock.clone()));
        Self::build_at(base, demo_world(0, 0.0), |inner| inner, before, true)
    }

    /// The same with a worker of its own kind.
    pub fn another_with(&self, world: World) -> Self {
        Self::build(world, |inner| inner, Some((self.transport.clone(), self.folder.clone(), self.clock.clone())), true)
    }

    /// The same, reached through this.
    pub fn another_behind(&self, world: World, wrap: impl FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport>) -> Self {
        Self::build(world, wrap, Some((self.transport.clone(), self.folder.clone(), self.clock.clone())), true)
    }

    /// From now on the disk takes this long for everything the worker writes.
    pub fn slow_the_disk(&self, slowness: Duration) {
        self.own_journal.as_ref().unwrap().set_slowness(slowness);
    }

    /// The disk takes this long for the worker's next writes, one after the other.
    pub fn slow_the_next_writes(&self, milliseconds: &[u64]) {
        self.own_journal.as_ref().unwrap().set_next_slowness(milliseconds.iter().map(|number| Duration::from_millis(*number)));
    }

    /// The server as a script reaches it before it starts a worker.
    pub fn reader(&self) -> Reader {
        let key = ApiKey::new(&self.transport.world.lock().unwrap().campaigns()[0].key.clone().into()).unwrap();
        let api = Api::new(self.transport.clone(), BaseUrl::parse(BASE).unwrap(), CampaignId::new(self.campaign.as_str()), key);
        Reader::new(api, 10.0, self.clock.clone(), || 0.5)
    }

    /// The program starts again with the same state folder, after the worker was killed.
    pub fn killed_and_restarted(self) -> Self {
        let Self { monitor, transport, folder, clock, .. } = self;
        monitor.unwrap().kill();
        Self::build(demo_world(0, 0.0), |inner| inner, Some((transport, folder, clock)), true)
    }

    /// The worker dies.
    pub fn kill(&mut self) {
        self.monitor.take().unwrap().kill();
    }

    pub fn ask(&self, command: Command) {
        self.monitor.as_ref().unwrap().ask(command);
    }

    /// The worker's inbox, for commands from elsewhere.
    pub fn commands(&self) -> CommandSender {
        self.monitor.as_ref().unwrap().commands()
    }

    /// The journal handle that the worker writes to.
    pub fn gated_journal(&self) -> Journal {
        self.own_journal.clone().unwrap()
    }

    pub async fn ended(&mut self) {
        self.monitor.take().unwrap().ended().await.unwrap();
    }

    /// Lets time pass and handles the news.
    pub async fn run(&mut self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while let Ok(Some(update)) = tokio::time::timeout_at(end, self.updates.recv()).await {
            self.seen.take(update.news);
        }
    }

    /// Handles this many updates, then none for a while: the screen is stuck.
    pub async fn stand_still(&mut self, taken: usize, time: Duration) {
        for _ in 0..taken {
            let update = tokio::time::timeout(Duration::from_secs(60), self.updates.recv()).await;
            self.seen.take(update.expect("the worker goes on").expect("it lives").news);
        }
        tokio::time::sleep(time).await;
    }

    /// Lets time pass until the worker is dead, or something holds; a simulated hour at most.
    pub async fn until_dead_or(&mut self, stops: &Stops, holds: impl Fn(&Seen) -> bool) {
        for _ in 0..36_000 {
            if stops.is_dead() || holds(&self.seen) {
                return;
            }
            self.run(Duration::from_millis(100)).await;
        }
        panic!("an hour has passed; stages {:?}", self.seen.stages);
    }

    /// Handles news until something holds; a simulated day at most.
    #[track_caller]
    pub fn until<'a>(&'a mut self, what: &'a str, holds: impl Fn(&Seen) -> bool + 'a) -> impl Future<Output = ()> + 'a {
        let end = tokio::time::Instant::now() + Duration::from_secs(24 * 3600);
        let caller = std::panic::Location::caller();
        async move {
            while !holds(&self.seen) {
                match tokio::time::timeout_at(end, self.updates.recv()).await {
                    Ok(Some(update)) => self.seen.take(update.news),
                    _ => panic!(
                        "{caller}: a day has passed, and still not: {what}; stages {:?}, {:?}",
                        self.seen.stages, self.seen.connection
                    ),
                }
            }
        }
    }

    /// Puts the campaign in view, and reads all of it.
    #[track_caller]
    pub fn read_whole(&mut self) -> impl Future<Output = ()> + '_ {
        self.ask(Command::InView(true));
        self.until("the whole campaign is read", |seen| seen.store.coverage().complete)
    }

    pub async fn until_search(&mut self, wanted: Generation) -> Vec<MessageId> {
        let answered = |seen: &Seen| matches!(&seen.search, Some((generation, SearchState::Answered { .. })) if *generation == wanted);
        self.until("the search was answered", answered).await;
        match &self.seen.search {
            Some((_, SearchState::Answered { found, .. })) => found.clone(),
            _ => unreachable!("just answered"),
        }
    }

    pub fn journal(&self) -> Journal {
        Journal::open(&self.folder.path().join("state")).unwrap()
    }
}

/// A worker in view that has read everything, so long ago that some messages have failed.
pub async fn loaded(mut bench: Bench) -> Bench {
    bench.read_whole().await;
    bench.run(Duration::from_secs(200)).await;
    bench
}

/// The same, and one of its failures.
pub async fn with_a_failure(bench: Bench) -> (Bench, MessageId) {
    let bench = loaded(bench).await;
    let failed = bench.failed();
    (bench, failed)
}

mod rand {
    /// Distinct run names within one test process.
    pub fn random_u32() -> u32 {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }
}

/// The usual settings of a campaign there.
fn settings(api: &Api) -> CampaignSettings {
    let config = CampaignConfig::usual("Clinic", api.campaign().clone(), KeySource::Env(String::new()));
    CampaignSettings::of(&config, api.base(), api.base().kind())
}
