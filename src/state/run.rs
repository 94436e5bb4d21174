//! Runs of the program: who is behind one, whether it is still alive, and what dead ones left behind.
//!
//! Each run holds an operating system's lock on a file named after it. The system releases the lock when the process
//! ends, however it ends, so a lock that can be taken means a dead run, and one that cannot means that its actions
//! are under way elsewhere. A process number in the database would not do: numbers are reused. Once a dead run has nothing
//! open, its file is of no more use.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::form::{EntryQuery, JournalTransaction, RunLock};
use super::write::step;
use super::{ActionId, ActionState, Journal, JournalEntry, Outcome, Server, StateError};
use crate::delivery::{CampaignId, clean_line};

/// The name of one run of the program.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(String);

impl RunId {
    /// A name from the time, the process number and some randomness: two machines that share a
    /// folder can have the first two in common.
    pub fn new(at: Timestamp, process: u32, entropy: u32) -> Self {
        Self(format!("{}-{process}-{entropy:08x}", at.strftime("%Y%m%dT%H%M%SZ")))
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name from the journal; `None` for a text that could name a file elsewhere.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A run in progress: as long as this value lives, its actions are "under way elsewhere" for every other process.
pub struct Run {
    id: RunId,
    // Held for its lock, which ends when the value is dropped or the process ends.
    _lock: RunLock,
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Run").field(&self.id).finish()
    }
}

impl Run {
    /// The run's name.
    pub fn id(&self) -> &RunId {
        &self.id
    }
}

/// The person behind a run of the program, as reported by the operating system.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    /// The account's name, with its number where the platform has one.
    pub user: String,
    /// The address that the SSH connection came from.
    pub ssh_source: Option<String>,
    /// The account that became this one through sudo, which tells users of a shared account apart.
    pub sudo_user: Option<String>,
}

impl Who {
    /// From the account that runs the program and the variables that SSH and sudo set.
    pub fn from_environment(env: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| env(name).map(|text| short(&text)).filter(|text| !text.is_empty());
        // `address port address port`: the first address is the caller's.
        let ssh_source = text("SSH_CONNECTION").and_then(|reported| reported.split_whitespace().next().map(str::to_owned));
        let name = text("USER").or_else(|| text("LOGNAME")).or_else(|| text("USERNAME"));
        Self { user: account(name), ssh_source, sudo_user: text("SUDO_USER") }
    }
}

#[cfg(unix)]
fn account(name: Option<String>) -> String {
    // The number comes from the kernel, the name only from a variable that anyone can set.
    let number = rustix::process::getuid().as_raw();
    match name {
        Some(name) => format!("{name} (uid {number})"),
        None => format!("uid {number}"),
    }
}

#[cfg(not(unix))]
fn account(name: Option<String>) -> String {
    name.unwrap_or_else(|| "unknown".to_owned())
}

fn short(text: &str) -> String {
    clean_line(text.trim()).chars().take(100).collect()
}

/// What became of the intentions that dead runs left in a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// Their request may have been sent: now unknown, to be looked up.
    pub unknown: Vec<ActionId>,
    /// Their request was never sent, or not accepted: now not sent, to be offered as a new plan.
    pub not_started: Vec<JournalEntry>,
}

impl Journal {
    /// Begins a run: records who runs it and takes its lock. Keep the value as long as the run lasts. Lock files of
    /// dead runs that left nothing open are removed.
    ///
    /// # Errors
    /// When the run cannot be recorded or locked; then no action may be taken.
    pub fn begin_run(&self, id: RunId, who: &Who, at: Timestamp) -> Result<Run, StateError> {
        // Inside a transaction that keeps others out, no other process can mistake the new file for a dead run's
        // before its lock is held.
        self.write(|lines| {
            if lines.knows_run(&id)? {
                return Err(StateError::SameRun { run: id });
            }
            lines.add_run(&id, who, at)?;
            let lock = self.form().lock(&id)?;
            self.sweep(lines)?;
            Ok(Run { id, _lock: lock })
        })
    }

