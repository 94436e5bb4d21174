//! Carries a plan out: one message after the other through the campaign's worker, until each has
//! its end.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::super::campaigns::Campaign;
use super::super::context::{Context, counted, random};
use super::super::journal::OpenJournal;
use super::super::signals::Signals;
use super::super::{End, Exit, Failure};
use super::report::{Ended, Outcome, Report, because};
use crate::delivery::MessageId;
use crate::monitor::{ActionStage, CampaignIndex, Clock, Command, Connection, Monitor, MonitorOptions, News, Update};
use crate::postman::Explanation;
use crate::retry::{ConfirmedRetry, PATIENCE, Plan};
use crate::state::{Journal, Run};

/// After so many unknown outcomes in a row nothing more is sent: something is wrong that more
/// retries would only make worse.
const UNKNOWN_IN_A_ROW: usize = 3;

/// News that may wait: more than one message makes, so that the worker never waits for this side.
const CHANNEL: usize = 64;

/// A run of retries.
pub(super) struct Work {
    monitor: Monitor,
    updates: mpsc::Receiver<Update>,
    journal: Journal,
    run: Arc<Run>,
    quiet: bool,
    /// Those that were not handed to the worker.
    waiting: VecDeque<ConfirmedRetry>,
    /// Those that were, and have no end yet.
    open: Vec<Open>,
    unknown_in_a_row: usize,
    /// Why nothing more is sent.
    halted: Option<Halt>,
}

/// Why nothing more is sent.
#[derive(Debug, Clone, Copy)]
struct Halt {
    /// For each message that is not started.
    reason: &'static str,
    /// What it means for the exit code.
    exit: Exit,
    /// Whether a person wants to leave.
    at_once: bool,
}

impl Halt {
    const UNKNOWN: Halt = Halt { reason: "not started: three outcomes in a row are unknown", exit: Exit::SomeUnknown, at_once: false };
    const KEPT_OUT: Halt = Halt { reason: "not started: the API keeps this caller out", exit: Exit::Refused, at_once: false };
    const INTERRUPTED: Halt = Halt { reason: "not started: interrupted", exit: Exit::Done, at_once: true };
    const BROKEN: Halt = Halt { reason: "not started: the worker broke down", exit: Exit::Failed, at_once: false };
}

/// A retry without an end.
struct Open {
    message: MessageId,
    at: Place,
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq)]
enum Place {
    /// No request left, or it provably did nothing.
    NotStarted,
    /// The request is on its way.
    UnderWay,
    /// Its outcome is being looked up, until then.
    Unknown { until: Instant, why: Explanation },
}

impl Work {
    /// Starts the worker. It reads nothing by itself but what earlier runs left open.
    ///
    /// # Errors
    /// There is no usable key.
    pub fn start(context: &Context, campaign: &Campaign, open: OpenJournal) -> Result<Self, Failure> {
        let (sender, updates) = mpsc::channel(CHANNEL);
        let run = Arc::new(open.run);
        let options = MonitorOptions {
            campaign: CampaignIndex(0),
            api: campaign.api(&context.transport)?,
            journal: open.access,
            run: Some(Arc::clone(&run)),
            calls_per_second: campaign.config.calls_per_second,
            away_rate: campaign.config.calls_per_second,
            history: campaign.config.history,
            reads: false,
            clock: Clock::System,
            seed: random(),
        };
        Ok(Self {
            monitor: Monitor::spawn(options, sender),
            updates,
            journal: open.journal,
            run,
            quiet: context.common.quiet,
            waiting: VecDeque::new(),
            open: Vec::new(),
            unknown_in_a_row: 0,
            halted: None,
        })
    }

    /// Retries the messages of the plan, which somebody agreed to.
    ///
    /// # Errors
    /// The output cannot be written, or the worker broke down.
    pub async fn carry_out(mut self, plan: Plan, report: &mut Report, signals: &mut Signals) -> Result<Exit, End> {
        self.waiting = plan.confirm(Timestamp::now()).into();
        let mut exit = Exit::Done;
        loop {
            self.hand_over();
            if self.open.is_empty() {
                break;
            }
            let deadline = self.deadline();
            tokio::select! {
                update = self.updates.recv() => match update {
                    Some(update) => self.take(update, report)?,
                    None => break,
                },
                () = at(deadline) => self.give_up(report)?,
                signal = signals.next() => {
                    exit = signal;
                    self.interrupt(report, signals).await?;
                    break;
                }
            }
        }
        self.leave(report).await?;
        Ok(exit)
    }

