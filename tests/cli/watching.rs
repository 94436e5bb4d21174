//! `watch`: what is seen, and what ends it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use postwatch::simulator::{Call, CampaignOptions, Fault, FaultKind, FaultyCalls, KeyRights, WorldOptions};
use rustix::process::Signal;
use serde_json::Value;

use super::stage::{CLINIC, Ran, Running, Stage, still, text};

/// A world in which messages arrive and finish quickly.
fn moving(live_per_second: f64) -> WorldOptions {
    let campaign = CampaignOptions {
        messages: 300,
        live_per_second,
        failure_rate: 0.2,
        stuck_rate: 0.0,
        foreign_rate: 0.0,
        template: Some("one_time_code".to_owned()),
        prepare: Duration::from_secs(60),
        ..CampaignOptions::new(CLINIC)
    };
    let started_at = Timestamp::now();
    WorldOptions { campaigns: vec![campaign], started_at, calls_per_second: 0, speed: 20.0, ..WorldOptions::new(7) }
}

/// Uploads a file of this many rows, and gives the batch's id.
#[track_caller]
fn upload(stage: &Stage, rows: u64) -> String {
    let card = stage.simulator.campaigns().remove(0);
    let lines: String = (0..rows).map(|row| format!("{},english,1,x\n", 6_580_000_000 + row)).collect();
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\nrecipient,language,code,service\n{lines}\r\n--edge--\r\n"
    );
    let call = Call {
        method: "POST",
        path: &format!("/campaigns/{}/batch/messages", card.id),
        query: None,
        authorization: Some(&format!("Bearer {}", card.key)),
        content_type: Some("multipart/form-data; boundary=edge"),
        body: body.as_bytes(),
    };
    let answer = stage.simulator.with_world(|world| world.answer(&call, Timestamp::now()));
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    text(&told["batchId"])
}

/// The changes and the summary of a finished watch.
#[track_caller]
fn parted(ran: &Ran) -> (Vec<Value>, Value) {
    let mut lines = ran.lines();
    let summary = lines.pop().unwrap_or_else(|| panic!("nothing was written: {}", ran.err));
    assert!(lines.iter().all(|line| line["summary"].is_null()));
    (lines, summary["summary"].clone())
}

#[test]
fn each_change_is_told_once_and_a_signal_ends_with_a_summary() {
    let stage = Stage::new(moving(10.0));
    let mut running = Running::start(stage.command(&["watch", CLINIC]));
    let mut known: HashMap<String, String> = HashMap::new();
    let mut ended: HashSet<String> = HashSet::new();
    let mut changes = 0;
    let mut summary = None;
    loop {
        let line = running.line();
        if line.is_empty() {
            break;
        }
        let line: Value = serde_json::from_str(&line).unwrap();
        if !line["summary"].is_null() {
            summary = Some(line["summary"].clone());
            continue;
        }
        changes += 1;
        let (id, to) = (text(&line["id"]), text(&line["to"]));
        assert_eq!(line["recipient"].as_str().map(|recipient| recipient.starts_with("65")), Some(true));
        assert_eq!(line["errorCode"].is_null(), to != "failure", "{line}");
        match known.insert(id.clone(), to.clone()) {
            Some(before) => assert_eq!(line["from"], before.as_str(), "{line}"),
            // Reported for the first time: it appeared, or changed from its status at the start.
            None => assert_ne!(line["from"], to.as_str()),
        }
        if line["from"].is_string() && (to == "success" || to == "failure") && ended.insert(id) && ended.len() == 20 {
            running.signal(Signal::INT);
        }
    }
    let (code, err) = running.end();
    assert_eq!(code, 130, "{err}");
    let summary = summary.unwrap_or_else(|| panic!("no summary: {err}"));
    assert_eq!((summary["ended"].as_str(), summary["changes"].as_u64()), (Some("interrupted"), Some(changes)));
    assert!(summary["appeared"].as_u64() > Some(10) && summary["finished"].as_u64() >= Some(20), "{summary}");
    assert!(err.contains("messages at the start"), "{err}");
}

