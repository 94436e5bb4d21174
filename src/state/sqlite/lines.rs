//! The lines of the journal in their tables, within a transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Params, params};

use super::super::form::{EntryQuery, JournalTransaction, StateChange, for_journal, one_line};
use super::super::{
    ActionAttempt, ActionId, ActionKind, ActionState, Intention, JournalEntry, Note, NoteEntry, RunId, Server, StateError, Who,
};
use super::row::{self, ENTRY};
use crate::delivery::{BatchId, CampaignId, MessageId};

/// The journal's lines, read and written through a connection or one of its transactions.
pub(super) struct Stored<'a>(pub &'a Connection);

impl JournalTransaction for Stored<'_> {
    fn knows_run(&self, run: &RunId) -> Result<bool, StateError> {
        let known: Option<i64> = self
            .0
            .query_row("SELECT 1 FROM runs WHERE id = ?1", [run.as_str()], |row| row.get(0))
            .optional()
            .map_err(StateError::database("read"))?;
        Ok(known.is_some())
    }

    fn add_run(&mut self, run: &RunId, who: &Who, at: Timestamp) -> Result<(), StateError> {
        let sql = "INSERT INTO runs (id, started_at, user, ssh_source, sudo_user) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.execute(sql, params![run.as_str(), at.to_string(), who.user, who.ssh_source, who.sudo_user])
    }

    fn entries(&self, wanted: &EntryQuery<'_>) -> Result<Vec<JournalEntry>, StateError> {
        match *wanted {
            EntryQuery::Newest(limit) => self.found("ORDER BY a.id DESC LIMIT ?1", [i64::try_from(limit).unwrap_or(i64::MAX)]),
            EntryQuery::One(action) => self.found("WHERE a.id = ?1", [action.0]),
            EntryQuery::Open => self.found("WHERE a.state IN ('intended', 'unknown') ORDER BY a.id", []),
            EntryQuery::OpenOf(server, campaign) => {
                let condition = "WHERE a.state IN ('intended', 'unknown') AND a.server = ?1 AND a.campaign = ?2 ORDER BY a.id";
                self.found(condition, [server.as_str(), campaign.as_str()])
            }
            EntryQuery::OpenOfRun(run) => {
                self.found("WHERE a.state IN ('intended', 'unknown') AND a.run = ?1 ORDER BY a.id", [run.as_str()])
            }
            EntryQuery::RetriesSince(server, campaign, action) => {
                let condition = "WHERE a.server = ?1 AND a.campaign = ?2 AND a.id > ?3 AND a.kind = 'retry' ORDER BY a.id";
                self.found(condition, params![server.as_str(), campaign.as_str(), action.0])
            }
            EntryQuery::On(server, campaign, subject, [one, other]) => {
                // Worded like the index over open actions, where those are asked for, so that SQLite uses it.
                let states = match (one, other) {
                    (ActionState::Intended, ActionState::Unknown) => "a.state IN ('intended', 'unknown')".to_owned(),
                    (one, other) => format!("a.state IN ('{}', '{}')", one.word(), other.word()),
                };
                let condition = format!("WHERE {states} AND a.server = ?1 AND a.campaign = ?2 AND a.claim = ?3 ORDER BY a.id DESC");
                self.found(&condition, [server.as_str(), campaign.as_str(), subject])
            }
            EntryQuery::UploadsOf(server, campaign) => {
                let condition = "WHERE a.server = ?1 AND a.campaign = ?2 AND a.kind = 'send-batch' ORDER BY a.id DESC";
                self.found(condition, [server.as_str(), campaign.as_str()])
            }
            EntryQuery::NewestOfRun(run, subject) => {
                let on = "a.message = ?2 OR a.batch = ?2 OR a.fingerprint = ?2 OR a.file_sha256 = ?2";
                self.found(&format!("WHERE a.run = ?1 AND ({on}) ORDER BY a.id DESC LIMIT 1"), [run.as_str(), subject])
            }
        }
    }

    fn add(&mut self, intention: &Intention) -> Result<ActionId, StateError> {
        let columns = Columns::of(&intention.action);
        let sql =
            "INSERT INTO actions (run, base_url, server, campaign, kind, message, batch, claim, seen_attempts, seen_newest, seen_from,
                 seen_lines, fingerprint, language, file_name, file_rows, file_sha256, plan, planned_at, state, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, 'intended', ?19)";
        self.execute(
            sql,
            params![
                intention.run.as_str(),
                intention.base_url,
                intention.server.as_str(),
                intention.campaign.as_str(),
                intention.action.word(),
                intention.action.message().map(MessageId::as_str),
                intention.action.batch().map(BatchId::as_str),
                intention.action.subject(),
                columns.attempts,
                columns.newest.map(|at| at.to_string()),
                columns.read_from,
                columns.seen.as_ref().map(|seen| u32::try_from(seen.len()).unwrap_or(u32::MAX)),
                columns.fingerprint,
                columns.language,
                columns.file_name,
                columns.rows,
                columns.sha256,
                for_journal(&intention.plan),
                intention.planned_at.to_string(),
            ],
        )?;
        let action = ActionId(self.0.last_insert_rowid());
        for (message, attempts, newest) in columns.seen.unwrap_or_default() {
            let sql = "INSERT INTO seen (action, message, attempts, newest) VALUES (?1, ?2, ?3, ?4)";
            self.execute(sql, params![action.0, message.as_str(), attempts, newest.map(|at| at.to_string())])?;
        }
        Ok(action)
    }

    fn change(&mut self, action: ActionId, reported: &StateChange<'_>, at: Timestamp) -> Result<(), StateError> {
        let sql = "UPDATE actions SET state = ?2, changed_at = ?3, code = ?4, reason = ?5, trace_id = ?6, resolved_run = ?7 WHERE id = ?1";
        self.execute(
            sql,
            params![
                action.0,
                reported.state.word(),
                at.to_string(),
                reported.code.map(one_line),
                reported.reason.map(for_journal),
                reported.trace_id.map(one_line),
                reported.resolved_run.map(RunId::as_str)
            ],
        )
    }

    fn add_known(&mut self, action: ActionId, known: Option<&[MessageId]>) -> Result<(), StateError> {
        let Some(known) = known else {
            return self.execute("UPDATE actions SET seen_lines = NULL WHERE id = ?1", params![action.0]);
        };
        // What was not kept whole stays so.
        let kept: Option<u32> = self
            .0
            .query_row("SELECT seen_lines FROM actions WHERE id = ?1", [action.0], |row| row.get(0))
            .optional()
            .map_err(StateError::database("read"))?
            .flatten();
        if kept.is_none() {
            return Ok(());
        }
        for message in known {
            self.execute("INSERT OR IGNORE INTO seen (action, message) VALUES (?1, ?2)", params![action.0, message.as_str()])?;
        }
        let sql = "UPDATE actions SET seen_lines = (SELECT COUNT(*) FROM seen WHERE action = ?1) WHERE id = ?1";
        self.execute(sql, params![action.0])
    }

    fn set_newest(&mut self, action: ActionId, newest: Option<Timestamp>) -> Result<(), StateError> {
        let sql = "UPDATE actions SET seen_newest = ?2 WHERE id = ?1 AND kind = 'send-batch'";
        self.execute(sql, params![action.0, newest.map(|at| at.to_string())])
    }

    fn set_created_batch(&mut self, action: ActionId, batch: &BatchId) -> Result<(), StateError> {
        self.execute("UPDATE actions SET batch = ?2 WHERE id = ?1 AND kind = 'send-batch'", params![action.0, batch.as_str()])
    }

    fn set_created(&mut self, action: ActionId, message: &MessageId) -> Result<(), StateError> {
        self.execute("UPDATE actions SET message = ?2 WHERE id = ?1 AND kind = 'send'", params![action.0, message.as_str()])
    }

    fn refused_with(&self, server: &Server, campaign: &CampaignId, code: &str) -> Result<Vec<MessageId>, StateError> {
        let sql = "SELECT a.message FROM actions a WHERE a.state = 'refused' AND a.server = ?1 AND a.campaign = ?2 AND a.code = ?3
                   AND a.message IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM actions b WHERE b.server = a.server AND b.campaign = a.campaign
                                   AND b.claim = a.claim AND b.id > a.id AND b.state IN ('accepted', 'resolved_accepted', 'unknown'))
                   GROUP BY a.message ORDER BY a.message";
        let read = || -> rusqlite::Result<Vec<MessageId>> {
            let mut statement = self.0.prepare_cached(sql)?;
            let found = statement.query_map([server.as_str(), campaign.as_str(), code], |row| row.get::<_, String>(0))?;
            found.map(|message| message.map(MessageId::new)).collect()
        };
        read().map_err(StateError::database("read"))
    }

    fn tries(&self, action: ActionId) -> Result<Vec<ActionAttempt>, StateError> {
        let read = || -> rusqlite::Result<Vec<ActionAttempt>> {
            let mut statement = self.0.prepare_cached("SELECT * FROM tries WHERE action = ?1 ORDER BY number")?;
            statement.query_map([action.0], row::one_try)?.collect()
        };
        read().map_err(StateError::database("read"))
    }

    fn add_try(&mut self, action: ActionId, number: u32, at: Timestamp) -> Result<(), StateError> {
        self.execute("INSERT INTO tries (action, number, started_at) VALUES (?1, ?2, ?3)", params![action.0, number, at.to_string()])
    }

    fn end_try(&mut self, action: ActionId, number: u32, reported: &StateChange<'_>, at: Timestamp) -> Result<(), StateError> {
        let sql = "UPDATE tries SET ended_at = ?3, outcome = ?4, code = ?5, reason = ?6, trace_id = ?7 WHERE action = ?1 AND number = ?2";
        self.execute(
            sql,
            params![
                action.0,
                number,
                at.to_string(),
                reported.state.word(),
                reported.code.map(one_line),
                reported.reason.map(for_journal),
                reported.trace_id.map(one_line)
            ],
        )
    }

    fn add_note(&mut self, note: &Note) -> Result<(), StateError> {
        let campaign = note.campaign.as_ref().map(CampaignId::as_str);
        self.execute(
            "INSERT INTO notes (run, at, kind, base_url, campaign, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![note.run.as_str(), note.at.to_string(), note.kind.word(), note.base_url, campaign, for_journal(&note.detail)],
        )
    }

    fn notes(&self, limit: usize) -> Result<Vec<NoteEntry>, StateError> {
        let read = || -> rusqlite::Result<Vec<NoteEntry>> {
            let mut statement = self.0.prepare_cached(
                "SELECT n.*, r.user, r.ssh_source, r.sudo_user FROM notes n JOIN runs r ON r.id = n.run ORDER BY n.id DESC LIMIT ?1",
            )?;
            statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], row::note)?.collect()
        };
        read().map_err(StateError::database("read"))
    }
}

