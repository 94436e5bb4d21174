//! `messages` and `status`.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use postwatch::simulator::{CampaignOptions, WorldOptions};
use postwatch::state::{Journal, NoteKind};
use serde_json::{Value, json};

use super::stage::{CLINIC, Running, Stage, still, text};

#[test]
fn every_message_comes_once_and_the_figures_agree() {
    let stage = Stage::new(still(3000));
    let messages = stage.good(&["messages", CLINIC]).lines();
    let ids: HashSet<String> = messages.iter().map(|message| text(&message["id"])).collect();
    assert_eq!((messages.len(), ids.len()), (3000, 3000));
    let created: Vec<String> = messages.iter().map(|message| text(&message["createdAt"])).collect();
    assert!(created.is_sorted_by(|newer, older| newer >= older), "newest first");

    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    let mut failed: BTreeMap<String, u64> = BTreeMap::new();
    for message in &messages {
        *counted.entry(text(&message["latestStatus"])).or_default() += 1;
        if message["latestStatus"] == "failure" {
            *failed.entry(text(&message["attempts"][0]["errorCode"])).or_default() += 1;
        }
    }
    let status = stage.good(&["status", CLINIC, "--since", "2020-01-01", "--format", "json"]).json();
    assert_eq!((status["coverage"]["loaded"].as_u64(), status["coverage"]["complete"].as_bool()), (Some(3000), Some(true)));
    for (word, count) in status["statuses"].as_object().unwrap() {
        assert_eq!(count.as_u64(), Some(counted.remove(word).unwrap_or(0)), "{word}");
    }
    assert_eq!(counted, BTreeMap::new());
    let told: BTreeMap<String, u64> =
        status["failures"].as_array().unwrap().iter().map(|part| (text(&part["errorCode"]), part["count"].as_u64().unwrap())).collect();
    assert_eq!(told, failed);
}

#[test]
fn a_state_folder_that_cannot_be_used_is_told_once_and_halves_the_rate() {
    let stage = Stage::new(still(20));
    // There is a file where the folder should be.
    std::fs::write(stage.state(), "").unwrap();
    let told = |err: &str| err.matches("Only half the configured calls are made.").count();
    let ran = stage.good(&["status", CLINIC]);
    assert_eq!(told(&ran.err), 1, "{}", ran.err);
    assert!(ran.err.contains("`--state FOLDER`"), "{}", ran.err);
    assert_eq!(told(&stage.good(&["status", CLINIC, "-q"]).err), 0);
    std::fs::remove_file(stage.state()).unwrap();
    assert_eq!(told(&stage.good(&["status", CLINIC]).err), 0);
}

#[test]
fn a_window_and_a_batch_agree_with_their_messages() {
    let stage = Stage::new(still(3000));
    // A duration back from now would be different for each command.
    let since = (Timestamp::now() - SignedDuration::from_hours(48)).to_string();
    let status = stage.good(&["status", CLINIC, "--since", &since, "--format", "json"]).json();
    let messages = stage.good(&["messages", CLINIC, "--since", &since, "--fields", "id,createdAt"]).lines();
    assert_eq!(status["coverage"]["loaded"].as_u64(), Some(messages.len() as u64));
    assert!(!messages.is_empty() && messages.len() < 3000, "{}", messages.len());

    let whole = stage.good(&["status", CLINIC, "--since", "2020-01-01", "--format", "json"]).json();
    let batch = &whole["batches"][0];
    let id = text(&batch["id"]);
    let rows = stage.good(&["messages", CLINIC, "--batch", &id, "--fields", "id,batchId"]).lines();
    assert_eq!(batch["total"].as_u64(), Some(rows.len() as u64));
    assert!(rows.iter().all(|row| row["batchId"] == id.as_str()));
    let alone = stage.good(&["status", CLINIC, "--batch", &id, "--format", "json"]).json();
    assert_eq!(alone["statuses"], batch["statuses"]);
    // A batch's pages say nothing about the batch: one of its messages, read singly, does.
    assert_eq!((&alone["batches"][0], &alone["coverage"]["complete"]), (batch, &serde_json::json!(true)));
    let table = stage.good(&["status", CLINIC, "--batch", &id, "--format", "table"]).out;
    assert!(table.contains(&text(&batch["fileName"])) && table.contains("messages_enqueued"), "{table}");
}

