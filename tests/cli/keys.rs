//! A key that a command tells.

use super::stage::{CLINIC, Stage, still};

/// Two campaigns whose keys come from the same script, which counts its runs.
fn scripted(stage: &Stage, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let card = stage.simulator.campaigns().remove(0);
    let path = stage.folder.path().join("key.sh");
    let count = stage.folder.path().join("runs");
    let script = script.replace("KEY", &card.key);
    std::fs::write(&path, format!("#!/bin/sh\necho run >> '{}'\n{script}\n", count.display())).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    let base = stage.simulator.base_url();
    let section = |name: &str, id: &str, argument: &str| {
        format!(
            "[[campaigns]]\nname = \"{name}\"\nid = \"{id}\"\nbase_url = \"{base}\"\nkey = {{ command = [\"./key.sh\", \"{argument}\"] }}\n"
        )
    };
    stage.write_config(
        &[section(CLINIC, &card.id, "one"), section("Same key", "campaign_2", "one"), section("Other", "campaign_3", "two")].concat(),
    );
}

fn runs(stage: &Stage) -> usize {
    std::fs::read_to_string(stage.folder.path().join("runs")).map_or(0, |text| text.lines().count())
}

#[test]
fn a_command_tells_the_key_and_runs_no_oftener_than_needed() {
    let stage = Stage::new(still(20));
    // As `pass show` writes it: the key on the first line, notes below.
    scripted(&stage, "echo KEY; echo 'url: https://portal.example'");
    let log = stage.folder.path().join("log");
    let ran = stage.good(&["messages", CLINIC, "--log", log.to_str().unwrap(), "-vv"]);
    assert_eq!((ran.lines().len(), runs(&stage)), (20, 1), "only for the campaign that is read");
    let key = stage.simulator.campaigns().remove(0).key;
    assert!(!std::fs::read_to_string(&log).unwrap().contains(&key));
    let check = stage.run(&["check"]);
    assert_eq!(runs(&stage), 3, "twice more: one command of two campaigns runs once");
    assert!(check.out.contains("key.sh one`") && !check.out.contains(&key), "{}", check.out);
}

#[test]
fn a_command_that_tells_none_is_explained() {
    let stage = Stage::new(still(20));
    scripted(&stage, "echo 'gpg: no secret key, KEY' >&2; exit 2");
    let ran = stage.run(&["messages", CLINIC]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.contains("ended with exit code 2"), "{}", ran.err);
    let key = stage.simulator.campaigns().remove(0).key;
    assert!(!ran.err.contains(&key), "{}", ran.err);
    scripted(&stage, "true");
    let empty = stage.run(&["messages", CLINIC]);
    assert!(empty.code == 2 && empty.err.contains("is empty"), "{}", empty.err);
}

#[test]
fn a_configuration_that_others_can_write_runs_nothing() {
    let stage = Stage::new(still(20));
    scripted(&stage, "echo KEY");
    stage.set_mode("config.toml", 0o622);
    let ran = stage.run(&["messages", CLINIC]);
    assert!(ran.code == 2 && ran.err.contains("chmod go-w"), "{}", ran.err);
    assert_eq!(runs(&stage), 0);
}
