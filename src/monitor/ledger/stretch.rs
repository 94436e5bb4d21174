//! One stretch of a campaign's history, and what a page says about it.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::curve::{Curves, Stage};
use super::pace::{EdgeRates, Pace, Similarity};

use crate::delivery::{Message, MessageId, Progress, Row, Rows, Status};
use crate::postman::{Cursor, PageAnswer};

/// What the ledger needs to know of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageSeen {
    /// Its messages, in the order received.
    pub rows: Vec<SeenMessage>,
    /// The cursor behind its last message.
    pub end: Option<Cursor>,
    /// Whether the server says that there is more behind it.
    pub has_next: bool,
    /// When the request left.
    pub asked_at: Timestamp,
}

/// What the ledger needs to know of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenMessage {
    /// Its id.
    pub id: MessageId,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// The last known change of a message still on the way.
    pub open: Option<Timestamp>,
    /// The stage of a message on the way.
    pub stage: Stage,
    /// With the telco for so long that no further report is likely.
    pub silent: bool,
    /// The last known change of a failed message, which may be retried.
    pub failed: Option<Timestamp>,
}

impl SeenMessage {
    /// What the ledger needs of a row received at `now`, the server's time, which is `ahead` of the readings' times:
    /// last changes are converted to those.
    pub fn from_row(row: Row<'_>, now: Timestamp, ahead: SignedDuration) -> Self {
        let message = Message::from_row(row);
        let changed = message.last_change().unwrap_or(now);
        let changed = changed.checked_sub(ahead).unwrap_or(changed);
        let progress = message.progress(now);
        Self {
            created_at: message.created_at,
            open: (progress != Progress::Done).then_some(changed),
            stage: Stage::of(message.status.as_ref()),
            silent: progress == Progress::Silent,
            failed: (message.status == Some(Status::Failure)).then_some(changed),
            id: message.id,
        }
    }

    /// What the ledger needs of all rows of an answer.
    pub fn from_rows(rows: &Rows, now: Timestamp, ahead: SignedDuration) -> Vec<Self> {
        rows.iter().map(|row| SeenMessage::from_row(row, now, ahead)).collect()
    }
}

impl PageSeen {
    /// What the ledger needs of a page received at `now`.
    pub fn from_answer(answer: &PageAnswer, now: Timestamp, ahead: SignedDuration) -> Self {
        Self {
            rows: SeenMessage::from_rows(&answer.rows, now, ahead),
            end: answer.page.end.clone(),
            has_next: answer.page.has_next,
            asked_at: answer.asked_at,
        }
    }

    /// The index of a message in the page.
    pub(super) fn index(&self, id: &MessageId) -> Option<usize> {
        self.rows.iter().position(|row| row.id == *id)
    }

    /// How many of its messages are above a stretch; `None` if the page does not reach it.
    pub(super) fn reaches(&self, below: &Stretch) -> Option<usize> {
        match (&below.opener, &below.first) {
            (Some(opener), _) => self.index(&opener.above).map(|index| index + 1),
            (None, Some(first)) => self.index(first),
            (None, None) => None,
        }
    }

    /// What opens the messages below its last one.
    pub(super) fn opener_below(&self) -> Option<Opener> {
        Some(Opener { cursor: self.end.clone()?, above: self.rows.last()?.id.clone() })
    }
}

/// A cursor, and the message after which it begins: cursors are opaque, so only that message shows where a stretch
/// begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Opener {
    pub cursor: Cursor,
    pub above: MessageId,
}

/// A message that can still change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Open {
    pub id: MessageId,
    /// Its last known change, from which its age counts: a retried message keeps its creation time.
    pub changed: Timestamp,
    pub stage: Stage,
    /// With the telco for so long that no further report is likely.
    pub silent: bool,
    /// When it was last read.
    pub seen_at: Timestamp,
    /// How many messages of its stretch were above it then; unknown ones count as many.
    pub index: usize,
}

