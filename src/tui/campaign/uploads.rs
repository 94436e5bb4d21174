//! The files that were sent from here: their names, how far an upload is, and which batch a file became once its rows show.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::{ActionRecord, Campaign};
use crate::action::{ConfirmedUpload, Sha256, Subject};
use crate::delivery::BatchId;
use crate::monitor::{ActionNews, ActionStage, OpenActionNews, UploadedNews};
use crate::state::ActionKind;
use crate::store::BatchSummary;

/// Over how long the pace of an upload is taken.
const PACE_OVER: SignedDuration = SignedDuration::from_secs(10);

/// How much earlier than its yes a batch may seem to have been created: the server's clock is another one.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// What is known of the files that were sent from here, in this run of the program or left open by an earlier one.
#[derive(Debug, Default)]
pub(in crate::tui) struct Uploads {
    files: HashMap<Sha256, SentFile>,
    /// The names of files that an earlier run of the program was to send.
    left: Vec<String>,
    /// The path that was typed last.
    path: Option<String>,
    /// The file whose refusal was looked at last.
    refused: Option<Sha256>,
    /// The file that is leaving.
    leaving: Option<(Sha256, Leaving)>,
}

/// A file that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct SentFile {
    /// Its name, without its folders.
    pub name: String,
    /// How many messages it has.
    pub rows: u32,
    /// When it was agreed to; by the wall clock of the journal where an earlier run of the program sent it.
    pub agreed_at: Timestamp,
    /// Another run of the program sent it, and the API accepted it.
    elsewhere: Option<AcceptedElsewhere>,
    /// Whether its rows were looked for and not there, so that it is news when they show.
    is_missed: bool,
    /// Whether its batch was shown to the user.
    is_found: bool,
}

/// What the journal knows of a file that another run of the program sent.
#[derive(Debug, Clone, PartialEq, Eq)]
struct AcceptedElsewhere {
    /// When, by the wall clock of the journal.
    at: Timestamp,
    /// The batch that it became, where the API named it.
    batch: Option<BatchId>,
}

/// How much of a file has left.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Leaving {
    pub sent: u64,
    pub total: u64,
    /// What had left at which time, in the last seconds.
    seen: VecDeque<(Timestamp, u64)>,
}

/// A file whose rows do not show yet.
#[derive(Debug)]
pub(in crate::tui) struct WaitingFile<'a> {
    pub file: &'a SentFile,
    pub state: WaitingState<'a>,
}

/// Why its rows do not show.
#[derive(Debug)]
pub(in crate::tui) enum WaitingState<'a> {
    /// Postman has it, since then, and prepares them.
    Prepared(Timestamp),
    /// Whether Postman has it is not known; when that is looked up, or that a person decides.
    Unknown(Option<Timestamp>),
    /// An action of an earlier run of the program, of which nothing more was reported.
    Left(&'a OpenActionNews),
}

impl Uploads {
    /// The file with these contents.
    pub fn of(&self, sha256: &Sha256) -> Option<&SentFile> {
        self.files.get(sha256)
    }

    /// The path that was typed last: what is wrong with a file is fixed, and then it is checked again.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    pub fn note_path(&mut self, path: &str) {
        self.path = Some(path.to_owned());
    }

    /// The file whose refusal is looked at.
    pub fn refused(&self) -> Option<&Sha256> {
        self.refused.as_ref()
    }

    pub fn note_refused(&mut self, sha256: Sha256) {
        self.refused = Some(sha256);
    }

    /// How much of this file has left, while it does.
    pub fn leaving(&self, sha256: &Sha256) -> Option<&Leaving> {
        self.leaving.as_ref().filter(|(of, _)| of == sha256).map(|(_, leaving)| leaving)
    }

    /// Adds the files of what the journal has open.
    pub fn note_open(&mut self, open: &[OpenActionNews]) {
        for open in open {
            if let ActionKind::UploadBatch { file_name, rows, sha256, .. } = &open.kind {
                self.files.entry(Sha256::new(sha256)).or_insert_with(|| SentFile::new(file_name, *rows, open.planned_at));
            }
        }
    }

    /// Adds the files that other runs of the program sent.
    pub fn note_uploaded(&mut self, uploaded: &[UploadedNews]) {
        for upload in uploaded {
            if let ActionKind::UploadBatch { file_name, rows, sha256, created, .. } = &upload.kind {
                let missing = || SentFile { is_missed: false, ..SentFile::new(file_name, *rows, upload.planned_at) };
                let file = self.files.entry(Sha256::new(sha256)).or_insert_with(missing);
                file.elsewhere.get_or_insert_with(|| AcceptedElsewhere { at: upload.accepted_at, batch: created.clone() });
            }
        }
    }

    /// An earlier run of the program was to send files of these names.
    pub fn note_names(&mut self, names: &[String]) {
        self.left.extend(names.iter().cloned());
    }

    /// The names of all these files: while presenting they are hidden.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.values().map(|file| file.name.as_str()).chain(self.left.iter().map(String::as_str))
    }
}

