//! The views of a campaign.

use crate::tui::Action;

/// What the body of the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum ViewKind {
    /// The list of messages.
    Messages,
    Batches,
    /// The failures by error.
    Failures,
    /// Actions and their outcomes.
    Activity,
}

impl ViewKind {
    /// All of them, in their order on the screen.
    pub const ALL: [ViewKind; 4] = [ViewKind::Messages, ViewKind::Batches, ViewKind::Failures, ViewKind::Activity];

    /// Its name in the session file, which stays the same whatever the screen says.
    pub fn saved_name(self) -> &'static str {
        match self {
            ViewKind::Messages => "messages",
            ViewKind::Batches => "batches",
            ViewKind::Failures => "failures",
            ViewKind::Activity => "activity",
        }
    }

    pub fn of_saved_name(name: &str) -> Option<ViewKind> {
        ViewKind::ALL.into_iter().find(|view| view.saved_name() == name)
    }

    /// The action that shows it, and its name.
    pub fn tab(self) -> (Action, &'static str) {
        match self {
            ViewKind::Messages => (Action::ShowMessages, "Messages"),
            ViewKind::Batches => (Action::ShowBatches, "Batches"),
            ViewKind::Failures => (Action::ShowFailures, "Failures"),
            ViewKind::Activity => (Action::ShowActivity, "Activity"),
        }
    }
}
