//! The run: intentions first, all in one step, then one message after the other.

use std::collections::HashSet;

use super::super::active_action::{ActionPhase, ActionRef, ActiveAction};
use super::super::active_run::{ActiveRun, not_started_because, not_started_reported, one_at_a_time};
use super::super::call_slots::blocking;
use super::super::{ActionStage, News, NoticeWeight};
use super::Worker;
use super::in_the_way::{already_under_way, journal_broken};
use crate::action::{ActionNumber, ConfirmedRetry, RunEvent, StopCause, Subject};
use crate::delivery::{MessageId, counted};
use crate::postman::Explanation;

impl Worker {
    /// A person's yes to several retries.
    pub(super) async fn request_run(&mut self, number: ActionNumber, retries: Vec<ConfirmedRetry>) {
        if self.scheduler.run.as_ref().is_some_and(|run| !run.is_over()) {
            self.notice(NoticeWeight::Problem, one_at_a_time()).await;
            return;
        }
        self.scheduler.run = Some(ActiveRun::new(number, retries, &self.clock));
        if self.scheduler.run.as_ref().is_some_and(|run| run.to_begin.is_empty()) {
            self.run_takes(RunEvent::Begun { not_taken: Vec::new() }).await;
        } else {
            self.tell_run().await;
        }
    }

    /// Records all intentions of the run, in one step that is on disk before anything is sent.
    pub(super) async fn begin_run(&mut self) {
        let Some(run) = &mut self.scheduler.run else { return };
        let (retries, moved_at) = (std::mem::take(&mut run.to_begin), run.moved_at);
        let is_open: HashSet<&MessageId> =
            self.scheduler.actions.iter().filter(|active| active.is_open()).filter_map(ActiveAction::message).collect();
        let (open, retries): (Vec<_>, Vec<_>) = retries.into_iter().partition(|retry| is_open.contains(&retry.item().message));
        let mut not_taken: Vec<(MessageId, Explanation)> = open
            .into_iter()
            .map(|retry| retry.item().message.clone())
            .map(|message| (message.clone(), already_under_way(&Subject::Message(message))))
            .collect();
        let plan = format!("run of {}", counted(retries.len(), "message"));
        let intended = self.intentions(retries.iter().map(|retry| retry.intention(&plan)));
        let written = match intended {
            Ok((journal, intentions)) => blocking(move || journal.intend_all(&intentions)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &written {
            self.tell_if_broken(error).await;
        }
        let mut open_elsewhere = false;
        let mut begun = Vec::with_capacity(retries.len());
        match written {
            Ok(written) => {
                for (retry, written) in retries.iter().zip(written) {
                    let message = retry.item().message.clone();
                    match written {
                        Ok(action) => {
                            let Some(run) = &mut self.scheduler.run else { continue };
                            run.waiting.insert(message.clone(), action);
                            let which = ActionRef { id: Some(action), ..run.which(&message) };
                            self.scheduler.actions.push(ActiveAction::queued(which, retry, moved_at));
                            begun.push(message);
                        }
                        Err(error) => {
                            open_elsewhere |= error.is_already_open();
                            let why = self.not_taken_because(&error, &Subject::Message(message.clone()));
                            if error.is_taken_elsewhere() {
                                self.scheduler.read_again(message.clone());
                            }
                            not_taken.push((message, why));
                        }
                    }
                }
            }
            Err(error) => {
                let why = journal_broken(&error);
                not_taken.extend(retries.iter().map(|retry| (retry.item().message.clone(), why.clone())));
                if let Some(run) = &mut self.scheduler.run {
                    run.stop(StopCause::Journal, Some(why));
                }
            }
        }
        for message in begun {
            self.run_stage(message, ActionStage::Intended).await;
        }
        let messages = not_taken.iter().map(|(message, _)| message.clone()).collect();
        for (message, why) in not_taken {
            self.run_stage(message, ActionStage::NotTaken(why)).await;
        }
        self.run_takes(RunEvent::Begun { not_taken: messages }).await;
        if open_elsewhere {
            self.tell_open().await;
        }
    }

    /// Starts the next message of the run.
    pub(super) async fn start_next(&mut self) {
        let now = self.now();
        let Some(run) = &mut self.scheduler.run else { return };
        let (Some(message), moved_at) = (run.to_start.take(), run.moved_at) else { return };
        let queued =
            |active: &&mut ActiveAction| active.in_run && active.message() == Some(&message) && matches!(active.phase, ActionPhase::Queued);
        if let Some(active) = self.scheduler.actions.iter_mut().find(queued) {
            active.start(moved_at, now);
        }
        // A request to stop may have come in between.
        let index = self.scheduler.actions.iter().position(|active| active.in_run && active.message() == Some(&message));
        if let Some(index) = index {
            self.give_up_waiting(index).await;
        }
    }

    /// Stops the run: the rest is not started, a call under way is finished.
    pub(super) async fn stop_run(&mut self, cause: StopCause, why: Option<Explanation>) {
        let Some(run) = self.scheduler.run.as_mut().filter(|run| !run.is_over()) else { return };
        // Messages that were not even recorded need no line.
        run.to_begin.clear();
        run.stop(cause, why);
        self.tell_run().await;
        // One that waits to be repeated is not under way.
        let waiting = |active: &ActiveAction| active.in_run && matches!(active.phase, ActionPhase::Ready { .. });
        if let Some(index) = self.scheduler.actions.iter().position(waiting) {
            self.give_up_waiting(index).await;
        }
    }

    /// Records which messages were not started.
    pub(super) async fn give_up(&mut self) {
        let Some(run) = &mut self.scheduler.run else { return };
        let messages = std::mem::take(&mut run.to_give_up);
        let left: HashSet<&MessageId> = messages.iter().collect();
        let actions: Vec<_> = messages.iter().filter_map(|message| run.waiting.remove(message)).collect();
        let (state, now) = (run.state(), self.wall());
        let reason = not_started_because(state);
        for active in &mut self.scheduler.actions {
            if active.is_queued() && active.message().is_some_and(|message| left.contains(message)) {
                active.phase = ActionPhase::Over;
            }
        }
        self.record(move |journal| journal.give_up(&actions, reason, now)).await;
        for message in messages {
            self.run_stage(message, ActionStage::NotSent(not_started_reported(state))).await;
        }
        self.tell_run().await;
    }

    /// The run handles an event, and its progress is reported.
    pub(super) async fn run_takes(&mut self, event: RunEvent) {
        let concerns = |run: &ActiveRun| match &event {
            RunEvent::Ended { message, .. } | RunEvent::FoundOut { message, .. } => run.holds(message),
            _ => true,
        };
        let now = self.clock.moment();
        let Some(run) = self.scheduler.run.as_mut().filter(|run| concerns(run)) else { return };
        run.take(event, now);
        self.tell_run().await;
    }

    /// Reports how far a message of the run is.
    async fn run_stage(&self, message: MessageId, stage: ActionStage) {
        if let Some(run) = &self.scheduler.run {
            self.stage(&run.which(&message), stage).await;
        }
    }

    async fn tell_run(&self) {
        if let Some(run) = &self.scheduler.run {
            let news = run.news(self.scheduler.budget.rate(self.now()));
            self.tell(News::Run(news)).await;
        }
    }
}
