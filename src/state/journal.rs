//! The journal as the rest of the program sees it, whatever its storage.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::form::{JournalBackend, JournalTransaction};
use super::memory::Memory;
use super::sqlite::{FILE_NAME, Sqlite};
use super::{Note, NoteKind, Run, RunId, StateError};
use crate::delivery::CampaignId;

/// The journal of actions, their claims and notes. A clone is another handle on the same journal. Callers do not know
/// how it is stored.
#[derive(Debug, Clone)]
pub struct Journal {
    form: Arc<dyn JournalBackend>,
    /// Whether a write has failed since [`Journal::take_failure`] was last called, by any handle.
    has_failed: Arc<AtomicBool>,
    /// Asked before and after every write: where it says no, the program counts as having died there.
    #[cfg(test)]
    gate: Arc<std::sync::Mutex<Option<Gate>>>,
    /// How long the disk pretends to take: for each of the next writes, then for all others.
    #[cfg(test)]
    slowness: Arc<std::sync::Mutex<(std::collections::VecDeque<std::time::Duration>, std::time::Duration)>>,
}

/// Two handles are equal when they refer to the same journal.
impl PartialEq for Journal {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.form, &other.form)
    }
}

#[cfg(test)]
#[derive(Clone)]
struct Gate(Arc<dyn Fn() -> bool + Send + Sync>);

#[cfg(test)]
impl std::fmt::Debug for Gate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Gate")
    }
}

/// The journal, or why it cannot be written: reading from the API goes on without it.
#[derive(Debug, Clone, PartialEq)]
pub enum JournalAccess {
    /// Actions can be recorded, and so can be taken.
    Writable(Journal),
    /// No action may be taken.
    ReadOnly {
        /// What can still be read of it.
        journal: Option<Journal>,
        /// Why, and what to do about it.
        why: String,
    },
}

impl Journal {
    /// Opens the journal of a folder for writing; creates folder and file where they are missing.
    ///
    /// # Errors
    /// When it cannot be written, is damaged, or is open to others. A damaged file is left as it is.
    pub fn open(folder: &Path) -> Result<Journal, StateError> {
        Ok(Journal::of(Arc::new(Sqlite::open(folder)?)))
    }

    /// A journal that goes away with its last handle, for tests.
    pub fn in_memory() -> Journal {
        Journal::of(Arc::new(Memory::default()))
    }

    pub(super) fn of(form: Arc<impl JournalBackend + 'static>) -> Journal {
        Journal {
            form,
            has_failed: Arc::default(),
            #[cfg(test)]
            gate: Arc::default(),
            #[cfg(test)]
            slowness: Arc::default(),
        }
    }

    /// Does some work in one step that excludes every other writer from the start and is durable when this returns.
    pub(super) fn write<T>(&self, work: impl FnOnce(&mut dyn JournalTransaction) -> Result<T, StateError>) -> Result<T, StateError> {
        let written = self.try_to_write(work);
        if written.as_ref().is_err_and(StateError::is_of_the_journal) {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        written
    }

    fn try_to_write<T>(&self, work: impl FnOnce(&mut dyn JournalTransaction) -> Result<T, StateError>) -> Result<T, StateError> {
        #[cfg(test)]
        self.pass()?;
        let (mut work, mut done) = (Some(work), None);
        self.form.write(&mut |lines| {
            if let Some(work) = work.take() {
                done = Some(work(lines)?);
            }
            Ok(())
        })?;
        #[cfg(test)]
        self.pass()?;
        done.ok_or_else(StateError::not_done)
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&dyn JournalTransaction) -> Result<T, StateError>) -> Result<T, StateError> {
        let (mut work, mut done) = (Some(work), None);
        self.form.read(&mut |lines| {
            if let Some(work) = work.take() {
                done = Some(work(lines)?);
            }
            Ok(())
        })?;
        done.ok_or_else(StateError::not_done)
    }

    /// Whether what is written would still be found by whoever opens the journal next. Writes nothing, so a full disk
    /// is noticed only at the next write.
    ///
    /// # Errors
    /// If its files were removed, replaced or cut.
    pub fn check(&self) -> Result<(), StateError> {
        self.form.check()
    }

    /// Whether it can be written now, tested by a write that changes nothing.
    ///
    /// # Errors
    /// If it cannot be written, with the reason.
    pub fn probe(&self) -> Result<(), StateError> {
        self.form.probe()
    }

    /// Whether a write has failed since the last call, by any handle.
    pub fn take_failure(&self) -> bool {
        self.has_failed.swap(false, Ordering::Relaxed)
    }

