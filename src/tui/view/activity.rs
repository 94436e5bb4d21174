//! The view of actions: what was asked for, what became of it, and what a person must decide.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::empty;
use super::notice;
use super::pieces::{self, Piece};
use super::plan::who;
use super::table;
use super::words::{count, until};
use crate::delivery::Status;
use crate::monitor::OpenActionNews;
use crate::state::{ActionKind, ActionState};
use crate::tui::state::{Campaign, Entry, State};
use crate::tui::text::{Align, fit};
use crate::tui::{Action, Role, sign};

/// Draws the sum, the heads and the actions. Says where the selected one is.
pub(super) fn draw(state: &State, buffer: &mut Buffer, filter: Rect, heads: Rect, area: Rect) -> Option<Position> {
    let campaign = state.campaign()?;
    let entries = campaign.activity();
    draw_sum(state, campaign, &entries, buffer, filter);
    if entries.is_empty() {
        empty::draw_no_actions(state, buffer, area);
        return None;
    }
    let width = usize::from(area.width);
    let times = entries.iter().filter(|entry| !matches!(entry, Entry::NotStarted(_)));
    let time = times.map(|entry| state.look.time(entry.at(), state.now).len()).max().unwrap_or(4);
    let widths = Widths { time, text: width.saturating_sub(table::MARGIN + time + 2 + 1) };
    let head = format!("{}{}  what became of it", " ".repeat(table::MARGIN), fit("time", time, Align::Left, state.look.ascii));
    buffer.set_stringn(heads.x, heads.y, head, width, state.look.style(Role::Heading));
    let place = campaign.activity_place(&entries);
    table::draw(state, buffer, area, entries.len(), place, |place, style| {
        entries.get(place).map(|entry| line(state, campaign, entry, widths, style)).unwrap_or_default()
    })
}

fn draw_sum(state: &State, campaign: &Campaign, entries: &[Entry<'_>], buffer: &mut Buffer, area: Rect) {
    let style = |role| state.look.style(role);
    let for_person = entries.iter().filter(|entry| entry.needs_person()).count();
    let actions = if entries.len() == 1 { "action" } else { "actions" };
    let mut left = vec![Piece::new(format!("{} {actions} of this run of the program", count(entries.len())), style(Role::Strong), 0)];
    if for_person > 0 {
        left.push(Piece::new(format!("· {} for a person to decide", count(for_person)), style(Role::Failed), 0).gap(1));
    }
    let followed = campaign.actions.followed();
    let right = if followed.total() > 0 { followed_words(state, campaign) } else { String::new() };
    pieces::draw(buffer, area, left, vec![Piece::new(right, style(Role::Muted), 2)], state.look.ascii);
}

/// `of the 12: 7 delivered · 0 failed again · 5 open`.
pub(super) fn followed_words(state: &State, campaign: &Campaign) -> String {
    let followed = campaign.actions.followed();
    let dot = if state.look.ascii { "," } else { " ·" };
    format!(
        "of the {}: {} delivered{dot} {} failed again{dot} {} open",
        count(followed.total()),
        count(followed.delivered),
        count(followed.failed),
        count(followed.open)
    )
}

/// How wide time and text are.
#[derive(Debug, Clone, Copy)]
struct Widths {
    time: usize,
    text: usize,
}

fn line(state: &State, campaign: &Campaign, entry: &Entry<'_>, widths: Widths, selected: Option<Style>) -> Line<'static> {
    let ascii = state.look.ascii;
    let style = |role| selected.unwrap_or_else(|| state.look.style(role));
    let (at, text, role) = match entry {
        Entry::NotStarted(messages) => {
            let retries = if messages.len() == 1 { "retry" } else { "retries" };
            let text = format!(
                "! {} {retries} of an earlier run not started, nothing was sent: {} plans them anew",
                count(messages.len()),
                state.key_for(Action::PlanRetry)
            );
            (String::new(), text, Role::Failed)
        }
        Entry::Open(open, record) => {
            let (text, role) = match record.filter(|record| record.stage.is_some() && !entry.needs_person()) {
                Some(record) => notice::outcome(state, record),
                None => journalled(state, campaign, open),
            };
            (state.look.time(entry.at(), state.now), text, role)
        }
        Entry::Message(record) => {
            let (text, role) = notice::outcome(state, record);
            (state.look.time(record.at, state.now), text, role)
        }
        Entry::Batch(record) => {
            let (text, role) = notice::batch_outcome(state, record);
            (state.look.time(record.at, state.now), text, role)
        }
    };
    Line::from(vec![
        Span::styled(format!("{}  ", fit(&at, widths.time, Align::Left, ascii)), style(Role::Muted)),
        Span::styled(fit(&text, widths.text, Align::Left, ascii), style(role)),
    ])
}

/// What the journal alone says of an open action.
fn journalled(state: &State, campaign: &Campaign, open: &OpenActionNews) -> (String, Role) {
    let what = match &open.kind {
        ActionKind::RetryMessage { message, .. } => format!("{} retry", who(campaign, message)),
        ActionKind::RetryBatch { batch, .. } => format!("batch {} retry", batch.short(false)),
        ActionKind::SendMessage { .. } => "a message sent".to_owned(),
        ActionKind::UploadBatch { rows, .. } => format!("{} messages uploaded", count(*rows as usize)),
    };
    let bad = sign(&Status::Failure, state.look.ascii);
    match (open.state, open.look_up_at) {
        _ if open.elsewhere => (format!("{what}: another process looks after it"), Role::Moving),
        (ActionState::Unknown, Some(at)) => (format!("? {what}: outcome unknown, looked up again {}", until(at, state.now)), Role::Unknown),
        (ActionState::Unknown, None) => (format!("? {what}: outcome unknown, {} decides", state.key_for(Action::Enter)), Role::Failed),
        (ActionState::Intended, _) => (format!("{what}: written down, waits for its turn"), Role::Moving),
        (ActionState::NotSent | ActionState::Refused, _) => (format!("{bad} {what}: {}", open.state), Role::Failed),
        _ => (format!("{what}: {}", open.state), Role::Text),
    }
}
