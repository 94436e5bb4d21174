//! One attempt to deliver a message.

use jiff::Timestamp;

use super::{DeliveryError, Status};

/// One attempt to deliver a message, in one shape for both of the API's spellings (nested `error` when one message is
/// read, flat `errorType` and `errorCode` in pages). A time is `None` when the API did not give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The status that this attempt reached.
    pub status: Option<Status>,
    /// When the attempt was made.
    pub created_at: Option<Timestamp>,
    /// When anything about it last changed.
    pub updated_at: Option<Timestamp>,
    /// When it was handed to the provider.
    pub sent_at: Option<Timestamp>,
    /// When the telco confirmed delivery.
    pub delivered_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<DeliveryError>,
}

impl Attempt {
    /// The latest time in this attempt.
    pub fn last_change(&self) -> Option<Timestamp> {
        [self.created_at, self.updated_at, self.sent_at, self.delivered_at].into_iter().flatten().max()
    }
}

/// Puts the newest attempt first, as the API promises, though older answers did not always do so. Attempts without a
/// time keep their order among themselves.
pub(crate) fn newest_first(attempts: &mut [Attempt]) {
    if attempts.iter().all(|attempt| attempt.created_at.is_some()) {
        attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.created_at));
    }
}
