//! The line of views, with what is to be counted in each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pieces::{self, Piece};
use super::words::count;
use crate::delivery::Status;
use crate::tui::Role;
use crate::tui::layout::Kind;
use crate::tui::state::{Campaign, State, ViewKind};

/// Draws the line. On a small screen the other campaigns are named at its right.
pub(super) fn draw(state: &State, buffer: &mut Buffer, area: Rect, kind: Kind) {
    let Some(campaign) = state.campaign() else { return };
    let style = |role| state.look.style(role);
    let mut left = Vec::new();
    for view in ViewKind::ALL {
        let (action, name) = view.tab();
        let key = state.key_for(action);
        let (number, role) = number(campaign, view);
        let is_shown = view == state.view;
        // Blanks stand where the open tab has its brackets, so that no name ever moves.
        let (name_role, brackets) = if is_shown { (Role::Accent, ["[", "]"]) } else { (Role::Text, [" ", " "]) };
        left.push(Piece::new(format!("{}{key} {name}", brackets[0]), style(name_role), 0).gap(0));
        left.push(Piece::new(number, style(role), 3).gap(1));
        left.push(Piece::new(brackets[1], style(name_role), 0).gap(0));
    }
    let mut right = Vec::new();
    if !campaign.marked.is_empty() {
        right.push(Piece::new(format!("{} marked", count(campaign.marked.len())), style(Role::Accent), 0));
    }
    if kind == Kind::Small && state.campaigns.len() > 1 {
        right.extend(other_campaigns(state));
    }
    pieces::draw(buffer, area, left, right, state.look.ascii);
}

/// The number beside a view's name.
fn number(campaign: &Campaign, view: ViewKind) -> (String, Role) {
    let shown = |number: usize| if number == 0 { String::new() } else { count(number) };
    match view {
        ViewKind::Failures => (shown(campaign.store.counts().of(&Status::Failure)), Role::Failed),
        ViewKind::Activity => (shown(campaign.activity_len()), if campaign.actions.needs_person() { Role::Failed } else { Role::Text }),
        ViewKind::Messages | ViewKind::Batches => (String::new(), Role::Text),
    }
}

/// `campaign 2/3 !`: which one this is, and whether another one needs a person.
fn other_campaigns(state: &State) -> Vec<Piece> {
    let order = state.order();
    let place = order.iter().position(|place| *place == state.current).unwrap_or(0);
    let is_needed = order.iter().any(|place| *place != state.current && state.campaigns[*place].needs_person());
    let style = |role| state.look.style(role);
    let mut pieces = vec![Piece::new(format!("campaign {}/{}", place + 1, order.len()), style(Role::Muted), 2)];
    if is_needed {
        pieces.push(Piece::new("!", style(Role::Failed), 1).gap(1));
    }
    pieces
}
