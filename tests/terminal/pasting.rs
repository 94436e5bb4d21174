//! What is pasted never acts as keys, whether the terminal tells that it is a paste or not.

use rstest::rstest;

use super::hands::{LEAVE, asked, on_a_failed_one};
use super::simulation::Simulation;

#[rstest]
#[case::told_as_a_paste("\u{1b}[200~ry\r\u{1b}[201~")]
#[case::told_as_keys("ry\r")]
#[case::told_as_keys_with_text_around("Mary said: carry on, y\r")]
fn a_paste_over_the_list_retries_nothing(#[case] pasted: &str) {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    // The first keys of a burst may open the question; two ticks later it would take an answer.
    program.types(pasted).ticks().ticks();
    program.presses_until("\u{7f}", "the list", |screen| !screen.contents().contains(LEAVE)).ticks();
    only_the_yes_that_follows_counts(&simulation, &mut program, &failed.id);
}

#[rstest]
#[case::told_as_a_paste("\u{1b}[200~y\r\u{1b}[201~")]
#[case::told_as_keys("yes\r")]
#[case::told_as_keys_that_choose_the_other_answer("\ty\r")]
fn a_paste_into_the_question_retries_nothing(#[case] pasted: &str) {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    asked(&mut program).ticks().ticks().types(pasted).ticks();
    program.sees(LEAVE);
    program.presses_until("\u{7f}", "the list", |screen| !screen.contents().contains(LEAVE)).ticks();
    only_the_yes_that_follows_counts(&simulation, &mut program, &failed.id);
}

/// Had the paste been taken for a yes, its POST would have left before this one.
fn only_the_yes_that_follows_counts(simulation: &Simulation, program: &mut super::program::Program, id: &str) {
    asked(program).presses_until("y", "the outcome", |screen| screen.contents().contains("retried: accepted"));
    let posts = simulation.posts();
    assert_eq!(posts.iter().map(|post| post.message.as_deref()).collect::<Vec<_>>(), [Some(id)]);
}

/// Longer than what is read at once, and not told as a paste: its last key must not wait for another.
#[test]
fn a_long_paste_into_the_find_line_arrives_to_its_end() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded").types("/").sees("digits of a number");
    program.types(&format!("{}\r", "9".repeat(3_000))).sees("No number with 9999");
}