    /// The next message goes to the worker when the request of the one before has an outcome.
    fn hand_over(&mut self) {
        let is_busy = self.open.iter().any(|open| !matches!(open.at, Place::Unknown { .. }));
        if is_busy || self.halted.is_some() {
            return;
        }
        if let Some(retry) = self.waiting.pop_front() {
            self.open.push(Open { message: retry.item().message.clone(), at: Place::NotStarted });
            self.monitor.ask(Command::Retry(retry));
        }
    }

    fn take(&mut self, update: Update, report: &mut Report) -> Result<(), End> {
        match update.news {
            // What an earlier run left open is looked up by the worker, too; it is not ours.
            News::Action(news) if self.open.iter().any(|open| open.message == news.message) => {
                self.step(&news.message, news.stage, report)?;
            }
            News::Connection(Connection::Waiting { why, .. } | Connection::Refused { why, .. }) => self.notice(&why.what),
            News::Notice(notice) => self.notice(&format!("{} {} {}", notice.text.what, notice.text.why, notice.text.next)),
            _ => {}
        }
        Ok(())
    }

    fn step(&mut self, message: &MessageId, stage: ActionStage, report: &mut Report) -> Result<(), End> {
        let outcome = match stage {
            ActionStage::Intended => {
                self.place(message, Place::NotStarted);
                return Ok(());
            }
            ActionStage::UnderWay { .. } => {
                self.place(message, Place::UnderWay);
                return Ok(());
            }
            ActionStage::GoesAgain { why, .. } => {
                self.notice(&format!("{message} goes again: {}.", why.what.trim_end_matches('.')));
                self.place(message, Place::NotStarted);
                return Ok(());
            }
            ActionStage::Unknown { why, look_up_at: Some(_) } => {
                self.look_up(message, why);
                return Ok(());
            }
            ActionStage::Followed { .. } => return Ok(()),
            ActionStage::Accepted => Outcome::accepted(message, None),
            ActionStage::FoundAccepted => {
                Outcome::accepted(message, Some("there was no answer; reading showed that it was taken".to_owned()))
            }
            ActionStage::NotTaken(why) => Outcome::skipped(message, because(&why)),
            ActionStage::NotSent(why) => Outcome { exit: Exit::Failed, ..Outcome::skipped(message, because(&why)) },
            ActionStage::Refused(why) => self.refused(message, &why),
            ActionStage::Unknown { why, look_up_at: None } => Outcome::unknown(message, &why),
        };
        if outcome.outcome != Ended::Unknown {
            self.unknown_in_a_row = 0;
        }
        self.end(&outcome, report)
    }

    fn place(&mut self, message: &MessageId, place: Place) {
        if let Some(open) = self.open.iter_mut().find(|open| open.message == *message) {
            open.at = place;
        }
    }

    /// The outcome is not known; the worker reads the message until it is, or for a while.
    fn look_up(&mut self, message: &MessageId, why: Explanation) {
        let Some(open) = self.open.iter_mut().find(|open| open.message == *message) else { return };
        if matches!(open.at, Place::Unknown { .. }) {
            return;
        }
        // Half as long again as the worker waits: with the network down it cannot even look.
        open.at = Place::Unknown { until: Instant::now() + PATIENCE.mul_f64(1.5), why };
        self.unknown_in_a_row += 1;
        if self.unknown_in_a_row >= UNKNOWN_IN_A_ROW {
            self.halted = Some(Halt::UNKNOWN);
        }
        self.notice(&format!("{message}: the outcome is not known; the message is being read to find out, two minutes at most."));
    }

