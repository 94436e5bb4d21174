//! Sending a file, from its path to its batch; and never by accident.

use std::fs;
use std::time::Duration;

use postwatch::simulator::CampaignOptions;

use super::program::Program;
use super::simulation::{Simulation, campaign, world};

/// A campaign whose rows show soon after an upload.
fn simulation() -> Simulation {
    Simulation::of(world(vec![CampaignOptions { prepare: Duration::from_secs(60), ..campaign("Clinic reminders") }]))
}

/// A file with the variables of the campaign's messages.
fn csv(simulation: &Simulation, recipients: &[&str]) -> String {
    let names = simulation.variables();
    let row = |recipient: &&str| format!("{recipient},english{}\n", ",Tan".repeat(names.len()));
    let heads: String = names.iter().map(|name| format!(",{name}")).collect();
    format!("recipient,language{heads}\n{}", recipients.iter().map(row).collect::<String>())
}

/// Types a command with this file.
fn names(program: &mut Program, path: &str) {
    program.sees("300 loaded").types(":").sees("Commands").types(&format!("send-batch {path}")).types("\r");
}

#[test]
fn a_file_is_checked_sent_once_and_followed() {
    let simulation = simulation();
    let path = simulation.home().join("clinic nov.csv");
    fs::write(&path, csv(&simulation, &["6580001201", "6580001202"])).unwrap();
    let mut program = simulation.run();
    names(&mut program, &path.display().to_string());
    program.sees("[ Review… ]").sees("2 messages").types("\r").sees("Send 2 messages").sees("y send");
    assert_eq!(simulation.posts(), [], "up to here nothing is sent");
    program.presses_until("y", "the countdown", |screen| screen.contents().contains("Starting in"));
    program.sees("clinic nov.csv uploaded: accepted").types("2");
    program.waits_for("its batch", |screen| {
        let text = screen.contents();
        text.contains("Postman is preparing it") || text.contains("begin to show")
    });
    program.waits_for("its rows", |screen| !screen.contents().contains("Postman is preparing it"));
    let posts = simulation.posts();
    assert_eq!((posts.len(), posts[0].status), (1, 201), "{posts:?}");
}

#[test]
fn a_file_with_a_mistake_is_corrected_in_a_copy_and_nothing_is_sent() {
    let simulation = simulation();
    let path = simulation.home().join("clinic.csv");
    let good = csv(&simulation, &["6580001201", "6580001202"]);
    let bad = good.replace("6580001202", "+65 8000 1202");
    fs::write(&path, &bad).unwrap();
    let mut program = simulation.run();
    names(&mut program, &path.display().to_string());
    program
        .sees("Mistakes in clinic.csv")
        .sees("row 3")
        .types("f")
        .sees("clinic-corrected.csv is a new copy of clinic.csv")
        .sees("[ Review… ]");
    assert_eq!(fs::read_to_string(simulation.home().join("clinic-corrected.csv")).unwrap(), good);
    assert_eq!(fs::read_to_string(&path).unwrap(), bad);
    assert_eq!(simulation.posts(), []);
}

#[test]
fn a_file_that_is_not_there_is_said() {
    let simulation = simulation();
    let mut program = simulation.run();
    names(&mut program, "none.csv");
    program.sees("none.csv cannot be read").types("\r").sees("Send a file of messages");
    assert_eq!(simulation.posts(), []);
}
