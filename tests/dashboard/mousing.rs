//! The mouse: off until it is wanted, and never a yes.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use postwatch::monitor::Command;
use postwatch::postman::HostKind;
use postwatch::tui::{Effect, Event, Setup};
use proptest::prelude::*;
use rstest::rstest;

use crate::desk::{Desk, Sms, card, notes, retry_of, sends, setup, sms};
use postwatch::state::NoteKind;

fn messages(number: u32) -> Vec<Sms> {
    (0..number).map(|number| sms(number, if number % 2 == 0 { "failure" } else { "success" }, 10 + i64::from(number))).collect()
}

fn with_mouse(campaigns: &[&str]) -> Setup {
    Setup { mouse: true, ..setup(campaigns.iter().map(|name| card(name, HostKind::Test)).collect()) }
}

fn desk(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::new(with_mouse(&["Clinic"]), columns, rows);
    desk.live(0).head(0, &messages(100), true);
    desk
}

fn mouse(desk: &mut Desk, kind: MouseEventKind, (column, row): (u16, u16)) {
    desk.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
}

fn click_at(desk: &mut Desk, at: (u16, u16)) {
    mouse(desk, MouseEventKind::Down(MouseButton::Left), at);
    mouse(desk, MouseEventKind::Up(MouseButton::Left), at);
}

#[track_caller]
fn click(desk: &mut Desk, text: &str) {
    let at = desk.place_of(text);
    click_at(desk, at);
}

#[test]
fn it_is_off_until_it_is_asked_for() {
    let mut desk = Desk::with(&messages(10), 120, 36);
    click(&mut desk, "65∙∙∙∙0004");
    assert!(!desk.cursor_line().contains("0004"));
    desk.keys(": m o u s e Enter").sees("mouse on");
    assert!(desk.effects.contains(&Effect::Mouse(true)));
    click(&mut desk, "65∙∙∙∙0004");
    assert!(desk.cursor_line().contains("0004"));
    desk.keys(": m o u s e Enter");
    click(&mut desk, "65∙∙∙∙0006");
    assert!(desk.cursor_line().contains("0004") && desk.effects.contains(&Effect::Mouse(false)));
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn a_click_selects_and_a_second_one_opens(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(columns, rows);
    // The window is scrolled: what is clicked is what stands there.
    desk.keys("G k");
    let row = desk.cursor_row() - 5;
    let line = desk.screen().lines().nth(usize::from(row)).unwrap().to_owned();
    click_at(&mut desk, (6, row));
    assert_eq!(desk.cursor_row(), row);
    assert!(desk.cursor_line().contains(&line.trim().chars().skip(4).take(26).collect::<String>()), "{line}");
    click_at(&mut desk, (6, row));
    assert!(desk.commands().iter().any(|command| matches!(command, Command::Open { .. })));
}

#[test]
fn two_slow_clicks_open_nothing() {
    let mut desk = desk(120, 36);
    click(&mut desk, "65∙∙∙∙0004");
    desk.wait(800);
    click(&mut desk, "65∙∙∙∙0004");
    // And a row that has moved away in between is another one.
    desk.head(0, &[sms(900, "success", 1)], true);
    click(&mut desk, "65∙∙∙∙0006");
    assert!(!desk.commands().iter().any(|command| matches!(command, Command::Open { .. })));
}

#[test]
fn tabs_and_campaigns_are_clicked() {
    let mut desk = Desk::new(with_mouse(&["Clinic", "Flood alerts", "Codes"]), 160, 40);
    desk.live(0).head(0, &messages(10), true).head(1, &messages(4), true);
    click(&mut desk, "Failures");
    desk.sees("[3 Failures");
    click(&mut desk, "Batches");
    desk.sees("[2 Batches");
    click(&mut desk, "1 Messages");
    desk.sees("[1 Messages").sees("10 loaded");
    click(&mut desk, "Flood alerts");
    desk.sees("4 loaded");
    desk.keys("BackTab");
    click(&mut desk, "Codes");
    desk.sees("campaigns");
    click(&mut desk, "Codes");
    assert!(desk.screen().lines().next().unwrap().contains("Codes"), "{}", desk.screen());
}

#[test]
fn a_head_orders_by_its_column() {
    let mut desk = desk(120, 36);
    let head = |desk: &mut Desk, name: &str| {
        let screen = desk.screen();
        let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains("recipient ") && line.contains("result")).unwrap();
        let column = postwatch::tui::text::width(&line[..line.find(name).unwrap()]);
        click_at(desk, (u16::try_from(column).unwrap(), u16::try_from(row).unwrap()));
        desk.keys("Home");
    };
    head(&mut desk, "recipient");
    let one_way = desk.cursor_line();
    head(&mut desk, "recipient");
    assert_ne!(desk.cursor_line(), one_way, "the other way round");
    head(&mut desk, "file");
    desk.sees("cannot sort by file");
}

