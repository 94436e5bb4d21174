//! The workers behind the dashboard: started after its first frame, fed with its wishes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::super::campaigns::Campaign;
use super::export::Exporter;
use crate::monitor::{AWAY_CALLS_PER_SECOND, CampaignIndex, Clock, Command, Monitor, MonitorOptions, News, Notice, NoticeWeight, Update};
use crate::postman::{Explanation, HttpTransport, Transport};
use crate::state::{self, Journal, JournalAccess, Note, NoteKind, Run, RunId, StateError, Who};
use crate::tui::{Effect, End, Event, Host, Requests, UpdateSender};

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
pub(super) enum Wish {
    Command(CampaignIndex, Command),
    Note(CampaignIndex, NoteKind, String),
    Reload,
}

/// Whether the configuration can be begun anew with; why not, where it cannot. May block.
pub(super) type Reload = Arc<dyn Fn() -> Result<(), Explanation> + Send + Sync>;

/// The workers of all campaigns.
pub(super) struct Workers {
    runtime: Handle,
    wishes: mpsc::UnboundedSender<Wish>,
    /// What they need, until they are started.
    waiting: Option<Crew>,
    task: Option<JoinHandle<()>>,
    exporter: Exporter,
}

impl Workers {
    pub fn new(
        campaigns: Vec<Campaign>,
        state: StateFolder,
        reload: Reload,
        updates: UpdateSender,
        requests: Requests,
        runtime: Handle,
        clock: Clock,
    ) -> Self {
        let (wishes, inbox) = mpsc::unbounded_channel();
        let exporter = Exporter::new(requests.waker(), wishes.clone());
        let crew = Crew { clock, campaigns, state, reload, updates, requests, inbox, journal: None, run: None, monitors: Vec::new() };
        Self { runtime, wishes, waiting: Some(crew), task: None, exporter }
    }

    /// Ends the workers. One that waits for the answer to a retry is waited for, because its
    /// outcome must be written down; Ctrl-c leaves at once.
    pub fn stop(self) {
        let Self { runtime, wishes, task, exporter, .. } = self;
        // A file that is not whole goes; one that is gets its line in the journal first.
        exporter.end();
        drop(wishes);
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
        let wish = match effect {
            Effect::Command { campaign, command } => Wish::Command(campaign, command),
            Effect::NoteReveal { campaign, message } => {
                let detail = message.map_or_else(|| "all recipients".to_owned(), |message| message.as_str().to_owned());
                Wish::Note(campaign, NoteKind::Reveal, detail)
            }
            Effect::NoteCopy { campaign, detail } => Wish::Note(campaign, NoteKind::Export, detail),
            Effect::NoteUnlock { campaign } => Wish::Note(campaign, NoteKind::Unlock, String::new()),
            Effect::NoteLock { campaign } => Wish::Note(campaign, NoteKind::Lock, String::new()),
            Effect::Export { export, step } => return self.exporter.take(export, step),
            Effect::Reload => Wish::Reload,
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
        let _ = self.wishes.send(wish);
    }

    fn answer(&mut self) -> Option<Event> {
        self.exporter.answer()
    }
}

/// The task behind [`Workers`].
struct Crew {
    clock: Clock,
    campaigns: Vec<Campaign>,
    state: StateFolder,
    reload: Reload,
    updates: UpdateSender,
    requests: Requests,
    inbox: mpsc::UnboundedReceiver<Wish>,
    journal: Option<Journal>,
    run: Option<Arc<Run>>,
    monitors: Vec<Option<Monitor>>,
}

impl Crew {
    async fn work(mut self) {
        let journal = self.open_journal().await;
        let (sender, news) = mpsc::channel(4);
        self.start(&journal, &sender);
        drop(sender);
        let forward = tokio::spawn(forward(news, self.updates.clone()));
        while let Some(wish) = self.inbox.recv().await {
            match wish {
                Wish::Command(campaign, command) => {
                    if let Some(Some(monitor)) = self.monitors.get(campaign.0) {
                        monitor.ask(command);
                    }
                }
                Wish::Note(campaign, kind, detail) => self.note(campaign, kind, detail).await,
                Wish::Reload => self.begin_anew().await,
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
        self.end_run().await;
    }

    /// Takes the run's lock file away, where nothing is open under it and nobody else holds the run.
    async fn end_run(&mut self) {
        let run = self.run.take().and_then(|run| Arc::try_unwrap(run).ok());
        if let (Some(journal), Some(run)) = (self.journal.clone(), run) {
            // A file that stays is removed by a later run.
            let _ = tokio::task::spawn_blocking(move || journal.end_run(run)).await;
        }
    }

    /// The journal for this run, or why there is none.
    async fn open_journal(&mut self) -> JournalAccess {
        let state = self.state.clone();
        let opened = tokio::task::spawn_blocking(move || open(&state)).await;
        match opened {
            Ok(Ok((journal, run))) => {
                self.journal = Some(journal.clone());
                self.run = Some(Arc::new(run));
                JournalAccess::Writable(journal)
            }
            Ok(Err((access, why))) => {
                self.tell(Notice { at: self.clock.now(), weight: NoticeWeight::Problem, text: no_journal(why) }).await;
                access
            }
            Err(broken) => {
                self.requests.end(End::Broken);
                std::panic::resume_unwind(broken.into_panic())
            }
        }
    }

    fn start(&mut self, journal: &JournalAccess, updates: &mpsc::Sender<Update>) {
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new());
        for (place, campaign) in self.campaigns.iter().enumerate() {
            // One without a key is told on its card; the others go on.
            let Ok(api) = campaign.api(&transport) else {
                self.monitors.push(None);
                continue;
            };
            let options = MonitorOptions {
                campaign: CampaignIndex(place),
                api,
                journal: journal.clone(),
                run: self.run.clone(),
                calls_per_second: campaign.config.calls_per_second,
                away_rate: AWAY_CALLS_PER_SECOND / self.campaigns.len() as f64,
                history: campaign.config.history,
                reads: true,
                clock: self.clock.clone(),
                seed: seed(place),
            };
            let monitor = Monitor::spawn(options, updates.clone());
            tokio::spawn(watch(monitor.watcher(), self.requests.clone()));
            self.monitors.push(Some(monitor));
        }
    }

    /// Ends this dashboard so that another one begins, if the configuration can be used.
    async fn begin_anew(&self) {
        let reload = Arc::clone(&self.reload);
        match tokio::task::spawn_blocking(move || reload()).await {
            Ok(Ok(())) => self.requests.end(End::Reload),
            Ok(Err(text)) => self.tell(Notice { at: self.clock.now(), weight: NoticeWeight::Problem, text }).await,
            Err(_) => self.requests.end(End::Broken),
        }
    }

    async fn note(&self, campaign: CampaignIndex, kind: NoteKind, detail: String) {
        let (Some(journal), Some(run), Some(campaign)) = (self.journal.clone(), &self.run, self.campaigns.get(campaign.0)) else { return };
        let note = Note {
            run: run.id().clone(),
            at: self.clock.wall(),
            kind,
            base_url: Some(campaign.base.as_str().to_owned()),
            campaign: Some(campaign.config.id.clone()),
            detail,
        };
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || journal.note(&note)).await {
            self.tell(Notice { at: self.clock.now(), weight: NoticeWeight::Warning, text: no_journal(error.explained()) }).await;
        }
    }

