//! Other programs that show a long table, where they are found: the same keys on as many rows, in the
//! same run. Their rows are shorter than messages are, and nothing is read meanwhile.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use portable_pty::CommandBuilder;

use super::keys::{Pressed, keys};
use super::program::{Program, Seen};
use super::{Result, process};

/// How long one may take to read its file.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long it may take to become idle before keys are pressed. (Some write the same few bytes forever.)
const STILL: Duration = Duration::from_secs(2);

/// A program that can be measured.
struct Known {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    reads: Reads,
    /// The keys that lead to the list, down in it, and up again.
    keys: [&'static str; 3],
}

/// Its input.
#[derive(Clone, Copy, PartialEq)]
enum Reads {
    /// Nothing: it echoes its input.
    Keys,
    /// A file with as many rows as there are messages.
    Rows,
    /// A hundred requests to choose from.
    Requests,
}

const VI: [&str; 3] = ["", "j", "k"];

const KNOWN: [Known; 5] = [
    Known { name: "cat", program: "sh", arguments: &["-c", "stty raw -echo; exec cat"], reads: Reads::Keys, keys: VI },
    Known { name: "visidata", program: "vd", arguments: &["--nothing"], reads: Reads::Rows, keys: VI },
    Known { name: "csvlens", program: "csvlens", arguments: &[], reads: Reads::Rows, keys: VI },
    Known { name: "tabiew", program: "tw", arguments: &[], reads: Reads::Rows, keys: VI },
    Known { name: "slumber", program: "slumber", arguments: &["--file"], reads: Reads::Requests, keys: ["r", "\x1b[B", "\x1b[A"] },
];

/// The cost of one program.
pub struct Peer {
    /// Its name.
    pub name: &'static str,
    /// The cursor goes to the next line.
    pub step: Pressed,
    /// The list scrolls by a line.
    pub scroll: Option<Pressed>,
    /// Its memory, in MiB.
    pub memory: Option<f64>,
}

/// Measures those that are in `PATH`. One that fails is reported and left out.
pub fn measure(folder: &Path, rows: usize) -> Result<Vec<Peer>> {
    let found: Vec<&Known> = KNOWN.iter().filter(|known| is_found(known.program)).collect();
    if found.iter().all(|known| known.reads == Reads::Keys) {
        println!("No other program to compare: none of vd (visidata), csvlens, tw (tabiew), slumber is in PATH.\n");
    }
    let table = folder.join("rows.csv");
    write_rows(&table, rows)?;
    let requests = folder.join("slumber.yml");
    fs::write(&requests, collection())?;
    let mut peers = Vec::new();
    for known in found {
        match measure_one(folder, known, &table, &requests, rows) {
            Ok(peer) => peers.push(peer),
            Err(error) => println!("{} was left out: {error}\n", known.name),
        }
    }
    Ok(peers)
}

fn is_found(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn measure_one(folder: &Path, known: &Known, table: &Path, requests: &Path, rows: usize) -> Result<Peer> {
    let mut command = CommandBuilder::new(known.program);
    command.args(known.arguments);
    match known.reads {
        Reads::Keys => {}
        Reads::Rows => command.arg(table),
        Reads::Requests => command.arg(requests),
    }
    command.cwd(folder);
    command.env("TERM", "xterm-256color");
    command.env("XDG_DATA_HOME", folder.join("peers"));
    let mut program = Program::start(command)?;
    let count = rows.to_string();
    let is_ready = |seen: &Seen| match known.reads {
        Reads::Keys => true,
        Reads::Rows => seen.parser.screen().contents().replace(',', "").contains(&count),
        Reads::Requests => seen.parser.screen().contents().contains("request 7"),
    };
    program.sees("what it was given", PATIENCE, is_ready)?;
    program.rests(STILL);
    let memory = (known.reads == Reads::Rows).then(|| process::mebibytes(program.id(), "VmRSS")).transpose()?;
    let [list, down, up] = known.keys;
    program.types(list)?;
    program.rests(STILL);
    let down_and_up = |press: usize| if (press / 10).is_multiple_of(2) { down } else { up };
    let step = match known.reads {
        Reads::Keys => keys(&mut program, down_and_up, |seen| seen.parser.screen().cursor_position())?,
        _ => keys(&mut program, down_and_up, looks)?,
    };
    let mut scroll = None;
    if known.reads == Reads::Rows {
        program.types(&down.repeat(usize::from(super::ROWS)))?;
        program.rests(STILL);
        scroll = Some(keys(&mut program, |_| down, super::list_text)?);
    }
    Ok(Peer { name: known.name, step, scroll, memory })
}

/// How each line looks: the selected one looks different.
fn looks(seen: &Seen) -> Vec<String> {
    let screen = seen.parser.screen();
    let look = |row: u16, column: u16| {
        let cell = screen.cell(row, column);
        cell.map(|cell| format!("{:?} {:?} {} {}", cell.fgcolor(), cell.bgcolor(), cell.bold(), cell.inverse())).unwrap_or_default()
    };
    // Not the last line, where some show what was typed.
    (2..super::ROWS - 2).map(|row| format!("{} {}", look(row, 3), look(row, 12))).collect()
}

/// Rows as a list of messages shows them.
fn write_rows(path: &Path, rows: usize) -> Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    writeln!(file, "status,created,recipient,error,tried,batch,text")?;
    for row in 0..rows {
        let (status, error) = if row % 29 == 0 { ("failed", "recipient_unavailable") } else { ("delivered", "") };
        let (hour, minute, second) = (row / 3600 % 24, row / 60 % 60, row % 60);
        let number = row * 7_919 % 10_000;
        let (batch, day) = (row / 20_000, 1 + row % 30);
        writeln!(
            file,
            "{status},2026-11-24 {hour:02}:{minute:02}:{second:02},658000{number:04},{error},1,{batch},\
             \"Dear Tan Wei Ming, this is a reminder of your appointment at Bedok Polyclinic on {day} Dec\""
        )?;
    }
    file.flush()?;
    Ok(())
}

/// Requests in slumber's format.
fn collection() -> String {
    let mut text = "requests:\n".to_owned();
    for number in 0..100 {
        text.push_str(&format!("  request_{number}:\n    name: request {number}\n    method: GET\n    url: http://127.0.0.1:9/{number}\n"));
    }
    text
}
