//! Sending a file: a CSV whose every row must be right, or none is sent.

use csv::{ByteRecord, ReaderBuilder, StringRecord, Writer};

use super::campaign::{Campaign, Content};
use super::letters::{has_avoidable, is_gsm};
use super::multipart::{UploadedFile, find_file};
use super::refusal::Refusal;
use super::send::{check_language, check_length, check_recipient, check_value};
use super::wire::{write_number, write_string};
use crate::simulator::options::SimulatedEnvironment;

const MAX_FILE_BYTES: usize = 40 * 1024 * 1024;
/// Rows of a file in the test environment.
const MAX_TEST_ROWS: usize = 20;
/// The column that a report adds to the caller's own.
const REASON: &str = "Error Reason";

/// The result of an upload.
pub(super) enum Upload {
    /// Recorded under this batch.
    Taken(u32),
    /// Checked and refused with a 201 whose `isValid` is false.
    Invalid(Vec<u8>),
}

/// Records the batch of the file in `body`, unless one row or more is bad.
pub(super) fn upload(campaign: &mut Campaign, content_type: Option<&str>, body: &[u8], now: i64) -> Result<Upload, Refusal> {
    let UploadedFile { name, content } = content_type
        .and_then(|content_type| find_file(content_type, body, "file"))
        .ok_or_else(|| Refusal::parameter("There is no file: a form with one CSV in its field file is needed."))?;
    if content.len() > MAX_FILE_BYTES {
        return Err(Refusal::parameter("File too large, max file size is 40MB"));
    }
    if !name.to_ascii_lowercase().ends_with(".csv") {
        return Err(Refusal::parameter("The name of the file does not end in .csv."));
    }
    let checked = Checked::new(campaign, content);
    if campaign.rules.environment == SimulatedEnvironment::Test && checked.rows > MAX_TEST_ROWS {
        return Err(Refusal::parameter(format!(
            "The file has {} rows, and {MAX_TEST_ROWS} is the most in this environment.",
            checked.rows
        )));
    }
    if checked.errors > 0 {
        let url = campaign.reports.keep(checked.report);
        return Ok(Upload::Invalid(invalid(&url, checked.rows, checked.errors, content)));
    }
    Ok(Upload::Taken(campaign.post_batch(name, checked.contents, now)))
}

/// A file after its rows were checked.
struct Checked {
    /// Rows below the header.
    rows: usize,
    /// Rows that cannot be sent; one where it is the header that is wrong.
    errors: usize,
    /// The messages of the good rows.
    contents: Vec<Content>,
    /// The caller's file, each row with what is wrong with it.
    report: Vec<u8>,
}

impl Checked {
    fn new(campaign: &Campaign, file: &[u8]) -> Self {
        // API.md does not say whether a byte order mark is taken. Spreadsheets write one.
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
        let mut checked = Self { rows: 0, errors: 0, contents: Vec::new(), report: Vec::new() };
        // A record of bytes in memory is always read.
        let header = reader.byte_headers().cloned().unwrap_or_default();
        let columns = text(&header).and_then(|header| columns(campaign, &header));
        let mut report = Report::new(&header);
        for record in reader.byte_records().map_while(Result::ok) {
            checked.rows += 1;
            let content = columns.as_ref().map_err(Clone::clone).and_then(|columns| content(campaign, columns, &text(&record)?));
            report.add(&record, content.as_ref().err().map_or("", String::as_str));
            match content {
                Ok(content) => checked.contents.push(content),
                Err(_) => checked.errors += 1,
            }
        }
        let of_file = columns.err().or_else(|| (checked.rows == 0).then(|| "The file has no rows.".to_owned()));
        if let Some(reason) = of_file {
            checked.errors = 1;
            if checked.rows == 0 {
                report.add(&ByteRecord::new(), &reason);
            }
        }
        checked.report = report.csv.into_inner().unwrap_or_default();
        checked
    }
}

/// The cells of a row as text.
fn text(record: &ByteRecord) -> Result<StringRecord, String> {
    StringRecord::from_byte_record(record.clone()).map_err(|_| "This is no CSV in UTF-8.".to_owned())
}