impl SentFile {
    fn new(name: &str, rows: u32, agreed_at: Timestamp) -> Self {
        Self { name: name.to_owned(), rows, agreed_at, elsewhere: None, is_missed: true, is_found: false }
    }
}

impl Leaving {
    fn note(&mut self, (sent, total): (u64, u64), at: Timestamp) {
        // A request that goes again begins at nothing.
        if sent < self.sent {
            self.seen.clear();
        }
        (self.sent, self.total) = (sent, total);
        self.seen.push_back((at, sent));
        while self.seen.len() > 2 && self.seen.front().is_some_and(|(first, _)| at.duration_since(*first) > PACE_OVER) {
            self.seen.pop_front();
        }
    }

    /// How many bytes leave in a second; `None` until that can be said.
    pub fn pace(&self) -> Option<f64> {
        let ((from, before), (to, now)) = (self.seen.front()?, self.seen.back()?);
        let seconds = to.duration_since(*from).as_secs_f64();
        (seconds >= 1.0 && now > before).then(|| (now - before) as f64 / seconds)
    }

    /// How long the rest takes.
    pub fn left(&self) -> Option<SignedDuration> {
        let seconds = (self.total - self.sent.min(self.total)) as f64 / self.pace()?;
        // Rounded up: the last second is not over yet.
        SignedDuration::try_from_secs_f64(seconds.ceil()).ok()
    }
}

impl Campaign {
    /// A person agreed to send this file.
    pub fn note_upload(&mut self, upload: &ConfirmedUpload, now: Timestamp) {
        let file = upload.plan().file();
        self.uploads.files.insert(file.sha256().clone(), SentFile::new(file.name(), file.rows(), now));
    }

    /// What is reported of a file that is sent.
    pub fn follow_upload(&mut self, news: &ActionNews) {
        let Subject::Upload(sha256) = &news.subject else { return };
        match news.stage {
            ActionStage::Uploading { sent, total } => {
                let is_same = self.uploads.leaving(sha256).is_some();
                if !is_same {
                    let leaving = Leaving { sent: 0, total, seen: VecDeque::new() };
                    self.uploads.leaving = Some((sha256.clone(), leaving));
                }
                if let Some((_, leaving)) = &mut self.uploads.leaving {
                    leaving.note((sent, total), news.at);
                }
            }
            ActionStage::UnderWay { .. } => {}
            _ => self.uploads.leaving = None,
        }
    }

    /// The upload that is under way, if there is one.
    pub fn upload_under_way(&self) -> Option<&ActionRecord> {
        let is_upload = |record: &&ActionRecord| matches!(record.subject, Subject::Upload(_));
        self.actions.uploads().find(|record| is_upload(record) && record.is_acting())
    }

    /// The batch of a file that was sent, once one of its messages is loaded.
    fn batch_of(&self, sha256: &Sha256, file: &SentFile) -> Option<BatchId> {
        let created = match self.actions.on(&Subject::Upload(sha256.clone())) {
            Some(record) => {
                let taken = |stage: &_| matches!(stage, ActionStage::Accepted | ActionStage::FoundAccepted | ActionStage::Followed { .. });
                record.stage.as_ref().filter(|stage| taken(stage))?;
                record.created.as_ref().and_then(|created| created.batch())
            }
            None => file.elsewhere.as_ref()?.batch.as_ref(),
        };
        if let Some(batch) = created {
            return self.store.batch(batch).map(|summary| summary.batch.id);
        }
        // Postman took it without naming its batch.
        let is_its = |summary: &BatchSummary| {
            let batch = &summary.batch;
            let is_new = batch.created_at.is_some_and(|at| at.duration_since(file.agreed_at) > -CLOCKS_DIFFER);
            is_new && batch.file_name.as_deref() == Some(&*file.name) && batch.total == Some(file.rows)
        };
        self.store.batches().into_iter().find(is_its).map(|summary| summary.batch.id)
    }

