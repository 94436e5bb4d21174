//! The ways to a worker and from it: its inbox, and where its news go.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Command, Update};

/// Sends commands to a worker. One that has ended ignores them.
#[derive(Debug, Clone)]
pub struct CommandSender(mpsc::UnboundedSender<Command>);

/// A worker's inbox. It exists before its worker: what is asked until then waits in it.
#[derive(Debug)]
pub struct Inbox {
    receiver: mpsc::UnboundedReceiver<Command>,
    /// What was taken out and put back, which comes first.
    put_back: VecDeque<Command>,
}

/// A worker's inbox, and the way into it.
pub fn inbox() -> (CommandSender, Inbox) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (CommandSender(sender), Inbox { receiver, put_back: VecDeque::new() })
}

impl CommandSender {
    /// Asks for something.
    pub fn send(&self, command: Command) {
        // Nobody listens only when the worker has ended, which its task tells.
        let _ = self.0.send(command);
    }
}

impl Inbox {
    /// Puts a command back, behind those that were put back before and in front of all others.
    pub fn put_back(&mut self, command: Command) {
        self.put_back.push_back(command);
    }

    /// The next command, whenever it comes; `None` when nobody can ask any more. Dropping the future loses none.
    pub async fn next(&mut self) -> Option<Command> {
        match self.put_back.pop_front() {
            Some(command) => Some(command),
            None => self.receiver.recv().await,
        }
    }

    /// The next command that is there.
    pub fn try_next(&mut self) -> Option<Command> {
        self.put_back.pop_front().or_else(|| self.receiver.try_recv().ok())
    }
}

/// Where a worker's news go, with what wakes whoever reads them. Cheap to clone.
#[derive(Clone)]
pub struct UpdateSender {
    sender: mpsc::Sender<Update>,
    wake: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl fmt::Debug for UpdateSender {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sender.fmt(out)
    }
}

impl UpdateSender {
    /// A sender that calls `wake` after each piece of news.
    pub fn waking(sender: mpsc::Sender<Update>, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { sender, wake: Some(Arc::new(wake)) }
    }

    /// Sends news; waits while the reader is behind. A reader that is gone needs none.
    pub async fn send(&self, update: Update) {
        if self.sender.send(update).await.is_ok()
            && let Some(wake) = &self.wake
        {
            wake();
        }
    }
}

impl From<mpsc::Sender<Update>> for UpdateSender {
    /// To a reader that waits for the channel itself.
    fn from(sender: mpsc::Sender<Update>) -> Self {
        Self { sender, wake: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_put_back_comes_first() {
        let (commands, mut inbox) = inbox();
        commands.send(Command::ReadNow);
        inbox.put_back(Command::InView(true));
        inbox.put_back(Command::Pause);
        drop(commands);
        assert_eq!(inbox.next().await, Some(Command::InView(true)));
        assert_eq!(inbox.try_next(), Some(Command::Pause));
        assert_eq!((inbox.next().await, inbox.next().await), (Some(Command::ReadNow), None));
    }
}
