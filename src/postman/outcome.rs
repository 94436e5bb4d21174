//! The outcome of a write, and a refusal of one: only what the client saw decides, by code and status, never by words.

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
    pub fn new(body: impl Into<String>) -> Self {
        Self(body.into())
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

/// The API's code for a message without attempts left.
pub const OUT_OF_ATTEMPTS: &str = "too_many_message_attempts_error";

/// Codes that refuse this caller everything: by the allow list, or by the key.
const KEPT_OUT: [&str; 3] = ["invalid_ip_address_used", "authentication_required", "invalid_api_key_provided"];

/// The API's no to a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The API's code; `None` if the answer gave none, as with a proxy.
    pub code: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// The same for a person.
    pub why: Explanation,
    /// What the check of an uploaded file found, as received: for the screen only.
    pub check: Option<FileCheck>,
}

impl Refusal {
    /// Whether every other write would be refused as well: the API does not accept the key, the permission or the
    /// address.
    pub fn keeps_out(&self) -> bool {
        matches!(self.status, 401 | 403) || self.code.as_deref().is_some_and(|code| KEPT_OUT.contains(&code))
    }

    /// Whether the call was dropped because there were too many in that second: this says nothing about the message.
    pub fn is_rate_limit(&self) -> bool {
        self.status == 429
    }

    /// Whether the message has no attempts left, so that no retry of it will ever be accepted.
    pub fn is_out_of_attempts(&self) -> bool {
        self.code.as_deref() == Some(OUT_OF_ATTEMPTS)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn refusal(status: u16, code: Option<&str>) -> Refusal {
        // Words that contradict code and status: nothing may depend on them.
        let what = "Postman refuses access: no attempts left".to_owned();
        let why = Explanation::new(what, "", "");
        Refusal { code: code.map(str::to_owned), status, why, check: None }
    }

    #[rstest]
    #[case(400, Some("invalid_ip_address_used"), true)]
    #[case(400, Some("authentication_required"), true)]
    #[case(401, None, true)]
    #[case(403, Some("something_new"), true)]
    #[case(400, Some("too_many_message_attempts_error"), false)]
    #[case(400, Some("message_not_found_or_retry_message_not_in_failure_status"), false)]
    #[case(404, None, false)]
    #[case(429, Some("too_many_requests"), false)]
    fn what_keeps_a_caller_out(#[case] status: u16, #[case] code: Option<&str>, #[case] keeps_out: bool) {
        assert_eq!(refusal(status, code).keeps_out(), keeps_out);
    }

    #[test]
    fn only_the_code_says_that_attempts_are_used_up() {
        assert!(refusal(400, Some(OUT_OF_ATTEMPTS)).is_out_of_attempts());
        assert!(!refusal(400, Some("message_not_found_or_retry_message_not_in_failure_status")).is_out_of_attempts());
        assert!(!refusal(400, None).is_out_of_attempts());
    }
}
