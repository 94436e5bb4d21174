//! A file of messages to be sent: what was checked, and where its bytes are.

use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;
use ring::digest;

/// The SHA-256 of a file, in hexadecimal digits: the same for the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256(String);

impl Sha256 {
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
            FileSource::Path(path) => write!(out, "Path({})", path.display()),
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
}
