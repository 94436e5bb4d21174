//! Rows and cells of a CSV, as RFC 4180 has them, with everything that is not as it should be.
//!
//! The `csv` library is made for reading what others wrote: it forgives quotes in the wrong places, and leaves blank
//! lines out. Here each of these is to be found, with the row that a spreadsheet shows, so this file cuts the rows by
//! itself. On well-formed files it gives what the library gives (`tests/rows.rs`).

use memchr::{memchr, memchr3};

/// What may separate cells.
pub(super) const SEPARATORS: [u8; 4] = *b",;\t|";

/// The longest row that is looked at. A message has 1,530 characters of 4 bytes at most, and its row a few names and
/// dates; in a longer one a quote is not closed.
pub(super) const LONGEST_ROW: usize = 1024 * 1024;

/// What ended a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowEnd {
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
    /// `\r` alone.
    Cr,
    /// The end of the file.
    File,
    /// The end of the file inside a quoted cell.
    OpenQuote,
}

/// A row, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row<'a> {
    /// At most [`LONGEST_ROW`] of its bytes.
    pub bytes: &'a [u8],
    pub end: RowEnd,
    /// Whether it has more bytes.
    pub is_cut: bool,
}

/// Where in a row the scanner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Within {
    /// At its beginning, or outside of quotes.
    #[default]
    Plain,
    Quoted,
    /// Behind a quote inside a quoted cell: it closes the cell, or is the first of two that mean one.
    Quote,
    /// Behind a `\r` outside of quotes: the row is complete, and `\n` may follow.
    Cr,
}

/// Cuts bytes into rows. The bytes can come in pieces of any size.
#[derive(Default)]
pub(super) struct RowScanner {
    within: Within,
    /// The beginning of a row that came in an earlier piece.
    pending: Vec<u8>,
    /// How many bytes of the row came in earlier pieces, and the last of them.
    len: usize,
    last: Option<u8>,
    /// Whether `pending` was given away as a row.
    is_given: bool,
}

impl RowScanner {
    /// The next row; `rest` is what has not been looked at. `None` when more bytes are needed, all of `rest` being used.
    /// `separator`: `None` while it is not known, so that any of [`SEPARATORS`] may be before a quoted cell.
    pub fn next<'a, 'b: 'a>(&'a mut self, rest: &mut &'b [u8], separator: Option<u8>) -> Option<Row<'a>> {
        self.forget_given();
        let bytes = *rest;
        let mut at = 0;
        loop {
            match self.within {
                Within::Plain => {
                    let Some(found) = memchr3(b'"', b'\n', b'\r', &bytes[at..]).map(|found| at + found) else { break };
                    at = found + 1;
                    match bytes[found] {
                        b'\n' => return Some(self.give(rest, found, at, RowEnd::Lf)),
                        b'\r' => match bytes.get(at) {
                            Some(b'\n') => return Some(self.give(rest, found, at + 1, RowEnd::CrLf)),
                            Some(_) => return Some(self.give(rest, found, at, RowEnd::Cr)),
                            None => {
                                self.keep(&bytes[..found]);
                                self.within = Within::Cr;
                                *rest = &[];
                                return None;
                            }
                        },
                        _ => {
                            let before = if found > 0 { Some(bytes[found - 1]) } else { self.last };
                            let is_separator = |byte: u8| separator.map_or_else(|| SEPARATORS.contains(&byte), |only| only == byte);
                            if before.is_none_or(is_separator) {
                                self.within = Within::Quoted;
                            }
                        }
                    }
                }
                Within::Quoted => {
                    let Some(found) = memchr(b'"', &bytes[at..]).map(|found| at + found) else { break };
                    at = found + 1;
                    self.within = Within::Quote;
                }
                Within::Quote => match bytes.get(at) {
                    Some(b'"') => {
                        at += 1;
                        self.within = Within::Quoted;
                    }
                    Some(_) => self.within = Within::Plain,
                    None => break,
                },
                Within::Cr => {
                    let (len, end) = match bytes.first() {
                        Some(b'\n') => (1, RowEnd::CrLf),
                        Some(_) => (0, RowEnd::Cr),
                        None => break,
                    };
                    return Some(self.give(rest, 0, len, end));
                }
            }
        }
        self.keep(bytes);
        *rest = &[];
        None
    }

