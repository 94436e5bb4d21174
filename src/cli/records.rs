//! Records for programs: in JSON, one object per line, or CSV.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;

use super::Format;

/// Writes records one by one.
pub(super) struct RecordWriter<W: Write> {
    out: W,
    format: Format,
    /// The columns of CSV, named as in JSON.
    heads: Vec<String>,
    is_begun: bool,
    written: usize,
}

impl<W: Write> RecordWriter<W> {
    /// A writer of records with these fields, of which CSV makes its columns.
    pub fn new(out: W, format: Format, heads: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let heads = heads.into_iter().map(Into::into).collect();
        Self { out, format, heads, is_begun: false, written: 0 }
    }

    /// Writes what comes before the first record, if it is not written yet.
    pub fn begin(&mut self) -> io::Result<()> {
        match self.format {
            _ if std::mem::replace(&mut self.is_begun, true) => Ok(()),
            Format::Json => self.out.write_all(b"["),
            Format::Csv => self.out.write_all(&csv_line(&self.heads)?),
            Format::Ndjson | Format::Table => Ok(()),
        }
    }

    /// Writes a record.
    pub fn record(&mut self, record: &impl Serialize) -> io::Result<()> {
        self.begin()?;
        let json = serde_json::to_string(record)?;
        match self.format {
            Format::Json => write!(self.out, "{}\n{json}", if self.written == 0 { "" } else { "," })?,
            Format::Csv => self.out.write_all(&csv_line(cells(&self.heads, &json)?)?)?,
            Format::Ndjson | Format::Table => writeln!(self.out, "{json}")?,
        }
        self.written += 1;
        Ok(())
    }

    /// Writes a summary as the last record. CSV cannot hold one.
    pub fn summary(&mut self, summary: &impl Serialize) -> io::Result<()> {
        if self.format == Format::Csv { Ok(()) } else { self.record(&BTreeMap::from([("summary", summary)])) }
    }

    /// Writes text for people, who get no records.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    /// Flushes what there is to the reader.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the output.
    pub fn finish(&mut self) -> io::Result<()> {
        self.begin()?;
        if self.format == Format::Json {
            self.text(if self.written == 0 { "]\n" } else { "\n]\n" })?;
        }
        self.flush()
    }
}

/// Writes all records: JSON as one document, indented.
pub(super) fn write_records(out: &mut impl Write, format: Format, heads: &[&str], records: &[impl Serialize]) -> io::Result<()> {
    if format == Format::Json {
        return write_document(out, format, records);
    }
    let mut writer = RecordWriter::new(out, format, heads.iter().copied());
    for record in records {
        writer.record(record)?;
    }
    writer.finish()
}

/// Writes one document: JSON indented, else on one line.
pub(super) fn write_document(out: &mut impl Write, format: Format, document: &(impl Serialize + ?Sized)) -> io::Result<()> {
    if format == Format::Json {
        serde_json::to_writer_pretty(&mut *out, document)?;
    } else {
        serde_json::to_writer(&mut *out, document)?;
    }
    writeln!(out)?;
    out.flush()
}

/// The cells of a record, empty where not given. A list or an object is a cell of JSON.
fn cells(heads: &[String], json: &str) -> serde_json::Result<Vec<String>> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(json)?;
    let cell = |head| match fields.get(head).map_or("null", |field| field.get()) {
        "null" => Ok(String::new()),
        text if text.starts_with('"') => serde_json::from_str(text),
        other => Ok(other.to_owned()),
    };
    heads.iter().map(cell).collect()
}

fn csv_line(cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> io::Result<Vec<u8>> {
    let mut line = csv::Writer::from_writer(Vec::new());
    line.write_record(cells)?;
    line.into_inner().map_err(csv::IntoInnerError::into_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Visit {
        nurse: Option<&'static str>,
        room: u32,
        notes: Vec<&'static str>,
    }

    fn written(format: Format, visits: &[Visit]) -> String {
        let mut out = Vec::new();
        write_records(&mut out, format, &["room", "nurse", "notes"], visits).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_are_the_fields_of_the_record_by_name() {
        let visits = [Visit { nurse: Some("null"), room: 7, notes: vec!["a \"b\""] }, Visit { nurse: None, room: 8, notes: Vec::new() }];
        assert_eq!(written(Format::Csv, &visits), "room,nurse,notes\n7,null,\"[\"\"a \\\"\"b\\\"\"\"\"]\"\n8,,[]\n");
        assert_eq!(written(Format::Ndjson, &visits[1..]), "{\"nurse\":null,\"room\":8,\"notes\":[]}\n");
        assert_eq!(written(Format::Csv, &[]), "room,nurse,notes\n");
    }
}
