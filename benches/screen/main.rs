//! What the dashboard costs as a whole program, in a pseudo-terminal of 120×36, against the simulator
//! in another process: the first frame, a key to the changed cell, bytes, memory, and rest.
//!
//! `cargo bench --bench screen [-- MESSAGES]`, a million if nothing is said. Reading a million at ten
//! calls a second takes some minutes; resting takes one more. `$POSTWATCH` can name another build.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod process;
mod program;
mod table;

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use program::{Program, Seen};
use table::{Table, median};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const COLUMNS: u16 = 120;
const ROWS: u16 = 36;

/// How long anything may take before the measurement gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long is rested to see what rest costs.
const REST: Duration = Duration::from_secs(60);

/// How many keys are pressed for a figure.
const KEYS: usize = 300;

fn main() {
    if let Err(error) = measure() {
        println!("{error}");
        std::process::exit(1);
    }
}

fn measure() -> Result<()> {
    let messages = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir()?;
    let mut table = Table::new();
    first_frame(folder.path(), &mut table)?;
    resting(folder.path(), &mut table)?;
    loaded(folder.path(), messages, &mut table)?;
    Ok(())
}

/// What is measured: `$POSTWATCH`, or the program that was built with the measurement.
fn executable() -> String {
    std::env::var("POSTWATCH").unwrap_or_else(|_| env!("CARGO_BIN_EXE_postwatch").to_owned())
}

