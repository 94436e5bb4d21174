//! What calls a person by itself.

use postwatch::postman::HostKind;
use postwatch::store::AnswerKind;
use postwatch::tui::Effect;

use crate::desk::{Desk, Sms, card, setup, sms};

/// Two days of messages, of the last minutes so many failed.
fn days(failed: u32) -> Vec<Sms> {
    let recent = (0..40).map(|number| sms(number, if number < failed { "failure" } else { "success" }, i64::from(number) * 10 + 120));
    let before = (0..200).map(|number| sms(1_000 + number, "success", 3_600 + i64::from(number) * 900));
    recent.chain(before).collect()
}

fn rings(desk: &mut Desk) -> usize {
    std::mem::take(&mut desk.effects).iter().filter(|effect| matches!(effect, Effect::Call(_))).count()
}

#[test]
fn more_failures_than_usual_call_once() {
    let mut desk = Desk::with(&days(0), 120, 36);
    assert_eq!(rings(&mut desk), 0);
    // A second later they are a second older.
    let failing: Vec<Sms> = (0..4).map(|number| sms(number, "failure", i64::from(number) * 10 + 121)).collect();
    desk.wait(1_000).answer(0, &failing, AnswerKind::List, None, false);
    desk.sees("Clinic reminders: 10.0 % failed in 15 min · usually 0.0 %, mostly");
    // One for the share, one for an error that was not there before.
    assert_eq!(rings(&mut desk), 2);
    desk.wait(1_000).wait(1_000);
    assert_eq!(rings(&mut desk), 0);
}

#[test]
fn an_error_that_was_not_there_before_calls() {
    let mut messages = days(0);
    messages.push(sms(5_000, "failure", 90_000));
    let mut desk = Desk::with(&messages, 120, 36);
    desk.wait(1_000).answer(0, &[sms(1_000, "failure", 3_601)], AnswerKind::List, None, false);
    assert_eq!(rings(&mut desk), 0);
    desk.answer(0, &[sms(1_001, "failure", 4_501).error("content_invalid")], AnswerKind::List, None, false);
    desk.sees("a new error, content_invalid");
    assert_eq!(rings(&mut desk), 1);
}

#[test]
fn an_error_that_comes_back_after_a_retry_is_not_new() {
    let mut messages = days(0);
    messages.push(sms(5_000, "failure", 90_000));
    let mut desk = Desk::with(&messages, 120, 36);
    desk.wait(1_000).answer(0, &[Sms { error: "", ..sms(5_000, "sending", 90_001) }], AnswerKind::List, None, false);
    desk.wait(1_000).answer(0, &[sms(5_000, "failure", 90_002)], AnswerKind::List, None, false);
    desk.misses("a new error");
    assert_eq!(rings(&mut desk), 0);
}

#[test]
fn nothing_is_unusual_while_little_is_loaded() {
    let few: Vec<Sms> = days(10).into_iter().take(40).collect();
    let mut desk = Desk::with(&few, 120, 36);
    desk.wait(1_000);
    assert_eq!(rings(&mut desk), 0);
    desk.misses("failed in 15 min");
}

#[test]
fn a_batch_that_ends_calls_once() {
    let rows = |open: bool, age: i64| -> Vec<Sms> {
        let last = if open { "sending" } else { "success" };
        let of_batch = |message: Sms| message.batch("a41f").uploaded(age, 2);
        vec![of_batch(sms(1, "failure", age)), of_batch(sms(2, last, age + 1))]
    };
    let mut desk = Desk::with(&rows(true, 60), 120, 36);
    assert_eq!(rings(&mut desk), 0);
    desk.wait(1_000).answer(0, &rows(false, 61), AnswerKind::List, None, false);
    let called = std::mem::take(&mut desk.effects).into_iter().find_map(|effect| match effect {
        Effect::Call(text) => Some(text),
        _ => None,
    });
    assert!(called.is_some_and(|text| text.starts_with("Clinic reminders: batch")), "no call");
    desk.sees("is finished").sees("1 delivered, 1 failed");
    desk.wait(1_000).answer(0, &rows(false, 62), AnswerKind::List, None, false);
    assert_eq!(rings(&mut desk), 0);
}

/// Two campaigns, the second of which is not on the screen: a batch of it is loaded and has a message on the way.
fn two_campaigns() -> Desk {
    let mut desk = Desk::new(setup(["Clinic reminders", "One-time codes"].map(|name| card(name, HostKind::Test)).to_vec()), 160, 36);
    let of_batch = |message: Sms| message.batch("a41f").uploaded(3_000, 2);
    let batch = vec![of_batch(sms(9_001, "success", 3_000)), of_batch(sms(9_002, "sending", 3_001))];
    desk.live(0).live(1).head(0, &days(0), true).head(1, &[days(0), batch].concat(), true);
    desk
}

/// The failures of the campaign on the screen would be those of another one.
#[test]
fn a_notice_about_another_campaign_says_first_what_leads_there() {
    let mut desk = two_campaigns();
    let failing: Vec<Sms> = (0..4).map(|number| sms(number, "failure", i64::from(number) * 10 + 121)).collect();
    desk.wait(1_000).answer(1, &failing, AnswerKind::List, None, false);
    desk.sees("One-time codes: 10.0 % failed in 15 min").sees("w leads to it; then 3 shows the failures");
    desk.keys("!").sees("w leads to it; then 3 shows the failures").keys("Esc w");
    desk.sees("3 shows the failures").misses("leads to it").keys("3").sees("4 of 135 failed");
    desk.keys("[").sees("w leads to it; then 3 shows the failures");
}

#[test]
fn to_a_campaign_that_needs_nobody_the_list_of_campaigns_leads() {
    let mut desk = two_campaigns();
    let rest = sms(9_002, "success", 3_002).batch("a41f").uploaded(3_001, 2);
    desk.wait(1_000).answer(1, &[rest], AnswerKind::List, None, false);
    desk.sees("One-time codes: batch").sees("Shift-Tab lists all campaigns; in this one, 2 shows the batches");
    desk.keys("]").sees("2 shows the batches").misses("lists all campaigns");
}