#[test]
fn a_status_says_how_far_back_it_read() {
    let stage = Stage::new(still(400));
    stage.configure("history = \"1d\"");
    let ran = stage.good(&["status", CLINIC, "--format", "json"]);
    assert_eq!(ran.json()["coverage"]["complete"], false);
    assert!(ran.err.contains("--since reads further back"), "{}", ran.err);
    let whole = stage.good(&["status", CLINIC, "--since", "2020-01-01"]);
    assert_eq!(whole.err, "", "asked for, so nothing needs to be said");
    // Nothing is said about minutes that were not loaded.
    assert_eq!(ran.json()["recent"]["minutes"], 15);
    let few = stage.good(&["status", CLINIC, "--since", "5m", "--format", "json"]).json();
    assert_eq!(few["recent"]["minutes"], 5);
    assert_eq!((&few["verdict"]["state"], &few["verdict"]["since"]), (&json!("unknown"), &Value::Null));
    assert_eq!(few["verdict"]["sentence"], "Cannot tell: only the last 5 min are loaded");
}

/// Half an hour ago the telco's reports ceased.
#[test]
fn a_stall_is_the_verdict_and_its_messages_are_unconfirmed() {
    let now = Timestamp::now();
    let campaign = CampaignOptions { live_per_second: 0.2, foreign_rate: 0.0, ..CampaignOptions::new(CLINIC) };
    let started_at = now - SignedDuration::from_hours(1);
    let stage = Stage::new(WorldOptions { campaigns: vec![campaign], started_at, calls_per_second: 0, ..WorldOptions::new(7) });
    stage.simulator.with_world(|world| world.withhold_reports(1.0, now - SignedDuration::from_mins(30)));
    let status = stage.good(&["status", CLINIC, "--format", "json"]).json();
    assert_eq!(status["verdict"]["state"], "stalled", "{status}");
    let since: Timestamp = text(&status["verdict"]["since"]).parse().unwrap();
    assert!((28..=32).contains(&now.duration_since(since).as_mins()), "{since}");
    let (sentence, classes) = (text(&status["verdict"]["sentence"]), status["classes"].as_object().unwrap());
    assert!(sentence.starts_with("Nothing finished since ") && sentence.ends_with(" unfinished"), "{sentence}");
    assert!(classes["unconfirmed"].as_u64() > Some(100), "{status}");
    assert_eq!(classes.values().filter_map(Value::as_u64).sum::<u64>(), status["coverage"]["loaded"].as_u64().unwrap());
    let table = stage.good(&["status", CLINIC, "--format", "table"]).out;
    assert!(table.lines().nth(1).unwrap().starts_with("Nothing finished since "), "{table}");
    assert!(table.lines().any(|line| line.trim_start().starts_with("unconfirmed ")), "{table}");
    // What finished before it began is not loaded here, so nothing is said of that.
    let few = stage.good(&["status", CLINIC, "--since", "20m", "--format", "json"]).json();
    assert_eq!((&few["verdict"]["state"], &few["verdict"]["since"]), (&json!("stalled"), &Value::Null));
    let sentence = text(&few["verdict"]["sentence"]);
    assert!(sentence.starts_with("Nothing of the last 20 min finished, ") && sentence.ends_with(" unfinished"), "{sentence}");
}

