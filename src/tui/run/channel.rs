//! How the workers' news reach the loop.

use tokio::sync::mpsc;

use super::Waker;
use crate::monitor::{Update, UpdateSender};

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
