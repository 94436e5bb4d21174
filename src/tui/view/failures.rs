//! The view of failures: how many by error, and whether to retry.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::bar::bar;
use super::empty;
use super::pieces::{self, Piece};
use super::table;
use super::words::{percent, row_of};
use crate::delivery::{ErrorCode, RetryAdvice, code_or_none, grouped};
use crate::tui::state::{Campaign, FailureGroup, GroupKey, MOST_FAILED, Shared};
use crate::tui::text::{Align, fit};
use crate::tui::{Action, Role};

/// The longest code that the API publishes.
const NAME: usize = 22;

/// The widest bar.
const BAR: usize = 13;

/// Draws the sum, the heads and the lines. Says where the selected one is.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, filter: Rect, heads: Rect, area: Rect) -> Option<Position> {
    let campaign = state.campaign()?;
    draw_sum(state, campaign, buffer, filter);
    let groups = campaign.failures.groups();
    if groups.is_empty() {
        empty::draw_no_failures(state, campaign, buffer, area);
        return None;
    }
    let widths = Widths::of(state, usize::from(area.width));
    draw_heads(state, buffer, heads, widths);
    let total = campaign.failures.failed();
    let most = groups.iter().map(|group| group.count).max().unwrap_or(1);
    table::draw(state, buffer, area, groups.len(), campaign.failures.index(), |index, style| {
        groups.get(index).map(|group| cells(state, group, Shares { total, most }, widths, style)).unwrap_or_default()
    })
}

/// The first line sums up.
fn draw_sum(state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    let style = |role| state.look.style(role);
    let failures = &campaign.failures;
    let failed = failures.failed();
    let errors = failures.groups().iter().filter(|group| group.key != GroupKey::WorthRetry);
    let of = |wanted: RetryAdvice| errors.clone().filter(|group| group.advice == wanted).map(FailureGroup::left).sum::<usize>();
    let used_up = errors.clone().map(|group| group.used_up).sum::<usize>();
    let mut left = vec![Piece::new(format!("{} failed of {}", grouped(failed), grouped(failures.loaded())), style(Role::Strong), 0)];
    left.extend(window(state, campaign));
    if failed > 0 {
        let parts = RetryAdvice::ALL.map(|advice| format!("{} {}", advice.word(), grouped(of(advice)))).join(", ");
        let used_up = if used_up > 0 { format!(", no attempts left {}", grouped(used_up)) } else { String::new() };
        left.push(Piece::new(format!("· retry: {parts}{used_up}"), style(Role::Text), 1).gap(1));
        let newest = campaign.failures.groups().iter().filter_map(|group| group.newest).max();
        left.extend(newest.map(|at| Piece::new(format!("· newest {}", state.look.time(at, state.now)), style(Role::Text), 3).gap(1)));
    }
    if state.tables.failures != MOST_FAILED {
        left.insert(1, Piece::new(format!("· {}", state.tables.failures.sentence()), style(Role::Accent), 0).gap(1));
    }
    let index = row_of(campaign.failures.index(), campaign.failures.groups().len());
    let mut right = how_far(state, campaign);
    right.insert(0, Piece::new(index, style(Role::Muted), 4));
    pieces::draw(buffer, area, left, right, state.look.ascii);
}

/// The time window, where there is one.
pub(in crate::tui) fn window(state: &Shared, campaign: &Campaign) -> Option<Piece> {
    let words = campaign.choice.window.words(&state.look.zone, state.now);
    (!words.is_empty()).then(|| Piece::new(format!("· {words}"), state.look.style(Role::Accent), 0).gap(1))
}

/// How far it is loaded, and the key that shows all times again.
pub(in crate::tui) fn how_far(state: &Shared, campaign: &Campaign) -> Vec<Piece> {
    if campaign.store.is_empty() {
        return Vec::new();
    }
    let (how_far, role) = state.how_far_shown(campaign);
    let rank = if role == Role::Muted { 2 } else { 1 };
    let mut right = vec![Piece::new(how_far, state.look.style(role), rank)];
    if !campaign.choice.window.is_all() {
        right.push(Piece::new(format!("{} clear", state.key_for(Action::Clear)), state.look.style(Role::Muted), 5));
    }
    right
}

/// How wide the columns are; 0 where there is no room.
#[derive(Debug, Clone, Copy)]
struct Widths {
    bar: usize,
    newest: usize,
    tried: bool,
    words: usize,
}

/// How wide the word is that says whether to retry, with how many of how many.
const SHORT_WORDS: usize = 11;

/// The same in the shortest words.
const SHORTEST_WORDS: usize = 5;

