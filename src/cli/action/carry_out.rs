//! Carries a plan out: the campaign's worker acts, this side reports it until each action has an
//! outcome.

use std::collections::HashSet;
use std::io::{IsTerminal as _, Write};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::campaigns::ConfiguredCampaign;
use super::super::context::{CommandContext, counted};
use super::super::moment::exact;
use super::super::open_journal::OpenJournal;
use super::super::progress::ProgressLine;
use super::super::signals::{Signals, at};
use super::super::{EarlyExit, Exit, Failure, Format};
use super::report::{OutcomeKind, OutcomeReport, ReportedOutcome};
use super::waiting::{After, LONGEST_STALL, Moving, Pause, RunStall, ScriptedStage, ScriptedStages};
use super::worker;
use crate::action::{ActionNumber, Agreed, ConfirmedAction, Created, PATIENCE, Subject};
use crate::delivery::full_stop;
use crate::monitor::{ActionStage, Clock, Command, Connection, Monitor, News, RunPhase, Update};
use crate::postman::{Explanation, Refusal};

/// A run of retries, or one other action.
struct ScriptedRun<'a, W: Write> {
    monitor: Monitor,
    updates: mpsc::Receiver<Update>,
    open: OpenJournal,
    report: &'a mut OutcomeReport<W>,
    clock: Clock,
    quiet: bool,
    progress: ProgressLine,
    stages: ScriptedStages,
    /// What is sent, instead of retried.
    sent: Option<Sent>,
    /// For how long an unknown outcome is looked up before a person decides.
    patience: Duration,
    /// The messages with an unknown outcome since the last clear answer.
    unclear: Vec<String>,
    /// Why it is paused.
    pause: Option<Pause>,
    /// Since when every call is dropped.
    stall: RunStall,
    /// Whether the journal could not be written.
    is_journal_broken: bool,
    /// The last line about something that repeats.
    last_line: String,
    /// Why nothing more is started.
    halt: Option<Halt>,
}

/// A message or a file that is sent: it has no id before the API gives it one.
#[derive(Debug)]
struct Sent {
    /// What a person calls it, and what it becomes.
    name: &'static str,
    noun: &'static str,
    created: Option<Created>,
    /// That the same was sent before.
    before: Option<String>,
    /// What comes after the id of what it created.
    follow: String,
}

impl Sent {
    fn of(agreed: &Agreed, campaign: &ConfiguredCampaign, zone: &TimeZone) -> Option<Self> {
        match agreed {
            Agreed::One(ConfirmedAction::Send(send)) => {
                let newest = send.plan().reading().same.first();
                let before = newest.map(|same| format!("the same message was sent to this number at {}", exact(same.created_at, zone)));
                let follow = "`postwatch find` shows what becomes of it.".to_owned();
                Some(Self { name: "the message", noun: "message", created: None, before, follow })
            }
            Agreed::One(ConfirmedAction::Upload(upload)) => {
                let before = upload.plan().reading().accepted_at.map(|at| format!("the same file was accepted at {}", exact(at, zone)));
                let name = &campaign.settings.name;
                let follow = format!("`postwatch watch \"{name}\" --batch ID --until-done` follows it.");
                Some(Self { name: "the file", noun: "batch", created: None, before, follow })
            }
            Agreed::One(ConfirmedAction::RetryMessage(_) | ConfirmedAction::RetryBatch(_)) | Agreed::Run(_) => None,
        }
    }
}

/// Why nothing more is started.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Halt {
    /// The reason for each message that is not started.
    reason: String,
    /// What it means for the exit code.
    exit: Exit,
}

impl Halt {
    fn new(reason: &str, exit: Exit) -> Self {
        Self { reason: format!("not started: {reason}"), exit }
    }

    fn access_refused() -> Self {
        Self::new("the API refuses this caller", Exit::Refused)
    }
}

