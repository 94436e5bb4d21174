//! What leaves the dashboard: all that it may do to the world, as plain data.

use crate::delivery::MessageId;
use crate::monitor::{CampaignIndex, Command};

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
    /// Ring the terminal's bell.
    Bell,
    /// Stop the program as a shell does with Ctrl-z, with the terminal given back meanwhile.
    Suspend,
    /// Draw everything anew: something else wrote over the screen.
    Redraw,
    /// End the dashboard.
    Quit,
}
