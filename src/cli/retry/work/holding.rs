//! What holds a run up, or ends it before all of it was started, and what is said of that.

use std::collections::HashSet;
use std::io::Write;

use tokio::time::Instant;

use super::super::super::Exit;
use super::super::report::ReportedOutcome;
use super::super::stages::RetryStage;
use super::super::waiting::{After, LONGEST_STALL, Pause};
use super::{Halt, ScriptedRun};
use crate::monitor::{Command, RunPhase};

impl<W: Write> ScriptedRun<'_, W> {
    /// What the run as a whole does.
    pub(super) fn phase(&mut self, phase: RunPhase) {
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
            // A refusal that keeps this caller out was told with its message, and the journal's trouble when it came.
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

    /// Those in a row that made the run pause, and are not known yet. What stayed unknown before them is for a person anyway.
    fn still_unclear(&self) -> HashSet<String> {
        let is_unknown = |id: &&String| matches!(self.stages_by_id.get(id), Some(RetryStage::Unknown { .. }));
        self.unclear.iter().filter(is_unknown).cloned().collect()
    }

    /// Nothing more is started, for this reason.
    pub(super) fn stop(&mut self, halt: Halt) {
        self.halt = Some(halt);
        self.monitor.ask(Command::TakeBack);
    }

    /// A pause goes by what it waits for, and by nothing else: a yes that was given once is not given again by a script.
    pub(super) fn paused(&mut self, outcome: &ReportedOutcome) {
        // A run that was stopped meanwhile goes on for nothing.
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

    /// A call did nothing: that is said now and then, and for how long it has been so.
    pub(super) fn dropped(&mut self, line: &str) {
        if let Some(since) = self.stall.dropped(Instant::now()) {
            let (so_far, minutes) = (self.report.counts().sentence(), LONGEST_STALL.as_secs() / 60);
            let lasting = match since.as_secs() {
                0..10 => String::new(),
                seconds => format!(" Nothing has got through for {seconds} s; after {minutes} minutes the run stops. So far {so_far}"),
            };
            self.line(&format!("{line}{lasting}"));
        }
    }

    /// When a run is given up in which every call is dropped; what waits for its outcome alone is looked up for as long as
    /// it takes.
    pub(super) fn stall_ends_at(&self) -> Option<Instant> {
        let waits = self.halt.is_none() && self.stages_by_id.moving().not_started > 0;
        self.stall.deadline().filter(|_| waits)
    }

    /// Every call has been dropped for so long that nobody can wait for it.
    pub(super) fn give_up_calling(&mut self) {
        let minutes = LONGEST_STALL.as_secs() / 60;
        self.line(&format!("Nothing has got through for {minutes} minutes. Nothing more is started."));
        self.stop(Halt::new(&format!("nothing got through for {minutes} minutes"), Exit::SomeRefused));
    }

    /// Says what may be told again and again.
    pub(super) fn once(&mut self, line: &str) {
        if self.last_line != line {
            line.clone_into(&mut self.last_line);
            self.line(line);
        }
    }

    pub(super) fn line(&self, line: &str) {
        if !self.quiet {
            self.progress.line(line);
        }
    }
}