/// Carries out what was agreed to. Gives the exit of a signal, if one came.
///
/// # Errors
/// There is no usable key, the output cannot be written, or the worker failed.
pub(in crate::cli) async fn carry_out<W: Write>(
    agreed: Agreed,
    context: &CommandContext,
    campaign: &ConfiguredCampaign,
    open: OpenJournal,
    report: &mut OutcomeReport<W>,
    signals: &mut Signals,
) -> Result<Exit, EarlyExit> {
    let (monitor, updates) = worker(context, campaign, &open)?;
    let stages = ScriptedStages::of(agreed.subjects().iter().map(|subject| subject.id().to_owned()).collect());
    let quiet = context.common.quiet;
    // A table is written at the end; everything else comes line by line, perhaps to the same terminal.
    let shared = context.format() != Format::Table && std::io::stdout().is_terminal();
    let progress = match &agreed {
        Agreed::One(ConfirmedAction::Upload(upload)) => ProgressLine::over_bytes(upload.plan().file().bytes(), quiet, shared),
        _ => ProgressLine::over(agreed.subjects().len(), quiet, shared),
    };
    // The worker waits for one call when it ends; an upload is cut off.
    let is_waited_for = matches!(agreed, Agreed::One(_)) && !matches!(agreed, Agreed::One(ConfirmedAction::Upload(_)));
    let sent = Sent::of(&agreed, campaign, context.zone());
    let patience = agreed.subjects().iter().map(Subject::patience).max().unwrap_or(PATIENCE);
    monitor.ask(Command::Act { number: ActionNumber::default(), agreed });
    let (clock, stall) = (context.clock.clone(), RunStall::new(Instant::now()));
    let mut work = ScriptedRun {
        monitor,
        updates,
        open,
        report,
        clock,
        quiet,
        progress,
        stages,
        sent,
        patience,
        unclear: Vec::new(),
        pause: None,
        stall,
        is_journal_broken: false,
        last_line: String::new(),
        halt: None,
    };
    let mut leaves_now = false;
    let mut exit = Exit::Done;
    while !work.stages.is_empty() {
        let stall_ends_at = work.stall_ends_at();
        tokio::select! {
            update = work.updates.recv() => match update {
                Some(update) => work.take(update)?,
                None => break,
            },
            () = at(work.stages.deadline()) => work.give_up_looking()?,
            () = at(stall_ends_at) => work.give_up_calling(),
            signal = signals.next() => {
                exit = signal;
                leaves_now = work.interrupt(is_waited_for, signals).await?;
                break;
            }
        }
    }
    work.leave(leaves_now).await?;
    Ok(exit)
}

