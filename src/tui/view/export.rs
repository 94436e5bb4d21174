//! Lists as rows of a file, masked like the screen.

use super::activity::NO_LONGER_LOADED;
use super::batches::whole_retry;
use super::plan::who;
use super::recipient;
use super::words::{in_a_line, percent};
use crate::action::Subject;
use crate::delivery::{Recipient, Status};
use crate::monitor::ActionStage;
use crate::postman::Explanation;
use crate::store::{RowNumber, status_index};
use crate::tui::state::{Campaign, Entry, Shared};

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

/// The line of failures under the cursor.
pub(in crate::tui) fn failure_row(state: &Shared) -> Option<Vec<String>> {
    let group = state.campaign()?.failures.selected()?;
    Some(vec![group.name().to_owned(), group.count.to_string(), group.verdict().word().to_owned()])
}

/// The batch under the cursor.
pub(in crate::tui) fn batch_row(state: &Shared) -> Option<Vec<String>> {
    let campaign = state.campaign()?;
    let id = campaign.selected_batch()?;
    let batch = campaign.store.batch(&id);
    let file = batch.and_then(|summary| summary.batch.file_name).map(|file| campaign.shown_name(&file).to_owned());
    Some(vec![id.as_str().to_owned(), file.unwrap_or_default()])
}

/// The failures by error, headers first.
pub(in crate::tui) fn failure_rows(state: &Shared) -> Vec<Vec<String>> {
    let heads = ["error", "count", "share", "newest", "tried1", "tried2", "tried3OrMore", "retry", "noAttemptsLeft"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let Some(campaign) = state.campaign() else { return rows };
    let total = campaign.failures.failed().max(1);
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
            group.verdict().word().to_owned(),
            group.used_up.to_string(),
        ]);
    }
    rows
}

/// The batches, headers first.
pub(in crate::tui) fn batch_rows(state: &Shared) -> Vec<Vec<String>> {
    let heads =
        ["id", "fileName", "createdAt", "status", "total", "loaded", "deliveredOfLoaded", "failedOfLoaded", "openOfLoaded", "wholeRetry"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let Some(campaign) = state.campaign() else { return rows };
    let used_up = campaign.used_up_by_batch();
    for summary in campaign.batches() {
        let of = |status: &Status| summary.by_status[status_index(Some(status))].to_string();
        let batch = &summary.batch;
        rows.push(vec![
            batch.id.as_str().to_owned(),
            batch.file_name.as_deref().map(|file| campaign.shown_name(file).to_owned()).unwrap_or_default(),
            batch.created_at.map(|at| state.look.exact(at)).unwrap_or_default(),
            batch.status.clone().unwrap_or_default(),
            batch.total.map(|total| total.to_string()).unwrap_or_default(),
            summary.loaded.to_string(),
            of(&Status::Success),
            of(&Status::Failure),
            summary.open.to_string(),
            whole_retry(campaign, &summary, used_up.get(batch.id.as_str()).copied().unwrap_or(0)).0,
        ]);
    }
    rows
}

/// The actions with their outcomes, and the messages seen to change, headers first.
pub(in crate::tui) fn activity_rows(state: &Shared) -> Vec<Vec<String>> {
    let heads = ["at", "action", "id", "recipient", "outcome", "code", "forAPerson", "reason", "traceId"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let Some(campaign) = state.campaign() else { return rows };
    rows.extend(campaign.activity().iter().flat_map(|entry| entry_rows(state, campaign, entry)));
    rows
}

/// The line of the activity under the cursor.
pub(in crate::tui) fn activity_row(state: &Shared) -> Option<Vec<String>> {
    let campaign = state.campaign()?;
    let entries = campaign.activity();
    entry_rows(state, campaign, entries.get(campaign.activity_index(&entries))?).into_iter().next()
}

/// A line of the activity as rows: one, or one for each message that was not started.
fn entry_rows(state: &Shared, campaign: &Campaign, entry: &Entry<'_>) -> Vec<Vec<String>> {
    match entry {
        Entry::NotStarted(rest) => {
            let reason = "agreed to and not started: nothing was sent";
            let row =
                |word: &str, id: &str, who: &str| ["", word, id, who, "not started", "", "yes", reason, ""].map(str::to_owned).to_vec();
            let messages = rest.messages().iter().map(|message| row("retry", message.as_str(), &who(campaign, message)));
            messages.chain(rest.batches().iter().map(|batch| row("retry-batch", batch.as_str(), ""))).collect()
        }
        Entry::Open(open, record) => {
            let stage = record.and_then(|record| record.stage.as_ref());
            let word = match (stage, open.elsewhere) {
                (Some(stage), false) => stage.word(),
                (_, true) => "under way elsewhere",
                (None, false) => open.state.word(),
            };
            let subject = Subject::of(&open.kind);
            let id = subject.as_ref().map(Subject::id).unwrap_or_default();
            let recipient = open.kind.message().map(|message| who(campaign, message)).unwrap_or_default();
            vec![action_row(state, entry, open.kind.word(), id, recipient, word, stage)]
        }
        Entry::Action(record) => {
            let (stage, recipient) = (record.stage.as_ref(), record.subject.message().map(|message| who(campaign, message)));
            let word = record.subject.words().command;
            vec![action_row(
                state,
                entry,
                word,
                record.subject.id(),
                recipient.unwrap_or_default(),
                stage.map_or("asked", ActionStage::word),
                stage,
            )]
        }
        Entry::Change(record) => {
            let id = &record.message;
            let outcome = format!("{} to {}", record.from.as_ref().map_or("new", Status::word), record.to.word());
            let code = record.error.as_ref().map(|error| error.code.to_string()).unwrap_or_default();
            let elsewhere = record.elsewhere.then_some("retried elsewhere");
            let dropped = campaign.store.row(id).is_none().then_some(NO_LONGER_LOADED);
            let reason = elsewhere.into_iter().chain(dropped).collect::<Vec<_>>().join(", ");
            let (at, who) = (state.look.exact(state.look.of_that_day(record.at)), who(campaign, id));
            let cells = [at.as_str(), "seen", id.as_str(), &who, &outcome, &code, "", &reason, ""];
            vec![cells.map(str::to_owned).to_vec()]
        }
    }
}

fn action_row(
    state: &Shared,
    entry: &Entry<'_>,
    action: &str,
    id: &str,
    recipient: String,
    outcome: &str,
    stage: Option<&ActionStage>,
) -> Vec<String> {
    let why = stage.and_then(ActionStage::why);
    vec![
        state.look.exact(entry.at()),
        action.to_owned(),
        id.to_owned(),
        recipient,
        outcome.to_owned(),
        stage.and_then(ActionStage::code).unwrap_or_default().to_owned(),
        if entry.needs_person() { "yes" } else { "" }.to_owned(),
        why.map(|why| in_a_line(&Explanation { trace_id: None, ..why.clone() })).unwrap_or_default(),
        why.and_then(|why| why.trace_id.clone()).unwrap_or_default(),
    ]
}
