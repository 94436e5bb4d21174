//! What a worker tells.

use jiff::Timestamp;

use super::Generation;
use crate::action::BatchReading;
use crate::delivery::{BatchId, Beside, MessageId, Rows, Status};
use crate::postman::{CallError, CallProblem, Explanation, Refusal};
use crate::state::{ActionId, ActionKind, ActionState, NoteKind};
use crate::store::{AnswerKind, Reach};

/// The place of a campaign in the configuration, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CampaignIndex(pub usize);

/// News of one campaign.
#[derive(Debug)]
pub struct Update {
    /// Whose news.
    pub campaign: CampaignIndex,
    /// What happened.
    pub news: News,
}

/// What happened.
#[derive(Debug)]
pub enum News {
    /// Messages came in.
    Rows {
        /// The messages.
        rows: Rows,
        /// Which kind of answer told them.
        from: AnswerKind,
        /// When the request left.
        asked_at: Timestamp,
        /// How far the unbroken stretch from the head goes now; `None` where the answer says
        /// nothing about it (a search, a single message).
        reach: Option<Reach>,
        /// Whether this answer was the head of the campaign: the age of the data counts from it.
        head: bool,
    },
    /// The server was given other data: what was loaded before is no longer there.
    StartedOver,
    /// The state of the connection changed.
    Connection(Connection),
    /// A call failed in a way that only a person can change, with the error itself: the connection tells it in words.
    Refused(CallError),
    /// The budget's meter moved.
    Meter(Meter),
    /// A search came further.
    Search {
        /// Which question this answers.
        generation: Generation,
        /// How far it is.
        state: SearchState,
    },
    /// A message that was opened was read, or could not be.
    Opened {
        /// Which question this answers.
        generation: Generation,
        /// Why it could not be read.
        result: Result<(), Explanation>,
    },
    /// The reading of a whole batch came further.
    Batch {
        /// Which question this answers.
        generation: Generation,
        /// How far it is.
        state: BatchState,
    },
    /// A retry came further.
    Action(ActionNews),
    /// The run came further.
    Run(RunNews),
    /// The retry of a whole batch came further.
    BatchAction(BatchActionNews),
    /// The actions whose outcome is not known, or that wait for a person: all of them, after every
    /// change.
    OpenActions(Vec<OpenActionNews>),
    /// What was waiting was taken back, because a person asked for that.
    TakenBack(TakenBack),
    /// What an earlier run of the program meant to retry and never started.
    NotStarted(NotStarted),
    /// Messages that the API refused because their attempts are used up, in this run of the program
    /// or an earlier one: no retry of them will be taken.
    OutOfAttempts(Vec<MessageId>),
    /// Whether actions can be written down: why not, where they cannot.
    Journal(Option<Explanation>),
    /// Something was done that has no line in the journal, although it should have.
    NoteLost(NoteLost),
    /// Something that a person should know.
    Notice(Notice),
    /// The worker has ended after [`super::Command::Stop`].
    Stopped,
}

/// What an earlier run of the program meant to retry and never started: nothing was sent for it, and
/// nothing will be unless a person agrees to a new plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotStarted {
    /// Single messages.
    pub messages: Vec<MessageId>,
    /// Batches as a whole.
    pub batches: Vec<BatchId>,
}

impl NotStarted {
    /// Whether there is nothing of that kind.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.batches.is_empty()
    }
}

/// What was done without a line in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteLost {
    /// What.
    pub kind: NoteKind,
    /// Why there is no line.
    pub why: String,
}

/// What came of [`super::Command::TakeBack`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenBack {
    /// How many will not be sent; they are journalled as that.
    pub taken_back: usize,
    /// How many had left already: their outcome is told as any other.
    pub leaving: usize,
}

/// How a campaign's worker sees the world. The last good data stay beside it.
#[derive(Debug, Clone, PartialEq)]
pub enum Connection {
    /// Nothing was answered yet.
    Connecting,
    /// The newest call was answered.
    Live,
    /// A call failed; it goes again.
    Waiting {
        /// When it goes again.
        until: Timestamp,
        /// What it met, for a line of state.
        met: CallProblem,
        /// What happened.
        why: Explanation,
    },
    /// The API refuses: a wrong key, a machine that is not on the allow list, a wrong id. Asked
    /// again seldom, in case it was put right.
    Refused {
        /// When it is asked again.
        until: Timestamp,
        /// What it met, for a line of state.
        met: CallProblem,
        /// What happened, and what to do.
        why: Explanation,
    },
    /// No call is made, because a person asked for that.
    Paused,
}

/// What the budget shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Meter {
    /// Calls a second that may be made now.
    pub rate: f64,
    /// The configured ceiling, calls a second.
    pub ceiling: f64,
    /// Calls a second that were made in the last ten seconds.
    pub used: f64,
    /// What the next call is for, and when it may go; `None` while one is under way or nothing is
    /// wanted.
    pub next: Option<(Timestamp, Purpose)>,
    /// What the call under way is for.
    pub under_way: Option<Purpose>,
    /// Bytes read since the start.
    pub bytes: u64,
    /// Whether only few calls are made because nobody sits at the program.
    pub away: bool,
    /// When a 429 last slowed it down.
    pub slowed_at: Option<Timestamp>,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The newest messages.
    Head,
    /// Messages between the newest and those known, after a burst.
    Gap,
    /// Messages that are still moving.
    Open,
    /// Older history.
    History,
    /// A search.
    Search,
    /// A message that somebody looks at.
    Message,
    /// A batch that is read whole.
    Batch,
    /// A retry.
    Retry,
    /// Finding out what became of a retry.
    Outcome,
}

