//! What is written into the journal, each step in one transaction that is on disk when it returns.

use jiff::Timestamp;

use super::{ActionId, Intention, Journal, OpenAction, Outcome, Resolution, Run, RunId, StateError, Who};
use crate::delivery::CampaignId;

/// What else is worth a line: something personal was shown, stored, or a lock was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The run in which it happened.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub kind: NoteKind,
    /// The API's base URL, where it concerns one.
    pub base_url: Option<String>,
    /// The campaign, where it concerns one.
    pub campaign: Option<CampaignId>,
    /// More about it, without anything personal: a message's id, a count of rows.
    pub detail: String,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// Something masked was shown in full.
    Reveal,
    /// Messages were written to a file or copied.
    Export,
    /// A read-only campaign was opened for actions.
    Unlock,
    /// It was closed again.
    Lock,
}

/// What became of the intentions that a dead run left behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// Their request may have left: now unknown, to be looked up.
    pub unknown: Vec<ActionId>,
    /// Their request never left: now not sent, and offered as a new plan.
    pub not_started: Vec<OpenAction>,
}

impl Journal {
    /// Begins a run: notes who it is and takes its lock. Keep the value as long as the run lasts.
    /// Lock files of dead runs that left nothing open are removed.
    ///
    /// # Errors
    /// When the run cannot be written down or locked; then no action may be taken.
    pub fn begin_run(&self, id: RunId, who: &Who, at: Timestamp) -> Result<Run, StateError> {
        let _ = (id, who, at);
        Err(self.unwritten())
    }

    /// Writes an intention down and claims its message; it is on disk when this returns.
    ///
    /// # Errors
    /// [`StateError::AlreadyOpen`] when an action on the same message is open; any error means that
    /// the action must not be taken.
    pub fn intend(&self, intention: &Intention) -> Result<ActionId, StateError> {
        let _ = intention;
        Err(self.unwritten())
    }

    /// A try is about to leave; gives its number, from 1.
    ///
    /// # Errors
    /// When another try is under way or the action is closed; any error means that the request
    /// must not leave.
    pub fn started(&self, action: ActionId, at: Timestamp) -> Result<u32, StateError> {
        let _ = (action, at);
        Err(self.unwritten())
    }

    /// The try under way ended in a way after which it may go again by itself (not sent, or refused
    /// for the rate): the try is closed, the action stays intended.
    ///
    /// # Errors
    /// When no try is under way, or the outcome leaves no room for another.
    pub fn goes_again(&self, action: ActionId, outcome: &Outcome, at: Timestamp) -> Result<(), StateError> {
        let _ = (action, outcome, at);
        Err(self.unwritten())
    }

    /// The action ended; closes the try under way. Without one only "not sent" is possible.
    ///
    /// # Errors
    /// When the action is not intended any more, or was never tried.
    pub fn outcome(&self, action: ActionId, outcome: &Outcome, at: Timestamp) -> Result<(), StateError> {
        let _ = (action, outcome, at);
        Err(self.unwritten())
    }

    /// An unknown outcome was cleared up.
    ///
    /// # Errors
    /// When the action is not unknown.
    pub fn resolve(&self, action: ActionId, resolution: &Resolution, at: Timestamp) -> Result<(), StateError> {
        let _ = (action, resolution, at);
        Err(self.unwritten())
    }

    /// Settles what dead runs left intended in a campaign: where a try was started it becomes
    /// unknown, else not sent.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn settle_orphans(&self, base_url: &str, campaign: &CampaignId, at: Timestamp) -> Result<Settled, StateError> {
        let _ = (base_url, campaign, at);
        Err(self.unwritten())
    }

    /// Notes a reveal, an export, an unlock.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn note(&self, note: &Note) -> Result<(), StateError> {
        let _ = note;
        Err(self.unwritten())
    }

    /// The newest notes, newest first, this many at most.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn notes(&self, limit: usize) -> Result<Vec<Note>, StateError> {
        let _ = limit;
        Err(self.unwritten())
    }

    fn unwritten(&self) -> StateError {
        StateError::ReadOnly { why: self.folder().display().to_string() }
    }
}