/// A simulator in another process.
struct Simulator {
    child: Child,
    /// Without it, it would end.
    _output: BufReader<ChildStdout>,
    config: PathBuf,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Simulator {
    fn start(folder: &Path, messages: usize, calls_per_second: u32) -> Result<Self> {
        let (id, key) = ("campaign_00000000-0000-4000-8000-000000000001", "key_test_0123456789abcdef");
        let mut command = Command::new(executable());
        command.args(["simulate", "--tps", "0", "--campaign", id, "--key", key, "--messages", &messages.to_string()]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        output.read_line(&mut line)?;
        let base = line.trim().strip_prefix("listening on ").ok_or("the simulator does not tell where it is")?.to_owned();
        let config = folder.join("postwatch.toml");
        let key_file = folder.join("key");
        fs::write(&key_file, key)?;
        let text = format!(
            "[[campaigns]]\nname = \"Measured\"\nid = \"{id}\"\nbase_url = \"{base}\"\nkey = {{ file = {key_file:?} }}\n\
             calls_per_second = {calls_per_second}\nhistory = \"87600h\"\nmax_messages = 5000000\n"
        );
        fs::write(&config, text)?;
        for path in [&config, &key_file] {
            #[cfg(unix)]
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
        Ok(Self { child, _output: output, config })
    }
}

/// How many messages the screen says are loaded.
fn loaded_count(seen: &Seen) -> usize {
    let contents = seen.parser.screen().contents();
    let before = contents.split_once(" loaded").map(|(before, _)| before).unwrap_or_default();
    let digits: String = before.rsplit(' ').next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// The line that the cursor is on.
fn cursor_row(seen: &Seen) -> u16 {
    seen.parser.screen().cursor_position().0
}

/// From the start to the other screen, and to the first words on it.
fn first_frame(folder: &Path, table: &mut Table) -> Result<()> {
    let simulator = Simulator::start(folder, 12_000, 10)?;
    let (mut entered, mut words) = (Vec::new(), Vec::new());
    for _ in 0..21 {
        let program = Program::start(folder, &simulator.config, COLUMNS, ROWS)?;
        program.sees("the first frame", PATIENCE, |seen| seen.parser.screen().contents().contains("Measured"))?;
        words.push(program.started.elapsed());
        entered.push(program.look(|seen| seen.entered).map_or(Duration::MAX, |at| at - program.started));
    }
    table.time("start to the other screen", "15 ms", median(&mut entered));
    table.time("start to the first words on it", "", median(&mut words));
    Ok(())
}

/// What it costs while nothing happens: everything is read, nothing changes.
fn resting(folder: &Path, table: &mut Table) -> Result<()> {
    let simulator = Simulator::start(folder, 12_000, 2)?;
    let program = Program::start(folder, &simulator.config, COLUMNS, ROWS)?;
    program.sees("all messages", PATIENCE, |seen| loaded_count(seen) >= 12_000)?;
    program.rests(Duration::from_secs(10));
    let (used, bytes, since) = (process::used(program.id())?, program.look(|seen| seen.bytes), Instant::now());
    program.rests(REST);
    let seconds = since.elapsed().as_secs_f64();
    let share = (process::used(program.id())? - used).as_secs_f64() / seconds;
    let rate = (program.look(|seen| seen.bytes) - bytes) as f64 / seconds;
    table.row("at rest: share of a core", "0.3 %", format!("{:.2} %", share * 100.0));
    table.row("at rest: bytes a second", "150", format!("{rate:.0}"));
    Ok(())
}

/// With many messages loaded, while older ones are still being read.
fn loaded(folder: &Path, messages: usize, table: &mut Table) -> Result<()> {
    // Some more than wanted: reading goes on while keys are pressed.
    let simulator = Simulator::start(folder, messages + messages / 3, 10)?;
    let mut program = Program::start(folder, &simulator.config, COLUMNS, ROWS)?;
    let since = Instant::now();
    // What still moves is read again in between, so a thousand messages can take a second.
    let patience = PATIENCE + Duration::from_millis(messages as u64);
    program.sees("the messages", patience, |seen| loaded_count(seen) >= messages)?;
    let count = program.look(loaded_count);
    table.row(&format!("reading {count} messages, ten calls a second"), "", format!("{:.0} s", since.elapsed().as_secs_f64()));
    // Resident, not the most so far: a message more is read all the time.
    table.row(&format!("memory with {count} messages"), "250 MiB", format!("{:.0} MiB", process::mebibytes(program.id(), "VmRSS")?));

    let steps = keys(&mut program, |press| if press / 10 % 2 == 0 { "j" } else { "k" }, cursor_row)?;
    table.keys("cursor step with the detail", "median 1.0 ms, p99 3 ms", "700", steps);
    // Down to the last line of the window: from then on the list scrolls.
    program.types(&"j".repeat(usize::from(ROWS)))?;
    program.rests(Duration::from_millis(500));
    let scrolls = keys(&mut program, |_| "j", list_text)?;
    table.keys("scrolling by a line", "median 1.0 ms, p99 3 ms", "2,700", scrolls);
    let pages = keys(&mut program, |press| if press / 10 % 2 == 0 { "\x1b[6~" } else { "\x1b[5~" }, list_text)?;
    table.keys("a page down or up", "", "", pages);
    let ends = keys(&mut program, |press| if press % 2 == 0 { "G" } else { "g" }, list_text)?;
    table.keys("to the oldest and back", "", "", ends);
    let count = program.look(loaded_count);
    table.row(&format!("most memory so far, {count} messages"), "", format!("{:.0} MiB", process::mebibytes(program.id(), "VmHWM")?));
    Ok(())
}

/// The first columns of the list, as a screen shows them.
fn list_text(seen: &Seen) -> String {
    seen.parser.screen().rows(3, 40).skip(6).take(8).collect::<Vec<_>>().join("\n")
}

/// What keys cost: until what they change was changed, and bytes until the screen is still.
pub struct Pressed {
    /// The times.
    pub times: Vec<Duration>,
    /// The bytes.
    pub bytes: Vec<usize>,
}

/// Presses keys one by one and waits for what each changes.
fn keys<T: PartialEq>(program: &mut Program, key: impl Fn(usize) -> &'static str, changed: impl Fn(&Seen) -> T) -> Result<Pressed> {
    let mut pressed = Pressed { times: Vec::new(), bytes: Vec::new() };
    for press in 0..KEYS {
        let (before, bytes) = program.look(|seen| (changed(seen), seen.bytes));
        let since = program.types(key(press))?;
        if !program.waits(Duration::from_secs(2), |seen| changed(seen) != before) {
            continue;
        }
        pressed.times.push(program.look(|seen| seen.at) - since);
        // The rest of the frame, and a step that is not that of the frames for news.
        program.rests(Duration::from_micros(17_000 + (press as u64 * 7_919) % 13_000));
        pressed.bytes.push(program.look(|seen| seen.bytes) - bytes);
    }
    if pressed.times.len() < KEYS / 2 {
        return Err(format!("only {} of {KEYS} keys changed something", pressed.times.len()).into());
    }
    pressed.times.sort_unstable();
    pressed.bytes.sort_unstable();
    Ok(pressed)
}
