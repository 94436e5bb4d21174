//! The menu of statuses.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::dialog;
use super::words::count;
use crate::delivery::Status;
use crate::tui::state::{Campaign, FilterMenu, MenuLine, State};
use crate::tui::text::{Align, fit};
use crate::tui::{Action, Context, Role, sign};

/// How wide the box is.
const COLUMNS: u16 = 54;

/// Draws the menu. The cursor stands on its line.
pub(super) fn draw(state: &State, menu: &FilterMenu, buffer: &mut Buffer, area: Rect) -> Position {
    let Some(campaign) = state.campaign() else { return Position::new(area.x, area.y) };
    let ascii = state.look.ascii;
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (place, line) in FilterMenu::LINES.iter().enumerate() {
        let is_selected = place == menu.cursor;
        let style = state.look.style(if is_selected { Role::Selected } else { Role::Text });
        let mark = if is_selected { "›" } else { " " };
        let text = match line {
            MenuLine::Everything => "    everything".to_owned(),
            MenuLine::Failed => "    failed only".to_owned(),
            MenuLine::Open => "    open only: still moving".to_owned(),
            MenuLine::Status(status) => {
                let tick = if menu.is_ticked(status) { "[x]" } else { "[ ]" };
                format!("{tick} {} {}", sign(status, ascii), status.word())
            }
        };
        let number = fit(&count(number(campaign, line)), 10, Align::Right, ascii);
        let left = usize::from(COLUMNS) - 4 - 10 - 2;
        lines.push(Line::from(Span::styled(format!("{mark} {}{number}", fit(&text, left, Align::Left, ascii)), style)));
    }
    let (key, word) = (state.look.style(Role::Accent), state.look.style(Role::Muted));
    let keys = [(Action::Enter, "show"), (Action::Toggle, "tick"), (Action::PlanRetry, "plan these"), (Action::Back, "leave")];
    let keys = keys.into_iter().filter_map(|(action, does)| Some((state.keymap.key(Context::Menu, action)?, does)));
    let keys = keys.flat_map(|(name, does)| [Span::styled(name, key), Span::styled(format!(" {does}  "), word)]);
    lines.push(Line::from(keys.collect::<Vec<_>>()));
    // On a low screen the menu scrolls with its cursor and keeps its keys.
    let room = usize::from(area.height.saturating_sub(3)).max(1);
    let skipped = (menu.cursor + 1).saturating_sub(room);
    let last = lines.pop();
    let mut shown: Vec<_> = lines.into_iter().skip(skipped).take(room).collect();
    shown.extend(last);
    let rows = u16::try_from(shown.len()).unwrap_or(u16::MAX);
    let inner = dialog::draw(state, buffer, area, "Show messages that are", COLUMNS, rows);
    dialog::put(buffer, inner, &shown);
    Position::new(inner.x, inner.y + u16::try_from(menu.cursor - skipped).unwrap_or(0))
}

/// How many of the loaded messages a line would show.
fn number(campaign: &Campaign, line: &MenuLine) -> usize {
    let counts = campaign.store.counts();
    match line {
        MenuLine::Everything => counts.total(),
        MenuLine::Open => campaign.open.iter().sum(),
        MenuLine::Failed => counts.of(&Status::Failure),
        MenuLine::Status(status) => counts.of(status),
    }
}
