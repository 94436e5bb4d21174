//! How old a change is when it appears: the page ledger against the best schedule there can be.
//!
//! `cargo bench --bench freshness`. Prints, for several mixes and rates of calls, the mean delay from
//! a change at the server to its appearance, divided by the bound
//! `∫ (Σ√Λ)² / 2R dt ÷ ∫ ΣΛ dt` (the Λ are the true change rates of fixed stretches of 1000
//! messages, R the calls per second that the head leaves), next to two simpler schedules. The clock is
//! simulated: the figures are the same on every machine.

#![allow(clippy::print_stdout, reason = "a benchmark says what it measured")]

mod mixes;
mod rivals;
mod server;

use jiff::SignedDuration;
use postwatch::monitor::{Fetch, Ledger, Outlook};

use mixes::Mix;
use rivals::{Fixed, Rule};
use server::{Server, at};

/// Who decides which page is read.
enum Schedule {
    /// The program's own ledger.
    Ledger(Box<Ledger>),
    /// A simpler one over fixed stretches.
    Fixed(Fixed),
}

/// The result of a schedule in one mix.
struct Reached {
    /// Mean delay of a change, seconds.
    mean_s: f64,
    /// The longest time between two readings of a message on the way, in seconds.
    longest_s: f64,
    /// The same, as a share of what a message may wait by its stretch's rate.
    of_limit: f64,
    /// Calls a second.
    calls: f64,
    /// Rows per call.
    rows: f64,
}

fn main() {
    println!("delay: mean from a change at the server to its appearance; wait: longest between two readings of a message on the way");
    println!(
        "{:<14} {:>7} {:>7}  {:<11} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "mix", "calls/s", "bound s", "schedule", "delay s", "ratio", "wait s", "of max", "calls/s", "rows"
    );
    let only = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    for mix in mixes::all() {
        if only.as_ref().is_some_and(|only| !mix.name.contains(only.as_str())) {
            continue;
        }
        for calls_per_second in [2.0, 5.0] {
            let bound = mix.bound(calls_per_second);
            for (name, schedule) in [
                ("E·a, learnt", Schedule::Ledger(Box::default())),
                ("round robin", Schedule::Fixed(Fixed::new(Rule::RoundRobin))),
                ("E alone", Schedule::Fixed(Fixed::new(Rule::ExpectedChanges))),
            ] {
                let reached = run(&mix, schedule, calls_per_second);
                println!(
                    "{:<14} {calls_per_second:>7} {bound:>7.2}  {name:<11} {:>7.2} {:>7.2} {:>7.0} {:>7.2} {:>7.2} {:>7.0}",
                    mix.name,
                    reached.mean_s,
                    reached.mean_s / bound,
                    reached.longest_s,
                    reached.of_limit,
                    reached.calls,
                    reached.rows,
                );
            }
        }
    }
}

/// One call after the other, as the budget spaces them, from before the mix begins to its end.
fn run(mix: &Mix, mut schedule: Schedule, calls_per_second: f64) -> Reached {
    let mut server = Server::new(mix, calls_per_second);
    let (mut calls, mut rows) = (0_u32, 0_usize);
    let spacing = 1.0 / calls_per_second;
    let mut now = mix.begin_s - 120.0;
    while now < mix.end_s {
        let asked = match &mut schedule {
            Schedule::Ledger(ledger) => ask(ledger, &mut server, now, calls_per_second),
            Schedule::Fixed(fixed) => fixed.ask(&mut server, now),
        };
        if now >= mix.begin_s {
            calls += u32::from(asked.is_some());
            rows += asked.unwrap_or(0);
        }
        // If nothing is worth a call, it checks again a little later.
        now += if asked.is_some() { spacing } else { 0.1 };
    }
    let measured = server.measured();
    Reached {
        mean_s: measured.mean_s,
        longest_s: measured.longest_s,
        of_limit: measured.of_limit,
        calls: f64::from(calls) / (mix.end_s - mix.begin_s),
        rows: rows as f64 / f64::from(calls.max(1)),
    }
}

/// Lets the ledger make its call, if one is worth it. Gives how many rows came.
fn ask(ledger: &mut Ledger, server: &mut Server, now_s: f64, calls_per_second: f64) -> Option<usize> {
    let now = at(now_s);
    let horizon = now - SignedDuration::from_hours(24 * 90);
    let outlook = Outlook { in_view: true, horizon, further: false, read_now: false, calls_per_second };
    let fetch: Fetch = ledger.next(now, &outlook)?;
    let page = server.page(&fetch.position(), usize::from(fetch.limit()), now_s);
    let rows = page.rows.len();
    ledger.apply(&fetch, &page);
    Some(rows)
}
