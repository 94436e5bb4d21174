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
    program.sees("Try the demo").sees("Add a campaign").sees("No configuration found at").holds_the_terminal();
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

/// The example is looked at, not printed: the form with all that was typed is behind it.
#[test]
fn the_start_screen_shows_an_example_and_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut program = first_time(home.path());
    program.types("2").sees("See an example").types("Clinic").sees("Clinic").types("\u{1b}[A").types("\r");
    program.sees("An example of").sees("[[campaigns]]").types("\u{1b}").sees("See an example").sees("Clinic");
    program.types("\u{3}").sees("Press Ctrl-c again to quit").types("\u{3}").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
    leaves_nothing_behind(home.path());
}

/// The form, filled in for the world's campaign with a key that is typed.
fn fill_in(program: &mut Program, simulation: &Simulation, key: &str) {
    let card = &simulation.simulator().campaigns()[0];
    let (id, base) = (card.id.clone(), simulation.simulator().base_url());
    program.types("2").sees("campaign id").types("Clinic\r").sees("‹ test ›").types("\u{1b}[C\u{1b}[C").sees("‹ another address ›");
    program.types("\r").types(&base).types("\r").types(&id).types("\r").sees("‹ an environment variable ›");
    program.types("\u{1b}[D").sees("‹ typed here").types("\r").types(key).types("\r").sees("‹ in production only").types("\r\r");
}

#[test]
fn the_first_minute_leads_from_nothing_to_the_messages() {
    use std::os::unix::fs::PermissionsExt as _;
    let simulation = Simulation::new();
    let key = simulation.simulator().campaigns()[0].key.clone();
    let home = tempfile::tempdir().unwrap();
    let mut program = first_time(home.path());
    fill_in(&mut program, &simulation, "key_test_00000000000000000000000000000000");
    // A wrong key is told as one, and nothing is written.
    program.sees("✗").sees("Save anyway").sees("key");
    let config = home.path().join(".config/postwatch/config.toml");
    assert!(!config.exists());
    let back = "\u{1b}[A".repeat(2);
    program.types(&back).types("\u{15}").sees("paste it here").types(&key).types("\t\t\r").sees("are fine").types("\r");
    program.sees("loaded").sees("Clinic").types("3").sees("share");
    program.types("q").types("q").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
    let text = fs::read_to_string(&config).unwrap();
    assert!(text.contains("file = \"clinic.key\"") && !text.contains(&key), "{text}");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&config), mode(&config.with_file_name("clinic.key"))), (0o600, 0o600));
    assert!(!String::from_utf8_lossy(&program.bytes()).contains(&key), "the key was on the screen");
}

#[test]
fn the_next_start_begins_where_the_last_one_was_left() {
    let simulation = Simulation::new();
    simulation.configure(&simulation.part(0, "calls_per_second = 10"));
    let mut program = simulation.start(&[]).spawn();
    program.sees("loaded").types("3").sees("share").types("\u{3}").sees("again").types("\u{3}").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    let session = fs::read_to_string(simulation.state().join("session.json")).unwrap();
    assert!(session.contains("\"failures\""), "{session}");
    let mut program = simulation.start(&[]).spawn();
    program.sees("share").types("1").sees("recipient").types("\u{3}").sees("again").types("\u{3}").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    // A file that is no session is told, and stands in nobody's way.
    fs::write(simulation.state().join("session.json"), "{").unwrap();
    let mut program = simulation.start(&[]).spawn();
    program.sees("starts as if for the first time").sees("recipient").types("q").gives_the_terminal_back();
}

#[test]
fn a_changed_configuration_is_read_again() {
    let simulation = Simulation::new();
    let part = simulation.part(0, "calls_per_second = 10");
    simulation.configure(&part);
    let mut program = simulation.start(&[]).spawn();
    program.sees("loaded").sees("Clinic reminders");
    simulation.configure("name = 1");
    program.types(":").sees("reload").types("reload\r").sees("can be used");
    simulation.configure(&part.replace("Clinic reminders", "Flood alerts"));
    program.types(":").sees("reload").types("reload\r").sees("Flood alerts").sees("loaded");
    program.types("q").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
}

/// Not every terminal has another screen to change to.
#[test]
fn what_stood_on_the_screen_is_cleared_before_anything_is_drawn() {
    let home = tempfile::tempdir().unwrap();
    let program = first_time(home.path());
    let bytes = program.bytes();
    let at = |text: &[u8]| bytes.windows(text.len()).position(|window| window == text);
    let (entered, cleared, drawn) = (at(b"\x1b[?1049h"), at(b"\x1b[2J"), at(b"Postwatch"));
    assert!(entered.is_some() && entered < cleared && cleared < drawn, "{entered:?} {cleared:?} {drawn:?}");
}

#[rstest]
#[case("3")]
#[case("q")]
#[case("\u{3}")]
fn the_start_screen_is_left(#[case] key: &str) {
    let home = tempfile::tempdir().unwrap();
    let mut program = first_time(home.path());
    // The menu in its new place shows that Esc was read, and that it does not quit.
    program.types("\u{1b}").resize(80, 24).waits_for("the menu", |screen| screen.rows(0, 80).any(|row| row.starts_with("   Postwatch")));
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
