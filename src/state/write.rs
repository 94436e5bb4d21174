//! What is written into the journal, each in one step that is durable when it returns.

use jiff::{SignedDuration, Timestamp};

use super::form::{EntryQuery, JournalTransaction, StateChange};
use super::read::entry;
use super::run::run_is_known;
use super::{ActionAttempt, ActionId, ActionKind, ActionState, Intention, Journal, JournalEntry, Outcome, Resolution, StateError};
use crate::delivery::{BatchId, MessageId};

impl Journal {
    /// Records an intention and claims its message; it is on disk when this returns.
    ///
    /// # Errors
    /// [`StateError::AlreadyOpen`] when an action on the same message is open, [`StateError::TakenSince`] when one
    /// was accepted after it had been read; any error means that the action must not be taken.
    pub fn intend(&self, intention: &Intention) -> Result<ActionId, StateError> {
        self.write(|lines| {
            run_is_known(lines, &intention.run)?;
            match other_action(lines, intention)? {
                Some(other) => Err(other),
                None => lines.add(intention),
            }
        })
    }

    /// Records several intentions in one transaction, and claims their messages; all that were recorded are on disk
    /// when this returns. In the order given: the action, or [`StateError::AlreadyOpen`] or
    /// [`StateError::TakenSince`] as in [`Journal::intend`].
    ///
    /// # Errors
    /// Any error means that none of them may be taken.
    pub fn intend_all(&self, intentions: &[Intention]) -> Result<Vec<Result<ActionId, StateError>>, StateError> {
        self.write(|lines| {
            let mut taken = Vec::with_capacity(intentions.len());
            for intention in intentions {
                run_is_known(lines, &intention.run)?;
                taken.push(match other_action(lines, intention)? {
                    Some(other) => Err(other),
                    None => Ok(lines.add(intention)?),
                });
            }
            Ok(taken)
        })
    }

    /// These actions will not be sent (again): those that are intended and have no try under way become not sent, in
    /// one transaction. Others are left as they are.
    ///
    /// # Errors
    /// When the journal cannot be written; then none of them has changed.
    pub fn give_up(&self, actions: &[ActionId], reason: &str, at: Timestamp) -> Result<(), StateError> {
        let outcome = Outcome::NotSent { reason: reason.to_owned() };
        self.write(|lines| {
            for action in actions {
                if entry(lines, *action)?.state == ActionState::Intended && open_try(lines, *action)?.is_none() {
                    step(lines, *action, &outcome.reported(), at)?;
                }
            }
            Ok(())
        })
    }

    /// A try is about to be sent; returns its number, from 1.
    ///
    /// # Errors
    /// When another try is under way or the action is closed; any error means that the request must not be sent.
    pub fn started(&self, action: ActionId, at: Timestamp) -> Result<u32, StateError> {
        self.write(|lines| {
            if entry(lines, action)?.state != ActionState::Intended {
                return Err(StateError::IllegalTry { action, flaw: "is no longer intended" });
            }
            let last = lines.tries(action)?.pop();
            if last.as_ref().is_some_and(|last| last.outcome.is_none()) {
                return Err(StateError::IllegalTry { action, flaw: "has a try under way" });
            }
            let number = last.map_or(1, |last| last.number + 1);
            lines.add_try(action, number, at)?;
            Ok(number)
        })
    }

    /// The try under way ended in a way that allows it to be sent again automatically (not sent, or refused for the
    /// rate): the try is closed, the action stays intended.
    ///
    /// # Errors
    /// When no try is under way, or the outcome leaves no room for another.
    pub fn goes_again(&self, action: ActionId, outcome: &Outcome, at: Timestamp) -> Result<(), StateError> {
        if !matches!(outcome, Outcome::NotSent { .. } | Outcome::Refused { .. }) {
            return Err(StateError::IllegalTry { action, flaw: "may have been accepted, so it must not be sent again" });
        }
        self.write(|lines| {
            if entry(lines, action)?.state != ActionState::Intended {
                return Err(StateError::IllegalTry { action, flaw: "is no longer intended" });
            }
            let Some(open) = open_try(lines, action)? else {
                return Err(StateError::IllegalTry { action, flaw: "has no try under way" });
            };
            lines.end_try(action, open.number, &outcome.reported(), at)
        })
    }

    /// The action ended; closes the try under way. Without one it can only be given up: "not sent", or "refused"
    /// after a try that was refused for the rate.
    ///
    /// # Errors
    /// When the action is no longer intended, or ends in a way that needs a try.
    pub fn outcome(&self, action: ActionId, outcome: &Outcome, at: Timestamp) -> Result<(), StateError> {
        self.write(|lines| {
            let from = entry(lines, action)?.state;
            if !from.may_become(outcome.state()) {
                return Err(StateError::IllegalStep { action, from, to: outcome.state() });
            }
            let last = lines.tries(action)?.pop();
            match (&last, outcome) {
                (Some(open), _) if open.outcome.is_none() => lines.end_try(action, open.number, &outcome.reported(), at)?,
                (_, Outcome::NotSent { .. }) => {}
                (Some(last), Outcome::Refused { .. }) if last.outcome == Some(ActionState::Refused) => {}
                _ => return Err(StateError::IllegalTry { action, flaw: "has no try under way" }),
            }
            step(lines, action, &outcome.reported(), at)
        })
    }

