//! The fields of a message in each of the calls, and its statuses in time.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::Value;

use super::{caller, empty_campaign, text};
use crate::simulator::options::{CampaignOptions, SimulatedEnvironment, SimulatedLanguage};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

const COMMON: [&str; 11] = [
    "id",
    "createdAt",
    "updatedAt",
    "recipient",
    "values",
    "fullMessage",
    "latestStatus",
    "templateBodyId",
    "campaignId",
    "language",
    "creatorId",
];

#[track_caller]
fn assert_keys(message: &Value, more: &[&'static str]) {
    let expected: BTreeSet<&str> = COMMON.iter().chain(&["creatorEmail"]).chain(more).copied().collect();
    assert_eq!(keys(message), expected);
}

#[test]
fn each_call_has_its_fields() {
    let mut caller = caller(CampaignOptions::new("Clinics"));
    let (listed, _) = caller.page("/messages?limit=1000");
    assert_eq!(listed.len(), 1000);
    for message in &listed {
        assert_keys(message, &["templateBody", "batches", "messageAttempts"]);
        assert_eq!(
            keys(&message["messageAttempts"][0]).into_iter().collect::<Vec<_>>(),
            [
                "createdAt",
                "creatorId",
                "deliveredAt",
                "errorCode",
                "errorType",
                "externalAttemptId",
                "id",
                "messageId",
                "metadata",
                "sentAt",
                "status",
                "updatedAt"
            ]
        );
        assert_eq!(
            keys(&message["templateBody"]).into_iter().collect::<Vec<_>>(),
            ["body", "createdAt", "creatorId", "id", "language", "templateId", "updatedAt"]
        );
    }
    let single = listed.iter().find(|message| message["batches"] == serde_json::json!([])).unwrap();
    let rows = listed.iter().filter(|message| message["batches"] != serde_json::json!([]));
    let row = rows.clone().next().unwrap();
    assert_eq!(
        keys(&row["batches"][0]).into_iter().collect::<Vec<_>>(),
        ["BatchMessage", "campaignId", "createdAt", "creatorId", "id", "originalFileName", "status", "totalMessages", "updatedAt"]
    );
    for message in [single, row] {
        let one = caller.get(&format!("/messages/{}", text(message, "id")));
        assert_keys(&one, &["templateBody", "batches", "attempts"]);
        assert!(keys(&one["attempts"][0]).is_superset(&["createdAt", "status"].into()));
    }
    let batch = text(&row["batches"][0], "id");
    let (in_batch, _) = caller.page(&format!("/batch/{batch}/messages?limit=1000"));
    assert_eq!(in_batch.len() as u64, row["batches"][0]["totalMessages"]);
    for message in &in_batch {
        assert_keys(message, &["templateBody", "messageAttempts", "numAttempts"]);
        assert_eq!(message["numAttempts"], 1);
    }
    let of_batch = rows.filter(|message| message["batches"][0]["id"] == batch).count();
    assert_eq!(of_batch, in_batch.len());
}

#[test]
fn a_failure_tells_its_error_in_both_spellings() {
    let mut caller = caller(CampaignOptions { failure_rate: 1.0, ..CampaignOptions::new("Clinics") });
    let (listed, _) = caller.page("/messages?limit=1000");
    let failed = listed.iter().rfind(|message| message["latestStatus"] == "failure").unwrap();
    let attempt = &failed["messageAttempts"][0];
    let one = caller.get(&format!("/messages/{}", text(failed, "id")));
    assert_eq!(one["attempts"][0]["error"]["type"], attempt["errorType"]);
    assert_eq!(one["attempts"][0]["error"]["code"], attempt["errorCode"]);
    assert!(attempt["errorCode"].is_string());
    assert_eq!(attempt["deliveredAt"], Value::Null);
    assert_eq!(attempt["externalAttemptId"], "");
}

#[test]
fn times_are_singapore_time_with_milliseconds() {
    let mut caller = caller(CampaignOptions::new("Clinics"));
    let (listed, _) = caller.page("/messages?limit=50");
    for message in &listed {
        for stamp in [text(message, "createdAt"), text(message, "updatedAt"), text(&message["messageAttempts"][0], "createdAt")] {
            assert!(stamp.len() == 29 && stamp.ends_with("+08:00") && &stamp[19..20] == ".", "{stamp}");
        }
    }
}

#[test]
fn updated_at_is_now_and_then_older_than_the_newest_attempt() {
    let mut caller = caller(CampaignOptions::new("Clinics"));
    let (listed, _) = caller.page("/messages?limit=1000");
    let stale = listed.iter().filter(|message| text(message, "updatedAt") < text(&message["messageAttempts"][0], "updatedAt")).count();
    assert!((20..200).contains(&stale), "{stale}");
}

#[test]
fn texts_come_in_all_languages() {
    let mut caller = caller(CampaignOptions::new("Clinics"));
    let (listed, _) = caller.page("/messages?limit=1000");
    let mut footers = BTreeSet::new();
    for language in SimulatedLanguage::ALL {
        let message = listed.iter().find(|message| message["language"] == language.as_str()).unwrap();
        // The body is the template with the values put in.
        assert_eq!(message["messageAttempts"][0]["metadata"], serde_json::json!({}));
        let mut filled = text(&message["templateBody"], "body").to_owned();
        for (name, value) in message["values"].as_object().unwrap() {
            filled = filled.replace(&format!("{{{{{name}}}}}"), value.as_str().unwrap());
        }
        // Around it is what the API adds.
        let whole: Vec<&str> = text(message, "fullMessage").split("\n\n").collect();
        let [test_line, agency, "---", body, "---", footer] = whole[..] else { panic!("{whole:?}") };
        assert_eq!(body, filled);
        assert_eq!((test_line, agency), ("This is a test message used for training purposes.", "Angsana Health"));
        assert!(footers.insert(footer.to_owned()), "each language has a footer of its own: {footer}");
        assert_eq!(message["templateBody"]["language"], language.as_str());
        assert_eq!(message["templateBody"]["id"], message["templateBodyId"]);
    }
}

#[test]
fn a_sent_message_moves_through_every_status() {
    let mut caller = caller(empty_campaign());
    let id = caller.send("6580001234");
    let mut seen = Vec::new();
    for _ in 0..130 {
        let status = text(&caller.get(&format!("/messages/{id}")), "latestStatus").to_owned();
        assert_eq!(caller.world.status(&caller.campaign, &id, caller.now), Some(status.as_str()));
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        caller.wait(100);
    }
    assert_eq!(seen, ["created", "enqueued", "sending", "sent", "sent_to_telco", "success"]);
}

#[rstest]
#[case::test(SimulatedEnvironment::Test, "6580001234", "success")]
#[case::production(SimulatedEnvironment::Production, "6580001234", "success")]
#[case::loadtest(SimulatedEnvironment::Loadtest, "6580001234", "sent")]
#[case::abroad(SimulatedEnvironment::Test, "447700900123", "sent_to_telco")]
#[case::magic_only_in_test(SimulatedEnvironment::Production, "6511111111", "success")]
fn the_last_status(#[case] environment: SimulatedEnvironment, #[case] recipient: &str, #[case] last: &str) {
    let mut caller = caller(CampaignOptions { environment, ..empty_campaign() });
    let id = caller.send(recipient);
    caller.wait(200_000);
    assert_eq!(caller.get(&format!("/messages/{id}"))["latestStatus"], last);
    caller.wait(100_000_000);
    assert_eq!(caller.get(&format!("/messages/{id}"))["latestStatus"], last);
}

#[rstest]
#[case("6511111111", "delivery_error", "recipient_invalid")]
#[case("6511112222", "delivery_error", "recipient_unavailable")]
#[case("6511113333", "delivery_error", "content_invalid")]
#[case("6511114444", "delivery_error", "routing_error")]
#[case("6511115555", "delivery_error", "message_expired")]
#[case("6511119999", "delivery_error", "delivery_unknown_error")]
#[case("6522222222", "server_error", "server_unknown_error")]
fn magic_numbers_provoke_their_errors(#[case] recipient: &str, #[case] kind: &str, #[case] code: &str) {
    let mut caller = caller(empty_campaign());
    let id = caller.send(recipient);
    caller.wait(60_000);
    assert_ne!(caller.get(&format!("/messages/{id}"))["latestStatus"], "failure");
    caller.wait(30_000);
    let message = caller.get(&format!("/messages/{id}"));
    assert_eq!(message["latestStatus"], "failure");
    let error = serde_json::json!({"type": kind, "code": code});
    assert_eq!(message["attempts"][0]["error"], error);
}

#[test]
fn the_start_looks_alive() {
    let mut caller = caller(CampaignOptions { messages: 20_000, batches: 6, ..CampaignOptions::new("Clinics") });
    let mut counts = std::collections::BTreeMap::<String, u32>::new();
    let mut after = String::new();
    loop {
        let (messages, page) = caller.page(&format!("/messages?limit=1000{after}"));
        for message in &messages {
            *counts.entry(text(message, "latestStatus").to_owned()).or_default() += 1;
        }
        if page["hasNextPage"] == false {
            break;
        }
        after = format!("&after={}", text(&page, "endCursor").replace('=', "%3D"));
    }
    assert_eq!(counts.values().sum::<u32>(), 20_000);
    for status in ["created", "enqueued", "sent", "sent_to_telco", "success", "failure"] {
        assert!(counts.contains_key(status), "no `{status}` in {counts:?}");
    }
    assert!((100..400).contains(&counts["failure"]), "{counts:?}");
    assert!(counts["success"] > 17_000, "{counts:?}");
}

#[test]
fn a_varied_world_repeats_hardly_anything() {
    let options = |varied| CampaignOptions { varied, messages: 3000, ..CampaignOptions::new("Clinics") };
    let different = |varied| {
        let mut caller = caller(options(varied));
        let (messages, _) = caller.page("/messages?limit=1000");
        let names: BTreeSet<_> = messages.iter().map(|message| text(&message["values"], "name").to_owned()).collect();
        names.len()
    };
    assert!(different(true) > 900 && different(false) < 100, "{} {}", different(true), different(false));
    let mut caller = caller(options(true));
    let ids = caller.world.message_ids(&caller.campaign);
    let (mut attempts, mut languages) = (BTreeSet::new(), std::collections::BTreeMap::<String, u32>::new());
    for id in ids.iter().skip(1000).step_by(7) {
        let message = caller.get(&format!("/messages/{id}"));
        *languages.entry(text(&message, "language").to_owned()).or_default() += 1;
        let all = message["attempts"].as_array().unwrap();
        attempts.insert(all.len());
        // All but the newest failed, each before the next began.
        assert!(all.iter().skip(1).all(|attempt| attempt["status"] == "failure"), "{message}");
        assert!(all.iter().map(|attempt| text(attempt, "createdAt")).is_sorted_by(|a, b| a > b), "{message}");
        let changes = caller.world.changes(&caller.campaign, id);
        assert!(changes.is_sorted_by(|a, b| a.0 < b.0), "{changes:?}");
    }
    assert_eq!(attempts, BTreeSet::from([1, 2, 3, 4]));
    assert!(languages.len() == 4 && languages.values().all(|count| *count > 40), "{languages:?}");
}
