//! Figures in a table, as the README shows them: another program's figures can stand beside.

use std::fmt::Display;
use std::time::Duration;

use super::Pressed;

/// Rows of what was measured, what it should be, and what it is, printed one by one.
pub struct Table;

impl Table {
    /// Begins a table.
    pub fn new() -> Self {
        println!("| what | to reach | Postwatch |\n|---|---|---|");
        Self
    }

    /// Adds a row.
    pub fn row(&mut self, what: &str, reach: &str, is: impl Display) {
        println!("| {what} | {reach} | {is} |");
    }

    /// Adds a time.
    pub fn time(&mut self, what: &str, reach: &str, time: Duration) {
        self.row(what, reach, milliseconds(time));
    }

    /// Adds what keys cost.
    pub fn keys(&mut self, what: &str, reach: &str, bytes: &str, pressed: Pressed) {
        let (times, sizes) = (pressed.times, pressed.bytes);
        let is = format!("median {}, p99 {}", milliseconds(percentile(&times, 50)), milliseconds(percentile(&times, 99)));
        self.row(&format!("{what}: key to changed cell"), reach, is);
        self.row(&format!("{what}: bytes"), bytes, format!("median {}", percentile(&sizes, 50)));
    }
}

/// The value below which so many of a hundred lie, of sorted ones.
pub fn percentile<T: Copy + Default>(sorted: &[T], share: usize) -> T {
    sorted.get(sorted.len().saturating_sub(1) * share / 100).copied().unwrap_or_default()
}

/// The middle one.
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    percentile(times, 50)
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
