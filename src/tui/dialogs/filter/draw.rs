//! How such a menu looks: what Enter would show, the lines by section, the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::choices::Choices;
use super::lines::{ChoiceLine, FilterItem};
use crate::delivery::grouped;
use crate::tui::chrome::keys;
use crate::tui::key_line::KeyWord;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, cut, fit, width};
use crate::tui::widgets::frame;
use crate::tui::widgets::menu::Menu;
use crate::tui::{Action, Role, class_sign, sign};

/// How wide the box is.
const COLUMNS: u16 = frame::WIDEST;

/// How wide the names of the sections are, including a blank.
const SECTION: usize = 7;

/// How wide a count is.
const COUNT: usize = 10;

impl Choices {
    fn menu(&self) -> Menu {
        Menu { columns: COLUMNS, count: self.lines.len(), cursor: self.cursor, heads: 1, keys: 1 }
    }

    /// Moves the cursor, where this is a key for that.
    pub fn step(&mut self, action: Action, shared: &Shared) {
        if Menu::moves(action) {
            self.go(self.menu().steps(action, shared));
        }
    }

    /// Draws the menu. The cursor is on its line.
    pub fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect, title: &str, keys: &[KeyWord]) -> Option<Position> {
        let (menu, columns) = (self.menu(), frame::width(area, COLUMNS));
        let shown = menu.shown(area);
        let mut lines = vec![self.result_line(shared, shared.campaign()?, columns)];
        let mut section = "";
        for (index, line) in self.lines.iter().enumerate().take(shown.end).skip(shown.start) {
            let name = if line.section() == section && index > shown.start { "" } else { line.section() };
            section = line.section();
            lines.push(self.line(shared, line, name, index == self.cursor, columns));
        }
        lines.push(key_line(shared, keys, self.lines.len() - shown.end, columns));
        Some(frame::draw(shared, buffer, area, title, COLUMNS, &lines, (SECTION, menu.cursor_line(area))))
    }

    /// What Enter would show, and how much that is.
    fn result_line(&self, shared: &Shared, campaign: &Campaign, columns: usize) -> Line<'static> {
        let words = self.choice().words(&campaign.zone, campaign.now);
        let words = if words.is_empty() { "everything".to_owned() } else { words };
        let number = self.result.map_or_else(|| "…".to_owned(), grouped);
        let of = format!(": {number} of {} loaded", grouped(campaign.store.coverage().loaded));
        // The figure is never cut, whatever happens to the words.
        let words = cut(&words, columns.saturating_sub(width(&of))).into_owned();
        Line::from(vec![Span::styled(words, shared.look.style(Role::Accent)), Span::styled(of, shared.look.style(Role::Strong))])
    }

    fn line(&self, shared: &Shared, line: &ChoiceLine, section: &'static str, is_selected: bool, columns: usize) -> Line<'static> {
        let ascii = shared.look.ascii;
        let style = shared.look.style(if is_selected { Role::Selected } else { Role::Text });
        let mark = if is_selected { "›" } else { " " };
        let tick = match self.tick(&line.item) {
            Some(true) => "[x]",
            Some(false) => "[ ]",
            None => "   ",
        };
        let text = match &line.item {
            FilterItem::Class(class) => format!("{} {}", class_sign(*class), line.text),
            FilterItem::Status(status) => format!("{} {}", sign(status, ascii), line.text),
            _ => line.text.clone(),
        };
        let number = match line.count {
            Some(number) => grouped(number),
            None if line.leads_on() => String::new(),
            None => "…".to_owned(),
        };
        let room = columns.saturating_sub(SECTION + COUNT);
        Line::from(vec![
            // Only the word: without colours a heading is underlined.
            Span::styled(section, shared.look.style(Role::Heading)),
            Span::raw(" ".repeat(SECTION.saturating_sub(width(section)))),
            Span::styled(fit(&format!("{mark} {tick} {text}"), room, Align::Left), style),
            Span::styled(fit(&number, COUNT, Align::Right), style),
        ])
    }
}

/// The keys, and how many lines there are below.
fn key_line(shared: &Shared, keys: &[KeyWord], below: usize, columns: usize) -> Line<'static> {
    let more = if below > 0 { format!("  {} more below", grouped(below)) } else { String::new() };
    let mut line = keys::line(shared, keys, columns.saturating_sub(width(&more)));
    let rest = columns.saturating_sub(line.width());
    line.push_span(Span::styled(fit(&more, rest, Align::Right), shared.look.style(Role::Muted)));
    line
}
