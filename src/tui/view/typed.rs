//! A line that is typed into: as much of it as fits, with the cursor in view.

use tui_input::Input;

use crate::tui::text::width;

/// What is to be seen of the text in `room` columns, and at which of them the cursor stands.
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
