//! Sending a file: what is read before a question about it and before its request, its way out, and how an unknown
//! outcome is found out.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::path::Path;

use bytes::Bytes;
use tokio::task::{JoinError, JoinHandle};

use super::super::active_action::{ActionPhase, ActionRef, ActiveAction, Reread, Skipped};
use super::super::budget::add;
use super::super::call_slots::blocking;
use super::super::{ActionStage, Purpose};
use super::Worker;
use super::in_the_way::journal_broken;
use crate::action::{FileSource, RunEnd, Sha256, UploadFile, UploadReading};
use crate::postman::{Explanation, PageAnswer, UploadMeter, WriteOutcome};
use crate::state::{ActionId, OtherUploads, UploadsBefore};
use crate::store::AnswerKind;

/// How often the progress of an upload is reported, in seconds.
const PROGRESS_S: f64 = 0.25;

/// Why the bytes that were checked are not there.
enum NotLoaded {
    /// They are others now.
    Changed,
    /// They cannot be read.
    Unreadable(io::Error),
}

/// The bytes of a file, if they are those that were checked.
fn loaded(file: &UploadFile) -> Result<Bytes, NotLoaded> {
    let bytes = match file.source() {
        FileSource::Memory(bytes) => return Ok(bytes.clone()),
        FileSource::Path(path) => {
            let read = read_regular(path, file.bytes()).map_err(NotLoaded::Unreadable)?;
            Bytes::from(read.ok_or(NotLoaded::Changed)?)
        }
    };
    if Sha256::of(&bytes) == *file.sha256() { Ok(bytes) } else { Err(NotLoaded::Changed) }
}

/// The bytes of a file that has so many; `None` where it is something else by now. A pipe or a device under its name is not
/// waited for.
///
/// # Errors
/// It cannot be read.
pub fn read_regular(path: &Path, bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path)?;
    let about = file.metadata()?;
    if !about.is_file() || about.len() != bytes {
        return Ok(None);
    }
    let mut read = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    file.take(bytes + 1).read_to_end(&mut read)?;
    Ok((read.len() as u64 == bytes).then_some(read))
}

impl Worker {
    /// Reads what must be known before a question about a file.
    pub(super) async fn upload_reading(&mut self, file: &UploadFile, answer: &PageAnswer) -> UploadReading {
        let mut reading = UploadReading::new(answer);
        reading.is_open = self.scheduler.actions.iter().any(|active| active.is_open() && active.is_upload_of(file.sha256()));
        reading.compare_with(&self.uploads_before(file.sha256()).await, self.wall());
        reading
    }

    /// What the journal has of the same file. Without a journal nothing can be sent anyway.
    async fn uploads_before(&self, sha256: &Sha256) -> UploadsBefore {
        let Some(journal) = self.journal.readable().cloned() else { return UploadsBefore::default() };
        let (server, campaign, sha256) = (self.server.clone(), self.api.campaign().clone(), sha256.clone());
        let before = blocking(move || journal.uploads_before(&server, &campaign, sha256.as_str())).await;
        // A journal that cannot be read refuses the upload when its line is to be written.
        before.unwrap_or_default()
    }

    /// Before the request of an upload: reads the file, which must still be what was checked, and then the newest
    /// messages, by which a lost answer is found out.
    pub(super) async fn read_before_upload(&mut self, index: usize, which: ActionRef, action: ActionId) {
        if let Some(file) = self.scheduler.actions.get(index).and_then(ActiveAction::file_to_load).cloned() {
            // A network share that hangs must not keep the worker from hearing a stop.
            let read = self.listen(blocking(move || Ok((loaded(&file), file)))).await;
            let Some(Ok((read, file))) = read else { return };
            match read {
                Ok(bytes) => {
                    if let Some(active) = self.scheduler.actions.get_mut(index) {
                        active.request = Some(file.call(bytes));
                    }
                }
                Err(NotLoaded::Changed) => return self.skip(index, Skipped::FileChanged).await,
                Err(NotLoaded::Unreadable(error)) => {
                    let why = Explanation::new("", format!("The system says: {error}."), "Check the file and send it again.");
                    let Some(active) = self.scheduler.actions.get_mut(index) else { return };
                    let (outcome, stage) = active.file_cannot_be_read(why);
                    return self.ends_unsent(index, outcome, stage, RunEnd::NotSent).await;
                }
            }
        }
        let Some(answer) = self.page_of(Purpose::Action, UploadReading::call()).await else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.unread_before(index, &error).await,
        };
        let reading = UploadReading::new(&answer);
        self.searched(answer, AnswerKind::List).await;
        // A request to take it back may have come in between.
        let is_ready = |phase: &ActionPhase| matches!(phase, ActionPhase::Ready { .. });
        let Some(active) = self.scheduler.actions.get_mut(index).filter(|active| is_ready(&active.phase)) else { return };
        let Some(newest) = active.newest_read(&reading) else { return self.skip(index, Skipped::NoTimes).await };
        let Err(error) = self.journalled(move |journal| journal.newest_before(action, newest)).await else { return };
        let Some(active) = self.scheduler.actions.get_mut(index) else { return };
        let stage = active.not_taken(journal_broken(&error));
        self.stage(&which, stage).await;
        self.run_ended(&which, RunEnd::NotSent).await;
    }

    /// The uploads whose batches could be taken for that of an action. Where the journal cannot be read, any could.
    async fn other_uploads(&self, index: usize) -> OtherUploads {
        let unknown = OtherUploads { is_ambiguous: true, ..OtherUploads::default() };
        let id = self.scheduler.actions.get(index).and_then(|active| active.which.id);
        let Some((action, journal)) = id.zip(self.journal.readable().cloned()) else { return unknown };
        blocking(move || journal.other_uploads(action)).await.unwrap_or(unknown)
    }

    /// Waits for the outcome of a write. Of an upload it reports how much has left.
    pub(super) async fn written(
        &mut self,
        which: &ActionRef,
        meter: Option<UploadMeter>,
        mut task: JoinHandle<WriteOutcome>,
    ) -> Result<WriteOutcome, JoinError> {
        let Some(meter) = meter else { return self.listen_through(Purpose::Action, task).await };
        let mut reported = (0, 0);
        loop {
            let (clock, until) = (self.clock.clone(), add(self.now(), PROGRESS_S));
            let ended = async {
                tokio::select! {
                    biased;
                    ended = &mut task => Some(ended),
                    () = clock.sleep_until(until) => None,
                }
            };
            if let Some(ended) = self.listen_through(Purpose::Action, ended).await {
                return ended;
            }
            let progress = meter.progress();
            if progress != reported {
                reported = progress;
                let (sent, total) = progress;
                self.stage(which, ActionStage::Uploading { sent, total }).await;
            }
        }
    }

    /// Reads a page to find out whether a file was taken.
    pub(super) async fn look_for_batch(&mut self, index: usize) {
        let Some(active) = self.scheduler.actions.get(index) else { return };
        let (Some(call), purpose) = (active.batch_search_call(), active.due().map_or(Purpose::Outcome, |(_, purpose)| purpose)) else {
            return;
        };
        let Some(answer) = self.page_of(purpose, call).await else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.unread(index, &error).await,
        };
        let others = self.other_uploads(index).await;
        let now = self.now();
        let read = self.scheduler.actions.get_mut(index).map(|active| active.looked_for_batch(&answer.rows, &answer.page, &others, now));
        let sent = self.sent_among(&answer);
        self.searched(answer, AnswerKind::List).await;
        for (index, read) in read.map(|read: Reread| (index, read)).into_iter().chain(sent) {
            self.was_read(index, read).await;
        }
    }
}
