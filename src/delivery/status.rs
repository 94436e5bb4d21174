//! The life cycle of a message.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::message::TELCO_SILENCE;

/// A message's status, in the order of its life. Any other one can turn into `failure`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Status {
    /// Created by Postman, not yet passed on.
    Created,
    /// Waiting to be sent to the provider.
    Enqueued,
    /// On its way to the provider.
    Sending,
    /// With the provider, no confirmation yet.
    Sent,
    /// The telco has it. For numbers outside Singapore this is the last status.
    SentToTelco,
    /// Delivered. Final.
    Success,
    /// Failed. Final until it is retried: then it is `created` again.
    Failure,
    /// A status that this program does not know, as received. Never counts as final.
    Other(Arc<str>),
}

impl Status {
    /// The seven known ones, in the order of a message's life.
    pub const KNOWN: [Status; 7] =
        [Status::Created, Status::Enqueued, Status::Sending, Status::Sent, Status::SentToTelco, Status::Success, Status::Failure];

    /// A status from the API's word for it; an unknown word is kept.
    pub fn from_api(word: &str) -> Status {
        match word {
            "created" => Status::Created,
            "enqueued" => Status::Enqueued,
            "sending" => Status::Sending,
            "sent" => Status::Sent,
            "sent_to_telco" => Status::SentToTelco,
            "success" => Status::Success,
            "failure" => Status::Failure,
            other => Status::Other(other.into()),
        }
    }

    /// The API's word, as JSON has it.
    pub fn api_word(&self) -> &str {
        match self {
            Status::Created => "created",
            Status::Enqueued => "enqueued",
            Status::Sending => "sending",
            Status::Sent => "sent",
            Status::SentToTelco => "sent_to_telco",
            Status::Success => "success",
            Status::Failure => "failure",
            Status::Other(word) => word,
        }
    }

    /// The word on the screen.
    pub fn word(&self) -> &str {
        match self {
            Status::Created => "created",
            Status::Enqueued => "queued",
            Status::Sending => "sending",
            Status::Sent => "sent",
            Status::SentToTelco => "with telco",
            Status::Success => "delivered",
            Status::Failure => "failed",
            Status::Other(word) => word,
        }
    }

    /// Whether this status ends an attempt: delivered or failed.
    pub fn is_final(&self) -> bool {
        matches!(self, Status::Success | Status::Failure)
    }

    /// The status that a person typed: by the API's word or the one on the screen.
    pub fn parse(text: &str) -> Option<Status> {
        let wanted = text.trim().to_ascii_lowercase().replace(['_', '-'], " ");
        Status::KNOWN.into_iter().find(|status| status.api_word().replace('_', " ") == wanted || status.word() == wanted)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// Whether a message can still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Its status can still change without a retry.
    Open,
    /// Delivered, failed, or at the last status that its number can reach.
    Done,
    /// With the telco for so long that no further report is likely (48 h, according to the API's reference).
    Silent,
}

/// Whether a message in `status`, last changed at `changed`, is on the way or done at `now`.
pub fn progress(status: &Status, in_singapore: bool, changed: Option<Timestamp>, now: Timestamp) -> Progress {
    match status {
        Status::Success | Status::Failure => Progress::Done,
        Status::SentToTelco if !in_singapore => Progress::Done,
        Status::SentToTelco => match changed {
            Some(changed) if now.duration_since(changed) > SignedDuration::try_from(TELCO_SILENCE).unwrap_or(SignedDuration::MAX) => {
                Progress::Silent
            }
            _ => Progress::Open,
        },
        _ => Progress::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn every_known_status_comes_back_from_its_words() {
        for status in Status::KNOWN {
            assert_eq!(Status::from_api(status.api_word()), status);
            assert_eq!(Status::parse(status.api_word()), Some(status.clone()));
            assert_eq!(Status::parse(status.word()), Some(status));
        }
        assert_eq!(Status::parse("with-telco"), Some(Status::SentToTelco));
        assert_eq!(Status::parse("lost"), None);
    }

    #[test]
    fn an_unknown_status_is_kept_as_it_came() {
        let status = Status::from_api("parked");
        assert_eq!((status.api_word(), status.word(), status.is_final()), ("parked", "parked", false));
    }

    #[rstest]
    #[case("created", true, 100, Progress::Open)]
    #[case("sent_to_telco", true, 47, Progress::Open)]
    #[case("sent_to_telco", true, 49, Progress::Silent)]
    #[case("sent_to_telco", false, 1, Progress::Done)]
    #[case("success", true, 0, Progress::Done)]
    #[case("failure", true, 0, Progress::Done)]
    #[case("parked", true, 1000, Progress::Open)]
    fn open_and_done(#[case] word: &str, #[case] in_singapore: bool, #[case] hours: i64, #[case] expected: Progress) {
        let now = Timestamp::from_second(1_900_000_000).unwrap();
        let changed = now - SignedDuration::from_hours(hours);
        assert_eq!(progress(&Status::from_api(word), in_singapore, Some(changed), now), expected);
    }
}
