//! `send`: exactly one message, with its preview, a journal and a true answer.

use std::io::Write as _;
use std::process::Stdio;

use jiff::Timestamp;
use postwatch::delivery::{CampaignId, MessageId};
use postwatch::simulator::{Fault, FaultKind, FaultyCalls, KeyRights, WorldOptions};
use postwatch::state::{ActionKind, ActionState, Intention, Journal, ReadFrom, RunId, Server, Who};
use rustix::process::Signal;

use super::stage::{CLINIC, Ran, Running, Stage, still, text, until};

const TEMPLATE: &str = "Dear {{name}}, see you at {{place}}.";
const FILLED: &str = "Dear Tan Wei Ming, see you at Bedok.";

fn world() -> WorldOptions {
    let mut options = still(60);
    options.campaigns[0].template = Some(TEMPLATE.to_owned());
    options
}

/// The command with a right message and more options.
fn send<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let message = ["--to", "+65 8000-1234", "--language", "English", "--value", "name=Tan Wei Ming", "--value", "place=Bedok"];
    [&["send", CLINIC][..], &message, more].concat()
}

fn write_fault(kind: FaultKind) -> Vec<Fault> {
    vec![Fault { kind, share: 1.0, calls: FaultyCalls::Writes, times: None }]
}

/// Runs the program with something on its standard input.
fn fed(stage: &Stage, arguments: &[&str], input: &str) -> Ran {
    let mut child = stage.command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have ended already, without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Ran::from(child.wait_with_output().unwrap())
}

#[test]
fn it_reaches_the_server_once_and_says_its_id() {
    let stage = Stage::new(world());
    let ran = stage.good(&send(&["--yes"]));
    let line = ran.lines().remove(0);
    let names: Vec<&String> = line.as_object().unwrap().keys().collect();
    assert_eq!(names, ["code", "id", "outcome", "reason", "traceId"]);
    assert_eq!((text(&line["outcome"]), ran.lines().len(), stage.posts().len()), ("accepted".to_owned(), 1, 1));
    let id = text(&line["id"]);
    assert!(ran.err.contains(&id), "how to follow it: {}", ran.err);
    for words in [FILLED, "to 65 8000 1234 (Singapore, mobile), english.", "characters, GSM-7, 2 segments.", "1 accepted"] {
        assert!(ran.err.contains(words), "{words:?} in {}", ran.err);
    }
    let found = stage.good(&["messages", CLINIC, "--search", "6580001234", "--limit", "1"]).lines().remove(0);
    assert_eq!(
        (text(&found["id"]), text(&found["values"]["name"]), text(&found["language"])),
        (id.clone(), "Tan Wei Ming".to_owned(), "english".to_owned())
    );
    let journal = Journal::open(&stage.state()).unwrap();
    assert_eq!(journal.all(10).unwrap().iter().map(|entry| entry.state).collect::<Vec<_>>(), [ActionState::Accepted]);

    // The same once more is possible, and pointed out.
    let plan = stage.good(&send(&["--dry-run"])).lines().remove(0);
    assert_eq!(text(&plan["plan"]["same"][0]["id"]), id);
    let csv = stage.good(&send(&["--dry-run", "--format", "csv"])).out;
    assert!(csv.contains(&id) && csv.ends_with(",\n"), "{csv}");
    let again = stage.good(&send(&["--yes", "-q"]));
    let told: Vec<&str> = again.err.lines().collect();
    assert!(told.len() == 1 && told[0].starts_with("The same message was sent to this number on ") && told[0].contains(&id), "{told:?}");
    let reason = text(&again.lines()[0]["reason"]);
    let created = text(&plan["plan"]["same"][0]["createdAt"]);
    assert_eq!(reason, format!("the same message was sent to this number at {created}"));
    assert!(line["reason"].is_null() && stage.posts().len() == 2, "{line}");
}

