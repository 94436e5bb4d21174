//! The layer below decoding: a request goes in, an answer or the kind of failure comes out.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use super::{ApiKey, Request};

/// Sends one request to a server, once. The real one speaks HTTP; tests plug in a simulated world or a script.
pub trait Transport: Send + Sync {
    /// Sends the request and reads the answer. Never repeats anything.
    fn send<'a>(&'a self, request: Request, key: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>>;
}

/// One request and what became of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// When the request was handed over; the answer's data is at least this old.
    pub sent_at: Timestamp,
    /// When the answer, or the failure, was complete.
    pub received_at: Timestamp,
    /// The answer.
    pub result: Result<Response, TransportFailure>,
}

/// An answer, whatever its status.
#[derive(Clone, Default)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// How long to wait before the next call.
    pub retry_after: Option<RetryAfter>,
    /// The server's clock.
    pub date: Option<Timestamp>,
    /// What the body claims to be.
    pub content_type: Option<String>,
    /// Where a redirect points; never followed.
    pub location: Option<String>,
    /// The body, uncompressed, as far as received.
    pub body: Bytes,
    /// Why the body is incomplete. The head of a refusal counts anyway; a success with an incomplete body proves
    /// nothing.
    pub body_failure: Option<Broken>,
}

impl fmt::Debug for Response {
    /// Without the body, which is personal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Response")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("content_type", &self.content_type)
            .field("body_bytes", &self.body.len())
            .field("body_failure", &self.body_failure)
            .finish_non_exhaustive()
    }
}

/// `Retry-After`, in either of its two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// This long.
    Wait(Duration),
    /// Until then, by the server's clock.
    Until(Timestamp),
}

impl RetryAfter {
    /// The header's value; `None` when it is neither whole seconds nor an HTTP date.
    pub fn parse(value: &str) -> Option<RetryAfter> {
        let value = value.trim();
        if let Ok(seconds) = value.parse::<u32>() {
            return Some(RetryAfter::Wait(Duration::from_secs(u64::from(seconds))));
        }
        http_date(value).map(RetryAfter::Until)
    }

    /// How long to wait from `now`, which should come from the server's clock if it gave one.
    pub fn wait(self, now: Timestamp) -> Duration {
        match self {
            RetryAfter::Wait(wait) => wait,
            RetryAfter::Until(then) => Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO),
        }
    }
}

/// A time in the form of HTTP headers.
pub(super) fn http_date(value: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()
}

/// Why there is no answer. This decides whether a write may be repeated automatically.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportFailure {
    /// Provably, no byte of the request reached the server.
    #[error("not sent: {0}")]
    NotSent(NotSent),
    /// The request may have been carried out.
    #[error("no answer: {0}")]
    Unknown(Broken),
}

/// A failure before anything was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The host's name has no address, or no name server answered.
    #[error("the host's name could not be looked up")]
    Dns,
    /// Nothing listens there.
    #[error("the connection was refused")]
    Refused,
    /// There is no route to the host: no network, or a firewall says so.
    #[error("the host cannot be reached")]
    Unreachable,
    /// The encrypted connection failed, mostly because of a certificate.
    #[error("no encrypted connection: {0}")]
    Tls(String),
    /// The connection was not answered in time.
    #[error("the connection was not answered in time")]
    ConnectTimeout,
    /// The proxy on the way did not let it through.
    #[error("the proxy {proxy} {trouble}")]
    Proxy {
        /// Its address, and the variable that names it where that is known.
        proxy: String,
        /// What it did.
        trouble: ProxyTrouble,
    },
    /// Another connection failure, in the library's words.
    #[error("no connection: {0}")]
    Connect(String),
    /// The request could not be made at all: nothing left the program.
    #[error("the request could not be made: {0}")]
    Local(String),
}

/// What a proxy did instead of letting a connection through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyTrouble {
    /// Its name has no address.
    #[error("was not found")]
    NotFound,
    /// Nothing listens there, it cannot be reached, or it does not answer.
    #[error("cannot be reached")]
    NotReached,
    /// It requires a name and a password, or different ones (407).
    #[error("requires a name and a password")]
    WantsPassword,
    /// It refused, broke off, or answered anything but that the connection is open.
    #[error("did not connect to the host")]
    Refused,
    /// The connection was not made in time; whose fault it is remains unknown.
    #[error("did not connect to the host in time")]
    TooSlow,
}

/// A failure after something may have been sent, or in the middle of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection was reset.
    #[error("the connection was reset")]
    Reset,
    /// The connection was closed before the answer was complete.
    #[error("the connection was closed before the answer was complete")]
    Eof,
    /// A person cut it off before its last byte had left.
    #[error("it was cut off from here before its last byte had left")]
    CutOff,
    /// The answer is larger than the program accepts.
    #[error("the answer is larger than {} MB", super::LARGEST_BODY / 1_000_000)]
    BodyTooLarge,
    /// The answer is not HTTP, or its compression is broken.
    #[error("the answer could not be read: {0}")]
    Garbled(String),
    /// Anything else, in the library's words.
    #[error("{0}")]
    Other(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_comes_in_two_forms() {
        let now: Timestamp = "2026-11-22T06:00:00Z".parse().unwrap();
        let wait = |value: &str| RetryAfter::parse(value).map(|after| after.wait(now).as_secs());
        assert_eq!(wait("7"), Some(7));
        assert_eq!(wait(" 0 "), Some(0));
        assert_eq!(wait("Sun, 22 Nov 2026 06:00:30 GMT"), Some(30));
        assert_eq!(wait("Sun, 22 Nov 2026 05:00:00 GMT"), Some(0), "a time in the past means no wait");
        assert_eq!((wait("soon"), wait("-3"), wait("1.5"), wait("")), (None, None, None, None));
    }
}
