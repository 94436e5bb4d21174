//! The workers behind the dashboard: started after its first frame, given its commands.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{env, tell};
use super::super::keys::again_for;
use super::export::{ExportJournal, Exporter};
use super::files::Files;
use super::keeper::Keeper;
use crate::monitor::{
    AWAY_CALLS_PER_SECOND, CampaignIndex, Clock, Command, CommandSender, Generation, Inbox, KeyAgain, Monitor, MonitorOptions, News,
    NoteLost, ReadKey, Update, UpdateSender, inbox,
};
use crate::postman::{ApiKey, Explanation, HttpTransport, Transport};
use crate::state::{self, BudgetFile, JournalHandle, NoteKind, SharedBudget, StateError};
use crate::store::Unsorted;
use crate::tui::{Effect, Event, ExitReason, Host, Requests};

/// Where the journal is.
#[derive(Debug, Clone)]
pub(super) enum StateFolder {
    /// As the command line says, else in the platform's folder.
    Named(Option<PathBuf>),
    /// Exactly there.
    Fixed(PathBuf),
}

impl StateFolder {
    /// Its place.
    pub fn path(&self) -> Result<PathBuf, StateError> {
        match self {
            StateFolder::Fixed(folder) => Ok(folder.clone()),
            StateFolder::Named(named) => state::folder(named.as_deref(), env),
        }
    }
}

/// Whether the configuration can be begun anew with; why not, where it cannot. May block.
pub(super) type Reload = Arc<dyn Fn() -> Result<(), Explanation> + Send + Sync>;

/// The workers of all campaigns.
pub(super) struct Workers {
    runtime: Handle,
    /// The way to each campaign's worker, there before it.
    commands: Vec<CommandSender>,
    requests: Requests,
    reload: Reload,
    /// What the workers need, until they are started.
    waiting: Option<Crew>,
    /// What is started, and how it is ended.
    task: Option<JoinHandle<()>>,
    end: Option<oneshot::Sender<()>>,
    exporter: Exporter,
    files: Files,
    /// The answers of what runs beside the loop.
    answers: (mpsc::Sender<Event>, mpsc::Receiver<Event>),
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
        let (journal, opened) = watch::channel(None);
        let ids = campaigns.iter().map(|campaign| (campaign.base.as_str().to_owned(), campaign.settings.id.clone())).collect();
        let exporter = Exporter::new(requests.waker(), ExportJournal { opened: opened.clone(), campaigns: ids });
        let files = Files::new(requests.waker());
        let (commands, inboxes): (Vec<_>, Vec<_>) = campaigns.iter().map(|_| inbox()).unzip();
        let (end, ended) = oneshot::channel();
        let crew = Crew {
            clock,
            campaigns: campaigns.into_iter().zip(inboxes).collect(),
            state,
            updates,
            requests: requests.clone(),
            commands: commands.clone(),
            journal,
            opened,
            ended,
        };
        Self {
            runtime,
            commands,
            requests,
            reload,
            waiting: Some(crew),
            task: None,
            end: Some(end),
            exporter,
            files,
            answers: mpsc::channel(),
        }
    }

    /// Ends the workers. One that waits for the answer to a retry or a send is waited for,
    /// because its outcome must be written down; Ctrl-c leaves at once.
    pub fn stop(mut self) {
        // A file that is not whole goes; one that is gets its line in the journal first.
        self.exporter.end();
        self.end = None;
        let Some(mut task) = self.task else { return };
        self.runtime.block_on(async {
            if tokio::time::timeout(QUIET_WAIT, &mut task).await.is_ok() {
                return;
            }
            tell("Waiting for an answer from Postman, 30 seconds at most. Ctrl-c quits now; the next start looks up what became of it.");
            tokio::select! {
                _ = &mut task => {}
                _ = tokio::signal::ctrl_c() => {}
                () = tokio::time::sleep(LONGEST_WAIT) => {}
            }
        });
    }

    /// Sorts the lists of a campaign on a thread for what takes long.
    fn sort(&self, campaign: CampaignIndex, generation: Generation, lists: Vec<Unsorted>) {
        let (answers, requests) = (self.answers.0.clone(), self.requests.clone());
        self.runtime.spawn(async move {
            match tokio::task::spawn_blocking(move || lists.into_iter().map(Unsorted::sort).collect()).await {
                Ok(lists) => {
                    // Without the loop nobody waits for it any more.
                    let _ = answers.send(Event::Sorted { campaign, generation, lists });
                    requests.waker().wake();
                }
                Err(_) => requests.end(ExitReason::Broken),
            }
        });
    }

    /// Ends this dashboard so that another one begins, if the configuration can be used.
    fn begin_again(&self) {
        let (reload, requests, answers) = (Arc::clone(&self.reload), self.requests.clone(), self.answers.0.clone());
        self.runtime.spawn(async move {
            match tokio::task::spawn_blocking(move || reload()).await {
                Ok(Ok(())) => requests.end(ExitReason::Reload),
                Ok(Err(text)) => {
                    // The loop asks for answers after every wake.
                    let _ = answers.send(Event::NotReloaded(text));
                    requests.waker().wake();
                }
                Err(_) => requests.end(ExitReason::Broken),
            }
        });
    }
}