/// One stretch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stretch {
    /// The cursor that opens it; `None` for the head, and for a former head below a gap that is still open.
    pub opener: Option<Opener>,
    /// Its newest message as last read; unknown for the rest of a split stretch that was not read yet.
    pub first: Option<MessageId>,
    /// Its oldest message.
    pub last: MessageId,
    /// How many messages it has.
    pub count: usize,
    /// Those that can still change.
    pub open: Vec<Open>,
    /// The last change of the latest failure in it.
    pub failed: Option<Timestamp>,
    /// When everything that can change in it was last read; the older time if it was merged from two.
    pub read_at: Timestamp,
    /// When it was last read down to its oldest message.
    pub whole_at: Timestamp,
    /// How it changes compared with what the curves expect.
    pub pace: Pace,
    /// The rates of change near its ends.
    pub edge_rates: EdgeRates,
    /// When a message at rest in it was last seen to change.
    pub moved_at: Option<Timestamp>,
    /// Creation times at both ends, as far as given.
    pub newest_at: Option<Timestamp>,
    pub oldest_at: Option<Timestamp>,
    /// How many of its messages are as new as the newest, give or take [`LATE`].
    pub recent: usize,
    /// Where the unread messages below it begin.
    pub gap_below: Option<Opener>,
    /// The ids in it, newest first; kept for the head only, which has no fixed extent.
    pub ids: Vec<MessageId>,
}

impl Stretch {
    /// A stretch from rows that were read at `asked_at`; `None` without rows.
    pub fn new(opener: Option<Opener>, rows: &[SeenMessage], asked_at: Timestamp) -> Option<Self> {
        let (first, last) = (rows.first()?, rows.last()?);
        Some(Self {
            opener,
            first: Some(first.id.clone()),
            last: last.id.clone(),
            count: rows.len(),
            open: open_of(rows, asked_at),
            failed: rows.iter().filter_map(|row| row.failed).max(),
            read_at: asked_at,
            whole_at: asked_at,
            pace: Pace::default(),
            edge_rates: EdgeRates::default(),
            moved_at: None,
            newest_at: first.created_at,
            oldest_at: last.created_at,
            recent: rows.iter().filter(|row| is_recent(row, first)).count(),
            gap_below: None,
            ids: Vec::new(),
        })
    }

    /// The rest of it, these ids, below the rows that a page gave of it.
    pub fn rest(self, opener: Opener, left: &[MessageId], above: &[SeenMessage]) -> Self {
        Self {
            opener: Some(opener),
            first: left.first().cloned(),
            count: left.len(),
            open: open_among(&self.open, left),
            newest_at: above.last().and_then(|row| row.created_at),
            ids: Vec::new(),
            ..self
        }
    }

    /// The same with its ids kept, for the head.
    pub fn with_ids(mut self, rows: &[SeenMessage]) -> Self {
        self.ids = rows.iter().map(|row| row.id.clone()).collect();
        self
    }

    /// Whether its number of messages is known: not for the rest of a split stretch, until that is read.
    pub fn has_known_extent(&self) -> bool {
        self.first.is_some()
    }

    /// Whether it was last read when messages could still be recorded in it late, and now no longer can: then it is
    /// read once more. (The head reaches that far back only while no more than a page is recorded meanwhile.)
    /// Messages carry the server's times, which are `ahead` of the readings'.
    pub fn has_settled(&self, now: Timestamp, ahead: SignedDuration) -> bool {
        let newest = self.newest_at.and_then(|newest| newest.checked_sub(ahead).ok());
        newest.is_some_and(|newest| self.whole_at.duration_since(newest) < LATE && now.duration_since(newest) >= LATE)
    }

    /// Whether a message created at that time belongs here.
    pub fn encloses(&self, created: Timestamp) -> bool {
        matches!((self.newest_at, self.oldest_at), (Some(newest), Some(oldest)) if oldest <= created && created <= newest)
    }

