//! Prints messages, in one of the four formats.

use std::io::{self, Write};

use super::super::Format;
use super::super::early_exit::of_csv;
use super::table::MessageTable;
use crate::delivery::Message;
use crate::postman::record::{Field, RecordFormat};

/// Writes messages one by one.
pub(super) struct MessageWriter<W: Write> {
    form: Form<W>,
    layout: RecordFormat,
    written: usize,
}

enum Form<W: Write> {
    /// One JSON array, one row per line.
    Json(W),
    /// One JSON object per line.
    Lines(W),
    /// Values with a header line.
    Csv(Box<csv::Writer<W>>),
    /// Columns, at the end.
    Table(W, Box<MessageTable>),
}

impl<W: Write> MessageWriter<W> {
    /// Whether the format can be written while messages arrive. A table's widths, and a header with
    /// a column for each value, need all of them first.
    pub fn streams(format: Format, fields: &[Field]) -> bool {
        match format {
            Format::Json | Format::Ndjson => true,
            Format::Csv => !fields.contains(&Field::Values),
            Format::Table => false,
        }
    }

    /// An output for these fields. `values` are the names of all values, for the heading of CSV.
    pub fn begin(mut out: W, format: Format, mut layout: RecordFormat, values: &[String], table: MessageTable) -> io::Result<Self> {
        let form = match format {
            Format::Json => {
                out.write_all(b"[")?;
                Form::Json(out)
            }
            Format::Ndjson => Form::Lines(out),
            Format::Csv => {
                // One that was requested by name already has its column.
                let columns = values.iter().map(|name| Field::Value(name.clone())).filter(|field| !layout.fields.contains(field));
                let columns: Vec<Field> = columns.collect();
                if let Some(index) = layout.fields.iter().position(|field| *field == Field::Values) {
                    layout.fields.splice(index..=index, columns);
                }
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(layout.fields.iter().map(Field::name)).map_err(of_csv)?;
                Form::Csv(Box::new(writer))
            }
            Format::Table => Form::Table(out, Box::new(table)),
        };
        Ok(Self { form, layout, written: 0 })
    }

    /// Writes a message.
    pub fn message(&mut self, message: &Message) -> io::Result<()> {
        match &mut self.form {
            Form::Json(out) => {
                out.write_all(if self.written == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(out, &self.layout.json(message)).map_err(io::Error::from)?;
            }
            Form::Lines(out) => {
                serde_json::to_writer(&mut *out, &self.layout.json(message)).map_err(io::Error::from)?;
                out.write_all(b"\n")?;
            }
            Form::Csv(writer) => {
                let cells = self.layout.fields.iter().map(|field| self.layout.cell(field, message));
                writer.write_record(cells).map_err(of_csv)?;
            }
            Form::Table(_, table) => table.message(&self.layout, message),
        }
        self.written += 1;
        Ok(())
    }

    /// How many messages were written.
    pub fn written(&self) -> usize {
        self.written
    }

    /// Flushes what there is to the reader.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.form {
            Form::Json(out) | Form::Lines(out) | Form::Table(out, _) => out.flush(),
            Form::Csv(writer) => writer.flush(),
        }
    }

    /// Ends the output.
    pub fn finish(&mut self) -> io::Result<()> {
        match &mut self.form {
            Form::Json(out) => out.write_all(if self.written == 0 { b"]\n" } else { b"\n]\n" })?,
            Form::Table(out, table) => writeln!(out, "{table}")?,
            Form::Lines(_) | Form::Csv(_) => {}
        }
        self.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::record::tests::{layout, message};

    #[track_caller]
    fn check(format: Format, fields: &[&str], count: usize, expected: &str) {
        let mut layout = layout(false);
        layout.fields = fields.iter().map(|name| Field::parse(name).unwrap()).collect();
        let mut out = Vec::new();
        let table = MessageTable::new(&layout, true, None);
        let names = ["name".to_owned(), "place".to_owned()];
        let mut output = MessageWriter::begin(&mut out, format, layout, &names, table).unwrap();
        for _ in 0..count {
            output.message(&message()).unwrap();
        }
        output.finish().unwrap();
        assert_eq!(output.written(), count);
        drop(output);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn json_is_one_array() {
        check(Format::Json, &["id"], 0, "[]\n");
        check(Format::Json, &["id"], 2, "[\n{\"id\":\"message_1\"},\n{\"id\":\"message_1\"}\n]\n");
    }

    #[test]
    fn ndjson_is_one_object_a_line() {
        check(Format::Ndjson, &["id", "values.place"], 1, "{\"id\":\"message_1\",\"values.place\":\"Bedok\"}\n");
        check(Format::Ndjson, &["id"], 0, "");
    }

    #[test]
    fn csv_has_a_column_for_each_value() {
        let expected = "id,values.name,values.place,updatedAt\nmessage_1,\"Tan, \"\"Wei\"\"\",Bedok,\n";
        check(Format::Csv, &["id", "values", "updatedAt"], 1, expected);
        check(Format::Csv, &["recipient", "latestStatus"], 0, "recipient,latestStatus\n");
        let own = "values.place,id,values.name\nBedok,message_1,\"Tan, \"\"Wei\"\"\"\n";
        check(Format::Csv, &["values.place", "id", "values"], 1, own);
    }
}
