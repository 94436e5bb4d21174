//! The journal in the program itself: gone before the start, gone while it runs, and back again.

use std::fs;

use super::hands::{asked, asked_in_preview, on_a_failed_one, on_a_failed_one_of};
use super::simulation::Simulation;

#[test]
fn without_a_journal_no_yes_is_offered_until_the_folder_is_put_right() {
    let simulation = Simulation::new();
    fs::write(simulation.state(), "in the way").unwrap();
    let (mut program, failed) = on_a_failed_one_of(&simulation, simulation.run());
    asked_in_preview(&mut program).sees("journal of actions").types("y\u{1b}");
    assert_eq!(simulation.posts(), []);
    fs::remove_file(simulation.state()).unwrap();
    program.sees("actions are possible again");
    asked(&mut program).presses_until("y", "an outcome", |screen| screen.contents().contains("accepted"));
    let posts = simulation.posts();
    assert_eq!((posts.len(), posts[0].message.as_deref()), (1, Some(failed.id.as_str())));
}

#[test]
fn a_log_that_is_removed_while_it_runs_takes_the_yes_away() {
    let simulation = Simulation::new();
    let (mut program, _) = on_a_failed_one(&simulation);
    fs::remove_file(simulation.state().join("journal.sqlite3-wal")).unwrap();
    asked_in_preview(&mut program).sees("journal of actions").types("y");
    assert_eq!(simulation.posts(), []);
    // The way back that the sentence names.
    program.sees(":reload").types("\u{1b}").types(":").sees("reload").types("reload\r");
    program.loses("1 of 300 loaded");
    let (mut program, _) = on_a_failed_one_of(&simulation, program);
    asked(&mut program).presses_until("y", "an outcome", |screen| screen.contents().contains("accepted"));
    assert_eq!(simulation.posts().len(), 1);
}

#[test]
fn a_script_asks_nothing_that_it_could_not_write_down() {
    let simulation = Simulation::new();
    fs::write(simulation.state(), "in the way").unwrap();
    let failed = simulation.retryable().remove(0);
    simulation.configure(&simulation.part(0, "calls_per_second = 10"));
    let mut program = simulation.start(&["retry", "Clinic reminders", "--message", &failed.id]).spawn();
    program.sees("the journal of actions cannot be written");
    assert_eq!(program.exit_code(), 2);
    assert!(!program.screen().contains("[y/N]"), "{}", program.screen());
    assert_eq!(simulation.posts(), []);
}
