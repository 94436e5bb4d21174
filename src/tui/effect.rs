//! What leaves the dashboard: everything it may do to the world, as plain data.

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