    async fn tell(&self, notice: Notice) {
        // The dashboard may be ending; then nobody needs it.
        let _ = self.updates.send(Update { campaign: CampaignIndex(0), news: News::Notice(notice) }).await;
    }
}

/// Hands the workers' news on to the loop, and wakes it.
async fn forward(mut news: mpsc::Receiver<Update>, updates: UpdateSender) {
    while let Some(update) = news.recv().await {
        if updates.send(update).await.is_err() {
            return;
        }
    }
}

/// Ends the dashboard when a worker ends in a panic: it must never look alive then.
async fn watch(worker: crate::monitor::Watcher, requests: Requests) {
    if worker.panicked().await {
        requests.end(End::Broken);
    }
}

fn open(state: &StateFolder) -> Result<(Journal, Run), (JournalAccess, String)> {
    let folder = state.path();
    let refused = |why: String| (JournalAccess::ReadOnly { journal: None, why: why.clone() }, why);
    let folder = folder.map_err(|error| refused(error.explained()))?;
    let begin = |folder: &Path| -> Result<(Journal, Run), StateError> {
        let journal = Journal::open(folder)?;
        let now = Timestamp::now();
        let run = RunId::new(now, std::process::id(), entropy());
        let run = journal.begin_run(run, &Who::told(|name| std::env::var(name).ok()), now)?;
        Ok((journal, run))
    };
    begin(&folder).map_err(|error| refused(error.explained()))
}

fn no_journal(why: String) -> Explanation {
    Explanation {
        what: "No retry can be made: the journal of actions cannot be written.".to_owned(),
        why,
        next: "Everything can be read as usual. Mend the state folder, or name another with `--state FOLDER`, and start again.".to_owned(),
        trace_id: None,
    }
}

/// Randomness from the standard library's hasher, which is seeded by the system: enough to keep
/// runs and pauses apart.
fn entropy() -> u32 {
    u32::try_from(seed(0) & u64::from(u32::MAX)).unwrap_or(0)
}

fn seed(place: usize) -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(place)
}
