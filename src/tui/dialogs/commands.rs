//! The `:` line: all commands, found by typing, with what each does; and campaigns by name.

mod recent; // the commands run last
mod search; // which commands are meant
mod typed; // the commands that are only typed

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Can, Dialog, Next, Press};
use crate::tui::Role;
use crate::tui::chrome::keys;
use crate::tui::key_line::KeyWord;
use crate::tui::keys::{Action, Context};
use crate::tui::shared::Shared;
use crate::tui::text::{Align, fit, width};
use crate::tui::widgets::frame;
use crate::tui::widgets::line_box::{self, LineBox};
use crate::tui::widgets::sentences::{self, Sentence};

pub(in crate::tui) use recent::RecentCommands;
use search::{Doing, Suggestion};
pub(in crate::tui) use typed::COMMANDS;
pub use typed::commands_markdown;
use typed::{Typed, word_and_argument};

/// How many commands a page key moves: fewer than a small screen shows.
const PAGE: isize = 8;

/// The widest name, `previous_campaign`, and two blanks.
const NAME: usize = 19;

/// How many lines describe the command under the cursor.
const ABOUT: usize = 2;

/// The widest list of keys that is shown.
const KEYS: usize = 14;

#[derive(Debug, Default)]
pub(in crate::tui) struct Commands {
    line: LineBox,
    /// The command that the cursor was moved to; if `None` it is on the first.
    chosen: Option<Doing>,
}

impl Commands {
    /// The commands of the list, and the index of the cursor.
    fn entries(&self, shared: &Shared) -> (Vec<Suggestion>, usize) {
        let entries = shared.commands(self.line.typed());
        let index = entries.iter().position(|entry| Some(entry.doing) == self.chosen).unwrap_or(0);
        (entries, index)
    }

    /// The command under the cursor.
    fn chosen(&self, shared: &Shared) -> Option<Suggestion> {
        let (entries, index) = self.entries(shared);
        entries.into_iter().nth(index)
    }

    /// How far a key moves the cursor. While something is typed, some keys move within the line.
    fn steps(&self, action: Action) -> Option<isize> {
        match action {
            Action::HalfPageUp | Action::First | Action::Last if !self.line.is_empty() => None,
            _ => action.steps(PAGE),
        }
    }

    fn go(&mut self, steps: isize, shared: &Shared) {
        let (entries, index) = self.entries(shared);
        let index = index.saturating_add_signed(steps).min(entries.len().saturating_sub(1));
        self.chosen = entries.get(index).map(|entry| entry.doing);
        self.line.forget_problem();
    }

    /// Tab: completes the name of the command under the cursor.
    fn complete(&mut self, shared: &Shared) {
        if let Some(entry) = self.chosen(shared) {
            *self = Self { line: LineBox::new(&entry.name, String::new()), chosen: None };
        }
    }

    /// Enter: runs the command under the cursor, or says why not.
    fn run(&self, shared: &mut Shared) -> Result<(), String> {
        let typed = self.line.typed();
        let Some(entry) = self.chosen(shared) else {
            let nearest = shared.nearest_command(typed).map(|name| format!("; the nearest is `{name}`")).unwrap_or_default();
            return Err(format!("there is no command `{}`{nearest}", typed.trim()));
        };
        let is_way_out = matches!(entry.doing, Doing::Typed(Typed::Stop | Typed::Lock));
        if shared.is_starting() && !is_way_out {
            return Err(format!("`{}` is not available: something is about to start, and stop takes it back", entry.name));
        }
        if let Some(why) = entry.refusal {
            return Err(format!("`{}` is not available: {why}", entry.name));
        }
        shared.leave_dialog();
        if !matches!(entry.doing, Doing::Campaign(_)) {
            shared.recent.note(&entry.name);
        }
        match entry.doing {
            Doing::Campaign(index) => shared.show_campaign(index),
            Doing::Typed(command) => shared.carry_out_command(command, word_and_argument(typed).1),
            Doing::Action(action) => shared.do_action(action),
        }
        Ok(())
    }

