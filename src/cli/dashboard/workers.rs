//! The workers behind the dashboard: started after its first frame, fed with its wishes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::super::campaigns::ConfiguredCampaign;
use super::super::keys::again_for;
use super::export::Exporter;
use super::keeper::{Ask, JournalHandle, Keeper};
use crate::monitor::{
    AWAY_CALLS_PER_SECOND, CampaignIndex, Clock, Command, KeyAgain, Monitor, MonitorOptions, News, Notice, NoticeWeight, ReadKey, Update,
};
use crate::postman::{ApiKey, Explanation, HttpTransport, Transport};
use crate::state::{self, BudgetFile, NoteKind, SharedBudget, StateError};
use crate::tui::{Effect, Event, ExitReason, Host, Requests, UpdateSender};

/// Where the journal is.
#[derive(Debug, Clone)]
pub(super) enum StateFolder {
    /// As the command line says, else where the platform puts it.
    Named(Option<PathBuf>),
    /// Exactly there.
    Fixed(PathBuf),
}

impl StateFolder {
    /// Its place.
    pub fn path(&self) -> Result<PathBuf, StateError> {
        match self {
            StateFolder::Fixed(folder) => Ok(folder.clone()),
            StateFolder::Named(named) => state::folder(named.as_deref(), |name| std::env::var(name).ok()),
        }
    }
}

/// What the dashboard wishes.
pub(super) enum WorkerRequest {
    Command(CampaignIndex, Command),
    Keep(Ask),
    Reload,
}

/// Whether the configuration can be begun anew with; why not, where it cannot. May block.
pub(super) type Reload = Arc<dyn Fn() -> Result<(), Explanation> + Send + Sync>;

/// The workers of all campaigns.
pub(super) struct Workers {
    runtime: Handle,
    to_crew: mpsc::UnboundedSender<WorkerRequest>,
    /// What they need, until they are started.
    waiting: Option<Crew>,
    task: Option<JoinHandle<()>>,
    exporter: Exporter,
}

impl Workers {
    pub fn new(
        campaigns: Vec<ConfiguredCampaign>,
        state: StateFolder,
        reload: Reload,
        updates: UpdateSender,
        requests: Requests,
        runtime: Handle,
        clock: Clock,
    ) -> Self {
        let (to_crew, inbox) = mpsc::unbounded_channel();
        let (keep, asked) = mpsc::unbounded_channel();
        let exporter = Exporter::new(requests.waker(), keep.clone());
        let crew = Crew {
            clock,
            campaigns,
            state,
            reload,
            updates,
            requests,
            inbox,
            keep,
            asked: Some(asked),
            monitors: Vec::new(),
            missed: Vec::new(),
        };
        Self { runtime, to_crew, waiting: Some(crew), task: None, exporter }
    }

    /// Ends the workers. One that waits for the answer to a retry is waited for, because its
    /// outcome must be written down; Ctrl-c leaves at once.
    pub fn stop(self) {
        let Self { runtime, to_crew, task, exporter, .. } = self;
        // A file that is not whole goes; one that is gets its line in the journal first.
        exporter.end();
        drop(to_crew);
        let Some(mut task) = task else { return };
        runtime.block_on(async {
            if tokio::time::timeout(QUIET_WAIT, &mut task).await.is_ok() {
                return;
            }
            tell("Waiting for the answer to a retry, 30 seconds at most. Ctrl-c leaves now; the next start finds out what became of it.");
            tokio::select! {
                _ = &mut task => {}
                _ = tokio::signal::ctrl_c() => {}
                () = tokio::time::sleep(LONGEST_WAIT) => {}
            }
        });
    }
}

/// How long the end may take without a word.
const QUIET_WAIT: Duration = Duration::from_millis(300);
/// A write has ended by then: its time-out is 30 s.
const LONGEST_WAIT: Duration = Duration::from_secs(35);

fn noted(campaign: CampaignIndex, kind: NoteKind, detail: String) -> WorkerRequest {
    WorkerRequest::Keep(Ask::Note { campaign, kind, detail, written: None })
}

/// A line for a person on standard error, where it can be written.
fn tell(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}

impl Host for Workers {
    fn started(&mut self) {
        if let Some(crew) = self.waiting.take() {
            self.task = Some(self.runtime.spawn(crew.work()));
        }
    }

