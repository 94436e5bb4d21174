//! The journal of actions, as a script command opens it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::campaigns::{ConfiguredCampaign, sentence};
use super::context::{CommandContext, env};
use super::{Common, Exit, Failure};
use crate::delivery::MessageId;
use crate::postman::OUT_OF_ATTEMPTS;
use crate::state::{self, BudgetFile, Journal, JournalAccess, JournalHandle, NoteKind, Run, RunId, Server, SharedBudget, StateError, Who};

/// What to do if the journal cannot be used.
const NOTHING_DONE: &str = "Fix the state folder, or name another one with `--state FOLDER`. Nothing was done.";

/// A journal that is open for writing, and this run in it.
pub(super) struct OpenJournal {
    pub access: JournalAccess,
    pub journal: Journal,
    pub run: Arc<Run>,
}

impl OpenJournal {
    /// Opens the journal and begins a run in it.
    ///
    /// # Errors
    /// It cannot be written, so `what` cannot be done.
    pub fn begin(common: &Common, what: &str) -> Result<Self, Failure> {
        begin(common).map_err(|error| failure(&error, format!("{what}: the journal of actions cannot be written."), NOTHING_DONE))
    }

    /// Writes down what is no action.
    pub fn note(&self, kind: NoteKind, campaign: &ConfiguredCampaign, detail: String) -> Result<(), StateError> {
        let handle = JournalHandle { access: self.access.clone(), run: Some(Arc::clone(&self.run)) };
        handle.note(kind, detail, campaign.base.as_str().to_owned(), campaign.settings.id.clone(), Timestamp::now())
    }

    /// The command ends normally. A lock file that stays behind is removed by a later run.
    pub fn end(self) {
        if let Ok(run) = Arc::try_unwrap(self.run) {
            let _ = self.journal.end_run(run);
        }
    }
}

fn begin(common: &Common) -> Result<OpenJournal, StateError> {
    let journal = Journal::open(&folder(common)?)?;
    let run = begin_run(&journal)?;
    Ok(OpenJournal { access: JournalAccess::Writable(journal.clone()), journal, run: Arc::new(run) })
}

/// Begins this run of the program in the journal.
pub(super) fn begin_run(journal: &Journal) -> Result<Run, StateError> {
    let now = Timestamp::now();
    journal.begin_run(RunId::new(now, std::process::id(), fastrand::u32(..)), &Who::from_environment(env), now)
}

/// The folder of the journal, as the options or the environment name it.
pub(super) fn folder(common: &Common) -> Result<PathBuf, StateError> {
    state::folder(common.state.as_deref(), env)
}

/// The journal, if there is one; none is created.
pub(super) fn look(common: &Common) -> Result<Option<JournalAccess>, StateError> {
    JournalAccess::look(&folder(common)?)
}

/// Nothing is retried without the journal.
pub(super) fn unreadable(error: &StateError) -> Failure {
    failure(error, "The journal of actions cannot be read.", NOTHING_DONE)
}

/// The failure of a command that needs the journal: an unusable folder is wrong usage, a full disk is not.
pub(super) fn failure(error: &StateError, what: impl Into<String>, next: impl Into<String>) -> Failure {
    let exit = if error.is_of_the_disk() { Exit::Failed } else { Exit::Usage };
    Failure::new(exit, what, sentence(error), next)
}

/// The budget of calls that is shared with other processes, if there is a folder for it.
pub(super) fn shared_budget(common: &Common) -> Option<Arc<dyn SharedBudget>> {
    Some(Arc::new(BudgetFile::new(&folder(common).ok()?)))
}

/// The messages of a campaign for which the API has said that no attempts are left. If the journal exists and cannot be
/// read, that is reported, and none is known.
pub(super) fn used_up(context: &CommandContext, campaign: &ConfiguredCampaign) -> HashSet<MessageId> {
    let refused = || {
        let Some(access) = look(&context.common)? else { return Ok(Vec::new()) };
        let Some(journal) = access.readable() else { return Ok(Vec::new()) };
        journal.messages_refused_with(&Server::of(campaign.base.as_str()), &campaign.settings.id, OUT_OF_ATTEMPTS)
    };
    let refused: Result<Vec<MessageId>, StateError> = refused();
    let refused = refused.unwrap_or_else(|error| {
        let why = sentence(&error);
        context.notice(&format!("It is unknown which messages have no attempts left: the journal cannot be read. {why}"));
        Vec::new()
    });
    refused.into_iter().collect()
}

/// Whether recipients and texts are shown unmasked. If they are masked and `--reveal` asks for
/// them, that is written to the journal first.
///
/// # Errors
/// It cannot be written, so nothing is revealed.
pub(super) fn is_masked(common: &Common, campaign: &ConfiguredCampaign, detail: &str) -> Result<bool, Failure> {
    if !campaign.settings.masked {
        return Ok(false);
    }
    if !common.reveal {
        return Ok(true);
    }
    let open = OpenJournal::begin(common, "Nothing can be revealed")?;
    open.note(NoteKind::Reveal, campaign, detail.to_owned()).map_err(|error| {
        failure(&error, "Nothing is revealed without a line in the journal.", "Leave `--reveal` out, or fix the state folder.")
    })?;
    open.end();
    Ok(false)
}
