//! How the view looks: the sum, the heads, a line each.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Alike, AlikeOf, Entry, NO_LONGER_LOADED, index, is_opened, lines};
use crate::action::Subject;
use crate::delivery::{BatchId, Recipient, Status, agreeing, counted, grouped};
use crate::monitor::{ActionStage, OpenActionNews};
use crate::state::ActionState;
use crate::tui::chrome::notice;
use crate::tui::shared::{ActionRecord, Campaign, ChangeRecord, Retried, Shared};
use crate::tui::text::{Align, fit, width};
use crate::tui::views::empty;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::recipient;
use crate::tui::widgets::table;
use crate::tui::widgets::words::{row_of, until};
use crate::tui::{Action, Role, role_of, sign};

/// Draws the sum, the heads and the actions. Says where the selected one is.
pub(in crate::tui::views) fn draw(shared: &Shared, buffer: &mut Buffer, filter: Rect, heads: Rect, area: Rect) -> Option<Position> {
    let campaign = shared.campaign()?;
    let entries = lines(campaign);
    draw_sum(shared, campaign, &entries, buffer, filter);
    if entries.is_empty() {
        empty::draw_no_activity(shared, campaign, buffer, area);
        return None;
    }
    let columns = usize::from(area.width);
    let index = index(campaign, &entries);
    let height = usize::from(area.height);
    let in_view = || entries.iter().skip(table::top(index, height)).take(height);
    let times = in_view().filter(|entry| !matches!(entry, Entry::NotStarted(_)));
    let time = times.map(|entry| shown_time(shared, entry).len()).max().unwrap_or(4);
    let widths = Widths { time, text: columns.saturating_sub(table::MARGIN + time + 2 + 1) };
    let what = if !in_view().any(|entry| matches!(entry, Entry::Change(_))) {
        "outcome".to_owned()
    } else {
        let heads = [("recipient", RECIPIENT), ("before", BEFORE), ("now", NOW)];
        heads.map(|(head, width)| fit(head, width + 2, Align::Left)).concat() + "why"
    };
    let head = format!("{}{}  {what}", " ".repeat(table::MARGIN), fit("time", time, Align::Left));
    buffer.set_stringn(heads.x, heads.y, head, columns, shared.look.style(Role::Heading));
    table::draw(shared, buffer, area, entries.len(), index, |index, style| {
        entries.get(index).map(|entry| line(shared, campaign, entry, widths, style)).unwrap_or_default()
    })
}

