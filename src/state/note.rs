//! What else the journal records: something personal was shown or stored, or a campaign was unlocked.

use jiff::Timestamp;

use super::run::run_is_known;
use super::{Journal, RunId, StateError, Who};
use crate::delivery::CampaignId;

/// Something that happened besides the actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The run in which it happened.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub kind: NoteKind,
    /// The API's base URL, where it concerns one.
    pub base_url: Option<String>,
    /// The campaign, where it concerns one.
    pub campaign: Option<CampaignId>,
    /// More about it, without anything personal: how many rows, which view.
    pub detail: String,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// Something masked was shown in full.
    Reveal,
    /// Messages were written to a file or copied.
    Export,
    /// A read-only campaign was unlocked for actions.
    Unlock,
    /// It was locked again.
    Lock,
}

/// A note as kept in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteEntry {
    /// What was noted.
    pub note: Note,
    /// Who ran the program.
    pub who: Who,
}

impl NoteKind {
    /// All of them.
    pub const ALL: [NoteKind; 4] = [NoteKind::Reveal, NoteKind::Export, NoteKind::Unlock, NoteKind::Lock];

    /// The word in the journal's file and in scripts.
    pub fn word(self) -> &'static str {
        match self {
            NoteKind::Reveal => "reveal",
            NoteKind::Export => "export",
            NoteKind::Unlock => "unlock",
            NoteKind::Lock => "lock",
        }
    }
}

impl Journal {
    /// Notes a reveal, an export, an unlock.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn note(&self, note: &Note) -> Result<(), StateError> {
        self.write(|lines| {
            run_is_known(lines, &note.run)?;
            lines.add_note(note)
        })
    }

    /// The newest notes, newest first, this many at most.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn notes(&self, limit: usize) -> Result<Vec<NoteEntry>, StateError> {
        self.read(|lines| lines.notes(limit))
    }
}
