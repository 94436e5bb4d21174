//! All campaigns in full, at every size: what is wrong, how old the data is, and the figures.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::pieces::{self, Piece};
use super::table;
use super::words::{bytes, environment, figure, percent, rate, until};
use crate::delivery::{agreeing, grouped};
use crate::monitor::Connection;
use crate::tui::Role;
use crate::tui::state::{Campaign, Shared};
use crate::tui::text::{Align, age, fit, width};

/// A column: its head, its width, its alignment.
struct Column {
    head: &'static str,
    width: usize,
    align: Align,
    cell: fn(&Shared, &Campaign) -> String,
}

/// The columns after name and state, in the order in which they get room.
const COLUMNS: [Column; 9] = [
    Column { head: "failed now", width: 11, align: Align::Right, cell: |_, campaign| share(campaign) },
    Column {
        head: "on way",
        width: 7,
        align: Align::Right,
        cell: |_, campaign| figure(campaign.open.iter().sum(), !campaign.is_loading()),
    },
    Column { head: "stuck", width: 6, align: Align::Right, cell: |_, campaign| figure(campaign.stuck.total(), !campaign.is_loading()) },
    Column { head: "env", width: 10, align: Align::Left, cell: |state, campaign| environment(&state.look, campaign) },
    Column { head: "usually", width: 11, align: Align::Right, cell: |_, campaign| usually(campaign) },
    Column { head: "calls/s", width: 10, align: Align::Right, cell: |_, campaign| calls(campaign) },
    Column { head: "loaded", width: 10, align: Align::Right, cell: |_, campaign| loaded(campaign) },
    Column { head: "bytes", width: 9, align: Align::Right, cell: |_, campaign| read(campaign) },
    Column { head: "back to", width: 18, align: Align::Left, cell: |state, campaign| state.how_far(campaign) },
];

/// How wide the state is: `REFUSED, again in 25 s`.
const STATE: usize = 22;

/// The narrowest and the widest name.
const NAME: (usize, usize) = (16, 32);

/// Draws the sum, the heads and a line for each campaign. Says where the chosen one is.
pub(in crate::tui) fn draw(state: &Shared, chosen: usize, buffer: &mut Buffer, mut area: Rect) -> Option<Position> {
    let order = state.order();
    let in_need = state.campaigns.iter().filter(|campaign| campaign.needs_person()).count();
    let style = |role| state.look.style(role);
    let mut left = vec![Piece::new(format!("{} campaigns", grouped(order.len())), style(Role::Strong), 0)];
    if in_need > 0 {
        let needs = agreeing(in_need, "needs", "need");
        left.push(Piece::new(format!("· {} {needs} a person", grouped(in_need)), style(Role::Failed), 0).gap(1));
    }
    let in_all: u64 = state.campaigns.iter().filter_map(|campaign| campaign.meter.as_ref()).map(|meter| meter.bytes).sum();
    let right = vec![Piece::new(format!("{} received in all", bytes(in_all)), style(Role::Muted), 1)];
    pieces::draw(buffer, Rect { height: 1, ..area }, left, right, state.look.ascii);
    let longest_name = state.campaigns.iter().map(|campaign| width(&campaign.settings.name)).max().unwrap_or(0);
    let widths = Widths::of(usize::from(area.width), longest_name);
    let head_at = area.y + 1;
    area.y += 2;
    area.height = area.height.saturating_sub(2);
    buffer.set_stringn(area.x, head_at, heads(state, &widths), usize::from(area.width), style(Role::Heading));
    let at = order.iter().position(|index| *index == chosen).unwrap_or(0);
    table::draw(state, buffer, area, order.len(), at, |index, selected| {
        let campaign = order.get(index).and_then(|index| state.campaigns.get(*index));
        campaign.map(|campaign| line(state, campaign, &widths, selected)).unwrap_or_default()
    })
}

/// The campaign at a position on the screen.
pub(in crate::tui) fn index_at(state: &Shared, chosen: usize, area: Rect, at: Position) -> Option<usize> {
    let order = state.order();
    let cursor = order.iter().position(|index| *index == chosen).unwrap_or(0);
    let line = usize::from(at.y.checked_sub(area.y + 2)?);
    let top = table::top(cursor, usize::from(area.height.saturating_sub(2)));
    order.get(top + line).copied().filter(|_| area.contains(at))
}

/// What has room.
struct Widths {
    name: usize,
    columns: Vec<&'static Column>,
}

