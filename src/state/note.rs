//! What else is worth a line: something personal was shown or stored, or a lock was opened.

use jiff::Timestamp;
use rusqlite::params;

use super::row::{run, time, unreadable, who};
use super::text::impersonal;
use super::{Journal, RunId, StateError, Who};
use crate::delivery::CampaignId;

/// Something that happened beside the actions.
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
    /// A read-only campaign was opened for actions.
    Unlock,
    /// It was closed again.
    Lock,
}

/// A note as it stands in the journal.
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
        let campaign = note.campaign.as_ref().map(CampaignId::as_str);
        self.write("written", |transaction| {
            super::write::run_is_known(transaction, &note.run)?;
            transaction
                .execute(
                    "INSERT INTO notes (run, at, kind, base_url, campaign, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![note.run.as_str(), note.at.to_string(), note.kind.word(), note.base_url, campaign, impersonal(&note.detail)],
                )
                .map_err(StateError::database("written"))?;
            Ok(())
        })
    }

    /// The newest notes, newest first, this many at most.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn notes(&self, limit: usize) -> Result<Vec<NoteEntry>, StateError> {
        let read = || -> rusqlite::Result<Vec<NoteEntry>> {
            let connection = self.connection();
            let mut statement = connection.prepare_cached(
                "SELECT n.*, r.user, r.ssh_source, r.sudo_user FROM notes n JOIN runs r ON r.id = n.run ORDER BY n.id DESC LIMIT ?1",
            )?;
            let rows = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], entry)?;
            rows.collect()
        };
        read().map_err(StateError::database("read"))
    }
}

fn entry(row: &rusqlite::Row<'_>) -> rusqlite::Result<NoteEntry> {
    let kind: String = row.get("kind")?;
    Ok(NoteEntry {
        note: Note {
            run: run(row, "run")?,
            at: time(row, "at")?,
            kind: NoteKind::ALL.into_iter().find(|known| known.word() == kind).ok_or_else(|| unreadable(row, "kind"))?,
            base_url: row.get("base_url")?,
            campaign: row.get::<_, Option<String>>("campaign")?.map(CampaignId::new),
            detail: row.get("detail")?,
        },
        who: who(row)?,
    })
}
