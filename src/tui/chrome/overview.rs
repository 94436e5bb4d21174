//! What a wide and high screen shows below the message: why messages of the time window failed, and the last 24 hours.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use super::recent;
use crate::delivery::{code_or_none, grouped, percent};
use crate::tui::Role;
use crate::tui::keys::Action;
use crate::tui::shared::{Campaign, Shared, ViewKind};
use crate::tui::text::{Align, fit};
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::sparkline;

/// How many errors have a line.
const ERRORS: usize = 5;

/// How many rows the graph has, without its axis.
const GRAPH_ROWS: u16 = 5;

/// How many rows all of it takes.
pub(in crate::tui) const ROWS: u16 = 1 + ERRORS as u16 + 1 + 1 + GRAPH_ROWS + 1;

/// The last 24 hours in spans of so many minutes, named: in half-hours where there is room for them.
const DAY: [(usize, i64, &str); 2] = [(48, 30, "half-hour"), (24, 60, "hour")];

/// How wide an error's code, a count, a share and whether to retry are.
const CODE: usize = 23;
const COUNT: usize = 7;
const SHARE: usize = 8;
const ADVICE: usize = 6;

/// How wide the labels left of the graph are, with a blank.
const AXIS: u16 = 8;

/// Draws both.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let Some(campaign) = state.campaign() else { return };
    let parts = [1, ERRORS as u16 + 1, 1, GRAPH_ROWS, 1].map(Constraint::Length);
    let [failures, errors, day, graph, hours] = Layout::vertical(parts).areas(area);
    let failed = draw_errors(state, campaign, buffer, errors);
    let key = state.keymap.name(state.pane(), Action::Show(ViewKind::Failures));
    title(state, buffer, failures, &format!("{} failed, {}", grouped(failed), state.window_label(campaign)), &format!("{key} by error"));
    draw_day(state, campaign, buffer, day, graph, hours);
}

/// The most frequent errors of the time window. Returns how many messages failed in it.
fn draw_errors(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) -> usize {
    let style = |role| state.look.style(role);
    let (since, until) = campaign.times();
    let mut errors = campaign.store.errors(since, until);
    errors.retain(|error| error.count > 0);
    errors.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.error.code.cmp(&right.error.code)));
    let failed: usize = errors.iter().map(|error| error.count).sum();
    let room = usize::from(area.width);
    if errors.is_empty() {
        buffer.set_stringn(area.x, area.y, " none of what is loaded", room, style(Role::Muted));
        return 0;
    }
    let most = errors.first().map_or(1, |error| error.count);
    // A blank at each end, two before the bar.
    let bar_room = room.saturating_sub(1 + CODE + COUNT + SHARE + 2 + ADVICE + 1);
    for (y, error) in (area.y..area.bottom()).zip(errors.iter().take(ERRORS)) {
        let share = percent(error.count as f64 / failed as f64);
        let code = fit(code_or_none(&error.error.code), CODE, Align::Left);
        let figures = format!(" {code}{}{}", fit(&grouped(error.count), COUNT, Align::Right), fit(&share, SHARE, Align::Right));
        let (x, _) = buffer.set_stringn(area.x, y, figures, room, style(Role::Text));
        let bar = fit(&bar(error.count as f64 / most as f64, bar_room), bar_room, Align::Left);
        let (x, _) = buffer.set_stringn(x, y, format!("  {bar}"), usize::from(area.right().saturating_sub(x)), style(Role::Rule));
        let advice = format!(" {}", error.retry.word());
        buffer.set_stringn(x, y, advice, usize::from(area.right().saturating_sub(x)), style(Role::Muted));
    }
    let rest: usize = errors.iter().skip(ERRORS).map(|error| error.count).sum();
    if rest > 0 {
        let words = format!(" {}{}", fit("other errors", CODE, Align::Left), fit(&grouped(rest), COUNT, Align::Right));
        buffer.set_stringn(area.x, area.y + ERRORS as u16, words, room, style(Role::Muted));
    }
    failed
}

/// What finished in the last 24 hours, with its axes.
fn draw_day(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, head: Rect, graph: Rect, hours: Rect) {
    let muted = state.look.style(Role::Muted);
    let from = graph.x + AXIS;
    let room = usize::from(graph.right().saturating_sub(from));
    let [halves, whole] = DAY;
    let (spans, minutes, name) = if room >= halves.0 { halves } else { whole };
    let columns = recent::history(state, campaign, spans, minutes);
    let known = || columns.iter().filter_map(|column| column.value);
    let (most, sum, now) = (known().max().unwrap_or(0), known().sum::<usize>(), known().next_back().unwrap_or(0));
    let is_whole = columns.iter().all(|column| column.value.is_some());
    let words = if is_whole { "in the last 24 hours" } else { "in 24 hours, not all loaded" };
    title(state, buffer, head, &format!("{} finished {words}", grouped(sum)), &format!("{} this {name}", grouped(now)));
    let label = |value: usize| format!("{} ", fit(&grouped(value), usize::from(AXIS) - 2, Align::Right));
    buffer.set_stringn(graph.x, graph.y, label(most), usize::from(AXIS), muted);
    buffer.set_stringn(graph.x, hours.y, label(0), usize::from(AXIS), muted);
    let width = spans.min(room);
    sparkline::draw(buffer, Rect { x: from, width: width as u16, ..graph }, &columns, most);
    // The last label ends where the graph ends.
    for (at, word) in [(0, "24 h ago"), (spans / 2, "12 h ago"), (spans - 3, "now")] {
        buffer.set_stringn(from + at as u16, hours.y, word, room.saturating_sub(at), muted);
    }
}

/// A rule with what is below it at its left, and more about it at its right.
pub(in crate::tui) fn title(state: &Shared, buffer: &mut Buffer, area: Rect, left: &str, right: &str) {
    let room = usize::from(area.width);
    let rule = Line::from("─".repeat(room)).style(state.look.style(Role::Rule));
    buffer.set_line(area.x, area.y, &rule, area.width);
    let is_alone = right.is_empty();
    // The rule's colour is not theirs.
    let part = |words: &str, role| Line::from(format!(" {words} ")).style(Style::reset().patch(state.look.style(role)));
    let (left, right) = (part(left, Role::Strong), part(right, Role::Muted));
    let (end, _) = buffer.set_line(area.x + 2, area.y, &left, area.width.saturating_sub(2));
    let at = area.right().saturating_sub(right.width() as u16 + 2);
    if at > end + 1 && !is_alone {
        buffer.set_line(at, area.y, &right, area.right() - at);
    }
}
