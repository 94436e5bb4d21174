//! Where the charts are, a pure function of the room, and what is around their bars: figures at the left, times below.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::super::bars::{self, BarState, MINUTE, TrendBar};
use super::rise;
use crate::delivery::grouped;
use crate::store::Since;
use crate::tui::Role;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, fit, width};
use crate::tui::widgets::sparkline::Bin;

/// From this width on, the charts of counts are side by side.
const SIDE_BY_SIDE: u16 = 100;

/// How wide the figures at the left are, with the line behind them.
const FIGURES: u16 = 7;

/// How many columns are between two charts.
const BETWEEN: u16 = 3;

/// From this height on, two lines tell of the bar with the cursor.
const TWO_LINES: u16 = 14;

/// Where a chart is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChartPlace {
    pub title: Rect,
    /// The bars.
    pub plot: Rect,
    /// The line below them and the times; without lines where the chart below has the same ones.
    pub time: Rect,
    /// What is written before the line below: where the bars begin.
    pub zero: &'static str,
    /// How many columns a bar takes.
    pub columns: u16,
}

/// Where everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    pub delivered: ChartPlace,
    pub failed: ChartPlace,
    /// The time to deliver, where there is room for it.
    pub times: Option<ChartPlace>,
    /// What is known of the bar with the cursor.
    pub about: Rect,
}

/// For how many bars there is room.
pub(in crate::tui::views::trends) fn room_for(area: Rect) -> usize {
    usize::from(Places::of(1, area).delivered.plot.width)
}

/// The bar at a position, in any of the charts, of so many.
pub(in crate::tui::views::trends) fn bar_at(bars: usize, area: Rect, at: Position) -> Option<usize> {
    let places = Places::of(bars, area);
    [Some(places.delivered), Some(places.failed), places.times].into_iter().flatten().find_map(|place| {
        let all = place.plot.union(place.time);
        let index = usize::from(at.x.checked_sub(all.x)?) / usize::from(place.columns);
        (all.contains(at) && index < bars).then_some(index)
    })
}

impl Places {
    /// The charts of so many bars: side by side where that leaves room for enough of them, otherwise below each other.
    pub fn of(bars: usize, area: Rect) -> Self {
        let about = if area.height >= TWO_LINES { 2 } else { 1 };
        let [charts, about] = Layout::vertical([Constraint::Fill(1), Constraint::Length(about)]).areas(area);
        if area.width >= SIDE_BY_SIDE { Self::side_by_side(bars, charts, about) } else { Self::below_each_other(bars, charts, about) }
    }

    fn side_by_side(bars: usize, area: Rect, about: Rect) -> Self {
        // Title, line and times of the counts, and of the times to deliver.
        let rest = area.height.saturating_sub(6);
        let has_times = rest >= 8;
        let times = if has_times { 3 + 3 * (rest / 8) } else { 0 };
        let [counts, times] = Layout::vertical([Constraint::Fill(1), Constraint::Length(times)]).areas(area);
        let [left, right] = Layout::horizontal([Constraint::Fill(1); 2]).spacing(BETWEEN).areas(counts);
        Self {
            delivered: ChartPlace::of(bars, left, 2, "0"),
            failed: ChartPlace::of(bars, right, 2, "0"),
            times: has_times.then(|| ChartPlace::of(bars, times, 2, "")),
            about,
        }
    }

    fn below_each_other(bars: usize, area: Rect, about: Rect) -> Self {
        // One line with the times for all.
        let rest = area.height.saturating_sub(2);
        let has_times = rest >= 12;
        let times = if has_times { 1 + 3 * (rest / 12) } else { 0 };
        let counts = rest.saturating_sub(times);
        let (own, below) = if has_times { (0, 2) } else { (2, 0) };
        let heights = [counts - counts / 2, counts / 2 + own, times + below].map(Constraint::Length);
        let [delivered, failed, times] = Layout::vertical(heights).areas(area);
        Self {
            delivered: ChartPlace::of(bars, delivered, 0, ""),
            failed: ChartPlace::of(bars, failed, own, "0"),
            times: has_times.then(|| ChartPlace::of(bars, times, below, "")),
            about,
        }
    }
}

impl ChartPlace {
    fn of(bars: usize, area: Rect, time: u16, zero: &'static str) -> Self {
        let heights = [Constraint::Length(1), Constraint::Fill(1), Constraint::Length(time)];
        let [title, plot, time] = Layout::vertical(heights).areas(area);
        let right = |rect: Rect| {
            let left = (FIGURES + 1).min(rect.width);
            Rect { x: rect.x + left, width: rect.width.saturating_sub(left + 1), ..rect }
        };
        let plot = right(plot);
        let columns = usize::from(plot.width) / bars.max(1);
        Self { title, plot, time: right(time), zero, columns: u16::try_from(columns).unwrap_or(u16::MAX).max(1) }
    }

