//! Any size will do: nothing breaks, and where there is no room the program says so and goes on.

use std::time::{Duration, Instant};

use rstest::rstest;

use super::simulation::Simulation;

#[test]
fn every_size_is_survived() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded");
    for (columns, rows, shown) in [
        (1, 1, "+"),
        (10, 3, "+"),
        (59, 14, "Postwatch needs 60 by 15 characters; this is 59 by 14"),
        (60, 15, "Clinic reminders"),
        (80, 24, "300 loaded"),
        (200, 60, "300 loaded"),
        (13, 1, "60×15 please"),
        (120, 36, "300 loaded"),
    ] {
        program.resize(columns, rows).waits_for(&format!("`{shown}` at {columns}×{rows}"), |screen| {
            let lines: Vec<String> = screen.rows(0, columns).collect();
            let needs_room = !shown.contains("loaded") && !shown.contains("Clinic");
            lines.iter().any(|line| line.contains(shown)) && (!needs_room || lines[1..].iter().all(|line| line.trim().is_empty()))
        });
    }
    program.types("q").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
}

#[rstest]
#[case(1, 1)]
#[case(10, 3)]
fn it_starts_in_any_size(#[case] columns: u16, #[case] rows: u16) {
    let simulation = Simulation::new();
    simulation.configure(&simulation.part(0, ""));
    let mut program = simulation.start(&[]).size(columns, rows).spawn();
    program.sees("+").resize(120, 36).sees("300 loaded").types("q");
    assert_eq!(program.exit_code(), 0);
}

/// A key and a new size that come together are both seen, whichever is first by how little.
#[test]
fn a_key_that_comes_with_a_new_size_is_not_lost() {
    let simulation = Simulation::new();
    let mut program = simulation.run();
    program.sees("300 loaded");
    for round in 0..60 {
        let columns = if round % 2 == 0 { 100 } else { 120 };
        program.resize(columns, 36);
        let since = Instant::now();
        while since.elapsed() < Duration::from_micros(round * 5) {
            std::hint::spin_loop();
        }
        program.types("?").sees("Keys: ").types("\u{7f}").loses("Keys: ");
    }
}
