//! What only the upload of a file needs: its bytes, the newest messages before its request, and the search for the batch
//! that a lost answer may have created.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::super::ActionStage;
use super::reading::{FOLLOW_LATER, FOLLOWED_FOR};
use super::{ActionPhase, ActiveAction, Reread};
use crate::action::{ActionEvidence, BatchReading, Created, MessageFinding, Sha256, Subject, UploadEvidence, UploadFile, UploadReading};
use crate::delivery::{BatchId, Rows};
use crate::postman::{Call, Cursor, Explanation, PageData, Position, UploadMeter};
use crate::state::{OtherUploads, Outcome};

/// How often a batch without rows is read: it is being prepared.
const PREPARED_SOON: SignedDuration = SignedDuration::from_secs(5);

/// A search through the campaign's messages, newest first, for the batch of a file.
#[derive(Debug, Default)]
pub(super) struct BatchSearch {
    /// Where the next page begins; `None` for the first page.
    next: Option<Cursor>,
    /// The batches that could be its own.
    found: BTreeSet<BatchId>,
}

impl ActiveAction {
    /// Whether it uploads this file.
    pub fn is_upload_of(&self, sha256: &Sha256) -> bool {
        matches!(&self.which.subject, Subject::Upload(own) if own == sha256)
    }

    /// The file whose bytes must be read before its request.
    pub fn file_to_load(&self) -> Option<&UploadFile> {
        self.file.as_ref().filter(|_| self.request.is_none())
    }

    /// Its file cannot be read any more: it is not sent.
    pub fn file_cannot_be_read(&mut self, why: Explanation) -> (Outcome, ActionStage) {
        self.phase = ActionPhase::Over;
        let reason = "the file could not be read again before it was to be sent".to_owned();
        let what = "The file was not sent: it cannot be read any more.".to_owned();
        (Outcome::NotSent { reason }, ActionStage::NotSent(Explanation { what, ..why }))
    }

    /// The newest messages were read before its request; gives the stamp of the newest, and nothing where they have no
    /// times, so that a lost answer could not be found out.
    pub fn newest_read(&mut self, reading: &UploadReading) -> Option<Option<Timestamp>> {
        self.unread = 0;
        let ActionEvidence::Upload(evidence) = &mut self.known else { return None };
        evidence.read_again(reading).then(|| evidence.newest())
    }

    /// How much of its request has left, while that is under way.
    pub fn meter(&self) -> Option<&UploadMeter> {
        match &self.request {
            Some(Call::UploadBatch { meter, .. }) => Some(meter),
            _ => None,
        }
    }

    /// The call that reads the next page to search for its batch.
    pub fn batch_search_call(&self) -> Option<Call> {
        matches!(self.known, ActionEvidence::Upload(_))
            .then(|| UploadEvidence::call(self.batch_search.next.clone().map_or(Position::Head, Position::After)))
    }

    /// Whether its outcome is unknown, and this is the middle of a search for its batch.
    pub fn is_deep_in_search(&self) -> bool {
        self.batch_search.next.is_some()
    }

    /// A page was read to find its unknown outcome out. Only exactly one batch that could be its own proves anything, so
    /// the search goes on to the messages that were there before.
    pub fn looked_for_batch(&mut self, rows: &Rows, page: &PageData, others: &OtherUploads, now: Timestamp) -> Reread {
        self.unread = 0;
        let ActionEvidence::Upload(evidence) = &self.known else { return Reread::default() };
        evidence.candidates_in(rows, &mut self.batch_search.found);
        let next = page.end.clone().filter(|_| page.has_next && !evidence.goes_beyond(rows));
        if let (Some(next), ActionPhase::Unknown { read_at, .. }) =
            (next.filter(|next| self.batch_search.next.as_ref() != Some(next)), &mut self.phase)
        {
            self.batch_search.next = Some(next);
            *read_at = now;
            return Reread::default();
        }
        let found = std::mem::take(&mut self.batch_search).found;
        let found: Vec<BatchId> = found.into_iter().filter(|batch| !others.batches.contains(batch)).collect();
        match found.as_slice() {
            [_] if others.is_ambiguous => {
                self.several_found("a new batch has the name and the size of this file, and so has another file that was sent".to_owned())
            }
            [] => self.looked_up(MessageFinding::Unchanged, now),
            [only] => {
                self.which.created = Some(Created::Batch(only.clone()));
                self.looked_up(MessageFinding::Taken, now)
            }
            several => self.several_found(format!("{} new batches have the name and the size of this file", several.len())),
        }
    }

    /// A page that was read for another reason shows a batch that could be its own: it is looked up now.
    pub fn notice_batch(&mut self, rows: &Rows, asked_at: Timestamp, now: Timestamp) {
        let (ActionEvidence::Upload(evidence), ActionPhase::Unknown { since, read_at, .. }) = (&self.known, &mut self.phase) else {
            return;
        };
        let mut found = BTreeSet::new();
        evidence.candidates_in(rows, &mut found);
        if !found.is_empty() && asked_at >= *since && self.batch_search.next.is_none() {
            *read_at = now.min(*read_at);
        }
    }

    /// The batch that it created was read whole. Its rows can appear a minute after they were recorded, on pages that are
    /// not read again for a while, so they are read here until all of them are there and have ended.
    pub(super) fn batch_followed(&mut self, reading: &BatchReading, pages: u32, now: Timestamp) {
        let (ActionEvidence::Upload(evidence), ActionPhase::Following { since, read_at }) = (&self.known, &mut self.phase) else { return };
        // A reading of many pages must not take the whole budget.
        let pause = if reading.is_empty() { PREPARED_SOON } else { FOLLOW_LATER * i32::try_from(pages).unwrap_or(1).max(1) };
        *read_at = now + pause;
        let have_ended = reading.len() >= evidence.rows() as usize && reading.open() == 0;
        if have_ended || now.duration_since(*since) > FOLLOWED_FOR {
            self.phase = ActionPhase::Over;
        }
    }

    /// Several batches could be its own: a person decides.
    fn several_found(&mut self, what: String) -> Reread {
        let ActionPhase::Unknown { why, .. } = &self.phase else { return Reread::default() };
        let next = "Check them in the batches view, then say in the activity view whether this one went.";
        let why = Explanation::new(format!("{what}."), why.reason(), next).with_trace(why.trace_id.clone());
        self.phase = ActionPhase::Over;
        Reread { stage: Some(ActionStage::Unknown { why, look_up_at: None }), known: Some(what), ..Reread::default() }
    }

    /// The search for its batch starts over.
    pub(super) fn search_batch_again(&mut self) {
        self.batch_search = BatchSearch::default();
    }
}
