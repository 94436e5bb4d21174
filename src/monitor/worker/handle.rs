//! A running worker, as the rest of the program holds it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::Worker;
use crate::delivery::BatchId;
use crate::monitor::{CampaignIndex, Clock, Command, Update};
use crate::postman::{Api, ApiKey};
use crate::state::{JournalAccess, Run, SharedBudget};

/// Calls a second that the whole program makes while nobody sits at it, all campaigns together:
/// one every five seconds keeps what is shown from growing old, and leaves the rest to the senders.
pub const AWAY_CALLS_PER_SECOND: f64 = 0.2;

/// Who wants a key read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadKey {
    /// The worker, before it asks a server again that refused the key.
    ByItself,
    /// Somebody who wants the campaign read now.
    Asked,
}

/// Reads a campaign's key again, in case it was corrected. May block; `None` where there is none that may be used.
pub type KeyAgain = Arc<dyn Fn(ReadKey) -> Option<ApiKey> + Send + Sync>;

/// What a worker needs.
pub struct MonitorOptions {
    /// Whose news it tells.
    pub campaign: CampaignIndex,
    /// The API of the campaign.
    pub api: Api,
    /// How its key is read again after a refusal; `None` where it cannot change.
    pub key_again: Option<KeyAgain>,
    /// Where actions are written down.
    pub journal: JournalAccess,
    /// This run of the program, whose lock makes its actions known as under way; `None` where no
    /// action can be taken.
    pub run: Option<Arc<Run>>,
    /// The budget of calls that is shared with other processes; `None` where there is no place for it.
    pub budget: Option<Arc<dyn SharedBudget>>,
    /// The ceiling, calls a second.
    pub calls_per_second: f64,
    /// The ceiling while nobody sits at the program, calls a second: this campaign's share of
    /// [`AWAY_CALLS_PER_SECOND`].
    pub away_rate: f64,
    /// How far back history is read without being asked for.
    pub history: Duration,
    /// Whether it reads by itself. A script that only retries does not need the messages.
    pub reads: bool,
    /// Where the time comes from.
    pub clock: Clock,
    /// A seed for the jitter between failed calls.
    pub seed: u64,
}

/// A running worker.
#[derive(Debug)]
pub struct Monitor {
    commands: mpsc::UnboundedSender<Command>,
    panicked: watch::Receiver<Option<bool>>,
    task: JoinHandle<()>,
}

/// Learns whether a worker ended in a panic.
#[derive(Debug, Clone)]
pub struct Watcher(watch::Receiver<Option<bool>>);

impl Watcher {
    /// Waits for the worker's end and tells whether it was a panic.
    pub async fn panicked(mut self) -> bool {
        // The sender goes only after it has told.
        self.0.wait_for(Option::is_some).await.is_ok_and(|ended| *ended == Some(true))
    }
}

impl Monitor {
    /// Starts the worker of a campaign; its news go into `updates`, which may be shared with
    /// others. Must be called within a tokio runtime.
    pub fn spawn(options: MonitorOptions, updates: mpsc::Sender<Update>) -> Self {
        let (commands, inbox) = mpsc::unbounded_channel();
        Self::start(Worker::new(options, updates, inbox), commands)
    }

    /// Starts a worker that reads a batch's pages in place of its campaign's: all else is the same.
    /// Its news of rows come as [`AnswerKind::Batch`](crate::store::AnswerKind::Batch). An empty list
    /// then means that the batch is being prepared.
    pub fn spawn_for_batch(options: MonitorOptions, batch: BatchId, updates: mpsc::Sender<Update>) -> Self {
        let (commands, inbox) = mpsc::unbounded_channel();
        let mut worker = Worker::new(options, updates, inbox);
        worker.batch = Some(batch);
        Self::start(worker, commands)
    }

    fn start(worker: Worker, commands: mpsc::UnboundedSender<Command>) -> Self {
        let (ended, panicked) = watch::channel(None);
        let telltale = Telltale(ended);
        let task = tokio::spawn(async move {
            let telltale = telltale;
            worker.run().await;
            drop(telltale);
        });
        Self { commands, panicked, task }
    }

    /// Asks for something. A worker that has ended ignores it.
    pub fn ask(&self, command: Command) {
        // The only error is that the worker has ended, and its end is told by `ended`.
        let _ = self.commands.send(command);
    }

    /// A sender of wishes, for whoever needs one of its own.
    pub fn commands(&self) -> mpsc::UnboundedSender<Command> {
        self.commands.clone()
    }

    /// Somebody who learns of the worker's end without waiting for it here.
    pub fn watcher(&self) -> Watcher {
        Watcher(self.panicked.clone())
    }

    /// Ends the worker where it stands, as the death of the program would.
    #[cfg(test)]
    pub(in crate::monitor) fn kill(self) {
        self.task.abort();
    }

    /// Waits for the worker's end.
    ///
    /// # Errors
    /// When it ended in a panic: the program must then end, too, because a dashboard must never
    /// look alive when its worker is dead.
    pub async fn ended(self) -> Result<(), tokio::task::JoinError> {
        drop(self.commands);
        self.task.await
    }
}

/// Tells the worker's end, however it comes.
struct Telltale(watch::Sender<Option<bool>>);

impl Drop for Telltale {
    fn drop(&mut self) {
        self.0.send_replace(Some(std::thread::panicking()));
    }
}
