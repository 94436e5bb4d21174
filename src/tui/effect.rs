//! What leaves the dashboard: everything it may do to the world, as plain data.

use std::sync::Arc;

use crate::action::{CheckedFile, FileRules, FileSource};
use crate::config::NewCampaign;
use crate::monitor::{CampaignIndex, Command, Generation};
use crate::state::NoteKind;
use crate::store::Unsorted;

/// A text that leaves the program at a person's request: a copy, or a file. It may hold recipients,
/// so no log ever shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Copied(pub String);

impl std::fmt::Debug for Copied {
    /// Only its length.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Copied({} bytes)", self.0.len())
    }
}

/// Which export, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExportId(pub u64);

/// A step of an export. The file appears under its name once it is whole, or never.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportStep {
    /// Begin.
    Begin {
        /// The path, as typed.
        path: String,
    },
    /// More of its text.
    Part(Copied),
    /// All mistakes of a file, by row: there can be a million.
    Mistakes(FoundFile),
    /// That was all: the journal gets a line, and the file its name. Without that line an unmasked
    /// file gets no name.
    End {
        /// The campaign that it is about.
        campaign: CampaignIndex,
        /// What it holds, for the journal: nothing personal.
        detail: String,
        /// Whether what it holds is masked.
        masked: bool,
    },
    /// It is no longer needed: no file is left. Has no answer.
    Drop,
}

/// Which request about a file of messages, since the start: answers to older ones are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileRequest(pub u64);

/// A file of messages that was read and checked. Clones are the same one.
#[derive(Debug, Clone)]
pub struct FoundFile {
    /// The path, as typed.
    pub path: String,
    /// What the check found.
    pub checked: Arc<CheckedFile>,
    /// Where its bytes are.
    pub source: FileSource,
}

impl PartialEq for FoundFile {
    /// Whether it is the same reading of the same file.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.checked, &other.checked)
    }
}

/// Something to be done with a file of messages. Nothing of it sends.
#[derive(Debug, Clone)]
pub enum FileStep {
    /// Find out what a path could be completed to.
    Complete {
        /// The path so far.
        typed: String,
    },
    /// Read a file, and check it.
    Check {
        /// The path, as typed.
        path: String,
        /// What it is checked against.
        rules: Box<FileRules>,
    },
    /// Write a copy beside it without what can be corrected, and check that.
    Correct {
        /// The file with its mistakes.
        file: FoundFile,
        /// What the copy is checked against.
        rules: Box<FileRules>,
    },
    /// End the reading: it is no longer needed. Has no answer.
    Leave,
}

impl PartialEq for FileStep {
    /// What a file is checked against is made anew each time, so it makes no difference.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (FileStep::Complete { typed }, FileStep::Complete { typed: other }) => typed == other,
            (FileStep::Check { path, .. }, FileStep::Check { path: other, .. }) => path == other,
            (FileStep::Correct { file, .. }, FileStep::Correct { file: other, .. }) => file == other,
            (FileStep::Leave, FileStep::Leave) => true,
            _ => false,
        }
    }
}

impl Effect {
    /// The worker of a campaign is to write something down that is no action.
    pub(super) fn note(campaign: CampaignIndex, kind: NoteKind, detail: impl Into<String>) -> Self {
        Effect::Command { campaign, command: Command::Note { kind, detail: detail.into() } }
    }
}

/// Something to be done outside the dashboard's state, in one place.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A command for a campaign's worker.
    Command {
        /// Which one.
        campaign: CampaignIndex,
        /// The command.
        command: Command,
    },
    /// Put a text on the terminal's clipboard.
    Copy(Copied),
    /// One step of writing a new file that only its owner can read. Every step is answered by
    /// [`Event::Export`].
    ///
    /// [`Event::Export`]: super::Event::Export
    Export {
        /// Which export.
        export: ExportId,
        /// The step.
        step: ExportStep,
    },
    /// Do something with a file of messages, on another thread. Answered by [`Event::File`].
    ///
    /// [`Event::File`]: super::Event::File
    File {
        /// Goes into the answers.
        request: FileRequest,
        /// What.
        step: FileStep,
    },
    /// Sort the messages of a campaign on another thread. Answered by [`Event::Sorted`].
    ///
    /// [`Event::Sorted`]: super::Event::Sorted
    Sort {
        /// Which one.
        campaign: CampaignIndex,
        /// Goes into the answer.
        generation: Generation,
        /// Its lists.
        lists: Vec<Unsorted>,
    },
    /// Read the configuration and the keys again and start over with them; where they cannot be
    /// used, everything stays as it is.
    Reload,
    /// Ask the API for a message of a campaign that is not configured yet. Answered by
    /// [`Event::Tried`].
    ///
    /// [`Event::Tried`]: super::Event::Tried
    TryCampaign(Box<NewCampaign>),
    /// Write a campaign into the configuration. Answered by [`Event::Added`].
    ///
    /// [`Event::Added`]: super::Event::Added
    AddCampaign(Box<NewCampaign>),
    /// Call a person to the screen: the terminal's bell, and a desktop notification where the
    /// terminal has them. Nothing personal.
    Call(String),
    /// Turn the mouse on, or leave it to the terminal.
    Mouse(bool),
    /// Suspend the program as a shell does with Ctrl-z; the terminal is restored meanwhile.
    Suspend,
    /// Redraw everything: something else wrote over the screen.
    Redraw,
    /// Close the dashboard.
    Quit,
}
