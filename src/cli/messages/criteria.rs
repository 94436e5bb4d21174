//! Which messages are selected: by number, status, class, code and time, and whether the requested statuses and codes exist at
//! all.

use std::collections::BTreeMap;

use super::super::context::{counted, grouped};
use super::super::window::{AttemptWindow, Placement};
use super::super::{Exit, Failure};
use crate::config::nearest;
use crate::delivery::{Class, ErrorCode, Message, NotANumber, RecipientQuery, Status, clean_line};

/// What a message must be to be listed. Empty criteria let all pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::cli) struct MessageFilter {
    /// One of these statuses.
    pub statuses: Vec<StatusArgument>,
    /// In one of these classes, which only the store of all that was loaded can tell: [`MessageFilter::fit`] does not
    /// look at them.
    pub classes: Vec<Class>,
    /// Failed with one of these codes.
    pub errors: Vec<String>,
    /// In this time window.
    pub window: AttemptWindow,
}

/// A requested status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusArgument {
    /// One in the API's table.
    Known(Status),
    /// Any status of another name, which is counted as `other`.
    Other,
    /// One with another name: the API may still have it.
    Named(String),
}

/// Whether a message is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Fit {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It would be, but its times are before the window.
    Older,
    /// It would be, but the API does not give the deciding time.
    NotGiven,
}

impl MessageFilter {
    /// Whether every message is selected.
    pub fn is_all(&self) -> bool {
        let has_no_words = self.statuses.is_empty() && self.classes.is_empty() && self.errors.is_empty();
        has_no_words && self.window.since.is_none() && self.window.until.is_none()
    }

    /// Whether a message is selected, if it is in a requested class.
    pub fn fit(&self, message: &Message) -> Fit {
        let status = || message.status.as_ref().is_some_and(|status| self.statuses.iter().any(|asked| asked.is(status)));
        let code = || message.error().map(|error| error.code).unwrap_or_default();
        let fits = (self.statuses.is_empty() || status())
            && (self.errors.is_empty() || message.status == Some(Status::Failure) && self.errors.iter().any(|wanted| **wanted == *code()));
        if !fits {
            return Fit::No;
        }
        match self.window.placement_of(message) {
            Placement::In => Fit::Yes,
            Placement::Before => Fit::Older,
            Placement::Out => Fit::No,
            Placement::NotGiven => Fit::NotGiven,
        }
    }
}

impl StatusArgument {
    fn is(&self, status: &Status) -> bool {
        match (self, status) {
            (StatusArgument::Known(asked), status) => asked == status,
            (StatusArgument::Other, Status::Other(_)) => true,
            (StatusArgument::Named(asked), Status::Other(word)) => plain(asked) == plain(word),
            _ => false,
        }
    }
}

fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['_', '-'], " ")
}

/// A status, by the API's word or by the one on the screen. The API can add statuses, so another word is accepted, and
/// judged by what was loaded.
///
/// # Errors
/// The word is empty.
pub(super) fn status(text: &str) -> Result<StatusArgument, String> {
    let known = Status::parse(text).map(StatusArgument::Known);
    match plain(text).as_str() {
        "" => Err(format!("expected {}, or another status of the API", known_statuses())),
        "other" => Ok(StatusArgument::Other),
        _ => Ok(known.unwrap_or_else(|| StatusArgument::Named(text.trim().to_owned()))),
    }
}

/// A class of messages.
///
/// # Errors
/// It is none.
pub(super) fn class(text: &str) -> Result<Class, String> {
    Class::parse(text).ok_or_else(|| {
        let known = format!("expected {}", Class::ALL.map(Class::argument).join(", "));
        match nearest(text, Class::ALL.map(Class::argument)) {
            Some(nearest) => format!("{known}; did you mean `{nearest}`?"),
            None => known,
        }
    })
}

/// An error code.
///
/// # Errors
/// It is empty.
pub(in crate::cli) fn code(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("expected an error code, such as `recipient_unavailable`".to_owned()),
        code => Ok(code.to_owned()),
    }
}

/// A status by the word on the screen, and by the API's if that differs.
fn both_words(status: &Status) -> String {
    match (status.word(), status.api_word()) {
        (word, api) if word == api => word.to_owned(),
        (word, api) => format!("{word} ({api})"),
    }
}

/// The statuses and error codes of everything loaded, selected or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::cli) struct SeenValues {
    messages: usize,
    statuses: BTreeMap<String, usize>,
    codes: BTreeMap<String, usize>,
}

impl SeenValues {
    /// A message was loaded.
    pub fn note(&mut self, message: &Message) {
        self.messages += 1;
        if let Some(status) = &message.status {
            *self.statuses.entry(status.word().to_owned()).or_default() += 1;
        }
        if let Some(error) = message.error().filter(|error| !error.code.is_empty()) {
            *self.codes.entry(error.code.to_string()).or_default() += 1;
        }
    }

