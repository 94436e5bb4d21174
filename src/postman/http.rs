//! HTTP through reqwest. Two kinds of client, because the library must never repeat a write.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use jiff::Timestamp;
use reqwest::{Client, ClientBuilder};
use tower::util::MapFutureLayer;
use url::Url;
use zeroize::Zeroizing;

use super::bodies::Bodies;
use super::body::Leaving;
use super::connecting::{Clocks, unreadable_certificates, within};
use super::environment::is_loopback;
use super::secrets::reported;
use super::transport::http_date;
use super::{
    ApiKey, Body, Broken, Exchange, LARGEST_BODY, Method, NotSent, Proxy, ProxyTrouble, Request, Response, RetryAfter, Transport,
    TransportFailure, UploadMeter,
};

/// How slow an upload may be before it times out although it moves, in bytes per second: a file of 40 MB over a slow line
/// must not end as an unknown outcome just because it is large. One that stands still ends sooner.
const SLOWEST_UPLOAD: u64 = 16_000;

/// How much longer than any other answer that to a file may take: all of its rows are checked first.
const FILE_CHECK: u32 = 4;

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection is made, including encryption. Must be shorter than the total: only this one proves that
    /// nothing was sent.
    pub connect: Duration,
    /// Until the answer's last byte.
    pub total: Duration,
}

impl Default for Timeouts {
    /// 5 s to connect; 30 s in total, which a page of 1000 messages needs on a slow line.
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(30) }
    }
}

/// The real transport: one for the whole program. Its clients are built when first needed, because that takes
/// milliseconds (certificates are read) and the first frame must not wait for it.
#[derive(Debug, Default)]
pub struct HttpTransport {
    timeouts: Timeouts,
    clocks: Clocks,
    clients: Clients,
    bodies: Bodies,
}

/// A client that could not be built stays unusable; the reason is reported each time.
type LazyClient = OnceLock<Result<Client, String>>;

#[derive(Debug, Default)]
struct Clients {
    reading: LazyClient,
    writing: LazyClient,
    reading_loopback: LazyClient,
    writing_loopback: LazyClient,
}

impl HttpTransport {
    /// The transport with the usual time limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// The transport with other time limits.
    pub fn with_timeouts(timeouts: Timeouts) -> Self {
        Self { timeouts, ..Self::default() }
    }

    fn client(&self, is_write: bool, is_loopback: bool) -> Result<&Client, NotSent> {
        let slot = match (is_write, is_loopback) {
            (false, false) => &self.clients.reading,
            (true, false) => &self.clients.writing,
            (false, true) => &self.clients.reading_loopback,
            (true, true) => &self.clients.writing_loopback,
        };
        // Checked each time, so that it can be fixed while the program runs.
        if slot.get().is_none()
            && let Some(why) = unreadable_certificates(|name| std::env::var_os(name))
        {
            return Err(NotSent::Local(why));
        }
        let client = slot.get_or_init(|| {
            let builder = if is_write { writing(self.timeouts, self.clocks.clone()) } else { common(self.timeouts) };
            // Requests to this machine never go through a proxy.
            let builder = if is_loopback { builder.no_proxy() } else { builder };
            builder.build().map_err(|error| innermost(&error))
        });
        client.as_ref().map_err(|reason| NotSent::Local(reason.clone()))
    }