impl<W: Write> ScriptedRun<'_, W> {
    fn take(&mut self, update: Update) -> Result<(), EarlyExit> {
        match update.news {
            // What an earlier run left open is looked up by the worker, too; it is not ours.
            News::Action(news) => {
                if let Some(sent) = self.sent.as_mut().filter(|_| self.stages.get(news.subject.id()).is_some()) {
                    sent.created = news.created.clone().or(sent.created.take());
                }
                return self.step(news.subject.id(), news.stage);
            }
            News::Run(news) => self.phase(news.phase),
            News::NotStarted(left) => super::not_started(&left).for_each(|line| self.line(&line)),
            // A reading met something that only a person can change; so would every request.
            News::Refused(error) => {
                let Failure { text, exit } = error.into();
                self.once(&text.in_full());
                if self.halt.is_none() {
                    self.stop(Halt::new(&text.reason(), exit));
                }
            }
            News::Connection(Connection::Waiting { why, .. }) => self.dropped(&format!("{}.", why.what)),
            // Each message that is not sent is reported; this is the reason.
            News::Journal(Some(why)) => {
                self.is_journal_broken = true;
                self.once(&why.in_full());
            }
            News::Notice(notice) => self.once(&notice.text.in_full()),
            _ => {}
        }
        Ok(())
    }

    fn step(&mut self, id: &str, stage: ActionStage) -> Result<(), EarlyExit> {
        let Some(index) = self.stages.get(id) else { return Ok(()) };
        let outcome = match stage {
            ActionStage::Intended => {
                self.stages.put(id, ScriptedStage::NotStarted);
                return Ok(());
            }
            ActionStage::UnderWay { .. } => {
                self.stages.put(id, ScriptedStage::UnderWay);
                return Ok(());
            }
            ActionStage::GoesAgain { why, .. } => {
                self.stages.put(id, ScriptedStage::NotStarted);
                self.dropped(&full_stop(&format!("{} is sent again: {}", self.name(id), why.what)));
                return Ok(());
            }
            ActionStage::Unknown { why, look_up_at: Some(_) } => {
                if !matches!(index, ScriptedStage::Unknown { .. }) {
                    self.look_up(id, why);
                }
                return Ok(());
            }
            ActionStage::Uploading { sent, .. } => {
                self.progress.reached_bytes(sent);
                return Ok(());
            }
            ActionStage::Followed { .. } => return Ok(()),
            ActionStage::Accepted | ActionStage::FoundAccepted => {
                self.stall.answered(Instant::now());
                if stage == ActionStage::Accepted {
                    self.unclear.clear();
                }
                let found = "there was no answer; a look-up showed that it was accepted";
                ReportedOutcome::accepted(id, (stage == ActionStage::FoundAccepted).then(|| found.to_owned()))
            }
            ActionStage::NotTaken(why) if self.is_journal_broken => {
                ReportedOutcome { exit: Exit::Failed, ..ReportedOutcome::skipped(id, why.reason()) }
            }
            ActionStage::NotTaken(why) => ReportedOutcome::skipped(id, why.reason()),
            ActionStage::Skipped(why) => ReportedOutcome { meanwhile: true, ..ReportedOutcome::skipped(id, why.reason()) },
            ActionStage::NotSent(why) => match (index, &self.halt) {
                (ScriptedStage::NotStarted, Some(halt)) => not_started(id, halt),
                _ => ReportedOutcome { exit: Exit::Failed, ..ReportedOutcome::skipped(id, why.reason()) },
            },
            ActionStage::Refused(refusal) => {
                self.unclear.clear();
                if refusal.is_rate_limit() {
                    self.dropped(&format!("{}: {}.", self.name(id), refusal.why.what));
                } else {
                    self.stall.answered(Instant::now());
                }
                self.refused(id, refusal)
            }
            ActionStage::Unknown { why, look_up_at: None } => ReportedOutcome::unknown(id, &why),
        };
        self.end(&outcome)
    }

    /// The outcome is unknown; the worker reads the message until it is known, or for a while.
    fn look_up(&mut self, id: &str, why: Explanation) {
        // Half as long again as the worker waits: with the network down it cannot even look it up.
        let until = Instant::now() + self.patience.mul_f64(1.5);
        self.stages.put(id, ScriptedStage::Unknown { until, why });
        self.unclear.push(id.to_owned());
        let minutes = counted(self.patience.as_secs() as usize / 60, "minute");
        let name = self.name(id);
        self.line(&format!("{name}: the outcome is unknown; looking it up takes up to {minutes}, longer without a connection."));
    }

    fn refused(&mut self, id: &str, refusal: Refusal) -> ReportedOutcome {
        if refusal.keeps_out() {
            self.once(&refusal.why.in_full());
            self.halt = Some(Halt::access_refused());
        }
        if let Some(check) = &refusal.check {
            self.line(&format!("Postman's answer:\n{}", check.as_str()));
        }
        // In the journal the API's words hold nothing personal.
        let entry = self.open.journal.newest_of(self.open.run.id(), id).ok().flatten();
        ReportedOutcome {
            subject: id.to_owned(),
            id: Some(id.to_owned()),
            outcome: OutcomeKind::Refused,
            exit: if refusal.keeps_out() { Exit::Refused } else { Exit::SomeRefused },
            reason: entry.and_then(|entry| entry.reason).or_else(|| Some(refusal.why.reason())),
            meanwhile: false,
            code: refusal.code,
            trace_id: refusal.why.trace_id,
        }
    }

    fn end(&mut self, outcome: &ReportedOutcome) -> Result<(), EarlyExit> {
        self.stages.end(&outcome.subject);
        self.tell(outcome)?;
        self.paused(outcome);
        let counts = self.report.counts();
        self.progress.reached(counts.ended());
        self.progress.tell(|| counts.sentence());
        Ok(())
    }

    /// Reports an outcome; that of a message that was sent under its own id, which follows it.
    fn tell(&mut self, outcome: &ReportedOutcome) -> std::io::Result<()> {
        let Some(sent) = &self.sent else { return self.report.tell(outcome) };
        let id = sent.created.as_ref().map(|created| created.id().to_owned());
        if let Some(id) = &id {
            self.line(&format!("The {}'s id is {id}. {}", sent.noun, sent.follow.replace("ID", id)));
        }
        let mut outcome = ReportedOutcome { id, ..outcome.clone() };
        if outcome.outcome == OutcomeKind::Accepted {
            let reasons: Vec<String> = outcome.reason.into_iter().chain(sent.before.clone()).collect();
            outcome.reason = (!reasons.is_empty()).then(|| reasons.join("; "));
        }
        self.report.tell(&outcome)
    }

    /// What a person calls it.
    fn name<'b>(&self, id: &'b str) -> &'b str {
        match &self.sent {
            Some(sent) => sent.name,
            None => id,
        }
    }

    /// Look-ups without a result end as unknown: a person must decide.
    fn give_up_looking(&mut self) -> Result<(), EarlyExit> {
        let overdue = self.stages.overdue(Instant::now());
        overdue.into_iter().try_for_each(|(id, why)| self.end(&ReportedOutcome::unknown(&id, &why)))
    }
}

