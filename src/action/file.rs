//! The check of a file of messages before it is sent. One wrong row makes the API refuse all of a file, minutes later and
//! with a report elsewhere, and a wrong file that is right for the API is thousands of wrong messages: so it is read
//! here once, whole, in pieces as they come, and everything that is wrong is found with its row and column.
//!
//! No mistake, advice or sentence holds the text of a cell: only a sample does, and its `Debug` leaves it out.

mod advice;
mod cells;
mod corrector;
mod decoding;
mod header;
mod kind;
mod mistakes;
mod number;
mod row_check;
mod rows;
mod samples;
mod sizes;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use super::charges::SegmentSum;
use super::upload::{FileSource, Sha256, Sha256Hasher, UploadFile};
use crate::delivery::{KnownTexts, LANGUAGES, SentNumbers, clean_line, counted, grouped};
use advice::AdviceCounts;
pub use advice::{AdviceKind, FileAdvice};
use cells::RowReader;
pub use corrector::FileCorrector;
use corrector::Layout;
use decoding::{Decoded, Encoding, TextDecoder};
use header::{Expected, Header, Role, in_words, is_blank, named_separator, separator_of};
use kind::Detail;
pub use kind::MistakeKind;
pub use mistakes::{FileMistake, MistakeGroup, Mistakes};
use row_check::RowCheck;
use rows::{Row, RowEnd, RowScanner};
pub use samples::FileSample;

/// The largest file that the API takes, in bytes: 40 MB.
pub const LARGEST_FILE: u64 = 40 * 1024 * 1024;

/// The longest header, in bytes: one of hundreds of names. A longer first row is something else.
const LONGEST_HEADER: usize = 16 * 1024;

/// A byte order mark in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What a file is checked against.
#[derive(Debug, Clone, Default)]
pub struct FileRules {
    /// What the loaded messages tell of the campaign's texts.
    pub known: KnownTexts,
    /// How many rows the environment takes, if there is a limit: 20 in test.
    pub most_rows: Option<u32>,
    /// The numbers that had a message today.
    pub had_message: SentNumbers,
}

/// Checks a file whose bytes come piece by piece.
pub struct FileChecker {
    rules: FileRules,
    name: String,
    bytes: u64,
    hasher: Sha256Hasher,
    decoder: TextDecoder,
    scanner: RowScanner,
    reading: Reading,
}

/// The rows, as far as they have been read.
struct Reading {
    reader: RowReader,
    /// The rows so far, as a spreadsheet counts.
    row: u32,
    separator: Option<u8>,
    /// Whether the first line names the separator, for Excel.
    has_separator_line: bool,
    /// How many rows end with a carriage return alone.
    cr_rows: u32,
    /// Whether the header begins with something that would mean another encoding at the beginning of a file: a byte
    /// order mark behind empty lines, or zeros.
    has_odd_header: bool,
    /// Whether no row can be checked, because there is no header that could be one.
    is_hopeless: bool,
    /// Until there is a header.
    mistakes: Mistakes,
    check: Option<RowCheck>,
}

/// All that the check of a file found.
#[derive(Clone)]
pub struct CheckedFile {
    name: String,
    bytes: u64,
    sha256: Sha256,
    rows: u32,
    columns: Vec<String>,
    mistakes: Mistakes,
    advice: Vec<FileAdvice>,
    languages: Vec<(&'static str, u32)>,
    segments: Vec<u32>,
    unknown_size: u32,
    cost: SegmentSum,
    samples: Vec<FileSample>,
    /// How its rows are to be read again; `None` where that is not certain enough to write it again.
    layout: Option<Layout>,
}

impl FileChecker {
    /// A check of the file of this name.
    pub fn new(file_name: &str, rules: FileRules) -> Self {
        let reading = Reading {
            reader: RowReader::default(),
            row: 0,
            separator: None,
            has_separator_line: false,
            cr_rows: 0,
            has_odd_header: false,
            is_hopeless: false,
            mistakes: Mistakes::default(),
            check: None,
        };
        Self {
            rules,
            name: file_name.to_owned(),
            bytes: 0,
            hasher: Sha256Hasher::default(),
            decoder: TextDecoder::new(),
            scanner: RowScanner::default(),
            reading,
        }
    }

