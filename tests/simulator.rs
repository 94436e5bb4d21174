//! The simulator as a client sees it: the program itself, and a client that knows only its address. Every request of
//! docs/SIMULATOR.md is made, and what comes back is compared with what the page says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method};
use serde_json::{Value, json};

const PAGE: &str = include_str!("../docs/SIMULATOR.md");

/// The address in the page, in the place of which is the one that was free.
const ADDRESS: &str = "127.0.0.1:8025";

/// How long a client waits before it asks again: well within ten calls a second.
const POLL: Duration = Duration::from_millis(250);

/// The program as a person starts it.
struct Simulator {
    child: Child,
    /// A program whose output nobody reads any more ends.
    _out: BufReader<ChildStdout>,
    address: String,
    client: Client,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    retry_after: Option<String>,
    body: String,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Simulator {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postwatch"));
        let mut child = command.arg("simulate").args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").and_then(|rest| rest.strip_suffix("/api/v2"));
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { child, _out: out, address, client }
    }

    /// With one empty campaign, whose messages are nothing but `{{body}}`.
    fn empty(more: &[&str]) -> Self {
        let always = ["--campaign", "c", "--key", "key_test_1", "--messages", "0", "--fail", "0", "--speed", "100"];
        let template = if more.contains(&"--template") { &[][..] } else { &["--template", "body"] };
        Self::start(&[&always[..], template, more].concat())
    }

    async fn perform(&self, curl: &Curl) -> Answer {
        let url = curl.url.replace(ADDRESS, &self.address);
        let mut request = self.client.request(curl.method.clone(), url);
        for (name, value) in &curl.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &curl.body {
            request = request.body(body.clone());
        }
        if let Some((name, kind, content)) = &curl.file {
            let part = Part::bytes(content.clone().into_bytes()).file_name(name.clone()).mime_str(kind).unwrap();
            request = request.multipart(Form::new().part("file", part));
        }
        let response = request.send().await.unwrap();
        let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        Answer { status, retry_after, body: response.text().await.unwrap().replace(&self.address, ADDRESS) }
    }

    /// A call below the campaign of [`empty`](Self::empty), as most clients make it.
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut headers = vec![("Authorization".to_owned(), "Bearer key_test_1".to_owned())];
        if body.is_some() {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        let url = format!("http://{ADDRESS}/api/v2/campaigns/c{path}");
        let body = body.map(|body| body.to_string());
        self.perform(&Curl { method: method.parse().unwrap(), url, headers, body, file: None }).await
    }

    async fn send(&self, recipient: &str) -> Answer {
        self.call("POST", "/messages", Some(json!({"recipient": recipient, "language": "english", "values": {"body": "Hello there"}})))
            .await
    }

    /// The message of this id once it has this status.
    async fn reaches(&self, id: &Value, status: &str) -> Value {
        let path = format!("/messages/{}", id.as_str().unwrap());
        let started = Instant::now();
        loop {
            let answer = self.call("GET", &path, None).await;
            if answer.status == 200 && answer.json()["latestStatus"] == status {
                return answer.json();
            }
            assert!(started.elapsed() < Duration::from_secs(30), "never {status}: {answer:?}");
            tokio::time::sleep(POLL).await;
        }
    }
}

/// A curl line.
#[derive(Debug)]
struct Curl {
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    /// Name, type and content.
    file: Option<(String, String, String)>,
}

impl Curl {
    /// Understands what the page uses, and nothing else.
    fn parse(line: &str, files: &HashMap<String, String>) -> Self {
        let mut words = words(line).into_iter();
        assert_eq!(words.next().as_deref(), Some("curl"), "{line}");
        let mut curl = Self { method: Method::GET, url: String::new(), headers: Vec::new(), body: None, file: None };
        while let Some(word) = words.next() {
            match word.as_str() {
                "-X" => curl.method = words.next().unwrap().parse().unwrap(),
                "-H" => {
                    let header = words.next().unwrap();
                    let (name, value) = header.split_once(": ").unwrap();
                    curl.headers.push((name.to_owned(), value.to_owned()));
                }
                "-d" => curl.body = words.next(),
                "-F" => {
                    let field = words.next().unwrap();
                    let file = field.strip_prefix("file=@").unwrap();
                    // So curl calls a file of a kind that it does not know.
                    let (name, kind) = file.split_once(";type=").unwrap_or((file, "application/octet-stream"));
                    curl.file = Some((name.to_owned(), kind.to_owned(), files[name].clone()));
                }
                url => {
                    assert!(url.starts_with("http://") && curl.url.is_empty(), "{line}");
                    curl.url = url.to_owned();
                }
            }
        }
        curl
    }
}

/// The words of a line as a shell parts them: at spaces, but not between single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words
}

/// A block of the page, and the text around it.
struct Block<'a> {
    kind: &'a str,
    before: &'a str,
    text: &'a str,
    after: &'a str,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut parts = page.split("```");
    let mut before = parts.next().unwrap();
    let mut found = Vec::new();
    while let (Some(block), Some(after)) = (parts.next(), parts.next()) {
        let (kind, text) = block.split_once('\n').unwrap();
        found.push(Block { kind, before: before.trim(), text, after: after.trim() });
        before = after;
    }
    found
}

