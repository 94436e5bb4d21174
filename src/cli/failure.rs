//! A command that could not do what it was asked.

use std::fmt;

use super::Exit;
use crate::postman::{CallError, Explanation};

/// Why a command ended early: what happened, why, what to do next, and its exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// For the person.
    pub text: Explanation,
    /// For the shell.
    pub exit: Exit,
}

impl Failure {
    /// A failure in words.
    pub fn new(exit: Exit, what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Self {
        Self { text: Explanation { what: what.into(), why: why.into(), next: next.into(), trace_id: None }, exit }
    }

    /// Wrong usage: nothing was done.
    pub fn usage(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, "", next)
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let exit = if error.is_refusal() || error.is_unauthorised() || error.is_access_refused() { Exit::Refused } else { Exit::Failed };
        Self { text: error.explanation(), exit }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation { what, why, next, trace_id } = &self.text;
        write!(out, "postwatch: {what}")?;
        for line in [why, next] {
            if !line.is_empty() {
                write!(out, "\n  {line}")?;
            }
        }
        if let Some(trace) = trace_id {
            write!(out, "\n  trace id for Postman's support: {trace}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
