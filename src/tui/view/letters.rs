//! Letters of several columns that terminals put into several cells.
//!
//! A Chinese sign is one thing to a terminal: drawing over its first half clears the second. A
//! Tamil letter with its vowel sign is as wide, but many terminals keep the vowel sign in a cell
//! of its own, where it stays when only the first one is drawn over. The drawing library does not
//! send the second cell again, because it counts as blank already.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::text::width;

/// A sign that is never seen: it stands in cells that a wide letter covers, and is never sent while
/// it does. It only makes the cell differ from whatever is drawn there next.
const COVERED: &str = "\u{2800}";

/// Marks the cells that are covered by letters with vowel signs, so that they are sent again when
/// those letters are gone.
pub(super) fn mark_covered(buffer: &mut Buffer, area: Rect) {
    for y in area.y..area.bottom() {
        let mut covered = 0;
        for x in area.x..area.right() {
            let cell = &mut buffer[(x, y)];
            if covered > 0 {
                covered -= 1;
                cell.set_symbol(COVERED);
                continue;
            }
            // Signs of one letter have at most four bytes.
            if cell.symbol().len() > 4 {
                covered = width(cell.symbol()).saturating_sub(1);
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
        mark_covered(&mut buffer, area);
        buffer
    }

    #[test]
    fn what_a_vowel_sign_stood_in_is_sent_again() {
        let places = |before: &str, after: &str| drawn(before).diff(&drawn(after)).iter().map(|(x, _, _)| *x).collect::<Vec<_>>();
        assert_eq!(places("a\u{ba4}\u{bbf}b", "axyb"), [1, 2]);
        assert_eq!(places("a\u{ba4}\u{bbf}b", "ax b"), [1, 2]);
        assert_eq!(places("ax b", "a\u{ba4}\u{bbf}b"), [1]);
        assert_eq!(places("a\u{ba4}\u{bbf}b", "a\u{ba4}\u{bbf}b"), [0u16; 0]);
    }
}
