//! The menu for an action with an unknown outcome, and the question before a person's verdict.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::sentences::{self, Sentence};
use super::{dialog, keys};
use crate::tui::key_line::KeyWord;
use crate::tui::state::{Resolve, Shared};
use crate::tui::text::{Align, fit};
use crate::tui::{Action, Context, Role};

/// Draws the menu, or its question. Says where the cursor is.
pub(in crate::tui) fn draw(state: &Shared, resolve: &Resolve, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let width = dialog::width(area, dialog::WIDEST);
    let room = usize::from(area.height).saturating_sub(2 + 4);
    let style = |role| state.look.style(role);
    let (mut lines, at, named) = match &resolve.asking {
        None => {
            let what = Sentence::new(format!("The outcome of {} is unknown.", resolve.about), Role::Text, 0);
            let mut lines = sentences::lines(state, vec![what], width, room);
            let first = lines.len();
            for (index, (_, words)) in Resolve::LINES.iter().enumerate() {
                let is_selected = index == resolve.cursor;
                let mark = if is_selected { "›" } else { " " };
                let role = if is_selected { Role::Selected } else { Role::Text };
                lines.push(Line::from(Span::styled(fit(&format!("{mark} {words}"), width, Align::Left, state.look.ascii), style(role))));
            }
            (lines, first + resolve.cursor, keys::bound(state, Context::Menu, [(Action::Enter, "choose"), (Action::Back, "cancel")]))
        }
        Some((went, _)) => {
            let (said, then) = if *went {
                ("it went", "It then counts as accepted.")
            } else {
                ("it did not go", "It can then be retried: if it did go, its recipient gets it twice.")
            };
            let all = vec![
                Sentence::new(format!("Record of {} that {said}?", resolve.about), Role::Strong, 0),
                Sentence::new(then, if *went { Role::Text } else { Role::Warning }, 1),
                Sentence::new("This is written to the journal with your name, and cannot be undone.", Role::Text, 2),
            ];
            let mut lines = sentences::lines(state, all, width, room);
            let at = lines.len();
            lines.push(Line::from(Span::styled("[ cancel ]", style(Role::Focus))));
            (lines, at, vec![KeyWord::new("y", format!("record that {said}")), KeyWord::new("Esc", "cancel")])
        }
    };
    lines.push(keys::line(state, &named, width));
    Some(dialog::draw(state, buffer, area, "An unknown outcome", dialog::WIDEST, &lines, (0, at)))
}
