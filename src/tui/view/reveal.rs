//! The question before a whole campaign is shown unmasked.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::sentences::{self, Sentence};
use super::words::environment;
use super::{dialog, keys};
use crate::tui::state::State;
use crate::tui::{Action, Context, Role};

/// Draws it. The cursor is on the safe answer.
pub(super) fn draw(state: &State, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let campaign = state.campaign()?;
    let width = usize::from(dialog::WIDEST.min(area.width).saturating_sub(4));
    let texts = match campaign.settings.one_time_password {
        true => "All recipients are then shown; the texts are one-time passwords and stay hidden.",
        false => "All recipients and texts are then shown on the screen, and in what is copied or exported.",
    };
    let mask = state.key_for(Action::Mask);
    let all = vec![
        Sentence::new(format!("Show {} unmasked for 5 minutes?", campaign.settings.name), Role::Strong, 0),
        Sentence::new(texts, Role::Warning, 1),
        Sentence::new(format!("{mask} masks it again at once. This is written to the journal with your name."), Role::Text, 2),
    ];
    let mut lines = sentences::lines(state, all, width, usize::from(area.height).saturating_sub(2 + 2));
    let at = lines.len();
    lines.push(Line::from(Span::styled("[ cancel ]", state.look.style(Role::Focus))));
    let named = keys::bound(state, Context::Question, [(Action::Agree, "show it"), (Action::Back, "cancel")]);
    lines.push(keys::line(state, &named, width));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let title = format!("Reveal, {}", environment(&state.look, campaign));
    let inner = dialog::draw(state, buffer, area, &title, dialog::WIDEST, rows);
    dialog::put(buffer, inner, &lines);
    Some(Position::new(inner.x, inner.y + u16::try_from(at).unwrap_or(0)))
}