    /// Checks the next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        let before = self.bytes;
        self.bytes += bytes.len() as u64;
        // Of a file that is too large no more rows are looked at: it cannot be sent, and may not even be a CSV.
        let room = usize::try_from(LARGEST_FILE.saturating_sub(before)).unwrap_or(usize::MAX);
        let (scanner, reading, rules) = (&mut self.scanner, &mut self.reading, &self.rules);
        self.decoder.feed(&bytes[..bytes.len().min(room)], |text, encoding| reading.text(text, scanner, rules, encoding));
    }

    /// The result, once all bytes have been given.
    pub fn finish(mut self) -> CheckedFile {
        let (scanner, reading, rules) = (&mut self.scanner, &mut self.reading, &self.rules);
        let mut decoded = self.decoder.finish(|text, encoding| reading.text(text, scanner, rules, encoding));
        if decoded.not_csv.is_none()
            && let Some(row) = scanner.finish()
        {
            reading.row(&row, rules, decoded.encoding);
        }
        // Windows-1252 has no Chinese or Tamil letters, and old Macs have an encoding of their own: what was read is not
        // what was meant.
        let has_foreign_letters = reading.check.as_ref().is_some_and(|check| check.has_foreign_letters);
        let is_of_old_mac = decoded.encoding == Encoding::Windows1252 && reading.cr_rows > 0;
        decoded.is_certain &= !has_foreign_letters && !is_of_old_mac;
        self.result(decoded)
    }

    fn result(self, decoded: Decoded) -> CheckedFile {
        let Self { rules, name, bytes, hasher, reading, .. } = self;
        let Reading { separator, has_separator_line, has_odd_header, is_hopeless, cr_rows, mistakes, check, reader, .. } = reading;
        let mut check = check.unwrap_or_else(|| RowCheck::new(Header::default(), mistakes, &rules));
        let mistakes = &mut check.mistakes;
        about_file(mistakes, &name, bytes, &decoded);
        if decoded.not_csv.is_none() {
            if is_hopeless {
                // It has been said what it is.
            } else if check.header.names.is_empty() {
                mistakes.of_file(MistakeKind::Empty, if bytes == 0 { "the file is empty" } else { "the file has only blank lines" });
            } else if check.rows == 0 && !check.header.is_missing {
                mistakes.of_file(MistakeKind::NoRows, "only a header: there is no row to send");
            }
            about_separator(mistakes, separator.unwrap_or(b','), has_separator_line);
            if cr_rows > 0 {
                mistakes
                    .of_file(MistakeKind::LineEnds, "its lines end with carriage returns alone, as on old Macs: Postman needs line feeds");
            }
        }
        if let Some(most) = rules.most_rows.filter(|most| check.rows > *most) {
            let words =
                format!("{}: in this environment a file has at most {}", counted(check.rows as usize, "row"), grouped(most as usize));
            mistakes.of_file(MistakeKind::TooManyRows, words);
        }
        mistakes.settle();
        let layout = Layout {
            encoding: decoded.encoding,
            separator: separator.unwrap_or(b','),
            has_separator_line,
            has_header: !check.header.is_missing,
            roles: check.header.roles.clone(),
            in_other_case: check.header.in_other_case.clone(),
        };
        let is_readable = decoded.is_certain && !has_odd_header && !reader.has_other_bytes() && layout.can_be_written(mistakes);
        let known: u32 = check.segments.iter().sum();
        let languages = LANGUAGES.into_iter().zip(check.languages).filter(|(_, rows)| *rows > 0);
        let mut languages: Vec<_> = languages.collect();
        languages.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        let mut advice = advice(&rules, &mut check);
        if !decoded.is_certain {
            // The letters may be others.
            advice.retain(|advice| advice.kind != AdviceKind::Ucs2);
        }
        CheckedFile {
            name,
            bytes,
            sha256: hasher.finish(),
            rows: check.rows,
            columns: check.header.names,
            mistakes: check.mistakes,
            advice,
            languages,
            unknown_size: check.rows - known.min(check.rows),
            segments: check.segments,
            cost: check.cost,
            samples: check.samples.into_vec(),
            layout: is_readable.then_some(layout),
        }
    }
}

impl Reading {
    fn text(&mut self, mut text: &[u8], scanner: &mut RowScanner, rules: &FileRules, encoding: Encoding) {
        while let Some(row) = scanner.next(&mut text, self.separator) {
            self.row(&row, rules, encoding);
        }
    }

