//! All that a worker knows when it decides what to do next, and that decision. No IO.

mod batches; // those to be read completely
mod prepare; // what must be known before something is sent

pub(super) use batches::BatchRequest;
pub(super) use prepare::PrepareRequest;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::active_action::{ActionPhase, ActiveAction, Check};
use super::active_run::ActiveRun;
use super::budget::{Budget, add};
use super::call_slots::{CallSlot, DiskTime, Turn};
use super::{Attendance, Fetch, Generation, Ledger, Outlook, Purpose};
use crate::delivery::{Beside, MessageId, RecipientQuery};
use crate::postman::{Cursor, LONGEST_RETRY_AFTER, Position, backoff};

/// How many recipients one search call asks for: a screen or two, since a person reads them.
pub(super) const SEARCH_PAGE: u16 = 100;
/// How often a search is repeated while it is shown.
pub(super) const SEARCH_AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// How long a message must be open before it is read, where another one was open before it.
pub(super) const GOING_ON: SignedDuration = SignedDuration::from_millis(150);
/// How often an open message that can still change is read.
pub(super) const OPENED_AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// How many messages at most are read again one by one.
const READ_AGAIN: usize = 10;
/// Calls for actions in a row before something else gets its turn, or the turn is skipped: actions take three
/// quarters of the budget.
const ACTIONS_IN_A_ROW: u32 = 3;
/// Requested calls in a row before a page gets its turn: repeated lookups must not keep the screen from being up to
/// date.
const REQUESTED_IN_A_ROW: u32 = 3;
/// Nothing holds calls back for longer: the longest case is a server that asks to wait.
const LONGEST_TROUBLE: SignedDuration = SignedDuration::from_mins(15);
/// After how long without a failure the count of failures is reset.
const GOOD_MINUTES: SignedDuration = SignedDuration::from_mins(2);
/// How often a campaign whose key or address is refused is tried again: often enough to notice a fix, seldom enough
/// not to look like an attack.
const REFUSED_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// A worker's scheduler.
#[derive(Debug)]
pub(super) struct Scheduler {
    pub ledger: Ledger,
    pub budget: Budget,
    /// The next call's slot in the budget that processes share.
    pub slots: CallSlot,
    /// How long it takes to record a request before it is sent.
    pub disk: DiskTime,
    pub trouble: Option<Trouble>,
    /// Whether it reads automatically at all; a script's retry does not.
    pub reads: bool,
    pub in_view: bool,
    /// Whether the user is at the screen.
    pub attendance: Attendance,
    /// The ceiling of automatic reading while away, calls a second.
    away_rate: f64,
    pub paused: bool,
    pub horizon: SignedDuration,
    /// No older history is read, because there is no room for more.
    pub full: bool,
    pub further: bool,
    pub read_now: bool,
    pub search: Option<Search>,
    pub opened: Option<OpenedMessage>,
    /// Messages that turned out to be retried elsewhere: what is shown of them is out of date.
    read_again: VecDeque<MessageId>,
    /// The batch to be read completely, for a question.
    pub batch: Option<BatchRequest>,
    /// What must be known before something is sent, for a question.
    pub prepare: Option<PrepareRequest>,
    /// The batches to be loaded to their end; the last one goes first.
    pub loads: Vec<BatchRequest>,
    pub actions: Vec<ActiveAction>,
    /// The run of retries, the newest one.
    pub run: Option<ActiveRun>,
    /// When the journal is next checked for other processes' actions.
    pub review_at: Option<Timestamp>,
    /// Calls for actions since the last other one.
    actions_in_a_row: u32,
    /// Requested calls since the last page.
    requested_in_a_row: u32,
    /// Whether the last turn of a page went to a requested call while actions went on.
    turn_lent: bool,
    /// Whether the last call followed a retried message.
    followed: bool,
    /// The last call that was not for an action.
    last_reading: Option<Timestamp>,
}

