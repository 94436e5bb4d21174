//! Figures in a table, as `docs/FIGURES.md` shows them, with other programs' if they were measured.

use std::fmt::Display;
use std::time::Duration;

use super::keys::Pressed;
use super::peers::Peer;

/// Rows of what was measured, the target, and the result, printed one by one.
pub struct Table {
    peers: Vec<Peer>,
}

impl Table {
    /// Begins a table with a column for each other program.
    pub fn new(peers: Vec<Peer>) -> Self {
        let names: String = peers.iter().map(|peer| format!(" {} |", peer.name)).collect();
        println!("| what | target | Postwatch |{names}\n|---|---|---|{}", "---|".repeat(peers.len()));
        Self { peers }
    }

    /// Adds a row.
    pub fn row(&self, what: &str, reach: &str, is: impl Display) {
        self.beside(what, reach, is, |_| None);
    }

    /// Adds a row with the others' results, if they were measured.
    pub fn beside(&self, what: &str, reach: &str, is: impl Display, other: impl Fn(&Peer) -> Option<String>) {
        let others: String = self.peers.iter().map(|peer| format!(" {} |", other(peer).unwrap_or_default())).collect();
        println!("| {what} | {reach} | {is} |{others}");
    }

    /// Adds a time.
    pub fn time(&self, what: &str, reach: &str, time: Duration) {
        self.row(what, reach, milliseconds(time));
    }

    /// Adds the cost of keys.
    pub fn keys(&self, what: &str, reach: &str, bytes: &str, pressed: &Pressed, other: impl Fn(&Peer) -> Option<&Pressed>) {
        let time = |pressed: &Pressed| {
            let at = |share| milliseconds(percentile(&pressed.times, share));
            format!("median {}, p99 {}", at(50), at(99))
        };
        let size = |pressed: &Pressed| format!("median {}", percentile(&pressed.bytes, 50));
        self.beside(&format!("{what}: key to changed cell"), reach, time(pressed), |peer| other(peer).map(time));
        self.beside(&format!("{what}: bytes"), bytes, size(pressed), |peer| other(peer).map(size));
    }
}

/// The value below which this many of a hundred are, in sorted values.
fn percentile<T: Copy + Default>(sorted: &[T], share: usize) -> T {
    sorted.get(sorted.len().saturating_sub(1) * share / 100).copied().unwrap_or_default()
}

/// The median.
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    percentile(times, 50)
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
