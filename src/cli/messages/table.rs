//! Messages in columns for people.

use std::fmt;

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table};

use super::super::moment::shown;
use super::fields::Field;
use super::record::Layout;
use crate::delivery::{Message, Recipient, RetryHelps, Status};

/// Messages in columns.
pub(super) struct MessageTable {
    table: Table,
    /// The fields asked for; `None` for the columns that decide what to do.
    fields: Option<Vec<Field>>,
    colour: bool,
}

impl MessageTable {
    /// A table; `width` in columns where the output is a terminal, else as wide as it gets.
    pub fn new(layout: &Layout, own_fields: bool, width: Option<u16>) -> Self {
        let fields = own_fields.then(|| layout.fields.clone());
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if let Some(width) = width {
            table.set_width(width);
        }
        let heading = match &fields {
            Some(fields) => fields.iter().map(Field::name).collect(),
            None => ["status", "created", "recipient", "error", "retry", "tried", "batch", "text"].map(str::to_owned).to_vec(),
        };
        table.set_header(heading);
        Self { table, fields, colour: false }
    }

    /// With colours.
    #[must_use]
    pub fn coloured(mut self, colour: bool) -> Self {
        self.colour = colour;
        if colour {
            self.table.enforce_styling();
        }
        self
    }

    /// Adds a message.
    pub fn message(&mut self, layout: &Layout, message: &Message) {
        if let Some(fields) = &self.fields {
            self.table.add_row(fields.iter().map(|field| Cell::new(layout.cell(field, message))));
            return;
        }
        let error = message.error();
        let failed = message.status == Some(Status::Failure);
        let helps = || error.as_ref().map_or(RetryHelps::Maybe, |error| error.known().retry_helps()).word();
        let text = layout.text(message).unwrap_or_default();
        self.table.add_row(vec![
            self.status(message.status.as_ref()),
            Cell::new(message.created_at.map(|time| shown(time, &layout.zone)).unwrap_or_default()),
            Cell::new(recipient(layout, message)),
            Cell::new(error.as_ref().map(|error| error.code.to_string()).unwrap_or_default()),
            Cell::new(if failed { helps() } else { "" }),
            Cell::new(message.tried().map(|tried| tried.to_string()).unwrap_or_default()),
            Cell::new(message.batch.as_ref().map(|batch| batch.id.short(false)).unwrap_or_default()),
            Cell::new(crate::delivery::clean_line(&text)),
        ]);
    }

    fn status(&self, status: Option<&Status>) -> Cell {
        let cell = Cell::new(status.map(Status::word).unwrap_or("not told"));
        match status {
            Some(Status::Success) if self.colour => cell.fg(Color::Green),
            Some(Status::Failure) if self.colour => cell.fg(Color::Red).add_attribute(Attribute::Bold),
            _ => cell,
        }
    }
}

fn recipient(layout: &Layout, message: &Message) -> String {
    if layout.masked {
        return layout.recipient(message).unwrap_or_default();
    }
    message.recipient.as_ref().map(|recipient: &Recipient| recipient.shown(crate::delivery::Mask::Off)).unwrap_or_default()
}

impl fmt::Display for MessageTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.table.lines().map(|line| line.trim_end().to_owned()).collect();
        out.write_str(&lines.join("\n"))
    }
}
