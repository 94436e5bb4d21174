//! Reading the journal.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::form::{EntryQuery, JournalTransaction, WENT};
use super::{ActionId, ActionKind, ActionState, Journal, RunId, Server, StateError, Who};
use crate::delivery::{BatchId, CampaignId, MessageId};

/// How long before an upload another one must have been known last, so that its batch could still appear after it.
const ALIKE_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// Who is responsible for an open action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A run that is alive, this one or another: it is under way there.
    Alive,
    /// Nobody: the run that took it has ended, and its outcome must be looked up.
    Orphan,
}

/// An action as kept in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its number.
    pub id: ActionId,
    /// The run that took it.
    pub run: RunId,
    /// Who ran the program.
    pub who: Who,
    /// The API's base URL.
    pub base_url: String,
    /// The server behind it.
    pub server: Server,
    /// The campaign.
    pub campaign: CampaignId,
    /// What was done.
    pub action: ActionKind,
    /// The plan it belonged to.
    pub plan: String,
    /// When it was decided.
    pub planned_at: Timestamp,
    /// What is known of it.
    pub state: ActionState,
    /// When that became known.
    pub changed_at: Timestamp,
    /// The API's code for a refusal.
    pub code: Option<String>,
    /// The reason for its state.
    pub reason: Option<String>,
    /// The trace id that the API's support asks for.
    pub trace_id: Option<String>,
    /// The run in which a person decided how it ended.
    pub resolved_run: Option<RunId>,
    /// How many tries were started.
    pub tries: u32,
}

/// One try of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionAttempt {
    /// Its number among the action's tries, from 1.
    pub number: u32,
    /// When its request was about to be sent.
    pub started_at: Timestamp,
    /// When its outcome was recorded.
    pub ended_at: Option<Timestamp>,
    /// How it ended; `None` while it is under way, or if the program did not live to see it.
    pub outcome: Option<ActionState>,
    /// The API's code.
    pub code: Option<String>,
    /// The reason for its state.
    pub reason: Option<String>,
    /// The trace id that the API's support asks for.
    pub trace_id: Option<String>,
}

/// An action whose outcome is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAction {
    /// The action.
    pub entry: JournalEntry,
    /// Who looks after it.
    pub holder: Holder,
    /// Its newest try.
    pub last_try: Option<ActionAttempt>,
}

/// What the journal has of sends that are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SendsBefore {
    /// Whether one is under way, or its outcome unknown.
    pub is_open: bool,
    /// The messages that were created, each with when that became known, by the wall clock.
    pub accepted: Vec<(MessageId, Timestamp)>,
    /// When the newest was planned of which a person says that it went; its message is not known.
    pub said_to_have_gone: Option<Timestamp>,
}

/// What the journal has of uploads of the same file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UploadsBefore {
    /// Whether one is under way, or its outcome unknown.
    pub is_open: bool,
    /// When the newest was accepted, or that became known, by the wall clock.
    pub accepted_at: Option<Timestamp>,
}

impl JournalEntry {
    /// Whether the API took it, as far as is known: a person's word counts.
    pub fn went(&self) -> bool {
        match self.state {
            ActionState::Accepted | ActionState::ResolvedAccepted => true,
            ActionState::ResolvedByPerson => self.reason.as_deref() == Some(WENT),
            _ => false,
        }
    }
}

/// What the journal has of other uploads that could be taken for one whose answer was lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherUploads {
    /// The batches that they created.
    pub batches: BTreeSet<BatchId>,
    /// Whether one of the same name and size is open, or went and its batch is not known: then a new batch could be its.
    pub is_ambiguous: bool,
}

