//! The worker: carries out what the scheduler decides, one call at a time.

mod calls;
mod checking;
mod handle;
mod in_the_way;
mod lookup;
mod open;
mod posting;
mod running;
mod sending;
mod uploading;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::active_action::{Skipped, is_over};
use super::call_slots::{Sharing, blocking, broken_reported, repaired_reported};
use super::scheduler::{BatchRequest, CallFailure, GOING_ON, Job, NextStep, OpenedMessage, PrepareRequest, Scheduler, Search};
use super::{
    CampaignIndex, Clock, Command, Connection, Inbox, Meter, News, Notice, NoticeWeight, OpenActionNews, Purpose, SearchState, ServerTime,
    Update, UpdateSender, UploadedNews,
};
use crate::action::{ActionNumber, RunEvent, SendEvidence, StopCause};
use crate::delivery::{BatchId, MessageId};
use crate::postman::{Api, CallError, Explanation};
use crate::state::{ActionId, JournalAccess, Run, Server};

pub use handle::{AWAY_CALLS_PER_SECOND, KeyAgain, Monitor, MonitorOptions, ReadKey};

/// Everything a worker holds.
struct Worker {
    campaign: CampaignIndex,
    api: Api,
    key_again: Option<KeyAgain>,
    /// Set while the server refuses the key: who asked to have it read again before the next call.
    read_key: Option<ReadKey>,
    /// The server behind the API, which budget and claims belong to.
    server: Server,
    /// The batch whose pages it reads instead of the campaign's.
    batch: Option<BatchId>,
    journal: JournalAccess,
    sharing: Sharing,
    run: Option<Arc<Run>>,
    clock: Clock,
    scheduler: Scheduler,
    /// For the pauses: it only keeps programs out of step.
    jitter: Rng,
    server_time: ServerTime,
    connection: Connection,
    under_way: Option<Purpose>,
    bytes: u64,
    bad_cursors_reported: bool,
    /// Actions of dead runs that were taken over.
    taken_over: HashSet<ActionId>,
    /// Actions of this run of the program whose outcome is not known, with the numbers given with the yes.
    unknown: HashMap<ActionId, Option<ActionNumber>>,
    /// What is known of those among them that sent a message: the journal keeps no number.
    unknown_sends: HashMap<ActionId, SendEvidence>,
    open_reported: Option<Vec<OpenActionNews>>,
    /// What was last reported of other runs' uploads.
    uploads_reported: Vec<UploadedNews>,
    /// Messages without attempts left, as last read from the journal.
    used_up_reported: Vec<MessageId>,
    clock_reported: bool,
    last_stamp: Option<Timestamp>,
    updates: UpdateSender,
    inbox: Inbox,
    ending: bool,
}

impl Worker {
    fn new(options: MonitorOptions, updates: UpdateSender, inbox: Inbox) -> Self {
        let horizon = SignedDuration::try_from(options.settings.history).unwrap_or(SignedDuration::MAX);
        Self {
            campaign: options.campaign,
            server: Server::of(options.api.base().as_str()),
            sharing: Sharing::new(options.budget, &options.api),
            api: options.api,
            key_again: options.key_again,
            read_key: None,
            batch: None,
            journal: options.journal,
            run: options.run,
            clock: options.clock,
            scheduler: Scheduler::new(options.settings.calls_per_second, options.away_rate, horizon, options.reads),
            jitter: Rng::with_seed(options.seed),
            server_time: ServerTime::default(),
            connection: Connection::Connecting,
            under_way: None,
            bytes: 0,
            bad_cursors_reported: false,
            taken_over: HashSet::new(),
            unknown: HashMap::new(),
            unknown_sends: HashMap::new(),
            open_reported: None,
            uploads_reported: Vec::new(),
            used_up_reported: Vec::new(),
            clock_reported: false,
            last_stamp: None,
            updates,
            inbox,
            ending: false,
        }
    }

