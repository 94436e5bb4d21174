//! What comes before a plan: what earlier runs left open is found out first, by reading.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::super::campaigns::{Campaign, sentence};
use super::super::context::{Context, counted, random};
use super::super::journal::OpenJournal;
use super::super::signals::Signals;
use super::super::{Exit, Failure};
use crate::monitor::{ActionStage, CampaignIndex, Clock, Monitor, MonitorOptions, News, Update};
use crate::monitor::{Command, OpenActionNews};
use crate::state::{self, Holder, JournalAccess};

/// How long a start waits for that. One reading tells whether a retry was taken, unless the network
/// is at fault; what stays unknown is left out of the plan.
const LONGEST: Duration = Duration::from_secs(10);

/// News that may wait: more than one message makes, so that the worker never waits for this side.
const CHANNEL: usize = 64;

/// Why nothing can be retried without a journal.
pub(super) const NOTHING: &str = "Nothing can be retried";

/// How it went.
pub(super) enum Before {
    /// The plan can be made; the journal, where it had to be opened already.
    Ready(Option<OpenJournal>),
    /// A signal came first.
    Interrupted(Exit),
}

/// A worker of the campaign that reads nothing by itself but what earlier runs left open.
///
/// # Errors
/// There is no usable key.
pub(super) fn worker(context: &Context, campaign: &Campaign, open: &OpenJournal) -> Result<(Monitor, mpsc::Receiver<Update>), Failure> {
    let (sender, updates) = mpsc::channel(CHANNEL);
    let options = MonitorOptions {
        campaign: CampaignIndex(0),
        api: campaign.api(&context.transport)?,
        journal: open.access.clone(),
        run: Some(Arc::clone(&open.run)),
        calls_per_second: campaign.config.calls_per_second,
        history: campaign.config.history,
        reads: false,
        clock: Clock::System,
        seed: random(),
    };
    Ok((Monitor::spawn(options, sender), updates))
}

/// Finds out what became of the retries that earlier runs left open in this campaign.
///
/// # Errors
/// The journal cannot be used, or there is no usable key.
pub(super) async fn find_out(context: &Context, campaign: &Campaign, signals: &mut Signals) -> Result<Before, Failure> {
    let folder = state::folder(context.common.state.as_deref(), |name| std::env::var(name).ok());
    let access = folder.and_then(|folder| JournalAccess::look(&folder));
    let left_open = match access {
        Ok(None) => return Ok(Before::Ready(None)),
        Ok(Some(JournalAccess::Writable(journal))) => journal.open_actions(campaign.base.as_str(), &campaign.config.id),
        // What keeps it from being written is told before anything is read.
        Ok(Some(JournalAccess::ReadOnly { .. })) | Err(_) => {
            return OpenJournal::begin(&context.common, NOTHING).map(|open| Before::Ready(Some(open)));
        }
    };
    let left_open = left_open.map_err(|error| {
        let next = "Mend the state folder, or name another one with `--state FOLDER`. Nothing was done.";
        Failure::new(Exit::Usage, "The journal of actions cannot be read.", sentence(&error), next)
    })?;
    let left_open = left_open.iter().filter(|action| action.holder == Holder::Orphan).count();
    if left_open == 0 {
        return Ok(Before::Ready(None));
    }
    context.notice(&format!("An earlier run left {} open: finding out what became of it.", counted(left_open, "action")));
    let open = OpenJournal::begin(&context.common, NOTHING)?;
    let (monitor, mut updates) = worker(context, campaign, &open)?;
    let until = Instant::now() + LONGEST;
    let interrupted = loop {
        tokio::select! {
            update = updates.recv() => match update.map(|update| update.news) {
                None | Some(News::Stopped) => break None,
                Some(News::OpenActions(open)) if !open.iter().any(is_looked_up) => {
                    if !open.is_empty() {
                        context.notice(&still_open(open.len()));
                    }
                    break None;
                }
                Some(news) => tell(context, news),
            },
            () = sleep_until(until) => break None,
            exit = signals.next() => break Some(exit),
        }
    };
    monitor.ask(Command::Stop);
    // The worker may still have something to tell; the next one tells it again.
    updates.close();
    if monitor.ended().await.is_err() {
        let next = "Run the command again. `postwatch journal --open` lists what is open.";
        return Err(Failure::new(Exit::Failed, "The worker broke down.", "Nothing was retried.", next));
    }
    Ok(interrupted.map_or(Before::Ready(Some(open)), Before::Interrupted))
}

/// Whether this process is finding it out.
fn is_looked_up(open: &OpenActionNews) -> bool {
    !open.elsewhere && open.look_up_at.is_some()
}

fn still_open(count: usize) -> String {
    format!("{} still open, under way elsewhere or for a person to decide: see `postwatch journal --open`.", counted(count, "action"))
}

fn tell(context: &Context, news: News) {
    let found = |id: &str| format!("{id}: reading showed that the retry was taken.");
    match news {
        News::Action(news) if news.stage == ActionStage::FoundAccepted => context.notice(&found(news.message.as_str())),
        News::BatchAction(news) if news.stage == ActionStage::FoundAccepted => context.notice(&found(news.batch.as_str())),
        News::Notice(notice) => context.notice(&format!("{} {} {}", notice.text.what, notice.text.why, notice.text.next)),
        _ => {}
    }
}
