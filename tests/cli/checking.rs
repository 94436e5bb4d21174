//! `check`: each mistake by itself, with what to do.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;

use super::stage::{CLINIC, Ran, Stage, still, text};

#[track_caller]
fn found<'a>(lines: &'a [Value], check: &str) -> &'a Value {
    lines.iter().find(|line| line["check"] == check).unwrap_or_else(|| panic!("no {check} in {lines:#?}"))
}

/// A server that gives the same answer to everything.
fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}/api/v2")
}

fn checked(stage: &Stage, base: &str) -> Ran {
    stage.write_config(&format!(
        "[[campaigns]]\nname = \"A\"\nid = \"campaign_1\"\nbase_url = \"{base}\"\nkey = \"key_test_0123456789abcdef\"\n"
    ));
    stage.run(&["check"])
}

#[test]
fn all_is_right() {
    let stage = Stage::new(still(50));
    let ran = stage.good(&["check"]);
    let lines = ran.lines();
    for check in ["configuration", "campaign", "key", "proxy", "api", "clock", "state folder", "terminal", "clipboard"] {
        assert_eq!(found(&lines, check)["result"], "ok", "{check}");
    }
    assert_eq!(found(&lines, "api")["campaign"], CLINIC);
    let key = stage.simulator.campaigns().remove(0).key;
    assert!(!ran.out.contains(&key) && ran.out.contains("key_test_…"));
    assert!(stage.good(&["check", CLINIC, "--format", "json"]).json().is_array());
    assert!(stage.good(&["check", "--format", "table"]).out.starts_with("ok    configuration"));
}

#[test]
fn a_key_that_cannot_be_bound_is_told_with_its_place() {
    let stage = Stage::new(still(50));
    stage.write_config("[keys]\nplan_rety = \"n\"\nfind = \"ctrl-a\"\npause = [\"F8\", \"p\"]\n");
    let ran = stage.run(&["check"]);
    let lines = ran.lines();
    let told: Vec<String> = lines.iter().filter(|line| line["check"] == "configuration").map(|line| line["text"].to_string()).collect();
    let told: Vec<&String> = told.iter().filter(|line| line.contains(": line ")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("line 2, column 1: `plan_rety` is not an action") && told[0].contains("did you mean `plan_retry`?"),
        "{told:?}"
    );
    assert!(told[1].contains("line 3, column 8: `ctrl-a` is not valid here"), "{told:?}");
}

#[test]
fn one_campaign_that_fails_stops_no_other() {
    let mut options = still(50);
    options
        .campaigns
        .push(postwatch::simulator::CampaignOptions { allow_listed: false, ..postwatch::simulator::CampaignOptions::new("Flood") });
    let stage = Stage::new(options);
    let ran = stage.run(&["check"]);
    let apis: Vec<String> = ran.lines().iter().filter(|line| line["check"] == "api").map(|line| text(&line["result"])).collect();
    assert_eq!((apis, ran.code), (vec!["ok".to_owned(), "fail".to_owned()], 3));
    assert!(ran.out.contains("allow list"));
    assert_eq!(stage.run(&["check", CLINIC]).code, 0);
    assert_eq!(stage.run(&["check", "Nobody"]).code, 2);
}

