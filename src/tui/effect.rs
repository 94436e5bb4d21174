//! What leaves the dashboard: all that it may do to the world, as plain data.

use crate::config::NewCampaign;
use crate::delivery::MessageId;
use crate::monitor::{CampaignIndex, Command};

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
    /// A masked recipient was shown to a person: that is journalled.
    NoteReveal {
        /// The campaign.
        campaign: CampaignIndex,
        /// The message; `None` when the whole screen was unmasked.
        message: Option<MessageId>,
    },
    /// A read-only campaign was opened for actions by a person: that is journalled.
    NoteUnlock {
        /// The campaign.
        campaign: CampaignIndex,
    },
    /// It was closed again, by a person or because its time was over: that is journalled.
    NoteLock {
        /// The campaign.
        campaign: CampaignIndex,
    },
    /// Hand a text to the terminal's clipboard.
    Copy(Copied),
    /// Write a file that does not exist yet, for its owner alone: that is journalled.
    Export {
        /// The campaign that it is about.
        campaign: CampaignIndex,
        /// Where, as it was typed.
        path: String,
        /// What.
        text: Copied,
        /// What it holds, for the journal: nothing personal.
        detail: String,
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
    /// Ring the terminal's bell.
    Bell,
    /// Stop the program as a shell does with Ctrl-z, with the terminal given back meanwhile.
    Suspend,
    /// Draw everything anew: something else wrote over the screen.
    Redraw,
    /// End the dashboard.
    Quit,
}
