//! The view of trends: what became of the messages over the time window, and how long deliveries took, as charts.

mod bars; // how the window is cut, and what is known of each part
mod draw; // the charts

pub(in crate::tui) use bars::Trends;
pub(super) use draw::draw;

use jiff::Timestamp;
use ratatui::layout::{Position, Rect};

use crate::config::GivenTime;
use crate::delivery::{Class, grouped, percent};
use crate::store::Latency;
use crate::tui::dialogs::{Can, RowAction};
use crate::tui::keys::Chord;
use crate::tui::layout::ScreenLayout;
use crate::tui::shared::{Campaign, CopyFormat, FilterChoice, Shared, TimeWindow};
use crate::tui::views::About;
use crate::tui::widgets::words::taking;
use crate::tui::{Action, ViewKind};

use bars::{BarState, MINUTE, TrendBar};

pub(super) const ABOUT: About = About {
    name: "trends",
    label: "Trends",
    keys: &[Chord::char('4')],
    help: "delivered and failed over the time window, and how long deliveries took, as charts",
    actions: &[
        RowAction::Key(Action::Enter),
        RowAction::Key(Action::TimeWindow),
        RowAction::Key(Action::Copy),
        RowAction::CopyMenu,
        RowAction::Key(Action::Export),
    ],
};

pub(super) fn can(action: Action, shared: &Shared, campaign: &Campaign) -> Can {
    const NONE: &str = "there is no chart in this time window";
    let trends = &campaign.trends;
    let is_blank = !is_drawn(campaign);
    match action {
        Action::Enter => match trends.selected() {
            Some(bar) if !is_blank && (bar.state != BarState::Whole || bar.begun.classes.total() > 0) => Can::Yes,
            Some(_) if !is_blank => Can::not("nothing was sent then"),
            _ => Can::not(NONE),
        },
        Action::Copy | Action::Export | Action::Left | Action::Right if is_blank => Can::not(NONE),
        Action::Left => Can::unless(trends.index() == 0, "this is the first bar"),
        Action::Right => Can::unless(trends.index() + 1 >= trends.bars().len(), "this is the newest bar"),
        Action::Copy | Action::Export => Can::Yes,
        _ => super::in_every_view(action, shared, campaign),
    }
}

/// Whether there are charts, and not just a sentence.
fn is_drawn(campaign: &Campaign) -> bool {
    !campaign.is_unread() && !campaign.trends.is_empty()
}

pub(super) fn key(action: Action, shared: &mut Shared) {
    match action {
        Action::Enter => show(shared),
        Action::Left => go(-1, shared),
        Action::Right => go(1, shared),
        Action::Export => export(shared),
        _ => super::line_key(action, shared),
    }
}

/// Enter: the messages of the bar.
fn show(shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    let Some(bar) = campaign.trends.selected() else { return };
    let at = |minute| time(minute).map(GivenTime::At);
    // The newest bar has the end of the window: what begins while its messages are listed belongs to it.
    let is_newest = campaign.trends.index() + 1 == campaign.trends.bars().len();
    let to = if is_newest { campaign.choice.window.to } else { at(bar.to) };
    let window = TimeWindow { from: at(bar.from), to };
    shared.drill(FilterChoice { window, ..FilterChoice::default() });
}

/// A minute since 1970 as a time.
fn time(minute: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(minute.checked_mul(MINUTE)?).ok()
}

pub(super) fn go(steps: isize, shared: &mut Shared) {
    if let Some(campaign) = shared.campaign_mut() {
        campaign.trends.go(steps);
    }
}

pub(super) fn cursor(campaign: &Campaign) -> (usize, usize) {
    (campaign.trends.index(), campaign.trends.bars().len())
}

/// The bar at a position of the screen, in any of the charts.
pub(in crate::tui) fn bar_at(shared: &Shared, layout: &ScreenLayout, at: Position) -> Option<usize> {
    let campaign = shared.campaign().filter(|campaign| is_drawn(campaign))?;
    draw::bar_at(campaign.trends.bars().len(), area(layout.heads, layout.list), at)
}

/// The charts have the line of heads as well.
fn area(heads: Rect, lines: Rect) -> Rect {
    Rect { y: heads.y, height: heads.height + lines.height, ..lines }
}

pub(super) fn title(shared: &Shared, campaign: &Campaign) -> Option<String> {
    campaign.trends.selected().map(|bar| bar_words(shared, bar))
}

pub(super) fn label(action: Action) -> Option<&'static str> {
    match action {
        Action::Enter => Some("list the messages of this bar"),
        Action::TimeWindow => Some("choose another time window"),
        Action::Copy => Some("copy the figures of this bar"),
        Action::Export => Some("write the figures of all bars to a file"),
        _ => None,
    }
}

