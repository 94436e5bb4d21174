//! The fields of a form: a label, and behind it a line for typing or a choice.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::typed_line::TypedLine;
use crate::tui::Role;
use crate::tui::text::{Align, cut, fit};

/// The columns before a label, with the mark of the field that has the focus.
pub(in crate::tui) const MARK: usize = 2;

/// How fields look: the style of a role.
pub(in crate::tui) type Styles<'a> = &'a dyn Fn(Role) -> Style;

/// The beginning of a field's line: its mark and its label, in so many columns.
pub(in crate::tui) fn labelled(style: Styles<'_>, label: &str, columns: usize, has_focus: bool) -> Line<'static> {
    let (mark, role) = if has_focus { ("› ", Role::Accent) } else { ("  ", Role::Muted) };
    Line::from(vec![Span::styled(mark, style(Role::Accent)), Span::styled(fit(label, columns, Align::Left), style(role))])
}

/// The current choice, with signs that there are others. Returns the cursor's column.
pub(in crate::tui) fn choice(style: Styles<'_>, line: &mut Line<'static>, chosen: &str, has_focus: bool) -> usize {
    let column = line.width();
    let (before, after) = if has_focus { ("‹ ", " ›") } else { ("", "") };
    line.push_span(Span::styled(before, style(Role::Accent)));
    line.push_span(Span::styled(chosen.to_owned(), style(typed_role(has_focus))));
    line.push_span(Span::styled(after, style(Role::Accent)));
    column
}

/// A line for typing, or an example of what goes there. Returns the cursor's column.
pub(in crate::tui) fn text(
    style: Styles<'_>,
    line: &mut Line<'static>,
    input: &TypedLine,
    example: &str,
    has_focus: bool,
    room: usize,
) -> usize {
    let column = line.width();
    if input.is_empty() {
        line.push_span(Span::styled(cut(example, room).into_owned(), style(Role::Muted)));
        return column;
    }
    let (shown, at) = input.shown(room);
    line.push_span(Span::styled(shown, style(typed_role(has_focus))));
    column + at
}

/// How what was typed or chosen is drawn.
pub(in crate::tui) fn typed_role(has_focus: bool) -> Role {
    if has_focus { Role::Strong } else { Role::Text }
}
