//! The transport over real HTTP, against small servers that behave badly: nothing is sent twice,
//! no redirect is followed, no proxy is used for this machine, and every failure gets its name.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use postwatch::delivery::{BatchId, CampaignId, MessageId};
use postwatch::postman::{
    Api, ApiKey, BaseUrl, Broken, Call, CallError, CallErrorKind, HttpTransport, Method, NotSent, PageRequest, Request, Timeouts,
    Transport, TransportFailure, UploadMeter, WriteOutcome,
};
use secrecy::SecretString;

/// A key that must turn up in the one header and nowhere else.
const CANARY: &str = "key_test_canary0123456789abcdef";

const PAGE: &str = r#"{"messages":[{"id":"message_1"}],"pageData":{"hasNextPage":false}}"#;

/// A page that could also be taken for the message in it.
const MESSAGE_PAGE: &str = r#"{"id":"message_1","messages":[{"id":"message_1"}],"pageData":{"hasNextPage":false}}"#;

/// [`MESSAGE`], compressed.
const GZIPPED_MESSAGE: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x4c\x51\xb2\x52\xca\x4d\x2d\x2e\x4e\x4c\x4f\x8d\x37\x54\xd2\x51\xca\x49\x2c\x49\x2d\x2e\x09\x2e\x49\x2c\x29\x2d\x06\x4a\x25\x17\xa5\x02\x05\x52\x94\x6a\x01\x86\xa7\x7e\x7a\x2b\x00\x00\x00";

const MESSAGE: &str = r#"{"id":"message_1","latestStatus":"created"}"#;

/// What a server does with a request that it has read.
#[derive(Clone)]
enum Act {
    /// Writes these bytes and waits for the next request on the connection.
    Keep(Vec<u8>),
    /// Writes these bytes and closes.
    Close(Vec<u8>),
    /// Writes these bytes one by one, this long apart, and closes.
    Drip(Vec<u8>, Duration),
    /// Holds the connection open without an answer, until the other side closes it.
    Hang,
}