/// What holds a run up, or stops it before all of it was started, and how that is reported.
impl<W: Write> ScriptedRun<'_, W> {
    /// The phase of the run as a whole.
    fn phase(&mut self, phase: RunPhase) {
        if self.halt.is_some() {
            return;
        }
        match phase {
            RunPhase::Running | RunPhase::Done => {
                if self.pause.take().is_some() {
                    self.unclear.clear();
                }
            }
            RunPhase::Paused(_) if self.pause.is_some() => {}
            RunPhase::Paused(why) => {
                self.pause = Pause::new(self.still_unclear(), self.clock.now());
                let what = why.reason();
                if self.pause.is_some() {
                    self.line(&format!("{what} The run continues by itself once their outcomes are known."));
                } else {
                    self.line(&format!("{what} Nothing more is started."));
                    self.stop(Halt::new("the messages before it could not be sent", Exit::SomeRefused));
                }
            }
            // A refusal of this caller was reported with its message, and the journal's trouble when it came.
            RunPhase::Stopped(why) => {
                let why = why.reason();
                let exit = if self.is_journal_broken { Exit::Failed } else { Exit::SomeRefused };
                if !self.is_journal_broken {
                    self.once(&why);
                }
                self.halt = Some(Halt::new(&why, exit));
            }
        }
    }

    /// The unknown outcomes in a row that made the run pause. Those that stayed unknown before are for a person anyway.
    fn still_unclear(&self) -> HashSet<String> {
        let is_unknown = |id: &&String| matches!(self.stages.get(id), Some(ScriptedStage::Unknown { .. }));
        self.unclear.iter().filter(is_unknown).cloned().collect()
    }

    /// Nothing more is started, for this reason.
    fn stop(&mut self, halt: Halt) {
        self.halt = Some(halt);
        self.monitor.ask(Command::TakeBack);
    }

    /// A pause ends only with what it waits for: a script does not give again a yes that was given once.
    fn paused(&mut self, outcome: &ReportedOutcome) {
        // A run that was stopped meanwhile does not continue.
        let Some(pause) = self.pause.as_mut().filter(|_| self.halt.is_none()) else { return };
        match pause.take(outcome) {
            After::Waits => {}
            After::GoesOn => {
                let agreed_at = pause.began_at;
                self.line("All outcomes are known: the run continues.");
                self.monitor.ask(Command::ResumeRun { agreed_at });
            }
            After::Ends => {
                self.line("One outcome stays unknown. Nothing more is started.");
                self.stop(Halt::new("the outcome of an earlier message stays unknown", Exit::SomeRefused));
            }
        }
    }

    /// A call did nothing: that is reported now and then, with how long it has lasted.
    fn dropped(&mut self, line: &str) {
        if let Some(since) = self.stall.dropped(Instant::now()) {
            let (so_far, minutes) = (self.report.counts().sentence(), LONGEST_STALL.as_secs() / 60);
            let lasting = match since.as_secs() {
                0..10 => String::new(),
                seconds => format!(" Nothing has got through for {seconds} s; after {minutes} minutes the run stops. So far {so_far}"),
            };
            self.line(&format!("{line}{lasting}"));
        }
    }

    /// When a run is given up because every call is dropped; messages that only wait for their outcome are looked up
    /// for as long as it takes.
    fn stall_ends_at(&self) -> Option<Instant> {
        let waits = self.halt.is_none() && self.stages.moving().not_started > 0;
        self.stall.deadline().filter(|_| waits)
    }

    /// Every call has been dropped for too long to keep waiting.
    fn give_up_calling(&mut self) {
        let minutes = LONGEST_STALL.as_secs() / 60;
        self.line(&format!("Nothing has got through for {minutes} minutes. Nothing more is started."));
        self.stop(Halt::new(&format!("nothing got through for {minutes} minutes"), Exit::SomeRefused));
    }

    /// Prints a line, unless it was the last one.
    fn once(&mut self, line: &str) {
        if self.last_line != line {
            line.clone_into(&mut self.last_line);
            self.line(line);
        }
    }

    fn line(&self, line: &str) {
        if !self.quiet {
            self.progress.line(line);
        }
    }
}

