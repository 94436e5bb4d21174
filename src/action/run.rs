//! A run: several messages retried one after the other. No IO: an event in, the next step out.

use std::collections::{HashMap, HashSet};

use crate::delivery::MessageId;

/// After this many unknown outcomes in a row a run pauses itself: something is wrong that a person should look at
/// before more is risked.
pub const UNKNOWN_IN_A_ROW: u32 = 3;

/// What happens to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEvent {
    /// The intentions are on disk, except for these messages, which cannot be started.
    Begun {
        /// They count as not sent.
        not_taken: Vec<MessageId>,
    },
    /// The message that was started has finished.
    Ended {
        /// Which.
        message: MessageId,
        /// With which outcome.
        end: RunEnd,
    },
    /// An unknown outcome was looked up, or resolved by a person.
    FoundOut {
        /// Which.
        message: MessageId,
        /// Whether the retry was accepted.
        taken: bool,
    },
    /// Start nothing more.
    Stop(StopCause),
    /// A person resumes a run that paused itself.
    Resume,
}

/// How a message of a run ended, as far as the run is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunEnd {
    /// The API accepted it.
    Accepted,
    /// The API refused it.
    Refused,
    /// The API refuses the key, the permission or the address: the same would happen to every other message.
    AccessRefused,
    /// It was not sent and is given up.
    NotSent,
    /// It was retried elsewhere since the yes, so it was not sent.
    Skipped,
    /// The answer was lost.
    Unknown,
}

/// Why a run stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StopCause {
    /// A person asked for it.
    Person,
    /// The API refuses the key, the permission or the address.
    AccessRefused,
    /// It waited for so long that the yes no longer holds.
    Expired,
    /// The journal cannot be written, and nothing may be sent without it.
    Journal,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunStep {
    /// Nothing, until the next event.
    Wait,
    /// Send the retry of this message. It is the only one until its outcome is reported.
    Start(MessageId),
    /// These will not be started: record that.
    GiveUp(Vec<MessageId>),
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunState {
    /// Its intentions are not on disk yet.
    Beginning,
    /// It is running.
    Running,
    /// It paused itself.
    Paused,
    /// It was stopped; a call under way is still awaited.
    Stopped(StopCause),
    /// Nothing is left to do.
    Done,
}

/// How many messages of a run are in which state. They add up to all of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunCounts {
    /// The API accepted them, as known at once or found out later.
    pub accepted: usize,
    /// The API refused them.
    pub refused: usize,
    /// Their outcome is unknown, so far.
    pub unknown: usize,
    /// They were not sent, and will not be.
    pub not_sent: usize,
    /// They were not sent, because they were retried elsewhere since the yes.
    pub skipped: usize,
    /// They are still to go, including one under way.
    pub to_go: usize,
}

/// Retries of several messages, one at a time. A message is started at most once, whatever happens.
#[derive(Debug, Clone)]
pub struct RetryRun {
    order: Vec<MessageId>,
    standings: HashMap<MessageId, Standing>,
    /// The index in `order` of the first message not looked at yet.
    next: usize,
    under_way: Option<MessageId>,
    state: RunState,
    in_a_row: u32,
    counts: RunCounts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Waiting,
    UnderWay,
    Accepted,
    Refused,
    Unknown,
    NotSent,
    Skipped,
}

impl RetryRun {
    /// A run over these messages, in this order; a message named twice is in it once.
    pub fn new(messages: impl IntoIterator<Item = MessageId>) -> Self {
        let mut order = Vec::new();
        let mut standings = HashMap::new();
        for message in messages {
            if standings.insert(message.clone(), Standing::Waiting).is_none() {
                order.push(message);
            }
        }
        let counts = RunCounts { to_go: order.len(), ..RunCounts::default() };
        Self { order, standings, next: 0, under_way: None, state: RunState::Beginning, in_a_row: 0, counts }
    }

