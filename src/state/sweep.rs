//! What the locks of runs that are over leave behind. It tells the living from the dead; once nothing is
//! open under a dead run, it tells nothing any more.

use super::form::{EntryQuery, JournalTransaction};
use super::{Journal, Run, RunId, StateError};

impl Journal {
    /// Ends a run whose program ends in good order: what its lock leaves behind is removed, unless
    /// something is open under it. Takes the run, because nothing may be intended under it afterwards.
    ///
    /// # Errors
    /// When the journal cannot be written; it then stays until a later run begins.
    pub fn end_run(&self, run: Run) -> Result<(), StateError> {
        let written = self.write(|lines| {
            if !has_open(lines, run.id())? {
                self.form().forget_lock(run.id(), true);
            }
            Ok(())
        });
        // Only now its lock ends.
        drop(run);
        written
    }

    /// Removes what dead runs that left nothing open left behind. What cannot be removed is left.
    pub(super) fn sweep(&self, lines: &dyn JournalTransaction) -> Result<(), StateError> {
        self.form().with_locks().iter().try_for_each(|run| self.sweep_run(lines, run))
    }

    /// The same of one run. Within the caller's step, so that no other process can begin a run or intend
    /// anything meanwhile.
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
