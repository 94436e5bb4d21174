//! The drawing library's way to the terminal, made sure for letters that terminals disagree about.

use std::io;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::cell_writer::CellWriter;
use super::frame_buffer::FrameBuffer;

/// Terminals disagree about the width of letters that are put together (Tamil vowel signs, marks,
/// emoji). Wherever one is drawn its cells are blanked first, and what follows is put in its place
/// by position, so that a disagreement shifts nothing and leaves nothing behind.
#[derive(Debug)]
pub(super) struct SureBackend {
    inner: CrosstermBackend<FrameBuffer>,
    /// Where its bytes go, for the cells, which are written here.
    frame: FrameBuffer,
    /// Where the cursor was put last, while nothing was written after that.
    cursor: Option<Position>,
}

impl SureBackend {
    pub(super) fn new(frame: FrameBuffer) -> Self {
        Self { inner: CrosstermBackend::new(frame.clone()), frame, cursor: None }
    }
}

/// Whether terminals may disagree about how wide it is.
fn is_disputed(symbol: &str) -> bool {
    let mut letters = symbol.chars();
    let first = letters.next().unwrap_or(' ');
    letters.next().is_some() || matches!(first, '\u{0900}'..='\u{0dff}' | '\u{1f000}'..)
}

impl Backend for SureBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut writer = CellWriter::new(&mut self.frame);
        for (x, y, cell) in content {
            self.cursor = None;
            if is_disputed(cell.symbol()) {
                writer.disputed(x, y, cell)?;
            } else {
                writer.cell(x, y, cell)?;
            }
        }
        writer.end()
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        match self.cursor.replace(position) {
            Some(known) if known == position => Ok(()),
            _ => self.inner.set_cursor_position(position),
        }
    }

    fn clear(&mut self) -> io::Result<()> {
        self.cursor = None;
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.cursor = None;
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::layout::Rect;
    use ratatui::{TerminalOptions, Viewport};
    use rstest::rstest;
    use unicode_width::UnicodeWidthStr as _;

    #[rstest]
    #[case("a", false)]
    #[case("李", false)]
    #[case("✓", false)]
    #[case("மு", true)]
    #[case("ந", true)]
    #[case("e\u{301}", true)]
    #[case("👩\u{200d}⚕️", true)]
    fn which_letters_are_disputed(#[case] symbol: &str, #[case] disputed: bool) {
        assert_eq!(is_disputed(symbol), disputed);
    }

    /// A terminal that counts every sign as one column and every mark as none shows the text behind
    /// Tamil letters at its own place all the same, and nothing of what stood there before.
    #[test]
    fn what_follows_stands_in_its_place_whatever_the_terminal_counts() {
        let frame = FrameBuffer::default();
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, 30, 1)) };
        let mut terminal = Terminal::with_options(SureBackend::new(frame.clone()), options).unwrap();
        let mut screen = vt100::Parser::new(1.try_into().unwrap(), 30.try_into().unwrap(), 0);
        for text in ["Dear Tan Wei Ming, welcome |", "முருகன் செல்வம் |", "李欣怡您好 |"] {
            terminal.draw(|frame| frame.render_widget(text, frame.area())).unwrap();
            let mut bytes = Vec::new();
            frame.write_to(&mut bytes).unwrap();
            screen.process(&bytes);
            let bar = u16::try_from(text.width() - 1).unwrap();
            assert_eq!(screen.screen().cell(0, bar).map(|cell| cell.contents().to_owned()).as_deref(), Some("|"), "{text}");
            let row = screen.screen().contents();
            assert!(!row.contains("Tan") || text.contains("Tan"), "{row}");
        }
    }
}
