//! The mouse, where it is on: it selects, opens and scrolls. It never agrees to anything: a write
//! needs a key that was meant.

use crate::tui::views;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::SignedDuration;
use ratatui::layout::{Position, Rect};

use crate::monitor::NoticeWeight;
use crate::tui::app::App;
use crate::tui::chrome::{all_campaigns, campaigns, classes, keys, tabs};
use crate::tui::dialogs::{Click, Dialog, Next};
use crate::tui::layout::Kind;
use crate::tui::shared::{Column, NewestFailure, Shared, ViewKind};
use crate::tui::widgets::table;
use crate::tui::{Action, Context, Effect};

/// How soon a second click on the same row opens it.
const DOUBLE: SignedDuration = SignedDuration::from_millis(500);

/// How many rows a notch of the wheel moves.
const NOTCH: usize = 3;

impl App {
    pub(super) fn mouse(&mut self, event: MouseEvent) {
        // Reports that were on their way when it was switched off mean nothing any more.
        if !self.shared.mouse {
            return;
        }
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(Position::new(event.column, event.row)),
            MouseEventKind::ScrollUp => self.wheel(Action::Up),
            MouseEventKind::ScrollDown => self.wheel(Action::Down),
            _ => {}
        }
    }

    /// The wheel moves as the arrows do, and scrolls an opened message; in a question, whose answers have the focus, not
    /// at all.
    fn wheel(&mut self, action: Action) {
        let context = self.shared.context();
        if context == Context::Detail {
            let lines = if action == Action::Up { -1 } else { 1 };
            return (0..NOTCH).for_each(|_| views::message::scroll(&mut self.shared, lines));
        }
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
        self.dispatch(action, KeyEvent::new(KeyCode::Null, KeyModifiers::NONE));
    }

    fn click(&mut self, at: Position) {
        let Some(target) = target(&self.shared, self.top(), at) else {
            self.clicked = None;
            return;
        };
        let now = self.shared.now;
        let before = self.clicked.replace((target, now));
        // If the row moved away between the clicks, it is another one: only the one with the cursor is
        // opened.
        let is_double = before.is_some_and(|(other, at)| other == target && now.duration_since(at) <= DOUBLE);
        if is_double {
            self.clicked = None;
        }
        // A click elsewhere takes the focus from the header's figures.
        if self.shared.context() == Context::Header && !matches!(target, Target::InDialog(_) | Target::Key(_)) {
            self.in_top(|_, _| Next::Close);
        }
        match target {
            Target::InDialog(hit) => self.in_top(|dialog, shared| dialog.click(Click { hit, is_double }, shared)),
            Target::Key(action) => self.click_key(action),
            Target::Head(column) => self.shared.order_by(column),
            Target::Tab(view) => self.press(Action::Show(view)),
            Target::Figure(index) => self.shared.click_figure(index),
            Target::Campaign(index) => self.shared.click_campaign(index),
            Target::NewestFailure(NewestFailure { campaign, row, .. }) => {
                if let Some(message) = self.shared.campaigns.get(campaign).map(|campaign| campaign.store.id(row)) {
                    self.shared.open_failure(campaign, &message);
                }
            }
            Target::Row(index) => {
                if self.shared.select_row(index) && is_double {
                    self.press(Action::Enter);
                }
            }
        }
    }

    /// A key of the last line, where it only shows something or goes back.
    fn click_key(&mut self, action: Action) {
        let context = self.shared.context();
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
}

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

    /// Lists the messages of a figure of the second line.
    fn click_figure(&mut self, index: usize) {
        let area = self.layout().classes;
        if let Some(figure) = classes::targets(self, area).into_iter().nth(index) {
            self.show_classes(figure.classes);
        }
    }

    fn click_campaign(&mut self, index: usize) {
        if index != self.campaigns.current() && index < self.campaigns.len() {
            self.show_campaign(index);
        }
    }

    /// Puts the cursor on a row. Whether it was there already.
    fn select_row(&mut self, index: usize) -> bool {
        let before = self.campaign().map_or(0, |campaign| views::cursor(self.view, campaign).0);
        let steps = isize::try_from(index).unwrap_or(isize::MAX) - isize::try_from(before).unwrap_or(0);
        views::go(steps, self);
        before == index
    }
}

/// Something that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Target {
    /// A line of the list on the screen, by its index in the whole list; in the trends a bar.
    Row(usize),
    /// The head of a column of the messages.
    Head(Column),
    /// A view's name.
    Tab(ViewKind),
    /// A figure of the second line, by its index there.
    Figure(usize),
    /// A campaign, by its index in the configuration.
    Campaign(usize),
    /// A line of the newest failures of all campaigns.
    NewestFailure(NewestFailure),
    /// What the open dialog found there.
    InDialog(usize),
    /// A key of the last line.
    Key(Action),
}

/// What is at a position on the screen. Nothing behind a dialog or a page can be clicked, unless that lets it through.
fn target(state: &Shared, top: Option<&dyn Dialog>, at: Position) -> Option<Target> {
    let (layout, Position { x: column, y: row }) = (state.layout(), at);
    if layout.kind == Kind::Tiny {
        return None;
    }
    if layout.keys.contains(at) {
        return keys::action_at(state, top, layout.keys, column).map(Target::Key);
    }
    if let Some(dialog) = top.filter(|dialog| !dialog.lets_through(at, state)) {
        return dialog.hit(at, state).map(Target::InDialog);
    }
    if layout.tabs.contains(at) {
        return tabs::view_at(state, layout.tabs, layout.kind, column).map(Target::Tab);
    }
    if layout.classes.contains(at) {
        let mut figures = classes::targets(state, layout.classes).into_iter();
        return figures.position(|figure| figure.columns.contains(&column)).map(Target::Figure);
    }
    if let Some(pane) = layout.campaigns.filter(|pane| pane.contains(at)) {
        return campaigns::index_at(state, pane, row).map(Target::Campaign);
    }
    if let Some(area) = layout.all_campaigns.filter(|area| area.contains(at)) {
        return all_campaigns::failure_at(state, area, at).map(Target::NewestFailure);
    }
    if state.view == ViewKind::Messages && layout.heads.contains(at) && !layout.covers_list {
        return views::messages::head_at(state, layout.heads, column).map(Target::Head);
    }
    if state.view == ViewKind::Trends {
        return views::trends::bar_at(state, &layout, at).map(Target::Row);
    }
    let is_list = layout.list.contains(at) && !layout.covers_list;
    is_list.then(|| row_at(state, layout.list, row)).flatten().map(Target::Row)
}

fn row_at(state: &Shared, list: Rect, row: u16) -> Option<usize> {
    let campaign = state.campaign()?;
    let height = usize::from(list.height);
    // The last line of the messages says how far the list goes, and can have the cursor, too.
    let (top, count) = match state.view {
        ViewKind::Messages => (campaign.list.top(&campaign.store, height), campaign.list.len() + 1),
        view => {
            let (index, count) = views::cursor(view, campaign);
            let height = views::lines_in(view, campaign, list.height);
            if row - list.y >= height {
                return None;
            }
            (table::top(index, usize::from(height)), count)
        }
    };
    let index = top + usize::from(row - list.y);
    (index < count && !campaign.store.is_empty()).then_some(index)
}