    async fn run(mut self) {
        self.take_over().await;
        while !self.ending {
            self.take_waiting_commands().await;
            if self.ending {
                break;
            }
            self.scheduler.actions.retain(|active| !matches!(active.phase, super::active_action::ActionPhase::Over));
            match self.scheduler.decide(self.now()) {
                NextStep::Intend(index) => self.intend(index).await,
                NextStep::BeginRun => self.begin_run().await,
                NextStep::StartNext => self.start_next().await,
                NextStep::GiveUp => self.give_up().await,
                NextStep::Skip(index) => self.skip(index, Skipped::Elsewhere).await,
                NextStep::Review => self.review().await,
                NextStep::Reserve(room) => self.reserve(room).await,
                NextStep::Call(job) => self.call(job).await,
                NextStep::Wait { until, purpose } => {
                    self.meter(purpose.map(|purpose| (until, purpose))).await;
                    self.wait(until).await;
                }
                NextStep::Rest => {
                    self.meter(None).await;
                    let command = self.inbox.next().await;
                    self.take_command_or_end(command).await;
                }
            }
        }
        self.tell(News::Stopped).await;
    }

    /// The time by which waits and ages go.
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The time of day, for times that are recorded.
    fn wall(&self) -> Timestamp {
        self.clock.wall()
    }

    /// The server's time, by which the ages of messages count.
    fn server_now(&self) -> Timestamp {
        let now = self.now();
        self.server_time.ahead().and_then(|ahead| now.checked_add(ahead).ok()).unwrap_or(now)
    }

    /// Handles the commands already waiting.
    async fn take_waiting_commands(&mut self) {
        while let Some(command) = self.inbox.try_next() {
            self.take_command(command).await;
        }
    }

    /// Waits until then, or until a command comes.
    async fn wait(&mut self, until: Timestamp) {
        let clock = self.clock.clone();
        tokio::select! {
            () = clock.sleep_until(until) => {}
            command = self.inbox.next() => self.take_command_or_end(command).await,
        }
    }

    /// Sends news. The listener may be gone when the program ends; then nobody needs them.
    async fn tell(&self, news: News) {
        self.updates.send(Update { campaign: self.campaign, news }).await;
    }

    async fn notice(&self, weight: NoticeWeight, text: Explanation) {
        self.tell(News::Notice(Notice { at: self.now(), weight, text })).await;
    }

    async fn connection(&mut self, connection: Connection) {
        if self.connection != connection {
            self.connection = connection.clone();
            self.tell(News::Connection(connection)).await;
        }
    }

    async fn meter(&mut self, next: Option<(Timestamp, Purpose)>) {
        let now = self.now();
        let meter = Meter {
            rate: self.scheduler.reading_rate(now),
            ceiling: self.scheduler.budget.ceiling(),
            used: self.scheduler.budget.used(now),
            next: next.or_else(|| self.scheduler.head_next(now).map(|at| (at, Purpose::Head))),
            under_way: self.under_way,
            bytes: self.bytes,
            away: self.scheduler.is_away(),
            slowed_at: self.scheduler.budget.slowed_at(now),
        };
        self.tell(News::Meter(meter)).await;
    }

