//! What the loop needs of the dashboard it runs.

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::Frame;

use crate::tui::{Effect, Event, KeyRole};

/// Which question is open, with which content: when the content changes, so does the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuestionId(pub u64);

/// A dashboard, as the loop sees it: one value that events change and frames show.
pub trait Dashboard {
    /// What an event changes. It neither waits nor reads a clock: the time is passed in.
    fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect>;

    /// Draws the whole screen. Changes nothing.
    fn draw(&self, frame: &mut Frame<'_>);

    /// The question that waits for a yes, if one is on the screen. The input guard watches over it.
    fn question(&self) -> Option<QuestionId>;

    /// What a key would do now. One that agrees acts only as [`Event::Agreed`].
    fn role(&self, key: KeyEvent) -> KeyRole;

    /// Whether printable keys are text now, so that a paste is welcome.
    fn takes_text(&self) -> bool;

    /// Whether a growing age is on the screen, so that [`Event::Tick`] is needed once a second.
    fn needs_tick(&self) -> bool;

    /// When it needs the next [`Event::Tick`] at the latest, for something due at its own moment: a
    /// typed search to be sent, a mark that fades.
    fn next_wake(&self) -> Option<Timestamp>;
}
