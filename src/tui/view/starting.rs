//! The three seconds after a yes: what starts, when, and how it is taken back.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::dialog;
use super::words::environment;
use crate::action::Agreed;
use crate::tui::state::{Campaign, Shared, Starting};
use crate::tui::{Action, Context, Role};

/// The title of its dialog: verb, count, environment, campaign.
pub(in crate::tui) fn title(state: &Shared, campaign: &Campaign, agreed: &Agreed) -> String {
    format!("{}, {}, {}", agreed.title(), environment(&state.look, campaign), campaign.settings.name)
}

/// Draws the countdown.
pub(in crate::tui) fn draw(state: &Shared, starting: &Starting, buffer: &mut Buffer, area: Rect) -> Position {
    let style = |role| state.look.style(role);
    let key = state.keymap.key(Context::Starting, Action::Back).unwrap_or_else(|| "Esc".to_owned());
    let line = Line::from(vec![
        Span::styled(format!("Starting in {} s.", starting.seconds(state.now)), style(Role::Strong)),
        Span::raw("   "),
        Span::styled(key, style(Role::Accent)),
        Span::styled(" takes it back, nothing has been sent.", style(Role::Text)),
    ]);
    dialog::draw(state, buffer, area, &starting.title, dialog::WIDEST, &[line], (0, 0))
}
