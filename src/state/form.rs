//! What the journal needs of whatever keeps its lines. What is allowed, and what follows from what, is
//! decided above this; a form only keeps lines, in steps that are whole, durable and one after the other.

use std::any::Any;
use std::fmt;

use jiff::Timestamp;

use super::{
    ActionAttempt, ActionId, ActionState, Intention, JournalEntry, Note, NoteEntry, Outcome, Resolution, RunId, Server, StateError, Who,
};
use crate::delivery::{CampaignId, MessageId};

/// Where the lines of a journal are kept.
pub(super) trait JournalBackend: fmt::Debug + Send + Sync {
    /// Does some work in one step that keeps every other writer out from its beginning, and that is
    /// durable when this returns. Where the work or the step fails, nothing has changed.
    fn write(&self, work: &mut dyn FnMut(&mut dyn JournalTransaction) -> Result<(), StateError>) -> Result<(), StateError>;

    /// Reads.
    fn read(&self, work: &mut dyn FnMut(&dyn JournalTransaction) -> Result<(), StateError>) -> Result<(), StateError>;

    /// Whether what is written would still be found by whoever opens the journal next.
    fn check(&self) -> Result<(), StateError>;

    /// Whether it can be written, found out by writing what changes nothing.
    fn probe(&self) -> Result<(), StateError>;

    /// Takes the lock of a run, for as long as the value lives.
    fn lock(&self, run: &RunId) -> Result<RunLock, StateError>;

    /// Whether a run's lock is held. What cannot be told counts as held.
    fn is_alive(&self, run: &RunId) -> bool;

    /// The runs whose locks left something behind, held or not.
    fn with_locks(&self) -> Vec<RunId>;

    /// Takes away what a run's lock left behind; where it `is_own`, the lock is held by this program, else
    /// it is taken away only where nobody holds it. What stays does no harm.
    fn forget_lock(&self, run: &RunId, is_own: bool);
}

/// A lock that ends with the value or with the process.
pub(super) type RunLock = Box<dyn Any + Send + Sync>;

/// The lines of a journal within one step.
pub(super) trait JournalTransaction {
    fn knows_run(&self, run: &RunId) -> Result<bool, StateError>;
    fn add_run(&mut self, run: &RunId, who: &Who, at: Timestamp) -> Result<(), StateError>;

    /// The actions that are wanted, in the order that it says.
    fn entries(&self, wanted: &EntryQuery<'_>) -> Result<Vec<JournalEntry>, StateError>;
    /// Adds an action as intended.
    fn add(&mut self, intention: &Intention) -> Result<ActionId, StateError>;
    /// Gives an action another state.
    fn change(&mut self, action: ActionId, reported: &StateChange<'_>, at: Timestamp) -> Result<(), StateError>;
    /// The messages of a campaign whose newest action that says anything was refused with this code.
    fn refused_with(&self, server: &Server, campaign: &CampaignId, code: &str) -> Result<Vec<MessageId>, StateError>;

    /// The tries of an action, oldest first.
    fn tries(&self, action: ActionId) -> Result<Vec<ActionAttempt>, StateError>;
    fn add_try(&mut self, action: ActionId, number: u32, at: Timestamp) -> Result<(), StateError>;
    fn end_try(&mut self, action: ActionId, number: u32, reported: &StateChange<'_>, at: Timestamp) -> Result<(), StateError>;

    fn add_note(&mut self, note: &Note) -> Result<(), StateError>;
    /// The newest notes, newest first.
    fn notes(&self, limit: usize) -> Result<Vec<NoteEntry>, StateError>;
}

/// Which actions are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum EntryQuery<'a> {
    /// The newest of all, newest first, this many at most.
    Newest(usize),
    /// One.
    One(ActionId),
    /// The open ones, oldest first.
    Open,
    /// Those of a campaign, oldest first.
    OpenOf(&'a Server, &'a CampaignId),
    /// Those of a run, oldest first.
    OpenOfRun(&'a RunId),
    /// Those of a campaign on single messages that were written down after this one.
    RetriesSince(&'a Server, &'a CampaignId, ActionId),
    /// Those on a subject of a campaign in one of these states, newest first.
    On(&'a Server, &'a CampaignId, &'a str, [ActionState; 2]),
    /// The newest of a run on a message or a batch.
    NewestOfRun(&'a RunId, &'a str),
}

/// What becomes known of an action or a try.
#[derive(Debug, Clone, Copy)]
pub(super) struct StateChange<'a> {
    pub state: ActionState,
    pub code: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub trace_id: Option<&'a str>,
    pub resolved_run: Option<&'a RunId>,
}

impl<'a> StateChange<'a> {
    fn new(state: ActionState, reason: Option<&'a str>) -> Self {
        Self { state, code: None, reason, trace_id: None, resolved_run: None }
    }
}

impl Outcome {
    pub(super) fn reported(&self) -> StateChange<'_> {
        match self {
            Outcome::NotSent { reason } | Outcome::Unknown { reason } => StateChange::new(self.state(), Some(reason)),
            Outcome::Accepted => StateChange::new(self.state(), None),
            Outcome::Refused { code, reason, trace_id } => {
                StateChange { code: code.as_deref(), trace_id: trace_id.as_deref(), ..StateChange::new(self.state(), Some(reason)) }
            }
        }
    }
}

impl Resolution {
    pub(super) fn reported(&self) -> StateChange<'_> {
        match self {
            Resolution::Accepted { reason } | Resolution::NotAccepted { reason } => StateChange::new(self.state(), Some(reason)),
            Resolution::ByPerson { went, run } => {
                let reason = if *went { "a person says that it went" } else { "a person says that it did not go" };
                StateChange { resolved_run: Some(run), ..StateChange::new(self.state(), Some(reason)) }
            }
        }
    }
}
