//! What the journal tells.

use jiff::Timestamp;
use rusqlite::{Connection, Params};

use super::row::{ENTRY, entry, last_try, tries};
use super::{ActionId, ActionKind, ActionState, Journal, RunId, Server, StateError, Who};
use crate::delivery::{CampaignId, MessageId};

/// Who looks after an open action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A run that is alive, this one or another: it is under way there.
    Alive,
    /// Nobody: the run that took it has ended, and its outcome must be found out.
    Orphan,
}

/// An action as it stands in the journal.
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
    /// Why it ended so.
    pub reason: Option<String>,
    /// What the API's support asks for.
    pub trace_id: Option<String>,
    /// The run in which a person said how it ended.
    pub resolved_run: Option<RunId>,
    /// How many tries were started.
    pub tries: u32,
}

/// One try of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// Its number among the action's tries, from 1.
    pub number: u32,
    /// When its request was about to leave.
    pub started_at: Timestamp,
    /// When its outcome was written down.
    pub ended_at: Option<Timestamp>,
    /// How it ended; `None` while it is under way, or when the program did not live to see it.
    pub outcome: Option<ActionState>,
    /// The API's code.
    pub code: Option<String>,
    /// Why it ended so.
    pub reason: Option<String>,
    /// What the API's support asks for.
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
    pub last_try: Option<Try>,
}

impl Journal {
    /// The open actions of a campaign, oldest first: intended or unknown ones.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn open_actions(&self, server: &Server, campaign: &CampaignId) -> Result<Vec<OpenAction>, StateError> {
        let condition = "WHERE a.state IN ('intended', 'unknown') AND a.server = ?1 AND a.campaign = ?2 ORDER BY a.id";
        self.open_where(condition, [server.as_str(), campaign.as_str()])
    }

    /// The open actions of all campaigns, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn all_open(&self) -> Result<Vec<OpenAction>, StateError> {
        self.open_where("WHERE a.state IN ('intended', 'unknown') ORDER BY a.id", [])
    }

    /// The newest actions, newest first, this many at most.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn all(&self, limit: usize) -> Result<Vec<JournalEntry>, StateError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        entries(&self.connection(), "ORDER BY a.id DESC LIMIT ?1", [limit])
    }

    /// The messages of a campaign whose newest action the API refused with this code.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn messages_refused_with(&self, server: &Server, campaign: &CampaignId, code: &str) -> Result<Vec<MessageId>, StateError> {
        let sql = "SELECT a.message FROM actions a WHERE a.state = 'refused' AND a.server = ?1 AND a.campaign = ?2 AND a.code = ?3
                   AND a.message IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM actions b WHERE b.server = a.server AND b.campaign = a.campaign
                                   AND b.claim = a.claim AND b.id > a.id AND b.state IN ('accepted', 'resolved_accepted', 'unknown'))
                   GROUP BY a.message ORDER BY a.message";
        let failed = StateError::database("read");
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql).map_err(&failed)?;
        let found = statement.query_map([server.as_str(), campaign.as_str(), code], |row| row.get::<_, String>(0)).map_err(&failed)?;
        found.map(|message| Ok(MessageId::new(message.map_err(&failed)?))).collect()
    }

    /// One action.
    ///
    /// # Errors
    /// When there is none of this number, or the journal cannot be read.
    pub fn entry(&self, action: ActionId) -> Result<JournalEntry, StateError> {
        let found = entries(&self.connection(), "WHERE a.id = ?1", [action.0])?;
        found.into_iter().next().ok_or(StateError::NoSuchAction { action })
    }

    /// The newest action that a run took on a message or a batch.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn newest_of(&self, run: &RunId, subject: &str) -> Result<Option<JournalEntry>, StateError> {
        let condition = "WHERE a.run = ?1 AND (a.message = ?2 OR a.batch = ?2) ORDER BY a.id DESC LIMIT 1";
        Ok(entries(&self.connection(), condition, [run.as_str(), subject])?.into_iter().next())
    }

    /// The tries of an action, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn tries(&self, action: ActionId) -> Result<Vec<Try>, StateError> {
        tries(&self.connection(), action).map_err(StateError::database("read"))
    }

    fn open_where(&self, condition: &str, values: impl Params) -> Result<Vec<OpenAction>, StateError> {
        let connection = self.connection();
        let found = entries(&connection, condition, values)?;
        let with_holder = |entry: JournalEntry| {
            let holder = if self.is_alive(&entry.run) { Holder::Alive } else { Holder::Orphan };
            let last_try = last_try(&connection, entry.id).map_err(StateError::database("read"))?;
            Ok(OpenAction { entry, holder, last_try })
        };
        found.into_iter().map(with_holder).collect()
    }
}

/// The entries that fit a condition.
pub(super) fn entries(connection: &Connection, condition: &str, values: impl Params) -> Result<Vec<JournalEntry>, StateError> {
    let failed = StateError::database("read");
    let mut statement = connection.prepare_cached(&format!("{ENTRY} {condition}")).map_err(&failed)?;
    let mut rows = statement.query(values).map_err(&failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        found.push(entry(connection, row)?);
    }
    Ok(found)
}
