//! The menu of order and columns: one line for each column of the view on the screen. Choices take effect
//! at once, behind the menu.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Can, Dialog, Next, Press};
use crate::monitor::NoticeWeight;
use crate::tui::chrome::keys;
use crate::tui::key_line::KeyWord;
use crate::tui::shared::{Column, OrderLine, Shared, ShownColumns, Sortable as _, Tables, ViewOrder};
use crate::tui::text::{Align, fit, width};
use crate::tui::views::messages::cells::head;
use crate::tui::widgets::frame;
use crate::tui::widgets::menu::Menu;
use crate::tui::{Action, Context, Role};

/// How wide the box is.
const COLUMNS: u16 = 44;

/// How many lines its keys take: the box is narrow, so that much of the list stays in view.
const KEY_LINES: usize = 2;

/// How wide the names of the columns are.
const NAME: usize = 12;

/// The menu while it is open.
#[derive(Debug)]
pub(in crate::tui) struct OrderMenu {
    /// The line with the cursor.
    cursor: usize,
}

impl OrderMenu {
    /// The menu on the column that the view is sorted by.
    pub fn new(shared: &Shared) -> Self {
        Self { cursor: lines(shared).iter().position(|line| line.ordered.is_some()).unwrap_or(0) }
    }

    fn menu(&self, count: usize) -> Menu {
        Menu { columns: COLUMNS, count, cursor: self.cursor, heads: 0, keys: KEY_LINES }
    }

    /// The column of the messages under the cursor; `None` in another view's menu.
    fn column(&self, shared: &Shared) -> Option<Column> {
        shared.tables.columns.all().get(self.cursor).filter(|_| shared.has_columns()).map(|(column, _)| *column)
    }

    fn order_by_line(&self, shared: &mut Shared) {
        let view = shared.view;
        if let Some(column) = self.column(shared) {
            shared.order_by(column);
        } else if let Some(order) = shared.tables.order_mut(view) {
            order.choose_line(self.cursor);
        }
    }

    fn turn_column(&self, shared: &mut Shared) {
        let Some(column) = self.column(shared) else { return };
        if !shared.tables.columns.turn(column) {
            let what = format!("{} is the only column shown", column.label());
            shared.tell(NoticeWeight::Info, &what, "a list without columns says nothing", "show another column first");
        }
    }

    /// Moves the column under the cursor, and the cursor with it.
    fn shift_column(&mut self, steps: isize, shared: &mut Shared) {
        if self.column(shared).is_some() && shared.tables.columns.shift(self.cursor, steps) {
            self.cursor = self.cursor.saturating_add_signed(steps);
        }
    }

    /// The keys, line by line.
    fn keys(&self, shared: &Shared) -> [Vec<KeyWord>; KEY_LINES] {
        let key = |action| shared.keymap.key(Context::Menu, action);
        let mut second = Vec::new();
        if shared.has_columns() {
            second.extend(key(Action::Left).zip(key(Action::Right)).map(|(left, right)| KeyWord::new(format!("{left} {right}"), "move")));
        }
        second.extend(keys::of_dialog(self, shared, [Action::Clear, Action::Back]));
        [keys::of_dialog(self, shared, [Action::Enter, Action::Toggle]), second]
    }
}

/// The lines of the menu.
fn lines(shared: &Shared) -> Vec<OrderLine> {
    let Tables { columns, messages, .. } = &shared.tables;
    let name = |column: Column| shared.campaign().map_or(column.label(), |campaign| head(campaign, column));
    let line = |(column, shown): &(Column, bool)| OrderLine { name: name(*column), shown: Some(*shown), ..messages.line(*column) };
    match shared.has_columns() {
        true => columns.all().iter().map(line).collect(),
        false => shared.tables.order(shared.view).map(ViewOrder::lines).unwrap_or_default(),
    }
}

/// Back to the default of the view.
fn usual_order(shared: &mut Shared) {
    let view = shared.view;
    if let Some(order) = shared.tables.order_mut(view) {
        order.reset();
    }
    if shared.has_columns() {
        shared.tables.columns = ShownColumns::default();
    }
}

fn draw_line(shared: &Shared, line: &OrderLine, is_chosen: bool, columns: usize) -> Line<'static> {
    let mark = if is_chosen { "› " } else { "  " };
    let tick = match line.shown {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    let (order, role) = match line.ordered {
        Some((words, sign)) => (format!("{sign} {words}"), Role::Accent),
        None if line.can_order => (String::new(), Role::Text),
        None => ("  cannot sort by it".to_owned(), Role::Muted),
    };
    let style = |role| shared.look.style(if is_chosen { Role::Selected } else { role });
    let name = format!("{mark}{tick}{}", fit(line.name, NAME, Align::Left));
    let room = columns.saturating_sub(width(&name));
    Line::from(vec![Span::styled(name, style(Role::Text)), Span::styled(fit(&order, room, Align::Left), style(role))])
}

impl Dialog for OrderMenu {
    fn context(&self) -> Context {
        Context::Menu
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::Enter => Can::Do("sort by it"),
            Action::Toggle if shared.has_columns() => Can::Do("show/hide"),
            Action::Left | Action::Right if shared.has_columns() => Can::Do("move"),
            Action::Clear => Can::Do("default"),
            Action::Back | Action::Quit | Action::Help => Can::Yes,
            _ if Menu::moves(action) => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let Some(action) = press.action else { return Next::Stay };
        match action {
            Action::Enter => self.order_by_line(shared),
            Action::Toggle => self.turn_column(shared),
            Action::Left => self.shift_column(-1, shared),
            Action::Right => self.shift_column(1, shared),
            Action::Clear => usual_order(shared),
            Action::Back | Action::Quit => return Next::Back,
            _ => self.cursor = self.menu(lines(shared).len()).after(action, shared),
        }
        Next::Stay
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let columns = frame::width(area, COLUMNS);
        let all = lines(shared);
        let menu = self.menu(all.len());
        let mut shown: Vec<_> = menu.shown(area).map(|index| draw_line(shared, &all[index], index == self.cursor, columns)).collect();
        shown.extend(self.keys(shared).map(|named| keys::line(shared, &named, columns)));
        let title = match shared.has_columns() {
            true => "Order and columns".to_owned(),
            false => format!("Order of the {}", shared.view.about().name),
        };
        Some(frame::draw(shared, buffer, area, &title, COLUMNS, &shown, (0, menu.cursor_line(area))))
    }
}
