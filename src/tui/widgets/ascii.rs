//! The screen with no sign of our own outside ASCII. Texts of messages stay as they are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Replaces our own signs.
pub(in crate::tui) fn replace(buffer: &mut Buffer, area: Rect) {
    for position in area.positions() {
        let cell = &mut buffer[position];
        if let Some(plain) = plain(cell.symbol()) {
            cell.set_symbol(plain);
        }
    }
}

/// The replacement for a sign; `None` for what is not a sign of ours.
fn plain(sign: &str) -> Option<&'static str> {
    Some(match sign {
        "│" | "┤" | "┼" => "|",
        "─" | "–" | "—" | "·" => "-",
        "┌" | "┐" | "└" | "┘" | "✓" => "+",
        "✗" | "×" => "x",
        "›" => ">",
        "≥" => "=",
        "≤" => "<",
        "•" | "∙" => "*",
        "…" => "~",
        "▲" => "^",
        "▼" => "v",
        // Graphs, from the lowest to the highest.
        "▁" | "▏" => ".",
        "▂" | "▎" => ":",
        "▃" | "▍" => "-",
        "▄" | "▌" => "=",
        "▅" | "▋" => "+",
        "▆" | "▊" => "*",
        "▇" | "█" | "▉" => "#",
        // What is not loaded.
        "▒" => "?",
        "░" => ".",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    #[test]
    fn our_signs_go_and_texts_stay() {
        let area = Rect::new(0, 0, 20, 1);
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, "› 65∙∙ · 李 é", Style::default());
        replace(&mut buffer, area);
        let text: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(text.trim_end(), "> 65** - 李  é");
    }
}
