//! Nothing is sent twice to a server that offers HTTP/2 and refuses a request after it has arrived,
//! with REFUSED_STREAM or GOAWAY, or closes what it promised to keep. The library repeats such a
//! request by itself unless it is told not to, which the first test shows.
//!
//! The server's certificate is trusted by a process of its own, through the environment variable that
//! names the system's roots: the program has no other way to be made to trust one.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use postwatch::delivery::{CampaignId, MessageId};
use postwatch::monitor::{Clock, Reader};
use postwatch::postman::{Api, ApiKey, BaseUrl, Call, HttpTransport, PageRequest, WriteOutcome};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What the server does with the first request of each method. The ones after it are answered: if a
/// request were repeated, its second try would succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trap {
    /// Says over HTTP/2 that it did not process the request; over HTTP/1.1 closes without an answer.
    RefusedStream,
    /// Says over HTTP/2 that the connection ends and the request was not processed; over HTTP/1.1
    /// closes without an answer.
    GoAway,
    /// Answers every request with the promise to keep the connection, and closes it.
    ClosesKept,
}

impl Trap {
    const ALL: [Trap; 3] = [Trap::RefusedStream, Trap::GoAway, Trap::ClosesKept];
}

/// What arrived: the method, and whether by HTTP/2.
type Arrived = Arc<Mutex<Vec<(String, bool)>>>;

struct Server {
    address: SocketAddr,
    arrived: Arrived,
    roots: tempfile::NamedTempFile,
}

impl Server {
    /// A server on a thread and a free port of its own, for as long as the test's process lives.
    fn start(trap: Trap) -> Server {
        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let roots = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(roots.path(), certified.cert.pem()).unwrap();
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arrived::default();
        let kept = arrived.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    let (acceptor, arrived) = (acceptor.clone(), kept.clone());
                    tokio::spawn(async move {
                        let Ok(stream) = acceptor.accept(stream).await else { return };
                        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                            two(stream, trap, &arrived).await;
                        } else {
                            one(stream, trap, &arrived).await;
                        }
                    });
                }
            });
        });
        Server { address, arrived, roots }
    }

    /// Runs one of the tests below in a process that trusts this server.
    fn met_by(&self, test: &str) {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.env("SSL_CERT_FILE", self.roots.path()).env_remove("SSL_CERT_DIR").env("POSTWATCH_TEST_SERVER", self.address.to_string());
        let output = child.args(["--exact", test]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }

    /// How often a method arrived: by HTTP/1.1 and by HTTP/2.
    fn arrived(&self, method: &str) -> [usize; 2] {
        let arrived = self.arrived.lock().unwrap();
        [false, true].map(|by_two| arrived.iter().filter(|(known, two)| known == method && *two == by_two).count())
    }
}

/// Notes what arrived; gives whether it is the first of its method.
fn note(arrived: &Arrived, method: &str, two: bool) -> bool {
    let mut arrived = arrived.lock().unwrap();
    let is_first = arrived.iter().all(|(known, _)| known != method);
    arrived.push((method.to_owned(), two));
    is_first
}

const MESSAGE: &str = r#"{"id":"message_1","latestStatus":"created","messages":[],"pageData":{"hasNextPage":false}}"#;

/// A connection by HTTP/2 that ends with a GOAWAY once a request has arrived, saying that none was
/// processed. Written by hand: a server's library would count the request as processed.
async fn goes_away(mut stream: impl AsyncRead + AsyncWrite + Unpin, arrived: &Arrived) {
    const PREFACE: usize = 24;
    const HEADERS: u8 = 1;
    // Length, type, flags, stream; then the last stream that was processed, and the reason: none.
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const GOAWAY: [u8; 17] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    stream.write_all(&SETTINGS).await.unwrap();
    stream.flush().await.unwrap();
    stream.read_exact(&mut [0; PREFACE]).await.unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let mut frame = vec![0; usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2])];
        stream.read_exact(&mut frame).await.unwrap();
        if head[3] == HEADERS {
            // The first field is the method; these two have numbers in HPACK's table.
            let method = match frame[0] {
                0x82 => "GET",
                0x83 => "POST",
                other => panic!("{other:#x} is no method"),
            };
            note(arrived, method, true);
            stream.write_all(&GOAWAY).await.unwrap();
            stream.flush().await.unwrap();
            let _ = stream.shutdown().await;
            return;
        }
    }
}