#[test]
fn a_plan_sends_nothing() {
    let stage = Stage::new(world());
    stage.configure("read_only = true");
    let plan = stage.good(&send(&["--dry-run"])).lines().remove(0)["plan"].clone();
    assert_eq!((text(&plan["send"]["recipient"]), text(&plan["send"]["language"])), ("6580001234".to_owned(), "english".to_owned()));
    assert_eq!(plan["send"]["values"], serde_json::json!({ "name": "Tan Wei Ming", "place": "Bedok" }));
    let whole = text(&plan["send"]["text"]);
    assert!(whole.starts_with("This is a test message") && whole.contains(FILLED), "{whole}");
    assert_eq!(plan["send"]["characters"], whole.chars().count());
    assert_eq!((text(&plan["send"]["coding"]), &plan["send"]["segments"]), ("GSM-7".to_owned(), &serde_json::json!(2)));
    assert_eq!(
        (&plan["send"]["charge"], &plan["remarks"], &plan["same"]),
        (&serde_json::json!(null), &serde_json::json!([]), &serde_json::json!([]))
    );
    let table = stage.good(&send(&["--dry-run", "--format", "table"])).out;
    assert!(table.contains("  Dear Tan Wei Ming, see you at Bedok.\n"), "{table}");
    let csv = stage.good(&send(&["--dry-run", "--format", "csv"])).out;
    assert!(csv.starts_with("recipient,language,values,text,characters,coding,segments,charge,same,refused\n6580001234,english,"), "{csv}");
    assert_eq!(stage.posts().len(), 0);
}

