//! What a worker reports, and where to.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::Generation;
use crate::action::{ActionNumber, BatchReading, Created, SendReading, Subject, UploadReading};
use crate::delivery::{BatchId, Beside, MessageId, Rows, Status};
use crate::postman::{CallError, CallProblem, Explanation, Refusal};
use crate::state::{ActionId, ActionKind, ActionState, NoteKind};
use crate::store::{AnswerKind, Reach};

/// The index of a campaign in the configuration, from 0.
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

/// What happened.
#[derive(Debug)]
pub enum News {
    /// Messages came in.
    Rows {
        /// The messages.
        rows: Rows,
        /// Which kind of answer gave them.
        from: AnswerKind,
        /// When the request left.
        asked_at: Timestamp,
        /// How far the unbroken stretch from the head reaches now; `None` if the answer says nothing about it (a
        /// search, a single message).
        reach: Option<Reach>,
        /// Whether this answer was the head of the campaign, from which the age of the data counts.
        head: bool,
    },
    /// The server's data was replaced: what was loaded before is gone.
    StartedOver,
    /// The state of the connection changed.
    Connection(Connection),
    /// A call failed in a way that only a person can fix, with the error itself: the connection has it in words.
    Refused(CallError),
    /// The budget's meter moved.
    Meter(Meter),
    /// A search made progress.
    Search {
        /// Which request this answers.
        generation: Generation,
        /// Its progress.
        state: SearchState,
    },
    /// An opened message was read, or could not be.
    Opened {
        /// Which request this answers.
        generation: Generation,
        /// Why it could not be read.
        result: Result<(), Explanation>,
    },
    /// The reading of a whole batch made progress.
    Batch {
        /// Which request this answers.
        generation: Generation,
        /// Its progress.
        state: BatchState,
    },
    /// What must be known before something is sent was read.
    Prepared {
        /// Which request this answers.
        generation: Generation,
        /// Its progress.
        state: PreparedState,
    },
    /// An action made progress.
    Action(ActionNews),
    /// The run made progress.
    Run(RunNews),
    /// The actions whose outcome is unknown, or that wait for a person: all of them, after every change.
    OpenActions(Vec<OpenActionNews>),
    /// The files that other runs of the program uploaded in the last hour and the API accepted, newest first: their rows may
    /// not show yet.
    Uploaded(Vec<UploadedNews>),
    /// Waiting actions were taken back, because a person asked for it.
    TakenBack(TakenBack),
    /// What an earlier run of the program meant to retry and never started.
    NotStarted(NotStarted),
    /// Messages that the API refused because they have no attempts left, in this run of the program or an earlier
    /// one: no retry of them will be accepted.
    OutOfAttempts(Vec<MessageId>),
    /// Whether actions can be recorded; if not, why.
    Journal(Option<Explanation>),
    /// Something was done that should have a line in the journal and has none.
    NoteLost(NoteLost),
    /// Something that a person should know.
    Notice(Notice),
    /// The worker has ended after [`super::Command::Stop`].
    Stopped,
}

/// What an earlier run of the program was to do and never started: nothing was sent, and nothing will be unless a
/// person agrees to a new plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotStarted {
    /// Single messages.
    pub messages: Vec<MessageId>,
    /// Batches as a whole.
    pub batches: Vec<BatchId>,
    /// How many messages were to be sent. What they say is not kept.
    pub sends: usize,
    /// The names of files that were to be sent.
    pub uploads: Vec<String>,
}

impl NotStarted {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.batches.is_empty() && self.sends == 0 && self.uploads.is_empty()
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

/// The result of [`super::Command::TakeBack`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenBack {
    /// How many will not be sent; the journal says so.
    pub taken_back: usize,
    /// How many had already been sent: their outcome is reported as usual.
    pub leaving: usize,
    /// How many uploads were cut off before their last byte had left: they are looked up.
    pub cut: usize,
}

