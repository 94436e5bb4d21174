//! The recipient of a message, shown in full or masked.

use std::fmt;
use std::sync::Arc;

use super::{RecipientQuery, calling_country};

/// The sign for a hidden digit: one column wide everywhere.
const HIDDEN: char = '∙';

/// The recipient of a message as the API gives it: digits with country code and no `+`, or, in some old campaigns, an
/// NRIC number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Recipient(Arc<str>);

/// What a recipient's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipientKind {
    /// A number of Singapore, `65…`.
    Singapore,
    /// A number of another country: `sent_to_telco` is its last status.
    Abroad,
    /// An identity number, a letter, seven digits and a letter.
    Nric,
    /// Anything else.
    Other,
}

/// How a recipient is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask<'a> {
    /// In full.
    Off,
    /// With the middle hidden.
    On,
    /// With the middle hidden, except for the characters that were searched for.
    Searched(&'a RecipientQuery),
}

impl Recipient {
    /// A recipient as the API wrote it.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text as the API wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is.
    pub fn kind(&self) -> RecipientKind {
        kind(&self.0)
    }

    /// The country of a phone number, where the calling code is known.
    pub fn country(&self) -> Option<&'static str> {
        match self.kind() {
            RecipientKind::Singapore | RecipientKind::Abroad => calling_country(&self.0).map(|(_, country)| country),
            RecipientKind::Nric | RecipientKind::Other => None,
        }
    }

    /// The text for a screen, a clipboard or an export: full numbers are grouped (`65 8000 1234`), masked ones have
    /// one hidden sign for each hidden character.
    pub fn shown(&self, mask: Mask<'_>) -> String {
        match mask {
            Mask::Off => grouped(&self.0),
            Mask::On => masked(&self.0, &(0..0)),
            Mask::Searched(query) => masked(&self.0, &query.found_in(&self.0).unwrap_or(0..0)),
        }
    }
}

impl fmt::Debug for Recipient {
    /// Masked: a full recipient must never reach a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Recipient({})", self.shown(Mask::On))
    }
}

impl RecipientKind {
    /// What a recipient's text is.
    pub fn of(text: &str) -> Self {
        kind(text)
    }
}

fn kind(text: &str) -> RecipientKind {
    let bytes = text.as_bytes();
    if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit) {
        return if text.starts_with("65") { RecipientKind::Singapore } else { RecipientKind::Abroad };
    }
    match bytes {
        [first, middle @ .., last]
            if middle.len() == 7 && first.is_ascii_alphabetic() && last.is_ascii_alphabetic() && middle.iter().all(u8::is_ascii_digit) =>
        {
            RecipientKind::Nric
        }
        _ => RecipientKind::Other,
    }
}

fn grouped(text: &str) -> String {
    match kind(text) {
        RecipientKind::Singapore if text.len() == 10 => format!("{} {} {}", &text[..2], &text[2..6], &text[6..]),
        RecipientKind::Abroad => match calling_country(text) {
            Some((code, _)) => format!("{} {}", code, &text[code.len()..]),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

fn masked(text: &str, searched: &std::ops::Range<usize>) -> String {
    let count = text.chars().count();
    // Fewer characters than the mask would show at the ends: show none.
    let (head, tail) = match kind(text) {
        RecipientKind::Singapore | RecipientKind::Abroad => (2, 4),
        RecipientKind::Nric => (1, 4),
        RecipientKind::Other => (2, 2),
    };
    let (head, tail) = if count <= head + tail { (0, 0) } else { (head, tail) };
    text.char_indices()
        .enumerate()
        .map(|(index, (at, letter))| {
            let shown = index < head || index >= count - tail || searched.contains(&at);
            if shown { letter } else { HIDDEN }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("6580001234", "65∙∙∙∙1234")]
    #[case("447700900123", "44∙∙∙∙∙∙0123")]
    #[case("S1234567A", "S∙∙∙∙567A")]
    #[case("T7654321z", "T∙∙∙∙321z")]
    #[case("someone@x", "so∙∙∙∙∙@x")]
    #[case("123456", "∙∙∙∙∙∙")]
    #[case("", "")]
    fn masks(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(Recipient::new(text).shown(Mask::On), shown);
    }

    #[rstest]
    #[case("6580001234", "0012", "65∙∙001234")]
    #[case("S1234567A", "s12", "S12∙∙567A")]
    #[case("6580001234", "999", "65∙∙∙∙1234")]
    fn searched_digits_are_shown(#[case] text: &str, #[case] query: &str, #[case] shown: &str) {
        let query = RecipientQuery::parse(query).unwrap();
        assert_eq!(Recipient::new(text).shown(Mask::Searched(&query)), shown);
    }

    #[rstest]
    #[case("6580001234", "65 8000 1234", Some("Singapore"))]
    #[case("447700900123", "44 7700900123", Some("United Kingdom"))]
    #[case("S1234567A", "S1234567A", None)]
    fn whole_numbers_are_grouped(#[case] text: &str, #[case] shown: &str, #[case] country: Option<&str>) {
        let recipient = Recipient::new(text);
        assert_eq!((recipient.shown(Mask::Off).as_str(), recipient.country()), (shown, country));
    }

    #[test]
    fn nothing_personal_reaches_a_log() {
        assert!(!format!("{:?}", Recipient::new("6580001234")).contains("80001234"));
    }

    proptest! {
        #[test]
        fn a_mask_hides_the_middle_and_keeps_the_length(digits in "65[0-9]{8}") {
            let shown = Recipient::new(digits.as_str()).shown(Mask::On);
            prop_assert_eq!(shown.chars().count(), 10);
            prop_assert_eq!(shown.chars().filter(|sign| *sign == HIDDEN).count(), 4);
        }
    }
}
