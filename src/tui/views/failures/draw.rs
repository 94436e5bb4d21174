//! How the failures look: a line for each error, with a bar of its share and the last 24 hours.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{FailureGroup, GroupKey, about};
use crate::delivery::{ErrorCode, RetryAdvice, code_or_none, grouped, percent};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, fit, width};
use crate::tui::theme::graph_style;
use crate::tui::views::empty;
use crate::tui::widgets::bar::bar;
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::stacked::NOT_LOADED;
use crate::tui::widgets::words::row_of;
use crate::tui::widgets::{sparkline, table};
use crate::tui::{Action, Role};

/// The longest code that the API publishes.
const NAME: usize = 22;

/// The widest bar, and the shortest one.
const BAR: usize = 13;
const SHORT_BAR: usize = 7;

/// The hours of the graph.
const HOURS: usize = 24;

/// How many cells they get, with or without a bar beside them, and the head that says how long a cell is; the first that
/// has room. Since when an error comes tells more than the bar of its share.
const GRAPHS: [(usize, bool, &str); 4] =
    [(24, true, "last 24 hours"), (12, true, "24 h by 2 h"), (12, false, "24 h by 2 h"), (8, false, "24 h by 3")];

/// Draws the sum, the heads, the lines and, where there is room, what the selected error means. Says where the selected
/// line is.
pub(in crate::tui::views) fn draw(shared: &Shared, buffer: &mut Buffer, filter: Rect, heads: Rect, area: Rect) -> Option<Position> {
    let campaign = shared.campaign()?;
    draw_sum(shared, campaign, buffer, filter);
    let groups = campaign.failures.groups();
    if groups.is_empty() {
        empty::draw_no_failures(shared, campaign, buffer, area);
        return None;
    }
    let widths = Widths::of(shared, usize::from(area.width));
    draw_heads(shared, buffer, heads, widths);
    let scale = Scale::of(shared, campaign, groups, widths.hours);
    let cursor = table::draw(shared, buffer, area, groups.len(), campaign.failures.index(), |index, style| {
        groups.get(index).map(|group| cells(shared, group, &scale, widths, style)).unwrap_or_default()
    });
    let taken = u16::try_from(groups.len()).unwrap_or(u16::MAX).saturating_add(1);
    let below = Rect { y: area.y.saturating_add(taken), height: area.height.saturating_sub(taken), ..area };
    if let Some(group) = campaign.failures.selected() {
        about::draw(shared, campaign, group, buffer, below);
    }
    cursor
}

/// The first line sums up.
fn draw_sum(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    let style = |role| shared.look.style(role);
    let failures = &campaign.failures;
    let failed = failures.failed();
    let errors = failures.groups().iter().filter(|group| group.key != GroupKey::WorthRetry);
    let of = |wanted: RetryAdvice| errors.clone().filter(|group| group.advice == wanted).map(FailureGroup::left).sum::<usize>();
    let used_up = errors.clone().map(|group| group.used_up).sum::<usize>();
    let mut left = vec![Piece::new(format!("{} of {} failed", grouped(failed), grouped(failures.loaded())), style(Role::Strong), 0)];
    left.extend(super::super::window_words(shared, campaign));
    if !shared.tables.failures.is_default() {
        left.push(Piece::new(format!("· {}", shared.tables.failures.sentence()), style(Role::Accent), 0).gap(1));
    }
    if failed > 0 {
        let parts = RetryAdvice::ALL.map(|advice| format!("{} {}", advice.word(), grouped(of(advice)))).join(" · ");
        let used_up = if used_up > 0 { format!(" · no attempts left {}", grouped(used_up)) } else { String::new() };
        left.push(Piece::new(format!("retry: {parts}{used_up}"), style(Role::Text), 1).gap(3));
        let newest = errors.clone().filter_map(|group| group.newest).max();
        left.extend(newest.map(|at| Piece::new(format!("newest {}", shared.look.time(at, shared.now)), style(Role::Text), 3).gap(3)));
    }
    let index = row_of(campaign.failures.index(), campaign.failures.groups().len());
    let mut right = super::super::how_far(shared, campaign);
    right.insert(0, Piece::new(index, style(Role::Muted), 4));
    pieces::draw(buffer, area, left, right);
}

/// How wide the columns are; 0 where there is no room.
#[derive(Debug, Clone, Copy)]
struct Widths {
    bar: usize,
    newest: usize,
    /// How many cells the last hours have.
    hours: usize,
    tried: bool,
    words: usize,
}

/// How wide the word is that says whether to retry, with how many of how many.
const SHORT_WORDS: usize = 11;

/// The same in the shortest words.
const SHORTEST_WORDS: usize = 5;

/// The same with the reason.
const LONG_WORDS: usize = 25;

