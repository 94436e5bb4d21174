//! What leaves the dashboard: all that it may do to the world, as plain data.

use crate::config::NewCampaign;
use crate::monitor::{CampaignIndex, Command};
use crate::state::NoteKind;

/// A text that leaves the program because a person wants it: a copy, or a file. It may hold
/// recipients, so that no log ever shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Copied(pub String);

impl std::fmt::Debug for Copied {
    /// The length alone.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Copied({} bytes)", self.0.len())
    }
}

/// Which export, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExportId(pub u64);

/// A step of an export. The file appears under its name when it is whole, or never.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportStep {
    /// Begin.
    Begin {
        /// Where, as it was typed.
        path: String,
    },
    /// Some more of its text.
    Part(Copied),
    /// That was all: the journal gets a line, and the file its name. One that is not masked gets none
    /// without the line.
    End {
        /// The campaign that it is about.
        campaign: CampaignIndex,
        /// What it holds, for the journal: nothing personal.
        detail: String,
        /// Whether what it holds is masked.
        masked: bool,
    },
    /// It is not wanted any more: nothing is left of it. Has no answer.
    Drop,
}

impl Effect {
    /// The worker of a campaign is to write something down that is no action.
    pub(super) fn note(campaign: CampaignIndex, kind: NoteKind, detail: impl Into<String>) -> Self {
        Effect::Command { campaign, command: Command::Note { kind, detail: detail.into() } }
    }
}

/// Something to be done outside the dashboard's state. Carried out in one place.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A wish to a campaign's worker.
    Command {
        /// Which one.
        campaign: CampaignIndex,
        /// What is wished.
        command: Command,
    },
    /// Hand a text to the terminal's clipboard.
    Copy(Copied),
    /// One step of writing a file that does not exist yet, for its owner alone. Each but the last ends
    /// as [`Event::Export`], and so does the last.
    ///
    /// [`Event::Export`]: super::Event::Export
    Export {
        /// Which export.
        export: ExportId,
        /// What is to be done.
        step: ExportStep,
    },
    /// Read the configuration again, with the keys, and begin anew with it; where it cannot be used,
    /// everything stays as it is.
    Reload,
    /// Ask the API for a message of a campaign that is not configured yet. Ends as [`Event::Tried`].
    ///
    /// [`Event::Tried`]: super::Event::Tried
    TryCampaign(Box<NewCampaign>),
    /// Write a campaign into the configuration. Ends as [`Event::Added`].
    ///
    /// [`Event::Added`]: super::Event::Added
    AddCampaign(Box<NewCampaign>),
    /// Call a person to the screen: the terminal's bell, and a notification of the desktop where the
    /// terminal has them. Nothing personal.
    Call(String),
    /// Listen to the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Stop the program as a shell does with Ctrl-z, with the terminal given back meanwhile.
    Suspend,
    /// Draw everything anew: something else wrote over the screen.
    Redraw,
    /// End the dashboard.
    Quit,
}
