//! What is on disk: the journal of every action, so that nothing is sent twice by
//! accident, whatever happens to the program in between.
//!
//! An action is recorded before its request leaves ([`Journal::intend`]), each try has a line of its own
//! ([`Journal::started`]), and its outcome is recorded when it is known ([`Journal::outcome`]). What the program did
//! not live to see is found at the next start ([`Journal::settle_orphans`]). Nothing personal is stored: no
//! recipient, no text, no key.
//!
//! Besides the journal there are the call budget that all processes share ([`SharedBudget`]) and what the dashboard
//! showed when it was closed ([`Session`]).
//!
//! All calls block; times come from the caller.

mod action;
mod budget;
mod error;
mod files;
mod folder;
mod form;
mod journal;
mod memory;
mod note;
mod read;
mod run;
mod server;
mod session;
mod sqlite;
#[cfg(test)]
mod tests;
mod transition;
mod write;

pub use action::{ActionId, ActionKind, FailureSeen, Intention, Outcome, ReadFrom, Resolution};
pub use budget::{BudgetFile, MemoryBudget, ReservedSlot, SharedBudget};
pub use error::{Cause, StateError};
pub use folder::folder;
pub use journal::{Journal, JournalAccess, JournalHandle};
pub use note::{Note, NoteEntry, NoteKind};
pub use read::{ActionAttempt, Holder, JournalEntry, OpenAction, OtherUploads, SendsBefore, UploadsBefore};
pub use run::{Run, RunId, Settled, Who};
pub use server::Server;
pub use session::{SavedFilter, SavedNamedFilter, SavedTable, Session};
pub use transition::ActionState;