    /// The first requested name that is neither in the API's table nor in what was loaded: most likely a typo, which
    /// must not look like "there is none". A name in the table never is one.
    ///
    /// # Errors
    /// That name, with those seen and the nearest name.
    pub fn check(&self, wanted: &MessageFilter) -> Result<(), Failure> {
        for asked in &wanted.statuses {
            let StatusArgument::Named(name) = asked else { continue };
            if !self.statuses.keys().any(|seen| plain(seen) == plain(name)) {
                let words = Status::KNOWN.iter().flat_map(|status| [status.word(), status.api_word()]);
                return Err(self.unknown("status", name, &self.statuses, &known_statuses(), words));
            }
        }
        for code in &wanted.errors {
            if ErrorCode::from_api(code) == ErrorCode::Unlisted && !self.codes.contains_key(code) {
                let listed = ErrorCode::LISTED.map(ErrorCode::api_word);
                return Err(self.unknown("error code", code, &self.codes, &listed.join(", "), listed.into_iter()));
            }
        }
        Ok(())
    }

    fn unknown<'a>(
        &'a self,
        thing: &str,
        name: &str,
        seen: &'a BTreeMap<String, usize>,
        known: &str,
        words: impl Iterator<Item = &'a str>,
    ) -> Failure {
        let name = clean_line(name);
        let mut counts: Vec<(&String, usize)> = seen.iter().map(|(word, count)| (word, *count)).collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let reported: Vec<String> = counts.iter().map(|(word, count)| format!("`{}` ({})", clean_line(word), grouped(*count))).collect();
        let why = match reported.as_slice() {
            [] => format!("{} loaded, none with {}.", counted(self.messages, "message"), article(thing)),
            reported => format!("The {} loaded have {}.", counted(self.messages, "message"), reported.join(", ")),
        };
        let near = nearest(&name, words.chain(seen.keys().map(String::as_str)));
        let next =
            near.map_or_else(|| format!("The API's reference lists {known}."), |near| format!("Did you mean `{}`?", clean_line(&near)));
        Failure::new(Exit::Usage, format!("No message has the {thing} `{name}`."), why, next)
    }
}

fn known_statuses() -> String {
    Status::KNOWN.iter().map(both_words).collect::<Vec<_>>().join(", ")
}

fn article(thing: &str) -> String {
    let article = if thing.starts_with('e') { "an" } else { "a" };
    format!("{article} {thing}")
}

/// Says that a server gave messages to other numbers, which were left out.
pub(in crate::cli) fn did_not_search(others: usize) -> String {
    format!("The server did not search: {} to other numbers left out.", counted(others, "message"))
}

