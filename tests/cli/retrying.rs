//! `retry`: exactly once, with a journal and a true answer.

use postwatch::simulator::{Fault, FaultKind, FaultyCalls, KeyRights};
use postwatch::state::{ActionState, Journal};
use rustix::process::Signal;

use super::stage::{CLINIC, Running, Stage, still, text};

fn write_fault(kind: FaultKind, times: Option<u64>) -> Vec<Fault> {
    vec![Fault { kind, share: 1.0, calls: FaultyCalls::Writes, times }]
}

#[test]
fn it_reaches_the_server_once() {
    let stage = Stage::new(still(600));
    let ids = stage.failed("recipient_unavailable", 2);
    let ran = stage.good(&["retry", CLINIC, "--message", &ids[0], "--message", &ids[1], "--message", &ids[0], "--yes"]);
    let lines = ran.lines();
    assert_eq!(
        lines.iter().map(|line| (text(&line["id"]), text(&line["outcome"]))).collect::<Vec<_>>(),
        [(ids[0].clone(), "accepted".to_owned()), (ids[1].clone(), "accepted".to_owned()),]
    );
    let names: Vec<&String> = lines[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["code", "id", "outcome", "reason", "traceId"]);
    assert_eq!(stage.posts().len(), 2);
    let journal = Journal::open(&stage.state()).unwrap();
    assert!(journal.all(10).unwrap().iter().all(|entry| entry.state == ActionState::Accepted));
    let files = std::fs::read_dir(stage.state()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(files.filter(|name| name.ends_with(".run")).count(), 0, "the run took its lock file along");

    // It is no longer failed, so a second start sends nothing.
    let again = stage.run(&["retry", CLINIC, "--message", &ids[0], "--yes"]);
    assert_eq!((again.code, text(&again.lines()[0]["outcome"])), (4, "skipped".to_owned()), "{}", again.err);
    assert_eq!(stage.posts().len(), 2);
}

#[test]
fn a_plan_sends_nothing() {
    let stage = Stage::new(still(600));
    let (id, useless) = (stage.failed("recipient_unavailable", 1).remove(0), stage.failed("recipient_invalid", 1).remove(0));
    stage.configure("read_only = true");
    let arguments = ["retry", CLINIC, "--message", &id, "--message", &useless, "--dry-run"];
    let plan = stage.good(&arguments).lines().remove(0);
    assert_eq!(plan["plan"]["retry"], serde_json::json!([id]));
    assert_eq!(plan["plan"]["leftOut"], serde_json::json!([{ "id": useless, "reason": "not worth a retry" }]));
    assert_eq!(plan["plan"]["calls"], 1);
    let all = stage.good(&[&arguments[..], &["--include-useless"]].concat()).lines().remove(0);
    assert_eq!(all["plan"]["retry"].as_array().unwrap().len(), 2);
    assert_eq!(stage.posts().len(), 0);
}

#[test]
fn a_refusal_is_told_in_the_apis_words_and_remembered() {
    let mut options = still(600);
    options.retries = 0;
    let stage = Stage::new(options);
    let id = stage.failed("recipient_unavailable", 1).remove(0);
    let ran = stage.run(&["retry", CLINIC, "--message", &id, "--yes"]);
    let line = ran.lines().remove(0);
    assert_eq!((ran.code, line["outcome"].as_str(), line["code"].as_str()), (4, Some("refused"), Some("too_many_message_attempts_error")));
    assert!(line["traceId"].is_string(), "{line}");
    let again = stage.run(&["retry", CLINIC, "--message", &id, "--yes"]);
    assert_eq!(text(&again.lines()[0]["reason"]), "no attempts left");
    assert_eq!(stage.posts().len(), 1);
    // Every other format says so, too.
    let status = stage.good(&["status", CLINIC, "--since", "2020-01-01", "--format", "json"]).json();
    let group = status["failures"].as_array().unwrap().iter().find(|group| group["errorCode"] == "recipient_unavailable").unwrap();
    assert_eq!(group["noAttemptsLeft"], 1, "{group}");
    let table =
        |limit: &str| stage.good(&["messages", CLINIC, "--error", "recipient_unavailable", "--limit", limit, "--format", "table"]).out;
    assert!(table("1").contains(" no ") && !table("1").contains(" yes "), "{}", table("1"));
    assert!(table("2").contains(" yes "), "{}", table("2"));
}

#[test]
fn a_key_that_may_only_read_stops_the_run() {
    let mut options = still(600);
    options.campaigns[0].rights = KeyRights::Reading;
    let stage = Stage::new(options);
    let ids = stage.failed("recipient_unavailable", 2);
    let ran = stage.run(&["retry", CLINIC, "--message", &ids[0], "--message", &ids[1], "--yes"]);
    assert_eq!(ran.lines().iter().map(|line| text(&line["outcome"])).collect::<Vec<_>>(), ["refused", "skipped"]);
    assert_eq!(stage.posts().len(), 1);
    assert_eq!(ran.code, 3, "the API refuses access");
}

#[test]
fn a_lost_answer_is_looked_up_and_never_sent_again() {
    let stage = Stage::new(still(600));
    let id = stage.failed("recipient_unavailable", 1).remove(0);
    stage.simulator.set_faults(write_fault(FaultKind::ResetAfter, Some(1)));
    let ran = stage.good(&["retry", CLINIC, "--message", &id, "--yes"]);
    assert_eq!(text(&ran.lines()[0]["outcome"]), "accepted");
    assert!(ran.err.contains("the outcome is unknown"), "{}", ran.err);
    assert_eq!(stage.posts().len(), 1);
    let journal = Journal::open(&stage.state()).unwrap();
    assert_eq!(journal.all(1).unwrap()[0].state, ActionState::ResolvedAccepted);
}

#[test]
fn what_was_dropped_goes_again_by_itself() {
    let stage = Stage::new(still(600));
    let id = stage.failed("recipient_unavailable", 1).remove(0);
    stage.simulator.set_faults(write_fault(FaultKind::Status(429), Some(1)));
    let ran = stage.good(&["retry", CLINIC, "--message", &id, "--yes"]);
    assert_eq!(text(&ran.lines()[0]["outcome"]), "accepted");
    assert!(ran.err.contains("is sent again"), "{}", ran.err);
    assert_eq!(stage.posts().len(), 1, "the first one never reached the world");
}

#[test]
fn ctrl_c_says_what_is_unknown_and_what_was_not_started() {
    let stage = Stage::new(still(600));
    let ids = stage.failed("recipient_unavailable", 2);
    stage.simulator.set_faults(write_fault(FaultKind::Hang, None));
    let mut running = Running::start(stage.command(&["retry", CLINIC, "--message", &ids[0], "--message", &ids[1], "--yes"]));
    while stage.simulator.faults_met() == 0 {
        std::thread::yield_now();
    }
    running.signal(Signal::INT);
    // The line about quitting at once shows that the first signal has arrived.
    let mut told = String::new();
    let mut err = std::io::BufReader::new(running.child.stderr.take().unwrap());
    while !told.contains("Stopping") {
        std::io::BufRead::read_line(&mut err, &mut told).unwrap();
    }
    assert!(told.contains("1 request under way") && told.contains("1 not started"), "{told}");
    running.signal(Signal::INT);
    let lines: Vec<serde_json::Value> = [running.line(), running.line()].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| text(&line["outcome"])).collect::<Vec<_>>(), ["unknown", "skipped"]);
    assert_eq!(running.child.wait().unwrap().code(), Some(130));

    // The next start finds the first one open, reads, and sends nothing for it.
    stage.simulator.set_faults(Vec::new());
    let again = stage.run(&["retry", CLINIC, "--message", &ids[0], "--yes"]);
    assert_eq!(text(&again.lines()[0]["outcome"]), "skipped", "{}", again.err);
    assert_eq!(stage.posts().len(), 0);
}

