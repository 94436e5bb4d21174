//! The last line: the keys that do something here, as many as fit, the most important first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::Role;
use crate::tui::keys::footer;
use crate::tui::state::State;
use crate::tui::text::width;

/// Draws the keys.
pub(super) fn draw(state: &State, buffer: &mut Buffer, area: Rect) {
    let (key, word) = (state.look.style(Role::Accent), state.look.style(Role::Muted));
    let mut x = area.x + 1;
    for binding in footer(state.context()) {
        let name = binding.key();
        let taken = width(&name) + 1 + width(binding.label);
        let Ok(taken) = u16::try_from(taken) else { continue };
        if x + taken + 1 > area.right() {
            continue;
        }
        buffer.set_stringn(x, area.y, &name, usize::from(taken), key);
        let label_at = x + u16::try_from(width(&name)).unwrap_or(0) + 1;
        buffer.set_stringn(label_at, area.y, binding.label, width(binding.label), word);
        x += taken + 2;
    }
}