/// The state of a campaign's connection. The last good data are kept separately.
#[derive(Debug, Clone, PartialEq)]
pub enum Connection {
    /// Nothing was answered yet.
    Connecting,
    /// The newest call was answered.
    Live,
    /// A call failed and will be repeated.
    Waiting {
        /// When it is repeated.
        until: Timestamp,
        /// The problem, for a status line.
        met: CallProblem,
        /// What happened.
        why: Explanation,
    },
    /// The API refuses: a wrong key, a machine that is not on the allow list, a wrong id. Tried again seldom, in case
    /// it was fixed.
    Refused {
        /// When it is tried again.
        until: Timestamp,
        /// The problem, for a status line.
        met: CallProblem,
        /// What happened, and what to do.
        why: Explanation,
    },
    /// No call is made, because a person paused it.
    Paused,
}

/// The state of the budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Meter {
    /// Calls a second that may be made now.
    pub rate: f64,
    /// The configured ceiling, calls a second.
    pub ceiling: f64,
    /// Calls a second that were made in the last ten seconds.
    pub used: f64,
    /// What the next call is for, and when it may be made; `None` while one is under way or nothing is needed.
    pub next: Option<(Timestamp, Purpose)>,
    /// What the call under way is for.
    pub under_way: Option<Purpose>,
    /// Bytes read since the start.
    pub bytes: u64,
    /// Whether only few calls are made because the user is away.
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
    /// Messages that are still on the way.
    Open,
    /// Older history.
    History,
    /// A search.
    Search,
    /// An open message.
    Message,
    /// A batch that is read completely.
    Batch,
    /// Doing what a person agreed to.
    Action,
    /// Finding out what became of a retry.
    Outcome,
}

/// The progress of a search.
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
        /// What it gave besides them.
        beside: Beside,
        /// When the request left.
        asked_at: Timestamp,
    },
    /// The server could not be asked; earlier results stay.
    Failed(Explanation),
}

/// The progress of reading a whole batch.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchState {
    /// How many of its messages were read so far.
    Reading(usize),
    /// All of it was read.
    Whole(BatchReading),
    /// It could not be read.
    Failed {
        /// What happened.
        why: Explanation,
        /// Whether it is tried again automatically.
        again: bool,
    },
}

/// The progress of reading what must be known before something is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum PreparedState {
    /// What went to a recipient.
    Send(SendReading),
    /// What the campaign sent last, and whether the same file went before.
    Upload(UploadReading),
    /// It could not be read.
    Failed {
        /// What happened.
        why: Explanation,
        /// Whether it is tried again automatically.
        again: bool,
    },
}

/// The progress of a run of several retries. [`ActionNews`] reports what becomes of each message.
#[derive(Debug, Clone, PartialEq)]
pub struct RunNews {
    /// How many messages it has.
    pub total: usize,
    /// How many the API accepted, including unknown outcomes that were found out.
    pub accepted: usize,
    /// How many the API refused.
    pub refused: usize,
    /// How many outcomes are unknown, so far.
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
    /// It paused itself after several unknown outcomes in a row, until a person resumes it.
    Paused(Explanation),
    /// It was stopped: by a person, or because the API refuses the key, the permission or the address.
    Stopped(Explanation),
    /// Nothing is left to go.
    Done,
}

/// An action whose outcome is unknown, or that a person must decide about.
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
    /// Whether another running process is responsible for it.
    pub elsewhere: bool,
    /// When it is next looked up; `None` when a person must decide.
    pub look_up_at: Option<Timestamp>,
}

/// A file that another run of the program uploaded and the API accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadedNews {
    /// Which; with its batch, where the API named it.
    pub kind: ActionKind,
    /// When it was decided, by the wall clock.
    pub planned_at: Timestamp,
    /// When it was known to be accepted, by the wall clock.
    pub accepted_at: Timestamp,
}

/// How far an action is.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionNews {
    /// The number given with the yes; `None` for an action that an earlier run of the program left.
    pub number: Option<ActionNumber>,
    /// Its number in the journal, once it is recorded.
    pub action: Option<ActionId>,
    /// What it is about.
    pub subject: Subject,
    /// What it created, once its id is known.
    pub created: Option<Created>,
    /// How far it is.
    pub stage: ActionStage,
    /// When that was.
    pub at: Timestamp,
}