    async fn exchange(&self, request: Request, key: &ApiKey) -> Result<Response, TransportFailure> {
        let is_write = request.is_write();
        let url = Url::parse(&request.url).map_err(|error| local(error.to_string()))?;
        let is_loopback = url.host().is_some_and(|host| is_loopback(&host));
        if url.scheme() != "https" && !is_loopback {
            return Err(local("only `https://` may leave this machine".to_owned()));
        }
        let proxy = if is_loopback { Proxy::None } else { Proxy::to(url.host_str().unwrap_or_default(), |name| std::env::var(name).ok()) };
        if let Proxy::Unusable { variable, address } = &proxy {
            // The library would connect directly to the host, which a network's rules may forbid.
            return Err(local(format!("`{variable}` is `{address}`, which is not a usable proxy")));
        }
        let client = self.client(is_write, is_loopback).map_err(TransportFailure::NotSent)?;
        let meter = request.body.meter().cloned();
        if meter.as_ref().is_some_and(UploadMeter::is_cut) {
            return Err(local("it was taken back before it was sent".to_owned()));
        }
        let upload = Duration::from_secs(request.body.len() as u64 / SLOWEST_UPLOAD);
        let empty = request.body.is_empty();
        let mut builder = match request.method {
            Method::Get => client.get(url),
            Method::Post => client.post(url).body(leaving(request.body)),
        }
        .timeout(self.timeouts.total * if meter.is_some() { FILE_CHECK } else { 1 } + upload)
        .header(AUTHORIZATION, bearer(key)?)
        .header(ACCEPT, "application/json");
        if is_write && empty {
            // The library leaves it out, and some front ends refuse a POST without it (411).
            builder = builder.header(CONTENT_LENGTH, 0);
        }
        if let Some(content_type) = request.content_type {
            builder = builder.header(CONTENT_TYPE, content_type);
        }
        let cut = async {
            match &meter {
                Some(meter) => meter.is_cut_off().await,
                None => std::future::pending().await,
            }
        };
        let limit = self.timeouts.total;
        let stands_still = async {
            match &meter {
                Some(meter) => meter.stands_still(limit, limit * FILE_CHECK).await,
                None => std::future::pending().await,
            }
        };
        let mut answer = tokio::select! {
            biased;
            () = cut => return Err(TransportFailure::Unknown(Broken::CutOff)),
            () = stands_still => return Err(TransportFailure::Unknown(Broken::Timeout)),
            answer = builder.send() => match answer {
                Ok(answer) => answer,
                Err(_) if meter.as_ref().is_some_and(UploadMeter::is_cut) => return Err(TransportFailure::Unknown(Broken::CutOff)),
                Err(error) => return Err(failure(&error, &proxy)),
            },
        };
        let mut response = head(answer.status().as_u16(), answer.headers());
        let mut body = self.bodies.take(answer.content_length().and_then(|length| usize::try_from(length).ok()));
        response.body_failure = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_BODY => {
                    body.clear();
                    break Some(Broken::BodyTooLarge);
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break None,
                Err(error) => break Some(broken(&error)),
            }
        };
        response.body = self.bodies.keep(body);
        Ok(response)
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, request: Request, key: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>> {
        Box::pin(async move {
            let sent_at = Timestamp::now();
            let result = self.exchange(request, key).await;
            Exchange { sent_at, received_at: Timestamp::now(), result }
        })
    }
}

/// Common to both clients: no redirects, because the key would go with them, and no repeats by the library, because
/// the program itself decides, and shows, whether a call is repeated.
fn common(timeouts: Timeouts) -> ClientBuilder {
    // Fails if it was installed before, which leaves the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("postwatch/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .gzip(true)
        .connect_timeout(timeouts.connect)
}

/// For writes. Two layers of the library repeat requests on their own: reqwest after an HTTP/2 GOAWAY or
/// REFUSED_STREAM, and the connection pool after a kept connection turned out to be dead. So: no HTTP/2, and no kept
/// connections, which also makes a failure to connect prove that nothing was sent. A connection attempt during which
/// the machine slept is such a failure.
fn writing(timeouts: Timeouts, clocks: Clocks) -> ClientBuilder {
    let punctual = MapFutureLayer::new(within(timeouts.connect, clocks));
    common(timeouts).http1_only().pool_max_idle_per_host(0).connector_layer(punctual)
}

/// The body as the library sends it: one that is metered in pieces, so that it can be cut off.
fn leaving(body: Body) -> reqwest::Body {
    match body.meter().cloned() {
        Some(meter) => reqwest::Body::wrap(Leaving::new(body, meter)),
        None => body.whole().into(),
    }
}

