//! `retry`: interrupted in its middle, and started again.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};

use postwatch::simulator::{Fault, FaultKind, FaultyCalls};
use postwatch::state::{ActionState, Journal};
use rustix::process::Signal;
use serde_json::Value;

use super::stage::{CLINIC, Running, Stage, still, text, until};

fn rest(running: &mut Running) -> Vec<Value> {
    (&mut running.out).lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

#[test]
fn what_was_not_started_goes_with_the_second_start_and_nothing_goes_twice() {
    let stage = Stage::new(still(600));
    stage.configure("campaign_limit = 1000\ncalls_per_second = 40");
    let arguments = ["retry", CLINIC, "--failed", "--since", "2020-01-01", "--include-useless", "--yes"];
    let mut running = Running::start(stage.command(&arguments));
    let mut lines: Vec<Value> = (0..5).map(|_| serde_json::from_str(&running.line()).unwrap()).collect();
    running.signal(Signal::INT);
    lines.extend(rest(&mut running));
    let (code, err) = running.end();
    assert_eq!(code, 130, "{err}");
    assert!(err.contains("Stopping: ") && err.contains("Interrupt again to quit at once."), "{err}");
    let of = |outcome: &str| -> BTreeSet<String> {
        lines.iter().filter(|line| line["outcome"] == outcome).map(|line| text(&line["id"])).collect()
    };
    let (accepted, not_started) = (of("accepted"), of("skipped"));
    assert_eq!(accepted.len() + not_started.len(), lines.len(), "all have their line: {err}");
    assert!(accepted.len() >= 5 && not_started.len() > 10, "{} and {}", accepted.len(), not_started.len());
    assert!(lines.iter().all(|line| line["outcome"] == "accepted" || line["reason"] == "not started: interrupted"));
    assert!(err.contains(&format!("{} accepted, 0 refused, 0 unknown, {} not started.", accepted.len(), not_started.len())), "{err}");
    assert_eq!(stage.posts().len(), accepted.len());
    let journal = Journal::open(&stage.state()).unwrap();
    let given_up = journal.all(1000).unwrap().iter().filter(|entry| entry.state == ActionState::NotSent).count();
    assert_eq!((given_up, journal.all_open().unwrap().len()), (not_started.len(), 0), "that is on disk, too");

    stage.configure("campaign_limit = 1000\ncalls_per_second = 400");
    let again = stage.good(&arguments);
    let second: BTreeSet<String> = again.lines().iter().map(|line| text(&line["id"])).collect();
    assert!(not_started.is_subset(&second), "{}", again.err);
    let mut posted: Vec<String> = stage.posts().into_iter().filter_map(|post| post.message).collect();
    let count = posted.len();
    posted.sort();
    posted.dedup();
    assert_eq!(posted.len(), count, "nothing goes twice");
    assert_eq!(count, accepted.len() + not_started.len());
}

#[test]
fn a_second_start_finds_out_first_what_became_of_an_unknown_one() {
    let stage = Stage::new(still(600));
    let id = stage.failed("recipient_unavailable", 1).remove(0);
    // Slow, so that there is time between the plan and the request.
    stage.configure("calls_per_second = 0.25");
    let once = |kind, calls, times| Fault { kind, share: 1.0, calls, times };
    let mut running = Running::start(stage.command(&["retry", CLINIC, "--message", &id, "--yes"]));
    let mut err = BufReader::new(running.child.stderr.take().unwrap());
    until(&mut err, "retry 1 message");
    stage
        .simulator
        .set_faults(vec![once(FaultKind::ResetAfter, FaultyCalls::Writes, Some(1)), once(FaultKind::Hang, FaultyCalls::Reads, None)]);
    until(&mut err, "the outcome is unknown");
    running.signal(Signal::INT);
    let told = until(&mut err, "Stopping");
    assert!(told.contains("0 requests under way, 1 unknown, 0 not started"), "{told}");
    assert_eq!(rest(&mut running).iter().map(|line| text(&line["outcome"])).collect::<Vec<_>>(), ["unknown"]);
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    assert_eq!(stage.posts().len(), 1);

    stage.simulator.set_faults(Vec::new());
    stage.configure("");
    let open = stage.good(&["journal", "--open"]);
    assert_eq!(open.lines().len(), 1, "{}", open.err);
    let again = stage.run(&["retry", CLINIC, "--message", &id, "--yes"]);
    assert!(again.err.contains("a look-up showed that the retry was accepted"), "{}", again.err);
    assert!(text(&again.lines()[0]["reason"]).starts_with("not failed"), "{}", again.out);
    assert_eq!((again.code, stage.posts().len()), (4, 1));
    assert_eq!(Journal::open(&stage.state()).unwrap().all(1).unwrap()[0].state, ActionState::ResolvedAccepted);
}

/// A pipe gets no bar, so it is reported in lines: not one for each call, and each says something.
#[test]
fn a_429_that_goes_on_is_told_as_it_goes() {
    let stage = Stage::new(still(600));
    stage.simulator.set_faults(vec![Fault { kind: FaultKind::Status(429), share: 1.0, calls: FaultyCalls::Writes, times: None }]);
    let mut running =
        Running::start(stage.command(&["retry", CLINIC, "--error", "recipient_unavailable", "--since", "2020-01-01", "--yes"]));
    let mut err = BufReader::new(running.child.stderr.take().unwrap());
    let told = until(&mut err, "Nothing has got through for");
    assert!(told.contains("is sent again: Too many calls in this second.") && told.contains("after 5 minutes the run stops"), "{told}");
    assert!(told.contains("So far 0 accepted"), "{told}");
    assert!(stage.simulator.faults_met() >= 5 && told.matches("Too many calls").count() <= 6, "{told}");
    running.signal(Signal::INT);
    let lines = rest(&mut running);
    assert!(lines.iter().all(|line| line["outcome"] != "accepted") && stage.posts().is_empty());
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
}
