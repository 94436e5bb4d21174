//! Sending a file of messages: what was checked, what a person agreed to, and how its outcome becomes known when the
//! answer was lost.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use ring::digest;

use super::{FRESH_ENOUGH, PLAN_LIFE};
use crate::delivery::{BatchId, Message, Rows};
use crate::postman::{Call, PageAnswer, PageRequest, Position, UploadMeter};
use crate::state::UploadsBefore;

/// How recently the same file must have been accepted for its name to be asked for: two uploads of it are two SMS to
/// everyone in it.
const SAME_FILE_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// The SHA-256 of a file, in hexadecimal digits: the same for the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256(String);

impl Sha256 {
    /// That of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Sha256Hasher::default();
        hasher.update(bytes);
        hasher.finish()
    }

    /// A sum from the journal.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text: 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Makes a [`Sha256`] of bytes that come piece by piece.
#[derive(Clone)]
pub struct Sha256Hasher(digest::Context);

impl Default for Sha256Hasher {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sha256Hasher {
    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The sum of all bytes that were added.
    pub fn finish(self) -> Sha256 {
        Sha256(self.0.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Debug for Sha256Hasher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sha256Hasher")
    }
}

/// Where the bytes of a file are.
#[derive(Clone, PartialEq, Eq)]
pub enum FileSource {
    /// On the disk. They may have changed since they were checked.
    Path(PathBuf),
    /// In memory, because they can be read only once.
    Memory(Bytes),
}

impl fmt::Debug for FileSource {
    /// Without the bytes: they are numbers and texts.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileSource::Path(_) => out.write_str("Path"),
            FileSource::Memory(bytes) => write!(out, "Memory({} bytes)", bytes.len()),
        }
    }
}

/// A file that was checked whole, and has no mistake. Only [`CheckedFile::upload`](super::CheckedFile::upload) makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadFile {
    name: String,
    rows: u32,
    bytes: u64,
    sha256: Sha256,
    source: FileSource,
}

impl UploadFile {
    /// A file without a mistake.
    pub(super) fn new(name: String, rows: u32, bytes: u64, sha256: Sha256, source: FileSource) -> Self {
        Self { name, rows, bytes, sha256, source }
    }

    /// Its name, which ends in `.csv`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many messages it makes.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The sum of the bytes that were checked.
    pub fn sha256(&self) -> &Sha256 {
        &self.sha256
    }

    /// Where its bytes are.
    pub fn source(&self) -> &FileSource {
        &self.source
    }

    /// The call that uploads these bytes under its name. They must be those that were checked.
    pub fn call(&self, csv: Bytes) -> Call {
        Call::UploadBatch { file_name: self.name.clone(), csv, meter: UploadMeter::default() }
    }
}

/// What was known before a file is uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadReading {
    /// The server's stamp of the campaign's newest message; `None` where it has none.
    pub newest: Option<Timestamp>,
    /// Whether that is known: not where no message has a time.
    pub is_comparable: bool,
    /// Whether the journal has the same file open: under way, or with an unknown outcome.
    pub is_open: bool,
    /// When the same file was last accepted, by the wall clock, if that is less than 24 hours ago.
    pub accepted_at: Option<Timestamp>,
    /// When the request left.
    pub asked_at: Timestamp,
}

impl UploadReading {
    /// What the newest page shows.
    pub fn new(answer: &PageAnswer) -> Self {
        let newest = newest_of(&answer.rows);
        let is_empty = answer.rows.iter().next().is_none() && answer.unreadable() == 0 && !answer.page.has_next;
        let is_comparable = newest.is_some() || is_empty;
        Self { newest, is_comparable, is_open: false, accepted_at: None, asked_at: answer.asked_at }
    }

    /// What the journal has of the same file.
    pub fn compare_with(&mut self, journalled: &UploadsBefore, now: Timestamp) {
        self.is_open |= journalled.is_open;
        self.accepted_at = journalled.accepted_at.filter(|at| now.duration_since(*at) < SAME_FILE_WITHIN);
    }

    /// The call that reads it.
    pub fn call() -> Call {
        Call::List { page: PageRequest::head(NEWEST) }
    }
}

/// How many of the newest messages are read before an upload: one would do, but not every message has a time.
const NEWEST: u16 = 20;

fn newest_of(rows: &Rows) -> Option<Timestamp> {
    rows.iter().filter_map(|row| Message::from_row(row).created_at).max()
}

/// Exactly what would be uploaded, and what was known before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPlan {
    file: UploadFile,
    reading: UploadReading,
    planned_at: Timestamp,
}