/// Messages of every class, newest first: each with its status, recipient and age in minutes.
const OF_EVERY_CLASS: [(&str, &str, &str, i64); 8] = [
    ("moving", "created", "6580001234", 1),
    ("stuck", "enqueued", "6580001234", 18),
    ("late", "sent_to_telco", "6580001234", 18),
    ("abroad", "sent_to_telco", "447700900123", 18),
    ("failed", "failure", "6580001234", 40),
    ("parked", "parked", "6580001234", 40),
    ("delivered", "success", "6580001234", 60),
    ("first", "success", "6580001234", 61),
];

/// These messages; those delivered took so many minutes.
fn of_every_class(took: i64) -> Stage {
    let ago = |minutes: i64| (Timestamp::now() - SignedDuration::from_mins(minutes)).to_string();
    let rows = OF_EVERY_CLASS.map(|(id, status, recipient, age)| {
        let delivered = (status == "success").then(|| ago(age - took));
        let attempt = json!({ "status": status, "createdAt": ago(age), "deliveredAt": delivered });
        json!({ "id": id, "recipient": recipient, "latestStatus": status, "createdAt": ago(age), "messageAttempts": [attempt] })
    });
    let stage = Stage::new(still(1));
    stage.tells(&rows, false);
    stage
}

#[test]
fn classes_choose_messages_and_all_kinds_of_conditions_must_hold() {
    let stage = of_every_class(1);
    let arguments = |options: &str| {
        [["messages", CLINIC, "--fields", "id"].map(str::to_owned).to_vec(), options.split_whitespace().map(str::to_owned).collect()]
            .concat()
    };
    let run = |options: &str| stage.run(&arguments(options).iter().map(String::as_str).collect::<Vec<_>>());
    for (options, ids) in [
        ("--class stuck", "stuck"),
        ("--class delivered --class on-the-way", "moving delivered first"),
        ("--class sent-abroad", "abroad"),
        ("--class handed-over", ""),
        ("--class other", "parked"),
        ("--not-delivered", "stuck late failed"),
        ("--not-delivered --class sent-abroad", "stuck late abroad failed"),
        ("--not-delivered --status failed", "failed"),
        ("--not-delivered --since 30m", "stuck late"),
        ("--not-delivered --limit 2", "stuck late"),
    ] {
        for format in ["ndjson", "csv"] {
            let ran = run(&format!("{options} --format {format}"));
            let listed = ran.out.lines().filter(|line| *line != "id").map(|line| line.replace("{\"id\":\"", "").replace("\"}", ""));
            assert_eq!((ran.code, listed.collect::<Vec<_>>().join(" ")), (0, ids.to_owned()), "{options}: {}", ran.err);
        }
    }
    let limited = run("--not-delivered --limit 2").err;
    assert!(limited.starts_with("2 messages of 8 loaded; --limit 2 leaves out the older ones."), "{limited}");
    let unknown = run("--class unconfirmd");
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.err.contains("on-the-way, stuck, unconfirmed") && unknown.err.contains("did you mean `unconfirmed`?"),
        "{}",
        unknown.err
    );
}

#[test]
fn how_long_is_usual_is_known_only_after_all_is_loaded() {
    let stage = of_every_class(25);
    assert_eq!(stage.good(&["messages", CLINIC, "--class", "stuck", "--class", "unconfirmed"]).out, "");
    let moving = stage.good(&["messages", CLINIC, "--class", "on-the-way"]).lines();
    assert_eq!(moving.iter().map(|message| text(&message["id"])).collect::<Vec<_>>(), ["moving", "stuck", "late"]);
    let classes = &stage.good(&["status", CLINIC, "--format", "json"]).json()["classes"];
    assert_eq!((&classes["onTheWay"], &classes["stuck"]), (&json!(3), &json!(0)));
}

