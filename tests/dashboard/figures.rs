//! Every figure of the header leads to its messages: by Tab, ← → and Enter, and by a click.

use insta::assert_snapshot;
use postwatch::postman::HostKind;
use postwatch::tui::Setup;
use rstest::rstest;

use crate::desk::{Desk, Sms, card, setup, sms};

/// Some of every class that a campaign can have at once, all within the last 24 hours.
fn of_every_class() -> Vec<Sms> {
    let some = |first: u32, count: u32, status, age: i64| (first..first + count).map(move |number| sms(number, status, age));
    let abroad =
        some(600, 4, "sent_to_telco", 9_000).map(|message| Sms { recipient: format!("6012{}", &message.recipient[3..]), ..message });
    some(1, 40, "success", 20_000)
        .chain(some(100, 7, "failure", 8_000))
        .chain(some(200, 6, "sending", 100))
        .chain(some(300, 3, "created", 7_000))
        .chain(some(400, 2, "sent_to_telco", 7_500))
        .chain(abroad)
        .chain(some(700, 1, "parked", 9_500))
        .collect()
}

fn desk(columns: u16, rows: u16) -> Desk {
    let setup = Setup { mouse: true, ..setup(vec![card("Clinic reminders", HostKind::Test)]) };
    let mut desk = Desk::new(setup, columns, rows);
    desk.live(0).head(0, &of_every_class(), true);
    desk
}

/// The figure with the focus: what is at the terminal's cursor.
fn chosen(desk: &mut Desk) -> String {
    let at = desk.terminal.get_cursor_position().unwrap();
    let line = desk.screen().lines().nth(usize::from(at.y)).unwrap_or_default().to_owned();
    line.chars().skip(usize::from(at.x)).collect()
}

#[test]
fn tab_goes_from_the_list_to_the_message_to_the_figures_and_back() {
    let mut desk = desk(120, 36);
    desk.keys("Tab").sees("Esc back").keys("Tab").sees("Enter list them");
    assert!(chosen(&mut desk).starts_with("40 ✓ delivered"), "{}", desk.screen());
    desk.keys("Tab").misses("Enter list them").sees("Enter open");
    // Esc is one step back: to the message.
    desk.keys("Tab Tab Esc").misses("Enter list them").sees("Esc back");
    // Shift-Tab likewise.
    desk.keys("Tab BackTab").misses("Enter list them").sees("Esc back");
}

#[rstest]
#[case("2")]
#[case("3")]
#[case("4")]
#[case("5")]
#[case("d")]
fn from_every_other_view_tab_leads_there_at_once(#[case] view: &str) {
    let mut desk = desk(120, 36);
    let before = desk.keys(view).screen();
    desk.keys("Tab").sees("Enter list them").keys("Right Enter").sees("failed · last 24 h").sees("7 of 63 loaded");
    desk.keys("Esc");
    assert_eq!(desk.screen(), before);
    desk.keys("Tab Esc");
    assert_eq!(desk.screen(), before);
}

#[test]
fn each_figure_lists_exactly_its_messages() {
    let mut desk = desk(160, 40);
    let figures = [
        ("40 ✓ delivered", "delivered", 40),
        ("7 ✗", "failed", 7),
        ("6 on the way", "on the way", 6),
        ("3 stuck", "stuck", 3),
        ("2 unconfirmed", "unconfirmed", 2),
        ("4 sent abroad", "sent abroad", 4),
        ("1 other", "other", 1),
    ];
    for (index, (figure, word, count)) in figures.into_iter().enumerate() {
        desk.keys("4 Tab").keys(&"Right ".repeat(index));
        assert!(chosen(&mut desk).starts_with(figure), "{figure}:\n{}", desk.screen());
        desk.keys("Enter").sees(&format!("{word} · last 24 h")).sees(&format!("{count} of 63 loaded")).keys("Esc");
    }
    // They stop at the ends, and h and l move as well.
    desk.keys("4 Tab Left h");
    assert!(chosen(&mut desk).starts_with("40 ✓"), "{}", desk.screen());
    desk.keys(&"l ".repeat(20));
    assert!(chosen(&mut desk).starts_with("1 other"), "{}", desk.screen());
}

