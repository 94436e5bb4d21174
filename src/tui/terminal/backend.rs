//! The drawing library's way to the terminal, made safe for letters whose width terminals disagree
//! about.

use std::cell::Cell as Shared;
use std::io;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use unicode_width::UnicodeWidthChar as _;

use super::cell_writer::CellWriter;
use super::frame_buffer::FrameBuffer;
use crate::tui::text::width;

/// Terminals disagree about the width of combined letters (Tamil vowel signs, marks, emoji). So
/// what follows one is positioned explicitly, and whatever a terminal may have covered with it is
/// drawn again: when it appears, when it changes and when it goes.
#[derive(Debug)]
pub(super) struct SureBackend {
    inner: CrosstermBackend<FrameBuffer>,
    /// What is on the screen; the drawing library only passes on what changes.
    shown: Vec<Vec<Cell>>,
    /// How wide the screen is, as the drawing library was last told.
    columns: Shared<u16>,
    /// Where its bytes go, for the cells, which are written here.
    frame: FrameBuffer,
    /// What goes out next.
    run: Vec<(u16, u16, Cell)>,
    /// Where the cursor was last put, while nothing has been written since.
    cursor: Option<Position>,
}

/// From this many unchanged columns on, skipping them takes fewer bytes than writing them again.
const BRIDGED: u16 = 3;

/// The same from the start of a row, which the cursor reaches in few bytes.
const BRIDGED_AT_START: u16 = 2;

/// Whether terminals may disagree about how wide it is.
fn is_disputed(symbol: &str) -> bool {
    let mut letters = symbol.chars();
    let first = letters.next().unwrap_or(' ');
    letters.next().is_some() || matches!(first, '\u{0900}'..='\u{0dff}' | '\u{1f000}'..)
}

fn columns_of(symbol: &str) -> u16 {
    u16::try_from(width(symbol).max(1)).unwrap_or(1)
}

/// How many columns it takes on a terminal that combines no letters.
fn reach_of(symbol: &str) -> u16 {
    if !is_disputed(symbol) {
        return columns_of(symbol);
    }
    let each = symbol.chars().map(|letter| letter.width().unwrap_or(0).max(1)).sum::<usize>();
    u16::try_from(each).unwrap_or(1).max(columns_of(symbol))
}

impl SureBackend {
    pub(super) fn new(frame: FrameBuffer) -> Self {
        let columns = Shared::new(u16::MAX);
        let inner = CrosstermBackend::new(frame.clone());
        Self { inner, shown: Vec::new(), columns, frame, run: Vec::new(), cursor: None }
    }

    /// What is on the screen here; nothing beyond its edge.
    fn shown(&self, x: u16, y: u16) -> Option<Cell> {
        if x >= self.columns.get() {
            return None;
        }
        Some(self.shown.get(usize::from(y)).and_then(|row| row.get(usize::from(x))).cloned().unwrap_or(Cell::EMPTY))
    }

    fn note(&mut self, x: u16, y: u16, cell: &Cell) {
        let (x, y) = (usize::from(x), usize::from(y));
        if self.shown.len() <= y {
            self.shown.resize(y + 1, Vec::new());
        }
        let Some(row) = self.shown.get_mut(y) else { return };
        let end = x + usize::from(columns_of(cell.symbol()));
        if row.len() < end {
            row.resize(end, Cell::EMPTY);
        }
        for (index, shown) in row.iter_mut().enumerate().take(end).skip(x) {
            *shown = cell.clone();
            if index > x {
                shown.set_symbol(" ");
            }
        }
    }

    fn flush_run(&mut self) -> io::Result<()> {
        let cursor = self.cursor.map(|cursor| (cursor.x, cursor.y));
        let mut writer = CellWriter::new(&mut self.frame, self.columns.get(), cursor);
        for (x, y, cell) in self.run.drain(..) {
            self.cursor = None;
            if is_disputed(cell.symbol()) {
                writer.disputed(x, y, &cell)?;
            } else {
                writer.cell(x, y, &cell)?;
            }
        }
        writer.end()
    }

    /// Draws again what may be covered in a row, from one column on up to the reach or the next
    /// change. Returns how far it came, and the reach including what was drawn.
    fn mend(&mut self, y: u16, mut at: u16, mut reach: u16, change: u16) -> (u16, u16) {
        while at < reach.min(change) {
            let Some(cell) = self.shown(at, y) else { break };
            reach = reach.max(at.saturating_add(reach_of(cell.symbol())));
            at = at.saturating_add(columns_of(cell.symbol()));
            self.run.push((at.saturating_sub(columns_of(cell.symbol())), y, cell));
        }
        (at.min(change), reach)
    }

    /// Rewrites the few cells between what was written and the next change, where that takes fewer
    /// bytes than skipping them.
    fn bridge(&mut self, y: u16, from: u16, change: (u16, &Cell)) {
        let (x, cell) = change;
        if x <= from || x - from > BRIDGED || (from == 0 && x > BRIDGED_AT_START) {
            return;
        }
        let last = self.run.last().map(|(_, _, cell)| cell);
        if from > 0 && last.is_none_or(|last| is_disputed(last.symbol())) {
            return;
        }
        let looks = |cell: &Cell| (cell.fg, cell.bg, cell.modifier);
        let between: Vec<Cell> = (from..x).filter_map(|x| self.shown(x, y)).collect();
        let is_plain = between.iter().all(|between| {
            between.symbol().len() == 1 && [Some(cell), last].into_iter().flatten().any(|beside| looks(beside) == looks(between))
        });
        if is_plain {
            self.run.extend((from..).zip(between).map(|(x, cell)| (x, y, cell)));
        }
    }
}

impl Backend for SureBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        // The row of the previous change, the column after it, and how far it may reach.
        let mut open: Option<(u16, u16, u16)> = None;
        for (x, y, cell) in content {
            let (at, reach) = match open {
                Some((row, at, reach)) if row == y => {
                    if x < at {
                        // Covered by the previous letter.
                        continue;
                    }
                    self.mend(y, at, reach, x)
                }
                Some((row, at, reach)) => {
                    self.mend(row, at, reach, u16::MAX);
                    (0, 0)
                }
                None => (0, 0),
            };
            debug_assert!(at <= x, "changes come from left to right");
            self.bridge(y, at, (x, cell));
            let end = x.saturating_add(columns_of(cell.symbol()));
            let before = (x..end).filter_map(|x| self.shown(x, y).map(|shown| x.saturating_add(reach_of(shown.symbol())))).max();
            let reach = reach.max(before.unwrap_or(0)).max(x.saturating_add(reach_of(cell.symbol())));
            self.note(x, y, cell);
            self.run.push((x, y, cell.clone()));
            open = Some((y, end, reach));
        }
        if let Some((row, at, reach)) = open {
            self.mend(row, at, reach, u16::MAX);
        }
        self.flush_run()
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
        self.shown.clear();
        self.cursor = None;
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.shown.clear();
        self.cursor = None;
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        let size = self.inner.size()?;
        self.columns.set(size.width);
        Ok(size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests;
