//! Exit codes, command by command and fault by fault. What becomes of a POST is in the table in
//! `cli/action/tests.rs`.

use std::collections::BTreeMap;
use std::process::Command;

use postwatch::simulator::{Fault, FaultKind, FaultyCalls};
use rstest::rstest;

use super::stage::{CLINIC, Ran, Stage, still, text};

/// Every command that reads, with its message when a fault passes: a watch waits as long as it may.
fn commands(message: &str, batch: &str) -> Vec<(Vec<String>, i32)> {
    let commands: [(&[&str], i32); 8] = [
        (&["messages", CLINIC], 1),
        (&["messages", CLINIC, "--batch", batch, "--format", "csv"], 1),
        (&["status", CLINIC], 1),
        (&["find", "6580001234"], 1),
        (&["check", CLINIC], 1),
        (&["watch", CLINIC, "--timeout", "2s"], 7),
        (&["retry", CLINIC, "--failed", "--dry-run"], 1),
        (&["retry", CLINIC, "--message", message, "--yes"], 1),
    ];
    commands.map(|(arguments, waited)| (arguments.iter().map(|part| (*part).to_owned()).collect(), waited)).into()
}

/// A stage, and all commands on a message and a batch that it has.
fn staged() -> (Stage, Vec<(Vec<String>, i32)>) {
    let stage = Stage::new(still(400));
    let ran = stage.good(&["messages", CLINIC, "--status", "failed", "--fields", "id,batchId"]);
    let lines = ran.lines();
    let batch = lines.iter().find_map(|line| line["batchId"].as_str()).unwrap();
    let commands = commands(&text(&lines[0]["id"]), batch);
    (stage, commands)
}

/// Runs all of them at the same time, each with a state folder of its own.
fn codes(stage: &Stage, commands: Vec<(Vec<String>, i32)>) -> BTreeMap<String, (i32, i32)> {
    let run = |(place, (arguments, waited)): (usize, (Vec<String>, i32))| {
        let mut command = stage.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        command.env("POSTWATCH_STATE", stage.folder.path().join(format!("state-{place}")));
        (arguments.join(" "), waited, std::thread::spawn(move || Ran::from(command.output().unwrap())))
    };
    let runs: Vec<_> = commands.into_iter().enumerate().map(run).collect();
    runs.into_iter().map(|(name, waited, run)| (name, (run.join().unwrap().code, waited))).collect()
}

#[track_caller]
fn all((stage, commands): (Stage, Vec<(Vec<String>, i32)>), expected: impl Fn(i32) -> i32) {
    let told = codes(&stage, commands);
    let wrong: Vec<_> = told.iter().filter(|(_, (code, waited))| *code != expected(*waited)).collect();
    assert_eq!((wrong, stage.posts().len()), (Vec::new(), 0));
}

const IP: &str = r#"{"error":{"code":"invalid_ip_address_used","message":"m","type":"domain_error","id":"t"}}"#;
const HTML: &str = "<html><title>Sign in</title></html>";

#[rstest]
#[case::key(401, r#"{"message":"Unauthorized","statusCode":401}"#, 3)]
#[case::right(403, HTML, 3)]
#[case::list(400, IP, 3)]
#[case::moved_for_good(301, HTML, 1)]
#[case::moved(302, "", 1)]
#[case::see_other(303, IP, 1)]
#[case::moved_with_the_method(307, HTML, 1)]
#[case::moved_for_good_with_the_method(308, "", 1)]
fn what_only_a_person_can_change_ends_every_command(#[case] status: u16, #[case] body: &str, #[case] code: i32) {
    let (stage, commands) = staged();
    stage.answers(status, body, FaultyCalls::All);
    all((stage, commands), |_| code);
}

/// All at the same time: each first tries again for a while.
#[test]
fn what_may_pass_and_does_not_is_a_failure() {
    let instead = |body| FaultKind::Instead { status: 200, body, performed: false };
    let statuses = [429, 500, 503, 520].map(FaultKind::Status);
    let others = [FaultKind::Html, FaultKind::Nonsense, instead(HTML), instead("null"), FaultKind::Cut, FaultKind::ResetBefore];
    let with = |kind| {
        let (stage, commands) = staged();
        stage.simulator.set_faults(vec![Fault { kind, share: 1.0, calls: FaultyCalls::All, times: None }]);
        (stage, commands)
    };
    let mut stages: Vec<_> = statuses.into_iter().chain(others).map(with).collect();
    let (stage, commands) = staged();
    let config = std::fs::read_to_string(stage.folder.path().join("config.toml")).unwrap();
    let base = config.split('"').find(|part| part.starts_with("http://")).unwrap();
    stage.write_config(&config.replace(base, "http://127.0.0.1:9/api/v2"));
    stages.push((stage, commands));
    let runs: Vec<_> = stages.into_iter().map(|staged| std::thread::spawn(|| all(staged, |waited| waited))).collect();
    runs.into_iter().for_each(|run| run.join().unwrap());
}

/// One after the other: each holds tens of megabytes.
#[test]
fn an_answer_that_is_too_large_is_nobodys_refusal() {
    let (stage, commands) = staged();
    stage.answers(200, &" ".repeat(65_000_000), FaultyCalls::All);
    for (arguments, _) in commands {
        let ran = stage.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.err);
        assert!((ran.out + &ran.err).contains("too large"), "{arguments:?}");
    }
}

/// A shell that lets the program write no file, as a full disk would.
fn on_a_full_disk(stage: &Stage, arguments: &[&str]) -> Ran {
    let program = stage.command(arguments);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"]).arg(program.get_program()).args(program.get_args());
    shell.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(std::process::Stdio::null());
    Ran::from(shell.output().unwrap())
}

#[test]
fn a_full_disk_is_no_mistake_in_usage_and_no_refusal() {
    let stage = Stage::new(still(600));
    let id = stage.failed("recipient_unavailable", 1).remove(0);
    let ran = on_a_full_disk(&stage, &["retry", CLINIC, "--message", &id, "--yes"]);
    assert_eq!((ran.code, stage.posts().len()), (1, 0), "{}", ran.err);
    assert!(ran.err.contains("journal") && ran.err.contains("Nothing can be retried"), "{}", ran.err);
    stage.configure("mask = true");
    let ran = on_a_full_disk(&stage, &["messages", CLINIC, "--reveal"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    // Commands that only read continue.
    for arguments in [&["messages", CLINIC][..], &["status", CLINIC], &["retry", CLINIC, "--failed", "--dry-run"]] {
        let ran = on_a_full_disk(&stage, arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_takes_no_more_is_a_failure() {
    let stage = Stage::new(still(20));
    for arguments in [&["messages", CLINIC][..], &["status", CLINIC], &["find", "658"], &["retry", CLINIC, "--failed", "--dry-run"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Ran::from(stage.command(arguments).stdout(full).output().unwrap());
        assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("could not be written"), "{}", ran.err);
    }
}

#[test]
fn an_unknown_id_is_told_with_the_id() {
    let stage = Stage::new(still(20));
    for command in [&["messages", CLINIC][..], &["status", CLINIC], &["watch", CLINIC], &["retry", CLINIC, "--dry-run"]] {
        let ran = stage.run(&[command, &["--batch", "batch_of_nobody"]].concat());
        assert_eq!(ran.code, 3, "{command:?}: {}", ran.err);
        assert!(ran.err.contains("There is no batch `batch_of_nobody` in this campaign."), "{command:?}: {}", ran.err);
    }
}
