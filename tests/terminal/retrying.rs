//! The main job: watch, find a recipient, look closer, retry what failed, and never by accident.

use super::hands::{LEAVE, asked, on_a_failed_one};
use super::program::cursor_line;
use super::simulation::Simulation;

#[test]
fn yes_retries_exactly_once() {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    asked(&mut program).presses_until("y", "an outcome", |screen| screen.contents().contains("accepted"));
    program.waits_for("the end of the story", |screen| {
        let text = screen.contents();
        text.contains("retried: accepted") && (text.contains(", delivered ") || text.contains(", failed again "))
    });
    let posts = simulation.posts();
    assert_eq!(posts.len(), 1, "{posts:?}");
    assert_eq!((posts[0].message.as_deref(), posts[0].status), (Some(failed.id.as_str()), 201));
}

#[test]
fn esc_and_enter_leave_it() {
    let simulation = Simulation::new();
    let (mut program, failed) = on_a_failed_one(&simulation);
    asked(&mut program).types("\u{1b}").loses(LEAVE);
    asked(&mut program).presses_until("\r", "the question gone", |screen| !screen.contents().contains(LEAVE));
    // Had either been taken for a yes, its POST would have left before the one that is meant.
    // Backspace, because a terminal's Esc with a letter at once behind it is another key.
    program.presses_until("\u{7f}", "the list", |screen| cursor_line(screen).contains("✗ failed"));
    asked(&mut program).presses_until("y", "the outcome", |screen| screen.contents().contains("retried: accepted"));
    let posts = simulation.posts();
    assert_eq!(posts.iter().map(|post| post.message.as_deref()).collect::<Vec<_>>(), [Some(failed.id.as_str())]);
}
