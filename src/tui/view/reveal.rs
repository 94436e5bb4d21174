//! The question before a whole campaign is shown unmasked.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::sentences::{self, Sentence};
use super::words::environment;
use super::{dialog, keys};
use crate::tui::state::Shared;
use crate::tui::{Action, Context, Role};

/// Draws it. The cursor is on the safe answer.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let campaign = state.campaign()?;
    let width = dialog::width(area, dialog::WIDEST);
    let texts = match campaign.settings.one_time_password {
        true => "All recipients are then shown; the texts are one-time passwords and stay hidden.",
        false => "All recipients and texts are then shown on the screen, and in what is copied or exported.",
    };
    let mask = state.key_for(Action::Mask);
    let all = vec![
        Sentence::new(format!("Show {} unmasked for 5 minutes?", campaign.settings.name), Role::Strong, 0),
        Sentence::new(texts, Role::Warning, 1),
        Sentence::new(format!("{mask} masks it again at any time. Noted in the journal with your name."), Role::Text, 2),
    ];
    let mut lines = sentences::lines(state, all, width, usize::from(area.height).saturating_sub(2 + 2));
    let at = lines.len();
    lines.push(Line::from(Span::styled("[ cancel ]", state.look.style(Role::Focus))));
    let named = keys::bound(state, Context::Question, [(Action::Agree, "show it"), (Action::Back, "cancel")]);
    lines.push(keys::line(state, &named, width));
    let title = format!("Reveal, {}", environment(&state.look, campaign));
    Some(dialog::draw(state, buffer, area, &title, dialog::WIDEST, &lines, (0, at)))
}