    fn row(&mut self, row: &Row<'_>, rules: &FileRules, encoding: Encoding) {
        if self.is_hopeless {
            return;
        }
        if row.end == RowEnd::Cr {
            self.cr_rows += 1;
        }
        if let Some(check) = &mut self.check {
            self.row += 1;
            return check.check(self.row, row, self.separator.unwrap_or(b','), &mut self.reader, rules, encoding);
        }
        // Spreadsheets do not show the line that names the separator, so it is not counted.
        if let Some(separator) = named_separator(row.bytes) {
            (self.separator, self.has_separator_line) = (Some(separator), true);
            return;
        }
        self.row += 1;
        if is_blank(row.bytes) {
            return self.mistakes.of_row(self.row, None, MistakeKind::EmptyRow, Detail::None);
        }
        if row.bytes.len() > LONGEST_HEADER {
            self.is_hopeless = true;
            self.mistakes.of_file(MistakeKind::NotCsv, "its first row is longer than any header: is it a CSV?");
            return;
        }
        let separator = *self.separator.get_or_insert_with(|| separator_of(row.bytes));
        let cells = self.reader.read(row.bytes, separator);
        self.has_odd_header = row.bytes.contains(&0) || cells.raw(0).starts_with(MARK) || cells.text(0).trim().as_bytes().starts_with(MARK);
        let header = Header::read(&cells, self.row, &Expected::new(&rules.known), &mut self.mistakes);
        if row.end == RowEnd::OpenQuote {
            self.mistakes.of_row(self.row, header.column(cells.len() - 1), MistakeKind::QuoteNotClosed, Detail::None);
        }
        self.check = Some(RowCheck::new(header, std::mem::take(&mut self.mistakes), rules));
    }
}

/// What is wrong with the file as a whole, but for its rows.
fn about_file(mistakes: &mut Mistakes, name: &str, bytes: u64, decoded: &Decoded) {
    let stem_len = name.len().saturating_sub(4);
    if !name.get(stem_len..).is_some_and(|ending| ending.eq_ignore_ascii_case(".csv")) || stem_len == 0 {
        mistakes.of_file(MistakeKind::FileName, "its name must end in .csv");
    }
    if bytes > LARGEST_FILE {
        mistakes.of_file(MistakeKind::TooLarge, "larger than 40 MB, the most that Postman takes: split it");
    }
    if let Some(what) = decoded.not_csv {
        mistakes.of_file(MistakeKind::NotCsv, what);
    }
    let encoding = match decoded.encoding {
        Encoding::Utf8 => None,
        Encoding::Utf16Le | Encoding::Utf16Be => Some("UTF-16, as Excel's \"Unicode Text\" is"),
        Encoding::Windows1252 => Some("Windows-1252, as Excel's plain \"CSV\" is"),
    };
    match encoding {
        Some(encoding) if decoded.is_certain => {
            mistakes.of_file(MistakeKind::Encoding, format!("in {encoding}: Postman needs UTF-8"));
        }
        Some(_) => {
            let words = "not in UTF-8, and its encoding is not certain enough to convert it: save it as CSV UTF-8 where it was made";
            mistakes.of_file(MistakeKind::UnknownEncoding, words);
        }
        None => {}
    }
    if decoded.has_mark {
        mistakes.of_file(
            MistakeKind::ByteOrderMark,
            "begins with a byte order mark, as Excel's \"CSV UTF-8\" does: Postman may take it as part of the first column's name. A corrected \
             copy is without it",
        );
    }
}

fn about_separator(mistakes: &mut Mistakes, separator: u8, has_line: bool) {
    let by = match separator {
        b';' => Some("semicolons"),
        b'\t' => Some("tabs"),
        b'|' => Some("vertical bars"),
        _ => None,
    };
    let words = match by {
        Some(by) if has_line => {
            format!("separated by {by}, and its first line (sep=…) is only for Excel: Postman needs commas, and the header first")
        }
        Some(by) => format!("separated by {by}: Postman needs commas"),
        None if has_line => "its first line (sep=…) is only for Excel: Postman needs the header first".to_owned(),
        None => return,
    };
    mistakes.of_file(MistakeKind::Separator, words);
}

/// The advice in its order.
fn advice(rules: &FileRules, check: &mut RowCheck) -> Vec<FileAdvice> {
    let header = &check.header;
    let mut counts = std::mem::take(&mut check.advice);
    let recipient = header.roles.iter().position(|role| *role == Role::Recipient);
    same_numbers(&mut counts, recipient, &check.numbers, &check.number_rows);
    let seen = in_words(&rules.known.languages().collect::<Vec<_>>());
    let is_whole = rules.had_message.is_whole();
    let of_counts = counts.into_sorted().into_iter().map(|(kind, column, counted)| FileAdvice {
        kind,
        words: counted.words(kind, is_whole, &seen),
        column: column.and_then(|index| header.names.get(index).cloned()),
        count: counted.count,
        row_count: counted.row_count(),
        rows: counted.rows,
    });
    let mut advice: Vec<FileAdvice> = of_counts.chain(missing_columns(rules, check)).collect();
    advice.sort_by_key(|advice| advice.kind);
    advice
}