    /// Handles an event and returns what to do next. An event that does not fit (the outcome of a message that was
    /// not started, a late answer) changes nothing.
    pub fn take(&mut self, event: RunEvent) -> RunStep {
        match event {
            RunEvent::Begun { not_taken } if matches!(self.state, RunState::Beginning | RunState::Stopped(_)) => {
                for message in not_taken {
                    self.move_from(&message, Standing::Waiting, Standing::NotSent);
                }
                if self.state == RunState::Beginning {
                    self.state = RunState::Running;
                }
            }
            RunEvent::Ended { message, end } if self.under_way.as_ref() == Some(&message) => self.ended(&message, end),
            RunEvent::FoundOut { message, taken } => {
                let found = if taken { Standing::Accepted } else { Standing::NotSent };
                self.move_from(&message, Standing::Unknown, found);
            }
            RunEvent::Stop(cause) if matches!(self.state, RunState::Beginning | RunState::Running | RunState::Paused) => {
                self.state = RunState::Stopped(cause);
            }
            RunEvent::Resume if self.state == RunState::Paused => {
                self.state = RunState::Running;
                self.in_a_row = 0;
            }
            _ => return RunStep::Wait,
        }
        self.go_on()
    }

    fn ended(&mut self, message: &MessageId, end: RunEnd) {
        self.under_way = None;
        let standing = match end {
            RunEnd::Accepted => Standing::Accepted,
            RunEnd::Refused | RunEnd::AccessRefused => Standing::Refused,
            RunEnd::NotSent => Standing::NotSent,
            RunEnd::Skipped => Standing::Skipped,
            RunEnd::Unknown => Standing::Unknown,
        };
        self.move_from(message, Standing::UnderWay, standing);
        // Many that could not be sent are as bad as many unknown ones: each was tried for minutes, so the API cannot
        // be reached.
        self.in_a_row = match end {
            RunEnd::Accepted | RunEnd::Refused | RunEnd::AccessRefused => 0,
            RunEnd::NotSent | RunEnd::Unknown => self.in_a_row + 1,
            // Nothing was tried, so this says nothing about the connection.
            RunEnd::Skipped => self.in_a_row,
        };
        if self.state == RunState::Running {
            if end == RunEnd::AccessRefused {
                self.state = RunState::Stopped(StopCause::AccessRefused);
            } else if self.in_a_row >= UNKNOWN_IN_A_ROW && self.has_waiting() {
                self.state = RunState::Paused;
            }
        }
    }

    fn go_on(&mut self) -> RunStep {
        match self.state {
            RunState::Stopped(_) => {
                let left: Vec<MessageId> = self.waiting().cloned().collect();
                for message in &left {
                    self.move_from(message, Standing::Waiting, Standing::NotSent);
                }
                self.next = self.order.len();
                if left.is_empty() { RunStep::Wait } else { RunStep::GiveUp(left) }
            }
            RunState::Running if self.under_way.is_none() => {
                while let Some(message) = self.order.get(self.next).cloned() {
                    self.next += 1;
                    if self.standings.get(&message) == Some(&Standing::Waiting) {
                        self.standings.insert(message.clone(), Standing::UnderWay);
                        self.under_way = Some(message.clone());
                        return RunStep::Start(message);
                    }
                }
                self.state = RunState::Done;
                RunStep::Wait
            }
            _ => RunStep::Wait,
        }
    }

    fn waiting(&self) -> impl Iterator<Item = &MessageId> {
        self.order.iter().skip(self.next).filter(|message| self.standings.get(message) == Some(&Standing::Waiting))
    }

    fn has_waiting(&self) -> bool {
        self.waiting().next().is_some()
    }

    fn move_from(&mut self, message: &MessageId, from: Standing, to: Standing) {
        let Some(standing) = self.standings.get_mut(message).filter(|standing| **standing == from) else { return };
        *standing = to;
        *self.count(from) = self.count(from).saturating_sub(1);
        *self.count(to) += 1;
    }

    fn count(&mut self, standing: Standing) -> &mut usize {
        match standing {
            Standing::Waiting | Standing::UnderWay => &mut self.counts.to_go,
            Standing::Accepted => &mut self.counts.accepted,
            Standing::Refused => &mut self.counts.refused,
            Standing::Unknown => &mut self.counts.unknown,
            Standing::NotSent => &mut self.counts.not_sent,
            Standing::Skipped => &mut self.counts.skipped,
        }
    }

    /// Moves these ahead of the others that wait, keeping their order: they have just been read.
    pub fn bring_forward(&mut self, first: &HashSet<&MessageId>) {
        let waiting = self.order.split_off(self.next.min(self.order.len()));
        let (first, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|message| first.contains(message));
        self.order.extend(first.into_iter().chain(others));
    }

    /// How many messages it has.
    pub fn total(&self) -> usize {
        self.order.len()
    }

