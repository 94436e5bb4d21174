//! `retry` while someone else retries the same messages: nothing is sent twice.

use std::collections::HashMap;

use jiff::Timestamp;
use postwatch::simulator::Call;
use postwatch::state::{ActionState, Journal};
use serde_json::Value;

use super::stage::{CLINIC, Running, Stage, still, text};

/// Another hand retries a message at the server.
fn retry_elsewhere(stage: &Stage, message: &str) {
    let card = stage.simulator.campaigns().remove(0);
    let path = format!("/campaigns/{}/messages/{message}/retry", card.id);
    let authorization = format!("Bearer {}", card.key);
    let call = Call { method: "POST", path: &path, query: None, authorization: Some(&authorization), content_type: None, body: b"" };
    assert_eq!(stage.simulator.with_world(|world| world.answer(&call, Timestamp::now()).status), 201, "{message}");
}

/// Over real HTTP and the real clock, by which a row must become old: so it takes two minutes.
#[test]
#[ignore = "takes two minutes: cargo test --test cli -- --ignored"]
fn of_a_run_of_100_the_40_that_are_retried_elsewhere_are_skipped() {
    let stage = Stage::new(still(1200));
    let planned = |since: &str| -> Vec<String> {
        let plan = stage.good(&["retry", CLINIC, "--failed", "--since", since, "--dry-run"]).lines().remove(0);
        plan["plan"]["retry"].as_array().unwrap().iter().map(text).collect()
    };
    let oldest = planned("90d").get(99).expect("a hundred failures").clone();
    let failures = stage.good(&["messages", CLINIC, "--status", "failure", "--since", "90d", "--fields", "id,createdAt"]).lines();
    let since = failures.iter().find(|line| text(&line["id"]) == oldest).map(|line| text(&line["createdAt"])).unwrap();
    let chosen = planned(&since);
    assert_eq!(chosen.len(), 100);
    stage.configure("calls_per_second = 1");
    let mut running = Running::start(stage.command(&["retry", CLINIC, "--failed", "--since", &since, "--yes"]));
    let mut elsewhere = chosen[60..].iter();
    let mut told: Vec<Value> = Vec::new();
    // Messages left out of the plan are reported too, and come first.
    let mut hear = |told: &mut Vec<Value>| {
        let line: Value = serde_json::from_str(&running.line()).unwrap();
        if chosen.contains(&text(&line["id"])) {
            told.push(line);
        }
    };
    for (accepted, others) in [(1, 20), (10, 10), (20, 10)] {
        while told.len() < accepted {
            hear(&mut told);
        }
        elsewhere.by_ref().take(others).for_each(|message| retry_elsewhere(&stage, message));
    }
    while told.len() < 100 {
        hear(&mut told);
    }
    let (code, err) = running.end();
    assert_eq!(code, 4, "{err}");
    assert!(err.contains("60 accepted, 0 refused, 0 unknown, 0 not started, 40 skipped"), "{err}");
    for line in &told {
        let is_elsewhere = chosen[60..].contains(&text(&line["id"]));
        assert_eq!(line["outcome"], if is_elsewhere { "skipped" } else { "accepted" }, "{line}");
        assert!(!is_elsewhere || text(&line["reason"]).starts_with("It was retried elsewhere meanwhile."), "{line}");
    }
    // The server's own log: 60 from here, 40 by the other, and none twice.
    let mut posts: HashMap<String, usize> = HashMap::new();
    for post in stage.posts() {
        assert_eq!(post.status, 201);
        *posts.entry(post.message.unwrap()).or_default() += 1;
    }
    assert!(posts.len() == 100 && posts.values().all(|times| *times == 1), "{posts:?}");
    let journal = Journal::open(&stage.state()).unwrap().all(200).unwrap();
    let not_sent = journal.iter().filter(|entry| entry.state == ActionState::NotSent);
    assert_eq!(not_sent.filter(|entry| entry.reason.as_deref() == Some("retried elsewhere meanwhile")).count(), 40);
}
