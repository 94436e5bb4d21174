//! The line of views, with the count of each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::delivery::grouped;
use crate::tui::layout::Kind;
use crate::tui::shared::{Campaign, Shared, ViewKind};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::{Action, Role, views};

/// Draws the line. On a small screen the other campaigns are named at its right.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect, kind: Kind) {
    let Some((left, right)) = sides(state, area, kind) else { return };
    pieces::draw(buffer, area, left, right);
}

/// Whose name is at a column.
pub(in crate::tui) fn view_at(state: &Shared, area: Rect, kind: Kind, column: u16) -> Option<ViewKind> {
    let (left, right) = sides(state, area, kind)?;
    let mut views = ViewKind::ALL.into_iter().peekable();
    let mut shown = views.peek().copied();
    for (from, to, text) in pieces::placed(area, left, right) {
        // Each begins with its key; name, number and bracket belong to it as well.
        shown = views.next_if(|view| text == key(state, *view)).or(shown);
        if (from..to).contains(&column) {
            return shown;
        }
    }
    None
}

fn key(state: &Shared, view: ViewKind) -> String {
    state.keymap.name(state.pane(), Action::Show(view))
}

/// The ranks of what is left out first: how far back is loaded, then the count of the activity unless that waits for a
/// person, then names, from the last to the first. The keys, the name of what is shown, and who did not get it stay.
const OUT_FIRST: u8 = 20;

/// The pieces of the line, from the left and from the right.
fn sides(state: &Shared, area: Rect, kind: Kind) -> Option<(Vec<Piece>, Vec<Piece>)> {
    let campaign = state.campaign()?;
    let style = |role| state.look.style(role);
    let mut right = Vec::new();
    if !campaign.marked.is_empty() {
        right.push(Piece::new(format!("{} marked", grouped(campaign.marked.len())), style(Role::Accent), 0));
    }
    let room = usize::from(area.width).saturating_sub(2 + right.first().map_or(0, |_| 2) + pieces::total(&right));
    if right.is_empty() && kind != Kind::Small {
        let far = if campaign.is_unread() { String::new() } else { state.loaded_how_far(campaign) };
        right.push(Piece::new(far, style(Role::Muted), OUT_FIRST));
    }
    let loose = tabs(state, campaign, 2);
    // The count of the activity, which changes all the time, moves nothing.
    let staying = loose.iter().filter(|piece| piece.rank < OUT_FIRST - 1);
    Some((if pieces::total(staying) <= room { loose } else { tabs(state, campaign, 1) }, right))
}

/// Key, name and count of every view, so many columns apart. From two on, the brackets of the open tab take the place of
/// a blank, so that no name moves where another is shown; a blank remains on either side of them.
fn tabs(state: &Shared, campaign: &Campaign, apart: usize) -> Vec<Piece> {
    let piece = |text: String, role: Role, rank: u8| Piece::new(text, state.look.style(role), rank).gap(0);
    let mut pieces = Vec::new();
    let mut close = "";
    for (rank, view) in (1..).zip(ViewKind::ALL) {
        let is_shown = view == state.view;
        let open = if is_shown { "[" } else { "" };
        let blanks = if pieces.is_empty() { 1 - open.len() } else { (apart - close.len() - open.len()).max(1) };
        pieces.push(piece(format!("{close}{:blanks$}{open}", ""), Role::Accent, 0));
        pieces.push(piece(key(state, view), Role::Accent, 0));
        let stays = is_shown || view == ViewKind::NotDelivered;
        let role = if is_shown { Role::Accent } else { Role::Text };
        pieces.push(piece(format!(" {}", view.about().label), role, if stays { 0 } else { rank + 1 }));
        let (number, role) = views::count(view, campaign);
        let number = if number == 0 { String::new() } else { format!(" ({})", grouped(number)) };
        let is_needed = view == ViewKind::NotDelivered || role == Role::Failed;
        pieces.push(piece(number, role, if is_needed { 1 } else { OUT_FIRST - 1 }));
        close = if is_shown { "]" } else { "" };
    }
    pieces.push(piece(close.to_owned(), Role::Accent, 0));
    pieces
}
