//! Keys in, screen and choice out.

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rstest::rstest;

use super::*;
use crate::tui::{ColourDepth, ThemeChoice};

fn at_start() -> Start {
    let text = StartText {
        path: PathBuf::from("/home/someone/.config/postwatch/config.toml"),
        example: crate::config::example(),
        check: "postwatch check",
    };
    Start::new(text, Theme::new(ThemeChoice::None, ColourDepth::None), false)
}

/// Presses keys; whether the screen was left.
#[must_use]
fn press(start: &mut Start, keys: &[KeyCode]) -> bool {
    let now = Timestamp::from_second(1_900_000_000).unwrap();
    let _ = start.update(Event::Resize { columns: 80, rows: 24 }, now);
    keys.iter().fold(false, |left, key| {
        assert!(!left, "keys after the screen was left");
        start.update(Event::Key(KeyEvent::new(*key, KeyModifiers::NONE)), now) == [Effect::Quit]
    })
}

/// The screen as text.
fn screen(start: &Start, columns: u16, rows: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| start.draw(frame)).unwrap();
    terminal.backend().to_string()
}

#[rstest]
#[case(&[KeyCode::Char('1')], StartChoice::Demo)]
#[case(&[KeyCode::Enter], StartChoice::Demo)]
#[case(&[KeyCode::Char('2'), KeyCode::Enter], StartChoice::ShowExample)]
#[case(&[KeyCode::Down, KeyCode::Enter, KeyCode::Down, KeyCode::Enter], StartChoice::ShowExample)]
#[case(&[KeyCode::Char('3')], StartChoice::Quit)]
#[case(&[KeyCode::Down, KeyCode::Down, KeyCode::Down, KeyCode::Enter], StartChoice::Quit)]
#[case(&[KeyCode::Char('q')], StartChoice::Quit)]
#[case(&[KeyCode::Char('2'), KeyCode::Esc, KeyCode::Esc, KeyCode::Char('1')], StartChoice::Demo)]
fn a_choice_leaves_the_screen(#[case] keys: &[KeyCode], #[case] expected: StartChoice) {
    let mut start = at_start();
    assert!(press(&mut start, keys));
    assert_eq!(start.choice, expected);
}

#[test]
fn a_step_back_never_quits() {
    assert!(!press(&mut at_start(), &[KeyCode::Esc, KeyCode::Backspace, KeyCode::Char('x')]));
    assert!(!press(&mut at_start(), &[KeyCode::Char('2'), KeyCode::Char('q')]));
}

#[test]
fn the_menu_says_what_there_is() {
    let shown = screen(&at_start(), 80, 24);
    for text in [
        "Postwatch",
        "1  Try the demo",
        "no key, no network",
        "2  Add a campaign",
        "3  Quit",
        "/home/someone/.config/postwatch/config.toml",
    ] {
        assert!(shown.contains(text), "`{text}` is missing in\n{shown}");
    }
}

#[test]
fn the_page_says_where_the_file_goes_and_scrolls_its_text() {
    let mut start = at_start();
    assert!(!press(&mut start, &[KeyCode::Char('2')]));
    let shown = screen(&start, 80, 24);
    for text in ["/home/someone/.config/postwatch/config.toml", "postwatch check", "leave and print", "[[campaigns]]"] {
        assert!(shown.contains(text), "`{text}` is missing in\n{shown}");
    }
    assert!(!press(&mut start, &[KeyCode::End]));
    assert!(screen(&start, 80, 24).contains("bell = true"));
    assert!(!press(&mut start, &[KeyCode::PageDown, KeyCode::Home]));
    assert!(screen(&start, 80, 24).contains("[[campaigns]]"));
}

#[test]
fn it_fits_every_size() {
    let mut start = at_start();
    for page in [None, Some(0), Some(25)] {
        start.page = page;
        for (columns, rows) in [(1, 1), (2, 2), (10, 3), (59, 14), (60, 15), (200, 60)] {
            let _ = screen(&start, columns, rows);
        }
    }
}
