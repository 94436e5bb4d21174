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
