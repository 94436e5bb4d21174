//! The budget of calls that all processes of a machine share.
//!
//! A campaign has ten calls a second for everybody together, so two programs that watch it must
//! not take twice what was configured. A file of its own, beside the journal, holds for each base
//! URL and campaign the next free slot: whoever wants to call reserves it, and then waits for it.
//! Nothing in it is worth keeping, and none of its transactions waits for the disk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};

use super::StateError;
use super::folder::{create_private, prepare};
use super::journal::write_ahead;

/// The file's name in the state folder.
pub(super) const FILE_NAME: &str = "budget.sqlite3";

/// How long another process may keep the file. Its transactions take less than a millisecond, and
/// a dashboard would rather halve its rate than stand still.
const PATIENCE: Duration = Duration::from_millis(250);

/// A slot further ahead than this was reserved by a clock that was wrong, or by processes that are
/// gone: it is given anew.
const FAR_AHEAD: Duration = Duration::from_secs(10);

/// The shared budget of a state folder. A clone is another handle on the same one.
#[derive(Debug, Clone)]
pub struct SharedBudget {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl SharedBudget {
    /// Opens the shared budget of a folder; makes folder and file where they are missing.
    ///
    /// # Errors
    /// When the file cannot be used. Whoever calls must then take care not to take too much.
    pub fn open(folder: &Path) -> Result<SharedBudget, StateError> {
        prepare(folder)?;
        let path = folder.join(FILE_NAME);
        create_private(&path).map_err(|source| StateError::Folder { path: path.clone(), source })?;
        let failed = |source| StateError::Budget { path: path.clone(), source };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        write_ahead(&connection, &path)?;
        // A slot that a power cut takes away does no harm.
        connection.pragma_update(None, "synchronous", "OFF").map_err(failed)?;
        connection
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS slots (
                     base_url  TEXT NOT NULL,
                     campaign  TEXT NOT NULL,
                     next_us   INTEGER NOT NULL,
                     PRIMARY KEY (base_url, campaign)
                 ) STRICT, WITHOUT ROWID",
            )
            .map_err(failed)?;
        Ok(Self { path, connection: Arc::new(Mutex::new(connection)) })
    }

    /// Reserves the next free slot of a campaign, `now` or later, and keeps the following ones at
    /// least `spacing` away from it. The caller waits for it, then makes one call.
    ///
    /// # Errors
    /// When the file cannot be used (any more).
    pub fn reserve(&self, base_url: &str, campaign: &str, now: Timestamp, spacing: Duration) -> Result<Timestamp, StateError> {
        let spacing = SignedDuration::try_from(spacing).unwrap_or(SignedDuration::MAX);
        let far = SignedDuration::try_from(FAR_AHEAD).unwrap_or(SignedDuration::MAX).max(spacing.saturating_mul(2));
        let reserve = || -> rusqlite::Result<Timestamp> {
            let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let next: Option<i64> = transaction
                .prepare_cached("SELECT next_us FROM slots WHERE base_url = ?1 AND campaign = ?2")?
                .query_row([base_url, campaign], |row| row.get(0))
                .optional()?;
            let next = next.and_then(|next| Timestamp::from_microsecond(next).ok()).filter(|next| next.duration_since(now) <= far);
            let slot = next.map_or(now, |next| next.max(now));
            let following = slot.checked_add(spacing).unwrap_or(Timestamp::MAX).as_microsecond();
            transaction
                .prepare_cached("INSERT OR REPLACE INTO slots (base_url, campaign, next_us) VALUES (?1, ?2, ?3)")?
                .execute(params![base_url, campaign, following])?;
            transaction.commit()?;
            Ok(slot)
        };
        reserve().map_err(|source| StateError::Budget { path: self.path.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "http://127.0.0.1:8025/api/v2";
    const HALF: Duration = Duration::from_millis(500);

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_900_000_000_000 + millisecond).unwrap()
    }

    fn budget() -> (SharedBudget, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (SharedBudget::open(folder.path()).unwrap(), folder)
    }

    #[test]
    fn slots_follow_each_other_and_a_rest_earns_nothing() {
        let (budget, _folder) = budget();
        let reserve = |now| budget.reserve(BASE, "a", at(now), HALF).unwrap();
        assert_eq!([reserve(0), reserve(0), reserve(100)], [at(0), at(500), at(1000)]);
        assert_eq!([reserve(60_000), reserve(60_000)], [at(60_000), at(60_500)]);
    }

    #[test]
    fn every_campaign_has_slots_of_its_own() {
        let (budget, _folder) = budget();
        assert_eq!(budget.reserve(BASE, "a", at(0), HALF).unwrap(), at(0));
        assert_eq!(budget.reserve(BASE, "b", at(0), HALF).unwrap(), at(0));
        assert_eq!(budget.reserve("https://elsewhere/api", "a", at(0), HALF).unwrap(), at(0));
    }

    #[test]
    fn a_slot_far_ahead_is_given_anew() {
        let (budget, _folder) = budget();
        budget.reserve(BASE, "a", at(3_600_000), HALF).unwrap();
        assert_eq!(budget.reserve(BASE, "a", at(0), HALF).unwrap(), at(0), "the clock was set back");
        let slow = Duration::from_secs(15);
        assert_eq!(budget.reserve(BASE, "slow", at(0), slow).unwrap(), at(0));
        assert_eq!(budget.reserve(BASE, "slow", at(1), slow).unwrap(), at(15_000), "a slow rate is no wrong clock");
    }

    #[test]
    fn several_handles_at_once_never_get_the_same_slot() {
        let folder = tempfile::tempdir().unwrap();
        let slots: Vec<Timestamp> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    let budget = SharedBudget::open(folder.path()).unwrap();
                    scope.spawn(move || (0..5).map(|_| budget.reserve(BASE, "a", at(0), HALF).unwrap()).collect::<Vec<_>>())
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let mut sorted = slots.clone();
        sorted.sort();
        assert_eq!(sorted, (0..20i64).map(|place| at(place * 500)).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_that_is_something_else_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, "somebody's notes, long enough to be looked at as a database file").unwrap();
        assert!(SharedBudget::open(folder.path()).is_err());
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("somebody's notes"));
    }
}