impl Widths {
    fn of(shared: &Shared, room: usize) -> Self {
        let fails_of_other_days = shared.campaign().is_some_and(|campaign| {
            let other = |at| shared.look.time(at, shared.now).len() > 8;
            campaign.failures.groups().iter().filter_map(|group| group.newest).any(other)
        });
        let newest = if fails_of_other_days { 12 } else { 8 };
        // Margin, name, count, share; then the retry word, the bar, the hours, the reason, the attempts.
        let counted = table::MARGIN + NAME + 1 + 6 + 2 + 7 + 2;
        let fixed = counted + newest + 2;
        let mut widths = Self { bar: 0, newest, hours: 0, tried: false, words: SHORT_WORDS };
        if room < fixed + SHORT_WORDS + 1 {
            // The retry word gets room before the time of the newest.
            widths.newest = if room > fixed + SHORTEST_WORDS { newest } else { 0 };
            let newest = if widths.newest > 0 { widths.newest + 2 } else { 0 };
            widths.words = room.saturating_sub(counted + newest + 1).min(SHORT_WORDS);
            return widths;
        }
        let mut rest = room.saturating_sub(fixed + SHORT_WORDS + 1);
        let taken = |cells: usize, has_bar: bool| cells + 2 + if has_bar { SHORT_BAR + 1 } else { 0 };
        if let Some((cells, has_bar, _)) = GRAPHS.into_iter().find(|(cells, has_bar, _)| taken(*cells, *has_bar) <= rest) {
            widths.hours = cells;
            widths.bar = if has_bar { SHORT_BAR } else { 0 };
            rest -= taken(cells, has_bar);
        }
        let reason = rest.min(LONG_WORDS - SHORT_WORDS);
        rest -= reason;
        if widths.bar > 0 {
            let longer = rest.min(BAR - SHORT_BAR);
            widths.bar += longer;
            rest -= longer;
        }
        if rest >= TRIED + 2 {
            widths.tried = true;
            rest -= TRIED + 2;
        }
        widths.words += reason + rest;
        widths
    }
}

/// How wide the three columns of attempts are together.
const TRIED: usize = 20;

fn draw_heads(shared: &Shared, buffer: &mut Buffer, area: Rect, widths: Widths) {
    let mut text = " ".repeat(table::MARGIN);
    text.push_str(&fit("error", NAME + 1, Align::Left));
    text.push_str(&fit("count", 6, Align::Right));
    text.push_str("  ");
    text.push_str(&fit("  share", 7 + if widths.bar > 0 { widths.bar + 1 } else { 0 } + 2, Align::Left));
    if widths.newest > 0 {
        text.push_str(&fit("newest", widths.newest + 2, Align::Left));
    }
    if let Some((cells, _, head)) = GRAPHS.into_iter().find(|(cells, ..)| *cells == widths.hours) {
        text.push_str(&fit(head, cells + 2, Align::Left));
    }
    if widths.tried {
        text.push_str(&fit("tried 1      2    3+", TRIED + 2, Align::Left));
    }
    text.push_str("retry?");
    buffer.set_stringn(area.x, area.y, text, usize::from(area.width), shared.look.style(Role::Heading));
}

/// What shares and bars are relative to, and the hours of each error.
struct Scale {
    /// How many failed in all.
    total: usize,
    /// How many failed with the most frequent error.
    most: usize,
    /// How many failed in each cell of the last hours, by code.
    hours: HashMap<String, Vec<usize>>,
    /// How many failed in the worst cell of any error.
    most_of_a_cell: usize,
    /// How many of the cells, the oldest, were not loaded, or not whole.
    not_loaded: usize,
}

impl Scale {
    /// With so many cells for the last hours.
    fn of(shared: &Shared, campaign: &Campaign, groups: &[FailureGroup], cells: usize) -> Self {
        let span = HOURS / cells.max(1);
        let mut hours: HashMap<String, Vec<usize>> = HashMap::new();
        for (error, counts) in campaign.store.failed_by_hour(campaign.recent_until, HOURS) {
            let sums = hours.entry(error.code.to_string()).or_insert_with(|| vec![0; HOURS / span]);
            sums.iter_mut().zip(counts.chunks(span)).for_each(|(sum, counts)| *sum += counts.iter().sum::<usize>());
        }
        let ago = |from| campaign.recent_until.duration_since(from).as_mins().max(0);
        // An hour of which a part was loaded shows that part.
        let loaded = shared.loaded_from(campaign).map_or(HOURS, |from| usize::try_from(ago(from) / 60 + 1).unwrap_or(HOURS));
        let errors = groups.iter().filter(|group| group.key != GroupKey::WorthRetry);
        Self {
            total: campaign.failures.failed(),
            most: errors.map(|group| group.count).max().unwrap_or(1),
            most_of_a_cell: hours.values().flatten().copied().max().unwrap_or(0),
            hours,
            not_loaded: HOURS.saturating_sub(loaded).div_ceil(span),
        }
    }

