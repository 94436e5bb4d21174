//! The way of the workers' news to the loop.

use tokio::sync::mpsc;

use super::Waker;
use crate::monitor::Update;

/// How many pieces of news wait at most. A page is merged in a millisecond, so a longer queue would
/// only hide that the loop cannot keep up, and hold more pages in memory.
const CAPACITY: usize = 4;

/// Sends news to the loop and wakes it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct UpdateSender {
    sender: mpsc::Sender<Update>,
    waker: Waker,
}

/// The loop's end.
#[derive(Debug)]
pub struct UpdateReceiver {
    receiver: mpsc::Receiver<Update>,
}

/// Nobody reads any more: the dashboard has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the dashboard has ended")]
pub struct DashboardEnded;

/// A channel to the loop that `waker` wakes.
pub fn updates(waker: Waker) -> (UpdateSender, UpdateReceiver) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    (UpdateSender { sender, waker }, UpdateReceiver { receiver })
}

impl UpdateSender {
    /// Sends news; waits while the loop is behind.
    ///
    /// # Errors
    /// [`DashboardEnded`] when the dashboard has ended.
    pub async fn send(&self, update: Update) -> Result<(), DashboardEnded> {
        self.sender.send(update).await.map_err(|_| DashboardEnded)?;
        self.waker.wake();
        Ok(())
    }
}

impl UpdateReceiver {
    /// The next piece of news that is there.
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
