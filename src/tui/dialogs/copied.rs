//! The last copy, for selection by hand: not every terminal lets a program set the clipboard.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Can, Changed, Dialog, Next, Press};
use crate::monitor::NoticeWeight;
use crate::tui::shared::Shared;
use crate::tui::text::wrap;
use crate::tui::widgets::page::Page;
use crate::tui::{Action, Context, Role};

pub(in crate::tui) struct CopiedPage {
    page: Page,
}

impl CopiedPage {
    /// Opens it, or says that there is none.
    pub fn open(shared: &mut Shared) {
        shared.copies.end_repeat();
        if shared.copies.last().is_none() {
            shared.tell(NoticeWeight::Info, "nothing has been copied yet", "", "");
        } else {
            shared.open(Self { page: Page::default() });
        }
    }
}

impl Dialog for CopiedPage {
    fn context(&self) -> Context {
        Context::Page
    }

    fn covers(&self) -> bool {
        true
    }

    fn can(&self, action: Action, _: &Shared) -> Can {
        match action {
            Action::Back | Action::Enter | Action::Help | Action::Notices => Can::Yes,
            action if Page::scrolls(action) => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match press.action {
            Some(Action::Back | Action::Enter | Action::Quit | Action::Help | Action::Notices) => return Next::Back,
            Some(action) => self.page.scroll(action, shared, |columns| lines(shared, columns)),
            None => {}
        }
        Next::Stay
    }

    /// It closes where the screen masks again what was copied.
    fn refresh(&mut self, _: &Changed, shared: &mut Shared) -> Next {
        shared.copies.expire(shared.now);
        if shared.copies.last().is_none() { Next::Back } else { Next::Stay }
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        let title = "What was copied, for selection by hand";
        self.page.draw(shared, buffer, area, title, &lines(shared, usize::from(area.width)))
    }
}

/// Without a margin: a blank before each line would be selected, too.
fn lines(shared: &Shared, columns: usize) -> Vec<Line<'static>> {
    let text = shared.copies.last().map(|text| text.replace('\t', "  ")).unwrap_or_default();
    let style = shared.look.style(Role::Text);
    text.lines().flat_map(|line| wrap(line, columns.max(1))).map(|line| Line::from(Span::styled(line, style))).collect()
}