impl Journal {
    /// The open actions of a campaign, oldest first: intended or unknown ones.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn open_actions(&self, server: &Server, campaign: &CampaignId) -> Result<Vec<OpenAction>, StateError> {
        self.open_ones(&EntryQuery::OpenOf(server, campaign))
    }

    /// The open actions of all campaigns, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn all_open(&self) -> Result<Vec<OpenAction>, StateError> {
        self.open_ones(&EntryQuery::Open)
    }

    /// The newest actions, newest first, this many at most.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn all(&self, limit: usize) -> Result<Vec<JournalEntry>, StateError> {
        self.read(|lines| lines.entries(&EntryQuery::Newest(limit)))
    }

    /// The messages of a campaign whose newest action the API refused with this code.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn messages_refused_with(&self, server: &Server, campaign: &CampaignId, code: &str) -> Result<Vec<MessageId>, StateError> {
        self.read(|lines| lines.refused_with(server, campaign, code))
    }

    /// The messages that were, or may have been, retried singly after an action was recorded.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn retried_since(&self, action: ActionId) -> Result<Vec<MessageId>, StateError> {
        let later = self.read(|lines| {
            let first = entry(lines, action)?;
            lines.entries(&EntryQuery::RetriesSince(&first.server, &first.campaign, action))
        })?;
        let went =
            |entry: &JournalEntry| !matches!(entry.state, ActionState::NotSent | ActionState::Refused | ActionState::ResolvedNotAccepted);
        let messages: BTreeSet<MessageId> =
            later.iter().filter(|entry| went(entry)).filter_map(|entry| entry.action.message().cloned()).collect();
        Ok(messages.into_iter().collect())
    }

    /// What was sent from here that is the same, by its fingerprint.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn sends_before(&self, server: &Server, campaign: &CampaignId, fingerprint: &str) -> Result<SendsBefore, StateError> {
        let subject = ActionKind::subject_of_send(fingerprint);
        let on = |states| self.read(|lines| lines.entries(&EntryQuery::On(server, campaign, &subject, states)));
        let is_open = !on([ActionState::Intended, ActionState::Unknown])?.is_empty();
        let accepted = on([ActionState::Accepted, ActionState::ResolvedAccepted])?;
        let created = |entry: JournalEntry| Some((entry.action.message()?.clone(), entry.changed_at));
        let said = on([ActionState::ResolvedByPerson; 2])?;
        let said_to_have_gone = said.iter().filter(|entry| entry.went()).map(|entry| entry.planned_at).max();
        Ok(SendsBefore { is_open, accepted: accepted.into_iter().filter_map(created).collect(), said_to_have_gone })
    }

    /// What was uploaded from here of the same file, by its SHA-256.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn uploads_before(&self, server: &Server, campaign: &CampaignId, sha256: &str) -> Result<UploadsBefore, StateError> {
        let subject = ActionKind::subject_of_upload(sha256);
        let on = |states| self.read(|lines| lines.entries(&EntryQuery::On(server, campaign, &subject, states)));
        let is_open = !on([ActionState::Intended, ActionState::Unknown])?.is_empty();
        let mut went = on([ActionState::Accepted, ActionState::ResolvedAccepted])?;
        went.extend(on([ActionState::ResolvedByPerson; 2])?.into_iter().filter(JournalEntry::went));
        Ok(UploadsBefore { is_open, accepted_at: went.iter().map(|entry| entry.changed_at).max() })
    }

    /// What could be taken for an upload of this name and size whose answer was lost: the other uploads of its campaign.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn other_uploads(&self, action: ActionId) -> Result<OtherUploads, StateError> {
        let (own, all) = self.read(|lines| {
            let own = entry(lines, action)?;
            let all = lines.entries(&EntryQuery::UploadsOf(&own.server, &own.campaign))?;
            Ok((own, all))
        })?;
        let ActionKind::UploadBatch { file_name, rows, .. } = &own.action else { return Ok(OtherUploads::default()) };
        let mut others = OtherUploads::default();
        for other in all.iter().filter(|other| other.id != own.id) {
            let ActionKind::UploadBatch { file_name: name, rows: count, created, .. } = &other.action else { continue };
            others.batches.extend(created.clone());
            let is_alike = name == file_name && count == rows && created.is_none();
            others.is_ambiguous |= is_alike && (other.state.is_open() || other.went()) && other.changed_at >= own.planned_at - ALIKE_WITHIN;
        }
        Ok(others)
    }

    /// The uploads of a campaign that the API is known to have accepted, since this time, newest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn uploads_accepted_since(
        &self,
        server: &Server,
        campaign: &CampaignId,
        since: Timestamp,
    ) -> Result<Vec<JournalEntry>, StateError> {
        let mut all = self.read(|lines| lines.entries(&EntryQuery::UploadsOf(server, campaign)))?;
        let is_accepted = |state| matches!(state, ActionState::Accepted | ActionState::ResolvedAccepted);
        all.retain(|entry| is_accepted(entry.state) && entry.changed_at >= since);
        Ok(all)
    }

    /// One action.
    ///
    /// # Errors
    /// When there is none of this number, or the journal cannot be read.
    pub fn entry(&self, action: ActionId) -> Result<JournalEntry, StateError> {
        self.read(|lines| entry(lines, action))
    }

    /// The newest action that a run took on a message or a batch.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn newest_of(&self, run: &RunId, subject: &str) -> Result<Option<JournalEntry>, StateError> {
        Ok(self.read(|lines| lines.entries(&EntryQuery::NewestOfRun(run, subject)))?.into_iter().next())
    }

    /// The tries of an action, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn tries(&self, action: ActionId) -> Result<Vec<ActionAttempt>, StateError> {
        self.read(|lines| lines.tries(action))
    }

    fn open_ones(&self, wanted: &EntryQuery<'_>) -> Result<Vec<OpenAction>, StateError> {
        self.read(|lines| {
            let with_holder = |entry: JournalEntry| {
                let holder = if self.is_alive(&entry.run) { Holder::Alive } else { Holder::Orphan };
                let last_try = lines.tries(entry.id)?.pop();
                Ok(OpenAction { entry, holder, last_try })
            };
            lines.entries(wanted)?.into_iter().map(with_holder).collect()
        })
    }
}

/// One action.
pub(super) fn entry(lines: &dyn JournalTransaction, action: ActionId) -> Result<JournalEntry, StateError> {
    lines.entries(&EntryQuery::One(action))?.into_iter().next().ok_or(StateError::NoSuchAction { action })
}