/// A search that is shown.
#[derive(Debug)]
pub(super) struct Search {
    pub generation: Generation,
    pub query: RecipientQuery,
    /// When it is next repeated; `None` after a refusal, which would come again.
    pub ask_at: Option<Timestamp>,
    /// Where the results continue.
    pub more: Option<Cursor>,
    /// Whether their next page is requested.
    pub further: bool,
    pub found: Vec<MessageId>,
    /// What the first page and the further ones held besides the results.
    pub beside: [Beside; 2],
}

/// The message that is open.
#[derive(Debug)]
pub(super) struct OpenedMessage {
    pub generation: Generation,
    pub message: MessageId,
    /// When it is next read; `None` when it cannot change any more.
    pub read_at: Option<Timestamp>,
}

/// What a worker does next.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum NextStep {
    /// Record the intention of this action.
    Intend(usize),
    /// Record the intentions of the run.
    BeginRun,
    /// Start the next message of the run.
    StartNext,
    /// Record which messages of the run are not started.
    GiveUp,
    /// This one was retried elsewhere since the yes: record that it is not sent.
    Skip(usize),
    /// Check the journal for other processes' actions.
    Review,
    /// Reserve a slot in the budget that processes share, with this much room for the disk.
    Reserve(Duration),
    /// Make a call.
    Call(Job),
    /// Make this call then; a command that comes in between leads to a new decision.
    Wait { until: Timestamp, purpose: Option<Purpose> },
    /// Nothing to do until a command comes.
    Rest,
}

/// A call to make.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Job {
    Post(usize),
    /// Read an action's subject before its request may be sent.
    ReadBefore(usize),
    ReadFor(usize),
    Search {
        generation: Generation,
        query: RecipientQuery,
        position: Position,
    },
    Open {
        generation: Generation,
        message: MessageId,
    },
    ReadAgain(MessageId),
    /// The next page of a batch to be read completely.
    Batch(Generation),
    /// What must be known before something is sent.
    Prepare(Generation),
    Page(Fetch),
}

/// Something that keeps calls from being made.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    /// No call before then.
    pub until: Timestamp,
    /// How many calls failed in a row.
    pub failures: u32,
    /// When the newest one failed.
    pub at: Timestamp,
    /// Whether it is over: kept for the count of failures, which takes two good minutes to reset.
    pub over: bool,
}

/// How a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallFailure {
    /// The call may be repeated.
    Passing { retry_after: Option<Duration> },
    /// Only a person can fix it.
    Refused,
}

impl Scheduler {
    pub fn new(calls_per_second: f64, away_rate: f64, horizon: SignedDuration, reads: bool) -> Self {
        Self {
            ledger: Ledger::default(),
            budget: Budget::new(calls_per_second),
            slots: CallSlot::Wanted { missed: 0 },
            disk: DiskTime::default(),
            trouble: None,
            reads,
            in_view: false,
            attendance: Attendance::Present,
            away_rate: away_rate.max(f64::MIN_POSITIVE),
            paused: false,
            horizon,
            full: false,
            further: false,
            read_now: false,
            search: None,
            opened: None,
            read_again: VecDeque::new(),
            batch: None,
            prepare: None,
            loads: Vec::new(),
            actions: Vec::new(),
            run: None,
            review_at: None,
            actions_in_a_row: 0,
            requested_in_a_row: 0,
            turn_lent: false,
            followed: false,
            last_reading: None,
        }
    }

