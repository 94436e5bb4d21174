//! The end of a run: interrupted, or complete.

use std::io::Write;

use super::super::super::context::counted;
use super::super::super::signals::Signals;
use super::super::super::{EarlyExit, Exit, Failure};
use super::super::report::ReportedOutcome;
use super::super::stages::{Moving, ScriptedStage};
use super::{Halt, ScriptedRun, not_started};
use crate::monitor::{Command, News, Update};

impl<W: Write> ScriptedRun<'_, W> {
    /// Ctrl-C: nothing more is started; a request on its way is waited for, unless interrupted again.
    /// Gives whether it was interrupted again.
    pub(super) async fn interrupt(&mut self, is_batch: bool, signals: &mut Signals) -> Result<bool, EarlyExit> {
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
        // A batch is not a run: the worker waits for its one call when it ends.
        self.monitor.ask(if is_batch { Command::Stop } else { Command::TakeBack });
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
    pub(super) async fn leave(mut self, leaves_now: bool) -> Result<(), EarlyExit> {
        let halt = self.halt.clone().unwrap_or_else(|| Halt::new("the worker failed", Exit::Failed));
        for (id, index) in self.stages.take() {
            let outcome = match index {
                ScriptedStage::NotStarted => not_started(&id, &halt),
                ScriptedStage::UnderWay => ReportedOutcome::left(&id),
                ScriptedStage::Unknown { why, .. } => ReportedOutcome::unknown(&id, &why),
            };
            self.report.tell(&outcome)?;
        }
        self.monitor.ask(Command::Stop);
        // The worker may still have news; no one receives it any more.
        self.updates.close();
        if leaves_now {
            return Ok(());
        }
        if self.monitor.ended().await.is_err() {
            let next = "Run `postwatch retry` again: it looks up what became of the messages before it sends anything.";
            return Err(
                Failure::new(Exit::Failed, "The worker failed.", "The journal has the outcomes that are missing here.", next).into()
            );
        }
        self.open.end();
        Ok(())
    }
}
