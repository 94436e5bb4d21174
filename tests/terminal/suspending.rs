//! Stopping and going on, as a shell's job and without a shell.

use rustix::process::Signal;

use super::hands::{CANCEL, asked, finds};
use super::program::{Program, Start};
use super::simulation::Simulation;

/// The dashboard as the job of a shell that tells how it stopped, and goes on with it after a line.
fn as_a_job(simulation: &Simulation, before: &str) -> Program {
    simulation.configure(&format!("{before}{}", simulation.part(0, "calls_per_second = 10")));
    simulation.remember_all_times();
    let program = env!("CARGO_BIN_EXE_postwatch");
    let script = format!(
        "set -m; '{program}' --config '{}' --state '{}'; echo \"stopped with $?\"; stty -a; read line; fg; echo \"ended with $?\"",
        simulation.config().display(),
        simulation.state().display()
    );
    let key = simulation.simulator().campaigns().remove(0).key;
    let mut program = Start::of("sh", simulation.home(), &["-c", &script]).env("KEY_0", &key).spawn();
    program.sees("300 loaded").holds_the_terminal();
    program
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back() {
    let simulation = Simulation::new();
    let mut program = as_a_job(&simulation, "");
    program.types("\u{1a}").gives_the_terminal_back();
    program.sees("stopped with").leaves_everything_as_it_was();
    program.types("on\n").sees("300 loaded").holds_the_terminal();
    program.types("q").sees("ended with 0");
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
}

/// What is typed while the program is stopped was typed without seeing what it shows when it goes on.
#[test]
fn a_yes_that_was_typed_ahead_of_fg_is_none() {
    let simulation = Simulation::new();
    let mut program = as_a_job(&simulation, "");
    let failed = simulation.retryable().remove(0);
    finds(&mut program, &failed.recipient[2..]);
    asked(&mut program).types("\u{1a}").gives_the_terminal_back();
    program.sees("stopped with").types("on\ny").sees(CANCEL).holds_the_terminal().reads_all();
    program.types("\u{1b}").loses(CANCEL).types("q").sees("ended with 0");
    assert_eq!(program.exit_code(), 0);
    assert_eq!(simulation.posts(), []);
}

#[test]
fn the_mouse_is_given_to_the_shell_and_taken_back() {
    let simulation = Simulation::new();
    let mut program = as_a_job(&simulation, "[display]\nmouse = true\n");
    let is_told = |screen: &vt100::Screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::PressRelease;
    program.waits_for("the mouse is told", is_told).types("\u{1a}").gives_the_terminal_back();
    program.sees("stopped with").leaves_everything_as_it_was();
    program.types("on\n").sees("300 loaded").waits_for("the mouse is told again", is_told).types("q").sees("ended with 0");
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
}

#[test]
fn without_a_shell_it_cannot_be_continued_and_goes_on() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded").holds_the_terminal().signal(Signal::TSTP).reads_all();
    program.signal(Signal::CONT).types("\u{1a}").reads_all().types("?").sees("Keys: ").types("\u{1b}").loses("Keys: ");
    program.types("q").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
}

/// While it stands still, nobody sees the countdown, and Esc goes to the shell.
#[test]
fn what_counts_down_is_taken_back_when_the_program_was_stopped_from_outside() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded").types("3").sees("plans them").types("G").sees("All that failed with");
    program.presses_until("r", "the plan", |screen| screen.contents().contains("Tab all"));
    program.presses_until("y", "the countdown", |screen| screen.contents().contains("Starting in "));
    program.signal(Signal::STOP).signal(Signal::CONT).sees("taken back: nothing was sent").loses("Starting in ");
    assert_eq!(simulation.posts(), []);
}
