//! The calls that read.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::super::active_action::{BatchPass, BatchPassProgress};
use super::super::scheduler::{OPENED_AGAIN, SEARCH_AGAIN, SEARCH_PAGE};
use super::super::{BatchState, Fetch, Generation, News, NoticeWeight, PageSeen, Purpose, SearchState, SeenMessage};
use super::Worker;
use crate::delivery::{MessageId, RecipientQuery, Rows};
use crate::postman::{Call, CallError, Explanation, MessageAnswer, PageAnswer, PageRequest, Position};
use crate::store::AnswerKind;

/// How long the reading of a batch waits after a page that could not be read, multiplied by the failures in a row.
const BATCH_PAUSE: SignedDuration = SignedDuration::from_secs(3);
/// How often the same page of a batch that is loaded may fail before it is loaded from the first page on.
const LOAD_TRIES: u32 = 3;
/// The longest such wait.
const LONGEST_BATCH_PAUSE: SignedDuration = SignedDuration::from_secs(60);

impl Worker {
    /// A page, with the time of its request on this worker's clock; `None` when the worker is to stop.
    pub(super) async fn page_of(&mut self, purpose: Purpose, call: Call) -> Option<Result<PageAnswer, CallError>> {
        let (api, asked_at) = (self.api.clone(), self.now());
        let answer = self.listen_for(purpose, async move { api.page(&call).await }).await?;
        Some(answer.map(|answer| PageAnswer { asked_at, ..answer }))
    }

    /// The same for one message.
    pub(super) async fn message_of(&mut self, purpose: Purpose, message: MessageId) -> Option<Result<MessageAnswer, CallError>> {
        let (api, asked_at) = (self.api.clone(), self.now());
        let answer = self.listen_for(purpose, async move { api.message(&message).await }).await?;
        Some(answer.map(|answer| MessageAnswer { asked_at, ..answer }))
    }

    /// Reads a page for the ledger. Returns whether the page itself was requested: not if no call can be made now.
    pub(super) async fn read_page(&mut self, fetch: Fetch) -> bool {
        let page = PageRequest { limit: fetch.limit(), search: None, position: fetch.position() };
        let (call, from) = match self.batch.clone() {
            Some(batch) => (Call::ListBatch { batch: batch.clone(), page }, AnswerKind::Batch(batch)),
            None => (Call::List { page }, AnswerKind::List),
        };
        let Some(answer) = self.page_of(fetch.purpose(), call).await else { return false };
        let answer = match answer {
            Ok(answer) => answer,
            // A page that cannot be read is no reason to stop the others.
            Err(error) if !matches!(fetch, Fetch::Head { .. }) && !concerns_all(&error) => {
                self.page_failed(&fetch, &error).await;
                return true;
            }
            Err(error) => {
                self.failed(&error).await;
                return false;
            }
        };
        self.answered(answer.server_date, answer.asked_at).await;
        self.bytes += answer.bytes as u64;
        let asked_at = self.stamp(answer.asked_at);
        let ahead = self.server_time.ahead().unwrap_or_default();
        self.scheduler.ledger.set_ahead(ahead);
        let page = PageSeen::from_answer(&answer, self.server_now(), ahead);
        self.scheduler.ledger.apply(&fetch, &page);
        let head = matches!(fetch, Fetch::Head { .. });
        match fetch {
            Fetch::Head { .. } => self.scheduler.read_now = false,
            Fetch::History { .. } => self.scheduler.further = false,
            Fetch::Gap { .. } | Fetch::Stretch { .. } => {}
        }
        if !self.scheduler.ledger.has_more() {
            self.scheduler.further = false;
        }
        let reach = Some(self.scheduler.ledger.reach());
        self.learn(&answer.rows, &from, answer.asked_at);
        let sent = self.sent_among(&answer);
        let retried = self.retried_among(&answer.rows);
        if self.scheduler.ledger.take_again() {
            self.scheduler.full = false;
            self.scheduler.loads.clear();
            self.tell(News::StartedOver).await;
        }
        self.tell(News::Rows { rows: answer.rows, from: from.clone(), asked_at, reach, head }).await;
        for (index, read) in sent {
            self.was_read(index, read).await;
        }
        self.notice_retried(&retried, &from, answer.asked_at).await;
        if self.scheduler.ledger.is_circular() && !self.bad_cursors_reported {
            self.bad_cursors_reported = true;
            self.notice(NoticeWeight::Warning, circular()).await;
        }
        true
    }

