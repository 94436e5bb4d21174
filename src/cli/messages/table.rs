//! Messages in columns for people, one line each.

use std::collections::HashSet;
use std::fmt;

use super::super::moment::shown;
use super::super::table::{Table, Tint};
use crate::delivery::{Mask, Message, MessageId, RetryAdvice, Status, clean_line};
use crate::postman::record::{Field, RecordFormat};
use crate::tui::text::cut;

/// How much of a text is shown if the width is unknown.
const TEXT: usize = 80;

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
            if self.width.is_none() { cut(&text, TEXT, false).into_owned() } else { text },
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
