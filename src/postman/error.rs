//! Why a call gave no usable answer.

use std::fmt;
use std::time::Duration;

use super::{Broken, Environment, Explanation, NotSent};

/// A call that gave no usable answer: what happened, and how long the server asks to stay away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct CallError {
    /// What happened.
    pub kind: CallErrorKind,
    /// How long the server asks to wait, counted from when its answer came.
    pub retry_after: Option<Duration>,
}

/// The ways in which a call can fail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallErrorKind {
    /// The key belongs to another environment; no request was made.
    #[error("a key of {key} is not sent to `{host}`")]
    AnotherKey {
        /// Whose key it is, by its prefix.
        key: Environment,
        /// Where it was about to go.
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
    /// A status without the API's words: something in front of it answered.
    #[error("status {status} with {body} instead of the API's answer")]
    Foreign {
        /// The HTTP status.
        status: u16,
        /// What came instead.
        body: ForeignBody,
    },
    /// A redirect, which is never followed: the key would go along.
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
    /// JSON that is not what this call answers.
    #[error("the answer is not understood: {reason}")]
    NotUnderstood {
        /// What is missing; nothing personal.
        reason: String,
    },
    /// The call changes something at the server and was asked for as a read; nothing was sent.
    #[error("this call writes, and was asked for as a read")]
    NotARead,
}

/// The API's own words for a refusal.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ApiError {
    /// `parameter_invalid` for one; not told in one of its two bodies.
    pub code: Option<String>,
    /// A sentence. It may hold a recipient's number, so it is shown and never logged.
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

/// A body that is not the API's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignBody {
    /// What it is.
    pub kind: BodyKind,
    /// The title of an HTML page, or the first line of a text, cleaned and cut.
    pub title: Option<String>,
    /// The number of Cloudflare's error (1010: the caller's signature is banned).
    pub cloudflare: Option<u16>,
}

/// What a body is, judged by its first letters rather than by its header, which proxies get wrong.
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
    /// Bytes that are no text.
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

/// What a failed call met, in the few words that a line of state has room for: 15 columns beside a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallProblem {
    /// No server answered.
    NoAnswer,
    /// The call did not leave this program.
    NotSent,
    /// The proxy on the way did not let it through.
    Proxy,
    /// The server answered with this status, and with nothing of use.
    Status(u16),
    /// A success that cannot be understood.
    NotUnderstood,
    /// An answer that broke off.
    CutOff,
    /// An answer that is too large.
    TooLarge,
    /// Too many calls in this second (429).
    TooManyCalls,
    /// The API refused: a key, an address, an id.
    Refused,
}

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
            CallProblem::Refused => "refused",
        })
    }
}

impl CallError {
    /// What it met.
    pub fn met(&self) -> CallProblem {
        match &self.kind {
            CallErrorKind::AnotherKey { .. } | CallErrorKind::NotARead | CallErrorKind::NotSent(NotSent::Local(_)) => CallProblem::NotSent,
            CallErrorKind::NotSent(NotSent::Proxy { .. }) => CallProblem::Proxy,
            CallErrorKind::NotSent(_) => CallProblem::NoAnswer,
            CallErrorKind::Broken(reason) => match reason {
                Broken::Timeout | Broken::Reset | Broken::Other(_) => CallProblem::NoAnswer,
                Broken::Eof => CallProblem::CutOff,
                Broken::BodyTooLarge => CallProblem::TooLarge,
                Broken::Garbled(_) => CallProblem::NotUnderstood,
            },
            CallErrorKind::NotJson { .. } | CallErrorKind::NotUnderstood { .. } => CallProblem::NotUnderstood,
            CallErrorKind::Redirect { status, .. } => CallProblem::Status(*status),
            CallErrorKind::Api { status, .. } | CallErrorKind::Foreign { status, .. } => match status {
                429 => CallProblem::TooManyCalls,
                407 => CallProblem::Proxy,
                _ if self.is_refusal() => CallProblem::Refused,
                _ => CallProblem::Status(*status),
            },
        }
    }

    /// An error without a wish of the server's.
    pub fn new(kind: CallErrorKind) -> Self {
        Self { kind, retry_after: None }
    }

    /// The HTTP status, where an answer came.
    pub fn status(&self) -> Option<u16> {
        match &self.kind {
            CallErrorKind::Api { status, .. }
            | CallErrorKind::Foreign { status, .. }
            | CallErrorKind::Redirect { status, .. }
            | CallErrorKind::NotJson { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The API's code, where it told one.
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

    /// Whether the same READ may bring an answer later, with nothing changed by a person.
    pub fn is_retryable(&self) -> bool {
        match &self.kind {
            CallErrorKind::NotSent(reason) => !matches!(reason, NotSent::Local(_)),
            CallErrorKind::Broken(reason) => *reason != Broken::BodyTooLarge,
            CallErrorKind::Api { status, .. } | CallErrorKind::Foreign { status, .. } => {
                // 408 and 425 ask for another try; 429 is the rate limit.
                matches!(status, 408 | 425 | 429 | 500..)
            }
            // A front's maintenance page, or an answer that was garbled on the way.
            CallErrorKind::NotJson { .. } | CallErrorKind::NotUnderstood { .. } => true,
            CallErrorKind::AnotherKey { .. } | CallErrorKind::Redirect { .. } | CallErrorKind::NotARead => false,
        }
    }

    /// Whether the API refuses, or would: its key, its list, its rights. A redirect or an answer that is too large is
    /// somebody else's, although only a person can change that either.
    pub fn is_refusal(&self) -> bool {
        match &self.kind {
            CallErrorKind::Api { status, .. } | CallErrorKind::Foreign { status, .. } => {
                (400..500).contains(status) && !self.is_retryable()
            }
            CallErrorKind::AnotherKey { .. } | CallErrorKind::NotARead => true,
            _ => false,
        }
    }

    /// Whether the key is missing, wrong, or another campaign's.
    pub fn is_unauthorised(&self) -> bool {
        self.status() == Some(401) || matches!(self.kind, CallErrorKind::AnotherKey { .. })
    }

    /// Whether the caller is kept out altogether: key, allow list or right. A run stops at it.
    pub fn is_access_refused(&self) -> bool {
        self.is_unauthorised() || self.status() == Some(403) || self.code() == Some("invalid_ip_address_used")
    }

    /// Whether there is no such thing at the server.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404) || self.code() == Some("message_not_found_or_retry_message_not_in_failure_status")
    }

    /// Whether too many calls were made in this second, by whomever.
    pub fn is_rate_limit(&self) -> bool {
        self.status() == Some(429)
    }

    /// Whether no answer came at all: no network, no server, or a broken connection.
    pub fn is_connection(&self) -> bool {
        matches!(self.kind, CallErrorKind::NotSent(_) | CallErrorKind::Broken(_))
    }

    /// What happened, why, and what to do next, in sentences for a person.
    pub fn explanation(&self) -> Explanation {
        super::explain::explain(self)
    }
}