    /// The list in at most `room` lines of `columns`, followed by what the command under its cursor does.
    fn list(&self, shared: &Shared, columns: usize, room: usize) -> Vec<Line<'static>> {
        let (entries, index) = self.entries(shared);
        let muted = shared.look.style(Role::Muted);
        let is_reported = self.line.has_problem();
        if entries.is_empty() && is_reported {
            return Vec::new();
        }
        if entries.is_empty() {
            let nearest = shared.nearest_command(self.line.typed()).map(|name| format!(": the nearest is `{name}`")).unwrap_or_default();
            return vec![Line::from(Span::styled(format!("no such command{nearest}"), muted))];
        }
        let about = entries.get(index).filter(|_| !is_reported).map(|entry| about(shared, entry, columns)).unwrap_or_default();
        // What it does needs room of its own, which does not move with the list.
        let list_room = room.saturating_sub(ABOUT + 1).max(1);
        let skipped = (index + 1).saturating_sub(list_room);
        let shown = entries.iter().enumerate().skip(skipped).take(list_room);
        let mut lines: Vec<Line<'static>> = shown.map(|(at, entry)| entry_line(shared, entry, at == index, columns)).collect();
        if room > list_room + ABOUT {
            let more = entries.len().saturating_sub(skipped + list_room);
            let more = if more > 0 { format!("  {more} more below") } else { String::new() };
            lines.push(Line::from(Span::styled(more, muted)));
            lines.extend(about);
        }
        lines
    }
}

impl Dialog for Commands {
    fn context(&self) -> Context {
        line_box::CONTEXT
    }

    fn can(&self, action: Action, _shared: &Shared) -> Can {
        match action {
            Action::Enter | Action::Back | Action::NextPane => Can::Yes,
            _ => Can::NotHere,
        }
    }

    fn key(&mut self, press: Press, shared: &mut Shared) -> Next {
        match press.action {
            Some(Action::Back) => return Next::Back,
            Some(Action::Enter) => match self.run(shared) {
                // What the command opened stays open.
                Ok(()) => return Next::Close,
                Err(problem) => self.line.refuse(problem),
            },
            Some(Action::NextPane) => self.complete(shared),
            action => match action.and_then(|action| self.steps(action)) {
                Some(steps) => self.go(steps, shared),
                // Another text is another list: its cursor starts on the best match.
                None if self.line.edit(press.key) => self.chosen = None,
                None => {}
            },
        }
        Next::Stay
    }

    fn paste(&mut self, text: &str, _shared: &mut Shared) {
        self.line.paste(text);
        self.chosen = None;
    }

    fn draw(&self, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
        shared.campaign()?;
        let room = frame::width(area, frame::WIDEST);
        let (line, column) = self.line.line(shared, ":", room);
        let mut lines = vec![line];
        lines.extend(self.line.problem_lines(shared, room));
        let left = usize::from(area.height).saturating_sub(2 + 1 + lines.len());
        lines.extend(self.list(shared, room, left));
        let mut named = line_box::keys(self, shared);
        named.extend(keys::of_dialog(self, shared, [Action::NextPane]));
        named.push(KeyWord::new("Up Down", "choose"));
        lines.push(keys::line(shared, &named, room));
        Some(frame::draw(shared, buffer, area, "Commands", frame::WIDEST, &lines, (column, 0)))
    }
}

fn entry_line(shared: &Shared, entry: &Suggestion, is_chosen: bool, columns: usize) -> Line<'static> {
    let mark = if is_chosen { "› " } else { "  " };
    let name = fit(&entry.name, NAME, Align::Left);
    let key = if width(&entry.key) > KEYS { String::new() } else { entry.key.clone() };
    let room = columns.saturating_sub(2 + NAME + width(&key) + 1);
    let (words, role) = match &entry.refusal {
        Some(why) => (why.as_str(), Role::Muted),
        None => (in_short(entry, room), Role::Text),
    };
    let words = fit(words, room, Align::Left);
    if is_chosen {
        let text = fit(&format!("{mark}{name}{words} {key}"), columns, Align::Left);
        return Line::from(Span::styled(text, shared.look.style(Role::Selected)));
    }
    let of_name = if entry.refusal.is_some() { Role::Muted } else { Role::Strong };
    let of_key = if entry.refusal.is_some() { Role::Muted } else { Role::Accent };
    Line::from(vec![
        Span::styled(format!("{mark}{name}"), shared.look.style(of_name)),
        Span::styled(format!("{words} "), shared.look.style(role)),
        Span::styled(key, shared.look.style(of_key)),
    ])
}

/// The beginning of its description where that says something and fits, otherwise its label: nothing
/// is cut.
fn in_short(entry: &Suggestion, room: usize) -> &str {
    let begins = entry.does.split([',', ':', ';']).next().unwrap_or_default();
    if begins.contains(' ') && width(begins) <= room { begins } else { &entry.label }
}

/// What the command under the cursor does, always in the same number of lines.
fn about(shared: &Shared, entry: &Suggestion, columns: usize) -> Vec<Line<'static>> {
    let does = match &entry.refusal {
        Some(why) => Sentence::new(format!("Not now ({why})."), Role::Text, 0),
        None => Sentence::new(entry.does.clone(), Role::Text, 0),
    };
    let mut lines = sentences::lines(shared, vec![does], columns, ABOUT + 1);
    lines.truncate(ABOUT);
    lines.resize(ABOUT, Line::default());
    lines
}
