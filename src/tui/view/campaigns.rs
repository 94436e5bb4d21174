//! The campaigns, in a line or in a pane: those that need a person first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pieces::{self, Piece};
use super::words::{count, percent};
use crate::delivery::Status;
use crate::monitor::Connection;
use crate::tui::state::{Campaign, State};
use crate::tui::text::{Align, age, cut, fit};
use crate::tui::{Role, sign};

/// Draws the campaigns in one line; the one on the screen is never left out.
pub(super) fn draw_line(state: &State, buffer: &mut Buffer, area: Rect) {
    let order = state.order();
    let style = |role| state.look.style(role);
    let mut left = Vec::new();
    for (rank, place) in order.iter().enumerate() {
        let campaign = &state.campaigns[*place];
        let is_shown = *place == state.current;
        let rank = if is_shown { 0 } else { u8::try_from(rank + 1).unwrap_or(u8::MAX) };
        let name_role = if is_shown { Role::Accent } else { Role::Text };
        if campaign.needs_person() {
            left.push(Piece::new("!", style(Role::Failed), rank).gap(3));
            left.push(Piece::new(campaign.card.name.clone(), style(name_role), rank).gap(1));
        } else {
            left.push(Piece::new(campaign.card.name.clone(), style(name_role), rank).gap(3));
        }
        let (words, role) = condition(state, campaign, is_shown);
        left.push(Piece::new(words, style(role), rank).gap(1));
    }
    let place = order.iter().position(|place| *place == state.current).unwrap_or(0);
    let right = vec![
        Piece::new("[ ]", style(Role::Accent), 1),
        Piece::new(format!("{} of {}", place + 1, order.len()), style(Role::Muted), 0).gap(1),
    ];
    pieces::draw(buffer, area, left, right, state.look.ascii);
}

/// What is to be said of a campaign in a few words: what is wrong, else its failures.
fn condition(state: &State, campaign: &Campaign, is_shown: bool) -> (String, Role) {
    match &campaign.connection {
        _ if campaign.card.broken.is_some() => return ("not read".to_owned(), Role::Failed),
        Connection::Refused { .. } => return ("REFUSED".to_owned(), Role::Failed),
        Connection::Paused => return ("paused".to_owned(), Role::Warning),
        Connection::Connecting if campaign.store.is_empty() => return ("connecting".to_owned(), Role::Muted),
        Connection::Waiting { .. } if !campaign.is_stale(state.now, is_shown) => return ("no answer".to_owned(), Role::Warning),
        _ => {}
    }
    if campaign.is_stale(state.now, is_shown) {
        let old = campaign.age(state.now).map(age).unwrap_or_default();
        return (format!("STALE {old}"), Role::Warning);
    }
    let failed = campaign.store.counts().of(&Status::Failure);
    let mark = sign(&Status::Failure, state.look.ascii);
    let share = share(campaign).map(|share| format!(", {}", percent(share))).unwrap_or_default();
    (format!("{mark} {}{share}", count(failed)), if campaign.fails_too_often() { Role::Failed } else { Role::Muted })
}

/// The share of failures among the loaded messages that ended.
fn share(campaign: &Campaign) -> Option<f64> {
    let counts = campaign.store.counts();
    let (delivered, failed) = (counts.of(&Status::Success), counts.of(&Status::Failure));
    (delivered + failed > 0).then(|| failed as f64 / (delivered + failed) as f64)
}

/// Draws the campaigns below each other: name, share of failures now, open messages, age.
pub(super) fn draw_pane(state: &State, buffer: &mut Buffer, area: Rect) {
    let order = state.order();
    let width = usize::from(area.width);
    let name_room = width.saturating_sub(1 + 2 + 8 + 1 + 9 + 1);
    let ascii = state.look.ascii;
    let head = format!(
        " {}{}{}",
        fit("  campaign", name_room + 2, Align::Left, ascii),
        fit(sign(&Status::Failure, ascii), 9, Align::Right, ascii),
        fit("open", 8, Align::Right, ascii)
    );
    // The heads stand beside those of the list.
    if area.height > 1 {
        buffer.set_stringn(area.x, area.y + 1, head, width, state.look.style(Role::Heading));
    }
    let shown = usize::from(area.height.saturating_sub(3)).max(1);
    let at = order.iter().position(|place| *place == state.current).unwrap_or(0);
    let skipped = (at + 1).saturating_sub(shown);
    for (y, place) in (area.y + 2..area.bottom()).zip(order.iter().skip(skipped)) {
        let campaign = &state.campaigns[*place];
        let is_shown = *place == state.current;
        let row = Rect { y, height: 1, ..area };
        let (words, role) = pane_condition(state, campaign, is_shown);
        let own = |role: Role| if is_shown { state.look.style(Role::SelectedElsewhere) } else { state.look.style(role) };
        if is_shown {
            buffer.set_style(row, own(Role::Text));
        }
        let mark = if campaign.needs_person() { "!" } else { " " };
        let cursor = if is_shown { state.look.sign("›", ">") } else { " " };
        let cells: [(String, usize, Style); 3] = [
            (format!("{mark}{cursor} "), 3, if campaign.needs_person() { state.look.style(Role::Failed) } else { own(Role::Text) }),
            (fit(&campaign.card.name, name_room, Align::Left, ascii), name_room, own(Role::Text)),
            (fit(&words, 18, Align::Right, ascii), 18, own(role)),
        ];
        let mut x = area.x;
        for (text, taken, style) in cells {
            buffer.set_stringn(x, y, cut(&text, taken, ascii), taken, style);
            x += u16::try_from(taken).unwrap_or(0);
        }
    }
    // The way to the others, where there is a line left for it.
    let used = order.len().saturating_sub(skipped) + 2;
    if used < usize::from(area.height) {
        let y = area.bottom() - 1;
        let keys = Rect { y, height: 1, ..area };
        let style = |role| state.look.style(role);
        let left = vec![Piece::new("[ ]", style(Role::Accent), 0), Piece::new("campaign before, next", style(Role::Muted), 0).gap(1)];
        pieces::draw(buffer, keys, left, Vec::new(), ascii);
    }
}

/// The right half of a line of the pane: what is wrong, else share of failures and open messages.
fn pane_condition(state: &State, campaign: &Campaign, is_shown: bool) -> (String, Role) {
    let (words, role) = condition(state, campaign, is_shown);
    if !words.starts_with(sign(&Status::Failure, state.look.ascii)) {
        return (words, role);
    }
    let now = campaign.recent.share().or_else(|| share(campaign)).map(percent).unwrap_or_else(|| state.look.sign("–", "-").to_owned());
    (format!("{now:>9} {:>7}", count(campaign.open.iter().sum())), role)
}
