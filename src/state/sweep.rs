//! Lock files of runs that are over. They tell the living from the dead; once nothing is open under
//! a dead run, its file tells nothing any more.

use rusqlite::Transaction;

use super::{Journal, Run, RunId, StateError, run};

impl Journal {
    /// Ends a run whose program ends in good order: its lock file is removed, unless something is
    /// open under it. Takes the run, because nothing may be intended under it afterwards.
    ///
    /// # Errors
    /// When the journal cannot be written; the file then stays until a later run begins.
    pub fn end_run(&self, run: Run) -> Result<(), StateError> {
        let written = self.write("written", |transaction| {
            if !has_open(transaction, run.id())? {
                // Removed while the lock is held: nobody can take the file for a dead run's before.
                let _ = std::fs::remove_file(run::lock_path(self.folder(), run.id()));
            }
            Ok(())
        });
        // Only now its lock ends.
        drop(run);
        written
    }

    /// Removes the lock files of dead runs that left nothing open. A file that stays does no harm,
    /// so what cannot be removed is left.
    pub(super) fn sweep(&self, transaction: &Transaction<'_>) -> Result<(), StateError> {
        for id in run::with_lock_file(self.folder()).unwrap_or_default() {
            self.sweep_run(transaction, &id)?;
        }
        Ok(())
    }

    /// Removes the lock file of one run, where it is dead and nothing is open under it. Within the
    /// caller's transaction, so that no other process can begin a run or intend anything meanwhile.
    pub(super) fn sweep_run(&self, transaction: &Transaction<'_>, id: &RunId) -> Result<(), StateError> {
        if !has_open(transaction, id)? {
            run::remove_where_dead(self.folder(), id);
        }
        Ok(())
    }
}

fn has_open(transaction: &Transaction<'_>, id: &RunId) -> Result<bool, StateError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM actions WHERE run = ?1 AND state IN ('intended', 'unknown'))";
    transaction.query_one(sql, [id.as_str()], |row| row.get(0)).map_err(StateError::database("read"))
}
