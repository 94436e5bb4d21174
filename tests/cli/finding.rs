//! `find`: every campaign is asked, and what could not be asked is not the same as nothing found.

use std::io::Write as _;
use std::process::Stdio;

use postwatch::simulator::{CampaignOptions, WorldOptions};
use serde_json::Value;

use super::stage::{CLINIC, Ran, Stage, still, text};

/// Three campaigns, the last of which does not let this machine in.
fn three() -> WorldOptions {
    let mut options = still(200);
    options.campaigns.push(CampaignOptions { messages: 50, ..CampaignOptions::new("Codes") });
    options.campaigns.push(CampaignOptions { messages: 50, allow_listed: false, ..CampaignOptions::new("Flood") });
    options
}

/// A recipient of the first campaign.
fn recipient(stage: &Stage) -> String {
    text(&stage.good(&["messages", CLINIC, "--limit", "1"]).lines()[0]["recipient"])
}

fn calls(stage: &Stage) -> u64 {
    stage.simulator.with_world(|world| world.log().get_count())
}

#[test]
fn every_campaign_is_asked_with_one_call() {
    let stage = Stage::new(three());
    let number = recipient(&stage);
    let before = calls(&stage);
    let ran = stage.run(&["find", &number, "--format", "json"]);
    assert_eq!(ran.code, 3, "one could not be asked: {}", ran.err);
    assert_eq!(calls(&stage) - before, 3);
    let document = ran.json();
    let found = document["messages"].as_array().unwrap();
    assert!(!found.is_empty() && found.iter().all(|message| message["recipient"] == number.as_str()));
    assert_eq!((found[0]["campaign"].as_str(), found[0]["latestStatus"].is_string()), (Some(CLINIC), true));
    let names = |part: &str| -> Vec<String> { document[part].as_array().unwrap().iter().map(|one| text(&one["campaign"])).collect() };
    assert_eq!((names("asked"), names("notAsked")), (vec![CLINIC.to_owned(), "Codes".to_owned()], vec!["Flood".to_owned()]));
    assert!(text(&document["notAsked"][0]["reason"]).contains("allow list"), "{document}");
    assert!(text(&document["sentence"]).contains("1 campaign could not be asked"), "{document}");
    assert!(!ran.err.contains(&number));
}

#[test]
fn people_read_what_was_not_asked_and_a_sentence() {
    let stage = Stage::new(three());
    let number = recipient(&stage);
    let spelled = format!("+{} {}-{}", &number[..2], &number[2..6], &number[6..]);
    let ran = stage.run(&["find", &spelled, "--format", "table"]);
    assert!(ran.out.contains(&format!("{CLINIC} (simulator): ")) && ran.out.contains("Codes (simulator): nothing found"), "{}", ran.out);
    assert!(ran.out.contains("Flood: NOT ASKED. "), "{}", ran.out);
    assert!(ran.out.lines().last().unwrap().contains("to this number; "), "{}", ran.out);
    // In groups, as it is written: the shell hands over each on its own.
    let grouped = stage.run(&["find", &number[..2], &number[2..6], &number[6..], "--format", "table"]);
    assert_eq!(grouped.code, ran.code);
    assert_eq!(grouped.out.lines().last(), ran.out.lines().last());
    // Only one campaign, and nothing there: no failure.
    let none = stage.good(&["find", "6500000000", "--campaign", "Codes", "--format", "table"]);
    assert!(none.out.ends_with("There is no message to this number in “Codes”, the one campaign that was asked.\n"), "{}", none.out);
}

#[test]
fn nothing_found_is_an_empty_list() {
    let stage = Stage::new(still(50));
    let json = stage.good(&["find", "6500000000", "--format", "json"]);
    assert_eq!(json.json()["messages"], Value::Array(Vec::new()));
    let lines = stage.good(&["find", "6500000000"]).lines();
    assert_eq!((lines.len(), lines[0]["summary"]["asked"][0]["found"].as_u64()), (1, Some(0)));
    let csv = stage.good(&["find", "6500000000", "--format", "csv"]);
    assert!(csv.out.starts_with("campaign,id,recipient,") && csv.out.lines().count() == 1, "{}", csv.out);
    assert!(csv.err.contains("There is no message"), "{}", csv.err);
}