/// The caller's file with one more column.
struct Report {
    csv: Writer<Vec<u8>>,
    /// How many columns the caller's file has.
    columns: usize,
}

impl Report {
    fn new(header: &ByteRecord) -> Self {
        let mut report = Self { csv: csv::WriterBuilder::new().flexible(true).from_writer(Vec::new()), columns: header.len() };
        report.add(header, REASON);
        report
    }

    /// A row, with the reason in its own column: cells that are missing are empty, and those that the header has no
    /// column for come behind it.
    fn add(&mut self, record: &ByteRecord, reason: &str) {
        let cells = (0..self.columns).map(|at| record.get(at).unwrap_or_default());
        // Writing to memory does not fail.
        let _ = self.csv.write_record(cells.chain([reason.as_bytes()]).chain(record.iter().skip(self.columns)));
    }
}

/// For each variable of the template, the column that holds it.
fn columns(campaign: &Campaign, header: &StringRecord) -> Result<Vec<usize>, String> {
    for (at, name) in ["recipient", "language"].into_iter().enumerate() {
        if header.get(at) != Some(name) {
            return Err("The first columns are not recipient and language.".to_owned());
        }
    }
    let variables = &campaign.template.variables;
    for name in header.iter().skip(2) {
        if !variables.iter().any(|variable| variable.name == name) {
            return Err(format!("The template has no variable {name}."));
        }
    }
    let columns = variables.iter().map(|variable| {
        let name = &variable.name;
        let mut columns = (2..header.len()).filter(|at| header.get(*at) == Some(name.as_str()));
        match (columns.next(), columns.next()) {
            (Some(column), None) => Ok(column),
            (None, _) => Err(format!("The column {name} is missing.")),
            (Some(_), Some(_)) => Err(format!("The column {name} appears twice.")),
        }
    });
    columns.collect()
}

/// The message of a row, or everything that is wrong with it.
fn content(campaign: &Campaign, columns: &[usize], record: &StringRecord) -> Result<Content, String> {
    let expected = columns.len() + 2;
    if record.len() != expected {
        return Err(format!("The row has {} cells, and the header {expected}.", record.len()));
    }
    let cell = |column: usize| record.get(column).unwrap_or_default();
    let recipient = check_recipient(cell(0));
    // Any case, as in the published sample.
    let language = check_language(campaign, &cell(1).to_ascii_lowercase());
    let known = language.as_ref().ok().copied();
    let values = campaign.template.variables.iter().zip(columns);
    let values: Vec<_> = values.map(|(variable, column)| check_value(variable, known, cell(*column))).collect();
    let wrong =
        recipient.as_ref().err().into_iter().chain(language.as_ref().err()).chain(values.iter().filter_map(|value| value.as_ref().err()));
    let wrong: Vec<&str> = wrong.map(String::as_str).collect();
    if !wrong.is_empty() {
        return Err(wrong.join(" "));
    }
    let content = Content { recipient: recipient?, language: language?, values: values.into_iter().collect::<Result<_, _>>()? };
    check_length(campaign, &content)?;
    Ok(content)
}

/// The validator's answer. A batch id is not in it.
fn invalid(url: &str, rows: usize, errors: usize, file: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let flag = |is: bool| if is { &b"true"[..] } else { b"false" };
    let mut out = b"{\"isValid\":false,\"reportURL\":".to_vec();
    write_string(&mut out, url);
    out.extend_from_slice(b",\"numRows\":");
    write_number(&mut out, rows as u64);
    out.extend_from_slice(b",\"numErrors\":");
    write_number(&mut out, errors as u64);
    out.extend_from_slice(b",\"fileHasAvoidableExpensiveCharacter\":");
    out.extend_from_slice(flag(has_avoidable(&text)));
    out.extend_from_slice(b",\"fileHasUnicode\":");
    out.extend_from_slice(flag(!is_gsm(text.trim_start_matches('\u{feff}'))));
    out.push(b'}');
    out
}
