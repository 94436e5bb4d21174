//! Which key agrees to the open question, and the one way in which it does.

use crossterm::event::{KeyCode, KeyEvent};

use super::{OldDialog, OpenQuestion, Shared};
use crate::tui::KeyRole;
use crate::tui::dialogs::Press;
use crate::tui::keys::Chord;

impl Shared {
    /// What a key would do now.
    pub(in crate::tui) fn role_of(&self, key: KeyEvent) -> KeyRole {
        if let OldDialog::New(dialog) = &self.dialog
            && self.is_dialog_in_view()
            && let Some(role) = dialog.role(Press { action: self.keymap.lookup(dialog.context(), key), key }, self)
        {
            return role;
        }
        if self.context().is_text() { KeyRole::Text } else { KeyRole::Key }
    }

    /// Whether the key being handled agrees to what is on the screen.
    pub(in crate::tui) fn is_agreed(&self) -> bool {
        self.agreed && self.asked_in_view().is_some()
    }

    /// Whether the key being handled agrees to this question: it is the one that the input guard saw.
    pub(in crate::tui) fn is_agreed_to(&self, question: OpenQuestion) -> bool {
        self.agreed && self.asked_in_view() == Some(question)
    }

    /// The name of the key that came too soon, while its question is still open.
    pub(in crate::tui) fn too_soon(&self) -> Option<String> {
        self.asked_in_view()?;
        self.too_soon.map(|key| match key.code {
            KeyCode::Enter => "Enter".to_owned(),
            _ => Chord::of(key).map(|chord| chord.to_string()).unwrap_or_default(),
        })
    }
}
