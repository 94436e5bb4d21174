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
    assert!(text(&message, "fullMessage").contains("\n\n---\n\n123456 is your one-time code for the Portal."));
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

const NO_OBJECT: &str = "Validation failed (expected type is object)";
const NO_RECIPIENT: &str = "Invalid recipient, ensure it is a valid normalized phone number, eg 6591112222.";

#[rstest]
#[case::not_json("{", NO_OBJECT)]
#[case::a_list("[]", NO_OBJECT)]
#[case::no_recipient(r#"{"language":"english","values":{}}"#, NO_RECIPIENT)]
#[case::plus(r#"{"recipient":"+6580001234","language":"english","values":{}}"#, NO_RECIPIENT)]
#[case::space(r#"{"recipient":"65 8000 1234","language":"english","values":{}}"#, NO_RECIPIENT)]
#[case::no_country_code(r#"{"recipient":"80001234","language":"english","values":{}}"#, NO_RECIPIENT)]
#[case::letters(r#"{"recipient":"S8000123A","language":"english","values":{}}"#, NO_RECIPIENT)]
#[case::number(r#"{"recipient":6580001234,"language":"english","values":{}}"#, NO_RECIPIENT)]
#[case::no_language(r#"{"recipient":"6580001234","values":{}}"#, "The language is missing, or no string.")]
#[case::unknown_language(
    r#"{"recipient":"6580001234","language":"klingon","values":{}}"#,
    "klingon is not supported. available language(s) for this campaign: english, malay"
)]
#[case::not_configured(
    r#"{"recipient":"6580001234","language":"tamil","values":{}}"#,
    "tamil is not supported. available language(s) for this campaign: english, malay"
)]
#[case::capitals(
    r#"{"recipient":"6580001234","language":"ENGLISH","values":{}}"#,
    "ENGLISH is not supported. available language(s) for this campaign: english, malay"
)]
#[case::no_values(r#"{"recipient":"6580001234","language":"english"}"#, NO_OBJECT)]
#[case::values_a_list(r#"{"recipient":"6580001234","language":"english","values":["1"]}"#, NO_OBJECT)]
#[case::value_missing(r#"{"recipient":"6580001234","language":"english","values":{"code":"1"}}"#, "The value of service is missing.")]
#[case::value_empty(r#"{"recipient":"6580001234","language":"english","values":{"code":"","service":"x"}}"#, "The value of code is empty.")]
#[case::value_number(
    r#"{"recipient":"6580001234","language":"english","values":{"code":1,"service":"x"}}"#,
    "The value of code is no string."
)]
#[case::leading_space(
    r#"{"recipient":"6580001234","language":"english","values":{"code":" 1","service":"x"}}"#,
    "The value of code starts or ends with white space."
)]
#[case::trailing_space(
    r#"{"recipient":"6580001234","language":"english","values":{"code":"1","service":"x "}}"#,
    "The value of service starts or ends with white space."
)]
#[case::bracket(
    r#"{"recipient":"6580001234","language":"english","values":{"code":"[1]","service":"x"}}"#,
    "The value of code has a character that an English message cannot have: ["
)]
#[case::emoji(
    r#"{"recipient":"6580001234","language":"english","values":{"code":"1","service":"the \u2600 one"}}"#,
    "The value of service has a character that an English message cannot have: \u{2600}"
)]
fn wrong_sends_are_refused_in_words_and_leave_nothing(#[case] body: &str, #[case] words: &str) {
    let languages = vec![SimulatedLanguage::English, SimulatedLanguage::Malay];
    let mut caller = caller(CampaignOptions { languages, ..empty_campaign() });
    let answer = caller.call("POST", "/messages", Some("application/json"), body.as_bytes());
    assert_eq!((answer.status, code_of(&answer).as_str()), (400, "parameter_invalid"));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(text(&body["error"], "message"), words);
    assert!(caller.page("/messages").0.is_empty());
}

#[test]
fn a_body_that_is_not_called_json_is_not_read() {
    let mut caller = caller(empty_campaign());
    for content_type in [None, Some("application/x-www-form-urlencoded")] {
        let answer = caller.call("POST", "/messages", content_type, code_message("6580001234").to_string().as_bytes());
        assert_eq!((answer.status, code_of(&answer).as_str()), (400, "parameter_invalid"));
    }
    assert!(caller.page("/messages").0.is_empty());
}

/// Longest values of a template of one variable, alone in a campaign: the frame of a body takes a part of the whole.
#[rstest]
#[case::body(SimulatedLanguage::English, "x", 918 - FRAME, None)]
#[case::segments(SimulatedLanguage::English, "x", 919 - FRAME, Some("The message takes 7 segments, and 6 is the most."))]
#[case::chars(SimulatedLanguage::English, "x", 1001, Some("The body has 1001 characters, and 1000 is the most."))]
#[case::unicode(SimulatedLanguage::Chinese, "陈", 400, Some("The message takes 8 segments, and 6 is the most."))]
fn a_text_that_is_too_long_is_refused(
    #[case] language: SimulatedLanguage,
    #[case] letter: &str,
    #[case] times: usize,
    #[case] refused: Option<&str>,
) {
    let mut caller = caller(CampaignOptions { template: Some("body".to_owned()), ..empty_campaign() });
    let body = json!({ "recipient": "6580001234", "language": language.as_str(), "values": { "body": letter.repeat(times) } });
    let answer = caller.call("POST", "/messages", Some("application/json"), body.to_string().as_bytes());
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["error"]["message"].as_str(), refused, "{body}");
}

/// The characters that the API puts around an English body in the test environment.
const FRAME: usize = 50 + 2 + 14 + 2 + 3 + 2 + 2 + 3 + 2 + 62;

