//! The pages of a list. A page's cursor is found before the page is decoded, so that the next one can be requested
//! meanwhile.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::task::{JoinError, JoinHandle};

use super::{ListRequest, ReadError, Reader};
use crate::postman::{Call, CallError, Cursor, PageAnswer, PageData, PageRequest, Position, RawPage};

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
