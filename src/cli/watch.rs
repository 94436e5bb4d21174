//! `postwatch watch`: a line for every change from now on, as it is seen. The dashboard's worker
//! reads, the dashboard's store says what changed.

mod batch_end;
mod board;
mod output;
#[cfg(test)]
mod tests;

use std::io::{BufWriter, Stdout};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

pub(super) use self::batch_end::until_batch_ends;
use self::board::{Board, Scope};
use self::output::{ChangeWriter, Finish, Summary};
use super::campaigns::ConfiguredCampaign;
use super::context::{CommandContext, counted, is_coloured, joined};
use super::messages::unread;
use super::moment::back_to;
use super::open_journal::{is_masked, look};
use super::signals::{Signals, at};
use super::window::{AttemptWindow, NOT_GIVEN};
use super::{Common, EarlyExit, Exit, Failure};
use crate::config;
use crate::delivery::{BatchId, full_stop};
use crate::monitor::{Command, Connection, Generation, Monitor, MonitorOptions, News, ReadError, Update};
use crate::state::JournalAccess;

/// What `watch` takes.
#[derive(Debug, Clone, Args)]
pub struct WatchArguments {
    /// The campaign, by its name in the configuration or by its id
    pub campaign: String,
    /// Only this batch
    #[arg(long, value_name = "ID", value_parser = super::messages::batch)]
    pub batch: Option<BatchId>,
    /// Only messages created or last attempted at this time or later: a time, a date, today, 2h, 3d [default: those
    /// created within the configured history; for a batch, all]
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Exits when no message that existed at the start is on the way; one sent abroad, or silent at the telco for 48 h,
    /// counts as done
    #[arg(long)]
    pub until_done: bool,
    /// Exits after this time, with code 7: 90s, 30m, 2h
    #[arg(long, value_name = "D", value_parser = timeout)]
    pub timeout: Option<Duration>,
    /// Exits with code 6 when more than this share of at least 50 finished messages failed: 2%, 0.5%. Counts all messages of
    /// --batch or --since, otherwise those that were seen to finish
    #[arg(long, value_name = "PCT", value_parser = share)]
    pub max_failure: Option<Share>,
}

/// Watches until it is done or stopped.
///
/// # Errors
/// Wrong usage, a refusal of the API, an output that cannot be written.
pub(super) async fn run(arguments: &WatchArguments, common: &Common, signals: &mut Signals) -> Result<Exit, EarlyExit> {
    let context = CommandContext::load(common, std::slice::from_ref(&arguments.campaign))?;
    let campaign = context.campaign(&arguments.campaign)?;
    let (history, batch) = (campaign.settings.history, arguments.batch.clone());
    let window = AttemptWindow::of_figures(arguments.since.as_deref(), batch.is_some(), history, context.zone(), Timestamp::now())?;
    let scope = Scope { batch, window };
    let masked = is_masked(common, campaign, "changes on the output")?;
    let output =
        ChangeWriter::begin(BufWriter::new(std::io::stdout()), context.format(), context.zone().clone(), masked, is_coloured(common))?;
    let limits = Limits { until_done: arguments.until_done, timeout: arguments.timeout, most_failures: arguments.max_failure };
    WatchRun::start(&context, campaign, Board::new(scope), limits, output)?.watch(signals).await
}

/// From how many finished messages on a share of failures means something.
const ENOUGH: usize = 50;

/// What ends a watch.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limits {
    /// When nothing that existed at the start is on the way.
    until_done: bool,
    /// After this time.
    timeout: Option<Duration>,
    /// When a larger share failed.
    most_failures: Option<Share>,
}

/// A share, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Limits {
    /// Whether more failed than is allowed.
    fn is_exceeded(&self, failed: usize, finished: usize) -> bool {
        self.most_failures.is_some_and(|most| finished >= ENOUGH && failed as f64 > most.0 * finished as f64)
    }
}

/// A duration.
fn timeout(text: &str) -> Result<Duration, String> {
    config::parse_duration(text).map_err(|_| "expected a time such as 90s, 30m or 2h".to_owned())
}

/// A share in percent, with or without the sign.
fn share(text: &str) -> Result<Share, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let percent: Option<f64> = plain.then(|| number.parse().ok()).flatten();
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    percent.map(|percent| Share(percent / 100.0)).ok_or_else(|| "expected a share from 0% to 100%, such as 2% or 0.5%".to_owned())
}

/// How much news may queue before the worker waits: pages are merged faster than they arrive.
const CHANNEL: usize = 8;