    fn perform(&mut self, effect: Effect) {
        let request = match effect {
            Effect::Command { campaign, command } => WorkerRequest::Command(campaign, command),
            Effect::NoteReveal { campaign, message } => {
                let detail = message.map_or_else(|| "all recipients".to_owned(), |message| message.as_str().to_owned());
                noted(campaign, NoteKind::Reveal, detail)
            }
            Effect::NoteCopy { campaign, detail } => noted(campaign, NoteKind::Export, detail),
            Effect::NoteUnlock { campaign } => noted(campaign, NoteKind::Unlock, String::new()),
            Effect::NoteLock { campaign } => noted(campaign, NoteKind::Lock, String::new()),
            Effect::Export { export, step } => return self.exporter.take(export, step),
            Effect::Reload => WorkerRequest::Reload,
            // The start screen's, and the loop's own.
            Effect::TryCampaign(_)
            | Effect::AddCampaign(_)
            | Effect::Call(_)
            | Effect::Copy(_)
            | Effect::Mouse(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => return,
        };
        // Nobody listens only when the workers have ended, and then the loop is ending, too.
        let _ = self.to_crew.send(request);
    }

    fn answer(&mut self) -> Option<Event> {
        self.exporter.answer()
    }
}

/// The task behind [`Workers`].
struct Crew {
    clock: Clock,
    campaigns: Vec<ConfiguredCampaign>,
    state: StateFolder,
    reload: Reload,
    updates: UpdateSender,
    requests: Requests,
    inbox: mpsc::UnboundedReceiver<WorkerRequest>,
    keep: mpsc::UnboundedSender<Ask>,
    asked: Option<mpsc::UnboundedReceiver<Ask>>,
    monitors: Vec<Option<Monitor>>,
    /// What the workers of campaigns without a key are to know once they begin.
    missed: Vec<Vec<Command>>,
}

/// What every worker is given.
struct Means {
    opened: JournalHandle,
    updates: mpsc::Sender<Update>,
    transport: Arc<dyn Transport>,
    budget: Option<Arc<dyn SharedBudget>>,
}

/// How often a key file that was missing or wrong is read again.
const KEY_AGAIN: Duration = Duration::from_secs(5);

/// How the keys of campaigns without one are read again, and where those that were found go.
struct Keyless {
    again: Vec<Option<KeyAgain>>,
    found: mpsc::UnboundedSender<(usize, ApiKey)>,
}

impl Keyless {
    /// Looks for the key of a campaign, beside everything else.
    fn look(&self, index: usize, asked: ReadKey) {
        let Some(again) = self.again.get(index).cloned().flatten() else { return };
        let found = self.found.clone();
        tokio::task::spawn_blocking(move || {
            if let Some(key) = again(asked) {
                // Nobody listens only at the end.
                let _ = found.send((index, key));
            }
        });
    }
}

impl Crew {
    async fn work(mut self) {
        let (opened, mut journals) = mpsc::unbounded_channel();
        let Some(inbox) = self.asked.take() else { return };
        let campaigns = self.campaigns.iter().map(|campaign| (campaign.base.as_str().to_owned(), campaign.config.id.clone())).collect();
        let (state, updates, requests) = (self.state.clone(), self.updates.clone(), self.requests.clone());
        let keeper = tokio::spawn(Keeper { state, campaigns, updates, requests, inbox, opened }.work());
        // The keeper has ended only in a panic, and then the dashboard ends.
        let Some(first) = journals.recv().await else { return };
        let (sender, news) = mpsc::channel(4);
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new());
        let budget = self.state.path().ok().map(|folder| Arc::new(BudgetFile::new(&folder)) as Arc<dyn SharedBudget>);
        let mut means = Means { opened: first, updates: sender, transport, budget };
        self.start(&means);
        let (found, mut keys) = mpsc::unbounded_channel();
        let without_key =
            |(index, campaign): (usize, &ConfiguredCampaign)| self.monitors[index].is_none().then(|| again_for(campaign)).flatten();
        let mut keyless = Keyless { again: self.campaigns.iter().enumerate().map(without_key).collect(), found };
        let mut look_again = tokio::time::interval(KEY_AGAIN);
        look_again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let forward = tokio::spawn(forward(news, self.updates.clone(), self.keep.clone()));
        loop {
            tokio::select! {
                request = self.inbox.recv() => match request {
                    None => break,
                    Some(WorkerRequest::Command(campaign, command)) => {
                        match self.monitors.get(campaign.0) {
                            Some(Some(monitor)) => monitor.ask(command),
                            Some(None) if command == Command::ReadNow => keyless.look(campaign.0, ReadKey::Asked),
                            _ => self.missed(campaign, command),
                        }
                    }
                    // The keeper has ended only in a panic.
                    Some(WorkerRequest::Keep(ask)) => { let _ = self.keep.send(ask); }
                    Some(WorkerRequest::Reload) => self.begin_again().await,
                },
                Some(new) = journals.recv() => {
                    for monitor in self.monitors.iter().flatten() {
                        monitor.ask(Command::UseJournal { journal: new.access.clone(), run: new.run.clone() });
                    }
                    means.opened = new;
                }
                Some((index, key)) = keys.recv() => {
                    if keyless.again[index].take().is_some() {
                        self.campaigns[index].key = Ok(key);
                        self.monitors[index] = self.monitor(index, &means);
                        for command in self.missed[index].drain(..) {
                            self.monitors[index].iter().for_each(|monitor| monitor.ask(command.clone()));
                        }
                    }
                }
                _ = look_again.tick(), if keyless.again.iter().any(Option::is_some) => {
                    for index in 0..self.campaigns.len() {
                        keyless.look(index, ReadKey::ByItself);
                    }
                }
            }
        }
        // All are told before one is waited for: none may begin anything meanwhile.
        for monitor in self.monitors.iter().flatten() {
            monitor.ask(Command::Stop);
        }
        for monitor in self.monitors.drain(..).flatten() {
            // A panic was told by its watcher.
            let _ = monitor.ended().await;
        }
        forward.abort();
        // Only now nobody else holds the run: what forwards news asks the keeper, too.
        let _ = forward.await;
        drop((self.keep, journals, means));
        let _ = keeper.await;
    }

