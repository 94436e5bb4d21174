//! What is written into the journal, each step in one transaction that is on disk when it returns.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::read::entries;
use super::row::last_try;
use super::text::{impersonal, one_line};
use super::{
    ActionId, ActionKind, ActionState, Intention, Journal, JournalEntry, Outcome, Resolution, Run, RunId, StateError, Try, Who, run,
};
use crate::delivery::{BatchId, MessageId};

impl Journal {
    /// Begins a run: notes who it is and takes its lock. Keep the value as long as the run lasts.
    /// Lock files of dead runs that left nothing open are removed.
    ///
    /// # Errors
    /// When the run cannot be written down or locked; then no action may be taken.
    pub fn begin_run(&self, id: RunId, who: &Who, at: Timestamp) -> Result<Run, StateError> {
        // Inside a transaction that keeps others out, no other process can take the new file for a
        // dead run's before its lock is held.
        self.write("written", |transaction| {
            transaction
                .execute(
                    "INSERT INTO runs (id, started_at, user, ssh_source, sudo_user) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![id.as_str(), at.to_string(), who.user, who.ssh_source, who.sudo_user],
                )
                .map_err(StateError::database("written"))?;
            let path = run::lock_path(self.folder(), &id);
            let run = Run::lock(self.folder(), id).map_err(|source| StateError::Folder { path, source })?;
            self.sweep(transaction)?;
            Ok(run)
        })
    }

    /// Writes an intention down and claims its message; it is on disk when this returns.
    ///
    /// # Errors
    /// [`StateError::AlreadyOpen`] when an action on the same message is open,
    /// [`StateError::TakenSince`] when one was taken after it had been read; any error means that the
    /// action must not be taken.
    pub fn intend(&self, intention: &Intention) -> Result<ActionId, StateError> {
        self.write("written", |transaction| {
            run_is_known(transaction, &intention.run)?;
            let claim = intention.action.claim();
            if let Some(other) = other_action(transaction, intention, &claim)? {
                return Err(other);
            }
            insert(transaction, intention, &claim)
        })
    }

    /// Writes several intentions down in one transaction, and claims their messages; all that were
    /// taken are on disk when this returns. In the order given: the action, or
    /// [`StateError::AlreadyOpen`] or [`StateError::TakenSince`] as in [`Journal::intend`].
    ///
    /// # Errors
    /// Any error means that none of them may be taken.
    pub fn intend_all(&self, intentions: &[Intention]) -> Result<Vec<Result<ActionId, StateError>>, StateError> {
        self.write("written", |transaction| {
            let mut taken = Vec::with_capacity(intentions.len());
            for intention in intentions {
                run_is_known(transaction, &intention.run)?;
                let claim = intention.action.claim();
                taken.push(match other_action(transaction, intention, &claim)? {
                    Some(other) => Err(other),
                    None => Ok(insert(transaction, intention, &claim)?),
                });
            }
            Ok(taken)
        })
    }

    /// These actions will not be tried (again): those that are intended and have no try under way
    /// become not sent, in one transaction. Others are left as they are.
    ///
    /// # Errors
    /// When the journal cannot be written; then none of them has changed.
    pub fn give_up(&self, actions: &[ActionId], reason: &str, at: Timestamp) -> Result<(), StateError> {
        let outcome = Outcome::NotSent { reason: reason.to_owned() };
        self.write("written", |transaction| {
            for action in actions {
                if state(transaction, *action)? == ActionState::Intended && open_try(transaction, *action)?.is_none() {
                    step(transaction, *action, &outcome.told(), at)?;
                }
            }
            Ok(())
        })
    }

    /// A try is about to leave; gives its number, from 1.
    ///
    /// # Errors
    /// When another try is under way or the action is closed; any error means that the request
    /// must not leave.
    pub fn started(&self, action: ActionId, at: Timestamp) -> Result<u32, StateError> {
        self.write("written", |transaction| {
            if state(transaction, action)? != ActionState::Intended {
                return Err(StateError::IllegalTry { action, flaw: "is not intended any more" });
            }
            let last = last_try(transaction, action).map_err(StateError::database("read"))?;
            if last.as_ref().is_some_and(|last| last.outcome.is_none()) {
                return Err(StateError::IllegalTry { action, flaw: "has a try under way" });
            }
            let number = last.map_or(1, |last| last.number + 1);
            transaction
                .execute("INSERT INTO tries (action, number, started_at) VALUES (?1, ?2, ?3)", params![action.0, number, at.to_string()])
                .map_err(StateError::database("written"))?;
            Ok(number)
        })
    }