/// A connection by HTTP/2.
async fn two(stream: impl AsyncRead + AsyncWrite + Unpin, trap: Trap, arrived: &Arrived) {
    if trap == Trap::GoAway && arrived.lock().unwrap().is_empty() {
        return goes_away(stream, arrived).await;
    }
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        match (note(arrived, request.method().as_str(), true), trap) {
            (true, Trap::RefusedStream) => respond.send_reset(h2::Reason::REFUSED_STREAM),
            (_, trap) => {
                let response = http::Response::builder().status(200).body(()).unwrap();
                if let Ok(mut body) = respond.send_response(response, false) {
                    let _ = body.send_data(Bytes::from_static(MESSAGE.as_bytes()), true);
                }
                if trap == Trap::ClosesKept {
                    connection.graceful_shutdown();
                }
            }
        }
    }
}

/// A connection by HTTP/1.1. The requests of these tests have no body.
async fn one(mut stream: impl AsyncRead + AsyncWrite + Unpin, trap: Trap, arrived: &Arrived) {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 1024];
        while !bytes.ends_with(b"\r\n\r\n") {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => return,
                Ok(count) => bytes.extend_from_slice(&piece[..count]),
            }
        }
        let head = String::from_utf8_lossy(&bytes).into_owned();
        bytes.clear();
        if note(arrived, head.split(' ').next().unwrap(), false) && trap != Trap::ClosesKept {
            return;
        }
        let answer = format!("HTTP/1.1 201 Created\r\ncontent-length: {}\r\nconnection: keep-alive\r\n\r\n{MESSAGE}", MESSAGE.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        if trap == Trap::ClosesKept {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

/// The server's address, in a process that was started to meet it.
fn server() -> Option<String> {
    std::env::var("POSTWATCH_TEST_SERVER").ok()
}

fn api(address: &str) -> Api {
    let base = BaseUrl::parse(&format!("https://{address}/api/v2")).unwrap();
    let key = ApiKey::new(&"key_test_0123456789abcdef".into()).unwrap();
    Api::new(Arc::new(HttpTransport::new()), base, CampaignId::new("campaign_1"), key)
}

fn retry() -> Call {
    Call::Retry { message: MessageId::new("message_1") }
}

#[tokio::test]
async fn the_library_left_to_itself() {
    let Some(address) = server() else { return };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let _ = client.post(format!("https://{address}/api/v2/x")).send().await;
}

#[tokio::test]
async fn one_write() {
    let Some(address) = server() else { return };
    let outcome = api(&address).write(retry()).await;
    assert!(matches!(outcome, WriteOutcome::Unknown { .. }), "{outcome:?}");
}

#[tokio::test]
async fn ten_writes() {
    let Some(address) = server() else { return };
    let api = api(&address);
    for _ in 0..10 {
        let outcome = api.write(retry()).await;
        assert!(matches!(outcome, WriteOutcome::Accepted { .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn one_read() {
    let Some(address) = server() else { return };
    let error = api(&address).page(&Call::List { page: PageRequest::head(10) }).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn a_patient_read() {
    let Some(address) = server() else { return };
    let begun = std::time::Instant::now();
    let mut reader = Reader::new(api(&address), 10.0, Clock::system(), || 0.0);
    reader.message(&MessageId::new("message_1")).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(800), "it goes again by the program's decision, after its pause");
}

#[tokio::test]
async fn ten_reads() {
    let Some(address) = server() else { return };
    let api = api(&address);
    for _ in 0..10 {
        api.message(&MessageId::new("message_1")).await.unwrap();
    }
}

#[test]
fn the_library_would_send_it_again() {
    for trap in [Trap::RefusedStream, Trap::GoAway] {
        let server = Server::start(trap);
        server.met_by("the_library_left_to_itself");
        assert_eq!(server.arrived("POST"), [0, 2], "{trap:?}: otherwise the tests below prove nothing");
    }
}

#[test]
fn a_write_arrives_once_and_never_by_http_2() {
    for trap in Trap::ALL {
        let server = Server::start(trap);
        let (test, times) = if trap == Trap::ClosesKept { ("ten_writes", 10) } else { ("one_write", 1) };
        server.met_by(test);
        assert_eq!(server.arrived("POST"), [times, 0], "{trap:?}");
    }
}

#[test]
fn a_read_goes_again_only_by_the_programs_decision() {
    for trap in [Trap::RefusedStream, Trap::GoAway] {
        let server = Server::start(trap);
        server.met_by("one_read");
        assert_eq!(server.arrived("GET"), [0, 1], "{trap:?}: the transport repeats nothing");
        let server = Server::start(trap);
        server.met_by("a_patient_read");
        assert_eq!(server.arrived("GET"), [0, 2], "{trap:?}");
    }
    let server = Server::start(Trap::ClosesKept);
    server.met_by("ten_reads");
    assert_eq!(server.arrived("GET"), [0, 10]);
}
