//! The list: the selection belongs to a message, the top follows the newest, the end reads on.

use postwatch::monitor::{Command, Connection, News};
use postwatch::postman::{CallProblem, HostKind};
use postwatch::store::{AnswerKind, Reach};
use postwatch::tui::CampaignSettings;

use crate::desk::{Desk, Sms, card, explanation, setup, sms};

fn delivered(count: u32) -> Vec<Sms> {
    (0..count).map(|number| sms(1000 + number, "success", i64::from(number) * 60 + 60)).collect()
}

#[test]
fn the_top_follows_the_newest_until_it_is_touched() {
    let mut desk = Desk::with(&delivered(30), 80, 24);
    assert!(desk.cursor_line().contains("65∙∙∙∙1000"));
    desk.head(0, &[sms(2000, "created", 1)], false);
    assert!(desk.cursor_line().contains("65∙∙∙∙2000"));
    desk.keys("j").head(0, &[sms(2001, "created", 0)], false);
    assert!(desk.cursor_line().contains("65∙∙∙∙1000"));
    desk.keys("g").head(0, &[sms(2002, "created", -1)], false);
    assert!(desk.cursor_line().contains("65∙∙∙∙2002"));
}

#[test]
fn the_selected_row_keeps_its_line_when_new_ones_come_in() {
    let mut desk = Desk::with(&delivered(60), 80, 24);
    desk.keys("j j j j j j");
    let (row, line) = (desk.cursor_row(), desk.cursor_line());
    let new: Vec<Sms> = (0..5).map(|number| sms(3000 + number, "created", 5 - i64::from(number))).collect();
    desk.head(0, &new, false);
    assert_eq!((desk.cursor_row(), desk.cursor_line()), (row, line));
}

#[test]
fn a_message_that_leaves_the_filter_stays_until_the_cursor_moves() {
    let mut messages = delivered(10);
    messages[3] = sms(1003, "failure", 240);
    messages[5] = sms(1005, "failure", 360);
    let mut desk = Desk::with(&messages, 80, 24);
    desk.keys("f j Enter").sees("2 of 10 loaded").keys("j");
    assert!(desk.cursor_line().contains("65∙∙∙∙1005"), "{}", desk.screen());
    desk.wait(1000).answer(0, &[sms(1005, "created", 361)], AnswerKind::Single, None, false);
    assert!(desk.cursor_line().contains("65∙∙∙∙1005"));
    assert!(desk.cursor_line().starts_with("–›"), "{}", desk.screen());
    desk.sees("1 of 10 loaded").keys("k").misses("65∙∙∙∙1005");
    assert!(desk.cursor_line().contains("65∙∙∙∙1003"));
}

#[test]
fn coming_near_the_end_reads_further_back_once_for_each_answer() {
    let mut desk = Desk::with(&delivered(60), 80, 24);
    desk.keys("PgDn");
    assert_eq!(desk.commands(), []);
    desk.keys("G j Enter Enter");
    assert_eq!(desk.commands(), [Command::ReadFurther]);
    desk.sees("reading further back");
    let older: Vec<Sms> = (60..90).map(|number| sms(1000 + number, "success", i64::from(number) * 60 + 60)).collect();
    let oldest = older.last().map(|message| (desk.now, message.id()));
    desk.answer(0, &older, AnswerKind::List, Some(Reach { oldest, complete: false, gap: None }), false);
    assert!(desk.cursor_line().contains("65∙∙∙∙1060"), "{}", desk.screen());
    desk.keys("G");
    assert_eq!(desk.commands(), [Command::ReadFurther]);
}

#[test]
fn the_last_row_tells_that_there_is_no_more() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 24);
    desk.live(0).head(0, &delivered(3), true).sees("   the whole campaign").keys("G j Enter");
    assert_eq!(desk.commands(), []);
}

#[test]
fn no_more_are_kept_than_wanted() {
    let mut desk = Desk::new(setup(vec![CampaignSettings { max_messages: 200, ..card("Clinic reminders", HostKind::Test) }]), 120, 36);
    desk.live(0).head(0, &delivered(150), false).keys("j j j Space").commands();
    desk.keys("G Space");
    let older: Vec<Sms> = (150..260).map(|number| sms(1000 + number, "success", i64::from(number) * 60 + 60)).collect();
    desk.head(0, &older, false);
    assert!(desk.commands().contains(&Command::NoOlder), "the worker reads no history that is not kept");
    desk.sees("older ones dropped").sees("2 marked");
    desk.keys("G j Enter").sees("kept 198, back to").sees("max_messages keeps more");
    assert_eq!(desk.commands(), [], "nothing is read that would not be kept");
    // What a page tells again of those that left stays out.
    desk.answer(0, &older, AnswerKind::List, None, false).sees("kept 198");
}