    /// What a call for it would bring at `now`, of the messages that count.
    pub fn worth(&self, curves: &Curves, similarity: Similarity, now: Timestamp, counts: impl Fn(&Open) -> bool) -> Worth {
        let mut worth = Worth::default();
        for open in self.open.iter().filter(|open| counts(open)) {
            let share = curves.share(open.stage, open.changed, open.seen_at, now) * if open.silent { SILENT } else { 1.0 };
            worth.add(share, open.seen_at, now);
        }
        let pace = self.pace.factor(similarity);
        Worth { changes: worth.changes * pace, delay_s: worth.delay_s * pace }
    }

    /// Handles a reading of its newest messages that did not reach its end.
    pub fn read_in_part(&mut self, read: Stretch, rows: &[SeenMessage]) {
        let reported: HashSet<&MessageId> = rows.iter().map(|row| &row.id).collect();
        // Late messages pushed some of those on the way further down: they are requested next.
        let further = |open: &Open| Open { index: open.index.max(rows.len()), ..open.clone() };
        let mut left: Vec<Open> = self.open.iter().filter(|open| !reported.contains(&open.id)).map(further).collect();
        if left.iter().all(|open| open.silent) {
            self.read_at = read.read_at;
        }
        self.open = read.open;
        self.open.append(&mut left);
        self.failed = self.failed.max(read.failed);
        (self.first, self.newest_at, self.recent) = (read.first, read.newest_at, read.recent);
    }

    /// How many messages a call must read to cover all that counts in it.
    pub fn depth(&self, counts: impl Fn(&Open) -> bool) -> usize {
        self.open.iter().filter(|open| counts(open)).map(|open| open.index + 1).max().unwrap_or(0)
    }
}

/// What a call is expected to bring.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Worth {
    /// Changes.
    pub changes: f64,
    /// The same times how long each message was not read: calls are compared by this.
    pub delay_s: f64,
}

impl Worth {
    pub fn add(&mut self, changes: f64, since: Timestamp, now: Timestamp) {
        self.changes += changes;
        self.delay_s += changes * now.duration_since(since).as_secs_f64().max(0.0);
    }
}

/// How much a message counts that is unlikely to change any more.
const SILENT: f64 = 0.01;

/// How far behind the newest message others may still be recorded.
pub(super) const LATE: SignedDuration = SignedDuration::from_secs(30);

/// How long a stretch is fully read every [`LONGEST_WAIT`] even if nothing changes in it: a long upload may record
/// messages far behind the newest.
pub(super) const VERY_LATE: SignedDuration = SignedDuration::from_hours(1);

fn is_recent(row: &SeenMessage, newest: &SeenMessage) -> bool {
    matches!((row.created_at, newest.created_at), (Some(created), Some(newest)) if newest.duration_since(created) <= LATE)
}

/// Those on the way among the rows of a stretch, read at `seen_at`.
pub(super) fn open_of(rows: &[SeenMessage], seen_at: Timestamp) -> Vec<Open> {
    let open = |(index, row): (usize, &SeenMessage)| {
        row.open.map(|changed| Open { id: row.id.clone(), changed, stage: row.stage, silent: row.silent, seen_at, index })
    };
    rows.iter().enumerate().filter_map(open).collect()
}

/// Those messages on the way of a former stretch that are among its remaining ids.
fn open_among(open: &[Open], left: &[MessageId]) -> Vec<Open> {
    let indices: HashMap<&MessageId, usize> = left.iter().enumerate().map(|(index, id)| (id, index)).collect();
    open.iter().filter_map(|open| Some(Open { index: *indices.get(&open.id)?, ..open.clone() })).collect()
}

/// No stretch with messages on the way, or with failures that may be retried, waits longer for its turn.
pub(super) const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// How long a failure may still be retried, so that its stretch is worth reading.
pub(super) const FAILURES_MOVE: SignedDuration = SignedDuration::from_hours(48);
