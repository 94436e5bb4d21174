//! The start screen, shown when there is no configuration yet.

mod example;
mod form;
mod form_view;

use std::io;
use std::path::PathBuf;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::keys::{Action, Chord, Context, KeyMap};
use super::text::{Align, fit, wrap};
use super::widgets::ascii;
use super::{Dashboard, Effect, Event, EventLoop, ExitReason, Host, Input, KeyRole, QuestionId, Requests, Role, Screen, Theme, updates};
use example::Example;
use form::{AfterKey, CampaignForm, Leaving};

pub use form::TrialLine;

/// What a user without a configuration wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartChoice {
    /// The dashboard on the embedded simulator.
    Demo,
    /// The dashboard on the campaign just added.
    Added,
    /// Nothing.
    Quit,
}

/// The texts of the start screen.
#[derive(Debug, Clone)]
pub struct StartText {
    /// Where a configuration is looked for.
    pub path: PathBuf,
}

/// Shows the start screen until something is chosen. Returns the loop's exit reason along with the
/// choice, for the exit code: a signal chooses [`StartChoice::Quit`].
///
/// # Errors
///
/// When the terminal can be neither read nor written.
pub fn start(
    text: StartText,
    theme: Theme,
    ascii: bool,
    screen: &mut impl Screen,
    input: &mut impl Input,
    host: &mut impl Host,
    requests: &Requests,
) -> io::Result<(StartChoice, ExitReason)> {
    let mut start = Start::new(text, theme, ascii);
    let (_, receiver) = updates(requests.waker());
    let end = EventLoop::new(&mut start, screen, input, host, receiver, requests.clone()).run()?;
    Ok((if end == ExitReason::Quit { start.choice } else { StartChoice::Quit }, end))
}

/// What can be chosen, in this order.
const CHOICES: [Choice; 3] = [
    Choice { digit: '1', name: "Try the demo", says: "no key, no network, nothing is sent" },
    Choice { digit: '2', name: "Add a campaign", says: "name, environment, id and key, checked as you save" },
    Choice { digit: '3', name: "Quit", says: "" },
];

/// The width of a choice's name.
const NAME_COLUMNS: usize = 19;

/// The width of the menu, where there is room.
const MENU_COLUMNS: u16 = 76;

struct Choice {
    digit: char,
    name: &'static str,
    says: &'static str,
}

/// The start screen's state.
struct Start {
    text: StartText,
    theme: Theme,
    ascii: bool,
    /// Which choice has the focus.
    focus: usize,
    /// The form that adds a campaign, while it is open.
    form: Option<CampaignForm>,
    /// The example in front of the form, while it is open.
    example: Option<Example>,
    /// Columns and rows of the terminal.
    size: (u16, u16),
    choice: StartChoice,
}

impl Start {
    fn new(text: StartText, theme: Theme, ascii: bool) -> Self {
        Self { text, theme, ascii, focus: 0, form: None, example: None, size: (80, 24), choice: StartChoice::Quit }
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let context = if self.takes_text() { Context::Prompt } else { Context::Page };
        let action = KeyMap::default().lookup(context, key);
        let is_common = matches!(action, Some(Action::Interrupt | Action::Suspend | Action::Redraw));
        if let Some(example) = self.example.as_mut().filter(|_| !is_common) {
            let effects = example.key(action, self.size);
            if effects.is_none() {
                self.example = None;
            }
            return effects.unwrap_or_default();
        }
        match (action, &mut self.form) {
            (Some(Action::Interrupt), _) => self.interrupt(),
            (Some(Action::Suspend), _) => vec![Effect::Suspend],
            (Some(Action::Redraw), _) => vec![Effect::Redraw],
            (_, None) => self.key_in_menu(action, key),
            (_, Some(form)) => match form.key(action, key) {
                AfterKey::Stay(effects) => effects,
                AfterKey::Example => {
                    self.example = Some(Example::default());
                    Vec::new()
                }
                AfterKey::Back => {
                    self.form = None;
                    Vec::new()
                }
            },
        }
    }

    /// Ctrl-c: where something was typed, it first says what would be lost.
    fn interrupt(&mut self) -> Vec<Effect> {
        if self.form.as_mut().is_none_or(|form| form.may_leave(Leaving::Quit)) {
            return self.choose(StartChoice::Quit);
        }
        self.example = None;
        Vec::new()
    }

    fn key_in_menu(&mut self, action: Option<Action>, key: KeyEvent) -> Vec<Effect> {
        match action {
            Some(Action::Up) => self.focus = self.focus.saturating_sub(1),
            Some(Action::Down) => self.focus = (self.focus + 1).min(CHOICES.len() - 1),
            Some(Action::First) => self.focus = 0,
            Some(Action::Last) => self.focus = CHOICES.len() - 1,
            Some(Action::Quit) => return self.choose(StartChoice::Quit),
            Some(Action::Enter) => return self.open(self.focus),
            _ => {
                let digit = Chord::of(key).and_then(Chord::printable);
                if let Some(place) = CHOICES.iter().position(|choice| Some(choice.digit) == digit) {
                    self.focus = place;
                    return self.open(place);
                }
            }
        }
        Vec::new()
    }

