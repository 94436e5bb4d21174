//! What the API has said of attempts is remembered, counted and shown; a limit of them is nobody else's to say.

use postwatch::monitor::News;

use crate::desk::{Desk, Sms, sms};

const BATCH: &str = "batch_a41f0c22-1111-4222-8333-444455556666";

/// Nine that a retry may reach, one for which nobody can say; two of them are tried four times.
fn failures() -> Vec<Sms> {
    let of = |number: u32| sms(4_000 + number, "failure", 100 + i64::from(number)).tried(if number < 2 { 4 } else { 1 });
    let mut messages: Vec<Sms> = (0..10).map(|number| of(number).batch(BATCH).uploaded(3_600, 10)).collect();
    messages[9] = messages[9].clone().error("routing_error");
    messages
}

/// The API refused a retry of these, in this run of the program or in an earlier one.
fn refused(count: usize) -> Desk {
    let mut desk = Desk::with(&failures(), 120, 36);
    desk.news(0, News::OutOfAttempts(failures()[..count].iter().map(Sms::id).collect()));
    desk
}

#[test]
fn they_are_counted_apart_and_are_not_worth_a_retry() {
    let mut desk = refused(2);
    desk.keys("3").sees("retry: yes 7 · maybe 1 · no 0 · no attempts left 2");
    let worth = desk.line("retry: yes  ");
    assert!(worth.split_whitespace().any(|cell| cell == "7"), "{worth}");
    assert!(desk.line("recipient_unavailable ").contains("yes: 7 of 9"), "{}", desk.screen());
    desk.keys("G r").sees("Retry 7 messages").sees("2  left out: no attempts left");
}

#[test]
fn nothing_of_an_error_may_be_left() {
    let mut desk = refused(9);
    desk.keys("3").sees("retry: yes 0 · maybe 1 · no 0 · no attempts left 9").misses("plans them");
    assert!(desk.line("recipient_unavailable ").contains("no attempts left"), "{}", desk.screen());
}

/// One that comes while somebody looks is counted at once, and leaves an open plan.
#[test]
fn a_refusal_is_seen_at_once() {
    let mut desk = Desk::with(&failures(), 120, 36);
    desk.keys("3").sees("retry: yes 9 · maybe 1 · no 0 ").keys("G r").sees("Retry 9 messages");
    desk.news(0, News::OutOfAttempts(vec![failures()[0].id()])).sees("Retry 8 messages").sees("no attempts left 1");
}

#[test]
fn the_message_itself_says_so() {
    let mut desk = refused(1);
    let line = desk.line("65∙∙∙∙4000");
    assert!(line.contains(" no ") && !line.contains("yes"), "{line}");
    desk.keys("Enter").sees("The phone was off or out of reach. No attempts left, says the API.").misses("A retry may reach it");
    desk.sees("attempt 4").misses("/3");
    desk.keys("Esc j").sees("The phone was off or out of reach. Worth a retry.").sees("attempt 4");
}

/// How many attempts the API takes is not known here: four may be followed by a fifth.
#[test]
fn no_limit_is_shown() {
    let mut desk = Desk::with(&failures(), 120, 36);
    desk.keys("r").sees("4 attempts so far.").misses("allows").misses("of 3").keys("Esc");
    desk.keys("Space j Space r").sees("Retry 2 messages").misses("3 times").misses("may refuse");
}

#[test]
fn a_batch_of_which_none_is_left() {
    refused(1).keys("2").sees(" yes");
    let mut messages = failures();
    messages.truncate(9);
    let mut desk = Desk::with(&messages.iter().map(|sms| sms.clone().uploaded(3_600, 9)).collect::<Vec<_>>(), 120, 36);
    desk.news(0, News::OutOfAttempts(messages.iter().map(Sms::id).collect())).keys("2").sees("no attempts left");
}
