//! A production key at an address of this machine: behind it may be a tunnel or a sidecar, so it
//! looks and locks like production until the configuration says what is there.

use postwatch::simulator::WorldOptions;

use super::stage::{CLINIC, Ran, Stage, still, text};

fn world(key: &str) -> WorldOptions {
    let mut options = still(600);
    options.campaigns[0].key = Some(key.to_owned());
    options
}

const LIVE: &str = "key_live_0123456789abcdef";

fn shown(stage: &Stage) -> (String, bool) {
    let ran: Ran = stage.good(&["status", CLINIC, "--format", "json"]);
    let environment = text(&ran.json()["campaign"]["environment"]);
    let row = stage.good(&["messages", CLINIC, "--limit", "1", "--fields", "recipient"]).lines().remove(0);
    (environment, text(&row["recipient"]).contains('∙'))
}

#[test]
fn a_production_key_on_loopback_is_production() {
    let stage = Stage::new(world(LIVE));
    assert_eq!(shown(&stage), ("production".to_owned(), true));
    let check = stage.run(&["check"]);
    assert!(check.out.contains("It has a production key"), "{}", check.out);
    let number = stage.good(&["messages", CLINIC, "--limit", "1", "--fields", "recipient", "--reveal"]).lines().remove(0);
    let found = stage.run(&["find", &text(&number["recipient"]), "--format", "table"]);
    assert!(format!("{}{}", found.out, found.err).contains("(production)"), "{} {}", found.out, found.err);

    // Every lock of production holds: read-only, and the count.
    let ids = stage.failed("recipient_unavailable", 2);
    let both = ["retry", CLINIC, "--message", &ids[0], "--message", &ids[1], "--yes"];
    let locked = stage.run(&both);
    assert_eq!(locked.code, 2, "{}", locked.err);
    assert!(locked.err.contains("--unlock"), "{}", locked.err);
    let uncounted = stage.run(&[&both[..], &["--unlock", CLINIC]].concat());
    assert_eq!(uncounted.code, 2, "{}", uncounted.err);
    assert!(uncounted.err.contains("--expect"), "{}", uncounted.err);
    assert_eq!(stage.posts().len(), 0);
    stage.good(&[&both[..], &["--unlock", CLINIC, "--expect", "2"]].concat());
    assert_eq!(stage.posts().len(), 2);
}

#[test]
fn what_the_configuration_says_is_behind_it_holds() {
    let stage = Stage::new(world(LIVE));
    stage.configure("environment = \"test\"");
    assert_eq!(shown(&stage), ("test".to_owned(), false));
    let ids = stage.failed("recipient_unavailable", 2);
    stage.good(&["retry", CLINIC, "--message", &ids[0], "--message", &ids[1], "--yes"]);

    let stage = Stage::new(world("key_test_0123456789abcdef"));
    assert_eq!(shown(&stage), ("simulator".to_owned(), false));
    stage.configure("environment = \"production\"");
    assert_eq!(shown(&stage), ("production".to_owned(), true));
}