/// Runs a retry on a terminal, answers its question, and gives the exit code.
fn answered(stage: &Stage, id: &str, keys: &str) -> i32 {
    let (code, shown) = stage.on_terminal(&["retry", CLINIC, "--message", id], &[("[y/N]", keys)]);
    assert!(shown.contains("SIMULATOR") && shown.contains(CLINIC) && shown.contains("1 message"), "{shown}");
    code
}

#[test]
fn a_terminal_is_asked_and_only_a_yes_is_one() {
    let stage = Stage::new(still(600));
    let id = stage.failed("recipient_unavailable", 1).remove(0);
    for no in ["\n", "n\n", "yess\n"] {
        assert_eq!(answered(&stage, &id, no), 2, "what was asked for was not done");
        assert_eq!(stage.posts().len(), 0);
    }
    assert_eq!(answered(&stage, &id, "\u{3}"), 130);
    assert_eq!(stage.posts().len(), 0);
    assert_eq!(answered(&stage, &id, "y\n"), 0);
    assert_eq!(stage.posts().len(), 1);
}

/// What a proxy between this machine and the API may answer to a retry.
const NOT_THE_APIS: [(u16, &str); 6] = [
    (200, "<html><title>Sign in</title></html>"),
    (201, r#"{"id":"message_of_another","latestStatus":"created"}"#),
    (200, r#"{"error":{"code":"invalid_path","message":"no such path"}}"#),
    (200, r#"{"success":false}"#),
    (202, ""),
    (200, "null"),
];

#[test]
fn a_success_that_is_not_the_apis_is_looked_up() {
    for (status, body) in NOT_THE_APIS {
        let stage = Stage::new(still(600));
        let id = stage.failed("recipient_unavailable", 1).remove(0);
        stage.simulator.set_faults(write_fault(FaultKind::Instead { status, body, performed: true }, None));
        let ran = stage.good(&["retry", CLINIC, "--message", &id, "--yes"]);
        assert!(ran.err.contains("the outcome is unknown"), "{status} {body:?}: {}", ran.err);
        assert_eq!((text(&ran.lines()[0]["outcome"]), stage.posts().len(), stage.simulator.faults_met()), ("accepted".to_owned(), 1, 1));
        let journal = Journal::open(&stage.state()).unwrap();
        assert_eq!(journal.all(1).unwrap()[0].state, ActionState::ResolvedAccepted);
    }
}

/// A message's failure shows after at most 90 s, so it is read for two minutes before a person decides.
#[test]
#[ignore = "takes two minutes by the clock"]
fn a_success_that_is_not_the_apis_and_did_nothing_ends_as_unknown() {
    let runs = NOT_THE_APIS.map(|(status, body)| {
        std::thread::spawn(move || {
            let stage = Stage::new(still(600));
            let id = stage.failed("recipient_unavailable", 1).remove(0);
            stage.simulator.set_faults(write_fault(FaultKind::Instead { status, body, performed: false }, None));
            let ran = stage.run(&["retry", CLINIC, "--message", &id, "--yes"]);
            assert_eq!((ran.code, text(&ran.lines()[0]["outcome"])), (5, "unknown".to_owned()), "{status} {body:?}: {}", ran.err);
            assert_eq!((stage.posts().len(), stage.simulator.faults_met()), (0, 1));
        })
    });
    for run in runs {
        run.join().unwrap();
    }
}