/// The first line sums up: `changed since 14:02: 41 delivered, 3 failed, 12 on the way`.
fn draw_sum(shared: &Shared, campaign: &Campaign, entries: &[Entry<'_>], buffer: &mut Buffer, area: Rect) {
    let style = |role| shared.look.style(role);
    let mut left = changed(shared, campaign);
    let actions: usize = entries.iter().map(Entry::actions).sum();
    let for_person = entries.iter().filter(|entry| entry.needs_person()).count();
    if actions > 0 {
        left.push(Piece::new(format!("· {}", counted(actions, "action")), style(Role::Text), 2).gap(1));
    }
    if for_person > 0 {
        // What a person stopped went as they wanted.
        let role = if campaign.actions.needs_person() { Role::Failed } else { Role::Warning };
        left.push(Piece::new(format!("· {} to decide", grouped(for_person)), style(role), 0).gap(1));
    }
    let mut right = vec![Piece::new(row_of(index(campaign, entries), entries.len()), style(Role::Muted), 4)];
    if campaign.actions.followed().total() > 0 {
        right.push(Piece::new(followed_words(shared, campaign), style(Role::Muted), 3));
    }
    if campaign.changes.dropped() > 0 {
        right.push(Piece::new(format!("{} older ones not kept", grouped(campaign.changes.dropped())), style(Role::Warning), 1));
    }
    pieces::draw(buffer, area, left, right);
}

/// What changed, in figures.
fn changed(shared: &Shared, campaign: &Campaign) -> Vec<Piece> {
    let style = |role| shared.look.style(role);
    let Some(since) = campaign.changes.since() else {
        return vec![Piece::new("not loaded yet: no change can have been seen", style(Role::Muted), 0)];
    };
    let since = shared.look.minute(shared.look.of_that_day(since), shared.now);
    let sums = campaign.changes.sums();
    let parts = [
        (sums.delivered, "delivered", Role::Fine, 0),
        (sums.failed, "failed", Role::Failed, 0),
        (sums.moving, "on the way", Role::Moving, 4),
        (sums.elsewhere, "retried elsewhere", Role::Warning, 1),
    ];
    let mut left = Vec::new();
    for (number, word, role, rank) in parts.into_iter().filter(|(number, ..)| *number > 0) {
        let (before, gap) = if left.is_empty() { ("", 1) } else { (", ", 0) };
        left.push(Piece::new(format!("{before}{} {word}", grouped(number)), style(role), rank).gap(gap));
    }
    let words = if left.is_empty() { format!("nothing changed since {since}") } else { format!("changed since {since}:") };
    left.insert(0, Piece::new(words, style(Role::Strong), 0));
    left
}

/// `of the 12: 7 delivered · 0 failed again · 5 on the way`.
pub(in crate::tui) fn followed_words(shared: &Shared, campaign: &Campaign) -> String {
    let followed = campaign.actions.followed();
    let dot = if shared.look.ascii { "," } else { " ·" };
    format!(
        "of the {}: {} delivered{dot} {} failed again{dot} {} on the way",
        grouped(followed.total()),
        grouped(followed.delivered),
        grouped(followed.failed),
        grouped(followed.open)
    )
}

/// How wide the recipient of a change is.
const RECIPIENT: usize = 14;

/// How wide the status is that a message had before.
const BEFORE: usize = 10;

/// How wide the status is that it has now, with its sign.
const NOW: usize = 12;

/// How wide time and text are.
#[derive(Debug, Clone, Copy)]
struct Widths {
    time: usize,
    text: usize,
}

/// When it ended, by the API's account where it gave one; otherwise when it was reported.
fn shown_time(shared: &Shared, entry: &Entry<'_>) -> String {
    let (look, now) = (&shared.look, shared.now);
    match entry {
        Entry::Change(record) | Entry::Alike(Alike { of: AlikeOf::Changes(record, _), .. }) => look.time(changed_at(shared, record), now),
        Entry::Open(..) => look.time(entry.at(), now),
        _ => look.happened(entry.at(), now),
    }
}

/// When a message changed, as a time of day.
fn changed_at(shared: &Shared, record: &ChangeRecord) -> Timestamp {
    record.ended_at.unwrap_or_else(|| shared.look.of_that_day(record.at))
}

fn line(shared: &Shared, campaign: &Campaign, entry: &Entry<'_>, widths: Widths, selected: Option<Style>) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let (at, text, role) = match entry {
        Entry::Change(record) => return change(shared, campaign, record, widths, selected),
        Entry::NotStarted(rest) => {
            let (retries, them) = (counted(rest.len(), "retry"), agreeing(rest.len(), "it", "them"));
            let text = format!(
                "! {retries} agreed to but not started, nothing was sent: {} plans {them} again",
                shared.key_for(Action::PlanRetry)
            );
            (String::new(), text, Role::Warning)
        }
        Entry::Open(open, record) => {
            let (text, role) = match record.filter(|record| record.stage.is_some() && !entry.needs_person()) {
                Some(record) => notice::outcome(shared, record),
                None => journalled(shared, campaign, open),
            };
            (shown_time(shared, entry), text, role)
        }
        Entry::Action(record) => {
            let (text, role) = notice::outcome(shared, record);
            let indent = if is_opened(campaign, entry) { "  " } else { "" };
            (shown_time(shared, entry), format!("{indent}{text}"), role)
        }
        Entry::Alike(alike) => {
            let (text, role) = match alike.of {
                AlikeOf::Retries(newest) => retries_words(shared, alike, newest),
                AlikeOf::Changes(newest, oldest) => changes_words(shared, alike, newest, oldest, widths.text),
            };
            (shown_time(shared, entry), text, role)
        }
    };
    Line::from(vec![
        Span::styled(format!("{}  ", fit(&at, widths.time, Align::Left)), style(Role::Muted)),
        Span::styled(fit(&text, widths.text, Align::Left), style(role)),
    ])
}

/// Retries that ended alike, in one line: `21 retries not sent: the run was stopped`.
fn retries_words(shared: &Shared, alike: &Alike<'_>, newest: &ActionRecord) -> (String, Role) {
    let ascii = shared.look.ascii;
    let retries = counted(alike.count, "retry");
    let Some(stage) = &newest.stage else { return (retries, Role::Text) };
    let why = stage.why().map(|why| format!(": {}", phrase(&why.what))).unwrap_or_default();
    let (sign, role) = match stage {
        ActionStage::Accepted | ActionStage::FoundAccepted => (sign(&Status::Success, ascii), Role::Fine),
        ActionStage::Followed { status } => (sign(status, ascii), role_of(status)),
        ActionStage::NotSent(_) | ActionStage::Skipped(_) => ("!", Role::Warning),
        ActionStage::Refused(_) | ActionStage::NotTaken(_) => (sign(&Status::Failure, ascii), Role::Failed),
        _ => ("", Role::Moving),
    };
    let word = match stage {
        ActionStage::Intended => "noted, waiting for their turn",
        ActionStage::FoundAccepted => "already accepted, perhaps from elsewhere",
        ActionStage::Followed { status } if !status.is_final() => status.word(),
        stage => stage.word(),
    };
    (format!("{sign} {retries} {word}{why} ({})", way(shared, alike)).trim_start().to_owned(), role)
}

/// What Enter does with them.
fn way(shared: &Shared, alike: &Alike<'_>) -> String {
    format!("{} {} them", shared.key_for(Action::Enter), if alike.is_open { "hides" } else { "lists" })
}

