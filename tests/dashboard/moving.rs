//! The keys that move, in every list, menu and page: rows, pages, half pages, and the ends.

use postwatch::monitor::NoticeWeight;
use postwatch::postman::HostKind;
use rstest::rstest;

use crate::desk::{Desk, Sms, card, setup, sms};

/// A campaign with more of everything than fits a screen: messages, batches, errors.
fn crowd(columns: u16, rows: u16) -> Desk {
    let codes: Vec<&'static str> = (0..40).map(|number| &*Box::leak(format!("error_{number:02}").into_boxed_str())).collect();
    let batches: Vec<&'static str> =
        (0..40).map(|number| &*Box::leak(format!("batch_{number:02}000000-0000-4000-8000-000000000022").into_boxed_str())).collect();
    let messages: Vec<Sms> = (0..120u32)
        .map(|number| {
            let message = sms(1_000 + number, if number % 2 == 0 { "failure" } else { "success" }, i64::from(number) * 7 + 5);
            let message = if number % 2 == 0 { message.error(codes[number as usize / 2 % 40]) } else { message };
            message.batch(batches[number as usize % 40])
        })
        .collect();
    let cards = (0..40).map(|number| card(&format!("Campaign {number:02}"), HostKind::Test)).collect();
    let mut desk = Desk::new(setup(cards), columns, rows);
    desk.live(0).head(0, &messages, true);
    desk
}

/// The same after these keys.
fn with(keys: &str, columns: u16, rows: u16) -> Desk {
    let mut desk = crowd(columns, rows);
    desk.keys(keys);
    desk
}

fn changes(columns: u16, rows: u16) -> Desk {
    let told = |status| (0..60u32).map(|number| sms(number, status, i64::from(number) + 5)).collect::<Vec<_>>();
    let mut desk = Desk::with(&told("sent"), columns, rows);
    // All of them share a line until that is opened.
    desk.head(0, &told("success"), false).keys("5 Enter");
    desk
}

fn notices(columns: u16, rows: u16) -> Desk {
    let mut desk = crowd(columns, rows);
    for number in 0..30 {
        desk.notice(NoticeWeight::Warning, &format!("notice {number}"));
    }
    desk.wait(9_000).keys("!");
    desk
}

fn unknown(columns: u16, rows: u16) -> Desk {
    let (mut desk, _) = crate::planning::open(None);
    desk.resize(columns, rows).keys("5 Enter");
    desk
}

fn across(columns: u16, rows: u16) -> Desk {
    let mut desk = crowd(columns, rows);
    desk.keys("/ Tab 9 9 9 Enter");
    desk
}

/// Whether a list is longer than a page and a half at the smallest size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Long,
    Short,
}

/// Where the letters are text: there only keys that no text needs move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    Keys,
    Text,
    /// Text that is there already, and has its own use for one more key.
    Typed,
}

use Length::{Long, Short};
use Letters::{Keys, Text, Typed};

