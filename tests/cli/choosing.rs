//! `retry`: what is selected, what the plan says about it, and who must agree.

use std::collections::BTreeSet;

use jiff::Timestamp;
use postwatch::simulator::{Call, Fault, FaultKind, FaultyCalls};
use postwatch::state::{ActionState, Journal, NoteKind};
use rstest::rstest;
use serde_json::Value;

use super::stage::{CLINIC, Ran, Running, Stage, still, text};

/// Before everything.
const EVER: &str = "2020-01-01";

/// A campaign with a high limit, because these tests are not about waiting.
const FAST: &str = "campaign_limit = 1000\ncalls_per_second = 200";

/// The ids that a plan retries, and those it leaves out.
fn planned(plan: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let plan = &plan["plan"];
    let retry = plan["retry"].as_array().unwrap().iter().map(text).collect();
    (retry, plan["leftOut"].as_array().unwrap().iter().map(|left| text(&left["id"])).collect())
}

fn plan(stage: &Stage, options: &[&str]) -> Value {
    stage.good(&[&["retry", CLINIC, "--dry-run"], options].concat()).lines().remove(0)
}

/// The ids of the failures that `messages` lists with these options.
fn failures(stage: &Stage, options: &[&str]) -> BTreeSet<String> {
    let ran = stage.good(&[&["messages", CLINIC, "--status", "failed", "--fields", "id"], options].concat());
    ran.lines().iter().map(|line| text(&line["id"])).collect()
}

/// A batch with failures, and how many rows it has.
fn batch(stage: &Stage) -> (String, u64) {
    let status = stage.good(&["status", CLINIC, "--since", EVER, "--format", "json"]).json();
    let batch = status["batches"].as_array().unwrap().iter().find(|batch| batch["statuses"]["failure"].as_u64() > Some(1)).unwrap();
    (text(&batch["id"]), batch["total"].as_u64().unwrap())
}

#[track_caller]
fn refused(ran: &Ran, told: &str) {
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains(told), "{told:?} in {:?}", ran.err);
}

#[rstest]
#[case::all(&["--since", EVER])]
#[case::of_a_code(&["--since", EVER, "--error", "recipient_unavailable"])]
#[case::of_two_codes(&["--since", EVER, "--error", "routing_error", "--error", "recipient_invalid"])]
#[case::until(&["--since", EVER, "--until", "1d"])]
#[case::searched(&["--since", EVER, "--search", "658"])]
fn the_plan_has_the_failures_that_messages_lists(#[case] options: &[&str]) {
    let stage = Stage::new(still(1500));
    let failed = if options.contains(&"--error") { &[][..] } else { &["--failed"] };
    let (retry, left_out) = planned(&plan(&stage, &[options, failed].concat()));
    let listed = failures(&stage, options);
    assert!(!listed.is_empty() && retry.is_disjoint(&left_out));
    assert_eq!(&retry | &left_out, listed);
    let all = planned(&plan(&stage, &[options, failed, &["--include-useless"]].concat()));
    assert_eq!(all, (listed, BTreeSet::new()));
    assert_eq!(stage.posts().len(), 0);
}

#[test]
fn without_a_time_the_last_day_is_meant() {
    let stage = Stage::new(still(3000));
    let (retry, left_out) = planned(&plan(&stage, &["--failed"]));
    let chosen = &retry | &left_out;
    // A message may become a day old between two runs.
    assert!(failures(&stage, &["--since", "23h"]).is_subset(&chosen) && chosen.is_subset(&failures(&stage, &["--since", "25h"])));
    assert!(!chosen.is_empty() && chosen.len() < failures(&stage, &[]).len());
}

#[test]
fn a_plan_tells_calls_time_and_ages() {
    let stage = Stage::new(still(1500));
    let (told, oldest) = (plan(&stage, &["--failed", "--since", EVER]), failures(&stage, &[]));
    let part = &told["plan"];
    let count = part["retry"].as_array().unwrap().len() as f64;
    assert_eq!(part["calls"].as_f64(), Some(count));
    assert!((part["seconds"].as_f64().unwrap() - count / 7.5).abs() < 0.1, "three quarters of ten a second: {part}");
    assert!(text(&part["oldest"]) < text(&part["newest"]));
    let names: Vec<&String> = part.as_object().unwrap().keys().collect();
    assert_eq!(names, ["calls", "leftOut", "newest", "oldest", "retry", "seconds"]);
    assert!(part["leftOut"][0]["reason"] == "not worth a retry" && !oldest.is_empty());

    let table = stage.good(&["retry", CLINIC, "--failed", "--since", EVER, "--dry-run", "--format", "table"]).out;
    assert!(table.starts_with(&format!("SIMULATOR · {CLINIC}: retry {count} messages, failures since 1 Jan 2020 00:00:00.\n")), "{table}");
    for told in
        ["recipient_unavailable", "left out  message_", "not worth a retry", "Older than 24 hours", "Created between", "calls, about"]
    {
        assert!(table.contains(told), "{told:?} in {table}");
    }
    let csv = stage.good(&["retry", CLINIC, "--failed", "--since", EVER, "--dry-run", "--format", "csv"]).out;
    assert!(csv.starts_with("id,plan,reason\n") && csv.lines().count() == 1 + planned(&told).0.len() + planned(&told).1.len());
}

