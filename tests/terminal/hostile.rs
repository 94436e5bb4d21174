//! Text from outside never drives the terminal: what the program writes holds none of its sequences.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::program::{Program, Start};
use super::simulation::Simulation;

/// Everything that could drive a terminal or turn the reading direction: a clipboard, a title, a
/// cleared screen, an answer that types for the user, single-byte controls, direction overrides.
const EVIL: &str = "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}]0;owned\u{7}\u{1b}[31337m\u{1b}P+q544e\u{1b}\\\u{1b}c\u{9b}31337m\u{9d}52;c;eA==\u{9c}\u{90}q\u{202e}live\u{202c}\u{2066}x\u{2069}\u{200f}\r\u{8}\u{7f}\u{0}\u{e}";

/// `EVIL` between two words, so that one can see that the text did arrive.
fn evil(word: &str) -> String {
    format!("{word}{EVIL}{word}")
}

/// A page whose every text is hostile, ids included: such a row cannot be acted on, so one with a
/// plain id stands beside it.
fn page() -> Value {
    let created = jiff::Timestamp::now().to_string();
    let message = |id: String| {
        json!({
            "id": id, "recipient": evil("6580001234"), "latestStatus": "failure", "createdAt": created, "updatedAt": created,
            "campaignId": evil("campaign"), "creatorEmail": evil("creator"), "creatorId": evil("user"),
            "language": evil("english"), "fullMessage": evil("dear"),
            "templateBodyId": evil("body"), "templateBody": { "id": evil("body"), "templateId": evil("template"), "body": evil("hello {{name}}"), "language": evil("english") },
            "values": { evil("name"): evil("value"), "name": evil("Tan") },
            "batches": [{ "id": "batch_00000000-0000-4000-8000-000000000001", "fileName": evil("file"), "status": evil("status"), "totalMessagesCount": 3 }],
            "messageAttempts": [{
                "id": evil("attempt"), "status": "failure", "createdAt": created, "sentAt": created, "updatedAt": created,
                "errorType": evil("delivery_error"), "errorCode": evil("code"), "externalAttemptId": evil("external"),
            }],
        })
    };
    let status = |word: &str, serial: u32| {
        let mut message = message(format!("message_00000000-0000-4000-8000-{serial:012}"));
        message["latestStatus"] = json!(word);
        message["messageAttempts"][0]["status"] = json!(word);
        message
    };
    json!({
        "data": [status("failure", 1), status(&evil("odd"), 2), message(evil("message"))],
        "pageData": { "startCursor": evil("start"), "endCursor": evil("end"), "hasNextPage": false, "hasPreviousPage": false },
    })
}

/// What the server does from now on: tells its page, or refuses in hostile words.
type Refuses = Arc<AtomicBool>;

async fn answer(State(refuses): State<Refuses>) -> axum::response::Response {
    if refuses.load(Ordering::Acquire) {
        let error = json!({ "error": { "message": evil("sorry"), "code": evil("code"), "type": evil("type"), "id": evil("trace") } });
        return (StatusCode::BAD_REQUEST, axum::Json(error)).into_response();
    }
    axum::Json(page()).into_response()
}

/// The program on a hostile server.
fn attacked(simulation: &Simulation, refuses: &Refuses) -> Program {
    let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer).with_state(Arc::clone(refuses));
    simulation.spawn(async move {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, router).await.unwrap();
    });
    let base = format!("http://{address}/api/v2");
    let text = simulation.part(0, "calls_per_second = 10").replace(&simulation.simulator().base_url(), &base);
    let start: Start<'_> = simulation.configure(&text).start(&[]);
    start.size(200, 60).spawn()
}

/// What would drive a terminal, as bytes: none of it is a sequence that the program itself uses.
#[track_caller]
fn is_harmless(written: &[u8]) {
    // The one question that it asks the terminal: what its background is.
    let mut asked = String::from_utf8_lossy(written).replacen("\u{1b}]11;?\u{7}", "", 1);
    // And the title, which is the configuration's name of the campaign and one of its own signs.
    for title in ["", "Clinic reminders · postwatch", "✓ Clinic reminders · postwatch", "? Clinic reminders · postwatch"] {
        asked = asked.replace(&format!("\u{1b}]2;{title}\u{7}"), "");
    }
    let written = asked.as_bytes();
    let holds = |bytes: &[u8]| written.windows(bytes.len()).any(|window| window == bytes);
    for introducer in ["\u{1b}]", "\u{1b}P", "\u{1b}X", "\u{1b}^", "\u{1b}_", "\u{1b}c", "\u{0}", "\u{7f}", "\u{e}"] {
        assert!(!holds(introducer.as_bytes()), "{introducer:?} was written");
    }
    assert!(!holds(b"\x1b[31337m"));
    let text = std::str::from_utf8(written).unwrap();
    let turns = ['\u{200e}', '\u{200f}', '\u{61c}'].into_iter().chain('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
    for control in ('\u{80}'..='\u{9f}').chain(turns) {
        assert!(!text.contains(control), "{control:?} was written");
    }
}

#[test]
fn hostile_text_is_shown_as_marks() {
    let simulation = Simulation::new();
    let refuses = Refuses::default();
    let mut program = attacked(&simulation, &refuses);
    // The marks of ESC and BEL.
    program.sees("␛]52;c;ZXZpbA==␇");
    program.types("\r").sees("Esc back").sees("creator␛]52").sees("code␛]52").types("\u{1b}").loses("Esc back");
    program.types("f").sees("Show messages that are").types("\r").loses("Show messages that are");
    refuses.store(true, Ordering::Release);
    program.types("\u{12}").sees("sorry␛]52").types("!").sees("Notices, newest first");
    program.resize(120, 36).sees("Notices, newest first").types("\u{1b}").loses("Notices, newest first");
    program.types("q").gives_the_terminal_back();
    assert_eq!(program.exit_code(), 0);
    is_harmless(&program.bytes());
}

#[test]
#[should_panic(expected = "was written")]
fn the_guard_against_hostile_bytes_would_notice() {
    is_harmless(format!("\u{1b}[1;1H{}", evil("x")).as_bytes());
}
