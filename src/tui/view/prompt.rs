//! A line for typing: commands with their list, a campaign's name, a file.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::sentences::{self, Sentence};
use super::words::environment;
use super::{dialog, keys, palette};
use crate::tui::Role;
use crate::tui::key_line::KeyWord;
use crate::tui::state::{Prompt, PromptKind, Shared};
use crate::tui::text::width;

/// Draws the line in its box. The cursor is where the user types.
pub(in crate::tui) fn draw(state: &Shared, prompt: &Prompt, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let campaign = state.campaign()?;
    let style = |role| state.look.style(role);
    let room = dialog::width(area, dialog::WIDEST);
    let (title, sign) = match &prompt.kind {
        PromptKind::Command => ("Commands".to_owned(), ":"),
        PromptKind::Unlock => (format!("Unlock for actions, {}, {}", environment(&state.look, campaign), campaign.settings.name), ""),
        PromptKind::NameFilter(_) => ("Save the filter".to_owned(), ""),
        PromptKind::Window => ("Show a time window".to_owned(), ""),
        PromptKind::History => (format!("Read further back, {}", campaign.settings.name), ""),
        PromptKind::Export(_) => ("Export to a file".to_owned(), ""),
    };
    let above = match &prompt.kind {
        PromptKind::Command => Vec::new(),
        PromptKind::Unlock => vec![
            Sentence::new("Allows retries. Locks again after 15 minutes without one. Noted in the journal.", Role::Text, 2),
            Sentence::new(format!("Type its name to unlock it: {}", campaign.settings.name), Role::Strong, 0),
        ],
        PromptKind::NameFilter(choice) => {
            let words = choice.for_every_campaign().words(&state.look.zone, state.now);
            let mut sentences = vec![
                Sentence::new(words, Role::Strong, 0),
                Sentence::new("It is listed first in the filter menu of every campaign, and kept for the next start.", Role::Text, 2),
            ];
            if !choice.batches.is_empty() {
                sentences.push(Sentence::new("Without the batch, which belongs to this campaign only.", Role::Text, 1));
            }
            sentences
        }
        PromptKind::Window => vec![
            Sentence::new("A start; or a start and an end, with \"to\" between.", Role::Text, 0),
            Sentence::new(
                format!("2h · 3d to 1d · 2026-11-20 to 2026-11-22 · 2026-11-24T09:00 to today. Days are in {}.", state.look.zone_name),
                Role::Muted,
                1,
            ),
        ],
        PromptKind::History => {
            let oldest = campaign.store.coverage().oldest.map(|at| state.look.time(at, state.now));
            let loaded = oldest.map_or_else(|| "Nothing is loaded yet".to_owned(), |oldest| format!("Loaded back to {oldest}"));
            vec![
                Sentence::new(format!("{loaded}. How far back should messages be loaded?"), Role::Text, 0),
                Sentence::new("7d, 36h, a date such as 2026-11-01, or all", Role::Muted, 1),
            ]
        }
        PromptKind::Export(export) => {
            let masked = if export.masked { "masked, as on the screen" } else { "NOT masked" };
            vec![
                Sentence::new(
                    format!("{}: {masked}. Only you can read the file. It is noted in the journal.", export.detail),
                    Role::Text,
                    1,
                ),
                Sentence::new("An existing file is not overwritten.", Role::Muted, 2),
            ]
        }
    };
    let mut lines = sentences::lines(state, above, room, usize::from(area.height).saturating_sub(2 + 3));
    let input_at = lines.len();
    let (shown, column) = prompt.input.shown(room.saturating_sub(width(sign)).max(2), state.look.ascii);
    let column = width(sign) + column;
    lines.push(Line::from(vec![
        Span::styled(sign, style(Role::Accent)),
        Span::styled(shown, style(if prompt.input.is_proposal() { Role::Selected } else { Role::Strong })),
    ]));
    if !prompt.problem.is_empty() {
        let problem = vec![Sentence::new(prompt.problem.clone(), Role::Warning, 0)];
        lines.extend(sentences::lines(state, problem, room, 2));
    }
    if prompt.kind == PromptKind::Command {
        let left = usize::from(area.height).saturating_sub(2 + 1 + lines.len());
        lines.extend(palette::lines(state, prompt, room, left));
    }
    let mut named = vec![KeyWord::new("Enter", does(&prompt.kind)), KeyWord::new("Esc", "cancel")];
    if prompt.kind == PromptKind::Command {
        named.extend([KeyWord::new("Tab", "complete"), KeyWord::new("Up Down", "choose")]);
    }
    lines.push(keys::line(state, &named, room));
    Some(dialog::draw(state, buffer, area, &title, dialog::WIDEST, &lines, (column, input_at)))
}

/// What Enter does with what was typed.
pub(in crate::tui) fn does(kind: &PromptKind) -> &'static str {
    match kind {
        PromptKind::Command => "do it",
        PromptKind::Unlock => "unlock it",
        PromptKind::NameFilter(_) => "save it",
        PromptKind::Window => "show it",
        PromptKind::History => "load older messages",
        PromptKind::Export(_) => "write it",
    }
}
