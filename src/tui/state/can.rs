//! Whether an action would do anything now, and if not, why.

use super::Shared;
use crate::tui::Action;
use crate::tui::dialogs::Can;
use crate::tui::views;

/// Why there is no rest to plan.
pub(in crate::tui) const NOTHING_LEFT: &str = "nothing is left to start";

impl Shared {
    /// Why an action would do nothing in the view on the screen; `None` where it would do something.
    pub(in crate::tui) fn why_not(&self, action: Action) -> Option<String> {
        match views::can(action, self) {
            Can::Not(why) => Some(why.into_owned()),
            _ => None,
        }
    }
}
