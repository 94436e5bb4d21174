//! What goes wrong: a clear message and the right exit code.

use postwatch::simulator::{CampaignOptions, Fault, FaultKind, FaultyCalls, KeyRights, WorldOptions};
use rstest::rstest;
use rustix::process::Signal;

use super::stage::{CLINIC, Running, Stage, program, still};

fn with(change: impl FnOnce(&mut CampaignOptions)) -> WorldOptions {
    let mut options = still(50);
    change(&mut options.campaigns[0]);
    options
}

#[track_caller]
fn refused(stage: &Stage, arguments: &[&str], code: i32, told: &str) {
    let ran = stage.run(arguments);
    assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
    assert!(ran.err.contains(told), "{told:?} in {:?}", ran.err);
    assert_eq!(ran.out, "");
}

#[test]
fn a_wrong_key() {
    let stage = Stage::new(still(50));
    let card = stage.simulator.campaigns().remove(0);
    let base = stage.simulator.base_url();
    let config = |id: &str| format!("[[campaigns]]\nname = \"A\"\nid = \"{id}\"\nbase_url = \"{base}\"\nkey = \"key_test_wrong\"\n");
    stage.write_config(&config(&card.id));
    refused(&stage, &["messages", "A"], 3, "not valid for this campaign");
    refused(&stage, &["status", "A"], 3, "not valid for this campaign");
    stage.write_config(&config("campaign_of_nobody"));
    refused(&stage, &["messages", "A"], 3, "Check the campaign's id");
}

#[test]
fn a_machine_that_is_not_on_the_list_and_a_key_without_rights() {
    let stage = Stage::new(with(|campaign| campaign.allow_listed = false));
    refused(&stage, &["messages", CLINIC], 3, "allow list");
    let stage = Stage::new(with(|campaign| campaign.rights = KeyRights::Nothing));
    refused(&stage, &["status", CLINIC], 3, "lacks the permission");
}

#[test]
fn a_message_of_nobody() {
    let stage = Stage::new(still(50));
    refused(&stage, &["messages", CLINIC, "--batch", "batch_of_nobody"], 3, "");
    let ran = stage.run(&["retry", CLINIC, "--message", "message_of_nobody", "--yes"]);
    assert_eq!((ran.code, ran.lines()[0]["outcome"].as_str()), (4, Some("skipped")), "{}", ran.err);
    assert_eq!(stage.posts().len(), 0);
}

#[rstest]
#[case(&["messages"], "CAMPAIGN")]
#[case(&["messages", "Nobody"], "no campaign")]
#[case(&["messages", "Clinic reminder"], "Did you mean “Clinic reminders”?")]
#[case(&["messages", CLINIC, "--status", "delivred"], "`delivered`?")]
#[case(&["messages", CLINIC, "--status", "xyzzy"], "queued (enqueued)")]
#[case(&["messages", CLINIC, "--status", ""], "queued (enqueued)")]
#[case(&["messages", CLINIC, "--error", ""], "an error code")]
#[case(&["messages", CLINIC, "--error", "recipient_unavailible"], "Did you mean `recipient_unavailable`?")]
#[case(&["messages", CLINIC, "--batch", " "], "the id of a batch")]
#[case(&["status", CLINIC, "--batch", ""], "the id of a batch")]
#[case(&["watch", CLINIC, "--batch", ""], "the id of a batch")]
#[case(&["retry", CLINIC, "--batch", "", "--yes"], "needs an id")]
#[case(&["retry", CLINIC, "--error", "", "--yes"], "an error code")]
#[case(&["messages", CLINIC, "--since", "2h", "--until", "1d"], "There is no time between")]
#[case(&["messages", CLINIC, "--fields", "id,recipient,id"], "`id` twice")]
#[case(&["messages", CLINIC, "--fields", "values.*"], "`values` includes all values")]
#[case(&["messages", CLINIC, "--fields", "*"], "a wildcard")]
#[case(&["messages", CLINIC, "--fields", "id,"], "--fields")]
#[case(&["messages", CLINIC, "--since", "yesteryear"], "Give 2026-11-24T14:00:00+08:00")]
#[case(&["messages", CLINIC, "--fields", "id,status"], "`latestStatus`?")]
#[case(&["messages", CLINIC, "--search", "6"], "3 digits")]
#[case(&["retry", CLINIC], "`--message ID`")]
#[case(&["retry", CLINIC, "--message", "m"], "it needs `--yes`")]
#[case(&["retry", CLINIC, "--message", "m", "--unlock", "Clinic", "--yes"], "exact name is “Clinic reminders”")]
#[case(&["retry", CLINIC, "--message", "m", "--failed", "--yes"], "one or the other")]
#[case(&["retry", CLINIC, "--batch", "b", "--since", "2h", "--yes"], "Add `--failed`")]
#[case(&["retry", CLINIC, "--since", "2h", "--yes"], "alone chooses nothing")]
#[case(&["retry", CLINIC, "--failed", "--until", "2d", "--yes"], "Without `--since`")]
#[case(&["retry", CLINIC, "--failed", "--expect", "many"], "--expect")]
#[case(&["simulate", "--fault", "hang"], "--fault")]
#[case(&["simulate", "--listen", "0.0.0.0:0"], "loopback")]
#[case(&["find", "65"], "3 digits")]
#[case(&["find", "6580001234", "--campaign", "Nobody"], "no campaign")]
fn wrong_usage(#[case] arguments: &[&str], #[case] told: &str) {
    let stage = Stage::new(still(1));
    refused(&stage, arguments, 2, told);
}

