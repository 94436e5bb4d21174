//! `send-batch`: a file that is checked whole and sent once, with a journal and a true answer.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Stdio;

use postwatch::simulator::{Fault, FaultKind, FaultyCalls, KeyRights, WorldOptions};
use postwatch::state::{ActionKind, ActionState, Journal};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::stage::{CLINIC, Ran, Running, Stage, still, text, until};

const NAME: &str = "clinic-nov.csv";

fn world() -> WorldOptions {
    let mut options = still(60);
    options.campaigns[0].template = Some("Dear {{name}}, see you at {{place}}.".to_owned());
    options.campaigns[0].prepare = std::time::Duration::from_secs(1);
    options
}

/// A file with so many good rows.
fn csv(rows: usize) -> String {
    let row = |row: usize| format!("6581{row:06},english,Tan Wei Ming,Bedok\n");
    format!("recipient,language,name,place\n{}", (0..rows).map(row).collect::<String>())
}

/// A file that does not fit into what the system keeps between two programs.
fn large_csv() -> String {
    csv(30_000).replace("Tan Wei Ming", "Tan Wei Ming ".repeat(50).trim())
}

/// A file on the stage.
fn file(stage: &Stage, name: &str, text: &str) -> PathBuf {
    let path = stage.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The command for a file, with more options.
fn send_batch(stage: &Stage, path: &std::path::Path, more: &[&str]) -> Ran {
    stage.run(&[&["send-batch", CLINIC, path.to_str().unwrap()][..], more].concat())
}

/// The same with something on standard input.
fn fed(stage: &Stage, more: &[&str], input: &str) -> Ran {
    let mut child = stage
        .command(&[&["send-batch", CLINIC, "-"][..], more].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended already, without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Ran::from(child.wait_with_output().unwrap())
}

/// The uploads that the server took.
fn taken(stage: &Stage) -> usize {
    stage.posts().iter().filter(|post| post.status == 201 && post.batch.is_some()).count()
}

#[test]
fn a_file_reaches_the_server_once_and_says_its_batch() {
    let stage = Stage::new(world());
    let path = file(&stage, NAME, &csv(15));
    let ran = send_batch(&stage, &path, &["--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let line = ran.lines().remove(0);
    let names: Vec<&String> = line.as_object().unwrap().keys().collect();
    assert_eq!(names, ["batchId", "code", "file", "outcome", "reason", "rows", "sha256", "traceId"]);
    assert_eq!((text(&line["outcome"]), text(&line["file"]), &line["rows"]), ("accepted".to_owned(), NAME.to_owned(), &json!(15)));
    let batch = text(&line["batchId"]);
    for words in ["send 15 messages from clinic-nov.csv", "Dear Tan Wei Ming, see you at Bedok.", "english 15.", &batch, "1 accepted"] {
        assert!(ran.err.contains(words), "{words:?} in {}", ran.err);
    }
    assert_eq!((stage.posts().len(), taken(&stage)), (1, 1));
    let journal = Journal::open(&stage.state()).unwrap();
    let entry = journal.all(1).unwrap().remove(0);
    assert_eq!((entry.state, entry.action.batch().map(|id| id.as_str().to_owned())), (ActionState::Accepted, Some(batch.clone())));
    let listed = stage.good(&["journal"]).lines().remove(0);
    assert_eq!((text(&listed["fileName"]), text(&listed["batchId"])), (NAME.to_owned(), batch));
}

#[test]
fn it_waits_until_all_have_ended() {
    let mut options = world();
    options.speed = 60.0;
    let stage = Stage::new(options);
    let path = file(&stage, NAME, &csv(12));
    let ran = send_batch(&stage, &path, &["--yes", "--wait"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let last = ran.err.lines().last().unwrap_or_default();
    assert!(last.starts_with("12 messages: ") && last.contains(" delivered, "), "{}", ran.err);
    let batch = text(&ran.lines()[0]["batchId"]);
    let status = stage.good(&["status", CLINIC, "--batch", &batch]).lines().remove(0);
    assert_eq!(status["coverage"]["loaded"], 12, "{status}");
}

#[test]
fn mistakes_are_named_with_row_and_column_and_nothing_is_sent() {
    let stage = Stage::new(world());
    let text_with =
        "recipient,language,name,place\n6580001234,english,Tan,Bedok\n8000 4567,english,Lim,Bedok\n6580001236,klingon,,Bedok \n";
    let path = file(&stage, NAME, text_with);
    let ran = send_batch(&stage, &path, &["--check"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let lines = ran.lines();
    let at: Vec<(Value, Value, String)> = lines
        .iter()
        .filter(|line| line["kind"].is_string())
        .map(|line| (line["row"].clone(), line["column"].clone(), text(&line["kind"])))
        .collect();
    let expected = [
        (json!(3), json!("recipient"), "number-country"),
        (json!(4), json!("language"), "language"),
        (json!(4), json!("name"), "empty-cell"),
        (json!(4), json!("place"), "space"),
    ];
    assert_eq!(at, expected.map(|(row, column, kind)| (row, column, kind.to_owned())));
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!((&summary["mistakes"], &summary["rowsWithMistakes"], &summary["rows"]), (&json!(4), &json!(2), &json!(3)));
    for format in ["json", "csv", "table"] {
        let ran = send_batch(&stage, &path, &["--check", "--format", format]);
        assert!(ran.code == 2 && ran.out.contains("country code"), "{format}: {}", ran.out);
        assert!(!ran.out.contains("8000 4567") && !ran.err.contains("8000 4567"), "no cell is repeated: {}", ran.out);
    }
    let sent = send_batch(&stage, &path, &["--yes"]);
    assert_eq!((sent.code, sent.out.as_str()), (2, ""), "{}", sent.err);
    for words in ["Nothing was sent: 2 rows have mistakes.", "`--check --format csv` lists every mistake", "the country code is missing"] {
        assert!(sent.err.contains(words), "{words:?} in {}", sent.err);
    }
    assert_eq!(stage.posts().len(), 0);
    let good = file(&stage, "good.csv", &csv(3));
    let ran = send_batch(&stage, &good, &["--check"]);
    assert_eq!((ran.code, ran.lines().len(), &ran.lines()[0]["summary"]["mistakes"]), (0, 1, &json!(0)), "{}", ran.err);
    let twice = "recipient,language,name,place\n6580001234,english,Tan,Bedok\n6580001235,english,Lim,Bedok\n6580001234,english,Tan,Bedok\n";
    let ran = send_batch(&stage, &file(&stage, "twice.csv", twice), &["--check"]);
    let advice = &ran.lines()[0]["summary"]["advice"][0];
    let shown = (&advice["kind"], &advice["count"], &advice["rowCount"], &advice["firstRows"]);
    assert_eq!(shown, (&json!("same-number"), &json!(1), &json!(2), &json!([2, 4])), "{}", ran.out);
    // A person sees what would be sent.
    let table = send_batch(&stage, &good, &["--check", "--format", "table"]);
    assert!(table.out.contains("Dear Tan Wei Ming, see you at Bedok.") && table.out.ends_with("Nothing was sent.\n"), "{}", table.out);
}

#[test]
fn a_check_needs_no_network() {
    let stage = Stage::new(world());
    stage.simulator.set_faults(vec![Fault { kind: FaultKind::Status(401), share: 0.0, calls: FaultyCalls::All, times: None }]);
    stage.answers(401, r#"{"message":"Unauthorized","statusCode":401}"#, FaultyCalls::Reads);
    let path = file(&stage, NAME, &csv(3));
    let ran = send_batch(&stage, &path, &["--check"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("checked without its template"), "{}", ran.err);
    assert_eq!(ran.lines().pop().unwrap()["summary"]["templateKnown"], json!(false));
    let table = send_batch(&stage, &path, &["--check", "--format", "table"]);
    assert!(table.out.contains("the campaign's template is not known") && !table.out.contains("It has no mistakes"), "{}", table.out);
    let sent = send_batch(&stage, &path, &["--yes"]);
    assert_eq!((sent.code, stage.posts().len()), (3, 0), "{}", sent.err);
}

#[test]
fn what_needs_no_guess_is_corrected_in_a_copy() {
    let stage = Stage::new(world());
    let before = "\u{feff}recipient;language;name;place\r\n+65 8000 1234;english;Tan Wei Ming ;Bedok\r\n;;;\r\n";
    let path = file(&stage, NAME, before);
    let to = stage.folder.path().join("corrected.csv");
    let ran = send_batch(&stage, &path, &["--correct", to.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "recipient,language,name,place\r\n6580001234,english,Tan Wei Ming,Bedok\r\n");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before, "the original is only read");
    let kinds: Vec<String> = ran.lines().iter().filter(|line| line["kind"].is_string()).map(|line| text(&line["kind"])).collect();
    for kind in ["byte-order-mark", "separator", "number-signs", "space", "empty-row"] {
        assert!(kinds.contains(&kind.to_owned()), "{kind} in {kinds:?}");
    }
    let words: Vec<String> = ran.lines().iter().filter(|line| line["kind"].is_string()).map(|line| text(&line["message"])).collect();
    assert!(words.contains(&"left only the digits of numbers".to_owned()), "what was done: {words:?}");
    assert!(ran.err.contains("corrected.csv has no mistakes."), "{}", ran.err);
    // Nothing is overwritten, and what needs a guess stays.
    let again = send_batch(&stage, &path, &["--correct", to.to_str().unwrap()]);
    assert!(again.code == 2 && again.err.contains("nothing is overwritten"), "{}", again.err);
    let guess = file(&stage, "guess.csv", "recipient,language,name,place\n80001234,english,Tan,Bedok\n");
    let ran = send_batch(&stage, &guess, &["--correct", stage.folder.path().join("no.csv").to_str().unwrap()]);
    assert!(ran.code == 2 && ran.err.contains("nothing can be corrected without a guess"), "{}", ran.err);
    assert_eq!(stage.posts().len(), 0);
}

/// A limit on the size of files is what a full disk is to the program.
#[test]
fn a_full_disk_leaves_no_copy() {
    let stage = Stage::new(world());
    let path = file(&stage, NAME, &csv(20_000).replace(",english", ";english").replace("6581", "+6581").replace(',', ";"));
    let size = std::fs::metadata(&path).unwrap().len() / 512 / 2;
    let to = stage.folder.path().join("corrected.csv");
    let command = format!(
        "ulimit -f {size}; trap '' XFSZ; exec '{}' send-batch '{CLINIC}' '{}' --correct '{}'",
        env!("CARGO_BIN_EXE_postwatch"),
        path.display(),
        to.display()
    );
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &command]).env_clear().stdin(Stdio::null());
    shell.env("HOME", stage.folder.path()).env("POSTWATCH_CONFIG", stage.folder.path().join("config.toml"));
    shell.env("POSTWATCH_STATE", stage.state());
    let ran = Ran::from(shell.output().unwrap());
    assert!(ran.code == 1 && ran.err.contains("corrected.csv was not written"), "{}: {}", ran.code, ran.err);
    assert!(!to.exists());
    let left = std::fs::read_dir(stage.folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".corrected"));
    assert_eq!(left.count(), 0, "nothing is left of it");
}

#[test]
fn the_same_file_again_needs_its_name() {
    let stage = Stage::new(world());
    let path = file(&stage, NAME, &csv(3));
    assert_eq!(send_batch(&stage, &path, &["--yes"]).code, 0);
    let ran = send_batch(&stage, &path, &["--yes"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(
        ran.err.contains("the same file was accepted less than 24 hours ago") && ran.err.contains("`--again clinic-nov.csv`"),
        "{}",
        ran.err
    );
    let wrong = send_batch(&stage, &path, &["--yes", "--again", "other.csv"]);
    assert!(wrong.code == 2 && wrong.err.contains("names another file"), "{}", wrong.err);
    assert_eq!(taken(&stage), 1);
    let again = send_batch(&stage, &path, &["--yes", "--again", NAME]);
    assert_eq!((again.code, taken(&stage)), (0, 2), "{}", again.err);
    assert!(text(&again.lines()[0]["reason"]).contains("the same file was accepted at "), "{}", again.out);
}

#[test]
fn production_wants_the_count_and_a_locked_campaign_its_name() {
    let stage = Stage::new(world());
    stage.configure("environment = \"production\"\nread_only = true");
    let path = file(&stage, NAME, &csv(3));
    for (more, words) in [
        (&["--yes"][..], "is read-only"),
        (&["--yes", "--unlock", "Another"], "names another campaign"),
        (&["--yes", "--unlock", CLINIC], "`--expect` is missing"),
        (&["--yes", "--unlock", CLINIC, "--expect", "4"], "but `--expect` says 4"),
    ] {
        let ran = send_batch(&stage, &path, more);
        assert!(ran.code == 2 && ran.err.contains(words), "{more:?}: {}", ran.err);
    }
    assert_eq!(stage.posts().len(), 0);
    let ran = send_batch(&stage, &path, &["--yes", "--unlock", CLINIC, "--expect", "3"]);
    assert_eq!((ran.code, taken(&stage)), (0, 1), "{}", ran.err);
    assert!(ran.err.contains("PRODUCTION") && ran.err.contains("Up to S$"), "{}", ran.err);
    let (code, shown) = stage.on_terminal(
        &["send-batch", CLINIC, file(&stage, "b.csv", &csv(4)).to_str().unwrap(), "--unlock", CLINIC],
        &[("Type 4 and Enter to send them now", "3\n")],
    );
    assert!(code == 2 && shown.contains("Nothing was sent."), "{shown}");
    assert_eq!(taken(&stage), 1);
}

#[test]
fn standard_input_and_pipes_are_kept_in_memory() {
    let stage = Stage::new(world());
    let asked = fed(&stage, &[], &csv(2));
    assert!(asked.code == 2 && asked.err.contains("it needs `--yes`"), "{}", asked.err);
    let ran = fed(&stage, &["--yes"], &csv(2));
    assert_eq!((ran.code, text(&ran.lines()[0]["file"])), (0, "standard-input.csv".to_owned()), "{}", ran.err);
    let fifo = stage.folder.path().join("pipe.csv");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600), 0).unwrap();
    let to = fifo.clone();
    let writer = std::thread::spawn(move || std::fs::write(to, csv(5)));
    let ran = send_batch(&stage, &fifo, &["--yes"]);
    writer.join().unwrap().unwrap();
    assert_eq!((ran.code, &ran.lines()[0]["rows"]), (0, &json!(5)), "{}", ran.err);
    assert_eq!(taken(&stage), 2);
    let large = fed(&stage, &["--check"], &csv(1).repeat(1_200_000));
    assert!(large.code == 2 && large.err.contains("Postman takes 40 MB at most"), "{}", large.err);
}

#[test]
fn a_file_that_the_validator_refuses_is_shown_whole() {
    let stage = Stage::new(world());
    // What is not known here: the campaign has no Tamil.
    let body = r#"{"isValid":false,"reportURL":"https://files.example/r","numRows":3,"numErrors":1,"something":["new"]}"#;
    stage.answers(400, body, FaultyCalls::Writes);
    let path = file(&stage, NAME, &csv(3));
    let ran = send_batch(&stage, &path, &["--yes"]);
    let line = ran.lines().remove(0);
    assert_eq!((ran.code, text(&line["outcome"]), line["batchId"].is_null()), (4, "refused".to_owned(), true), "{}", ran.err);
    assert!(ran.err.contains("https://files.example/r") && ran.err.contains("something"), "{}", ran.err);
}

#[test]
fn a_key_that_may_only_read_is_refused() {
    let mut options = world();
    options.campaigns[0].rights = KeyRights::Reading;
    let stage = Stage::new(options);
    let ran = send_batch(&stage, &file(&stage, NAME, &csv(3)), &["--yes"]);
    assert_eq!((ran.code, text(&ran.lines()[0]["outcome"])), (3, "refused".to_owned()), "{}", ran.err);
}

#[test]
fn a_lost_answer_is_looked_up_and_never_sent_again() {
    let stage = Stage::new(world());
    stage.simulator.set_faults(vec![Fault { kind: FaultKind::ResetAfter, share: 1.0, calls: FaultyCalls::Writes, times: Some(1) }]);
    let ran = send_batch(&stage, &file(&stage, NAME, &csv(3)), &["--yes"]);
    let line = ran.lines().remove(0);
    assert_eq!((ran.code, text(&line["outcome"]), taken(&stage), stage.posts().len()), (0, "accepted".to_owned(), 1, 1), "{}", ran.err);
    assert!(text(&line["batchId"]).starts_with("batch_") && ran.err.contains("looking it up takes up to 5 minutes"), "{}", ran.err);
    assert_eq!(Journal::open(&stage.state()).unwrap().all(1).unwrap()[0].state, ActionState::ResolvedAccepted);
}

/// What a server on the way does when it has read so much of a file's body.
#[derive(Clone, Copy, Debug)]
enum OnTheWay {
    /// Answers, and reads on.
    Answer(&'static str),
    /// Breaks the connection.
    Reset,
    /// Does nothing more.
    Hang,
}

/// Stands between the program and the simulator, and meets each upload at the first byte or in the middle of its body, so
/// many times. Gives how many it met.
fn stand_between(stage: &Stage, act: OnTheWay, in_middle: bool, times: usize) -> std::sync::Arc<std::sync::atomic::AtomicUsize> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let met = std::sync::Arc::new(AtomicUsize::new(0));
    let (server, count) = (stage.simulator.address(), met.clone());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let near = stage.simulator.base_url().replace(&server.to_string(), &listener.local_addr().unwrap().to_string());
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let count = count.clone();
            std::thread::spawn(move || {
                let mut client = client;
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|read| read == 1) {
                    head.push(byte[0]);
                }
                let text = String::from_utf8_lossy(&head).to_lowercase();
                let length: usize = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
                if text.starts_with("post ") && count.fetch_add(1, Ordering::SeqCst) < times {
                    let read = if in_middle { length / 2 } else { 1 };
                    let _ = std::io::copy(&mut (&client).take(read as u64), &mut std::io::sink());
                    match act {
                        OnTheWay::Answer(answer) => {
                            let _ = client.write_all(answer.as_bytes());
                            let _ = client.shutdown(std::net::Shutdown::Write);
                            let _ = std::io::copy(&mut client, &mut std::io::sink());
                        }
                        // Closed with unread bytes in it, it is reset.
                        OnTheWay::Reset => {}
                        OnTheWay::Hang => {
                            let _ = std::io::copy(&mut (&client).take(0), &mut std::io::sink());
                            std::thread::sleep(std::time::Duration::from_secs(3600));
                        }
                    }
                    return;
                }
                let Ok(mut to) = TcpStream::connect(server) else { return };
                let _ = to.write_all(&head);
                let (mut from_client, mut to_server) = (client.try_clone().unwrap(), to.try_clone().unwrap());
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from_client, &mut to_server);
                    let _ = to_server.shutdown(std::net::Shutdown::Write);
                });
                let _ = std::io::copy(&mut to, &mut client);
                let _ = client.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    let config = std::fs::read_to_string(stage.folder.path().join("config.toml")).unwrap();
    stage.write_config(&config.replace(&stage.simulator.base_url(), &near));
    met
}

fn http(status: &'static str, body: &'static str) -> OnTheWay {
    OnTheWay::Answer(format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).leak())
}

/// Every fault, once and lasting, at the first, a middle and the last byte: nothing is sent twice, and what is said is true.
#[test]
#[ignore = "takes some minutes by the clock"]
fn every_fault_at_every_byte_once_and_lasting() {
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
        instead(201, r#"{"isValid":false}"#),
    ]);
    let at_the_last_byte = kinds.flat_map(|kind| [(kind, Some(1)), (kind, None)]);
    let on_the_way = [
        ("429", http("429 Too Many Requests", "")),
        ("500", http("500 Internal Server Error", "")),
        ("502 html", http("502 Bad Gateway", "<html>no</html>")),
        ("524", http("524 A Timeout Occurred", "")),
        ("200 page", http("200 OK", "<html>sign in</html>")),
        ("200 null", http("200 OK", "null")),
        ("400", http("400 Bad Request", refused)),
        ("401", http("401 Unauthorized", refused)),
        ("413", http("413 Payload Too Large", "")),
        ("201 isValid false", http("201 Created", r#"{"isValid":false}"#)),
        ("reset", OnTheWay::Reset),
        ("hang", OnTheWay::Hang),
    ];
    let told: Vec<String> = std::thread::scope(|scope| {
        let last: Vec<_> = at_the_last_byte.map(|(kind, times)| scope.spawn(move || under(kind, times))).collect();
        let places = on_the_way.into_iter().flat_map(|act| [false, true].map(|in_middle| (act, in_middle)));
        let early: Vec<_> = places
            .flat_map(|(act, in_middle)| [1, usize::MAX].map(|times| (act, in_middle, times)))
            .map(|((name, act), in_middle, times)| scope.spawn(move || on_its_way(name, act, in_middle, times)))
            .collect();
        last.into_iter().chain(early).map(|one| one.join().unwrap()).collect()
    });
    let table = format!("fault, times: outcome, exit code, requests that met it, files that the server took\n{}\n", told.join("\n"));
    std::io::stderr().write_all(table.as_bytes()).unwrap();
}

/// Sends under a fault of the simulator, which comes when all of the file has arrived.
fn under(kind: FaultKind, times: Option<u64>) -> String {
    let stage = Stage::new(world());
    stage.simulator.set_faults(vec![Fault { kind, share: 1.0, calls: FaultyCalls::Writes, times }]);
    let path = file(&stage, NAME, &csv(3));
    let ran = send_batch(&stage, &path, &["--yes"]);
    let met = stage.simulator.faults_met();
    let what = format!("{kind:?} at the last byte, {}", if times.is_some() { "once" } else { "lasting" });
    assert!(met == 1 || kind == FaultKind::Status(429), "{what}: {met} requests");
    judged(&stage, &ran, &what, met)
}

/// The same for one that comes before all of it has arrived.
fn on_its_way(name: &str, act: OnTheWay, in_middle: bool, times: usize) -> String {
    let stage = Stage::new(world());
    let met = stand_between(&stage, act, in_middle, times);
    // More than the system keeps between two programs.
    let path = file(&stage, NAME, &csv(100_000));
    let ran = send_batch(&stage, &path, &["--yes"]);
    let place = if in_middle { "in the middle" } else { "at the first byte" };
    let what = format!("{name} {place}, {}", if times == 1 { "once" } else { "lasting" });
    let met = met.load(std::sync::atomic::Ordering::SeqCst);
    assert!(met == 1 || name == "429", "{what}: {met} requests");
    judged(&stage, &ran, &what, met as u64)
}

/// Compares what is said with what the server has.
fn judged(stage: &Stage, ran: &Ran, what: &str, met: u64) -> String {
    stage.simulator.set_faults(Vec::new());
    let outcome = text(&ran.lines().remove(0)["outcome"]);
    assert_eq!(taken(stage), usize::from(outcome == "accepted"), "{what}: {outcome}: {}", ran.err);
    let state = Journal::open(&stage.state()).unwrap().all(1).unwrap()[0].state;
    let fits = match outcome.as_str() {
        "accepted" => matches!(state, ActionState::Accepted | ActionState::ResolvedAccepted),
        "refused" => state == ActionState::Refused,
        "unknown" => state == ActionState::Unknown,
        _ => state == ActionState::NotSent,
    };
    assert!(fits, "{what}: {outcome}, {state}");
    format!("{what}: {outcome}, {}, {met}, {}", ran.code, taken(stage))
}

#[test]
fn what_was_interrupted_is_cut_off_looked_up_and_not_sent_again() {
    let stage = Stage::new(world());
    let met = stand_between(&stage, OnTheWay::Hang, false, usize::MAX);
    let path = file(&stage, NAME, &large_csv());
    let mut running = Running::start(stage.command(&["send-batch", CLINIC, path.to_str().unwrap(), "--yes"]));
    while met.load(std::sync::atomic::Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
    running.signal(Signal::INT);
    let mut err = std::io::BufReader::new(running.child.stderr.take().unwrap());
    let told = until(&mut err, "Stopping");
    assert!(told.contains("1 request under way"), "{told}");
    let line: Value = serde_json::from_str(&running.line()).unwrap();
    assert_eq!((text(&line["outcome"]), line["batchId"].is_null()), ("unknown".to_owned(), true), "{line}");
    assert!(text(&line["reason"]).contains("cut off"), "{line}");
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    let open = Journal::open(&stage.state()).unwrap().all(1).unwrap().remove(0);
    assert!(open.state == ActionState::Unknown && matches!(open.action, ActionKind::UploadBatch { .. }));
    let again = send_batch(&stage, &path, &["--yes"]);
    assert_eq!((again.code, text(&again.lines()[0]["outcome"])), (4, "skipped".to_owned()), "{}", again.err);
    assert!(text(&again.lines()[0]["reason"]).contains("the same file"), "{}", again.out);
    assert_eq!(stage.posts().len(), 0);
}

#[test]
fn nothing_personal_is_written_down() {
    let stage = Stage::new(world());
    stage.configure("mask = true");
    let log = stage.folder.path().join("log");
    let path = file(&stage, NAME, "recipient,language,name,place\n6580009876,english,Canary Lim,Bedok\n");
    let ran = send_batch(&stage, &path, &["--yes", "--log", log.to_str().unwrap(), "-vv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for personal in ["80009876", "8000 9876", "Canary"] {
        assert!(!ran.out.contains(personal) && !ran.err.contains(personal), "{personal}: {}", ran.err);
    }
    let files = std::fs::read_dir(stage.state()).unwrap().map(|file| file.unwrap().path()).chain([log]);
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for personal in ["80009876", "Canary"] {
            assert!(!bytes.windows(personal.len()).any(|window| window == personal.as_bytes()), "{personal} is in {}", file.display());
        }
    }
}
