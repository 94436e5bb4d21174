//! The mouse: told only where it is wanted, and given back on every way out.

use rustix::process::Signal;
use vt100::MouseProtocolMode::{None as Off, PressRelease};

use super::program::{Program, cursor_line};
use super::simulation::Simulation;

/// The dashboard with a configuration that wants the mouse.
fn with_mouse(simulation: &Simulation) -> Program {
    simulation.configure(&format!("[display]\nmouse = true\n{}", simulation.part(0, "calls_per_second = 10")));
    let mut program = simulation.start(&[]).spawn();
    program.sees("300 loaded").waits_for("the mouse is told", |screen| screen.mouse_protocol_mode() == PressRelease);
    program
}

/// A click as a terminal reports it: button, column and row from 1.
fn click(column: u16, row: u16) -> String {
    format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
}

#[test]
fn every_way_out_gives_it_back() {
    let simulation = Simulation::new();
    for (signal, code) in [(None, 0), (Some(Signal::TERM), 143), (Some(Signal::HUP), 129)] {
        let mut program = with_mouse(&simulation);
        match signal {
            None => program.types("q"),
            Some(signal) => program.signal(signal),
        };
        assert_eq!(program.gives_the_terminal_back().exit_code(), code);
        program.leaves_everything_as_it_was();
    }
}

#[test]
fn a_command_turns_it_on_and_off() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded").waits_for("no mouse", |screen| screen.mouse_protocol_mode() == Off);
    program.types(":").sees("Commands").types("mouse\r").waits_for("the mouse", |screen| screen.mouse_protocol_mode() == PressRelease);
    program.types(&click(10, 12)).waits_for("the cursor there", |screen| screen.cursor_position().0 == 11);
    program.types(":").sees("Commands").types("mouse\r").waits_for("no mouse", |screen| screen.mouse_protocol_mode() == Off);
    program.types("q");
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
}

#[test]
fn a_report_in_two_pieces_is_no_keys() {
    let simulation = Simulation::new();
    let mut program = with_mouse(&simulation);
    program.types("j").waits_for("a row below", |screen| cursor_line(screen).contains('›'));
    // As keys, its letters would show another view.
    for cut in 1..9 {
        let report = click(10, 3).split_once('M').unwrap().0.to_owned() + "M";
        let (head, tail) = report.split_at(cut);
        program.types(head);
        program.types(tail);
    }
    program.types("?").sees("Keys: messages").types("\u{1b}").loses("Keys: ").sees("[1 Messages]");
    program.types("q");
    assert_eq!(program.exit_code(), 0);
}