#[test]
fn a_batch_goes_as_a_whole_with_one_call() {
    let stage = Stage::new(still(400));
    let (id, total) = batch(&stage);
    let failed = failures(&stage, &["--batch", &id]);
    let told = plan(&stage, &["--batch", &id]);
    assert_eq!(planned(&told), (failed.clone(), BTreeSet::new()), "useful or not");
    assert_eq!(told["plan"]["calls"], 1);

    refused(&stage.run(&["retry", CLINIC, "--batch", &id, "--yes", "--expect", "1"]), &format!("has {} messages", failed.len()));
    let ran = stage.good(&["retry", CLINIC, "--batch", &id, "--yes", "--expect", &failed.len().to_string()]);
    assert_eq!(ran.lines(), [serde_json::json!({"id": id, "outcome": "accepted", "code": null, "reason": null, "traceId": null})]);
    assert!(ran.err.contains("1 accepted, 0 refused, 0 unknown, 0 not started."), "{}", ran.err);
    let posts = stage.posts();
    assert_eq!((posts.len(), posts[0].batch.as_deref(), posts[0].message.as_deref()), (1, Some(id.as_str()), None));
    assert!(total >= failed.len() as u64);

    // Its messages are `created` now, which keeps it from being retried.
    let again = stage.run(&["retry", CLINIC, "--batch", &id, "--yes"]);
    let line = again.lines().remove(0);
    assert_eq!((again.code, text(&line["id"]), text(&line["outcome"])), (4, id.clone(), "skipped".to_owned()), "{}", again.err);
    assert_eq!(planned(&plan(&stage, &["--batch", &id])), (BTreeSet::new(), BTreeSet::from([id])));
    assert_eq!(stage.posts().len(), 1);
}

#[test]
fn single_messages_of_a_batch_go_one_by_one() {
    let stage = Stage::new(still(400));
    stage.configure(FAST);
    let (id, _) = batch(&stage);
    let options = ["--batch", &id, "--failed", "--since", EVER];
    let (retry, left_out) = planned(&plan(&stage, &options));
    assert_eq!(&retry | &left_out, failures(&stage, &["--batch", &id]));
    let ran = stage.good(&[&["retry", CLINIC, "--yes"], &options[..]].concat());
    assert!(ran.err.contains("cannot be retried as a whole until"), "{}", ran.err);
    let posted: BTreeSet<String> = stage.posts().into_iter().filter_map(|post| post.message).collect();
    assert_eq!((posted, stage.posts().len()), (retry.clone(), retry.len()));
    let outcomes: Vec<String> = ran.lines().iter().map(|line| text(&line["outcome"])).collect();
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "accepted").count(), retry.len());
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "skipped").count(), left_out.len(), "left out by the plan is no refusal");
}