/// What `typed` searches for. `option` is the option it was given to, if any.
///
/// # Errors
/// Wrong usage: not a number, or too short a part of one.
pub(in crate::cli) fn looked_for(option: Option<&str>, typed: Result<RecipientQuery, NotANumber>) -> Result<RecipientQuery, Failure> {
    let name = option.map(|option| format!("`{option}`"));
    let query = typed.map_err(|why| {
        let what = match &name {
            Some(name) => format!("{name} cannot look for this: {why}."),
            None => format!("This cannot be searched for: {why}."),
        };
        Failure::usage(what, "Give one number such as `+65 8000 1234`, or a part of it; or the letters and digits of an NRIC.")
    })?;
    if query.is_askable() {
        return Ok(query);
    }
    let what = match &name {
        None if query.is_empty() => "No number was given.".to_owned(),
        name => {
            let name = name.as_deref().unwrap_or("A number");
            format!("{name} needs at least {} digits or letters.", RecipientQuery::SHORTEST)
        }
    };
    Err(Failure::usage(what, "Give the number or a part of it: fewer digits would match nearly every recipient."))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rstest::rstest;

    use super::*;
    use crate::cli::Exit;
    use crate::delivery::{DeliveryError, MessageId};
    use crate::postman::record::tests::message;

    fn since(since: Timestamp) -> AttemptWindow {
        AttemptWindow { since: Some(since), ..AttemptWindow::default() }
    }

    #[test]
    fn all_conditions_must_hold() {
        let message = message();
        let created = message.created_at.unwrap();
        let later = created + jiff::SignedDuration::from_hours(1000);
        assert!(!MessageFilter { classes: vec![Class::Stuck], ..MessageFilter::default() }.is_all());
        assert!(MessageFilter::default().is_all() && MessageFilter::default().fit(&message) == Fit::Yes);
        let wanted = MessageFilter {
            statuses: vec![StatusArgument::Known(Status::Failure)],
            errors: vec!["routing_error".to_owned()],
            classes: Vec::new(),
            window: AttemptWindow { until: Some(later), ..since(created) },
        };
        assert_eq!(wanted.fit(&message), Fit::Yes);
        assert_eq!(MessageFilter { statuses: vec![StatusArgument::Known(Status::Success)], ..wanted.clone() }.fit(&message), Fit::No);
        assert_eq!(MessageFilter { errors: vec!["recipient_invalid".to_owned()], ..wanted.clone() }.fit(&message), Fit::No);
        assert_eq!(MessageFilter { window: since(later), ..wanted.clone() }.fit(&message), Fit::Older);
        assert_eq!(
            MessageFilter { window: AttemptWindow { since: None, until: Some(created), horizon: None }, ..wanted }.fit(&message),
            Fit::No
        );
    }

    #[test]
    fn a_message_without_a_time_is_in_no_window_and_that_is_known_only_of_one_that_fits() {
        let timeless = Message { status: Some(Status::Failure), ..Message::new(MessageId::new("m")) };
        let wanted = MessageFilter { window: since(Timestamp::UNIX_EPOCH), ..MessageFilter::default() };
        assert_eq!((MessageFilter::default().fit(&timeless), wanted.fit(&timeless)), (Fit::Yes, Fit::NotGiven));
        assert_eq!(MessageFilter { statuses: vec![StatusArgument::Known(Status::Success)], ..wanted }.fit(&timeless), Fit::No);
    }

    #[rstest]
    #[case("success", "success", true)]
    #[case("delivered", "success", true)]
    #[case("with telco", "sent_to_telco", true)]
    #[case("sent-to-telco", "sent_to_telco", true)]
    #[case("failed", "failure", true)]
    #[case("failed", "parked", false)]
    #[case("teleported", "teleported", true)]
    #[case("On-Hold", "on_hold", true)]
    #[case("parked", "teleported", false)]
    #[case("other", "teleported", true)]
    #[case("OTHER", "parked", true)]
    #[case("other", "success", false)]
    fn a_status_has_two_words_and_may_be_another(#[case] asked: &str, #[case] status: &str, #[case] is: bool) {
        assert_eq!(super::status(asked).unwrap().is(&Status::from_api(status)), is);
    }

    #[test]
    fn a_class_that_is_none_is_told_with_all_of_them_and_the_nearest() {
        assert_eq!(class("on-the-way"), Ok(Class::OnTheWay));
        let expected = "expected delivered, failed, on-the-way, stuck, unconfirmed, sent-abroad, handed-over, other";
        assert_eq!(class("unconfirmd"), Err(format!("{expected}; did you mean `unconfirmed`?")));
        assert_eq!(class("zzz"), Err(expected.to_owned()));
    }

    #[test]
    fn nothing_is_no_status_and_no_code() {
        assert!(status(" ").unwrap_err().contains("queued (enqueued)"));
        assert!(code("").is_err() && code(" ").is_err());
        assert_eq!(code(" routing_error ").unwrap(), "routing_error");
    }

    fn seen(messages: &[(&str, &str)]) -> SeenValues {
        let mut seen = SeenValues::default();
        for (status, code) in messages {
            let mut message = Message { status: Some(Status::from_api(status)), ..Message::new(MessageId::new("m")) };
            message.legacy_error = (!code.is_empty()).then(|| DeliveryError::new("", code).code.to_string());
            seen.note(&message);
        }
        seen
    }

    fn checked(seen: &SeenValues, statuses: &[&str], errors: &[&str]) -> Option<String> {
        let statuses = statuses.iter().map(|text| status(text).unwrap()).collect();
        let errors = errors.iter().map(|code| (*code).to_owned()).collect();
        let wanted = MessageFilter { statuses, errors, ..MessageFilter::default() };
        let failure = seen.check(&wanted).err()?;
        assert_eq!(failure.exit, Exit::Usage);
        Some(failure.to_string())
    }

    #[test]
    fn a_name_of_the_table_is_no_mistake_and_neither_is_one_that_was_seen() {
        let empty = SeenValues::default();
        for known in ["sending", "queued", "enqueued", "with telco", "other"] {
            assert_eq!(checked(&empty, &[known], &[]), None, "{known}");
        }
        assert_eq!(checked(&empty, &[], &["routing_error", "server_unknown_error"]), None);
        let some = seen(&[("teleported", ""), ("failure", "brand_new")]);
        assert_eq!(checked(&some, &["Teleported"], &["brand_new"]), None);
    }

    #[test]
    fn any_other_name_is_told_with_those_seen_and_the_nearest() {
        let some = seen(&[("failure", "brand_new"), ("failure", "routing_error"), ("failure", "brand_new"), ("success", "")]);
        let reported = checked(&some, &["failed", "delivred"], &[]).unwrap();
        assert!(reported.contains("No message has the status `delivred`.") && reported.contains("Did you mean `delivered`?"), "{reported}");
        assert!(reported.contains("The 4 messages loaded have `failed` (3), `delivered` (1)."), "{reported}");
        let reported = checked(&some, &[], &["routing_error", "brandnew"]).unwrap();
        assert!(reported.contains("the error code `brandnew`") && reported.contains("`brand_new` (2), `routing_error` (1)"), "{reported}");
        assert!(reported.contains("Did you mean `brand_new`?"), "{reported}");
        let reported = checked(&SeenValues::default(), &["zzz"], &[]).unwrap();
        assert!(
            reported.contains("0 messages loaded, none with a status.")
                && reported.contains("The API's reference lists created, queued (enqueued)"),
            "{reported}"
        );
    }
}
