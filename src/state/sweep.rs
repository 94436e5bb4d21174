//! Removing the lock files of finished runs. They distinguish the living from the dead; once a dead run has nothing
//! open, its file is of no more use.

use super::form::{EntryQuery, JournalTransaction};
use super::{Journal, Run, RunId, StateError};

impl Journal {
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
    pub(super) fn sweep(&self, lines: &dyn JournalTransaction) -> Result<(), StateError> {
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
