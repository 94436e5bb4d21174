//! The question before a retry: what will happen, to whom, what it costs, and the safe answer
//! first.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::dialog;
use super::recipient;
use super::words::in_a_line;
use crate::delivery::{MAX_ATTEMPTS, Message, RetryHelps};
use crate::postman::HostKind;
use crate::retry::{FRESH_ENOUGH, OLD_MESSAGE};
use crate::tui::Role;
use crate::tui::state::{Answer, Campaign, Question, State};
use crate::tui::text::{age, wrap};

/// Draws the question. The cursor stands on the answer with the focus.
pub(super) fn draw(state: &State, question: &Question, buffer: &mut Buffer, area: Rect) -> Position {
    let Some(campaign) = state.campaign() else { return Position::new(area.x, area.y) };
    let width = usize::from(dialog::WIDEST.min(area.width).saturating_sub(4));
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (text, role) in sentences(state, campaign, question) {
        let style = state.look.style(role);
        lines.extend(wrap(&text, width).into_iter().map(|line| Line::from(Span::styled(line, style))));
    }
    // The answers stay in view whatever the height; what goes first is said elsewhere, too.
    let room = usize::from(area.height).saturating_sub(2 + 3);
    lines.truncate(room);
    lines.push(Line::default());
    let answers_at = lines.len();
    lines.push(answers(state, question));
    lines.push(keys(state, question));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inner = dialog::draw(state, buffer, area, &title(campaign), dialog::WIDEST, rows);
    dialog::put(buffer, inner, &lines);
    let x = match question.answer {
        Answer::Leave => 1,
        Answer::Retry => LEAVE.len() + 3,
    };
    Position::new(inner.x + u16::try_from(x).unwrap_or(0), inner.y + u16::try_from(answers_at).unwrap_or(0))
}

/// Verb, count, environment, campaign.
fn title(campaign: &Campaign) -> String {
    let environment = match campaign.card.host_kind {
        HostKind::Gateway => format!("GATEWAY {}", campaign.card.host),
        kind => kind.word().to_uppercase(),
    };
    format!("Retry 1 message, {environment}, {}", campaign.card.name)
}

/// What a person must know to decide, in order of weight.
fn sentences(state: &State, campaign: &Campaign, question: &Question) -> Vec<(String, Role)> {
    let message = campaign.store.message(question.row);
    let masked = campaign.is_masked(question.row);
    let who = message.recipient.as_ref().map(|known| recipient::shown(known, masked, &campaign.find.query));
    let mut lines =
        vec![(format!("{}   {}", who.unwrap_or_else(|| "recipient not told".to_owned()), message.id.short(true)), Role::Strong)];
    if let Some(why) = &question.refusal {
        lines.push((in_a_line(why), Role::Warning));
    }
    lines.push(reason(&message));
    lines.extend(tried(&message));
    lines.extend(message.created_at.map(|at| created(state, at)));
    if question.plan.items.is_empty() {
        lines.push(("Left out of the plan: a retry cannot help. Space takes it in all the same.".to_owned(), Role::Warning));
    } else {
        lines.push(("One call. Each try may be billed, delivered or not.".to_owned(), Role::Text));
    }
    if let Some(batch) = &message.batch {
        let words = format!("Batch {} as a whole must wait until this message leaves \"created\".", batch.id.short(false));
        lines.push((words, Role::Text));
    }
    lines.push(planned(state, campaign, question));
    lines
}

/// Why it failed, and whether a retry helps.
fn reason(message: &Message) -> (String, Role) {
    let Some(error) = message.error() else {
        return ("The API did not say why it failed. A retry may help.".to_owned(), Role::Text);
    };
    let code = if error.code.is_empty() { error.kind.clone() } else { error.code.clone() };
    let role = if error.known().retry_helps() == RetryHelps::No { Role::Warning } else { Role::Text };
    (format!("{code}: {}", error.known().advice()), role)
}

fn tried(message: &Message) -> Option<(String, Role)> {
    let tried = message.tried()?;
    Some(if tried >= MAX_ATTEMPTS {
        (format!("Tried {tried} times; the API allows {MAX_ATTEMPTS} and may refuse another one."), Role::Warning)
    } else {
        (format!("Tried {tried} of {MAX_ATTEMPTS} times."), Role::Text)
    })
}

fn created(state: &State, at: Timestamp) -> (String, Role) {
    let old = state.now.duration_since(at);
    let text = format!("Created {}, {} ago", state.look.exact(at), age(old));
    if old.unsigned_abs() > OLD_MESSAGE && old.is_positive() {
        (format!("{text}: what it says may be out of date."), Role::Warning)
    } else {
        (format!("{text}."), Role::Text)
    }
}

/// How old what the plan says is.
fn planned(state: &State, campaign: &Campaign, question: &Question) -> (String, Role) {
    let read_at = campaign.store.cells(question.row).read_at;
    let read = state.now.duration_since(read_at);
    let planned = state.look.time(question.plan.planned_at, state.now);
    if read.unsigned_abs() > FRESH_ENOUGH && read.is_positive() {
        (format!("Planned {planned} from what was read {} ago: it may have changed since.", age(read)), Role::Warning)
    } else {
        (format!("Planned {planned} from what was read {} ago.", age(read)), Role::Muted)
    }
}

/// The safe answer.
const LEAVE: &str = "[ leave it ]";

/// The other one.
const RETRY: &str = "[ retry ]";

fn answers(state: &State, question: &Question) -> Line<'static> {
    let style = |answer| state.look.style(if question.answer == answer { Role::Focus } else { Role::Text });
    let mut spans = vec![Span::styled(LEAVE, style(Answer::Leave))];
    if question.can_run() {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(RETRY, style(Answer::Retry)));
    }
    Line::from(spans)
}

fn keys(state: &State, question: &Question) -> Line<'static> {
    let (key, word) = (state.look.style(Role::Accent), state.look.style(Role::Muted));
    let mut pairs = Vec::new();
    if question.can_run() {
        pairs.push(("y", "retry"));
    }
    pairs.push(("Esc", "leave it"));
    if question.can_run() {
        pairs.push(("Tab", "other answer"));
    }
    let is_useless = question.plan.items.is_empty() || question.include_useless;
    if is_useless && question.refusal.is_none() {
        pairs.push(("Space", if question.include_useless { "leave it out" } else { "take it in" }));
    }
    let spans = pairs.into_iter().flat_map(|(name, does)| [Span::styled(name, key), Span::styled(format!(" {does}   "), word)]);
    Line::from(spans.collect::<Vec<_>>())
}
