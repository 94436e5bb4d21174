//! The views, and the failures by error.

use postwatch::postman::HostKind;

use crate::desk::{Desk, Sms, card, setup, sms};

/// Three errors: two that a retry helps, three that it may, one that it cannot.
fn failures() -> Vec<Sms> {
    let mut messages: Vec<Sms> = (0..20).map(|number| sms(number, "success", 500 + i64::from(number))).collect();
    messages.extend((20..22).map(|number| sms(number, "failure", 100 + i64::from(number))));
    messages.extend((22..25).map(|number| sms(number, "failure", 200 + i64::from(number)).error("routing_error").tried(2)));
    messages.push(sms(25, "failure", 300).error("recipient_invalid"));
    messages
}

#[test]
fn the_tabs_lead_from_view_to_view() {
    let mut desk = Desk::with(&failures(), 80, 24);
    desk.sees("[1 Messages] 2 Batches  3 Failures  4 Trends  5 Activity").keys("3");
    desk.sees("1 Messages  2 Batches [3 Failures] 4 Trends  5 Activity")
        .sees("6 of 26 failed")
        .keys("1")
        .sees("[1 Messages]")
        .sees("26 loaded");
}

#[test]
fn the_first_line_sums_up_and_the_groups_tell_what_helps() {
    let mut desk = Desk::with(&failures(), 120, 36);
    desk.keys("3").sees("6 of 26 failed · last 24 h   retry: yes 2 · maybe 3 · no 1   newest 14:01:07");
    assert!(desk.cursor_line().contains("routing_error"));
    let line = desk.line("routing_error   ");
    assert!(line.contains("50.0 %") && line.contains("maybe: number or network"), "{line}");
    assert!(desk.line("recipient_invalid").contains("no: number unknown"));
    assert!(desk.line("retry: yes  ").contains("2   r plans them"), "{}", desk.screen());
}

#[test]
fn below_it_says_what_the_error_means_what_to_do_and_who_has_it() {
    let mut desk = Desk::with(&failures(), 120, 36);
    desk.keys("3").sees("No route to the number's telco was found. Maybe worth a retry.").sees("Retry one or two first");
    let line = desk.line("65∙∙∙∙0022");
    assert!(line.contains("13:59:30") && line.contains("attempt 2"), "{line}");
    desk.misses("6580000022").keys("j").sees("The phone was off or out of reach. Worth a retry.").sees("65∙∙∙∙0020").misses("65∙∙∙∙0022");
    desk.keys("G").sees("All that failed with recipient_unavailable.");
}

/// An hour is a cell; all bars share a scale, and one failure is seen beside a hundred.
#[test]
fn the_last_24_hours_are_a_graph_of_each_error() {
    let hour = 3_600;
    let mut messages: Vec<Sms> = (0..100).map(|number| sms(number, "failure", 10 + i64::from(number)).error("routing_error")).collect();
    messages.push(sms(200, "failure", 2 * hour + 10).error("message_expired"));
    messages.push(sms(201, "failure", 30 * hour).error("message_expired"));
    let mut desk = Desk::with(&messages, 120, 36);
    desk.keys("3");
    let graph = |desk: &Desk, error: &str| {
        let head = desk.line("last 24 hours");
        let from = head.split("last 24 hours").next().unwrap().chars().count();
        desk.line(error).chars().skip(from).take(24).collect::<String>()
    };
    assert_eq!(graph(&desk, "routing_error  "), format!("{}█", " ".repeat(23)), "{}", desk.screen());
    assert_eq!(graph(&desk, "message_expired  "), format!("{}▁  ", " ".repeat(21)));
    // Hours that were not loaded are not hours without failures.
    let mut desk = Desk::with(&messages[..101], 120, 36);
    desk.keys("3");
    assert_eq!(graph(&desk, "routing_error  "), format!("{}  █", "▒".repeat(21)), "{}", desk.screen());
}

