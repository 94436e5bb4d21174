//! The campaigns in a pane beside the views, in the order of the configuration.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::recent;
use crate::delivery::grouped;
use crate::tui::Role;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::text::{Align, cut_middle, fit};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::widgets::sparkline;
use crate::tui::widgets::words::percent;

/// The last hour, in spans of five minutes.
const HOUR: (usize, i64) = (12, 5);

/// How wide the share of failures is, or what is wrong.
const SHARE: usize = 7;

/// How wide the age of the data is, where the pane has room for it.
const FRESH: usize = 9;

/// From this width on there is.
const ROOM_FOR_AGE: u16 = 40;

/// Draws the campaigns below each other: name, the last hour, share of failures now, age.
pub(in crate::tui) fn draw_pane(state: &Shared, buffer: &mut Buffer, area: Rect) {
    let look = &state.look;
    let width = usize::from(area.width);
    let fresh = if area.width >= ROOM_FOR_AGE { FRESH } else { 0 };
    let name_room = width.saturating_sub(3 + HOUR.0 + 1 + SHARE + fresh + 1);
    // The heads line up with those of the list.
    if area.height > 1 {
        let head = format!(
            "   {} {}{}{}",
            fit("campaign", name_room, Align::Left),
            fit("last hour", HOUR.0, Align::Left),
            fit("failed", SHARE, Align::Right),
            fit("", fresh, Align::Right),
        );
        buffer.set_stringn(area.x, area.y + 1, head, width, look.style(Role::Heading));
    }
    let (skipped, shown) = window(state, area);
    for (y, (index, campaign)) in (area.y + 2..area.bottom()).zip(state.campaigns.iter().enumerate().skip(skipped).take(shown)) {
        let is_shown = index == state.campaigns.current();
        let own = |role: Role| look.style(if is_shown { Role::SelectedElsewhere } else { role });
        if is_shown {
            buffer.set_style(Rect { y, height: 1, ..area }, own(Role::Text));
        }
        let needs = campaign.needs_person();
        let mark = format!("{}{} ", if needs { "!" } else { " " }, if is_shown { "›" } else { " " });
        buffer.set_stringn(area.x, y, mark, 3, if needs { look.style(Role::Failed) } else { own(Role::Text) });
        buffer.set_stringn(
            area.x + 3,
            y,
            fit(&cut_middle(&campaign.settings.name, name_room), name_room, Align::Left),
            name_room,
            own(Role::Text),
        );
        let at = area.x + 3 + u16::try_from(name_room).unwrap_or(0) + 1;
        let (words, role) = campaign.freshness(state.now, is_shown);
        if campaign.is_unread() || campaign.settings.broken.is_some() {
            let room = HOUR.0 + SHARE + fresh;
            buffer.set_stringn(at, y, fit(&words, room, Align::Right), room, look.style(role));
            continue;
        }
        let columns = recent::history(state, campaign, HOUR.0, HOUR.1);
        let most = columns.iter().filter_map(|column| column.value).max().unwrap_or(0);
        sparkline::draw(buffer, Rect { x: at, y, width: HOUR.0 as u16, height: 1 }, &columns, most);
        let right = at + HOUR.0 as u16;
        let share = failed_now(campaign);
        buffer.set_stringn(right, y, fit(&share, SHARE, Align::Right), SHARE, own(if needs { Role::Failed } else { Role::Muted }));
        buffer.set_stringn(right + SHARE as u16, y, fit(&words, fresh, Align::Right), fresh, look.style(role));
    }
    draw_keys(state, buffer, Rect { y: area.bottom().saturating_sub(1), height: 1.min(area.height), ..area }, skipped, shown);
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
fn draw_keys(state: &Shared, buffer: &mut Buffer, area: Rect, skipped: usize, shown: usize) {
    let look = &state.look;
    let hidden = state.campaigns.iter().enumerate().filter(|(index, _)| *index < skipped || *index >= skipped + shown);
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

/// How many campaigns are scrolled away above, and how many have a line.
fn window(state: &Shared, area: Rect) -> (usize, usize) {
    let shown = usize::from(area.height.saturating_sub(3)).max(1);
    ((state.campaigns.current() + 1).saturating_sub(shown), shown)
}

/// The campaign in a line of the screen.
pub(in crate::tui) fn index_at(state: &Shared, area: Rect, row: u16) -> Option<usize> {
    let (skipped, shown) = window(state, area);
    let line = usize::from(row.checked_sub(area.y + 2)?);
    Some(skipped + line).filter(|index| line < shown && row + 1 < area.bottom() && *index < state.campaigns.len())
}
