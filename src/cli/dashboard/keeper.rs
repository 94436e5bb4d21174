//! The keeper of the dashboard's journal: opens it, and looks whether it can still be written. A task of its
//! own, so that nothing else waits for that.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::super::open_journal::begin_run;
use super::workers::StateFolder;
use crate::monitor::{CampaignIndex, News, Notice, NoticeWeight, Update, UpdateSender};
use crate::postman::Explanation;
use crate::state::{Journal, JournalAccess, JournalHandle, Run, StateError};
use crate::tui::{ExitReason, Requests};

/// How often the journal's files are checked. A check costs three calls to the file system.
const LOOK: Duration = Duration::from_secs(5);

pub(super) struct Keeper {
    pub state: StateFolder,
    pub updates: UpdateSender,
    pub requests: Requests,
    /// Where a journal goes that was opened: the first, whatever came of it, and one that could be opened
    /// later.
    pub opened: watch::Sender<Option<JournalHandle>>,
}

/// Why it cannot be written.
#[derive(Debug, Clone, PartialEq)]
struct Refused {
    why: String,
    /// Whether it must be opened again: the one that is open will never be written.
    needs_opening: bool,
}

impl From<&StateError> for Refused {
    fn from(error: &StateError) -> Self {
        Self { why: error.explained(), needs_opening: error.needs_opening() }
    }
}

/// The result of a check.
enum Look {
    /// It can be written as before.
    Writable,
    /// It could be opened now.
    Opened(Journal, Run),
    /// It cannot be written.
    Refused(JournalAccess, Refused),
}

impl Keeper {
    /// Keeps it until the program ends.
    pub async fn work(self, mut end: oneshot::Receiver<()>) {
        let mut held: Option<(Journal, Arc<Run>)> = None;
        let mut refused = false;
        let mut is_first = true;
        // Why nothing can be written, as last reported.
        let mut reported: Option<Refused> = None;
        let mut ticks = interval_at(Instant::now(), LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = &mut end => break,
                _ = ticks.tick() => {}
            }
            refused |= held.as_ref().is_some_and(|(journal, _)| journal.take_failure());
            match self.look(held.clone(), refused).await {
                Look::Writable if !refused => {}
                Look::Writable => {
                    (refused, reported) = (false, None);
                    self.tell(News::Journal(None)).await;
                }
                Look::Opened(journal, run) => {
                    let run = Arc::new(run);
                    held = Some((journal.clone(), Arc::clone(&run)));
                    self.opened.send_replace(Some(JournalHandle { access: JournalAccess::Writable(journal), run: Some(run) }));
                    if refused {
                        self.tell(News::Journal(None)).await;
                    }
                    (refused, reported) = (false, None);
                }
                Look::Refused(access, why) => {
                    refused = true;
                    if is_first {
                        self.opened.send_replace(Some(JournalHandle { access, run: None }));
                    }
                    if reported.as_ref() != Some(&why) {
                        reported = Some(why.clone());
                        self.tell_refused(no_journal(why)).await;
                    }
                }
            }
            is_first = false;
        }
        self.opened.send_replace(None);
        self.end(held).await;
    }

    /// Opens the journal if it is not open; otherwise checks its files, and writes if a write failed
    /// before.
    async fn look(&self, held: Option<(Journal, Arc<Run>)>, refused: bool) -> Look {
        let state = self.state.clone();
        let look = move || match held {
            None => open(&state),
            Some((journal, _)) => {
                let found = if refused { journal.probe() } else { journal.check() };
                match found {
                    Ok(()) => Look::Writable,
                    Err(error) => Look::Refused(JournalAccess::ReadOnly { journal: None, why: String::new() }, Refused::from(&error)),
                }
            }
        };
        self.off_thread(look).await
    }

    /// Takes what the run's lock leaves behind away, where nothing is open under it and nobody else holds it.
    async fn end(&self, held: Option<(Journal, Arc<Run>)>) {
        if let Some((journal, run)) = held
            && let Ok(run) = Arc::try_unwrap(run)
        {
            // A file that stays is removed by a later run.
            let _ = self.off_thread(move || journal.end_run(run)).await;
        }
    }

    /// Runs work that waits for the disk. A panic in it ends the dashboard.
    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(broken) => {
                self.requests.end(ExitReason::Broken);
                match broken.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => std::future::pending().await,
                }
            }
        }
    }

    async fn tell_refused(&self, text: Explanation) {
        self.tell(News::Journal(Some(text.clone()))).await;
        let notice = Notice { at: Timestamp::now(), weight: NoticeWeight::Problem, text };
        self.tell(News::Notice(notice)).await;
    }

    async fn tell(&self, news: News) {
        self.updates.send(Update { campaign: CampaignIndex(0), news }).await;
    }
}

