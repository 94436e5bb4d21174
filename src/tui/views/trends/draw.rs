//! How the trends look: two charts of counts, one of the time to deliver, and the figures of the bar with the cursor.

mod axes; // where the charts are, and what is around them

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::bars::{BarState, TrendBar, Trends};
use super::{area, bar_words, is_drawn, times};
use crate::delivery::{Class, counted, grouped, percent};
use crate::postman::HostKind;
use crate::store::{Latency, Recent, Since};
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::age;
use crate::tui::views::{empty, how_far, window_words};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::sparkline::{self, Bin};
use crate::tui::widgets::words::{figure, taking};
use crate::tui::{Action, Role, class_role, class_sign};

use axes::{ChartPlace, Places};
pub(super) use axes::{bar_at, room_for};

/// Draws the sum and the charts. Says where the figures of the bar with the cursor are.
pub(in crate::tui) fn draw(shared: &Shared, buffer: &mut Buffer, sum: Rect, heads: Rect, lines: Rect) -> Option<Position> {
    let campaign = shared.campaign()?;
    draw_sum(shared, campaign, buffer, sum);
    if !is_drawn(campaign) {
        empty::draw_no_trends(shared, campaign, buffer, lines);
        return None;
    }
    let places = Places::of(campaign.trends.bars().len(), area(heads, lines));
    // In a load test nothing comes after the handing over.
    let is_load_test = campaign.settings.host_kind == HostKind::Loadtest;
    let arrived = if is_load_test { Class::HandedOver } else { Class::Delivered };
    draw_counts(shared, campaign, buffer, &places.delivered, arrived);
    draw_counts(shared, campaign, buffer, &places.failed, Class::Failed);
    if let Some(place) = &places.times {
        draw_times(shared, campaign, buffer, place);
    }
    for place in [Some(&places.delivered), Some(&places.failed), places.times.as_ref()].into_iter().flatten() {
        axes::draw_time(shared, campaign, buffer, place);
    }
    draw_bar(shared, campaign, buffer, places.about);
    Some(Position::new(places.about.x + 1, places.about.y))
}

/// The first line: how many messages, of when, and how long a bar is.
fn draw_sum(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    let style = |role| shared.look.style(role);
    let trends = &campaign.trends;
    let total = trends.bars().iter().map(|bar| bar.begun.classes.total()).sum();
    let mut left = vec![Piece::new(counted(total, "message"), style(Role::Strong), 0)];
    let all = || Piece::new("· all times", style(Role::Accent), 0).gap(1);
    left.push(window_words(shared, campaign).unwrap_or_else(all));
    if is_drawn(campaign) {
        let words = format!("· a bar is {}", length(trends.minutes()));
        left.push(Piece::new(words, style(Role::Text), 3).gap(1));
        if trends.bars().iter().any(|bar| !bar.is_known()) {
            left.push(Piece::new("· ▒ not loaded", style(Role::Warning), 1).gap(1));
        }
        left.push(Piece::new("· by when they were sent", style(Role::Muted), 5).gap(1));
    }
    pieces::draw(buffer, area, left, how_far(shared, campaign));
}

/// How long a bar is: `15 min`, `1 day`.
fn length(minutes: i64) -> String {
    match minutes / 1_440 {
        0 => age(SignedDuration::from_mins(minutes)),
        days => counted(usize::try_from(days).unwrap_or(usize::MAX), "day"),
    }
}

/// How a bar of a chart looks: the one with the cursor stands out, and what is not whole is muted.
fn role_of_bar(trends: &Trends, index: usize, bar: &TrendBar, role: Role) -> Role {
    let is_short = bar.state == BarState::Running || bar.to - bar.from < trends.minutes();
    match bar.state {
        // The accent is much like the colour of what is on the way.
        _ if index == trends.index() => {
            if role == Role::Moving {
                Role::Strong
            } else {
                Role::Accent
            }
        }
        BarState::Part | BarState::Unknown => Role::Rule,
        _ if is_short => Role::Muted,
        _ => role,
    }
}

/// Whether so many failures are too many. The same rule as for the last minutes.
fn is_loud(campaign: &Campaign, bar: &TrendBar) -> bool {
    let classes = &bar.begun.classes;
    bar.is_known() && campaign.recent.is_too_many(classes[Class::Failed], classes.finished(), campaign.settings.failure_limit)
}

