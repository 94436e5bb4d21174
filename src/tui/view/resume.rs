//! The question before a run that paused itself continues.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::sentences::{self, Sentence};
use super::words::{environment, in_a_line};
use super::{dialog, keys};
use crate::delivery::counted;
use crate::tui::Role;
use crate::tui::key_line::KeyWord;
use crate::tui::state::{ResumeQuestion, Shared};

/// Draws it. The cursor is on the safe answer.
pub(in crate::tui) fn draw(state: &Shared, question: &ResumeQuestion, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let campaign = state.campaign()?;
    let width = dialog::width(area, dialog::WIDEST);
    let all = vec![
        Sentence::new(format!("Continue with {}?", counted(question.to_go, "message")), Role::Strong, 0),
        Sentence::new(format!("The run paused itself: {}", in_a_line(&question.why)), Role::Warning, 1),
        Sentence::new("Each attempt may be charged, even if it fails.", Role::Text, 2),
    ];
    let mut lines = sentences::lines(state, all, width, usize::from(area.height).saturating_sub(2 + 2));
    let at = lines.len();
    lines.push(Line::from(Span::styled("[ cancel ]", state.look.style(Role::Focus))));
    lines.push(keys::line(state, &[KeyWord::new("y", "continue"), KeyWord::new("Esc", "cancel")], width));
    let title = format!("Continue the run, {}, {}", environment(&state.look, campaign), campaign.settings.name);
    Some(dialog::draw(state, buffer, area, &title, dialog::WIDEST, &lines, (0, at)))
}