#[rstest]
#[case(60)]
#[case(80)]
#[case(120)]
fn every_view_is_clicked_by_its_key_although_its_name_has_no_room(#[case] columns: u16) {
    let mut desk = desk(columns, 24);
    for view in ["2 Batches", "5 Activity", "3 Failures", "d Not delivered", "4 Trends", "1 Messages"] {
        let line: Vec<char> = desk.screen().lines().nth(3).unwrap().chars().collect();
        let key = view.chars().next().unwrap();
        let column = line.windows(3).position(|letters| " []".contains(letters[0]) && letters[1] == key && " ]".contains(letters[2]));
        let column = u16::try_from(column.unwrap() + 1).unwrap();
        click_at(&mut desk, (column, 3));
        desk.sees(&format!("[{view}"));
    }
}

#[test]
fn the_wheel_scrolls_what_has_the_keys() {
    let mut desk = desk(120, 36);
    let at = (10, 12);
    mouse(&mut desk, MouseEventKind::ScrollDown, at);
    assert!(desk.cursor_line().contains("0003"));
    mouse(&mut desk, MouseEventKind::ScrollUp, at);
    mouse(&mut desk, MouseEventKind::ScrollUp, at);
    assert!(desk.cursor_line().contains("0000"));
    desk.keys("?");
    let before = desk.screen();
    mouse(&mut desk, MouseEventKind::ScrollDown, at);
    assert_ne!(desk.screen(), before);
}

#[test]
fn keys_of_the_last_line_are_clicked_where_they_are_harmless() {
    let mut desk = desk(120, 36);
    click(&mut desk, "? help");
    desk.sees("Keys: messages").keys("Esc");
    click(&mut desk, "f filter");
    desk.sees("Show messages that are").keys("Esc").keys("r").sees("Retry 1 message").wait(600);
    let row = 35;
    for column in 0..120 {
        if desk.screen().contains("Retry 1 message") {
            click_at(&mut desk, (column, row));
        }
    }
    desk.misses("Retry 1 message");
    assert!(!desk.commands().iter().any(|command| retry_of(command).is_some()));
    desk.keys("Esc");
    click(&mut desk, "q quit");
    assert!(!desk.has_quit());
}

#[test]
fn a_line_of_a_menu_is_chosen_and_then_done() {
    let mut desk = desk(120, 36);
    desk.keys("a");
    click(&mut desk, "plan a retry");
    assert!(desk.cursor_line().contains("plan a retry"));
    click(&mut desk, "reveal");
    assert!(desk.cursor_line().contains("reveal") && desk.screen().contains("Message to"));
    click(&mut desk, "reveal");
    desk.sees("65 8000 0000").misses("Message to");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// However one clicks and scrolls, whatever is open: nothing is written, and nothing ends.
    #[test]
    fn a_mouse_alone_writes_nothing(
        opens in prop::sample::select(vec!["", "r", "3 G r", "3 r Tab", "a", "f", "x", ":", "?", "/", "5", "2", "Enter", "c", "Enter c", ": r e v e a l Enter"]),
        moves in prop::collection::vec((0..3u8, 0..80u16, 0..24u16), 1..60),
    ) {
        let mut desk = desk(80, 24);
        desk.keys(opens).wait(1_000);
        for (kind, column, row) in moves {
            let kind = match kind {
                0 => MouseEventKind::Down(MouseButton::Left),
                1 => MouseEventKind::ScrollDown,
                _ => MouseEventKind::ScrollUp,
            };
            mouse(&mut desk, kind, (column, row));
            mouse(&mut desk, kind, (column, row));
        }
        let writes = |effect: &Effect| match effect {
            Effect::Command { command, .. } => {
                sends(command) || matches!(command, Command::Resolve { .. })
            }
            Effect::Quit | Effect::Export { .. } => true,
            _ => false,
        };
        prop_assert!(!desk.effects.iter().any(writes), "{:?}", desk.effects);
        prop_assert!(!notes(&desk.effects, NoteKind::Reveal).iter().any(|detail| detail == "all recipients"));
    }
}

/// What is typed belongs to the campaign in whose line it was begun.
#[test]
fn a_click_on_another_campaign_leaves_the_find_line() {
    let mut desk = Desk::new(with_mouse(&["Clinic", "Flood alerts"]), 160, 40);
    desk.live(0).head(0, &messages(10), true).live(1).head(1, &messages(4), true);
    desk.keys("/ 4 0");
    click(&mut desk, "Flood alerts");
    desk.misses("digits of a number").keys("9").misses("find 9").misses("find 40");
}

#[test]
fn a_click_beside_a_menu_and_one_in_it_are_not_a_double_click() {
    let mut desk = desk(120, 36);
    desk.keys("a").sees("Message to");
    let (column, row) = desk.place_of("› open");
    let screen = desk.screen();
    click_at(&mut desk, (2, row));
    click_at(&mut desk, (column, row));
    assert_eq!(desk.screen(), screen, "the line has the cursor as before, and nothing is done");
    click_at(&mut desk, (column, row));
    assert!(desk.commands().iter().any(|command| matches!(command, Command::Open { .. })), "{}", desk.screen());
}
