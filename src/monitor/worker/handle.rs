//! A running worker, as the rest of the program sees it.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::Worker;
use crate::delivery::BatchId;
use crate::monitor::{CampaignIndex, CampaignSettings, Clock, Command, CommandSender, Inbox, UpdateSender, inbox};
use crate::postman::{Api, ApiKey};
use crate::state::{JournalAccess, Run, SharedBudget};

/// Calls a second that the whole program makes while the user is away, all campaigns together: one every five seconds
/// keeps the screen reasonably fresh and leaves the rest to the senders.
pub const AWAY_CALLS_PER_SECOND: f64 = 0.2;

/// Who asked to have a key read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadKey {
    /// The worker, before it tries a server again that refused the key.
    ByItself,
    /// The user, who wants the campaign read now.
    Asked,
}

/// Reads a campaign's key again, in case it was corrected. May block; `None` where there is none that may be used.
pub type KeyAgain = Arc<dyn Fn(ReadKey) -> Option<ApiKey> + Send + Sync>;

/// What a worker needs.
pub struct MonitorOptions {
    /// Which campaign its news belong to.
    pub campaign: CampaignIndex,
    /// The API of the campaign.
    pub api: Api,
    /// How its key is read again after a refusal; `None` if it cannot change.
    pub key_again: Option<KeyAgain>,
    /// Where actions are recorded.
    pub journal: JournalAccess,
    /// This run of the program, whose lock marks its actions as under way; `None` if no action can be taken.
    pub run: Option<Arc<Run>>,
    /// The budget of calls that is shared with other processes; `None` if there is no folder for it.
    pub budget: Option<Arc<dyn SharedBudget>>,
    /// The campaign's settings.
    pub settings: CampaignSettings,
    /// The ceiling while the user is away, calls a second: this campaign's share of [`AWAY_CALLS_PER_SECOND`].
    pub away_rate: f64,
    /// Whether it reads automatically. A script that only retries does not need the messages.
    pub reads: bool,
    /// Where the time comes from.
    pub clock: Clock,
    /// A seed for the jitter between failed calls.
    pub seed: u64,
}

/// A running worker.
#[derive(Debug)]
pub struct Monitor {
    commands: CommandSender,
    task: JoinHandle<()>,
}

impl Monitor {
    /// Starts the worker of a campaign; its news go into `updates`, which may be shared with
    /// others. Must be called within a tokio runtime.
    pub fn spawn(options: MonitorOptions, updates: impl Into<UpdateSender>) -> Self {
        let (commands, inbox) = inbox();
        Self::spawn_with(commands, inbox, options, updates)
    }

    /// The same with an inbox that was there before it.
    pub fn spawn_with(commands: CommandSender, inbox: Inbox, options: MonitorOptions, updates: impl Into<UpdateSender>) -> Self {
        Self { commands, task: tokio::spawn(Worker::new(options, updates.into(), inbox).run()) }
    }

    /// Starts a worker that reads a batch's pages instead of its campaign's: everything else is the same. Its rows
    /// come as [`AnswerKind::Batch`](crate::store::AnswerKind::Batch). An empty list then means that the batch is
    /// being prepared.
    pub fn spawn_for_batch(options: MonitorOptions, batch: BatchId, updates: impl Into<UpdateSender>) -> Self {
        let (commands, inbox) = inbox();
        let mut worker = Worker::new(options, updates.into(), inbox);
        worker.batch = Some(batch);
        Self { commands, task: tokio::spawn(worker.run()) }
    }

    /// Sends a command. A worker that has ended ignores it.
    pub fn ask(&self, command: Command) {
        self.commands.send(command);
    }

    /// Another sender of commands.
    pub fn commands(&self) -> CommandSender {
        self.commands.clone()
    }

    /// Kills the worker where it is, as a crash of the program would.
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
