//! What became of a message, in words to say on the telephone: without the number, and without the text.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::delivery::{Message, Status, counted};

/// What became of a message, as the end of a sentence that begins with what it is: `was sent at 2.02 pm today, and the
/// phone company confirmed delivery 11 seconds later`. `now` is the time of day.
pub(in crate::tui) fn course(message: &Message, zone: &TimeZone, now: Timestamp) -> String {
    let attempts = message.attempts.as_deref().unwrap_or_default();
    let newest = attempts.first();
    // The answer to a retry has no attempts: until it is loaded again, the newest one is of the time before.
    if newest.is_some_and(|attempt| attempt.status.is_some() && attempt.status != message.status) {
        return format!("was tried again{}", became(message, None));
    }
    let sent = newest.and_then(|attempt| attempt.sent_at);
    let begun = sent.or_else(|| newest.and_then(|attempt| attempt.created_at)).or(message.created_at);
    let verb = match (sent, attempts.len()) {
        (Some(_), 2..) => "was sent again",
        (Some(_), _) => "was sent",
        (None, 2..) => "was tried again",
        (None, _) => "was created",
    };
    let when = begun.map_or_else(|| "at an unknown time".to_owned(), |at| time(at, zone, now));
    format!("{verb} {when}{}", became(message, begun))
}

/// What came of it.
fn became(message: &Message, begun: Option<Timestamp>) -> String {
    match &message.status {
        Some(Status::Success) => {
            let delivered = message.attempts.as_ref().and_then(|attempts| attempts.first()?.delivered_at);
            let took = delivered.zip(begun).map(|(delivered, begun)| delivered.duration_since(begun));
            let later = took.filter(|took| *took >= SignedDuration::ZERO).map(|took| format!(" {} later", length(took)));
            format!(", and the phone company confirmed delivery{}", later.unwrap_or_default())
        }
        Some(Status::Failure) => match message.error() {
            Some(error) => format!(", but it was not delivered: {}", first_sentence(error.known().meaning())),
            None => ", but it was not delivered, and no reason was given".to_owned(),
        },
        Some(Status::SentToTelco) if message.is_in_singapore() => ", and the phone company has not confirmed delivery yet".to_owned(),
        Some(Status::SentToTelco) => ", and went to a phone company abroad, which does not confirm delivery".to_owned(),
        Some(_) => ", and is still on its way".to_owned(),
        None => "; its status is unknown".to_owned(),
    }
}

