//! Lists as rows of a file, masked as the screen is.

use super::plan::who;
use super::words::percent;
use crate::delivery::Status;
use crate::tui::state::State;

/// The messages that the list shows, heads first.
pub(in crate::tui) fn message_rows(state: &State) -> Vec<Vec<String>> {
    let heads = ["id", "recipient", "latestStatus", "createdAt", "errorCode", "tried", "batchId", "text"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let Some(campaign) = state.campaign() else { return rows };
    for row in campaign.list.rows() {
        let (message, cells) = (campaign.store.id(row), campaign.store.cells(row));
        rows.push(vec![
            message.as_str().to_owned(),
            who(campaign, &message),
            cells.status.map(|status| status.api_word().to_owned()).unwrap_or_default(),
            cells.created_at.map(|at| state.look.exact(at)).unwrap_or_default(),
            cells.error.map(|error| error.code.to_string()).unwrap_or_default(),
            cells.tried.map(|tried| tried.to_string()).unwrap_or_default(),
            cells.batch.unwrap_or_default().to_owned(),
            cells.text(campaign.masked || campaign.card.one_time_password),
        ]);
    }
    rows
}

/// The failures by error, heads first.
pub(in crate::tui) fn failure_rows(state: &State) -> Vec<Vec<String>> {
    let heads = ["error", "count", "share", "newest", "tried1", "tried2", "tried3OrMore", "retry"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let Some(campaign) = state.campaign() else { return rows };
    let total = campaign.store.counts().of(&Status::Failure).max(1);
    for group in campaign.failures.groups() {
        let [once, twice, more] = group.tried.map(|number| number.to_string());
        rows.push(vec![
            group.name().to_owned(),
            group.count.to_string(),
            percent(group.count as f64 / total as f64),
            group.newest.map(|at| state.look.exact(at)).unwrap_or_default(),
            once,
            twice,
            more,
            group.helps.api_word().to_owned(),
        ]);
    }
    rows
}
