//! The question before a retry of several messages: what is retried and what is not, line by line,
//! what it costs, and the safe answer; or the whole list.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::recipient;
use super::sentences::{self, Sentence};
use super::words::{environment, in_a_line, rate};
use super::{dialog, keys};
use crate::action::{FRESH_ENOUGH, LineInclusion, OLD_MESSAGE, PlanLine, SHARE_OF_BUDGET};
use crate::delivery::{MessageId, Recipient, RetryAdvice, code_or_none, counted, grouped};
use crate::tui::key_line::KeyWord;
use crate::tui::state::{Campaign, PlanQuestion, Shared, tick};
use crate::tui::text::{Align, age, fit};
use crate::tui::{Action, Context, Role};

/// Draws the question, or the list. Says where the cursor is.
pub(in crate::tui) fn draw(state: &Shared, question: &PlanQuestion, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let campaign = state.campaign()?;
    match question.list {
        Some(scroll) => Some(draw_list(state, campaign, question, scroll, buffer, area)),
        None => Some(draw_question(state, campaign, question, buffer, area)),
    }
}

/// Verb, count, environment, campaign.
fn title(state: &Shared, campaign: &Campaign, question: &PlanQuestion) -> String {
    let number = question.plan.items.len();
    format!("Retry {}, {}, {}", counted(number, "message"), environment(&state.look, campaign), campaign.settings.name)
}

fn draw_question(state: &Shared, campaign: &Campaign, question: &PlanQuestion, buffer: &mut Buffer, area: Rect) -> Position {
    let width = dialog::width(area, dialog::WIDEST);
    // Border, answer and keys always have room; then come the lines, at least some of them; then
    // the sentences by their weight.
    let room = usize::from(area.height).saturating_sub(2 + 2);
    let all = sentences(state, campaign, question);
    let weighty: Vec<Sentence> = sentences(state, campaign, question).into_iter().filter(Sentence::is_weighty).collect();
    let needed = sentences::lines(state, weighty, width, usize::MAX).len();
    let shown_lines = question.lines.len().min(room.saturating_sub(needed).max(room / 3)).max(1);
    let mut lines = Vec::new();
    let skipped = (question.cursor + 1).saturating_sub(shown_lines);
    for (index, line) in question.lines.iter().enumerate().skip(skipped).take(shown_lines) {
        lines.push(plan_line(state, line, index == question.cursor, width));
    }
    lines.extend(sentences::lines(state, all, width, room.saturating_sub(lines.len())));
    let answer_at = lines.len();
    let (answer, answer_column) = dialog::answer(state, question.needs_count(), &question.count);
    lines.push(answer);
    lines.push(named_keys(state, question, width));
    let cursor = match question.needs_count() {
        Some(_) => (answer_column, answer_at),
        None => (2, question.cursor.saturating_sub(skipped)),
    };
    dialog::draw(state, buffer, area, &title(state, campaign, question), dialog::WIDEST, &lines, cursor)
}

/// `[x] 22  recipient_unavailable   yes`.
fn plan_line(state: &Shared, line: &PlanLine, is_selected: bool, width: usize) -> Line<'static> {
    let ascii = state.look.ascii;
    let name = code_or_none(&line.code);
    let advice = match (line.advice, line.inclusion) {
        (RetryAdvice::No, LineInclusion::On) => "no: included",
        (RetryAdvice::No, _) => "no: left out",
        (advice, _) => advice.word(),
    };
    let mark = if is_selected { "›" } else { " " };
    let text = format!("{mark} {} {:>5}  {}  {advice}", tick(line), grouped(line.count), fit(name, 22, Align::Left, ascii));
    let role = match (is_selected, line.inclusion, line.advice) {
        (true, ..) => Role::Selected,
        (_, LineInclusion::On, RetryAdvice::No) => Role::Warning,
        (_, LineInclusion::On, _) => Role::Text,
        _ => Role::Muted,
    };
    Line::from(Span::styled(fit(&text, width, Align::Left, ascii), state.look.style(role)))
}

/// What a person must know to decide, besides the lines.
fn sentences(state: &Shared, campaign: &Campaign, question: &PlanQuestion) -> Vec<Sentence> {
    let plan = &question.plan;
    let mut all = Vec::new();
    for (reason, number) in plan.others_left_out() {
        all.push(Sentence::new(format!("   –  {:>5}  left out: {reason}", grouped(number)), Role::Muted, 3));
    }
    if let Some(why) = &question.refusal {
        all.push(Sentence::new(in_a_line(why), Role::Warning, 0));
    }
    if plan.items.is_empty() {
        all.push(Sentence::new("Nothing is retried: no line is ticked.", Role::Warning, 1));
    } else {
        let time = age(jiff::SignedDuration::try_from(plan.time(campaign.settings.calls_per_second)).unwrap_or_default());
        let pace = rate(campaign.settings.calls_per_second * SHARE_OF_BUDGET);
        all.push(Sentence::new(
            format!("{}, {time} at {pace}/s. Each may be charged, even if it fails.", counted(plan.calls(), "call")),
            Role::Text,
            1,
        ));
        let in_vain = plan.billed_in_vain();
        if in_vain > 0 {
            all.push(Sentence::new(format!("{} of them may fail again and still be charged.", grouped(in_vain)), Role::Text, 4));
        }
    }
    if question.one_time_hint && !plan.items.is_empty() {
        let words = "These look like one-time passwords, and an old one is of no use. `one_time_password = true` leaves those out.";
        all.push(Sentence::new(words, Role::Warning, 3));
    }
    all.extend(plan.interlock().map(|words| Sentence::new(words, Role::Text, 5)));
    all.push(Sentence::new(format!("Chosen: {}.", question.choice.words), Role::Muted, 5));
    all.extend(ages(state, question));
    all
}

