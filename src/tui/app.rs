//! For whom an event is: the dialog on top, or the view.

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::Frame;

use super::dialogs::{Busy, Can, Changed, Dialog, HelpPage, Outcome, Press};
use super::state::{Beneath, OldDialog, Shared};
use super::views;
use super::{Action, Dashboard, Effect, Event, KeyRole, QuestionId, Setup};
use crate::state::Session;

/// The dashboard: one value, owned by the loop that draws it.
pub struct App {
    shared: Shared,
}

impl App {
    /// The dashboard at the start, with nothing loaded yet.
    pub fn new(setup: Setup, now: Timestamp) -> Self {
        Self { shared: Shared::new(setup, now) }
    }

    /// What is on the screen, to start with the next time. The search is not in it: it is part of a
    /// person's number.
    pub fn session(&self) -> Session {
        self.shared.session()
    }

    /// What to do before the first event: the campaign on the screen is shown.
    pub fn opening(&self) -> Vec<Effect> {
        self.shared.opening()
    }
}

impl Dashboard for App {
    fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.shared.take(event, now)
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        self.shared.show(frame);
    }

    fn question(&self) -> Option<QuestionId> {
        self.shared.asked_in_view().map(|asked| QuestionId(asked.id))
    }

    fn role(&self, key: KeyEvent) -> KeyRole {
        self.shared.role_of(key)
    }

    fn takes_text(&self) -> bool {
        self.shared.context().is_text()
    }

    fn needs_tick(&self) -> bool {
        !self.shared.campaigns.is_empty()
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.shared.wake_at()
    }
}

impl Shared {
    /// The dialog on top, where it is one of [`Dialog`].
    pub(super) fn top(&self) -> Option<&dyn Dialog> {
        match (&self.help, &self.dialog) {
            (Some(help), _) => Some(help),
            (None, OldDialog::New(dialog)) => Some(&**dialog),
            (None, _) => None,
        }
    }

    /// What an action would do now, in the dialog on top or in the view: whoever wants to know asks this.
    pub(super) fn can(&self, action: Action) -> Can {
        match (self.top(), action) {
            (_, Action::Interrupt | Action::Suspend | Action::Redraw) => Can::Yes,
            (Some(dialog), Action::Help) if !dialog.covers() => Can::Yes,
            // Closing with `q` is what Esc does.
            (Some(dialog), Action::Quit) => dialog.can(Action::Back, self),
            (Some(dialog), _) => dialog.can(action, self),
            (None, _) => views::can(action, self),
        }
    }

    /// A key for the dialog on top. False where there is none.
    pub(super) fn dialog_key(&mut self, action: Option<Action>, key: KeyEvent) -> bool {
        let Some(top) = self.top() else { return false };
        if action == Some(Action::Help) && !top.covers() {
            self.open_help();
        } else {
            self.in_top(|dialog, shared| dialog.key(Press { action, key }, shared));
        }
        true
    }

    /// Pasted text goes into the line that is open, and nowhere else.
    pub(super) fn paste(&mut self, text: &str) {
        self.in_top(|dialog, shared| {
            dialog.paste(text, shared);
            Outcome::Stay
        });
    }

    /// Keeps the dialog on top true.
    pub(super) fn refresh_dialog(&mut self, changed: &Changed) {
        if matches!(self.dialog, OldDialog::New(_)) {
            self.in_dialog(|dialog, shared| dialog.refresh(changed, shared));
        }
    }

    /// Lets the dialog on top do something, and carries out what becomes of it.
    pub(super) fn in_top(&mut self, run: impl FnOnce(&mut dyn Dialog, &mut Self) -> Outcome) {
        let Some(mut help) = self.help.take() else { return self.in_dialog(run) };
        match run(&mut help, self) {
            Outcome::Stay => self.help = Some(help),
            Outcome::Back | Outcome::Close => {}
            Outcome::Do(action) => self.do_action(action),
        }
    }

    /// The help for the present context, over whatever is open.
    pub(super) fn open_help(&mut self) {
        self.help = Some(HelpPage::new(self.context()));
    }

    /// The same for what is open under the help: it goes on while the help is read.
    pub(super) fn in_dialog(&mut self, run: impl FnOnce(&mut dyn Dialog, &mut Self) -> Outcome) {
        let OldDialog::New(dialog) = &self.dialog else { return };
        let busy = Busy { context: dialog.context(), asked: dialog.asked() };
        let OldDialog::New(mut dialog) = std::mem::replace(&mut self.dialog, OldDialog::Busy(busy)) else { return };
        let campaign = self.current;
        let outcome = run(&mut *dialog, self);
        let is_busy = |dialog: &OldDialog| matches!(dialog, OldDialog::Busy(_));
        let covered = self.beneath.iter().rposition(|beneath| is_busy(&beneath.dialog));
        match (outcome, covered) {
            (Outcome::Stay, Some(index)) => self.beneath[index].dialog = OldDialog::New(dialog),
            (_, Some(index)) => {
                self.beneath.remove(index);
            }
            (Outcome::Stay, None) if is_busy(&self.dialog) => self.dialog = OldDialog::New(dialog),
            (Outcome::Back, None) if is_busy(&self.dialog) && self.opening.is_empty() => self.close_dialog(),
            (_, None) if is_busy(&self.dialog) => self.dialog = OldDialog::None,
            _ => {}
        }
        if let Outcome::Do(action) = outcome {
            self.do_action(action);
        }
        self.show_opened_over(campaign);
    }

    /// Shows what was opened meanwhile: over the dialog on top, where one is open.
    pub(super) fn show_opened(&mut self) {
        self.show_opened_over(self.current);
    }

    /// The same, where another campaign was on the screen before: going back shows that again.
    fn show_opened_over(&mut self, campaign: usize) {
        for dialog in std::mem::take(&mut self.opening) {
            let beneath = std::mem::replace(&mut self.dialog, OldDialog::New(dialog));
            if !matches!(beneath, OldDialog::None) {
                self.beneath.push(Beneath { dialog: beneath, campaign });
            }
        }
    }
}

#[cfg(test)]
mod tests;