#[test]
fn a_filter_that_matches_nothing_reads_on_for_a_while_and_says_so() {
    let mut desk = Desk::with(&delivered(30), 80, 24);
    desk.keys("t g Enter f j Enter").sees("Nothing failed in the 30 loaded, back to");
    assert_eq!(desk.commands(), [Command::ReadFurther]);
    let mut asked = 1;
    for page in 1..20u32 {
        let older: Vec<Sms> =
            (0..5).map(|number| sms(page * 5000 + number, "success", i64::from(page) * 7200 + i64::from(number))).collect();
        let oldest = older.last().map(|message| (desk.now, message.id()));
        desk.answer(0, &older, AnswerKind::List, Some(Reach { oldest, complete: false, gap: None }), false);
        asked += desk.commands().len();
    }
    assert_eq!(asked, 10);
    desk.sees("Enter reads further back");
}

#[test]
fn the_filter_menu_counts_ticks_and_leaves() {
    let messages = [sms(1, "success", 10), sms(2, "failure", 20), sms(3, "sent", 30), sms(4, "created", 40)];
    let mut desk = Desk::with(&messages, 80, 24);
    desk.keys("f G Space Esc").sees("last 24 h");
    desk.keys("f j Space j j j j j j j j Space Enter").sees("failed, sent").sees("2 of 4 loaded");
    desk.keys("0").sees("last 24 h").sees("4 loaded");
    desk.keys("f j j j j Enter").sees("2 of 4 loaded");
}

#[test]
fn columns_scroll_to_the_right_and_back() {
    let mut desk = Desk::with(&[sms(1, "failure", 10).batch("batch_a41f0000-0000-4000-8000-000000000022")], 80, 24);
    let heads = |desk: &Desk| desk.line("recipient ").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(heads(&desk)[4..], ["result", "file"]);
    desk.keys("l");
    assert_eq!(heads(&desk)[4..], ["batch", "file"]);
    desk.keys("l l");
    assert_eq!(heads(&desk)[4..], ["file"]);
    desk.keys("h h h");
    assert_eq!(heads(&desk)[4..], ["result", "file"]);
}

#[test]
fn islands_are_marked_and_counted_apart() {
    let mut desk = Desk::with(&delivered(3), 80, 24);
    desk.answer(0, &[sms(77, "success", 900_000)], AnswerKind::Search, None, false);
    desk.keys("t g Enter").sees("3 loaded").sees("1 • outside the loaded range");
    assert!(desk.line("65∙∙∙∙0077").starts_with('•'));
    // A filter shows it as well: four of three would be false.
    desk.keys("f j j j j j Enter").sees("delivered").sees("4 shown, 3 loaded");
}

#[test]
fn a_lost_connection_is_named_with_what_comes_next() {
    let mut desk = Desk::with(&delivered(3), 120, 36);
    let until = desk.now + jiff::SignedDuration::from_secs(4);
    desk.news(0, News::Connection(Connection::Waiting { until, met: CallProblem::NoAnswer, why: explanation("the connection broke") }));
    desk.sees("no answer  again in 4 s").sees("the connection broke · why it is so · do this next");
    desk.news(0, News::Connection(Connection::Live)).wait(25_000).sees("25 s old");
}

#[test]
fn nothing_loaded_says_why() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 24);
    desk.sees("connecting").sees("Loading the newest messages");
    let until = desk.now + jiff::SignedDuration::from_secs(30);
    desk.news(0, News::Connection(Connection::Refused { until, met: CallProblem::Refused, why: explanation("the key is refused") }));
    desk.sees("the key is refused").sees("do this next").sees("trace id trace-1").sees("Trying again in 30 s");
    desk.head(0, &[], true).news(0, News::Connection(Connection::Live)).sees("No messages in this campaign yet.");
}

#[test]
fn campaigns_change_without_a_pause() {
    let mut desk = Desk::new(setup(vec![card("One", HostKind::Test), card("Two", HostKind::Gateway)]), 120, 36);
    desk.effects.clear();
    desk.keys("]").sees("GATEWAY sms.agency.example").sees("2 of 2");
    let views: Vec<_> = desk.effects.iter().map(|effect| format!("{effect:?}")).collect();
    assert_eq!(views.len(), 2);
    assert!(views[0].contains("InView(false)") && views[1].contains("InView(true)"), "{views:?}");
    desk.keys("[").sees("1 of 2");
}