    /// What to do at `now`.
    pub fn decide(&self, now: Timestamp) -> NextStep {
        // Recording an intention is not a call and waits for nothing.
        if let Some(index) = self.actions.iter().position(|active| matches!(active.phase, ActionPhase::ToIntend(_))) {
            return NextStep::Intend(index);
        }
        if let Some(run) = &self.run {
            if !run.to_give_up.is_empty() {
                return NextStep::GiveUp;
            }
            if !run.to_begin.is_empty() {
                return NextStep::BeginRun;
            }
            if run.to_start.is_some() {
                return NextStep::StartNext;
            }
        }
        let skipped = |active: &ActiveAction| matches!(active.phase, ActionPhase::Ready { .. }) && active.check(now) == Check::Skip;
        if let Some(index) = self.actions.iter().position(skipped) {
            return NextStep::Skip(index);
        }
        if self.review_at.is_some_and(|at| at <= now) {
            return NextStep::Review;
        }
        if self.paused {
            return NextStep::Rest;
        }
        let slot = self.slot(now);
        match self.job(now) {
            Some((_, purpose)) if slot > now => NextStep::Wait { until: slot, purpose: Some(purpose) },
            Some((job, purpose)) => match self.slots.turn(now, self.room_for(&job)) {
                Turn::Reserve => NextStep::Reserve(self.room_for(&job)),
                Turn::Wait(until) => NextStep::Wait { until, purpose: Some(purpose) },
                Turn::Go => NextStep::Call(job),
            },
            None => match self.next_due(now) {
                Some(until) => NextStep::Wait { until: until.max(slot), purpose: None },
                None => NextStep::Rest,
            },
        }
    }

    /// How late a call may use its slot, because something must be on disk first.
    fn room_for(&self, job: &Job) -> Duration {
        if matches!(job, Job::Post(_)) { self.disk.room() } else { Duration::ZERO }
    }

    /// Until when only actions make calls, because the user is away.
    fn quiet_until(&self, now: Timestamp) -> Timestamp {
        let last = self.last_reading.filter(|last| self.is_away() && *last <= now);
        last.map_or(now, |last| add(last, 1.0 / self.away_rate))
    }

    /// Whether the user is away.
    pub fn is_away(&self) -> bool {
        self.attendance == Attendance::Away
    }

    /// Calls a second that automatic reading may make now.
    pub fn reading_rate(&self, now: Timestamp) -> f64 {
        let rate = self.budget.rate(now);
        if self.is_away() { rate.min(self.away_rate) } else { rate }
    }

    /// A message is read again as soon as it gets a turn. For many, the pages are faster.
    pub fn read_again(&mut self, message: MessageId) {
        if self.reads && self.read_again.len() < READ_AGAIN && !self.read_again.contains(&message) {
            self.read_again.push_back(message);
        }
    }

    /// A call is made.
    pub fn call(&mut self, job: &Job, now: Timestamp) {
        let purpose = match job {
            Job::Post(_) | Job::ReadBefore(_) => Some(Purpose::Action),
            Job::ReadFor(index) => self.actions.get(*index).and_then(ActiveAction::due).map(|(_, purpose)| purpose),
            _ => None,
        };
        if let Job::ReadAgain(message) = job {
            self.read_again.retain(|waiting| waiting != message);
        }
        let is_asked = matches!(job, Job::Search { .. } | Job::Open { .. } | Job::ReadAgain(_));
        let lends = is_asked && self.lends_turn();
        self.requested_in_a_row = if lends || matches!(job, Job::Page(_)) { 0 } else { self.requested_in_a_row + 1 };
        self.turn_lent = lends || (self.turn_lent && !matches!(job, Job::Page(_)));
        self.followed = purpose == Some(Purpose::Message);
        if !matches!(purpose, Some(Purpose::Action | Purpose::Outcome)) {
            self.actions_in_a_row = 0;
            self.last_reading = Some(now);
        } else if self.budget.after_a_turn(now) <= now {
            self.actions_in_a_row = 1;
        } else {
            self.actions_in_a_row += 1;
        }
        self.budget.call(now);
        self.slots.used();
    }

    /// When the newest messages are next read, for the meter.
    pub fn head_next(&self, now: Timestamp) -> Option<Timestamp> {
        let wanted = self.reads && !self.paused && self.ledger.has_begun();
        wanted.then(|| self.ledger.head_due(&self.outlook(now)).max(self.slot(now)).max(self.quiet_until(now)))
    }

