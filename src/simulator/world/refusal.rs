//! Error answers, in the two forms that the API and the proxy in front of it use.

use super::dice::{Dice, For};
use super::wire::{id_text, write_number, write_string};

/// Who refuses, and so the form of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// `{"error":{"code","message","type","id"}}`
    Api(&'static str),
    /// `{"message","statusCode"}`
    Front,
}

/// A refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    by: By,
    message: String,
}

impl Refusal {
    fn api(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, by: By::Api(code), message: message.into() }
    }

    fn front(status: u16, message: impl Into<String>) -> Self {
        Self { status, by: By::Front, message: message.into() }
    }

    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::api(400, "parameter_invalid", message)
    }

    pub(super) fn not_in_failure() -> Self {
        let message = "Message cannot be retried as it does not exist or it has not failed.";
        Self::api(400, "message_not_found_or_retry_message_not_in_failure_status", message)
    }

    pub(super) fn too_many_attempts(retries: u32) -> Self {
        let message = format!("Message can no longer be retried as it has reached the maximum number of attempts of {retries}.");
        Self::api(400, "too_many_message_attempts_error", message)
    }

    pub(super) fn batch_not_retryable() -> Self {
        let message = "Batch cannot be retried as it does not exist or is currently not retryable.";
        Self::api(400, "batch_not_found_or_is_not_retryable", message)
    }

    pub(super) fn unresolved() -> Self {
        let message = "Batch cannot be retried as there is at least one batch message that is still unresolved.";
        Self::api(400, "unresolved_batch_messages", message)
    }

    pub(super) fn nothing_to_retry() -> Self {
        let message = "Batch cannot be retried as either all messages are successful or all failed messages have exceeded the maximum \
                       number of attempts.";
        Self::api(400, "no_failed_batch_messages_to_retry", message)
    }

    pub(super) fn address() -> Self {
        let message = "The IP address of the caller is not on the allow list of the campaign.";
        Self::api(400, "invalid_ip_address_used", message)
    }

    pub(super) fn wrong_key() -> Self {
        Self::api(401, "invalid_api_key_provided", "The API key is not valid for this campaign.")
    }

    /// Without a bearer token a call never reaches the API.
    pub(super) fn unauthorized() -> Self {
        Self::front(401, "Unauthorized")
    }

    pub(super) fn forbidden() -> Self {
        Self::front(403, "Forbidden resource")
    }

    pub(super) fn invalid_path() -> Self {
        Self::api(404, "invalid_path", "The requested path does not exist.")
    }

    pub(super) fn no_route(method: &str, path: &str) -> Self {
        Self::front(404, format!("Cannot {method} {path}"))
    }

    pub(super) fn too_many_calls() -> Self {
        Self::api(429, "too_many_requests", "Too many requests. Slow down and try again.")
    }

    /// The API's code, where the body has one.
    pub(super) fn code(&self) -> Option<&'static str> {
        match self.by {
            By::Api(code) => Some(code),
            By::Front => None,
        }
    }

    /// The body. `n` is the number of the call, from which the trace id is drawn.
    pub(super) fn body(&self, dice: Dice, n: u64) -> Vec<u8> {
        let mut out = Vec::new();
        match self.by {
            By::Api(code) => {
                out.extend_from_slice(b"{\"error\":{\"code\":");
                write_string(&mut out, code);
                out.extend_from_slice(b",\"message\":");
                write_string(&mut out, &self.message);
                out.extend_from_slice(b",\"type\":\"domain_error\",\"id\":");
                write_string(&mut out, &id_text("", dice.uuid(For::TraceId, n)));
                out.extend_from_slice(b"}}");
            }
            By::Front => {
                out.extend_from_slice(b"{\"message\":");
                write_string(&mut out, &self.message);
                out.extend_from_slice(b",\"statusCode\":");
                write_number(&mut out, u64::from(self.status));
                out.push(b'}');
            }
        }
        out
    }
}
