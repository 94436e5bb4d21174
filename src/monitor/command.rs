//! What a worker can be asked to do, and the way to it.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use crate::action::{ActionNumber, Agreed, Draft, UploadFile};
use crate::delivery::{BatchId, MessageId, RecipientQuery};
use crate::state::{ActionId, JournalAccess, NoteKind, Run};

/// Which request an answer belongs to. A newer request makes answers to older ones worthless: they are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub u64);

/// Whether the user is at the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attendance {
    /// A key was pressed recently.
    #[default]
    Present,
    /// No key for a while: automatic reading slows down.
    Away,
}

/// What is to be sent, and needs a reading before its question.
#[derive(Debug, Clone, PartialEq)]
pub enum ToPrepare {
    /// A message: what went to its recipient is read.
    Send(Draft),
    /// A file: the campaign's newest messages are read.
    Upload(UploadFile),
}

/// A command to a campaign's worker.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Whether this campaign is on the screen. Out of view it is read less often.
    InView(bool),
    /// Whether the user is at the screen. While away, calls drop to
    /// [`MonitorOptions::away_rate`](super::MonitorOptions::away_rate); confirmed actions go on at
    /// full speed.
    Attend(Attendance),
    /// Make no call until [`Command::Resume`]. A write under way is finished and its outcome recorded.
    Pause,
    /// Resume reading.
    Resume,
    /// Read the head and the page in view now.
    ReadNow,
    /// Read one more page of older history, beyond the configured horizon, too.
    ReadFurther,
    /// Read history back this far automatically, if the configured horizon is nearer.
    ReadBack(SignedDuration),
    /// Read no older history: there is no room for more.
    NoOlder,
    /// Search the server for recipients, and keep searching until this ends.
    Search {
        /// Which request this is.
        generation: Generation,
        /// What to look for; at least [`RecipientQuery::SHORTEST`] characters.
        query: RecipientQuery,
    },
    /// Read the next page of search results.
    SearchFurther(Generation),
    /// The search is no longer shown.
    EndSearch,
    /// Read one message in full, and keep it fresh while it is open.
    Open {
        /// Which request this is.
        generation: Generation,
        /// The message.
        message: MessageId,
    },
    /// The message is no longer shown.
    Close,
    /// Read a whole batch: every page of it, once. [`super::News::Batch`] reports the result. A newer request
    /// replaces the one before.
    ReadBatch {
        /// Which request this is.
        generation: Generation,
        /// The batch.
        batch: BatchId,
    },
    /// The batch is no longer needed.
    LeaveBatch,
    /// Load a batch to its end, because its messages are listed. It goes on until its last page, whatever else is
    /// asked: no page is read twice. Of several the newest request goes first. [`super::News::Batch`] reports how far
    /// it is.
    LoadBatch {
        /// Which request this is.
        generation: Generation,
        /// The batch.
        batch: BatchId,
    },
    /// Read what must be known before a question about sending. [`super::News::Prepared`] reports the result. A newer
    /// request replaces the one before.
    Prepare {
        /// Which request this is.
        generation: Generation,
        /// What is to be sent.
        what: ToPrepare,
    },
    /// It is no longer needed.
    LeavePrepared,
    /// Do what a person agreed to. One run at a time: a second one is refused while the first has messages to go.
    Act {
        /// The number of the first of its actions; the others have those that follow.
        number: ActionNumber,
        /// What was agreed to, which only a person's yes can make.
        agreed: Agreed,
    },
    /// Take back everything that was not sent yet, single actions and the run: only a call under way is finished. An upload
    /// whose last byte has not left is cut off, and looked up. Answered with [`News::TakenBack`](super::News::TakenBack).
    TakeBack,
    /// Resume a run that paused itself.
    ResumeRun {
        /// When the person agreed, by the steady clock: like every yes, it does not hold forever.
        agreed_at: Timestamp,
    },
    /// Look up an unknown outcome again.
    LookUp(ActionId),
    /// A person says whether an action with an unknown outcome went through.
    Resolve {
        /// The action.
        action: ActionId,
        /// Whether it went through.
        went: bool,
    },
    /// Write down what is no action: something personal was shown or copied, a lock was opened or closed. Where that
    /// fails, [`News::NoteLost`](super::News::NoteLost) says so.
    Note {
        /// What happened.
        kind: NoteKind,
        /// More about it, without anything personal.
        detail: String,
    },
    /// Use this journal, and this run in it: the previous one could not be written.
    UseJournal {
        /// The journal.
        journal: JournalAccess,
        /// This run of the program.
        run: Option<Arc<Run>>,
    },
    /// Stop the worker, after any write under way.
    Stop,
}

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
