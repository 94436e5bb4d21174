//! Prints messages, in one of the four formats: for people in columns, one line each.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};

use super::super::Format;
use super::super::moment::shown;
use super::super::records::RecordWriter;
use super::super::table::{Table, Tint};
use crate::delivery::{Mask, Message, MessageId, RetryAdvice, Status, clean_line};
use crate::postman::record::{Field, RecordFormat};
use crate::tui::text::cut;

/// How much of a text is shown if the width is unknown.
const TEXT: usize = 80;

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

/// Messages in columns.
pub(in crate::cli) struct MessageTable {
    table: Table,
    /// The requested fields; `None` for the usual columns.
    fields: Option<Vec<Field>>,
    /// The columns of the terminal; `None` if the output is not one.
    width: Option<u16>,
    pub colour: bool,
    /// The messages for which the API accepts no further retry.
    pub used_up: HashSet<MessageId>,
}

impl MessageTable {
    /// A table; `width` in columns if the output is a terminal.
    pub fn new(layout: &RecordFormat, own_fields: bool, width: Option<u16>) -> Self {
        let fields = own_fields.then(|| layout.fields.clone());
        let table = match &fields {
            Some(fields) => Table::new(fields.iter().map(Field::name)),
            None => Table::new(["status", "created", "recipient", "error", "retry", "tried", "batch", "text"]),
        };
        Self { table, fields, width, colour: false, used_up: HashSet::new() }
    }

    /// Adds a message.
    pub fn message(&mut self, layout: &RecordFormat, message: &Message) {
        let cells = match &self.fields {
            Some(fields) => fields.iter().map(|field| clean_line(&layout.cell(field, message)).into_owned()).collect(),
            None => self.usual(layout, message),
        };
        let tint = match message.status {
            Some(Status::Success) if self.fields.is_none() => Tint::Good,
            Some(Status::Failure) if self.fields.is_none() => Tint::Bad,
            _ => Tint::None,
        };
        self.table.row(cells, tint);
    }

    fn usual(&self, layout: &RecordFormat, message: &Message) -> Vec<String> {
        let error = message.error();
        let advice = || match &error {
            _ if self.used_up.contains(&message.id) => RetryAdvice::No,
            error => RetryAdvice::of(error.as_ref()),
        };
        let failed = message.status == Some(Status::Failure);
        let text = clean_line(&layout.text(message).unwrap_or_default()).into_owned();
        vec![
            message.status.as_ref().map(Status::word).unwrap_or("not given").to_owned(),
            message.created_at.map(|time| shown(time, &layout.zone)).unwrap_or_default(),
            recipient(layout, message),
            error.as_ref().map(|error| error.code.to_string()).unwrap_or_default(),
            if failed { advice().word() } else { "" }.to_owned(),
            message.tried().map(|tried| tried.to_string()).unwrap_or_default(),
            message.batch.as_ref().map(|batch| batch.id.short(false).clone()).unwrap_or_default(),
            if self.width.is_none() { cut(&text, TEXT).into_owned() } else { text },
        ]
    }
}

fn recipient(layout: &RecordFormat, message: &Message) -> String {
    if layout.masked {
        return layout.recipient(message).unwrap_or_default();
    }
    message.recipient.as_ref().map(|recipient| recipient.shown(Mask::Off)).unwrap_or_default()
}

impl fmt::Display for MessageTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.table.lines(self.width.map(usize::from), self.colour).join("\n"))
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

    #[test]
    fn a_text_is_cut_to_what_fits_and_never_takes_a_second_line() {
        let long = Message { full_text: Some("one two\n".repeat(40)), ..message() };
        for (width, longest) in [(Some(100), 100), (Some(70), 70), (None, 220)] {
            let mut table = MessageTable::new(&layout(false), false, width);
            table.message(&layout(false), &long);
            table.message(&layout(false), &message());
            let text = table.to_string();
            assert_eq!(text.lines().count(), 3, "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= longest), "{width:?}\n{text}");
            assert!(text.contains('…') && text.contains("failed"), "{text}");
        }
    }

    #[test]
    fn fields_that_were_asked_for_have_their_names() {
        let layout = RecordFormat { fields: vec![Field::Id, Field::LatestStatus], ..layout(false) };
        let mut table = MessageTable::new(&layout, true, None);
        table.message(&layout, &message());
        assert_eq!(table.to_string(), "id         latestStatus\nmessage_1  failure");
    }
}
