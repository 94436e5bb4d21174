//! How a command ends: its exit code, and why it ended before its work was done.

use std::fmt;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use crate::delivery::full_stop;
use crate::postman::{CallError, Explanation};

/// The outcome of a command, the least important first: if several apply, the last one wins. Scripts rely on the
/// numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// Done.
    Done,
    /// Wrong usage or configuration, read-only, a declined question, or no `--yes` where it is needed.
    Usage,
    /// Refused by the API: key, allow list, right.
    Refused,
    /// Some actions were refused or skipped.
    SomeRefused,
    /// An unexpected failure, no network, or a full disk.
    Failed,
    /// Some outcomes are unknown.
    SomeUnknown,
    /// More failed than `--max-failure` allows.
    TooManyFailures,
    /// `--timeout` came first.
    TimedOut,
    /// Interrupted by a signal: HUP 129, INT 130, TERM 143.
    Signal(u8),
}

impl Exit {
    /// The number that a shell sees.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::SomeRefused => 4,
            Exit::SomeUnknown => 5,
            Exit::TooManyFailures => 6,
            Exit::TimedOut => 7,
            Exit::Signal(code) => code,
        }
    }

    /// The exit for a file that cannot be written: a full disk is not wrong usage.
    pub fn of_file(error: &io::Error) -> Exit {
        let is_full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge);
        if is_full { Exit::Failed } else { Exit::Usage }
    }

    /// The exit if several apply: an interruption matters most, then unknown outcomes, then a failure on this side,
    /// then refused actions, then a refusal of everything.
    #[must_use]
    pub fn and(self, other: Exit) -> Exit {
        self.max(other)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

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

impl From<Failure> for EarlyExit {
    fn from(failure: Failure) -> Self {
        EarlyExit::Failed(failure)
    }
}

impl From<io::Error> for EarlyExit {
    /// The output could not be written.
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::{Broken, CallErrorKind, NotSent};

    #[test]
    fn a_full_disk_is_no_mistake_in_usage() {
        let of = |kind: ErrorKind| Exit::of_file(&kind.into());
        assert_eq!((of(ErrorKind::StorageFull), of(ErrorKind::PermissionDenied)), (Exit::Failed, Exit::Usage));
    }

    #[test]
    fn several_at_once() {
        assert_eq!(Exit::SomeRefused.and(Exit::SomeUnknown), Exit::SomeUnknown);
        assert_eq!(Exit::Signal(130).and(Exit::SomeUnknown), Exit::Signal(130));
        let least_first = [Exit::Done, Exit::Refused, Exit::SomeRefused, Exit::Failed, Exit::SomeUnknown, Exit::Signal(130)];
        assert_eq!(least_first.map(Exit::code), [0, 3, 4, 1, 5, 130]);
        for pair in least_first.windows(2) {
            assert_eq!((pair[0].and(pair[1]), pair[1].and(pair[0])), (pair[1], pair[1]));
        }
    }

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
        assert!(matches!(EarlyExit::from(io::Error::from(ErrorKind::BrokenPipe)), EarlyExit::PipeClosed));
        let EarlyExit::Failed(failure) = EarlyExit::from(io::Error::from(ErrorKind::StorageFull)) else { panic!("it is a failure") };
        assert_eq!(failure.exit, Exit::Failed);
    }
}
