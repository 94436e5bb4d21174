//! The tables, and how an older file is migrated.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::super::{Server, StateError};

/// Marks the file as Postwatch's: "PWJ1" in ASCII.
const APPLICATION: i64 = 0x5057_4a31;

/// The steps from each format to the next; the file's `user_version` says how many were taken. A step that was
/// released is never changed, only followed by another.
const STEPS: &[&str] = &[
    "
CREATE TABLE runs (
    id          TEXT PRIMARY KEY,
    started_at  TEXT NOT NULL,
    user        TEXT NOT NULL,
    ssh_source  TEXT,
    sudo_user   TEXT
) STRICT;
CREATE TABLE actions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    run           TEXT NOT NULL REFERENCES runs (id),
    base_url      TEXT NOT NULL,
    campaign      TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('retry', 'retry-batch', 'send', 'send-batch')),
    message       TEXT,
    batch         TEXT,
    claim         TEXT NOT NULL,
    seen_attempts INTEGER,
    seen_newest   TEXT,
    seen_from     TEXT,
    seen_failures INTEGER,
    fingerprint   TEXT,
    file_name     TEXT,
    file_rows     INTEGER,
    plan          TEXT NOT NULL,
    planned_at    TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('intended', 'not_sent', 'refused', 'accepted', 'unknown',
                      'resolved_accepted', 'resolved_not_accepted', 'resolved_by_person')),
    changed_at    TEXT NOT NULL,
    code          TEXT,
    reason        TEXT,
    trace_id      TEXT,
    resolved_run  TEXT REFERENCES runs (id)
) STRICT;
-- What is claimed by an open action cannot be claimed again, by any process.
CREATE UNIQUE INDEX one_open_action ON actions (base_url, campaign, claim) WHERE state IN ('intended', 'unknown');
CREATE INDEX actions_of_runs ON actions (run) WHERE state IN ('intended', 'unknown');
CREATE TABLE tries (
    action      INTEGER NOT NULL REFERENCES actions (id),
    number      INTEGER NOT NULL,
    started_at  TEXT NOT NULL,
    ended_at    TEXT,
    outcome     TEXT,
    code        TEXT,
    reason      TEXT,
    trace_id    TEXT,
    PRIMARY KEY (action, number)
) STRICT;
CREATE TABLE notes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    run       TEXT NOT NULL REFERENCES runs (id),
    at        TEXT NOT NULL,
    kind      TEXT NOT NULL,
    base_url  TEXT,
    campaign  TEXT,
    detail    TEXT NOT NULL
) STRICT;
",
    "
ALTER TABLE actions ADD COLUMN server TEXT NOT NULL DEFAULT '';
-- The base URL of an open action of the first format that claims the same as another one, since both
-- lead to one server: it keeps its old claim beside the other's.
ALTER TABLE actions ADD COLUMN old_key TEXT NOT NULL DEFAULT '';
-- How many lines of `seen` are an action's; none where that was not kept.
ALTER TABLE actions ADD COLUMN seen_lines INTEGER;
ALTER TABLE actions ADD COLUMN language TEXT;
ALTER TABLE actions ADD COLUMN file_sha256 TEXT;
UPDATE actions SET server = server_of(base_url);
DROP INDEX one_open_action;
UPDATE actions SET old_key = base_url WHERE state IN ('intended', 'unknown') AND EXISTS (
    SELECT 1 FROM actions b WHERE b.id <> actions.id AND b.state IN ('intended', 'unknown')
        AND b.server = actions.server AND b.campaign = actions.campaign AND b.claim = actions.claim);
CREATE UNIQUE INDEX one_open_action ON actions (server, campaign, claim, old_key) WHERE state IN ('intended', 'unknown');
-- What was known before a request left, message by message: the failures of a batch, or the messages
-- to a recipient.
CREATE TABLE seen (
    action    INTEGER NOT NULL REFERENCES actions (id),
    message   TEXT NOT NULL,
    attempts  INTEGER,
    newest    TEXT,
    PRIMARY KEY (action, message)
) STRICT, WITHOUT ROWID;
",
];

/// The newest format that this version knows.
const KNOWN: i64 = STEPS.len() as i64;

/// Makes sure that the file is a sound journal that this version understands. Changes nothing.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), StateError> {
    let failed = |error| explained(error, path, "opened");
    let not_a_journal = |flaw: String| StateError::NotAJournal { path: path.to_owned(), flaw };
    // In one transaction: another process may be creating the file right now, and half of the old state with half of
    // the new would look like another program's.
    let moment = connection.unchecked_transaction().map_err(failed)?;
    let application = number(&moment, "application_id").map_err(failed)?;
    let format = number(&moment, "user_version").map_err(failed)?;
    let tables: i64 = moment.query_one("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    moment.finish().map_err(failed)?;
    if application != APPLICATION && (format != 0 || tables != 0) {
        return Err(not_a_journal("it is another program's database".to_owned()));
    }
    if format > KNOWN {
        return Err(StateError::Newer { path: path.to_owned(), found: format, known: KNOWN });
    }
    let flaw: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(failed)?;
    if flaw != "ok" {
        return Err(not_a_journal(flaw));
    }
    Ok(())
}

/// A read-only file in the newest format: an older one is copied into memory and migrated there.
pub(super) fn in_newest_format(connection: Connection, path: &Path) -> Result<Connection, StateError> {
    let failed = |error| explained(error, path, "read");
    if number(&connection, "user_version").map_err(failed)? == KNOWN {
        return Ok(connection);
    }
    let mut copy = Connection::open_in_memory().map_err(failed)?;
    Backup::new(&connection, &mut copy).and_then(|backup| backup.run_to_completion(i32::MAX, Duration::ZERO, None)).map_err(failed)?;
    bring_up_to_date(&mut copy, path)?;
    Ok(copy)
}

/// Takes the steps that the file lacks, all or none of them.
pub(super) fn bring_up_to_date(connection: &mut Connection, path: &Path) -> Result<(), StateError> {
    let failed = |error| explained(error, path, "brought up to date");
    connection
        .create_scalar_function("server_of", 1, FunctionFlags::SQLITE_UTF8, |base_url| {
            Ok(Server::of(&base_url.get::<String>(0)?).as_str().to_owned())
        })
        .map_err(failed)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Read inside the transaction: another process may just have done it.
    let format = number(&transaction, "user_version").map_err(failed)?;
    for step in STEPS.iter().skip(usize::try_from(format).unwrap_or(usize::MAX)) {
        transaction.execute_batch(step).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
    if format < KNOWN {
        transaction.pragma_update(None, "user_version", KNOWN).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// Writes the page with the file's format, as it is.
pub(super) fn write_same(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "user_version", KNOWN)
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}

/// Distinguishes damage from a database that is merely busy or out of reach.
pub(super) fn explained(error: rusqlite::Error, path: &Path, doing: &'static str) -> StateError {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => StateError::NotAJournal { path: path.to_owned(), flaw: error.to_string() },
        _ => StateError::Database { doing, source: error.into() },
    }
}
