//! The form that adds a campaign: filled in field by field, checked at once, then saved.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent};
use secrecy::SecretString;

use crate::config::{NewCampaign, NewField, NewKey, NewServer};
use crate::monitor::NoticeWeight;
use crate::postman::{BaseUrl, Environment, Explanation};
use crate::tui::Effect;
use crate::tui::keys::Action;
use crate::tui::widgets::typed_line::TypedLine;

/// What the check of a new campaign found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialLine {
    /// How good or bad it is.
    pub weight: NoticeWeight,
    /// What was seen.
    pub text: String,
    /// What to do; empty where nothing needs doing.
    pub next: String,
}

/// A part of the form that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    Name,
    Server,
    Address,
    Id,
    Source,
    Key,
    ReadOnly,
    Try,
    Save,
    Example,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FormPhase {
    /// Being filled in.
    Filling,
    /// The API was asked; no answer yet.
    Trying,
    /// The answer, and whether all was well.
    Tried(Vec<TrialLine>),
    /// Being written.
    Saving,
    /// It was not written.
    NotSaved(Explanation),
}

/// Where the campaign can be: the three environments, then another address.
pub(super) const SERVERS: [&str; 4] = ["production", "test", "loadtest", "another address"];
/// Where its key can be.
pub(super) const SOURCES: [&str; 3] = ["an environment variable", "a file", "typed here, saved in a private file"];
/// Whether actions are locked.
pub(super) const READ_ONLY: [&str; 3] = ["in production only (default)", "yes: no retries", "no: retries are possible"];

/// Longer than any key or path that is typed; more would be an accident.
const LONGEST: usize = 500;

#[derive(Debug)]
pub(super) struct CampaignForm {
    pub name: TypedLine,
    pub server: usize,
    pub address: TypedLine,
    pub id: TypedLine,
    pub source: usize,
    pub keys: TypedKeys,
    pub read_only: usize,
    pub focus: Spot,
    pub problems: Vec<(Spot, String)>,
    pub phase: FormPhase,
    /// The key that discards what was typed when it is pressed again.
    pub leaves: Option<Leaving>,
}

/// A key that leaves what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// Esc: back to the menu.
    Back,
    /// Ctrl-c: out of the program.
    Quit,
}

/// What was typed for each source of a key: wiped with the form, and shown in no debug output.
pub(super) struct TypedKeys([TypedLine; 3]);

impl TypedKeys {
    /// The text for a source.
    pub fn of(&self, source: usize) -> Option<&TypedLine> {
        self.0.get(source)
    }
}

impl Default for TypedKeys {
    fn default() -> Self {
        Self(std::array::from_fn(|_| TypedLine::with_limit(LONGEST)))
    }
}

impl Drop for TypedKeys {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(TypedLine::wipe);
    }
}

impl fmt::Debug for TypedKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TypedKeys(…)")
    }
}

/// What follows a key in the form.
#[derive(Debug, PartialEq)]
pub(super) enum AfterKey {
    /// The form stays open.
    Stay(Vec<Effect>),
    /// Back to the menu.
    Back,
    /// Show an example; the form waits.
    Example,
}

impl CampaignForm {
    pub fn new() -> Self {
        Self {
            name: TypedLine::with_limit(LONGEST),
            // A first try should not be in production.
            server: 1,
            address: TypedLine::with_limit(LONGEST),
            id: TypedLine::with_limit(LONGEST),
            source: 0,
            keys: TypedKeys::default(),
            read_only: 0,
            focus: Spot::Name,
            problems: Vec::new(),
            phase: FormPhase::Filling,
            leaves: None,
        }
    }

    /// The parts in their order on the screen.
    pub fn spots(&self) -> Vec<Spot> {
        let all = [
            Spot::Name,
            Spot::Server,
            Spot::Address,
            Spot::Id,
            Spot::Source,
            Spot::Key,
            Spot::ReadOnly,
            Spot::Try,
            Spot::Save,
            Spot::Example,
        ];
        all.into_iter().filter(|spot| *spot != Spot::Address || self.has_address()).collect()
    }

    fn has_address(&self) -> bool {
        self.server + 1 == SERVERS.len()
    }

    /// Whether the API was asked and found nothing wrong.
    pub fn is_right(&self) -> bool {
        matches!(&self.phase, FormPhase::Tried(lines) if lines.iter().all(|line| line.weight != NoticeWeight::Problem))
    }

    /// A key. `action` is its meaning in the key table for a line that is typed into.
    pub fn key(&mut self, action: Option<Action>, key: KeyEvent) -> AfterKey {
        if self.is_waiting() {
            // An answer is on its way; only leaving makes sense, and the answer is then dropped.
            if action == Some(Action::Back) && self.phase == FormPhase::Trying {
                self.phase = FormPhase::Filling;
            }
            return AfterKey::Stay(Vec::new());
        }
        if action == Some(Action::Back) {
            return if self.may_leave(Leaving::Back) { AfterKey::Back } else { AfterKey::Stay(Vec::new()) };
        }
        self.leaves = None;
        match (action, key.code) {
            (Some(Action::Enter), _) => return self.enter(),
            (Some(Action::NextPane), _) | (_, KeyCode::Down) => self.step(1),
            (_, KeyCode::BackTab | KeyCode::Up) => self.step(-1),
            (_, code) => self.edit(code, key),
        }
        AfterKey::Stay(Vec::new())
    }

    /// Whether this key leaves the form now: where something was typed, only when pressed twice.
    pub fn may_leave(&mut self, by: Leaving) -> bool {
        self.is_empty() || self.leaves.replace(by) == Some(by)
    }

    /// Pasted text goes into the focused line, only its first line.
    pub fn paste(&mut self, text: &str) {
        if self.is_waiting() {
            return;
        }
        self.leaves = None;
        self.change(|line| line.paste_first(text));
    }