#[test]
fn a_sum_of_the_rest_lists_all_of_it() {
    let mut desk = desk(60, 24);
    let line = desk.line(" more");
    let sum: usize = line.split_whitespace().rev().nth(1).unwrap().parse().unwrap();
    desk.keys("4 Tab").keys(&"Right ".repeat(20));
    assert!(chosen(&mut desk).starts_with(&format!("{sum} more")), "{}", desk.screen());
    desk.keys("Enter").sees(&format!("{sum} of 63")).keys("Esc");
    desk.click(&format!("{sum} more"));
    desk.sees(&format!("{sum} of 63"));
}

#[test]
fn the_figure_whose_messages_are_listed_is_chosen_first_and_a_second_time_leads_back_as_well() {
    let mut desk = desk(120, 36);
    desk.keys("3 Tab Right Right Enter Home Tab Tab");
    assert!(chosen(&mut desk).starts_with("6 on the way"), "{}", desk.screen());
    desk.keys("Tab Tab Tab Enter Esc").sees("[3 Failures]");
    desk.click("7 ✗");
    desk.click("7 ✗");
    desk.sees("7 of 63 loaded").keys("Esc").sees("[3 Failures]");
}

#[test]
fn what_has_no_line_in_the_header_is_a_menu() {
    let mut desk = desk(60, 15);
    desk.keys("4 Tab").sees("Messages of 24 h").sees("40 ✓ delivered").sees("4 ≥ sent abroad");
    assert_snapshot!("figures_60x15", desk.screen());
    desk.keys("Down Down Enter").sees("6 of 63").keys("Esc").sees("a bar is 30 min");
    desk.keys("Tab Right Enter").sees("7 of 63").keys("Esc Tab Esc").misses("Messages of 24 h");
    desk.keys("Tab");
    desk.click("3 ! stuck");
    desk.sees("Messages of 24 h");
    desk.click("3 ! stuck");
    desk.misses("Messages of 24 h").sees("3 of 63");
}

#[test]
fn where_nothing_is_loaded_there_is_nothing_to_go_to() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 120, 36);
    let before = desk.live(0).screen();
    for keys in ["Tab", "4 Tab", "5 Tab", "1 Tab"] {
        desk.keys(keys).misses("Enter list them");
    }
    assert_eq!(desk.keys("1").screen(), before);
    // And with an empty campaign, its zeros.
    desk.head(0, &[], true).keys("Tab").misses("not loaded yet");
}

#[test]
fn every_other_key_is_the_views_again() {
    let mut desk = desk(120, 36);
    desk.keys("2 Tab 3").sees("[3 Failures]").misses("Enter list them");
    desk.keys("Tab ?").sees("Keys: header").keys("e x a c t l y").sees("list exactly the messages").keys("Esc Esc").sees("Enter list them");
    desk.keys("/").sees("digits").keys("Esc");
    desk.keys("1 Tab Tab Down").misses("Enter list them");
    // What acts on a row means nothing where none has the focus.
    desk.keys("Esc 3 Tab r x c Space a v u y").misses("Retry 7").sees("Enter list them");
}

#[test]
fn the_focus_follows_a_click_and_what_is_gone_is_left() {
    let mut desk = desk(120, 36);
    desk.keys("1 G Down Tab");
    assert!(desk.screen().contains("Enter list them"), "at the list's end no message can be opened:\n{}", desk.screen());
    desk.click("65∙∙∙∙0013");
    desk.misses("Enter list them");
    assert!(desk.cursor_line().contains("0013"));
    // The last one of a class goes: the figure before it is chosen.
    desk.keys("2 Tab").keys(&"Right ".repeat(20));
    desk.wait(1_000).head(0, &[sms(700, "success", 9_501)], true);
    assert!(chosen(&mut desk).starts_with("4 sent abroad"), "{}", desk.screen());
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
fn the_chosen_figure(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = desk(columns, rows);
    desk.keys("3 Tab Right");
    assert_snapshot!(format!("figures_{columns}x{rows}"), desk.styles().lines().take(4).collect::<Vec<_>>().join("\n"));
}
