//! The campaigns in a pane beside the views, in the order of the configuration.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::recent;
use crate::delivery::{grouped, percent};
use crate::tui::Role;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, cut_middle, fit, width as text_width};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::sparkline;

/// How many spans the last hour has: of five minutes, or of ten.
const HOUR: (usize, usize) = (12, 6);

/// How wide the share of failures is.
const SHARE: usize = 7;

/// Columns before the name: the mark of need, that of the campaign on the screen, a blank.
const MARGIN: usize = 3;

/// Lines that are no campaign: one that lines up with the list's first, the heads, the keys.
const OTHER_ROWS: usize = 3;

/// How wide a pane of this height must be for whole names.
pub(in crate::tui) fn columns(count: usize, longest_name: u16, room: Rect) -> u16 {
    let beside_name = if has_two_lines(count, room) { 0 } else { 1 + HOUR.0 + SHARE };
    longest_name.saturating_add((MARGIN + beside_name + 1) as u16)
}

/// How many lines the pane takes.
pub(in crate::tui) fn rows(count: usize, longest_name: u16, room: Rect) -> u16 {
    let rows = OTHER_ROWS + count * lines_each(count, longest_name, room);
    u16::try_from(rows).unwrap_or(u16::MAX).min(room.height)
}

/// A line each with the figures beside the name, unless that cuts names and there is room for a second line.
fn lines_each(count: usize, longest_name: u16, area: Rect) -> usize {
    let is_whole = usize::from(longest_name) + MARGIN + 1 + HOUR.0 + SHARE < usize::from(area.width);
    if !is_whole && has_two_lines(count, area) { 2 } else { 1 }
}

fn has_two_lines(count: usize, area: Rect) -> bool {
    OTHER_ROWS + 2 * count <= usize::from(area.height)
}

/// Draws the campaigns below each other: name, the last hour, share of failures now, and how fresh that is unless it is
/// live.
pub(in crate::tui) fn draw_pane(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let look = &state.look;
    let width = usize::from(area.width);
    let window = window(state, area);
    // A blank stays at the right.
    let line_room = width.saturating_sub(MARGIN + 1);
    let hour = if window.lines == 2 { HOUR.0 } else { hour_beside(state.longest_name(), line_room) };
    // The heads line up with those of the list.
    if area.height > 1 {
        let name_room = line_room.saturating_sub(1 + hour + SHARE);
        let name = if window.lines == 2 { String::new() } else { format!("{} ", fit("campaign", name_room, Align::Left)) };
        let last_hour = if hour < HOUR.0 { "hour" } else { "last hour" };
        let head = format!("   {name}{}{}", fit(last_hour, hour, Align::Left), fit("failed", SHARE, Align::Right));
        buffer.set_stringn(area.x, area.y + 1, head, width, look.style(Role::Heading));
    }
    let rows = (area.y + 2..area.bottom()).step_by(window.lines);
    for (y, (index, campaign)) in rows.zip(state.campaigns.iter().enumerate().skip(window.skipped).take(window.shown)) {
        let is_shown = index == state.campaigns.current();
        let own = |role: Role| look.style(if is_shown { Role::SelectedElsewhere } else { role });
        if is_shown {
            buffer.set_style(Rect { y, height: window.lines as u16, ..area }, own(Role::Text));
        }
        let needs = campaign.needs_person();
        let mark = format!("{}{} ", if needs { "!" } else { " " }, if is_shown { "›" } else { " " });
        buffer.set_stringn(area.x, y, mark, MARGIN, if needs { look.style(Role::Failed) } else { own(Role::Text) });
        let figures = figures(state, campaign, is_shown, hour, if window.lines == 2 { line_room } else { hour + SHARE });
        let name_room = if window.lines == 2 { line_room } else { line_room.saturating_sub(1 + figures.columns) };
        let name = cut_middle(&campaign.settings.name, name_room);
        buffer.set_stringn(area.x + MARGIN as u16, y, name, name_room, own(Role::Text));
        let (from, y) = if window.lines == 2 { (MARGIN, y + 1) } else { (MARGIN + name_room + 1, y) };
        figures.draw(state, campaign, buffer, Rect { x: area.x + from as u16, y, width: figures.columns as u16, height: 1 });
    }
    draw_keys(state, buffer, Rect { y: area.bottom().saturating_sub(1), height: 1.min(area.height), ..area }, &window);
}

/// How many spans of the last hour have room beside whole names; without room for any, names are cut.
fn hour_beside(longest_name: u16, room: usize) -> usize {
    let fits = |hour: &usize| usize::from(longest_name) + 1 + hour + SHARE <= room;
    [HOUR.0, HOUR.1].into_iter().find(fits).unwrap_or(0)
}

/// What is said of a campaign besides its name.
struct Figures {
    /// How many spans the last hour has; `None` where a problem replaces the figures.
    hour: Option<usize>,
    /// Why they are not live.
    words: Option<(String, Role)>,
    is_shown: bool,
    /// How wide all of it is.
    columns: usize,
}

