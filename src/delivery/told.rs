//! Whether an answer told a field, told that it is empty, or did not mention it.

/// A field of an answer. The API's answers leave fields out (a retry's answer has no attempts, a
/// batch page no batches), and a field left out must keep what was known, while a `null` clears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Told<T> {
    /// The key was not in the answer: what was known stays.
    #[default]
    Absent,
    /// The key was there with `null`: what was known is cleared.
    Null,
    /// The key was there with a value.
    Value(T),
}

impl<T> Told<T> {
    /// The value, where one was told.
    pub fn value(self) -> Option<T> {
        match self {
            Told::Value(value) => Some(value),
            Told::Absent | Told::Null => None,
        }
    }

    /// The value by reference, where one was told.
    pub fn as_ref(&self) -> Told<&T> {
        match self {
            Told::Absent => Told::Absent,
            Told::Null => Told::Null,
            Told::Value(value) => Told::Value(value),
        }
    }

    /// The same telling with the value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Told<U> {
        match self {
            Told::Absent => Told::Absent,
            Told::Null => Told::Null,
            Told::Value(value) => Told::Value(change(value)),
        }
    }

    /// The same telling, where a value that cannot be used counts as not told.
    pub fn and_then<U>(self, change: impl FnOnce(T) -> Option<U>) -> Told<U> {
        match self {
            Told::Absent => Told::Absent,
            Told::Null => Told::Null,
            Told::Value(value) => change(value).map_or(Told::Absent, Told::Value),
        }
    }

    /// Whether the key was in the answer at all.
    pub fn is_told(&self) -> bool {
        !matches!(self, Told::Absent)
    }

    /// This telling where it says anything, else the other.
    #[must_use]
    pub fn or(self, other: Told<T>) -> Told<T> {
        if self.is_told() { self } else { other }
    }
}

impl<T> From<Option<T>> for Told<T> {
    /// A value becomes told, `None` becomes not mentioned.
    fn from(value: Option<T>) -> Self {
        value.map_or(Told::Absent, Told::Value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusable_value_counts_as_not_told() {
        assert_eq!(Told::Value("x").and_then(|text| text.parse::<u32>().ok()), Told::Absent);
        assert_eq!(Told::Value("7").and_then(|text| text.parse::<u32>().ok()), Told::Value(7));
        assert_eq!(Told::<&str>::Null.and_then(|text| text.parse::<u32>().ok()), Told::Null);
    }

    #[test]
    fn null_is_a_telling_and_wins_over_another_spelling() {
        assert_eq!(Told::<u8>::Null.or(Told::Value(1)), Told::Null);
        assert_eq!(Told::<u8>::Absent.or(Told::Value(1)), Told::Value(1));
    }
}
