//! What the dashboard costs as a whole program, in a pseudo-terminal of 120×36, against the simulator
//! in another process: the first frame, a key to the changed cell, bytes, memory, and rest.
//!
//! `cargo bench --bench screen [-- MESSAGES]`, by default a million, takes about five minutes: loading a million at ten
//! calls per second takes two, becoming idle and being idle one each. With `-- short` it is fifty thousand and a short
//! idle time, in a minute: enough for everything except memory. `$POSTWATCH` can name another build.
//!
//! If visidata, csvlens, tabiew or slumber are in `PATH`, the same keys are pressed in them, and their
//! figures are printed alongside; `cat`, which echoes its input, shows what the machine itself takes.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod keys;
mod peers;
mod process;
mod program;
mod simulator;
mod table;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use keys::keys;
use program::{Program, Seen};
use simulator::Simulator;
use table::{Table, median};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const COLUMNS: u16 = 120;
const ROWS: u16 = 36;

/// How long anything may take before the measurement gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The size of the measurement.
struct Extent {
    /// How many messages are loaded.
    messages: usize,
    /// How long to stay idle to measure idle cost.
    rest: Duration,
}

const WHOLE: Extent = Extent { messages: 1_000_000, rest: Duration::from_secs(60) };

const SHORT: Extent = Extent { messages: 50_000, rest: Duration::from_secs(10) };

fn main() {
    if let Err(error) = measure() {
        println!("{error}");
        std::process::exit(1);
    }
}

fn measure() -> Result<()> {
    let mut extent = if std::env::args().any(|word| word == "short") { SHORT } else { WHOLE };
    if let Some(messages) = std::env::args().skip(1).find_map(|word| word.parse().ok()) {
        extent.messages = messages;
    }
    let folder = tempfile::tempdir()?;
    let table = Table::new(peers::measure(folder.path(), extent.messages)?);
    first_frame(folder.path(), &table)?;
    resting(folder.path(), extent.rest, &table)?;
    loaded(folder.path(), extent.messages, &table)
}

/// The measured program: `$POSTWATCH`, or the one built with the benchmark.
fn executable() -> String {
    std::env::var("POSTWATCH").unwrap_or_else(|_| env!("CARGO_BIN_EXE_postwatch").to_owned())
}

/// How many messages the screen says are loaded.
fn loaded_count(seen: &Seen) -> usize {
    let contents = seen.parser.screen().contents();
    // "the whole campaign is loaded" has no number before it.
    let number = |(at, _): (usize, &str)| {
        let word = contents[..at].rsplit(' ').next()?;
        word.replace(',', "").parse().ok()
    };
    contents.match_indices(" loaded").find_map(number).unwrap_or(0)
}

/// Chooses the first time window of the menu: at the start a campaign shows its last 24 hours.
fn show_all_times(program: &mut Program) -> Result<()> {
    for key in ["t", "g", "\r"] {
        program.sees("the messages", PATIENCE, |seen| loaded_count(seen) > 0)?;
        program.types(key)?;
        program.rests(Duration::from_secs(1));
    }
    Ok(())
}

/// The line that the cursor is on.
fn cursor_row(seen: &Seen) -> u16 {
    seen.parser.screen().cursor_position().0
}

/// From the start to the alternate screen, and to the first words on it.
fn first_frame(folder: &Path, table: &Table) -> Result<()> {
    let simulator = Simulator::start(folder, 12_000, 10)?;
    let (mut entered, mut words) = (Vec::new(), Vec::new());
    for _ in 0..21 {
        let program = Program::postwatch(folder, &simulator.config)?;
        program.sees("the first frame", PATIENCE, |seen| seen.parser.screen().contents().contains("Measured"))?;
        words.push(program.started.elapsed());
        entered.push(program.look(|seen| seen.entered).map_or(Duration::MAX, |at| at - program.started));
    }
    table.time("start to the alternate screen", "15 ms", median(&mut entered));
    table.time("start to the first words on it", "", median(&mut words));
    Ok(())
}