#[test]
fn values_come_back_as_they_were_sent() {
    let mut caller = caller(empty_campaign());
    let mut body = code_message("6580001234");
    body["language"] = "chinese".into();
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
    let csv = format!("{HEADER}6580000001,ENGLISH,1,\"a, b\"\n6580000002,malay,2,\"two\nlines\"\n");
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

/// The report on a refused file, by the address in the answer.
fn report(caller: &Caller, answer: &Value) -> String {
    let url = text(answer, "reportURL");
    let (_, path) = url.split_once("/validation-reports/").unwrap();
    let (campaign, id) = path.split_once('/').unwrap();
    assert_eq!(campaign, caller.campaign);
    String::from_utf8(caller.world.report(campaign, id).unwrap().to_vec()).unwrap()
}

#[rstest]
#[case::no_rows(HEADER, "recipient,language,code,service,Error Reason\n,,,,The file has no rows.\n")]
#[case::empty("", "Error Reason\nThe first columns are not recipient and language.\n")]
#[case::first_columns(
    "language,recipient,code,service\nenglish,6580000001,1,x\n",
    "language,recipient,code,service,Error Reason\nenglish,6580000001,1,x,The first columns are not recipient and language.\n"
)]
#[case::column_missing(
    "recipient,language,code\n6580000001,english,1\n",
    "recipient,language,code,Error Reason\n6580000001,english,1,The column service is missing.\n"
)]
#[case::column_unknown(
    "recipient,language,code,service,more\n6580000001,english,1,x,y\n",
    "recipient,language,code,service,more,Error Reason\n6580000001,english,1,x,y,The template has no variable more.\n"
)]
#[case::column_twice(
    "recipient,language,code,service,code\n6580000001,english,1,x,y\n",
    "recipient,language,code,service,code,Error Reason\n6580000001,english,1,x,y,The column code appears twice.\n"
)]
#[case::empty_cell(
    "recipient,language,code,service\n6580000001,english,,x\n",
    "recipient,language,code,service,Error Reason\n6580000001,english,,x,The value of code is empty.\n"
)]
#[case::spaces(
    "recipient,language,code,service\n6580000001,english,1, x\n",
    "recipient,language,code,service,Error Reason\n6580000001,english,1, x,The value of service starts or ends with white space.\n"
)]
#[case::too_few_cells(
    "recipient,language,code,service\n6580000001,english,1\n",
    "recipient,language,code,service,Error Reason\n6580000001,english,1,,\"The row has 3 cells, and the header 4.\"\n"
)]
#[case::too_many_cells(
    "recipient,language,code,service\n6580000001,english,1,x,y\n",
    "recipient,language,code,service,Error Reason\n6580000001,english,1,x,\"The row has 5 cells, and the header 4.\",y\n"
)]
#[case::no_language(
    "recipient,language,code,service\n6580000001,,1,x\n",
    "recipient,language,code,service,Error Reason\n6580000001,,1,x,\" is not supported. available language(s) for this campaign: english, chinese, malay, tamil\"\n"
)]
fn one_bad_row_fails_the_whole_file(#[case] csv: &str, #[case] expected: &str) {
    let mut caller = caller(empty_campaign());
    let body = answer(&mut caller, csv);
    assert_eq!(body["isValid"], false);
    assert_eq!(body["numErrors"], 1);
    assert_eq!(report(&caller, &body), expected);
    caller.wait(100_000);
    assert!(caller.page("/messages").0.is_empty());
    assert!(caller.world.batch_ids(&caller.campaign).is_empty());
}

#[test]
fn a_report_is_the_callers_file_with_every_reason() {
    let mut caller = caller(CampaignOptions { languages: vec![SimulatedLanguage::English], ..empty_campaign() });
    let csv = format!("{HEADER}+6580000001,english,[1],x\n6580000001,ENGLISH,1,\"a, b\"\n6580000001,french,1,don’t\n");
    let body = answer(&mut caller, &csv);
    let expected = json!({
        "isValid": false, "reportURL": body["reportURL"], "numRows": 3, "numErrors": 2,
        "fileHasAvoidableExpensiveCharacter": true, "fileHasUnicode": true,
    });
    assert_eq!(body, expected);
    let expected = [
        "recipient,language,code,service,Error Reason",
        "+6580000001,english,[1],x,\"Invalid recipient, ensure it is a valid normalized phone number, eg 6591112222. \
         The value of code has a character that an English message cannot have: [\"",
        "6580000001,ENGLISH,1,\"a, b\",",
        "6580000001,french,1,don’t,french is not supported. available language(s) for this campaign: english",
    ];
    assert_eq!(report(&caller, &body), expected.join("\n") + "\n");
    let plain = answer(&mut caller, &format!("{HEADER}x,english,1,x\n"));
    assert_eq!((&plain["fileHasAvoidableExpensiveCharacter"], &plain["fileHasUnicode"]), (&false.into(), &false.into()));
    assert_ne!(plain["reportURL"], body["reportURL"]);
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
    assert!(String::from_utf8_lossy(&answer.body).contains("\"File too large, max file size is 40MB\""));
}

#[rstest]
#[case::text("list.csv", "text/csv", 201)]
#[case::bytes("list.csv", "application/octet-stream", 201)]
#[case::capitals("LIST.CSV", "text/csv", 201)]
#[case::other_name("list.txt", "text/csv", 400)]
fn a_file_is_taken_by_its_name(#[case] name: &str, #[case] content_type: &str, #[case] status: u16) {
    let mut caller = caller(empty_campaign());
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {content_type}\r\n\r\n\
         {HEADER}6580000001,english,1,x\r\n--edge--\r\n"
    );
    let answer = caller.call("POST", "/batch/messages", Some("multipart/form-data; boundary=edge"), body.as_bytes());
    assert_eq!(answer.status, status);
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
