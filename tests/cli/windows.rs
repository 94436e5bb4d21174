//! `--since`, `--until` and the last 24 hours: the newest attempt counts, whatever command selects by it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use serde_json::{Value, json};

use super::stage::{CLINIC, Ran, Stage, still, text};

/// A time this many hours ago.
fn ago(hours: i64) -> String {
    (Timestamp::now() - SignedDuration::from_hours(hours)).to_string()
}

/// A failure that was created this many hours ago, and attempted at these times.
fn failure(id: &str, created: Option<i64>, attempts: Option<&[i64]>) -> Value {
    let attempt =
        |hours: &i64| json!({ "status": "failure", "createdAt": ago(*hours), "errorType": "delivery_error", "errorCode": "routing_error" });
    let mut row = json!({ "id": id, "recipient": "6580001234", "latestStatus": "failure" });
    if let Some(created) = created {
        row["createdAt"] = json!(ago(created));
    }
    match attempts {
        Some(attempts) => row["messageAttempts"] = attempts.iter().map(attempt).collect(),
        // As in older pages.
        None => row["error"] = json!("routing_error"),
    }
    row
}

/// Newest first; the last one was created before the configured history (three days) begins.
fn rows() -> Vec<Value> {
    vec![
        failure("new", Some(2), Some(&[2])),
        failure("retried", Some(48), Some(&[1, 48])),
        failure("old", Some(50), Some(&[40, 50])),
        failure("bare", Some(52), None),
        failure("untimed", None, None),
        failure("ancient", Some(80), Some(&[1, 80])),
    ]
}

fn stage() -> Stage {
    let stage = Stage::new(still(1));
    stage.tells(&rows(), true);
    stage
}

fn ids(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|it| if it.is_string() { text(it) } else { text(&it["id"]) }).collect()
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[track_caller]
fn planned(ran: &Ran) -> (BTreeSet<String>, Vec<(String, String)>) {
    let plan = &ran.lines()[0]["plan"];
    let left = plan["leftOut"].as_array().unwrap().iter().map(|left| (text(&left["id"]), text(&left["reason"]))).collect();
    (ids(&plan["retry"]), left)
}

const UNTIMED: [(&str, &str); 2] = [("bare", "time not given"), ("untimed", "time not given")];

fn untimed() -> Vec<(String, String)> {
    UNTIMED.map(|(id, why)| (id.to_owned(), why.to_owned())).to_vec()
}

#[rstest]
#[case::by_state(&["--failed"])]
#[case::by_code(&["--error", "routing_error"])]
#[case::as_long_as_is_meant(&["--failed", "--since", "24h"])]
fn what_was_attempted_within_a_day_is_retried_however_old_it_is(#[case] options: &[&str]) {
    let stage = stage();
    let dry_run = [&["retry", CLINIC, "--dry-run"], options].concat();
    let ran = stage.good(&dry_run);
    assert_eq!(planned(&ran), (set(&["new", "retried"]), untimed()), "created two days ago and failed just now");
    assert!(ran.err.contains("Loaded back to "), "{}", ran.err);
    let table = stage.good(&[&dry_run[..], &["--format", "table"]].concat()).out;
    for told in ["retry 2 messages", "Loaded back to ", "Left out, time not given: 2 messages.", "left out  bare: time not given"] {
        assert!(table.contains(told), "{told:?} in {table}");
    }
    let csv = stage.good(&[&dry_run[..], &["--format", "csv"]].concat()).out;
    assert!(csv.contains("untimed,leftOut,time not given\n") && !csv.contains("ancient"), "{csv}");
}

#[test]
fn a_run_tells_the_same_as_its_plan() {
    let stage = stage();
    // The POSTs meet the simulator, which has none of these messages.
    let ran = stage.run(&["retry", CLINIC, "--failed", "--yes"]);
    let of =
        |outcome: &str| ran.lines().iter().filter(|line| line["outcome"] == outcome).map(|line| text(&line["id"])).collect::<BTreeSet<_>>();
    assert_eq!((of("refused"), of("skipped")), (set(&["new", "retried"]), set(&["bare", "untimed"])), "{}", ran.err);
    assert!(ran.err.contains("Loaded back to ") && ran.err.contains("time not given: 2 messages"), "{}", ran.err);
}

#[rstest]
#[case::further_than_the_history(&["--since", "5d"], &["new", "retried", "old", "bare", "ancient"])]
#[case::to_the_hour(&["--since", "41h"], &["new", "retried", "old"])]
#[case::until(&["--since", "49h", "--until", "30h"], &["retried", "old"])]
#[case::until_alone(&["--until", "30h"], &["retried", "old", "bare", "ancient"])]
fn a_stretch_has_what_was_created_or_last_attempted_in_it(#[case] options: &[&str], #[case] expected: &[&str]) {
    let stage = Stage::new(still(1));
    stage.tells(&rows(), false);
    let listed = stage.good(&[&["messages", CLINIC, "--format", "json"], options].concat());
    assert_eq!(ids(&listed.json()), set(expected), "{}", listed.err);
    let left = if expected.contains(&"bare") { "Left out, time not given: 1 message." } else { "Left out, time not given: 2 messages." };
    assert!(listed.err.contains(left), "{}", listed.err);
    if options[0] == "--since" {
        let (retry, _) = planned(&stage.good(&[&["retry", CLINIC, "--dry-run", "--failed"], options].concat()));
        assert_eq!(retry, set(expected), "what is listed is what is retried");
    }
}

