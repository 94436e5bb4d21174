//! A worker on the bench: the simulator's world behind it, and all that it tells taken in as the
//! dashboard would.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::transports::{StopTransport, Stops, WorldTransport};
use crate::delivery::{CampaignId, Message, MessageId, RetryHelps, Status};
use crate::monitor::{
    ActionStage, CampaignIndex, Clock, Command, Connection, Generation, Meter, Monitor, MonitorOptions, News, Notice, OpenActionNews,
    RunNews, RunPhase, SearchState, Update,
};
use crate::postman::scripted::{Fault, FaultTransport};
use crate::postman::{Api, ApiKey, BaseUrl, Request, Transport};
use crate::retry::{BatchPlan, ConfirmedRetry, Planner};
use crate::simulator::{Call, CampaignOptions, World as Simulated, WorldOptions};
use crate::state::{Journal, JournalAccess, RunId, Who};
use crate::store::{AnswerKind, BatchSummary, Store};

pub const BASE: &str = "http://127.0.0.1:1/api/v2";

/// What the world is like.
pub struct World {
    pub messages: u64,
    pub live_per_second: f64,
    pub failure_rate: f64,
    pub allow_listed: bool,
    /// The worker's key, where it is not the campaign's.
    pub key: Option<String>,
    pub calls_per_second: u32,
}

pub fn demo_world(messages: u64, live_per_second: f64) -> World {
    World { messages, live_per_second, failure_rate: 0.05, allow_listed: true, key: None, calls_per_second: 10 }
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
        late_rate: 0.0,
        batches: 2,
        ..CampaignOptions::new("Bench")
    };
    Simulated::new(WorldOptions {
        campaigns: vec![campaign],
        calls_per_second: world.calls_per_second,
        started_at: now,
        ..WorldOptions::new(seed)
    })
}

/// All that was told, as the dashboard keeps it.
pub struct Seen {
    pub store: Store,
    pub connection: Connection,
    pub meter: Option<Meter>,
    pub search: Option<(Generation, SearchState)>,
    pub opened: Vec<(Generation, bool)>,
    pub stages: Vec<(MessageId, ActionStage)>,
    pub notices: Vec<Notice>,
    pub runs: Vec<RunNews>,
    pub batch_stages: Vec<ActionStage>,
    pub open: Option<Vec<OpenActionNews>>,
    pub not_started: Vec<MessageId>,
    pub used_up: Vec<MessageId>,
    pub stopped: bool,
}

impl Seen {
    fn take(&mut self, news: News) {
        match news {
            News::Rows { rows, from, asked_at, reach, .. } => {
                self.store.merge(&rows, &from, asked_at);
                if let Some(reach) = reach {
                    self.store.set_reach(reach);
                }
            }
            News::Connection(connection) => self.connection = connection,
            News::Search { generation, state } => self.search = Some((generation, state)),
            News::Opened { generation, result } => self.opened.push((generation, result.is_ok())),
            News::Action(action) => self.stages.push((action.message, action.stage)),
            News::Notice(notice) => self.notices.push(notice),
            News::StartedAnew => self.store = Store::new(),
            News::Stopped => self.stopped = true,
            News::Run(run) => self.runs.push(run),
            News::BatchAction(action) => self.batch_stages.push(action.stage),
            News::OpenActions(open) => self.open = Some(open),
            News::NotStarted(messages) => self.not_started.extend(messages),
            News::OutOfAttempts(messages) => self.used_up.extend(messages),
            News::Meter(meter) => self.meter = Some(meter),
        }
    }

    /// How far the run is.
    pub fn run(&self) -> Option<&RunNews> {
        self.runs.last()
    }

    /// Whether the run has come to its end.
    pub fn run_is_over(&self) -> bool {
        self.run().is_some_and(|run| run.to_go == 0 && matches!(run.phase, RunPhase::Done | RunPhase::Stopped(_)))
    }

    /// The newest stage of a message's retry.
    pub fn stage(&self, message: &MessageId) -> Option<&ActionStage> {
        self.stages.iter().rev().find(|(of, _)| of == message).map(|(_, stage)| stage)
    }
}

