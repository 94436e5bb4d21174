//! Lists as rows of a file, masked like the screen.

use super::recipient;
use crate::delivery::Recipient;
use crate::store::RowNumber;
use crate::tui::state::{Campaign, Shared};

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