    /// A page other than the head could not be read, for a reason of its own. It is requested again, less and less
    /// often; its messages stay as old as they are.
    async fn page_failed(&mut self, fetch: &Fetch, error: &CallError) {
        let now = self.now();
        self.scheduler.ledger.failed(fetch, now);
        self.scheduler.further = false;
        let why = error.explanation();
        let what = format!("A page of older messages cannot be read: {}", why.what);
        self.notice(NoticeWeight::Warning, Explanation { what, ..why }).await;
    }

    /// Searches the server for recipients.
    pub(super) async fn search(&mut self, generation: Generation, query: RecipientQuery, position: Position) {
        let further = position != Position::Head;
        let call = Call::List { page: PageRequest { limit: SEARCH_PAGE, search: Some(query), position } };
        let Some(answer) = self.page_of(Purpose::Search, call).await else { return };
        let now = self.now();
        match answer {
            Ok(answer) => {
                self.answered(answer.server_date, answer.asked_at).await;
                self.bytes += answer.bytes as u64;
                self.note(&answer.rows, answer.asked_at);
                self.learn(&answer.rows, &AnswerKind::Search, answer.asked_at);
                let stamp = self.stamp(answer.asked_at);
                let Some(search) = self.scheduler.search.as_mut().filter(|search| search.generation == generation) else { return };
                let beside = answer.beside;
                let page: Vec<MessageId> = answer.rows.iter().map(|row| MessageId::new(row.id())).collect();
                if further {
                    search.further = false;
                    search.more = answer.page.end.filter(|_| answer.page.has_next);
                    let known: HashSet<&MessageId> = search.found.iter().collect();
                    let new: Vec<_> = page.into_iter().filter(|id| !known.contains(id)).collect();
                    search.found.extend(new);
                    search.beside[1] += beside;
                } else {
                    // The first page of results again; pages that were read further down stay.
                    if search.found.len() <= page.len() && search.beside[1].is_nothing() {
                        search.more = answer.page.end.filter(|_| answer.page.has_next);
                    }
                    let first: HashSet<&MessageId> = page.iter().collect();
                    search.found.retain(|id| !first.contains(id));
                    search.found.splice(..0, page);
                    search.beside[0] = beside;
                }
                search.ask_at = Some(now + SEARCH_AGAIN);
                let (mut beside, below) = (search.beside[0], search.beside[1]);
                beside += below;
                let (found, more) = (search.found.clone(), search.more.is_some());
                let state = SearchState::Answered { found, more, beside, asked_at: answer.asked_at };
                self.tell(News::Rows { rows: answer.rows, from: AnswerKind::Search, asked_at: stamp, reach: None, head: false }).await;
                self.tell(News::Search { generation, state }).await;
            }
            Err(error) => {
                if let Some(search) = self.scheduler.search.as_mut().filter(|search| search.generation == generation) {
                    search.further = false;
                    // A refusal of the search itself would come again; a passing failure may not.
                    search.ask_at = (error.is_retryable() || error.is_access_refused()).then(|| now + SEARCH_AGAIN);
                }
                self.tell(News::Search { generation, state: SearchState::Failed(error.explanation()) }).await;
                if concerns_all(&error) {
                    self.failed(&error).await;
                }
            }
        }
    }

    /// Reads the open message.
    pub(super) async fn open(&mut self, generation: Generation, message: MessageId) {
        let Some(answer) = self.message_of(Purpose::Message, message).await else { return };
        let now = self.now();
        let result = match answer {
            Ok(answer) => {
                let moving = self.reported_single(answer).await;
                if let Some(opened) = self.scheduler.opened.as_mut().filter(|opened| opened.generation == generation) {
                    opened.read_at = moving.then(|| now + OPENED_AGAIN);
                }
                Ok(())
            }
            Err(error) => {
                if let Some(opened) = self.scheduler.opened.as_mut().filter(|opened| opened.generation == generation) {
                    opened.read_at = error.is_retryable().then(|| now + OPENED_AGAIN);
                }
                if concerns_all(&error) {
                    self.failed(&error).await;
                }
                Err(error.explanation())
            }
        };
        self.tell(News::Opened { generation, result }).await;
    }

    /// Reads a message that turned out to be retried elsewhere. If that fails, it is left to the pages.
    pub(super) async fn read_again(&mut self, message: MessageId) {
        let Some(answer) = self.message_of(Purpose::Message, message).await else { return };
        match answer {
            Ok(answer) => {
                self.reported_single(answer).await;
            }
            Err(error) if concerns_all(&error) => self.failed(&error).await,
            Err(_) => {}
        }
    }

