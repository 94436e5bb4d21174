//! What all questions have in common: which one it is, and the count that some of them ask for. How long
//! it has been on the screen is up to the input guard.

/// The most digits of a count: far more than any plan needs.
const LONGEST: usize = 9;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct OpenQuestion {
    /// Its number since the start; a new one whenever its content changes.
    pub id: u64,
}

impl OpenQuestion {
    /// A question that was not asked before.
    pub fn new(id: u64) -> Self {
        Self { id }
    }
}

/// The count that a person types where one is asked for: nobody types a number by mistake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct Count {
    /// What has been typed.
    pub typed: String,
}

impl Count {
    /// Adds a digit.
    pub fn digit(&mut self, digit: char) {
        if digit.is_ascii_digit() && self.typed.len() < LONGEST {
            self.typed.push(digit);
        }
    }

    /// Removes a digit. False where there was none.
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
