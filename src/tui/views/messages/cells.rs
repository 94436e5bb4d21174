//! The cells of a row of the list.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::delivery::{BatchId, DeliveryError, Recipient, RetryAdvice, Status, code_or_none};
use crate::monitor::ActionStage;
use crate::store::{Cells, RowNumber};
use crate::tui::shared::{Campaign, Column, Shared};
use crate::tui::text::{Align, age, cut_middle, fit};
use crate::tui::widgets::recipient;
use crate::tui::{Role, role_of, sign};

/// How a row looks as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct RowLook {
    /// The style of the selected row, which wins over the colours of its cells.
    pub selected: Option<Style>,
    /// The filter no longer shows it.
    pub left: bool,
}

/// One cell, exactly as wide as its column.
pub(in crate::tui) fn cell(
    state: &Shared,
    campaign: &Campaign,
    row: RowNumber,
    cells: &Cells<'_>,
    (column, width): (Column, usize),
    look: RowLook,
) -> Vec<Span<'static>> {
    let style = |role| look.selected.unwrap_or_else(|| state.look.style(if look.left { Role::Muted } else { role }));
    let ascii = state.look.ascii;
    let plain = |text: &str, role| {
        let align = if is_number(column) { Align::Right } else { Align::Left };
        vec![Span::styled(fit(text, width, align), style(role))]
    };
    match column {
        Column::Status => {
            let Some(status) = cells.status else { return plain("? not given", Role::Unknown) };
            // Most rows are delivered and need nothing: only their sign has the colour.
            let word_role = if *status == Status::Success { Role::Muted } else { role_of(status) };
            let word = crate::tui::text::cut(status.word(), width.saturating_sub(2)).into_owned();
            let rest = width.saturating_sub(2 + crate::tui::text::width(&word));
            let mut spans =
                vec![Span::styled(format!("{} ", sign(status, ascii)), style(role_of(status))), Span::styled(word, style(word_role))];
            if campaign.marks.is_changed(row) {
                for span in &mut spans {
                    span.style = span.style.patch(state.look.style(Role::Changed));
                }
            }
            spans.push(Span::styled(" ".repeat(rest), style(Role::Text)));
            spans
        }
        Column::Created => plain(&cells.created_at.map(|at| state.look.time(at, state.now)).unwrap_or_default(), Role::Text),
        Column::Updated => plain(&cells.updated_at.map_or_else(nothing, |at| state.look.time(at, state.now)), Role::Text),
        Column::Recipient => {
            let Some(text) = cells.recipient else { return plain("not given", Role::Unknown) };
            let (known, masked) = (Recipient::new(text), campaign.is_masked(row));
            let query = campaign.open_digits();
            let whole = recipient::shown(&known, masked, query);
            let room = crate::tui::text::width(&whole);
            if room > width {
                return plain(&whole, Role::Text);
            }
            let mut spans = recipient::spans(&known, masked, query, style(Role::Text), found(state, look));
            spans.push(Span::styled(" ".repeat(width - room), style(Role::Text)));
            spans
        }
        Column::Error => plain(&error(cells), Role::Text),
        Column::Retry => {
            let (word, role) = retry(campaign, row, cells);
            plain(word, role)
        }
        Column::Tried => plain(&cells.tried.map(|tried| tried.to_string()).unwrap_or_default(), Role::Text),
        Column::Batch => plain(&cells.batch.map_or_else(nothing, |id| BatchId::new(id).short(false)), Role::Muted),
        Column::Took => plain(&cells.delivered_after.map_or_else(nothing, age), Role::Text),
        Column::Language => plain(&cells.language.map_or_else(nothing, str::to_owned), Role::Text),
        Column::Template => {
            let id = cells.template.map_or_else(nothing, str::to_owned);
            vec![Span::styled(fit(&cut_middle(&id, width), width, Align::Left), style(Role::Muted))]
        }
        Column::Text => plain(&cells.text(campaign.is_masked(row) || campaign.settings.one_time_password).replace('\n', " "), Role::Muted),
    }
}

/// Whether a column holds numbers, which are aligned right.
pub(in crate::tui) fn is_number(column: Column) -> bool {
    matches!(column, Column::Tried | Column::Took)
}

/// Shown where nothing was reported.
fn nothing() -> String {
    "–".to_owned()
}

/// How matching digits look: the accent, or in a selected row its own colours underlined.
fn found(state: &Shared, look: RowLook) -> Style {
    match look.selected {
        Some(_) => Style::new().underlined(),
        None => state.look.style(Role::Accent).underlined(),
    }
}

/// Why it failed: the code, or its substitute.
fn error(cells: &Cells<'_>) -> String {
    match cells.error {
        None if cells.status != Some(&Status::Failure) => String::new(),
        error => code_or_none(error.map_or("", DeliveryError::shown)).to_owned(),
    }
}

/// The progress of a retry, while there is one; otherwise whether to retry: no where the API has said that no
/// attempts are left.
fn retry(campaign: &Campaign, row: RowNumber, cells: &Cells<'_>) -> (&'static str, Role) {
    // Most campaigns have no action, and every row asks.
    let acted_on = campaign.actions.len() > 0;
    let record = acted_on.then(|| campaign.actions.of(&campaign.store.id(row))).flatten();
    if let Some(word) = record.and_then(|record| record.stage.as_ref().map_or(Some("asked"), ActionStage::short_word)) {
        return (word, if word == "?" { Role::Unknown } else { Role::Moving });
    }
    match cells.retry {
        Some(_) if campaign.is_used_up(row) => (RetryAdvice::No.word(), Role::Muted),
        Some(advice @ RetryAdvice::No) => (advice.word(), Role::Muted),
        Some(advice) => (advice.word(), Role::Text),
        None => ("", Role::Text),
    }
}

/// The headers of a list of messages.
pub(in crate::tui) fn message_heads() -> Vec<String> {
    ["id", "recipient", "latestStatus", "createdAt", "errorCode", "tried", "batchId", "text"].map(str::to_owned).to_vec()
}

/// A message of such a list.
pub(in crate::tui) fn message_cells(state: &Shared, campaign: &Campaign, row: RowNumber, masked: bool) -> Vec<String> {
    let (message, cells) = (campaign.store.id(row), campaign.store.cells(row));
    let recipient = cells.recipient.map(|text| recipient::shown(&Recipient::new(text), masked, campaign.open_digits()));
    vec![
        message.as_str().to_owned(),
        recipient.unwrap_or_default(),
        cells.status.map(|status| status.api_word().to_owned()).unwrap_or_default(),
        cells.created_at.map(|at| state.look.exact(at)).unwrap_or_default(),
        cells.error.map(|error| error.code.to_string()).unwrap_or_default(),
        cells.tried.map(|tried| tried.to_string()).unwrap_or_default(),
        cells.batch.unwrap_or_default().to_owned(),
        cells.text(masked || campaign.settings.one_time_password),
    ]
}

/// The message under the cursor, as it is shown.
pub(in crate::tui) fn message_row(state: &Shared) -> Option<Vec<String>> {
    let campaign = state.campaign()?;
    let row = campaign.subject()?;
    Some(message_cells(state, campaign, row, campaign.is_masked(row)))
}

/// The recipient of the message under the cursor, as the list shows it.
pub(in crate::tui) fn number(state: &Shared) -> Option<String> {
    let campaign = state.campaign()?;
    let row = campaign.subject()?;
    let known = Recipient::new(campaign.store.cells(row).recipient?);
    Some(recipient::shown(&known, campaign.is_masked(row), campaign.open_digits()))
}
