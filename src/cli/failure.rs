//! Why a command ended before its work was done.

use std::{fmt, io};

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
        write!(out, "postwatch: {}{}", full_stop(&self.text.what), below(&self.text))
    }
}

/// The lines below what happened: why, what to do next, and the trace id.
pub(super) fn below(text: &Explanation) -> String {
    let trace = text.trace_id.as_ref().map(|trace| format!("trace id for Postman's support: {trace}")).unwrap_or_default();
    let lines = [&*text.why, &*text.next, &*trace].into_iter().filter(|line| !line.is_empty());
    lines.map(|line| format!("\n  {line}")).collect()
}

/// A reason in one cell of a table: the API's code, why, and the trace id.
pub(super) fn in_one_cell(code: Option<&str>, reason: Option<&str>, trace_id: Option<&str>) -> String {
    let why = [code, reason].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let trace = trace_id.map(|trace| format!(" (trace id {trace})")).unwrap_or_default();
    format!("{why}{trace}").trim().to_owned()
}

impl std::error::Error for Failure {}

/// An early end of a command.
#[derive(Debug)]
pub enum EarlyExit {
    /// Something went wrong, and is reported to a person.
    Failed(Failure),
    /// The reader of the output has read enough (`| head`): a quiet exit.
    PipeClosed,
}

impl EarlyExit {
    /// An exit because the output could not be written.
    pub fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return EarlyExit::PipeClosed;
        }
        EarlyExit::Failed(Failure::new(
            Exit::Failed,
            "The output could not be written.",
            format!("The system says: {error}."),
            "Make room, or send the output elsewhere.",
        ))
    }
}

impl From<Failure> for EarlyExit {
    fn from(failure: Failure) -> Self {
        EarlyExit::Failed(failure)
    }
}

impl From<io::Error> for EarlyExit {
    fn from(error: io::Error) -> Self {
        EarlyExit::output(&error)
    }
}

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

    #[test]
    fn a_closed_pipe_is_no_failure_and_a_full_disk_is() {
        assert!(matches!(EarlyExit::from(io::Error::from(io::ErrorKind::BrokenPipe)), EarlyExit::PipeClosed));
        let EarlyExit::Failed(failure) = EarlyExit::from(io::Error::from(io::ErrorKind::StorageFull)) else { panic!("it is a failure") };
        assert_eq!(failure.exit, Exit::Failed);
    }
}
