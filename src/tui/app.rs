//! For whom an event is: the dialog on top, or the view.

use crossterm::event::{KeyEvent, KeyEventKind};
use jiff::Timestamp;
use ratatui::Frame;

use super::chrome;
use super::dialogs::{Changed, Dialog, Front, HelpPage, Next, Press};
use super::mouse::Target;
use super::shared::Shared;
use super::{Action, Dashboard, Effect, Event, KeyRole, QuestionId, Setup};
use crate::state::Session;

/// The dashboard: one value, owned by the loop that draws it.
pub struct App {
    pub(super) shared: Shared,
    /// What is open over the view, the last one on top.
    dialogs: Vec<Open>,
    /// What was clicked last, and when.
    pub(super) clicked: Option<(Target, Timestamp)>,
}

/// An open dialog.
struct Open {
    dialog: Box<dyn Dialog>,
    /// The campaign on the screen when another dialog covered this one: going back shows that again.
    campaign: usize,
}

impl App {
    /// The dashboard at the start, with nothing loaded yet.
    pub fn new(setup: Setup, now: Timestamp) -> Self {
        Self { shared: Shared::new(setup, now), dialogs: Vec::new(), clicked: None }
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
        self.shared.begin(&event, now);
        match event {
            // Only the input guard decides what agrees.
            Event::Key(key) if matches!(self.role(key), KeyRole::Agrees | KeyRole::AgreesToTyped) => {}
            Event::Key(key) => self.key(key),
            // Whoever has just come back has not read what is asked.
            Event::Agreed(key) if self.shared.presence.is_back() => self.shared.agreeing.refuse(key),
            Event::Agreed(key) => {
                self.shared.agreeing.begin();
                self.key(key);
                self.shared.agreeing.end();
            }
            Event::Paste(text) => self.paste(&text),
            Event::Mouse(mouse) => self.mouse(mouse),
            event => self.shared.take(event),
        }
        self.settle();
        self.shared.end()
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        self.shared.show(self.top(), frame);
    }

    fn question(&self) -> Option<QuestionId> {
        self.shared.asked_in_view().map(|asked| QuestionId(asked.id))
    }

    fn role(&self, key: KeyEvent) -> KeyRole {
        let context = self.shared.context();
        let press = Press { action: self.shared.keymap.lookup(context, key), key };
        let top = self.top().filter(|_| self.shared.has_room());
        match top.and_then(|dialog| dialog.role(press, &self.shared)) {
            Some(role) => role,
            None if context.is_text() => KeyRole::Text,
            None => KeyRole::Key,
        }
    }

    fn takes_text(&self) -> bool {
        self.shared.context().is_text()
    }

    fn title(&self) -> Option<String> {
        chrome::title::text(&self.shared)
    }

    fn needs_tick(&self) -> bool {
        !self.shared.campaigns.is_empty()
    }

    fn next_wake(&self) -> Option<Timestamp> {
        let due = self.top().and_then(|dialog| dialog.due(&self.shared));
        self.shared.wake_at().into_iter().chain(due).min()
    }
}

impl App {
    pub(super) fn top(&self) -> Option<&dyn Dialog> {
        self.dialogs.last().map(|open| &*open.dialog)
    }