/// Cuts the time window into bars, where the view is shown.
pub(in crate::tui) fn settle(shared: &mut Shared) {
    if shared.view != ViewKind::Trends {
        return;
    }
    let layout = shared.layout();
    let most = draw::room_for(area(layout.heads, layout.list));
    let now = shared.now;
    if let Some(campaign) = shared.campaign_mut() {
        campaign.cut_trends(most, now);
    }
}

/// When a bar is: `14:00 to 14:15`, `21 Nov 03:00 to 04:00`, `14:45 to now`.
fn bar_words(shared: &Shared, bar: &TrendBar) -> String {
    let words = |minute| time(minute).map(|at| shared.look.minute(at, shared.now)).unwrap_or_default();
    let (from, to) = (words(bar.from), words(bar.to));
    if bar.state == BarState::Running {
        let known_until = shared.campaign().and_then(|campaign| campaign.trends.known_until());
        return format!("{from} to {}", known_until.map_or_else(|| "now".to_owned(), |at| shared.look.minute(at, shared.now)));
    }
    // The same day is said once.
    let day = from.rsplit_once(' ').map(|(day, _)| format!("{day} "));
    let to = day.and_then(|day| to.strip_prefix(&day).map(str::to_owned)).unwrap_or(to);
    format!("{from} to {to}")
}

/// How long deliveries took: `half within 11 s`, `95 % within 41 s`. A share that has not been reached says so; nothing
/// where nothing was delivered or is waited for.
fn times(latency: &Latency) -> Vec<String> {
    if latency.delivered + latency.open == 0 {
        return Vec::new();
    }
    let share = |(name, reached): (&str, Option<f64>)| match reached {
        Some(seconds) => format!("{name} within {}", taking(seconds)),
        None => format!("{name} not yet"),
    };
    [("half", latency.p50), ("95 %", latency.p95), ("99 %", latency.p99)].into_iter().map(share).collect()
}

/// The heads of what is exported.
const HEADS: [&str; 15] = [
    "from",
    "to",
    "loaded",
    "delivered",
    "failed",
    "onTheWay",
    "stuck",
    "unconfirmed",
    "sentAbroad",
    "handedOver",
    "other",
    "failedShare",
    "halfWithinSeconds",
    "within95Seconds",
    "within99Seconds",
];

/// The figures of the bar with the cursor.
pub(super) fn copied(shared: &Shared, campaign: &Campaign, format: CopyFormat) -> Result<String, &'static str> {
    let bar = campaign.trends.selected().filter(|_| is_drawn(campaign)).ok_or("there is no chart")?;
    let classes = Class::ALL.into_iter().filter(|class| bar.begun.classes[*class] > 0);
    let counts = classes.map(|class| format!("{} {}", grouped(bar.begun.classes[class]), class.word()));
    let loaded = (!bar.is_known()).then(|| loaded(bar.state).to_owned());
    let text: Vec<String> = std::iter::once(bar_words(shared, bar)).chain(loaded).chain(counts).chain(times(&bar.begun.latency)).collect();
    Ok(format.row(&text, HEADS, &cells(shared, bar)))
}

fn export(shared: &mut Shared) {
    let Some(campaign) = shared.campaign() else { return };
    let rows = campaign.trends.bars().iter().map(|bar| cells(shared, bar)).collect();
    shared.ask_where_lines("trends", HEADS, rows);
}

/// How much of a bar is loaded, in words.
fn loaded(state: BarState) -> &'static str {
    match state {
        BarState::Whole => "whole",
        BarState::Running => "so far",
        BarState::Part => "only in part",
        BarState::Unknown => "not loaded",
    }
}

/// A bar as a row of a file. What is not known has no figures.
fn cells(shared: &Shared, bar: &TrendBar) -> Vec<String> {
    let at = |minute| time(minute).map(|at| shared.look.exact(at)).unwrap_or_default();
    let is_loaded = bar.state != BarState::Unknown;
    let classes = &bar.begun.classes;
    let mut cells = vec![at(bar.from), at(bar.to), loaded(bar.state).to_owned()];
    cells.extend(Class::ALL.map(|class| if is_loaded { classes[class].to_string() } else { String::new() }));
    cells.push(classes.failed_share().filter(|_| is_loaded).map(percent).unwrap_or_default());
    let latency = &bar.begun.latency;
    cells.extend([latency.p50, latency.p95, latency.p99].map(|reached| reached.map(|it| format!("{it:.1}")).unwrap_or_default()));
    cells
}
