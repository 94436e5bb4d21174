//! `find`: every campaign is asked, and "not asked" is not the same as "nothing found".

use std::io::Write as _;
use std::process::Stdio;

use postwatch::simulator::{CampaignOptions, WorldOptions};
use serde_json::Value;

use super::stage::{CLINIC, Ran, Stage, still, text};

/// Three campaigns, the last of which does not allow this machine.
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
    // In groups, as it is written: the shell passes each as an argument.
    let grouped = stage.run(&["find", &number[..2], &number[2..6], &number[6..], "--format", "table"]);
    assert_eq!(grouped.code, ran.code);
    assert_eq!(grouped.out.lines().last(), ran.out.lines().last());
    // Only one campaign, and nothing there: not a failure.
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
fn a_second_number_in_the_input_is_not_left_out_in_silence() {
    let stage = Stage::new(still(50));
    for typed in ["80001234\n91112222\n", "8000\n1234\n", "80001234\n\n\n80001235"] {
        let mut command = stage.command(&["find"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 2, "{typed:?} {}", ran.out);
        assert!(ran.err.contains("more than one number"), "{typed:?} {}", ran.err);
    }
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

/// A configuration of one campaign whose server gives the same answer to every call. It ends with the test.
fn answering(stage: &Stage, body: &str) {
    use std::io::{BufRead as _, BufReader};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/api/v2", listener.local_addr().unwrap());
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    stage.write_config(&format!("[[campaigns]]\nname = \"A\"\nid = \"campaign_1\"\nbase_url = \"{base}\"\nkey = \"key_test_1\"\n"));
}

/// Messages to other numbers, and `more` rows.
fn unsearched(more: &str, has_next: bool) -> String {
    let others: Vec<String> = (0..30)
        .map(|place| {
            format!(r#"{{"id":"m{place}","recipient":"65800012{place:02}","latestStatus":"failure","createdAt":"2026-11-22T07:00:00Z"}}"#)
        })
        .collect();
    let next = if has_next { r#""hasNextPage":true,"endCursor":"x""# } else { r#""hasNextPage":false"# };
    format!(r#"{{"messages":[{}{more}],"pageData":{{{next}}}}}"#, others.join(","))
}

#[test]
fn a_server_that_does_not_search_answers_for_no_number() {
    let stage = Stage::new(still(1));
    answering(&stage, &unsearched("", true));
    let ran = stage.run(&["find", "6590000000", "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let document = ran.json();
    let asked = &document["asked"][0];
    assert_eq!((asked["found"].as_u64(), asked["searched"].as_bool(), asked["otherNumbers"].as_u64()), (Some(0), Some(false), Some(30)));
    assert_eq!(document["messages"], Value::Array(Vec::new()));
    let said = text(&document["sentence"]);
    assert!(said.starts_with("It is not known") && said.contains("“A” did not search"), "{said}");
    let table = stage.run(&["find", "6590000000", "--format", "table"]);
    assert!(table.out.contains("not known; the server did not search: 30 messages to other numbers left out"), "{}", table.out);
    // Its list ends: it was searched here.
    answering(&stage, &unsearched("", false));
    let whole = stage.good(&["find", "6590000000", "--format", "table"]);
    assert!(whole.out.contains("There is no message to this number") && whole.out.contains("“A” did not search"), "{}", whole.out);
    let found = stage.good(&["find", "80001207", "--format", "json"]).json();
    assert_eq!((found["messages"].as_array().unwrap().len(), found["messages"][0]["id"].as_str()), (1, Some("m7")));
}

#[test]
fn no_other_number_is_listed_or_retried_by_a_search_that_did_not_search() {
    let stage = Stage::new(still(1));
    answering(&stage, &unsearched("", false));
    let listed = stage.good(&["messages", "A", "--search", "80001207"]);
    assert_eq!(listed.lines().len(), 1, "{}", listed.out);
    assert!(listed.err.contains("The server did not search: 29 messages to other numbers left out."), "{}", listed.err);
    let plan = stage.run(&["retry", "A", "--failed", "--since", "2026-11-22", "--search", "80001207", "--dry-run"]);
    assert_eq!(plan.lines()[0]["plan"]["retry"], serde_json::json!(["m7"]), "{} {}", plan.out, plan.err);
}

#[test]
fn an_empty_page_of_more_and_a_bare_list_are_no_reason_for_no_message() {
    let stage = Stage::new(still(1));
    answering(&stage, r#"{"messages":[],"pageData":{"hasNextPage":true,"endCursor":"x"}}"#);
    let ran = stage.run(&["find", "6590000000", "--format", "table"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("A (simulator): not known, the page was empty, but there is more"), "{}", ran.out);
    assert!(ran.out.contains("It is not known whether there is a message to this number."), "{}", ran.out);
    answering(&stage, "[]");
    let bare = stage.run(&["find", "6590000000", "--format", "table"]);
    assert_eq!(bare.code, 1, "{}", bare.out);
    assert!(bare.out.contains("NOT ASKED") && !bare.out.contains("There is no message"), "{}", bare.out);
}

#[test]
fn rows_that_cannot_be_read_are_no_reason_for_no_message() {
    let stage = Stage::new(still(1));
    answering(
        &stage,
        r#"{"messages":[{"id":"a"},{"id":"b","recipient":null},{"recipient":"6590000000"},{"id":"c","recipient":""}],"pageData":{}}"#,
    );
    let ran = stage.run(&["find", "6590000000", "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let document = ran.json();
    assert_eq!((document["asked"][0]["unreadable"].as_u64(), document["asked"][0]["searched"].as_bool()), (Some(4), Some(true)));
    assert_eq!(text(&document["sentence"]), "It is not known whether there is a message to this number. 4 rows could not be read.");
    let table = stage.run(&["find", "6590000000", "--format", "table"]);
    assert!(table.out.contains("A (simulator): not known, 4 rows could not be read"), "{}", table.out);
    let listed = stage.run(&["messages", "A", "--search", "6590000000"]);
    assert_eq!((listed.code, listed.out.as_str()), (1, ""), "{}", listed.err);
    assert!(listed.err.contains("it is not known whether there is a message to this recipient"), "{}", listed.err);
}

#[test]
fn numbers_are_found_as_people_write_them() {
    let stage = Stage::new(still(50));
    let number = recipient(&stage);
    let (country, own) = number.split_at(2);
    let wide: String = number.chars().filter_map(|digit| char::from_u32(u32::from(digit) - 0x30 + 0xff10)).collect();
    let spelled = [
        format!("00{number}"),
        format!("tel:+{number}"),
        format!("+{country}(0){own}"),
        format!("{number}.0"),
        format!("{own} (mobile)"),
        wide,
        format!("{country}\u{a0}{own}"),
    ];
    for spelled in &spelled {
        let found = stage.good(&["find", spelled, "--format", "json"]).json();
        assert!(!found["messages"].as_array().unwrap().is_empty(), "{spelled}: {found}");
        assert!(!stage.good(&["messages", CLINIC, "--search", spelled]).lines().is_empty(), "{spelled}");
    }
}

#[test]
fn what_is_no_number_is_refused_before_any_call() {
    let stage = Stage::new(still(50));
    let before = calls(&stage);
    for (typed, why) in [
        ("6.58E+09", "rounded by a spreadsheet: the last digits are lost"),
        ("65 8000 1234, 65 8000 1235", "more than one number"),
        ("Tan Wei Ming", "neither an NRIC nor only digits"),
        ("80001234A", "neither an NRIC nor only digits"),
    ] {
        for arguments in [
            vec!["find", typed],
            vec!["messages", CLINIC, "--search", typed],
            vec!["retry", CLINIC, "--failed", "--search", typed, "--dry-run"],
        ] {
            let ran = stage.run(&arguments);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {}", ran.err);
            assert!(ran.err.contains(why), "{arguments:?}: {}", ran.err);
            assert!(!ran.err.contains("8000 1234,") && !ran.err.contains("Tan"), "what was typed may be personal: {}", ran.err);
        }
    }
    assert_eq!(calls(&stage), before);
    // In two arguments, as a shell passes them.
    assert_eq!(stage.run(&["find", "80001234", "80001235"]).code, 2);
}

/// Runs `find` on a terminal of 100 columns, types, and gives what was on the screen.
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
