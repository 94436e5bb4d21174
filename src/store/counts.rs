//! How many of the covered messages are in which status, and why they failed.

use crate::delivery::{DeliveryError, RetryAdvice, Status};

/// The length of a count by status: the seven known ones, and one for all others.
pub const STATUS_COUNT: usize = 8;

/// Counts of the covered messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By status, in the order of [`Status::KNOWN`]; the last one counts unknown statuses and messages without a
    /// status.
    pub by_status: [usize; STATUS_COUNT],
    /// Messages on the way, whatever the time: neither delivered nor failed, nor with the telco abroad. Those that
    /// have been with the telco for 48 h are included; `Store::open_by_status` leaves them out.
    pub open: usize,
    /// Failed messages by error, most frequent first, ties by code.
    pub errors: Vec<ErrorCount>,
}

/// A kind of failure and how often it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorCount {
    /// The error; both words are empty if the API did not say why.
    pub error: DeliveryError,
    /// How many covered messages have failed with it.
    pub count: usize,
    /// Whether it is worth a retry.
    pub retry: RetryAdvice,
}

impl Counts {
    /// How many are in a status.
    pub fn of(&self, status: &Status) -> usize {
        self.by_status[status_index(Some(status))]
    }

    /// All covered messages.
    pub fn total(&self) -> usize {
        self.by_status.iter().sum()
    }
}

/// The index of a status in a count by status.
pub fn status_index(status: Option<&Status>) -> usize {
    status.and_then(|status| Status::KNOWN.iter().position(|known| known == status)).unwrap_or(STATUS_COUNT - 1)
}
