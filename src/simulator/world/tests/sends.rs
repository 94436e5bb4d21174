//! Single sends and their checks.

use rstest::rstest;
use serde_json::{Value, json};

use super::{caller, code_message, code_of, empty_campaign, text};
use crate::simulator::options::{CampaignOptions, SimulatedLanguage};

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