/// The chart of a class: how many of those that began in each bar are in it.
fn draw_counts(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, place: &ChartPlace, class: Class) {
    let (look, trends) = (&shared.look, &campaign.trends);
    let failed = look.style(Role::Failed);
    let usual = if class == Class::Failed { Role::Muted } else { class_role(class) };
    let column = |(index, bar): (usize, &TrendBar)| {
        let is_loud = class == Class::Failed && is_loud(campaign, bar);
        Bin {
            value: bar.count(class),
            style: if is_loud { failed } else { look.style(role_of_bar(trends, index, bar, usual)) },
            sign: (is_loud && failed.fg.is_none()).then_some("✗"),
            is_loud,
        }
    };
    let columns: Vec<Bin> = trends.bars().iter().enumerate().map(column).collect();
    let most = axes::round_up(columns.iter().filter_map(|column| column.value).max().unwrap_or(0));
    sparkline::draw(buffer, place.plot, &place.widened(&columns), most);
    axes::draw_counts(shared, buffer, place.plot, most);
    let mut left = vec![Piece::new(class.word(), look.style(Role::Heading), 0)];
    left.extend(figures(trends, class).into_iter().map(|(words, rank)| Piece::new(words, look.style(Role::Text), rank)));
    if class == Class::Failed
        && let Some(since) = rise(campaign)
    {
        let word = if since.minute().is_some() { "rising" } else { "too many" };
        left.push(Piece::new(format!("! {word} {}", since.words(|minute| look.minute(minute, shared.now))), failed, 0));
    }
    pieces::draw(buffer, place.title, left, Vec::new());
}

/// Since when too many fail, where the header says so as well.
fn rise(campaign: &Campaign) -> Option<Since> {
    campaign.recent.rise.filter(|_| campaign.fails_too_often())
}

/// The smallest and the largest figure of a whole bar, and the newest one, each with its rank.
fn figures(trends: &Trends, class: Class) -> Vec<(String, u8)> {
    let whole = |bar: &&TrendBar| bar.state == BarState::Whole && bar.to - bar.from == trends.minutes();
    let counts = || trends.bars().iter().filter(whole).map(|bar| bar.begun.classes[class]);
    let running = trends.bars().last().filter(|bar| bar.state == BarState::Running).map(|bar| bar.begun.classes[class]);
    let mut figures = Vec::new();
    if let (Some(least), Some(most)) = (counts().min(), counts().max()) {
        let range = if least == most { grouped(most) } else { format!("{} to {}", grouped(least), grouped(most)) };
        figures.push((format!("{range} in {}", length(trends.minutes())), 1));
    }
    let newest = running.map(|count| format!("{} so far", grouped(count)));
    figures.extend(newest.map(|words| (words, 2)));
    figures
}

/// The names of the shares of which the chart shows the times, in its rows from the top.
const SHARES: [&str; 3] = ["99 %", "95 %", "half"];

/// The times of these shares.
fn reached(latency: &Latency) -> [Option<f64>; 3] {
    [latency.p99, latency.p95, latency.p50]
}

