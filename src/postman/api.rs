//! The API of one campaign: makes a call once, and returns what came of it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::classify::{body_error, not_sent, read_answer, write_outcome};
use super::decode::{decode_message, decode_page, page_data_ahead};
use super::secrets::without_key;
use super::{ApiKey, BaseUrl, Call, CallError, CallErrorKind, Cursor, Exchange, KeyFit, NotSent, Transport, WriteOutcome, request};
use crate::delivery::{Beside, CampaignId, MessageId, RecipientQuery, Rows};

/// The API of one campaign. Cheap to clone. It never repeats a call on its own.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    transport: Arc<dyn Transport>,
    base: BaseUrl,
    campaign: CampaignId,
    key: ApiKey,
}

impl Api {
    /// The API behind a base URL, for one campaign and its key.
    pub fn new(transport: Arc<dyn Transport>, base: BaseUrl, campaign: CampaignId, key: ApiKey) -> Self {
        Self(Arc::new(Inner { transport, base, campaign, key }))
    }

    /// The same with another key.
    #[must_use]
    pub fn with_key(&self, key: ApiKey) -> Self {
        Self::new(Arc::clone(&self.0.transport), self.0.base.clone(), self.0.campaign.clone(), key)
    }

    /// Its base URL.
    pub fn base(&self) -> &BaseUrl {
        &self.0.base
    }

    /// The campaign.
    pub fn campaign(&self) -> &CampaignId {
        &self.0.campaign
    }

    /// The campaign's key: the journal's fingerprints are made with it.
    pub fn key(&self) -> &ApiKey {
        &self.0.key
    }

    /// Whether the key belongs at this base URL.
    pub fn key_fit(&self) -> KeyFit {
        self.0.key.fits(&self.0.base, None)
    }

    /// Reads a page: [`Call::List`] or [`Call::ListBatch`].
    ///
    /// # Errors
    /// No usable answer.
    pub async fn page(&self, call: &Call) -> Result<PageAnswer, CallError> {
        self.raw_page(call).await?.decode()
    }

    /// Reads a page and leaves its rows undecoded, so that meanwhile the next one can be requested and the decoding
    /// done elsewhere.
    ///
    /// # Errors
    /// No usable answer.
    pub async fn raw_page(&self, call: &Call) -> Result<RawPage, CallError> {
        let exchange = self.read(call).await?;
        read_answer(&exchange)?;
        let searched = match call {
            Call::List { page } | Call::ListBatch { page, .. } => page.search.clone(),
            _ => None,
        };
        Ok(RawPage { exchange, searched })
    }

    /// Reads one message.
    ///
    /// # Errors
    /// No usable answer.
    pub async fn message(&self, id: &MessageId) -> Result<MessageAnswer, CallError> {
        let exchange = self.read(&Call::Read { message: id.clone() }).await?;
        let response = read_answer(&exchange)?;
        let rows = decode_message(&response.body).map_err(|error| body_error(response, &error))?;
        Ok(MessageAnswer { asked_at: exchange.sent_at, rows, server_date: response.date })
    }

    /// Makes a writing call, once. The caller has recorded its intention before.
    pub async fn write(&self, call: Call) -> WriteOutcome {
        if !call.is_write() {
            return not_sent(CallError::new(CallErrorKind::NotSent(NotSent::Local("it is not a write".to_owned()))));
        }
        match self.exchange(&call).await {
            Ok(exchange) => write_outcome(&call, &exchange),
            Err(error) => not_sent(error),
        }
    }

    /// Sends a reading call; writing calls are never sent this way, because reads are repeated.
    async fn read(&self, call: &Call) -> Result<Exchange, CallError> {
        if call.is_write() {
            return Err(CallError::new(CallErrorKind::NotARead));
        }
        self.exchange(call).await
    }

    async fn exchange(&self, call: &Call) -> Result<Exchange, CallError> {
        if let KeyFit::Another(environment) = self.key_fit() {
            let host = self.0.base.host().to_owned();
            return Err(CallError::new(CallErrorKind::AnotherKey { key: environment, host }));
        }
        let request = request(&self.0.base, &self.0.campaign, call);
        Ok(without_key(self.0.transport.send(request, &self.0.key).await, &self.0.key))
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Api({}, {}, {:?})", self.0.base, self.0.campaign, self.0.key)
    }
}

