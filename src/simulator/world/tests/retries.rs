//! Retries of one message and of a batch, with their side effects.

use std::time::Duration;

use rstest::rstest;
use serde_json::Value;

use super::{Caller, caller, empty_campaign, text};
use crate::simulator::options::CampaignOptions;
use crate::simulator::world::Answer;

const NOT_FAILED: &str = "message_not_found_or_retry_message_not_in_failure_status";
const FAILED_MS: i64 = 90_000;

fn retry(caller: &mut Caller, id: &str) -> (u16, String) {
    caller.outcome(&format!("/messages/{id}/retry"))
}

fn accepted() -> (u16, String) {
    (201, String::new())
}

fn refused(code: &str) -> (u16, String) {
    (400, code.to_owned())
}

#[test]
fn a_retry_goes_back_to_created_under_the_same_id() {
    let mut caller = caller(empty_campaign());
    let id = caller.send("6511112222");
    caller.wait(FAILED_MS);
    let answer = caller.call("POST", &format!("/messages/{id}/retry"), None, b"");
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.status, 201);
    assert_eq!((text(&body, "id"), text(&body, "latestStatus")), (id.as_str(), "created"));
    for absent in ["attempts", "messageAttempts", "batches", "templateBody"] {
        assert_eq!(body.get(absent), None);
    }
    let message = caller.get(&format!("/messages/{id}"));
    let statuses: Vec<_> = message["attempts"].as_array().unwrap().iter().map(|a| text(a, "status")).collect();
    assert_eq!(statuses, ["created", "failure"], "newest first");
    assert_eq!(message["attempts"][0].get("error"), None);
}

#[test]
fn only_failures_can_be_retried() {
    let mut caller = caller(empty_campaign());
    let id = caller.send("6580001234");
    assert_eq!(retry(&mut caller, &id), refused(NOT_FAILED));
    caller.wait(FAILED_MS);
    assert_eq!(retry(&mut caller, &id), refused(NOT_FAILED));
    assert_eq!(retry(&mut caller, "message_unknown"), refused(NOT_FAILED));
    let words = |answer: Answer| text(&serde_json::from_slice::<Value>(&answer.body).unwrap()["error"], "message").to_owned();
    let refused_in_words = words(caller.call("POST", "/messages/message_unknown/retry", None, b""));
    assert_eq!(refused_in_words, "Message cannot be retried as it does not exist or it has not failed.");
    let failing = caller.send("6511111111");
    caller.wait(FAILED_MS);
    assert_eq!(retry(&mut caller, &failing), accepted());
    assert_eq!(retry(&mut caller, &failing), refused(NOT_FAILED), "it is created now");
}

#[rstest]
#[case(3)]
#[case(2)]
#[case(0)]
fn retries_run_out(#[case] retries: u32) {
    let mut options = crate::simulator::WorldOptions::new(3);
    options.campaigns = vec![empty_campaign()];
    options.retries = retries;
    let mut caller = super::caller_of(options);
    let id = caller.send("6511112222");
    for _ in 0..retries {
        caller.wait(FAILED_MS);
        assert_eq!(retry(&mut caller, &id), accepted());
    }
    caller.wait(FAILED_MS);
    assert_eq!(retry(&mut caller, &id), refused("too_many_message_attempts_error"));
    let used = caller.get(&format!("/messages/{id}"))["attempts"].as_array().unwrap().len();
    assert_eq!(used, retries as usize + 1);
}

/// Retries every failure of a campaign once; gives, by error code, how many were delivered and how many not.
fn retry_all(caller: &mut Caller) -> std::collections::BTreeMap<String, (u32, u32)> {
    caller.wait(10 * FAILED_MS);
    let (messages, _) = caller.page("/messages?limit=1000");
    let failed: Vec<_> = messages.iter().filter(|message| message["latestStatus"] == "failure").collect();
    for message in &failed {
        assert_eq!(retry(caller, text(message, "id")), accepted());
    }
    caller.wait(FAILED_MS);
    let mut outcomes = std::collections::BTreeMap::<String, (u32, u32)>::new();
    for message in failed {
        let code = text(&message["messageAttempts"][0], "errorCode").to_owned();
        let outcome = outcomes.entry(code).or_default();
        let now = caller.get(&format!("/messages/{}", text(message, "id")));
        match text(&now, "latestStatus") {
            "failure" => outcome.1 += 1,
            _ => outcome.0 += 1,
        }
    }
    outcomes
}

#[test]
fn retries_help_as_their_errors_say() {
    let campaign = CampaignOptions { batches: 0, failure_rate: 0.9, ..CampaignOptions::new("Clinics") };
    let outcomes = retry_all(&mut caller(campaign));
    assert_eq!(outcomes.len(), 7, "every error occurs: {outcomes:?}");
    assert_eq!(outcomes["recipient_invalid"].0, 0);
    assert_eq!(outcomes["content_invalid"].0, 0);
    let (helped, not) = outcomes["recipient_unavailable"];
    assert!(helped > 3 * not, "{outcomes:?}");
}

