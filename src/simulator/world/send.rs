//! Sending one message, or a batch as a CSV: the checks of the API, then the record.

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::campaign::{Campaign, Content};
use super::multipart::find_file;
use super::recipient::Recipient;
use super::refusal::Refusal;
use super::wire::{write_number, write_string};
use crate::simulator::options::{SimulatedEnvironment, SimulatedLanguage};

/// Longest text with header and footer, in characters.
const MAX_CHARS: usize = 1530;
const MAX_FILE_BYTES: usize = 40 * 1024 * 1024;
/// Rows of a file in the test environment.
const MAX_TEST_ROWS: usize = 20;
/// How many faults are listed; a file of the wrong shape would otherwise list every cell.
const MAX_LISTED: usize = 100;

/// The recipient, if it is valid.
fn check_recipient(text: &str) -> Result<Recipient, String> {
    Recipient::parse(text).ok_or_else(|| "recipient is not a valid phone number".to_owned())
}

/// The language, if the campaign has it.
fn check_language(campaign: &Campaign, word: &str) -> Result<SimulatedLanguage, String> {
    SimulatedLanguage::from_wire(word)
        .filter(|language| campaign.languages.contains(language))
        .ok_or_else(|| format!("language {word} is not configured for this campaign"))
}

/// A value, if it may be sent.
fn check_value(name: &str, value: &str) -> Result<String, String> {
    if value.is_empty() {
        return Err(format!("value of {name} must not be empty"));
    }
    if value.trim() != value {
        return Err(format!("value of {name} must not start or end with a space"));
    }
    Ok(value.to_owned())
}

/// The whole text, if it is short enough.
fn check_length(campaign: &Campaign, content: &Content) -> Result<(), String> {
    let chars = campaign.template.body(content.language).chars(&content.values);
    if chars > MAX_CHARS {
        return Err(format!("message is longer than {MAX_CHARS} characters"));
    }
    Ok(())
}

/// Reads `{recipient, language, values}`.
fn read_message(campaign: &Campaign, body: &[u8]) -> Result<Content, String> {
    let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| "body is not a JSON object".to_owned())?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).ok_or_else(|| format!("{name} is missing or no string"));
    let recipient = check_recipient(text("recipient")?)?;
    let language = check_language(campaign, text("language")?)?;
    let empty = Map::new();
    let given = match body.get("values") {
        Some(Value::Object(values)) => values,
        None if campaign.template.variables.is_empty() => &empty,
        _ => return Err("values is missing or no object".to_owned()),
    };
    let values = campaign.template.variables.iter().map(|variable| {
        let name = &variable.name;
        match given.get(name) {
            Some(Value::String(value)) => check_value(name, value),
            Some(_) => Err(format!("value of {name} must be a string")),
            None => Err(format!("value of {name} is missing")),
        }
    });
    let content = Content { recipient, language, values: values.collect::<Result<_, _>>()? };
    check_length(campaign, &content)?;
    Ok(content)
}

/// Records the message of `body`; gives its serial.
pub(super) fn send(campaign: &mut Campaign, body: &[u8], now: i64) -> Result<u32, Refusal> {
    let content = read_message(campaign, body).map_err(Refusal::parameter)?;
    Ok(campaign.post(content, now))
}

/// What is wrong with a cell.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    /// 1 is the header.
    row: u64,
    column: String,
    message: String,
}

/// The result of an upload.
pub(super) enum Upload {
    /// Recorded under this batch.
    Taken(u32),
    /// Checked and refused with a 201 whose `isValid` is false.
    Invalid(Vec<u8>),
}

/// Records the batch of the file in `body`, unless one row or more is bad.
pub(super) fn upload(campaign: &mut Campaign, content_type: Option<&str>, body: &[u8], now: i64) -> Result<Upload, Refusal> {
    let file = content_type
        .and_then(|content_type| find_file(content_type, body, "file"))
        .ok_or_else(|| Refusal::parameter("file is missing: send one CSV in the form field file"))?;
    if file.content.len() > MAX_FILE_BYTES {
        return Err(Refusal::parameter("file is larger than 40 MB"));
    }
    let (rows, faults) = read_rows(campaign, file.content);
    if campaign.rules.environment == SimulatedEnvironment::Test && rows.len() > MAX_TEST_ROWS {
        return Err(Refusal::parameter("file has more than 20 rows, the most in the test environment"));
    }
    if !faults.is_empty() {
        return Ok(Upload::Invalid(invalid(&faults)));
    }
    Ok(Upload::Taken(campaign.post_batch(file.name, rows, now)))
}