#[test]
fn what_answers_instead_of_the_api() {
    let stage = Stage::new(still(1));
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 42\r\nConnection: close\r\n\r\n<html><title>Please sign in</title></html>";
    let html = checked(&stage, &server(page));
    assert_eq!(html.code, 1, "{}", html.out);
    assert!(text(&found(&html.lines(), "api")["text"]).contains("Please sign in"), "{}", html.out);
    let redirect = checked(
        &stage,
        &server("HTTP/1.1 302 Found\r\nLocation: https://login.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    );
    assert_eq!(redirect.code, 1, "{}", redirect.out);
    assert!(text(&found(&redirect.lines(), "api")["text"]).contains("not followed"));
}

#[test]
fn nobody_answers() {
    let stage = Stage::new(still(1));
    // A port that was free a moment ago, and that no one listens on.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = checked(&stage, &format!("http://{address}/api/v2"));
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(text(&found(&ran.lines(), "api")["text"]).contains("refused"));
}

#[test]
fn mistakes_of_the_file_are_all_told() {
    let stage = Stage::new(still(1));
    stage.write_config(
        "[display]\nasci = true\n\n[[campaigns]]\nname = \"A\"\nid = \"campaign_1\"\nkey = { env = \"NOT_SET\" }\nenvironment = \"tset\"\n",
    );
    let ran = stage.run(&["check"]);
    assert_eq!(ran.code, 2);
    let mistakes: Vec<String> =
        ran.lines().iter().filter(|line| line["check"] == "configuration").map(|line| text(&line["text"])).collect();
    assert!(mistakes.iter().any(|text| text.contains("line 2") && text.contains("`ascii`?")), "{mistakes:?}");
    assert!(mistakes.iter().any(|text| text.contains("line 8") && text.contains("`test`?")), "{mistakes:?}");
    assert_eq!(found(&ran.lines(), "state folder")["result"], "ok", "the rest is looked at all the same");
}

#[test]
fn a_syntax_mistake_keeps_what_is_above_it() {
    let stage = Stage::new(still(1));
    let campaign = |name: &str, rest: &str| format!("[[campaigns]]\nname = \"{name}\"\nid = \"campaign_1\"\n{rest}\n");
    let rest = "key = \"key_test_0123456789abcdef\"\nenvironment = \"test\"";
    stage.write_config(&format!("{}{}", campaign("A", rest), campaign("B", "key = A_KEY")));
    let ran = stage.run(&["config", "check"]);
    let texts: Vec<String> = ran.lines().iter().map(|line| text(&line["text"])).collect();
    assert_eq!((ran.code, texts.len()), (2, 2), "{texts:?}");
    assert!(texts[0].ends_with(": 1 campaign can be used."), "{texts:?}");
    assert!(
        texts[1].ends_with("line 9, column 7: string values must be quoted, so nothing is read from line 6 on; expected literal string")
    );
    let other = stage.run(&["messages", "B"]);
    assert!(other.code == 2 && other.err.contains("line 9, column 7"), "{}", other.err);
}

#[test]
fn a_mistake_does_not_hide_another_one_of_its_campaign() {
    let stage = Stage::new(still(1));
    stage.write_config(
        "[display]\ntheme = \"drak\"\n\n[[campaigns]]\nname = \"\"\nid = \"campaign_1\"\nkey = { env = \"NOT_SET\" }\nenvironment = \"tset\"\n\n\
         [[campaigns]]\nname = \"Gateway\"\nid = \"campaign_2\"\nkey = { env = \"NOT_SET\" }\nbase_url = \"http://gateway.example/api\"\n",
    );
    let ran = stage.run(&["check"]);
    assert_eq!(ran.code, 2);
    let lines = ran.lines();
    let found: Vec<(String, String)> =
        lines.iter().filter(|line| line["check"] == "configuration").map(|line| (text(&line["result"]), text(&line["text"]))).collect();
    assert!(found.iter().all(|(result, _)| result == "fail"), "not even one campaign can be used: {found:?}");
    let told = |part: &str| found.iter().any(|(_, text)| text.contains(part));
    for part in ["line 2, column 9", "`dark`?", "line 5, column 8: `name` is empty", "line 8, column 15", "`test`?", "0 campaigns"] {
        assert!(told(part), "{part} in {found:?}");
    }
    assert!(told("line 14, column 12: `http://` to `gateway.example` would send the key"), "{found:?}");
}

#[test]
fn no_configuration_is_said_once() {
    let stage = Stage::new(still(1));
    let nowhere = stage.folder.path().join("nowhere.toml");
    let ran = stage.run(&["messages", CLINIC, "--config", nowhere.to_str().unwrap()]);
    assert_eq!(ran.err.matches("no configuration").count(), 1, "{}", ran.err);
    let check = stage.run(&["check", "--config", nowhere.to_str().unwrap()]);
    assert_eq!((check.code, check.out.matches("no configuration").count()), (2, 1), "{}", check.out);
}
