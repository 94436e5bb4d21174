//! Lines to read in place of the view, with a title above them.

use std::marker::PhantomData;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::delivery::counted;
use crate::tui::dialogs::{Can, Changed, Dialog, Next, Press};
use crate::tui::shared::Shared;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::{Action, Context, Role};

/// The widest text: longer lines are hard to read.
const WIDEST: usize = 100;

/// What is on a page, made anew each time: a page keeps nothing.
pub(in crate::tui) trait Reads {
    /// Its title.
    const TITLE: &'static str;

    /// Its lines on so many columns.
    fn lines(shared: &Shared, columns: usize) -> Vec<Line<'static>>;

    /// What an action does besides scrolling and closing.
    fn can(_action: Action, _shared: &Shared) -> Can {
        Can::NotHere
    }

    /// Does that.
    fn key(_action: Action, _shared: &mut Shared) {}

    /// As [`Dialog::refresh`].
    fn refresh(_shared: &mut Shared) -> Next {
        Next::Stay
    }
}

/// A page to read while it is open.
pub(in crate::tui) struct Page<T> {
    reads: PhantomData<T>,
    /// How many lines it is scrolled down.
    scroll: usize,
}

impl<T: Reads + 'static> Page<T> {
    /// Opens it at its first line.
    pub fn open(shared: &mut Shared) {
        shared.open(Self { reads: PhantomData, scroll: 0 });
    }
}

impl<T: Reads> Dialog for Page<T> {
    fn context(&self) -> Context {
        Context::Page
    }

    fn covers(&self) -> bool {
        true
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::Back | Action::Enter | Action::Help | Action::Notices => Can::Yes,
            _ if action.steps(1).is_some() => Can::Yes,
            _ => T::can(action, shared),
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        let Some(action) = press.action else { return Next::Stay };
        if matches!(action, Action::Back | Action::Enter | Action::Quit | Action::Help | Action::Notices) {
            return Next::Back;
        }
        match action.steps(isize::from(shared.size().1.clamp(8, 999) as i16) - 7) {
            Some(steps) => {
                let area = shared.layout().page();
                let last = T::lines(shared, usize::from(area.width)).len().saturating_sub(room(area));
                self.scroll = self.scroll.min(last).saturating_add_signed(steps).min(last);
            }
            None => T::key(action, shared),
        }
        Next::Stay
    }

    fn refresh(&mut self, _changed: &Changed, shared: &mut Shared) -> Next {
        T::refresh(shared)
    }

    /// The cursor is at its first line.
    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let lines = T::lines(shared, usize::from(area.width));
        let scroll = self.scroll.min(lines.len().saturating_sub(room(area)));
        draw_title(shared, buffer, area, T::TITLE, lines.len().saturating_sub(scroll + room(area)));
        let top = area.y + 2;
        for (y, line) in (top..area.bottom()).zip(lines.iter().skip(scroll)) {
            buffer.set_line(area.x, y, line, area.width);
        }
        Some(Position::new(area.x + 1, top))
    }
}

/// The title, and how many lines follow below.
pub(in crate::tui) fn draw_title(shared: &Shared, buffer: &mut Buffer, area: Rect, title: &str, below: usize) {
    let (heading, muted) = (shared.look.style(Role::Strong), shared.look.style(Role::Muted));
    let more = if below == 0 { String::new() } else { counted(below, "more line") };
    let line = Rect { height: 1.min(area.height), ..area };
    pieces::draw(buffer, line, vec![Piece::new(title, heading, 0)], vec![Piece::new(more, muted, 1)]);
}

/// How many lines fit below the title and the line under it.
pub(in crate::tui) fn room(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2))
}

/// How wide text is on a page with so many columns: a blank one stays at each side.
pub(in crate::tui) fn text_width(columns: usize) -> usize {
    columns.saturating_sub(2).min(WIDEST)
}
