//! Reading for scripts: pages and single messages within the campaign's budget, each call repeated while that is
//! worthwhile. It keeps nothing and polls nothing.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::task::{JoinError, JoinHandle};

use super::budget::add;
use super::call_slots::{CallSlot, Sharing, Turn, broken_reported};
use super::{Budget, Clock};
use crate::delivery::{BatchId, MessageId, RecipientQuery};
use crate::postman::{
    Api, Call, CallError, Cursor, Explanation, MessageAnswer, PageAnswer, PageData, PageRequest, Position, RawPage, ReadRetry,
    SCRIPT_PATIENCE, SCRIPT_READS, after_failed_read,
};
use crate::state::SharedBudget;

/// A list of messages, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    /// A batch's messages; `None` for the campaign's.
    pub batch: Option<BatchId>,
    /// Only recipients that contain this.
    pub search: Option<RecipientQuery>,
    /// Messages per page, 1 to 1000.
    pub page_size: u16,
    /// Whether it will be read to its end: then each page is requested while the one before is decoded and processed,
    /// still within the budget.
    pub to_the_end: bool,
}

/// Why a list could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A call failed for good.
    #[error("{0}")]
    Call(CallError),
    /// The server points to a page that was already read, or to none though there should be one, or gives one empty
    /// page after another.
    #[error("the list has no end: the server's cursors lead nowhere")]
    NoEnd,
}

/// Reads a campaign for a script.
pub struct Reader {
    /// Shared with the page that is requested ahead.
    caller: Arc<Mutex<Caller>>,
}

/// Makes one call after another, within the budget.
struct Caller {
    api: Api,
    budget: Budget,
    clock: Clock,
    /// The budget that processes share, and the next call's slot in it; `None` if it is not used.
    sharing: Option<(Sharing, CallSlot)>,
    jitter: Box<dyn FnMut() -> f64 + Send>,
    listener: Listener,
}

/// What a waiting user should know meanwhile.
#[derive(Debug)]
pub enum ReaderNews<'a> {
    /// A call failed and is repeated after this pause.
    GoesAgain {
        /// How it failed.
        error: &'a CallError,
        /// The pause.
        wait: Duration,
    },
    /// Only half the configured calls are made, because the budget that processes share cannot be used. Reported
    /// once, until it can be used again.
    HalfRate(Explanation),
}