    /// Reports a single reading; returns whether the message can still change.
    pub(super) async fn reported_single(&mut self, answer: MessageAnswer) -> bool {
        self.answered(answer.server_date, answer.asked_at).await;
        let moving = self.note(&answer.rows, answer.asked_at);
        self.learn(&answer.rows, &AnswerKind::Single, answer.asked_at);
        let asked_at = self.stamp(answer.asked_at);
        self.tell(News::Rows { rows: answer.rows, from: AnswerKind::Single, asked_at, reach: None, head: false }).await;
        moving
    }

    /// Tells the ledger about another answer; returns whether any of it can still change.
    pub(super) fn note(&mut self, rows: &Rows, asked_at: Timestamp) -> bool {
        let seen = SeenMessage::from_rows(rows, self.server_now(), self.server_time.ahead().unwrap_or_default());
        self.scheduler.ledger.note(&seen, asked_at);
        seen.iter().any(|seen| seen.open.is_some())
    }

    /// Reads the next page of a requested batch: before a question about it can be answered, or to list all of it.
    pub(super) async fn read_requested_batch(&mut self, generation: Generation) {
        let Some(wanted) = self.scheduler.batch_request(generation) else { return };
        let (batch, next) = (wanted.batch.clone(), wanted.pass.next.clone());
        let Some(answer) = self.batch_page(Purpose::Batch, &batch, next).await else { return };
        let state = match answer {
            Ok(answer) => {
                let page = self.reported_batch_page(&batch, answer).await;
                let now = self.now();
                // The request may have been withdrawn or replaced by now.
                let Some(wanted) = self.scheduler.batch_request(generation) else { return };
                wanted.unread = 0;
                match wanted.pass.take(page, now) {
                    BatchPassProgress::More => {
                        wanted.read_at = Some(now);
                        BatchState::Reading(wanted.pass.len())
                    }
                    BatchPassProgress::Whole(reading) => {
                        wanted.read_at = None;
                        BatchState::Whole(reading)
                    }
                    BatchPassProgress::NoEnd => {
                        wanted.read_at = None;
                        BatchState::Failed { why: no_end(), again: false }
                    }
                }
            }
            Err(error) => {
                if concerns_all(&error) {
                    self.failed(&error).await;
                }
                let Some(state) = self.batch_unread(&error, generation) else { return };
                state
            }
        };
        let mut ended: Vec<Generation> = Vec::new();
        if let BatchState::Whole(_) = &state {
            // Whoever else wants it loaded has it, too.
            let others = self.scheduler.loads.extract_if(.., |load| load.batch == batch && load.generation != generation);
            ended.extend(others.map(|load| load.generation));
        }
        self.scheduler.loads.retain(|load| load.read_at.is_some());
        for generation in ended {
            self.tell(News::Batch { generation, state: state.clone() }).await;
        }
        self.tell(News::Batch { generation, state }).await;
    }

    /// It is asked for again after a while, for a question from its first page on: the cursor may be what was refused.
    /// What is only loaded goes on where it was, at first. A refusal would only come again.
    fn batch_unread(&mut self, error: &CallError, generation: Generation) -> Option<BatchState> {
        let now = self.now();
        let is_load = self.scheduler.loads.iter().any(|load| load.generation == generation);
        let wanted = self.scheduler.batch_request(generation)?;
        wanted.unread = wanted.unread.saturating_add(1);
        if !is_load || wanted.unread >= LOAD_TRIES {
            wanted.pass = BatchPass::default();
        }
        let pause = (BATCH_PAUSE * i32::try_from(wanted.unread).unwrap_or(i32::MAX)).min(LONGEST_BATCH_PAUSE);
        wanted.read_at = error.is_retryable().then(|| now + pause);
        Some(BatchState::Failed { why: error.explanation(), again: error.is_retryable() })
    }
}

/// Whether a failure concerns the campaign's connection, key or rate, rather than this call alone. A missing
/// permission for one call (403) or a fault on one page must not hold up the others.
pub(super) fn concerns_all(error: &CallError) -> bool {
    error.is_connection() || error.is_rate_limit() || error.is_unauthorised() || (error.is_access_refused() && error.status() != Some(403))
}

fn circular() -> Explanation {
    Explanation::new(
        "Older messages cannot be read any further.",
        "The server's page cursors go in a circle, lead to no older messages or are missing.",
        "Loaded messages stay and are kept up to date; older ones are not shown. Restart to try again.",
    )
}

fn no_end() -> Explanation {
    Explanation::new(
        "The batch cannot be read completely.",
        "The server's page cursors go in a circle, lead nowhere or are missing.",
        "Retry its messages one by one instead.",
    )
}
