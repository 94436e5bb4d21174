//! The same file without the mistakes that can be corrected without a guess. Everything else stays as it is, byte for
//! byte where the file is a UTF-8 file with commas already.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;

use super::CheckedFile;
use super::cells::{RowReader, RowTexts};
use super::decoding::{Encoding, TextDecoder};
use super::header::{Role, is_blank, named_separator};
use super::kind::MistakeKind;
use super::mistakes::Mistakes;
use super::number::NumberCell;
use super::row_check::{form_mistake, line_feeds, plain_text};
use super::rows::{CellForm, Row, RowEnd, RowScanner, SEPARATORS};
use crate::action::upload::{Sha256, Sha256Hasher};

/// How a file is to be read, as its check found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub encoding: Encoding,
    pub separator: u8,
    /// Whether the first line names the separator.
    pub has_separator_line: bool,
    /// What each column is.
    pub roles: Vec<Role>,
    /// The columns whose names are right but for capital letters.
    pub in_other_case: Vec<usize>,
    /// Whether there is a header: otherwise the first row is a message without one, and stays as it is.
    pub has_header: bool,
}

impl Layout {
    /// Whether a file with these mistakes is understood well enough to be written again.
    pub fn can_be_written(&self, mistakes: &Mistakes) -> bool {
        let is_comma = self.separator == b',';
        !mistakes.groups().iter().any(|group| match group.kind() {
            MistakeKind::NotCsv
            | MistakeKind::Empty
            | MistakeKind::TooLarge
            | MistakeKind::UnknownEncoding
            | MistakeKind::QuoteNotClosed
            | MistakeKind::RowTooLong => true,
            // With another separator, it would not be certain where such a cell ends.
            MistakeKind::QuoteInside | MistakeKind::TextAfterQuote => !is_comma || self.has_separator_line,
            _ => false,
        })
    }
}

/// Writes a corrected copy of a file. It is given the bytes of the file again, piece by piece.
pub struct FileCorrector {
    layout: Layout,
    sha256: Sha256,
    hasher: Sha256Hasher,
    decoder: TextDecoder,
    scanner: RowScanner,
    writer: RowWriter,
}

impl FileCorrector {
    /// The corrector of a checked file; `None` where nothing can be corrected, or where the file is not understood well
    /// enough to write it again: its encoding is not certain, a quote is not closed, or quotes are in the wrong places
    /// in a file whose separator would have to be replaced.
    pub fn of(file: &CheckedFile) -> Option<Self> {
        let layout = file.layout.clone()?;
        file.mistakes.groups().iter().any(|group| group.kind().is_correctable()).then(|| Self {
            decoder: TextDecoder::of(layout.encoding),
            layout,
            sha256: file.sha256.clone(),
            hasher: Sha256Hasher::default(),
            scanner: RowScanner::default(),
            writer: RowWriter::default(),
        })
    }

    /// Corrects the next bytes of the file, and adds what they become to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.hasher.update(bytes);
        let Self { layout, scanner, writer, decoder, .. } = self;
        decoder.feed(bytes, |text, _| writer.text(text, scanner, layout, out));
    }

    /// Adds what is left. Returns whether the bytes were those that were checked; if not, the file has changed since, and
    /// the copy means nothing.
    #[must_use]
    pub fn finish(mut self, out: &mut Vec<u8>) -> bool {
        let Self { layout, scanner, writer, decoder, .. } = &mut self;
        decoder.finish(|text, _| writer.text(text, scanner, layout, out));
        if let Some(row) = scanner.finish() {
            writer.row(&row, layout, out);
        }
        self.hasher.finish() == self.sha256
    }
}

impl fmt::Debug for FileCorrector {
    /// Without anything of the file.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FileCorrector({:?})", self.layout)
    }
}

#[derive(Default)]
struct RowWriter {
    reader: RowReader,
    has_header: bool,
}