    /// An unknown outcome was looked up and stays unknown: records what is known by now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn still_unknown(&self, action: ActionId, reason: &str) -> Result<(), StateError> {
        self.write(|lines| {
            let known = entry(lines, action)?;
            if known.state != ActionState::Unknown {
                return Ok(());
            }
            let reported = StateChange {
                state: known.state,
                code: known.code.as_deref(),
                reason: Some(reason),
                trace_id: known.trace_id.as_deref(),
                resolved_run: None,
            };
            lines.change(action, &reported, known.changed_at)
        })
    }

    /// The messages to the recipient of a send were read again before its request: those that exist now are known, too;
    /// `None` where they could not be read whole, so that a person must decide about a lost answer.
    ///
    /// # Errors
    /// When it cannot be written; then the request must not leave, because its outcome could not be found out.
    pub fn known_before(&self, action: ActionId, known: Option<&[MessageId]>) -> Result<(), StateError> {
        self.write(|lines| lines.add_known(action, known))
    }

    /// The campaign's newest messages were read again before an upload's request: the newest of them has this stamp.
    ///
    /// # Errors
    /// When it cannot be written; then the request must not leave, because its outcome could not be found out.
    pub fn newest_before(&self, action: ActionId, newest: Option<Timestamp>) -> Result<(), StateError> {
        self.write(|lines| lines.set_newest(action, newest))
    }

    /// An upload created this batch.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn created_batch(&self, action: ActionId, batch: &BatchId) -> Result<(), StateError> {
        self.write(|lines| lines.set_created_batch(action, batch))
    }

    /// A send created this message.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn created(&self, action: ActionId, message: &MessageId) -> Result<(), StateError> {
        self.write(|lines| lines.set_created(action, message))
    }

    /// An unknown outcome was resolved.
    ///
    /// # Errors
    /// When the action is not unknown.
    pub fn resolve(&self, action: ActionId, resolution: &Resolution, at: Timestamp) -> Result<(), StateError> {
        self.write(|lines| {
            if let Resolution::ByPerson { run, .. } = resolution {
                run_is_known(lines, run)?;
            }
            step(lines, action, &resolution.reported(), at)?;
            let run = entry(lines, action)?.run;
            self.sweep_run(lines, &run)
        })
    }
}

/// Takes a step, if the table of states allows it.
pub(super) fn step(
    lines: &mut dyn JournalTransaction,
    action: ActionId,
    reported: &StateChange<'_>,
    at: Timestamp,
) -> Result<(), StateError> {
    let from = entry(lines, action)?.state;
    if !from.may_become(reported.state) {
        return Err(StateError::IllegalStep { action, from, to: reported.state });
    }
    lines.change(action, reported, at)
}

/// The try that is under way.
fn open_try(lines: &dyn JournalTransaction, action: ActionId) -> Result<Option<ActionAttempt>, StateError> {
    Ok(lines.tries(action)?.pop().filter(|last| last.outcome.is_none()))
}

/// The error for an action that is in the way: an open one on the same subject, or one that the API accepted after the
/// subject had been read; a retry of the same run is none.
fn other_action(lines: &dyn JournalTransaction, intention: &Intention) -> Result<Option<StateError>, StateError> {
    let subject = intention.action.subject();
    let on = |states| lines.entries(&EntryQuery::On(&intention.server, &intention.campaign, &subject, states));
    if let Some(open) = on([ActionState::Intended, ActionState::Unknown])?.into_iter().next() {
        return Ok(Some(StateError::AlreadyOpen { action: open.id, since: open.planned_at, run: open.run, state: open.state }));
    }
    let Some(read_at) = intention.read_at else { return Ok(None) };
    let by_person = on([ActionState::ResolvedByPerson; 2])?.into_iter().filter(JournalEntry::went);
    let newest = on([ActionState::Accepted, ActionState::ResolvedAccepted])?.into_iter().chain(by_person).max_by_key(|entry| entry.id);
    // What a run retried itself, its own readings show. A send or an upload may come from a plan of before the last one.
    let is_retry = matches!(intention.action, ActionKind::RetryMessage { .. } | ActionKind::RetryBatch { .. });
    let is_own = |taken: &JournalEntry| is_retry && taken.run == intention.run;
    let taken = newest.filter(|taken| !is_own(taken) && !has_seen(&intention.action, read_at, taken));
    Ok(taken.map(|taken| StateError::TakenSince { action: taken.id, at: taken.changed_at, run: taken.run }))
}

/// How much later, by the wall clock, a message must have been read to count as read after a retry whose attempt it
/// does not show.
const LATER: SignedDuration = SignedDuration::from_mins(2);

/// Whether the person who intends it knew of an accepted retry. Its attempts show that by the server's own times and
/// counts; the wall clock, which may have been set in between, decides only where there are none.
fn has_seen(action: &ActionKind, read_at: Timestamp, taken: &JournalEntry) -> bool {
    let by_the_wall = read_at.duration_since(taken.changed_at);
    let (
        ActionKind::RetryMessage { attempts, newest_attempt, read_from, .. },
        ActionKind::RetryMessage { attempts: count, newest_attempt: newest, read_from: from, .. },
    ) = (action, &taken.action)
    else {
        return !by_the_wall.is_negative();
    };
    match (newest_attempt.zip(*newest), attempts.zip(*count).filter(|_| read_from == from)) {
        (None, None) => !by_the_wall.is_negative(),
        (stamps, counts) => {
            stamps.is_some_and(|(now, then)| now > then) || counts.is_some_and(|(now, then)| now > then) || by_the_wall >= LATER
        }
    }
}
