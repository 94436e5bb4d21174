//! Actions from a script: what earlier runs left is found out, what was agreed to is carried out, and each outcome
//! is reported.

mod agree;
mod carry_out;
mod report;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::campaigns::ConfiguredCampaign;
use super::context::{CommandContext, counted};
use super::open_journal::{OpenJournal, look, unreadable};
use super::signals::Signals;
use super::{Exit, Failure};
use crate::action::Subject;
use crate::delivery::agreeing;
use crate::monitor::{ActionStage, Command, Monitor, News, NotStarted, OpenActionNews, Update};
use crate::state::{Holder, JournalAccess, Server};

pub(super) use agree::{CountRule, Permission, allowed, asked, can_ask, is_yes, note_unlock, terminal_line, typed_line};
pub(super) use carry_out::carry_out;
pub(super) use report::OutcomeReport;

/// How long a start waits for that if the network fails. Messages whose outcome stays unknown are left
/// out of the plan.
const LONGEST: Duration = Duration::from_secs(10);

/// How much news may queue: more than one message causes, so that the worker never waits for this side.
const CHANNEL: usize = 64;

/// The result.
pub(super) enum Before {
    /// The plan can be made; the journal, if it is already open.
    Ready(Option<OpenJournal>),
    /// A signal came first.
    Interrupted(Exit),
}

/// A worker of the campaign that reads only what earlier runs left open.
///
/// # Errors
/// There is no usable key.
fn worker(
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    open: &OpenJournal,
) -> Result<(Monitor, mpsc::Receiver<Update>), Failure> {
    let (sender, updates) = mpsc::channel(CHANNEL);
    let options = context.monitor_options(campaign, open.access.clone(), Some(Arc::clone(&open.run)))?;
    Ok((Monitor::spawn(options, sender), updates))
}

/// Looks up the actions that earlier runs left open in this campaign. `nothing` says what cannot be done without a
/// journal: `Nothing can be retried`.
///
/// # Errors
/// The journal cannot be used, or there is no usable key.
pub(super) async fn find_out(
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    nothing: &str,
    signals: &mut Signals,
) -> Result<Before, Failure> {
    let left_open = match look(&context.common) {
        Ok(None) => return Ok(Before::Ready(None)),
        Ok(Some(JournalAccess::Writable(journal))) => journal.open_actions(&Server::of(campaign.base.as_str()), &campaign.settings.id),
        // A journal that cannot be written is reported before anything is read.
        Ok(Some(JournalAccess::ReadOnly { .. })) | Err(_) => {
            return OpenJournal::begin(&context.common, nothing).map(|open| Before::Ready(Some(open)));
        }
    };
    let left_open = left_open.map_err(|error| unreadable(&error))?;
    let left_open = left_open.iter().filter(|action| action.holder == Holder::Orphan).count();
    if left_open == 0 {
        return Ok(Before::Ready(None));
    }
    context.notice(&format!("An earlier run left {} open: looking up what became of it.", counted(left_open, "action")));
    let open = OpenJournal::begin(&context.common, nothing)?;
    let (monitor, mut updates) = worker(context, campaign, &open)?;
    let until = Instant::now() + LONGEST;
    let mut looking = Looking::default();
    let interrupted = loop {
        tokio::select! {
            update = updates.recv() => match update.map(|update| update.news) {
                None | Some(News::Stopped) => break None,
                Some(news) => {
                    tell(context, &news);
                    looking.take(&news);
                    if looking.is_over() {
                        break None;
                    }
                }
            },
            () = sleep_until(until) => break None,
            exit = signals.next() => break Some(exit),
        }
    };
    if looking.open > 0 && interrupted.is_none() {
        context.notice(&format!("{} still open: `postwatch journal --open` says what to do.", counted(looking.open, "action")));
    }
    monitor.ask(Command::Stop);
    // The worker may still have news; the next one reports it again.
    updates.close();
    if monitor.ended().await.is_err() {
        let next = "Run the command again. `postwatch journal --open` lists what is open.";
        return Err(Failure::new(Exit::Failed, "The worker failed.", "Nothing was done.", next));
    }
    Ok(interrupted.map_or(Before::Ready(Some(open)), Before::Interrupted))
}

/// How far the look-up is. One reading of each message shows whether the retry was accepted: then it is no
/// longer failed. Messages unchanged after that are left to the worker, and to a person.
#[derive(Debug, Default)]
struct Looking {
    /// How often the worker reported an outcome as unknown: when it took it over, and after each
    /// reading that found no change.
    reported: HashMap<String, u32>,
    /// Those that this process looks up; `None` before they are known.
    wanted: Option<Vec<String>>,
    /// How many are open in total.
    open: usize,
}

impl Looking {
    fn take(&mut self, news: &News) {
        match news {
            News::Action(news) if matches!(news.stage, ActionStage::Unknown { .. }) => {
                *self.reported.entry(news.subject.id().to_owned()).or_default() += 1;
            }
            News::OpenActions(open) => {
                let id = |open: &OpenActionNews| Subject::of(&open.kind).map(|subject| subject.id().to_owned());
                self.open = open.len();
                self.wanted = Some(open.iter().filter(|open| !open.elsewhere && open.look_up_at.is_some()).filter_map(id).collect());
            }
            _ => {}
        }
    }

    fn is_over(&self) -> bool {
        let was_read = |id: &String| self.reported.get(id).is_some_and(|reported| *reported > 1);
        self.wanted.as_ref().is_some_and(|wanted| wanted.iter().all(was_read))
    }
}

fn tell(context: &CommandContext, news: &News) {
    match news {
        News::Action(news) if news.stage == ActionStage::FoundAccepted => match &news.subject {
            // The journal has only its fingerprint, which means nothing to a reader.
            Subject::Send(_) => context.notice("A look-up showed that the message was sent."),
            Subject::Upload(_) => context.notice("A look-up showed that the file was sent."),
            subject => context.notice(&format!("{}: a look-up showed that the retry was accepted.", subject.id())),
        },
        // The first worker to see these closes them in the journal, so no later one reports them.
        News::NotStarted(left) => not_started(left).for_each(|line| context.notice(&line)),
        News::Notice(notice) => context.notice(&notice.text.in_full()),
        _ => {}
    }
}

/// What an earlier run agreed to and did not begin, in a line for each kind.
fn not_started(left: &NotStarted) -> impl Iterator<Item = String> {
    let left = [
        (left.messages.len(), "message", "retried", "Retry"),
        (left.batches.len(), "batch", "retried", "Retry"),
        (left.sends, "message", "sent", "Send"),
        (left.uploads.len(), "file", "sent", "Send"),
    ];
    left.into_iter().filter(|(number, ..)| *number > 0).map(|(number, noun, past, verb)| {
        let (things, was, it) = (counted(number, noun), agreeing(number, "was", "were"), agreeing(number, "it", "them"));
        format!("{things} of an earlier run {was} not {past}: it stopped first. {verb} {it} again, if still needed.")
    })
}
