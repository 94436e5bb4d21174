//! The start screen, for somebody who has no configuration yet.

mod view;

use std::io;
use std::path::PathBuf;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::Frame;

use super::keys::{self, Action, Chord, Context};
use super::{Dashboard, Effect, End, Event, Host, Input, QuestionId, Requests, Run, Screen, Theme, updates};

/// What somebody wants who has no configuration yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartChoice {
    /// The dashboard on the embedded simulator.
    Demo,
    /// The place and the text of a configuration, on standard output, where they can be copied.
    ShowExample,
    /// Nothing.
    Quit,
}

/// What the start screen says.
#[derive(Debug, Clone)]
pub struct StartText {
    /// Where a configuration is looked for.
    pub path: PathBuf,
    /// An example of one.
    pub example: &'static str,
    /// The command that tries a configuration out, as it is typed.
    pub check: &'static str,
}

/// Shows the start screen until something was chosen. How the loop ended is told beside the choice,
/// for the exit code: a signal chooses [`StartChoice::Quit`].
///
/// # Errors
/// When the terminal can be neither read nor written.
pub fn start(
    text: StartText,
    theme: Theme,
    ascii: bool,
    screen: &mut impl Screen,
    input: &mut impl Input,
    requests: &Requests,
) -> io::Result<(StartChoice, End)> {
    let mut start = Start::new(text, theme, ascii);
    let (_, receiver) = updates(requests.waker());
    let end = Run::new(&mut start, screen, input, &mut Nobody, receiver, requests.clone()).run()?;
    Ok((if end == End::Quit { start.choice } else { StartChoice::Quit }, end))
}

/// No worker runs behind the start screen.
struct Nobody;

impl Host for Nobody {
    fn started(&mut self) {}

    fn perform(&mut self, _: Effect) {}
}

/// What can be chosen, in this order.
const CHOICES: [Choice; 3] = [
    Choice { digit: '1', name: "Try the demo", says: "no key, no network, nothing is sent" },
    Choice { digit: '2', name: "Add a campaign", says: "where the file goes, and what stands in it" },
    Choice { digit: '3', name: "Quit", says: "" },
];

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
    rows: u16,
    /// Which choice has the focus.
    focus: usize,
    /// The page about adding a campaign, and how far its example is scrolled.
    page: Option<usize>,
    choice: StartChoice,
}

impl Start {
    fn new(text: StartText, theme: Theme, ascii: bool) -> Self {
        Self { text, theme, ascii, rows: 0, focus: 0, page: None, choice: StartChoice::Quit }
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let action = keys::lookup(Context::Page, key);
        match action {
            Some(Action::Interrupt) => return self.choose(StartChoice::Quit),
            Some(Action::Suspend) => return vec![Effect::Suspend],
            Some(Action::Redraw) => return vec![Effect::Redraw],
            _ => {}
        }
        match self.page {
            Some(line) => self.key_on_page(action, line),
            None => self.key_in_menu(action, key),
        }
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

    fn key_on_page(&mut self, action: Option<Action>, line: usize) -> Vec<Effect> {
        let last = self.text.example.lines().count().saturating_sub(1);
        // A page overlaps the one before by a line or so, whatever the height of the head.
        let page = usize::from(self.rows / 2).max(1);
        let to = match action {
            Some(Action::Up) => line.saturating_sub(1),
            Some(Action::Down) => line + 1,
            Some(Action::PageUp | Action::HalfPageUp) => line.saturating_sub(page),
            Some(Action::PageDown | Action::HalfPageDown) => line + page,
            Some(Action::First) => 0,
            Some(Action::Last) => last,
            Some(Action::Back | Action::Quit) => {
                self.page = None;
                return Vec::new();
            }
            Some(Action::Enter) => return self.choose(StartChoice::ShowExample),
            _ => line,
        };
        self.page = Some(to.min(last));
        Vec::new()
    }

    fn open(&mut self, place: usize) -> Vec<Effect> {
        match place {
            0 => self.choose(StartChoice::Demo),
            1 => {
                self.page = Some(0);
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
            Event::Resize { rows, .. } => {
                self.rows = rows;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>) {
        view::draw(self, frame);
    }

    fn question(&self) -> Option<QuestionId> {
        None
    }

    fn takes_text(&self) -> bool {
        false
    }

    fn needs_tick(&self) -> bool {
        false
    }

    fn next_wake(&self) -> Option<Timestamp> {
        None
    }
}

#[cfg(test)]
mod tests;
