//! Conversion between a row of the journal and its values.

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::super::{
    ActionAttempt, ActionId, ActionKind, ActionState, FailureSeen, JournalEntry, Note, NoteEntry, NoteKind, ReadFrom, RunId, Server,
    StateError, Who,
};
use crate::delivery::{BatchId, CampaignId, MessageId};

/// The columns of an entry; condition and order are appended.
pub(super) const ENTRY: &str = "
SELECT a.*, r.user, r.ssh_source, r.sudo_user, (SELECT COUNT(*) FROM tries t WHERE t.action = a.id) AS tries
FROM actions a JOIN runs r ON r.id = a.run
";

/// The entry in a row of [`ENTRY`].
pub(super) fn entry(connection: &Connection, row: &Row<'_>) -> Result<JournalEntry, StateError> {
    let id = ActionId(row.get("id").map_err(StateError::database("read"))?);
    let bad = |flaw: &str| StateError::BadLine { action: id, flaw: flaw.to_owned() };
    let fields = || -> rusqlite::Result<JournalEntry> {
        let state: String = row.get("state")?;
        Ok(JournalEntry {
            id,
            run: run(row, "run")?,
            who: who(row)?,
            base_url: row.get("base_url")?,
            server: Server::from_text(row.get("server")?),
            campaign: CampaignId::new(row.get::<_, String>("campaign")?),
            action: action(connection, row)?,
            plan: row.get("plan")?,
            planned_at: time(row, "planned_at")?,
            state: ActionState::from_word(&state).ok_or_else(|| unreadable(row, "state"))?,
            changed_at: time(row, "changed_at")?,
            code: row.get("code")?,
            reason: row.get("reason")?,
            trace_id: row.get("trace_id")?,
            resolved_run: row.get::<_, Option<String>>("resolved_run")?.and_then(|id| RunId::from_text(&id)),
            tries: row.get("tries")?,
        })
    };
    fields().map_err(|error| bad(&error.to_string()))
}

fn action(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<ActionKind> {
    let kind: String = row.get("kind")?;
    let text = |column: &str| row.get::<_, String>(column);
    Ok(match kind.as_str() {
        "retry" => ActionKind::RetryMessage {
            message: MessageId::new(text("message")?),
            attempts: row.get("seen_attempts")?,
            newest_attempt: optional_time(row, "seen_newest")?,
            read_from: ReadFrom::from_word(&text("seen_from")?).ok_or_else(|| unreadable(row, "seen_from"))?,
        },
        "retry-batch" => ActionKind::RetryBatch { batch: BatchId::new(text("batch")?), failures: seen(connection, row)? },
        "send" => ActionKind::SendMessage {
            fingerprint: text("fingerprint")?,
            language: row.get::<_, Option<String>>("language")?.unwrap_or_default(),
            known: seen(connection, row)?.map(|seen| seen.into_iter().map(|seen| seen.message).collect()),
            created: row.get::<_, Option<String>>("message")?.map(MessageId::new),
        },
        "send-batch" => ActionKind::UploadBatch {
            file_name: text("file_name")?,
            rows: row.get("file_rows")?,
            sha256: row.get::<_, Option<String>>("file_sha256")?.unwrap_or_default(),
            newest: optional_time(row, "seen_newest")?,
            created: row.get::<_, Option<String>>("batch")?.map(BatchId::new),
        },
        _ => return Err(unreadable(row, "kind")),
    })
}

/// What was known before an action's request left, message by message. Incomplete evidence counts as none.
fn seen(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<Option<Vec<FailureSeen>>> {
    let Some(lines) = row.get::<_, Option<u32>>("seen_lines")? else { return Ok(None) };
    let mut statement = connection.prepare_cached("SELECT message, attempts, newest FROM seen WHERE action = ?1 ORDER BY message")?;
    let found = statement.query_map([row.get::<_, i64>("id")?], |row| {
        let message = MessageId::new(row.get::<_, String>("message")?);
        Ok(FailureSeen { message, attempts: row.get("attempts")?, newest_attempt: optional_time(row, "newest")? })
    })?;
    let found: Vec<FailureSeen> = found.collect::<rusqlite::Result<_>>()?;
    Ok(Some(found).filter(|found| u32::try_from(found.len()) == Ok(lines)))
}

pub(super) fn one_try(row: &Row<'_>) -> rusqlite::Result<ActionAttempt> {
    Ok(ActionAttempt {
        number: row.get("number")?,
        started_at: time(row, "started_at")?,
        ended_at: optional_time(row, "ended_at")?,
        outcome: row.get::<_, Option<String>>("outcome")?.and_then(|word| ActionState::from_word(&word)),
        code: row.get("code")?,
        reason: row.get("reason")?,
        trace_id: row.get("trace_id")?,
    })
}

/// The note in a row, with who ran the program.
pub(super) fn note(row: &Row<'_>) -> rusqlite::Result<NoteEntry> {
    let kind: String = row.get("kind")?;
    Ok(NoteEntry {
        note: Note {
            run: run(row, "run")?,
            at: time(row, "at")?,
            kind: NoteKind::ALL.into_iter().find(|known| known.word() == kind).ok_or_else(|| unreadable(row, "kind"))?,
            base_url: row.get("base_url")?,
            campaign: row.get::<_, Option<String>>("campaign")?.map(CampaignId::new),
            detail: row.get("detail")?,
        },
        who: who(row)?,
    })
}

fn who(row: &Row<'_>) -> rusqlite::Result<Who> {
    Ok(Who { user: row.get("user")?, ssh_source: row.get("ssh_source")?, sudo_user: row.get("sudo_user")? })
}

fn run(row: &Row<'_>, column: &str) -> rusqlite::Result<RunId> {
    RunId::from_text(&row.get::<_, String>(column)?).ok_or_else(|| unreadable(row, column))
}

fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get::<_, String>(column)?.parse().map_err(|_| unreadable(row, column))
}

fn optional_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<String>>(column)?.map(|text| text.parse().map_err(|_| unreadable(row, column))).transpose()
}

/// A column whose text has no meaning.
fn unreadable(row: &Row<'_>, column: &str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::InvalidColumnType(index, column.to_owned(), rusqlite::types::Type::Text)
}
