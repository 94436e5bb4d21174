//! What is on top, the open question, and whether the key being handled agrees to it.

use crossterm::event::{KeyCode, KeyEvent};

use crate::tui::dialogs::{Dialog, Front};
use crate::tui::keys::Chord;
use crate::tui::layout::Kind;
use crate::tui::shared::{OpenQuestion, Shared, ViewKind};
use crate::tui::{Action, Context};

/// Whether a key agrees to the open question.
#[derive(Default)]
pub(in crate::tui) struct Agreeing {
    /// Whether the key being handled does: the input guard let it through as one that does.
    is_let_through: bool,
    /// The key that came too soon to agree.
    too_soon: Option<KeyEvent>,
    /// The index of the newest question.
    last_question: u64,
}

impl Agreeing {
    /// The input guard let the key being handled through.
    pub fn begin(&mut self) {
        self.is_let_through = true;
    }

    /// That key was handled.
    pub fn end(&mut self) {
        self.is_let_through = false;
    }

    /// A key came too soon.
    pub fn refuse(&mut self, key: KeyEvent) {
        self.too_soon = Some(key);
    }

    /// Another key was pressed.
    pub fn forget_refused(&mut self) {
        self.too_soon = None;
    }
}

impl Shared {
    /// Opens a dialog: over the one whose key is being handled, in place of it where that closes.
    pub(in crate::tui) fn open(&mut self, dialog: impl Dialog + 'static) {
        self.opening.push(Box::new(dialog));
    }

    /// Takes the dialog whose key is being handled off the screen at once: what follows happens in the view.
    pub(in crate::tui) fn leave_dialog(&mut self) {
        self.front = None;
    }

    /// The same for as long as something is opened. Whether it was.
    pub(in crate::tui) fn opens(&mut self, open: impl FnOnce(&mut Self)) -> bool {
        let front = self.front.take();
        open(self);
        self.front = front;
        self.is_opening()
    }

    /// Whether something was opened by the key being handled.
    pub(in crate::tui) fn is_opening(&self) -> bool {
        !self.opening.is_empty()
    }

    /// What was opened meanwhile, to be shown.
    pub(in crate::tui) fn take_opened(&mut self) -> Vec<Box<dyn Dialog>> {
        std::mem::take(&mut self.opening)
    }

    /// This is on top now.
    pub(in crate::tui) fn note_front(&mut self, front: Option<Front>) {
        self.front = front;
    }

    /// Whether nothing is in front of the view.
    pub(in crate::tui) fn has_nothing_open(&self) -> bool {
        self.front.is_none() && !self.is_opening()
    }
}

impl Shared {
    /// A new question.
    pub(in crate::tui) fn next_question(&mut self) -> OpenQuestion {
        self.agreeing.last_question += 1;
        OpenQuestion::new(self.agreeing.last_question)
    }

    /// The open question, whichever it is, while it can be read: a page in front hides it, and so
    /// does a screen without room. Nothing can be agreed to that is not on the screen.
    pub(in crate::tui) fn asked_in_view(&self) -> Option<OpenQuestion> {
        self.front.and_then(|front| front.asked).filter(|_| self.has_room())
    }

    /// Whether the screen shows more than a request for more room.
    pub(in crate::tui) fn has_room(&self) -> bool {
        self.layout().kind != Kind::Tiny
    }

    /// Whether an open dialog is about rows that must not change their meaning.
    pub(super) fn is_about_rows(&self) -> bool {
        self.front.is_some_and(|front| front.holds_rows)
    }

    /// Whether the key being handled agrees to what is on the screen.
    pub(in crate::tui) fn is_agreed(&self) -> bool {
        self.agreeing.is_let_through && self.asked_in_view().is_some()
    }

    /// Whether the key being handled agrees to this question: it is the one that the input guard saw.
    pub(in crate::tui) fn is_agreed_to(&self, question: OpenQuestion) -> bool {
        self.agreeing.is_let_through && self.asked_in_view() == Some(question)
    }

    /// The name of the key that came too soon, while its question is still open.
    pub(in crate::tui) fn too_soon(&self) -> Option<String> {
        self.asked_in_view()?;
        self.agreeing.too_soon.map(|key| match key.code {
            KeyCode::Enter => "Enter".to_owned(),
            _ => Chord::of(key).map(|chord| chord.to_string()).unwrap_or_default(),
        })
    }
}

impl Shared {
    /// The context that keys apply to now.
    pub(in crate::tui) fn context(&self) -> Context {
        match self.front {
            Some(front) => front.context,
            None if self.is_starting() => Context::Starting,
            None => self.pane(),
        }
    }

    /// The context when nothing is in front of the view.
    pub(in crate::tui) fn pane(&self) -> Context {
        match self.campaign() {
            Some(campaign) if self.view == ViewKind::Messages && campaign.opened.is_some() => Context::Detail,
            _ => Context::Pane(self.view),
        }
    }

    /// Whether the keys are those of the view, and not of the header's figures.
    pub(in crate::tui) fn is_view_in_focus(&self) -> bool {
        self.front.is_none_or(|front| front.context != Context::Header)
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
