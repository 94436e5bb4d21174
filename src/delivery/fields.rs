//! What an answer contains, field by field, before it is packed, and whether it gave a field, gave it as empty, or left it
//! out.

use jiff::Timestamp;

use super::{Attempt, DeliveryError, Status};

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

/// What an answer says about one message, before packing. Strings have been cleaned.
#[derive(Debug, Clone, Default)]
pub struct RowFields<'a> {
    /// The message's id; the only field that must be there.
    pub id: &'a str,
    /// The recipient, as written.
    pub recipient: Reported<&'a str>,
    /// The API's word for the latest status.
    pub status: Reported<&'a str>,
    /// When it was created.
    pub created_at: Reported<Timestamp>,
    /// When the record changed, by the server's account.
    pub updated_at: Reported<Timestamp>,
    /// The text's language.
    pub language: Reported<&'a str>,
    /// The campaign's id.
    pub campaign_id: Reported<&'a str>,
    /// The batch; `Null` where the answer said there is none.
    pub batch: Reported<BatchFields<'a>>,
    /// The names and values that fill the template.
    pub values: Reported<Vec<(&'a str, &'a str)>>,
    /// The text as sent.
    pub full_text: Reported<&'a str>,
    /// The template.
    pub template: Reported<TemplateFields<'a>>,
    /// Who sent it.
    pub creator: Reported<&'a str>,
    /// The attempts, in the order received.
    pub attempts: Reported<Vec<AttemptFields<'a>>>,
    /// The number of attempts, where given separately.
    pub attempt_count: Reported<u32>,
    /// The error that older answers give outside the attempts.
    pub legacy_error: Reported<&'a str>,
}

/// What an answer says about a message's batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchFields<'a> {
    /// The batch's id.
    pub id: &'a str,
    /// The uploaded file's name.
    pub file_name: Reported<&'a str>,
    /// The API's word for its state.
    pub status: Reported<&'a str>,
    /// How many messages it has.
    pub total: Reported<u32>,
    /// When it was uploaded.
    pub created_at: Reported<Timestamp>,
}

/// What an answer says about a message's template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TemplateFields<'a> {
    /// The id of this text.
    pub id: Reported<&'a str>,
    /// The id of the template.
    pub template_id: Reported<&'a str>,
    /// The text's language.
    pub language: Reported<&'a str>,
    /// The text with its variables.
    pub body: Reported<&'a str>,
}

/// What an answer says about one attempt, in either spelling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttemptFields<'a> {
    /// The API's word for the status it reached.
    pub status: Reported<&'a str>,
    /// When it was made.
    pub created_at: Reported<Timestamp>,
    /// When it last changed.
    pub updated_at: Reported<Timestamp>,
    /// When it was handed to the provider.
    pub sent_at: Reported<Timestamp>,
    /// When delivery was confirmed.
    pub delivered_at: Reported<Timestamp>,
    /// The error's type.
    pub error_kind: Reported<&'a str>,
    /// The error's code.
    pub error_code: Reported<&'a str>,
}

impl AttemptFields<'_> {
    /// The attempt as a value of its own.
    pub fn to_attempt(&self) -> Attempt {
        let word = |reported: Reported<&str>| reported.value().map(str::to_owned).unwrap_or_default();
        let (kind, code) = (word(self.error_kind), word(self.error_code));
        Attempt {
            status: self.status.value().map(Status::from_api),
            created_at: self.created_at.value(),
            updated_at: self.updated_at.value(),
            sent_at: self.sent_at.value(),
            delivered_at: self.delivered_at.value(),
            error: (!kind.is_empty() || !code.is_empty()).then(|| DeliveryError::new(&kind, &code)),
        }
    }
}

/// A row of an answer that could not be read. It is shown as such; the others are not affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its index in the answer, from 0.
    pub index: usize,
    /// The id, if at least that could be read.
    pub id: Option<String>,
    /// What is wrong: a lower-case phrase without anything personal in it.
    pub reason: String,
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
