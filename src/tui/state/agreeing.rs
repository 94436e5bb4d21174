//! Which key agrees to the open question, and the one way in which it does.

use crossterm::event::{KeyCode, KeyEvent};

use super::{OldDialog, OpenQuestion, PromptKind, Shared};
use crate::tui::dialogs::Press;
use crate::tui::keys::Chord;
use crate::tui::{Action, KeyRole};

impl Shared {
    /// What a key would do now.
    pub(in crate::tui) fn role_of(&self, key: KeyEvent) -> KeyRole {
        if let Some(role) = self.agreement(key) {
            return role;
        }
        if let OldDialog::New(dialog) = &self.dialog
            && self.is_dialog_in_view()
            && let Some(role) = dialog.role(Press { action: self.keymap.lookup(dialog.context(), key), key }, self)
        {
            return role;
        }
        let letter = Chord::of(key).and_then(Chord::printable);
        let is_answer = match &self.dialog {
            _ if !self.is_dialog_in_view() => false,
            OldDialog::Prompt(prompt) => prompt.kind == PromptKind::Unlock && letter.is_some(),
            _ => false,
        };
        match (is_answer, self.context().is_text()) {
            (true, _) => KeyRole::Answer,
            (false, true) => KeyRole::Text,
            (false, false) => KeyRole::Key,
        }
    }

    /// How a key agrees to the open question, if it does.
    fn agreement(&self, key: KeyEvent) -> Option<KeyRole> {
        self.asked_in_view()?;
        let action = self.keymap.lookup(self.context(), key)?;
        let agrees = match (&self.dialog, action) {
            (OldDialog::Prompt(prompt), Action::Enter) => self.campaign().is_some_and(|campaign| campaign.settings.name == prompt.typed()),
            _ => false,
        };
        agrees.then_some(if action == Action::Enter { KeyRole::AgreesToTyped } else { KeyRole::Agrees })
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
