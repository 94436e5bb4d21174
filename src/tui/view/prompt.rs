//! The line for commands, with their list.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::sentences::{self, Sentence};
use super::{dialog, keys, palette};
use crate::tui::Role;
use crate::tui::key_line::KeyWord;
use crate::tui::state::{Prompt, PromptKind, Shared};
use crate::tui::text::width;

/// Draws the line in its box. The cursor is where the user types.
pub(in crate::tui) fn draw(state: &Shared, prompt: &Prompt, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    state.campaign()?;
    let style = |role| state.look.style(role);
    let room = dialog::width(area, dialog::WIDEST);
    let (title, sign) = match &prompt.kind {
        PromptKind::Command => ("Commands".to_owned(), ":"),
    };
    let above = match &prompt.kind {
        PromptKind::Command => Vec::new(),
    };
    let mut lines = sentences::lines(state, above, room, usize::from(area.height).saturating_sub(2 + 3));
    let input_at = lines.len();
    let (shown, column) = prompt.input.shown(room.saturating_sub(width(sign)).max(2), state.look.ascii);
    let column = width(sign) + column;
    lines.push(Line::from(vec![
        Span::styled(sign, style(Role::Accent)),
        Span::styled(shown, style(if prompt.input.is_proposal() { Role::Selected } else { Role::Strong })),
    ]));
    if !prompt.problem.is_empty() {
        let problem = vec![Sentence::new(prompt.problem.clone(), Role::Warning, 0)];
        lines.extend(sentences::lines(state, problem, room, 2));
    }
    if prompt.kind == PromptKind::Command {
        let left = usize::from(area.height).saturating_sub(2 + 1 + lines.len());
        lines.extend(palette::lines(state, prompt, room, left));
    }
    let mut named = vec![KeyWord::new("Enter", does(&prompt.kind)), KeyWord::new("Esc", "cancel")];
    if prompt.kind == PromptKind::Command {
        named.extend([KeyWord::new("Tab", "complete"), KeyWord::new("Up Down", "choose")]);
    }
    lines.push(keys::line(state, &named, room));
    Some(dialog::draw(state, buffer, area, &title, dialog::WIDEST, &lines, (column, input_at)))
}

/// What Enter does with what was typed.
pub(in crate::tui) fn does(kind: &PromptKind) -> &'static str {
    match kind {
        PromptKind::Command => "do it",
    }
}
