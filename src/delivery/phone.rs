//! A phone number as a person types it to send to it: taken only as it is, and completed only after asking.
//!
//! Unlike a search, which may find more than was meant, nothing is left out here: no extension, no dialling prefix.

use std::ops::RangeInclusive;

use super::query::{fold, is_whole};
use super::text::named;
use super::{Recipient, RecipientKind};

/// How many digits a number can have with its country code: the API takes none with fewer, and there is none with more
/// (ITU-T E.164).
pub const PHONE_DIGITS: RangeInclusive<usize> = 8..=15;

/// Why the typed text is no number to send to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPhoneNumber {
    /// Nothing was typed.
    #[error("a number is missing")]
    Missing,
    /// A number of Singapore without `65`.
    #[error("the country code is missing")]
    CountryCodeMissing {
        /// The same number with `65`.
        completed: Recipient,
    },
    /// `80001234, 80005678`.
    #[error("give one number only")]
    Several,
    /// `+44 (0) 20`.
    #[error("leave out the (0)")]
    BracketedZero,
    /// `0065 8000 1234`.
    #[error("begins with 0: begin with the country code, as in 6580001234")]
    LeadingZero,
    /// Anything but digits and what people put between them.
    #[error("digits only: {} cannot be in a number", named(*.0))]
    Character(char),
    /// Fewer digits than a number with a country code has.
    #[error("too short: {digits} digits, and a number with country code has {} or more", PHONE_DIGITS.start(), digits = .0)]
    TooShort(usize),
    /// More digits than any number has.
    #[error("too long: {digits} digits, and a number has {} at most", PHONE_DIGITS.end(), digits = .0)]
    TooLong(usize),
}

/// The number that was typed: `+65 8000-1234` gives `6580001234`.
///
/// # Errors
/// It is none, or its country code is missing.
pub fn phone_number(typed: &str) -> Result<Recipient, NotAPhoneNumber> {
    // A line break at an end is part of how it was given, one in between begins another number.
    let text = fold(typed.trim());
    let text = text.trim();
    if text.contains("(0)") || text.contains("[0]") {
        return Err(NotAPhoneNumber::BracketedZero);
    }
    let mut digits = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        match letter {
            '0'..='9' => digits.push(letter),
            '+' if at == 0 => {}
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '(' | ')' | '[' | ']' => {}
            ',' | ';' | '/' | '|' | '&' | '+' => return Err(NotAPhoneNumber::Several),
            _ if letter.is_whitespace() => {}
            _ => return Err(NotAPhoneNumber::Character(letter)),
        }
    }
    check_digits(&digits)?;
    Ok(Recipient::new(digits))
}

/// Whether these digits are a number with its country code.
///
/// # Errors
/// They are none, or its country code is missing.
pub fn check_digits(digits: &str) -> Result<(), NotAPhoneNumber> {
    match digits.len() {
        0 => Err(NotAPhoneNumber::Missing),
        _ if digits.starts_with('0') => Err(NotAPhoneNumber::LeadingZero),
        8 if is_whole(digits) => Err(NotAPhoneNumber::CountryCodeMissing { completed: Recipient::new(format!("65{digits}")) }),
        len if len < *PHONE_DIGITS.start() => Err(NotAPhoneNumber::TooShort(len)),
        len if len > *PHONE_DIGITS.end() => Err(NotAPhoneNumber::TooLong(len)),
        _ => Ok(()),
    }
}

impl Recipient {
    /// Where a phone number is, as far as it tells: `Singapore, mobile`, `Malaysia`, `abroad`.
    pub fn place(&self) -> String {
        match (self.kind(), self.as_str().as_bytes().get(2)) {
            (RecipientKind::Singapore, first) if self.is_usual() => match first {
                Some(b'8' | b'9') => "Singapore, mobile".to_owned(),
                Some(b'6') => "Singapore, landline".to_owned(),
                _ => "Singapore, internet phone".to_owned(),
            },
            _ => self.country().unwrap_or("abroad").to_owned(),
        }
    }

    /// Whether it has the form of its country's numbers.
    pub fn is_usual(&self) -> bool {
        is_usual_number(self.as_str())
    }
}

/// Whether a number has the form of its country's numbers, as far as that is known: those of Singapore have eight digits
/// after the country code, which begin with 3, 6, 8 or 9.
pub fn is_usual_number(text: &str) -> bool {
    RecipientKind::of(text) != RecipientKind::Singapore || (text.len() == 10 && is_whole(text))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("6580001234", "Singapore, mobile")]
    #[case("+65 8000-1234", "Singapore, mobile")]
    #[case(" (65) 6800 1234 \n", "Singapore, landline")]
    #[case("65\u{a0}3158\u{2013}1234", "Singapore, internet phone")]
    #[case("\u{202a}+65 9000 1234\u{202c}", "Singapore, mobile")]
    #[case("６５８０００１２３４", "Singapore, mobile")]
    #[case("6511111111", "Singapore")]
    #[case("65800012345", "Singapore")]
    #[case("+44 7700 900123", "United Kingdom")]
    #[case("29080001", "abroad")]
    fn what_people_write_is_a_number(#[case] typed: &str, #[case] place: &str) {
        let number = phone_number(typed).unwrap();
        assert!(number.as_str().bytes().all(|byte| byte.is_ascii_digit()), "{typed}");
        assert_eq!(number.place(), place);
    }

    #[rstest]
    #[case("", "a number is missing")]
    #[case(" + ", "a number is missing")]
    #[case("8000 1234", "the country code is missing")]
    #[case("+80001234", "the country code is missing")]
    #[case("80001234, 80005678", "give one number only")]
    #[case("6580001234\n6580005678", "give one number only")]
    #[case("65+80001234", "give one number only")]
    #[case("+44 (0) 7700 900123", "leave out the (0)")]
    #[case("+44 (0)7700 900123", "leave out the (0)")]
    #[case("0065 8000 1234", "begins with 0: begin with the country code, as in 6580001234")]
    #[case("S1234567A", "digits only: \"S\" cannot be in a number")]
    #[case("6580001234 ext 5", "digits only: \"e\" cannot be in a number")]
    #[case("6580001234.0", "digits only: \".\" cannot be in a number")]
    #[case("65∙∙∙∙1234", "digits only: \"∙\" cannot be in a number")]
    #[case("1234567", "too short: 7 digits, and a number with country code has 8 or more")]
    #[case("1234567890123456", "too long: 16 digits, and a number has 15 at most")]
    fn anything_else_is_none(#[case] typed: &str, #[case] expected: &str) {
        assert_eq!(phone_number(typed).unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_missing_country_code_is_offered() {
        let Err(NotAPhoneNumber::CountryCodeMissing { completed }) = phone_number("8000 1234") else { panic!("it is missing") };
        assert_eq!((completed.as_str(), phone_number("6580001234").unwrap()), ("6580001234", completed.clone()));
        assert!(!format!("{:?}", phone_number("80001234")).contains("80001234"), "no number in a log");
    }
}