    /// The API answered.
    pub fn tried(&mut self, lines: Vec<TrialLine>) {
        // The user has gone back meanwhile.
        if self.phase == FormPhase::Trying {
            self.phase = FormPhase::Tried(lines);
            self.focus = if self.is_right() { Spot::Save } else { Spot::Try };
        }
    }

    /// It could not be written.
    pub fn not_saved(&mut self, why: Explanation) {
        self.phase = FormPhase::NotSaved(why);
    }

    /// Whether it waits for an answer.
    pub fn is_waiting(&self) -> bool {
        matches!(self.phase, FormPhase::Trying | FormPhase::Saving)
    }

    fn is_empty(&self) -> bool {
        let lines = [&self.name, &self.address, &self.id].into_iter().chain(&self.keys.0);
        lines.into_iter().all(TypedLine::is_empty)
    }

    fn step(&mut self, by: isize) {
        let spots = self.spots();
        let at = spots.iter().position(|spot| *spot == self.focus).unwrap_or_default();
        let to = at.checked_add_signed(by).unwrap_or(spots.len() - 1) % spots.len();
        self.focus = spots.get(to).copied().unwrap_or(Spot::Name);
    }

    fn enter(&mut self) -> AfterKey {
        match self.focus {
            spot @ (Spot::Try | Spot::Save) => {
                let Some(campaign) = self.checked().map(Box::new) else { return AfterKey::Stay(Vec::new()) };
                let (phase, effect) = match spot {
                    Spot::Try => (FormPhase::Trying, Effect::TryCampaign(campaign)),
                    _ => (FormPhase::Saving, Effect::AddCampaign(campaign)),
                };
                self.phase = phase;
                AfterKey::Stay(vec![effect])
            }
            Spot::Example => AfterKey::Example,
            _ => {
                self.step(1);
                AfterKey::Stay(Vec::new())
            }
        }
    }

    fn edit(&mut self, code: KeyCode, key: KeyEvent) {
        let choices = match self.focus {
            Spot::Server => Some((&mut self.server, SERVERS.len())),
            Spot::Source => Some((&mut self.source, SOURCES.len())),
            Spot::ReadOnly => Some((&mut self.read_only, READ_ONLY.len())),
            _ => None,
        };
        if let Some((choice, count)) = choices {
            match code {
                KeyCode::Left => *choice = (*choice + count - 1) % count,
                KeyCode::Right | KeyCode::Char(' ') => *choice = (*choice + 1) % count,
                _ => return,
            }
            self.changed();
            return;
        }
        match self.focus {
            Spot::Try | Spot::Save | Spot::Example => match code {
                KeyCode::Left => self.step(-1),
                KeyCode::Right => self.step(1),
                _ => {}
            },
            _ => self.change(|line| {
                line.key(key);
            }),
        }
    }

    fn change(&mut self, edit: impl FnOnce(&mut TypedLine)) {
        let source = self.source;
        let line = match self.focus {
            Spot::Name => &mut self.name,
            Spot::Address => &mut self.address,
            Spot::Id => &mut self.id,
            Spot::Key => match self.keys.0.get_mut(source) {
                Some(line) => line,
                None => return,
            },
            _ => return,
        };
        let before = line.value().len();
        edit(line);
        if before != line.value().len() {
            self.changed();
        }
    }

    /// What was found applied to what was there then.
    fn changed(&mut self) {
        self.phase = FormPhase::Filling;
        let focus = self.focus;
        self.problems.retain(|(spot, _)| *spot != focus && !(focus == Spot::Source && *spot == Spot::Key));
    }

    /// The campaign, if nothing is wrong with it; otherwise the focus goes to the first mistake.
    fn checked(&mut self) -> Option<NewCampaign> {
        let campaign = self.campaign();
        let mut problems: Vec<(Spot, String)> = Vec::new();
        match &campaign.server {
            NewServer::Environment(word) => problems.extend(Environment::parse(word).err().map(|error| (Spot::Server, error.expected))),
            NewServer::BaseUrl(url) => problems.extend(BaseUrl::parse(url).err().map(|error| (Spot::Address, error.to_string()))),
        }
        let spot = |field| match field {
            NewField::Name => Spot::Name,
            NewField::Server => Spot::Address,
            NewField::Id => Spot::Id,
            NewField::Key => Spot::Key,
        };
        for (field, what) in campaign.mistakes() {
            if !problems.iter().any(|(known, _)| *known == spot(field)) {
                problems.push((spot(field), what));
            }
        }
        let spots = self.spots();
        problems.sort_by_key(|(spot, _)| spots.iter().position(|known| known == spot));
        self.problems = problems;
        match self.problems.first() {
            None => Some(campaign),
            Some((spot, _)) => {
                self.focus = *spot;
                self.phase = FormPhase::Filling;
                None
            }
        }
    }

    fn campaign(&self) -> NewCampaign {
        let text = |input: &TypedLine| input.value().trim().to_owned();
        let key = self.keys.of(self.source).map(|line| line.value().trim()).unwrap_or_default();
        NewCampaign {
            name: text(&self.name),
            server: match SERVERS.get(self.server) {
                Some(word) if !self.has_address() => NewServer::Environment((*word).to_owned()),
                _ => NewServer::BaseUrl(text(&self.address)),
            },
            id: text(&self.id),
            key: match self.source {
                0 => NewKey::Env(key.to_owned()),
                1 => NewKey::File(key.to_owned()),
                _ => NewKey::Typed(SecretString::from(key)),
            },
            read_only: [None, Some(true), Some(false)].get(self.read_only).copied().flatten(),
        }
    }
}

#[cfg(test)]
mod tests;
