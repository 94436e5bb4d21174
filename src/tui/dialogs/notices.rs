//! The notices so far: a page to read, and to copy when asking for help.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Can, Dialog, Next, Press};
use crate::delivery::grouped;
use crate::monitor::Notice;
use crate::tui::chrome::notice::weight;
use crate::tui::shared::Shared;
use crate::tui::text::{Align, fit, wrap};
use crate::tui::widgets::page::{self, Page};
use crate::tui::widgets::words::{in_a_line, shown_notice};
use crate::tui::{Action, Context, Role};

/// The columns of the time before a notice's weight.
const TIME: usize = 12;

pub(in crate::tui) struct NoticesPage {
    page: Page,
}

impl NoticesPage {
    /// Opens it: from now on all notices are read.
    pub fn open(shared: &mut Shared) {
        shared.notices.mark_read();
        shared.open(Self { page: Page::default() });
    }
}

impl Dialog for NoticesPage {
    fn context(&self) -> Context {
        Context::Page
    }

    fn covers(&self) -> bool {
        true
    }

    fn can(&self, action: Action, shared: &Shared) -> Can {
        match action {
            Action::Copy if shared.notices.newest().is_none() => Can::Not("there is nothing to copy".into()),
            Action::Copy | Action::Back | Action::Enter | Action::Help | Action::Notices => Can::Yes,
            action if Page::scrolls(action) => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match press.action {
            Some(Action::Back | Action::Enter | Action::Quit | Action::Help | Action::Notices) => return Next::Back,
            // They hold nothing personal.
            Some(Action::Copy) => shared.hand_out(Some(text(shared)), "the notices", false),
            Some(action) => self.page.scroll(action, shared, |columns| lines(shared, columns)),
            None => {}
        }
        Next::Stay
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        self.page.draw(shared, buffer, area, "Notices, newest first", &lines(shared, usize::from(area.width)))
    }
}

/// All of it as text, with the trace ids.
fn text(shared: &Shared) -> String {
    let text = |notice: &Notice| {
        format!(
            "{}\t{}\t{}",
            shared.look.exact(shared.look.of_that_day(notice.at)),
            weight(notice).0,
            in_a_line(&shown_notice(shared, &notice.text))
        )
    };
    shared.notices.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn lines(shared: &Shared, columns: usize) -> Vec<Line<'static>> {
    let style = |role| shared.look.style(role);
    let room = page::text_width(columns).saturating_sub(TIME + 2).max(10);
    let mut lines = Vec::new();
    if shared.notices.newest().is_none() {
        lines.push(Line::from(Span::styled(" Nothing so far. Problems, and what to do about them, are listed here.", style(Role::Muted))));
    }
    for notice in shared.notices.iter() {
        let (word, role) = weight(notice);
        let at = shared.look.happened(notice.at, shared.now);
        lines.push(Line::from(vec![
            Span::styled(format!(" {} ", fit(&at, TIME, Align::Left)), style(Role::Muted)),
            Span::styled(word, style(role)),
        ]));
        let text = shown_notice(shared, &notice.text);
        let trace = text.trace_id.as_ref().map(|id| format!("trace id {id}")).unwrap_or_default();
        for (text, role) in [(text.what.as_str(), Role::Strong), (&text.why, Role::Text), (&text.next, Role::Text), (&trace, Role::Muted)] {
            let wrapped = wrap(text, room);
            lines.extend(wrapped.into_iter().map(|line| Line::from(Span::styled(format!("{:1$}{line}", "", TIME + 2), style(role)))));
        }
    }
    if shared.notices.dropped() > 0 {
        lines.push(Line::from(Span::styled(
            format!(" {} older ones are no longer kept", grouped(shared.notices.dropped())),
            style(Role::Muted),
        )));
    }
    lines
}
