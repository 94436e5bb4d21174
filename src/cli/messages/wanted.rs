//! Which messages are wanted.

use jiff::Timestamp;

use crate::config::nearest;
use crate::delivery::{ErrorCode, Message, Status};

/// What a message must be to be listed. Nothing asked for lets all pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::cli) struct Wanted {
    /// One of these statuses.
    pub statuses: Vec<Status>,
    /// In failure with one of these codes.
    pub errors: Vec<String>,
    /// Created then or later, to the millisecond.
    pub since: Option<Timestamp>,
    /// Created before.
    pub until: Option<Timestamp>,
}

impl Wanted {
    /// Whether every message is wanted.
    pub fn is_all(&self) -> bool {
        *self == Wanted::default()
    }

    /// Whether a message is wanted.
    pub fn has(&self, message: &Message) -> bool {
        let in_time = match message.created_at {
            Some(created) => self.since.is_none_or(|since| created >= since) && self.until.is_none_or(|until| created < until),
            None => self.since.is_none() && self.until.is_none(),
        };
        let code = || message.error().map(|error| error.code).unwrap_or_default();
        in_time
            && (self.statuses.is_empty() || message.status.as_ref().is_some_and(|status| self.statuses.contains(status)))
            && (self.errors.is_empty() || message.status == Some(Status::Failure) && self.errors.iter().any(|wanted| **wanted == *code()))
    }

    /// Whether a list that has come to this message, newest first, can hold no more wanted ones.
    pub fn is_past(&self, message: &Message) -> bool {
        matches!((self.since, message.created_at), (Some(since), Some(created)) if created < since)
    }
}

/// A status, by the API's word or by the one on the screen.
///
/// # Errors
/// Another word, with the nearest one.
pub(super) fn status(text: &str) -> Result<Status, String> {
    Status::parse(text).ok_or_else(|| {
        let words: Vec<String> = Status::KNOWN.iter().map(both_words).collect();
        let all: Vec<String> = Status::KNOWN.iter().flat_map(|status| [status.api_word(), status.word()].map(str::to_owned)).collect();
        let expected = format!("expected {}", words.join(", "));
        match nearest(text, all.iter().map(String::as_str)) {
            Some(nearest) => format!("{expected}; did you mean `{nearest}`?"),
            None => expected,
        }
    })
}

/// A status by the word on the screen, and by the API's where that is another.
fn both_words(status: &Status) -> String {
    match (status.word(), status.api_word()) {
        (word, api) if word == api => word.to_owned(),
        (word, api) => format!("{word} ({api})"),
    }
}

/// A word about a code that the API's reference does not list: codes can be added, so it is asked
/// for all the same.
pub(in crate::cli) fn doubt(code: &str) -> Option<String> {
    if code.is_empty() || ErrorCode::from_api(code) != ErrorCode::Unlisted {
        return None;
    }
    let near = nearest(code, ErrorCode::LISTED.map(ErrorCode::api_word));
    let hint = near.map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
    Some(format!("`{}` is not among the published error codes.{hint}", crate::delivery::clean_line(code)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::MessageId;
    use crate::postman::record::tests::message;
    use rstest::rstest;

    #[test]
    fn all_conditions_must_hold() {
        let message = message();
        let created = message.created_at.unwrap();
        let later = created + jiff::SignedDuration::from_millis(1);
        assert!(Wanted::default().is_all() && Wanted::default().has(&message));
        let wanted =
            Wanted { statuses: vec![Status::Failure], errors: vec!["routing_error".to_owned()], since: Some(created), until: Some(later) };
        assert!(wanted.has(&message));
        assert!(!Wanted { statuses: vec![Status::Success], ..wanted.clone() }.has(&message));
        assert!(!Wanted { errors: vec!["recipient_invalid".to_owned()], ..wanted.clone() }.has(&message));
        assert!(!Wanted { since: Some(later), ..wanted.clone() }.has(&message));
        assert!(!Wanted { until: Some(created), ..wanted }.has(&message));
        assert!(Wanted { since: Some(later), ..Wanted::default() }.is_past(&message));
    }

    #[test]
    fn a_message_without_a_time_is_in_no_window() {
        let timeless = Message::new(MessageId::new("m"));
        let since = Wanted { since: Some(Timestamp::UNIX_EPOCH), ..Wanted::default() };
        assert!(Wanted::default().has(&timeless) && !since.has(&timeless) && !since.is_past(&timeless));
    }

    #[rstest]
    #[case("success", Some(Status::Success))]
    #[case("delivered", Some(Status::Success))]
    #[case("with telco", Some(Status::SentToTelco))]
    #[case("sent-to-telco", Some(Status::SentToTelco))]
    #[case("failed", Some(Status::Failure))]
    #[case("succes", None)]
    fn statuses_have_two_words(#[case] text: &str, #[case] expected: Option<Status>) {
        assert_eq!(status(text).ok(), expected);
        if expected.is_none() {
            assert!(status(text).unwrap_err().contains("`success`?"));
        }
    }

    #[test]
    fn an_unpublished_code_is_doubted_and_not_refused() {
        assert_eq!(doubt("routing_error"), None);
        assert!(doubt("recipient_unavailible").unwrap().contains("recipient_unavailable"));
        assert!(doubt("brand_new").unwrap().contains("brand_new"));
    }
}
