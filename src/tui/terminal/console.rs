//! The keyboard of a Windows console, which reports keys as keys: crossterm reads it. A paste comes as
//! keys there, too.

use std::io;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::monitor::Clock;
use crate::tui::{Input, InputEvent, Reading, WakeReceiver};

/// The keyboard of the process's console.
#[derive(Debug)]
pub struct ConsoleKeyboard {
    wake: WakeReceiver,
    clock: Clock,
    since: Instant,
}

impl ConsoleKeyboard {
    /// The keyboard, with the receiver of wake-ups and the clock of the program.
    pub fn new(wake: WakeReceiver, clock: Clock) -> Self {
        Self { wake, clock, since: Instant::now() }
    }

    /// Asks nothing: the answer would come through the console as keys of its own kind, or not at all.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn ask_background(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Waits for nothing.
    pub fn finish(&mut self) {}
}

impl Input for ConsoleKeyboard {
    fn read(&mut self) -> io::Result<Reading> {
        if !crossterm::event::poll(Duration::ZERO)? {
            return Ok(Reading::Nothing);
        }
        let event = crossterm::event::read()?;
        let now = self.since.elapsed();
        Ok(Reading::Came(InputEvent { event, first: now, last: now }))
    }

    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        // There is no way to wait for a keyboard and a channel at the same time.
        const LOOK: Duration = Duration::from_millis(10);
        crossterm::event::poll(at_most.map_or(LOOK, |time| time.min(LOOK)))?;
        self.wake.clear();
        Ok(())
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn ahead(&self) -> SignedDuration {
        self.clock.moment().ahead()
    }
}