#[test]
fn a_mistake_sends_nothing_and_is_named() {
    let stage = Stage::new(world());
    let cases: [(&[&str], &str); 4] = [
        (
            &["--to", "8000 1234", "--language", "english", "--value", "name=Tan", "--value", "place=Bedok"],
            "to: the country code is missing",
        ),
        (&["--to", "6580001234", "--language", "klingon"], "language: not one of english, chinese, malay, tamil"),
        (&["--to", "6580001234", "--language", "english", "--value", "name=5 €"], "name: \"€\" is not allowed in English texts"),
        (&["--to", "6580001234", "--language", "english", "--value", "name=Tan"], "place: needs a value"),
    ];
    for (message, words) in cases {
        let arguments = [&["send", CLINIC][..], message].concat();
        let ran = stage.run(&[&arguments[..], &["--yes"]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
        assert!(ran.err.contains("Nothing was sent") && ran.err.contains(words), "{words:?} in {}", ran.err);
        let plan = stage.run(&[&arguments[..], &["--dry-run"]].concat());
        let remarks = plan.lines().remove(0)["plan"]["remarks"].clone();
        let (field, message) = words.split_once(": ").unwrap();
        let remark = serde_json::json!({ "field": field, "weight": "mistake", "message": message });
        assert!(plan.code == 2 && remarks.as_array().unwrap().contains(&remark), "{remarks}");
    }
    assert_eq!(stage.posts().len(), 0);
}

#[test]
fn values_come_from_a_file_or_from_standard_input() {
    let stage = Stage::new(world());
    let file = stage.write_private("values.json", "{\"name\": \"Lim\", \"place\": \"Bedok\"}");
    let file = file.to_str().unwrap();
    let message = ["send", CLINIC, "--to", "6580001234", "--language", "english"];
    let with = |more: &[&str], input: &str| fed(&stage, &[&message[..], more].concat(), input);
    let values = |ran: Ran| ran.lines().remove(0)["plan"]["send"]["values"].clone();
    let over = with(&["--values", file, "--value", "name=Tan", "--dry-run"], "");
    assert_eq!(values(over), serde_json::json!({ "name": "Tan", "place": "Bedok" }));
    let read = with(&["--values", "-", "--dry-run"], "{\"place\": \"Yishun\", \"name\": \"Tan\"}");
    assert_eq!(values(read), serde_json::json!({ "name": "Tan", "place": "Yishun" }));
    assert_eq!(with(&["--values", "-", "--yes"], "{\"place\": \"Yishun\", \"name\": \"Tan\"}").code, 0);
    assert_eq!(stage.posts().len(), 1);
    for (more, input, words) in [
        (&["--values", "-", "--yes"][..], "{\"name\": 5}", "`name` is a number, and must be a string in quotes at line 1"),
        (&["--values", "-", "--yes"], "{\"name\": \"a\", \"name\": \"b\"}", "`name` comes more than once"),
        (&["--values", "-", "--yes"], "name", "they are no JSON object"),
        (&["--values", "/nowhere/values.json", "--yes"], "", "cannot be read from /nowhere/values.json"),
        (&["--value", "Tan", "--yes"], "", "`--value` number 1 has no `=`"),
        (&["--value", "name=a", "--value", "name=b", "--yes"], "", "gives `name` more than once"),
        (&["--values", "-"], "{}", "it needs `--yes`"),
    ] {
        let ran = with(more, input);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{more:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{words:?} in {}", ran.err);
    }
    let nobody = fed(&stage, &["send", CLINIC, "--language", "english", "--values", "-", "--yes"], "{}");
    assert!(nobody.code == 2 && nobody.err.contains("the number is missing"), "{}", nobody.err);
    assert_eq!(stage.posts().len(), 1);
}

#[test]
fn without_a_terminal_nothing_is_guessed() {
    let stage = Stage::new(world());
    let asked = stage.run(&send(&[]));
    assert!(asked.code == 2 && asked.err.contains("it needs `--yes`"), "{}", asked.err);
    let language = stage.run(&["send", CLINIC, "--to", "6580001234", "--yes"]);
    assert!(language.code == 2 && language.err.contains("`--language L`: english, "), "{}", language.err);
    // A number on standard input stands in no list of processes.
    let message = ["send", CLINIC, "--language", "english", "--value", "name=Tan", "--value", "place=Bedok"];
    let read = fed(&stage, &[&message[..], &["--dry-run"]].concat(), "6580001234\n");
    assert_eq!(text(&read.lines()[0]["plan"]["send"]["recipient"]), "6580001234");
    assert_eq!(fed(&stage, &[&message[..], &["--yes"]].concat(), "").code, 2);
    assert_eq!(stage.posts().len(), 0);
}

#[test]
fn a_read_only_campaign_is_unlocked_by_its_name() {
    let stage = Stage::new(world());
    stage.configure("read_only = true");
    for more in [&["--yes"][..], &["--yes", "--unlock", "Another"]] {
        let ran = stage.run(&send(more));
        assert!(ran.code == 2 && ran.err.contains("nothing was sent"), "{}", ran.err);
    }
    assert_eq!(stage.posts().len(), 0);
    stage.good(&send(&["--yes", "--unlock", CLINIC]));
    assert_eq!(stage.posts().len(), 1);
    let journal = stage.good(&["journal"]).out;
    assert!(journal.contains("for one command: sending 1 message"), "{journal}");
}

#[test]
fn a_refusal_is_told_in_the_apis_words() {
    let stage = Stage::new(world());
    let message = ["--to", "65800012345", "--language", "english", "--value", "name=Tan", "--value", "place=Bedok", "--yes"];
    let ran = stage.run(&[&["send", CLINIC][..], &message].concat());
    let line = ran.lines().remove(0);
    assert_eq!(
        (ran.code, text(&line["outcome"]), text(&line["code"])),
        (4, "refused".to_owned(), "parameter_invalid".to_owned()),
        "{}",
        ran.err
    );
    assert!(line["id"].is_null() && line["traceId"].is_string(), "{line}");
    assert!(text(&line["reason"]).contains("Invalid recipient"), "{line}");
    assert!(ran.err.contains("to: unusual: numbers in Singapore"), "{}", ran.err);
}

#[test]
fn a_key_that_may_only_read_is_refused() {
    let mut options = world();
    options.campaigns[0].rights = KeyRights::Reading;
    let stage = Stage::new(options);
    let ran = stage.run(&send(&["--yes"]));
    assert_eq!((ran.code, text(&ran.lines()[0]["outcome"])), (3, "refused".to_owned()), "{}", ran.err);
}

#[test]
fn without_a_network_nothing_is_sent() {
    let stage = Stage::new(world());
    stage.simulator.set_faults(vec![Fault { kind: FaultKind::Html, share: 1.0, calls: FaultyCalls::Reads, times: None }]);
    let ran = stage.run(&send(&["--yes"]));
    assert_eq!((ran.code, ran.out.as_str(), stage.posts().len()), (1, "", 0), "{}", ran.err);
}

#[test]
fn a_lost_answer_is_looked_up_and_never_sent_again() {
    let stage = Stage::new(world());
    let fault = Fault { kind: FaultKind::ResetAfter, share: 1.0, calls: FaultyCalls::Writes, times: Some(1) };
    stage.simulator.set_faults(vec![fault]);
    let ran = stage.good(&send(&["--yes"]));
    let line = ran.lines().remove(0);
    assert_eq!((text(&line["outcome"]), stage.posts().len()), ("accepted".to_owned(), 1));
    assert!(text(&line["id"]).starts_with("message_") && ran.err.contains("the outcome is unknown"), "{}", ran.err);
    let journal = Journal::open(&stage.state()).unwrap();
    assert_eq!(journal.all(1).unwrap()[0].state, ActionState::ResolvedAccepted);
}

/// Every fault of the simulator, once and lasting: nothing is sent twice, and what is said is true.
#[test]
#[ignore = "takes four minutes by the clock"]
fn every_fault_of_the_simulator_once_and_lasting() {
    let refused = r#"{"error":{"code":"parameter_invalid","message":"no","type":"domain_error","id":"1"}}"#;
    let instead = |status, body| FaultKind::Instead { status, body, performed: false };
    let kinds = [429, 500, 502, 503, 504, 520, 524].map(FaultKind::Status).into_iter().chain([
        FaultKind::Html,
        FaultKind::Page,
        FaultKind::Nonsense,
        FaultKind::Cut,
        FaultKind::Hang,
        FaultKind::Late,
        FaultKind::ResetBefore,
        FaultKind::ResetAfter,
        instead(200, "null"),
        instead(400, refused),
        instead(401, refused),
        instead(404, ""),
    ]);
    let cases: Vec<(FaultKind, Option<u64>)> = kinds.flat_map(|kind| [(kind, Some(1)), (kind, None)]).collect();
    let told: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = cases.iter().map(|(kind, times)| scope.spawn(|| under(*kind, *times))).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let table = format!("fault, times: outcome, exit code, requests that met it, messages on the server\n{}", told.join("\n"));
    std::io::stderr().write_all(table.as_bytes()).unwrap();
}

/// Sends under a fault, and compares what is said with what the server has.
fn under(kind: FaultKind, times: Option<u64>) -> String {
    let stage = Stage::new(world());
    stage.simulator.set_faults(vec![Fault { kind, share: 1.0, calls: FaultyCalls::Writes, times }]);
    let ran = stage.run(&send(&["--yes"]));
    // Every request met it, where it lasts.
    let met = stage.simulator.faults_met();
    stage.simulator.set_faults(Vec::new());
    let outcome = text(&ran.lines().remove(0)["outcome"]);
    let sent = stage.good(&["messages", CLINIC, "--search", "6580001234"]).lines().len();
    let what = format!("{kind:?}, {}", if times.is_some() { "once" } else { "lasting" });
    assert!(met == 1 || kind == FaultKind::Status(429), "{what}: {met} requests");
    assert_eq!(sent, usize::from(outcome == "accepted"), "{what}: {outcome}: {}", ran.err);
    format!("{what}: {outcome}, {}, {met}, {sent}", ran.code)
}

#[test]
fn what_was_interrupted_is_open_and_is_not_sent_again() {
    let stage = Stage::new(world());
    stage.simulator.set_faults(write_fault(FaultKind::Hang));
    let mut running = Running::start(stage.command(&send(&["--yes"])));
    while stage.simulator.faults_met() == 0 {
        std::thread::yield_now();
    }
    running.signal(Signal::INT);
    let mut err = std::io::BufReader::new(running.child.stderr.take().unwrap());
    let told = until(&mut err, "Stopping");
    assert!(told.contains("1 request under way"), "{told}");
    running.signal(Signal::INT);
    let line: serde_json::Value = serde_json::from_str(&running.line()).unwrap();
    assert_eq!((text(&line["outcome"]), line["id"].is_null()), ("unknown".to_owned(), true));
    assert_eq!(running.child.wait().unwrap().code(), Some(130));

    stage.simulator.set_faults(Vec::new());
    let open = stage.good(&["journal", "--open", "--format", "table"]).out;
    let time = text(&stage.good(&["journal", "--open"]).lines()[0]["at"])[11..23].to_owned();
    assert!(open.contains(&format!("  english, {time}  ")), "{time}: {open}");
    let again = stage.run(&send(&["--yes"]));
    let line = again.lines().remove(0);
    assert_eq!((again.code, text(&line["outcome"]), line["id"].is_null()), (4, "skipped".to_owned(), true), "{}", again.err);
    assert!(text(&line["reason"]).contains("the same message"), "{line}");
    assert!(text(&stage.good(&send(&["--dry-run"])).lines()[0]["plan"]["refused"]).contains("the same message"));
    assert_eq!(stage.posts().len(), 0);
}

#[test]
fn what_an_earlier_run_never_began_is_told() {
    let stage = Stage::new(world());
    let (journal, now, base) = (Journal::open(&stage.state()).unwrap(), Timestamp::now(), stage.simulator.base_url());
    let dead = journal.begin_run(RunId::new(now, 2, 2), &Who::default(), now).unwrap();
    let sent =
        ActionKind::SendMessage { fingerprint: "f".to_owned(), language: "english".to_owned(), known: Some(Vec::new()), created: None };
    let message = MessageId::new("message_unsent");
    let retry = ActionKind::RetryMessage { message, attempts: Some(1), newest_attempt: None, read_from: ReadFrom::Single };
    for action in [sent, retry] {
        let intention = Intention {
            read_at: None,
            run: dead.id().clone(),
            base_url: base.clone(),
            server: Server::of(&base),
            campaign: CampaignId::new(&*stage.simulator.campaigns().remove(0).id),
            action,
            plan: String::new(),
            planned_at: now,
        };
        journal.intend(&intention).unwrap();
    }
    drop(dead);
    let ran = stage.good(&send(&["--yes"]));
    for words in ["was not sent: it stopped first. Send it again", "was not retried: it stopped first. Retry it again"] {
        let line = format!("1 message of an earlier run {words}, if still needed.\n");
        assert_eq!(ran.err.matches(&line).count(), 1, "{line:?} in {}", ran.err);
    }
    assert_eq!(stage.posts().len(), 1);
}

#[test]
fn what_is_typed_before_the_question_is_no_answer_to_it() {
    let stage = Stage::new(world());
    let arguments = ["send", CLINIC, "--language", "english", "--value", "name=Tan", "--value", "place=Bedok"];
    let (code, shown) = stage.on_terminal(&arguments, &[("Number, with country code:", "6580001234\ny\ny\n"), ("Send it? [y/N]", "\n")]);
    assert_eq!((code, stage.posts().len()), (2, 0), "{shown}");
    let failed = stage.failed("recipient_unavailable", 1).remove(0);
    let (code, shown) = stage.on_terminal(&["retry", CLINIC, "--message", &failed], &[("", "y\n"), ("Retry now? [y/N]", "\n")]);
    assert_eq!((code, stage.posts().len()), (2, 0), "{shown}");
}

#[test]
fn a_terminal_is_asked_for_all_that_is_missing() {
    let stage = Stage::new(world());
    let values = ["--value", "name=Tan Wei Ming", "--value", "place=Bedok"];
    let arguments = [&["send", CLINIC][..], &values].concat();
    let dialogue = |answer| {
        [
            ("Number, with country code:", "80001234\n"),
            ("[english]:", "\n"),
            ("Is it 65 8000 1234? [y/N]", "y\n"),
            ("Send it? [y/N]", answer),
        ]
    };
    for no in ["\n", "n\n", "yess\n"] {
        let (code, shown) = stage.on_terminal(&arguments, &dialogue(no));
        assert_eq!((code, stage.posts().len()), (2, 0), "{shown}");
        assert!(shown.contains(FILLED) && shown.contains("Nothing was sent."), "{shown}");
    }
    assert_eq!(stage.on_terminal(&arguments, &dialogue("\u{3}")).0, 130);
    let (code, shown) = stage.on_terminal(
        &[&["send", CLINIC, "--language", "english"][..], &values].concat(),
        &[("Number, with country code:", "80001234\n"), ("Is it 65 8000 1234? [y/N]", "\n")],
    );
    assert!(code == 2 && shown.contains("the country code is missing"), "{shown}");
    assert_eq!(stage.posts().len(), 0);
    let (code, shown) = stage.on_terminal(&arguments, &dialogue("y\n"));
    assert_eq!((code, stage.posts().len()), (0, 1), "{shown}");
}

#[test]
fn a_mask_hides_number_and_values_but_not_from_whoever_agrees() {
    let stage = Stage::new(world());
    stage.configure("mask = true");
    let hidden = |told: &str| !told.contains("80001234") && !told.contains("8000 1234") && !told.contains("Wei Ming");
    let plan = stage.good(&send(&["--dry-run"]));
    let send_part = plan.lines().remove(0)["plan"]["send"].clone();
    assert_eq!((text(&send_part["recipient"]), text(&send_part["values"]["name"])), ("65∙∙∙∙1234".to_owned(), "∙∙∙".to_owned()));
    assert_eq!(text(&send_part["text"]), TEMPLATE);
    assert!(hidden(&plan.out) && hidden(&plan.err), "{plan:?}");
    let revealed = stage.good(&send(&["--dry-run", "--reveal"])).lines().remove(0);
    assert!(text(&revealed["plan"]["send"]["text"]).contains(FILLED));
    let (code, shown) = stage.on_terminal(&send(&[]), &[("Send it? [y/N]", "n\n")]);
    assert!(code == 2 && shown.contains("65 8000 1234") && shown.contains(FILLED), "{shown}");
    let ran = stage.good(&send(&["--yes"]));
    assert!(hidden(&ran.out) && hidden(&ran.err), "{ran:?}");
}

#[test]
fn a_one_time_password_is_written_nowhere() {
    let mut options = world();
    options.campaigns[0].template = Some("Your code is {{code}}.".to_owned());
    let stage = Stage::new(options);
    stage.configure("one_time_password = true");
    let log = stage.folder.path().join("log");
    let log = log.to_str().unwrap();
    let message = ["send", CLINIC, "--to", "6580001234", "--language", "english", "--values", "-", "--reveal", "--log", log, "-vv"];
    let code = "{\"code\": \"482913\"}";
    for format in ["json", "ndjson", "csv", "table"] {
        let plan = fed(&stage, &[&message[..], &["--dry-run", "--format", format]].concat(), code);
        assert_eq!(plan.code, 0, "{}", plan.err);
        assert!(!plan.out.contains("482913") && !plan.err.contains("482913"), "{plan:?}");
    }
    let ran = fed(&stage, &[&message[..], &["--yes"]].concat(), code);
    assert_eq!((ran.code, stage.posts().len()), (0, 1), "{}", ran.err);
    assert!(!ran.out.contains("482913") && !ran.err.contains("482913"), "{ran:?}");
    for more in [&["--yes"][..], &["--dry-run"]] {
        let arguments = ["send", CLINIC, "--to", "6580001234", "--language", "english", "--value", "code=482913"];
        let typed = stage.run(&[&arguments[..], more].concat());
        assert_eq!((typed.code, typed.out.as_str(), stage.posts().len()), (2, "", 1));
        assert!(typed.err.contains("`--values -`") && !typed.err.contains("482913"), "{}", typed.err);
    }
    let (_, shown) = stage.on_terminal(&["send", CLINIC, "--to", "6580001234", "--language", "english"], &[]);
    assert!(shown.contains("code: needs a value"), "{shown}");
    let files = std::fs::read_dir(stage.state()).unwrap().map(|file| file.unwrap().path()).chain([log.into()]);
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for secret in ["482913", "80001234"] {
            let is_in = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_in, "{secret} is in {}", file.display());
        }
    }
    let journal = stage.good(&["journal"]).out;
    assert!(!journal.contains("482913") && !journal.contains("80001234"), "{journal}");
}
