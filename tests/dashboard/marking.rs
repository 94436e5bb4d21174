//! Marks: they belong to messages, their number is always in view, and `r` plans them.

use postwatch::store::AnswerKind;

use crate::desk::{Desk, Sms, run_of, sms};

/// Failures and deliveries in turn, newest first.
fn mixed() -> Vec<Sms> {
    (0..30).map(|number| sms(number, if number % 3 == 0 { "failure" } else { "success" }, i64::from(number) * 10)).collect()
}

#[test]
fn space_marks_and_goes_on() {
    let mut desk = Desk::with(&mixed(), 80, 24);
    desk.keys("Space Space").sees("2 marked");
    assert!(desk.line("65∙∙∙∙0001").starts_with('*'));
    assert!(desk.cursor_line().contains("65∙∙∙∙0002"));
    desk.keys("k Space").sees("1 marked").keys("u").misses("marked");
}

#[test]
fn a_range_all_and_the_other_way_round() {
    let mut desk = Desk::with(&mixed(), 80, 24);
    desk.keys("Space j j -").sees("4 marked").keys("u *").sees("30 marked").keys("i").misses("marked");
    desk.keys("f j Enter *").sees("10 marked").keys("0 i").sees("20 marked");
}

#[test]
fn marks_survive_filters_and_refreshes() {
    let mut desk = Desk::with(&mixed(), 80, 24);
    desk.keys("Space j j Space f j j Enter").sees("2 marked");
    desk.wait(1_000).head(0, &[sms(500, "success", 0)], false).keys("0").sees("2 marked");
    assert!(desk.line("65∙∙∙∙0000").starts_with('*') && desk.line("65∙∙∙∙0003").starts_with('*'));
    assert!(!desk.line("65∙∙∙∙0500").starts_with('*'));
}

#[test]
fn r_plans_what_is_marked() {
    let mut desk = Desk::with(&mixed(), 80, 24);
    desk.keys("Space Space j Space r").sees("Retry 2 messages, TEST").sees("1  left out: not failed: delivered");
    desk.wait(500).keys("y").wait(3_000);
    assert_eq!(desk.commands().iter().map(|command| run_of(command).map(<[_]>::len)).collect::<Vec<_>>(), [Some(2)]);
    desk.misses("marked");
}

#[test]
fn a_single_mark_is_a_single_plan_and_wins_over_the_cursor() {
    let mut desk = Desk::with(&mixed(), 80, 24);
    desk.keys("Space j j r").sees("Retry 1 message, TEST").sees("65∙∙∙∙0000");
}

#[test]
fn nothing_to_retry_among_the_marks_is_said() {
    let mut desk = Desk::with(&mixed(), 80, 24);
    desk.keys("j Space Space r").sees("there is nothing to retry").sees("2: not failed: delivered");
}

#[test]
fn a_line_of_failures_is_marked_whole() {
    let mut messages = mixed();
    messages.push(sms(40, "failure", 400).error("routing_error"));
    let mut desk = Desk::with(&messages, 80, 24);
    desk.keys("3 Space").sees("10 marked").keys("Space").sees("11 marked").keys("g Space").sees("1 marked");
    desk.keys("1 r").sees("Retry 1 message");
}

#[test]
fn only_loaded_rows_are_marked() {
    let mut desk = Desk::with(&mixed(), 80, 24);
    desk.keys("*").sees("30 marked").answer(0, &[sms(99, "failure", 9_000)], AnswerKind::List, None, false).sees("30 marked");
    desk.keys("G j Space").sees("30 marked");
}
