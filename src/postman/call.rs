//! The API's seven calls, as values.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::UploadMeter;
use crate::delivery::{BatchId, MessageId, RecipientQuery};

/// One of the API's seven calls. Four of them write.
#[derive(Clone, PartialEq, Eq)]
pub enum Call {
    /// Send one message.
    Send {
        /// Digits with country code, no `+`.
        recipient: String,
        /// `english`, `chinese`, `malay` or `tamil`, as set for the campaign.
        language: String,
        /// Every variable of the template with its value.
        values: Vec<(String, String)>,
    },
    /// Retry a failed message. It keeps its id.
    Retry {
        /// Which.
        message: MessageId,
    },
    /// Read one message with its attempts.
    Read {
        /// Which.
        message: MessageId,
    },
    /// Read a page of the campaign's messages.
    List {
        /// Which page.
        page: PageRequest,
    },
    /// Upload a file of messages.
    UploadBatch {
        /// The file's name; the API returns it with every message.
        file_name: String,
        /// The file.
        csv: Bytes,
        /// How much of it has left, and the way to cut it off.
        meter: UploadMeter,
    },
    /// Retry every failed message of a batch.
    RetryBatch {
        /// Which.
        batch: BatchId,
    },
    /// Read a page of a batch's messages.
    ListBatch {
        /// Which batch.
        batch: BatchId,
        /// Which page.
        page: PageRequest,
    },
}

impl Call {
    /// Whether it changes anything on the server, and so may never be repeated unasked.
    pub fn is_write(&self) -> bool {
        match self {
            Call::Send { .. } | Call::Retry { .. } | Call::UploadBatch { .. } | Call::RetryBatch { .. } => true,
            Call::Read { .. } | Call::List { .. } | Call::ListBatch { .. } => false,
        }
    }

    /// What it does, for a notice: "retry a message".
    pub fn verb(&self) -> &'static str {
        match self {
            Call::Send { .. } => "send a message",
            Call::Retry { .. } => "retry a message",
            Call::Read { .. } => "read a message",
            Call::List { .. } => "read the messages",
            Call::UploadBatch { .. } => "upload a batch",
            Call::RetryBatch { .. } => "retry a batch",
            Call::ListBatch { .. } => "read a batch",
        }
    }
}

impl fmt::Debug for Call {
    /// Without recipients, texts and files: those never reach a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Call::Send { language, values, .. } => write!(out, "Send({language}, {} values)", values.len()),
            Call::Retry { message } => write!(out, "Retry({message})"),
            Call::Read { message } => write!(out, "Read({message})"),
            Call::List { page } => write!(out, "List({page:?})"),
            Call::UploadBatch { csv, .. } => write!(out, "UploadBatch({} bytes)", csv.len()),
            Call::RetryBatch { batch } => write!(out, "RetryBatch({batch})"),
            Call::ListBatch { batch, page } => write!(out, "ListBatch({batch}, {page:?})"),
        }
    }
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// How many messages at most, 1 to 1000; always sent, because the default is unknown.
    pub limit: u16,
    /// Only recipients that contain this.
    pub search: Option<RecipientQuery>,
    /// Where it starts.
    pub position: Position,
}

impl PageRequest {
    /// The largest page that the API gives.
    pub const LARGEST: u16 = 1000;

    /// The newest messages.
    pub fn head(limit: u16) -> Self {
        Self { limit, search: None, position: Position::Head }
    }

    /// The messages older than the end of another page.
    pub fn after(limit: u16, cursor: Cursor) -> Self {
        Self { limit, search: None, position: Position::After(cursor) }
    }
}

/// Where a page starts. Lists are newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// From the newest message.
    Head,
    /// The page after (older than) the one that ended here.
    After(Cursor),
    /// The page before (newer than) the one that started here.
    Before(Cursor),
}

/// A position in a list, as named by the server. Never parsed: its form is the server's business.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cursor(Arc<str>);

impl Cursor {
    /// A cursor as the server wrote it.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The server's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Cursor({} characters)", self.0.len())
    }
}
