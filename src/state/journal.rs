//! Opening the journal.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use super::StateError;

/// The journal of a state folder. A clone is another handle on the same one.
#[derive(Debug, Clone)]
pub struct Journal {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub folder: PathBuf,
    pub connection: Mutex<Connection>,
}

/// The journal, or why nothing can be written into it: reading the API goes on without.
#[derive(Debug, Clone)]
pub enum JournalAccess {
    /// Actions can be written down, and so can be taken.
    Writable(Journal),
    /// No action may be taken.
    ReadOnly {
        /// What can still be read of it.
        journal: Option<Journal>,
        /// Why, and what to do about it.
        why: String,
    },
}

/// The database's name in the state folder.
pub(super) const FILE_NAME: &str = "journal.sqlite3";

impl Journal {
    /// Opens the journal of a folder for writing; makes folder and file where they are missing.
    ///
    /// # Errors
    /// When it cannot be written, is damaged, or is open to others.
    pub fn open(folder: &Path) -> Result<Journal, StateError> {
        Err(StateError::ReadOnly { why: folder.display().to_string() })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }
}

impl JournalAccess {
    /// Opens the journal of a folder as far as it can be.
    pub fn open(folder: &Path) -> JournalAccess {
        match Journal::open(folder) {
            Ok(journal) => JournalAccess::Writable(journal),
            Err(error) => JournalAccess::ReadOnly { journal: None, why: error.explained() },
        }
    }

    /// The journal for writing.
    ///
    /// # Errors
    /// Why actions are refused.
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
