//! `journal`: what was done, by whom, and what is open.

use std::os::unix::fs::PermissionsExt as _;

use jiff::{SignedDuration, Timestamp};
use postwatch::delivery::{CampaignId, MessageId};
use postwatch::simulator::{Fault, FaultKind, FaultyCalls};
use postwatch::state::{ActionKind, Intention, Journal, Outcome, ReadFrom, RunId, Server, Who};

use super::stage::{CLINIC, Stage, still, text};

/// A stage with two retries in its journal, one of them refused, and a note of a reveal.
fn acted() -> (Stage, Vec<String>) {
    let mut options = still(600);
    options.retries = 0;
    let stage = Stage::new(options);
    let ids = stage.failed("recipient_unavailable", 2);
    stage.run(&["retry", CLINIC, "--message", &ids[0], "--yes"]);
    stage.configure("mask = true");
    stage.good(&["messages", CLINIC, "--limit", "1", "--reveal"]);
    stage.simulator.set_faults(vec![Fault { kind: FaultKind::Status(429), share: 1.0, calls: FaultyCalls::Writes, times: Some(1) }]);
    stage.run(&["retry", CLINIC, "--message", &ids[1], "--yes"]);
    (stage, ids)
}

#[test]
fn it_tells_what_was_done_newest_first() {
    let (stage, ids) = acted();
    let lines = stage.good(&["journal"]).lines();
    let told: Vec<(String, Option<&str>)> = lines.iter().map(|line| (text(&line["kind"]), line["messageId"].as_str())).collect();
    let wanted = [("retry".to_owned(), Some(ids[1].as_str())), ("reveal".to_owned(), None), ("retry".to_owned(), Some(ids[0].as_str()))];
    assert_eq!(told, wanted);
    let newest = &lines[0];
    assert_eq!((text(&newest["campaign"]), text(&newest["state"])), (CLINIC.to_owned(), "refused".to_owned()));
    assert_eq!(text(&newest["code"]), "too_many_message_attempts_error");
    assert!(newest["traceId"].is_string() && newest["reason"].is_string() && text(&newest["user"]).contains("uid"), "{newest}");
    // A try whose slot had passed by the time its line was on a slow disk was not sent, and is made again.
    let tries = newest["tries"].as_array().unwrap();
    let sent: Vec<&str> = tries.iter().filter_map(|one| one["outcome"].as_str()).filter(|outcome| *outcome != "not_sent").collect();
    assert_eq!(sent, ["refused", "refused"], "the first was dropped with a 429: {tries:?}");
    assert!(lines[1]["state"].is_null() && text(&lines[1]["reason"]).contains("messages"), "{}", lines[1]);

    let json = stage.good(&["journal", "--format", "json"]).json();
    assert_eq!(json, serde_json::Value::Array(lines));
    let csv = stage.good(&["journal", "--format", "csv"]).out;
    assert!(csv.starts_with("at,kind,campaign,campaignId,") && csv.lines().count() == 4, "{csv}");
    let table = stage.good(&["journal", "--format", "table"]);
    assert!(table.out.contains(&ids[0]) && table.out.contains("refused") && table.out.contains("too_many_message_attempts_error"));
    assert!(table.err.contains("2 actions and 1 note; no outcome is open."), "{}", table.err);
    assert_eq!(stage.good(&["journal", "--limit", "2"]).lines().len(), 2);
    let none = stage.good(&["journal", "--open"]);
    assert!(none.out.is_empty() && none.err.contains("No outcome is open"), "{}", none.err);
}

#[test]
fn no_number_no_text_and_no_key_stands_in_it() {
    let (stage, _) = acted();
    let key = stage.simulator.campaigns().remove(0).key;
    let people = stage.good(&["messages", CLINIC, "--reveal", "--fields", "recipient,fullMessage"]).lines();
    for format in ["table", "json", "ndjson", "csv"] {
        let ran = stage.good(&["journal", "--reveal", "--format", format]);
        let told = format!("{}{}", ran.out, ran.err);
        assert!(told.len() > 100 && !told.contains(&key), "{told}");
        for person in &people {
            assert!(!told.contains(&text(&person["recipient"])) && !told.contains(&text(&person["fullMessage"])), "{person} in {told}");
        }
    }
}

