//! The context that keys apply to, and which of them does something there.

use super::{Shared, ViewKind};
use crate::tui::{Action, Context};

impl Shared {
    /// The context that keys apply to now.
    pub(in crate::tui) fn context(&self) -> Context {
        match self.front {
            Some(front) => front.context,
            None if self.starting.is_some() => Context::Starting,
            None => self.pane(),
        }
    }

    /// The context when nothing is in front of the view.
    pub(in crate::tui) fn pane(&self) -> Context {
        match self.view {
            ViewKind::Messages if self.campaign().is_some_and(|campaign| campaign.opened.is_some()) => Context::Detail,
            ViewKind::Messages => Context::Messages,
            ViewKind::Batches => Context::Batches,
            ViewKind::Failures => Context::Failures,
            ViewKind::Activity => Context::Activity,
        }
    }

    /// The key that does something in the view on the screen, for a sentence. While a number is typed it is text, and
    /// another key leaves the line first.
    pub(in crate::tui) fn key_for(&self, action: Action) -> String {
        self.past_the_line(self.keymap.name(self.pane(), action))
    }

    /// The same for a `:` command.
    pub(in crate::tui) fn command_for(&self, word: &str) -> String {
        self.past_the_line(self.keymap.command(word))
    }

    fn past_the_line(&self, key: String) -> String {
        if self.context() != Context::Text {
            return key;
        }
        let way_out = if self.across.on { Action::Back } else { Action::Enter };
        format!("{} then {key}", self.keymap.name(Context::Text, way_out))
    }
}
