//! One try at delivering a message.

use jiff::Timestamp;

use super::{DeliveryError, Status};

/// One try at delivering a message, in one shape whichever of the API's two spellings it came in
/// (nested `error` when one message is read, flat `errorType` and `errorCode` in pages). A time
/// is `None` when the API did not tell it.
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
    /// The latest time that this attempt tells.
    pub fn last_change(&self) -> Option<Timestamp> {
        [self.created_at, self.updated_at, self.sent_at, self.delivered_at].into_iter().flatten().max()
    }
}

/// Puts the newest attempt first, as the API promises but older answers did not always keep.
/// Attempts without a time stay where they were among their like.
pub(crate) fn newest_first(attempts: &mut [Attempt]) {
    if attempts.iter().all(|attempt| attempt.created_at.is_some()) {
        attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.created_at));
    }
}
