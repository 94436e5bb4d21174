//! The run of a campaign, with what its worker still has to do for it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::active_action::{ActionRef, is_over};
use super::{Clock, Moment, RunNews, RunPhase};
use crate::action::{
    ActionNumber, ConfirmedRetry, RetryRun, RunEvent, RunState, RunStep, SHARE_OF_BUDGET, StopCause, Subject, UNKNOWN_IN_A_ROW,
};
use crate::delivery::MessageId;
use crate::postman::Explanation;
use crate::state::ActionId;

/// A run, until the next one replaces it.
#[derive(Debug)]
pub(super) struct ActiveRun {
    run: RetryRun,
    /// The number given to each of its messages with the yes.
    numbers: HashMap<MessageId, ActionNumber>,
    /// What a person agreed to, until it is recorded.
    pub to_begin: Vec<ConfirmedRetry>,
    /// The journal's numbers of the messages that were not started.
    pub waiting: HashMap<MessageId, ActionId>,
    /// Messages that will not be started, until that is recorded.
    pub to_give_up: Vec<MessageId>,
    /// The message to start now.
    pub to_start: Option<MessageId>,
    began_at: Timestamp,
    /// When it last moved, or a person last said yes to it.
    pub moved_at: Moment,
    /// Why it was stopped, where more is known than the cause.
    why: Option<Explanation>,
}

impl ActiveRun {
    /// A run of what a person agreed to.
    pub fn new(first: ActionNumber, retries: Vec<ConfirmedRetry>, clock: &Clock) -> Self {
        let mut numbers = HashMap::new();
        let mut to_begin = Vec::with_capacity(retries.len());
        for (index, retry) in retries.into_iter().enumerate() {
            if let Entry::Vacant(number) = numbers.entry(retry.item().message.clone()) {
                number.insert(first.after(index));
                to_begin.push(retry);
            }
        }
        let now = clock.now();
        let agreed_at = to_begin.iter().map(ConfirmedRetry::confirmed_at).min().unwrap_or(now);
        Self {
            run: RetryRun::new(to_begin.iter().map(|retry| retry.item().message.clone())),
            numbers,
            to_begin,
            waiting: HashMap::new(),
            to_give_up: Vec::new(),
            to_start: None,
            began_at: now,
            moved_at: clock.moment_of(agreed_at),
            why: None,
        }
    }

    /// Handles an event. An outcome that comes too long after the last one starts nothing more: the machine was
    /// suspended in between, and nobody agreed to requests sent that late.
    pub fn take(&mut self, event: RunEvent, now: Moment) {
        match event {
            RunEvent::Ended { .. } if is_over(self.moved_at, now) => self.step(RunEvent::Stop(StopCause::Expired)),
            // A person said yes again.
            RunEvent::Ended { .. } | RunEvent::Resume => self.moved_at = now,
            _ => {}
        }
        self.step(event);
    }

    fn step(&mut self, event: RunEvent) {
        match self.run.take(event) {
            RunStep::Wait => {}
            RunStep::Start(message) => {
                self.waiting.remove(&message);
                self.to_start = Some(message);
            }
            RunStep::GiveUp(messages) => self.to_give_up.extend(messages),
        }
    }

    /// These were just read, so they go first.
    pub fn bring_forward(&mut self, first: &HashSet<&MessageId>) {
        self.run.bring_forward(first);
    }

    /// Stops it for a reason.
    pub fn stop(&mut self, cause: StopCause, why: Option<Explanation>) {
        if !self.is_stopped() {
            self.why = why;
        }
        self.step(RunEvent::Stop(cause));
    }

    /// Why its messages are refused, known from the outcome that stops it.
    pub fn access_refused(&mut self, why: Explanation) {
        self.why = Some(why);
    }

    /// Which action the retry of one of its messages is.
    pub fn which(&self, message: &MessageId) -> ActionRef {
        let subject = Subject::Message(message.clone());
        ActionRef { number: self.numbers.get(message).copied(), id: self.waiting.get(message).copied(), subject, created: None }
    }

    pub fn state(&self) -> RunState {
        self.run.state()
    }

    pub fn holds(&self, message: &MessageId) -> bool {
        self.run.holds(message)
    }

    /// Whether it was stopped or is finished.
    pub fn is_stopped(&self) -> bool {
        matches!(self.run.state(), RunState::Stopped(_) | RunState::Done)
    }

    /// How many of its messages are to go, including one under way.
    pub fn to_go(&self) -> usize {
        self.run.counts().to_go
    }

    /// Whether another run may take its place.
    pub fn is_over(&self) -> bool {
        self.run.is_over() && self.to_give_up.is_empty()
    }

    /// Whether messages of it are still being sent, so that following the others is left to the pages that are read
    /// anyway.
    pub fn is_busy(&self) -> bool {
        !self.run.is_over()
    }

    /// How far it has come, at this budget of calls per second.
    pub fn news(&self, calls_per_second: f64) -> RunNews {
        let counts = self.run.counts();
        RunNews {
            total: self.run.total(),
            accepted: counts.accepted,
            refused: counts.refused,
            unknown: counts.unknown,
            not_sent: counts.not_sent,
            skipped: counts.skipped,
            to_go: counts.to_go,
            phase: match self.run.state() {
                RunState::Beginning | RunState::Running => RunPhase::Running,
                RunState::Paused => RunPhase::Paused(paused()),
                RunState::Stopped(cause) => RunPhase::Stopped(self.why.clone().unwrap_or_else(|| stopped(cause))),
                RunState::Done => RunPhase::Done,
            },
            rate: calls_per_second * SHARE_OF_BUDGET,
            began_at: self.began_at,
        }
    }
}

/// The journal's reason for a message that was not started.
pub(super) fn not_started_because(state: RunState) -> &'static str {
    match state {
        RunState::Stopped(StopCause::AccessRefused) => "stopped: the API refuses the key, the permission or the address",
        RunState::Stopped(StopCause::Expired) => "stopped: it was held back for too long after the yes",
        RunState::Stopped(StopCause::Journal) => "stopped: the journal could not be written",
        _ => "stopped",
    }
}

/// The text for a message that was not started.
pub(super) fn not_started_reported(state: RunState) -> Explanation {
    Explanation::new(
        format!("The run was {}.", not_started_because(state)),
        "It had not reached this message; nothing was sent.",
        "Plan it again if it still needs a retry.",
    )
}

/// A second run was asked for.
pub(super) fn one_at_a_time() -> Explanation {
    Explanation::new(
        "No second run was started.",
        "A run of retries is already under way in this campaign.",
        "Wait until it is over, or stop it, then plan again.",
    )
}

fn paused() -> Explanation {
    Explanation::new(
        "The run has paused itself.",
        format!("The outcomes of {UNKNOWN_IN_A_ROW} messages in a row are unknown."),
        "They are being looked up. Check the connection, then resume or stop.",
    )
}

fn stopped(cause: StopCause) -> Explanation {
    let (why, next) = match cause {
        StopCause::Person => {
            ("A person stopped it.", "Messages that were not started were not sent; plan them again if they still need a retry.")
        }
        StopCause::AccessRefused => (
            "The API refuses the key, the permission or the address.",
            "Fix the configuration or the allow list, then plan the rest again.",
        ),
        StopCause::Expired => {
            ("It was held back for more than five minutes: calls were paused or not possible.", "Check what is left and plan it again.")
        }
        StopCause::Journal => ("The journal of actions cannot be written.", "Fix the state folder and start again."),
    };
    Explanation::new("The run was stopped.", why.to_owned(), next.to_owned())
}
