//! The terminal: taken when the dashboard starts, and restored, however it ends.

mod backend;
#[cfg(not(unix))]
mod console;
#[cfg(unix)]
mod decoder;
#[cfg(unix)]
mod keyboard;
mod modes;
mod osc; // bell, notification, clipboard
#[cfg(unix)]
mod signals;
mod title;

use std::io::{self, IsTerminal, Stdout};
use std::sync::mpsc;

use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

use super::{Requests, Screen};
use backend::FrameBackend;

#[cfg(not(unix))]
pub use console::ConsoleKeyboard as Keyboard;
#[cfg(unix)]
pub use keyboard::Keyboard;
#[cfg(all(unix, test))]
pub(super) use keyboard::{ByteSource, Bytes};
#[cfg(unix)]
pub use signals::listen;

/// Why the dashboard has no terminal.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// The dashboard was started in a pipe or without a terminal.
    #[error("the dashboard needs a terminal, but standard {stream} is not one")]
    NoTerminal {
        /// Which stream: `input` or `output`.
        stream: &'static str,
    },
    /// The terminal's own name says that it cannot position text.
    #[error("the dashboard needs a terminal that can position text, but TERM is `{term}`")]
    Dumb {
        /// The value of `TERM`.
        term: String,
    },
    /// The terminal could not be set up.
    #[error("the terminal cannot be set up")]
    Setup(#[source] io::Error),
}

/// The terminal in the dashboard's hands. Dropping it restores the terminal; so does a panic, in
/// any thread, before it is reported.
pub struct TerminalScreen {
    terminal: Terminal<FrameBackend<Stdout>>,
    requests: Requests,
    /// Why copies failed, from the threads that waited for them.
    failed_copies: (mpsc::Sender<io::Error>, mpsc::Receiver<io::Error>),
}

impl TerminalScreen {
    /// Whether a dashboard can be shown here at all.
    ///
    /// # Errors
    ///
    /// Standard input or output is not a terminal, or one that cannot position text.
    pub fn check(variable: impl Fn(&str) -> Option<String>) -> Result<(), TerminalError> {
        for (stream, is_terminal) in [("input", io::stdin().is_terminal()), ("output", io::stdout().is_terminal())] {
            if !is_terminal {
                return Err(TerminalError::NoTerminal { stream });
            }
        }
        match variable("TERM") {
            Some(term) if term == "dumb" => Err(TerminalError::Dumb { term }),
            _ => Ok(()),
        }
    }

    /// How many bytes its clipboard takes at most, as far as is known: tmux takes any number into its
    /// own buffer.
    pub fn copy_limit(variable: impl Fn(&str) -> Option<String>) -> Option<usize> {
        osc::copy_limit(variable)
    }

    /// Takes the terminal: no line editing, no echo, the alternate screen, bracketed paste. From
    /// now on a panic restores it and asks the loop to end, through the first `requests` with which
    /// this process takes a terminal.
    ///
    /// # Errors
    ///
    /// When standard input or output is not a terminal (wrong usage: exit code 2), or when it
    /// cannot be set up; then it is as it was.
    pub fn enter(requests: &Requests) -> Result<Self, TerminalError> {
        if !io::stdin().is_terminal() {
            return Err(TerminalError::NoTerminal { stream: "input" });
        }
        if !io::stdout().is_terminal() {
            return Err(TerminalError::NoTerminal { stream: "output" });
        }
        // The theme decides which colours are used, from `NO_COLOR` and the command line.
        crossterm::style::force_color_output(true);
        modes::give_back_on_panic(requests);
        modes::enter().map_err(TerminalError::Setup)?;
        let terminal = Terminal::new(FrameBackend::new(io::stdout())).map_err(|error| {
            modes::leave();
            TerminalError::Setup(error)
        })?;
        Ok(Self { terminal, requests: requests.clone(), failed_copies: mpsc::channel() })
    }
}

impl Drop for TerminalScreen {
    fn drop(&mut self) {
        modes::leave();
    }
}

impl Screen for TerminalScreen {
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        if !modes::entered() {
            // A panic elsewhere restored it. Another frame would cover its report.
            return Err(io::Error::other("the terminal was restored"));
        }
        self.terminal.draw(|frame| {
            draw(frame);
            backend::mark_disputed(frame.buffer_mut());
        })?;
        Ok(())
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    fn forget(&mut self) -> io::Result<()> {
        // `Terminal::clear` would ask the terminal for the cursor's position and wait for the
        // answer among the keys.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }

    fn call(&mut self, text: &str) -> io::Result<()> {
        osc::call(&mut io::stdout().lock(), text, |name| std::env::var(name).ok())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        let (sender, waker) = (self.failed_copies.0.clone(), self.requests.waker());
        osc::copy(text, move |error| {
            // Nobody receives only when the screen is gone.
            let _ = sender.send(error);
            waker.wake();
        })
    }

    fn copy_failed(&mut self) -> Option<io::Error> {
        self.failed_copies.1.try_recv().ok()
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        modes::mouse(on)
    }

    fn title(&mut self, text: &str) -> io::Result<()> {
        // A title that was set after a panic elsewhere restored the terminal would stay.
        if modes::entered() { modes::title(text, |name| std::env::var(name).ok()) } else { Ok(()) }
    }

    fn suspend(&mut self) -> io::Result<bool> {
        #[cfg(unix)]
        {
            if !signals::can_be_continued() {
                return Ok(false);
            }
            modes::leave();
            let stopped = signals::until_continued(&self.requests);
            modes::enter()?;
            stopped.map(|()| true)
        }
        #[cfg(not(unix))]
        Ok(false)
    }
}