/// A page whose rows are not decoded yet.
#[derive(Debug)]
pub struct RawPage {
    exchange: Exchange,
    searched: Option<RecipientQuery>,
}

impl RawPage {
    /// The page's position in its list, found by a quick look: `None` if that does not find it, so that
    /// [`RawPage::decode`] must.
    pub fn page_ahead(&self) -> Option<PageData> {
        page_data_ahead(&self.exchange.result.as_ref().ok()?.body)
    }

    /// Decodes the page. Takes about 10 µs per message: not for the thread that draws.
    ///
    /// # Errors
    /// The body is not a page.
    pub fn decode(self) -> Result<PageAnswer, CallError> {
        let response = read_answer(&self.exchange)?;
        let (mut rows, page) = decode_page(&response.body).map_err(|error| body_error(response, &error))?;
        // A server that does not search returns other messages, which must not be taken for matches.
        let beside = self.searched.map(|query| rows.keep_held(&query)).unwrap_or_default();
        Ok(PageAnswer { asked_at: self.exchange.sent_at, rows, beside, page, bytes: response.body.len(), server_date: response.date })
    }
}

/// A page of messages.
#[derive(Debug)]
pub struct PageAnswer {
    /// When the request was sent: the page's data is at least this old.
    pub asked_at: Timestamp,
    /// The messages, in the order received, and the rows that could not be read.
    pub rows: Rows,
    /// What it contained besides the matches of a search.
    pub beside: Beside,
    /// The page's position in the list.
    pub page: PageData,
    /// The size of the body, uncompressed.
    pub bytes: usize,
    /// The server's clock.
    pub server_date: Option<Timestamp>,
}

impl PageAnswer {
    /// How many of its rows could not be read; in a search, also those without a recipient.
    pub fn unreadable(&self) -> usize {
        self.rows.bad().len().max(self.beside.unreadable)
    }
}

/// A page's position in the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageData {
    /// Whether there are older messages.
    pub has_next: bool,
    /// Whether there are newer ones.
    pub has_previous: bool,
    /// The cursor of its first message; `None` on an empty page.
    pub start: Option<Cursor>,
    /// The cursor of its last message; `None` on an empty page.
    pub end: Option<Cursor>,
}