    fn open(&mut self, place: usize) -> Vec<Effect> {
        match place {
            0 => self.choose(StartChoice::Demo),
            1 => {
                self.form = Some(CampaignForm::new());
                Vec::new()
            }
            _ => self.choose(StartChoice::Quit),
        }
    }

    fn choose(&mut self, choice: StartChoice) -> Vec<Effect> {
        self.choice = choice;
        vec![Effect::Quit]
    }
}

impl Dashboard for Start {
    fn update(&mut self, event: Event, _: Timestamp) -> Vec<Effect> {
        match event {
            Event::Key(key) => self.key(key),
            Event::Added(Ok(())) => self.choose(StartChoice::Added),
            Event::Resize { columns, rows } => {
                self.size = (columns, rows);
                Vec::new()
            }
            Event::Background(background) => {
                self.theme = self.theme.clone().on(Some(background));
                Vec::new()
            }
            event => {
                if let Some(form) = &mut self.form {
                    match event {
                        Event::Paste(text) => form.paste(&text),
                        Event::Tried(lines) => form.tried(lines),
                        Event::Added(Err(why)) => form.not_saved(why),
                        _ => {}
                    }
                }
                Vec::new()
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        let area = frame.area();
        frame.buffer_mut().set_style(area, self.theme.style(Role::Text));
        match (&self.example, &self.form) {
            (Some(example), _) => example.draw(self, frame),
            (None, Some(form)) => form_view::draw(self, form, frame),
            (None, None) => draw_menu(self, frame),
        }
        if self.ascii {
            ascii::replace(frame.buffer_mut(), area);
        }
    }

    fn question(&self) -> Option<QuestionId> {
        None
    }

    fn role(&self, _: KeyEvent) -> KeyRole {
        if self.takes_text() { KeyRole::Text } else { KeyRole::Key }
    }

    fn takes_text(&self) -> bool {
        self.form.is_some() && self.example.is_none()
    }

    fn needs_tick(&self) -> bool {
        false
    }

    fn next_wake(&self) -> Option<Timestamp> {
        None
    }
}

fn draw_menu(start: &Start, frame: &mut Frame<'_>) {
    let area = frame.area();
    let style = |role| start.theme.style(role);
    let left = area.width.saturating_sub(MENU_COLUMNS) / 2;
    let columns = usize::from(area.width.min(MENU_COLUMNS).saturating_sub(2));
    let mut lines = vec![
        Line::styled("Postwatch", style(Role::Strong)),
        Line::styled("watch SMS deliveries, find a recipient, retry failures", style(Role::Muted)),
        Line::default(),
    ];
    let first_choice = lines.len();
    for (index, choice) in CHOICES.iter().enumerate() {
        let name = fit(choice.name, NAME_COLUMNS.min(columns.saturating_sub(6)), Align::Left);
        lines.push(if index == start.focus {
            let row = format!(" {}  {name} {}", choice.digit, choice.says);
            Line::styled(fit(&row, columns, Align::Left), style(Role::Selected))
        } else {
            Line::from(vec![
                Span::styled(format!(" {}  ", choice.digit), style(Role::Accent)),
                Span::raw(name),
                Span::styled(format!(" {}", choice.says), style(Role::Muted)),
            ])
        });
    }
    lines.push(Line::default());
    lines.push(Line::styled("No configuration found at", style(Role::Muted)));
    lines.extend(wrap(&start.text.path.display().to_string(), columns).into_iter().map(Line::raw));
    // A blank line above it as soon as there is room for one.
    let spare = usize::from(area.height).saturating_sub(lines.len());
    let top = u16::try_from(spare / 3).unwrap_or_default();
    paragraph(frame, Rect::new(left + 1, top, area.width.saturating_sub(left + 2), area.height.saturating_sub(top)), lines);
    cursor(frame, left + 2, top + u16::try_from(first_choice + start.focus).unwrap_or_default());
}

/// Lines from the top of `area`, as many as fit.
fn paragraph(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>) {
    let area = area.intersection(frame.area());
    for (row, line) in area.rows().zip(lines) {
        frame.render_widget(line, row);
    }
}

/// The terminal's cursor shows screen readers where the focus is.
fn cursor(frame: &mut Frame<'_>, x: u16, y: u16) {
    let area = frame.area();
    if x < area.width && y < area.height {
        frame.set_cursor_position((x, y));
    }
}

#[cfg(test)]
mod tests;
