//! What is open over the list, and whether it can be agreed to.

use super::{OpenQuestion, Shared};
use crate::tui::dialogs::{Busy, Dialog};
use crate::tui::layout::Kind;

/// A dialog over the list. One at a time.
pub(in crate::tui) enum OldDialog {
    None,
    /// One of the dialogs by thing.
    New(Box<dyn Dialog>),
    /// Its key is being handled.
    Busy(Busy),
}

/// What a dialog was opened from, where that was not the view itself: Esc goes back to it.
pub(in crate::tui) struct Beneath {
    /// The dialog that was open.
    pub dialog: OldDialog,
    /// The campaign that was on the screen then.
    pub campaign: usize,
}

impl Shared {
    /// The open question, whichever it is, while it can be read: a page in front hides it, and so
    /// does a screen without room. Nothing can be agreed to that is not on the screen.
    pub(in crate::tui) fn asked_in_view(&self) -> Option<OpenQuestion> {
        self.asked().filter(|_| self.is_dialog_in_view())
    }

    /// The open question, even where it cannot be read.
    pub(in crate::tui) fn asked(&self) -> Option<OpenQuestion> {
        match &self.dialog {
            OldDialog::New(dialog) => dialog.asked(),
            OldDialog::Busy(busy) => busy.asked,
            OldDialog::None => None,
        }
    }

    /// Whether the dialog is a question about rows that must not change their meaning.
    pub(in crate::tui) fn is_about_rows(&self) -> bool {
        matches!(&self.dialog, OldDialog::New(dialog) if dialog.holds_rows())
    }

    /// Whether a dialog could be read.
    pub(in crate::tui) fn is_dialog_in_view(&self) -> bool {
        self.help.is_none() && self.layout().kind != Kind::Tiny
    }
}