/// A caller with an uploaded batch of `recipients`, whose rows have shown up and ended.
#[must_use]
fn with_batch(recipients: &[&str]) -> (Caller, String) {
    let mut caller = caller(CampaignOptions { prepare: Duration::from_secs(10), ..empty_campaign() });
    let mut csv = "recipient,language,code,service\n".to_owned();
    for recipient in recipients {
        csv.push_str(&format!("{recipient},english,123456,the Portal\n"));
    }
    let answer = caller.upload(&csv);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["isValid"], true, "{body}");
    let batch = text(&body, "batchId").to_owned();
    caller.wait(10_000 + FAILED_MS + 1_000);
    (caller, batch)
}

fn rows(caller: &mut Caller, batch: &str) -> Vec<Value> {
    caller.page(&format!("/batch/{batch}/messages?limit=1000")).0
}

fn batch_status(caller: &mut Caller, batch: &str) -> String {
    let row = rows(caller, batch).remove(0);
    text(&caller.get(&format!("/messages/{}", text(&row, "id")))["batches"][0], "status").to_owned()
}

#[test]
fn a_batch_retry_retries_every_failure_and_answers_nothing() {
    let (mut caller, batch) = with_batch(&["6580000001", "6511111111", "6511112222"]);
    let answer = caller.call("POST", &format!("/batch/{batch}/retry"), None, b"");
    assert_eq!((answer.status, answer.body.as_slice()), (201, &b""[..]));
    let mut statuses: Vec<_> = rows(&mut caller, &batch)
        .iter()
        .map(|row| (text(row, "recipient").to_owned(), text(row, "latestStatus").to_owned(), row["numAttempts"].as_u64().unwrap()))
        .collect();
    statuses.sort();
    let expected = [("6511111111", "created", 2), ("6511112222", "created", 2), ("6580000001", "success", 1)];
    assert_eq!(statuses, expected.map(|(recipient, status, attempts)| (recipient.to_owned(), status.to_owned(), attempts)));
}

#[test]
fn a_message_still_created_blocks_the_batch() {
    let (mut caller, batch) = with_batch(&["6511111111", "6511112222"]);
    assert_eq!(batch_status(&mut caller, &batch), "messages_enqueued");
    let id = text(&rows(&mut caller, &batch)[0], "id").to_owned();
    assert_eq!(retry(&mut caller, &id), accepted());
    let path = format!("/batch/{batch}/retry");
    assert_eq!(caller.outcome(&path), refused("unresolved_batch_messages"));
    assert_eq!(batch_status(&mut caller, &batch), "messages_enqueuing_failed");
    // The single retry has left `created`: the other failure can be retried, and the status recovers.
    caller.wait(5_000);
    assert_eq!(caller.outcome(&path), accepted());
    assert_eq!(batch_status(&mut caller, &batch), "messages_enqueued");
}

#[test]
fn a_batch_without_retryable_failures_is_refused() {
    let (mut caller, batch) = with_batch(&["6580000001"]);
    let path = format!("/batch/{batch}/retry");
    assert_eq!(caller.outcome(&path), refused("no_failed_batch_messages_to_retry"));
    let (mut caller, batch) = with_batch(&["6511111111"]);
    let path = format!("/batch/{batch}/retry");
    for _ in 0..3 {
        assert_eq!(caller.outcome(&path), accepted());
        caller.wait(FAILED_MS);
    }
    assert_eq!(caller.outcome(&path), refused("no_failed_batch_messages_to_retry"));
}

#[test]
fn unknown_and_unprepared_batches_are_refused() {
    let mut caller = caller(empty_campaign());
    assert_eq!(caller.outcome("/batch/batch_x/retry"), refused("batch_not_found_or_is_not_retryable"));
    let answer = caller.upload("recipient,language,code,service\n6580000001,english,1,x\n");
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let path = format!("/batch/{}/retry", text(&body, "batchId"));
    assert_eq!(caller.outcome(&path), refused("batch_not_found_or_is_not_retryable"));
}

#[test]
fn a_closed_batch_allows_no_retry_of_its_messages() {
    let campaign = CampaignOptions { batches: 7, failure_rate: 0.5, ..CampaignOptions::new("Clinics") };
    let mut caller = caller(campaign);
    caller.wait(10 * FAILED_MS);
    let batch = caller.world.batch_ids(&caller.campaign).remove(6);
    assert_eq!(batch_status(&mut caller, &batch), "success");
    assert_eq!(caller.outcome(&format!("/batch/{batch}/retry")), refused("batch_not_found_or_is_not_retryable"));
    let failed = rows(&mut caller, &batch).into_iter().find(|row| row["latestStatus"] == "failure").unwrap();
    assert_eq!(retry(&mut caller, text(&failed, "id")), refused("batch_not_found_or_is_not_retryable"));
}