/// How old the messages are, what is known of them, and the plan itself.
fn ages(state: &Shared, question: &PlanQuestion) -> Vec<Sentence> {
    let plan = &question.plan;
    // Stamps of the API are compared with the time of day, our own readings with our own clock.
    let old = |at: Timestamp| state.time_of_day().duration_since(at);
    let mut all = Vec::new();
    if let Some(read) = question.oldest_reading().map(|at| state.now.duration_since(at))
        && read.is_positive()
        && read.unsigned_abs() > FRESH_ENOUGH
    {
        all.push(Sentence::new(format!("Some were loaded {} ago: they may have changed since.", age(read)), Role::Warning, 3));
    }
    let too_old = |at: Timestamp| old(at).is_positive() && old(at).unsigned_abs() > OLD_MESSAGE;
    let number = plan.items.iter().filter(|item| item.created_at.is_some_and(too_old)).count();
    if number > 0 {
        all.push(Sentence::new(format!("{} older than 24 h: their text may be out of date.", grouped(number)), Role::Warning, 2));
    }
    let planned =
        format!("Planned {}, {} ago.", state.look.own_time(plan.planned_at, state.now), age(state.now.duration_since(plan.planned_at)));
    let ages = plan.ages().map(|(oldest, newest)| match (age(old(oldest)), age(old(newest))) {
        (oldest, newest) if oldest == newest => format!(" All messages: {oldest} old."),
        (oldest, newest) => format!(" Oldest message: {oldest}, newest: {newest}."),
    });
    all.push(Sentence::new(format!("{planned}{}", ages.unwrap_or_default()), Role::Muted, 6));
    all
}

fn named_keys(state: &Shared, question: &PlanQuestion, width: usize) -> Line<'static> {
    let mut named = vec![KeyWord::new("Esc", "cancel")];
    if question.can_run() && question.needs_count().is_none() {
        named.insert(0, KeyWord::new("y", "retry"));
    }
    named.extend(keys::bound(state, Context::Plan, [(Action::Toggle, "include/exclude")]));
    // The last line of the screen names this key, too.
    let all = format!("all {}", grouped(question.list_len()));
    named.extend(keys::bound(state, Context::Plan, [(Action::NextPane, &all)]).into_iter().map(|key| key.rank(1)));
    named.extend(keys::bound(state, Context::Plan, [(Action::Export, "export")]));
    keys::line(state, &named, width)
}

/// How many lines of the list fit.
pub(in crate::tui) fn list_room(area: Rect) -> usize {
    usize::from(area.height).saturating_sub(2 + 2).max(1)
}

/// The whole list: those that are retried first, then those left out and why.
fn draw_list(state: &Shared, campaign: &Campaign, question: &PlanQuestion, scroll: usize, buffer: &mut Buffer, area: Rect) -> Position {
    let width = dialog::width(area, dialog::WIDEST);
    let room = list_room(area);
    let (all, style) = (question.list_len(), |role| state.look.style(role));
    let scroll = scroll.min(all.saturating_sub(room));
    let mut lines: Vec<Line<'static>> = Vec::new();
    for index in (scroll..all).take(room) {
        let (text, role) = entry(state, campaign, question, index);
        lines.push(Line::from(Span::styled(fit(&text, width, Align::Left, state.look.ascii), style(role))));
    }
    let last = (scroll + room).min(all);
    lines.push(Line::from(Span::styled(
        format!("{} to {} of {}", grouped((scroll + 1).min(all)), grouped(last), grouped(all)),
        style(Role::Muted),
    )));
    let key = |action| state.keymap.key(Context::Plan, action);
    let mut named = vec![KeyWord::new(key(Action::NextPane).unwrap_or_else(|| "Esc".to_owned()), "back")];
    named.extend(key(Action::Up).zip(key(Action::Down)).map(|(up, down)| KeyWord::new(format!("{up} {down}"), "scroll")));
    named.extend(keys::bound(state, Context::Plan, [(Action::Export, "export")]));
    lines.push(keys::line(state, &named, width));
    dialog::draw(state, buffer, area, &title(state, campaign, question), dialog::WIDEST, &lines, (0, 0))
}

/// A line of the list.
fn entry(state: &Shared, campaign: &Campaign, question: &PlanQuestion, index: usize) -> (String, Role) {
    let plan = &question.plan;
    let ascii = state.look.ascii;
    if let Some(item) = plan.items.get(index) {
        let error = code_or_none(item.error.as_ref().map_or("", |error| &error.code));
        let created = item.created_at.map(|at| state.look.time(at, state.now)).unwrap_or_default();
        let tried = item.attempts.map(|tried| counted(tried as usize, "attempt")).unwrap_or_default();
        let who = fit(&who(campaign, &item.message), 13, Align::Left, ascii);
        return (format!("{who} {} {} {tried}", fit(error, 23, Align::Left, ascii), fit(&created, 13, Align::Left, ascii)), Role::Text);
    }
    let Some(left) = plan.left_out.get(index.saturating_sub(plan.items.len())) else { return (String::new(), Role::Text) };
    (format!("{} left out: {}", fit(&who(campaign, &left.message), 13, Align::Left, ascii), left.reason), Role::Muted)
}

/// The recipient, masked like the screen.
pub(in crate::tui) fn who(campaign: &Campaign, message: &MessageId) -> String {
    let row = campaign.store.row(message);
    let known = row.and_then(|row| campaign.store.cells(row).recipient.map(Recipient::new));
    let shown = known.map(|known| recipient::shown(&known, campaign.masked, campaign.open_digits()));
    shown.unwrap_or_else(|| message.short(true))
}