    /// The try under way ended in a way after which it may go again by itself (not sent, or refused
    /// for the rate): the try is closed, the action stays intended.
    ///
    /// # Errors
    /// When no try is under way, or the outcome leaves no room for another.
    pub fn goes_again(&self, action: ActionId, outcome: &Outcome, at: Timestamp) -> Result<(), StateError> {
        if !matches!(outcome, Outcome::NotSent { .. } | Outcome::Refused { .. }) {
            return Err(StateError::IllegalTry { action, flaw: "may have been taken, so it must not go again" });
        }
        self.write("written", |transaction| {
            if state(transaction, action)? != ActionState::Intended {
                return Err(StateError::IllegalTry { action, flaw: "is not intended any more" });
            }
            let Some(open) = open_try(transaction, action)? else {
                return Err(StateError::IllegalTry { action, flaw: "has no try under way" });
            };
            close_try(transaction, action, open.number, outcome, at)
        })
    }

    /// The action ended; closes the try under way. Without one it can only be given up: "not sent",
    /// or "refused" after a try that was refused for the rate.
    ///
    /// # Errors
    /// When the action is not intended any more, or ends in a way that needs a try.
    pub fn outcome(&self, action: ActionId, outcome: &Outcome, at: Timestamp) -> Result<(), StateError> {
        self.write("written", |transaction| {
            let from = state(transaction, action)?;
            if !from.may_become(outcome.state()) {
                return Err(StateError::IllegalStep { action, from, to: outcome.state() });
            }
            let last = last_try(transaction, action).map_err(StateError::database("read"))?;
            match (&last, outcome) {
                (Some(open), _) if open.outcome.is_none() => close_try(transaction, action, open.number, outcome, at)?,
                (_, Outcome::NotSent { .. }) => {}
                (Some(last), Outcome::Refused { .. }) if last.outcome == Some(ActionState::Refused) => {}
                _ => return Err(StateError::IllegalTry { action, flaw: "has no try under way" }),
            }
            step(transaction, action, &outcome.told(), at)
        })
    }

    /// An unknown outcome was cleared up.
    ///
    /// # Errors
    /// When the action is not unknown.
    pub fn resolve(&self, action: ActionId, resolution: &Resolution, at: Timestamp) -> Result<(), StateError> {
        self.write("written", |transaction| {
            if let Resolution::ByPerson { run, .. } = resolution {
                run_is_known(transaction, run)?;
            }
            step(transaction, action, &resolution.told(), at)?;
            let run = entries(transaction, "WHERE a.id = ?1", [action.0])?.into_iter().next().map(|entry| entry.run);
            run.map_or(Ok(()), |run| self.sweep_run(transaction, &run))
        })
    }
}

/// What a step writes into an action's line.
pub(super) struct Told<'a> {
    state: ActionState,
    code: Option<&'a str>,
    reason: Option<&'a str>,
    trace_id: Option<&'a str>,
    resolved_run: Option<&'a RunId>,
}

impl<'a> Told<'a> {
    fn new(state: ActionState, reason: Option<&'a str>) -> Self {
        Self { state, code: None, reason, trace_id: None, resolved_run: None }
    }
}

impl Outcome {
    pub(super) fn told(&self) -> Told<'_> {
        match self {
            Outcome::NotSent { reason } | Outcome::Unknown { reason } => Told::new(self.state(), Some(reason)),
            Outcome::Accepted => Told::new(self.state(), None),
            Outcome::Refused { code, reason, trace_id } => {
                Told { code: code.as_deref(), trace_id: trace_id.as_deref(), ..Told::new(self.state(), Some(reason)) }
            }
        }
    }
}

impl Resolution {
    fn told(&self) -> Told<'_> {
        match self {
            Resolution::Accepted { reason } | Resolution::NotAccepted { reason } => Told::new(self.state(), Some(reason)),
            Resolution::ByPerson { went, run } => {
                let reason = if *went { "a person says that it went" } else { "a person says that it did not go" };
                Told { resolved_run: Some(run), ..Told::new(self.state(), Some(reason)) }
            }
        }
    }
}

/// Takes a step, if the table of states allows it.
pub(super) fn step(transaction: &Transaction<'_>, action: ActionId, told: &Told<'_>, at: Timestamp) -> Result<(), StateError> {
    let from = state(transaction, action)?;
    if !from.may_become(told.state) {
        return Err(StateError::IllegalStep { action, from, to: told.state });
    }
    transaction
        .execute(
            "UPDATE actions SET state = ?2, changed_at = ?3, code = ?4, reason = ?5, trace_id = ?6, resolved_run = ?7 WHERE id = ?1",
            params![
                action.0,
                told.state.word(),
                at.to_string(),
                told.code.map(one_line),
                told.reason.map(impersonal),
                told.trace_id.map(one_line),
                told.resolved_run.map(RunId::as_str)
            ],
        )
        .map_err(StateError::database("written"))?;
    Ok(())
}

pub(super) fn close_try(
    transaction: &Transaction<'_>,
    action: ActionId,
    number: u32,
    outcome: &Outcome,
    at: Timestamp,
) -> Result<(), StateError> {
    let told = outcome.told();
    transaction
        .execute(
            "UPDATE tries SET ended_at = ?3, outcome = ?4, code = ?5, reason = ?6, trace_id = ?7 WHERE action = ?1 AND number = ?2",
            params![
                action.0,
                number,
                at.to_string(),
                told.state.word(),
                told.code.map(one_line),
                told.reason.map(impersonal),
                told.trace_id.map(one_line)
            ],
        )
        .map_err(StateError::database("written"))?;
    Ok(())
}