    /// Each bar as often as it takes columns.
    pub fn widened(&self, bars: &[Bin]) -> Vec<Bin> {
        bars.iter().flat_map(|bar| std::iter::repeat_n(*bar, usize::from(self.columns))).collect()
    }

    /// The column in the middle of a bar.
    fn middle(&self, index: usize) -> u16 {
        let before = u16::try_from(index).unwrap_or(u16::MAX).saturating_mul(self.columns);
        self.plot.x.saturating_add(before).saturating_add((self.columns - 1) / 2)
    }
}

/// The highest figure of an axis for counts up to `most`, so that its half is a whole number as well.
pub(super) fn round_up(most: usize) -> usize {
    let step = 2 * 10_usize.pow(most.checked_ilog10().unwrap_or(0).saturating_sub(1));
    if most <= 1 { 1 } else { most.div_ceil(step) * step }
}

/// A figure of an axis, in six columns.
fn figure(count: usize) -> String {
    match count {
        0..100_000 => grouped(count),
        100_000..1_000_000 => format!("{} k", count / 1_000),
        _ => format!("{:.1} M", count as f64 / 1e6),
    }
}

/// Draws the line left of the bars, with words before some of its rows.
fn draw_left(shared: &Shared, buffer: &mut Buffer, plot: Rect, words: impl Fn(u16) -> Option<String>) {
    let Some(left) = plot.x.checked_sub(FIGURES) else { return };
    for row in 0..plot.height {
        let words = words(row);
        let y = plot.y + row;
        let sign = if words.is_some() { "┤" } else { "│" };
        let text = fit(&words.unwrap_or_default(), usize::from(FIGURES) - 1, Align::Right);
        buffer.set_string(left, y, text, shared.look.style(Role::Muted));
        buffer[(plot.x - 1, y)].set_symbol(sign).set_style(shared.look.style(Role::Rule));
    }
}

/// Into how many parts the figures divide an axis of so many rows: each part has whole rows, at least two, and ends with a
/// whole number.
fn parts(rows: u16, most: usize) -> u16 {
    let divides = |parts: &u16| rows.is_multiple_of(*parts) && rows / parts >= 2 && most.is_multiple_of(usize::from(*parts));
    [4, 2, 3, 5].into_iter().find(divides).unwrap_or(1)
}

/// The figures of counts: the highest, and those between it and 0 where a row begins with a whole number.
pub(super) fn draw_counts(shared: &Shared, buffer: &mut Buffer, plot: Rect, most: usize) {
    let parts = parts(plot.height, most);
    let rows = (plot.height / parts).max(1);
    draw_left(shared, buffer, plot, |row| {
        let below = most / usize::from(parts) * usize::from(row / rows);
        row.is_multiple_of(rows).then(|| figure(most - below))
    });
}

/// The name of a row of bars.
pub(super) fn draw_name(shared: &Shared, buffer: &mut Buffer, plot: Rect, name: &str) {
    draw_left(shared, buffer, plot, |row| (row + 1 == plot.height).then(|| name.to_owned()));
}

/// Draws the line below the bars, with the bar of the cursor and the moment since when failures rise; and the times.
pub(super) fn draw_time(shared: &Shared, campaign: &Campaign, buffer: &mut Buffer, place: &ChartPlace) {
    let area = place.time;
    let (Some(left), true) = (area.x.checked_sub(FIGURES), area.height > 0) else { return };
    let style = |role| shared.look.style(role);
    let bars = campaign.trends.bars();
    let end = u16::try_from(bars.len()).unwrap_or(u16::MAX).saturating_mul(place.columns).min(area.width);
    buffer.set_string(left, area.y, fit(place.zero, usize::from(FIGURES) - 1, Align::Right), style(Role::Muted));
    buffer.set_string(area.x - 1, area.y, format!("┼{}", "─".repeat(usize::from(end))), style(Role::Rule));
    let mut put = |index: usize, sign: &str, role: Role| {
        let x = place.middle(index);
        if x < area.right() {
            buffer[(x, area.y)].set_symbol(sign).set_style(style(role));
        }
    };
    let ticks = ticks(bars, campaign.trends.minutes(), place.columns, &shared.look.zone);
    ticks.iter().for_each(|(index, _)| put(*index, "┼", Role::Rule));
    let rising = rise(campaign).and_then(Since::minute).map(|since| since.as_millisecond().div_euclid(MINUTE));
    if let Some(index) = rising.and_then(|minute| campaign.trends.index_of(minute)) {
        put(index, "!", Role::Failed);
    }
    put(campaign.trends.index(), "▲", Role::Accent);
    if area.height < 2 {
        return;
    }
    let is_open = campaign.choice.window.to.is_none() && bars.last().is_some_and(|bar| bar.state == BarState::Running);
    let now = (is_open && end >= 3).then(|| area.x + end - 3);
    if let Some(x) = now {
        buffer.set_string(x, area.y + 1, "now", style(Role::Muted));
    }
    for (index, words) in ticks {
        let x = place.middle(index);
        let after = x.saturating_add(u16::try_from(width(&words)).unwrap_or(u16::MAX));
        if after < now.unwrap_or(area.right()) {
            buffer.set_string(x, area.y + 1, words, style(Role::Muted));
        }
    }
}