/// How the screen differs from the world.
pub struct Differences {
    pub missing: usize,
    pub stale: usize,
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
        let (transport, folder, clock) = before.unwrap_or_else(|| {
            let clock = Clock::tokio(Timestamp::from_second(1_900_000_000).unwrap());
            let world = simulated(&world, 7, clock.now());
            (Arc::new(WorldTransport { world: Mutex::new(world), clock }), Arc::new(tempfile::tempdir().unwrap()), clock)
        });
        let card = transport.world.lock().unwrap().campaigns()[0].clone();
        let key = ApiKey::new(&world.key.unwrap_or(card.key).into()).unwrap();
        let api = Api::new(wrap(transport.clone()), BaseUrl::parse(BASE).unwrap(), CampaignId::new(card.id.as_str()), key);
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
        let options = MonitorOptions {
            campaign: CampaignIndex(0),
            api,
            journal,
            run,
            calls_per_second: 2.0,
            away_rate: 0.2,
            history: Duration::from_secs(90 * 24 * 3600),
            reads: true,
            clock,
            seed: 1,
        };
        let seen = Seen {
            store: Store::new(),
            connection: Connection::Connecting,
            meter: None,
            search: None,
            opened: Vec::new(),
            stages: Vec::new(),
            notices: Vec::new(),
            runs: Vec::new(),
            batch_stages: Vec::new(),
            open: None,
            not_started: Vec::new(),
            used_up: Vec::new(),
            stopped: false,
        };
        let monitor = Some(Monitor::spawn(options, sender));
        Self { seen, clock, folder, transport, campaign: card.id, monitor, updates, own_journal }
    }

    /// Another process on the same state folder, that watches the same campaign.
    pub fn another(&self) -> Self {
        Self::build(demo_world(0, 0.0), |inner| inner, Some((self.transport.clone(), self.folder.clone(), self.clock)), true)
    }

    /// The program starts again on the same state folder, after the worker was killed.
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

    pub async fn ended(&mut self) {
        self.monitor.take().unwrap().ended().await.unwrap();
    }

    /// Lets time pass and takes in what is told.
    pub async fn run(&mut self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while let Ok(Some(update)) = tokio::time::timeout_at(end, self.updates.recv()).await {
            self.seen.take(update.news);
        }
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

    /// Takes in what is told until something holds; a simulated day at most.
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

    pub async fn until_search(&mut self, wanted: Generation) -> Vec<MessageId> {
        let answered = |seen: &Seen| matches!(&seen.search, Some((generation, SearchState::Answered { .. })) if *generation == wanted);
        self.until("the search was answered", answered).await;
        match &self.seen.search {
            Some((_, SearchState::Answered { found, .. })) => found.clone(),
            _ => unreachable!("just answered"),
        }
    }

    /// The server is started again, with other messages of the same campaign.
    pub fn exchange_world(&mut self, world: &World) {
        *self.transport.world.lock().unwrap() = simulated(world, 8, self.clock.now());
    }

    fn with<R>(&self, ask: impl FnOnce(&mut Simulated) -> R) -> R {
        ask(&mut self.transport.world.lock().unwrap())
    }

    /// What the world's own API says of a message, unpaced and unlogged by the worker.
    pub fn truth(&self, message: &MessageId) -> Status {
        let now = self.clock.now();
        self.with(|world| Status::from_api(world.status(&self.campaign, message.as_str(), now).expect("a known message")))
    }

    pub fn message_ids(&self) -> Vec<MessageId> {
        let now = self.clock.now();
        self.with(|world| {
            world.advance(now);
            world.message_ids(&self.campaign).into_iter().map(|id| MessageId::new(id.to_string())).collect()
        })
    }

    pub fn recipient(&self, message: &MessageId) -> String {
        let (now, key) = (self.clock.now(), self.with(|world| world.campaigns()[0].key.clone()));
        let path = format!("/campaigns/{}/messages/{message}", self.campaign);
        let authorization = format!("Bearer {key}");
        let call = Call { method: "GET", path: &path, query: None, authorization: Some(&authorization), content_type: None, body: b"" };
        let body = self.with(|world| world.answer(&call, now)).body;
        let told: serde_json::Value = serde_json::from_slice(&body).unwrap();
        told["recipient"].as_str().unwrap().to_owned()
    }

    pub fn retry_elsewhere(&self, message: &MessageId) {
        let (now, key) = (self.clock.now(), self.with(|world| world.campaigns()[0].key.clone()));
        let path = format!("/campaigns/{}/messages/{message}/retry", self.campaign);
        let authorization = format!("Bearer {key}");
        let call = Call { method: "POST", path: &path, query: None, authorization: Some(&authorization), content_type: None, body: b"" };
        assert_eq!(self.with(|world| world.answer(&call, now)).status, 201);
    }

    /// When the worker's reads came in.
    pub fn get_times(&self) -> Vec<Timestamp> {
        self.with(|world| world.log().recent_gets().map(|call| call.at).collect())
    }

    /// The retries that reached the world, as (message, status).
    pub fn posts(&self) -> Vec<(MessageId, u16)> {
        self.with(|world| {
            world.log().posts().iter().map(|call| (MessageId::new(call.message.clone().unwrap_or_default()), call.status)).collect()
        })
    }

    /// A failed message as shown, that may be retried and is not out of attempts.
    pub fn failed(&self) -> MessageId {
        let store = &self.seen.store;
        let message = store.rows().map(|row| store.message(row)).find(|message| {
            message.status == Some(Status::Failure)
                && message.tried() == Some(1)
                && message.batch.is_none()
                && message.error().is_some_and(|error| &*error.code == "recipient_unavailable")
        });
        message.expect("a failed message is loaded").id
    }

    /// Failed messages as shown, this many, that may be retried and are not out of attempts.
    pub fn failures(&self, count: usize) -> Vec<MessageId> {
        let store = &self.seen.store;
        let messages = store.rows().map(|row| store.message(row)).filter(|message| {
            message.status == Some(Status::Failure)
                && message.tried() == Some(1)
                && message.error().is_none_or(|error| error.known().retry_helps() != RetryHelps::No)
        });
        let failures: Vec<MessageId> = messages.map(|message| message.id).take(count).collect();
        assert_eq!(failures.len(), count, "too few failed messages in this world");
        failures
    }

    /// A person's yes to the retry of several messages, as shown.
    pub fn all_confirmed(&self, ids: &[MessageId]) -> Vec<ConfirmedRetry> {
        ids.iter().map(|id| self.confirmed(id)).collect()
    }

    /// A person's yes to the retry of a message, as shown.
    pub fn confirmed(&self, id: &MessageId) -> ConfirmedRetry {
        let store = &self.seen.store;
        let message: Message = store.message(store.row(id).unwrap());
        let plan = Planner::default().plan([(&message, self.clock.now(), AnswerKind::List)], self.clock.now());
        plan.confirm(self.clock.now()).remove(0)
    }

    /// The plan for the whole retry of a batch that has failures.
    pub fn batch_plan(&self) -> BatchPlan {
        let store = &self.seen.store;
        let plan = |summary: BatchSummary| {
            let messages: Vec<Message> = store.rows().map(|row| store.message(row)).collect();
            let of_batch = messages.iter().filter(|message| message.batch.as_ref().is_some_and(|batch| batch.id == summary.batch.id));
            BatchPlan::new(&summary.batch, of_batch, &[], false, None, self.clock.now())
        };
        store.batches().into_iter().map(plan).find(|plan| plan.refusal.is_none()).expect("a batch with failures")
    }

    /// The retries of whole batches that reached the world, with their answers.
    pub fn batch_posts(&self) -> Vec<(String, u16)> {
        self.with(|world| {
            let posts = world.log().posts().iter();
            posts.filter(|call| call.message.is_none()).map(|call| (call.batch.clone().unwrap_or_default(), call.status)).collect()
        })
    }

    /// How often each message was accepted for a retry by the world.
    pub fn accepted(&self) -> HashMap<MessageId, usize> {
        let mut accepted = HashMap::new();
        for (message, status) in self.posts() {
            *accepted.entry(message).or_default() += usize::from(status == 201);
        }
        accepted
    }

    /// How what is shown differs from the world as it was `ago`: what came since does not count.
    pub fn differences(&self, ago: Duration) -> Differences {
        let store = &self.seen.store;
        let then = self.clock.now() - SignedDuration::try_from(ago).unwrap();
        let (mut missing, mut stale) = (0, 0);
        for id in self.message_ids() {
            let changes = self.with(|world| world.changes(&self.campaign, id.as_str()));
            let (before, since): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(at, _)| *at <= then);
            let Some((_, status)) = before.last() else { continue };
            match store.row(&id) {
                None => missing += 1,
                Some(row) => {
                    let shown = store.cells(row).status.map(Status::api_word);
                    stale += usize::from(shown != Some(*status) && !since.iter().any(|(_, later)| shown == Some(*later)));
                }
            }
        }
        Differences { missing, stale }
    }

    pub fn journal(&self) -> Journal {
        Journal::open(&self.folder.path().join("state")).unwrap()
    }
}

mod rand {
    /// Distinct run names within one test process.
    pub fn random_u32() -> u32 {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }
}