#[test]
fn the_number_can_be_a_line_of_the_input_and_reaches_no_log() {
    let stage = Stage::new(still(50));
    stage.configure("mask = true");
    let whole = text(&stage.good(&["messages", CLINIC, "--limit", "1", "--reveal"]).lines()[0]["recipient"]);
    let log = stage.folder.path().join("log");
    let mut command = stage.command(&["find", "--format", "csv", "--log", log.to_str().unwrap(), "-vv"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!(" {whole}\nmore\n").as_bytes()).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains(&whole), "the digits that were asked for are shown: {}", ran.out);
    let written = std::fs::read_to_string(&log).unwrap();
    assert!(written.contains("started") && !written.contains(&whole), "{written}");
    let nothing = stage.run(&["find"]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("No number was given"), "{}", nothing.err);
}

#[test]
fn campaigns_that_cannot_even_be_named_are_told() {
    let stage = Stage::new(still(50));
    let card = stage.simulator.campaigns().remove(0);
    let base = stage.simulator.base_url();
    stage.write_config(&format!(
        "[[campaigns]]\nname = \"A\"\nid = \"{}\"\nbase_url = \"{base}\"\nkey = \"{}\"\n\
         [[campaigns]]\nname = \"No key\"\nid = \"campaign_2\"\nbase_url = \"{base}\"\nkey = {{ env = \"NOT_SET\" }}\n\
         [[campaigns]]\nname = \"Broken\"\nid = \"campaign_3\"\nenvironment = \"tset\"\nkey = {{ env = \"NOT_SET\" }}\n",
        card.id, card.key
    ));
    let ran = stage.run(&["find", "6500000000", "--format", "table"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    for told in ["A (simulator): nothing found", "No key: NOT ASKED. ", "Broken: NOT ASKED. ", "2 campaigns could not be asked"] {
        assert!(ran.out.contains(told), "{told} in {}", ran.out);
    }
}

/// Runs `find` on a terminal of 100 columns, types, and gives what stood on the screen.
fn typed(stage: &Stage, keys: &str) -> (u32, String) {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    let pair = native_pty_system().openpty(PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_postwatch"));
    command.args(["find", "--color", "never"]);
    command.env_clear();
    command.env("HOME", stage.folder.path());
    command.env("POSTWATCH_CONFIG", stage.folder.path().join("config.toml"));
    command.env("POSTWATCH_STATE", stage.state());
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut told = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&told).ends_with("a part of it: ") {
        assert_eq!(std::io::Read::read(&mut reader, &mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&told));
        told.extend(byte);
    }
    told.clear();
    // Kept to the end: dropped, it would end the input.
    let mut writer = pair.master.take_writer().unwrap();
    writer.write_all(keys.as_bytes()).unwrap();
    // The end of a terminal is an error.
    let _ = std::io::Read::read_to_end(&mut reader, &mut told);
    (child.wait().unwrap().exit_code(), String::from_utf8_lossy(&told).into_owned())
}

#[test]
fn on_a_terminal_it_asks_for_the_number_and_fits_the_width() {
    let stage = Stage::new(still(50));
    let number = recipient(&stage);
    let (code, screen) = typed(&stage, &format!("{number}\n"));
    assert_eq!(code, 0, "{screen}");
    let table: Vec<&str> = screen.lines().skip_while(|line| !line.contains("(simulator): ")).collect();
    assert!(table.len() >= 5 && screen.contains("to this number; "), "{screen}");
    let cut = table.iter().filter(|line| line.trim_end().ends_with('…')).collect::<Vec<_>>();
    assert!(!cut.is_empty(), "the text is longer than the line: {screen}");
    assert!(cut.iter().all(|line| line.trim_end().chars().count() <= 100), "{screen}");
    assert_eq!(typed(&stage, "\u{3}").0, 130);
}
