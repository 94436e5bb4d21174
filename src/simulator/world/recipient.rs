//! Recipients: numbers that were never assigned to anyone.

use super::dice::{Dice, For};

/// A phone number: digits with country code, no `+`, at most 15 of them (ITU-T E.164).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recipient {
    digits: [u8; 15],
    length: u8,
}

impl Recipient {
    /// A number that a send names, as the API takes it: digits with the country code and nothing else. Eight digits as
    /// they are dialled in Singapore are a number without one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_of_length = match text.get(..2) {
            Some("65") => text.len() == 10,
            _ => (8..=15).contains(&text.len()),
        };
        let is_local = text.len() == 8 && text.starts_with(['3', '6', '8', '9']);
        let valid = is_of_length && !is_local && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| Self::from_digits(text.as_bytes()))
    }

    fn from_digits(text: &[u8]) -> Self {
        let mut digits = [0; 15];
        let length = text.len().min(15);
        digits[..length].copy_from_slice(&text[..length]);
        Self { digits, length: length as u8 }
    }

    /// An invented number: `65 80dd dddd` in Singapore, or one of the ranges that the United Kingdom,
    /// North America and Australia keep for fiction.
    pub(super) fn invent(person: Dice, foreign_rate: f64) -> Self {
        let (prefix, places): (&[u8], usize) = if person.share(For::Foreign, 0) < foreign_rate {
            match person.below(For::Foreign, 1, 3) {
                0 => (b"447700900", 3),
                1 => (b"1555010", 4),
                _ => (b"61491570", 3),
            }
        } else {
            (b"6580", 6)
        };
        let mut recipient = Self::from_digits(prefix);
        let mut number = person.draw(For::Number, 0);
        for _ in 0..places {
            recipient.digits[usize::from(recipient.length)] = b'0' + (number % 10) as u8;
            recipient.length += 1;
            number /= 10;
        }
        recipient
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.digits[..usize::from(self.length)]
    }

    pub(super) fn is_foreign(&self) -> bool {
        !self.as_bytes().starts_with(b"65")
    }

    pub(super) fn contains(&self, part: &[u8]) -> bool {
        part.is_empty() || self.as_bytes().windows(part.len()).any(|window| window == part)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn invented_numbers_stay_in_their_ranges() {
        let mut foreign = 0;
        for n in 0..5000 {
            let recipient = Recipient::invent(Dice::new(n), 0.2);
            let text = std::str::from_utf8(recipient.as_bytes()).unwrap();
            let known = (text.starts_with("6580") && text.len() == 10)
                || (text.starts_with("447700900") && text.len() == 12)
                || (text.starts_with("1555010") && text.len() == 11)
                || (text.starts_with("61491570") && text.len() == 11);
            assert!(known, "{text}");
            foreign += usize::from(recipient.is_foreign());
        }
        assert!((800..1200).contains(&foreign), "{foreign}");
    }

    #[rstest]
    #[case("6580001234", true)]
    #[case("447700900123", true)]
    #[case("+6580001234", false)]
    #[case("80001234", false)]
    #[case("68001234", false)]
    #[case("658000123", false)]
    #[case("65800012345", false)]
    #[case("6580O01234", false)]
    #[case("65-80001234", false)]
    #[case("6580001234 ", false)]
    #[case("29080001", true)]
    #[case("65 80001234", false)]
    #[case("06580001234", false)]
    #[case("1234567", false)]
    #[case("1234567890123456", false)]
    #[case("S0000000A", false)]
    #[case("", false)]
    #[case("६५८०००१२३४", false)]
    fn only_digits_with_country_code_are_valid(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(Recipient::parse(text).is_some(), valid);
    }

    #[test]
    fn a_part_is_found_anywhere() {
        let recipient = Recipient::parse("6580001234").unwrap();
        for (part, found) in [("", true), ("1234", true), ("6580", true), ("0012", true), ("1235", false), ("65800012345", false)] {
            assert_eq!(recipient.contains(part.as_bytes()), found, "{part}");
        }
    }
}