    /// Handles a command. None of them makes a call directly: the next decision does.
    async fn take_command(&mut self, command: Command) {
        let now = self.now();
        match command {
            Command::InView(in_view) => self.scheduler.in_view = in_view,
            Command::Attend(attendance) => self.scheduler.attendance = attendance,
            Command::Pause => {
                self.scheduler.paused = true;
                self.connection(Connection::Paused).await;
            }
            Command::Resume => {
                self.scheduler.paused = false;
                // Whatever held calls back is tried again.
                self.scheduler.try_now();
                let connection = if self.scheduler.ledger.has_begun() { Connection::Live } else { Connection::Connecting };
                self.connection(connection).await;
            }
            Command::ReadNow => {
                self.scheduler.try_now();
                self.read_key = self.read_key.and(Some(ReadKey::Asked));
            }
            Command::ReadFurther => self.scheduler.further = true,
            Command::ReadBack(span) => self.scheduler.horizon = self.scheduler.horizon.max(span),
            Command::NoOlder => (self.scheduler.full, self.scheduler.further) = (true, false),
            Command::Search { generation, query } => {
                self.scheduler.search = Some(Search {
                    generation,
                    query,
                    ask_at: Some(now),
                    more: None,
                    further: false,
                    found: Vec::new(),
                    beside: Default::default(),
                });
                self.tell(News::Search { generation, state: SearchState::Asking }).await;
            }
            Command::SearchFurther(generation) => {
                if let Some(search) = self.scheduler.search.as_mut().filter(|search| search.generation == generation) {
                    search.further = true;
                }
            }
            Command::EndSearch => self.scheduler.search = None,
            Command::Open { generation, message } => {
                // Whoever goes from one to the next may go on: only the one where they rest is worth a call.
                let rest = if self.scheduler.opened.is_some() { GOING_ON } else { SignedDuration::ZERO };
                self.scheduler.opened = Some(OpenedMessage { generation, message, read_at: Some(now + rest) });
            }
            Command::Close => self.scheduler.opened = None,
            Command::ReadBatch { generation, batch } => self.scheduler.batch = Some(BatchRequest::new(generation, batch, now)),
            Command::LeaveBatch => self.scheduler.batch = None,
            Command::LoadBatch { generation, batch } => self.scheduler.load_batch(generation, batch, now),
            Command::Prepare { generation, what } => self.scheduler.prepare = Some(PrepareRequest::new(generation, what, now)),
            Command::LeavePrepared => self.scheduler.prepare = None,
            Command::Act { number, agreed } => self.act(number, agreed).await,
            Command::TakeBack => self.take_back().await,
            Command::ResumeRun { agreed_at } if is_over(self.clock.moment_of(agreed_at), self.clock.moment()) => {
                self.stop_run(StopCause::Expired, None).await;
            }
            Command::ResumeRun { .. } => self.run_takes(RunEvent::Resume).await,
            Command::LookUp(action) => self.look_up(action).await,
            Command::Resolve { action, went } => self.resolve(action, went).await,
            Command::Note { kind, detail } => self.write_note(kind, detail).await,
            Command::UseJournal { journal, run } => {
                (self.journal, self.run) = (journal, run);
                self.take_over().await;
            }
            Command::Stop => {
                // A file would keep whoever quits waiting for minutes.
                self.cut_uploads();
                self.ending = true;
            }
        }
    }

    /// The time of a reading, for the store that merges it. It only grows: the newest answer must win.
    fn stamp(&mut self, asked_at: Timestamp) -> Timestamp {
        let least = self.last_stamp.and_then(|last| last.checked_add(SignedDuration::from_millis(10)).ok());
        let stamp = least.map_or(asked_at, |least| asked_at.max(least));
        self.last_stamp = Some(stamp);
        stamp
    }

    /// Makes a call, and keeps listening meanwhile. A read is dropped when the worker is to stop; a write is always
    /// awaited, because its outcome must be recorded.
    async fn call(&mut self, job: Job) {
        // A request that is recorded first is sent later.
        if !matches!(job, Job::Post(_)) {
            self.read_key_again().await;
            if self.ending || self.scheduler.paused {
                return;
            }
            self.scheduler.call(&job, self.now());
            self.sharing.used();
        }
        match job {
            Job::Page(fetch) => {
                self.read_page(fetch).await;
            }
            Job::Search { generation, query, position } => self.search(generation, query, position).await,
            Job::Open { generation, message } => self.open(generation, message).await,
            Job::ReadAgain(message) => self.read_again(message).await,
            Job::Post(index) => self.post(index).await,
            Job::ReadBefore(index) => self.read_before(index).await,
            Job::ReadFor(index) => self.read_for(index).await,
            Job::Batch(generation) => self.read_requested_batch(generation).await,
            Job::Prepare(generation) => self.prepare(generation).await,
        }
        self.under_way = None;
    }

    /// If the server refuses the key, reads it again: a file or a command may give another one by now.
    async fn read_key_again(&mut self) {
        let Some((wanted, read)) = self.read_key.zip(self.key_again.clone()) else { return };
        if let Some(Ok(Some(key))) = self.listen(blocking(move || Ok(read(wanted)))).await {
            self.api = self.api.with_key(key);
        }
    }