impl Stored<'_> {
    fn execute(&self, sql: &str, values: impl Params) -> Result<(), StateError> {
        let execute = || self.0.prepare_cached(sql)?.execute(values);
        execute().map(drop).map_err(StateError::database("written"))
    }

    /// The entries that meet a condition.
    fn found(&self, condition: &str, values: impl Params) -> Result<Vec<JournalEntry>, StateError> {
        let failed = StateError::database("read");
        let mut statement = self.0.prepare_cached(&format!("{ENTRY} {condition}")).map_err(&failed)?;
        let mut rows = statement.query(values).map_err(&failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            found.push(row::entry(self.0, row)?);
        }
        Ok(found)
    }
}

/// A message, its attempts, and when the newest was made.
type SeenLine<'a> = (&'a MessageId, Option<u32>, Option<Timestamp>);

/// What only some kinds of actions have, by column.
#[derive(Default)]
struct Columns<'a> {
    attempts: Option<u32>,
    newest: Option<Timestamp>,
    read_from: Option<&'static str>,
    /// What was known of each message; `None` where that was not kept.
    seen: Option<Vec<SeenLine<'a>>>,
    fingerprint: Option<&'a str>,
    language: Option<&'a str>,
    file_name: Option<&'a str>,
    rows: Option<u32>,
    sha256: Option<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(action: &'a ActionKind) -> Self {
        match action {
            ActionKind::RetryMessage { attempts, newest_attempt, read_from, .. } => {
                Self { attempts: *attempts, newest: *newest_attempt, read_from: Some(read_from.word()), ..Self::default() }
            }
            ActionKind::RetryBatch { failures, .. } => {
                let seen = failures
                    .as_ref()
                    .map(|failures| failures.iter().map(|seen| (&seen.message, seen.attempts, seen.newest_attempt)).collect());
                Self { seen, ..Self::default() }
            }
            ActionKind::SendMessage { fingerprint, language, known, .. } => Self {
                fingerprint: Some(fingerprint),
                language: Some(language),
                seen: known.as_ref().map(|known| known.iter().map(|message| (message, None, None)).collect()),
                ..Self::default()
            },
            ActionKind::UploadBatch { file_name, rows, sha256, newest, .. } => {
                Self { file_name: Some(file_name), rows: Some(*rows), sha256: Some(sha256), newest: *newest, ..Self::default() }
            }
        }
    }
}
