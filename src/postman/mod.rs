//! The Postman v2 API on the wire: environments and keys, the seven calls as pure request builders, transport,
//! decoding, pages, errors explained to people, retry decisions as values.
//!
//! Parameters become a [`Call`], a call a [`Request`], a request an [`Exchange`] through a [`Transport`], an exchange
//! an answer or an error: four steps, of which only the transport does IO. Nothing in here repeats a request on its
//! own.

mod api;
mod call;
mod classify;
mod decode;
mod environment;
mod error;
mod explain;
mod http;
mod key;
mod multipart;
mod outcome;
mod page;
mod proxy;
pub mod record; // messages as they leave the program
mod refusal;
mod request;
mod retry;
pub mod scripted;
mod secrets;
mod transport;

pub use api::{Api, RawPage};
pub use call::{Call, Cursor, PageRequest, Position};
pub use decode::{DecodeError, decode_message, decode_page, page_data_ahead};
pub use environment::{BaseUrl, BaseUrlError, Environment, HostKind};
pub use error::{ApiError, BodyKind, CallError, CallErrorKind, CallProblem, ForeignBody};
pub use explain::Explanation;
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use http::uptime;
pub use http::{HttpTransport, Timeouts};
pub use key::{ApiKey, ApiKeyError, KeyFit};
pub use outcome::{FileCheck, WriteOutcome};
pub use page::{MessageAnswer, PageAnswer, PageData};
pub use proxy::Proxy;
pub use refusal::{OUT_OF_ATTEMPTS, Refusal};
pub use request::{Method, Request, request};
pub use retry::{LONGEST_RETRY_AFTER, LONGEST_WAIT, ReadRetry, SCRIPT_PATIENCE, SCRIPT_READS, after_failed_read, backoff};
pub use transport::{Broken, Exchange, NotSent, ProxyTrouble, Response, RetryAfter, Transport, TransportFailure};

/// The largest body that is read, in bytes. A page of 1000 messages has about 2.2 MB; an endless body must not fill
/// the memory.
pub const LARGEST_BODY: usize = 64_000_000;
