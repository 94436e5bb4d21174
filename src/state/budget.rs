//! The budget of calls that all processes of a machine share.
//!
//! A campaign has ten calls a second for all its users together, so two programs that watch it must not take twice
//! what was configured. For each server and campaign the budget holds the next free slot: a caller reserves it and
//! then waits for it.
//!
//! It has an interface of its own besides the journal's, because it works even where the journal cannot be written,
//! nothing in it is worth keeping, and none of its steps may wait for the disk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};

use super::files::{FileIdentity, identity};
use super::folder::{keep_file_private, named_without_locks, prepare};
use super::sqlite::write_ahead;
use super::{Server, StateError};
use crate::delivery::CampaignId;

/// A budget that several processes share.
pub trait SharedBudget: std::fmt::Debug + Send + Sync {
    /// Reserves the next free slot of a campaign, `now` or later, and keeps the following ones at least `spacing`
    /// away from it. The caller waits for it, then makes one call. An `unused` slot becomes free again, unless a
    /// later one was reserved meanwhile.
    ///
    /// # Errors
    /// When it cannot be used. The caller must then limit itself. The next call tries again.
    fn reserve(
        &self,
        server: &Server,
        campaign: &CampaignId,
        now: Timestamp,
        spacing: Duration,
        unused: Option<ReservedSlot>,
    ) -> Result<ReservedSlot, StateError>;

    /// Gives back a slot that no call will use, so that the next caller need not wait for it.
    ///
    /// # Errors
    /// When it cannot be used; the slot then passes unused.
    fn give_back(&self, server: &Server, campaign: &CampaignId, unused: ReservedSlot) -> Result<(), StateError>;
}

/// A slot that was reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReservedSlot {
    /// When its call may be made.
    pub at: Timestamp,
    /// When the following slot begins.
    pub next: Timestamp,
}

/// The file's name in the state folder.
pub(super) const FILE_NAME: &str = "budget.sqlite3";

/// How long another process may keep the file. Its transactions take less than a millisecond, and a dashboard should
/// rather halve its rate than freeze.
const PATIENCE: Duration = Duration::from_millis(250);

/// A slot further ahead than this was reserved by a wrong clock or by processes that are gone: it is handed out
/// again.
const FAR_AHEAD: Duration = Duration::from_secs(10);

/// The next slot, given where it was left to begin.
fn slot(next: Option<Timestamp>, now: Timestamp, spacing: Duration, unused: Option<ReservedSlot>) -> ReservedSlot {
    let next = unused.filter(|unused| Some(unused.next) == next).map_or(next, |unused| Some(unused.at));
    // Rounded to the precision that is stored.
    let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
    let spacing = SignedDuration::try_from(spacing).unwrap_or(SignedDuration::MAX);
    let far = SignedDuration::try_from(FAR_AHEAD).unwrap_or(SignedDuration::MAX).max(spacing.saturating_mul(2));
    let at = next.filter(|next| next.duration_since(now) <= far).map_or(now, |next| next.max(now));
    let next = at.checked_add(spacing).ok().and_then(|next| Timestamp::from_microsecond(next.as_microsecond()).ok());
    ReservedSlot { at, next: next.unwrap_or(Timestamp::MAX) }
}

/// The budget of a state folder, in a file of its own that is opened when it is first needed.
#[derive(Debug)]
pub struct BudgetFile {
    path: PathBuf,
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    connection: Connection,
    /// Which file it is: a process that keeps using a removed file shares nothing.
    identity: Option<FileIdentity>,
}

impl BudgetFile {
    /// The budget of a folder; the file is made where it is missing.
    pub fn new(folder: &Path) -> BudgetFile {
        BudgetFile { path: folder.join(FILE_NAME), open: Mutex::new(None) }
    }

    fn opened(&self) -> Result<Open, StateError> {
        prepare(self.path.parent().unwrap_or(Path::new(".")))?;
        keep_file_private(&self.path).map_err(|source| StateError::Folder { path: self.path.clone(), source })?;
        let failed = |source: rusqlite::Error| self.failed(source);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        write_ahead(&connection, &self.path)?;
        // Losing a slot in a power cut does no harm.
        connection.pragma_update(None, "synchronous", "OFF").map_err(failed)?;
        connection
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS server_slots (
                     server    TEXT NOT NULL,
                     campaign  TEXT NOT NULL,
                     next_us   INTEGER NOT NULL,
                     PRIMARY KEY (server, campaign)
                 ) STRICT, WITHOUT ROWID",
            )
            .map_err(failed)?;
        Ok(Open { connection, identity: identity(&self.path) })
    }

    fn failed(&self, source: rusqlite::Error) -> StateError {
        let error = StateError::Budget { path: self.path.clone(), source: source.into() };
        named_without_locks(self.path.parent().unwrap_or(Path::new(".")), error)
    }
}

