//! What all questions have in common: which one it is, since when it is on the screen, and the
//! count that some of them want typed.

use jiff::{SignedDuration, Timestamp};

/// How long a question must have been on the screen before it can be agreed to: keys that were
/// meant for what was there before arrive within that time.
const ARMOUR: SignedDuration = SignedDuration::from_millis(400);

/// The most digits of a count: far more than any plan has.
const LONGEST: usize = 9;

/// A question that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Asked {
    /// Which question this is, since the start.
    pub id: u64,
    /// When it was first drawn as it stands.
    drawn_at: Option<Timestamp>,
}

impl Asked {
    /// A question that was not drawn yet.
    pub fn new(id: u64) -> Self {
        Self { id, drawn_at: None }
    }

    /// It is on the screen.
    pub fn drawn(&mut self, now: Timestamp) {
        self.drawn_at.get_or_insert(now);
    }

    /// Whether it has been on the screen for long enough to be agreed to.
    pub fn is_armed(&self, now: Timestamp) -> bool {
        // A clock that was set back must not lock the question for hours.
        self.drawn_at.is_some_and(|drawn| now.duration_since(drawn).abs() >= ARMOUR)
    }
}

/// The count that a person types, where that is asked for: nobody types a number by mistake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct Count {
    /// What has been typed.
    pub typed: String,
}

impl Count {
    /// One more digit.
    pub fn digit(&mut self, digit: char) {
        if digit.is_ascii_digit() && self.typed.len() < LONGEST {
            self.typed.push(digit);
        }
    }

    /// One digit less. False where there was none.
    pub fn rub_out(&mut self) -> bool {
        self.typed.pop().is_some()
    }

    /// Nothing was typed.
    pub fn clear(&mut self) {
        self.typed.clear();
    }

    /// Whether it is this number.
    pub fn is(&self, number: usize) -> bool {
        self.typed.parse() == Ok(number) && !self.typed.starts_with('0')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_the_number_and_nothing_else() {
        let mut count = Count::default();
        assert!(!count.is(0));
        for letter in "02 a2".chars() {
            count.digit(letter);
        }
        assert_eq!((count.typed.as_str(), count.is(22)), ("022", false));
        count = Count::default();
        count.digit('2');
        assert!(!count.is(22));
        count.digit('2');
        assert!(count.is(22) && count.rub_out() && !count.is(22) && count.rub_out() && !count.rub_out());
    }
}