/// How long quitting may take before a line says why.
const QUIET_WAIT: Duration = Duration::from_millis(300);
/// A write has ended by then: its time-out is 30 s.
const LONGEST_WAIT: Duration = Duration::from_secs(35);

impl Host for Workers {
    fn started(&mut self) {
        if let Some(crew) = self.waiting.take() {
            self.task = Some(self.runtime.spawn(crew.work()));
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Command { campaign, command } => {
                if let Some(commands) = self.commands.get(campaign.0) {
                    commands.send(command);
                }
            }
            Effect::Export { export, step } => self.exporter.take(export, step),
            Effect::File { request, step } => self.files.take(request, step),
            Effect::Sort { campaign, generation, lists } => self.sort(campaign, generation, lists),
            Effect::Reload => self.begin_again(),
            // The start screen's, and the loop's own.
            Effect::TryCampaign(_)
            | Effect::AddCampaign(_)
            | Effect::Call(_)
            | Effect::Copy(_)
            | Effect::Mouse(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => {}
        }
    }

    fn answer(&mut self) -> Option<Event> {
        self.answers.1.try_recv().ok().or_else(|| self.exporter.answer()).or_else(|| self.files.answer())
    }
}

/// The task behind [`Workers`].
struct Crew {
    clock: Clock,
    campaigns: Vec<(ConfiguredCampaign, Inbox)>,
    state: StateFolder,
    updates: UpdateSender,
    requests: Requests,
    commands: Vec<CommandSender>,
    journal: watch::Sender<Option<JournalHandle>>,
    opened: watch::Receiver<Option<JournalHandle>>,
    ended: oneshot::Receiver<()>,
}

impl Crew {
    async fn work(self) {
        let Crew { clock, campaigns, state, updates, requests, commands, journal, mut opened, mut ended } = self;
        let budget = state.path().ok().map(|folder| Arc::new(BudgetFile::new(&folder)) as Arc<dyn SharedBudget>);
        let (end_keeper, keeper_ended) = oneshot::channel();
        let keeper = Keeper { state, updates: updates.clone(), requests: requests.clone(), opened: journal };
        let keeper = tokio::spawn(keeper.work(keeper_ended));
        // The keeper has ended only in a panic, and then the dashboard ends.
        if opened.changed().await.is_err() {
            return;
        }
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new());
        let away_rate = AWAY_CALLS_PER_SECOND / campaigns.len() as f64;
        let mut workers = JoinSet::new();
        for (index, (campaign, inbox)) in campaigns.into_iter().enumerate() {
            let Some(handle) = opened.borrow_and_update().clone() else { return };
            let worker = CampaignWorker {
                index: CampaignIndex(index),
                campaign,
                commands: commands[index].clone(),
                inbox,
                handle,
                updates: updates.clone(),
                transport: Arc::clone(&transport),
                budget: budget.clone(),
                away_rate,
                clock: clock.clone(),
            };
            workers.spawn(worker.work());
        }
        loop {
            tokio::select! {
                _ = &mut ended => break,
                // Before the end a worker ends only in a panic: a dashboard must never look alive then.
                _ = workers.join_next(), if !workers.is_empty() => requests.end(ExitReason::Broken),
                Ok(()) = opened.changed() => {
                    let Some(JournalHandle { access: journal, run }) = opened.borrow_and_update().clone() else { continue };
                    for campaign in &commands {
                        campaign.send(Command::UseJournal { journal: journal.clone(), run: run.clone() });
                    }
                }
            }
        }
        // All are told before one is waited for: none may begin anything meanwhile.
        for campaign in &commands {
            campaign.send(Command::Stop);
        }
        while workers.join_next().await.is_some() {}
        // Only now nobody else holds the run.
        drop(end_keeper);
        let _ = keeper.await;
    }
}

/// How often a key file that was missing or wrong is read again.
const KEY_AGAIN: Duration = Duration::from_secs(5);

/// What the worker of a campaign is made of.
struct CampaignWorker {
    index: CampaignIndex,
    campaign: ConfiguredCampaign,
    commands: CommandSender,
    inbox: Inbox,
    handle: JournalHandle,
    updates: UpdateSender,
    transport: Arc<dyn Transport>,
    budget: Option<Arc<dyn SharedBudget>>,
    away_rate: f64,
    clock: Clock,
}