#[test]
fn figures_and_changes_are_of_the_same_messages() {
    let stage = stage();
    let listed = stage.good(&["messages", CLINIC, "--since", "24h"]);
    assert!(listed.err.contains("2 messages of 6 loaded. Loaded back to "), "{}", listed.err);
    let status = stage.good(&["status", CLINIC, "--since", "24h", "--format", "json"]);
    let figures = status.json();
    assert_eq!((figures["statuses"]["failure"].as_u64(), figures["coverage"]["loaded"].as_u64()), (Some(2), Some(2)));
    assert_eq!(figures["coverage"]["complete"], false, "others are older");
    let table = stage.good(&["status", CLINIC, "--since", "24h", "--format", "table"]).out;
    assert!(table.contains("2 messages loaded, back to ") && !table.contains("all there are"), "{table}");
    assert!(status.err.contains("Loaded back to ") && status.err.contains("time not given: 2 messages"), "{}", status.err);
    let watch = stage.run(&["watch", CLINIC, "--since", "24h", "--timeout", "2s"]);
    let summary = &watch.lines()[0]["summary"];
    assert_eq!((watch.code, summary["failed"].as_u64(), summary["finished"].as_u64()), (7, Some(2), Some(2)), "{}", watch.err);
    assert!(watch.err.contains("Left out, time not given: 2 messages."), "{}", watch.err);
}

/// The whole list is loaded, but not all of it counts.
#[test]
fn figures_of_a_part_are_not_those_of_all_there_are() {
    let stage = Stage::new(still(1));
    stage.tells(&rows(), false);
    let part = stage.good(&["status", CLINIC, "--since", "5d", "--format", "json"]);
    assert_eq!((part.json()["coverage"]["loaded"].as_u64(), &part.json()["coverage"]["complete"]), (Some(5), &Value::Bool(false)));
    assert!(part.err.contains("there is nothing older") && part.err.contains("time not given: 1 message"), "{}", part.err);
    stage.tells(&rows()[..3], false);
    let all = stage.good(&["status", CLINIC, "--since", "5d", "--format", "json"]);
    assert_eq!((&all.json()["coverage"]["complete"], all.err.as_str()), (&Value::Bool(true), ""));
}

#[test]
fn a_batch_is_loaded_whole_and_its_failures_count_by_the_same_time() {
    let stage = Stage::new(still(1));
    let batch = json!([{ "id": "batch_1", "status": "messages_enqueued", "totalMessages": 6 }]);
    let mut rows = rows();
    rows.iter_mut().for_each(|row| row["batches"] = batch.clone());
    stage.tells(&rows, false);
    let ran = stage.good(&["retry", CLINIC, "--dry-run", "--batch", "batch_1", "--failed"]);
    assert_eq!(planned(&ran), (set(&["new", "retried", "ancient"]), untimed()), "{}", ran.err);
    assert!(ran.err.contains("The whole batch is loaded: 6 messages."), "{}", ran.err);
}

/// It began long ago, and a later time says that it failed just now, or that something about it changed.
#[test]
fn a_failure_that_only_a_later_time_tells_of_is_not_left_out_in_silence() {
    let (mut late, mut changed, mut bare) =
        (failure("late", Some(50), Some(&[50])), failure("changed", Some(50), Some(&[50])), failure("bare", Some(50), Some(&[50])));
    late["messageAttempts"][0]["updatedAt"] = json!(ago(1));
    changed["updatedAt"] = json!(ago(1));
    bare["messageAttempts"][0]["createdAt"] = Value::Null;
    let stage = Stage::new(still(1));
    stage.tells(&[late, changed, bare], false);
    let ran = stage.good(&["retry", CLINIC, "--dry-run", "--failed"]);
    assert_eq!(planned(&ran), (set(&["late"]), vec![("changed".to_owned(), "time not given".to_owned())]), "{}", ran.err);
    assert!(ran.err.contains("Of the loaded failures, 1 was last attempted more than 24 hours ago"), "{}", ran.err);
}

/// `status` counts what `messages` lists, and says which have no time.
#[test]
fn figures_and_list_agree_on_messages_without_a_creation_time() {
    let stage = Stage::new(still(1));
    let mut told = rows();
    told.insert(1, failure("attempted", None, Some(&[1])));
    stage.tells(&told, true);
    let figures = |more: &[&str]| stage.good(&[&["status", CLINIC, "--format", "json"], more].concat());
    let (day, listed) = (figures(&["--since", "24h"]), stage.good(&["messages", CLINIC, "--since", "24h", "--fields", "id"]));
    assert_eq!(day.json()["coverage"]["loaded"].as_u64(), Some(3), "{}", day.err);
    assert_eq!((listed.lines().len(), &day.json()["statuses"]["failure"]), (3, &json!(3)));
    let usual = figures(&[]);
    assert_eq!(usual.json()["coverage"]["loaded"].as_u64(), Some(4), "{}", usual.err);
    assert!(usual.err.contains("Left out, time not given: 2 messages."), "{}", usual.err);
}

#[test]
fn a_list_out_of_order_goes_back_to_its_oldest_message() {
    let stage = Stage::new(still(1));
    stage.tells(
        &[failure("new", Some(1), Some(&[1])), failure("old", Some(40), Some(&[2, 40])), failure("newer", Some(3), Some(&[3]))],
        false,
    );
    let ran = stage.good(&["retry", CLINIC, "--dry-run", "--failed"]);
    let (table, oldest) =
        (stage.good(&["retry", CLINIC, "--dry-run", "--failed", "--format", "table"]).out, &ran.lines()[0]["plan"]["oldest"]);
    let back = table.lines().find(|line| line.starts_with("Loaded back to ")).unwrap();
    assert!(
        table.contains(&format!("Created between {} and", &back["Loaded back to ".len()..back.find(": there").unwrap()])),
        "{table} {oldest}"
    );
}