fn open(state: &StateFolder) -> Look {
    let begin = || -> Result<(Journal, Run), (JournalAccess, Refused)> {
        let nothing = |error: StateError| (JournalAccess::ReadOnly { journal: None, why: error.explained() }, Refused::from(&error));
        let folder = state.path().map_err(nothing)?;
        let refused = |error: StateError| {
            let why = Refused::from(&error);
            (JournalAccess::without(&folder, error), why)
        };
        let journal = Journal::open(&folder).map_err(refused)?;
        let run = begin_run(&journal).map_err(refused)?;
        Ok((journal, run))
    };
    match begin() {
        Ok((journal, run)) => Look::Opened(journal, run),
        Err((access, why)) => Look::Refused(access, why),
    }
}

fn no_journal(refused: Refused) -> Explanation {
    let next = if refused.needs_opening {
        "`:reload` opens it again, and so does a restart."
    } else {
        "Fix the state folder, or name another with `--state FOLDER`; Postwatch keeps trying."
    };
    Explanation::new(
        "Nothing can be retried or sent: the journal of actions cannot be written.",
        refused.why,
        format!("Everything can be read as usual. {next}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::CampaignId;
    use crate::state::NoteKind;
    use crate::tui::{UpdateReceiver, WakeReceiver, updates, wake_pair};

    /// The journals that were opened.
    struct Opened(watch::Receiver<Option<JournalHandle>>);

    impl Opened {
        async fn recv(&mut self) -> Option<JournalHandle> {
            self.0.changed().await.ok()?;
            self.0.borrow_and_update().clone()
        }
    }

    struct Kept {
        end: oneshot::Sender<()>,
        opened: Opened,
        news: UpdateReceiver,
        task: tokio::task::JoinHandle<()>,
        _wake: WakeReceiver,
    }

    fn keeper(folder: &std::path::Path) -> Kept {
        let (waker, wake) = wake_pair().unwrap();
        let (updates, news) = updates(waker.clone());
        let (end, ended) = oneshot::channel();
        let (opened, journals) = watch::channel(None);
        let state = StateFolder::Fixed(folder.to_owned());
        let keeper = Keeper { state, updates, requests: Requests::new(waker), opened };
        Kept { end, opened: Opened(journals), news, task: tokio::spawn(keeper.work(ended)), _wake: wake }
    }

    impl Kept {
        /// The next news that is not a notice.
        async fn next(&mut self) -> News {
            loop {
                match self.news.next().await.unwrap().news {
                    News::Notice(_) => {}
                    news => return news,
                }
            }
        }

        /// Notes something in the journal that is open.
        async fn note(&self) -> Result<(), String> {
            let handle = self.opened.0.borrow().clone().unwrap();
            let (base, campaign) = ("http://127.0.0.1:1/api/v2".to_owned(), CampaignId::new("campaign_1"));
            let noted = handle.note(NoteKind::Export, "messages, 2 rows".to_owned(), base, campaign, Timestamp::now());
            noted.map_err(|error| error.explained())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_folder_that_is_put_right_is_opened_without_a_new_start() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("state");
        std::fs::write(&folder, "in the way").unwrap();
        let mut kept = keeper(&folder);
        let first = kept.opened.recv().await.unwrap();
        assert!(first.access.writable().is_err() && first.run.is_none());
        assert!(matches!(kept.next().await, News::Journal(Some(text)) if text.why.contains("cannot be used")));
        assert!(kept.note().await.is_err());
        std::fs::remove_file(&folder).unwrap();
        let second = kept.opened.recv().await.unwrap();
        assert!(second.access.writable().is_ok() && second.run.is_some());
        assert!(matches!(kept.next().await, News::Journal(None)));
        assert_eq!(kept.note().await, Ok(()));
    }

    #[cfg(unix)]
    #[tokio::test(start_paused = true)]
    async fn a_log_that_is_removed_is_told_though_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = keeper(folder.path());
        kept.opened.recv().await.unwrap();
        std::fs::remove_file(folder.path().join("journal.sqlite3-wal")).unwrap();
        let News::Journal(Some(text)) = kept.next().await else { panic!("it is told") };
        assert!(text.why.contains("was removed or replaced") && text.next.contains("`:reload`"), "{text:?}");
        assert!(kept.note().await.unwrap_err().contains("opened again"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_worker_could_not_write_is_tried_until_it_can_be() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = keeper(folder.path());
        let handle = kept.opened.recv().await.unwrap();
        handle.access.writable().unwrap().set_gate(|| false);
        assert!(kept.note().await.is_err());
        handle.access.writable().unwrap().set_gate(|| true);
        assert!(matches!(kept.next().await, News::Journal(None)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_run_ends_with_the_keeper() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = keeper(folder.path());
        drop(kept.opened.recv().await.unwrap());
        drop(kept.end);
        kept.task.await.unwrap();
        let locks = std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "run"));
        assert_eq!(locks.count(), 0);
    }
}
