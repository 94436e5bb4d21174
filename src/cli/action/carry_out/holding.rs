//! What holds a run up, or stops it before all of it was started, and how that is reported.

use std::collections::HashSet;
use std::io::Write;

use tokio::time::Instant;

use super::super::super::Exit;
use super::super::report::ReportedOutcome;
use super::super::stages::ScriptedStage;
use super::super::waiting::{After, LONGEST_STALL, Pause};
use super::{Halt, ScriptedRun};
use crate::monitor::{Command, RunPhase};

impl<W: Write> ScriptedRun<'_, W> {
    /// The phase of the run as a whole.
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
    pub(super) fn stop(&mut self, halt: Halt) {
        self.halt = Some(halt);
        self.monitor.ask(Command::TakeBack);
    }

    /// A pause ends only with what it waits for: a script does not give again a yes that was given once.
    pub(super) fn paused(&mut self, outcome: &ReportedOutcome) {
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

    /// When a run is given up because every call is dropped; messages that only wait for their outcome are looked up
    /// for as long as it takes.
    pub(super) fn stall_ends_at(&self) -> Option<Instant> {
        let waits = self.halt.is_none() && self.stages.moving().not_started > 0;
        self.stall.deadline().filter(|_| waits)
    }

    /// Every call has been dropped for too long to keep waiting.
    pub(super) fn give_up_calling(&mut self) {
        let minutes = LONGEST_STALL.as_secs() / 60;
        self.line(&format!("Nothing has got through for {minutes} minutes. Nothing more is started."));
        self.stop(Halt::new(&format!("nothing got through for {minutes} minutes"), Exit::SomeRefused));
    }

    /// Prints a line, unless it was the last one.
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
