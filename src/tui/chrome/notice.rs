//! The line above the keys: the outcome of a retry, a lost connection, or the newest notice.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::action::Subject;
use crate::delivery::{Status, agreeing, counted, full_stop, grouped};
use crate::monitor::{ActionStage, Connection, Notice, NoticeWeight};
use crate::postman::Refusal;
use crate::tui::shared::{ActionRecord, BackTo, Campaign, Shared};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::recipient;
use crate::tui::widgets::words::{in_a_line, percent, shown_notice, until};
use crate::tui::{Action, Context, Role, sign};

/// Draws the line: what a person is waiting for comes first.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let (text, role) = words(state);
    let style = |role| state.look.style(role);
    let mut right = Vec::new();
    if state.notices.count() > 0 {
        let (unread, all) = (state.notices.unread(), state.notices.count());
        let (number, role) = if unread > 0 { (unread, Role::Strong) } else { (all, Role::Muted) };
        let new = if unread > 0 { " new" } else { "" };
        right.push(Piece::new(format!("{}{new}", grouped(number)), style(role), 0));
        // The sentence says more than the word, where there is no room for both.
        right.push(Piece::new(agreeing(number, "notice", "notices"), style(role), 1).gap(1));
        if state.context() != Context::Text {
            right.push(Piece::new(state.key_for(Action::Notices), style(Role::Accent), 0).gap(1));
        }
    }
    pieces::draw(buffer, area, vec![Piece::new(text, style(role), 0)], right);
}

fn words(state: &Shared) -> (String, Role) {
    if state.presence.is_leaving() {
        return (leave(state), Role::Warning);
    }
    if let Some(notice) = state.notices.answering() {
        return (in_a_line(&shown_notice(state, &notice.text)), Role::Strong);
    }
    if let Some(what) = state.exports.what() {
        return (export(state, what), Role::Text);
    }
    if state.campaign().is_some_and(|campaign| !campaign.list.is_sorted()) {
        return (format!("sorting {}", state.tables.messages.sentence()), Role::Text);
    }
    if let Some(words) = state.campaign().and_then(|campaign| history(state, campaign)) {
        return (words, Role::Text);
    }
    let newest = state.campaign().and_then(newest);
    // A person waits for it, or it waits for a person.
    if let Some(newest) = newest.filter(|record| record.is_acting() || record.needs_person()) {
        return outcome(state, newest);
    }
    if let Some(trouble) = state.campaign().and_then(|campaign| trouble(state, campaign)) {
        return trouble;
    }
    if let Some(hint) = state.tour.hint(&state.keymap).filter(|_| newest.is_none() && state.context() != Context::Text) {
        return (hint, Role::Text);
    }
    match (newest, state.notices.newest()) {
        (Some(newest), Some(notice)) if notice.at <= newest.at => outcome(state, newest),
        (Some(newest), None) => outcome(state, newest),
        (_, Some(notice)) => {
            let (_, role) = weight(notice);
            let role = if role == Role::Muted { Role::Text } else { role };
            (format!("{} {}", state.look.happened(notice.at, state.now), in_a_line(&shown_notice(state, &notice.text))), role)
        }
        (None, None) => (String::new(), Role::Text),
    }
}

/// The action with the newest report.
fn newest(campaign: &Campaign) -> Option<&ActionRecord> {
    // Each message of a run would push away the previous one; the run has lines of its own.
    let message = campaign.actions.iter().find(|record| record.subject.message().is_some()).filter(|record| !record.is_in_run());
    message.into_iter().chain(campaign.actions.batches().next()).max_by_key(|record| record.at)
}

/// The progress of the requested history.
fn history(state: &Shared, campaign: &Campaign) -> Option<String> {
    let (to, coverage) = (campaign.history_to?, campaign.store.coverage());
    let to = match to {
        BackTo::Start => "to the start".to_owned(),
        BackTo::Moment(at) => format!("to {}", state.look.time(at, state.now)),
    };
    let far = coverage.oldest.map(|oldest| format!(": at {} so far", state.look.time(oldest, state.now))).unwrap_or_default();
    Some(format!("loading back {to}{far}, {} loaded", counted(coverage.loaded, "message")))
}

/// The progress of an export.
fn export(state: &Shared, what: &str) -> String {
    let (done, all) = state.exports.progress();
    let far =
        if all == 0 { String::new() } else { format!(": {} of {}, {}", grouped(done), grouped(all), percent(done as f64 / all as f64)) };
    format!("exporting {what}{far}; {} stops it", state.command_for("stop"))
}

/// Shown between a first q or Ctrl-c and the second.
fn leave(state: &Shared) -> String {
    if state.campaigns.iter().any(Campaign::has_run) {
        "a run is under way: press again to quit; messages that were not started are offered again at the next start".to_owned()
    } else if state.is_acting() {
        "a retry is still running: press again to quit; the next start looks up its outcome".to_owned()
    } else if state.exports.is_under_way() {
        "a file is being written: press again to quit; no file was written".to_owned()
    } else {
        "press again to quit".to_owned()
    }
}

