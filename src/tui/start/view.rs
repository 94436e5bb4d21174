//! How the start screen looks.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{CHOICES, Start};
use crate::tui::Role;
use crate::tui::text::{Align, cut, fit, width, wrap};

/// The columns of a choice: digit, name, what it says.
const NAME_COLUMNS: usize = 19;

/// The width of the menu, where there is room.
const MENU_COLUMNS: u16 = 70;

/// Draws it.
pub(super) fn draw(start: &Start, frame: &mut Frame<'_>) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, start.theme.style(Role::Text));
    match start.page {
        Some(line) => page(start, line, frame),
        None => menu(start, frame),
    }
}

fn menu(start: &Start, frame: &mut Frame<'_>) {
    let area = frame.area();
    let style = |role| start.theme.style(role);
    let left = area.width.saturating_sub(MENU_COLUMNS) / 2;
    let columns = usize::from(area.width.min(MENU_COLUMNS).saturating_sub(2));
    let mut lines = vec![
        Line::styled("Postwatch", style(Role::Strong)),
        Line::styled("watch SMS deliveries, find a recipient, retry failures", style(Role::Muted)),
        Line::default(),
    ];
    let first_choice = lines.len();
    for (place, choice) in CHOICES.iter().enumerate() {
        let name = fit(choice.name, NAME_COLUMNS.min(columns.saturating_sub(6)), Align::Left, start.ascii);
        lines.push(if place == start.focus {
            let row = format!(" {}  {name} {}", choice.digit, choice.says);
            Line::styled(fit(&row, columns, Align::Left, start.ascii), style(Role::Selected))
        } else {
            Line::from(vec![
                Span::styled(format!(" {}  ", choice.digit), style(Role::Accent)),
                Span::raw(name),
                Span::styled(format!(" {}", choice.says), style(Role::Muted)),
            ])
        });
    }
    lines.push(Line::default());
    lines.push(Line::styled("A configuration is looked for in", style(Role::Muted)));
    lines.extend(wrap(&start.text.path.display().to_string(), columns).into_iter().map(Line::raw));
    // A blank line above it as soon as there is room for one.
    let spare = usize::from(area.height).saturating_sub(lines.len());
    let top = u16::try_from(spare / 3).unwrap_or_default();
    paragraph(frame, Rect::new(left + 1, top, area.width.saturating_sub(left + 2), area.height.saturating_sub(top)), lines);
    cursor(frame, left + 2, top + u16::try_from(first_choice + start.focus).unwrap_or_default());
}

fn page(start: &Start, from: usize, frame: &mut Frame<'_>) {
    let area = frame.area();
    let style = |role| start.theme.style(role);
    let columns = usize::from(area.width.saturating_sub(2));
    let path = start.text.path.display();
    let steps = [
        format!("1  Save the text below as {path}"),
        "2  Put in your campaign's name, its id from the portal, and where its key is".to_owned(),
        format!("3  Try it: {}", start.text.check),
    ];
    let mut lines = vec![Line::styled("Add a campaign", style(Role::Heading))];
    lines.extend(steps.iter().flat_map(|step| wrap(step, columns)).map(Line::raw));
    let keys = [("Enter", "leave and print this, to be copied"), ("Esc", "back"), ("Up Down", "scroll")];
    let mut help = Line::default();
    for (key, does) in keys {
        // What does not fit is left out whole.
        if help.width() + width(key) + width(does) + 3 > columns {
            break;
        }
        help.push_span(Span::styled(key, style(Role::Accent)));
        help.push_span(Span::styled(format!(" {does}  "), style(Role::Muted)));
    }
    lines.push(help);
    lines.push(rule(columns, start.ascii, style(Role::Rule)));
    let example = start.text.example.lines().skip(from);
    lines.extend(example.map(|line| Line::raw(cut(line, columns, start.ascii))).take(usize::from(area.height)));
    paragraph(frame, Rect::new(1, 0, area.width.saturating_sub(2), area.height), lines);
    cursor(frame, 1, 0);
}

/// A line that parts the page.
fn rule(columns: usize, ascii: bool, style: Style) -> Line<'static> {
    Line::styled(if ascii { "-" } else { "─" }.repeat(columns), style)
}

/// Lines from the top of `area`, as many as fit.
fn paragraph(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>) {
    let area = area.intersection(frame.area());
    for (row, line) in area.rows().zip(lines) {
        frame.render_widget(line, row);
    }
}

/// The terminal's cursor shows screen readers where one is.
fn cursor(frame: &mut Frame<'_>, x: u16, y: u16) {
    let area = frame.area();
    if x < area.width && y < area.height {
        frame.set_cursor_position((x, y));
    }
}
