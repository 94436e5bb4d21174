//! A row as texts: what is in its cells, without the quotes that are only for writing them.

use super::rows::{Cell, CellForm, split};

/// Reads rows, one after another, without taking memory for each.
#[derive(Default)]
pub(super) struct RowReader {
    cells: Vec<Cell>,
    texts: Vec<Text>,
    /// The texts that are not in the row as they are.
    changed: String,
    scratch: Vec<u8>,
    /// Whether a row so far was not UTF-8.
    has_other_bytes: bool,
}

/// Where the text of a cell is.
#[derive(Clone, Copy)]
enum Text {
    InRow(usize, usize),
    Changed(usize, usize),
    /// It is not UTF-8.
    None,
}

/// The texts of a row.
#[derive(Clone, Copy)]
pub(super) struct RowTexts<'a> {
    row: &'a [u8],
    valid: &'a str,
    reader: &'a RowReader,
}

impl RowReader {
    /// Whether any row so far has bytes that are not UTF-8.
    pub fn has_other_bytes(&self) -> bool {
        self.has_other_bytes
    }

    /// Reads a row.
    pub fn read<'a>(&'a mut self, row: &'a [u8], separator: u8) -> RowTexts<'a> {
        split(row, separator, &mut self.cells);
        self.texts.clear();
        self.changed.clear();
        let valid = std::str::from_utf8(row);
        self.has_other_bytes |= valid.is_err();
        for cell in &self.cells {
            let (start, end) = cell.inside();
            let text = match cell.form {
                CellForm::Escaped => {
                    self.scratch.clear();
                    unescape(&row[start..end], &mut self.scratch);
                    push(&mut self.changed, &self.scratch)
                }
                _ if valid.is_ok() => Text::InRow(start, end),
                _ => push(&mut self.changed, &row[start..end]),
            };
            self.texts.push(text);
        }
        RowTexts { row, valid: valid.unwrap_or_default(), reader: self }
    }
}

fn push(texts: &mut String, bytes: &[u8]) -> Text {
    let Ok(text) = std::str::from_utf8(bytes) else { return Text::None };
    let start = texts.len();
    texts.push_str(text);
    Text::Changed(start, texts.len())
}

/// Each two quotes as one.
fn unescape(inside: &[u8], out: &mut Vec<u8>) {
    let mut rest = inside;
    while let Some(quote) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=quote]);
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

impl<'a> RowTexts<'a> {
    /// How many cells the row has, at least one.
    pub fn len(&self) -> usize {
        self.reader.cells.len()
    }

    /// The text of a cell; empty where it is not UTF-8, or the row has no such cell.
    pub fn text(&self, index: usize) -> &'a str {
        match self.reader.texts.get(index) {
            Some(Text::InRow(start, end)) => self.valid.get(*start..*end).unwrap_or_default(),
            Some(Text::Changed(start, end)) => self.reader.changed.get(*start..*end).unwrap_or_default(),
            Some(Text::None) | None => "",
        }
    }

    /// Whether the text of a cell is UTF-8.
    pub fn is_utf8(&self, index: usize) -> bool {
        !matches!(self.reader.texts.get(index), Some(Text::None))
    }

    /// How a cell is written.
    pub fn form(&self, index: usize) -> CellForm {
        self.reader.cells.get(index).map_or(CellForm::Plain, |cell| cell.form)
    }

    /// A cell as it is written.
    pub fn raw(&self, index: usize) -> &'a [u8] {
        self.reader.cells.get(index).and_then(|cell| self.row.get(cell.start..cell.end)).unwrap_or_default()
    }

    /// Whether all cells are empty, but for spaces.
    pub fn is_empty(&self) -> bool {
        (0..self.len()).all(|index| self.is_utf8(index) && self.text(index).trim().is_empty())
    }
}