/// The stages of an action, in the order of its life.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionStage {
    /// Nothing was done: the action could not be started.
    NotTaken(Explanation),
    /// The intention is on disk; the request waits for its turn.
    Intended,
    /// The request is on its way.
    UnderWay {
        /// Which try this is, from 1.
        try_number: u32,
    },
    /// So much of a file has left: handed to the system, which may still hold some of it.
    Uploading {
        /// Bytes that have left.
        sent: u64,
        /// All of them.
        total: u64,
    },
    /// The try provably did nothing (not sent, or dropped with a 429): it is repeated.
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
    /// It was not sent and will not be repeated automatically.
    NotSent(Explanation),
    /// It was not sent, because someone else did the same since the yes.
    Skipped(Explanation),
    /// The answer was lost: what it is about is being read to find out, and it is never sent again automatically.
    Unknown {
        /// What happened.
        why: Explanation,
        /// When it is next looked up; `None` when a person must decide.
        look_up_at: Option<Timestamp>,
    },
    /// An unknown outcome was found out: it had been accepted.
    FoundAccepted,
    /// The message was read afterwards.
    Followed {
        /// The status now.
        status: Status,
    },
}

impl ActionStage {
    /// What happened, if it needs explaining.
    pub fn why(&self) -> Option<&Explanation> {
        match self {
            ActionStage::NotTaken(why) | ActionStage::NotSent(why) | ActionStage::Skipped(why) => Some(why),
            ActionStage::Refused(refusal) => Some(&refusal.why),
            ActionStage::GoesAgain { why, .. } | ActionStage::Unknown { why, .. } => Some(why),
            _ => None,
        }
    }

    /// Its word in a file.
    pub fn word(&self) -> &str {
        match self {
            ActionStage::Intended => "intended",
            ActionStage::UnderWay { .. } | ActionStage::Uploading { .. } => "under way",
            ActionStage::GoesAgain { .. } => "goes again",
            ActionStage::Accepted => "accepted",
            ActionStage::FoundAccepted => "found accepted",
            ActionStage::Refused(_) => "refused",
            ActionStage::NotTaken(_) => "not taken",
            ActionStage::NotSent(_) => "not sent",
            ActionStage::Skipped(_) => "skipped",
            ActionStage::Unknown { .. } => "unknown",
            ActionStage::Followed { status: Status::Success } => "delivered",
            ActionStage::Followed { status: Status::Failure } => "failed again",
            ActionStage::Followed { status } => status.api_word(),
        }
    }

    /// Its word in a list, after "retry"; `None` once whether to retry counts again.
    pub fn short_word(&self) -> Option<&'static str> {
        match self {
            ActionStage::Intended => Some("asked"),
            ActionStage::UnderWay { .. } | ActionStage::Uploading { .. } | ActionStage::GoesAgain { .. } => Some("under way"),
            ActionStage::Unknown { .. } => Some("unknown"),
            ActionStage::Accepted | ActionStage::FoundAccepted => Some("accepted"),
            _ => None,
        }
    }

    /// What became of its message since the API accepted it, in a word for a file.
    pub fn followed_word(&self) -> Option<&str> {
        match self {
            ActionStage::Followed { status } if status.is_final() => Some(self.word()),
            ActionStage::Accepted | ActionStage::FoundAccepted | ActionStage::Followed { .. } => Some("open"),
            _ => None,
        }
    }

    /// The API's code, where it refused with one.
    pub fn code(&self) -> Option<&str> {
        match self {
            ActionStage::Refused(refusal) => refusal.code.as_deref(),
            _ => None,
        }
    }

    /// Whether a person must decide how it ended.
    pub fn needs_person(&self) -> bool {
        matches!(self, ActionStage::Unknown { look_up_at: None, .. })
    }

    /// Whether nothing more happens automatically.
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
    /// Something is wrong, and will recover without help.
    Warning,
    /// A person must do something.
    Problem,
}
