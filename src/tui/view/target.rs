//! What is under the mouse: by the same layout and the same scrolling as it is drawn with.

use crate::tui::views;
use ratatui::layout::{Position, Rect};

use super::{all_campaigns, campaigns, keys, row_menu, table, tabs};
use crate::tui::Action;
use crate::tui::layout::Kind;
use crate::tui::state::{Column, OldDialog, RowAction, Shared, ViewKind};

/// Something that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Target {
    /// A line of the list on the screen, by its index in the whole list.
    Row(usize),
    /// The head of a column of the messages.
    Head(Column),
    /// A view's name.
    Tab(ViewKind),
    /// A campaign, by its index in the configuration.
    Campaign(usize),
    /// A line of the open menu.
    Line(RowAction),
    /// A line of the screen, for the open dialog.
    Dialog(u16),
    /// A key of the last line.
    Key(Action),
}

/// What is at a position on the screen. Nothing behind a dialog or a page can be clicked.
pub(in crate::tui) fn target(state: &Shared, column: u16, row: u16) -> Option<Target> {
    let (layout, at) = (state.layout(), Position::new(column, row));
    if layout.kind == Kind::Tiny {
        return None;
    }
    if layout.keys.contains(at) {
        return keys::action_at(state, layout.keys, column).map(Target::Key);
    }
    if state.help.is_some() {
        return None;
    }
    match &state.dialog {
        OldDialog::New(dialog) if !dialog.lets_through(at, state) => return Some(Target::Dialog(row)),
        OldDialog::Row(menu) => return row_menu::line_at(state, menu, layout.body, at).map(Target::Line),
        OldDialog::Campaigns(chosen) => return all_campaigns::index_at(state, *chosen, layout.page(), at).map(Target::Campaign),
        OldDialog::None | OldDialog::New(_) => {}
        _ => return None,
    }
    if layout.tabs.contains(at) {
        return tabs::view_at(state, layout.tabs, layout.kind, column).map(Target::Tab);
    }
    if let Some(pane) = layout.campaigns.filter(|pane| pane.contains(at)) {
        return campaigns::index_at(state, pane, row).map(Target::Campaign);
    }
    if state.view == ViewKind::Messages && layout.heads.contains(at) && !layout.covers_list {
        return views::messages::head_at(state, layout.heads, column).map(Target::Head);
    }
    let is_list = layout.list.contains(at) && !layout.covers_list;
    is_list.then(|| row_at(state, layout.list, row)).flatten().map(Target::Row)
}

fn row_at(state: &Shared, list: Rect, row: u16) -> Option<usize> {
    let campaign = state.campaign()?;
    let height = usize::from(list.height);
    // The last line of the messages says how far the list goes, and can have the cursor, too.
    let (top, count) = match state.view {
        ViewKind::Messages => (campaign.list.top(&campaign.store, height), campaign.list.len() + 1),
        view => {
            let (index, count) = views::cursor(view, campaign);
            (table::top(index, height), count)
        }
    };
    let index = top + usize::from(row - list.y);
    (index < count && !campaign.store.is_empty()).then_some(index)
}