/// How often to check whether time alone has finished something, or the reader is gone.
const LOOK: Duration = Duration::from_secs(1);

/// The generation of the one message that is opened, to learn how many its batch has.
const TOTAL: Generation = Generation(1);

/// A watch.
struct WatchRun<'a> {
    context: &'a CommandContext,
    campaign: &'a ConfiguredCampaign,
    monitor: Monitor,
    updates: mpsc::Receiver<Update>,
    board: Board,
    limits: Limits,
    output: ChangeWriter<BufWriter<Stdout>>,
    started_at: Timestamp,
    /// The reported reason why calls fail, until they are answered again.
    trouble: Option<String>,
    /// Whether it was reported that everything is loaded.
    reported_start: bool,
    /// Whether the size of the batch was requested.
    total: Total,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Total {
    Unasked,
    Asked,
    /// Known, or not available.
    Answered,
}

/// Why a watch ends.
enum Because {
    Finish(Finish),
    Failed(Failure),
}

impl<'a> WatchRun<'a> {
    /// Starts the worker.
    ///
    /// # Errors
    /// There is no usable key.
    fn start(
        context: &'a CommandContext,
        campaign: &'a ConfiguredCampaign,
        board: Board,
        limits: Limits,
        output: ChangeWriter<BufWriter<Stdout>>,
    ) -> Result<Self, Failure> {
        let (sender, updates) = mpsc::channel(CHANNEL);
        let started_at = Timestamp::now();
        let mut options = MonitorOptions { reads: true, ..context.monitor_options(campaign, read_only(context), None)? };
        options.settings.history = board.scope.history(started_at);
        let monitor = match board.scope.batch.clone() {
            Some(batch) => Monitor::spawn_for_batch(options, batch, sender),
            None => Monitor::spawn(options, sender),
        };
        // A reader waits for each line, so it is read as often as what is on a screen.
        monitor.ask(Command::InView(true));
        Ok(Self {
            context,
            campaign,
            monitor,
            updates,
            board,
            limits,
            output,
            started_at,
            trouble: None,
            reported_start: false,
            total: Total::Unasked,
        })
    }

    /// Watches to the end.
    ///
    /// # Errors
    /// The API refuses, or the output cannot be written.
    async fn watch(mut self, signals: &mut Signals) -> Result<Exit, EarlyExit> {
        let deadline = self.limits.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let because = loop {
            let ended = tokio::select! {
                biased;
                signal = signals.next() => Some(Because::Finish(Finish::Signal(signal))),
                () = at(deadline) => Some(Because::Finish(Finish::Timeout)),
                update = self.updates.recv() => match update {
                    Some(update) => self.take(update.news)?,
                    None => return self.broken().await,
                },
                _ = look.tick() => {
                    if nobody_reads() {
                        return Err(EarlyExit::PipeClosed);
                    }
                    self.judge()
                }
            };
            if let Some(because) = ended {
                break because;
            }
        };
        self.monitor.ask(Command::Stop);
        let (finish, failure) = match because {
            Because::Finish(finish) => (finish, None),
            Because::Failed(failure) if failure.exit == Exit::Refused => (Finish::Refused, Some(failure)),
            Because::Failed(failure) => (Finish::Failed, Some(failure)),
        };
        let ended_at = Timestamp::now();
        let figures = self.board.figures(ended_at);
        let summary = Summary {
            campaign: &self.campaign.settings.name,
            batch: self.board.scope.batch.as_ref(),
            started_at: self.started_at,
            ended_at,
            finish,
            figures,
            oldest: self.board.oldest(),
        };
        self.output.finish(&summary)?;
        match failure {
            Some(failure) => Err(failure.into()),
            None => Ok(finish.exit()),
        }
    }

    /// Handles news; gives why the watch ends, if it does.
    fn take(&mut self, news: News) -> Result<Option<Because>, EarlyExit> {
        match news {
            News::Rows { rows, from, asked_at, reach, .. } => {
                let seen = self.board.take(&rows, &from, asked_at, reach, Timestamp::now());
                self.output.changes(&seen)?;
                self.read_on();
                self.tell_start();
                self.ask_for_total();
                return Ok(self.judge());
            }
            News::StartedOver => {
                self.board.start_over();
                self.total = Total::Unasked;
                self.context.notice("The server has different messages than before: all of them count as there from the start.");
            }
            News::Connection(connection) => self.connection(connection),
            News::Refused(error) => {
                let batch = self.board.scope.batch.as_ref();
                return Ok(Some(Because::Failed(unread(ReadError::Call(error), batch))));
            }
            News::Opened { generation: TOTAL, .. } => {
                self.total = Total::Answered;
                self.monitor.ask(Command::Close);
                return Ok(self.judge());
            }
            News::Notice(notice) => self.context.notice(&notice.text.in_full()),
            // News about actions, of which a watch takes none, and about calls.
            _ => {}
        }
        Ok(None)
    }

