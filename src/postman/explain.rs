//! Failures in sentences for a person: what happened, why, what to do next.

use super::CallError;

/// A failure for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What happened, one sentence.
    pub what: String,
    /// Why, as far as can be told.
    pub why: String,
    /// What to do next.
    pub next: String,
    /// The trace id that support asks for.
    pub trace_id: Option<String>,
}

pub(super) fn explain(error: &CallError) -> Explanation {
    Explanation { what: error.to_string(), why: String::new(), next: String::new(), trace_id: error.trace_id().map(str::to_owned) }
}