    /// The batches of files that were sent from here and begin to show. Each is given once, and followed to its end. Those
    /// of an earlier run of the program that showed at once are no news.
    pub fn found_uploads(&mut self) -> Vec<(SentFile, BatchId)> {
        let open = self.uploads.files.iter().filter(|(_, file)| !file.is_found);
        let found: Vec<(Sha256, BatchId)> =
            open.filter_map(|(sha256, file)| Some((sha256.clone(), self.batch_of(sha256, file)?))).collect();
        let mut all = Vec::new();
        for (sha256, batch) in found {
            self.follow_batch(&batch);
            if let Some(file) = self.uploads.files.get_mut(&sha256) {
                file.is_found = true;
                if file.is_missed {
                    all.push((file.clone(), batch));
                }
            }
        }
        let coverage = self.store.coverage();
        for file in self.uploads.files.values_mut().filter(|file| !file.is_missed && !file.is_found) {
            file.is_missed = file.elsewhere.as_ref().is_some_and(|accepted| coverage.reaches_back_to(accepted.at - CLOCKS_DIFFER));
        }
        all
    }

    /// The files that were sent and whose rows do not show yet, the newest first.
    pub fn waiting_files(&self) -> Vec<WaitingFile<'_>> {
        let state = |sha256: &Sha256, file: &SentFile| {
            let subject = Subject::Upload(sha256.clone());
            let Some(record) = self.actions.on(&subject) else {
                let is_its = |open: &&OpenActionNews| Subject::of(&open.kind).as_ref() == Some(&subject);
                let open = self.actions.open().iter().find(is_its).map(WaitingState::Left);
                return open.or_else(|| file.elsewhere.as_ref().map(|accepted| WaitingState::Prepared(accepted.at)));
            };
            match &record.stage {
                Some(ActionStage::Accepted | ActionStage::FoundAccepted) => {
                    Some(WaitingState::Prepared(record.accepted_at.unwrap_or(record.at)))
                }
                Some(ActionStage::Unknown { look_up_at, .. }) => Some(WaitingState::Unknown(*look_up_at)),
                _ => None,
            }
        };
        let open = self.uploads.files.iter().filter(|(_, file)| file.is_missed && !file.is_found);
        let mut waiting: Vec<WaitingFile<'_>> =
            open.filter_map(|(sha256, file)| Some(WaitingFile { file, state: state(sha256, file)? })).collect();
        waiting.sort_by(|left, right| right.file.agreed_at.cmp(&left.file.agreed_at).then_with(|| left.file.name.cmp(&right.file.name)));
        waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_the_last_seconds() {
        let at = |millisecond: i64| Timestamp::from_millisecond(1_900_000_000_000 + millisecond).unwrap();
        let mut leaving = Leaving { sent: 0, total: 40_000_000, seen: VecDeque::new() };
        // What the system takes at once says nothing of the line.
        leaving.note((4_000_000, 40_000_000), at(0));
        assert_eq!((leaving.pace(), leaving.left()), (None, None));
        for quarter in 1..=8 {
            leaving.note((4_000_000 + 250_000 * quarter, 40_000_000), at(250 * quarter as i64));
        }
        assert_eq!((leaving.pace(), leaving.left()), (Some(1_000_000.0), Some(SignedDuration::from_secs(34))));
        // It becomes slower, and after a while that is what counts.
        for second in 1..=30_u64 {
            leaving.note((6_000_000 + 100_000 * second, 40_000_000), at(2_000 + 1_000 * second as i64));
        }
        assert_eq!(leaving.pace().map(f64::round), Some(100_000.0));
        leaving.note((0, 40_000_000), at(40_000));
        assert_eq!(leaving.pace(), None);
    }
}