impl BudgetFile {
    /// Changes where the campaign's next slot begins, in one transaction; `None` leaves it as it is. Returns the
    /// change's result.
    fn step<T>(
        &self,
        server: &Server,
        campaign: &CampaignId,
        change: impl FnOnce(Option<Timestamp>) -> (T, Option<Timestamp>),
    ) -> Result<T, StateError> {
        let mut held = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // If anything fails, it stays closed and the next call opens it again.
        let mut open = match held.take() {
            Some(open) if open.identity == identity(&self.path) => open,
            Some(gone) => {
                // On closing it would remove the log of the file that is there now.
                let _ = gone.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
                self.opened()?
            }
            None => self.opened()?,
        };
        let step = || -> rusqlite::Result<T> {
            let transaction = open.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let next: Option<i64> = transaction
                .prepare_cached("SELECT next_us FROM server_slots WHERE server = ?1 AND campaign = ?2")?
                .query_row([server.as_str(), campaign.as_str()], |row| row.get(0))
                .optional()?;
            let next = next.and_then(|next| Timestamp::from_microsecond(next).ok());
            let (given, next) = change(next);
            if let Some(next) = next {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO server_slots (server, campaign, next_us) VALUES (?1, ?2, ?3)")?
                    .execute(params![server.as_str(), campaign.as_str(), next.as_microsecond()])?;
            }
            transaction.commit()?;
            Ok(given)
        };
        let given = step().map_err(|source| self.failed(source))?;
        *held = Some(open);
        Ok(given)
    }
}

impl SharedBudget for BudgetFile {
    fn reserve(
        &self,
        server: &Server,
        campaign: &CampaignId,
        now: Timestamp,
        spacing: Duration,
        unused: Option<ReservedSlot>,
    ) -> Result<ReservedSlot, StateError> {
        self.step(server, campaign, |next| {
            let slot = slot(next, now, spacing, unused);
            (slot, Some(slot.next))
        })
    }

    fn give_back(&self, server: &Server, campaign: &CampaignId, unused: ReservedSlot) -> Result<(), StateError> {
        self.step(server, campaign, |next| ((), (next == Some(unused.next)).then_some(unused.at)))
    }
}

/// A budget in memory, for the workers of one process.
#[derive(Debug, Default)]
pub struct MemoryBudget(Mutex<HashMap<(Server, CampaignId), Timestamp>>);

