//! How the start screen looks.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{CHOICES, Start, form_view};
use crate::tui::Role;
use crate::tui::text::{Align, fit, wrap};

/// The width of a choice's name.
const NAME_COLUMNS: usize = 19;

/// The width of the menu, where there is room.
const MENU_COLUMNS: u16 = 76;

pub(super) fn draw(start: &Start, frame: &mut Frame<'_>) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, start.theme.style(Role::Text));
    match (&start.example, &start.form) {
        (Some(example), _) => example.draw(start, frame),
        (None, Some(form)) => form_view::draw(start, form, frame),
        (None, None) => menu(start, frame),
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
    for (index, choice) in CHOICES.iter().enumerate() {
        let name = fit(choice.name, NAME_COLUMNS.min(columns.saturating_sub(6)), Align::Left, start.ascii);
        lines.push(if index == start.focus {
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
    lines.push(Line::styled("No configuration found at", style(Role::Muted)));
    lines.extend(wrap(&start.text.path.display().to_string(), columns).into_iter().map(Line::raw));
    // A blank line above it as soon as there is room for one.
    let spare = usize::from(area.height).saturating_sub(lines.len());
    let top = u16::try_from(spare / 3).unwrap_or_default();
    paragraph(frame, Rect::new(left + 1, top, area.width.saturating_sub(left + 2), area.height.saturating_sub(top)), lines);
    cursor(frame, left + 2, top + u16::try_from(first_choice + start.focus).unwrap_or_default());
}

/// Lines from the top of `area`, as many as fit.
pub(super) fn paragraph(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>) {
    let area = area.intersection(frame.area());
    for (row, line) in area.rows().zip(lines) {
        frame.render_widget(line, row);
    }
}

/// The terminal's cursor shows screen readers where the focus is.
fn cursor(frame: &mut Frame<'_>, x: u16, y: u16) {
    let area = frame.area();
    if x < area.width && y < area.height {
        frame.set_cursor_position((x, y));
    }
}
