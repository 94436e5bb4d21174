//! The files that were sent from here: their names, which an action itself does not carry.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Campaign;
use crate::action::{ConfirmedUpload, Sha256};
use crate::monitor::OpenActionNews;
use crate::state::ActionKind;

/// What is known of the files that were sent from here, in this run of the program or left open by an earlier one.
#[derive(Debug, Default)]
pub(in crate::tui) struct Uploads(HashMap<Sha256, SentFile>);

/// A file that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct SentFile {
    /// Its name, without its folders.
    pub name: String,
    /// How many messages it has.
    pub rows: u32,
    /// When it was agreed to; by the wall clock of the journal where an earlier run of the program sent it.
    pub agreed_at: Timestamp,
}

impl Uploads {
    /// The file with these contents.
    pub fn of(&self, sha256: &Sha256) -> Option<&SentFile> {
        self.0.get(sha256)
    }

    /// Adds the files of what the journal has open.
    pub fn note_open(&mut self, open: &[OpenActionNews]) {
        for open in open {
            if let ActionKind::UploadBatch { file_name, rows, sha256, .. } = &open.kind {
                let file = SentFile { name: file_name.clone(), rows: *rows, agreed_at: open.planned_at };
                self.0.entry(Sha256::new(sha256)).or_insert(file);
            }
        }
    }
}

impl Campaign {
    /// A person agreed to send this file.
    pub fn note_upload(&mut self, upload: &ConfirmedUpload, now: Timestamp) {
        let file = upload.plan().file();
        let sent = SentFile { name: file.name().to_owned(), rows: file.rows(), agreed_at: now };
        self.uploads.0.insert(file.sha256().clone(), sent);
    }
}
