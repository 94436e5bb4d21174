//! The activity as rows, for files and the clipboard.

use super::{Alike, AlikeOf, Entry, NO_LONGER_LOADED, every_line, selected};
use crate::action::Subject;
use crate::delivery::{Status, counted};
use crate::monitor::ActionStage;
use crate::postman::Explanation;
use crate::tui::shared::{ActionRecord, Campaign, CopyFormat, Shared};
use crate::tui::widgets::recipient::who;
use crate::tui::widgets::words::in_a_line;

const HEADS: [&str; 9] = ["at", "action", "id", "recipient", "outcome", "code", "forAPerson", "reason", "traceId"];

/// Asks where to write the actions with their outcomes, and the messages seen to change.
pub(super) fn export(shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    let rows = every_line(campaign).iter().flat_map(|entry| entry_rows(shared, campaign, entry)).collect();
    shared.ask_where_lines("actions", HEADS, rows);
}

/// The line of the activity under the cursor.
pub(in crate::tui::views) fn copied(shared: &Shared, campaign: &Campaign, format: CopyFormat) -> Result<String, &'static str> {
    let rows = selected(campaign).map(|entry| entry_rows(shared, campaign, &entry)).unwrap_or_default();
    let cells = rows.first().ok_or("nothing has been done yet")?;
    Ok(format.row(cells, HEADS, cells))
}

/// A line of the activity as rows: one, or one for each message that was not started.
fn entry_rows(shared: &Shared, campaign: &Campaign, entry: &Entry<'_>) -> Vec<Vec<String>> {
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
            let (id, recipient) = subject.map(|subject| about(campaign, &subject, *record)).unwrap_or_default();
            vec![action_row(shared, entry, open.kind.word(), &id, recipient, word, stage)]
        }
        Entry::Action(record) => {
            let stage = record.stage.as_ref();
            let (id, recipient) = about(campaign, &record.subject, Some(record));
            let outcome = match (&record.subject, stage) {
                (Subject::Send(_), Some(ActionStage::Followed { status: Status::Failure })) => "failed",
                (_, stage) => stage.map_or("asked", ActionStage::word),
            };
            vec![action_row(shared, entry, record.subject.words().command, &id, recipient, outcome, stage)]
        }
        // One line stands for all of them; a file has each.
        Entry::Alike(Alike { of: AlikeOf::Retries(newest), count, .. }) => {
            let stage = newest.stage.as_ref();
            let (word, outcome) = (newest.subject.words().command, stage.map_or("asked", ActionStage::word));
            vec![action_row(shared, entry, word, "", counted(*count, "message"), outcome, stage)]
        }
        Entry::Alike(Alike { of: AlikeOf::Changes(newest, _), count, .. }) => {
            let at = shared.look.exact(shared.look.of_that_day(newest.at));
            let code = newest.error.as_ref().map(|error| error.code.to_string()).unwrap_or_default();
            let cells = [&at, "seen", "", &counted(*count, "message"), newest.to.word(), &code, "", newest.retried().words(), ""];
            vec![cells.map(str::to_owned).to_vec()]
        }
        Entry::Change(record) => {
            let id = &record.message;
            let outcome = format!("{} to {}", record.from.as_ref().map_or("new", Status::word), record.to.word());
            let code = record.error.as_ref().map(|error| error.code.to_string()).unwrap_or_default();
            let elsewhere = record.elsewhere.then_some("retried elsewhere");
            let dropped = campaign.store.row(id).is_none().then_some(NO_LONGER_LOADED);
            let reason = elsewhere.into_iter().chain(dropped).collect::<Vec<_>>().join(", ");
            let (at, who) = (shared.look.exact(shared.look.of_that_day(record.at)), who(campaign, id));
            let cells = [at.as_str(), "seen", id.as_str(), &who, &outcome, &code, "", &reason, ""];
            vec![cells.map(str::to_owned).to_vec()]
        }
    }
}

/// The id and the recipient of what an action is about. A message that is sent has no id before Postman has it; what
/// recognises it until then means nothing to anyone else.
fn about(campaign: &Campaign, subject: &Subject, record: Option<&ActionRecord>) -> (String, String) {
    match (subject, record.and_then(ActionRecord::message)) {
        (Subject::Send(_), Some(message)) | (Subject::Message(message), _) => (message.as_str().to_owned(), who(campaign, message)),
        (Subject::Send(fingerprint), None) => (String::new(), campaign.sent.to(fingerprint).unwrap_or_default().to_owned()),
        (Subject::Batch(batch), _) => (batch.as_str().to_owned(), String::new()),
        (Subject::Upload(sha256), _) => {
            let batch = record.and_then(|record| record.created.as_ref()).map(|created| created.id().to_owned());
            let name = campaign.uploads.of(sha256).map(|file| campaign.shown_name(&file.name).to_owned());
            (batch.unwrap_or_default(), name.unwrap_or_default())
        }
    }
}

fn action_row(
    shared: &Shared,
    entry: &Entry<'_>,
    action: &str,
    id: &str,
    recipient: String,
    outcome: &str,
    stage: Option<&ActionStage>,
) -> Vec<String> {
    let why = stage.and_then(ActionStage::why);
    vec![
        shared.look.exact(entry.at()),
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
