//! The question before a retry: what will happen, to whom, what it costs, and the safe answer
//! first.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::recipient;
use super::sentences::{self, Sentence};
use super::words::{environment, in_a_line};
use super::{dialog, keys};
use crate::action::{FRESH_ENOUGH, OLD_MESSAGE};
use crate::delivery::{ErrorCode, Message, RetryAdvice, counted};
use crate::tui::key_line::KeyWord;
use crate::tui::state::{Answer, Campaign, Question, Shared};
use crate::tui::text::{age, ago};
use crate::tui::{Action, Context, Role};

/// Draws the question. The cursor is on the focused answer.
pub(in crate::tui) fn draw(state: &Shared, question: &Question, buffer: &mut Buffer, area: Rect) -> Position {
    let Some(campaign) = state.campaign() else { return Position::new(area.x, area.y) };
    let width = dialog::width(area, dialog::WIDEST);
    // The answers stay in view whatever the height: sentences are left out, the least weighty
    // first, and never cut.
    let room = usize::from(area.height).saturating_sub(2 + 2);
    let mut lines = sentences::lines(state, sentences(state, campaign, question), width, room);
    if lines.len() < room {
        lines.push(Line::default());
    }
    let answers_at = lines.len();
    lines.push(answers(state, question));
    lines.push(named_keys(state, question, width));
    let x = match question.answer {
        Answer::Cancel => 1,
        Answer::Retry => CANCEL.len() + 3,
    };
    dialog::draw(state, buffer, area, &title(state, campaign, question), dialog::WIDEST, &lines, (x, answers_at))
}

/// Verb, count, environment, campaign.
fn title(state: &Shared, campaign: &Campaign, question: &Question) -> String {
    let environment = environment(&state.look, campaign);
    let verb = if question.plan.items.is_empty() { "No retry, 1 message left out" } else { "Retry 1 message" };
    format!("{verb}, {environment}, {}", campaign.settings.name)
}

/// What a person must know to decide.
fn sentences(state: &Shared, campaign: &Campaign, question: &Question) -> Vec<Sentence> {
    let row = campaign.store.row(&question.message);
    let message = row.map_or_else(|| Message::new(question.message.clone()), |row| campaign.store.message(row));
    let masked = row.is_none_or(|row| campaign.is_masked(row));
    let who = message.recipient.as_ref().map(|known| recipient::shown(known, masked, campaign.open_digits()));
    let who = who.unwrap_or_else(|| "recipient not given".to_owned());
    let mut sentences = vec![Sentence::new(format!("{who}   {}", message.id.short(true)), Role::Strong, 0)];
    if let Some(why) = &question.refusal {
        sentences.push(Sentence::new(in_a_line(why), Role::Warning, 1));
    }
    sentences.push(reason(&message));
    sentences.extend(tried(&message));
    sentences.extend(message.created_at.map(|at| created(state, at)));
    sentences.push(match (question.plan.items.is_empty(), question.refusal.is_some()) {
        (false, _) => Sentence::new("One call. It may be charged, even if it fails.", Role::Text, 1),
        (true, false) => {
            let takes_in = state.keymap.key(Context::Question, Action::Toggle).map(|key| format!(" {key} includes it anyway."));
            Sentence::new(format!("Left out: not worth a retry.{}", takes_in.unwrap_or_default()), Role::Warning, 1)
        }
        (true, true) => Sentence::new("Left out: not worth a retry.", Role::Warning, 1),
    });
    if let Some(batch) = &message.batch {
        let words = format!("Batch {} as a whole must wait until it has left \"created\".", batch.id.short(false));
        sentences.push(Sentence::new(words, Role::Text, 3));
    }
    sentences.push(planned(state, campaign, question));
    sentences
}

/// Why it failed, and whether to retry.
fn reason(message: &Message) -> Sentence {
    let Some(error) = message.error() else {
        return Sentence::new(format!("The API gave no reason. {}", ErrorCode::Unlisted.prospect()), Role::Text, 2);
    };
    let role = if error.known().retry_advice() == RetryAdvice::No { Role::Warning } else { Role::Text };
    Sentence::new(format!("{}: {}", error.shown(), error.known().advice()), role, 2)
}

/// The number of attempts. How many are allowed is up to the API.
fn tried(message: &Message) -> Option<Sentence> {
    let tried = usize::try_from(message.tried()?).ok()?;
    Some(Sentence::new(format!("{} so far.", counted(tried, "attempt")), Role::Text, 5))
}

fn created(state: &Shared, at: Timestamp) -> Sentence {
    let old = state.time_of_day().duration_since(at);
    let text = format!("Created {}, {}", state.look.time(at, state.now), ago(old));
    if old.unsigned_abs() > OLD_MESSAGE && old.is_positive() {
        Sentence::new(format!("{text}: its text may be out of date."), Role::Warning, 2)
    } else {
        Sentence::new(format!("{text}."), Role::Text, 6)
    }
}

/// How old the information in the plan is.
fn planned(state: &Shared, campaign: &Campaign, question: &Question) -> Sentence {
    let read_at = campaign.store.row(&question.message).map_or(Timestamp::MIN, |row| campaign.store.read_at(row));
    let read = state.now.duration_since(read_at);
    let planned = state.look.own_time(question.plan.planned_at, state.now);
    if read.unsigned_abs() > FRESH_ENOUGH && read.is_positive() {
        Sentence::new(format!("Planned {planned}; loaded {} ago, it may have changed since.", age(read)), Role::Warning, 2)
    } else {
        Sentence::new(format!("Planned {planned}; loaded {} ago.", age(read)), Role::Muted, 7)
    }
}

/// The safe answer.
const CANCEL: &str = "[ cancel ]";

/// The other one.
const RETRY: &str = "[ retry ]";

fn answers(state: &Shared, question: &Question) -> Line<'static> {
    let style = |answer| state.look.style(if question.answer == answer { Role::Focus } else { Role::Text });
    let mut spans = vec![Span::styled(CANCEL, style(Answer::Cancel))];
    if question.can_run() {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(RETRY, style(Answer::Retry)));
    }
    Line::from(spans)
}

fn named_keys(state: &Shared, question: &Question, width: usize) -> Line<'static> {
    let mut named = vec![KeyWord::new("Esc", "cancel")];
    if question.can_run() {
        named.insert(0, KeyWord::new("y", "retry"));
        named.extend(keys::bound(state, Context::Question, [(Action::NextPane, "other answer")]));
    }
    if question.has_useless() {
        let word = if question.include_useless { "exclude" } else { "include" };
        named.extend(keys::bound(state, Context::Question, [(Action::Toggle, word)]));
    }
    keys::line(state, &named, width)
}
