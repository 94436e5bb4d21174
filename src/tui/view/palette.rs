//! The list of commands below the command line.

use ratatui::text::{Line, Span};

use super::sentences::{self, Sentence};
use crate::tui::Role;
use crate::tui::state::{PaletteEntry, Prompt, Shared};
use crate::tui::text::{Align, fit, width};

/// The widest name, `previous_campaign`, and two blanks.
const NAME: usize = 19;

/// How many lines describe the command under the cursor.
const ABOUT: usize = 2;

/// The widest list of keys that is shown.
const KEYS: usize = 14;

/// The list in at most `room` lines of `columns`, followed by what the command under its cursor does.
pub(in crate::tui) fn lines(state: &Shared, prompt: &Prompt, columns: usize, room: usize) -> Vec<Line<'static>> {
    let entries = state.palette(prompt.typed());
    let index = prompt.index(&entries);
    let style = |role| state.look.style(role);
    let is_reported = !prompt.problem.is_empty();
    if entries.is_empty() && is_reported {
        return Vec::new();
    }
    if entries.is_empty() {
        let nearest = state.nearest_command(prompt.typed()).map(|name| format!(": the nearest is `{name}`")).unwrap_or_default();
        return vec![Line::from(Span::styled(format!("no such command{nearest}"), style(Role::Muted)))];
    }
    let about = entries.get(index).filter(|_| !is_reported).map(|entry| about(state, entry, columns)).unwrap_or_default();
    // What it does needs room of its own, which does not move with the list.
    let list_room = room.saturating_sub(ABOUT + 1).max(1);
    let skipped = (index + 1).saturating_sub(list_room);
    let mut lines: Vec<Line<'static>> = entries
        .iter()
        .enumerate()
        .skip(skipped)
        .take(list_room)
        .map(|(at, entry)| entry_line(state, entry, at == index, columns))
        .collect();
    if room > list_room + ABOUT {
        let more = entries.len().saturating_sub(skipped + list_room);
        let more = if more > 0 { format!("  {more} more below") } else { String::new() };
        lines.push(Line::from(Span::styled(more, style(Role::Muted))));
        lines.extend(about);
    }
    lines
}

fn entry_line(state: &Shared, entry: &PaletteEntry, is_chosen: bool, columns: usize) -> Line<'static> {
    let ascii = state.look.ascii;
    let mark = if is_chosen { "› " } else { "  " };
    let name = fit(&entry.name, NAME, Align::Left, ascii);
    let key = if width(&entry.key) > KEYS { String::new() } else { entry.key.clone() };
    let room = columns.saturating_sub(2 + NAME + width(&key) + 1);
    let (words, role) = match &entry.refusal {
        Some(why) => (why.as_str(), Role::Muted),
        None => (in_short(entry, room), Role::Text),
    };
    let words = fit(words, room, Align::Left, ascii);
    if is_chosen {
        let text = fit(&format!("{mark}{name}{words} {key}"), columns, Align::Left, ascii);
        return Line::from(Span::styled(text, state.look.style(Role::Selected)));
    }
    let of_name = if entry.refusal.is_some() { Role::Muted } else { Role::Strong };
    let of_key = if entry.refusal.is_some() { Role::Muted } else { Role::Accent };
    Line::from(vec![
        Span::styled(format!("{mark}{name}"), state.look.style(of_name)),
        Span::styled(format!("{words} "), state.look.style(role)),
        Span::styled(key, state.look.style(of_key)),
    ])
}

/// The beginning of its description where that says something and fits, otherwise its label: nothing
/// is cut.
fn in_short(entry: &PaletteEntry, room: usize) -> &str {
    let begins = entry.does.split([',', ':', ';']).next().unwrap_or_default();
    if begins.contains(' ') && width(begins) <= room { begins } else { &entry.label }
}

/// What the command under the cursor does, always in the same number of lines.
fn about(state: &Shared, entry: &PaletteEntry, columns: usize) -> Vec<Line<'static>> {
    let does = match &entry.refusal {
        Some(why) => Sentence::new(format!("Not now ({why})."), Role::Text, 0),
        None => Sentence::new(entry.does.clone(), Role::Text, 0),
    };
    let mut lines = sentences::lines(state, vec![does], columns, ABOUT + 1);
    lines.truncate(ABOUT);
    lines.resize(ABOUT, Line::default());
    lines
}
