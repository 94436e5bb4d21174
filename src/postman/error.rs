//! Why a call gave no usable answer.

use std::fmt;
use std::time::Duration;

use super::{Broken, Environment, Explanation, NotSent};

/// A call without a usable answer: what happened, and how long the server asks to wait.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct CallError {
    /// What happened.
    pub kind: CallErrorKind,
    /// How long the server asks to wait, counted from its answer.
    pub retry_after: Option<Duration>,
}

/// The ways in which a call can fail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallErrorKind {
    /// The key belongs to another environment; no request was made.
    #[error("a {key} key is not sent to `{host}`")]
    AnotherKey {
        /// The environment of the key, by its prefix.
        key: Environment,
        /// Where it was about to be sent.
        host: String,
    },
    /// Nothing was sent.
    #[error("{0}")]
    NotSent(NotSent),
    /// The connection broke, or was too slow.
    #[error("{0}")]
    Broken(Broken),
    /// The API refused in its own words.
    #[error("status {status}: {error}")]
    Api {
        /// The HTTP status.
        status: u16,
        /// The API's words.
        error: ApiError,
    },
    /// A status without the API's words: something in front of the API answered.
    #[error("status {status} with {body} instead of the API's answer")]
    Foreign {
        /// The HTTP status.
        status: u16,
        /// What came instead.
        body: ForeignBody,
    },
    /// A redirect, which is never followed: the key would go with it.
    #[error("status {status}: a redirect, which is not followed")]
    Redirect {
        /// The HTTP status.
        status: u16,
        /// The host and path that it points to.
        location: Option<String>,
    },
    /// A success whose body is not JSON: a login page or a proxy in between.
    #[error("status {status} with {body} instead of JSON")]
    NotJson {
        /// The HTTP status.
        status: u16,
        /// What came instead.
        body: ForeignBody,
    },
    /// JSON that is not an answer to this call.
    #[error("the answer was not understood: {reason}")]
    NotUnderstood {
        /// What is missing, without anything personal.
        reason: String,
    },
    /// The call changes something on the server and was requested as a read; nothing was sent.
    #[error("this call writes, but was requested as a read")]
    NotARead,
}

/// The API's own words for a refusal.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ApiError {
    /// Such as `parameter_invalid`; missing in one of its two bodies.
    pub code: Option<String>,
    /// A sentence. It may contain a recipient's number, so it is shown and never logged.
    pub message: Option<String>,
    /// The class of the error.
    pub kind: Option<String>,
    /// The trace id that support asks for.
    pub trace_id: Option<String>,
}

impl fmt::Display for ApiError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(out, "`{code}`"),
            None => out.write_str("refused without a code"),
        }
    }
}

impl fmt::Debug for ApiError {
    /// Without the message, which may be personal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ApiError({self}, trace {:?})", self.trace_id)
    }
}

/// A body that is not from the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignBody {
    /// What it is.
    pub kind: BodyKind,
    /// The title of an HTML page, or the first line of a text, cleaned and cut.
    pub title: Option<String>,
    /// Cloudflare's error code (1010: the caller's signature is banned).
    pub cloudflare: Option<u16>,
}

/// What a body is, judged by its first characters rather than by its header, which proxies get wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// Nothing at all.
    Empty,
    /// A page for browsers.
    Html,
    /// JSON, but not the API's error.
    Json,
    /// Plain text.
    Text,
    /// Bytes that are not text.
    Binary,
}

impl fmt::Display for ForeignBody {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.kind {
            BodyKind::Empty => "an empty body",
            BodyKind::Html => "an HTML page",
            BodyKind::Json => "other JSON",
            BodyKind::Text => "plain text",
            BodyKind::Binary => "unreadable bytes",
        })
    }
}

/// What a failed call ran into, in the few words that a status line has room for: 15 columns next to a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallProblem {
    /// No server answered.
    NoAnswer,
    /// The call was not sent.
    NotSent,
    /// The proxy on the way did not let it through.
    Proxy,
    /// The server answered with this status, and nothing useful.
    Status(u16),
    /// A success that cannot be understood.
    NotUnderstood,
    /// An answer that broke off.
    CutOff,
    /// An answer that is too large.
    TooLarge,
    /// Too many calls in this second (429).
    TooManyCalls,
    /// The API refused the key.
    KeyRefused,
    /// The API refused this machine's address: it is not on the campaign's allow list.
    AddressRefused,
    /// The API refused something else: a right, an id.
    Refused,
}

/// The API's code for a caller whose address is not on the campaign's allow list.
const ADDRESS_NOT_ALLOWED: &str = "invalid_ip_address_used";

impl fmt::Display for CallProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            CallProblem::NoAnswer => "no answer",
            CallProblem::NotSent => "not sent",
            CallProblem::Proxy => "proxy trouble",
            CallProblem::Status(status) => return write!(out, "answered {status}"),
            CallProblem::NotUnderstood => "unclear answer",
            CallProblem::CutOff => "answer cut off",
            CallProblem::TooLarge => "answer too long",
            CallProblem::TooManyCalls => "too many calls",
            CallProblem::KeyRefused => "key refused",
            CallProblem::AddressRefused => "address not allowed",
            CallProblem::Refused => "refused",
        })
    }
}

