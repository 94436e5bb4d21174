//! A refusal of a write as a value: decisions go by code and status, never by words.

use super::Explanation;

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
    use super::*;
    use rstest::rstest;

    fn refusal(status: u16, code: Option<&str>) -> Refusal {
        // Words that contradict code and status: nothing may depend on them.
        let what = "Postman refuses access: no attempts left".to_owned();
        let why = Explanation::new(what, "", "");
        Refusal { code: code.map(str::to_owned), status, why }
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
