//! Progress, shown only on a terminal.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::context::{counted, tell};
use super::moment::back_to;

/// How often the spinner moves.
const TICK: Duration = Duration::from_millis(120);

/// A line on standard error that is cleared at the end.
pub(super) struct ProgressLine(Option<ProgressBar>);

impl ProgressLine {
    /// A line, if standard error is a terminal and `--quiet` is not given. `shared` says that the
    /// data goes to the same terminal line by line: the two would garble each other.
    pub fn start(quiet: bool, shared: bool) -> Self {
        if quiet || shared || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self(Some(bar))
    }

    /// A bar of this many steps, under the same conditions.
    pub fn over(steps: usize, quiet: bool, shared: bool) -> Self {
        let progress = Self::start(quiet, shared);
        if let Some(bar) = &progress.0 {
            bar.set_length(steps as u64);
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos} of {len}  {msg}") {
                bar.set_style(style);
            }
        }
        progress
    }

    /// A bar of so many bytes, with the time left.
    pub fn over_bytes(bytes: u64, quiet: bool, shared: bool) -> Self {
        let progress = Self::start(quiet, shared);
        if let Some(bar) = &progress.0 {
            bar.set_length(bytes);
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {decimal_bytes} of {decimal_total_bytes}  {eta} left  {msg}") {
                bar.set_style(style);
            }
        }
        progress
    }

    /// This many bytes are done.
    pub fn reached_bytes(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(bytes);
        }
    }

    /// This many steps are done.
    pub fn reached(&self, steps: usize) {
        if let Some(bar) = &self.0 {
            bar.set_position(steps as u64);
        }
    }

    /// Writes a line above it, or in its place.
    pub fn line(&self, line: &str) {
        match &self.0 {
            Some(bar) => bar.suspend(|| tell(line)),
            None => tell(line),
        }
    }

    /// No line.
    pub fn off() -> Self {
        Self(None)
    }

    /// Shows how far it is.
    pub fn tell(&self, line: impl FnOnce() -> String) {
        if let Some(bar) = &self.0 {
            bar.set_message(line());
        }
    }

    /// Shows how many messages are loaded, and how far back.
    pub fn loaded(&self, messages: usize, oldest: Option<Timestamp>, zone: &TimeZone) {
        self.tell(|| format!("{} loaded{}", counted(messages, "message"), back_to(oldest, zone)));
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