    pub fn outlook(&self, now: Timestamp) -> Outlook {
        let horizon = if self.full { now } else { now.checked_sub(self.horizon).unwrap_or(Timestamp::MIN) };
        let calls_per_second = self.reading_rate(now);
        Outlook { in_view: self.in_view, horizon, further: self.further, read_now: self.read_now, calls_per_second }
    }
}

/// Which call is the most urgent one, and when the next one becomes due.
impl Scheduler {
    /// The most urgent call that is due at `now`.
    fn job(&self, now: Timestamp) -> Option<(Job, Purpose)> {
        let page = || {
            let fetch = self.reads.then(|| self.ledger.next(now, &self.outlook(now))).flatten()?;
            let purpose = fetch.purpose();
            Some((Job::Page(fetch), purpose))
        };
        if self.quiet_until(now) > now {
            return self.action(now);
        }
        let action = self.action(now);
        if self.is_pages_turn() {
            // Actions would keep all other requests waiting, so those get every second turn.
            let lent = if self.lends_turn() { self.asked(now) } else { None };
            if let Some(job) = lent.or_else(page) {
                return Some(job);
            }
        }
        // 1. Requests.
        if let Some(job) = action.or_else(|| self.asked(now)).or_else(|| self.load(now)) {
            return Some(job);
        }
        // Following retried messages takes turns with the pages, which show them as well.
        let follow = || self.due(Purpose::Message, now).map(|index| (Job::ReadFor(index), Purpose::Message));
        // 2. to 4. The head, stretches with messages on the way, history.
        if self.followed { page().or_else(follow) } else { follow().or_else(page) }
    }

    /// Whether a page comes before requested calls.
    fn is_pages_turn(&self) -> bool {
        self.requested_in_a_row >= REQUESTED_IN_A_ROW
    }

    /// Whether a page's turn goes to another request, because actions go on.
    fn lends_turn(&self) -> bool {
        self.is_pages_turn() && self.actions_in_a_row > 0 && !self.turn_lent
    }

    /// The most urgent request, without actions.
    fn asked(&self, now: Timestamp) -> Option<(Job, Purpose)> {
        if let Some(batch) = self.batch.as_ref().filter(|batch| batch.read_at.is_some_and(|at| at <= now)) {
            return Some((Job::Batch(batch.generation), Purpose::Batch));
        }
        if let Some(wanted) = self.prepare.as_ref().filter(|wanted| wanted.read_at.is_some_and(|at| at <= now)) {
            return Some((Job::Prepare(wanted.generation), Purpose::Search));
        }
        if let Some(search) = &self.search {
            let job = |position| Job::Search { generation: search.generation, query: search.query.clone(), position };
            if search.ask_at.is_some_and(|at| at <= now) {
                return Some((job(Position::Head), Purpose::Search));
            }
            if let Some(cursor) = search.more.clone().filter(|_| search.further) {
                return Some((job(Position::After(cursor)), Purpose::Search));
            }
        }
        if let Some(opened) = self.opened.as_ref().filter(|opened| opened.read_at.is_some_and(|at| at <= now)) {
            return Some((Job::Open { generation: opened.generation, message: opened.message.clone() }, Purpose::Message));
        }
        self.read_again.front().map(|message| (Job::ReadAgain(message.clone()), Purpose::Message))
    }

    /// The most urgent call of an action that is due and has its turn.
    fn action(&self, now: Timestamp) -> Option<(Job, Purpose)> {
        if !self.actions_have_their_turn(now) {
            return None;
        }
        let outcome = self.due(Purpose::Outcome, now).map(|index| (Job::ReadFor(index), Purpose::Outcome));
        outcome.or_else(|| self.due(Purpose::Action, now).map(|index| (self.next_of(index, now), Purpose::Action)))
    }

    /// The next call of an action whose request is to be sent: a subject read too long ago is read first.
    fn next_of(&self, index: usize, now: Timestamp) -> Job {
        let reads = self.actions.get(index).is_some_and(|active| active.check(now) == Check::Read || active.must_read(now));
        if reads { Job::ReadBefore(index) } else { Job::Post(index) }
    }

