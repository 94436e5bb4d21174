//! What is wrong with a typed message, or should be known about it.

/// One sentence about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The field that it is about.
    pub field: DraftField,
    /// Whether the message can be sent like this.
    pub weight: RemarkWeight,
    /// The sentence: `"€" is not allowed in English texts`. It has no number and no value in it.
    pub words: String,
}

/// A field of a typed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftField {
    /// The recipient's number.
    To,
    /// The language.
    Language,
    /// The value of the variable with this name.
    Value(String),
    /// The whole text.
    Text,
}

/// How much a remark weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkWeight {
    /// The API would refuse it, or it would not be what was meant: it is not sent.
    Mistake,
    /// To be known before it is sent.
    Advice,
}

/// A remark that keeps the message back.
pub(super) fn mistake(field: DraftField, words: impl Into<String>) -> Remark {
    Remark { field, weight: RemarkWeight::Mistake, words: words.into() }
}

/// A remark that only informs.
pub(super) fn advice(field: DraftField, words: impl Into<String>) -> Remark {
    Remark { field, weight: RemarkWeight::Advice, words: words.into() }
}