#[test]
fn in_a_load_test_what_was_sent_is_handed_over() {
    let stage = Stage::new(still(1));
    let at = (Timestamp::now() - SignedDuration::from_hours(1)).to_string();
    stage.tells(&[json!({ "id": "a", "recipient": "6580001234", "latestStatus": "sent", "createdAt": at })], false);
    let classes = || stage.good(&["status", CLINIC, "--format", "json"]).json()["classes"].clone();
    assert_eq!((&classes()["stuck"], &classes()["handedOver"]), (&json!(1), &json!(0)));
    stage.configure("environment = \"loadtest\"");
    assert_eq!((&classes()["stuck"], &classes()["handedOver"]), (&json!(0), &json!(1)));
}

#[test]
fn filters_and_formats() {
    let stage = Stage::new(still(400));
    let failed = stage.good(&["messages", CLINIC, "--status", "failed"]);
    let codes: Vec<String> = failed.lines().iter().map(|message| text(&message["attempts"][0]["errorCode"])).collect();
    assert!(!codes.is_empty() && failed.lines().iter().all(|message| message["latestStatus"] == "failure"));
    assert!(failed.err.contains("of 400 loaded"), "no result without its coverage: {}", failed.err);

    let some = stage.good(&["messages", CLINIC, "--error", &codes[0], "--limit", "1", "--format", "json"]).json();
    assert_eq!(text(&some[0]["attempts"][0]["errorCode"]), codes[0]);
    let recipient = text(&some[0]["recipient"]);
    let found = stage.good(&["messages", CLINIC, "--search", &recipient, "--fields", "recipient"]).lines();
    assert!(found.iter().any(|message| text(&message["recipient"]) == recipient));
    assert_eq!(stage.good(&["messages", CLINIC, "--search", "999999999", "--format", "json"]).json().as_array().unwrap().len(), 0);

    let csv = stage.good(&["messages", CLINIC, "--format", "csv", "--limit", "5"]);
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let heading: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(heading[..4], ["id", "recipient", "latestStatus", "createdAt"].map(str::to_owned));
    assert!(heading.contains(&"values.name".to_owned()) && !csv.out.starts_with('\u{feff}'));
    assert_eq!(reader.records().map(Result::unwrap).count(), 5);
    let table = stage.good(&["messages", CLINIC, "--format", "table", "--limit", "2"]);
    assert_eq!(table.out.lines().count(), 3, "{}", table.out);
}

#[test]
fn the_last_line_says_how_much_was_loaded_and_what_ends_it() {
    let stage = Stage::new(still(1500));
    let said = |options: &[&str]| stage.good(&[&["messages", CLINIC, "--fields", "id"], options].concat()).err;
    for format in ["ndjson", "table"] {
        let said = |options: &[&str]| said(&[options, &["--format", format]].concat());
        assert_eq!(said(&["--limit", "1"]), "1 message, the newest; --limit 1 leaves out the older ones.\n");
        let one = said(&["--limit", "1", "--status", "failed"]);
        assert!(one.starts_with("1 message of 1,000 loaded, back to ") && one.contains("there may be more"), "a page is loaded: {one}");
        assert_eq!(said(&["--limit", "1500"]), "1,500 messages.\n", "nothing is left out");
        assert_eq!(said(&[]), "1,500 messages.\n");
        let sending = said(&["--status", "sending"]);
        assert!(sending.ends_with(" of 1,500 loaded.\n"), "{sending}");
        let day = said(&["--since", "1h"]);
        assert!(day.contains(" loaded. Loaded back to ") || day.contains(" of 1,500 loaded.\n"), "{day}");
    }
}

