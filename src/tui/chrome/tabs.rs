//! The line of views, with the count of each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::delivery::grouped;
use crate::tui::layout::Kind;
use crate::tui::shared::{Shared, ViewKind};
use crate::tui::widgets::pieces::{self, Piece};
use crate::tui::{Action, Role, views};

/// Draws the line. On a small screen the other campaigns are named at its right.
pub(in crate::tui) fn draw(state: &Shared, buffer: &mut Buffer, area: Rect, kind: Kind) {
    let Some((left, right)) = sides(state, kind) else { return };
    pieces::draw(buffer, area, left, right);
}

/// Whose name is at a column.
pub(in crate::tui) fn view_at(state: &Shared, area: Rect, kind: Kind, column: u16) -> Option<ViewKind> {
    let (left, right) = sides(state, kind)?;
    let mut shown = None;
    for (from, to, text) in pieces::placed(area, left, right) {
        // The number and the bracket belong to the view as well.
        shown = ViewKind::ALL.into_iter().find(|view| text.ends_with(view.about().label)).or(shown);
        if (from..to).contains(&column) {
            return shown;
        }
    }
    None
}

/// The pieces of the line, from the left and from the right.
fn sides(state: &Shared, kind: Kind) -> Option<(Vec<Piece>, Vec<Piece>)> {
    let campaign = state.campaign()?;
    let style = |role| state.look.style(role);
    let mut left = Vec::new();
    for view in ViewKind::ALL {
        let name = view.about().label;
        let key = state.keymap.name(state.pane(), Action::Show(view));
        let (number, role) = views::count(view, campaign);
        let number = if number == 0 { String::new() } else { format!("({})", grouped(number)) };
        let is_shown = view == state.view;
        // Blanks take the place of the open tab's brackets, so that no name ever moves.
        let (name_role, brackets) = if is_shown { (Role::Accent, ["[", "]"]) } else { (Role::Text, [" ", " "]) };
        left.push(Piece::new(format!("{}{key} {name}", brackets[0]), style(name_role), 0).gap(0));
        left.push(Piece::new(number, style(role), 2).gap(1));
        left.push(Piece::new(brackets[1], style(name_role), 0).gap(0));
    }
    let mut right = Vec::new();
    if !campaign.marked.is_empty() {
        right.push(Piece::new(format!("{} marked", grouped(campaign.marked.len())), style(Role::Accent), 0));
    }
    if right.is_empty() && kind != Kind::Small {
        let far = if campaign.is_unread() { String::new() } else { state.how_far(campaign) };
        right.push(Piece::new(far, style(Role::Muted), 3));
    }
    Some((left, right))
}
