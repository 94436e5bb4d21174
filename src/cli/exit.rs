//! What the program's exit code says.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