#[test]
fn a_status_and_a_code_that_the_table_does_not_have_can_be_asked_for() {
    let stage = Stage::new(still(1));
    let row = |id: &str, status: &str| serde_json::json!({ "id": id, "latestStatus": status, "createdAt": Timestamp::now().to_string(), "error": "brand_new" });
    let rows = [row("a", "teleported"), row("b", "success"), row("c", "on_hold"), row("d", "failure")];
    stage.tells(&rows, false);
    let listed = |options: &[&str]| {
        let ran = stage.run(&[&["messages", CLINIC, "--fields", "id"], options].concat());
        (ran.code, ran.lines().iter().map(|line| text(&line["id"])).collect::<String>(), ran.err)
    };
    for (options, ids) in [
        (&["--status", "teleported"][..], "a"),
        (&["--status", "Teleported"], "a"),
        (&["--status", "on-hold"], "c"),
        (&["--status", "other"], "ac"),
        (&["--status", "other", "--status", "delivered"], "abc"),
        (&["--error", "brand_new"], "d"),
        (&["--status", "queued"], ""),
        (&["--error", "routing_error"], ""),
    ] {
        let (code, told, err) = listed(options);
        assert_eq!((code, told.as_str()), (0, ids), "{options:?}: {err}");
    }
    for (options, near) in [(["--status", "teleport"], "`teleported`?"), (["--error", "brand_now"], "`brand_new`?")] {
        let (code, told, err) = listed(&options);
        assert!((code, told.as_str()) == (2, "") && err.contains(near) && err.contains("The 4 messages loaded have"), "{err}");
    }
    let (code, told, err) = listed(&["--status", "delivered", "--status", "teleport"]);
    assert_eq!((code, told.as_str()), (2, "b"), "what is there is listed all the same: {err}");
    assert!(stage.good(&["messages", CLINIC, "--fields", "id,values.nmae"]).err.contains("has a value nmae"));
    stage.tells(&rows, true);
    let (code, _, err) = listed(&["--status", "delivered", "--status", "teleport", "--limit", "1"]);
    assert!(code == 0 && err.contains("No message has the status `teleport`"), "behind the limit it may be there: {err}");
}

#[test]
fn a_mask_hides_and_a_reveal_is_written_down() {
    let stage = Stage::new(still(50));
    let open = stage.good(&["messages", CLINIC, "--limit", "1"]).lines().remove(0);
    stage.configure("mask = true");
    let masked = stage.good(&["messages", CLINIC, "--limit", "1"]).lines().remove(0);
    assert_eq!(masked["id"], open["id"]);
    assert!(text(&masked["recipient"]).contains('∙') && text(&masked["fullMessage"]).contains("{{"), "{masked}");
    assert!(!stage.state().join("journal.sqlite3").exists(), "reading needs no journal");

    let revealed = stage.good(&["messages", CLINIC, "--limit", "1", "--reveal"]).lines().remove(0);
    assert_eq!(revealed["recipient"], open["recipient"]);
    let notes = Journal::open(&stage.state()).unwrap().notes(10).unwrap();
    assert_eq!(notes.iter().map(|entry| entry.note.kind).collect::<Vec<_>>(), [NoteKind::Reveal]);

    // There is a file where the state folder should be: what cannot be journalled is not shown.
    let refused = stage.run(&["messages", CLINIC, "--reveal", "--state", stage.folder.path().join("config.toml").to_str().unwrap()]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{}", refused.err);
}

#[test]
fn whoever_has_read_enough_ends_it_quietly() {
    let stage = Stage::new(still(3000));
    for format in ["ndjson", "json", "csv"] {
        let mut running = Running::start(stage.command(&["messages", CLINIC, "--format", format]));
        assert!(!running.line().is_empty());
        let Running { child, out } = running;
        drop(out);
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn a_log_is_private_and_impersonal() {
    let stage = Stage::new(still(20));
    let log = stage.folder.path().join("log");
    let ran = stage.good(&["messages", CLINIC, "--search", "658", "--log", log.to_str().unwrap(), "-vv"]);
    let written = std::fs::read_to_string(&log).unwrap();
    assert!(written.contains("started"));
    let card = stage.simulator.campaigns().remove(0);
    let recipient = text(&ran.lines()[0]["recipient"]);
    assert!(!written.contains(&card.key) && !written.contains(&recipient) && !written.contains("search"), "{written}");
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
}