#[test]
fn a_batch_of_nobody_and_failures_that_are_not_there() {
    let stage = Stage::new(still(100));
    let ran = stage.run(&["retry", CLINIC, "--batch", "batch_of_nobody", "--yes"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    refused(&stage.run(&["retry", CLINIC, "--error", "recipient_unavailible", "--yes"]), "Did you mean `recipient_unavailable`?");
    // A name in the API's table is not a mistake, even if no message has it.
    let ran = stage.good(&["retry", CLINIC, "--error", "server_unknown_error", "--until", "23h", "--yes"]);
    assert_eq!(ran.out, "");
    for told in ["nothing to retry among the failures with server_unknown_error since", "0 accepted"] {
        assert!(ran.err.contains(told), "{told:?} in {}", ran.err);
    }
    assert!(!stage.state().join("journal.sqlite3").exists(), "nothing was done, so nothing is written down");
}

#[test]
fn another_number_than_expected_is_refused() {
    let stage = Stage::new(still(600));
    stage.configure(FAST);
    let options = ["--error", "recipient_unavailable", "--since", EVER];
    let count = planned(&plan(&stage, &options)).0.len();
    let with =
        |expect: usize, more: &[&str]| stage.run(&[&["retry", CLINIC, "--expect", &expect.to_string()], &options[..], more].concat());
    refused(&with(count - 1, &["--yes"]), &format!("add `--expect {count}`"));
    assert_eq!(stage.posts().len(), 0);
    let told = with(count + 1, &["--dry-run"]);
    assert_eq!((told.code, planned(&told.lines()[0]).0.len()), (2, count), "the plan is told all the same");
    assert_eq!(with(count, &["--dry-run"]).code, 0);
    assert_eq!(with(count, &["--yes"]).code, 0);
    assert_eq!(stage.posts().len(), count);
}

#[test]
fn a_read_only_campaign_is_unlocked_by_its_name_and_that_is_written_down() {
    let stage = Stage::new(still(600));
    let id = stage.failed("recipient_unavailable", 1).remove(0);
    stage.configure("read_only = true");
    let arguments = ["retry", CLINIC, "--message", &id, "--yes"];
    refused(&stage.run(&arguments), "`--unlock \"Clinic reminders\"`");
    refused(&stage.run(&[&arguments[..], &["--unlock", "clinic reminders"]].concat()), "exact name is “Clinic reminders”");
    refused(&stage.run(&["retry", CLINIC, "--message", &id, "--unlock", CLINIC]), "it needs `--yes`");
    assert_eq!(stage.posts().len(), 0);
    stage.good(&[&arguments[..], &["--unlock", CLINIC]].concat());
    assert_eq!(stage.posts().len(), 1);
    let notes = Journal::open(&stage.state()).unwrap().notes(9).unwrap();
    let told: Vec<(NoteKind, &str)> = notes.iter().map(|entry| (entry.note.kind, entry.note.detail.as_str())).collect();
    assert_eq!(told, [(NoteKind::Unlock, "for one command: retry of 1 message")]);
}

#[test]
fn old_one_time_passwords_are_left_out() {
    let stage = Stage::new(still(400));
    let id = stage.failed("recipient_unavailable", 1).remove(0);
    let (batch, _) = batch(&stage);
    stage.configure("one_time_password = true\nvalid_for = \"5m\"");
    let ran = stage.run(&["retry", CLINIC, "--message", &id, "--yes"]);
    assert_eq!((ran.code, text(&ran.lines()[0]["reason"])), (4, "a one-time password that is no longer valid".to_owned()));
    let ran = stage.run(&["retry", CLINIC, "--batch", &batch, "--yes"]);
    assert!(ran.code == 4 && text(&ran.lines()[0]["reason"]).contains("no longer valid"), "{}", ran.err);
    assert_eq!(stage.posts().len(), 0);
}

/// Retries a message at the server, as someone at the portal does.
fn retried_from_the_portal(stage: &Stage, message: &str) {
    let card = stage.simulator.campaigns().remove(0);
    let (path, authorization) = (format!("/campaigns/{}/messages/{message}/retry", card.id), format!("Bearer {}", card.key));
    let call = Call { method: "POST", path: &path, query: None, authorization: Some(&authorization), content_type: None, body: b"" };
    let answer = stage.simulator.with_world(|world| world.answer(&call, Timestamp::now()));
    assert_eq!(answer.status, 201);
}

/// The answer to a batch's retry is lost, before or after the server saw it. Meanwhile one message of the batch is
/// retried from the portal: that alone says nothing about the others.
#[rstest]
#[case::never_arrived(FaultKind::ResetBefore, true, 5, "unknown")]
#[case::arrived(FaultKind::ResetAfter, false, 0, "accepted")]
fn a_batch_whose_answer_was_lost_is_told_by_all_of_its_failures(
    #[case] kind: FaultKind,
    #[case] by_another_hand: bool,
    #[case] code: i32,
    #[case] outcome: &str,
) {
    let stage = Stage::new(still(400));
    stage.configure(FAST);
    let (id, _) = batch(&stage);
    let failed = failures(&stage, &["--batch", &id]);
    stage.simulator.set_faults(vec![Fault { kind, share: 1.0, calls: FaultyCalls::Writes, times: Some(1) }]);
    let mut running = Running::start(stage.command(&["retry", CLINIC, "--batch", &id, "--yes"]));
    while stage.simulator.faults_met() == 0 {
        std::thread::yield_now();
    }
    if by_another_hand {
        retried_from_the_portal(&stage, failed.first().unwrap());
    }
    let line: Value = serde_json::from_str(&running.line()).unwrap();
    let (ended, err) = running.end();
    assert_eq!((text(&line["outcome"]).as_str(), ended), (outcome, code), "{line} {err}");
    if by_another_hand {
        let words = format!("1 of {} changed", failed.len());
        assert!(text(&line["reason"]).starts_with(&words), "{line}");
        let entry = Journal::open(&stage.state()).unwrap().all(1).unwrap().remove(0);
        assert!(entry.state == ActionState::Unknown && entry.reason.is_some_and(|reason| reason.starts_with(&words)));
        // The next start reads, finds the same, and sends nothing.
        let again = stage.run(&["retry", CLINIC, "--batch", &id, "--yes"]);
        assert_eq!((again.code, text(&again.lines()[0]["outcome"])), (4, "skipped".to_owned()), "{}", again.err);
    }
    let batches = stage.posts().iter().filter(|post| post.message.is_none()).count();
    assert_eq!(batches, usize::from(!by_another_hand));
}
