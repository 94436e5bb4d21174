//! The API of one campaign: makes a call once, and says what came of it.

use std::fmt;
use std::sync::Arc;

use super::{
    ApiKey, BaseUrl, Call, CallError, CallErrorKind, Exchange, KeyFit, MessageAnswer, PageAnswer, Transport, WriteOutcome, request,
};
use crate::delivery::{CampaignId, MessageId};

/// The API of one campaign. Cheap to clone. It never repeats a call by itself.
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

    /// Where it is.
    pub fn base(&self) -> &BaseUrl {
        &self.0.base
    }

    /// Whose messages it tells.
    pub fn campaign(&self) -> &CampaignId {
        &self.0.campaign
    }

    /// Whether the key belongs at this base URL.
    pub fn key_fit(&self) -> KeyFit {
        self.0.key.fits(&self.0.base)
    }

    /// Reads a page: [`Call::List`] or [`Call::ListBatch`].
    ///
    /// # Errors
    /// No usable answer.
    pub async fn page(&self, call: &Call) -> Result<PageAnswer, CallError> {
        let _ = self.exchange(call).await?;
        Err(CallError::new(CallErrorKind::NotARead))
    }

    /// Reads one message.
    ///
    /// # Errors
    /// No usable answer.
    pub async fn message(&self, id: &MessageId) -> Result<MessageAnswer, CallError> {
        let _ = self.exchange(&Call::Read { message: id.clone() }).await?;
        Err(CallError::new(CallErrorKind::NotARead))
    }

    /// Makes a call that writes, once.
    pub async fn write(&self, call: Call) -> WriteOutcome {
        let _ = self.exchange(&call).await;
        WriteOutcome::Unknown { reason: String::new(), status: None, trace_id: None, retry_after: None }
    }

    async fn exchange(&self, call: &Call) -> Result<Exchange, CallError> {
        if let KeyFit::Another(environment) = self.key_fit() {
            let host = self.0.base.host().to_owned();
            return Err(CallError::new(CallErrorKind::AnotherKey { key: environment, host }));
        }
        let request = request(&self.0.base, &self.0.campaign, call);
        Ok(self.0.transport.send(request, &self.0.key).await)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Api({}, {}, {:?})", self.0.base, self.0.campaign, self.0.key)
    }
}
