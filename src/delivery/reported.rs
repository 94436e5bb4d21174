//! Whether an answer gave a field, gave it as empty, or left it out.

/// A field of an answer. The API's answers leave fields out (a retry's answer has no attempts, a batch page no
/// batches). A missing field must keep what was known, while a `null` clears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reported<T> {
    /// The key was missing: what was known stays.
    #[default]
    Absent,
    /// The key was `null`: what was known is cleared.
    Null,
    /// The key had a value.
    Value(T),
}

impl<T> Reported<T> {
    /// The value, if one was given.
    pub fn value(self) -> Option<T> {
        match self {
            Reported::Value(value) => Some(value),
            Reported::Absent | Reported::Null => None,
        }
    }

    /// The same with the value by reference.
    pub fn as_ref(&self) -> Reported<&T> {
        match self {
            Reported::Absent => Reported::Absent,
            Reported::Null => Reported::Null,
            Reported::Value(value) => Reported::Value(value),
        }
    }

    /// The same with the value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reported<U> {
        match self {
            Reported::Absent => Reported::Absent,
            Reported::Null => Reported::Null,
            Reported::Value(value) => Reported::Value(change(value)),
        }
    }

    /// The same, where an unusable value counts as absent.
    pub fn and_then<U>(self, change: impl FnOnce(T) -> Option<U>) -> Reported<U> {
        match self {
            Reported::Absent => Reported::Absent,
            Reported::Null => Reported::Null,
            Reported::Value(value) => change(value).map_or(Reported::Absent, Reported::Value),
        }
    }

    /// Whether the key was in the answer.
    pub fn is_reported(&self) -> bool {
        !matches!(self, Reported::Absent)
    }

    /// This one unless it is absent, else the other.
    #[must_use]
    pub fn or(self, other: Reported<T>) -> Reported<T> {
        if self.is_reported() { self } else { other }
    }
}

impl<T> From<Option<T>> for Reported<T> {
    /// `Some` becomes a value, `None` absent.
    fn from(value: Option<T>) -> Self {
        value.map_or(Reported::Absent, Reported::Value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusable_value_counts_as_not_told() {
        assert_eq!(Reported::Value("x").and_then(|text| text.parse::<u32>().ok()), Reported::Absent);
        assert_eq!(Reported::Value("7").and_then(|text| text.parse::<u32>().ok()), Reported::Value(7));
        assert_eq!(Reported::<&str>::Null.and_then(|text| text.parse::<u32>().ok()), Reported::Null);
    }

    #[test]
    fn null_is_a_telling_and_wins_over_another_spelling() {
        assert_eq!(Reported::<u8>::Null.or(Reported::Value(1)), Reported::Null);
        assert_eq!(Reported::<u8>::Absent.or(Reported::Value(1)), Reported::Value(1));
    }
}