    /// What a campaign without a key is told that holds for its worker as well, once there is one: the newest of a kind.
    fn missed(&mut self, campaign: CampaignIndex, command: Command) {
        let Some(missed) = self.missed.get_mut(campaign.0) else { return };
        match command {
            Command::Resume => missed.retain(|before| *before != Command::Pause),
            Command::InView(_) | Command::Attend(_) | Command::Pause => {
                missed.retain(|before| std::mem::discriminant(before) != std::mem::discriminant(&command));
                missed.push(command);
            }
            _ => {}
        }
    }

    fn start(&mut self, means: &Means) {
        self.missed = vec![Vec::new(); self.campaigns.len()];
        self.monitors = (0..self.campaigns.len()).map(|index| self.monitor(index, means)).collect();
    }

    /// The worker of a campaign. One without a key is told on its card; the others go on.
    fn monitor(&self, index: usize, means: &Means) -> Option<Monitor> {
        let campaign = self.campaigns.get(index)?;
        let options = MonitorOptions {
            campaign: CampaignIndex(index),
            api: campaign.api(&means.transport).ok()?,
            key_again: again_for(campaign),
            journal: means.opened.access.clone(),
            run: means.opened.run.clone(),
            budget: means.budget.clone(),
            calls_per_second: campaign.config.calls_per_second,
            away_rate: AWAY_CALLS_PER_SECOND / self.campaigns.len() as f64,
            history: campaign.config.history,
            reads: true,
            clock: self.clock.clone(),
            seed: seed(index),
        };
        let monitor = Monitor::spawn(options, means.updates.clone());
        tokio::spawn(watch(monitor.watcher(), self.requests.clone()));
        Some(monitor)
    }

    /// Ends this dashboard so that another one begins, if the configuration can be used.
    async fn begin_again(&self) {
        let reload = Arc::clone(&self.reload);
        match tokio::task::spawn_blocking(move || reload()).await {
            Ok(Ok(())) => self.requests.end(ExitReason::Reload),
            Ok(Err(text)) => self.tell(Notice { at: self.clock.now(), weight: NoticeWeight::Problem, text }).await,
            Err(_) => self.requests.end(ExitReason::Broken),
        }
    }

    async fn tell(&self, notice: Notice) {
        // The dashboard may be ending; then nobody needs it.
        let _ = self.updates.send(Update { campaign: CampaignIndex(0), news: News::Notice(notice) }).await;
    }
}

/// Hands the workers' news on to the loop, and wakes it.
async fn forward(mut news: mpsc::Receiver<Update>, updates: UpdateSender, keep: mpsc::UnboundedSender<Ask>) {
    while let Some(update) = news.recv().await {
        if matches!(update.news, News::Journal(Some(_))) {
            let _ = keep.send(Ask::Failed);
        }
        if updates.send(update).await.is_err() {
            return;
        }
    }
}

/// Ends the dashboard when a worker ends in a panic: it must never look alive then.
async fn watch(worker: crate::monitor::Watcher, requests: Requests) {
    if worker.panicked().await {
        requests.end(ExitReason::Broken);
    }
}

/// Randomness from the standard library's hasher, which is seeded by the system: enough to keep
/// runs and pauses apart.
pub(super) fn entropy() -> u32 {
    u32::try_from(seed(0) & u64::from(u32::MAX)).unwrap_or(0)
}

fn seed(index: usize) -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(index)
}
