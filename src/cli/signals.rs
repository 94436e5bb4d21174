//! What ends the waiting of a script command: the signals INT, TERM and HUP, or a time.

use std::io;

use tokio::time::{Instant, sleep_until};

use super::{Exit, Failure};

/// Waits for the signals that end the program. Created before the work begins, so that none is
/// missed; from then on the system does not end the program itself.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// The system refuses.
    pub fn listen() -> Result<Self, Failure> {
        Self::registered().map_err(|error| {
            let why = format!("The system says: {error}.");
            Failure::new(Exit::Failed, "The program cannot listen for signals.", why, "Look at the machine's limits.")
        })
    }

    #[cfg(unix)]
    fn registered() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    #[cfg(not(unix))]
    fn registered() -> io::Result<Self> {
        Ok(Self {})
    }

    /// The exit for the next signal.
    #[cfg(unix)]
    pub async fn next(&mut self) -> Exit {
        let code = tokio::select! {
            _ = self.hang_up.recv() => 129,
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        };
        Exit::Signal(code)
    }

    /// The exit for the next signal.
    #[cfg(not(unix))]
    pub async fn next(&mut self) -> Exit {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a listener the system ends the program itself.
            std::future::pending::<()>().await;
        }
        Exit::Signal(130)
    }

    /// The work, unless a signal comes first: then it is dropped halfway. Only for work that changes
    /// nothing outside.
    pub async fn or<T>(&mut self, work: impl Future<Output = Result<Exit, T>>) -> Result<Exit, T> {
        tokio::select! {
            end = work => end,
            exit = self.next() => Ok(exit),
        }
    }
}

/// Waits until then; forever without a time.
pub(super) async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
