//! What is intended, how it ended, and how an unknown outcome was resolved.

use std::fmt;

use jiff::Timestamp;

use super::{RunId, Server};
use crate::delivery::{BatchId, CampaignId, MessageId, counted};

/// An action's number in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(pub(super) i64);

impl fmt::Display for ActionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// An action that is about to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intention {
    /// The run of the program that takes it.
    pub run: RunId,
    /// The API's base URL, for the record.
    pub base_url: String,
    /// The server behind it, which claims are made under.
    pub server: Server,
    /// The campaign.
    pub campaign: CampaignId,
    /// What to do.
    pub action: ActionKind,
    /// The plan it belongs to, in a few words, without anything personal.
    pub plan: String,
    /// When it was decided.
    pub planned_at: Timestamp,
    /// When its subject was last read. If the API accepted another run's action on it after that, the person who
    /// agreed could not know. `None` skips this check.
    pub read_at: Option<Timestamp>,
}

/// What is done, with what is needed to find out later whether it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionKind {
    /// One failed message is tried again.
    RetryMessage {
        /// The message.
        message: MessageId,
        /// How many attempts it had when last read.
        attempts: Option<u32>,
        /// When the newest of them was made.
        newest_attempt: Option<Timestamp>,
        /// Which call reported that: calls count attempts differently.
        read_from: ReadFrom,
    },
    /// All failures of a batch are tried again.
    RetryBatch {
        /// The batch.
        batch: BatchId,
        /// Each of its failures, as read before the request left; `None` for an entry of an older journal, which kept
        /// too little, so that a person must decide.
        failures: Option<Vec<FailureSeen>>,
    },
    /// One message is sent.
    SendMessage {
        /// A keyed hash of recipient, language and values: enough to recognise the message in a list, but not to read
        /// it. Equal for equal sends.
        fingerprint: String,
        /// The language it is sent in; empty in an entry of an older journal.
        language: String,
        /// The messages to the same recipient that were known before the request left; `None` where that was not kept
        /// whole, so that a person must decide.
        known: Option<Vec<MessageId>>,
        /// The message that the API created, once its id is known.
        created: Option<MessageId>,
    },
    /// A file of messages is uploaded.
    UploadBatch {
        /// The file's name, without its folders.
        file_name: String,
        /// How many rows it has.
        rows: u32,
        /// The SHA-256 of its contents, in hexadecimal; empty in an entry of an older journal.
        sha256: String,
        /// The time of the campaign's newest message known before the request left.
        newest: Option<Timestamp>,
        /// The batch that the API created, once its id is known.
        created: Option<BatchId>,
    },
}

/// One failure of a batch before its retry, as last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureSeen {
    /// The message.
    pub message: MessageId,
    /// How many attempts it had.
    pub attempts: Option<u32>,
    /// When the newest of them was made.
    pub newest_attempt: Option<Timestamp>,
}

/// The call that reported what an intention contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadFrom {
    /// The message read by itself.
    Single,
    /// A page of the campaign's messages.
    List,
    /// A page of a batch's messages.
    Batch,
}

/// How a try ended, as seen from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Provably, nothing was sent.
    NotSent {
        /// Why.
        reason: String,
    },
    /// The API said no.
    Refused {
        /// The API's code.
        code: Option<String>,
        /// The API's words.
        reason: String,
        /// The trace id that support asks for.
        trace_id: Option<String>,
    },
    /// The API said yes.
    Accepted,
    /// There was no answer that could be understood.
    Unknown {
        /// What was seen instead.
        reason: String,
    },
}

/// How an unknown outcome was resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// A reading showed that it was accepted.
    Accepted {
        /// What showed it.
        reason: String,
    },
    /// A reading showed that it was not accepted.
    NotAccepted {
        /// What showed it.
        reason: String,
    },
    /// A person decided.
    ByPerson {
        /// Whether it went through.
        went: bool,
        /// The run in which the person decided, which says who it was.
        run: RunId,
    },
}

impl ActionKind {
    /// The kind's word: `retry`, `retry-batch`, `send` or `send-batch`, like the commands.
    pub fn word(&self) -> &'static str {
        match self {
            ActionKind::RetryMessage { .. } => "retry",
            ActionKind::RetryBatch { .. } => "retry-batch",
            ActionKind::SendMessage { .. } => "send",
            ActionKind::UploadBatch { .. } => "send-batch",
        }
    }

    /// What it is, in a sentence: `the retry of message_…`.
    pub fn about(&self) -> String {
        match self {
            ActionKind::RetryMessage { message, .. } => format!("the retry of {}", message.short(true)),
            ActionKind::RetryBatch { batch, .. } => format!("the retry of batch {}", batch.short(false)),
            ActionKind::SendMessage { .. } => "the sending of a message".to_owned(),
            ActionKind::UploadBatch { rows, .. } => format!("the upload of {}", counted(*rows as usize, "message")),
        }
    }

    /// The message that it is about, or that it created, where that has an id.
    pub fn message(&self) -> Option<&MessageId> {
        match self {
            ActionKind::RetryMessage { message, .. } | ActionKind::SendMessage { created: Some(message), .. } => Some(message),
            _ => None,
        }
    }

    /// The batch that it is about, or that it created, where that has an id.
    pub fn batch(&self) -> Option<&BatchId> {
        match self {
            ActionKind::RetryBatch { batch, .. } | ActionKind::UploadBatch { created: Some(batch), .. } => Some(batch),
            _ => None,
        }
    }

    /// The name of the file that is uploaded.
    pub fn file_name(&self) -> Option<&str> {
        match self {
            ActionKind::UploadBatch { file_name, .. } => Some(file_name),
            _ => None,
        }
    }

    /// What it is about: a message, a batch, a send or a file. Only one action on each may be under way in a
    /// campaign.
    pub fn subject(&self) -> String {
        match self {
            ActionKind::RetryMessage { message, .. } => format!("message {message}"),
            ActionKind::RetryBatch { batch, .. } => format!("batch {batch}"),
            ActionKind::SendMessage { fingerprint, .. } => Self::subject_of_send(fingerprint),
            ActionKind::UploadBatch { sha256, .. } => Self::subject_of_upload(sha256),
        }
    }
}

impl ActionKind {
    pub(super) fn subject_of_send(fingerprint: &str) -> String {
        format!("send {fingerprint}")
    }

    pub(super) fn subject_of_upload(sha256: &str) -> String {
        format!("upload {sha256}")
    }
}

impl ReadFrom {
    pub(super) fn word(self) -> &'static str {
        match self {
            ReadFrom::Single => "single",
            ReadFrom::List => "list",
            ReadFrom::Batch => "batch",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [ReadFrom::Single, ReadFrom::List, ReadFrom::Batch].into_iter().find(|from| from.word() == word)
    }
}
