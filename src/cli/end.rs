//! Why a command ended before its work was done.

use std::io;

use super::{Exit, Failure};

/// An early end of a command.
#[derive(Debug)]
pub enum EarlyEnd {
    /// Something went wrong, and a person is told.
    Failed(Failure),
    /// Whoever read the output has read enough (`| head`): a quiet end.
    PipeClosed,
}

impl EarlyEnd {
    /// An end because the output could not be written.
    pub fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return EarlyEnd::PipeClosed;
        }
        EarlyEnd::Failed(Failure::new(
            Exit::Failed,
            "The output could not be written.",
            format!("The system says: {error}."),
            "Make room, or send the output elsewhere.",
        ))
    }
}

impl From<Failure> for EarlyEnd {
    fn from(failure: Failure) -> Self {
        EarlyEnd::Failed(failure)
    }
}

impl From<io::Error> for EarlyEnd {
    fn from(error: io::Error) -> Self {
        EarlyEnd::output(&error)
    }
}

/// What the system says below an error of the CSV writer.
pub(super) fn of_csv(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_no_failure_and_a_full_disk_is() {
        assert!(matches!(EarlyEnd::from(io::Error::from(io::ErrorKind::BrokenPipe)), EarlyEnd::PipeClosed));
        let EarlyEnd::Failed(failure) = EarlyEnd::from(io::Error::from(io::ErrorKind::StorageFull)) else { panic!("it is a failure") };
        assert_eq!(failure.exit, Exit::Failed);
    }
}
