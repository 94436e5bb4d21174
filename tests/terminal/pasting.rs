//! What is pasted never acts as keys, whether the terminal tells that it is a paste or not; and nothing but a
//! key that was meant agrees.

use postwatch::simulator::{Fault, FaultKind, FaultyCalls};
use rstest::rstest;

use super::hands::{CANCEL, asked, on_a_failed_one};
use super::program::Program;
use super::simulation::Simulation;

#[rstest]
#[case::told_as_a_paste("\u{1b}[200~ry\r\u{1b}[201~")]
#[case::told_as_a_paste_with_an_end_in_it("\u{1b}[200~a\u{1b}[201~ry\r\u{1b}[201~")]
#[case::told_as_keys("ry\r")]
#[case::told_as_keys_with_text_around("Mary said: carry on, y\r")]
fn a_paste_over_the_list_retries_nothing(#[case] pasted: &str) {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    // The first key of a paste of two may open the question.
    program.types(pasted).reads_all();
    program.presses_until("\u{7f}", "the list", |screen| !screen.contents().contains(CANCEL));
    only_the_yes_that_follows_counts(&simulation, &mut program, &failed.id);
}

#[rstest]
#[case::told_as_a_paste("\u{1b}[200~y\r\u{1b}[201~")]
#[case::told_as_keys("yes\r")]
#[case::told_as_keys_that_choose_the_other_answer("\ty\r")]
#[case::twice("yy")]
#[case::with_nul("y\0")]
#[case::with_a_function_key("y\u{1b}[15~")]
#[case::with_alt("y\u{1b}u")]
#[case::behind_a_paste("\u{1b}[200~please\u{1b}[201~y")]
fn a_paste_into_the_question_retries_nothing(#[case] pasted: &str) {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    asked(&mut program).types(pasted).reads_all();
    program.presses_until("\u{7f}", "the list", |screen| !screen.contents().contains(CANCEL));
    only_the_yes_that_follows_counts(&simulation, &mut program, &failed.id);
}

/// Had the paste been taken for a yes, its POST would have left before this one.
fn only_the_yes_that_follows_counts(simulation: &Simulation, program: &mut Program, id: &str) {
    asked(program).presses_until("y", "the outcome", |screen| screen.contents().contains("retried: accepted"));
    let posts = simulation.posts();
    assert_eq!(posts.iter().map(|post| post.message.as_deref()).collect::<Vec<_>>(), [Some(id)]);
}

#[test]
fn a_paste_of_megabytes_with_an_end_in_it_retries_nothing() {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    let filler = "carry on, ".repeat(300_000);
    program.types("").sends(format!("\u{1b}[200~a\u{1b}[201~r{filler}y").as_bytes());
    program.reads_all();
    program.presses_until("\u{7f}", "the list", |screen| !screen.contents().contains(CANCEL));
    only_the_yes_that_follows_counts(&simulation, &mut program, &failed.id);
}

#[test]
fn a_yes_that_comes_too_soon_says_so_and_counts_when_it_is_pressed_again() {
    let simulation = Simulation::new();
    let (mut program, _) = on_a_failed_one(&simulation);
    asked(&mut program).types("yy").sees("Too soon: press y again.");
    program.presses_until("y", "the outcome", |screen| screen.contents().contains("retried: accepted"));
    assert_eq!(simulation.posts().len(), 1);
}

#[test]
fn what_was_taken_for_a_paste_is_said() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded").types("qwe").sees("3 keys arrived at once and were taken for a paste. Nothing was done");
    program.types("\u{1b}[200~q\u{1b}[201~").sees("Text was pasted outside a text field. Nothing was done");
    program.types("q");
    assert_eq!(program.exit_code(), 0);
}

/// Neither the list nor the way out is locked by a paste whose end got lost.
#[test]
fn a_paste_without_an_end_locks_nothing() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded").types("\u{1b}[200~please");
    program.presses_until("\u{3}", "the way out", |screen| screen.contents().contains("again to quit"));
    // The next lone key ends the paste and does nothing else; the one behind it works.
    program.presses_until("?", "the help", |screen| screen.contents().contains("Keys: "));
    program.types("\u{1b}").loses("Keys: ").types("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn esc_and_the_key_that_comes_with_it_both_work() {
    let simulation = Simulation::new();
    let (mut program, _) = on_a_failed_one(&simulation);
    asked(&mut program).types("\u{1b}?").loses(CANCEL).sees("Keys: ").types("\u{1b}").loses("Keys: ").types("q");
    assert_eq!(program.exit_code(), 0);
}

/// The first key of a paste opens the line of commands; its rest, later, cannot agree to what it asks.
#[test]
fn commands_in_a_paste_agree_to_nothing() {
    let simulation = Simulation::new();
    simulation.configure(&simulation.part(0, "calls_per_second = 10\nread_only = true"));
    let mut program = simulation.start(&[]).spawn();
    program.sees("300 loaded").sees("READ-ONLY").types(":").sees("Commands");
    program.types("unlock\rClinic reminders\r").sees("Too soon: press Enter again.");
    program.types("\u{1b}").loses("Unlock for actions").sees("READ-ONLY");
    // Typed by a person, with the Enter behind it, it opens the campaign.
    program.types(":").sees("Commands").types("unlock\r").sees("Type its name").types("Clinic reminders");
    program.presses_until("\r", "the campaign open", |screen| screen.contents().contains("UNLOCKED"));
    program.types("q");
    assert_eq!(program.exit_code(), 0);
}

/// Longer than what is read at once, and not told as a paste: its last key must not wait for another.
#[test]
fn a_long_paste_into_the_find_line_arrives_to_its_end() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded").types("/").sees("digits of a number");
    program.types(&format!("{}\r", "9".repeat(3_000))).sees("longer than any phone number");
}

/// The same where a run has paused itself: only a person goes on with it.
#[test]
fn a_paste_in_two_pieces_goes_on_with_no_paused_run() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded");
    // Three whose answer is lost, and a run pauses itself.
    let lost = Fault { kind: FaultKind::ResetAfter, share: 1.0, calls: FaultyCalls::Writes, times: Some(3) };
    simulation.simulator().set_faults(vec![lost]);
    program.types("3").sees("plans them").types("G").sees("All that failed with");
    program.presses_until("r", "the plan", |screen| screen.contents().contains("Tab all"));
    program.presses_until("y", "the run paused", |screen| screen.contents().contains(":resume continues"));
    let before = simulation.posts().len();
    assert_eq!(before, 3);
    for rest in ["resume\r", "resume\ry", "resume\ry\r", "resume\ryes\r"] {
        program.types(":").sees("Commands").types(rest).reads_all();
        program.presses_until("\u{7f}", "no question", |screen| !screen.contents().contains("Continue the run"));
        program.sees(":resume continues");
    }
    assert_eq!(simulation.posts().len(), before, "a paste goes on with nothing");
    // A person's yes does.
    program.types(":").sees("Commands").types("resume\r").sees("Continue the run");
    program.presses_until("y", "the run going on", |screen| !screen.contents().contains(":resume continues"));
}