/// A server on a free port of this machine that keeps the requests.
struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Answers the n-th request with the n-th act; the last one stays.
    fn start(acts: Vec<Act>) -> Server {
        Server::start_raw(move |mut stream, place, requests| {
            while let Some(request) = read_request(&mut stream) {
                requests.lock().unwrap().push(request);
                let place = place.fetch_add(1, Ordering::SeqCst);
                match &acts[place.min(acts.len() - 1)] {
                    Act::Keep(bytes) => stream.write_all(bytes).unwrap(),
                    Act::Close(bytes) => {
                        let _ = stream.write_all(bytes);
                        return;
                    }
                    Act::Drip(bytes, pause) => {
                        for byte in bytes {
                            std::thread::sleep(*pause);
                            if stream.write_all(&[*byte]).is_err() {
                                return;
                            }
                        }
                        return;
                    }
                    Act::Hang => {
                        let _ = stream.read(&mut [0; 1]);
                        return;
                    }
                }
            }
        })
    }

    /// A server with a separate behaviour for each connection.
    fn start_raw(serve: impl Fn(TcpStream, &AtomicUsize, &Mutex<Vec<String>>) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (kept, counted, place) = (requests.clone(), connections.clone(), Arc::new(AtomicUsize::new(0)));
        let serve = Arc::new(serve);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                let (serve, place, kept) = (serve.clone(), place.clone(), kept.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &place, &kept));
            }
        });
        Server { address, requests, connections }
    }

    fn api(&self, transport: HttpTransport) -> Api {
        let base = BaseUrl::parse(&format!("http://{}/api/v2", self.address)).unwrap();
        Api::new(Arc::new(transport), base, CampaignId::new("campaign_1"), key())
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// One request: its head and as much body as the head announces. `None` at the end.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let length: usize = text.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + length {
        let mut piece = [0; 4096];
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn key() -> ApiKey {
    ApiKey::new(&SecretString::from(CANARY)).unwrap()
}

fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn json(status: u16, body: &str) -> Vec<u8> {
    answer(status, "content-type: application/json\r\n", body.as_bytes())
}

fn quick() -> HttpTransport {
    HttpTransport::with_timeouts(Timeouts { connect: Duration::from_millis(500), total: Duration::from_millis(700) })
}

fn list() -> Call {
    Call::List { page: PageRequest::head(10) }
}

fn retry() -> Call {
    Call::Retry { message: MessageId::new("message_1") }
}

fn send() -> Call {
    Call::Send { recipient: "6580001234".to_owned(), language: "english".to_owned(), values: vec![("name".to_owned(), "Tan".to_owned())] }
}

fn retry_batch() -> Call {
    Call::RetryBatch { batch: BatchId::new("batch_1") }
}

fn upload() -> Call {
    Call::UploadBatch {
        file_name: "clinic.csv".to_owned(),
        csv: Bytes::from_static(b"recipient,language\n6580001234,english\n"),
        meter: UploadMeter::default(),
    }
}

/// Makes one write and checks that the server saw exactly one request.
async fn write_once(acts: Vec<Act>, call: Call) -> WriteOutcome {
    let server = Server::start(acts);
    let outcome = server.api(quick()).write(call).await;
    assert_eq!(server.requests().len(), 1, "{:?}", server.requests());
    assert_eq!(server.connections(), 1);
    outcome
}

async fn read_error(acts: Vec<Act>) -> CallError {
    Server::start(acts).api(quick()).page(&list()).await.unwrap_err()
}

fn is_unknown(outcome: &WriteOutcome) -> bool {
    matches!(outcome, WriteOutcome::Unknown { .. })
}

#[tokio::test]
async fn a_page_is_read() {
    let server = Server::start(vec![Act::Keep(answer(200, "date: Sun, 22 Nov 2026 06:00:00 GMT\r\n", PAGE.as_bytes()))]);
    let page = server.api(HttpTransport::new()).page(&list()).await.unwrap();
    assert_eq!((page.rows.len(), page.page.has_next, page.bytes), (1, false, PAGE.len()));
    assert_eq!(page.server_date.unwrap().to_string(), "2026-11-22T06:00:00Z");
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /api/v2/campaigns/campaign_1/messages?limit=10 HTTP/1.1\r\n"), "{request}");
    let lower = request.to_lowercase();
    assert!(lower.contains(&format!("authorization: bearer {CANARY}\r\n")), "{request}");
    assert!(lower.contains(concat!("user-agent: postwatch/", env!("CARGO_PKG_VERSION"))), "{request}");
    assert!(lower.contains("accept-encoding: gzip"), "{request}");
}

#[tokio::test]
async fn writes_carry_their_bodies() {
    let message = || Act::Keep(json(201, MESSAGE));
    let server = Server::start(vec![message(), message(), Act::Keep(json(201, r#"{"isValid":true,"batchId":"batch_1"}"#))]);
    let api = server.api(HttpTransport::new());
    for call in [retry(), send(), upload()] {
        assert!(matches!(api.write(call).await, WriteOutcome::Accepted { .. }));
    }
    let requests = server.requests();
    assert!(requests[0].starts_with("POST /api/v2/campaigns/campaign_1/messages/message_1/retry HTTP/1.1\r\n"));
    assert!(requests[0].to_lowercase().contains("content-length: 0\r\n"), "{}", requests[0]);
    assert!(requests[1].ends_with(r#"{"recipient":"6580001234","language":"english","values":{"name":"Tan"}}"#));
    assert!(requests[2].contains("name=\"file\"; filename=\"clinic.csv\"") && requests[2].contains("6580001234,english\n\r\n--"));
}

#[tokio::test]
async fn a_connection_closed_before_the_answer_leaves_a_write_unknown() {
    for call in [retry(), send()] {
        let outcome = write_once(vec![Act::Close(Vec::new()), Act::Keep(json(201, "{}"))], call).await;
        assert!(is_unknown(&outcome), "{outcome:?}");
    }
}

#[tokio::test]
async fn half_an_answers_head_leaves_a_write_unknown() {
    let outcome = write_once(vec![Act::Close(b"HTTP/1.1 20".to_vec()), Act::Keep(json(201, "{}"))], send()).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_reset_leaves_a_write_unknown() {
    // The system resets a connection that is closed with unread bytes in it.
    let server = Server::start_raw(|mut stream, _, requests| {
        let mut piece = [0; 16];
        stream.read_exact(&mut piece).unwrap();
        requests.lock().unwrap().push(String::from_utf8_lossy(&piece).into_owned());
    });
    let outcome = server.api(quick()).write(send()).await;
    let WriteOutcome::Unknown { reason, .. } = &outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("reset") || reason.contains("closed"), "{reason}");
    assert_eq!((server.requests().len(), server.connections()), (1, 1));
}

#[tokio::test]
async fn a_dead_kept_connection_is_never_met_by_a_write() {
    // Each answer promises to keep the connection, and the server closes it all the same.
    let server = Server::start(vec![Act::Close(json(201, MESSAGE))]);
    let api = server.api(quick());
    for _ in 0..20 {
        assert!(matches!(api.write(retry()).await, WriteOutcome::Accepted { .. }));
    }
    assert_eq!((server.requests().len(), server.connections()), (20, 20));
}

#[tokio::test]
async fn a_write_keeps_no_connection_and_a_read_does() {
    let server = Server::start(vec![Act::Keep(json(201, MESSAGE_PAGE))]);
    let api = server.api(quick());
    for _ in 0..3 {
        assert!(matches!(api.write(retry()).await, WriteOutcome::Accepted { .. }));
    }
    assert_eq!(server.connections(), 3);
    for _ in 0..3 {
        api.page(&list()).await.unwrap();
    }
    assert_eq!(server.connections(), 4);
}

#[tokio::test]
async fn a_slow_server_leaves_a_write_unknown() {
    let begun = Instant::now();
    let outcome = write_once(vec![Act::Hang], send()).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let target = Server::start(vec![Act::Keep(json(201, PAGE))]);
        let location = format!("location: http://{}/api/v2?ticket=1\r\n", target.address);
        let redirect = || vec![Act::Keep(answer(status, &location, b""))];
        let error = read_error(redirect()).await;
        assert_eq!(error.kind, CallErrorKind::Redirect { status, location: Some(format!("http://{}/api/v2", target.address)) });
        let outcome = write_once(redirect(), send()).await;
        let is_refused = matches!(outcome, WriteOutcome::Refused { .. });
        assert_eq!(is_refused, matches!(status, 307 | 308), "{status}: {outcome:?}");
        assert_eq!(target.connections(), 0);
    }
}

#[tokio::test]
async fn a_success_with_a_cut_body_is_unknown_and_no_page() {
    let cut = b"HTTP/1.1 201 Created\r\ncontent-length: 1000\r\n\r\n{\"id\":\"mess".to_vec();
    let whole_but_short = [b"HTTP/1.1 201 Created\r\ncontent-length: 1000\r\n\r\n", MESSAGE.as_bytes()].concat();
    for bytes in [cut.clone(), whole_but_short] {
        for call in [retry(), send()] {
            let outcome = write_once(vec![Act::Close(bytes.clone())], call).await;
            assert!(is_unknown(&outcome), "{outcome:?}");
        }
    }
    let empty = b"HTTP/1.1 201 Created\r\ncontent-length: 1000\r\n\r\n".to_vec();
    assert!(is_unknown(&write_once(vec![Act::Close(empty)], retry_batch()).await));
    assert_eq!(read_error(vec![Act::Close(cut)]).await.kind, CallErrorKind::Broken(Broken::Eof));
}

#[tokio::test]
async fn a_success_that_is_not_the_apis_leaves_a_write_unknown() {
    let html = "content-type: text/html\r\n";
    let gzip = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
    let answers = [
        answer(200, html, b"<html><title>Sign in</title></html>"),
        answer(201, html, b"<html>message_1 batch_1</html>"),
        answer(200, "", b""),
        answer(202, "", b""),
        b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
        b"HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n".to_vec(),
        json(200, "null"),
        json(206, "{}"),
        json(201, "[]"),
        json(200, r#"{"error":{"code":"invalid_path","message":"m"}}"#),
        json(200, r#"{"success":false}"#),
        json(201, r#"{"id":"message_2"}"#),
        answer(201, gzip, b"no gzip at all"),
        answer(201, gzip, MESSAGE.as_bytes()),
        // What a proxy sends before its answer is not the answer.
        [b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".to_vec(), json(200, "{}")].concat(),
    ];
    for bytes in answers {
        for call in [retry(), retry_batch(), send(), upload()] {
            let (told, name) = (String::from_utf8_lossy(&bytes).into_owned(), format!("{call:?}"));
            let outcome = write_once(vec![Act::Close(bytes.clone())], call).await;
            assert!(is_unknown(&outcome), "{name}, {told}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn each_write_has_one_kind_of_yes() {
    let zipped = answer(201, "content-encoding: gzip\r\n", GZIPPED_MESSAGE);
    let accepted = [
        (retry(), json(201, MESSAGE)),
        (retry(), json(200, &format!("\u{feff}{MESSAGE}"))),
        (retry(), zipped),
        (retry_batch(), answer(201, "", b"")),
        (retry_batch(), json(200, &format!("[{MESSAGE}]"))),
        (send(), json(201, r#"{"id":"message_9","recipient":"6580001234"}"#)),
        (upload(), json(201, r#"{"isValid":true,"batchId":"batch_1"}"#)),
    ];
    for (call, bytes) in accepted {
        let name = format!("{call:?}");
        let outcome = write_once(vec![Act::Close(bytes)], call).await;
        assert!(matches!(outcome, WriteOutcome::Accepted { .. }), "{name}: {outcome:?}");
    }
    let refused = write_once(vec![Act::Close(json(400, r#"{"isValid":false,"numErrors":2}"#))], upload()).await;
    assert!(matches!(refused, WriteOutcome::Refused { check: Some(_), .. }), "{refused:?}");
}

#[tokio::test]
async fn a_body_that_drips_ends_with_the_time() {
    let begun = Instant::now();
    let error = read_error(vec![Act::Drip(json(200, PAGE), Duration::from_millis(20))]).await;
    assert_eq!(error.kind, CallErrorKind::Broken(Broken::Timeout));
    assert!(error.is_retryable() && begun.elapsed() < Duration::from_secs(3));
    let slow_but_whole = Server::start(vec![Act::Drip(json(200, PAGE), Duration::from_millis(1))]);
    assert_eq!(slow_but_whole.api(HttpTransport::new()).page(&list()).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn a_compressed_body_is_read() {
    const GZIPPED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x4d\x2d\x2e\x4e\x4c\x4f\x2d\x56\xb2\x8a\xae\x56\xca\x4c\x51\xb2\x82\x89\xc4\x1b\x2a\xd5\xc6\xea\x28\x15\x00\x99\x2e\x89\x25\x89\x4a\x56\xd5\x4a\x19\x89\xc5\x7e\xa9\x15\x25\x01\x40\x21\x25\xab\xb4\xc4\x9c\xe2\xd4\xda\x5a\x00\xc9\x64\xd5\x8a\x42\x00\x00\x00";
    let headers = "content-encoding: gzip\r\n";
    let server = Server::start(vec![Act::Keep(answer(200, headers, GZIPPED))]);
    let page = server.api(quick()).page(&list()).await.unwrap();
    assert_eq!((page.rows.len(), page.bytes), (1, PAGE.len()));
    let error = read_error(vec![Act::Close(answer(200, headers, b"no gzip at all"))]).await;
    assert!(matches!(error.kind, CallErrorKind::Broken(Broken::Garbled(_))), "{error:?}");
}

#[tokio::test]
async fn a_body_without_end_is_refused_while_it_is_read() {
    let server = Server::start_raw(|mut stream, _, requests| {
        requests.lock().unwrap().extend(read_request(&mut stream));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let piece = vec![b' '; 1 << 20];
        while stream.write_all(&piece).is_ok() {}
    });
    let error = server.api(HttpTransport::new()).page(&list()).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Broken(Broken::BodyTooLarge));
}

#[tokio::test]
async fn what_is_not_http_is_garbled() {
    let error = read_error(vec![Act::Close(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())]).await;
    assert!(matches!(error.kind, CallErrorKind::Broken(Broken::Garbled(_) | Broken::Other(_))), "{error:?}");
    assert!(is_unknown(&write_once(vec![Act::Close(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())], send()).await));
}

#[tokio::test]
async fn a_rate_limit_is_told_with_its_wait() {
    let busy = answer(429, "retry-after: 7\r\n", br#"{"error":{"code":"too_many_requests","message":"slow down"}}"#);
    let error = read_error(vec![Act::Keep(busy.clone())]).await;
    assert!(error.is_rate_limit() && error.is_retryable());
    assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
    let outcome = write_once(vec![Act::Keep(busy)], send()).await;
    assert!(matches!(outcome, WriteOutcome::Refused { rate_limited: true, retry_after: Some(_), .. }), "{outcome:?}");
}

#[tokio::test]
async fn nobody_there_proves_that_nothing_was_sent() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base = BaseUrl::parse(&format!("http://{free}/api/v2")).unwrap();
    let api = Api::new(Arc::new(quick()), base, CampaignId::new("campaign_1"), key());
    assert_eq!(api.page(&list()).await.unwrap_err().kind, CallErrorKind::NotSent(NotSent::Refused));
    assert!(matches!(api.write(send()).await, WriteOutcome::NotSent { .. }));
}

/// The request of a call to a host by HTTPS.
fn https(server: &Server, method: Method) -> Request {
    Request { method, url: format!("https://{}/api/v2/x", server.address), content_type: None, body: Bytes::new().into() }
}

#[tokio::test]
async fn a_broken_encryption_proves_that_nothing_was_sent() {
    let plain = Server::start_raw(|mut stream, _, _| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    for method in [Method::Get, Method::Post] {
        let failure = quick().send(https(&plain, method), &key()).await.result.unwrap_err();
        assert!(matches!(failure, TransportFailure::NotSent(NotSent::Tls(_))), "{failure:?}");
    }
    let silent = Server::start_raw(|mut stream, _, _| while stream.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {});
    let failure = quick().send(https(&silent, Method::Post), &key()).await.result.unwrap_err();
    assert_eq!(failure, TransportFailure::NotSent(NotSent::ConnectTimeout));
}

#[tokio::test]
async fn a_write_never_offers_http_2() {
    // The first bytes of an encrypted connection are readable, and list the protocols offered.
    let server = Server::start_raw(|mut stream, _, hellos| {
        let mut hello = [0; 4096];
        let count = stream.read(&mut hello).unwrap();
        hellos.lock().unwrap().push(hello[..count].iter().map(|byte| char::from(*byte)).collect());
    });
    for method in [Method::Get, Method::Post] {
        assert!(quick().send(https(&server, method), &key()).await.result.is_err());
    }
    let offers: Vec<bool> = server.requests().iter().map(|hello| hello.contains("\u{2}h2")).collect();
    assert_eq!(offers, [true, false]);
}

#[tokio::test]
async fn nothing_leaves_this_machine_unencrypted() {
    // An address of the documentation's own range: if it were called, no one would answer in time.
    let request = Request { method: Method::Get, url: "http://192.0.2.1/api/v2".to_owned(), content_type: None, body: Bytes::new().into() };
    let failure = quick().send(request, &key()).await.result.unwrap_err();
    assert!(matches!(failure, TransportFailure::NotSent(NotSent::Local(_))), "{failure:?}");
}

/// Runs in a process of its own, with proxies set in its environment; does nothing otherwise.
#[tokio::test]
async fn in_a_process_with_a_proxy() {
    let Ok(address) = std::env::var("POSTWATCH_TEST_SERVER") else { return };
    let base = BaseUrl::parse(&format!("http://{address}/api/v2")).unwrap();
    let api = Api::new(Arc::new(quick()), base, CampaignId::new("campaign_1"), key());
    api.page(&list()).await.unwrap();
    assert!(matches!(api.write(retry()).await, WriteOutcome::Accepted { .. }));
}

#[test]
fn no_proxy_is_used_for_this_machine() {
    let proxy = Server::start(vec![Act::Keep(json(200, PAGE))]);
    let server = Server::start(vec![Act::Keep(json(200, MESSAGE_PAGE))]);
    let proxy_url = format!("http://{}", proxy.address);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, &proxy_url);
    }
    child.env_remove("NO_PROXY").env_remove("no_proxy").env("POSTWATCH_TEST_SERVER", server.address.to_string());
    let output = child.args(["--exact", "in_a_process_with_a_proxy"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((server.requests().len(), proxy.connections()), (2, 0));
}

#[tokio::test]
async fn the_key_is_shown_nowhere() {
    let server = Server::start(vec![Act::Close(b"HTTP/1.1 oops".to_vec())]);
    let transport = quick();
    let request = Request {
        method: Method::Get,
        url: format!("http://{}/x?search=6580001234", server.address),
        content_type: None,
        body: Bytes::new().into(),
    };
    let exchange = transport.send(request.clone(), &key()).await;
    let mut shown = format!("{transport:?} {exchange:?} {request:?} {:?}", key());
    let api = server.api(transport);
    let error = api.page(&list()).await.unwrap_err();
    let outcome = api.write(send()).await;
    shown.push_str(&format!("{api:?} {error:?} {error} {:?} {outcome:?} {:?}", error.explanation(), outcome.explanation()));
    assert!(server.requests()[0].contains(CANARY), "it did go along");
    assert!(!shown.contains("canary") && !shown.contains("80001234"), "{shown}");
}

/// A server that echoes what it was asked: the key and a number, in its headers and its body.
fn echoing(status: u16, body: &str) -> Vec<Act> {
    let escaped = CANARY.replace("key", "\\u006bey");
    let body = body.replace("KEY", CANARY).replace("ESC", &escaped).replace("NUMBER", "+65 8000-1234");
    let headers = format!(
        "location: https://login.example/6580001234/{CANARY}?x={CANARY}\r\nx-trace: {CANARY} 6580001234\r\ncontent-type: {CANARY}\r\nserver: {CANARY}\r\n"
    );
    vec![Act::Close(answer(status, &headers, body.as_bytes()))]
}

#[tokio::test]
async fn a_server_that_echoes_gets_no_key_and_no_number_shown() {
    let bodies = [
        r#"{"error":{"code":"code KEY NUMBER","message":"ESC sent 6580001234, (65) 8000 1234 and KEY","type":"KEY","id":"trace-KEY-6580001234"}}"#,
        r#"{"message":["KEY","65.8000.1234"],"statusCode":400}"#,
        "<html><title>KEY for NUMBER</title></html>",
        "error KEY 6580001234\nmore",
        r#"{"isValid":false,"echo":"KEY ESC"}"#,
        r#"{"id":"KEY","recipient":"KEY","fullMessage":"ESC","error":{"code":"KEY"}}"#,
        "",
    ];
    for status in [200, 201, 302, 307, 400, 401, 404, 429, 500, 502] {
        for body in bodies {
            let mut shown = String::new();
            for call in [retry(), retry_batch(), send(), upload()] {
                let outcome = Server::start(echoing(status, body)).api(quick()).write(call).await;
                if let WriteOutcome::Refused { check: Some(check), .. } = &outcome {
                    assert_eq!(check.as_str(), r#"{"isValid":false,"echo":"(key) (key)"}"#);
                }
                shown.push_str(&format!("{outcome:?} {:?}", outcome.explanation()));
            }
            if let Err(error) = Server::start(echoing(status, body)).api(quick()).page(&list()).await {
                shown.push_str(&format!("{error:?} {error} {:?}", error.explanation()));
            }
            assert!(!shown.contains("canary"), "{status} {body}: {shown}");
            for number in ["80001234", "8000-1234", "8000 1234", "8000.1234"] {
                assert!(!shown.contains(number), "{status} {body}: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn the_key_in_a_page_of_messages_is_struck_out() {
    let page = r#"{"messages":[{"id":"message_1","recipient":"KEY","fullMessage":"ESC","values":{"KEY":"KEY"},"creatorEmail":"KEY",
        "messageAttempts":[{"status":"failure","errorCode":"KEY"}]}],"pageData":{"hasNextPage":true,"endCursor":"KEY"}}"#;
    let rows = Server::start(echoing(200, page)).api(quick()).page(&list()).await.unwrap();
    let message = postwatch::delivery::Message::from_row(rows.rows.get(0).unwrap());
    let shown = format!("{:?} {:?} {:?}", message.full_text, message.values, message.attempts);
    assert!(shown.contains("(key)") && !shown.contains("canary"), "{shown}");
    assert_eq!(message.recipient.unwrap().as_str(), "(key)");
    assert_eq!(rows.page.end.unwrap().as_str(), "(key)");
}

#[tokio::test]
async fn the_strings_of_an_error_are_short() {
    let long = "y".repeat(100_000);
    let error = format!(r#"{{"error":{{"code":"{long}","message":"{long}","type":"{long}","id":"{long}"}}}}"#);
    for body in [error, format!("<title>{long}</title><html>"), long.clone()] {
        for status in [200, 400, 500] {
            let error =
                read_error(vec![Act::Close(answer(status, &format!("location: http://x.example/{long}\r\n"), body.as_bytes()))]).await;
            let told = error.explanation();
            for text in [error.code().unwrap_or_default(), error.trace_id().unwrap_or_default(), &told.next] {
                assert!(text.len() <= 2048, "{status}: {} bytes", text.len());
            }
            assert!(told.why.len() < 2048 + 200, "{status}: {} bytes", told.why.len());
        }
    }
}

/// A file that does not fit into what the system keeps between two programs.
fn large_upload() -> (Call, UploadMeter) {
    let meter = UploadMeter::default();
    let csv = Bytes::from(b"recipient,language\n".iter().copied().chain(b"6580001234,english\n".repeat(1_500_000)).collect::<Vec<u8>>());
    (Call::UploadBatch { file_name: "clinic.csv".to_owned(), csv, meter: meter.clone() }, meter)
}

/// The head of a request, and how many bytes its body has.
fn read_head(stream: &mut TcpStream) -> Option<(String, usize)> {
    let mut head = Vec::new();
    let mut byte = [0; 1];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
    Some((head, length))
}

/// Reads so much of a body; false where it ends before.
fn read_body(stream: &mut TcpStream, length: usize) -> bool {
    std::io::copy(&mut stream.take(length as u64), &mut std::io::sink()).is_ok_and(|read| read == length as u64)
}

#[tokio::test]
async fn a_file_leaves_with_its_length_and_the_meter_sees_all_of_it() {
    let server = Server::start_raw(|mut stream, _, requests| {
        let (head, length) = read_head(&mut stream).unwrap();
        assert!(read_body(&mut stream, length));
        requests.lock().unwrap().push(head);
        let _ = stream.write_all(&json(201, r#"{"isValid":true,"batchId":"batch_1"}"#));
    });
    let (call, meter) = large_upload();
    let outcome = server.api(HttpTransport::new()).write(call).await;
    assert!(matches!(&outcome, WriteOutcome::Accepted { batch: Some(batch), .. } if batch.as_str() == "batch_1"), "{outcome:?}");
    let (sent, total) = meter.progress();
    assert!(sent == total && total > 28_000_000, "{sent} of {total}");
    let head = server.requests().remove(0);
    assert!(head.contains(&format!("content-length: {total}\r\n")) && !head.contains("transfer-encoding"), "{head}");
}

/// The server takes a piece and waits: the rest stays here, and is cut off.
#[tokio::test]
async fn a_file_is_cut_off_in_the_middle() {
    let is_cut = Arc::new(AtomicBool::new(false));
    let goes_on = is_cut.clone();
    let server = Server::start_raw(move |mut stream, _, requests| {
        let (_, length) = read_head(&mut stream).unwrap();
        assert!(read_body(&mut stream, 1_000_000));
        requests.lock().unwrap().push("begun".to_owned());
        // Only after it was cut off does this read on, and finds less than was announced.
        while !goes_on.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let whole = read_body(&mut stream, length - 1_000_000);
        requests.lock().unwrap().push(format!("whole: {whole}"));
    });
    let (call, meter) = large_upload();
    let api = server.api(HttpTransport::new());
    let writing = tokio::spawn(async move { api.write(call).await });
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(meter.cut());
    is_cut.store(true, Ordering::Relaxed);
    let outcome = writing.await.unwrap();
    let WriteOutcome::Unknown { reason, .. } = &outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("cut off"), "{reason}");
    let (sent, total) = meter.progress();
    assert!(sent < total, "{sent} of {total}");
    while server.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.requests()[1], "whole: false");
    assert_eq!(server.connections(), 1);
}

/// On a connection that takes nothing more, it is cut off at once all the same.
#[tokio::test]
async fn a_file_is_cut_off_where_nothing_moves() {
    let server = Server::start_raw(|mut stream, _, requests| {
        let (_, length) = read_head(&mut stream).unwrap();
        assert!(read_body(&mut stream, 1000));
        requests.lock().unwrap().push("begun".to_owned());
        // It waits for the end of the connection without taking a byte.
        while requests.lock().unwrap().len() < 2 {
            std::thread::yield_now();
        }
        let whole = read_body(&mut stream, length - 1000);
        requests.lock().unwrap().push(format!("whole: {whole}"));
    });
    let (call, meter) = large_upload();
    let api = server.api(HttpTransport::new());
    let writing = tokio::spawn(async move { api.write(call).await });
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(meter.cut());
    let outcome = writing.await.unwrap();
    assert!(matches!(&outcome, WriteOutcome::Unknown { reason, .. } if reason.contains("cut off")), "{outcome:?}");
    server.requests.lock().unwrap().push("cut".to_owned());
    while server.requests().len() < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.requests()[2], "whole: false");
}

/// One that stands still ends as unknown, however long an upload of its size may take.
#[tokio::test]
async fn a_file_that_stands_still_times_out() {
    let server = Server::start_raw(|mut stream, _, requests| {
        let (_, length) = read_head(&mut stream).unwrap();
        assert!(read_body(&mut stream, 1000));
        requests.lock().unwrap().push("begun".to_owned());
        while requests.lock().unwrap().len() < 2 {
            std::thread::yield_now();
        }
        read_body(&mut stream, length - 1000);
    });
    let (call, _) = large_upload();
    let outcome = server.api(quick()).write(call).await;
    server.requests.lock().unwrap().push("over".to_owned());
    assert!(matches!(&outcome, WriteOutcome::Unknown { reason, .. } if reason.contains("no answer in time")), "{outcome:?}");
}

/// A server that answers, or breaks off, before it has read the file: at its first byte, in the middle, at its last.
#[tokio::test]
async fn a_file_meets_a_fault_at_any_byte() {
    let refused = || json(401, r#"{"message":"Unauthorized","statusCode":401}"#);
    let acts: [(&str, Option<Vec<u8>>); 4] = [
        ("refused", Some(refused())),
        ("html", Some(answer(502, "content-type: text/html\r\n", b"<html>bad gateway</html>"))),
        ("invalid", Some(json(201, r#"{"isValid":false,"reportURL":"https://files.example/r"}"#))),
        ("broken off", None),
    ];
    for (act, bytes) in acts {
        for place in ["first", "middle", "last"] {
            let bytes = bytes.clone();
            let server = Server::start_raw(move |mut stream, _, requests| {
                let (head, length) = read_head(&mut stream).unwrap();
                requests.lock().unwrap().push(head);
                let read = match place {
                    "first" => 1,
                    "middle" => length / 2,
                    _ => length,
                };
                assert!(read_body(&mut stream, read));
                if let Some(bytes) = &bytes {
                    let _ = stream.write_all(bytes);
                    // As a well-behaved server, it reads on for a while, so that its answer is not lost in a reset.
                    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
                    let _ = std::io::copy(&mut stream, &mut std::io::sink());
                }
            });
            let (call, _) = large_upload();
            let outcome = server.api(HttpTransport::new()).write(call).await;
            let fits = match act {
                "refused" | "invalid" => matches!(outcome, WriteOutcome::Refused { .. }) || (place != "last" && is_unknown(&outcome)),
                _ => is_unknown(&outcome),
            };
            assert!(fits, "{act} at the {place} byte: {outcome:?}");
            println!("{act:10} {place:6} {}", if is_unknown(&outcome) { "unknown" } else { "refused" });
            assert_eq!((server.requests().len(), server.connections()), (1, 1), "{act} at the {place} byte");
        }
    }
}