/// The end of a run: interrupted, or complete.
impl<W: Write> ScriptedRun<'_, W> {
    /// Ctrl-C: nothing more is started; a request on its way is waited for, unless interrupted again.
    /// Gives whether it was interrupted again.
    async fn interrupt(&mut self, is_waited_for: bool, signals: &mut Signals) -> Result<bool, EarlyExit> {
        // A run that has already stopped keeps its own reason.
        self.halt.get_or_insert_with(|| Halt::new("interrupted", Exit::Done));
        let Moving { under_way, unknown, not_started } = self.stages.moving();
        let counts = self.report.counts();
        self.line(&format!(
            "Stopping: {} accepted, {} refused, {} under way, {} unknown, {not_started} not started. Interrupt again to quit at once.",
            counts.accepted,
            counts.refused,
            counted(under_way, "request"),
            unknown + counts.unknown,
        ));
        self.monitor.ask(if is_waited_for { Command::Stop } else { Command::TakeBack });
        loop {
            let Moving { under_way, not_started, .. } = self.stages.moving();
            if under_way + not_started == 0 {
                return Ok(false);
            }
            tokio::select! {
                update = self.updates.recv() => match update {
                    Some(Update { news: News::Stopped, .. }) | None => return Ok(false),
                    Some(update) => self.take(update)?,
                },
                _ = signals.next() => return Ok(true),
            }
        }
    }

    /// Reports the messages without an outcome, and ends the worker.
    async fn leave(mut self, leaves_now: bool) -> Result<(), EarlyExit> {
        let halt = self.halt.clone().unwrap_or_else(|| Halt::new("the worker failed", Exit::Failed));
        for (id, index) in self.stages.take() {
            let outcome = match index {
                ScriptedStage::NotStarted => not_started(&id, &halt),
                ScriptedStage::UnderWay => ReportedOutcome::left(&id),
                ScriptedStage::Unknown { why, .. } => ReportedOutcome::unknown(&id, &why),
            };
            self.tell(&outcome)?;
        }
        self.monitor.ask(Command::Stop);
        // The worker may still have news; no one receives it any more.
        self.updates.close();
        if leaves_now {
            return Ok(());
        }
        if self.monitor.ended().await.is_err() {
            let next = "Run the command again: it looks up what became of the messages before it sends anything.";
            return Err(
                Failure::new(Exit::Failed, "The worker failed.", "The journal has the outcomes that are missing here.", next).into()
            );
        }
        self.open.end();
        Ok(())
    }
}

fn not_started(id: &str, halt: &Halt) -> ReportedOutcome {
    ReportedOutcome { exit: halt.exit, ..ReportedOutcome::skipped(id, halt.reason.clone()) }
}
