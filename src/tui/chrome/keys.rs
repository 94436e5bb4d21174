//! The last line: the keys that do something here, the most important first; and the keys of a dialog.

use crate::tui::views::{self, activity};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::monitor::Connection;
use crate::tui::dialogs::{Can, Dialog};
use crate::tui::key_line::{self, KeyWord};
use crate::tui::keys::{Binding, Bound};
use crate::tui::shared::{Shared, ViewKind};
use crate::tui::text::width;
use crate::tui::{Action, Context, Role};

/// Draws the keys of the last line.
pub(in crate::tui) fn draw(state: &Shared, top: Option<&dyn Dialog>, buffer: &mut Buffer, area: Rect) {
    let (_, keys) = useful(state, top);
    let line = Line::from(key_line::spans(&keys, room(area), |role| state.look.style(role)));
    buffer.set_line(area.x + 1, area.y, &line, area.width.saturating_sub(1));
}

/// What the key at a column does.
pub(in crate::tui) fn action_at(state: &Shared, top: Option<&dyn Dialog>, area: Rect, column: u16) -> Option<Action> {
    let (actions, keys) = useful(state, top);
    let column = usize::from(column.checked_sub(area.x + 1)?);
    let (index, _) = key_line::placed(&keys, room(area)).into_iter().find(|(_, columns)| columns.contains(&column))?;
    actions.get(index).copied()
}

/// A blank column stays at each side.
fn room(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(2))
}

/// What would do something just now, and its keys, the most important first.
pub(in crate::tui) fn useful(state: &Shared, top: Option<&dyn Dialog>) -> (Vec<Action>, Vec<KeyWord>) {
    let context = state.context();
    let word_of = |binding: &Binding| match top {
        // Closing with `q` is what Esc says already.
        _ if binding.action == Action::Quit && context != state.pane() => None,
        Some(dialog) => word(dialog, state, binding).filter(|_| dialog.is_offered(binding.action)),
        None if context == state.pane() => word_in_view(state, binding),
        // The countdown after a yes.
        None => Some(binding.label),
    };
    let known = |line: &Bound| Some((line.binding.action, KeyWord::new(line.key(context), word_of(line.binding)?)));
    state.keymap.footer(context).into_iter().filter_map(known).unzip()
}

/// What an action would do in the view on the screen now; `None` where it would do nothing, or is not worth a place.
fn word_in_view(state: &Shared, binding: &Binding) -> Option<&'static str> {
    if !is_worth_a_place(state, binding.action) {
        return None;
    }
    // Where it cannot be planned, the key says why.
    if binding.action == Action::PlanRetry && state.view == ViewKind::Messages {
        return Some(binding.label);
    }
    match views::can(binding.action, state) {
        Can::Yes => Some(binding.label),
        Can::Do(word) => Some(word),
        Can::Not(_) | Can::NotHere => None,
    }
}

/// Whether a key that does something in the view deserves a place in the line of keys.
fn is_worth_a_place(state: &Shared, action: Action) -> bool {
    let campaign = state.campaign();
    let is_empty = campaign.is_some_and(|campaign| campaign.store.is_empty());
    match action {
        // Where nothing is loaded there is nothing to open and nothing to retry.
        Action::Enter
        | Action::PlanRetry
        | Action::RevealRow
        | Action::NextPane
        | Action::Toggle
        | Action::Filter
        | Action::TimeWindow
        | Action::Find
        | Action::Order
        | Action::Copy
        | Action::Export
            if is_empty =>
        {
            can_act(state, action)
        }
        // Elsewhere it only goes back, which Esc says already.
        Action::Quit => state.pane() == Context::MESSAGES && campaign.is_none_or(|campaign| campaign.drilled.is_none()),
        Action::ShowCampaigns => state.campaigns.len() > 1,
        _ => true,
    }
}

/// What an action would do in a dialog now; `None` where it would do nothing.
fn word(dialog: &dyn Dialog, state: &Shared, binding: &Binding) -> Option<&'static str> {
    match dialog.can(binding.action, state) {
        Can::Yes => Some(binding.label),
        Can::Do(word) => Some(word),
        Can::Not(_) | Can::NotHere => None,
    }
}

/// The keys of these actions that would do something in a dialog now.
pub(in crate::tui) fn of_dialog<const N: usize>(dialog: &dyn Dialog, state: &Shared, actions: [Action; N]) -> Vec<KeyWord> {
    let context = dialog.context();
    let known = |action| state.keymap.help(context).into_iter().find(|line| line.binding.action == action);
    let key = |action| Some(KeyWord::new(state.keymap.key(context, action)?, word(dialog, state, known(action)?.binding)?));
    actions.into_iter().filter_map(key).collect()
}

/// The keys of these actions, without those that have none.
pub(in crate::tui) fn bound<const N: usize>(state: &Shared, context: Context, actions: [(Action, &str); N]) -> Vec<KeyWord> {
    actions.into_iter().filter_map(|(action, word)| Some(KeyWord::new(state.keymap.key(context, action)?, word))).collect()
}

/// The keys of a dialog, after why the last key did nothing.
pub(in crate::tui) fn line(state: &Shared, keys: &[KeyWord], columns: usize) -> Line<'static> {
    let too_soon = state.too_soon().map(|pressed| format!("Too soon: press {pressed} again.  ")).unwrap_or_default();
    let keys = key_line::spans(keys, columns.saturating_sub(width(&too_soon)), |role| state.look.style(role));
    std::iter::once(Span::styled(too_soon, state.look.style(Role::Warning))).chain(keys).collect()
}

/// Whether a key does something although no message is loaded: in the activity, and the find line,
/// which asks the server.
fn can_act(state: &Shared, action: Action) -> bool {
    let Some(campaign) = state.campaign() else { return false };
    let is_access_refused = campaign.settings.broken.is_some() || matches!(campaign.connection, Connection::Refused { .. });
    match action {
        Action::Find => !is_access_refused,
        Action::Enter | Action::PlanRetry => state.view == ViewKind::Activity && activity::len(campaign) > 0,
        _ => false,
    }
}
