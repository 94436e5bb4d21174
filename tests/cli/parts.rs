//! Batches that are only partly loaded: a part is reported as a part, never as the whole.

use jiff::{SignedDuration, Timestamp};
use postwatch::simulator::FaultyCalls;
use rstest::rstest;
use serde_json::{Value, json};

use super::stage::{CLINIC, Stage, still, text};

/// Messages of a batch with this total, the first `failed` of them failed for this many hours.
fn rows(count: usize, failed: usize, hours: i64, total: &Value) -> Vec<Value> {
    let at = (Timestamp::now() - SignedDuration::from_hours(hours)).to_string();
    let row = |place: usize| {
        let status = if place < failed { "failure" } else { "success" };
        let attempt = json!({ "status": status, "createdAt": at, "errorType": null, "errorCode": null });
        json!({
            "id": format!("message_{place}"), "recipient": "6580001234", "latestStatus": status, "createdAt": at, "messageAttempts": [attempt],
            "batches": [{ "id": "batch_1", "status": "messages_enqueued", "originalFileName": "june.csv", "totalMessages": total }],
        })
    };
    (0..count).map(row).collect()
}

fn stage(rows: &[Value]) -> Stage {
    let stage = Stage::new(still(1));
    stage.tells(rows, false);
    stage
}

const STATUS: [&str; 4] = ["status", CLINIC, "--batch", "batch_1"];
const WHOLE: [&str; 5] = ["retry", CLINIC, "--batch", "batch_1", "--dry-run"];
const SINGLY: [&str; 6] = ["retry", CLINIC, "--batch", "batch_1", "--failed", "--dry-run"];

#[test]
fn nothing_failed_only_where_all_of_the_batch_shows() {
    let reason = |count, total: Value| text(&stage(&rows(count, 0, 1, &total)).good(&WHOLE).lines()[0]["plan"]["leftOut"][0]["reason"]);
    assert_eq!(reason(3, json!(3)), "none of its messages has failed");
    assert_eq!(reason(3, json!(150)), "no failure among the 3 messages loaded; 147 not found");
    assert_eq!(reason(3, Value::Null), "no failure among the 3 messages loaded; how many it has is unknown");
    assert_eq!(reason(0, json!(3)), "none of its messages was found");
}

#[rstest]
#[case::a_part(3, json!(150), "Loaded 3 of the batch's 150 messages: 147 not found, Postman may still be preparing it.")]
#[case::not_told(3, Value::Null, "Loaded 3 messages of the batch; how many it has is unknown.")]
#[case::none(0, Value::Null, "No message of the batch was found: Postman may still be preparing it, or there is no batch with this id.")]
#[case::all(3, json!(3), "The whole batch is loaded: 3 messages.")]
fn a_plan_says_how_much_of_the_batch_it_is_of(#[case] count: usize, #[case] total: Value, #[case] told: &str) {
    for failed in [0, count.min(2)] {
        let stage = stage(&rows(count, failed, 1, &total));
        for arguments in [&WHOLE[..], &SINGLY[..]] {
            let ran = stage.good(arguments);
            assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
        }
    }
}

#[test]
fn one_call_retries_what_does_not_show_as_well() {
    let table = |total: Value| stage(&rows(3, 2, 1, &total)).good(&[&WHOLE[..], &["--format", "table"]].concat()).out;
    assert!(table(json!(150)).contains("(june.csv) as a whole: 2 failures, and any among the 147 not found.\n"));
    assert!(table(json!(2)).contains("as a whole: 2 failures, and any not found.\n"));
    assert!(table(json!(3)).contains("as a whole: 2 failures.\n"));
}

/// A total that is not a number of messages, or is below what shows, does not count.
#[rstest]
#[case(Value::Null)]
#[case(json!("150"))]
#[case(json!(-1))]
#[case(json!(150.5))]
#[case(json!(1_000_000_000_000_000_u64))]
#[case(json!(0))]
#[case(json!(2))]
fn without_a_total_that_can_be_believed_it_is_not_known_to_be_whole(#[case] total: Value) {
    let stage = stage(&rows(3, 0, 1, &total));
    let json = stage.good(&[&STATUS[..], &["--format", "json"]].concat()).json();
    assert_eq!((&json["coverage"]["complete"], json["coverage"]["loaded"].as_u64()), (&Value::Bool(false), Some(3)));
    let table = stage.good(&[&STATUS[..], &["--format", "table"]].concat()).out;
    assert!(table.contains("3 messages loaded, perhaps not all of the batch"), "{table}");
    assert!(!table.contains("all there are") && !table.contains("3 of"), "{table}");
}

#[test]
fn figures_of_a_part_of_a_batch_say_of_what_they_are() {
    let table = |total: Value| stage(&rows(3, 0, 1, &total)).good(&[&STATUS[..], &["--format", "table"]].concat()).out;
    let part = table(json!(150));
    let lines: Vec<Vec<&str>> = part.lines().map(|line| line.split_whitespace().collect()).collect();
    for line in [&["class", "of", "the", "3", "loaded"][..], &["delivered", "3+"], &["failed", "–"], &["Only", "of", "the", "3", "loaded:"]]
    {
        assert!(lines.iter().any(|told| told == line), "{line:?} in {part}");
    }
    assert!(part.contains("\nCannot tell: 3 of the batch's 150 messages loaded.\n"), "{part}");
    let whole = table(json!(3));
    assert!(!whole.contains('–') && !whole.contains("of the") && whole.contains("all there are"), "{whole}");
}

#[test]
fn failures_that_are_older_than_the_usual_day_are_not_passed_over_in_silence() {
    let stage = stage(&rows(5, 4, 40, &json!(5)));
    let told = "Of the loaded failures, 4 were last attempted more than 24 hours ago: --since includes older ones.";
    for arguments in [&SINGLY[..], &["retry", CLINIC, "--failed", "--dry-run"]] {
        let ran = stage.good(arguments);
        assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
    }
    let asked = stage.good(&[&SINGLY[..], &["--since", "2d"]].concat());
    assert!(!asked.err.contains("24 hours") && asked.lines()[0]["plan"]["retry"].as_array().unwrap().len() == 4, "{}", asked.err);
}

/// The message that is read singly for it names no batch, or another one: it stays where the batch's list has it.
#[rstest]
#[case::of_none(json!([]))]
#[case::of_another(json!([{ "id": "batch_2", "status": "messages_enqueued", "totalMessages": 7 }]))]
fn a_message_stays_in_the_batch_that_lists_it(#[case] batches: Value) {
    let mut listed = rows(3, 0, 1, &Value::Null);
    listed.iter_mut().for_each(|row| row["batches"] = json!([]));
    let mut alone = listed[0].clone();
    alone["batches"] = batches;
    // One answer to both calls: a page first, because the first list in it counts, and a message.
    let page = format!(r#"{{"messages":{},"pageData":{{"hasNextPage":false}},"#, Value::Array(listed));
    let answer = page + &alone.to_string()[1..];
    let stage = Stage::new(still(1));
    stage.answers(200, &answer, FaultyCalls::Reads);
    let ran = stage.good(&[&STATUS[..], &["--format", "json"]].concat());
    let told = ran.json();
    assert_eq!(told["batches"][0]["loaded"], json!(3), "{}", ran.err);
    assert!(ran.err.contains("status and total are unknown: one of its messages, read singly, does not mention it."), "{}", ran.err);
}
