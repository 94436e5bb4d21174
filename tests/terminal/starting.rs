//! Starting: without a configuration, with a broken one, without a terminal, with the demo.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use rstest::rstest;
use rustix::process::Signal;

use super::program::{Program, Start};
use super::simulation::Simulation;

/// The program for somebody who has no configuration yet.
fn first_time(home: &Path) -> Program {
    let mut program = Start::new(home, &[]).spawn();
    program.sees("Try the demo").sees("Add a campaign").sees("A configuration is looked for in").holds_the_terminal();
    program
}

#[test]
fn the_start_screen_leads_to_the_demo() {
    let home = tempfile::tempdir().unwrap();
    let mut program = first_time(home.path());
    program.types("1").sees("DEMO").sees("loaded").types("q").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
    leaves_nothing_behind(home.path());
}

#[test]
fn the_start_screen_prints_a_configuration_that_is_right() {
    let home = tempfile::tempdir().unwrap();
    let mut program = first_time(home.path());
    program.types("2").sees("Save the text below as").types("\r").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
    let written = String::from_utf8(program.bytes()).unwrap();
    let (_, printed) = written.rsplit_once("\u{1b}[?25h").unwrap();
    let path = home.path().join("printed.toml");
    fs::write(&path, printed.replace("\r\n", "\n")).unwrap();
    let loaded = postwatch::config::load(&path).unwrap();
    assert_eq!(loaded.mistakes, []);
    assert_eq!(loaded.config.campaigns.len(), 1);
}

#[rstest]
#[case("3")]
#[case("q")]
#[case("\u{3}")]
fn the_start_screen_is_left(#[case] key: &str) {
    let home = tempfile::tempdir().unwrap();
    let mut program = first_time(home.path());
    // The menu in its new place shows that Esc was read, and that it does not quit.
    program.types("\u{1b}").resize(80, 24).waits_for("the menu", |screen| screen.rows(0, 80).any(|row| row.starts_with("      Postwatch")));
    program.types(key).gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
}

#[test]
fn a_signal_ends_the_start_screen() {
    let home = tempfile::tempdir().unwrap();
    let mut program = first_time(home.path());
    program.signal(Signal::TERM).gives_the_terminal_back();
    assert_eq!(program.exit_code(), 143);
    program.leaves_everything_as_it_was();
}

#[test]
fn the_demo_shows_messages_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut program = Start::new(home.path(), &["demo", "--messages", "600", "--speed", "50"]).spawn();
    program.sees("DEMO").sees("loaded").types("]").sees("One-time codes").signal(Signal::TERM).gives_the_terminal_back();
    assert_eq!(program.exit_code(), 143);
    program.leaves_everything_as_it_was();
    leaves_nothing_behind(home.path());
}

/// The demo's folder is gone.
#[track_caller]
fn leaves_nothing_behind(home: &Path) {
    let left: Vec<_> = fs::read_dir(home.join("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[rstest]
#[case::not_toml("[[campaigns]\nname = ", "unclosed array table", 2)]
#[case::no_text("\0\u{1}", "No campaign of", 2)]
#[case::nothing_right_in_it("[[campaigns]]\nnmae = \"Clinic\"\n", "No campaign of", 2)]
#[case::nothing_in_it("", "names no campaign", 2)]
fn a_broken_configuration_is_told_without_a_dashboard(#[case] text: &str, #[case] says: &str, #[case] code: u32) {
    let simulation = Simulation::new();
    let mut program = simulation.configure(text).start(&[]).spawn();
    assert_eq!(program.exit_code(), code);
    program.sees(says).leaves_everything_as_it_was();
    let written = String::from_utf8(program.bytes()).unwrap();
    assert!(!written.contains("\u{1b}[?1049h"), "no dashboard: {written}");
}

#[rstest]
#[case(&[])]
#[case(&["demo"])]
fn without_a_terminal_it_says_so(#[case] arguments: &[&str]) {
    let simulation = Simulation::new();
    simulation.configure(&simulation.part(0, ""));
    let mut command = Command::new(env!("CARGO_BIN_EXE_postwatch"));
    command.env_clear().env("HOME", simulation.home()).env("POSTWATCH_CONFIG", simulation.config()).args(arguments);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let says = String::from_utf8(output.stderr).unwrap();
    assert!(says.contains("The dashboard cannot be shown") && says.contains("needs a terminal"), "{says}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
}

#[test]
fn no_colour_is_written_where_none_is_wanted() {
    let simulation = Simulation::new();
    simulation.configure(&simulation.part(0, "calls_per_second = 10"));
    let look = |start: Start<'_>| {
        let mut program = start.spawn();
        program.sees("300 loaded").types("?").sees("Keys: ").types("\u{1b}").loses("Keys: ").types("q");
        assert_eq!(program.exit_code(), 0);
        colours(&program.bytes())
    };
    assert!(!look(simulation.start(&[])).is_empty(), "colours are the rule");
    assert_eq!(look(simulation.start(&[]).env("NO_COLOR", "1")), [0_u16; 0]);
    assert_eq!(look(simulation.start(&["--color", "never"])), [0_u16; 0]);
}

/// The numbers by which colours were set: foreground and background, the sixteen and any other.
/// 39 and 49 give back the terminal's own.
fn colours(written: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(written);
    let sequences = text.split("\u{1b}[").skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != ';' && letter != ':')?;
        rest[end..].starts_with('m').then(|| &rest[..end])
    });
    let numbers = sequences.flat_map(|sequence| sequence.split([';', ':'])).filter_map(|number| number.parse().ok());
    numbers.filter(|number| matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107)).collect()
}
