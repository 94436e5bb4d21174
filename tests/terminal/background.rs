//! The terminal's background: asked for once, taken in the right pair of colours, and its answer
//! never a key, whenever and however it comes.

use std::path::Path;

use super::program::{Program, Start};

/// What the program asks.
const QUESTION: &str = "\u{1b}]11;?\u{7}";

/// A demo in a terminal with true colour, which was asked for its background.
fn asked(home: &Path) -> Program {
    let mut program = Start::new(home, &["demo", "--messages", "300"]).env("COLORTERM", "truecolor").spawn();
    program.sees("DEMO").sees("loaded");
    let written = String::from_utf8_lossy(&program.bytes()).into_owned();
    assert_eq!(written.matches(QUESTION).count(), 1);
    program
}

/// The colour of the first sign that tells of a delivery.
fn colour_of_fine(screen: &vt100::Screen) -> vt100::Color {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let cells = (0..rows).flat_map(|row| (0..columns).filter_map(move |column| screen.cell(row, column)));
    let mut fine = cells.filter(|cell| cell.contents() == "✓");
    fine.next().map_or(vt100::Color::Default, vt100::Cell::fgcolor)
}

fn is_light(screen: &vt100::Screen) -> bool {
    colour_of_fine(screen) == vt100::Color::Rgb(0x1a, 0x67, 0x2c)
}

fn is_dark(screen: &vt100::Screen) -> bool {
    colour_of_fine(screen) == vt100::Color::Rgb(0x87, 0xc9, 0x8f)
}

/// The first campaign's list is still what is shown, and a key does what it does.
fn nothing_was_pressed(program: &mut Program) {
    assert!(program.screen().contains("last 24 h"), "{}", program.screen());
    program.types("2").sees("retry?").types("1").sees("last 24 h");
    program.types("q").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    program.leaves_everything_as_it_was();
}

#[test]
fn an_answer_brings_the_right_pair_of_colours() {
    for (answer, is_so) in
        [("\u{1b}]11;rgb:ffff/ffff/ffff\u{7}", is_light as fn(&vt100::Screen) -> bool), ("\u{1b}]11;rgb:1e1e/1e1e/2e2e\u{1b}\\", is_dark)]
    {
        let home = tempfile::tempdir().unwrap();
        let mut program = asked(home.path());
        program.waits_for("the terminal's own colours", is_own).types(answer).waits_for("the colours for it", is_so);
        nothing_was_pressed(&mut program);
    }
}

/// The terminal's own colours, before any answer.
fn is_own(screen: &vt100::Screen) -> bool {
    matches!(colour_of_fine(screen), vt100::Color::Idx(_))
}

#[test]
fn without_an_answer_nothing_waits() {
    let home = tempfile::tempdir().unwrap();
    let mut program = asked(home.path());
    program.waits_for("the terminal's own colours", is_own);
    nothing_was_pressed(&mut program);
}

#[test]
fn an_answer_that_comes_late_and_in_pieces_is_no_key() {
    let home = tempfile::tempdir().unwrap();
    let mut program = asked(home.path());
    for piece in ["\u{1b}]1", "1;rgb:ffff/ff", "ff/ffff\u{1b}"] {
        program.types(piece);
    }
    program.types("\\").waits_for("the light colours", is_light);
    nothing_was_pressed(&mut program);
}

#[test]
fn a_terminal_without_colours_is_not_asked() {
    let home = tempfile::tempdir().unwrap();
    let mut program = Start::new(home.path(), &["demo", "--messages", "300"]).env("NO_COLOR", "1").spawn();
    program.sees("DEMO").sees("loaded");
    assert!(!String::from_utf8_lossy(&program.bytes()).contains(QUESTION));
    nothing_was_pressed(&mut program);
}

#[test]
fn what_the_environment_tells_holds_until_the_answer() {
    let home = tempfile::tempdir().unwrap();
    let start = Start::new(home.path(), &["demo", "--messages", "300"]).env("COLORTERM", "truecolor").env("COLORFGBG", "0;15");
    let mut program = start.spawn();
    program.sees("DEMO").sees("loaded").waits_for("the light colours", is_light);
    program.types("\u{1b}]11;rgb:0000/0000/0000\u{7}").waits_for("the dark colours", is_dark);
    nothing_was_pressed(&mut program);
}
