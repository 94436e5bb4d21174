//! A line for typing: as much of it as fits, with the cursor in view.

use tui_input::Input;

use crate::tui::text::width;

/// The visible part of the text in `room` columns, and the column of the cursor.
pub(super) fn shown(input: &Input, room: usize) -> (String, usize) {
    let scroll = input.visual_scroll(room);
    let mut skipped = 0;
    let shown = input.value().chars().skip_while(|letter| {
        let skips = skipped < scroll;
        skipped += width(letter.encode_utf8(&mut [0; 4]));
        skips
    });
    (shown.collect(), input.visual_cursor().saturating_sub(scroll))
}