#[test]
fn what_is_open_comes_with_what_to_do() {
    let stage = Stage::new(still(1));
    let journal = Journal::open(&stage.state()).unwrap();
    let now = Timestamp::now();
    let card = stage.simulator.campaigns().remove(0);
    let intention = |run: &RunId, message: &str, age: i64| Intention {
        read_at: None,
        run: run.clone(),
        base_url: stage.simulator.base_url(),
        server: Server::of(&stage.simulator.base_url()),
        campaign: CampaignId::new(&*card.id),
        action: ActionKind::RetryMessage {
            message: MessageId::new(message),
            attempts: Some(1),
            newest_attempt: None,
            read_from: ReadFrom::Single,
        },
        plan: "a retry".to_owned(),
        planned_at: now - SignedDuration::from_secs(age),
    };
    let alive = journal.begin_run(RunId::new(now, 1, 1), &Who::from_environment(|_| None), now).unwrap();
    let dead = journal.begin_run(RunId::new(now, 2, 2), &Who::from_environment(|_| None), now).unwrap();
    let under_way = journal.intend(&intention(alive.id(), "message_alive", 1)).unwrap();
    journal.started(under_way, now).unwrap();
    let unknown = journal.intend(&intention(dead.id(), "message_unknown", 2)).unwrap();
    journal.started(unknown, now).unwrap();
    journal.outcome(unknown, &Outcome::Unknown { reason: "no answer".to_owned() }, now).unwrap();
    journal.intend(&intention(dead.id(), "message_unsent", 3)).unwrap();
    let cut_off = journal.intend(&intention(dead.id(), "message_cut_off", 4)).unwrap();
    journal.started(cut_off, now).unwrap();
    drop(dead);
    let ran = stage.good(&["journal", "--open"]);
    let told: Vec<(String, String)> = ran.lines().iter().map(|line| (text(&line["messageId"]), text(&line["next"]))).collect();
    let wanted = [
        ("message_alive", "a running Postwatch has it under way"),
        ("message_unknown", "look at the message"),
        ("message_unsent", "plan it again"),
        ("message_cut_off", "on this campaign, looks it up"),
    ];
    assert_eq!(told.len(), wanted.len());
    for ((message, next), (wanted_message, wanted_next)) in told.iter().zip(wanted) {
        assert!(message == wanted_message && next.contains(wanted_next), "{message}: {next}");
    }
    assert!(ran.err.contains("4 actions and 0 notes; open in all: 4 actions."), "{}", ran.err);
    let newest = stage.good(&["journal", "--limit", "1"]);
    assert!(newest.lines().len() == 1 && newest.err.contains("open in all: 4 actions."), "{}", newest.err);
    let table = stage.good(&["journal", "--open", "--format", "table"]).out;
    assert!(table.contains("what to do") && table.contains("plan it again"), "{table}");
    assert_eq!(journal.all_open().unwrap().len(), 4, "looking changes nothing");
}

#[test]
fn without_a_journal_nothing_was_ever_done() {
    let stage = Stage::new(still(1));
    for (format, out) in [("json", "[]\n"), ("ndjson", ""), ("table", "")] {
        let ran = stage.good(&["journal", "--format", format]);
        assert_eq!(ran.out, out);
        assert!(ran.err.contains("No action was ever taken from this account"), "{}", ran.err);
    }
    assert!(!stage.state().exists(), "looking makes no folder");
    // It needs no configuration either.
    std::fs::remove_file(stage.folder.path().join("config.toml")).unwrap();
    let ran = stage.good(&["journal"]);
    assert!(!ran.err.contains("configuration"), "{}", ran.err);
}

#[test]
fn a_journal_that_can_only_be_read_is_told_and_read() {
    let (stage, ids) = acted();
    // Others can write into it, and it holds a file that is not the program's, so it is not closed to them.
    std::fs::write(stage.state().join("notes.txt"), "somebody's").unwrap();
    std::fs::set_permissions(stage.state(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let ran = stage.good(&["journal"]);
    assert!(ran.err.contains("is read-only"), "{}", ran.err);
    assert_eq!(text(&ran.lines()[0]["messageId"]), ids[1]);
    let file = stage.write_private("a-file", "");
    let ran = stage.run(&["journal", "--state", file.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains("cannot be read"), "{}", ran.err);
}