    /// How many are in which state.
    pub fn counts(&self) -> RunCounts {
        self.counts
    }

    /// What it is doing.
    pub fn state(&self) -> RunState {
        self.state
    }

    /// Whether nothing of it waits or is under way any more.
    pub fn is_over(&self) -> bool {
        self.counts.to_go == 0 && matches!(self.state, RunState::Done | RunState::Stopped(_))
    }

    /// Whether a message is part of it.
    pub fn holds(&self, message: &MessageId) -> bool {
        self.standings.contains_key(message)
    }

    /// The messages still to go, including one under way.
    pub fn to_go(&self) -> impl Iterator<Item = &MessageId> {
        self.under_way.iter().chain(self.waiting())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(number: usize) -> MessageId {
        MessageId::new(format!("m{number}"))
    }

    fn run(messages: usize) -> RetryRun {
        RetryRun::new((0..messages).map(id))
    }

    fn begun(messages: usize) -> RetryRun {
        let mut run = run(messages);
        assert_eq!(run.take(RunEvent::Begun { not_taken: vec![] }), RunStep::Start(id(0)));
        run
    }

    fn ended(message: usize, end: RunEnd) -> RunEvent {
        RunEvent::Ended { message: id(message), end }
    }

    #[test]
    fn one_after_the_other_to_the_end() {
        let mut run = begun(3);
        assert_eq!(run.take(ended(0, RunEnd::Accepted)), RunStep::Start(id(1)));
        assert_eq!(run.take(ended(1, RunEnd::Refused)), RunStep::Start(id(2)));
        assert_eq!(run.take(ended(2, RunEnd::Unknown)), RunStep::Wait);
        assert_eq!(run.state(), RunState::Done);
        assert_eq!(run.counts(), RunCounts { accepted: 1, refused: 1, unknown: 1, ..RunCounts::default() });
        assert_eq!(run.take(RunEvent::FoundOut { message: id(2), taken: true }), RunStep::Wait);
        assert_eq!(run.counts(), RunCounts { accepted: 2, refused: 1, ..RunCounts::default() });
    }

    #[test]
    fn what_cannot_be_begun_is_passed_over() {
        let mut run = run(3);
        assert_eq!(run.take(RunEvent::Begun { not_taken: vec![id(0), id(2)] }), RunStep::Start(id(1)));
        run.take(ended(1, RunEnd::Accepted));
        assert!(run.is_over());
        assert_eq!(run.counts(), RunCounts { accepted: 1, not_sent: 2, ..RunCounts::default() });
    }

    #[test]
    fn three_unknown_in_a_row_pause_it_until_a_person_goes_on() {
        let mut run = begun(9);
        run.take(ended(0, RunEnd::Unknown));
        run.take(ended(1, RunEnd::Unknown));
        assert_eq!(run.take(ended(2, RunEnd::Accepted)), RunStep::Start(id(3)), "not three in a row");
        run.take(ended(3, RunEnd::Unknown));
        run.take(ended(4, RunEnd::NotSent));
        assert_eq!(run.take(ended(5, RunEnd::Unknown)), RunStep::Wait);
        assert_eq!(run.state(), RunState::Paused);
        assert_eq!(run.take(RunEvent::FoundOut { message: id(5), taken: true }), RunStep::Wait, "it resumes only for a person");
        assert_eq!(run.take(RunEvent::Resume), RunStep::Start(id(6)));
    }

    #[test]
    fn those_just_read_go_first_and_the_others_keep_their_order() {
        let mut run = begun(5);
        run.bring_forward(&[id(3), id(1), id(0)].iter().collect());
        let mut order = Vec::new();
        let mut step = run.take(ended(0, RunEnd::Accepted));
        while let RunStep::Start(message) = step {
            step = run.take(RunEvent::Ended { message: message.clone(), end: RunEnd::Accepted });
            order.push(message);
        }
        assert_eq!(order, [id(1), id(3), id(2), id(4)]);
        assert_eq!(run.counts().accepted, 5);
    }

    #[test]
    fn those_retried_elsewhere_are_counted_apart_and_pause_nothing() {
        let mut run = begun(9);
        run.take(ended(0, RunEnd::Unknown));
        run.take(ended(1, RunEnd::Unknown));
        for message in 2..6 {
            assert_eq!(run.take(ended(message, RunEnd::Skipped)), RunStep::Start(id(message + 1)));
        }
        assert_eq!(run.take(ended(6, RunEnd::Unknown)), RunStep::Wait, "they say nothing about the connection either");
        assert_eq!(run.counts(), RunCounts { unknown: 3, skipped: 4, to_go: 2, ..RunCounts::default() });
    }

    #[test]
    fn the_last_ones_need_no_pause() {
        let mut run = begun(3);
        for message in 0..3 {
            run.take(ended(message, RunEnd::Unknown));
        }
        assert_eq!(run.state(), RunState::Done);
    }

    #[test]
    fn who_is_kept_out_stops() {
        let mut run = begun(3);
        assert_eq!(run.take(ended(0, RunEnd::AccessRefused)), RunStep::GiveUp(vec![id(1), id(2)]));
        assert_eq!(run.state(), RunState::Stopped(StopCause::AccessRefused));
        assert!(run.is_over());
    }

    #[test]
    fn a_stop_waits_for_the_call_under_way_and_gives_the_rest_up() {
        let mut run = begun(3);
        assert_eq!(run.take(RunEvent::Stop(StopCause::Person)), RunStep::GiveUp(vec![id(1), id(2)]));
        assert!(!run.is_over(), "one is under way");
        assert_eq!(run.take(RunEvent::Resume), RunStep::Wait);
        assert_eq!(run.take(ended(0, RunEnd::Accepted)), RunStep::Wait);
        assert!(run.is_over());
        assert_eq!(run.counts(), RunCounts { accepted: 1, not_sent: 2, ..RunCounts::default() });
    }

    fn event() -> impl Strategy<Value = RunEvent> {
        let message = || (0usize..8).prop_map(id);
        let end = prop::sample::select(vec![
            RunEnd::Accepted,
            RunEnd::Refused,
            RunEnd::AccessRefused,
            RunEnd::NotSent,
            RunEnd::Skipped,
            RunEnd::Unknown,
            RunEnd::Unknown,
        ]);
        let cause = prop::sample::select(vec![StopCause::Person, StopCause::AccessRefused, StopCause::Expired, StopCause::Journal]);
        prop_oneof![
            2 => prop::collection::vec(message(), 0..3).prop_map(|not_taken| RunEvent::Begun { not_taken }),
            12 => (message(), end).prop_map(|(message, end)| RunEvent::Ended { message, end }),
            3 => (message(), any::<bool>()).prop_map(|(message, taken)| RunEvent::FoundOut { message, taken }),
            1 => cause.prop_map(RunEvent::Stop),
            3 => Just(RunEvent::Resume),
        ]
    }

    proptest! {
        #[test]
        fn no_message_is_started_twice_whatever_happens(
            chosen in prop::collection::vec(0usize..8, 0..12),
            events in prop::collection::vec((event(), prop::collection::vec(0usize..8, 0..3)), 0..60),
        ) {
            let mut run = RetryRun::new(chosen.iter().copied().map(id));
            let total = run.total();
            let mut started: Vec<MessageId> = Vec::new();
            let mut given_up: Vec<MessageId> = Vec::new();
            for (event, first) in events {
                let first: Vec<MessageId> = first.into_iter().map(id).collect();
                run.bring_forward(&first.iter().collect());
                let (before, under_way) = (run.state(), run.under_way.clone());
                let ends = matches!(&event, RunEvent::Ended { message, .. } if Some(message) == under_way.as_ref());
                let resumes = event == RunEvent::Resume;
                match run.take(event) {
                    RunStep::Start(message) => {
                        prop_assert!(under_way.is_none() || ends, "two at once");
                        prop_assert!(!matches!(before, RunState::Stopped(_) | RunState::Done), "{before:?} started");
                        prop_assert!(before != RunState::Paused || resumes, "a paused run started");
                        prop_assert!(!started.contains(&message), "{message} twice");
                        prop_assert!(!given_up.contains(&message));
                        started.push(message);
                    }
                    RunStep::GiveUp(messages) => {
                        prop_assert!(messages.iter().all(|message| !started.contains(message)));
                        given_up.extend(messages);
                    }
                    RunStep::Wait => {}
                }
                let counts = run.counts();
                prop_assert_eq!(counts.accepted + counts.refused + counts.unknown + counts.not_sent + counts.skipped + counts.to_go, total);
                prop_assert_eq!(run.to_go().count(), counts.to_go);
            }
        }
    }
}
