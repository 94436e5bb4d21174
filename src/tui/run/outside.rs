//! What the loop needs of the world: a screen, a keyboard with a clock, and somebody who carries
//! effects out. Tests put their own in.

use std::io;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ratatui::Frame;

use crate::tui::{Background, Effect, Event};

/// Where frames go.
pub trait Screen {
    /// Shows what `draw` draws.
    ///
    /// # Errors
    /// When the terminal takes nothing any more.
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal tells none.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// Forgets what is on the screen, so that the next frame paints all of it.
    ///
    /// # Errors
    /// When the terminal takes nothing any more.
    fn forget(&mut self) -> io::Result<()>;

    /// Calls a person: the bell, and a notification where the terminal has them.
    ///
    /// # Errors
    /// When the terminal takes nothing any more.
    fn call(&mut self, text: &str) -> io::Result<()>;

    /// Hands a text to the terminal's clipboard.
    ///
    /// # Errors
    /// When the terminal takes nothing any more.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Why a copied text reached no clipboard, where that was found out later. Whoever has a reason wakes the loop.
    fn copy_failed(&mut self) -> Option<io::Error> {
        None
    }

    /// Has the mouse told from now on, or no longer. A screen without one has nothing to do.
    ///
    /// # Errors
    /// When the terminal takes nothing any more.
    fn mouse(&mut self, on: bool) -> io::Result<()> {
        let _ = on;
        Ok(())
    }

    /// Gives the terminal back, stops the program until it is continued, and takes the terminal
    /// again. False where nobody could continue it.
    ///
    /// # Errors
    /// When the terminal cannot be given back or taken again.
    fn suspend(&mut self) -> io::Result<bool>;
}

/// Something that happened at the terminal, and when: counted as [`Input::elapsed`] counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputEvent {
    /// What.
    pub event: crossterm::event::Event,
    /// When the first byte of it was read.
    pub first: Duration,
    /// When the last byte of it was read.
    pub last: Duration,
}

/// What can be read without waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Something happened at the terminal.
    Came(InputEvent),
    /// The terminal has told its background: no key, though it came among the keys.
    Background(Background),
    /// Nothing more for now: all that was there has been read.
    Nothing,
    /// There may be more, but so much has come that the loop had better look around first.
    Later,
    /// Nothing will ever come any more.
    Ended,
}

/// Where keys come from, and the time.
pub trait Input {
    /// The next thing that is there to be read. Never waits.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    fn read(&mut self) -> io::Result<Reading>;

    /// Since when something has been coming in of which the end has not been read.
    fn begun(&self) -> Option<Duration> {
        None
    }

    /// Waits until there is something to be read, or somebody wakes the loop, or the time is over;
    /// without a time, for as long as it takes. It may return early.
    ///
    /// # Errors
    /// When the system cannot wait.
    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()>;

    /// The time since any fixed moment; never goes backwards.
    fn elapsed(&self) -> Duration;

    /// The time by which waits and ages go: it counts suspend, and nobody can set it.
    fn now(&self) -> Timestamp;

    /// How far the time of day is ahead of that.
    fn ahead(&self) -> SignedDuration {
        SignedDuration::ZERO
    }
}

/// Who starts the workers and carries effects out.
pub trait Host {
    /// The first frame is on the screen: now is the time for whatever takes long.
    fn started(&mut self);

    /// Carries out an effect that is not the loop's own. Does not wait.
    fn perform(&mut self, effect: Effect);

    /// What an effect ended as, for those that have an end and are no worker's. Whoever has one
    /// wakes the loop.
    fn answer(&mut self) -> Option<Event> {
        None
    }
}