#[test]
fn it_ends_when_all_that_was_there_is_done() {
    let stage = Stage::new(moving(10.0));
    let ran = stage.good(&["watch", CLINIC, "--until-done", "--timeout", "5m", "--since", "2020-01-01"]);
    let (_, summary) = parted(&ran);
    assert_eq!((summary["ended"].as_str(), summary["waitedFor"].as_u64()), (Some("done"), Some(0)));
    // Nothing changes here, so it is done at once, with nothing to report.
    let still =
        Stage::new(WorldOptions { campaigns: vec![CampaignOptions { stuck_rate: 0.0, ..still(50).campaigns.remove(0) }], ..still(50) });
    let (changes, summary) = parted(&still.good(&["watch", CLINIC, "--until-done", "--since", "2020-01-01"]));
    assert_eq!((changes.len(), summary["loaded"].as_u64()), (0, Some(50)));
}

#[test]
fn all_of_the_asked_stretch_is_read_however_long_that_takes() {
    let mut options = still(2500);
    options.campaigns[0].stuck_rate = 0.0;
    let stage = Stage::new(options);
    let created = stage.good(&["messages", CLINIC, "--limit", "2000", "--fields", "createdAt"]).lines();
    // The second page ends a moment before the stretch does. By the time it is read that moment is
    // over, and the rest is behind a horizon that moved on.
    let last: Timestamp = text(&created[1999]["createdAt"]).parse().unwrap();
    let since = last.checked_sub(jiff::SignedDuration::from_millis(50)).unwrap().to_string();
    let (_, summary) = parted(&stage.good(&["watch", CLINIC, "--since", &since, "--until-done", "--timeout", "2m"]));
    assert_eq!((summary["ended"].as_str(), summary["loaded"].as_u64()), (Some("done"), Some(2500)));
}

#[test]
fn a_time_ends_it() {
    let stage = Stage::new(still(50));
    let ran = stage.run(&["watch", CLINIC, "--timeout", "1s", "--format", "json"]);
    assert_eq!(ran.code, 7, "{}", ran.err);
    let document = ran.json();
    assert_eq!(document.as_array().map(Vec::len), Some(1), "nothing changes there");
    assert_eq!(document[0]["summary"]["ended"], "timeout");
    assert_eq!(stage.run(&["watch", CLINIC, "--timeout", "soon"]).code, 2);
}

#[test]
fn too_many_failures_end_it() {
    let mut options = still(200);
    options.campaigns[0].stuck_rate = 0.0;
    let stage = Stage::new(options);
    let ran = stage.run(&["watch", CLINIC, "--since", "2020-01-01", "--max-failure", "5%", "--timeout", "5m"]);
    assert_eq!(ran.code, 6, "{}", ran.err);
    let (_, summary) = parted(&ran);
    assert!(summary["ended"] == "maxFailure" && summary["failed"].as_u64() > Some(10), "{summary}");
    stage.good(&["watch", CLINIC, "--since", "2020-01-01", "--max-failure", "90", "--until-done"]);
}

#[test]
fn a_batch_is_watched_alone_from_before_it_shows() {
    let stage = Stage::new(moving(10.0));
    let batch = upload(&stage, 20);
    let ran = stage.good(&["watch", CLINIC, "--batch", &batch, "--until-done", "--timeout", "5m"]);
    let (changes, summary) = parted(&ran);
    assert!(ran.err.contains("being prepared"), "{}", ran.err);
    let ids: HashSet<String> = changes.iter().map(|change| text(&change["id"])).collect();
    assert_eq!((ids.len(), summary["appeared"].as_u64(), summary["finished"].as_u64()), (20, Some(20), Some(20)));
    assert!(changes.iter().all(|change| text(&change["recipient"]).starts_with("65800000")), "only its messages");
    let of_the_campaign = |world: &mut postwatch::simulator::World| {
        world.log().recent_gets().filter(|call| call.batch.is_none() && call.message.is_none()).count()
    };
    assert_eq!(stage.simulator.with_world(of_the_campaign), 0, "the campaign's own list is not read");
    // Afterwards none of its messages change.
    let (changes, again) = parted(&stage.good(&["watch", CLINIC, "--batch", &batch, "--until-done", "--timeout", "5m"]));
    assert_eq!((changes.len(), again["loaded"].as_u64()), (0, Some(20)));
}

