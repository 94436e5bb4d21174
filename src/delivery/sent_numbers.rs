//! The numbers that had a message, to say so before a file sends them another one.

use std::fmt;

use hashbrown::HashSet;

use super::Recipient;

/// The longest text of digits that a `u64` holds whatever they are.
const MOST_DIGITS: usize = 19;

/// A set of phone numbers, and whether it is all that there are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SentNumbers {
    numbers: HashSet<u64>,
    is_whole: bool,
}

impl SentNumbers {
    /// No numbers yet. `is_whole`: whether every number that had a message will be among them.
    pub fn new(is_whole: bool) -> Self {
        Self { numbers: HashSet::new(), is_whole }
    }

    /// Adds the number of a recipient; one that is not a phone number is left out.
    pub fn insert(&mut self, recipient: &Recipient) {
        self.numbers.extend(number_of(recipient.as_str()));
    }

    /// Whether this number had a message.
    pub fn contains(&self, number: u64) -> bool {
        self.numbers.contains(&number)
    }

    /// Whether these are all numbers that had a message.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

impl<'a> FromIterator<&'a Recipient> for SentNumbers {
    /// All numbers that there are.
    fn from_iter<I: IntoIterator<Item = &'a Recipient>>(recipients: I) -> Self {
        let mut numbers = Self::new(true);
        recipients.into_iter().for_each(|recipient| numbers.insert(recipient));
        numbers
    }
}

impl fmt::Debug for SentNumbers {
    /// Without the numbers.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SentNumbers({}, whole: {})", self.len(), self.is_whole)
    }
}

/// Digits as a number; `None` for anything else than digits.
pub fn number_of(digits: &str) -> Option<u64> {
    let is_digits = (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| digits.bytes().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_are_kept_and_nothing_else() {
        let recipients = ["6580001234", "S1234567A", "", "447700900123"].map(Recipient::new);
        let numbers: SentNumbers = recipients.iter().collect();
        assert_eq!((numbers.len(), numbers.is_whole()), (2, true));
        assert!(numbers.contains(6_580_001_234) && !numbers.contains(1_234_567));
        assert!(!format!("{numbers:?}").contains("8000"), "no number in a log");
        assert_eq!(number_of("9999999999999999999"), Some(9_999_999_999_999_999_999));
        assert_eq!(number_of("10000000000000000000"), None);
    }
}
