//! Why a command ended before its work was done.

use std::io;

use super::{Exit, Failure};

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

    #[test]
    fn a_closed_pipe_is_no_failure_and_a_full_disk_is() {
        assert!(matches!(EarlyExit::from(io::Error::from(io::ErrorKind::BrokenPipe)), EarlyExit::PipeClosed));
        let EarlyExit::Failed(failure) = EarlyExit::from(io::Error::from(io::ErrorKind::StorageFull)) else { panic!("it is a failure") };
        assert_eq!(failure.exit, Exit::Failed);
    }
}
