//! What every screen must be: to be read on its background, without a sign outside ASCII where none
//! is wanted, and with the terminal's cursor where a screen reader looks for it.

use postwatch::tui::{ColourDepth, ThemeChoice};
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use rstest::rstest;

use crate::screens::{Look, every_screen};

/// WCAG 2's relative luminance.
fn luminance(rgb: u32) -> f64 {
    let part = |shift: u32| {
        let part = f64::from(rgb >> shift & 0xff) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
}

fn contrast(one: u32, other: u32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// A colour of the palette of 256, from 16 on: the cube and the greys.
fn fixed(index: u8) -> u32 {
    let index = u32::from(index);
    if index >= 232 {
        return (8 + 10 * (index - 232)) * 0x0001_0101;
    }
    let step = |of: u32| [0, 95, 135, 175, 215, 255][(of % 6) as usize];
    step((index - 16) / 36) << 16 | step((index - 16) / 6) << 8 | step(index - 16)
}

fn rgb(colour: Color, usual: u32) -> u32 {
    match colour {
        Color::Rgb(red, green, blue) => u32::from_be_bytes([0, red, green, blue]),
        Color::Indexed(index @ 16..) => fixed(index),
        Color::Reset => usual,
        other => panic!("{other:?} can look like anything"),
    }
}

/// How well a cell can be read where the terminal's own colours are these.
fn contrast_of(cell: &Cell, text: u32, background: u32) -> f64 {
    contrast(rgb(cell.fg, text), rgb(cell.bg, background))
}

/// Lines and bars: to be seen, not to be read.
fn is_drawn(symbol: &str) -> bool {
    symbol.chars().all(|letter| matches!(letter, '─'..='╿' | '▁'..='▒' | '•'))
}

/// Text and background of usual terminals.
const DARK: [(u32, u32); 3] = [(0xe6e8ec, 0x101216), (0xffffff, 0x000000), (0xf8f8f2, 0x282a36)];
const LIGHT: [(u32, u32); 3] = [(0x000000, 0xffffff), (0x24292f, 0xfdf6e3), (0x24292f, 0xf0f0f0)];

#[rstest]
#[case::dark(ThemeChoice::Dark, &DARK)]
#[case::light(ThemeChoice::Light, &LIGHT)]
#[case::strongest_on_dark(ThemeChoice::HighContrast, &DARK)]
#[case::strongest_on_light(ThemeChoice::HighContrast, &LIGHT)]
fn every_cell_can_be_read(
    #[case] theme: ThemeChoice,
    #[case] terminals: &[(u32, u32)],
    #[values(ColourDepth::Palette, ColourDepth::True)] depth: ColourDepth,
) {
    let look = Look { theme, depth, ..Look::of_size(140, 40) };
    for (name, desk) in every_screen(&look) {
        let buffer = desk.terminal.backend().buffer();
        // In a bar of several parts one part begins within the cell of another: nothing to be read.
        let cells = buffer.content().iter().filter(|cell| !cell.symbol().trim().is_empty() && cell.symbol() != "▌");
        for (cell, (text, background)) in cells.flat_map(|cell| terminals.iter().map(move |terminal| (cell, *terminal))) {
            let least = if is_drawn(cell.symbol()) { 3.0 } else { 4.5 };
            let ratio = contrast_of(cell, text, background);
            assert!(ratio >= least, "{name}: `{}` has a contrast of {ratio:.2}: {:?}\n{}", cell.symbol(), cell.style(), desk.screen());
            assert!(!cell.modifier.intersects(Modifier::DIM | Modifier::HIDDEN | Modifier::SLOW_BLINK | Modifier::RAPID_BLINK));
        }
    }
}

const SIZES: [(u16, u16); 7] = [(59, 14), (60, 15), (80, 24), (100, 30), (120, 36), (140, 40), (200, 60)];

#[test]
fn no_sign_outside_ascii() {
    for (name, mut desk) in every_screen(&Look { ascii: true, ..Look::of_size(80, 24) }) {
        for (columns, rows) in SIZES {
            let screen = desk.resize(columns, rows).screen();
            // A person's name is not ours to change.
            let own: String = screen.chars().filter(|letter| *letter == ' ' || !"முருகன் செல்வம்李欣怡".contains(*letter)).collect();
            let other = own.lines().find(|line| !line.is_ascii());
            assert_eq!(other, None, "{name} at {columns}x{rows}:\n{screen}");
        }
    }
}

/// What is told by colour is told by a sign or a word as well.
#[test]
fn without_colours_every_word_is_the_same() {
    let plain = Look::of_size(120, 36);
    let coloured = Look { theme: ThemeChoice::Dark, ..plain.clone() };
    for ((name, plain), (_, coloured)) in every_screen(&plain).into_iter().zip(every_screen(&coloured)) {
        // In graphs signs tell apart what colours do otherwise.
        let words = |desk: &crate::desk::Desk| desk.screen().replace(|sign| matches!(sign, '▁'..='▒' | '✗' | '!'), "█");
        assert_eq!(words(&plain), words(&coloured), "{name}");
    }
}

/// The terminal's cursor stands on what is selected, or in the text that is typed.
#[test]
fn the_cursor_stands_where_it_matters() {
    for (name, mut desk) in every_screen(&Look::of_size(80, 24)) {
        let expected = match name {
            "list" | "list_far" | "ordered" | "filtered" | "failures" | "marked" | "batches" | "paused" | "revealed" | "waiting"
            | "trends" | "trends_rising" | "trends_earlier" | "stale" | "abroad" | "activity" | "run" | "filter_combined" | "times"
            | "failures_in_window" => "›",
            "detail" => "65",
            "question" | "batch_question" => "cancel",
            "filter" | "filter_below" | "order" => "› [x]",
            "filter_named" => "› ",
            "filter_naming" => "│ late",
            "times_typed" => "│ soon",
            "copy_menu" | "presenting" => "› ",
            "reveal_question" => "cancel",
            "history" => "│ ",
            "find" => "find 0013",
            "find_nothing" => "find 999999",
            "commands" => "│ :",
            "unlock" | "question_locked" => "│ ",
            "export" => ".csv",
            "plan" | "plan_list" | "results" | "help" | "notices" | "copied" => "",
            // Nothing can be selected there.
            _ => continue,
        };
        for (columns, rows) in SIZES.into_iter().skip(1) {
            desk.resize(columns, rows);
            let (row, line) = (desk.cursor_row(), desk.cursor_line());
            let screen = desk.screen();
            assert!(row > 0 && line.contains(expected), "{name} at {columns}x{rows}: row {row}, `{line}`\n{screen}");
        }
    }
}