    fn refused(&mut self, message: &MessageId, why: &Explanation) -> Outcome {
        if why.keeps_out() {
            self.halted = Some(Halt::KEPT_OUT);
        }
        // The journal has the API's words without anything personal in them.
        let entries = self.journal.all(self.open.len() + self.waiting.len() + CHANNEL).unwrap_or_default();
        let line = entries.into_iter().find(|entry| entry.run == *self.run.id() && entry.action.message() == Some(message));
        let (code, reason, trace_id) = line.map(|entry| (entry.code, entry.reason, entry.trace_id)).unwrap_or_default();
        Outcome {
            id: message.as_str().to_owned(),
            outcome: Ended::Refused,
            code,
            reason: reason.or_else(|| Some(because(why))),
            trace_id: trace_id.or_else(|| why.trace_id.clone()),
            exit: if why.keeps_out() { Exit::Refused } else { Exit::SomeRefused },
        }
    }

    fn end(&mut self, outcome: &Outcome, report: &mut Report) -> Result<(), End> {
        self.open.retain(|open| open.message.as_str() != outcome.id);
        Ok(report.tell(outcome)?)
    }

    fn deadline(&self) -> Option<Instant> {
        let until = |open: &Open| match &open.at {
            Place::Unknown { until, .. } => Some(*until),
            Place::NotStarted | Place::UnderWay => None,
        };
        self.open.iter().filter_map(until).min()
    }

    /// Lookups that led to nothing end as unknown: a person must decide.
    fn give_up(&mut self, report: &mut Report) -> Result<(), End> {
        let now = Instant::now();
        let mut over = Vec::new();
        for open in &self.open {
            if let Place::Unknown { until, why } = &open.at
                && *until <= now
            {
                over.push(Outcome::unknown(&open.message, why));
            }
        }
        over.into_iter().try_for_each(|outcome| self.end(&outcome, report))
    }

    /// Ctrl-C: nothing more is started; a request on its way is waited for, unless asked again.
    async fn interrupt(&mut self, report: &mut Report, signals: &mut Signals) -> Result<(), End> {
        self.halted = Some(Halt::INTERRUPTED);
        let under_way = self.open.iter().filter(|open| open.at == Place::UnderWay).count();
        let unknown = self.open.iter().filter(|open| matches!(open.at, Place::Unknown { .. })).count();
        let not_started = self.open.len() - under_way - unknown + self.waiting.len();
        self.notice(&format!(
            "Stopping: {} under way, {unknown} of unknown outcome, {not_started} not started. Again to leave at once.",
            counted(under_way, "request")
        ));
        self.monitor.ask(Command::Stop);
        loop {
            tokio::select! {
                update = self.updates.recv() => match update {
                    Some(Update { news: News::Stopped, .. }) | None => return Ok(()),
                    Some(update) => self.take(update, report)?,
                },
                _ = signals.next() => return Ok(()),
            }
        }
    }

    /// Tells what has no end, and lets the worker go.
    async fn leave(mut self, report: &mut Report) -> Result<(), End> {
        let halt = self.halted.unwrap_or(Halt::BROKEN);
        let not_started = |message: &MessageId| Outcome { exit: halt.exit, ..Outcome::skipped(message, halt.reason.to_owned()) };
        for open in std::mem::take(&mut self.open) {
            let outcome = match open.at {
                Place::NotStarted => not_started(&open.message),
                Place::UnderWay => Outcome::left(&open.message),
                Place::Unknown { why, .. } => Outcome::unknown(&open.message, &why),
            };
            report.tell(&outcome)?;
        }
        for retry in std::mem::take(&mut self.waiting) {
            report.tell(&not_started(&retry.item().message))?;
        }
        self.monitor.ask(Command::Stop);
        // The worker may still have something to tell; nobody listens any more.
        self.updates.close();
        if !halt.at_once && self.monitor.ended().await.is_err() {
            let next = "Run `postwatch retry` again: it finds out what became of the messages before it sends anything.";
            return Err(
                Failure::new(Exit::Failed, "The worker broke down.", "Outcomes that were not told are in the journal.", next).into()
            );
        }
        Ok(())
    }

    fn notice(&self, line: &str) {
        if !self.quiet {
            super::super::context::tell(line);
        }
    }
}

/// Waits until then; for ever without a time.
async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
