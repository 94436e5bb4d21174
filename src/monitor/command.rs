//! What a worker can be asked to do.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::action::{ConfirmedBatchRetry, ConfirmedRetry};
use crate::delivery::{BatchId, MessageId, RecipientQuery};
use crate::state::{ActionId, JournalAccess, NoteKind, Run};

/// Which question an answer belongs to. A newer question makes answers to older ones worthless:
/// whoever asked drops them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub u64);

/// Whether somebody sits at the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attendance {
    /// Somebody pressed a key not long ago.
    #[default]
    Present,
    /// Nobody has for a while: all that is read by itself is read seldom.
    Away,
}

/// A wish to a campaign's worker.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Whether somebody looks at this campaign. Out of view it is read less often.
    InView(bool),
    /// Whether somebody sits at the program. While nobody does, calls fall to
    /// [`MonitorOptions::away_rate`](super::MonitorOptions::away_rate); actions that were agreed to
    /// go on as fast as ever.
    Attend(Attendance),
    /// Make no call until [`Command::Resume`]. A write under way is finished and its outcome kept.
    Pause,
    /// Go on reading.
    Resume,
    /// Read the head and the page in view now.
    ReadNow,
    /// Read one more page of older history, beyond the configured horizon, too.
    ReadFurther,
    /// Read history back for so long by itself, where the configured horizon is nearer.
    ReadBack(SignedDuration),
    /// No older history is wanted than what was read: no more is kept.
    NoOlder,
    /// Ask the server for recipients, and keep asking while this question stands.
    Search {
        /// Which question this is.
        generation: Generation,
        /// What to look for; at least [`RecipientQuery::SHORTEST`] characters.
        query: RecipientQuery,
    },
    /// Read the next page of what was found.
    SearchFurther(Generation),
    /// Nobody looks at what was found any more.
    EndSearch,
    /// Read one message whole, and keep it fresh while it is open.
    Open {
        /// Which question this is.
        generation: Generation,
        /// The message.
        message: MessageId,
    },
    /// The message is looked at no longer.
    Close,
    /// Read a batch whole: every page of it, once. Its end is told by [`super::News::Batch`]. A newer wish takes the
    /// place of the one before.
    ReadBatch {
        /// Which question this is.
        generation: Generation,
        /// The batch.
        batch: BatchId,
    },
    /// Nobody waits for a batch any more.
    LeaveBatch,
    /// Retry one message. The value can only be made by a person's yes.
    Retry(ConfirmedRetry),
    /// Retry several messages, one after the other, as one run. One run at a time: a second one
    /// is refused while the first has messages to go.
    Run(Vec<ConfirmedRetry>),
    /// Retry all failures of a batch with one call.
    RetryBatch(ConfirmedBatchRetry),
    /// Take back whatever has not left yet, single retries, batches and the run: only a call under way
    /// is finished. Answered with [`News::TakenBack`](super::News::TakenBack).
    TakeBack,
    /// Go on with a run that paused itself.
    ResumeRun {
        /// When a person agreed, by the clock that nobody sets: like every yes, it does not hold for ever.
        agreed_at: Timestamp,
    },
    /// Look an unknown outcome up again.
    LookUp(ActionId),
    /// A person says whether an action with an unknown outcome went through.
    Resolve {
        /// The action.
        action: ActionId,
        /// Whether it went.
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
    /// Take this journal, and this run in it: the one before could not be written.
    UseJournal {
        /// The journal.
        journal: JournalAccess,
        /// This run of the program.
        run: Option<Arc<Run>>,
    },
    /// End the worker, after a write that is under way.
    Stop,
}
