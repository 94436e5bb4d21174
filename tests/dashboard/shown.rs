//! What the list and the views show: planned as a whole, exported, and what is still being prepared.

use postwatch::delivery::{BatchId, MessageId};
use postwatch::monitor::{ActionStage, News, NotStarted};

use crate::desk::{Desk, Sms, batch_retry_news, explanation, refusal, retry_news, run_of, sms};

const BATCH: &str = "batch_a41f0000-0000-4000-8000-000000000022";

/// Four failures of two kinds, two that were delivered.
fn messages() -> Vec<Sms> {
    let mut messages: Vec<Sms> = (0..3).map(|number| sms(4_000 + number, "failure", 100 + i64::from(number))).collect();
    messages.push(sms(4_003, "failure", 110).error("routing_error"));
    messages.extend((0..2).map(|number| sms(number, "success", 200 + i64::from(number))));
    messages
}

fn planned(desk: &mut Desk) -> usize {
    desk.wait(500).keys("y").wait(3_000);
    let runs: Vec<usize> = desk.commands().iter().filter_map(run_of).map(<[_]>::len).collect();
    assert_eq!(runs.len(), 1);
    runs[0]
}

/// The rows of the file that was written last, without their heads and guards.
pub fn exported(desk: &Desk, what: &str) -> (String, String) {
    let file = desk.files.last().unwrap();
    let (detail, text) = (file.detail.clone().unwrap(), file.text.clone());
    assert!(detail.starts_with(what) && text.starts_with('\u{feff}'), "{detail}: {text}");
    (detail, text)
}

#[test]
fn all_that_a_filter_shows_is_planned_from_its_menu() {
    let mut desk = Desk::with(&messages(), 80, 24);
    desk.keys("f j").sees("r plan these").keys("r").sees("Retry 4 messages, TEST").sees("all 4 shown");
    assert!(desk.commands().iter().all(|command| run_of(command).is_none()), "it only opens a plan");
    desk.keys("Esc").sees("4 of 6 loaded").keys("f r");
    assert_eq!(planned(&mut desk), 4);
}

#[test]
fn a_filter_by_error_is_planned_as_it_is_shown() {
    let mut desk = Desk::with(&messages(), 80, 24);
    // The messages of one error, by way of the failures.
    desk.keys("3 Enter").sees("3 of 6 loaded").keys("f r").sees("Retry 3 messages, TEST").keys("Esc").sees("3 of 6 loaded");
    // Another line of the menu is another list.
    desk.keys("f g r").sees("Retry 4 messages, TEST").sees("all 6 shown").sees("2  left out: not failed").keys("Esc").sees("last 24 h");
}

#[test]
fn a_find_narrows_what_is_planned() {
    let mut desk = Desk::with(&messages(), 80, 24);
    desk.keys("/ 8 0 0 0 4 0 0 Enter f r").sees("Retry 4 messages").sees("all 4 shown").keys("Esc");
    desk.keys("0 / 8 0 0 0 4 0 0 3 Enter f r").sees("Retry 1 message, TEST").keys("Esc 0 / 9 9 9 Enter f r");
    desk.sees("the list is empty");
}

#[test]
fn the_row_keeps_its_own_plan() {
    let mut desk = Desk::with(&messages(), 80, 24);
    desk.keys("f j Enter").sees("4 of 6 loaded").keys("r").sees("Retry 1 message");
}

#[test]
fn what_has_no_attempts_left_is_never_planned() {
    let mut desk = Desk::with(&messages(), 80, 24);
    desk.news(0, News::OutOfAttempts(vec![messages()[0].id()])).keys("f j r").sees("Retry 3 messages").sees("left out: no attempts left");
    // A refusal for another reason keeps nothing out.
    let other = refusal("message_not_found_or_retry_message_not_in_failure_status", "It is not in failure.");
    let news = retry_news(messages()[1].id(), ActionStage::Refused(other), desk.now);
    desk.keys("Esc").news(0, news).keys("f r");
    assert_eq!(planned(&mut desk), 3);
}

#[test]
fn batches_are_exported() {
    let mut messages = messages();
    messages[0] = sms(4_000, "failure", 100).batch(BATCH).uploaded(900, 20_000);
    messages[5] = sms(1, "success", 201).batch(BATCH).uploaded(900, 20_000);
    let mut desk = Desk::with(&messages, 120, 36);
    desk.keys("2 x").sees("Export to a file").keys("Enter");
    let (detail, text) = exported(&desk, "batches");
    assert_eq!(detail, "batches, 1 row");
    let heads = "\u{feff}id,fileName,createdAt,status,total,loaded,deliveredOfLoaded,failedOfLoaded,onTheWayOfLoaded,stuckOfLoaded,\
                 unconfirmedOfLoaded,sentAbroadOfLoaded,handedOverOfLoaded,otherOfLoaded,wholeRetry";
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], heads);
    assert!(lines[1].starts_with(&format!("{BATCH},clinic-nov.csv,2026-11-24")), "{text}");
    assert!(lines[1].ends_with(",messages_enqueued,20000,2,1,1,0,0,0,0,0,0,unknown until all of it is loaded"), "{text}");
}

#[test]
fn actions_are_exported_masked_with_code_and_trace() {
    let mut desk = Desk::with(&messages(), 120, 36);
    desk.keys("5 x").sees("there is nothing to export");
    let ids: Vec<MessageId> = messages()[1..3].iter().map(Sms::id).collect();
    let batches = vec![BatchId::new("batch_left")];
    desk.news(0, News::NotStarted(NotStarted { messages: ids, batches, sends: 0, uploads: Vec::new() }));
    let stage = ActionStage::Refused(refusal("too_many_message_attempts_error", "=The message has no attempts left."));
    let at = desk.now;
    desk.news(0, retry_news(messages()[0].id(), stage, at));
    let stage = ActionStage::Unknown { why: explanation("The connection broke."), look_up_at: None };
    desk.news(0, batch_retry_news(BatchId::new(BATCH), stage, at));
    desk.keys("x Enter");
    let (detail, text) = exported(&desk, "actions");
    assert_eq!(detail, "actions, 5 rows");
    assert!(text.starts_with("\u{feff}at,action,id,recipient,outcome,code,forAPerson,reason,traceId\r\n"), "{text}");
    assert!(text.contains(",65∙∙∙∙4000,refused,too_many_message_attempts_error,,'="), "{text}");
    assert!(text.contains(&format!("retry-batch,{BATCH},,unknown,,yes,")) && text.contains(",trace-1\r\n"), "{text}");
    assert_eq!(text.matches("not started,,yes").count(), 3, "{text}");
    assert!(!text.contains("6580004000"), "{text}");
}

/// The batches, of which one was uploaded so long ago and shows one row.
pub fn prepared(age: i64, total: u32, columns: u16, rows: u16) -> Desk {
    let mut messages = messages();
    messages[0] = sms(4_000, "enqueued", 20).batch(BATCH).uploaded(age, total);
    let mut desk = Desk::with(&messages, columns, rows);
    desk.keys("2");
    desk
}

#[test]
fn a_batch_whose_rows_do_not_all_show_is_being_prepared() {
    let prepared = |age, total| prepared(age, total, 120, 36);
    prepared(60, 3_000).sees("being prepared: clinic-nov.csv, 1 of 3,000 rows");
    prepared(60, 1).misses("being prepared");
    // So long ago they are missing for another reason.
    prepared(3_600, 3_000).misses("being prepared");
}
