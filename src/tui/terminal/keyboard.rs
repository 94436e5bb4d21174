//! The keyboard, read where the screen is drawn, and the clocks.
//!
//! Its bytes are read here and not by crossterm, whose reader keeps what it has read to itself: half a
//! sequence could be neither waited for nor given up.

mod line;

use std::io::{self, Write as _};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::decoder::Decoder;
use crate::monitor::Clock;
use crate::tui::{Input, Reading, WakeReceiver};
pub(in crate::tui) use line::{ByteSource, Bytes};

use line::Terminal;

/// How many times the line is read before the loop sees to other things: a paste without an end must
/// not hold up frames and signals.
const READS_AT_ONCE: usize = 16;

/// A terminal sends no more at once.
const AT_ONCE: usize = 4096;

/// Asks for the background colour (OSC 11). It ends with BEL and not with Esc and a backslash: most
/// terminals end their answer the same way, and then it contains one Esc less that could travel
/// alone.
const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// How long an answer to the question for the background may take: a few milliseconds on a fast line,
/// half a second on a slow one.
const ON_ITS_WAY: Duration = Duration::from_millis(600);

/// The keyboard of the process's terminal.
#[derive(Debug)]
pub struct Keyboard<L = Terminal> {
    line: L,
    decoder: Decoder,
    /// When the terminal was asked for its background, while it has not answered.
    asked: Option<Duration>,
}

impl Keyboard {
    /// The keyboard, with the receiver of wake-ups and the clock of the program.
    pub fn new(wake: WakeReceiver, clock: Clock) -> Self {
        Self::of(Terminal::new(wake, clock))
    }

    /// Asks the terminal for its background. Nothing waits for the answer: the first frame is drawn, and when
    /// it comes, the next one has the right colours. Call it when the terminal was taken and before
    /// anything is read; it comes as [`Reading::Background`], or never.
    ///
    /// # Errors
    ///
    /// When the terminal accepts no more output.
    pub fn ask_background(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(QUESTION)?;
        out.flush()?;
        self.asked = Some(self.line.elapsed());
        Ok(())
    }
}

impl<L: ByteSource> Keyboard<L> {
    /// The keyboard at the other end of a line.
    pub(in crate::tui) fn of(line: L) -> Self {
        Self { line, decoder: Decoder::default(), asked: None }
    }

    /// Waits for what is on its way, at the end of a dashboard that was closed quickly: an answer of the
    /// terminal, or the rest of one, would reach the shell as if it were typed. Call it before the
    /// terminal is restored. What cannot be read is ignored.
    pub fn finish(&mut self) {
        let mut until = self.awaited_until();
        while let Some(left) = until.and_then(|until| until.checked_sub(self.line.elapsed())).filter(|left| !left.is_zero()) {
            if self.wait(Some(left)).is_err() {
                return;
            }
            loop {
                match self.read() {
                    Ok(Reading::Nothing) => break,
                    Ok(Reading::Ended) | Err(_) => return,
                    Ok(Reading::Came(_) | Reading::Background(_) | Reading::Later) => {}
                }
            }
            until = self.awaited_until();
        }
    }

    /// Until when something may be on its way.
    fn awaited_until(&self) -> Option<Duration> {
        let rest = self.decoder.begun().filter(|_| !self.decoder.is_in_paste());
        self.asked.into_iter().chain(rest).max().map(|since| since + ON_ITS_WAY)
    }
}

impl<L: ByteSource> Input for Keyboard<L> {
    fn read(&mut self) -> io::Result<Reading> {
        for _ in 0..READS_AT_ONCE {
            if let Some(reading) = self.decoder.next(self.line.elapsed()) {
                if matches!(reading, Reading::Background(_)) {
                    self.asked = None;
                }
                return Ok(reading);
            }
            let mut bytes = [0; AT_ONCE];
            match self.line.read(&mut bytes)? {
                Bytes::Some(number) => self.decoder.take(&bytes[..number], self.line.elapsed()),
                Bytes::None => return Ok(Reading::Nothing),
                Bytes::Ended => return Ok(Reading::Ended),
            }
        }
        Ok(self.decoder.next(self.line.elapsed()).unwrap_or(Reading::Later))
    }

    fn begun(&self) -> Option<Duration> {
        self.decoder.begun()
    }

    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        let due = self.decoder.due().map(|due| due.saturating_sub(self.line.elapsed()));
        self.line.wait(at_most.into_iter().chain(due).min())
    }

    fn elapsed(&self) -> Duration {
        self.line.elapsed()
    }

    fn now(&self) -> Timestamp {
        self.line.now()
    }

    fn ahead(&self) -> SignedDuration {
        self.line.ahead()
    }
}

#[cfg(test)]
mod tests;
