//! What the journal needs from its storage, and what a text must be like to be stored. The rules are decided above
//! this; a backend only stores lines, in steps that are atomic, durable and one after the other.

use std::any::Any;
use std::fmt;

use jiff::Timestamp;

use super::{
    ActionAttempt, ActionId, ActionState, Intention, JournalEntry, Note, NoteEntry, Outcome, Resolution, RunId, Server, StateError, Who,
};
use crate::delivery::{BatchId, CampaignId, MessageId, clean_line, impersonal};

/// Where the lines of a journal are kept.
pub(super) trait JournalBackend: fmt::Debug + Send + Sync {
    /// Does some work in one step that excludes every other writer from the start and is durable when this returns.
    /// If the work or the step fails, nothing has changed.
    fn write(&self, work: &mut dyn FnMut(&mut dyn JournalTransaction) -> Result<(), StateError>) -> Result<(), StateError>;

    /// Reads.
    fn read(&self, work: &mut dyn FnMut(&dyn JournalTransaction) -> Result<(), StateError>) -> Result<(), StateError>;

    /// Whether the next process to open the journal would still find what is written now.
    fn check(&self) -> Result<(), StateError>;

    /// Whether it can be written, tested by a write that changes nothing.
    fn probe(&self) -> Result<(), StateError>;

    /// Takes the lock of a run, for as long as the value lives.
    fn lock(&self, run: &RunId) -> Result<RunLock, StateError>;

    /// Whether a run's lock is held. When in doubt it counts as held.
    fn is_alive(&self, run: &RunId) -> bool;

    /// The runs whose locks left a trace, held or not.
    fn with_locks(&self) -> Vec<RunId>;

    /// Removes what a run's lock left behind. Where it `is_own`, this program holds the lock; otherwise it is removed
    /// only if nobody holds it. Leftovers do no harm.
    fn forget_lock(&self, run: &RunId, is_own: bool);
}

/// A lock that ends when the value is dropped or the process ends.
pub(super) type RunLock = Box<dyn Any + Send + Sync>;

/// The lines of a journal within one step.
pub(super) trait JournalTransaction {
    fn knows_run(&self, run: &RunId) -> Result<bool, StateError>;
    fn add_run(&mut self, run: &RunId, who: &Who, at: Timestamp) -> Result<(), StateError>;

    /// The requested actions, in the order that the query states.
    fn entries(&self, wanted: &EntryQuery<'_>) -> Result<Vec<JournalEntry>, StateError>;
    /// Adds an action as intended.
    fn add(&mut self, intention: &Intention) -> Result<ActionId, StateError>;
    /// Gives an action another state.
    fn change(&mut self, action: ActionId, reported: &StateChange<'_>, at: Timestamp) -> Result<(), StateError>;
    /// More messages to the recipient of a send are known to have existed before its request; `None` where not all of
    /// them are known.
    fn add_known(&mut self, action: ActionId, known: Option<&[MessageId]>) -> Result<(), StateError>;
    /// The newest message before an upload's request has this stamp.
    fn set_newest(&mut self, action: ActionId, newest: Option<Timestamp>) -> Result<(), StateError>;
    /// An upload created this batch.
    fn set_created_batch(&mut self, action: ActionId, batch: &BatchId) -> Result<(), StateError>;
    /// A send created this message.
    fn set_created(&mut self, action: ActionId, message: &MessageId) -> Result<(), StateError>;
    /// The messages of a campaign whose newest conclusive action was refused with this code.
    fn refused_with(&self, server: &Server, campaign: &CampaignId, code: &str) -> Result<Vec<MessageId>, StateError>;

    /// The tries of an action, oldest first.
    fn tries(&self, action: ActionId) -> Result<Vec<ActionAttempt>, StateError>;
    fn add_try(&mut self, action: ActionId, number: u32, at: Timestamp) -> Result<(), StateError>;
    fn end_try(&mut self, action: ActionId, number: u32, reported: &StateChange<'_>, at: Timestamp) -> Result<(), StateError>;

    fn add_note(&mut self, note: &Note) -> Result<(), StateError>;
    /// The newest notes, newest first.
    fn notes(&self, limit: usize) -> Result<Vec<NoteEntry>, StateError>;
}

/// Which actions to look up.
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
    /// A campaign's actions on single messages that were recorded after this one.
    RetriesSince(&'a Server, &'a CampaignId, ActionId),
    /// A campaign's actions on a subject, in one of these states, newest first.
    On(&'a Server, &'a CampaignId, &'a str, [ActionState; 2]),
    /// A campaign's uploads, newest first.
    UploadsOf(&'a Server, &'a CampaignId),
    /// A run's newest action on a message, a batch or a send, by its id or fingerprint.
    NewestOfRun(&'a RunId, &'a str),
}

/// What becomes known about an action or a try.
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
                let reason = if *went { WENT } else { "a person says that it did not go" };
                StateChange { resolved_run: Some(run), ..StateChange::new(self.state(), Some(reason)) }
            }
        }
    }
}

/// The reason of an action that a person says went: the state alone does not tell.
pub(super) const WENT: &str = "a person says that it went";

/// Longer than any reason worth keeping; the API's own messages take a line or two.
const LONGEST: usize = 300;

/// A text as the journal keeps it: impersonal and not too long.
pub(super) fn for_journal(text: &str) -> String {
    impersonal(text).trim().chars().take(LONGEST).collect()
}

/// A code or trace id as the journal keeps it: one harmless line, not too long. Trace ids are full of digits and must
/// stay whole for support to find them.
pub(super) fn one_line(text: &str) -> String {
    clean_line(text).trim().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("retry 41 failed messages", "retry 41 failed messages")]
    #[case("recipient 6580001234 is not valid", "recipient … is not valid")]
    #[case("recipient +65 8000-1234 is not valid", "recipient +… is not valid")]
    #[case("S1234567A is not valid", "S…A is not valid")]
    #[case("message_00000000-0000-4000-8000-000000000001 6580001234", "message_00000000-0000-4000-8000-000000000001 …")]
    #[case("status 502 after 3 tries", "status 502 after 3 tries")]
    #[case("planned 2026-11-22T06:00:00.123456Z", "planned 2026-11-22T06:00:00.123456Z")]
    #[case("two\nlines\u{1b}[2J", "two␊lines␛[2J")]
    fn numbers_of_people_do_not_get_into_the_journal(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(for_journal(text), expected);
    }

    #[test]
    fn a_trace_id_stays_whole() {
        assert_eq!(one_line(" 12345678-1234 "), "12345678-1234");
    }

    #[test]
    fn a_page_of_a_proxy_is_cut() {
        assert_eq!(for_journal(&"<p>".repeat(1000)).chars().count(), LONGEST);
    }
}