    /// Settles what dead runs left intended in a campaign: a try that was started and whose outcome was not seen
    /// becomes unknown, the rest not sent. Runs that are alive are left alone.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn settle_orphans(&self, server: &Server, campaign: &CampaignId, at: Timestamp) -> Result<Settled, StateError> {
        self.write(|lines| {
            let mut settled = Settled::default();
            let mut dead = BTreeSet::new();
            for mut entry in lines.entries(&EntryQuery::OpenOf(server, campaign))? {
                if entry.state != ActionState::Intended || self.is_alive(&entry.run) {
                    continue;
                }
                let outcome = match lines.tries(entry.id)?.last() {
                    Some(last) if last.outcome.is_none() => {
                        let outcome = Outcome::Unknown { reason: "the program ended before it saw the answer".to_owned() };
                        lines.end_try(entry.id, last.number, &outcome.reported(), at)?;
                        outcome
                    }
                    Some(_) => Outcome::NotSent { reason: "the program ended before it was sent again".to_owned() },
                    None => Outcome::NotSent { reason: "the program ended before it was sent".to_owned() },
                };
                step(lines, entry.id, &outcome.reported(), at)?;
                dead.insert(entry.run.clone());
                entry.state = outcome.state();
                match entry.state {
                    ActionState::Unknown => settled.unknown.push(entry.id),
                    _ => settled.not_started.push(entry),
                }
            }
            // Runs with something left to settle, in other campaigns for instance, keep their file.
            dead.iter().try_for_each(|run| self.sweep_run(lines, run))?;
            Ok(settled)
        })
    }

    /// Ends a run when its program exits normally: what its lock leaves behind is removed, unless something is open
    /// under it. Takes the run by value, because nothing may be intended under it afterwards.
    ///
    /// # Errors
    /// If the journal cannot be written; the file then stays until a later run begins.
    pub fn end_run(&self, run: Run) -> Result<(), StateError> {
        let written = self.write(|lines| {
            if !has_open(lines, run.id())? {
                self.form().forget_lock(run.id(), true);
            }
            Ok(())
        });
        // Only now is its lock released.
        drop(run);
        written
    }

    /// Removes the files of dead runs that left nothing open. Those that cannot be removed stay.
    fn sweep(&self, lines: &dyn JournalTransaction) -> Result<(), StateError> {
        self.form().with_locks().iter().try_for_each(|run| self.sweep_run(lines, run))
    }

    /// The same for one run. Within the caller's step, so that no other process can begin a run or intend anything
    /// meanwhile.
    pub(super) fn sweep_run(&self, lines: &dyn JournalTransaction, run: &RunId) -> Result<(), StateError> {
        if !has_open(lines, run)? {
            self.form().forget_lock(run, false);
        }
        Ok(())
    }
}

fn has_open(lines: &dyn JournalTransaction, run: &RunId) -> Result<bool, StateError> {
    Ok(!lines.entries(&EntryQuery::OpenOfRun(run))?.is_empty())
}

pub(super) fn run_is_known(lines: &dyn JournalTransaction, run: &RunId) -> Result<(), StateError> {
    if lines.knows_run(run)? { Ok(()) } else { Err(StateError::NoSuchRun { run: run.clone() }) }
}

/// Takes the lock of a new run.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let file = super::folder::create_private(path)?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => io::Error::other("another process has its lock"),
        TryLockError::Error(error) => error,
    })?;
    Ok(file)
}

/// Whether a run's process is alive. When in doubt it counts as alive: better one action too many that waits for a
/// person than one that is taken twice.
pub(super) fn is_alive(folder: &Path, id: &RunId) -> bool {
    match File::open(lock_path(folder, id)) {
        // A shared lock is enough to find out, and two processes that look at once do not disturb each other.
        Ok(file) => file.try_lock_shared().is_err(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Removes the lock file of a run whose lock can be taken, while holding it. A file that cannot be removed does no
/// harm.
pub(super) fn remove_where_dead(folder: &Path, id: &RunId) {
    let path = lock_path(folder, id);
    if let Ok(file) = File::open(&path)
        && file.try_lock().is_ok()
    {
        let _ = std::fs::remove_file(&path);
    }
}

pub(super) fn lock_path(folder: &Path, id: &RunId) -> PathBuf {
    folder.join(format!("{id}{SUFFIX}"))
}

/// The runs that have a lock file in the folder.
pub(super) fn with_lock_file(folder: &Path) -> io::Result<Vec<RunId>> {
    let mut runs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        runs.extend(name.to_str().and_then(|name| name.strip_suffix(SUFFIX)).and_then(RunId::from_text));
    }
    Ok(runs)
}

const SUFFIX: &str = ".run";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssh_and_sudo_tell_who_it_is() {
        let who = Who::from_environment(|name| match name {
            "USER" => Some("root".to_owned()),
            "SSH_CONNECTION" => Some("192.0.2.7 50022 192.0.2.1 22".to_owned()),
            "SUDO_USER" => Some("ann\u{1b}[31m".to_owned()),
            _ => None,
        });
        assert!(who.user.starts_with("root"), "{}", who.user);
        assert_eq!(who.ssh_source.as_deref(), Some("192.0.2.7"));
        assert_eq!(who.sudo_user.as_deref(), Some("ann␛[31m"));
    }

    #[test]
    fn without_variables_the_account_is_still_named() {
        let who = Who::from_environment(|_| None);
        assert!(!who.user.is_empty());
        assert_eq!((who.ssh_source, who.sudo_user), (None, None));
    }
}