fn open_try(transaction: &Transaction<'_>, action: ActionId) -> Result<Option<Try>, StateError> {
    let last = last_try(transaction, action).map_err(StateError::database("read"))?;
    Ok(last.filter(|last| last.outcome.is_none()))
}

fn state(transaction: &Transaction<'_>, action: ActionId) -> Result<ActionState, StateError> {
    let word: Option<String> = transaction
        .query_row("SELECT state FROM actions WHERE id = ?1", [action.0], |row| row.get(0))
        .optional()
        .map_err(StateError::database("read"))?;
    let word = word.ok_or(StateError::NoSuchAction { action })?;
    ActionState::from_word(&word).ok_or_else(|| StateError::BadLine { action, flaw: format!("`{word}` is no state") })
}

pub(super) fn run_is_known(transaction: &Transaction<'_>, run: &RunId) -> Result<(), StateError> {
    let known: Option<i64> = transaction
        .query_row("SELECT 1 FROM runs WHERE id = ?1", [run.as_str()], |row| row.get(0))
        .optional()
        .map_err(StateError::database("read"))?;
    known.map(|_| ()).ok_or_else(|| StateError::NoSuchRun { run: run.clone() })
}

/// The action that stands in the way, as the error it makes: an open one that holds the claim, or one
/// of another run that the API took after the subject had been read.
fn other_action(transaction: &Transaction<'_>, intention: &Intention, claim: &str) -> Result<Option<StateError>, StateError> {
    let subject = [intention.base_url.as_str(), intention.campaign.as_str(), claim];
    let condition = "WHERE a.state IN ('intended', 'unknown') AND a.base_url = ?1 AND a.campaign = ?2 AND a.claim = ?3";
    let found = entries(transaction, condition, subject)?;
    if let Some(open) = found.into_iter().next() {
        return Ok(Some(StateError::AlreadyOpen { action: open.id, since: open.planned_at, run: open.run, state: open.state }));
    }
    let Some(read_at) = intention.read_at else { return Ok(None) };
    let condition = "WHERE a.state IN ('accepted', 'resolved_accepted') AND a.base_url = ?1 AND a.campaign = ?2 AND a.claim = ?3
                     ORDER BY a.id DESC LIMIT 1";
    let newest = entries(transaction, condition, subject)?.into_iter().next();
    let taken = newest.filter(|taken| taken.run != intention.run && !has_seen(&intention.action, read_at, taken));
    Ok(taken.map(|taken| StateError::TakenSince { action: taken.id, at: taken.changed_at, run: taken.run }))
}

/// How much later by the wall clock a message must have been read to count as read after a retry whose attempt it
/// does not show.
const LATER: SignedDuration = SignedDuration::from_mins(2);

/// Whether who intends it knew of a retry that was taken. Its attempts say so by the server's own stamps and counts;
/// the wall clock, which may have been set in between, decides only where there are none.
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

fn insert(transaction: &Transaction<'_>, intention: &Intention, claim: &str) -> Result<ActionId, StateError> {
    let (mut seen_attempts, mut seen_newest, mut seen_from, mut seen_failures) = (None, None, None, None);
    let (mut fingerprint, mut file_name, mut file_rows) = (None, None, None);
    match &intention.action {
        ActionKind::RetryMessage { attempts, newest_attempt, read_from, .. } => {
            seen_attempts = *attempts;
            seen_newest = newest_attempt.map(|at| at.to_string());
            seen_from = Some(read_from.word());
        }
        ActionKind::RetryBatch { failures, attempts, .. } => {
            seen_failures = *failures;
            seen_attempts = *attempts;
        }
        ActionKind::SendMessage { fingerprint: hash } => fingerprint = Some(hash),
        ActionKind::UploadBatch { file_name: name, rows } => {
            file_name = Some(name);
            file_rows = Some(*rows);
        }
    }
    transaction
        .execute(
            "INSERT INTO actions (run, base_url, campaign, kind, message, batch, claim, seen_attempts, seen_newest, seen_from,
                 seen_failures, fingerprint, file_name, file_rows, plan, planned_at, state, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 'intended', ?16)",
            params![
                intention.run.as_str(),
                intention.base_url,
                intention.campaign.as_str(),
                intention.action.word(),
                intention.action.message().map(MessageId::as_str),
                intention.action.batch().map(BatchId::as_str),
                claim,
                seen_attempts,
                seen_newest,
                seen_from,
                seen_failures,
                fingerprint,
                file_name,
                file_rows,
                impersonal(&intention.plan),
                intention.planned_at.to_string(),
            ],
        )
        .map_err(StateError::database("written"))?;
    Ok(ActionId(transaction.last_insert_rowid()))
}