/// Where there is no room for a cell an hour, a cell is of two or three, and the head says so; then there is no bar.
#[test]
fn on_a_narrow_screen_a_cell_of_the_graph_is_of_several_hours() {
    let hour = 3_600;
    let mut messages: Vec<Sms> = (0..100).map(|number| sms(number, "failure", 10 + i64::from(number)).error("routing_error")).collect();
    messages.push(sms(200, "failure", 3 * hour + 10).error("message_expired"));
    messages.push(sms(202, "success", 30 * hour));
    let mut desk = Desk::with(&messages, 80, 24);
    let graph = |desk: &Desk, head: &str, error: &str| {
        let heads = desk.line(head);
        let from = heads.split(head).next().unwrap().chars().count();
        desk.line(error).chars().skip(from).take(12).collect::<String>()
    };
    desk.keys("3").sees("24 h by 2 h");
    assert_eq!(graph(&desk, "24 h by 2 h", "routing_error  "), format!("{}█", " ".repeat(11)), "{}", desk.screen());
    assert_eq!(graph(&desk, "24 h by 2 h", "message_expired  "), format!("{}▁ ", " ".repeat(10)), "{}", desk.screen());
    assert!(desk.line("message_expired  ").ends_with("maybe"), "{}", desk.screen());
    // A cell is not without failures where an hour of it is not loaded.
    let mut desk = Desk::with(&messages[..101], 80, 24);
    desk.keys("3");
    assert_eq!(graph(&desk, "24 h by 2 h", "routing_error  "), format!("{} █", "▒".repeat(10)), "{}", desk.screen());
    // A time of another day needs more room.
    messages.push(sms(203, "failure", 23 * hour).error("recipient_invalid"));
    let mut desk = Desk::with(&messages, 80, 24);
    desk.keys("3").sees("24 h by 3 retry?");
    desk.resize(120, 36).sees("last 24 hours");
    desk.resize(60, 15).misses("24 h by");
}

#[test]
fn enter_shows_the_messages_and_esc_leads_back() {
    let mut desk = Desk::with(&failures(), 80, 24);
    desk.keys("3 Enter").sees("failed: routing_error").sees("3 of 26 loaded").keys("Esc");
    desk.sees("[3 Failures]").keys("1").sees("last 24 h").keys("3 G Enter").sees("2 of 26 loaded");
    desk.keys("0").sees("last 24 h").keys("Esc").sees("[1 Messages]");
}

#[test]
fn a_message_that_was_opened_lies_behind_its_group() {
    let mut desk = Desk::with(&failures(), 80, 24);
    desk.keys("3 Enter Enter").sees("No route to").keys("Esc").sees("3 of 26 loaded").keys("q").sees("[3 Failures]");
    assert!(!desk.has_quit());
}

#[test]
fn the_line_under_the_cursor_stays_while_others_grow() {
    let mut desk = Desk::with(&failures(), 80, 24);
    desk.keys("3 G k");
    assert!(desk.cursor_line().contains("recipient_invalid"));
    let more: Vec<Sms> = (40..48).map(|number| sms(number, "failure", 10).error("message_expired")).collect();
    desk.head(0, &more, false).sees("14 of 34 failed");
    assert!(desk.cursor_line().contains("recipient_invalid"));
}

#[test]
fn only_covered_rows_are_counted() {
    let mut desk = Desk::with(&failures(), 80, 24);
    let apart = [sms(99, "failure", 900_000)];
    desk.answer(0, &apart, postwatch::store::AnswerKind::Search, None, false).keys("3").sees("6 of 26 failed");
}

#[test]
fn nothing_failed_is_said_with_how_much_was_looked_at() {
    let mut desk = Desk::with(&[sms(1, "success", 10)], 80, 24);
    desk.keys("3").sees("No failures in the 1 loaded of this window, last 24 h, back to 14:02:57");
    let mut desk = Desk::new(setup(vec![card("Clinic reminders", HostKind::Test)]), 80, 24);
    desk.keys("3").sees("Loading the newest messages");
}

#[test]
fn ascii_is_ascii_in_every_view() {
    let mut setup = setup(vec![card("Clinic reminders", HostKind::Test)]);
    setup.ascii = true;
    let mut desk = Desk::new(setup, 100, 30);
    let messages: Vec<Sms> = failures().into_iter().map(|message| message.batch("batch_a41f0000-0000-4000-8000-000000000022")).collect();
    desk.live(0).head(0, &messages, true);
    for keys in ["2", "r", "Esc 3", "Space Space", "r", "Tab", "Esc Esc 5", "4", ":", "Esc 1 r", "Esc ?"] {
        desk.keys(keys).wait(500);
        let screen = desk.screen();
        assert!(screen.is_ascii(), "{:?}\n{screen}", screen.chars().filter(|letter| !letter.is_ascii()).collect::<String>());
    }
}

#[test]
fn a_wide_and_high_screen_says_below_the_message_why_messages_failed() {
    let mut desk = Desk::with(&failures(), 200, 60);
    desk.sees("6 failed, ")
        .sees("3 by error")
        .sees("routing_error                3  50.0 %")
        .sees("26 finished in 24 hours, not all loaded");
    desk.resize(200, 44).misses("3 by error").misses("26 finished in");
}
