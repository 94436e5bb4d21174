//! What all campaigns answered about a recipient, as a sentence to say on the telephone.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::delivery::{Message, Status, counted, recipient_key};
use crate::tui::shared::{Campaign, Shared};

/// What can be said on the telephone: without the number, and without the text.
pub(super) fn sentence(shared: &Shared) -> String {
    let (answered, missing, _) = shared.across.counts();
    let mut found: Vec<(&Campaign, Message)> = Vec::new();
    let mut numbers: Vec<String> = Vec::new();
    for (index, campaign) in shared.campaigns.iter().enumerate() {
        let messages = shared.across.listed_of(index);
        for message in messages.iter().filter_map(|message| Some(campaign.store.message(campaign.store.row(message)?))) {
            if let Some(number) = message.recipient.as_ref().map(|recipient| recipient_key(recipient.as_str()))
                && !numbers.contains(&number)
            {
                numbers.push(number);
            }
            found.push((campaign, message));
        }
    }
    let mut open = match missing {
        0 => String::new(),
        1 => " One campaign could not be asked.".to_owned(),
        more => format!(" {more} campaigns could not be asked."),
    };
    let (uncertain, beside) = shared.across.uncertain();
    match uncertain {
        0 => {}
        1 => open.push_str(" One campaign gave no clear answer."),
        more => open.push_str(&format!(" {more} campaigns gave no clear answer.")),
    }
    if !beside.is_nothing() && uncertain == 0 {
        open.push_str(" There may be more: a campaign did not search, or some of its rows could not be read.");
    }
    if numbers.len() > 1 {
        return format!("These digits belong to {} numbers: ask for more of them.{open}", numbers.len());
    }
    let number = if is_part(shared) { "a number with these digits" } else { "this number" };
    let newest = found.into_iter().max_by_key(|(_, message)| message.created_at);
    let Some((campaign, message)) = newest else {
        return match answered.saturating_sub(uncertain) {
            0 if uncertain > 0 => format!("It is not known whether there is a message to {number}.{open}"),
            0 => format!("No campaign could be asked, so nothing is known about {number}."),
            1 if uncertain > 0 => format!("There is no message to {number} in the one campaign with a clear answer.{open}"),
            asked if uncertain > 0 => format!("There is no message to {number} in the {asked} campaigns with a clear answer.{open}"),
            1 => format!("There is no message to {number} in the one campaign that was asked.{open}"),
            asked => format!("There is no message to {number} in the {asked} campaigns that were asked.{open}"),
        };
    };
    let when = message.created_at.map_or("at an unknown time".to_owned(), |at| spoken(at, &shared.look.zone, shared.now));
    format!("The newest message, from “{}”, was created {when}; {}.{open}", campaign.settings.name, became(&message))
}

/// Whether the search is for part of a number.
pub(super) fn is_part(shared: &Shared) -> bool {
    shared.campaign().is_some_and(|campaign| campaign.find.query.is_part())
}

/// The outcome of a message, as the end of a sentence.
fn became(message: &Message) -> String {
    let newest = message.attempts.as_ref().and_then(|attempts| attempts.first());
    match &message.status {
        Some(Status::Success) => {
            let took = newest.and_then(|attempt| Some(attempt.delivered_at?.duration_since(attempt.sent_at.or(attempt.created_at)?)));
            match took.filter(|took| *took >= SignedDuration::ZERO) {
                Some(took) => format!("the telco confirmed delivery {} later", spoken_length(took)),
                None => "the telco confirmed delivery".to_owned(),
            }
        }
        Some(Status::Failure) => match message.error() {
            Some(error) => format!("it failed: {}", first_sentence(error.known().meaning())),
            None => "it failed, and no reason was given".to_owned(),
        },
        Some(Status::SentToTelco) => "it is with the telco, and delivery is not confirmed yet".to_owned(),
        Some(_) => "it is still on its way".to_owned(),
        None => "its status is unknown".to_owned(),
    }
}

/// `The phone was off. A retry may reach it.` as `the phone was off`.
fn first_sentence(advice: &str) -> String {
    let first = advice.split('.').next().unwrap_or_default();
    let mut letters = first.chars();
    letters.next().map(|letter| letter.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A time in spoken words: `at 2.02 pm today`.
fn spoken(at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
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
fn spoken_length(length: SignedDuration) -> String {
    let (number, unit) = match length.unsigned_abs().as_secs() as usize {
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
    use rstest::rstest;

    #[rstest]
    #[case("2026-11-24T06:02:11Z", "at 2.02 pm today")]
    #[case("2026-11-23T16:05:00Z", "at 12.05 am today")]
    #[case("2026-11-23T15:59:00Z", "at 11.59 pm yesterday")]
    #[case("2026-11-02T01:30:00Z", "at 9.30 am on 2 November")]
    #[case("2025-12-31T01:30:00Z", "at 9.30 am on 31 December 2025")]
    fn times_as_they_are_said(#[case] at: &str, #[case] expected: &str) {
        let zone = TimeZone::get("Asia/Singapore").unwrap();
        let now = "2026-11-24T08:00:00Z".parse().unwrap();
        assert_eq!(spoken(at.parse().unwrap(), &zone, now), expected);
    }

    #[rstest]
    #[case(1, "1 second")]
    #[case(11, "11 seconds")]
    #[case(125, "2 minutes")]
    #[case(86_400, "24 hours")]
    fn lengths_as_they_are_said(#[case] seconds: i64, #[case] expected: &str) {
        assert_eq!(spoken_length(SignedDuration::from_secs(seconds)), expected);
    }
}