impl Widths {
    fn of(room: usize, longest_name: usize) -> Self {
        // The mark of need and a blank come before the name, two blanks between columns.
        let mut rest = room.saturating_sub(table::MARGIN + 2 + NAME.0 + 2 + STATE + 1);
        // A whole name comes before all but the first two columns.
        let for_name = longest_name.clamp(NAME.0, NAME.1) - NAME.0;
        let mut columns = Vec::new();
        for (index, column) in COLUMNS.iter().enumerate() {
            if column.width + 2 + if index < 2 { 0 } else { for_name } > rest {
                break;
            }
            rest -= column.width + 2;
            columns.push(column);
        }
        Self { name: (NAME.0 + rest).min(NAME.1), columns }
    }
}

fn heads(state: &Shared, widths: &Widths) -> String {
    let ascii = state.look.ascii;
    let mut text = " ".repeat(table::MARGIN + 2);
    text.push_str(&fit("campaign", widths.name + 2, Align::Left, ascii));
    text.push_str(&fit("as of", STATE, Align::Left, ascii));
    for column in &widths.columns {
        text.push_str("  ");
        text.push_str(&fit(column.head, column.width, column.align, ascii));
    }
    text
}

fn line(state: &Shared, campaign: &Campaign, widths: &Widths, selected: Option<Style>) -> Line<'static> {
    let ascii = state.look.ascii;
    let style = |role| selected.unwrap_or_else(|| state.look.style(role));
    let mark = if campaign.needs_person() { "! " } else { "  " };
    let (words, role) = condition(state, campaign);
    let mut spans = vec![
        Span::styled(mark, style(Role::Failed)),
        Span::styled(fit(&campaign.settings.name, widths.name, Align::Left, ascii), style(Role::Text)),
        Span::styled("  ", style(Role::Text)),
        Span::styled(fit(&words, STATE, Align::Left, ascii), style(role)),
    ];
    for column in &widths.columns {
        let role = if column.head == "failed now" && campaign.fails_too_often() { Role::Failed } else { Role::Text };
        let cell = format!("  {}", fit(&(column.cell)(state, campaign), column.width, column.align, ascii));
        spans.push(Span::styled(cell, style(role)));
    }
    Line::from(spans)
}

/// How old the data is, or why it is getting older.
fn condition(state: &Shared, campaign: &Campaign) -> (String, Role) {
    let old = campaign.age(state.now).map(age);
    let is_shown = state.campaign().is_some_and(|shown| std::ptr::eq(shown, campaign));
    match &campaign.connection {
        _ if campaign.settings.broken.is_some() => ("NOT LOADED".to_owned(), Role::Failed),
        Connection::Refused { until: at, met, .. } => {
            (format!("{}, again {}", met.to_string().to_uppercase(), until(*at, state.now)), Role::Failed)
        }
        Connection::Paused => (format!("paused, {}", old.unwrap_or_else(|| "never loaded".to_owned())), Role::Warning),
        Connection::Waiting { until: at, met, .. } => (format!("{met}, again {}", until(*at, state.now)), Role::Warning),
        Connection::Connecting | Connection::Live => match old {
            Some(old) if campaign.is_stale(state.now, is_shown) => (format!("STALE {old}"), Role::Warning),
            Some(old) => (format!("{old} ago"), Role::Muted),
            None => ("connecting".to_owned(), Role::Muted),
        },
    }
}

/// How many are loaded, where anything is.
fn loaded(campaign: &Campaign) -> String {
    if campaign.is_unread() { "–".to_owned() } else { grouped(campaign.store.coverage().loaded) }
}

/// The share of failures in the last minutes; how many failed where too few finished for a share.
fn share(campaign: &Campaign) -> String {
    match campaign.recent.share() {
        _ if campaign.is_unread() || campaign.recent.failed == 0 && campaign.is_loading() => "–".to_owned(),
        Some(share) => percent(share),
        None => format!("{} of {}", grouped(campaign.recent.failed), grouped(campaign.recent.finished)),
    }
}

fn usually(campaign: &Campaign) -> String {
    campaign.recent.usual_share.map_or_else(|| "–".to_owned(), percent)
}

/// What it uses of its own budget.
fn calls(campaign: &Campaign) -> String {
    campaign.meter.as_ref().map_or_else(|| "–".to_owned(), |meter| format!("{:.1} of {}", meter.used, rate(meter.rate)))
}

fn read(campaign: &Campaign) -> String {
    campaign.meter.as_ref().map_or_else(|| "–".to_owned(), |meter| bytes(meter.bytes))
}
