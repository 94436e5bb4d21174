//! Why a delivery failed, and whether it is worth a retry.

use std::fmt;
use std::sync::Arc;

/// The failure of an attempt: a type and a code, as the API writes them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeliveryError {
    /// `delivery_error` or `server_error`; empty where not given.
    pub kind: Arc<str>,
    /// The code, such as `recipient_unavailable`; empty where not given.
    pub code: Arc<str>,
}

impl DeliveryError {
    /// An error from the API's two words.
    pub fn new(kind: &str, code: &str) -> Self {
        Self { kind: kind.into(), code: code.into() }
    }

    /// Its code, or its type where the code was not given.
    pub fn shown(&self) -> &str {
        if self.code.is_empty() { &self.kind } else { &self.code }
    }

    /// The known code, or [`ErrorCode::Unlisted`].
    pub fn known(&self) -> ErrorCode {
        ErrorCode::from_api(&self.code)
    }
}

/// A code in a list of errors, where a failure without one has a line, too.
pub fn code_or_none(code: &str) -> &str {
    if code.is_empty() { "no reason given" } else { code }
}

/// The error codes that the API's reference publishes, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorCode {
    /// The number is not known to the telco.
    RecipientInvalid,
    /// The phone was off or out of reach.
    RecipientUnavailable,
    /// The text was refused.
    ContentInvalid,
    /// No route to the number's telco was found.
    RoutingError,
    /// It expired before the telco could deliver it.
    MessageExpired,
    /// The telco gave no reason.
    DeliveryUnknownError,
    /// Postman or its provider gave no reason.
    ServerUnknownError,
    /// A code that is not in the table.
    Unlisted,
}

/// Whether it is worth a retry, by the API's published table. An unlisted code is a "maybe".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RetryAdvice {
    /// It is worth a retry.
    Yes,
    /// It may be worth a retry.
    Maybe,
    /// It will fail again, and may be billed again.
    No,
}

impl RetryAdvice {
    /// Each of them, the best first.
    pub const ALL: [RetryAdvice; 3] = [RetryAdvice::Yes, RetryAdvice::Maybe, RetryAdvice::No];

    /// Whether a failure is worth a retry; maybe, where its error was not given.
    pub fn of(error: Option<&DeliveryError>) -> RetryAdvice {
        error.map_or(RetryAdvice::Maybe, |error| error.known().retry_advice())
    }

    /// Its word, on the screen and in scripts: `yes`, `no` or `maybe`. None of them is a promise.
    pub fn word(self) -> &'static str {
        match self {
            RetryAdvice::Yes => "yes",
            RetryAdvice::Maybe => "maybe",
            RetryAdvice::No => "no",
        }
    }
}

impl fmt::Display for RetryAdvice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

impl ErrorCode {
    /// The published codes, in the order of the reference.
    pub const LISTED: [ErrorCode; 7] = [
        ErrorCode::RecipientInvalid,
        ErrorCode::RecipientUnavailable,
        ErrorCode::ContentInvalid,
        ErrorCode::RoutingError,
        ErrorCode::MessageExpired,
        ErrorCode::DeliveryUnknownError,
        ErrorCode::ServerUnknownError,
    ];

    /// The code from the API's word.
    pub fn from_api(code: &str) -> ErrorCode {
        ErrorCode::LISTED.into_iter().find(|known| known.api_word() == code).unwrap_or(ErrorCode::Unlisted)
    }