    fn key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        let context = self.shared.context();
        let Some(action) = self.shared.keymap.lookup(context, key) else {
            self.in_top(|dialog, shared| dialog.key(Press { action: None, key }, shared));
            return;
        };
        self.shared.pressed(context, action);
        self.dispatch(action, key);
    }

    /// Carries out a key in the dialog on top, or in the view.
    pub(super) fn dispatch(&mut self, action: Action, key: KeyEvent) {
        match (action, self.top()) {
            (Action::Interrupt | Action::Suspend | Action::Redraw, _) => self.shared.do_action(action),
            (Action::Help, Some(top)) if !top.covers() => {
                let help = HelpPage::new(top.context());
                self.shared.open(help);
            }
            (_, Some(_)) => self.in_top(|dialog, shared| dialog.key(Press { action: Some(action), key }, shared)),
            (_, None) if self.shared.is_starting() => self.shared.starting_key(action),
            (_, None) => self.shared.do_action(action),
        }
    }

    /// Pasted text goes into the line that is open, and nowhere else.
    fn paste(&mut self, text: &str) {
        self.in_top(|dialog, shared| {
            dialog.paste(text, shared);
            Next::Stay
        });
    }

    /// After every event: what was opened is shown, what is due is done, and what is open is kept true.
    fn settle(&mut self) {
        let changed = self.shared.take_changed();
        if changed.are_rows_gone
            && let Some(last) = (self.first_live()..self.dialogs.len()).rev().find(|index| self.dialogs[*index].dialog.holds_rows())
        {
            self.dialogs.drain(..=last);
        }
        self.show_opened(self.shared.campaigns.current());
        self.shared.wake();
        for index in (self.first_live()..self.dialogs.len()).rev() {
            self.in_dialog(index, |dialog, shared| dialog.refresh(&changed, shared));
        }
    }

    pub(super) fn in_top(&mut self, run: impl FnOnce(&mut dyn Dialog, &mut Shared) -> Next) {
        if let Some(top) = self.dialogs.len().checked_sub(1) {
            self.in_dialog(top, run);
        }
    }

    /// Lets a dialog do something, and carries out what becomes of it.
    fn in_dialog(&mut self, index: usize, run: impl FnOnce(&mut dyn Dialog, &mut Shared) -> Next) {
        let Some(open) = self.dialogs.get_mut(index) else { return };
        let campaign = self.shared.campaigns.current();
        let outcome = run(&mut *open.dialog, &mut self.shared);
        let is_top = index + 1 == self.dialogs.len();
        match outcome {
            Next::Stay => {}
            Next::Back if is_top && !self.shared.is_opening() => self.go_back(),
            Next::Back => {
                self.dialogs.remove(index);
            }
            Next::Close | Next::Do(_) if !is_top => {
                self.dialogs.drain(..=index);
            }
            Next::Close | Next::Do(_) => {
                self.dialogs.pop();
                if let Next::Do(action) = outcome {
                    self.shared.leave_dialog();
                    self.shared.do_action(action);
                }
                if !self.shared.is_opening() {
                    self.dialogs.clear();
                }
            }
        }
        self.show_opened(campaign);
    }

    /// Esc: back to what the dialog on top was opened from.
    fn go_back(&mut self) {
        let followed = self.dialogs.pop().is_some_and(|left| left.dialog.covers());
        let Some(below) = self.dialogs.last() else { return };
        if below.campaign != self.shared.campaigns.current() && below.campaign < self.shared.campaigns.len() {
            self.shared.show_campaign(below.campaign);
        }
        self.note_front();
        if !followed {
            self.in_top(|dialog, shared| dialog.refresh(&Changed { was_covered: true, ..Changed::default() }, shared));
        }
    }

    /// Shows what was opened meanwhile, over the dialog on top. `campaign` was on the screen before.
    fn show_opened(&mut self, campaign: usize) {
        for dialog in self.shared.take_opened() {
            if let Some(below) = self.dialogs.last_mut() {
                below.campaign = campaign;
            }
            self.dialogs.push(Open { dialog, campaign: self.shared.campaigns.current() });
        }
        self.note_front();
    }

    /// The lowest of those that follow what happens: the one on top, and where that is a page, what is under it.
    fn first_live(&self) -> usize {
        let pages = self.dialogs.iter().rev().take_while(|open| open.dialog.covers()).count();
        self.dialogs.len().saturating_sub(pages + 1)
    }

    fn note_front(&mut self) {
        let live = &self.dialogs[self.first_live()..];
        let front = self.top().map(|top| Front {
            context: top.context(),
            asked: top.asked(),
            holds_rows: live.iter().any(|open| open.dialog.holds_rows()),
            asks_about_rows: live.iter().any(|open| open.dialog.holds_rows() && open.dialog.asked().is_some()),
            reads_batch: live.iter().any(|open| open.dialog.reads_batch()),
        });
        self.shared.note_front(front);
    }
}

#[cfg(test)]
mod tests;
