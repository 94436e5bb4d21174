//! The terminal's title: kept before it is changed, and given back on every way out.

use postwatch::tui::{Requests, Screen as _, TerminalScreen, wake_pair};
use rustix::process::Signal;

use super::program::{Program, Start};
use super::simulation::Simulation;

const KEEP: &str = "\u{1b}[22;2t";
const SET: &str = "\u{1b}]2;";
const RESTORE: &str = "\u{1b}]2;\u{7}\u{1b}[23;2t";

/// What was written, as text.
fn written(program: &Program) -> String {
    String::from_utf8_lossy(&program.bytes()).into_owned()
}

fn count(program: &Program, what: &str) -> usize {
    written(program).matches(what).count()
}

/// The dashboard with a title.
fn titled(simulation: &Simulation) -> Program {
    let mut program = simulation.run();
    program.sees("300 loaded").waits_for("the title", |_| true);
    assert_eq!(count(&program, KEEP), 1);
    program
}

/// After the end: nothing is set behind the newest restoring.
#[track_caller]
fn is_given_back(program: &Program, times: usize) {
    let text = written(program);
    assert_eq!((text.matches(KEEP).count(), text.matches(RESTORE).count()), (times, times));
    let (_, rest) = text.rsplit_once(RESTORE).unwrap();
    assert!(!rest.contains(SET), "{rest:?}");
    let (before, _) = text.split_once(KEEP).unwrap();
    assert!(!before.contains(SET), "it was set before it was kept");
}

#[test]
fn the_title_names_the_campaign_and_is_given_back_on_every_way_out() {
    let simulation = Simulation::new();
    let mut program = titled(&simulation);
    assert!(written(&program).contains("Clinic reminders · postwatch\u{7}"));
    program.types("q");
    assert_eq!(program.exit_code(), 0);
    is_given_back(&program, 1);
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let mut program = titled(&simulation);
        program.signal(signal);
        assert_eq!(program.exit_code(), code);
        is_given_back(&program, 1);
    }
}

#[test]
fn a_suspended_program_gives_the_title_back_and_takes_it_again() {
    let simulation = Simulation::new();
    simulation.configure(&simulation.part(0, "calls_per_second = 10"));
    let binary = env!("CARGO_BIN_EXE_postwatch");
    let (config, state) = (simulation.config(), simulation.state());
    let script = format!("set -m; '{binary}' --config '{}' --state '{}'; echo stopped; read line; fg", config.display(), state.display());
    let key = simulation.simulator().campaigns().remove(0).key;
    let mut program = Start::of("sh", simulation.home(), &["-c", &script]).env("KEY_0", &key).spawn();
    program.sees("the whole campaign").types("\u{1a}").sees("stopped");
    is_given_back(&program, 1);
    program.types("on\n").sees("the whole campaign").types("q");
    assert_eq!(program.exit_code(), 0);
    is_given_back(&program, 2);
}

/// What [`a_panic_gives_the_title_back_before_it_is_reported`] runs in a terminal of its own.
#[test]
fn in_a_process_that_panics() {
    if std::env::var(PANICS).is_err() {
        return;
    }
    let (waker, _woken) = wake_pair().unwrap();
    let mut screen = TerminalScreen::enter(&Requests::new(waker)).unwrap();
    screen.title("Clinic reminders · postwatch").unwrap();
    assert!(std::thread::spawn(|| panic!("a worker is dead")).join().is_err());
    // The loop may not know yet.
    screen.title("1 ✗ Clinic reminders · postwatch").unwrap();
}

/// Says that this process is the one to panic.
const PANICS: &str = "POSTWATCH_TEST_PANICS";

/// The program has no panic that can be provoked: the tests' own takes the terminal as it does, and a thread of it panics.
#[test]
fn a_panic_gives_the_title_back_before_it_is_reported() {
    let simulation = Simulation::new();
    let tests = std::env::current_exe().unwrap();
    let arguments = ["--exact", "terminal::titling::in_a_process_that_panics", "--nocapture"];
    let mut program = Start::of(tests.to_str().unwrap(), simulation.home(), &arguments).env(PANICS, "yes").spawn();
    assert_eq!(program.exit_code(), 0, "{}", program.screen());
    is_given_back(&program, 1);
    let text = written(&program);
    let (before, after) = text.split_once(RESTORE).unwrap();
    assert!(before.contains("Clinic reminders · postwatch\u{7}") && !before.contains("a worker is dead"), "{before:?}");
    assert!(after.contains("a worker is dead") && after.contains("1 passed"), "{after:?}");
    program.leaves_everything_as_it_was();
}

#[test]
fn a_title_that_is_turned_off_or_could_not_be_given_back_is_left_alone() {
    let simulation = Simulation::new();
    let text = format!("[display]\ntitle = false\n\n{}", simulation.part(0, "calls_per_second = 10"));
    let off = simulation.configure(&text).start(&[]).spawn();
    let console = |program: &mut Program| {
        program.sees("300 loaded").types("q");
        assert_eq!(program.exit_code(), 0);
        assert_eq!((count(program, KEEP), count(program, SET)), (0, 0));
    };
    let mut off = off;
    console(&mut off);
    simulation.configure(&simulation.part(0, "calls_per_second = 10"));
    console(&mut simulation.start(&[]).env("TERM", "linux").spawn());
    console(&mut simulation.start(&[]).env("STY", "1234.pts-0").spawn());
}

/// At rest nothing is written for it, and what does not change is not said again.
#[test]
fn the_same_title_is_written_once() {
    let simulation = Simulation::new();
    let mut program = titled(&simulation);
    program.types("j").reads_all().types("3").sees("[3 Failures").types("1").sees("[1 Messages");
    let text = written(&program);
    let titles: Vec<&str> = text.split(SET).skip(1).filter_map(|rest| rest.split('\u{7}').next()).collect();
    assert!(titles.windows(2).all(|pair| pair[0] != pair[1]), "{titles:?}");
}
