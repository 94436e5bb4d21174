//! The mouse, where it is on: it selects, opens and scrolls. It never agrees to anything: a write
//! needs a key that was meant.

use crate::tui::views;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::SignedDuration;
use ratatui::layout::Position;

use super::super::state::{OldDialog, RowMenu, Shared, ViewKind};
use super::super::view::{Target, target};
use super::super::{Action, Context, Effect};
use crate::monitor::NoticeWeight;
use crate::tui::dialogs::Click;

/// How soon a second click on the same row opens it.
const DOUBLE: SignedDuration = SignedDuration::from_millis(500);

/// How many rows a notch of the wheel moves.
const NOTCH: usize = 3;

impl Shared {
    /// `:mouse`.
    pub(in crate::tui) fn turn_mouse(&mut self) {
        self.mouse = !self.mouse;
        self.effects.push(Effect::Mouse(self.mouse));
        let (what, next) = match self.mouse {
            true => ("mouse on", "Shift selects text, in most terminals"),
            false => ("mouse off", ""),
        };
        self.tell(NoticeWeight::Info, what, "", next);
    }

    pub(in crate::tui) fn take_mouse(&mut self, event: MouseEvent) {
        // Reports that were on their way when it was switched off mean nothing any more.
        if !self.mouse {
            return;
        }
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(event.column, event.row),
            MouseEventKind::ScrollUp => self.wheel(Action::Up),
            MouseEventKind::ScrollDown => self.wheel(Action::Down),
            _ => {}
        }
    }

    /// The wheel moves as the arrows do; in a question, whose answers have the focus, not at all.
    fn wheel(&mut self, action: Action) {
        let context = self.context();
        if matches!(context, Context::Question | Context::Starting) {
            return;
        }
        let notch = if context.is_text() || context == Context::Menu { 1 } else { NOTCH };
        for _ in 0..notch {
            self.press(action);
        }
    }

    /// What a key means in the present context.
    fn press(&mut self, action: Action) {
        let none = KeyEvent::new(KeyCode::Null, KeyModifiers::NONE);
        self.dispatch(self.context(), action, none);
    }

    fn click(&mut self, column: u16, row: u16) {
        let Some(target) = target(self, column, row) else { return };
        let before = self.clicked.replace((target, self.now));
        // If the row moved away between the clicks, it is another one: only the one with the cursor is
        // opened.
        let is_double = before.is_some_and(|(other, at)| other == target && self.now.duration_since(at) <= DOUBLE);
        if is_double {
            self.clicked = None;
        }
        match target {
            Target::Dialog(_) => {
                let click = Click { at: Position::new(column, row), is_double };
                self.in_dialog(|dialog, shared| dialog.click(click, shared));
            }
            Target::Key(action) => self.click_key(action),
            Target::Head(column) => self.order_by(column),
            Target::Tab(view) => self.press(view.tab().0),
            Target::Campaign(index) => self.click_campaign(index, is_double),
            Target::Line(line) => {
                let OldDialog::Row(RowMenu { cursor, .. }) = &mut self.dialog else { return };
                let is_chosen = std::mem::replace(cursor, line) == line;
                if is_double && is_chosen {
                    self.press(Action::Enter);
                }
            }
            Target::Row(index) => {
                if self.select_row(index) && is_double {
                    self.press(Action::Enter);
                }
            }
        }
    }

    /// A key of the last line, where it only shows something or goes back.
    fn click_key(&mut self, action: Action) {
        let context = self.context();
        let is_safe = match action {
            Action::Back | Action::Help => true,
            _ if context.is_question() || context.is_text() => false,
            Action::Agree | Action::Quit | Action::Interrupt | Action::Suspend => false,
            _ => true,
        };
        if is_safe {
            self.press(action);
        }
    }

    fn click_campaign(&mut self, index: usize, is_double: bool) {
        self.hold_order();
        match &mut self.dialog {
            OldDialog::Campaigns(chosen) => {
                let is_chosen = std::mem::replace(chosen, index) == index;
                if is_double && is_chosen {
                    self.press(Action::Enter);
                }
            }
            _ if index != self.current && index < self.campaigns.len() => {
                self.show_campaign(index);
            }
            _ => {}
        }
    }

    /// Puts the cursor on a row. Whether it was there already.
    fn select_row(&mut self, index: usize) -> bool {
        if self.view == ViewKind::Messages {
            self.close_detail();
            let before = self.campaign().map(|campaign| campaign.list.index(&campaign.store));
            self.go(index);
            return before == Some(index);
        }
        let before = self.campaign().map_or(0, |campaign| views::cursor(self.view, campaign).0);
        let steps = isize::try_from(index).unwrap_or(isize::MAX) - isize::try_from(before).unwrap_or(0);
        views::go(steps, self);
        before == index
    }
}