    fn connection(&mut self, connection: Connection) {
        match connection {
            Connection::Waiting { why, .. } => {
                if self.trouble.as_ref() != Some(&why.what) {
                    self.context
                        .notice(&format!("{} Trying again until it works; changes in the meantime are not lost.", full_stop(&why.what)));
                    self.trouble = Some(why.what);
                }
            }
            Connection::Live => {
                if self.trouble.take().is_some() {
                    self.context.notice("The server answers again; the watch continues.");
                }
            }
            // A refusal ends the watch, and was reported before.
            Connection::Refused { .. } | Connection::Connecting | Connection::Paused => {}
        }
    }

    /// Whether the watch is done or must stop.
    fn judge(&mut self) -> Option<Because> {
        if self.board.failures().is_some_and(|(failed, finished)| self.limits.is_exceeded(failed, finished)) {
            return Some(Because::Finish(Finish::MaxFailure));
        }
        // The batch's size is requested first: the batch may be there only in part.
        let is_known = self.board.scope.batch.is_none() || self.total == Total::Answered || self.board.asks_for_total().is_none();
        let done = self.limits.until_done && is_known && self.board.is_done(Timestamp::now());
        done.then_some(Because::Finish(Finish::Done))
    }

    /// The worker reads back to its horizon, which moves on while it reads: the rest of the requested
    /// window is requested again.
    fn read_on(&self) {
        let (Some(horizon), Some(oldest)) = (self.board.scope.window.horizon, self.board.oldest()) else { return };
        let moved = horizon.checked_add(Timestamp::now().duration_since(self.started_at)).unwrap_or(Timestamp::MAX);
        if !self.board.is_read() && oldest > horizon && oldest <= moved {
            self.monitor.ask(Command::ReadFurther);
        }
    }

    /// Says once what was there at the start.
    fn tell_start(&mut self) {
        if self.reported_start || !self.board.is_read() {
            return;
        }
        self.reported_start = true;
        let figures = self.board.figures(Timestamp::now());
        if figures.loaded == 0 && self.board.scope.batch.is_some() {
            self.context.notice("The batch has no messages yet: it is being prepared.");
            return;
        }
        let back = back_to(self.board.oldest(), self.context.zone());
        let (loaded, open) = (counted(figures.loaded, "message"), figures.open);
        let untimed = match self.board.untimed() {
            0 => String::new(),
            untimed => format!(" Left out, {NOT_GIVEN}: {}.", counted(untimed, "message")),
        };
        self.context.notice(&format!("{loaded} at the start{back}, {open} on the way.{untimed} Changes as they are seen:"));
    }

    fn ask_for_total(&mut self) {
        if self.total != Total::Unasked || !self.limits.until_done {
            return;
        }
        if let Some(message) = self.board.asks_for_total() {
            self.total = Total::Asked;
            self.monitor.ask(Command::Open { generation: TOTAL, message });
        }
    }

    /// The worker has ended, which only a bug can cause.
    async fn broken(self) -> Result<Exit, EarlyExit> {
        joined(self.monitor.ended().await);
        Ok(Exit::Failed)
    }
}

/// A watch takes no action, so the journal is only read, and none is created.
fn read_only(context: &CommandContext) -> JournalAccess {
    let journal = look(&context.common).ok().flatten().and_then(|access| access.readable().cloned());
    JournalAccess::ReadOnly { journal, why: "a watch takes no action".to_owned() }
}

/// Whether the reader of the output is gone: otherwise only the next write would show it, and that
/// may take hours.
#[cfg(unix)]
fn nobody_reads() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let out = std::io::stdout();
    let mut polled = [PollFd::new(&out, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    // The writing end of a pipe reports an error when the other end is closed.
    poll(&mut polled, Some(&at_once)).is_ok_and(|ready| ready > 0) && polled[0].revents().contains(PollFlags::ERR)
}

/// Elsewhere only the next write shows it.
#[cfg(not(unix))]
fn nobody_reads() -> bool {
    false
}