/// Messages that changed alike, in one line: `1,204 delivered, 14:02 to 14:05`.
fn changes_words(shared: &Shared, alike: &Alike<'_>, newest: &ChangeRecord, oldest: &ChangeRecord, room: usize) -> (String, Role) {
    let code = newest.error.as_ref().map(|error| format!(": {}", error.code)).unwrap_or_default();
    let again = Some(newest.retried().words()).filter(|words| !words.is_empty()).map(|words| format!(", {words}")).unwrap_or_default();
    let sign = sign(&newest.to, shared.look.ascii);
    let what = format!("{sign} {} {}{code}{again}", grouped(alike.count), newest.to.word());
    let [from, to] = [oldest, newest].map(|record| shared.look.minute(changed_at(shared, record), shared.now));
    // Of other steps no stamp tells when they were.
    let seen = if newest.ended_at.is_some() { "" } else { "seen " };
    let spanned = if from == to { what.clone() } else { format!("{what}, {seen}{from} to {to}") };
    let told = format!("{spanned} ({})", way(shared, alike));
    let text = [told, spanned].into_iter().find(|text| width(text) <= room).unwrap_or(what);
    (text, if newest.retried() == Retried::Elsewhere { Role::Warning } else { role_of(&newest.to) })
}

/// The first sentence of an explanation within another sentence.
fn phrase(what: &str) -> String {
    let mut letters = what.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A message that changed: when, whose, its status before and now, and why.
fn change(shared: &Shared, campaign: &Campaign, record: &ChangeRecord, widths: Widths, selected: Option<Style>) -> Line<'static> {
    let ascii = shared.look.ascii;
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let text = |text: &str, width, role| Span::styled(format!("{}  ", fit(text, width, Align::Left)), style(role));
    let row = campaign.store.row(&record.message);
    let shown = |row| {
        let known = campaign.store.cells(row).recipient.map(Recipient::new);
        known.map_or_else(|| "not given".to_owned(), |known| recipient::shown(&known, campaign.is_masked(row), campaign.open_digits()))
    };
    let recipient = row.map_or_else(|| record.message.short(false), shown);
    let dropped = if row.is_none() { NO_LONGER_LOADED } else { "" };
    let from = record.from.as_ref().map_or("new", Status::word);
    let to = format!("{} {}", sign(&record.to, ascii), record.to.word());
    let code = record.error.as_ref().map(|error| error.code.to_string()).unwrap_or_default();
    let why = [code.as_str(), record.retried().words(), dropped].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let room = widths.text.saturating_sub(RECIPIENT + BEFORE + NOW + 6);
    Line::from(vec![
        text(&shown_time(shared, &Entry::Change(record)), widths.time, Role::Muted),
        text(&recipient, RECIPIENT, Role::Text),
        text(from, BEFORE, Role::Muted),
        text(&to, NOW, role_of(&record.to)),
        Span::styled(fit(&why, room, Align::Left), style(if record.elsewhere { Role::Warning } else { Role::Text })),
    ])
}

/// What only the journal says about an open action.
fn journalled(shared: &Shared, campaign: &Campaign, open: &OpenActionNews) -> (String, Role) {
    let what = match Subject::of(&open.kind) {
        Some(subject @ (Subject::Send(_) | Subject::Upload(_))) => notice::who(shared, &subject),
        Some(subject) => format!("{} {}", notice::who(shared, &subject), subject.words().noun),
        None => open.kind.about(),
    };
    let bad = sign(&Status::Failure, shared.look.ascii);
    let known = open.kind.batch().and_then(|batch| known_of(campaign, batch));
    match (open.state, open.look_up_at) {
        _ if open.elsewhere => (format!("{what}: another process is following it"), Role::Moving),
        (ActionState::Unknown, Some(at)) => {
            (format!("? {what}: outcome unknown, looked up again {}", until(at, shared.now)), Role::Unknown)
        }
        (ActionState::Unknown, None) if known.is_some() => {
            let words = known.unwrap_or_default();
            (format!("? {what}: {words}, outcome unknown, {} decides", shared.key_for(Action::Enter)), Role::Failed)
        }
        (ActionState::Unknown, None) => (format!("? {what}: outcome unknown, {} decides", shared.key_for(Action::Enter)), Role::Failed),
        (ActionState::Intended, _) => (format!("{what}: in the journal, waiting for its turn"), Role::Moving),
        (ActionState::NotSent | ActionState::Refused, _) => (format!("{bad} {what}: {}", open.state), Role::Failed),
        _ => (format!("{what}: {}", open.state), Role::Text),
    }
}

/// What is known of a batch's retry whose outcome is not, in a phrase: `3 of 58 changed`.
fn known_of<'a>(campaign: &'a Campaign, batch: &BatchId) -> Option<&'a str> {
    match &campaign.actions.on(&Subject::Batch(batch.clone()))?.stage {
        Some(ActionStage::Unknown { why, .. }) => Some(&why.what),
        _ => None,
    }
}