impl Widths {
    fn of(state: &Shared, room: usize) -> Self {
        let fails_of_other_days = state.campaign().is_some_and(|campaign| {
            let other = |at| state.look.time(at, state.now).len() > 8;
            campaign.failures.groups().iter().filter_map(|group| group.newest).any(other)
        });
        let newest = if fails_of_other_days { 12 } else { 8 };
        // Margin, name, count, share; then the retry word, the attempts, the bar, the reason.
        let counted = table::MARGIN + NAME + 1 + 6 + 2 + 7 + 2;
        let fixed = counted + newest + 2;
        if room < fixed + SHORT_WORDS + 1 {
            // The retry word gets room before the time of the newest.
            let newest = if room > fixed + SHORTEST_WORDS { newest } else { 0 };
            let words = room.saturating_sub(counted + if newest > 0 { newest + 2 } else { 0 } + 1).min(SHORT_WORDS);
            return Self { bar: 0, newest, tried: false, words };
        }
        let rest = room.saturating_sub(fixed + SHORT_WORDS + 1);
        let tried = rest >= TRIED + 2;
        let rest = rest.saturating_sub(if tried { TRIED + 2 } else { 0 });
        let bar = if rest >= 8 { (rest - 1).min(BAR) } else { 0 };
        let rest = rest.saturating_sub(if bar > 0 { bar + 1 } else { 0 });
        Self { bar, newest, tried, words: SHORT_WORDS + rest }
    }
}

/// How wide the three columns of attempts are together.
const TRIED: usize = 20;

fn draw_heads(state: &Shared, buffer: &mut Buffer, area: Rect, widths: Widths) {
    let ascii = state.look.ascii;
    let mut text = " ".repeat(table::MARGIN);
    text.push_str(&fit("error", NAME + 1, Align::Left, ascii));
    text.push_str(&fit("count", 6, Align::Right, ascii));
    text.push_str("  ");
    text.push_str(&fit("share", 7 + if widths.bar > 0 { widths.bar + 1 } else { 0 } + 2, Align::Left, ascii));
    if widths.newest > 0 {
        text.push_str(&fit("newest", widths.newest + 2, Align::Left, ascii));
    }
    if widths.tried {
        text.push_str(&fit("tried 1      2    3+", TRIED + 2, Align::Left, ascii));
    }
    text.push_str("retry?");
    buffer.set_stringn(area.x, area.y, text, usize::from(area.width), state.look.style(Role::Heading));
}

/// What shares and bars are relative to.
#[derive(Debug, Clone, Copy)]
struct Shares {
    total: usize,
    most: usize,
}

fn cells(state: &Shared, group: &FailureGroup, shares: Shares, widths: Widths, selected: Option<Style>) -> Line<'static> {
    let ascii = state.look.ascii;
    let style = |role| selected.unwrap_or_else(|| state.look.style(role));
    let name_role = if group.key == GroupKey::WorthRetry { Role::Strong } else { Role::Text };
    let share = group.count as f64 / shares.total.max(1) as f64;
    let mut spans = vec![
        Span::styled(fit(group.name(), NAME + 1, Align::Left, ascii), style(name_role)),
        Span::styled(fit(&grouped(group.count), 6, Align::Right, ascii), style(Role::Text)),
        Span::styled(format!("  {}", fit(&percent(share), 7, Align::Right, ascii)), style(Role::Text)),
    ];
    if widths.bar > 0 {
        // All bars share a scale: the longest is the largest group.
        let bar = bar(group.count as f64 / shares.most.max(1) as f64, widths.bar, ascii);
        spans.push(Span::styled(format!(" {}", fit(&bar, widths.bar, Align::Left, ascii)), style(Role::Rule)));
    }
    let newest = group.newest.map(|at| state.look.time(at, state.now)).unwrap_or_default();
    let newest = if widths.newest > 0 { format!("{}  ", fit(&newest, widths.newest, Align::Left, ascii)) } else { String::new() };
    spans.push(Span::styled(format!("  {newest}"), style(Role::Text)));
    if widths.tried {
        let [once, twice, more] = group.tried.map(grouped);
        spans.push(Span::styled(format!("{once:>7} {twice:>6} {more:>5}  "), style(Role::Text)));
    }
    spans.push(Span::styled(fit(&words(group, widths.words), widths.words, Align::Left, ascii), style(role(group.verdict()))));
    Line::from(spans)
}

fn role(advice: RetryAdvice) -> Role {
    match advice {
        RetryAdvice::Yes => Role::Strong,
        RetryAdvice::Maybe => Role::Text,
        RetryAdvice::No => Role::Muted,
    }
}

/// Whether to retry, with the reason where there is room.
fn words(group: &FailureGroup, room: usize) -> String {
    let fits = |text: &String| crate::tui::text::width(text) <= room;
    let word = group.verdict().word();
    if group.left() == 0 {
        return Some("no attempts left".to_owned()).filter(fits).unwrap_or_else(|| word.to_owned());
    }
    if group.used_up > 0 {
        let apart = format!("{word}: {} of {}", grouped(group.left()), grouped(group.count));
        let long = format!("{apart}; {} no attempts left", grouped(group.used_up));
        return [long, apart].into_iter().find(fits).unwrap_or_else(|| word.to_owned());
    }
    let GroupKey::Error(code) = &group.key else { return word.to_owned() };
    let why = if code.is_empty() { code_or_none(code) } else { ErrorCode::from_api(code).in_brief() };
    Some(format!("{word}: {why}")).filter(fits).unwrap_or_else(|| word.to_owned())
}