/// The listener for news.
type Listener = Box<dyn FnMut(ReaderNews<'_>) + Send>;

impl Reader {
    /// A reader of at most `calls_per_second`. `jitter` returns numbers from 0 to 1.
    pub fn new(api: Api, calls_per_second: f64, clock: Clock, jitter: impl FnMut() -> f64 + Send + 'static) -> Self {
        let budget = Budget::new(calls_per_second);
        let caller = Caller { api, budget, clock, sharing: None, jitter: Box::new(jitter), listener: Box::new(|_| {}) };
        Self { caller: Arc::new(Mutex::new(caller)) }
    }

    /// Shares its calls with all other processes that use this budget. Where that is impossible, half the rate is
    /// used.
    #[must_use]
    pub fn sharing(self, budget: Option<Arc<dyn SharedBudget>>) -> Self {
        self.with(|caller| caller.sharing = Some((Sharing::new(budget, &caller.api), CallSlot::Wanted { missed: 0 })))
    }

    /// Tells a waiting user why nothing happens, or not as fast as configured.
    #[must_use]
    pub fn telling(self, listener: impl FnMut(ReaderNews<'_>) + Send + 'static) -> Self {
        self.with(|caller| caller.listener = Box::new(listener))
    }

    fn with(mut self, change: impl FnOnce(&mut Caller)) -> Self {
        // Nothing shares it before the first call.
        if let Some(caller) = Arc::get_mut(&mut self.caller) {
            change(caller.get_mut());
        }
        self
    }

    /// Reads one message.
    ///
    /// # Errors
    /// The last failure, after all the attempts that a script makes.
    pub async fn message(&mut self, id: &MessageId) -> Result<MessageAnswer, CallError> {
        let mut caller = self.caller.lock().await;
        let api = caller.api.clone();
        let (answer, asked_at) = caller.patiently(|| api.message(id)).await?;
        Ok(MessageAnswer { asked_at, ..answer })
    }

    /// Reads one page.
    ///
    /// # Errors
    /// The last failure, after all the attempts that a script makes.
    pub async fn page(&mut self, call: &Call) -> Result<PageAnswer, CallError> {
        let mut caller = self.caller.lock().await;
        let api = caller.api.clone();
        let (answer, asked_at) = caller.patiently(|| api.page(call)).await?;
        Ok(PageAnswer { asked_at, ..answer })
    }

    /// The pages of a list, from the newest message on.
    pub fn pages(&mut self, listing: ListRequest) -> Pages<'_> {
        Pages::new(self, listing)
    }
}

impl Caller {
    /// Waits until the next call may be made.
    async fn wait_for_turn(&mut self) {
        self.clock.sleep_until(self.budget.next_slot(self.clock.now())).await;
        let Some((sharing, slots)) = &mut self.sharing else { return };
        loop {
            let moment = self.clock.moment();
            let now = moment.steady;
            match slots.turn(now, Duration::ZERO) {
                Turn::Go => break,
                Turn::Wait(until) => self.clock.sleep_until(until).await,
                Turn::Reserve => {
                    let reserved = sharing.reserve(self.budget.full_rate(now), moment, Duration::ZERO).await;
                    self.budget.halve(reserved.is_err());
                    match reserved {
                        Ok(slot) => slots.reserved(slot, Duration::ZERO),
                        Err(error) => {
                            if slots.broke(now) {
                                tracing::warn!(%error, "half the rate is used, because the shared budget cannot be");
                                (self.listener)(ReaderNews::HalfRate(broken_reported(&error)));
                            }
                        }
                    }
                }
            }
        }
        slots.used();
        sharing.used();
    }

    /// Asks until there is an answer, and returns when that was requested: by [`Clock::now`], which plans and workers
    /// use and nobody can set.
    async fn patiently<T, F>(&mut self, mut ask: impl FnMut() -> F) -> Result<(T, Timestamp), CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let (mut attempt, begun) = (0, self.clock.now());
        loop {
            attempt += 1;
            self.wait_for_turn().await;
            let asked_at = self.clock.now();
            self.budget.call(asked_at);
            let error = match ask().await {
                Ok(answer) => return Ok((answer, asked_at)),
                Err(error) => error,
            };
            let now = self.clock.now();
            if error.is_rate_limit() {
                self.budget.too_many(now, error.retry_after);
            }
            let wait = match after_failed_read(attempt, &error, (self.jitter)()) {
                ReadRetry::After(wait) if attempt < SCRIPT_READS && now.duration_since(begun).unsigned_abs() + wait <= SCRIPT_PATIENCE => {
                    wait
                }
                ReadRetry::After(_) | ReadRetry::GiveUp => return Err(error),
            };
            tracing::warn!(%error, attempt, ?wait, "a read is repeated");
            (self.listener)(ReaderNews::GoesAgain { error: &error, wait });
            self.budget.hold(add(now, wait.as_secs_f64()));
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Reader")
    }
}

/// How many empty pages in a row are read before a list counts as endless: an empty page with a cursor is not the
/// end, but there should not be hundreds.
const MOST_EMPTY_PAGES: u32 = 50;

/// The pages of a list, newest first.
pub struct Pages<'a> {
    reader: &'a mut Reader,
    listing: ListRequest,
    /// `None` after the last page.
    next: Option<Position>,
    /// The cursors already used: a list that leads back to one would go on forever.
    read: HashSet<Cursor>,
    empty: u32,
    /// The call that gave the newest page.
    asked: Option<Arc<Call>>,
    /// The next page, if it was already requested.
    ahead: Option<Ahead>,
}

impl fmt::Debug for Pages<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pages").field("listing", &self.listing).finish_non_exhaustive()
    }
}

/// A page as received.
enum Fetched {
    /// It has a next page; its rows are not decoded yet.
    Raw(Box<RawPage>, PageData),
    /// The last one, or one where the quick look found nothing.
    Whole(Box<PageAnswer>),
}

