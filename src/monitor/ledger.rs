//! The page ledger: which stretches of a campaign's history were read, and what can still change there.
//!
//! The API gives pages, newest first, and a page asked again with the same cursor covers the same stretch of
//! messages, however many newer ones arrived since. So the ledger remembers stretches by the cursor that opens each.
//! Only the head, which no cursor opens, grows. Cursors are opaque: only ids show where stretches meet.

mod apply;
mod curve;
mod next;
mod pace;
mod rest;
mod stretch;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::delivery::MessageId;
use crate::postman::{Cursor, Position, backoff};
use crate::store::{Gap, Reach};

pub use curve::Stage;
pub use next::{Fetch, Outlook};
pub use stretch::{PageSeen, SeenMessage};

use curve::Curves;
use stretch::{Opener, Stretch};

/// The largest page that the API gives.
pub const FULL_PAGE: usize = 1000;

/// The stretches of one campaign, newest first.
#[derive(Debug, Default)]
pub struct Ledger {
    /// When the head was last read, even if it was empty.
    head_read_at: Option<Timestamp>,
    /// The head is the first one; only it has no cursor that opens it.
    stretches: VecDeque<Stretch>,
    /// Where older history begins; `None` before the first page and after the last.
    bottom: Option<Opener>,
    /// Whether the end of the history was reached.
    complete: bool,
    /// The cursors at which history was read: a repeated one would lead in a circle.
    asked_below: HashSet<Cursor>,
    /// The same for the gap being closed.
    asked_between: HashSet<Cursor>,
    /// How many pages in a row led to nothing older.
    aimless: u32,
    /// Whether the server's cursors went in a circle, so that history stops early.
    circular: bool,
    /// The oldest message of the unbroken stretch.
    oldest: Option<(Timestamp, MessageId)>,
    /// Cursors whose pages could not be read; the others go on meanwhile.
    troubled: HashMap<Cursor, Troubled>,
    /// Whether the newest head came empty although messages are known.
    empty_head: bool,
    /// A gap that cannot be closed, because the server gave no cursor into it.
    lost: Option<Gap>,
    /// Whether the server's data was replaced, and no caller has asked about that yet.
    again: bool,
    /// How far the server's clock is ahead of the one that times the readings.
    ahead: SignedDuration,
    /// How many pages were read since the last history page: history gets its turn, too.
    since_history: u32,
    /// The same since the last overdue stretch.
    since_overdue: u32,
    /// How long messages stay in each status.
    curves: Box<Curves>,
    /// How similarly the stretches change.
    similarity: pace::Similarity,
    /// The calls for stretches at rest.
    rest: rest::RestBudget,
}

/// How long after its last pause a page's failures are forgotten.
const TROUBLE_FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);

/// A page that could not be read.
#[derive(Debug, Clone, Copy)]
struct Troubled {
    /// Not requested again before then.
    until: Timestamp,
    /// How often in a row it could not be read.
    failures: u32,
}

impl Ledger {
    /// Sets how far the server's clock is ahead: messages carry its times, readings ours.
    pub fn set_ahead(&mut self, ahead: SignedDuration) {
        self.ahead = ahead;
    }

    /// A page below the head could not be read, for a reason of its own. The others go on.
    pub fn failed(&mut self, fetch: &Fetch, now: Timestamp) {
        let Position::After(cursor) = fetch.position() else { return };
        let failures = self.troubled.get(&cursor).map_or(0, |before| before.failures) + 1;
        let pause = SignedDuration::try_from(backoff(failures, 0.0)).unwrap_or(SignedDuration::from_secs(30));
        // Its cursor may no longer be in use: then nothing else would remove the entry.
        self.troubled.retain(|_, troubled| now.duration_since(troubled.until) < TROUBLE_FORGOTTEN);
        self.troubled.insert(cursor, Troubled { until: now + pause, failures });
    }

    /// Whether a cursor's page must not be requested yet.
    fn is_troubled(&self, cursor: &Cursor, now: Timestamp) -> bool {
        self.troubled.get(cursor).is_some_and(|troubled| now < troubled.until)
    }

    /// Whether the server's data was replaced since the last call: what was loaded before is then gone.
    pub fn take_again(&mut self) -> bool {
        std::mem::take(&mut self.again)
    }

    /// Whether the head has been read at least once.
    pub fn has_begun(&self) -> bool {
        self.head_read_at.is_some()
    }

    /// When the head was last read.
    pub fn head_read_at(&self) -> Option<Timestamp> {
        self.head_read_at
    }

    /// Whether the server's cursors went in a circle.
    pub fn is_circular(&self) -> bool {
        self.circular
    }

    /// Whether there is older history to read.
    pub fn has_more(&self) -> bool {
        self.bottom.is_some()
    }

    /// How far the unbroken stretch from the head reaches.
    pub fn reach(&self) -> Reach {
        Reach { oldest: self.oldest.clone(), complete: self.complete, gap: self.gap() }
    }

    /// The gap between the newest messages and those known before, until it is closed.
    fn gap(&self) -> Option<Gap> {
        let first = self.stretches.iter().position(|stretch| stretch.gap_below.is_some());
        let last = self.stretches.iter().rposition(|stretch| stretch.gap_below.is_some());
        let (Some(first), Some(last)) = (first, last) else { return self.lost };
        let newer = self.stretches.get(first)?.oldest_at?;
        let older = self.stretches.get(last + 1)?.newest_at?;
        Some(Gap { newer, older })
    }

    /// How many messages are known to be on the way.
    pub fn open(&self) -> usize {
        self.stretches.iter().map(|stretch| stretch.open.len()).sum()
    }

    /// Another answer (a search, a single reading, a retry), requested at `asked_at`, contained these messages: those
    /// that are known count as on the way or done from now on, and their stretches are read accordingly.
    pub fn note(&mut self, seen: &[SeenMessage], asked_at: Timestamp) {
        // One walk over all that is on the way, which can be very many, however many the answer contained.
        let mut left: HashMap<&MessageId, &SeenMessage> = seen.iter().map(|seen| (&seen.id, seen)).collect();
        for stretch in &mut self.stretches {
            if left.is_empty() {
                return;
            }
            stretch.open.retain_mut(|open| {
                let Some(seen) = left.remove(&open.id) else { return true };
                if !open.silent && asked_at > open.seen_at {
                    let moved = pace::moved_between(open, seen, asked_at);
                    self.curves.learn(open.stage, open.changed, open.seen_at, asked_at, moved);
                }
                let Some(changed) = seen.open else { return false };
                (open.changed, open.stage, open.silent) = (changed, seen.stage, seen.silent);
                open.seen_at = open.seen_at.max(asked_at);
                true
            });
        }
        // Not among those on the way: a retried message reopens its stretch, the one whose times enclose it. Without
        // times no harm is done, because a message that was acted on is read individually.
        for seen in seen.iter().filter_map(|seen| left.remove(&seen.id)) {
            if let (Some(changed), Some(created)) = (seen.open, seen.created_at)
                && let Some(stretch) = self.stretches.iter_mut().find(|stretch| stretch.encloses(created))
            {
                let index = stretch.count.saturating_sub(1);
                let (id, stage) = (seen.id.clone(), seen.stage);
                stretch.open.push(stretch::Open { id, changed, stage, silent: false, seen_at: asked_at, index });
            }
        }
    }
}
