//! A key that a command prints.

use std::time::{Duration, Instant};

use rstest::rstest;

use super::stage::{CLINIC, Ran, Stage, still, text};

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
    assert!(ran.err.contains("exited with code 2"), "{}", ran.err);
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

#[test]
fn an_agent_that_holds_the_output_open_does_not_hold_up_the_key() {
    let stage = Stage::new(still(20));
    scripted(&stage, "sleep 30 & echo KEY");
    let began = Instant::now();
    assert_eq!(stage.good(&["messages", CLINIC]).lines().len(), 20);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[test]
fn without_a_terminal_commands_run_side_by_side() {
    let stage = Stage::new(still(20));
    scripted(&stage, "echo begun; exit 0");
    let card = stage.simulator.campaigns().remove(0);
    let base = stage.simulator.base_url();
    // Each waits for all the others: one after the other, none would succeed.
    let script = format!(
        "#!/bin/sh\ntouch \"$1.begun\"\nfor i in $(seq 80); do [ \"$(ls *.begun | wc -l)\" = 8 ] && echo {} && exit 0; sleep 0.1; done\nexit 1\n",
        card.key
    );
    stage.write_private("key.sh", &script);
    stage.set_mode("key.sh", 0o700);
    let section = |place: usize| {
        let (name, id) = if place == 0 { (CLINIC.to_owned(), card.id.clone()) } else { (format!("C{place}"), format!("campaign_{place}")) };
        let folder = stage.folder.path().display();
        let command = format!("[\"sh\", \"-c\", \"cd '{folder}' && ./key.sh {place}\"]");
        format!("[[campaigns]]\nname = \"{name}\"\nid = \"{id}\"\nbase_url = \"{base}\"\nkey = {{ command = {command} }}\n")
    };
    stage.write_config(&(0..8).map(section).collect::<String>());
    let ran = stage.run(&["find", "6500000000", "--format", "json"]);
    let document = ran.json();
    assert_eq!(document["asked"].as_array().unwrap().len(), 1, "{} {}", ran.out, ran.err);
    let reasons: Vec<String> = document["notAsked"].as_array().unwrap().iter().map(|one| text(&one["reason"])).collect();
    assert!(reasons.iter().all(|reason| !reason.contains("exit code")), "{reasons:?}");
}

#[rstest]
#[case("\"KEY\"", "has quotes or other signs around it")]
#[case("'KEY'", "has quotes or other signs around it")]
#[case("CLINIC_KEY=KEY", "has a name or another word before it")]
#[case("export CLINIC_KEY=\"KEY\"", "has a name or another word before it")]
#[case("Bearer KEY", "has a name or another word before it")]
fn what_is_not_the_key_alone_is_named_before_any_call(#[case] written: &str, #[case] flaw: &str) {
    let stage = Stage::new(still(20));
    let card = stage.simulator.campaigns().remove(0);
    let (base, written) = (stage.simulator.base_url(), written.replace("KEY", &card.key));
    let path = stage.write_private("clinic.key", &format!("{written}\n"));
    let section =
        |key: &str| format!("[[campaigns]]\nname = \"{CLINIC}\"\nid = \"{}\"\nbase_url = \"{base}\"\nkey = {{ {key} }}\n", card.id);
    let file = section(&format!("file = \"{}\"", path.display()));
    let command = section(&format!("command = [\"cat\", \"{}\"]", path.display()));
    for config in [file, command, section("env = \"CLINIC_KEY\"")] {
        stage.write_config(&config);
        for arguments in [&["messages", CLINIC][..], &["check"], &["find", "658"]] {
            let ran = Ran::from(stage.command(arguments).env("CLINIC_KEY", &written).output().unwrap());
            assert_eq!(ran.code, 2, "{arguments:?}: {} {}", ran.out, ran.err);
            let told = format!("{}{}", ran.out, ran.err);
            assert!(told.contains(flaw) && !told.contains(&card.key), "{arguments:?}: {told}");
        }
    }
    assert_eq!(stage.simulator.with_world(|world| world.log().get_count()), 0);
}