    /// The last row, where the file does not end with the end of a row.
    pub fn finish(&mut self) -> Option<Row<'_>> {
        self.forget_given();
        let end = match self.within {
            Within::Cr => RowEnd::Cr,
            Within::Quoted => RowEnd::OpenQuote,
            Within::Plain | Within::Quote if self.len == 0 => return None,
            Within::Plain | Within::Quote => RowEnd::File,
        };
        Some(self.give(&mut &[][..], 0, 0, end))
    }

    fn forget_given(&mut self) {
        if self.is_given {
            self.pending.clear();
            self.is_given = false;
        }
    }

    /// Keeps the beginning of a row.
    fn keep(&mut self, bytes: &[u8]) {
        let room = LONGEST_ROW.saturating_sub(self.pending.len());
        self.pending.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.len += bytes.len();
        self.last = bytes.last().copied().or(self.last);
    }

    /// The row that ends here.
    fn give<'a, 'b: 'a>(&'a mut self, rest: &mut &'b [u8], row_end: usize, next: usize, end: RowEnd) -> Row<'a> {
        let bytes = &rest[..row_end];
        *rest = &rest[next..];
        let is_cut = self.len + bytes.len() > LONGEST_ROW;
        let is_begun = self.len > 0;
        if is_begun {
            self.keep(bytes);
            self.is_given = true;
        }
        (self.within, self.len, self.last) = (Within::Plain, 0, None);
        let bytes = if is_begun { &self.pending } else { &bytes[..bytes.len().min(LONGEST_ROW)] };
        Row { bytes, end, is_cut }
    }
}

/// How a cell is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellForm {
    /// Without quotes.
    Plain,
    /// In quotes.
    Quoted,
    /// In quotes, with quotes in it, each written twice.
    Escaped,
    /// Without quotes, but with one in it.
    QuoteInside,
    /// With something behind the quote that closes it.
    TextAfterQuote,
    /// In quotes that are not closed.
    Open,
}

/// A cell of a row: where it is, quotes included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub start: usize,
    pub end: usize,
    pub form: CellForm,
}

impl Cell {
    /// Where what is in it is, without its quotes.
    pub fn inside(&self) -> (usize, usize) {
        match self.form {
            CellForm::Quoted | CellForm::Escaped => (self.start + 1, self.end - 1),
            _ => (self.start, self.end),
        }
    }
}

/// Cuts a row into its cells.
pub(super) fn split(row: &[u8], separator: u8, cells: &mut Vec<Cell>) {
    cells.clear();
    let mut start = 0;
    loop {
        let mut form = CellForm::Plain;
        let mut at = start;
        if row.get(start) == Some(&b'"') {
            (form, at) = quoted(row, start + 1);
        }
        let end = memchr(separator, &row[at..]).map_or(row.len(), |found| at + found);
        match form {
            CellForm::Plain if memchr(b'"', &row[start..end]).is_some() && formula(&row[start..end]).is_none() => {
                form = CellForm::QuoteInside;
            }
            CellForm::Quoted | CellForm::Escaped if end > at => form = CellForm::TextAfterQuote,
            _ => {}
        }
        cells.push(Cell { start, end, form });
        if end == row.len() {
            return;
        }
        start = end + 1;
    }
}

/// A quoted cell whose inside begins here: its form, and the end of its quotes.
fn quoted(row: &[u8], inside: usize) -> (CellForm, usize) {
    let (mut at, mut form) = (inside, CellForm::Quoted);
    loop {
        let Some(found) = memchr(b'"', &row[at..]) else { return (CellForm::Open, row.len()) };
        at += found + 1;
        if row.get(at) != Some(&b'"') {
            return (form, at);
        }
        at += 1;
        form = CellForm::Escaped;
    }
}

/// What is in the quotes of `="…"`, which spreadsheets write and read as a text that is not to be taken for a number.
pub(super) fn formula(cell: &[u8]) -> Option<&[u8]> {
    let inside = cell.strip_prefix(b"=\"")?.strip_suffix(b"\"")?;
    memchr(b'"', inside).is_none().then_some(inside)
}