impl SharedBudget for MemoryBudget {
    fn reserve(
        &self,
        server: &Server,
        campaign: &CampaignId,
        now: Timestamp,
        spacing: Duration,
        unused: Option<ReservedSlot>,
    ) -> Result<ReservedSlot, StateError> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (server.clone(), campaign.clone());
        let slot = slot(slots.get(&key).copied(), now, spacing, unused);
        slots.insert(key, slot.next);
        Ok(slot)
    }

    fn give_back(&self, server: &Server, campaign: &CampaignId, unused: ReservedSlot) -> Result<(), StateError> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = slots.get_mut(&(server.clone(), campaign.clone())).filter(|next| **next == unused.next) {
            *next = unused.at;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HALF: Duration = Duration::from_millis(500);

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_900_000_000_000 + millisecond).unwrap()
    }

    fn server() -> Server {
        Server::of("http://127.0.0.1:8025/api/v2")
    }

    fn id(campaign: &str) -> CampaignId {
        CampaignId::new(campaign)
    }

    /// A budget, and its folder if it needs one.
    type Made = (Box<dyn SharedBudget>, Option<tempfile::TempDir>);

    fn file() -> Made {
        let folder = tempfile::tempdir().unwrap();
        (Box::new(BudgetFile::new(folder.path())), Some(folder))
    }

    fn memory() -> Made {
        (Box::new(MemoryBudget::default()), None)
    }

    #[rstest]
    #[case::file(file())]
    #[case::memory(memory())]
    fn slots_follow_each_other_and_a_rest_earns_nothing(#[case] (budget, _folder): Made) {
        let reserve = |now| budget.reserve(&server(), &id("a"), at(now), HALF, None).unwrap().at;
        assert_eq!([reserve(0), reserve(0), reserve(100)], [at(0), at(500), at(1000)]);
        assert_eq!([reserve(60_000), reserve(60_000)], [at(60_000), at(60_500)]);
    }

    #[rstest]
    #[case::file(file())]
    #[case::memory(memory())]
    fn every_campaign_has_slots_of_its_own_and_a_servers_names_have_the_same(#[case] (budget, _folder): Made) {
        let reserve = |base_url: &str, campaign: &str| budget.reserve(&Server::of(base_url), &id(campaign), at(0), HALF, None).unwrap().at;
        assert_eq!(reserve("http://127.0.0.1:8025/api/v2", "a"), at(0));
        assert_eq!(reserve("http://127.0.0.1:8025/api/v2", "b"), at(0));
        assert_eq!(reserve("http://127.0.0.1:9/api/v2", "a"), at(0), "another simulator");
        assert_eq!(reserve("http://localhost:8025/api/v2", "a"), at(500));
        assert_eq!(reserve("http://[::1]:8025", "a"), at(1000));
        assert_eq!(reserve("https://postman.gov.sg/api/v2", "a"), at(0));
        assert_eq!(reserve("https://sms.agency.example/postman", "a"), at(500), "a gateway's name");
    }

    #[rstest]
    #[case::file(file())]
    #[case::memory(memory())]
    fn a_slot_far_ahead_is_given_again(#[case] (budget, _folder): Made) {
        let reserve = |campaign: &str, now, spacing| budget.reserve(&server(), &id(campaign), at(now), spacing, None).unwrap().at;
        reserve("a", 3_600_000, HALF);
        assert_eq!(reserve("a", 0, HALF), at(0), "the clock was set back");
        let slow = Duration::from_secs(15);
        assert_eq!(reserve("slow", 0, slow), at(0));
        assert_eq!(reserve("slow", 1, slow), at(15_000), "a slow rate is no wrong clock");
    }

    #[rstest]
    #[case::file(file())]
    #[case::memory(memory())]
    fn an_unused_slot_is_free_again_unless_a_later_one_was_reserved(#[case] (budget, _folder): Made) {
        let reserve = |now, unused| budget.reserve(&server(), &id("a"), at(now), HALF, unused).unwrap();
        let late = reserve(0, None);
        assert_eq!(reserve(20, Some(late)).at, at(20), "missed by its own slowness: no one waits");
        let ahead = reserve(30, None);
        assert_eq!(ahead.at, at(520));
        assert_eq!(reserve(600, None).at, at(1020), "another process's");
        assert_eq!(reserve(610, Some(ahead)).at, at(1520), "behind that one, whatever was missed");
        let given = reserve(620, None);
        budget.give_back(&server(), &id("a"), given).unwrap();
        budget.give_back(&server(), &id("a"), ahead).unwrap();
        assert_eq!(reserve(630, None).at, given.at, "the last one was given back, the earlier one is past");
    }

    #[test]
    fn several_handles_at_once_never_get_the_same_slot() {
        let folder = tempfile::tempdir().unwrap();
        let slots: Vec<Timestamp> = std::thread::scope(|scope| {
            let threads: Vec<_> = ["localhost", "127.0.0.1", "[::1]", "127.0.0.2"]
                .into_iter()
                .map(|host| {
                    let budget = BudgetFile::new(folder.path());
                    let server = Server::of(&format!("http://{host}:8025/api/v2"));
                    scope
                        .spawn(move || (0..5).map(|_| budget.reserve(&server, &id("a"), at(0), HALF, None).unwrap().at).collect::<Vec<_>>())
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let mut sorted = slots.clone();
        sorted.sort();
        assert_eq!(sorted, (0..20i64).map(|index| at(index * 500)).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_that_is_something_else_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, "somebody's notes, long enough to be looked at as a database file").unwrap();
        let budget = BudgetFile::new(folder.path());
        let reserve = || budget.reserve(&server(), &id("a"), at(0), HALF, None);
        assert!(reserve().is_err());
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("somebody's notes"));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(reserve().unwrap().at, at(0), "it can be used again");
    }

    #[cfg(unix)]
    #[test]
    fn one_that_was_removed_is_shared_again() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (BudgetFile::new(folder.path()), BudgetFile::new(folder.path()));
        let reserve = |budget: &BudgetFile| budget.reserve(&server(), &id("a"), at(0), HALF, None).unwrap().at;
        assert_eq!([reserve(&one), reserve(&other)], [at(0), at(500)]);
        for file in std::fs::read_dir(folder.path()).unwrap() {
            std::fs::remove_file(file.unwrap().path()).unwrap();
        }
        assert_eq!([reserve(&one), reserve(&other), reserve(&one)], [at(0), at(500), at(1000)]);
    }
}