/// One message, read by its id.
#[derive(Debug)]
pub struct MessageAnswer {
    /// When the request was sent.
    pub asked_at: Timestamp,
    /// The one message.
    pub rows: Rows,
    /// The server's clock.
    pub server_date: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::delivery::Beside;
    use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep, ScriptedTransport, scripted_time};
    use crate::postman::{Broken, Environment, PageRequest, TransportFailure};

    fn key(text: &str) -> ApiKey {
        ApiKey::new(&SecretString::from(text)).unwrap()
    }

    fn api(transport: Arc<dyn Transport>, environment: Environment) -> Api {
        Api::new(transport, environment.base_url(), CampaignId::new("campaign_1"), key("key_test_0123456789abcdef"))
    }

    fn list() -> Call {
        Call::List { page: PageRequest::head(10) }
    }

    fn retry() -> Call {
        Call::Retry { message: MessageId::new("message_1") }
    }

    #[tokio::test]
    async fn a_page_is_asked_for_once_and_told_with_its_time() {
        let script =
            Arc::new(ScriptedTransport::new([ScriptedStep::answer(200, r#"{"messages":[{"id":"a"}],"pageData":{"endCursor":"x"}}"#)]));
        let page = api(script.clone(), Environment::Test).page(&list()).await.unwrap();
        assert_eq!((page.rows.len(), page.page.has_next, page.asked_at), (1, true, scripted_time(1)));
        assert_eq!(script.requests().len(), 1);
    }

    /// Rows with and without the number, for a server that does not search.
    const UNSEARCHED: &str = r#"{"messages":[{"id":"a","recipient":"6580001234"},{"id":"b","recipient":"6580001235"},
        {"id":"c"},{"id":"d","recipient":"65****1234"},{"recipient":"6580001234"},{"id":"e","recipient":"+65 8000 1234"}],
        "pageData":{"hasNextPage":true,"endCursor":"x"}}"#;

    #[tokio::test]
    async fn what_does_not_hold_what_was_searched_is_left_out_and_counted() {
        let script = Arc::new(ScriptedTransport::new([ScriptedStep::answer(200, UNSEARCHED), ScriptedStep::answer(200, UNSEARCHED)]));
        let api = api(script, Environment::Test);
        let search = Some(RecipientQuery::parse("80001234").unwrap());
        let page = api.page(&Call::List { page: PageRequest { search, ..PageRequest::head(10) } }).await.unwrap();
        assert_eq!(page.rows.iter().map(|row| row.id().to_owned()).collect::<Vec<_>>(), ["a", "e"]);
        assert_eq!((page.beside, page.unreadable()), (Beside { others: 1, unreadable: 3 }, 3));
        assert!(!page.beside.proves_none(false) && page.page.has_next);
        // Without a search, everything is an answer.
        let page = api.page(&list()).await.unwrap();
        assert_eq!((page.rows.len(), page.beside, page.unreadable()), (5, Beside::default(), 1));
    }

    #[tokio::test]
    async fn a_key_of_another_environment_never_leaves() {
        let script = Arc::new(ScriptedTransport::new([]));
        let api = api(script.clone(), Environment::Production);
        let error = api.page(&list()).await.unwrap_err();
        assert!(matches!(error.kind, CallErrorKind::AnotherKey { key: Environment::Test, .. }) && error.is_refusal());
        assert!(matches!(api.write(retry()).await, WriteOutcome::NotSent { .. }));
        assert!(api.message(&MessageId::new("a")).await.is_err());
        assert!(script.requests().is_empty());
    }

    #[tokio::test]
    async fn reads_and_writes_are_not_mistaken_for_each_other() {
        let script = Arc::new(ScriptedTransport::new([]));
        let api = api(script.clone(), Environment::Test);
        assert_eq!(api.page(&retry()).await.unwrap_err().kind, CallErrorKind::NotARead);
        assert!(matches!(api.write(list()).await, WriteOutcome::NotSent { .. }));
        assert!(script.requests().is_empty());
    }

    #[tokio::test]
    async fn a_success_that_is_not_the_apis_is_an_error() {
        let bodies = ["<html><title>Sign in</title></html>", "", "{}", r#"{"error":{"code":"invalid_path","message":"m"}}"#];
        let script = Arc::new(ScriptedTransport::new(bodies.map(|body| ScriptedStep::answer(200, body))));
        let api = api(script, Environment::Test);
        let mut reported = Vec::new();
        for _ in bodies {
            reported.push(api.page(&list()).await.unwrap_err().to_string());
        }
        assert_eq!(
            reported,
            [
                "status 200 with an HTML page instead of JSON",
                "status 200 with an empty body instead of JSON",
                "the answer was not understood: the answer contains no list of messages",
                "status 200: `invalid_path`",
            ]
        );
    }

    #[tokio::test]
    async fn a_lost_answer_leaves_a_write_unknown() {
        let world = Arc::new(ScriptedTransport::new([
            ScriptedStep::answer(201, r#"{"id":"message_1"}"#),
            ScriptedStep::answer(201, r#"{"id":"message_1"}"#),
        ]));
        let reset = || ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset));
        let faults = FaultTransport::new(world.clone(), move |index, _| (index == 1).then(|| Fault::After(reset())));
        let api = api(Arc::new(faults), Environment::Test);
        assert!(matches!(api.write(retry()).await, WriteOutcome::Unknown { .. }));
        assert_eq!(world.requests().len(), 1, "it was carried out");
        assert!(matches!(api.write(retry()).await, WriteOutcome::Accepted { rows: Some(_), .. }));
    }

    #[tokio::test]
    async fn a_debug_print_holds_no_key() {
        let api = api(Arc::new(ScriptedTransport::new([])), Environment::Test);
        assert!(!format!("{api:?}").contains("0123456789"));
    }
}
