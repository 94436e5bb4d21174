//! What can go wrong with the journal.

use std::io;
use std::path::PathBuf;

use jiff::Timestamp;

use super::{ActionId, ActionState, RunId};
use crate::config::shell_quoted;

/// What a database reports.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the journal could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The same message (batch, send, upload) has an action whose outcome is not known yet.
    #[error("an action on it has been {state} since {since} (run `{run}`): its outcome must be known first")]
    AlreadyOpen {
        /// The action that is open.
        action: ActionId,
        /// When that action was decided.
        since: Timestamp,
        /// The run that took it.
        run: RunId,
        /// What is known about it.
        state: ActionState,
    },
    /// The API accepted another run's action on the same message after this run had read it.
    #[error("action `{action}` on the same subject was accepted at {at} (run `{run}`)")]
    TakenSince {
        /// The action.
        action: ActionId,
        /// When it was known to be accepted.
        at: Timestamp,
        /// The run that took it.
        run: RunId,
    },
    /// A step that the table of states does not allow.
    #[error("action `{action}` is {from} and cannot become {to}")]
    IllegalStep {
        /// The action.
        action: ActionId,
        /// Its state.
        from: ActionState,
        /// The state that was asked for.
        to: ActionState,
    },
    /// A try that does not fit: a second one while one is under way, or an outcome without a start.
    #[error("action `{action}` {flaw}")]
    IllegalTry {
        /// The action.
        action: ActionId,
        /// What is wrong.
        flaw: &'static str,
    },
    /// No action has this number.
    #[error("the journal has no action `{action}`")]
    NoSuchAction {
        /// The number.
        action: ActionId,
    },
    /// The run was never started.
    #[error("the journal has no run `{run}`")]
    NoSuchRun {
        /// The run.
        run: RunId,
    },
    /// The run was started before.
    #[error("the journal already has the run `{run}`")]
    SameRun {
        /// The run.
        run: RunId,
    },
    /// The journal is read-only.
    #[error("the journal can only be read: {why}")]
    ReadOnly {
        /// Why.
        why: String,
    },
    /// One of its files has changed since it was opened. Nothing more is written until it is opened again.
    #[error("`{}` was {how} while the program ran: nothing more is written until the journal is opened again", path.display())]
    FilesChanged {
        /// The file.
        path: PathBuf,
        /// What happened to it.
        how: &'static str,
    },
    /// The platform has no location for the folder.
    #[error("no home folder was found: name a state folder with `--state FOLDER`")]
    NoFolder,
    /// The folder or a file in it cannot be used.
    #[error("the state folder's `{}` cannot be used", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The folder's file system has no locks, so that nothing would keep two programs apart.
    #[error("the file system of the state folder `{}` does not support locks: name one on a disk of this machine with `--state FOLDER`", path.display())]
    NoLocks {
        /// The folder.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// Other users can write into the folder.
    #[error("other users can write into the state folder `{}`: run `chmod 700 {}`, or name another with `--state FOLDER`",
        path.display(), shell_quoted(path))]
    Exposed {
        /// The folder.
        path: PathBuf,
    },
    /// The folder belongs to another user.
    #[error("the state folder `{}` belongs to another user (uid {owner}): name one of your own with `--state FOLDER`", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The owner's number.
        owner: u32,
    },
    /// The file is damaged or is something else.
    #[error("`{}` is damaged or not a journal ({flaw}); it was left as it is: move it away to start a new one", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
        /// What was found.
        flaw: String,
    },
    /// A newer version of the program wrote it.
    #[error("the journal `{}` was written by a newer version of Postwatch (format {found}; this one knows {known})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// An entry of it cannot be understood.
    #[error("the journal's action `{action}` cannot be read: {flaw}")]
    BadLine {
        /// The action.
        action: ActionId,
        /// What is wrong.
        flaw: String,
    },
    /// The budget that processes share cannot be used.
    #[error("the shared budget `{}` cannot be used", path.display())]
    Budget {
        /// The file.
        path: PathBuf,
        /// What the database says.
        source: Cause,
    },
    /// What the dashboard last showed cannot be saved or loaded.
    #[error("the last session, in `{}`, cannot be used", path.display())]
    Session {
        /// The file.
        path: PathBuf,
        /// The operating system's error, or what is wrong with the file.
        source: io::Error,
    },
    /// The database failed.
    #[error("the journal could not be {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database says.
        source: Cause,
    },
}

impl StateError {
    /// Whether the action is refused because another on the same message is open.
    pub fn is_already_open(&self) -> bool {
        matches!(self, StateError::AlreadyOpen { .. })
    }

    /// Whether the action is refused because of another action on the same message, open or accepted meanwhile.
    pub fn is_taken_elsewhere(&self) -> bool {
        matches!(self, StateError::AlreadyOpen { .. } | StateError::TakenSince { .. })
    }

    pub(super) fn database<E: Into<Cause>>(doing: &'static str) -> impl Fn(E) -> Self {
        move |source| StateError::Database { doing, source: source.into() }
    }

    /// A step that was never carried out.
    pub(super) fn not_done() -> Self {
        StateError::Database { doing: "used", source: "the step was not carried out".into() }
    }