/// What differs from run to run, put out of the way: times, cursors and trace ids.
fn settled(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let is_own = name.ends_with("Cursor") || name.ends_with("At");
                if is_own && field.is_string() {
                    *field = format!("({name})").into();
                }
                if name == "error" && field["id"].is_string() {
                    field["id"] = "(trace id)".into();
                }
                settled(field);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(settled),
        _ => {}
    }
}

fn same(is_json: bool, body: &str, expected: &str) -> bool {
    if is_json { json_of(body).is_some_and(|body| Some(body) == json_of(expected)) } else { body == expected }
}

fn json_of(text: &str) -> Option<Value> {
    let mut value = serde_json::from_str(text).ok()?;
    settled(&mut value);
    Some(value)
}

#[tokio::test]
async fn every_curl_line_of_the_page_gets_what_the_page_says() {
    let blocks = blocks(PAGE);
    let files: HashMap<String, String> = blocks
        .iter()
        .filter(|block| block.kind == "csv" && block.before.ends_with("`:"))
        .map(|block| (block.before.rsplit('`').nth(1).unwrap().to_owned(), block.text.to_owned()))
        .collect();
    let start = blocks.iter().find(|block| block.text.starts_with("postwatch simulate ")).unwrap();
    let start: Vec<String> = words(start.text.trim()).split_off(2);
    let start: Vec<&str> = start.iter().map(|word| if word == ADDRESS { "127.0.0.1:0" } else { word }).collect();
    let simulator = Simulator::start(&start);

    let mut page = PAGE.to_owned();
    let mut lines = 0;
    for (at, block) in blocks.iter().enumerate().filter(|(_, block)| block.text.starts_with("curl ")) {
        lines += 1;
        let line = block.text.trim();
        let curl = Curl::parse(line, &files);
        let next = &blocks[at + 1];
        // What follows the line says its status. If the next block is another line, the body is empty.
        let status: u16 = block.after[..3].parse().unwrap_or_else(|_| panic!("no status after {line}"));
        let is_json = next.kind == "json";
        let expected = if next.kind == "sh" { "" } else { next.text };
        let started = Instant::now();
        let answer = loop {
            let answer = simulator.perform(&curl).await;
            let is_so = answer.status == status && same(is_json, &answer.body, expected);
            // A read is made again until it says so, as a client would; nothing else is made twice.
            if is_so || curl.method != Method::GET || started.elapsed() > Duration::from_secs(15) {
                break answer;
            }
            tokio::time::sleep(POLL).await;
        };
        assert_eq!(answer.status, status, "{line}: {answer:?}");
        if !same(is_json, &answer.body, expected) {
            let body = if is_json { serde_json::to_string_pretty(&answer.json()).unwrap() + "\n" } else { answer.body };
            page = page.replacen(&format!("```{}\n{expected}```", next.kind), &format!("```{}\n{body}```", next.kind), 1);
        }
    }
    assert!(lines >= 15, "{lines}");
    let right = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("SIMULATOR.md");
    std::fs::write(&right, &page).unwrap();
    assert!(page == PAGE, "docs/SIMULATOR.md is not what comes back; {} is", right.display());
}

#[tokio::test]
async fn all_seven_calls_are_on_the_page() {
    let calls: Vec<(Method, String)> = blocks(PAGE)
        .iter()
        .filter(|block| block.text.starts_with("curl "))
        .map(|block| {
            let files = ["reminders.csv", "mistakes.csv"].map(|name| (name.to_owned(), String::new())).into();
            let curl = Curl::parse(block.text.trim(), &files);
            let path = curl.url.split('?').next().unwrap().rsplit("campaign_demo/").next().unwrap().to_owned();
            let ids =
                |part: &str| if part.starts_with("message_") || part.starts_with("batch_") { "ID".to_owned() } else { part.to_owned() };
            (curl.method, path.split('/').map(ids).collect::<Vec<_>>().join("/"))
        })
        .collect();
    for (method, path) in [
        (Method::POST, "messages"),
        (Method::POST, "messages/ID/retry"),
        (Method::GET, "messages/ID"),
        (Method::GET, "messages"),
        (Method::POST, "batch/messages"),
        (Method::POST, "batch/ID/retry"),
        (Method::GET, "batch/ID/messages"),
    ] {
        assert!(calls.contains(&(method.clone(), path.to_owned())), "no {method} {path} in {calls:?}");
    }
}

