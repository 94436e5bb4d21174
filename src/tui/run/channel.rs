//! How the workers' news reach the loop, and wake it while it waits for the keyboard.

use tokio::sync::mpsc;

use crate::monitor::{Update, UpdateSender};

pub use system::{WakeReceiver, Waker, wake_pair};

/// How many pieces of news wait at most. A page is merged in a millisecond, so a longer queue would
/// only hide that the loop cannot keep up, and hold more pages in memory.
const CAPACITY: usize = 4;

/// The loop's end.
#[derive(Debug)]
pub struct UpdateReceiver {
    receiver: mpsc::Receiver<Update>,
}

/// A channel to the loop that `waker` wakes.
pub fn updates(waker: Waker) -> (UpdateSender, UpdateReceiver) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    (UpdateSender::waking(sender, move || waker.wake()), UpdateReceiver { receiver })
}

impl UpdateReceiver {
    /// The next waiting piece of news.
    pub(super) fn try_next(&mut self) -> Option<Update> {
        self.receiver.try_recv().ok()
    }

    /// The next piece of news, whenever it comes.
    #[cfg(test)]
    pub(crate) async fn next(&mut self) -> Option<Update> {
        self.receiver.recv().await
    }

    /// Whether news are waiting.
    pub(super) fn is_empty(&self) -> bool {
        self.receiver.is_empty()
    }
}

#[cfg(unix)]
mod system {
    use std::io::{self, Read, Write};
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;

    /// Wakes the loop. Cheap to clone.
    #[derive(Debug, Clone)]
    pub struct Waker(Arc<UnixStream>);

    /// Where the loop waits, together with the keyboard.
    #[derive(Debug)]
    pub struct WakeReceiver(UnixStream);

    /// A waker and its receiver.
    ///
    /// # Errors
    ///
    /// When the system has no socket to give.
    pub fn wake_pair() -> io::Result<(Waker, WakeReceiver)> {
        let (here, there) = UnixStream::pair()?;
        here.set_nonblocking(true)?;
        there.set_nonblocking(true)?;
        Ok((Waker(Arc::new(there)), WakeReceiver(here)))
    }

    impl Waker {
        /// Wakes the loop, now or when it waits next.
        pub fn wake(&self) {
            // A full socket wakes as well as another byte would, and one that nobody reads any more
            // has nobody to wake.
            let _ = (&*self.0).write(&[1]);
        }
    }

    impl WakeReceiver {
        /// Forgets all calls so far.
        pub fn clear(&mut self) {
            let mut bytes = [0; 64];
            while self.0.read(&mut bytes).is_ok_and(|read| read == bytes.len()) {}
        }
    }

    impl AsFd for WakeReceiver {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    /// Wakes the loop. Here the loop looks every few milliseconds anyway.
    #[derive(Debug, Clone)]
    pub struct Waker;

    /// Where the loop waits.
    #[derive(Debug)]
    pub struct WakeReceiver;

    /// A waker and its receiver.
    ///
    /// # Errors
    ///
    /// Never here.
    pub fn wake_pair() -> io::Result<(Waker, WakeReceiver)> {
        Ok((Waker, WakeReceiver))
    }

    impl Waker {
        /// Wakes the loop, now or when it waits next.
        pub fn wake(&self) {}
    }

    impl WakeReceiver {
        /// Forgets all calls so far.
        pub fn clear(&mut self) {}
    }
}
