//! Letters that are put together, of which terminals disagree how many cells they take.
//!
//! A Chinese sign is one thing to a terminal: drawing over its first half clears the second. A
//! Tamil letter with its vowel sign is as wide, or narrower to the drawing library, but many
//! terminals keep the vowel sign in a cell of its own. It stays there when only the first one is
//! drawn over, since the library counts the second as blank, or as unchanged, and sends it no more.

use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;

use crate::tui::text::width;

/// The most bytes of a letter that stands alone.
const ONE_LETTER: usize = 4;

/// Marks the cells that such letters cover, and the one after each, in a way that is not seen: they
/// differ from what is drawn there before and afterwards, and so are sent again both times.
pub(super) fn mark_neighbours(buffer: &mut Buffer, area: Rect) {
    for y in area.y..area.bottom() {
        let mut marked = 0;
        for x in area.x..area.right() {
            let cell = &mut buffer[(x, y)];
            let columns = width(cell.symbol()).max(1);
            if marked > 0 {
                marked -= 1;
                let own = u16::try_from(columns).ok().and_then(NonZeroU16::new);
                cell.set_diff_option(own.map_or(CellDiffOption::None, CellDiffOption::ForcedWidth));
            }
            if cell.symbol().len() > ONE_LETTER {
                marked = columns;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    fn drawn(text: &str) -> Buffer {
        let area = Rect::new(0, 0, 6, 1);
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, text, Style::default());
        mark_neighbours(&mut buffer, area);
        buffer
    }

    /// Two columns to the drawing library.
    const WIDE: &str = "\u{ba4}\u{bbf}";

    #[test]
    fn what_a_vowel_sign_may_stand_in_is_sent_again() {
        let sent = |before: &str, after: &str| drawn(before).diff(&drawn(after)).iter().map(|(x, _, _)| *x).collect::<Vec<_>>();
        let tamil = format!("a{WIDE}b");
        assert_eq!(sent(&tamil, "axyb"), [1, 2, 3]);
        assert_eq!(sent(&tamil, "ax b"), [1, 2, 3]);
        assert_eq!(sent("ax b", &tamil), [1, 3]);
        assert_eq!(sent(&tamil, &tamil), [0u16; 0]);
        assert_eq!(sent("a您b", "axyb"), [1, 2]);
        assert_eq!(sent("      ", &format!("{WIDE}{WIDE}b")), [0, 2, 4]);
    }
}
