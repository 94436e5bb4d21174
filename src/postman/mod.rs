//! The Postman v2 API on the wire: environments and keys, the seven calls as pure request builders, transport,
//! decoding, pages, errors explained to people, retry decisions as values.
//!
//! Parameters become a [`Call`], a call a [`Request`], a request an [`Exchange`] through a [`Transport`], an exchange
//! an answer or an error: four steps, of which only the transport does IO. Nothing in here repeats a request on its
//! own.

mod api;
mod bodies;
mod body;
mod call;
mod classify;
mod connecting;
mod decode;
mod environment;
mod error;
mod explain;
mod http;
mod key;
mod outcome;
mod proxy;
pub mod record; // messages as they leave the program
mod request;
mod retry;
pub mod scripted;
mod secrets;
mod transport;

pub use api::{Api, MessageAnswer, PageAnswer, PageData, RawPage};
pub use body::{Body, UploadMeter};
pub use call::{Call, Cursor, PageRequest, Position};
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use connecting::uptime;
pub use decode::{DecodeError, decode_message, decode_page, page_data_ahead};
pub use environment::{BaseUrl, BaseUrlError, Environment, HostKind};
pub use error::{ApiError, BodyKind, CallError, CallErrorKind, CallProblem, ForeignBody};
pub use explain::Explanation;
pub use http::{HttpTransport, Timeouts};
pub use key::{ApiKey, ApiKeyError, KeyFit};
pub use outcome::{FileCheck, OUT_OF_ATTEMPTS, Refusal, WriteOutcome};
pub use proxy::Proxy;
pub use request::{Method, Request, request};
pub use retry::{LONGEST_RETRY_AFTER, LONGEST_WAIT, ReadRetry, SCRIPT_PATIENCE, SCRIPT_READS, after_failed_read, backoff};
pub use transport::{Broken, Exchange, NotSent, ProxyTrouble, Response, RetryAfter, Transport, TransportFailure};

/// The largest body that is read, in bytes. A page of 1000 messages has about 2.2 MB; an endless body must not fill
/// the memory.
pub const LARGEST_BODY: usize = 64_000_000;