/// A page that was requested. Dropping it cancels the request.
struct Ahead(JoinHandle<Result<(Fetched, Timestamp), CallError>>);

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<'a> Pages<'a> {
    pub(super) fn new(reader: &'a mut Reader, listing: ListRequest) -> Self {
        Self { reader, listing, next: Some(Position::Head), read: HashSet::new(), empty: 0, asked: None, ahead: None }
    }

    /// The next page; `None` after the last one.
    ///
    /// # Errors
    /// The page cannot be read, or the server's cursors lead nowhere.
    pub async fn next(&mut self) -> Result<Option<PageAnswer>, ReadError> {
        let Some(position) = self.next.take() else { return Ok(None) };
        if let Position::After(cursor) = &position
            && !self.read.insert(cursor.clone())
        {
            return Err(ReadError::NoEnd);
        }
        let call = self.call(position);
        self.asked = Some(Arc::new(call.clone()));
        let fetched = match self.ahead.take() {
            Some(mut ahead) => done((&mut ahead.0).await).await,
            None => self.fetch(call.clone()).await,
        };
        let (fetched, asked_at) = fetched.map_err(ReadError::Call)?;
        let answer = match fetched {
            Fetched::Whole(answer) => PageAnswer { asked_at, ..*answer },
            Fetched::Raw(raw, page) => {
                self.ask_ahead(&page);
                let decoded =
                    if self.ahead.is_some() { done(tokio::task::spawn_blocking(move || raw.decode()).await).await } else { raw.decode() };
                match decoded {
                    Ok(answer) => PageAnswer { asked_at, ..answer },
                    // It looked like a page and is not one: it is requested again, as often as any call.
                    Err(_) => {
                        self.ahead = None;
                        self.reader.page(&call).await.map_err(ReadError::Call)?
                    }
                }
            }
        };
        self.empty = if answer.rows.is_empty() && answer.beside.is_nothing() { self.empty + 1 } else { 0 };
        if answer.page.has_next {
            let end = answer.page.end.clone().filter(|_| self.empty < MOST_EMPTY_PAGES);
            self.next = Some(Position::After(end.ok_or(ReadError::NoEnd)?));
        }
        Ok(Some(answer))
    }

    /// Whether the last page was read.
    pub fn are_over(&self) -> bool {
        self.next.is_none()
    }

    /// The call that gave the newest page, by which it can be read again.
    pub fn asked(&self) -> Option<Arc<Call>> {
        self.asked.clone()
    }

    fn call(&self, position: Position) -> Call {
        let page = PageRequest { limit: self.listing.page_size, search: self.listing.search.clone(), position };
        match &self.listing.batch {
            Some(batch) => Call::ListBatch { batch: batch.clone(), page },
            None => Call::List { page },
        }
    }

    fn fetch(&self, call: Call) -> impl Future<Output = Result<(Fetched, Timestamp), CallError>> + Send + use<> {
        let caller = Arc::clone(&self.reader.caller);
        async move {
            let mut caller = caller.lock().await;
            let api = caller.api.clone();
            let fetch = || async {
                let raw = api.raw_page(&call).await?;
                match raw.page_ahead().filter(|page| page.has_next && page.end.is_some()) {
                    Some(page) => Ok(Fetched::Raw(Box::new(raw), page)),
                    None => raw.decode().map(|answer| Fetched::Whole(Box::new(answer))),
                }
            };
            caller.patiently(fetch).await
        }
    }

    /// Requests the page after this one, unless that would be pointless.
    fn ask_ahead(&mut self, page: &PageData) {
        let Some(end) = page.end.clone().filter(|end| self.listing.to_the_end && !self.read.contains(end)) else { return };
        if self.empty + 1 < MOST_EMPTY_PAGES {
            self.ahead = Some(Ahead(tokio::spawn(self.fetch(self.call(Position::After(end))))));
        }
    }
}

/// A panic in a task is resumed here. A cancelled task ends with the runtime, and so does this.
async fn done<T>(joined: Result<T, JoinError>) -> T {
    match joined.map_err(JoinError::try_into_panic) {
        Ok(value) => value,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_)) => std::future::pending().await,
    }
}