#[test]
fn an_outage_is_told_and_outlived() {
    let stage = Stage::new(moving(0.0));
    stage.simulator.set_faults(vec![Fault { kind: FaultKind::ResetBefore, share: 1.0, calls: FaultyCalls::Reads, times: Some(2) }]);
    let ran = stage.good(&["watch", CLINIC, "--until-done", "--timeout", "5m", "--since", "2020-01-01"]);
    assert!(ran.err.contains("Trying again") && ran.err.contains("The server answers again"), "{}", ran.err);
    let (_, summary) = parted(&ran);
    assert_eq!(summary["ended"], "done");
}

#[test]
fn a_refusal_ends_it() {
    let mut options = still(50);
    options.campaigns[0].rights = KeyRights::Nothing;
    let stage = Stage::new(options);
    let ran = stage.run(&["watch", CLINIC, "--timeout", "5m"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("lacks the permission"), "{}", ran.err);
    assert_eq!(parted(&ran).1["ended"], "refused");
    let nobody = stage.run(&["watch", CLINIC, "--batch", "batch_of_nobody", "--timeout", "5m"]);
    assert_eq!(nobody.code, 3, "{}", nobody.err);
}

#[test]
fn it_ends_when_nobody_reads_although_nothing_changes() {
    let stage = Stage::new(still(50));
    let Running { child, out } = Running::start(stage.command(&["watch", CLINIC, "-q"]));
    drop(out);
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn recipients_are_masked_where_the_campaigns_are() {
    let stage = Stage::new(moving(10.0));
    stage.configure("mask = true");
    let mut running = Running::start(stage.command(&["watch", CLINIC]));
    let change: Value = serde_json::from_str(&running.line()).unwrap();
    assert!(text(&change["recipient"]).contains('∙'), "{change}");
    running.signal(Signal::TERM);
    assert_eq!(running.end().0, 143);
}

#[test]
fn an_answer_without_statuses_is_no_change() {
    let stage = Stage::new(still(1));
    let now = Timestamp::now();
    let row = |number: i64, status: Option<&str>| {
        let created = (now - jiff::SignedDuration::from_secs(30 + number)).to_string();
        let mut row = serde_json::json!({ "id": format!("message_{number:03}"), "recipient": "6580001234", "createdAt": created });
        if let Some(status) = status {
            row["latestStatus"] = if status.is_empty() { Value::Null } else { status.into() };
        }
        row
    };
    // Messages change, so that it is read often.
    let status = |number| if number % 10 == 0 { "sending" } else { "failure" };
    let given: Vec<Value> = (0..222).map(|number| row(number, Some(status(number)))).collect();
    let missing: Vec<Value> = (0..222).map(|number| row(number, (number % 2 == 0).then_some(""))).collect();
    stage.tells(&given, false);
    let running = Running::start(stage.command(&["watch", CLINIC, "--max-failure", "1%", "--timeout", "11s"]));
    let met = |times: u64| {
        while stage.simulator.faults_met() < times {
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    met(1);
    stage.tells(&missing, false);
    met(2);
    stage.tells(&given, false);
    met(3);
    let mut lines: Vec<Value> = std::io::BufRead::lines(running.out).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    let summary = lines.pop().unwrap()["summary"].clone();
    assert_eq!((lines.len(), summary["ended"].as_str(), summary["changes"].as_u64()), (0, Some("timeout"), Some(0)), "{summary}");
}
