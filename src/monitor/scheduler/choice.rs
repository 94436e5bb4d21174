//! Which call is the most urgent one, and when the next one becomes due.

use jiff::Timestamp;

use super::super::Purpose;
use super::super::active_action::{ActiveAction, Check};
use super::super::active_run::ActiveRun;
use super::{Job, Scheduler};
use crate::postman::Position;

/// Calls for actions in a row before something else gets its turn, or the turn is skipped: actions take three
/// quarters of the budget.
const ACTIONS_IN_A_ROW: u32 = 3;
/// Requested calls in a row before a page gets its turn: repeated lookups must not keep the screen from being up to
/// date.
const REQUESTED_IN_A_ROW: u32 = 3;

impl Scheduler {
    /// The most urgent call that is due at `now`.
    pub(super) fn job(&self, now: Timestamp) -> Option<(Job, Purpose)> {
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
        if let Some(job) = action.or_else(|| self.asked(now)) {
            return Some(job);
        }
        // Following retried messages takes turns with the pages, which show them as well.
        let follow = || self.due(Purpose::Message, now).map(|index| (Job::ReadFor(index), Purpose::Message));
        // 2. to 4. The head, stretches with messages on the way, history.
        if self.followed { page().or_else(follow) } else { follow().or_else(page) }
    }

    /// Whether a page comes before requested calls.
    pub(super) fn is_pages_turn(&self) -> bool {
        self.requested_in_a_row >= REQUESTED_IN_A_ROW
    }

    /// Whether a page's turn goes to another request, because actions go on.
    pub(super) fn lends_turn(&self) -> bool {
        self.is_pages_turn() && self.actions_in_a_row > 0 && !self.turn_lent
    }

    /// The most urgent request, without actions.
    fn asked(&self, now: Timestamp) -> Option<(Job, Purpose)> {
        if self.batch.as_ref().and_then(|batch| batch.read_at).is_some_and(|at| at <= now) {
            return Some((Job::Batch, Purpose::Batch));
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
        let reads = self.actions.get(index).is_some_and(|active| active.check(now) == Check::Read);
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
    pub(super) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
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
        let ledger = self.reads.then(|| self.ledger.ask_again(now, &self.outlook(now)));
        let readings = search.into_iter().chain(opened).chain(batch).chain(ledger).map(|at| at.max(quiet));
        actions.chain(readings).chain(self.review_at).min()
    }
}
