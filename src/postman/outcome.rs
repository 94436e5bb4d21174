//! The outcome of a write: only what the client saw decides.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::{ApiError, CallError, CallErrorKind, Explanation};
use crate::delivery::{BatchId, Rows};

/// The outcome of a write.
#[derive(Debug)]
pub enum WriteOutcome {
    /// A 2xx with the API's own answer to this very call.
    Accepted {
        /// The message as given by the answer; `None` for batches.
        rows: Option<Rows>,
        /// The batch that an upload created.
        batch: Option<BatchId>,
        /// When the request was sent.
        asked_at: Timestamp,
    },
    /// The API, or something in front of it, refused; nothing was done.
    Refused {
        /// The API's code.
        code: Option<String>,
        /// The API's words, or a substitute.
        reason: String,
        /// What the check of an uploaded file found, as received: how the mistakes are listed is not published. It
        /// may contain numbers and is for the screen only.
        check: Option<FileCheck>,
        /// The trace id that support asks for.
        trace_id: Option<String>,
        /// The HTTP status.
        status: u16,
        /// Too many calls in this second: dropped, and may be repeated in its turn.
        rate_limited: bool,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// Provably, nothing reached the server: it may be repeated.
    NotSent {
        /// Why.
        reason: String,
        /// The same as an error, for its predicates and its explanation.
        error: CallError,
    },
    /// It may have been carried out. Never sent again before it was looked up.
    Unknown {
        /// What was seen.
        reason: String,
        /// The HTTP status, where an answer came.
        status: Option<u16>,
        /// The trace id, if one was given.
        trace_id: Option<String>,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
}

impl WriteOutcome {
    /// What happened, why, and what to do next; `None` when it was accepted.
    pub fn explanation(&self) -> Option<Explanation> {
        match self {
            WriteOutcome::Accepted { .. } => None,
            WriteOutcome::Refused { check: Some(_), .. } => Some(Explanation::new(
                "The file was not accepted",
                "Postman found mistakes in it and created no messages.",
                "Correct the file and upload it again.",
            )),
            WriteOutcome::Refused { code, reason, trace_id, status, retry_after, .. } => {
                let error = ApiError { code: code.clone(), message: Some(reason.clone()), kind: None, trace_id: trace_id.clone() };
                let kind = CallErrorKind::Api { status: *status, error };
                Some(CallError { kind, retry_after: *retry_after }.explanation())
            }
            WriteOutcome::NotSent { error, .. } => Some(error.explanation()),
            WriteOutcome::Unknown { reason, trace_id, .. } => Some(
                Explanation::new(
                    "The outcome is unknown",
                    format!("There was no clear answer: {reason}. Postman may have accepted it anyway."),
                    "It is being looked up, and never sent again automatically. Sending it again now could send it twice.",
                )
                .with_trace(trace_id.clone()),
            ),
        }
    }
}

/// The complete answer of the check of an uploaded file.
#[derive(Clone, PartialEq, Eq)]
pub struct FileCheck(String);

impl FileCheck {
    /// The answer's body, cleaned.
    pub(super) fn new(body: String) -> Self {
        Self(body)
    }

    /// All of it, with its line breaks.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FileCheck {
    /// Without the text, which quotes the file.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FileCheck({} bytes)", self.0.len())
    }
}
