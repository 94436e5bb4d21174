//! `retry`: a run of many, under faults.

use std::collections::BTreeSet;
use std::io::BufReader;

use postwatch::simulator::{Fault, FaultKind, FaultyCalls, WorldOptions};
use postwatch::state::{ActionState, Journal};
use rustix::process::Signal;
use serde_json::Value;

use super::stage::{CLINIC, Running, Stage, still, text, until};

fn fault(kind: FaultKind, share: f64, times: Option<u64>) -> Fault {
    Fault { kind, share, calls: FaultyCalls::Writes, times }
}

/// A world in which most messages have failed.
fn failing(messages: u64) -> WorldOptions {
    let mut options = still(messages);
    options.campaigns[0].failure_rate = 0.9;
    options
}

#[test]
fn five_hundred_failures_under_429s_and_resets_go_once_each() {
    let stage = Stage::new(failing(600));
    // A campaign with a high limit: the test is about faults, not about waiting.
    stage.configure("campaign_limit = 1000\ncalls_per_second = 400");
    stage.simulator.set_faults(vec![fault(FaultKind::Status(429), 0.02, Some(5)), fault(FaultKind::ResetAfter, 0.03, Some(12))]);
    let ran = stage.good(&["retry", CLINIC, "--failed", "--since", "2020-01-01", "--include-useless", "--yes"]);
    let lines = ran.lines();
    assert!(lines.len() >= 500, "{} failures", lines.len());
    assert_eq!(stage.simulator.faults_met(), 17);
    assert!(lines.iter().all(|line| line["outcome"] == "accepted"), "{}", ran.err);
    let told: BTreeSet<String> = lines.iter().map(|line| text(&line["id"])).collect();
    let posted: BTreeSet<String> = stage.posts().into_iter().filter_map(|post| post.message).collect();
    assert_eq!((stage.posts().len(), lines.len()), (told.len(), told.len()), "each once");
    assert_eq!(posted, told);
    assert!(ran.err.ends_with(&format!("{} accepted, 0 refused, 0 unknown, 0 not started.\n", lines.len())), "{}", ran.err);
    assert_eq!(ran.err.matches("is sent again").count(), 5);
    let journal = Journal::open(&stage.state()).unwrap().all(1000).unwrap();
    let found = journal.iter().filter(|entry| entry.state == ActionState::ResolvedAccepted).count();
    assert_eq!((found, journal.len()), (12, told.len()));
}

#[test]
fn refusals_are_told_one_by_one_and_the_run_goes_on() {
    let mut options = failing(40);
    options.retries = 0;
    let stage = Stage::new(options);
    let ran = stage.run(&["retry", CLINIC, "--error", "recipient_unavailable", "--since", "2020-01-01", "--yes"]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert!(ran.lines().len() > 1);
    for line in ran.lines() {
        assert_eq!((line["outcome"].as_str(), line["code"].as_str()), (Some("refused"), Some("too_many_message_attempts_error")));
        assert!(line["traceId"].is_string() && line["reason"].is_string(), "{line}");
    }
    assert_eq!(stage.posts().len(), ran.lines().len());
}

#[test]
fn three_unknown_outcomes_in_a_row_hold_the_run_up() {
    let stage = Stage::new(failing(60));
    stage.simulator.set_faults(vec![fault(FaultKind::ResetBefore, 1.0, None)]);
    let arguments = ["retry", CLINIC, "--failed", "--since", "2020-01-01", "--include-useless", "--yes"];
    let mut running = Running::start(stage.command(&arguments));
    let mut err = BufReader::new(running.child.stderr.take().unwrap());
    until(&mut err, "The run continues by itself once their outcomes are known.");
    // An unknown outcome would be looked up for two minutes; the user need not wait for that.
    running.signal(Signal::INT);
    let lines: Vec<Value> = std::io::BufRead::lines(&mut running.out).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    let told = until(&mut err, "not started.\n");
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    let unknown = lines.iter().filter(|line| line["outcome"] == "unknown").count();
    let reasons: BTreeSet<&str> =
        lines.iter().filter(|line| line["outcome"] == "skipped").filter_map(|line| line["reason"].as_str()).collect();
    assert_eq!((unknown, stage.simulator.faults_met(), stage.posts().len()), (3, 3, 0));
    assert_eq!(reasons, BTreeSet::from(["not started: interrupted"]));
    assert!(told.contains(&format!("0 accepted, 0 refused, 3 unknown, {} not started.", lines.len() - 3)), "{told}");
}

#[test]
fn a_table_comes_whole_and_the_last_line_counts() {
    let stage = Stage::new(still(600));
    let ids = stage.failed("recipient_unavailable", 2);
    let ran =
        stage.run(&["retry", CLINIC, "--message", &ids[0], "--message", &ids[1], "--message", "nobody", "--yes", "--format", "table"]);
    assert_eq!(ran.code, 4);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines.len() == 4 && lines[0].starts_with(" outcome   id"), "{}", ran.out);
    assert!(lines[1].starts_with(" skipped   nobody") && lines[2].starts_with(" accepted  message_"), "{}", ran.out);
    assert!(ran.err.ends_with("2 accepted, 0 refused, 0 unknown, 0 not started; 1 left out of the plan.\n"), "{}", ran.err);
}
