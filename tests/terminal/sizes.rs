//! Any size will do: nothing breaks, and where there is no room the program says so and goes on.

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
        (59, 14, "Postwatch needs 60 by 15 characters; here are 59 by 14"),
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