    /// Whether the journal itself fails, rather than what was asked of it.
    pub fn is_of_the_journal(&self) -> bool {
        !matches!(
            self,
            StateError::AlreadyOpen { .. }
                | StateError::TakenSince { .. }
                | StateError::IllegalStep { .. }
                | StateError::IllegalTry { .. }
                | StateError::NoSuchAction { .. }
                | StateError::NoSuchRun { .. }
                | StateError::SameRun { .. }
        )
    }

    /// Whether the disk is to blame, full or broken, rather than the folder's location or permissions.
    pub fn is_of_the_disk(&self) -> bool {
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            let code = inner.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
            let kind = inner.downcast_ref::<io::Error>().map(io::Error::kind);
            if matches!(code, Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::SystemIoFailure))
                || matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge))
            {
                return true;
            }
            cause = inner.source();
        }
        false
    }

    /// Whether the journal must be opened again before anything can be written: waiting is not enough.
    pub fn needs_opening(&self) -> bool {
        matches!(self, StateError::FilesChanged { .. })
    }

    /// The whole explanation in one line, including causes.
    pub fn explained(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            text.push_str(": ");
            text.push_str(&inner.to_string());
            cause = inner.source();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_folder_that_is_not_to_be_used() {
        let sqlite = |code| {
            let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            StateError::Database { doing: "written", source: error.into() }
        };
        let folder = |kind: io::ErrorKind| StateError::Folder { path: PathBuf::from("/state"), source: kind.into() };
        for full in [sqlite(rusqlite::ffi::SQLITE_FULL), sqlite(rusqlite::ffi::SQLITE_IOERR), folder(io::ErrorKind::StorageFull)] {
            assert!(full.is_of_the_disk(), "{full:?}");
        }
        for other in [sqlite(rusqlite::ffi::SQLITE_PERM), folder(io::ErrorKind::PermissionDenied), StateError::NoFolder] {
            assert!(!other.is_of_the_disk(), "{other:?}");
        }
    }

    #[test]
    fn every_error_is_a_phrase_that_tells_what_to_do() {
        let path = || PathBuf::from("/state/postwatch");
        let action = ActionId(7);
        let run = RunId::new(Timestamp::UNIX_EPOCH, 1, 2);
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let errors = [
            StateError::AlreadyOpen { action, since: Timestamp::UNIX_EPOCH, run: run.clone(), state: ActionState::Unknown },
            StateError::TakenSince { action, at: Timestamp::UNIX_EPOCH, run: run.clone() },
            StateError::IllegalStep { action, from: ActionState::Accepted, to: ActionState::Unknown },
            StateError::IllegalTry { action, flaw: "has a try under way" },
            StateError::NoSuchAction { action },
            StateError::NoSuchRun { run: run.clone() },
            StateError::SameRun { run },
            StateError::ReadOnly { why: "the disk is full".to_owned() },
            StateError::FilesChanged { path: path(), how: "cut" },
            StateError::NoFolder,
            StateError::Folder { path: path(), source: denied() },
            StateError::NoLocks { path: path(), source: io::ErrorKind::Unsupported.into() },
            StateError::Exposed { path: path() },
            StateError::Foreign { path: path(), owner: 1001 },
            StateError::NotAJournal { path: path(), flaw: "file is not a database".to_owned() },
            StateError::Newer { path: path(), found: 9, known: 1 },
            StateError::BadLine { action, flaw: "`done` is no state".to_owned() },
            StateError::Budget { path: path(), source: rusqlite::Error::InvalidQuery.into() },
            StateError::Session { path: path(), source: denied() },
            StateError::Database { doing: "written", source: rusqlite::Error::InvalidQuery.into() },
        ];
        let text: String = errors.iter().map(|error| error.explained() + "\n").collect();
        assert_eq!(
            text,
            "\
an action on it has been unknown since 1970-01-01T00:00:00Z (run `19700101T000000Z-1-00000002`): its outcome must be known first
action `7` on the same subject was accepted at 1970-01-01T00:00:00Z (run `19700101T000000Z-1-00000002`)
action `7` is accepted and cannot become unknown
action `7` has a try under way
the journal has no action `7`
the journal has no run `19700101T000000Z-1-00000002`
the journal already has the run `19700101T000000Z-1-00000002`
the journal can only be read: the disk is full
`/state/postwatch` was cut while the program ran: nothing more is written until the journal is opened again
no home folder was found: name a state folder with `--state FOLDER`
the state folder's `/state/postwatch` cannot be used: permission denied
the file system of the state folder `/state/postwatch` does not support locks: name one on a disk of this machine with `--state FOLDER`: unsupported
other users can write into the state folder `/state/postwatch`: run `chmod 700 /state/postwatch`, or name another with `--state FOLDER`
the state folder `/state/postwatch` belongs to another user (uid 1001): name one of your own with `--state FOLDER`
`/state/postwatch` is damaged or not a journal (file is not a database); it was left as it is: move it away to start a new one
the journal `/state/postwatch` was written by a newer version of Postwatch (format 9; this one knows 1)
the journal's action `7` cannot be read: `done` is no state
the shared budget `/state/postwatch` cannot be used: Query is not read-only
the last session, in `/state/postwatch`, cannot be used: permission denied
the journal could not be written: Query is not read-only
"
        );
    }
}
