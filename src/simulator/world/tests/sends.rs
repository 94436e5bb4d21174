//! Sends and uploads: their checks, and rows of a batch that show up late.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, caller, code_message, code_of, empty_campaign, text};
use crate::simulator::options::{CampaignOptions, SimulatedEnvironment, SimulatedLanguage};

#[test]
fn the_answer_is_the_message_without_attempts_batches_and_template() {
    let mut caller = caller(empty_campaign());
    let message = caller.post("/messages", &code_message("6580001234"));
    assert_eq!(text(&message, "latestStatus"), "created");
    assert_eq!(text(&message, "recipient"), "6580001234");
    assert_eq!(message["values"], json!({"code": "123456", "service": "the Portal"}));
    assert!(text(&message, "fullMessage").starts_with("123456 is your one-time code for the Portal."));
    assert_eq!(text(&message, "campaignId"), caller.campaign);
    assert!(text(&message, "id").starts_with("message_"));
    for absent in ["attempts", "messageAttempts", "batches", "templateBody"] {
        assert_eq!(message.get(absent), None);
    }
    let (listed, _) = caller.page("/messages?limit=10");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["batches"], json!([]));
    assert_eq!(listed[0]["id"], message["id"]);
}

#[test]
fn two_equal_sends_are_two_messages() {
    let mut caller = caller(empty_campaign());
    assert_ne!(caller.send("6580001234"), caller.send("6580001234"));
    assert_eq!(caller.page("/messages?search=6580001234").0.len(), 2);
}

#[rstest]
#[case::not_json("{", "")]
#[case::a_list("[]", "")]
#[case::no_recipient(r#"{"language":"english","values":{}}"#, "recipient")]
#[case::plus(r#"{"recipient":"+6580001234","language":"english","values":{}}"#, "recipient")]
#[case::number(r#"{"recipient":6580001234,"language":"english","values":{}}"#, "recipient")]
#[case::no_language(r#"{"recipient":"6580001234","values":{}}"#, "language")]
#[case::unknown_language(r#"{"recipient":"6580001234","language":"klingon","values":{}}"#, "language")]
#[case::not_configured(r#"{"recipient":"6580001234","language":"tamil","values":{}}"#, "tamil")]
#[case::no_values(r#"{"recipient":"6580001234","language":"english"}"#, "values")]
#[case::value_missing(r#"{"recipient":"6580001234","language":"english","values":{"code":"1"}}"#, "service")]
#[case::value_empty(r#"{"recipient":"6580001234","language":"english","values":{"code":"","service":"x"}}"#, "code")]
#[case::value_number(r#"{"recipient":"6580001234","language":"english","values":{"code":1,"service":"x"}}"#, "code")]
#[case::leading_space(r#"{"recipient":"6580001234","language":"english","values":{"code":" 1","service":"x"}}"#, "code")]
#[case::trailing_space(r#"{"recipient":"6580001234","language":"english","values":{"code":"1","service":"x "}}"#, "service")]
fn wrong_sends_are_refused_and_leave_nothing(#[case] body: &str, #[case] named: &str) {
    let languages = vec![SimulatedLanguage::English, SimulatedLanguage::Malay];
    let mut caller = caller(CampaignOptions { languages, ..empty_campaign() });
    let answer = caller.call("POST", "/messages", Some("application/json"), body.as_bytes());
    assert_eq!((answer.status, code_of(&answer).as_str()), (400, "parameter_invalid"));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(text(&body["error"], "message").contains(named), "{body}");
    assert!(caller.page("/messages").0.is_empty());
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let mut caller = caller(empty_campaign());
    let mut body = code_message("6580001234");
    body["values"]["service"] = "x".repeat(1530).into();
    let answer = caller.call("POST", "/messages", None, body.to_string().as_bytes());
    assert_eq!(code_of(&answer), "parameter_invalid");
}

#[test]
fn values_come_back_as_they_were_sent() {
    let mut caller = caller(empty_campaign());
    let mut body = code_message("6580001234");
    let value = "a \"quoted\" \\ line\nand 中文 \u{1} தமிழ்";
    body["values"]["service"] = value.into();
    let sent = caller.post("/messages", &body);
    assert_eq!(sent["values"]["service"], value);
    assert!(text(&sent, "fullMessage").contains(value));
    let read = caller.get(&format!("/messages/{}", text(&sent, "id")));
    assert_eq!(read["values"], sent["values"]);
}

const HEADER: &str = "recipient,language,code,service\n";