#[rstest]
#[case::messages(|columns, rows| with("", columns, rows), Long, Keys)]
#[case::ordered(|columns, rows| with("o j j Enter Esc", columns, rows), Long, Keys)]
#[case::found(|columns, rows| with("/ 1 0 Enter", columns, rows), Long, Keys)]
#[case::find_line(|columns, rows| with("/", columns, rows), Long, Text)]
#[case::detail(|columns, rows| with("Enter", columns, rows), Short, Keys)]
#[case::campaigns(|columns, rows| with("BackTab", columns, rows), Long, Keys)]
#[case::batches(|columns, rows| with("2", columns, rows), Long, Keys)]
#[case::failures(|columns, rows| with("3", columns, rows), Long, Keys)]
#[case::activity(changes, Long, Keys)]
#[case::help(|columns, rows| with("?", columns, rows), Long, Text)]
#[case::notices(notices, Long, Keys)]
#[case::commands(|columns, rows| with(":", columns, rows), Long, Text)]
#[case::filter(|columns, rows| with("f", columns, rows), Short, Keys)]
#[case::order(|columns, rows| with("o g", columns, rows), Short, Keys)]
#[case::actions(|columns, rows| with("a g", columns, rows), Short, Keys)]
#[case::plan(|columns, rows| { let mut desk = with("* r", columns, rows); desk.wait(500); desk }, Long, Keys)]
#[case::plan_list(|columns, rows| { let mut desk = with("* r", columns, rows); desk.wait(500).keys("Tab"); desk }, Long, Keys)]
#[case::outcome(unknown, Short, Keys)]
#[case::across(across, Long, Typed)]
fn every_list_has_all_of_them(#[case] open: fn(u16, u16) -> Desk, #[case] length: Length, #[case] letters: Letters) {
    for (columns, rows) in [(60, 15), (80, 24), (120, 36)] {
        let mut desk = open(columns, rows);
        let first = look(&mut desk);
        let mut step = |keys: &str| {
            desk.keys(keys);
            look(&mut desk)
        };
        let at = format!("at {columns}x{rows}, from\n{}\n", first.1);
        let moves = step("Down") != first;
        // On a large screen a page may have nothing to scroll.
        if !moves && length == Short && rows > 15 {
            continue;
        }
        assert!(moves, "Down moves {at}");
        let second = look(&mut desk);
        let mut check = |keys: &str, expected: &(u16, String)| {
            desk.keys(keys);
            let seen = look(&mut desk);
            assert_eq!(seen, *expected, "{keys} {at}");
        };
        check("Up", &first);
        check("Up", &first);
        if letters == Keys {
            check("j", &second);
            check("k", &first);
        }
        desk.keys("PgDn");
        let page = look(&mut desk);
        if page == first && length == Short && rows > 15 {
            continue;
        }
        assert_ne!(page, first, "PgDn {at}");
        desk.keys("PgUp");
        assert_eq!(look(&mut desk), first, "PgUp {at}");
        desk.keys("^d");
        let half = look(&mut desk);
        assert_ne!(half, first, "Ctrl-d {at}");
        assert!(length == Short || half != page, "Ctrl-d is half of PgDn {at}");
        desk.keys(if letters == Typed { "PgUp" } else { "^u" });
        assert_eq!(look(&mut desk), first, "Ctrl-u {at}");
        desk.keys("End");
        let last = look(&mut desk);
        assert_ne!(last, first, "End {at}");
        assert!(length == Short || last != page, "End is more than a page {at}");
        desk.keys("Home");
        assert_eq!(look(&mut desk), first, "Home {at}");
        if letters == Keys {
            desk.keys("G");
            assert_eq!(look(&mut desk), last, "G {at}");
            desk.keys("g");
            assert_eq!(look(&mut desk), first, "g {at}");
        }
    }
}

/// What is seen of a place in a list: the line of the cursor, and the screen.
fn look(desk: &mut Desk) -> (u16, String) {
    (desk.cursor_row(), desk.screen())
}

#[test]
fn where_something_is_typed_the_line_keeps_its_own_keys() {
    let mut desk = with("? f i n d", 80, 24);
    let found = desk.cursor_line();
    desk.keys("Home x").sees("xfind").keys("End y").sees("xfindy").keys("^u");
    assert_ne!(desk.cursor_line(), found);
    desk.misses("xfind");
}

/// Rows and columns of a wide list: the columns scroll to the last one and back.
#[test]
fn the_columns_scroll_with_the_arrows_and_with_h_and_l() {
    let mut desk = with("", 80, 24);
    let first = desk.screen();
    desk.keys("Right Right");
    let scrolled = desk.screen();
    assert_ne!(first, scrolled);
    desk.keys("l l l l l l h h h h h h");
    assert_eq!(desk.screen(), first);
    desk.keys("l l");
    assert_eq!(desk.screen(), scrolled);
    desk.keys("Left Left");
    assert_eq!(desk.screen(), first);
}

#[test]
fn where_one_is_and_of_how_many_is_always_in_view() {
    for (columns, rows) in [(60, 15), (80, 24), (100, 30), (120, 36), (200, 60)] {
        let mut desk = with("", columns, rows);
        desk.sees("row 1 · 120 loaded").keys("j j j j").sees("row 5 · 120 loaded");
        desk.keys("Space Space").sees("row 7 · 120 loaded").sees("2 marked");
        desk.keys("f j Enter").sees(" of 120 loaded").sees("row ").sees("2 marked");
        desk.keys("0 g j Enter").sees("2 of 120");
        desk.keys("Esc 2 j 3 j j").sees("40").keys("2");
        if columns >= 120 {
            desk.sees("row 2 of 40").keys("3").sees("row 3 of 40");
        }
    }
}
