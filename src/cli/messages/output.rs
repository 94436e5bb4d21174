//! Prints messages, in one of the four formats.

use std::borrow::Borrow;
use std::io::{self, Write};

use super::super::Format;
use super::super::records::RecordWriter;
use super::table::MessageTable;
use crate::delivery::Message;
use crate::postman::record::{Field, RecordFormat};

/// Writes messages one by one.
pub(super) struct MessageWriter<W: Write> {
    records: RecordWriter<W>,
    layout: RecordFormat,
    /// What people get instead of records, at the end.
    table: Option<MessageTable>,
    written: usize,
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
    pub fn begin(out: W, format: Format, mut layout: RecordFormat, values: &[String], table: MessageTable) -> io::Result<Self> {
        if format == Format::Csv {
            layout.fields = csv_fields(layout.fields, values);
        }
        let mut records = RecordWriter::new(out, format, layout.fields.iter().map(Field::name));
        records.begin()?;
        Ok(Self { records, layout, table: (format == Format::Table).then_some(table), written: 0 })
    }

    /// Writes a message.
    pub fn message(&mut self, message: &Message) -> io::Result<()> {
        match &mut self.table {
            Some(table) => table.message(&self.layout, message),
            None => self.records.record(&self.layout.json(message))?,
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
        self.records.flush()
    }

    /// Ends the output.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(table) = &self.table {
            self.records.text(&format!("{table}\n"))?;
        }
        self.records.finish()
    }
}

/// The names of all values of these messages, in order of appearance.
pub(in crate::cli) fn value_names<M: Borrow<Message>>(messages: impl Iterator<Item = M>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for message in messages {
        for (name, _) in message.borrow().values.iter().flatten() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// The fields with one for each value, where JSON has `values`. One that was requested by name already has its own.
pub(in crate::cli) fn csv_fields(mut fields: Vec<Field>, values: &[String]) -> Vec<Field> {
    let of_values = values.iter().map(|name| Field::Value(name.clone())).filter(|field| !fields.contains(field));
    let of_values: Vec<Field> = of_values.collect();
    if let Some(index) = fields.iter().position(|field| *field == Field::Values) {
        fields.splice(index..=index, of_values);
    }
    fields
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
