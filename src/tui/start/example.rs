//! An example of a configuration, in front of the form: nothing that was typed is lost.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Start, paragraph};
use crate::config;
use crate::tui::key_line::{self, KeyWord};
use crate::tui::keys::Action;
use crate::tui::text::{cut, wrap};
use crate::tui::{Copied, Effect, Role};

/// Lines besides those of the example: a title, a blank one, the keys.
const FRAME: u16 = 3;

/// The example while it is open.
#[derive(Debug, Default)]
pub(super) struct Example {
    /// How many lines it is scrolled down.
    scroll: usize,
    is_copied: bool,
}

impl Example {
    /// A key, on a screen of this size. What to do; `None` goes back to the form.
    pub fn key(&mut self, action: Option<Action>, (columns, rows): (u16, u16)) -> Option<Vec<Effect>> {
        let room = usize::from(rows.saturating_sub(FRAME)).max(1);
        let last = lines(columns).len().saturating_sub(room);
        let page = room.saturating_sub(1).max(1);
        let to = match action {
            Some(Action::Up) => self.scroll.saturating_sub(1),
            Some(Action::Down) => self.scroll + 1,
            Some(Action::PageUp | Action::HalfPageUp) => self.scroll.saturating_sub(page),
            Some(Action::PageDown | Action::HalfPageDown) => self.scroll + page,
            Some(Action::First) => 0,
            Some(Action::Last) => last,
            Some(Action::Copy) => {
                self.is_copied = true;
                return Some(vec![Effect::Copy(Copied(config::example().to_owned()))]);
            }
            Some(Action::Back | Action::Quit | Action::Enter) => return None,
            _ => self.scroll,
        };
        self.scroll = to.min(last);
        Some(Vec::new())
    }

    pub fn draw(&self, start: &Start, frame: &mut Frame<'_>) {
        let area = frame.area();
        let style = |role| start.theme.style(role);
        let columns = usize::from(area.width.saturating_sub(2));
        let fitted = |text: &str| cut(text, columns).into_owned();
        let title = format!("An example of {}", start.text.path.display());
        let mut lines_of = vec![Line::styled(fitted(&title), style(Role::Heading)), Line::default()];
        let room = usize::from(area.height.saturating_sub(FRAME));
        let shown = lines(area.width).into_iter().skip(self.scroll).take(room);
        lines_of.extend(shown.map(|(line, role)| Line::styled(line, style(role))));
        let inner = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), area.height.saturating_sub(1));
        paragraph(frame, inner, lines_of);
        let copied = if self.is_copied { "copied: sent to the terminal's clipboard" } else { "`postwatch config example` prints it" };
        let keys = [KeyWord::new("Esc", "back to the form"), KeyWord::new("Up Down", "scroll"), KeyWord::new("c", "copy")];
        let mut keys = Line::from(key_line::spans(&keys, columns, style));
        if keys.width() + 2 + copied.len() <= columns {
            keys.push_span(Span::styled(format!("  {copied}"), style(Role::Muted)));
        }
        paragraph(frame, Rect::new(area.x + 1, area.bottom().saturating_sub(1), area.width.saturating_sub(2), 1), vec![keys]);
        frame.set_cursor_position((area.x + 1, area.y));
    }
}

/// The lines of the example on a screen this wide; longer ones continue below.
fn lines(columns: u16) -> Vec<(String, Role)> {
    let room = usize::from(columns.saturating_sub(2)).max(1);
    let role = |line: &str| if line.trim_start().starts_with('#') { Role::Muted } else { Role::Text };
    let wrapped = |line: &'static str| {
        // A blank line stays blank.
        let parts = if line.is_empty() { vec![String::new()] } else { wrap(line, room) };
        parts.into_iter().map(move |part| (part, role(line)))
    };
    config::example().lines().flat_map(wrapped).collect()
}