#[test]
fn at_the_end_of_a_time_window_enter_widens_it() {
    let hours = [1, 2, 5, 20, 30, 60, 100, 300];
    let messages: Vec<Sms> = (0..).zip(hours).map(|(number, hours)| sms(1000 + number, "success", hours * 3600)).collect();
    for (columns, rows) in [(60, 15), (80, 24), (120, 36)] {
        let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), columns, rows);
        desk.live(0).head(0, &messages, true).keys("t g j j j Enter").sees("last 24 h");
        desk.keys("G j").sees("end of the last 24 h: Enter shows 3 days").keys("Enter").sees("last 3 d");
        assert!(desk.cursor_line().contains("65∙∙∙∙1004"), "on what came in:\n{}", desk.screen());
        desk.keys("G j").sees("end of the last 3 d: Enter shows 7 days").keys("Enter").sees("last 7 d");
        desk.keys("G j").sees("end of the last 7 d: Enter shows all times").keys("Enter").sees("all messages");
        assert!(desk.cursor_line().contains("65∙∙∙∙1007"), "{}", desk.screen());
        desk.keys("G j").sees("the whole campaign").keys("Enter");
        assert_eq!(desk.commands(), []);
    }
}

#[test]
fn an_empty_time_window_is_widened_as_well() {
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 24);
    desk.live(0).head(0, &[sms(1, "success", 7_200)], true).keys("t g j Enter").sees("Nothing in the last 1 h").sees("Enter shows 6 h");
    desk.keys("Enter").sees("last 6 h").sees("65∙∙∙∙0001");
}

#[test]
fn clearing_leads_to_the_top() {
    let mut messages = delivered(60);
    messages[40] = sms(1040, "failure", 2_460);
    let mut desk = Desk::with(&messages, 80, 24);
    desk.keys("f j Enter").sees("1 of 60 loaded").keys("j k 0").sees("last 24 h");
    assert!(desk.cursor_line().contains("65∙∙∙∙1000"), "{}", desk.screen());
    desk.head(0, &[sms(2000, "created", 1)], false);
    assert!(desk.cursor_line().contains("65∙∙∙∙2000"), "and follows the newest");
}

#[test]
fn with_a_message_open_the_list_goes_on_and_the_message_follows() {
    for (columns, rows) in [(60, 15), (80, 24), (120, 36), (200, 60)] {
        let mut desk = Desk::with(&delivered(3), columns, rows);
        desk.keys("Enter").commands();
        desk.keys("j");
        let opened: Vec<Command> = desk.commands().into_iter().filter(|command| *command != Command::ReadFurther).collect();
        let of = |number: u32| sms(1000 + number, "success", 0).id();
        assert!(matches!(opened.as_slice(), [Command::Open { message, .. }] if *message == of(1)), "{opened:?}");
        let screen = desk.screen();
        assert!(screen.contains("65∙∙∙∙1001"), "{screen}");
        desk.keys("Down Down Down").keys("k").commands();
        desk.keys("Esc");
        assert!(desk.cursor_line().contains("65∙∙∙∙1001"), "the last one is the end, and one back:\n{}", desk.screen());
    }
}

#[test]
fn a_long_text_scrolls_by_pages_while_it_is_open() {
    let mut desk = Desk::with(&delivered(3), 60, 15);
    desk.keys("Enter").sees("more lines: PgDn");
    let before = desk.screen();
    desk.keys("PgDn");
    assert_ne!(desk.screen(), before);
    desk.keys("PgUp");
    assert_eq!(desk.screen(), before);
}

#[test]
fn where_the_text_has_no_column_it_stands_beside_short_results() {
    let messages = [sms(1, "success", 60).batch("batch_1"), sms(2, "failure", 90).batch("batch_1"), sms(3, "sending", 7)];
    let mut unmasked = card("Clinic reminders", HostKind::Test);
    unmasked.masked = false;
    let mut desk = Desk::new(setup(vec![unmasked]), 80, 24);
    desk.live(0).head(0, &messages, true).sees("result          text");
    assert!(desk.line("0001").contains("in 3 s          Tan Wei Ming"), "{}", desk.screen());
    assert!(desk.line("0003").contains("for 7 s         Tan Wei Ming"), "{}", desk.screen());
    assert!(desk.line("0002").trim_end().ends_with("recipient_unavailable, retry yes"), "{}", desk.screen());
    desk.keys("m").sees("result          file");
    assert!(desk.line("0001").contains("in 3 s          clinic-nov.csv"), "{}", desk.screen());
    desk.resize(60, 15).misses("clinic-nov.csv");
}