    /// Reserves a slot for the next call; without the shared file the rate is halved, because another
    /// process may be taking the other half.
    async fn reserve(&mut self, room: Duration) {
        let now = self.clock.moment();
        let rate = self.scheduler.budget.full_rate(now.steady);
        let reserved = self.sharing.reserve(rate, now, room).await;
        self.scheduler.budget.halve(reserved.is_err());
        match reserved {
            Ok(slot) => {
                let repaired = self.scheduler.slots.is_broken();
                self.scheduler.slots.reserved(slot, room);
                if repaired {
                    self.notice(NoticeWeight::Info, repaired_reported()).await;
                }
            }
            Err(error) => {
                if self.scheduler.slots.broke(now.steady) {
                    self.notice(NoticeWeight::Warning, broken_reported(&error)).await;
                }
            }
        }
    }

    /// Waits for an answer while handling commands; `None` when the worker is to stop.
    async fn listen_for<T>(&mut self, purpose: Purpose, answer: impl Future<Output = T>) -> Option<T> {
        self.under_way = Some(purpose);
        self.meter(None).await;
        self.listen(answer).await
    }

    async fn listen<T>(&mut self, answer: impl Future<Output = T>) -> Option<T> {
        let mut answer = std::pin::pin!(answer);
        while !self.ending {
            tokio::select! {
                biased;
                answer = &mut answer => return Some(answer),
                command = self.inbox.next() => self.take_command_or_end(command).await,
            }
        }
        None
    }

    /// The same for a write, which is never dropped: its outcome must be recorded.
    async fn listen_through<T>(&mut self, purpose: Purpose, answer: impl Future<Output = T>) -> T {
        let mut answer = std::pin::pin!(answer);
        match self.listen_for(purpose, &mut answer).await {
            Some(answer) => answer,
            None => answer.await,
        }
    }

    async fn take_command_or_end(&mut self, command: Option<Command>) {
        match command {
            Some(command) => self.take_command(command).await,
            None => self.ending = true,
        }
    }

    /// A call failed: pauses calls for a while and reports it.
    async fn failed(&mut self, error: &CallError) {
        let now = self.now();
        let (met, why) = (error.met(), error.explanation());
        self.read_key = error.is_unauthorised().then_some(ReadKey::ByItself);
        if error.is_rate_limit() {
            self.scheduler.budget.too_many(now, error.retry_after);
            let until = self.scheduler.budget.next_slot(now);
            return self.trouble(Connection::Waiting { until, met, why }).await;
        }
        let kind = if error.is_retryable() { CallFailure::Passing { retry_after: error.retry_after } } else { CallFailure::Refused };
        let jitter = self.jitter.f64();
        let until = self.scheduler.failed(kind, jitter, now);
        let connection = if kind == CallFailure::Refused {
            self.tell(News::Refused(error.clone())).await;
            Connection::Refused { until, met, why }
        } else {
            Connection::Waiting { until, met, why }
        };
        self.trouble(connection).await;
        if error.is_access_refused() {
            self.stop_run(StopCause::AccessRefused, Some(error.explanation())).await;
        }
    }

    /// Reports what keeps calls from being made; a pause requested meanwhile takes precedence.
    async fn trouble(&mut self, connection: Connection) {
        if !self.scheduler.paused {
            self.connection(connection).await;
        }
    }

    /// A call was answered.
    async fn answered(&mut self, date: Option<Timestamp>, asked_at: Timestamp) {
        self.scheduler.answered();
        self.read_key = None;
        let now = self.now();
        if let Some(date) = date {
            let middle = asked_at + now.duration_since(asked_at) / 2;
            self.server_time.observe(date, middle);
            let ahead = self.server_time.ahead().unwrap_or_default();
            if ahead.abs() > CLOCK_OFF && !std::mem::replace(&mut self.clock_reported, true) {
                self.notice(NoticeWeight::Warning, clock_off(ahead)).await;
            }
        }
        if !self.scheduler.paused {
            self.connection(Connection::Live).await;
        }
    }
}

/// From this difference to the server's clock on, ages on the screen mislead.
const CLOCK_OFF: SignedDuration = SignedDuration::from_secs(30);

fn clock_off(ahead: SignedDuration) -> Explanation {
    let (seconds, side) = (ahead.abs().as_secs(), if ahead.is_positive() { "behind" } else { "ahead of" });
    Explanation::new(
        format!("This machine's clock is {seconds} s {side} the server's."),
        "Ages and the figures of the last minutes count by this machine's clock.",
        "Set the clock, for instance with a time service; everything else works as usual.",
    )
}