/// The last hour and the share of failures, and why they are not live. Where that has no room beside them, a problem
/// replaces them, and can take some of the name's.
fn figures(state: &Shared, campaign: &Campaign, is_shown: bool, hour: usize, room: usize) -> Figures {
    let (words, role) = campaign.freshness(state.now, is_shown);
    let long = text_width(&words);
    let has_figures = !campaign.is_unread() && campaign.settings.broken.is_none();
    if role == Role::Fine && has_figures {
        return Figures { hour: Some(hour), words: None, is_shown, columns: room };
    }
    let fits = hour + SHARE + 1 + long <= room;
    let replaces = !has_figures || role != Role::Muted && !fits;
    Figures {
        hour: Some(hour).filter(|_| !replaces),
        words: Some((words, role)).filter(|_| fits || replaces),
        is_shown,
        columns: if replaces { room.max(long.min(HOUR.0 + SHARE)) } else { room },
    }
}

impl Figures {
    fn draw(&self, state: &Shared, campaign: &Campaign, buffer: &mut Buffer, area: Rect) {
        let look = &state.look;
        let room = usize::from(area.width);
        if let Some((words, role)) = &self.words {
            buffer.set_stringn(area.x, area.y, fit(words, room, Align::Right), room, look.style(*role));
        }
        let Some(hour) = self.hour else { return };
        if hour > 0 {
            let columns = recent::history(state, campaign, hour, 60 / hour as i64);
            let most = columns.iter().filter_map(|column| column.value).max().unwrap_or(0);
            sparkline::draw(buffer, Rect { width: (hour as u16).min(area.width), ..area }, &columns, most);
        }
        let share = fit(&failed_now(campaign), SHARE, Align::Right);
        let role = match (campaign.needs_person(), self.is_shown) {
            (true, _) => Role::Failed,
            (false, true) => Role::SelectedElsewhere,
            (false, false) => Role::Muted,
        };
        buffer.set_stringn(area.x + hour as u16, area.y, share, room.saturating_sub(hour), look.style(role));
    }
}

/// The share of failures in the last minutes, or where too few finished for one, how many failed.
fn failed_now(campaign: &Campaign) -> String {
    match (campaign.recent.share(), campaign.recent.failed) {
        (Some(share), _) => percent(share),
        (None, 0) => "–".to_owned(),
        (None, failed) => grouped(failed),
    }
}

/// The last line: the first campaign that needs a person and has no line here, otherwise the keys to the others.
fn draw_keys(state: &Shared, buffer: &mut Buffer, area: Rect, window: &Window) {
    let look = &state.look;
    let hidden = state.campaigns.iter().enumerate().filter(|(index, _)| !window.holds(*index));
    let mut in_need = hidden.map(|(_, campaign)| campaign).filter(|campaign| campaign.needs_person());
    let left = match in_need.next() {
        Some(first) => {
            let more = in_need.count();
            let more = if more > 0 { format!("+{}", grouped(more)) } else { String::new() };
            vec![
                Piece::new("!", look.style(Role::Failed), 0),
                Piece::new(first.settings.name.clone(), look.style(Role::Text), 0).gap(1),
                Piece::new(more, look.style(Role::Failed), 0).gap(1),
            ]
        }
        None => {
            let words = format!("previous, next of {}", grouped(state.campaigns.len()));
            vec![
                Piece::new("[ ]", look.style(Role::Accent), 0),
                Piece::new(words, look.style(Role::Muted), 0).gap(1),
                Piece::new("Shift-Tab", look.style(Role::Accent), 1),
                Piece::new("all", look.style(Role::Muted), 1).gap(1),
            ]
        }
    };
    pieces::draw(buffer, area, left, Vec::new());
}

/// Which campaigns are in the pane.
struct Window {
    /// How many are scrolled away above.
    skipped: usize,
    /// How many have room.
    shown: usize,
    /// How many lines each has.
    lines: usize,
}

impl Window {
    fn holds(&self, index: usize) -> bool {
        (self.skipped..self.skipped + self.shown).contains(&index)
    }
}

fn window(state: &Shared, area: Rect) -> Window {
    let lines = lines_each(state.campaigns.len(), state.longest_name(), area);
    let shown = (usize::from(area.height).saturating_sub(OTHER_ROWS) / lines).max(1);
    Window { skipped: (state.campaigns.current() + 1).saturating_sub(shown), shown, lines }
}

/// The campaign in a line of the screen.
pub(in crate::tui) fn index_at(state: &Shared, area: Rect, row: u16) -> Option<usize> {
    let window = window(state, area);
    let line = usize::from(row.checked_sub(area.y + 2)?) / window.lines;
    Some(window.skipped + line).filter(|index| window.holds(*index) && row + 1 < area.bottom() && *index < state.campaigns.len())
}