/// How far a search is.
#[derive(Debug, Clone, PartialEq)]
pub enum SearchState {
    /// The server has been asked.
    Asking,
    /// The server answered.
    Answered {
        /// The messages found so far, newest first.
        found: Vec<MessageId>,
        /// Whether the server has more.
        more: bool,
        /// What it told beside them.
        beside: Beside,
        /// When the request left.
        asked_at: Timestamp,
    },
    /// The server could not be asked; what was found before stays.
    Failed(Explanation),
}

/// How far the reading of a whole batch is.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchState {
    /// So many of its messages were read so far.
    Reading(usize),
    /// All of it was read.
    Whole(BatchReading),
    /// It could not be read.
    Failed {
        /// What happened.
        why: Explanation,
        /// Whether it is tried again by itself.
        again: bool,
    },
}

/// How far a run of several retries is. What becomes of each message is told by [`ActionNews`].
#[derive(Debug, Clone, PartialEq)]
pub struct RunNews {
    /// How many messages it has.
    pub total: usize,
    /// How many the API took, unknown outcomes that were found out included.
    pub accepted: usize,
    /// How many the API refused.
    pub refused: usize,
    /// How many outcomes are not known (yet).
    pub unknown: usize,
    /// How many were not sent, and will not be.
    pub not_sent: usize,
    /// How many were not sent, because they were retried elsewhere since the yes.
    pub skipped: usize,
    /// How many are still to go.
    pub to_go: usize,
    /// What it is doing.
    pub phase: RunPhase,
    /// Calls a second that it may make: three quarters of the budget.
    pub rate: f64,
    /// When it began.
    pub began_at: Timestamp,
}

/// What a run is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum RunPhase {
    /// It goes on.
    Running,
    /// It paused itself after several unknown outcomes in a row, until a person goes on.
    Paused(Explanation),
    /// It was stopped: by a person, or because the API refuses the key, the right or the address.
    Stopped(Explanation),
    /// Nothing is left to go.
    Done,
}

/// How far the retry of a whole batch is.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchActionNews {
    /// The batch.
    pub batch: BatchId,
    /// How far it is.
    pub stage: ActionStage,
    /// When that was.
    pub at: Timestamp,
}

/// An action whose outcome is not known, or that a person must decide about.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenActionNews {
    /// Its number in the journal.
    pub action: ActionId,
    /// What it is about.
    pub kind: ActionKind,
    /// When it was decided.
    pub planned_at: Timestamp,
    /// What is known of it.
    pub state: ActionState,
    /// Whether another living process looks after it.
    pub elsewhere: bool,
    /// When it is looked up next; `None` when a person must decide.
    pub look_up_at: Option<Timestamp>,
}

/// How far a retry is.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionNews {
    /// The message.
    pub message: MessageId,
    /// How far it is.
    pub stage: ActionStage,
    /// When that was.
    pub at: Timestamp,
}

/// The stages of a retry, in the order of its life.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionStage {
    /// Nothing was done: the action could not be begun.
    NotTaken(Explanation),
    /// The intention is on disk, the request waits for its turn.
    Intended,
    /// The request is on its way.
    UnderWay {
        /// Which try this is, from 1.
        try_number: u32,
    },
    /// The try provably did nothing (not sent, or dropped with a 429): it goes again.
    GoesAgain {
        /// When.
        at: Timestamp,
        /// What happened.
        why: Explanation,
    },
    /// The API took it.
    Accepted,
    /// The API refused it.
    Refused(Refusal),
    /// It was not sent and will not go again by itself.
    NotSent(Explanation),
    /// It was not sent, because it was retried elsewhere since the yes.
    Skipped(Explanation),
    /// Nobody knows: the message is being read to find out, and is never retried again by itself.
    Unknown {
        /// What happened.
        why: Explanation,
        /// When it is looked up next; `None` when a person must decide.
        look_up_at: Option<Timestamp>,
    },
    /// An unknown outcome was found out: it had been taken.
    FoundAccepted,
    /// The message was read after it was retried.
    Followed {
        /// The status now.
        status: Status,
    },
}

impl ActionStage {
    /// What happened, where something needs explaining.
    pub fn why(&self) -> Option<&Explanation> {
        match self {
            ActionStage::NotTaken(why) | ActionStage::NotSent(why) | ActionStage::Skipped(why) => Some(why),
            ActionStage::Refused(refusal) => Some(&refusal.why),
            ActionStage::GoesAgain { why, .. } | ActionStage::Unknown { why, .. } => Some(why),
            _ => None,
        }
    }

    /// Whether a person must decide how it ended.
    pub fn needs_person(&self) -> bool {
        matches!(self, ActionStage::Unknown { look_up_at: None, .. })
    }

    /// Whether nothing more comes by itself.
    pub fn is_over(&self) -> bool {
        match self {
            ActionStage::NotTaken(_)
            | ActionStage::Refused(_)
            | ActionStage::NotSent(_)
            | ActionStage::Skipped(_)
            | ActionStage::Unknown { look_up_at: None, .. } => true,
            ActionStage::Followed { status } => status.is_final(),
            _ => false,
        }
    }
}

/// Something that a person should know.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// When it happened.
    pub at: Timestamp,
    /// How much it matters.
    pub weight: NoticeWeight,
    /// What happened, why, what to do next, and the server's trace id.
    pub text: Explanation,
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeWeight {
    /// Good to know.
    Info,
    /// Something is not as it should be, and mends itself.
    Warning,
    /// A person must do something.
    Problem,
}
