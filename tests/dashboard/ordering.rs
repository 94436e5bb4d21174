//! The order of the tables, and the columns of the messages: the menu, what follows it, what is kept.

use insta::assert_snapshot;
use postwatch::monitor::Command;
use postwatch::postman::HostKind;
use rstest::rstest;

use crate::desk::{Desk, Sms, card, setup, sms};

fn messages() -> Vec<Sms> {
    vec![
        sms(30, "success", 60),
        sms(10, "failure", 120).error("routing_error").tried(3),
        sms(40, "sent", 180),
        sms(20, "failure", 240).error("recipient_invalid").batch("batch_a41f0000-0000-4000-8000-000000000022"),
    ]
}

/// The last four digits of the listed recipients, top to bottom.
fn listed(desk: &Desk) -> Vec<String> {
    let screen = desk.screen();
    // What stands in the detail is not of the list.
    let lines = screen.lines().filter(|line| !line.contains("message_")).filter_map(|line| line.split('│').next());
    lines.filter_map(|line| line.split("65∙∙∙∙").nth(1).map(|rest| rest[..4].to_owned())).collect()
}

fn heads(desk: &Desk) -> Vec<String> {
    let screen = desk.screen();
    let line = screen
        .lines()
        .find(|line| line.starts_with("   ") && (line.contains("status ") || line.contains("recipient ") || line.contains("created ")))
        .unwrap_or_default();
    line.split('│').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_list_is_ordered_by_a_column_and_by_its_other_end() {
    let mut desk = Desk::with(&messages(), 80, 24);
    assert_eq!(listed(&desk), ["0030", "0010", "0040", "0020"]);
    desk.keys("o").sees("Order and columns").sees("▼ newest first").keys("j j Enter Esc");
    assert_eq!(listed(&desk), ["0010", "0020", "0030", "0040"]);
    desk.sees("recipient ▲").sees("sorted by recipient: 4 loaded, back to");
    desk.resize(100, 30).sees("sorted by recipient, lowest first: 4 loaded, back to").resize(80, 24);
    desk.keys("o Enter").sees("▼ highest first").keys("Esc");
    assert_eq!(listed(&desk), ["0040", "0030", "0020", "0010"]);
    desk.sees("recipient ▼").keys("o 0 Esc").misses("sorted by");
    assert_eq!(listed(&desk), ["0030", "0010", "0040", "0020"]);
}

#[rstest]
#[case("g", "status ▲", "failed first", &["0010", "0020", "0040", "0030"])]
#[case("j", "updated ▼", "newest first", &["0030", "0010", "0040", "0020"])]
#[case("j j j", "result ▲", "errors a to z", &["0020", "0010", "0030", "0040"])]
#[case("j j j j", "attempts ▼", "most first", &["0010", "0030", "0040", "0020"])]
#[case("j j j j j", "batch ▲", "a to z", &["0020", "0030", "0010", "0040"])]
fn every_order_has_its_sign_and_its_words(#[case] steps: &str, #[case] head: &str, #[case] words: &str, #[case] expected: &[&str]) {
    for (columns, rows) in [(60, 24), (80, 24), (120, 36), (200, 60)] {
        let mut desk = Desk::with(&messages(), columns, rows);
        desk.keys("o").keys(steps).keys("Enter").sees(words).keys("Esc").sees(head).sees("by ");
        let top: Vec<_> = listed(&desk).into_iter().take(4).collect();
        assert_eq!(top, expected, "{columns}x{rows}\n{}", desk.screen());
    }
}

#[test]
fn what_is_not_told_of_a_message_by_itself_orders_nothing() {
    let mut desk = Desk::with(&messages(), 80, 24);
    desk.keys("o G Enter").sees("cannot sort by file").keys("Esc");
    assert_eq!(listed(&desk), ["0030", "0010", "0040", "0020"]);
}

#[test]
fn in_another_order_the_list_follows_nothing_and_what_comes_goes_to_its_place() {
    let many: Vec<Sms> = (10..60).map(|number| sms(number, "success", i64::from(number))).collect();
    let mut desk = Desk::with(&many, 80, 24);
    desk.keys("o j j Enter Esc");
    assert!(desk.cursor_line().contains("0010"));
    let row = desk.cursor_row();
    desk.head(0, &[sms(5, "created", 1), sms(112, "created", 1), sms(13, "failure", 13)], false);
    assert_eq!((desk.cursor_row(), desk.cursor_line().contains("0010")), (row, true));
    assert_eq!(listed(&desk)[..5], ["0010", "0011", "0012", "0013", "0014"]);
    desk.keys("g");
    assert_eq!(listed(&desk)[..4], ["0005", "0010", "0011", "0012"]);
    assert!(desk.cursor_line().contains("0005"));
    desk.keys("G");
    assert_eq!(listed(&desk).last().map(String::as_str), Some("0112"));
}

#[test]
fn a_changed_order_leads_to_the_top() {
    let many: Vec<Sms> = (0..200).map(|number| sms(1000 + number * 7 % 200, "success", i64::from(number) * 9 + 9)).collect();
    let mut desk = Desk::with(&many, 120, 36);
    let row = desk.cursor_row();
    for (keys, first) in [("o j j Enter Esc", "1000"), ("o Enter Esc", "1199"), ("o 0 Esc", "1000")] {
        desk.keys("PgDn PgDn PgDn k k").keys(keys);
        assert_eq!((desk.cursor_row(), desk.cursor_line().contains(first)), (row, true), "{}", desk.screen());
    }
}

/// In another order what is read further back does not come in where the list ends.
#[test]
fn in_another_order_only_the_last_row_reads_further_back() {
    let mut desk = Desk::with(&messages(), 80, 24);
    desk.keys("o j j Enter Esc").commands();
    desk.keys("G");
    assert_eq!(desk.commands(), []);
    desk.keys("j").sees("Enter reads further back").keys("Enter");
    assert_eq!(desk.commands(), [Command::ReadFurther]);
}

/// More messages than are sorted at once.
fn many() -> Vec<Sms> {
    (0..60_000).map(|number: u32| sms(number * 7919 % 60_000, "success", i64::from(number) + 9)).collect()
}

#[test]
fn many_messages_are_shown_in_another_order_once_they_are_sorted() {
    let mut desk = Desk::with(&many(), 80, 24);
    desk.sorts_at_once = false;
    let newest = listed(&desk);
    desk.keys("o j j Enter Esc").sees("sorting by recipient, lowest first").misses("recipient ▲");
    assert_eq!(listed(&desk), newest, "the old order stays until then");
    desk.head(0, &[sms(70_000, "created", 1)], false).sees("sorting by recipient, lowest first");
    assert_eq!(listed(&desk)[..2], ["0000", newest[0].as_str()], "and follows the newest as before");
    desk.keys("j j G k");
    let row = desk.cursor_row();
    let recipient = desk.cursor_line().split("65∙∙∙∙").nth(1).map(|rest| rest[..4].to_owned()).unwrap_or_default();
    desk.sort().misses("sorting").sees("recipient ▲");
    assert_eq!(desk.cursor_row(), row);
    assert!(desk.cursor_line().contains(&recipient), "{}", desk.screen());
    desk.keys("g");
    assert_eq!(listed(&desk)[..4], ["0000", "0001", "0002", "0003"]);
    desk.keys("G");
    assert_eq!(listed(&desk).last().map(String::as_str), Some("0000"), "what came meanwhile is in its place");
}

#[test]
fn only_the_order_that_was_chosen_last_is_shown() {
    let mut desk = Desk::with(&many(), 80, 24);
    desk.sorts_at_once = false;
    desk.keys("o j j Enter Enter Esc").sees("sorting by recipient, highest first");
    desk.sort().sees("sorting by recipient, highest first").misses("recipient ▲").misses("recipient ▼");
    desk.sort().misses("sorting").sees("recipient ▼");
    assert_eq!(listed(&desk)[..3], ["9999", "9998", "9997"]);
    desk.keys("o 0 Esc").misses("sorting").misses("recipient ▼");
}

#[test]
fn columns_are_hidden_shown_and_moved() {
    let mut desk = Desk::with(&messages(), 120, 36);
    assert_eq!(heads(&desk), ["status", "created", "▼", "recipient", "result", "batch", "file"]);
    // Hides status and result, shows updated, and moves the recipient to the left of all.
    desk.keys("o g Space j j Space j j Space k < < < Esc");
    assert_eq!(heads(&desk), ["recipient", "created", "▼", "updated", "batch", "file"]);
    desk.keys("l l");
    assert_eq!(heads(&desk), ["recipient", "created", "▼", "file"]);
    desk.keys("o 0 Esc h h");
    assert_eq!(heads(&desk), ["status", "created", "▼", "recipient", "result", "batch", "file"]);
}

#[test]
fn the_arrows_move_a_column_in_the_menu_and_one_column_stays() {
    let mut desk = Desk::with(&messages(), 120, 36);
    desk.keys("o g Right Right Esc");
    assert_eq!(heads(&desk)[..3], ["created", "▼", "status"]);
    desk.keys("o 0 g Space j Space j j Space j Space j j Space j j j Space").sees("is the only column shown");
    desk.keys("Esc");
    assert!(desk.screen().lines().any(|line| line.trim() == "file"), "{}", desk.screen());
}

#[test]
fn rows_of_new_columns_say_what_was_told() {
    let mut desk = Desk::with(&[sms(1, "success", 60).batch("a41f")], 200, 60);
    desk.keys("o j j j j Space j j Space j Space Esc");
    assert_eq!(heads(&desk)[4..], ["result", "attempts", "batch", "language", "template", "file"]);
    let line = desk.line("› ✓ delivered ");
    assert!(line.contains(" 1 ") && line.contains("english") && line.contains("template_1"), "{line}");
}

#[test]
fn batches_and_failures_have_orders_of_their_own() {
    let uploaded = |number: u32, status, batch, age| sms(number, status, age).batch(batch).uploaded(age + 9, 5);
    let told = [
        uploaded(1, "failure", "batch_a0000000-0000-4000-8000-000000000001", 100).error("zz"),
        uploaded(2, "success", "batch_b0000000-0000-4000-8000-000000000002", 200),
        uploaded(3, "failure", "batch_c0000000-0000-4000-8000-000000000003", 300).error("aa"),
        uploaded(4, "failure", "batch_c0000000-0000-4000-8000-000000000003", 301).error("aa"),
    ];
    let mut desk = Desk::with(&told, 100, 30);
    let order = |desk: &Desk, words: [&str; 3]| {
        let screen = desk.screen();
        let at = |word: &str| screen.lines().position(|line| line.contains(word) && !line.contains("batch ")).unwrap_or(99);
        words.map(at).is_sorted()
    };
    desk.keys("2");
    assert!(order(&desk, ["a000", "b000", "c000"]), "{}", desk.screen());
    desk.keys("o").sees("Order of the batches").misses("[x]").keys("G k Enter Esc").sees("by failed, most first");
    assert!(order(&desk, ["c000", "a000", "b000"]), "{}", desk.screen());
    assert!(desk.cursor_line().contains("c000"), "nobody moved the cursor");
    desk.keys("3 o").sees("Order of the failures").keys("k Enter Esc").sees("by error, a to z");
    assert!(order(&desk, [" aa ", " zz ", "? help"]), "{}", desk.screen());
    desk.keys("o Enter Esc").sees("z to a").keys("o 0 Esc").misses("by error, ");
}

#[test]
fn the_order_and_the_columns_are_there_again_after_a_restart() {
    let mut desk = Desk::with(&messages(), 120, 36);
    desk.keys("o g Space j j j Enter Esc 2 o g Enter Esc 1");
    let session = desk.state.session();
    assert_eq!(session.tables["messages"].ordered_by.as_deref(), Some("recipient"));
    assert!(!format!("{session:?}").contains("6580"), "nothing personal is kept");
    let mut setup = setup(vec![card("Clinic reminders", HostKind::Test)]);
    setup.session = Some(session);
    let mut again = Desk::new(setup, 120, 36);
    again.live(0).head(0, &messages(), false);
    assert_eq!(listed(&again)[..4], ["0010", "0020", "0030", "0040"]);
    assert_eq!(heads(&again)[..3], ["created", "recipient", "▲"]);
    assert_eq!(again.state.session(), desk.state.session());
}

#[rstest]
#[case(80, 24)]
#[case(120, 36)]
#[case(200, 60)]
fn it_looks_so(#[case] columns: u16, #[case] rows: u16) {
    let mut desk = Desk::with(&crate::looks::world(), columns, rows);
    desk.keys("o j Space j Enter Enter");
    assert_snapshot!(format!("menu_{columns}x{rows}"), desk.screen());
    desk.keys("Esc j j");
    assert_snapshot!(format!("ordered_{columns}x{rows}"), desk.screen());
}

#[test]
fn every_campaign_has_the_order_when_it_is_shown() {
    let mut desk = Desk::new(setup(vec![card("One", HostKind::Test), card("Two", HostKind::Test)]), 120, 36);
    desk.live(0).live(1).head(0, &messages(), true).head(1, &[sms(9, "success", 10), sms(8, "success", 20)], true);
    desk.keys("o j j Enter Esc ]");
    assert_eq!(listed(&desk)[..2], ["0008", "0009"]);
    desk.keys("[");
    assert_eq!(listed(&desk)[..2], ["0010", "0020"]);
}
