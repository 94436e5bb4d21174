//! The context that keys apply to, and which of them does something there.

use super::{Dialog, PageKind, State, ViewKind};
use crate::tui::{Action, Context};

impl State {
    /// The context that keys apply to now.
    pub(in crate::tui) fn context(&self) -> Context {
        match self.page.map(|page| page.kind) {
            Some(PageKind::Help(_)) => return Context::Help,
            Some(PageKind::Notices | PageKind::Results | PageKind::Copied) => return Context::Page,
            None => {}
        }
        match &self.dialog {
            Dialog::Question(_) | Dialog::Reveal(_) | Dialog::Resume(_) => Context::Question,
            Dialog::Plan(_) | Dialog::Batch(_) => Context::Plan,
            Dialog::Resolve(resolve) if resolve.asking.is_some() => Context::Question,
            Dialog::Resolve(_) => Context::Menu,
            Dialog::Prompt(_) => Context::Prompt,
            Dialog::Menu(_) | Dialog::Order(_) | Dialog::Row(_) => Context::Menu,
            Dialog::Find => Context::Text,
            Dialog::Campaigns(_) => Context::Campaigns,
            Dialog::None if self.starting.is_some() => Context::Starting,
            Dialog::None => self.pane(),
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