/// `The phone was off. A retry may reach it.` as `the phone was off`.
fn first_sentence(advice: &str) -> String {
    let first = advice.split('.').next().unwrap_or_default();
    let mut letters = first.chars();
    letters.next().map(|letter| letter.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A time in spoken words: `at 2.02 pm today`.
fn time(at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
    let (at, now) = (at.to_zoned_datetime(zone.clone()), now.to_zoned_datetime(zone.clone()));
    let clock = at.strftime("%-I.%M %P").to_string();
    let yesterday = now.date().yesterday().ok();
    let day = if at.date() == now.date() {
        "today".to_owned()
    } else if Some(at.date()) == yesterday {
        "yesterday".to_owned()
    } else if at.year() == now.year() {
        format!("on {}", at.strftime("%-d %B"))
    } else {
        format!("on {}", at.strftime("%-d %B %Y"))
    };
    format!("at {clock} {day}")
}

/// A length of time in spoken words: `11 seconds`.
fn length(of: SignedDuration) -> String {
    let (number, unit) = match of.unsigned_abs().as_secs() as usize {
        seconds @ 0..120 => (seconds, "second"),
        seconds @ 120..7200 => (seconds / 60, "minute"),
        seconds @ 7200..172_800 => (seconds / 3600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    counted(number, unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Attempt, DeliveryError, MessageId, Recipient};
    use rstest::rstest;

    fn message(status: &Status, attempts: &[(&str, Option<&str>, Option<&str>)]) -> Message {
        let at = |text: &str| format!("2026-11-24T{text}Z").parse().unwrap();
        let attempt = |(created, sent, delivered): &(&str, Option<&str>, Option<&str>)| Attempt {
            status: Some(status.clone()),
            created_at: Some(at(created)),
            updated_at: None,
            sent_at: sent.map(at),
            delivered_at: delivered.map(at),
            error: (*status == Status::Failure).then(|| DeliveryError::new("", "recipient_unavailable")),
        };
        Message {
            recipient: Some(Recipient::new("6580001234")),
            status: Some(status.clone()),
            created_at: Some(at("06:02:10")),
            attempts: Some(attempts.iter().map(attempt).collect()),
            ..Message::new(MessageId::new("message_1"))
        }
    }

    #[rstest]
    #[case::delivered(
        message(&Status::Success, &[("06:02:10", Some("06:02:11"), Some("06:02:22"))]),
        "was sent at 2.02 pm today, and the phone company confirmed delivery 11 seconds later"
    )]
    #[case::delivered_at_an_unknown_time(
        message(&Status::Success, &[("06:02:10", Some("06:02:11"), None)]),
        "was sent at 2.02 pm today, and the phone company confirmed delivery"
    )]
    #[case::failed_again(
        message(&Status::Failure, &[("06:10:00", Some("06:10:01"), None), ("06:02:10", Some("06:02:11"), None)]),
        "was sent again at 2.10 pm today, but it was not delivered: the phone was off or out of reach"
    )]
    #[case::with_telco(
        message(&Status::SentToTelco, &[("06:02:10", Some("06:02:11"), None)]),
        "was sent at 2.02 pm today, and the phone company has not confirmed delivery yet"
    )]
    #[case::abroad(
        Message { recipient: Some(Recipient::new("60123456789")), ..message(&Status::SentToTelco, &[("06:02:10", Some("06:02:11"), None)]) },
        "was sent at 2.02 pm today, and went to a phone company abroad, which does not confirm delivery"
    )]
    #[case::queued(message(&Status::Enqueued, &[("06:02:10", None, None)]), "was created at 2.02 pm today, and is still on its way")]
    #[case::without_attempts(
        Message { attempts: None, status: None, ..message(&Status::Created, &[]) },
        "was created at 2.02 pm today; its status is unknown"
    )]
    #[case::retried_and_not_loaded_since(
        Message { status: Some(Status::Created), ..message(&Status::Failure, &[("06:02:10", Some("06:02:11"), None)]) },
        "was tried again, and is still on its way"
    )]
    fn what_became_of_a_message_as_it_is_said(#[case] message: Message, #[case] expected: &str) {
        let zone = TimeZone::get("Asia/Singapore").unwrap();
        assert_eq!(course(&message, &zone, "2026-11-24T08:00:00Z".parse().unwrap()), expected);
    }

    #[rstest]
    #[case("2026-11-24T06:02:11Z", "at 2.02 pm today")]
    #[case("2026-11-23T16:05:00Z", "at 12.05 am today")]
    #[case("2026-11-23T15:59:00Z", "at 11.59 pm yesterday")]
    #[case("2026-11-02T01:30:00Z", "at 9.30 am on 2 November")]
    #[case("2025-12-31T01:30:00Z", "at 9.30 am on 31 December 2025")]
    fn times_as_they_are_said(#[case] at: &str, #[case] expected: &str) {
        let zone = TimeZone::get("Asia/Singapore").unwrap();
        let now = "2026-11-24T08:00:00Z".parse().unwrap();
        assert_eq!(time(at.parse().unwrap(), &zone, now), expected);
    }

    #[rstest]
    #[case(1, "1 second")]
    #[case(11, "11 seconds")]
    #[case(125, "2 minutes")]
    #[case(86_400, "24 hours")]
    fn lengths_as_they_are_said(#[case] seconds: i64, #[case] expected: &str) {
        assert_eq!(length(SignedDuration::from_secs(seconds)), expected);
    }
}
