//! The journal in memory: for tests of the layers above, and the reference for every other backend.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::form::{EntryQuery, JournalBackend, JournalTransaction, RunLock, StateChange, for_journal, one_line};
use super::{ActionAttempt, ActionId, ActionKind, ActionState, Intention, JournalEntry, Note, NoteEntry, RunId, Server, StateError, Who};
use crate::delivery::{BatchId, CampaignId, MessageId};

#[derive(Debug, Default)]
pub(super) struct Memory {
    kept: Mutex<Kept>,
    locks: Arc<Mutex<HashSet<RunId>>>,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    runs: BTreeMap<RunId, Who>,
    /// By number, from 1, each with its tries.
    actions: Vec<(JournalEntry, Vec<ActionAttempt>)>,
    notes: Vec<NoteEntry>,
}

/// Releases a run's lock when dropped.
struct Held {
    run: RunId,
    locks: Arc<Mutex<HashSet<RunId>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.run);
    }
}

impl Memory {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl JournalBackend for Memory {
    fn write(&self, work: &mut dyn FnMut(&mut dyn JournalTransaction) -> Result<(), StateError>) -> Result<(), StateError> {
        let mut kept = self.kept();
        let mut next = kept.clone();
        work(&mut next)?;
        *kept = next;
        Ok(())
    }

    fn read(&self, work: &mut dyn FnMut(&dyn JournalTransaction) -> Result<(), StateError>) -> Result<(), StateError> {
        work(&*self.kept())
    }

    fn check(&self) -> Result<(), StateError> {
        Ok(())
    }

    fn probe(&self) -> Result<(), StateError> {
        Ok(())
    }

    fn lock(&self, run: &RunId) -> Result<RunLock, StateError> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner).insert(run.clone());
        Ok(Box::new(Held { run: run.clone(), locks: Arc::clone(&self.locks) }))
    }

    fn is_alive(&self, run: &RunId) -> bool {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner).contains(run)
    }

    fn with_locks(&self) -> Vec<RunId> {
        Vec::new()
    }

    fn forget_lock(&self, _: &RunId, _: bool) {}
}

impl Kept {
    fn action(&mut self, action: ActionId) -> Result<&mut (JournalEntry, Vec<ActionAttempt>), StateError> {
        self.actions.iter_mut().find(|(entry, _)| entry.id == action).ok_or(StateError::NoSuchAction { action })
    }
}

impl JournalTransaction for Kept {
    fn knows_run(&self, run: &RunId) -> Result<bool, StateError> {
        Ok(self.runs.contains_key(run))
    }

    fn add_run(&mut self, run: &RunId, who: &Who, _: Timestamp) -> Result<(), StateError> {
        self.runs.insert(run.clone(), who.clone());
        Ok(())
    }

    fn entries(&self, wanted: &EntryQuery<'_>) -> Result<Vec<JournalEntry>, StateError> {
        let fits = |entry: &JournalEntry| match *wanted {
            EntryQuery::Newest(_) => true,
            EntryQuery::One(action) => entry.id == action,
            EntryQuery::Open => entry.state.is_open(),
            EntryQuery::OpenOf(server, campaign) => entry.state.is_open() && entry.server == *server && entry.campaign == *campaign,
            EntryQuery::OpenOfRun(run) => entry.state.is_open() && entry.run == *run,
            EntryQuery::RetriesSince(server, campaign, action) => {
                let is_later = entry.id > action && matches!(entry.action, ActionKind::RetryMessage { .. });
                is_later && entry.server == *server && entry.campaign == *campaign
            }
            EntryQuery::On(server, campaign, subject, states) => {
                let is_on = entry.server == *server && entry.campaign == *campaign && entry.action.subject() == subject;
                is_on && states.contains(&entry.state)
            }
            EntryQuery::UploadsOf(server, campaign) => {
                matches!(entry.action, ActionKind::UploadBatch { .. }) && entry.server == *server && entry.campaign == *campaign
            }
            EntryQuery::NewestOfRun(run, subject) => {
                let is_on = match &entry.action {
                    ActionKind::RetryMessage { message, .. } => message.as_str() == subject,
                    ActionKind::RetryBatch { batch, .. } => batch.as_str() == subject,
                    ActionKind::SendMessage { fingerprint, .. } => fingerprint == subject,
                    ActionKind::UploadBatch { sha256, .. } => sha256 == subject,
                };
                entry.run == *run && is_on
            }
        };
        let mut found: Vec<JournalEntry> = self.actions.iter().map(|(entry, _)| entry).filter(|entry| fits(entry)).cloned().collect();
        match *wanted {
            EntryQuery::Newest(limit) => {
                found.reverse();
                found.truncate(limit);
            }
            EntryQuery::On(..) | EntryQuery::UploadsOf(..) => found.reverse(),
            EntryQuery::NewestOfRun(..) => found = found.pop().into_iter().collect(),
            EntryQuery::One(_) | EntryQuery::Open | EntryQuery::OpenOf(..) | EntryQuery::OpenOfRun(_) | EntryQuery::RetriesSince(..) => {}
        }
        Ok(found)
    }