/// What is wrong with the connection, and what happens next.
fn trouble(state: &Shared, campaign: &Campaign) -> Option<(String, Role)> {
    match &campaign.connection {
        Connection::Waiting { until: at, why, .. } => {
            Some((format!("{} Asked again {}.", full_stop(&in_a_line(why)), until(*at, state.now)), Role::Warning))
        }
        Connection::Refused { until: at, why, .. } => {
            Some((format!("{} Asked again {}.", full_stop(&in_a_line(why)), until(*at, state.now)), Role::Failed))
        }
        _ => None,
    }
}

/// How far an action is, in one sentence.
pub(in crate::tui) fn outcome(state: &Shared, record: &ActionRecord) -> (String, Role) {
    let (who, noun, done) = (&who(state, &record.subject), record.subject.words().noun, record.subject.words().past);
    let accepted_at = record.accepted_at;
    let ascii = state.look.ascii;
    let (good, bad) = (sign(&Status::Success, ascii), sign(&Status::Failure, ascii));
    let at = state.look.happened(record.at, state.now);
    let accepted = accepted_at.map(|at| format!("accepted {}", state.look.happened(at, state.now)));
    match &record.stage {
        None => (format!("{who} {noun} requested {at}"), Role::Moving),
        Some(ActionStage::Intended) => (format!("{who} {noun} noted {at}, waiting for its turn"), Role::Moving),
        Some(ActionStage::UnderWay { try_number: 1 }) => (format!("{who} {noun} on its way"), Role::Moving),
        Some(ActionStage::UnderWay { try_number }) => (format!("{who} {noun} on its way, attempt {try_number}"), Role::Moving),
        Some(ActionStage::GoesAgain { at, why }) => {
            (format!("{who} {noun} is sent again {}: {}", until(*at, state.now), in_a_line(why)), Role::Warning)
        }
        Some(ActionStage::Accepted) => (format!("{good} {who} {done}: accepted {at}"), Role::Fine),
        Some(ActionStage::FoundAccepted) => (format!("{good} {who} {done}: already accepted, perhaps from elsewhere {at}"), Role::Fine),
        Some(ActionStage::Followed { status }) => {
            let accepted = accepted.map(|words| format!("{words}, ")).unwrap_or_default();
            match status {
                Status::Success => (format!("{good} {who} {done}: {accepted}delivered {at}"), Role::Fine),
                Status::Failure => (format!("{bad} {who} {done}: {accepted}failed again {at}"), Role::Failed),
                open => (format!("{} {who} {done}: {accepted}now {}", sign(open, ascii), open.word()), Role::Moving),
            }
        }
        Some(ActionStage::NotTaken(why)) => (format!("{bad} {who} not {done}, nothing was sent: {}", in_a_line(why)), Role::Failed),
        Some(stage @ ActionStage::Refused(Refusal { why, .. })) => {
            (format!("{bad} {who} {noun} {}: {}", stage.word(), in_a_line(why)), Role::Failed)
        }
        // Nothing went wrong with the message: it can be planned again.
        Some(stage @ (ActionStage::NotSent(why) | ActionStage::Skipped(why))) => {
            (format!("! {who} {noun} {}: {}", stage.word(), in_a_line(why)), Role::Warning)
        }
        Some(ActionStage::Unknown { why, look_up_at: Some(at) }) => {
            (format!("? {who} {noun}: outcome unknown, looked up again {}: {}", until(*at, state.now), in_a_line(why)), Role::Unknown)
        }
        Some(ActionStage::Unknown { why, look_up_at: None }) => {
            (format!("? {who} {noun}: outcome unknown, a person must decide: {}", in_a_line(why)), Role::Failed)
        }
    }
}

/// Whom or what it is about: the masked recipient, or the message's id where that is not known; or the batch.
pub(in crate::tui) fn who(state: &Shared, subject: &Subject) -> String {
    let message = match subject {
        Subject::Message(message) => message,
        Subject::Batch(batch) => return format!("batch {}", batch.short(false)),
    };
    let known = state.campaign().and_then(|campaign| {
        let row = campaign.store.row(message)?;
        let cells = campaign.store.cells(row);
        let known = crate::delivery::Recipient::new(cells.recipient?);
        Some(recipient::shown(&known, campaign.is_masked(row), campaign.open_digits()))
    });
    known.unwrap_or_else(|| message.short(true))
}

/// The word and the look of a notice's weight.
pub(in crate::tui) fn weight(notice: &Notice) -> (&'static str, Role) {
    match notice.weight {
        NoticeWeight::Info => ("note", Role::Muted),
        NoticeWeight::Warning => ("warning", Role::Warning),
        NoticeWeight::Problem => ("problem", Role::Failed),
    }
}