    /// The last hours of an error in so many signs.
    fn hours(&self, code: &str, cells: usize) -> Vec<&'static str> {
        let counts = self.hours.get(code);
        let sign = |cell: usize| match counts.map_or(0, |counts| counts[cell]) {
            0 if cell < self.not_loaded => NOT_LOADED,
            count => sparkline::sign(count, self.most_of_a_cell),
        };
        (0..cells).map(sign).collect()
    }
}

fn cells(shared: &Shared, group: &FailureGroup, scale: &Scale, widths: Widths, selected: Option<Style>) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    // Where secondary text is the terminal's own, a graph still needs a colour to keep.
    let [muted, rule] = [Role::Muted, Role::Rule].map(|role| shared.look.style(role));
    let graph = graph_style(if muted.fg.is_some() { muted } else { rule });
    let GroupKey::Error(code) = &group.key else { return sum_cells(shared, group, selected) };
    let share = group.count as f64 / scale.total.max(1) as f64;
    let mut spans = vec![
        Span::styled(fit(group.name(), NAME + 1, Align::Left), style(Role::Text)),
        Span::styled(fit(&grouped(group.count), 6, Align::Right), style(Role::Text)),
        Span::styled(format!("  {}", fit(&percent(share), 7, Align::Right)), style(Role::Text)),
    ];
    if widths.bar > 0 {
        // All bars share a scale: the longest is the largest group.
        let bar = bar(group.count as f64 / scale.most.max(1) as f64, widths.bar);
        spans.push(Span::styled(" ", style(Role::Text)));
        spans.push(Span::styled(bar.clone(), graph));
        spans.push(Span::styled(" ".repeat(widths.bar.saturating_sub(width(&bar))), style(Role::Text)));
    }
    let newest = group.newest.map(|at| shared.look.time(at, shared.now)).unwrap_or_default();
    let newest = if widths.newest > 0 { format!("{}  ", fit(&newest, widths.newest, Align::Left)) } else { String::new() };
    spans.push(Span::styled(format!("  {newest}"), style(Role::Text)));
    if widths.hours > 0 {
        // What is blank is not part of the graph.
        let hours = scale.hours(code, widths.hours);
        let alike = hours.chunk_by(|left, right| (*left == " ") == (*right == " "));
        spans.extend(alike.map(|run| Span::styled(run.concat(), if run[0] == " " { style(Role::Text) } else { graph })));
        spans.push(Span::styled("  ", style(Role::Text)));
    }
    if widths.tried {
        let [once, twice, more] = group.tried.map(grouped);
        spans.push(Span::styled(format!("{once:>7} {twice:>6} {more:>5}  "), style(Role::Text)));
    }
    spans.push(Span::styled(fit(&words(group, code, widths.words), widths.words, Align::Left), style(role(group.verdict()))));
    Line::from(spans)
}

/// The sum of what is worth a retry, and the key that plans it.
fn sum_cells(shared: &Shared, group: &FailureGroup, selected: Option<Style>) -> Line<'static> {
    let style = |role| selected.unwrap_or_else(|| shared.look.style(role));
    let key = shared.key_for(Action::PlanRetry);
    Line::from(vec![
        Span::styled(fit(group.name(), NAME + 1, Align::Left), style(Role::Strong)),
        Span::styled(fit(&grouped(group.count), 6, Align::Right), style(Role::Strong)),
        Span::styled(format!("   {key}"), style(Role::Accent)),
        Span::styled(" plans them", style(Role::Text)),
    ])
}

fn role(advice: RetryAdvice) -> Role {
    match advice {
        RetryAdvice::Yes => Role::Strong,
        RetryAdvice::Maybe => Role::Text,
        RetryAdvice::No => Role::Muted,
    }
}

/// Whether to retry, with the reason where there is room.
fn words(group: &FailureGroup, code: &str, room: usize) -> String {
    let fits = |text: &String| width(text) <= room;
    let word = group.verdict().word();
    if group.left() == 0 {
        return Some("no attempts left".to_owned()).filter(fits).unwrap_or_else(|| word.to_owned());
    }
    if group.used_up > 0 {
        let apart = format!("{word}: {} of {}", grouped(group.left()), grouped(group.count));
        let long = format!("{apart}; {} no attempts left", grouped(group.used_up));
        return [long, apart].into_iter().find(fits).unwrap_or_else(|| word.to_owned());
    }
    let why = if code.is_empty() { code_or_none(code) } else { ErrorCode::from_api(code).in_brief() };
    Some(format!("{word}: {why}")).filter(fits).unwrap_or_else(|| word.to_owned())
}