/// Every row and every fault. Rows with faults are counted but unusable.
fn read_rows(campaign: &Campaign, file: &[u8]) -> (Vec<Content>, Vec<Fault>) {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
    let mut faults = Vec::new();
    let mut rows = Vec::new();
    let fault = |row, column: &str, message: String| Fault { row, column: column.to_owned(), message };
    let columns = match reader.headers() {
        Ok(header) => columns(campaign, header),
        Err(_) => Err(fault(1, "", "file is not a CSV in UTF-8".to_owned())),
    };
    let columns = match columns {
        Ok(columns) => columns,
        Err(fault) => return (rows, vec![fault]),
    };
    for (n, record) in reader.records().enumerate() {
        let row = n as u64 + 2;
        match record {
            Ok(record) => match content(campaign, &columns, &record) {
                Ok(content) => rows.push(content),
                Err((column, message)) => faults.push(fault(row, &column, message)),
            },
            Err(_) => faults.push(fault(row, "", "row is not CSV in UTF-8".to_owned())),
        }
        if faults.len() >= MAX_LISTED {
            break;
        }
    }
    if rows.is_empty() && faults.is_empty() {
        faults.push(fault(1, "", "file has no rows".to_owned()));
    }
    (rows, faults)
}

/// For each variable of the template, the column that holds it.
fn columns(campaign: &Campaign, header: &StringRecord) -> Result<Vec<usize>, Fault> {
    let fault = |column: &str, message: &str| Fault { row: 1, column: column.to_owned(), message: message.to_owned() };
    for (at, name) in ["recipient", "language"].into_iter().enumerate() {
        if header.get(at) != Some(name) {
            return Err(fault(name, "the first columns must be recipient and language"));
        }
    }
    let variables = &campaign.template.variables;
    for name in header.iter().skip(2) {
        if !variables.iter().any(|variable| variable.name == name) {
            return Err(fault(name, "the template has no such variable"));
        }
    }
    let places = variables.iter().map(|variable| {
        let mut places = (2..header.len()).filter(|at| header.get(*at) == Some(variable.name.as_str()));
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (None, _) => Err(fault(&variable.name, "column is missing")),
            (Some(_), Some(_)) => Err(fault(&variable.name, "column is there twice")),
        }
    });
    places.collect()
}

/// The message of a row, or the column that is wrong and why.
fn content(campaign: &Campaign, columns: &[usize], record: &StringRecord) -> Result<Content, (String, String)> {
    let at = |column: &str| {
        let column = column.to_owned();
        move |message| (column, message)
    };
    let expected = columns.len() + 2;
    if record.len() != expected {
        return Err((String::new(), format!("row has {} cells, the header {expected}", record.len())));
    }
    let recipient = check_recipient(record.get(0).unwrap_or_default()).map_err(at("recipient"))?;
    let language = check_language(campaign, record.get(1).unwrap_or_default()).map_err(at("language"))?;
    let values = campaign
        .template
        .variables
        .iter()
        .zip(columns)
        .map(|(variable, place)| check_value(&variable.name, record.get(*place).unwrap_or_default()).map_err(at(&variable.name)));
    let content = Content { recipient, language, values: values.collect::<Result<_, _>>()? };
    check_length(campaign, &content).map_err(at(""))?;
    Ok(content)
}

/// `{"isValid":false,…}`. No source gives the names of the row errors; these are invented.
fn invalid(faults: &[Fault]) -> Vec<u8> {
    let mut out = b"{\"isValid\":false,\"batchId\":null,\"errors\":[".to_vec();
    for (n, fault) in faults.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"row\":");
        write_number(&mut out, fault.row);
        out.extend_from_slice(b",\"column\":");
        write_string(&mut out, &fault.column);
        out.extend_from_slice(b",\"message\":");
        write_string(&mut out, &fault.message);
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    out
}
