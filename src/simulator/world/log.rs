//! The calls that reached the world: the oracle of tests that must know what really arrived.

use std::collections::VecDeque;

use jiff::Timestamp;

/// Newest GETs that are kept.
const KEPT_GETS: usize = 20_000;

/// A call as the server saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// When it was answered.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path below the base URL, as it was sent.
    pub path: String,
    /// The query, as it was sent.
    pub query: Option<String>,
    /// The campaign it names, whether it exists or not.
    pub campaign: Option<String>,
    /// The message it names or created.
    pub message: Option<String>,
    /// The batch it names or created.
    pub batch: Option<String>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The API's code, if it was refused in the API's own words.
    pub code: Option<&'static str>,
}

/// Every call that is not a GET, forever; of the GETs the newest 20,000 and how many there were.
#[derive(Debug, Default)]
pub struct CallLog {
    posts: Vec<LoggedCall>,
    gets: VecDeque<LoggedCall>,
    get_count: u64,
    refused_for_pace: u64,
}

impl CallLog {
    pub(super) fn add(&mut self, call: LoggedCall) {
        if call.status == 429 {
            self.refused_for_pace += 1;
        }
        if call.method != "GET" {
            self.posts.push(call);
            return;
        }
        self.get_count += 1;
        if self.gets.len() == KEPT_GETS {
            self.gets.pop_front();
        }
        self.gets.push_back(call);
    }

    /// Every call that is not a GET, oldest first, refused ones included.
    #[must_use]
    pub fn posts(&self) -> &[LoggedCall] {
        &self.posts
    }

    /// The newest GETs, oldest first.
    pub fn recent_gets(&self) -> impl DoubleEndedIterator<Item = &LoggedCall> {
        self.gets.iter()
    }

    /// How many GETs there were.
    #[must_use]
    pub fn get_count(&self) -> u64 {
        self.get_count
    }

    /// How many calls of any kind were answered with 429.
    #[must_use]
    pub fn refused_for_pace(&self) -> u64 {
        self.refused_for_pace
    }
}