impl RowWriter {
    fn text(&mut self, mut text: &[u8], scanner: &mut RowScanner, layout: &Layout, out: &mut Vec<u8>) {
        // Until the header any separator may be before a quoted cell, as in the check.
        while let Some(row) = scanner.next(&mut text, Some(layout.separator).filter(|_| self.has_header)) {
            self.row(&row, layout, out);
        }
    }

    fn row(&mut self, row: &Row<'_>, layout: &Layout, out: &mut Vec<u8>) {
        let is_header = !self.has_header;
        if is_header && (named_separator(row.bytes).is_some() || is_blank(row.bytes)) {
            return;
        }
        self.has_header = true;
        let cells = self.reader.read(row.bytes, layout.separator);
        if !is_header && cells.is_empty() {
            return;
        }
        for index in 0..cells.len() {
            if index > 0 {
                out.push(b',');
            }
            let role = layout.roles.get(index).filter(|_| cells.len() == layout.roles.len() && form_mistake(&cells, index).is_none());
            let text = cells.text(index);
            let corrected = role.and_then(|role| match is_header {
                true if layout.in_other_case.contains(&index) => Some(Cow::Owned(text.trim().to_ascii_lowercase())),
                true => layout.has_header.then(|| Cow::Borrowed(text.trim())),
                false => corrected(*role, text),
            });
            match corrected.filter(|corrected| corrected != text) {
                Some(corrected) => write_cell(&corrected, matches!(cells.form(index), CellForm::Quoted | CellForm::Escaped), out),
                None => keep_cell(&cells, index, layout, is_header, out),
            }
        }
        out.extend_from_slice(match row.end {
            RowEnd::Lf | RowEnd::Cr => b"\n",
            RowEnd::CrLf => b"\r\n",
            RowEnd::File | RowEnd::OpenQuote => b"",
        });
    }
}

/// What a cell should have been, where that is certain.
fn corrected(role: Role, cell: &str) -> Option<Cow<'_, str>> {
    let (text, is_formula) = plain_text(cell);
    let without_formula = is_formula.then_some(Cow::Borrowed(text));
    match role {
        _ if text.is_empty() => None,
        Role::Recipient => match NumberCell::of(text) {
            NumberCell::Correctable(digits, ..) => Some(Cow::Owned(digits)),
            NumberCell::Right(_) | NumberCell::Wrong(..) => without_formula,
        },
        Role::Language => Some(trimmed(Cow::Borrowed(text))),
        Role::Value if memchr(b'\r', text.as_bytes()).is_some() => Some(trimmed(Cow::Owned(line_feeds(text)))),
        Role::Value => Some(trimmed(Cow::Borrowed(text))),
        Role::Unnamed => None,
    }
}

/// A text without spaces at its ends. One that has nothing else is empty, which is another mistake, and stays.
fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        _ if text.trim().is_empty() => text,
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// A cell as it is, in quotes where it would be taken for several otherwise.
fn keep_cell(cells: &RowTexts<'_>, index: usize, layout: &Layout, is_header: bool, out: &mut Vec<u8>) {
    let raw = cells.raw(index);
    let is_separator = |byte: &u8| *byte == b',' || (is_header && SEPARATORS.contains(byte));
    let is_another = layout.separator != b',' || layout.has_separator_line;
    if is_another && cells.form(index) == CellForm::Plain && raw.iter().any(is_separator) {
        write_quoted(raw, out);
    } else {
        out.extend_from_slice(raw);
    }
}

fn write_cell(text: &str, is_quoted: bool, out: &mut Vec<u8>) {
    let needs_quotes = |byte: u8| matches!(byte, b',' | b'"' | b'\n' | b'\r' | b';' | b'\t' | b'|');
    if is_quoted || text.bytes().any(needs_quotes) {
        write_quoted(text.as_bytes(), out);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

fn write_quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(quote) = memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=quote]);
        out.push(b'"');
        rest = &rest[quote + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}