fn bearer(key: &ApiKey) -> Result<HeaderValue, TransportFailure> {
    // The header keeps a copy of its own, which only the library could wipe.
    let text = Zeroizing::new(["Bearer ", key.expose()].concat());
    let mut value = HeaderValue::from_str(&text).map_err(|_| local("the key cannot be put in a header".to_owned()))?;
    // Sensitive: not shown in debug output, and not indexed by HTTP/2's compression.
    value.set_sensitive(true);
    Ok(value)
}

fn head(status: u16, headers: &HeaderMap) -> Response {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    Response {
        status,
        retry_after: text(RETRY_AFTER).and_then(RetryAfter::parse),
        date: text(DATE).and_then(http_date),
        content_type: text(CONTENT_TYPE).map(str::to_owned),
        location: text(LOCATION).map(str::to_owned),
        ..Response::default()
    }
}

fn local(reason: String) -> TransportFailure {
    TransportFailure::NotSent(NotSent::Local(reason))
}

/// The kind of a failure before the answer's head. Only a connection that was never made proves that nothing was
/// sent.
fn failure(error: &reqwest::Error, proxy: &Proxy) -> TransportFailure {
    if error.is_builder() {
        return local(innermost(error));
    }
    if error.is_connect() {
        return TransportFailure::NotSent(proxy_failure(error, proxy).unwrap_or_else(|| connect_failure(error)));
    }
    TransportFailure::Unknown(broken(error))
}

/// The error and its causes.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

fn connect_failure(error: &reqwest::Error) -> NotSent {
    if error.is_dns() {
        return NotSent::Dns;
    }
    let kind = io_kind(error);
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => NotSent::Refused,
        Some(
            io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable,
        ) => NotSent::Unreachable,
        _ if error.is_timeout() => NotSent::ConnectTimeout,
        // How the TLS library reports a certificate or an answer that is not TLS.
        Some(io::ErrorKind::InvalidData) => NotSent::Tls(innermost(error)),
        Some(io::ErrorKind::UnexpectedEof) => NotSent::Tls("the host closed the connection during the handshake".to_owned()),
        _ => NotSent::Connect(innermost(error)),
    }
}

/// The failure of a proxy; `None` if the connection failed for another reason. The library has no public kinds for
/// these, only its own messages.
fn proxy_failure(error: &reqwest::Error, proxy: &Proxy) -> Option<NotSent> {
    let words: Vec<String> = chain(error).map(ToString::to_string).collect();
    let said = |what: &str| words.iter().any(|words| words.contains(what));
    let is_of_proxy = words.iter().any(|words| words.starts_with("tunnel error: ") || words.contains("socks proxy"));
    let trouble = match io_kind(error) {
        _ if !is_of_proxy && error.is_timeout() && matches!(proxy, Proxy::Through { .. }) => ProxyTrouble::TooSlow,
        _ if !is_of_proxy => return None,
        _ if said("proxy authorization required") || said("auth") => ProxyTrouble::WantsPassword,
        _ if said("resolving for socks proxy") => return Some(NotSent::Dns),
        _ if error.is_dns() => ProxyTrouble::NotFound,
        _ if said("failed to create underlying connection") => ProxyTrouble::NotReached,
        _ => ProxyTrouble::Refused,
    };
    let named = match proxy {
        Proxy::Through { variable, address } => format!("`{address}` ({variable})"),
        // Named by the system's settings, on systems that have them.
        _ => "the proxy in the system's settings".to_owned(),
    };
    Some(NotSent::Proxy { proxy: named, trouble })
}

fn broken(error: &reqwest::Error) -> Broken {
    if error.is_timeout() {
        return Broken::Timeout;
    }
    let text = innermost(error);
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted) => Broken::Reset,
        Some(io::ErrorKind::UnexpectedEof) => Broken::Eof,
        // The HTTP library's own words: reqwest exposes no public kind for these.
        _ if text.contains("connection closed before message completed")
            || text.contains("end of file")
            || text.contains("unexpected EOF") =>
        {
            Broken::Eof
        }
        _ if error.is_decode() || text.starts_with("invalid ") => Broken::Garbled(text),
        _ => Broken::Other(text),
    }
}

