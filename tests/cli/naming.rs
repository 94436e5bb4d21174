//! One campaign under two names of its server.

use super::stage::{CLINIC, Ran, Stage, still};

/// The most calls in any second.
fn densest_second(stage: &Stage) -> usize {
    let calls: Vec<_> = stage.simulator.with_world(|world| world.log().recent_gets().map(|call| call.at).collect());
    let within = |first: &jiff::Timestamp| calls.iter().filter(|at| **at >= *first && at.duration_since(*first).as_millis() < 1000).count();
    calls.iter().map(within).max().unwrap_or(0)
}

/// A stage whose campaign is configured under two names of its server.
fn named_twice(messages: u64) -> Stage {
    let stage = Stage::new(still(messages));
    let card = stage.simulator.campaigns().remove(0);
    let base = stage.simulator.base_url();
    let section = |name: &str, base: &str| {
        format!(
            "[[campaigns]]\nname = \"{name}\"\nid = \"{}\"\nbase_url = \"{base}\"\nkey = \"{}\"\ncalls_per_second = 10\n",
            card.id, card.key
        )
    };
    stage.write_config(&[section(CLINIC, &base), section("By name", &base.replace("127.0.0.1", "localhost"))].concat());
    stage
}

#[test]
fn two_processes_under_two_names_share_one_budget() {
    let stage = named_twice(15_000);
    let read = |campaign: &str| {
        let mut command = stage.command(&["messages", campaign, "--fields", "id"]);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let (one, other) = (read(CLINIC), read("By name"));
    for child in [one, other] {
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.out.lines().count()), (0, 15_000), "{}", ran.err);
    }
    let calls = densest_second(&stage);
    assert!(calls <= 10, "{calls} calls in a second");
}

#[test]
fn a_campaign_under_two_addresses_is_warned_about() {
    let stage = named_twice(10);
    let ran = stage.run(&["config", "check"]);
    let told = format!("“{CLINIC}” and “By name” are one campaign under two addresses");
    assert!(ran.out.contains(&told) && ran.out.contains("warn"), "{ran:?}");
    assert_eq!(ran.code, 0);
    assert!(stage.run(&["check"]).out.contains(&told));
    stage.configure("");
    assert!(!stage.run(&["config", "check"]).out.contains("two addresses"));
}
