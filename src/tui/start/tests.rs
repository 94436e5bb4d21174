//! Keys in, screen and choice out.

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rstest::rstest;

use super::*;
use crate::monitor::NoticeWeight;
use crate::postman::Explanation;
use crate::tui::{ColourDepth, ThemeChoice};

fn at_start() -> Start {
    let text = StartText { path: PathBuf::from("/home/someone/.config/postwatch/config.toml") };
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
fn the_form_says_where_the_file_goes_and_what_is_wrong() {
    let mut start = at_start();
    assert!(!press(&mut start, &[KeyCode::Char('2')]));
    assert!(start.takes_text(), "a paste is welcome");
    let shown = screen(&start, 80, 24);
    for text in ["Add a campaign", "allow list", "/home/someone/.config/postwatch/config.toml", "campaign id", "Check it", "See an example"]
    {
        assert!(shown.contains(text), "`{text}` is missing in\n{shown}");
    }
    assert!(!press(&mut start, &[KeyCode::Up, KeyCode::Up, KeyCode::Up, KeyCode::Enter]));
    let shown = screen(&start, 80, 24);
    assert!(shown.contains("✗ `name` is empty"), "{shown}");
}

#[test]
fn a_key_is_not_shown_to_the_one_who_types_it() {
    let mut start = at_start();
    assert!(!press(&mut start, &[KeyCode::Char('2')]));
    let form = start.form.as_mut().unwrap();
    (form.source, form.focus) = (2, form::Spot::Key);
    let now = Timestamp::from_second(1_900_000_000).unwrap();
    let _ = start.update(Event::Paste("key_test_canary".to_owned()), now);
    let shown = screen(&start, 80, 24);
    assert!(shown.contains("∙∙∙∙∙∙∙∙∙∙∙∙∙∙∙") && !shown.contains("canary"), "{shown}");
}

#[test]
fn an_example_is_looked_at_and_what_was_typed_is_still_there() {
    let mut start = at_start();
    assert!(!press(&mut start, &[KeyCode::Char('2'), KeyCode::Char('C')]));
    let form = start.form.as_mut().unwrap();
    (form.source, form.focus) = (2, form::Spot::Key);
    let now = Timestamp::from_second(1_900_000_000).unwrap();
    let _ = start.update(Event::Paste("key_test_canary".to_owned()), now);
    start.form.as_mut().unwrap().focus = form::Spot::Example;
    let before = screen(&start, 80, 24);
    assert!(!press(&mut start, &[KeyCode::Enter]));
    let shown = screen(&start, 80, 24);
    assert!(shown.contains("An example of /home/someone") && shown.contains("[[campaigns]]") && !start.takes_text(), "{shown}");
    let copied = start.update(Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE)), now);
    assert_eq!(copied, [Effect::Copy(crate::tui::Copied(crate::config::example().to_owned()))]);
    assert!(!press(&mut start, &[KeyCode::End]));
    assert!(screen(&start, 80, 24).contains(crate::config::example().lines().last().unwrap()));
    assert!(!press(&mut start, &[KeyCode::Esc]));
    assert_eq!(screen(&start, 80, 24), before);
    assert_eq!(start.form.as_ref().unwrap().keys.of(2).unwrap().value(), "key_test_canary");
}

#[test]
fn ctrl_c_drops_what_was_typed_only_when_it_is_meant() {
    let now = Timestamp::from_second(1_900_000_000).unwrap();
    let interrupt = || Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    let mut start = at_start();
    assert!(!press(&mut start, &[KeyCode::Char('2')]));
    assert_eq!(start.update(interrupt(), now), [Effect::Quit], "there is nothing to lose");
    let mut start = at_start();
    assert!(!press(&mut start, &[KeyCode::Char('2'), KeyCode::Char('C')]));
    assert_eq!(start.update(interrupt(), now), []);
    let shown = screen(&start, 80, 24);
    assert!(shown.contains("Press Ctrl-c again to quit and discard what you typed"), "{shown}");
    assert!(!press(&mut start, &[KeyCode::Char('l')]));
    assert_eq!(start.update(interrupt(), now), []);
    assert_eq!(start.update(interrupt(), now), [Effect::Quit]);
}

#[test]
fn the_answers_reach_the_form_and_saving_leads_on() {
    let now = Timestamp::from_second(1_900_000_000).unwrap();
    let why = Explanation::new("not saved", "the disk is full", "make room");
    let mut start = at_start();
    assert!(!press(&mut start, &[KeyCode::Char('2')]));
    assert_eq!(start.update(Event::Added(Err(why)), now), []);
    let shown = screen(&start, 80, 24);
    assert!(shown.contains("the disk is full") && shown.contains("make room"), "{shown}");
    start.form.as_mut().unwrap().phase = form::FormPhase::Trying;
    let line = TrialLine { weight: NoticeWeight::Problem, text: "The key is refused.".to_owned(), next: "Make a new one.".to_owned() };
    assert_eq!(start.update(Event::Tried(vec![line]), now), []);
    let shown = screen(&start, 80, 24);
    assert!(shown.contains("✗ The key is refused.") && shown.contains("Save anyway"), "{shown}");
    assert_eq!(start.update(Event::Added(Ok(())), now), [Effect::Quit]);
    assert_eq!(start.choice, StartChoice::Added);
}

#[test]
fn it_fits_every_size() {
    let mut start = at_start();
    for (form, example) in [(None, None), (Some(CampaignForm::new()), None), (Some(CampaignForm::new()), Some(Example::default()))] {
        (start.form, start.example) = (form, example);
        for (columns, rows) in [(1, 1), (2, 2), (10, 3), (59, 14), (60, 15), (200, 60)] {
            for _ in 0..10 {
                let _ = screen(&start, columns, rows);
                if start.form.is_some() {
                    assert!(!press(&mut start, &[KeyCode::Down]));
                }
            }
        }
    }
}
