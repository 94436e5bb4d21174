//! The drawing library's way to the terminal: a frame leaves in one write, and letters whose width
//! terminals disagree about shift nothing.
//!
//! Such letters are combined ones (Tamil vowel signs, marks) and emoji. A terminal may draw one over
//! the columns behind it, or leave some of its own columns as they were. So it is drawn on blanks, what
//! follows it is positioned explicitly, and when anything in its row changes from there on, the whole
//! rest of the row is drawn again: when such a letter appears, when it changes and when it goes.

use std::collections::HashMap;
use std::io::{self, Write};

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell, CellDiffOption, CellWidth};
use ratatui::layout::{Position, Size};

/// Whether terminals may disagree about how wide it is.
fn is_disputed(symbol: &str) -> bool {
    // A letter of one byte is ASCII, and most cells hold one.
    if symbol.len() == 1 {
        return false;
    }
    let mut letters = symbol.chars();
    let first = letters.next().unwrap_or(' ');
    letters.next().is_some() || matches!(first, '\u{0900}'..='\u{0dff}' | '\u{1f000}'..)
}

/// Marks the rest of each row from its first disputed letter on. The drawing library passes marked
/// cells on in every frame, and once more when the mark goes. To be called at the end of a frame.
pub(super) fn mark_disputed(buffer: &mut Buffer) {
    let columns = usize::from(buffer.area.width).max(1);
    for row in buffer.content.chunks_mut(columns) {
        let mut covered = 0;
        for cell in row.iter_mut().skip_while(|cell| !is_disputed(cell.symbol())) {
            if covered > 0 {
                cell.set_diff_option(CellDiffOption::Skip);
                covered -= 1;
            } else {
                cell.set_diff_option(CellDiffOption::AlwaysUpdate);
                covered = cell.cell_width().saturating_sub(1);
            }
        }
    }
}

/// The library's own backend, with a frame collected until it is whole.
#[derive(Debug)]
pub(super) struct FrameBackend<W> {
    out: W,
    /// The bytes of the frame so far.
    frame: Vec<u8>,
    /// The marked rest of each row that has one, as it is on the screen.
    shown: HashMap<u16, Vec<(u16, Cell)>>,
}

/// A cell, with its column and row.
type Placed<'a> = (u16, u16, &'a Cell);

impl<W> FrameBackend<W> {
    /// A backend that writes to `out`.
    pub(super) fn new(out: W) -> Self {
        Self { out, frame: Vec::new(), shown: HashMap::new() }
    }

    fn library(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }

    /// Whether the marked rest of a row is on the screen like this. If not, it will be.
    fn is_shown(&mut self, y: u16, rest: &[Placed<'_>]) -> bool {
        let shown = self.shown.entry(y).or_default();
        let is_shown = shown.iter().map(|(x, cell)| (*x, cell)).eq(rest.iter().map(|(x, _, cell)| (*x, *cell)));
        if !is_shown {
            *shown = rest.iter().map(|(x, _, cell)| (*x, (*cell).clone())).collect();
        }
        is_shown
    }
}

impl<W: Write> Backend for FrameBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = Placed<'a>>,
    {
        let changes: Vec<_> = content.collect();
        let mut drawn = Vec::with_capacity(changes.len());
        for row in changes.chunk_by(|(_, y, _), (_, next, _)| y == next) {
            let (plain, rest) = row.split_at(row.partition_point(|(_, _, cell)| cell.diff_option != CellDiffOption::AlwaysUpdate));
            drawn.extend_from_slice(plain);
            if row.first().is_some_and(|(_, y, _)| !self.is_shown(*y, rest)) {
                drawn.extend_from_slice(rest);
            }
        }
        // The library positions the first cell that it draws, and those that do not follow the one before.
        for cells in drawn.split_inclusive(|(_, _, cell)| is_disputed(cell.symbol())) {
            let Some(((x, y, last), before)) = cells.split_last() else { continue };
            let mut blank = (*last).clone();
            blank.set_symbol(" ");
            let blanked = if is_disputed(last.symbol()) { last.cell_width() } else { 0 };
            let blanks = (0..blanked).map(|column| (x + column, *y, &blank));
            self.library().draw(before.iter().copied().chain(blanks).chain([(*x, *y, *last)]))?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.library().hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.library().show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.library().get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.library().set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.shown.clear();
        self.library().clear_region(clear_type)
    }

    /// Asked before every frame. The library would open the terminal again each time.
    fn size(&self) -> io::Result<Size> {
        #[cfg(unix)]
        if let Ok(size) = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
            && size.ws_col > 0
        {
            return Ok(Size::new(size.ws_col, size.ws_row));
        }
        CrosstermBackend::new(io::sink()).size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.library().window_size()
    }

    /// The end of a frame: writes it, and asks the terminal to show it only when it is complete, because
    /// a long one may be cut up on its way (a pseudo-terminal passes 4 KiB at once).
    fn flush(&mut self) -> io::Result<()> {
        let mut frame = Vec::with_capacity(self.frame.len() + 16);
        queue!(frame, BeginSynchronizedUpdate)?;
        frame.append(&mut self.frame);
        queue!(frame, EndSynchronizedUpdate)?;
        self.out.write_all(&frame)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
