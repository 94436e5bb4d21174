//! Copies as text: masked as the screen shows it, row by row.

use std::collections::BTreeSet;

use super::export::{message_cells, message_row, number};
use crate::delivery::{BatchId, Message, MessageId, Status, counted};
use crate::postman::record::{Field, RecordFormat};
use crate::store::RowNumber;
use crate::tui::state::{Campaign, CopyFormat, CopyWhat, Shared, ViewKind};
use crate::tui::text::csv::csv_lines;
use crate::tui::views::{activity, batches, failures};

/// The text to copy; `None` where there is none.
pub(in crate::tui) fn copied_text(state: &Shared, what: CopyWhat) -> Option<String> {
    let campaign = state.campaign()?;
    let subject = state.subject();
    match what {
        CopyWhat::Row(form) => row_text(state, campaign, form),
        CopyWhat::Marked(form) => Some(messages_text(state, campaign, &marked_rows(campaign), form)),
        CopyWhat::Number => number(state),
        CopyWhat::Text if campaign.settings.one_time_password => None,
        CopyWhat::Text => campaign.subject().and_then(|row| campaign.store.text(row, campaign.is_masked(row))),
        CopyWhat::MessageId => subject.message.as_ref().map(MessageId::as_str).map(str::to_owned),
        CopyWhat::BatchId => subject.batch.as_ref().map(BatchId::as_str).map(str::to_owned),
        CopyWhat::CampaignId => Some(campaign.settings.id.as_str().to_owned()),
        CopyWhat::TemplateId => template_id(state),
        CopyWhat::ErrorCode => subject.error,
        CopyWhat::TraceId => state.trace_id(),
        CopyWhat::Attempts => campaign.subject().map(|row| attempts(state, &campaign.store.message(row))),
        CopyWhat::Shown => None,
    }
}

/// The template id of the message under the cursor.
pub(in crate::tui) fn template_id(state: &Shared) -> Option<String> {
    let campaign = state.campaign()?;
    let row = campaign.store.row(&state.subject().message?)?;
    let template = campaign.store.message(row).template?;
    template.template_id.or(template.id)
}

fn row_text(state: &Shared, campaign: &Campaign, form: CopyFormat) -> Option<String> {
    let (text, rows, index) = match state.view {
        ViewKind::Messages if form == CopyFormat::Text => return Some(message_row(state)?.join("\t")),
        ViewKind::Messages => return Some(messages_text(state, campaign, &[campaign.subject()?], form)),
        ViewKind::Failures => {
            let selected = campaign.failures.selected()?;
            let index = campaign.failures.groups().iter().position(|group| group.key == selected.key);
            (failures::copied(state)?, failures::exported(state), index)
        }
        ViewKind::Batches => {
            let id = batches::selected(campaign)?;
            let index = batches::lines(campaign).iter().position(|summary| summary.batch.id == id);
            (batches::copied(state)?, batches::exported(state), index)
        }
        ViewKind::Activity if form == CopyFormat::Text => return Some(activity::copied(state)?.join("\t")),
        ViewKind::Activity => {
            (Vec::new(), [activity::exported(state).into_iter().take(1).collect(), vec![activity::copied(state)?]].concat(), Some(0))
        }
    };
    let heads = rows.first()?;
    // A line for several rows has none of its own: it is what the screen shows.
    let cells = index.and_then(|index| rows.get(index + 1)).unwrap_or(&text);
    Some(match form {
        CopyFormat::Text => text.join("\t"),
        CopyFormat::Json => {
            let fields = heads.iter().zip(cells).map(|(head, cell)| (head.clone(), serde_json::Value::from(cell.as_str())));
            serde_json::Value::Object(fields.collect()).to_string()
        }
        CopyFormat::Csv => csv_lines(&[heads.clone(), cells.clone()]),
    })
}

/// The marked messages, the newest first.
pub(in crate::tui) fn marked_rows(campaign: &Campaign) -> Vec<RowNumber> {
    let mut rows: Vec<RowNumber> = campaign.marked.rows().collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(campaign.store.cells(*row).created_at), campaign.store.id(*row)));
    rows
}

fn messages_text(state: &Shared, campaign: &Campaign, rows: &[RowNumber], form: CopyFormat) -> String {
    match form {
        CopyFormat::Text => {
            let line = |row: &RowNumber| message_cells(state, campaign, *row, campaign.is_masked(*row)).join("\t");
            rows.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        CopyFormat::Json => {
            let line = |row: &RowNumber| {
                let layout = layout(state, campaign, *row);
                // Texts and times always become JSON.
                serde_json::to_string(&layout.json(&campaign.store.message(*row))).unwrap_or_default()
            };
            rows.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        CopyFormat::Csv => {
            let messages: Vec<(RowNumber, Message)> = rows.iter().map(|row| (*row, campaign.store.message(*row))).collect();
            let names: BTreeSet<&str> =
                messages.iter().flat_map(|(_, message)| message.values.iter().flatten().map(|(name, _)| name.as_str())).collect();
            let mut fields = Field::all();
            if let Some(index) = fields.iter().position(|field| *field == Field::Values) {
                fields.splice(index..=index, names.into_iter().map(|name| Field::Value(name.to_owned())));
            }
            let mut lines = vec![fields.iter().map(Field::name).collect::<Vec<_>>()];
            for (row, message) in &messages {
                let layout = layout(state, campaign, *row);
                lines.push(fields.iter().map(|field| layout.cell(field, message)).collect());
            }
            csv_lines(&lines)
        }
    }
}

fn layout(state: &Shared, campaign: &Campaign, row: RowNumber) -> RecordFormat {
    RecordFormat {
        fields: Field::all(),
        masked: campaign.is_masked(row),
        one_time: campaign.settings.one_time_password,
        searched: Some(campaign.open_digits().clone()).filter(|query| !query.is_empty()),
        zone: state.look.zone.clone(),
        campaign: campaign.settings.id.clone(),
        batch: None,
    }
}

/// All attempts, newest first: a line for each, with the reported times.
fn attempts(state: &Shared, message: &Message) -> String {
    let attempts = message.attempts.as_deref().unwrap_or_default();
    let line = |(index, attempt): (usize, &crate::delivery::Attempt)| {
        let time = |at: Option<jiff::Timestamp>| at.map(|at| state.look.exact(at)).unwrap_or_default();
        let error = attempt.error.as_ref().map(|error| if error.code.is_empty() { &error.kind } else { &error.code });
        let reported = [
            ("", attempt.status.as_ref().map(|status: &Status| status.word().to_owned()).unwrap_or_default()),
            ("created ", time(attempt.created_at)),
            ("sent ", time(attempt.sent_at)),
            ("delivered ", time(attempt.delivered_at)),
            ("error ", error.map(ToString::to_string).unwrap_or_default()),
        ];
        let reported = reported.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name}{text}"));
        let words: Vec<String> = std::iter::once(format!("attempt {}", attempts.len() - index)).chain(reported).collect();
        words.join("\t")
    };
    let lines: Vec<String> = attempts.iter().enumerate().map(line).collect();
    if lines.is_empty() {
        // Answers about batches only report how many there were.
        return message.attempt_count.map(|count| format!("{}, times not given", counted(count as usize, "attempt"))).unwrap_or_default();
    }
    lines.join("\n")
}
