//! A command that failed.

use std::fmt;

use super::Exit;
use crate::delivery::full_stop;
use crate::postman::{CallError, Explanation};

/// Why a command exits early: what happened, why, what to do next, and its exit code.
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
        Self { text: Explanation::new(what.into(), why.into(), next.into()), exit }
    }

    /// Wrong usage: nothing was done.
    pub fn usage(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, "", next)
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Failed };
        Self { text: error.explanation_at_exit(), exit }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation { what, why, next, trace_id } = &self.text;
        write!(out, "postwatch: {}", full_stop(what))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::{Broken, CallErrorKind, NotSent};

    #[test]
    fn a_command_does_not_promise_to_read_on() {
        for kind in [CallErrorKind::NotSent(NotSent::Refused), CallErrorKind::Broken(Broken::Timeout)] {
            let failure = Failure::from(CallError::new(kind));
            assert_eq!(failure.exit, Exit::Failed);
            assert!(!failure.text.next.contains("Reading ") && failure.text.next.ends_with("Run the command again."), "{failure}");
        }
    }

    #[test]
    fn what_somebody_else_answers_is_no_refusal_of_the_apis() {
        let redirect = CallErrorKind::Redirect { status: 302, location: None };
        for kind in [redirect, CallErrorKind::Broken(Broken::BodyTooLarge)] {
            assert_eq!(Failure::from(CallError::new(kind)).exit, Exit::Failed);
        }
        assert_eq!(Failure::from(CallError::new(CallErrorKind::NotARead)).exit, Exit::Refused);
    }
}