fn answer(caller: &mut Caller, csv: &str) -> Value {
    let answer = caller.upload(csv);
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn rows_show_up_when_they_are_prepared() {
    let mut caller = caller(CampaignOptions { prepare: Duration::from_secs(66), ..empty_campaign() });
    let csv = format!("{HEADER}6580000001,english,1,\"a, b\"\n6580000002,malay,2,\"two\nlines\"\n");
    let body = answer(&mut caller, &csv);
    assert_eq!(body["isValid"], true);
    let path = format!("/batch/{}/messages?limit=10", text(&body, "batchId"));
    let (rows, page) = caller.page(&path);
    assert!(rows.is_empty());
    assert_eq!(page["endCursor"], Value::Null);
    caller.wait(65_999);
    assert!(caller.page(&path).0.is_empty());
    assert!(caller.page("/messages").0.is_empty());
    caller.wait(1);
    let (rows, _) = caller.page(&path);
    let mut services: Vec<_> = rows.iter().map(|row| text(&row["values"], "service")).collect();
    services.sort_unstable();
    assert_eq!(services, ["a, b", "two\nlines"]);
    let (listed, _) = caller.page("/messages");
    let batch = &listed[0]["batches"][0];
    assert_eq!(batch["originalFileName"], "list.csv");
    assert_eq!(batch["totalMessages"], 2);
    assert_eq!(batch["status"], "messages_enqueued");
    assert_eq!(batch["BatchMessage"]["batchId"], batch["id"]);
    assert_eq!(batch["BatchMessage"]["messageId"], listed[0]["id"]);
}

#[test]
fn a_byte_order_mark_and_other_orders_of_columns_are_fine() {
    let mut caller = caller(empty_campaign());
    let body = answer(&mut caller, "\u{feff}recipient,language,service,code\r\n6580000001,english,x,1\r\n");
    assert_eq!(body["isValid"], true);
    caller.wait(70_000);
    assert_eq!(caller.page("/messages").0[0]["values"], serde_json::json!({"code": "1", "service": "x"}));
}

#[rstest]
#[case::no_rows(HEADER, 1, "")]
#[case::empty("", 1, "recipient")]
#[case::first_columns("language,recipient,code,service\nenglish,6580000001,1,x\n", 1, "recipient")]
#[case::column_missing("recipient,language,code\n6580000001,english,1\n", 1, "service")]
#[case::column_unknown("recipient,language,code,service,more\n6580000001,english,1,x,y\n", 1, "more")]
#[case::column_twice("recipient,language,code,service,code\n6580000001,english,1,x,y\n", 1, "code")]
#[case::recipient("recipient,language,code,service\n6580000001,english,1,x\n+6580000002,english,1,x\n", 3, "recipient")]
#[case::language("recipient,language,code,service\n6580000001,English,1,x\n", 2, "language")]
#[case::empty_cell("recipient,language,code,service\n6580000001,english,,x\n", 2, "code")]
#[case::spaces("recipient,language,code,service\n6580000001,english,1, x\n", 2, "service")]
#[case::too_few_cells("recipient,language,code,service\n6580000001,english,1\n", 2, "")]
fn one_bad_row_fails_the_whole_file(#[case] csv: &str, #[case] row: u64, #[case] column: &str) {
    let mut caller = caller(empty_campaign());
    let body = answer(&mut caller, csv);
    assert_eq!(body["isValid"], false);
    assert_eq!(body["batchId"], Value::Null);
    let errors = body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{body}");
    assert_eq!((errors[0]["row"].as_u64(), text(&errors[0], "column")), (Some(row), column));
    caller.wait(100_000);
    assert!(caller.page("/messages").0.is_empty());
    assert!(caller.world.batch_ids(&caller.campaign).is_empty());
}

#[test]
fn every_bad_row_is_listed() {
    let mut caller = caller(empty_campaign());
    let csv = format!("{HEADER}x,english,1,x\n6580000001,english,1,x\n6580000001,french,1,x\n");
    let body = answer(&mut caller, &csv);
    let rows: Vec<_> = body["errors"].as_array().unwrap().iter().map(|error| error["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, [2, 4]);
}

#[rstest]
#[case(SimulatedEnvironment::Test, 20, true)]
#[case(SimulatedEnvironment::Test, 21, false)]
#[case(SimulatedEnvironment::Production, 1000, true)]
#[case(SimulatedEnvironment::Loadtest, 21, true)]
fn the_test_environment_takes_20_rows(#[case] environment: SimulatedEnvironment, #[case] rows: usize, #[case] taken: bool) {
    let mut caller = caller(CampaignOptions { environment, ..empty_campaign() });
    let csv = format!("{HEADER}{}", "6580000001,english,1,x\n".repeat(rows));
    let answer = caller.upload(&csv);
    if taken {
        assert_eq!(answer.status, 201);
        caller.wait(70_000);
        assert_eq!(caller.page("/messages?limit=1000").0.len(), rows);
    } else {
        assert_eq!((answer.status, code_of(&answer).as_str()), (400, "parameter_invalid"));
    }
}

#[test]
fn a_file_over_40_mb_is_refused() {
    let mut caller = caller(empty_campaign());
    let csv = format!("{HEADER}{}", "x".repeat(40 * 1024 * 1024));
    let answer = caller.upload(&csv);
    assert_eq!((answer.status, code_of(&answer).as_str()), (400, "parameter_invalid"));
}

#[rstest]
#[case(None)]
#[case(Some("application/json"))]
#[case(Some("multipart/form-data; boundary=other"))]
fn no_form_is_refused(#[case] content_type: Option<&str>) {
    let mut caller = caller(empty_campaign());
    let answer = caller.call("POST", "/batch/messages", content_type, b"--edge\r\n\r\nrecipient");
    assert_eq!((answer.status, code_of(&answer).as_str()), (400, "parameter_invalid"));
}

#[test]
fn rows_of_a_large_batch_wait_in_a_queue() {
    let campaign = CampaignOptions { environment: SimulatedEnvironment::Production, ..empty_campaign() };
    let mut caller = caller(campaign);
    let csv = format!("{HEADER}{}", "6580000001,english,1,x\n".repeat(1000));
    answer(&mut caller, &csv);
    caller.wait(66_000 + 20_000);
    let (rows, _) = caller.page("/messages?limit=1000");
    let count = |status| rows.iter().filter(|row| row["latestStatus"] == status).count();
    assert!(count("success") > 300 && count("enqueued") > 30, "{} {}", count("success"), count("enqueued"));
}