impl UploadPlan {
    /// The plan to upload this file.
    pub fn new(file: UploadFile, reading: UploadReading, now: Timestamp) -> Self {
        Self { file, reading, planned_at: now }
    }

    /// What would be uploaded.
    pub fn file(&self) -> &UploadFile {
        &self.file
    }

    /// What was known before.
    pub fn reading(&self) -> &UploadReading {
        &self.reading
    }

    /// When it was made.
    pub fn planned_at(&self) -> Timestamp {
        self.planned_at
    }

    /// Whether it is too old to be agreed to.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.planned_at).unsigned_abs() > PLAN_LIFE
    }

    /// Why it cannot be agreed to.
    pub fn refusal(&self) -> Option<&'static str> {
        if self.reading.is_open {
            Some("the same file is under way, or its outcome is unknown")
        } else if !self.reading.is_comparable {
            Some("no message of this campaign has a time, so a lost answer could not be looked up")
        } else {
            None
        }
    }

    /// Whether its name must be given: the same file was accepted less than 24 hours ago.
    pub fn must_be_named(&self) -> bool {
        self.reading.accepted_at.is_some()
    }

    /// A person said yes at `at`, and gave that name where one was asked for. The only way to make a
    /// [`ConfirmedUpload`]; `None` where it cannot be agreed to.
    pub fn confirm(self, at: Timestamp, named: Option<&str>) -> Option<ConfirmedUpload> {
        let is_named = !self.must_be_named() || named == Some(self.file.name());
        let may = self.refusal().is_none() && is_named;
        may.then(|| ConfirmedUpload { plan: Box::new(self), confirmed_at: at })
    }
}

/// A file that a person agreed to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedUpload {
    // Beside it a retry is small.
    plan: Box<UploadPlan>,
    confirmed_at: Timestamp,
}

impl ConfirmedUpload {
    /// What was agreed to.
    pub fn plan(&self) -> &UploadPlan {
        &self.plan
    }

    /// When.
    pub fn confirmed_at(&self) -> Timestamp {
        self.confirmed_at
    }
}

/// What was known before a file was uploaded, to find an unknown outcome out by: a batch of this name and size with
/// messages that were not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadEvidence {
    file_name: String,
    rows: u32,
    newest: Option<Timestamp>,
    /// When that was last read, if this run of the program has.
    read_at: Option<Timestamp>,
}

impl UploadEvidence {
    /// What the journal kept of an upload.
    pub fn kept(file_name: &str, rows: u32, newest: Option<Timestamp>) -> Self {
        Self { file_name: file_name.to_owned(), rows, newest, read_at: None }
    }

    /// How many messages the file has.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The server's stamp of the newest message that was there before.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Whether the newest messages must be read (again) before the request may be sent.
    pub fn must_read(&self, now: Timestamp) -> bool {
        self.read_at.is_none_or(|read_at| now.duration_since(read_at).unsigned_abs() > FRESH_ENOUGH)
    }

    /// The newest messages were read again before the request; false where they have no times.
    pub fn read_again(&mut self, reading: &UploadReading) -> bool {
        self.newest = self.newest.max(reading.newest);
        self.read_at = Some(reading.asked_at);
        reading.is_comparable
    }

    /// The call that shows whether its batch exists: the pages of the campaign's messages, from `position` on.
    pub fn call(position: Position) -> Call {
        Call::List { page: PageRequest { limit: PageRequest::LARGEST, search: None, position } }
    }

    /// Adds the batches on this page that could be its own: of its name and size, with a message that was not there.
    pub fn candidates_in(&self, rows: &Rows, found: &mut BTreeSet<BatchId>) {
        let is_new = |message: &Message| self.newest.is_none_or(|newest| message.created_at.is_some_and(|created| created > newest));
        for message in rows.iter().map(Message::from_row).filter(is_new) {
            let own = message.batch.filter(|batch| batch.file_name.as_deref() == Some(&*self.file_name) && batch.total == Some(self.rows));
            found.extend(own.map(|batch| batch.id));
        }
    }

    /// Whether a page of the campaign's messages, newest first, reaches those that were there before.
    pub fn goes_beyond(&self, rows: &Rows) -> bool {
        let oldest = rows.iter().filter_map(|row| Message::from_row(row).created_at).min();
        self.newest.zip(oldest).is_some_and(|(newest, oldest)| oldest <= newest)
    }
}

impl From<&ConfirmedUpload> for UploadEvidence {
    fn from(upload: &ConfirmedUpload) -> Self {
        let UploadPlan { file, reading, .. } = &*upload.plan;
        Self::kept(file.name(), file.rows(), reading.newest)
    }
}
