//! A frame, collected until it is whole, so that it leaves in one write.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use memchr::memmem;

/// A longer frame may be cut up on its way (a pseudo-terminal passes 4 KiB at once): the terminal
/// is asked to show it only when it is complete.
const SEEN_AT_ONCE: usize = 2_048;
const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// The library sends it in every frame, whether the cursor is shown or not.
const SHOW_CURSOR: &[u8] = b"\x1b[?25h";
const HIDE_CURSOR: &[u8] = b"\x1b[?25l";

/// The bytes of the frame that is being drawn. Clones share them: the drawing library owns one,
/// and flushes after each of several steps, which means nothing here.
#[derive(Debug, Clone, Default)]
pub(super) struct FrameBuffer(Rc<RefCell<Collected>>);

#[derive(Debug, Default)]
struct Collected {
    bytes: Vec<u8>,
    /// Whether the cursor is known to be shown.
    cursor_shown: bool,
}

impl FrameBuffer {
    /// Writes what was collected, in one piece, and starts over.
    pub(super) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let Collected { bytes, cursor_shown } = &mut *self.0.borrow_mut();
        // Over a slow line each byte of a cursor step can be felt, so what changes nothing is left
        // out.
        if memmem::rfind(bytes, HIDE_CURSOR).is_some() {
            *cursor_shown = false;
        } else if std::mem::replace(cursor_shown, true) {
            replace_last(bytes, SHOW_CURSOR, b"");
        }
        if bytes.is_empty() {
            return Ok(());
        }
        if bytes.len() > SEEN_AT_ONCE {
            bytes.splice(0..0, BEGIN_FRAME.iter().copied());
            bytes.extend_from_slice(END_FRAME);
        }
        let written = out.write_all(bytes).and_then(|()| out.flush());
        bytes.clear();
        written
    }

    /// Something else wrote to the terminal: nothing is known of its cursor.
    pub(super) fn forget(&self) {
        self.0.borrow_mut().cursor_shown = false;
    }
}

fn replace_last(bytes: &mut Vec<u8>, old: &[u8], new: &[u8]) {
    if let Some(at) = memmem::rfind(bytes, old) {
        bytes.splice(at..at + old.len(), new.iter().copied());
    }
}

impl Write for FrameBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::text::{Line, Span};
    use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

    use super::super::backend::SureBackend;
    use super::*;
    use crate::tui::{ColourDepth, Role, Theme, ThemeChoice};

    /// Counts writes.
    #[derive(Default)]
    struct Counter {
        writes: usize,
        bytes: Vec<u8>,
    }

    impl Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.writes += 1;
            self.bytes.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_leaves_in_one_write_and_a_long_one_is_shown_whole() {
        let mut frame = FrameBuffer::default();
        let mut out = Counter::default();
        write!(frame, "short").unwrap();
        frame.flush().unwrap();
        write!(frame, " frame").unwrap();
        frame.write_to(&mut out).unwrap();
        assert_eq!((out.writes, out.bytes.as_slice()), (1, b"short frame".as_slice()));
        frame.write_all(&[b'x'; 5_000]).unwrap();
        frame.write_to(&mut out).unwrap();
        assert_eq!(out.writes, 2);
        assert!(out.bytes.ends_with(END_FRAME) && out.bytes[11..].starts_with(BEGIN_FRAME));
    }

    #[test]
    fn the_cursor_is_shown_again_after_it_was_hidden_or_may_have_been() {
        let mut frame = FrameBuffer::default();
        let mut sent = |bytes: &[u8], forget: bool| {
            let mut out = Counter::default();
            if forget {
                frame.forget();
            }
            frame.write_all(bytes).unwrap();
            frame.write_to(&mut out).unwrap();
            out.bytes
        };
        assert_eq!(sent(b"a\x1b[?25h\x1b[1;1H", false), b"a\x1b[?25h\x1b[1;1H");
        assert_eq!(sent(b"a\x1b[?25h\x1b[1;1H", false), b"a\x1b[1;1H");
        assert_eq!(sent(b"a\x1b[?25h\x1b[1;1H", true), b"a\x1b[?25h\x1b[1;1H");
        assert_eq!(sent(b"a\x1b[?25l", false), b"a\x1b[?25l");
        assert_eq!(sent(b"a\x1b[?25h\x1b[1;1H", false), b"a\x1b[?25h\x1b[1;1H");
    }

    /// A list like the dashboard's: coloured status and error, the rest plain, the selected row in
    /// one style from edge to edge.
    fn list(frame: &mut Frame<'_>, theme: &Theme, selected: usize) {
        let rows = frame.area().rows().collect::<Vec<_>>();
        for (index, row) in rows.into_iter().enumerate() {
            let cells = [
                ("   ", Role::Text),
                ("✗ failed  ", Role::Failed),
                ("14:02:11  65∙∙∙∙4018  ", Role::Text),
                ("recipient_unavailable  ", Role::Failed),
                ("yes        1  a41f…22   Dear {{name}}, your next appointment at {{clinic}}", Role::Text),
            ];
            let line = Line::from_iter(cells.map(|(text, role)| Span::styled(text, theme.style(role))));
            frame.render_widget(line, row);
            if index == selected {
                frame.buffer_mut().set_style(row, theme.style(Role::Selected));
                frame.set_cursor_position((0, row.y));
            }
        }
    }

    /// Bytes of the frame that moves the selection by one row.
    fn bytes_of_a_step(choice: ThemeChoice, depth: ColourDepth) -> usize {
        crossterm::style::force_color_output(true);
        let theme = Theme::new(choice, depth);
        let frame = FrameBuffer::default();
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, 120, 20)) };
        let mut terminal = Terminal::with_options(SureBackend::new(frame.clone()), options).unwrap();
        let mut out = Counter::default();
        for selected in [3, 4] {
            out = Counter::default();
            terminal.draw(|frame| list(frame, &theme, selected)).unwrap();
            frame.write_to(&mut out).unwrap();
        }
        out.bytes.len()
    }

    #[test]
    fn a_step_of_the_cursor_takes_few_bytes() {
        for (choice, depth) in [
            (ThemeChoice::Auto, ColourDepth::Sixteen),
            (ThemeChoice::None, ColourDepth::None),
            (ThemeChoice::Dark, ColourDepth::Palette),
            (ThemeChoice::Dark, ColourDepth::True),
        ] {
            let bytes = bytes_of_a_step(choice.clone(), depth);
            assert!(bytes <= 370, "{choice:?} {depth:?}: {bytes}");
        }
    }
}