/// The cost while idle: everything is loaded, nothing changes.
fn resting(folder: &Path, rest: Duration, table: &Table) -> Result<()> {
    let simulator = Simulator::start(folder, 12_000, 2)?;
    let mut program = Program::postwatch(folder, &simulator.config)?;
    show_all_times(&mut program)?;
    program.sees("all messages", PATIENCE, |seen| loaded_count(seen) >= 12_000)?;
    // The newest messages are on the way for a minute: that is not idle.
    program.rests(rest);
    let (used, bytes, since) = (process::used(program.id())?, program.look(|seen| seen.bytes), Instant::now());
    program.rests(rest);
    let seconds = since.elapsed().as_secs_f64();
    let share = (process::used(program.id())? - used).as_secs_f64() / seconds;
    let rate = (program.look(|seen| seen.bytes) - bytes) as f64 / seconds;
    table.row("idle: share of a core", "0.3 %", format!("{:.2} %", share * 100.0));
    table.row("idle: bytes per second", "150", format!("{rate:.0}"));
    Ok(())
}

/// With many messages loaded, while older ones are still being loaded.
fn loaded(folder: &Path, messages: usize, table: &Table) -> Result<()> {
    // Some more than needed: loading continues while keys are pressed.
    let simulator = Simulator::start(folder, messages + messages / 3, 10)?;
    let mut program = Program::postwatch(folder, &simulator.config)?;
    show_all_times(&mut program)?;
    let since = Instant::now();
    // Two of three calls go to messages on the way, unless the user looks at older ones.
    while program.look(loaded_count) < messages {
        program.types("G")?;
        program.rests(Duration::from_millis(100));
        if since.elapsed() > PATIENCE + Duration::from_millis(messages as u64) {
            program.sees("the messages", Duration::ZERO, |_| false)?;
        }
    }
    let seconds = since.elapsed().as_secs_f64();
    let count = program.look(loaded_count);
    table.row(&format!("reading {count} messages at ten calls a second"), "", format!("{seconds:.0} s"));
    // Resident, not the peak: messages are being loaded all the time.
    let memory = |mebibytes: f64| format!("{mebibytes:.0} MiB");
    let used = process::mebibytes(program.id(), "VmRSS")?;
    table.beside(&format!("memory with {count} messages"), "250 MiB", memory(used), |peer| peer.memory.map(memory));
    program.types("g")?;
    program.rests(Duration::from_secs(1));

    let down_and_up = |press: usize| if (press / 10).is_multiple_of(2) { "j" } else { "k" };
    let steps = keys(&mut program, down_and_up, cursor_row)?;
    table.keys("cursor step with the detail", "median 1.0 ms, p99 3 ms", "1,500", &steps, |peer| Some(&peer.step));
    // Down to the last line of the window: from then on the list scrolls.
    program.types(&"j".repeat(usize::from(ROWS)))?;
    program.rests(Duration::from_millis(500));
    let scrolls = keys(&mut program, |_| "j", list_text)?;
    table.keys("scrolling by a line", "median 1.0 ms, p99 3 ms", "4,000", &scrolls, |peer| peer.scroll.as_ref());
    let pages = keys(&mut program, |press| if (press / 10).is_multiple_of(2) { "\x1b[6~" } else { "\x1b[5~" }, list_text)?;
    table.keys("a page down or up", "", "", &pages, |_| None);
    let ends = keys(&mut program, |press| if press.is_multiple_of(2) { "G" } else { "g" }, list_text)?;
    table.keys("to the oldest and back", "", "", &ends, |_| None);
    let count = program.look(loaded_count);
    table.row(&format!("most memory so far, {count} messages"), "", memory(process::mebibytes(program.id(), "VmHWM")?));
    Ok(())
}

/// The first columns of the list, as a screen shows them.
fn list_text(seen: &Seen) -> String {
    seen.parser.screen().rows(3, 40).skip(6).take(8).collect::<Vec<_>>().join("\n")
}
