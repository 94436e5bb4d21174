//! What goes wrong outside is named, with what to do, and is over when it is over.

use postwatch::simulator::CampaignOptions;

use super::hands::on_a_failed_one_of;
use super::program::Program;
use super::simulation::{Simulation, campaign, world};

/// A campaign that keeps its id and key in every world.
fn lasting() -> CampaignOptions {
    CampaignOptions {
        id: Some("campaign_6d3f0c52-4b7e-4a19-9d08-2f1e5c7a9b30".to_owned()),
        key: Some("key_test_0123456789abcdef".to_owned()),
        ..campaign("Clinic reminders")
    }
}

#[test]
fn a_server_that_goes_away_is_named_until_it_is_back() {
    let mut simulation = Simulation::of(world(vec![lasting()]));
    let mut program = simulation.run();
    program.sees("300 loaded");
    simulation.stop();
    program.sees("no answer").sees("The connection was refused").sees("300 loaded");
    let other = postwatch::simulator::WorldOptions { seed: 8, ..world(vec![lasting()]) };
    simulation.start_again(other);
    let newest = simulation.newest();
    // Ctrl-r asks at once instead of waiting for the turn.
    program.types("\u{12}").sees("live").sees(&spaced(&newest.recipient));
    program.types("q");
    assert_eq!(program.exit_code(), 0);
}

/// A number of Singapore as lists show it.
fn spaced(number: &str) -> String {
    format!("{} {} {}", &number[..2], &number[2..6], &number[6..])
}

#[test]
fn too_many_calls_slow_it_down_and_lose_nothing() {
    let options = CampaignOptions { messages: 3_000, ..campaign("Clinic reminders") };
    let simulation = Simulation::of(postwatch::simulator::WorldOptions { calls_per_second: 1, ..world(vec![options]) });
    simulation.configure(&simulation.part(0, "calls_per_second = 10\nhistory = \"720h\""));
    let mut program = simulation.start(&[]).spawn();
    program.sees("slowed to").sees("3,000 loaded, the whole campaign");
    assert!(simulation.simulator().with_world(|world| world.log().refused_for_pace()) > 0);
}

/// Steps through the campaigns until this one is on the screen.
fn goes_to<'a>(program: &'a mut Program, name: &str) -> &'a mut Program {
    program.presses_until("]", name, |screen| screen.rows(0, 120).next().is_some_and(|header| header.contains(name)))
}

#[test]
fn refusals_are_told_one_by_one_while_another_campaign_goes_on() {
    let closed = CampaignOptions { allow_listed: false, ..campaign("Closed to us") };
    let names = [campaign("Clinic reminders"), campaign("Wrong key"), closed, campaign("Wrong id")];
    let simulation = Simulation::of(world(names.into()));
    let card = simulation.simulator().campaigns().remove(3);
    let parts = (0..4).map(|place| simulation.part(place, "calls_per_second = 10")).collect::<Vec<_>>().join("\n");
    simulation.configure(&parts.replace(&card.id, "campaign_00000000-0000-4000-8000-000000000000"));
    let mut program = simulation.start(&[]).env("KEY_1", "key_test_of_somebody_else").spawn();
    program.sees("300 loaded");
    goes_to(&mut program, "Wrong key").sees("The key is not valid for this campaign").sees("Check the campaign's id and its key");
    goes_to(&mut program, "Closed to us").sees("This machine may not use the campaign").sees("static public address");
    goes_to(&mut program, "Wrong id").sees("The key is not valid for this campaign").sees("key refused");
    let before = simulation.heads();
    goes_to(&mut program, "Clinic reminders").sees("300 loaded").types("\u{12}");
    program.waits_for("a fresh reading", |_| simulation.heads() > before);
    program.types("q");
    assert_eq!(program.exit_code(), 0);
}

#[test]
fn a_read_only_campaign_shows_a_preview_and_sends_nothing() {
    let simulation = Simulation::new();
    simulation.configure(&simulation.part(0, "calls_per_second = 10\nread_only = true"));
    let (mut program, _) = on_a_failed_one_of(&simulation, simulation.start(&[]).spawn());
    program.types("r").sees("Retry 1 message").sees("READ-ONLY. Type the campaign's name to unlock it for 15 minutes:");
    program.types("y").types("\r").sees("that is not the campaign's exact name").types("\u{1b}").loses("Retry 1 message");
    program.types("q");
    assert_eq!(program.exit_code(), 0);
    assert_eq!(simulation.posts(), []);
}

#[test]
fn a_server_that_never_answers_blocks_neither_frame_nor_keys() {
    // Connections are made, by the system, and nobody ever reads what comes.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let simulation = Simulation::new();
    let part =
        simulation.part(0, "").replace(&simulation.simulator().base_url(), &format!("http://{}/api/v2", silent.local_addr().unwrap()));
    let mut program = simulation.configure(&part).start(&[]).spawn();
    program.sees("Loading the newest messages from 127.0.0.1").types("?").sees("Keys: ").types("\u{1b}").loses("Keys: ");
    program.types("q").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
}