/// The chart of the time to deliver: a row of bars for each share, all with one scale, on which each step is as many times
/// longer as the one before.
fn draw_times(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, place: &ChartPlace) {
    /// As fine as any screen can show.
    const STEPS: f64 = 1_000.0;
    let (look, trends) = (&shared.look, &campaign.trends);
    let known = trends.bars().iter().filter(|bar| bar.is_known()).flat_map(|bar| reached(&bar.begun.latency)).flatten();
    let (least, longest) = known.fold((f64::MAX, 0.0_f64), |(least, most), seconds| (least.min(seconds), most.max(seconds)));
    // What takes no time at all has no place on such a scale.
    let (least, longest) = (least.max(0.5).min(longest.max(0.5)), longest.max(0.5));
    let step = |seconds: f64| {
        let share = if longest > least { (seconds.max(least) / least).ln() / (longest / least).ln() } else { 0.5 };
        (share * STEPS).round().max(1.0) as usize
    };
    let rows = place.plot.height / SHARES.len() as u16;
    let mut is_any_late = false;
    for (index, name) in SHARES.into_iter().enumerate() {
        let mut column = |(at, bar): (usize, &TrendBar)| {
            let latency = &bar.begun.latency;
            let reached = reached(latency)[index];
            let is_late = bar.is_known() && reached.is_none() && latency.delivered + latency.open > 0;
            is_any_late |= is_late;
            let role = if is_late { Role::Warning } else { Role::Moving };
            Bin {
                value: bar.is_known().then(|| if is_late { STEPS as usize } else { reached.map_or(0, step) }),
                style: look.style(role_of_bar(trends, at, bar, role)),
                sign: is_late.then_some("≥"),
                is_loud: is_late,
            }
        };
        let columns: Vec<Bin> = trends.bars().iter().enumerate().map(&mut column).collect();
        // The highest bar stays below the one above it.
        let eighths = 8 * usize::from(rows.max(1));
        let most = (STEPS as usize * eighths).div_ceil(eighths - 1);
        let band = Rect { y: place.plot.y + index as u16 * rows, height: rows, ..place.plot };
        sparkline::draw(buffer, band, &place.widened(&columns), most);
        axes::draw_name(shared, buffer, band, name);
    }
    let latency = trends.latency();
    let mut left = vec![Piece::new("time to deliver", look.style(Role::Heading), 0)];
    left.extend(times(latency).into_iter().zip([0, 1, 2]).map(|(words, rank)| Piece::new(words, look.style(Role::Text), rank)));
    if latency.open > 0 {
        left.push(Piece::new(format!("with {} still on the way", grouped(latency.open)), look.style(Role::Text), 4));
    }
    let late = if is_any_late { "≥ not yet  " } else { "" };
    let scale = if longest > least { format!("▁ {}  █ {}", taking(least), taking(longest)) } else { String::new() };
    pieces::draw(buffer, place.title, left, vec![Piece::new(format!("{late}{scale}"), look.style(Role::Muted), 3)]);
}

/// The figures of the bar with the cursor, in one line or two.
fn draw_bar(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
    let Some(bar) = campaign.trends.selected() else { return };
    let style = |role| shared.look.style(role);
    let classes = &bar.begun.classes;
    let mut line = vec![Piece::new(format!("› {}", bar_words(shared, bar)), style(Role::Accent), 0)];
    let mut more = Vec::new();
    let enter = shared.key_for(Action::Enter);
    match bar.state {
        BarState::Unknown => {
            line.push(Piece::new("not loaded", style(Role::Warning), 0));
            more.push(Piece::new(format!("{enter} lists its messages and reads further back"), style(Role::Muted), 1));
        }
        _ if classes.total() == 0 => line.push(Piece::new("nothing was sent", style(Role::Muted), 0)),
        _ => {
            line.extend(counts(shared, campaign, bar));
            let times = times(&bar.begun.latency).into_iter().zip([3, 4, 5]);
            more.extend(times.map(|(words, rank)| Piece::new(words, style(Role::Text), rank)));
            if bar.state == BarState::Part {
                line.push(Piece::new("only a part is loaded", style(Role::Warning), 1));
            }
        }
    }
    if area.height < 2 {
        line.append(&mut more);
    }
    pieces::draw(buffer, Rect { height: 1, ..area }, line, Vec::new());
    let below = Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(2), height: area.height.saturating_sub(1) };
    pieces::draw(buffer, below, more, Vec::new());
}

/// The messages of a bar by class: delivered and failed always, with the share of failures where enough have finished.
fn counts(shared: &Shared, campaign: &Campaign, bar: &TrendBar) -> Vec<Piece> {
    let classes = &bar.begun.classes;
    let is_shown = |class: &Class| matches!(class, Class::Delivered | Class::Failed) || classes[*class] > 0;
    let piece = |class: Class| {
        let is_loud = class == Class::Failed && is_loud(campaign, bar);
        let has_share = class == Class::Failed && bar.is_known() && classes.finished() >= Recent::ENOUGH;
        let share = classes.failed_share().filter(|_| has_share);
        let share = share.map(|share| format!(", {}", percent(share))).unwrap_or_default();
        let (sign, rank) = match class {
            Class::Delivered | Class::Failed => (format!("{} ", class_sign(class)), 0),
            _ => (String::new(), 2),
        };
        let text = format!("{} {sign}{}{share}", figure(classes[class], bar.is_known()), class.word());
        Piece::new(text, shared.look.style(if is_loud { Role::Failed } else { Role::Text }), rank)
    };
    Class::ALL.into_iter().filter(is_shown).map(piece).collect()
}