impl CampaignWorker {
    /// Works until it is stopped. A campaign without a key is marked so in its settings; its key is looked for, and the
    /// others go on.
    async fn work(mut self) {
        let key_again = again_for(&self.campaign);
        if self.campaign.key.is_err() {
            let Some(key) = self.key(key_again.clone()).await else { return };
            self.campaign.key = Ok(key);
        }
        let Ok(api) = self.campaign.api(&self.transport) else { return };
        let options = MonitorOptions {
            campaign: self.index,
            api,
            key_again,
            journal: self.handle.access,
            run: self.handle.run,
            budget: self.budget,
            settings: self.campaign.settings,
            away_rate: self.away_rate,
            reads: true,
            clock: self.clock,
            seed: fastrand::u64(..),
        };
        if let Err(panic) = Monitor::spawn_with(self.commands, self.inbox, options, self.updates).ended().await
            && let Ok(panic) = panic.try_into_panic()
        {
            std::panic::resume_unwind(panic);
        }
    }

    /// Waits for the campaign's key: it is read again now and then, and when a person wants the campaign read. What else
    /// is asked meanwhile and holds for the worker as well is left for it. `None` when there will be none.
    async fn key(&mut self, again: Option<KeyAgain>) -> Option<ApiKey> {
        let mut kept: Vec<Command> = Vec::new();
        let mut ticks = tokio::time::interval(KEY_AGAIN);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut readings = JoinSet::new();
        loop {
            let asked = tokio::select! {
                Some(read) = readings.join_next() => match read {
                    Ok(Some(key)) => {
                        kept.into_iter().for_each(|command| self.inbox.put_back(command));
                        return Some(key);
                    }
                    _ => continue,
                },
                _ = ticks.tick(), if again.is_some() => ReadKey::ByItself,
                command = self.inbox.next() => match command? {
                    Command::Stop => return None,
                    Command::ReadNow => ReadKey::Asked,
                    Command::UseJournal { journal: access, run } => {
                        self.handle = JournalHandle { access, run };
                        continue;
                    }
                    Command::Note { kind, detail } => {
                        self.note(kind, detail).await;
                        continue;
                    }
                    command => {
                        keep(&mut kept, command);
                        continue;
                    }
                },
            };
            if let Some(again) = again.clone() {
                readings.spawn_blocking(move || again(asked));
            }
        }
    }

    /// Writes down what is no action, in place of the worker that is not there yet.
    async fn note(&self, kind: NoteKind, detail: String) {
        let handle = self.handle.clone();
        let (base, campaign) = (self.campaign.base.as_str().to_owned(), self.campaign.settings.id.clone());
        let at = self.clock.wall();
        let written = tokio::task::spawn_blocking(move || handle.note(kind, detail, base, campaign, at)).await;
        if let Ok(Err(error)) = written {
            let news = News::NoteLost(NoteLost { kind, why: error.explained() });
            self.updates.send(Update { campaign: self.index, news }).await;
        }
    }
}

/// Keeps a command for the worker of a campaign without a key: the newest of its kind, if the worker needs it at its start.
fn keep(kept: &mut Vec<Command>, command: Command) {
    match command {
        Command::Resume => kept.retain(|before| *before != Command::Pause),
        Command::InView(_) | Command::Attend(_) | Command::Pause => {
            kept.retain(|before| std::mem::discriminant(before) != std::mem::discriminant(&command));
            kept.push(command);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Filter, Order, SortBy, Store, View};
    use crate::tui::{updates, wake_pair};

    #[test]
    fn lists_are_sorted_on_another_thread() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (waker, _loop) = wake_pair().unwrap();
        let requests = Requests::new(waker);
        let (sender, _updates) = updates(requests.waker());
        let (folder, reload): (_, Reload) = (StateFolder::Fixed(PathBuf::new()), Arc::new(|| Ok(())));
        let mut workers = Workers::new(Vec::new(), folder, reload, sender, requests, runtime.handle().clone(), Clock::system());
        let order = Order::rising(SortBy::Recipient);
        let lists = vec![View::new(Filter::default()).start_sort(&Store::new(), order)];
        workers.perform(Effect::Sort { campaign: CampaignIndex(1), generation: Generation(7), lists });
        let answer = runtime.block_on(async {
            loop {
                match workers.answer() {
                    Some(answer) => break answer,
                    None => tokio::task::yield_now().await,
                }
            }
        });
        let Event::Sorted { campaign, generation, lists } = answer else { panic!("it is sorted") };
        assert_eq!((campaign, generation, lists.len(), lists[0].order()), (CampaignIndex(1), Generation(7), 1, order));
    }
}