/// The first system error in the chain of causes.
fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            // A wrapper without a kind of its own: the inner error may have one.
            let inner = io.get_ref().and_then(|inner| io_kind(inner));
            return if io.kind() == io::ErrorKind::Other { inner.or(Some(io.kind())) } else { Some(io.kind()) };
        }
        next = error.source();
    }
    None
}

/// The message of the innermost cause. The outer ones repeat the address, whose query contains the search.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    loop {
        let wrapped = innermost.downcast_ref::<io::Error>().and_then(|io| io.get_ref()).map(|inner| inner as &(dyn Error + 'static));
        match innermost.source().or(wrapped) {
            Some(inner) => innermost = inner,
            None => break,
        }
    }
    match innermost.downcast_ref::<reqwest::Error>() {
        // There is no inner cause: the outer message without the address.
        Some(error) if error.is_builder() => "the address or a header cannot be sent".to_owned(),
        Some(error) if error.is_body() || error.is_decode() => "the body could not be read".to_owned(),
        Some(_) => "the request failed".to_owned(),
        // A certificate's names and an HTTP/2 connection's last message come from the server.
        None => reported(&innermost.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use bytes::Bytes;
    use reqwest::dns::{Name, Resolve, Resolving};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::connecting::ClockReading;
    use super::*;

    /// Resolves no name, so that no name server is asked.
    struct NoNames;

    impl Resolve for NoNames {
        fn resolve(&self, _: Name) -> Resolving {
            Box::pin(async { Err("no such name".into()) })
        }
    }

    #[tokio::test]
    async fn a_name_without_an_address_proves_that_nothing_was_sent() {
        let client = writing(Timeouts::default(), Clocks::default()).no_proxy().dns_resolver(Arc::new(NoNames)).build().unwrap();
        let error = client.post("https://postman.example/x?search=6580001234").send().await.unwrap_err();
        assert_eq!(failure(&error, &Proxy::None), TransportFailure::NotSent(NotSent::Dns));
        assert_eq!(innermost(&error), "no such name");
    }

    /// A local server that reads and counts the connections that sent anything.
    async fn counting() -> (String, Arc<AtomicUsize>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counted = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                if stream.read(&mut [0; 4096]).await.unwrap_or(0) > 0 {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let _ = stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").await;
                }
                // To its end, so that everything sent has been counted before the caller asks.
                let _ = stream.read(&mut [0; 4096]).await;
            }
        });
        (format!("http://{address}/x"), asked)
    }

    /// The machine sleeps while a connection is made, without tokio's clock noticing.
    #[rstest::rstest]
    #[case::at_once(0, 0, true)]
    #[case::slow(4, 4, true)]
    #[case::by_the_clock_that_counts_suspend(8 * 3600, 0, false)]
    // Where no clock includes suspend, the time of day does; if that is set back on waking, the other one.
    #[case::by_the_time_of_day(0, 8 * 3600, false)]
    #[case::while_the_time_of_day_is_set_back(8 * 3600, -8 * 3600, false)]
    #[tokio::test]
    async fn a_connection_that_was_slept_over_sends_nothing(#[case] steady: u64, #[case] wall: i64, #[case] sends: bool) {
        let (url, asked) = counting().await;
        for method in [Method::Post, Method::Get] {
            let looks = AtomicUsize::new(0);
            let clock = move || {
                let slept = looks.fetch_add(1, Ordering::SeqCst) % 2 == 1;
                let (steady, wall) = if slept { (steady, wall) } else { (0, 0) };
                let begun = Timestamp::from_second(1_900_000_000).unwrap();
                ClockReading { steady: Duration::from_secs(1_000 + steady), wall: begun + jiff::SignedDuration::from_secs(wall) }
            };
            let transport = HttpTransport { clocks: Clocks(Arc::new(clock)), ..HttpTransport::new() };
            let key = ApiKey::new(&"key_test_0123456789abcdef".into()).unwrap();
            let request = Request { method, url: url.clone(), content_type: None, body: Bytes::new().into() };
            let result = transport.send(request, &key).await.result;
            match method {
                Method::Post if !sends => {
                    assert_eq!(result.unwrap_err(), TransportFailure::NotSent(NotSent::ConnectTimeout));
                    assert_eq!(asked.load(Ordering::SeqCst), 0);
                }
                // A late read does no harm.
                Method::Post | Method::Get => assert_eq!(result.unwrap().status, 201),
            }
        }
        assert_eq!(asked.load(Ordering::SeqCst), if sends { 2 } else { 1 });
    }

    #[test]
    fn what_a_server_says_of_the_connection_is_impersonal_and_short() {
        let error = io::Error::other(io::Error::other(format!("going away (b\"6580001234\") {}", "x".repeat(5000))));
        let reported = innermost(&error);
        assert!(reported.starts_with("going away (b\"…\") xxx") && reported.len() <= 2048, "{reported}");
    }

    #[test]
    fn clients_are_built_when_they_are_needed() {
        let transport = HttpTransport::new();
        assert!(transport.clients.reading.get().is_none());
        transport.client(true, true).unwrap();
        assert!(transport.clients.writing_loopback.get().is_some() && transport.clients.reading.get().is_none());
    }

    /// A local proxy that says this to every client.
    async fn proxy(says: &'static [u8]) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(says).await;
            }
        });
        address.to_string()
    }

    /// The failure of a write through a proxy that says this.
    async fn met(scheme: &str, address: &str) -> NotSent {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (variable, address) = ("HTTPS_PROXY", format!("{scheme}://{address}"));
        let builder = writing(Timeouts::default(), Clocks::default()).proxy(reqwest::Proxy::all(&address).unwrap());
        let error = builder.build().unwrap().post("https://postman.example/x").send().await.unwrap_err();
        match failure(&error, &Proxy::Through { variable, address }) {
            TransportFailure::NotSent(reason) => reason,
            TransportFailure::Unknown(reason) => panic!("{reason}: {error:?}"),
        }
    }

    #[rstest::rstest]
    #[case::password("http", b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", ProxyTrouble::WantsPassword)]
    #[case::forbidden("http", b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", ProxyTrouble::Refused)]
    #[case::bad_gateway("http", b"HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", ProxyTrouble::Refused)]
    #[case::no_http("http", b"220 smtp.example ESMTP\r\n", ProxyTrouble::Refused)]
    #[case::closed("http", b"", ProxyTrouble::Refused)]
    #[case::socks_password("socks5h", b"\x05\xff", ProxyTrouble::WantsPassword)]
    #[case::socks_refused("socks5h", b"\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00", ProxyTrouble::Refused)]
    #[case::no_socks("socks5h", b"HTTP/1.1 400 Bad Request\r\n\r\n", ProxyTrouble::Refused)]
    #[tokio::test]
    async fn a_proxy_that_lets_nothing_through_is_named(#[case] scheme: &str, #[case] says: &'static [u8], #[case] expected: ProxyTrouble) {
        let met = met(scheme, &proxy(says).await).await;
        assert!(matches!(&met, NotSent::Proxy { proxy, trouble } if *trouble == expected && proxy.contains("(HTTPS_PROXY)")), "{met:?}");
    }

    #[rstest::rstest]
    #[tokio::test]
    async fn a_proxy_that_is_not_there_is_named(#[values("http", "socks5h")] scheme: &str) {
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let met = met(scheme, &gone.to_string()).await;
        assert!(matches!(met, NotSent::Proxy { trouble: ProxyTrouble::NotReached, .. }), "{met:?}");
    }
}