impl CallError {
    /// What it ran into.
    pub fn met(&self) -> CallProblem {
        match &self.kind {
            CallErrorKind::AnotherKey { .. } | CallErrorKind::NotARead | CallErrorKind::NotSent(NotSent::Local(_)) => CallProblem::NotSent,
            CallErrorKind::NotSent(NotSent::Proxy { .. }) => CallProblem::Proxy,
            CallErrorKind::NotSent(_) => CallProblem::NoAnswer,
            CallErrorKind::Broken(reason) => match reason {
                Broken::Timeout | Broken::Reset | Broken::Other(_) => CallProblem::NoAnswer,
                Broken::Eof | Broken::CutOff => CallProblem::CutOff,
                Broken::BodyTooLarge => CallProblem::TooLarge,
                Broken::Garbled(_) => CallProblem::NotUnderstood,
            },
            CallErrorKind::NotJson { .. } | CallErrorKind::NotUnderstood { .. } => CallProblem::NotUnderstood,
            CallErrorKind::Redirect { status, .. } => CallProblem::Status(*status),
            CallErrorKind::Api { status, .. } | CallErrorKind::Foreign { status, .. } => match status {
                429 => CallProblem::TooManyCalls,
                407 => CallProblem::Proxy,
                401 => CallProblem::KeyRefused,
                _ if self.code() == Some(ADDRESS_NOT_ALLOWED) => CallProblem::AddressRefused,
                _ if self.is_refusal() => CallProblem::Refused,
                _ => CallProblem::Status(*status),
            },
        }
    }

    /// An error without a waiting time from the server.
    pub fn new(kind: CallErrorKind) -> Self {
        Self { kind, retry_after: None }
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match &self.kind {
            CallErrorKind::Api { status, .. }
            | CallErrorKind::Foreign { status, .. }
            | CallErrorKind::Redirect { status, .. }
            | CallErrorKind::NotJson { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The API's code, if it gave one.
    pub fn code(&self) -> Option<&str> {
        match &self.kind {
            CallErrorKind::Api { error, .. } => error.code.as_deref(),
            _ => None,
        }
    }

    /// The trace id that support asks for.
    pub fn trace_id(&self) -> Option<&str> {
        match &self.kind {
            CallErrorKind::Api { error, .. } => error.trace_id.as_deref(),
            _ => None,
        }
    }

    /// Whether the same READ may succeed later without a person changing anything.
    pub fn is_retryable(&self) -> bool {
        match &self.kind {
            CallErrorKind::NotSent(reason) => !matches!(reason, NotSent::Local(_)),
            CallErrorKind::Broken(reason) => *reason != Broken::BodyTooLarge,
            CallErrorKind::Api { status, .. } | CallErrorKind::Foreign { status, .. } => {
                // 408 and 425 ask for another attempt; 429 is the rate limit.
                matches!(status, 408 | 425 | 429 | 500..)
            }
            // A maintenance page from something in front, or an answer garbled on the way.
            CallErrorKind::NotJson { .. } | CallErrorKind::NotUnderstood { .. } => true,
            CallErrorKind::AnotherKey { .. } | CallErrorKind::Redirect { .. } | CallErrorKind::NotARead => false,
        }
    }

    /// Whether the API refuses, or would: the key, the allow list, the permissions. A redirect or an answer that is
    /// too large comes from elsewhere, although only a person can fix that either.
    pub fn is_refusal(&self) -> bool {
        match &self.kind {
            CallErrorKind::Api { status, .. } | CallErrorKind::Foreign { status, .. } => {
                (400..500).contains(status) && !self.is_retryable()
            }
            CallErrorKind::AnotherKey { .. } | CallErrorKind::NotARead => true,
            _ => false,
        }
    }

    /// Whether the key is missing, wrong, or for another campaign.
    pub fn is_unauthorised(&self) -> bool {
        self.status() == Some(401) || matches!(self.kind, CallErrorKind::AnotherKey { .. })
    }

    /// Whether the caller has no access at all: key, allow list or permission. A run stops at this.
    pub fn is_access_refused(&self) -> bool {
        self.is_unauthorised() || self.status() == Some(403) || self.code() == Some(ADDRESS_NOT_ALLOWED)
    }

    /// Whether it does not exist on the server.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404) || self.code() == Some("message_not_found_or_retry_message_not_in_failure_status")
    }

    /// Whether too many calls were made in this second, by anyone.
    pub fn is_rate_limit(&self) -> bool {
        self.status() == Some(429)
    }

    /// Whether there was no answer at all: no network, no server, or a broken connection.
    pub fn is_connection(&self) -> bool {
        matches!(self.kind, CallErrorKind::NotSent(_) | CallErrorKind::Broken(_))
    }

    /// What happened, why, and what to do next, in sentences for a person.
    pub fn explanation(&self) -> Explanation {
        super::explain::explain(self)
    }

    /// The same for a command that exits with it: nothing reads on.
    pub fn explanation_at_exit(&self) -> Explanation {
        super::explain::explain_at_exit(self)
    }
}