/// Where the languages have different variables, those of the languages in the file that have no column.
fn missing_columns<'a>(rules: &'a FileRules, check: &'a RowCheck) -> impl Iterator<Item = FileAdvice> + 'a {
    let expected = Expected::new(&rules.known);
    let names = if expected.agree() || check.header.is_missing { Vec::new() } else { expected.names() };
    let missing = names.into_iter().filter(|name| check.header.of_variable(name).is_none());
    missing.filter_map(move |name| {
        let rows = |language: &&str| LANGUAGES.iter().position(|known| known == language).map_or(0, |index| check.languages[index]);
        let with: Vec<&str> = expected.languages_with(name).into_iter().filter(|language| rows(language) > 0).collect();
        (!with.is_empty()).then(|| FileAdvice {
            kind: AdviceKind::ColumnMissing,
            column: Some(name.to_owned()),
            count: with.iter().map(rows).sum(),
            row_count: with.iter().map(rows).sum(),
            rows: Vec::new(),
            words: format!("missing: the known text in {} has this variable", with.join(" and ")),
        })
    })
}

/// Counts the numbers that are in several rows, and names the first rows that repeat one.
fn same_numbers(counts: &mut AdviceCounts, column: Option<usize>, numbers: &[u64], rows: &[u32]) {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let mut same: Vec<u64> = sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    drop(sorted);
    same.dedup();
    if same.is_empty() {
        return;
    }
    let all = same.len();
    let repeated = numbers.iter().zip(rows).filter(|(number, _)| same.binary_search(number).is_ok());
    let mut last = None;
    for (_, row) in repeated {
        last = Some(counts.add(AdviceKind::SameNumber, column, *row));
    }
    if let Some(counted) = last {
        (counted.repeated, counted.count) = (counted.count, u32::try_from(all).unwrap_or(u32::MAX));
    }
}

impl CheckedFile {
    /// The file's name, as it is: for requests and records. Its `shown_name` is for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same for people: in one line, without characters that a terminal would obey. Files can have any name.
    pub fn shown_name(&self) -> Cow<'_, str> {
        clean_line(&self.name)
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The sum of the bytes that were checked.
    pub fn sha256(&self) -> &Sha256 {
        &self.sha256
    }

    /// How many rows with something in them are below the header: the messages that it makes.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The names of its columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// All mistakes.
    pub fn mistakes(&self) -> &Mistakes {
        &self.mistakes
    }

    /// What should be known before it is sent, the most weighty first.
    pub fn advice(&self) -> &[FileAdvice] {
        &self.advice
    }

    /// How many rows each language has, the most first.
    pub fn languages(&self) -> &[(&'static str, u32)] {
        &self.languages
    }

    /// How many rows take so many segments, the fewest first: `(1, 19_200), (2, 800)`.
    pub fn segments(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (1..).zip(&self.segments).filter(|(_, rows)| **rows > 0).map(|(segments, rows)| (segments, *rows))
    }

    /// How many rows have a text that is not known whole.
    pub fn rows_of_unknown_size(&self) -> u32 {
        self.unknown_size
    }

    /// What it may cost.
    pub fn cost(&self) -> &SegmentSum {
        &self.cost
    }

    /// Rows without a mistake that show what will arrive: the first and the longest of each language.
    pub fn samples(&self) -> &[FileSample] {
        &self.samples
    }

    /// The file as it can be sent; `None` while there is a mistake.
    pub fn upload(&self, source: FileSource) -> Option<UploadFile> {
        self.mistakes.is_empty().then(|| UploadFile::new(self.name.clone(), self.rows, self.bytes, self.sha256.clone(), source))
    }
}

impl fmt::Debug for FileChecker {
    /// Without anything of the file.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FileChecker({} bytes, {} rows)", self.bytes, self.reading.row)
    }
}

impl fmt::Debug for CheckedFile {
    /// Without any text of a cell.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CheckedFile({} rows, {} mistakes, {} pieces of advice)", self.rows, self.mistakes.len(), self.advice.len())
    }
}
