//! Every way out gives the terminal back as it was found, at once, with its own exit code.

use rustix::process::Signal;

use super::program::Program;
use super::simulation::Simulation;

/// The dashboard, with its messages on the screen.
fn shown(simulation: &Simulation) -> Program {
    let mut program = simulation.run();
    program.sees("Clinic reminders").sees("300").holds_the_terminal();
    program
}

#[test]
fn q_quits() {
    let simulation = Simulation::new();
    let mut program = shown(&simulation);
    program.types("q").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
}

#[test]
fn ctrl_c_quits_at_the_second_time() {
    let simulation = Simulation::new();
    let mut program = shown(&simulation);
    program.types("\u{3}").sees("again to quit").types("\u{3}").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
}

#[test]
fn signals_end_it_with_their_codes() {
    let simulation = Simulation::new();
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut program = shown(&simulation);
        program.signal(signal).gives_the_terminal_back();
        assert_eq!(program.exit_code(), code, "{signal:?}");
        program.leaves_everything_as_it_was();
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let simulation = Simulation::new();
    let mut program = shown(&simulation);
    assert_eq!(program.hang_up().exit_code(), 129);
}