#[test]
fn a_dashboard_without_a_terminal() {
    let stage = Stage::new(still(1));
    refused(&stage, &[], 2, "terminal");
    refused(&stage, &["demo"], 2, "terminal");
}

#[test]
fn read_only() {
    let stage = Stage::new(still(50));
    stage.configure("read_only = true");
    refused(&stage, &["retry", CLINIC, "--message", "m", "--yes"], 2, "read_only = false");
    refused(&stage, &["retry", CLINIC, "--failed", "--yes"], 2, "`--unlock \"Clinic reminders\"`");
    assert_eq!(stage.posts().len(), 0);
}

#[test]
fn a_key_that_others_can_read() {
    let stage = Stage::new(still(50));
    let card = stage.simulator.campaigns().remove(0);
    stage.write_private("clinic.key", &card.key);
    let base = stage.simulator.base_url();
    stage.write_config(&format!(
        "[[campaigns]]\nname = \"{CLINIC}\"\nid = \"{}\"\nbase_url = \"{base}\"\nkey = {{ file = \"clinic.key\" }}\n",
        card.id
    ));
    stage.good(&["messages", CLINIC, "-q"]);
    stage.set_mode("clinic.key", 0o644);
    refused(&stage, &["messages", CLINIC], 2, "chmod 600");
    let ran = stage.run(&["messages", CLINIC]);
    assert!(!ran.err.contains(&card.key));
}

#[test]
fn no_configuration_and_a_broken_one() {
    let stage = Stage::new(still(1));
    let nowhere = stage.folder.path().join("nowhere.toml");
    refused(&stage, &["messages", CLINIC, "--config", nowhere.to_str().unwrap()], 2, "nowhere.toml");
    stage.write_config("[[campaigns]]\nname = \"Broken\"\nid = \"campaign_1\"\nenvironment = \"tset\"\nkey = { env = \"KEY\" }\n");
    refused(&stage, &["messages", "Broken"], 2, "line 4, column 15");
}

#[test]
fn a_state_folder_that_cannot_be_used_refuses_actions() {
    let stage = Stage::new(still(400));
    let id = stage.failed("recipient_unavailable", 1).remove(0);
    let file = stage.write_private("a-file", "");
    refused(&stage, &["retry", CLINIC, "--message", &id, "--yes", "--state", file.to_str().unwrap()], 2, "journal");
    assert_eq!(stage.posts().len(), 0);
    stage.good(&["status", CLINIC, "--state", file.to_str().unwrap()]);
}

#[test]
fn signals_end_a_read_that_hangs() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let stage = Stage::new(still(50));
        stage.simulator.set_faults(vec![Fault { kind: FaultKind::Hang, share: 1.0, calls: FaultyCalls::All, times: None }]);
        let running = Running::start(stage.command(&["messages", CLINIC]));
        while stage.simulator.faults_met() == 0 {
            std::thread::yield_now();
        }
        running.signal(signal);
        assert_eq!(running.end().0, code);
    }
}

#[test]
fn a_fault_that_passes_is_waited_for() {
    let stage = Stage::new(still(50));
    for kind in [FaultKind::Status(503), FaultKind::Html, FaultKind::Nonsense, FaultKind::Cut, FaultKind::ResetBefore] {
        stage.simulator.set_faults(vec![Fault { kind, share: 1.0, calls: FaultyCalls::Reads, times: Some(1) }]);
        let ran = stage.good(&["messages", CLINIC]);
        assert_eq!(ran.lines().len(), 50, "{kind:?}");
        assert!(ran.err.contains("again in"), "{kind:?}: {}", ran.err);
    }
}

#[test]
fn the_help_names_only_what_there_is() {
    let help = String::from_utf8(program(&["--help"]).output().unwrap().stdout).unwrap();
    let all = "demo check find status messages watch retry send send-batch journal simulate config completions man";
    for command in all.split(' ') {
        assert!(help.contains(&format!("\n  {command} ")), "{command} in {help}");
    }
    for missing in ["outcome", "report"] {
        assert!(!help.contains(&format!("\n  {missing} ")), "{missing} in {help}");
    }
}