#[tokio::test]
async fn a_client_sends_polls_and_retries_until_the_api_says_no_more() {
    let simulator = Simulator::empty(&["--retries", "1"]);
    let sent = simulator.send("6580001234").await;
    assert_eq!((sent.status, &sent.json()["latestStatus"]), (201, &"created".into()));
    let delivered = simulator.reaches(&sent.json()["id"], "success").await;
    assert_eq!(delivered["attempts"].as_array().unwrap().len(), 1);

    let failing = simulator.send("6511119999").await.json()["id"].clone();
    let failed = simulator.reaches(&failing, "failure").await;
    assert_eq!(failed["attempts"][0]["error"], json!({"type": "delivery_error", "code": "delivery_unknown_error"}));
    let retry = format!("/messages/{}/retry", failing.as_str().unwrap());
    let retried = simulator.call("POST", &retry, None).await;
    assert_eq!((retried.status, &retried.json()["id"], &retried.json()["latestStatus"]), (201, &failing, &"created".into()));
    let failed = simulator.reaches(&failing, "failure").await;
    assert_eq!(failed["attempts"].as_array().unwrap().len(), 2);
    let refused = simulator.call("POST", &retry, None).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "too_many_message_attempts_error"));
    let words = "Message can no longer be retried as it has reached the maximum number of attempts of 1.";
    assert_eq!(refused.json()["error"]["message"], words);
}

/// Far over the limit, a file is read to its end all the same: a client that is still writing must see the refusal.
#[tokio::test]
async fn a_file_that_is_much_too_large_is_refused_in_words() {
    let simulator = Simulator::empty(&[]);
    let curl = Curl {
        method: Method::POST,
        url: format!("http://{ADDRESS}/api/v2/campaigns/c/batch/messages"),
        headers: vec![("Authorization".to_owned(), "Bearer key_test_1".to_owned())],
        body: None,
        file: Some(("large.csv".to_owned(), "text/csv".to_owned(), "x".repeat(60 * 1024 * 1024))),
    };
    let refused = simulator.perform(&curl).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"));
    assert_eq!(refused.json()["error"]["message"], "File too large, max file size is 40MB");
}

/// Numbers as people type them are refused, and nothing is sent.
#[tokio::test]
async fn a_number_that_is_not_normalized_is_refused() {
    let simulator = Simulator::empty(&["--tps", "0"]);
    for recipient in ["+6580001234", "65 8000 1234", "65-8000-1234", "80001234", "8000 1234", "", "S8000123A", "006580001234"] {
        let refused = simulator.send(recipient).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"), "{recipient}");
    }
    assert_eq!(simulator.call("GET", "/messages?limit=10", None).await.json()["data"], json!([]));
}

#[tokio::test]
async fn a_load_test_ends_with_the_aggregator() {
    let simulator = Simulator::empty(&["--environment", "loadtest"]);
    let id = simulator.send("6580001234").await.json()["id"].clone();
    simulator.reaches(&id, "sent").await;
    // One that is sent later, and where messages are delivered, is.
    let other = Simulator::empty(&[]);
    let delivered = other.send("6580001234").await.json()["id"].clone();
    other.reaches(&delivered, "success").await;
    let still = simulator.reaches(&id, "sent").await;
    assert!(still["fullMessage"].as_str().unwrap().starts_with("Example Agency\n\n---\n\nHello there\n\n---\n\n"), "{still}");
}

#[tokio::test]
async fn an_address_that_is_not_allowed_gets_nothing() {
    let simulator = Simulator::empty(&["--not-allowed"]);
    for answer in [simulator.send("6580001234").await, simulator.call("GET", "/messages?limit=1", None).await] {
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_ip_address_used"));
    }
}

#[tokio::test]
async fn too_many_calls_say_when_to_come_back_as_was_asked_for() {
    for (form, says) in [("none", None), ("seconds", Some("1")), ("date", Some(" GMT"))] {
        let simulator = Simulator::empty(&["--tps", "1", "--retry-after", form]);
        let dropped = loop {
            let answer = simulator.call("GET", "/messages?limit=1", None).await;
            if answer.status == 429 {
                break answer;
            }
        };
        assert_eq!(dropped.code(), "too_many_requests");
        match says {
            None => assert_eq!(dropped.retry_after, None),
            Some(end) => assert!(dropped.retry_after.as_deref().is_some_and(|value| value.ends_with(end)), "{dropped:?}"),
        }
    }
}

#[tokio::test]
async fn a_text_and_languages_of_ones_own_are_what_is_sent() {
    let simulator = Simulator::empty(&["--template", "Dear {{name}}, come to {{place}}.", "--languages", "malay"]);
    let body = |language: &str, values: Value| json!({"recipient": "6580001234", "language": language, "values": values});
    let values = json!({"name": "Tan", "place": "Bedok"});
    let sent = simulator.call("POST", "/messages", Some(body("malay", values.clone()))).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    assert!(sent.json()["fullMessage"].as_str().unwrap().contains("\n\nDear Tan, come to Bedok.\n\n"), "{sent:?}");
    let refused = simulator.call("POST", "/messages", Some(body("english", values))).await;
    assert_eq!(refused.json()["error"]["message"], "english is not supported. available language(s) for this campaign: malay");
    let refused = simulator.call("POST", "/messages", Some(body("malay", json!({"name": "Tan"})))).await;
    assert_eq!(refused.json()["error"]["message"], "The value of place is missing.");
}