    fn add(&mut self, intention: &Intention) -> Result<ActionId, StateError> {
        let id = ActionId(i64::try_from(self.actions.len()).unwrap_or(i64::MAX) + 1);
        let entry = JournalEntry {
            id,
            run: intention.run.clone(),
            who: self.runs.get(&intention.run).cloned().unwrap_or_default(),
            base_url: intention.base_url.clone(),
            server: intention.server.clone(),
            campaign: intention.campaign.clone(),
            action: intention.action.clone(),
            plan: for_journal(&intention.plan),
            planned_at: intention.planned_at,
            state: ActionState::Intended,
            changed_at: intention.planned_at,
            code: None,
            reason: None,
            trace_id: None,
            resolved_run: None,
            tries: 0,
        };
        self.actions.push((entry, Vec::new()));
        Ok(id)
    }

    fn change(&mut self, action: ActionId, reported: &StateChange<'_>, at: Timestamp) -> Result<(), StateError> {
        let (entry, _) = self.action(action)?;
        entry.state = reported.state;
        entry.changed_at = at;
        entry.code = reported.code.map(one_line);
        entry.reason = reported.reason.map(for_journal);
        entry.trace_id = reported.trace_id.map(one_line);
        entry.resolved_run = reported.resolved_run.cloned();
        Ok(())
    }

    fn add_known(&mut self, action: ActionId, more: Option<&[MessageId]>) -> Result<(), StateError> {
        let (entry, _) = self.action(action)?;
        let ActionKind::SendMessage { known, .. } = &mut entry.action else { return Ok(()) };
        match (known.as_mut(), more) {
            (Some(known), Some(more)) => {
                let new: Vec<MessageId> = more.iter().filter(|message| !known.contains(message)).cloned().collect();
                known.extend(new);
            }
            _ => *known = None,
        }
        Ok(())
    }

    fn set_newest(&mut self, action: ActionId, stamp: Option<Timestamp>) -> Result<(), StateError> {
        if let (JournalEntry { action: ActionKind::UploadBatch { newest, .. }, .. }, _) = self.action(action)? {
            *newest = stamp;
        }
        Ok(())
    }

    fn set_created_batch(&mut self, action: ActionId, batch: &BatchId) -> Result<(), StateError> {
        if let (JournalEntry { action: ActionKind::UploadBatch { created, .. }, .. }, _) = self.action(action)? {
            *created = Some(batch.clone());
        }
        Ok(())
    }

    fn set_created(&mut self, action: ActionId, message: &MessageId) -> Result<(), StateError> {
        if let (JournalEntry { action: ActionKind::SendMessage { created, .. }, .. }, _) = self.action(action)? {
            *created = Some(message.clone());
        }
        Ok(())
    }

    fn refused_with(&self, server: &Server, campaign: &CampaignId, code: &str) -> Result<Vec<MessageId>, StateError> {
        let of_campaign = |entry: &&JournalEntry| entry.server == *server && entry.campaign == *campaign;
        let mut refused: BTreeMap<&str, &MessageId> = BTreeMap::new();
        for entry in self.actions.iter().map(|(entry, _)| entry).filter(of_campaign) {
            let Some(message) = entry.action.message() else { continue };
            match entry.state {
                ActionState::Refused if entry.code.as_deref() == Some(code) => {
                    refused.insert(message.as_str(), message);
                }
                ActionState::Accepted | ActionState::ResolvedAccepted | ActionState::Unknown => {
                    refused.remove(message.as_str());
                }
                _ => {}
            }
        }
        Ok(refused.into_values().cloned().collect())
    }

    fn tries(&self, action: ActionId) -> Result<Vec<ActionAttempt>, StateError> {
        Ok(self.actions.iter().find(|(entry, _)| entry.id == action).map(|(_, tries)| tries.clone()).unwrap_or_default())
    }

    fn add_try(&mut self, action: ActionId, number: u32, at: Timestamp) -> Result<(), StateError> {
        let (entry, tries) = self.action(action)?;
        entry.tries += 1;
        tries.push(ActionAttempt { number, started_at: at, ended_at: None, outcome: None, code: None, reason: None, trace_id: None });
        Ok(())
    }

    fn end_try(&mut self, action: ActionId, number: u32, reported: &StateChange<'_>, at: Timestamp) -> Result<(), StateError> {
        let (_, tries) = self.action(action)?;
        for one in tries.iter_mut().filter(|one| one.number == number) {
            one.ended_at = Some(at);
            one.outcome = Some(reported.state);
            one.code = reported.code.map(one_line);
            one.reason = reported.reason.map(for_journal);
            one.trace_id = reported.trace_id.map(one_line);
        }
        Ok(())
    }

    fn add_note(&mut self, note: &Note) -> Result<(), StateError> {
        let who = self.runs.get(&note.run).cloned().unwrap_or_default();
        self.notes.push(NoteEntry { note: Note { detail: for_journal(&note.detail), ..note.clone() }, who });
        Ok(())
    }

    fn notes(&self, limit: usize) -> Result<Vec<NoteEntry>, StateError> {
        Ok(self.notes.iter().rev().take(limit).cloned().collect())
    }
}
