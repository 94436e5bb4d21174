//! What a person does at the dashboard, in the words of the tests.

use super::program::{Program, cursor_line};
use super::simulation::{Simulation, Told};

/// The dashboard with a failed message under the cursor that a retry helps.
pub fn on_a_failed_one(simulation: &Simulation) -> (Program, Told) {
    on_a_failed_one_of(simulation, simulation.run())
}

/// The same, of a program that was started already.
pub fn on_a_failed_one_of(simulation: &Simulation, mut program: Program) -> (Program, Told) {
    program.sees("the whole campaign");
    let failed = simulation.retryable().remove(0);
    finds(&mut program, &failed.recipient[2..]);
    program.waits_for("the cursor on it", |screen| cursor_line(screen).contains("✗ failed"));
    (program, failed)
}

/// Looks for digits, on the server as well, and keeps what was found.
pub fn finds(program: &mut Program, digits: &str) {
    program.types("/").waits_for("the find line", |screen| cursor_line(screen).starts_with(" find "));
    // A text field takes all keys at once.
    program.types(digits).sees(&format!("find {digits}")).sees("server: 1 found").types("\r").sees("1 of 300 loaded");
}

/// The question, with the focus on the safe answer.
pub fn asked(program: &mut Program) -> &mut Program {
    program.types("r").sees("Retry 1 message").waits_for("the focus on the safe answer", |screen| focus(screen) == Some(CANCEL))
}

/// The question where no action is taken: there is only the safe answer.
pub fn asked_in_preview(program: &mut Program) -> &mut Program {
    asked(program).waits_for("no other answer", |screen| !screen.contents().contains("[ retry ]"))
}

/// The safe answer.
pub const CANCEL: &str = "[ cancel ]";

/// The answer that the cursor stands on.
fn focus(screen: &vt100::Screen) -> Option<&'static str> {
    let (row, column) = screen.cursor_position();
    let from = screen.contents_between(row, column, row, screen.size().1.get());
    [CANCEL, "[ retry ]"].into_iter().find(|answer| from.starts_with(&answer[1..]))
}
