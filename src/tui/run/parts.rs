//! What the loop puts together: a dashboard, a screen, a keyboard with a clock, and someone to carry out
//! effects. Tests supply their own.

use std::io;
use std::time::Duration;

use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};
use ratatui::Frame;

use crate::tui::{Background, Effect, Event, KeyRole};

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

    /// What the terminal's title is to say; `None` leaves it alone.
    fn title(&self) -> Option<String> {
        None
    }

    /// When it needs the next [`Event::Tick`] at the latest, for something due at its own moment: a
    /// typed search to be sent, a mark that fades.
    fn next_wake(&self) -> Option<Timestamp>;
}

/// Where frames go.
pub trait Screen {
    /// Shows what `draw` draws.
    ///
    /// # Errors
    ///
    /// When the terminal accepts no more output.
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;

    /// Columns and rows.
    ///
    /// # Errors
    ///
    /// When the terminal reports none.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// Forgets what is on the screen, so that the next frame paints all of it.
    ///
    /// # Errors
    ///
    /// When the terminal accepts no more output.
    fn forget(&mut self) -> io::Result<()>;

    /// Calls a person: the bell, and a notification where the terminal has them.
    ///
    /// # Errors
    ///
    /// When the terminal accepts no more output.
    fn call(&mut self, text: &str) -> io::Result<()>;

    /// Puts a text on the terminal's clipboard.
    ///
    /// # Errors
    ///
    /// When the terminal accepts no more output.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Sets the terminal's title, which is restored with the terminal. A screen without one has nothing to do.
    ///
    /// # Errors
    ///
    /// When the terminal accepts no more output.
    fn title(&mut self, text: &str) -> io::Result<()> {
        let _ = text;
        Ok(())
    }

    /// Why a copied text did not reach the clipboard, where that was found out later. Finding it out wakes the
    /// loop.
    fn copy_failed(&mut self) -> Option<io::Error> {
        None
    }

    /// Turns mouse reports on or off. A screen without a mouse has nothing to do.
    ///
    /// # Errors
    ///
    /// When the terminal accepts no more output.
    fn mouse(&mut self, on: bool) -> io::Result<()> {
        let _ = on;
        Ok(())
    }

    /// Restores the terminal, suspends the program until it is continued, and takes the terminal
    /// again. False where nobody could continue it.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be restored or taken again.
    fn suspend(&mut self) -> io::Result<bool>;
}

/// A terminal event, and when it came, on the clock of [`Input::elapsed`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputEvent {
    /// The event.
    pub event: crossterm::event::Event,
    /// When its first byte was read.
    pub first: Duration,
    /// When its last byte was read.
    pub last: Duration,
}

/// What can be read without waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// An event.
    Came(InputEvent),
    /// The terminal has reported its background: not a key, though it came among the keys.
    Background(Background),
    /// Nothing more for now: everything has been read.
    Nothing,
    /// There may be more, but the loop should see to other things first.
    Later,
    /// There will be no more input.
    Ended,
}

/// Where keys come from, and the time.
pub trait Input {
    /// The next event that can be read. Never waits.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be read.
    fn read(&mut self) -> io::Result<Reading>;

    /// Since when something has been arriving that is not complete.
    fn begun(&self) -> Option<Duration> {
        None
    }

    /// Waits until there is something to read, the loop is woken, or the time is over; without a
    /// time, as long as it takes. It may return early.
    ///
    /// # Errors
    ///
    /// When the system cannot wait.
    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()>;

    /// The time since any fixed moment; never goes backwards.
    fn elapsed(&self) -> Duration;

    /// The clock for waits and ages: it counts suspend, and nobody can set it.
    fn now(&self) -> Timestamp;

    /// How far the time of day is ahead of it.
    fn ahead(&self) -> SignedDuration {
        SignedDuration::ZERO
    }
}

/// Starts the workers and carries out effects.
pub trait Host {
    /// The first frame is on the screen: whatever takes long can start now.
    fn started(&mut self);

    /// Carries out an effect that is not the loop's own. Does not wait.
    fn perform(&mut self, effect: Effect);

    /// The result of an effect that has one and belongs to no worker. Having one wakes the loop.
    fn answer(&mut self) -> Option<Event> {
        None
    }
}