/// The bars that begin at round times, as far apart as their words need, with these: the time, or the day.
fn ticks(bars: &[TrendBar], minutes: i64, columns: u16, zone: &TimeZone) -> Vec<(usize, String)> {
    /// The longest words, and blanks.
    const APART: i64 = 10;
    const DAY: i64 = 1_440;
    let Some(last) = bars.last() else { return Vec::new() };
    let is_far = |step: &i64| step % minutes.max(1) == 0 && step / minutes.max(1) * i64::from(columns) >= APART;
    let Some(step) = bars::lengths().find(is_far) else { return Vec::new() };
    let has_days = last.to - bars[0].from > DAY;
    let tick = |(index, bar): (usize, &TrendBar)| {
        let at = Timestamp::from_millisecond(bar.from.checked_mul(MINUTE)?).ok()?;
        let local = at.to_zoned_datetime(zone.clone());
        let minute = bar.from + i64::from(local.offset().seconds()).div_euclid(60);
        let is_midnight = minute.rem_euclid(DAY) == 0;
        let form = if step >= DAY || is_midnight && has_days { "%d %b" } else { "%H:%M" };
        (minute.rem_euclid(step) == 0).then(|| (index, local.strftime(form).to_string()))
    };
    bars.iter().enumerate().filter_map(tick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 1)]
    #[case(1, 1)]
    #[case(3, 4)]
    #[case(13, 14)]
    #[case(213, 220)]
    #[case(99_999, 100_000)]
    fn the_highest_figure_is_round(#[case] most: usize, #[case] expected: usize) {
        assert_eq!(round_up(most), expected);
    }

    #[rstest]
    #[case(99_999, "99,999")]
    #[case(220_000, "220 k")]
    #[case(1_400_000, "1.4 M")]
    fn a_figure_fits_the_axis(#[case] count: usize, #[case] expected: &str) {
        assert_eq!(figure(count), expected);
    }

    #[rstest]
    #[case(4, 90, 2)]
    #[case(15, 90, 3)]
    #[case(15, 800, 5)]
    #[case(16, 800, 4)]
    #[case(30, 46, 2)]
    #[case(3, 12, 1)]
    #[case(16, 1, 1)]
    fn an_axis_has_whole_numbers_at_whole_rows(#[case] rows: u16, #[case] most: usize, #[case] expected: u16) {
        assert_eq!(parts(rows, most), expected);
    }

    proptest! {
        #[test]
        fn no_chart_overlaps_another_and_each_bar_can_be_clicked(width in 58..260_u16, height in 8..100_u16, share in 0.0..1.0_f64) {
            let area = Rect::new(3, 5, width, height);
            let bars = ((room_for(area) as f64 * share) as usize).max(1);
            let places = Places::of(bars, area);
            let charts: Vec<ChartPlace> = [Some(places.delivered), Some(places.failed), places.times].into_iter().flatten().collect();
            let parts: Vec<Rect> = charts.iter().flat_map(|chart| [chart.title, chart.plot, chart.time]).chain([places.about]).collect();
            for (index, part) in parts.iter().enumerate() {
                prop_assert_eq!(area.intersection(*part).area(), part.area());
                prop_assert!(parts[index + 1..].iter().all(|other| part.intersection(*other).is_empty()));
            }
            for chart in charts {
                prop_assert!(chart.plot.height > 0 && usize::from(chart.columns) * bars <= usize::from(chart.plot.width));
                for index in 0..bars {
                    prop_assert_eq!(bar_at(bars, area, Position::new(chart.middle(index), chart.plot.y)), Some(index));
                }
            }
        }
    }
}