    pub(super) fn form(&self) -> &dyn JournalBackend {
        self.form.as_ref()
    }

    /// Puts a gate before and after every write, so that a test can stop at any of them.
    #[cfg(test)]
    pub(crate) fn set_gate(&self, gate: impl Fn() -> bool + Send + Sync + 'static) {
        *self.gate.lock().unwrap() = Some(Gate(Arc::new(gate)));
    }

    /// Makes the disk slow, by a test's own clock: each write waits for this long first.
    #[cfg(test)]
    pub(crate) fn set_slowness(&self, slowness: std::time::Duration) {
        self.slowness.lock().unwrap().1 = slowness;
    }

    /// Makes it slow for the next writes only.
    #[cfg(test)]
    pub(crate) fn set_next_slowness(&self, slowness: impl IntoIterator<Item = std::time::Duration>) {
        self.slowness.lock().unwrap().0.extend(slowness);
    }

    /// How slow the disk is for this write.
    #[cfg(test)]
    pub(crate) fn slowness(&self) -> std::time::Duration {
        let mut slowness = self.slowness.lock().unwrap();
        let usual = slowness.1;
        slowness.0.pop_front().unwrap_or(usual)
    }

    #[cfg(test)]
    fn pass(&self) -> Result<(), StateError> {
        let gate = self.gate.lock().unwrap().clone();
        match gate {
            Some(gate) if !gate.0() => Err(StateError::ReadOnly { why: "the program stopped here".to_owned() }),
            _ => Ok(()),
        }
    }

    /// Whether a run's process is alive.
    pub(super) fn is_alive(&self, id: &RunId) -> bool {
        self.form.is_alive(id)
    }
}

impl JournalAccess {
    /// Opens the journal of a folder as far as possible.
    pub fn open(folder: &Path) -> JournalAccess {
        match Journal::open(folder) {
            Ok(journal) => JournalAccess::Writable(journal),
            Err(error) => JournalAccess::without(folder, error),
        }
    }

    /// What remains of a folder's journal that could not be opened for writing.
    pub fn without(folder: &Path, error: StateError) -> JournalAccess {
        let journal = match &error {
            StateError::NotAJournal { .. } | StateError::Newer { .. } => None,
            _ => Sqlite::open_to_read(folder).ok().map(|form| Journal::of(Arc::new(form))),
        };
        let why = match error {
            StateError::ReadOnly { why } => why,
            other => other.explained(),
        };
        JournalAccess::ReadOnly { journal, why }
    }

    /// The same for reading only: a missing journal is not created. `None` where nothing was ever recorded.
    ///
    /// # Errors
    /// If it is impossible to know whether there is one.
    pub fn look(folder: &Path) -> Result<Option<JournalAccess>, StateError> {
        let path = folder.join(FILE_NAME);
        match path.try_exists() {
            Ok(exists) => Ok(exists.then(|| JournalAccess::open(folder))),
            Err(source) => Err(StateError::Folder { path, source }),
        }
    }

    /// The journal for writing.
    ///
    /// # Errors
    /// If it is read-only, with the reason why actions are refused.
    pub fn writable(&self) -> Result<&Journal, StateError> {
        match self {
            JournalAccess::Writable(journal) => Ok(journal),
            JournalAccess::ReadOnly { why, .. } => Err(StateError::ReadOnly { why: why.clone() }),
        }
    }

    /// The journal for reading, where there is one.
    pub fn readable(&self) -> Option<&Journal> {
        match self {
            JournalAccess::Writable(journal) => Some(journal),
            JournalAccess::ReadOnly { journal, .. } => journal.as_ref(),
        }
    }
}

/// The journal as far as it is open, and this run of the program in it.
#[derive(Debug, Clone)]
pub struct JournalHandle {
    /// The journal.
    pub access: JournalAccess,
    /// This run; `None` where nothing can be written.
    pub run: Option<Arc<Run>>,
}

impl JournalHandle {
    /// Notes a reveal, an export, an unlock in a campaign.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn note(&self, kind: NoteKind, detail: String, base_url: String, campaign: CampaignId, at: Timestamp) -> Result<(), StateError> {
        let journal = self.access.writable()?;
        let run = self.run.as_ref().ok_or_else(|| StateError::ReadOnly { why: "this program has begun no run in it".to_owned() })?;
        journal.note(&Note { run: run.id().clone(), at, kind, base_url: Some(base_url), campaign: Some(campaign), detail })
    }
}