    /// The action that is due for this purpose, the longest-waiting one first.
    fn due(&self, wanted: Purpose, now: Timestamp) -> Option<usize> {
        let busy = self.reads && self.run.as_ref().is_some_and(ActiveRun::is_busy);
        let due = |active: &ActiveAction| active.due().filter(|(at, purpose)| *purpose == wanted && *at <= now);
        self.actions
            .iter()
            .enumerate()
            .filter(|(_, active)| wanted != Purpose::Message || !busy || !active.in_run)
            .filter_map(|(index, active)| Some((index, due(active)?.0)))
            .min_by_key(|(_, at)| *at)
            .map(|(index, _)| index)
    }

    /// Whether the next call may be for an action: after three of them, a turn goes to something else, or passes.
    fn actions_have_their_turn(&self, now: Timestamp) -> bool {
        self.actions_in_a_row < ACTIONS_IN_A_ROW || self.budget.after_a_turn(now) <= now
    }

    /// When the next call becomes due, while none is.
    fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let quiet = self.quiet_until(now);
        let turn = if self.actions_have_their_turn(now) { now } else { self.budget.after_a_turn(now) };
        let busy = self.reads && self.run.as_ref().is_some_and(ActiveRun::is_busy);
        let actions = self.actions.iter().filter_map(|active| {
            let (at, purpose) = active.due()?;
            let waits_for_run = busy && active.in_run && purpose == Purpose::Message;
            let is_action = matches!(purpose, Purpose::Action | Purpose::Outcome);
            (!waits_for_run).then(|| if is_action { at.max(turn) } else { at.max(quiet) })
        });
        let search = self.search.as_ref().and_then(|search| search.ask_at);
        let opened = self.opened.as_ref().and_then(|opened| opened.read_at);
        let batch = self.batch.as_ref().and_then(|batch| batch.read_at);
        let prepare = self.prepare.as_ref().and_then(|wanted| wanted.read_at);
        let loads = self.open_loads().filter_map(|load| load.read_at).min();
        let ledger = self.reads.then(|| self.ledger.ask_again(now, &self.outlook(now)));
        let readings = search.into_iter().chain(opened).chain(batch).chain(prepare).chain(loads).chain(ledger).map(|at| at.max(quiet));
        actions.chain(readings).chain(self.review_at).min()
    }
}

/// What keeps calls from being made, and for how long.
impl Scheduler {
    /// The earliest time at which a call may be made.
    fn slot(&self, now: Timestamp) -> Timestamp {
        // A clock that was set back must not hold calls back for longer than any trouble may.
        let longest = now + LONGEST_TROUBLE;
        let trouble = self.trouble.as_ref().filter(|trouble| !trouble.over).map(|trouble| trouble.until).filter(|until| *until <= longest);
        self.budget.next_slot(now).max(trouble.unwrap_or(now))
    }

    /// A call failed. Returns until when none is made.
    pub fn failed(&mut self, kind: CallFailure, jitter: f64, now: Timestamp) -> Timestamp {
        let before = self.trouble.as_ref().filter(|trouble| now.duration_since(trouble.at) < GOOD_MINUTES);
        let failures = before.map_or(0, |trouble| trouble.failures) + 1;
        let until = match kind {
            CallFailure::Passing { retry_after } => {
                let own = backoff(failures, jitter);
                add(now, own.max(retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER)).as_secs_f64())
            }
            CallFailure::Refused => now + REFUSED_AGAIN,
        };
        self.trouble = Some(Trouble { until, failures, at: now, over: false });
        until
    }

    /// A call was answered.
    pub fn answered(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.over = true;
        }
    }

    /// A person asked for a call now: only the spacing holds it back.
    pub fn try_now(&mut self) {
        self.read_now = true;
        self.budget.release();
        self.answered();
    }
}
