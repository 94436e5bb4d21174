//! `simulate`: its first lines, its configuration, its end.

use rustix::process::Signal;

use super::stage::{Ran, Running, program};

#[test]
fn its_configuration_is_accepted_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("simulated.toml");
    let path = config.to_str().unwrap();
    let arguments = [
        "simulate",
        "--campaigns",
        "2",
        "--campaign",
        "campaign_mine",
        "--key",
        "key_test_mine",
        "--messages",
        "100",
        "--write-config",
        path,
    ];
    let mut running = Running::start(program(&arguments));
    let listening = running.line();
    assert!(listening.starts_with("listening on http://127.0.0.1:") && listening.ends_with("/api/v2"), "{listening}");
    assert_eq!(running.line(), "campaign campaign_mine key_test_mine Clinic reminders");
    let second = running.line();
    assert!(second.starts_with("campaign campaign_") && second.ends_with(" One-time codes"), "{second}");

    let run = |arguments: &[&str]| {
        let mut command = program(arguments);
        command.env("HOME", folder.path()).args(["--config", path, "--state", folder.path().join("state").to_str().unwrap()]);
        Ran::from(command.output().unwrap())
    };
    let check = run(&["check"]);
    assert_eq!(check.code, 0, "{}", check.out);
    assert_eq!(run(&["status", "campaign_mine", "--since", "2020-01-01"]).code, 0);

    running.signal(Signal::INT);
    assert_eq!(running.end().0, 130);
    // The same file may be written again, for the next simulator.
    let mut again = Running::start(program(&arguments));
    assert!(again.line().starts_with("listening on"));
    again.signal(Signal::TERM);
    assert_eq!(again.end().0, 143);
}

#[test]
fn somebodys_own_configuration_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "# mine\n").unwrap();
    let ran = Ran::from(program(&["simulate", "--write-config", config.to_str().unwrap()]).output().unwrap());
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&config).unwrap(), "# mine\n");
}

#[test]
fn while_reports_are_late_messages_are_sent_and_none_finishes() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("simulated.toml");
    let path = config.to_str().unwrap();
    let arguments = ["simulate", "--messages", "0", "--live", "20", "--speed", "100", "--fail", "0.2", "--fault", "reports-late=1"];
    let mut running = Running::start(program(&[&arguments[..], &["--write-config", path]].concat()));
    running.line();
    let mut with_telco = 0;
    // At this speed a report would come within a second.
    while with_telco < 40 {
        let mut command = program(&["messages", "Clinic reminders", "--format", "json", "--config", path]);
        command.env("HOME", folder.path()).args(["--state", folder.path().join("state").to_str().unwrap()]);
        let ran = Ran::from(command.output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let messages = ran.json();
        let messages = messages.as_array().unwrap();
        assert!(messages.iter().all(|message| message["latestStatus"] != "success" && message["latestStatus"] != "failure"));
        with_telco = messages.iter().filter(|message| message["latestStatus"] == "sent_to_telco").count();
    }
    running.signal(Signal::INT);
    assert_eq!(running.end().0, 130);
}

#[test]
fn ids_with_blanks_and_unknown_faults_are_refused_at_the_start() {
    for arguments in [["--campaign", "my campaign", "--key", "key_test_1"], ["--fault", "telco=1", "--messages", "1"]] {
        let ran = Ran::from(program(&[&["simulate"], &arguments[..]].concat()).output().unwrap());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
        assert!(ran.err.contains("one word is expected, without blanks") || ran.err.contains("`reports-late`"), "{}", ran.err);
    }
}