    /// The API's word; empty for an unlisted one.
    pub fn api_word(self) -> &'static str {
        match self {
            ErrorCode::RecipientInvalid => "recipient_invalid",
            ErrorCode::RecipientUnavailable => "recipient_unavailable",
            ErrorCode::ContentInvalid => "content_invalid",
            ErrorCode::RoutingError => "routing_error",
            ErrorCode::MessageExpired => "message_expired",
            ErrorCode::DeliveryUnknownError => "delivery_unknown_error",
            ErrorCode::ServerUnknownError => "server_unknown_error",
            ErrorCode::Unlisted => "",
        }
    }

    /// Whether it is worth a retry, by the API's published table.
    pub fn retry_advice(self) -> RetryAdvice {
        match self {
            ErrorCode::RecipientUnavailable => RetryAdvice::Yes,
            ErrorCode::RecipientInvalid | ErrorCode::ContentInvalid => RetryAdvice::No,
            ErrorCode::RoutingError
            | ErrorCode::MessageExpired
            | ErrorCode::DeliveryUnknownError
            | ErrorCode::ServerUnknownError
            | ErrorCode::Unlisted => RetryAdvice::Maybe,
        }
    }

    /// What happened, in a short sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            ErrorCode::RecipientInvalid => "The number is not known to the telco.",
            ErrorCode::RecipientUnavailable => "The phone was off or out of reach.",
            ErrorCode::ContentInvalid => "The text was refused.",
            ErrorCode::RoutingError => "No route to the number's telco was found.",
            ErrorCode::MessageExpired => "It expired before the telco could deliver it.",
            ErrorCode::DeliveryUnknownError => "The telco gave no reason.",
            ErrorCode::ServerUnknownError => "Postman or its provider failed and gave no reason.",
            ErrorCode::Unlisted => "This error is not in the API's table.",
        }
    }

    /// What happened, in a few words for a table.
    pub fn in_brief(self) -> &'static str {
        match self {
            ErrorCode::RecipientInvalid => "number unknown",
            ErrorCode::RecipientUnavailable => "the phone was off",
            ErrorCode::ContentInvalid => "text refused",
            ErrorCode::RoutingError => "number or network",
            ErrorCode::MessageExpired => "it came too late",
            ErrorCode::DeliveryUnknownError => "no reason given",
            ErrorCode::ServerUnknownError => "lost connection",
            ErrorCode::Unlisted => "not in the table",
        }
    }

    /// Whether it is worth a retry, in a short sentence.
    pub fn prospect(self) -> &'static str {
        match (self, self.retry_advice()) {
            (ErrorCode::ContentInvalid, _) => "Not worth a retry: the template or a value must change.",
            (_, RetryAdvice::No) => "Not worth a retry: check the number.",
            (_, RetryAdvice::Yes) => "Worth a retry.",
            (_, RetryAdvice::Maybe) => "Maybe worth a retry.",
        }
    }

    /// What a person can do about it, in a sentence or two.
    pub fn what_to_do(self) -> &'static str {
        match self {
            ErrorCode::RecipientInvalid => {
                "Ask the recipient for the right number. Another attempt would fail as well, and may be charged."
            }
            ErrorCode::RecipientUnavailable => "Retry later, when the phone may be on again.",
            ErrorCode::ContentInvalid => "Look for banned words, and for letters that do not fit the language of the template.",
            ErrorCode::RoutingError => {
                "The number may not be in use, or the network was in trouble. Retry one or two first; if they fail too, check the numbers."
            }
            ErrorCode::MessageExpired => "Retry if the message is still of use to its recipient.",
            ErrorCode::DeliveryUnknownError => "Retry one or two first; if they fail too, ask Postman about one of them by its id.",
            ErrorCode::ServerUnknownError => "Postman lost its connection. Retry one or two first, and the rest once these are delivered.",
            ErrorCode::Unlisted => "Retry one first; if it fails too, ask Postman what the code means.",
        }
    }

    /// What happened and whether it is worth a retry, in two short sentences.
    pub fn advice(self) -> String {
        format!("{} {}", self.meaning(), self.prospect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("recipient_invalid", RetryAdvice::No)]
    #[case("recipient_unavailable", RetryAdvice::Yes)]
    #[case("content_invalid", RetryAdvice::No)]
    #[case("routing_error", RetryAdvice::Maybe)]
    #[case("message_expired", RetryAdvice::Maybe)]
    #[case("delivery_unknown_error", RetryAdvice::Maybe)]
    #[case("server_unknown_error", RetryAdvice::Maybe)]
    #[case("moon_phase_error", RetryAdvice::Maybe)]
    #[case("", RetryAdvice::Maybe)]
    fn the_published_table(#[case] code: &str, #[case] advice: RetryAdvice) {
        assert_eq!(ErrorCode::from_api(code).retry_advice(), advice);
    }

    #[test]
    fn an_unlisted_code_is_shown_as_it_came() {
        let error = DeliveryError::new("delivery_error", "moon_phase_error");
        assert_eq!((error.known(), &*error.code), (ErrorCode::Unlisted, "moon_phase_error"));
    }
}
