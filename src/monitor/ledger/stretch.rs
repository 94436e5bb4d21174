//! One stretch of a campaign's history, and what a page tells the ledger about it.

use jiff::{SignedDuration, Timestamp};

use crate::delivery::{Message, MessageId, Progress, Row, Rows, Status};
use crate::postman::{Cursor, PageAnswer};

/// What the ledger needs to know of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageSeen {
    /// Its messages, in the order told.
    pub rows: Vec<Seen>,
    /// The cursor behind its last message.
    pub end: Option<Cursor>,
    /// Whether the server says that there is more behind it.
    pub has_next: bool,
    /// When the request left.
    pub asked_at: Timestamp,
}

/// What the ledger needs to know of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its id.
    pub id: MessageId,
    /// When it was recorded.
    pub created_at: Option<Timestamp>,
    /// The last known change of a message that is still open.
    pub open: Option<Timestamp>,
    /// With the telco for so long that no further word is likely.
    pub silent: bool,
    /// The last known change of a message in failure: somebody may retry it.
    pub failed: Option<Timestamp>,
}

impl Seen {
    /// What the ledger needs of a row told at `now`, the server's time, which is `ahead` of the
    /// readings' times: last changes are told in those.
    pub fn from_row(row: Row<'_>, now: Timestamp, ahead: SignedDuration) -> Self {
        let message = Message::from_row(row);
        let changed = message.last_change().unwrap_or(now);
        let changed = changed.checked_sub(ahead).unwrap_or(changed);
        let progress = message.progress(now);
        Self {
            created_at: message.created_at,
            open: (progress != Progress::Done).then_some(changed),
            silent: progress == Progress::Silent,
            failed: (message.status == Some(Status::Failure)).then_some(changed),
            id: message.id,
        }
    }

    /// What the ledger needs of all rows of an answer.
    pub fn from_rows(rows: &Rows, now: Timestamp, ahead: SignedDuration) -> Vec<Self> {
        rows.iter().map(|row| Seen::from_row(row, now, ahead)).collect()
    }
}

impl PageSeen {
    /// What the ledger needs of a page told at `now`.
    pub fn from_answer(answer: &PageAnswer, now: Timestamp, ahead: SignedDuration) -> Self {
        Self {
            rows: Seen::from_rows(&answer.rows, now, ahead),
            end: answer.page.end.clone(),
            has_next: answer.page.has_next,
            asked_at: answer.asked_at,
        }
    }

    /// The place of a message in the page.
    pub(super) fn place(&self, id: &MessageId) -> Option<usize> {
        self.rows.iter().position(|row| row.id == *id)
    }

    /// How many of its messages stand above a stretch; `None` where the page does not reach it.
    pub(super) fn reaches(&self, below: &Stretch) -> Option<usize> {
        match (&below.opener, &below.first) {
            (Some(opener), _) => self.place(&opener.above).map(|place| place + 1),
            (None, Some(first)) => self.place(first),
            (None, None) => None,
        }
    }

    /// What opens the messages below its last one.
    pub(super) fn opener_below(&self) -> Option<Opener> {
        Some(Opener { cursor: self.end.clone()?, above: self.rows.last()?.id.clone() })
    }
}

/// A cursor, and the message behind which it begins: cursors are opaque, so where a stretch begins
/// among other messages is told by that message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Opener {
    pub cursor: Cursor,
    pub above: MessageId,
}

/// A message that still moves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Open {
    pub id: MessageId,
    /// Its last known change, from which its age counts: a retried message keeps its creation time.
    pub changed: Timestamp,
    /// With the telco for so long that no further word is likely.
    pub silent: bool,
}

/// One stretch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stretch {
    /// The cursor that opens it; `None` for the head, and for a former head above which a gap is
    /// still open.
    pub opener: Option<Opener>,
    /// Its newest message as last read; unknown for the rest of a stretch that was split and not
    /// yet read.
    pub first: Option<MessageId>,
    /// Its oldest message.
    pub last: MessageId,
    /// How many messages it has.
    pub count: usize,
    /// Those that still move.
    pub open: Vec<Open>,
    /// The last change of the latest failure in it.
    pub failed: Option<Timestamp>,
    /// When it was last read; the older one where it was put together from two.
    pub read_at: Timestamp,
    /// Creation times at both ends, as far as told.
    pub newest_at: Option<Timestamp>,
    pub oldest_at: Option<Timestamp>,
    /// How many of its messages are as new as the newest, give or take [`LATE`].
    pub recent: usize,
    /// Where the messages below it go on that have not been read.
    pub gap_below: Option<Opener>,
    /// The ids in it, newest first; kept for the head only, which has no fixed extent.
    pub ids: Vec<MessageId>,
}

impl Stretch {
    /// A stretch from rows that were read at `asked_at`; `None` without rows.
    pub fn new(opener: Option<Opener>, rows: &[Seen], asked_at: Timestamp) -> Option<Self> {
        let (first, last) = (rows.first()?, rows.last()?);
        Some(Self {
            opener,
            first: Some(first.id.clone()),
            last: last.id.clone(),
            count: rows.len(),
            open: open_of(rows),
            failed: rows.iter().filter_map(|row| row.failed).max(),
            read_at: asked_at,
            newest_at: first.created_at,
            oldest_at: last.created_at,
            recent: rows.iter().filter(|row| is_recent(row, first)).count(),
            gap_below: None,
            ids: Vec::new(),
        })
    }

    /// The same with its ids kept, for the head.
    pub fn with_ids(mut self, rows: &[Seen]) -> Self {
        self.ids = rows.iter().map(|row| row.id.clone()).collect();
        self
    }

    /// Whether it is known how many messages it has: not for the rest of a split stretch, until
    /// that was read.
    pub fn has_known_extent(&self) -> bool {
        self.first.is_some()
    }

    /// Whether it was last read when messages could still be recorded in it late, and now no
    /// longer can: then it is read once more. (The head reaches that far back only while no more
    /// than a page is recorded meanwhile.)
    /// Messages tell the server's times, which are `ahead` of the readings'.
    pub fn has_settled(&self, now: Timestamp, ahead: SignedDuration) -> bool {
        let newest = self.newest_at.and_then(|newest| newest.checked_sub(ahead).ok());
        newest.is_some_and(|newest| self.read_at.duration_since(newest) < LATE && now.duration_since(newest) >= LATE)
    }

    /// Whether a message recorded at that time belongs here.
    pub fn encloses(&self, created: Timestamp) -> bool {
        matches!((self.newest_at, self.oldest_at), (Some(newest), Some(oldest)) if oldest <= created && created <= newest)
    }

    /// The changes expected since it was last read: for each open message the share of such
    /// messages that move between the age it had then and the age it has now.
    pub fn expected_changes(&self, now: Timestamp) -> f64 {
        self.open.iter().map(|open| open.expected_changes(self.read_at, now)).sum()
    }
}

impl Open {
    /// Half of all messages move within this time of their last change; the curve falls off as
    /// `HALF / (age + HALF)`.
    const HALF_S: f64 = 10.0;

    /// How much one counts that is not likely to move any more.
    const SILENT: f64 = 0.01;

    fn expected_changes(&self, read_at: Timestamp, now: Timestamp) -> f64 {
        let then = read_at.duration_since(self.changed).as_secs_f64().max(0.0);
        let now = now.duration_since(self.changed).as_secs_f64().max(then);
        let moved = 1.0 - (then + Self::HALF_S) / (now + Self::HALF_S);
        if self.silent { moved * Self::SILENT } else { moved }
    }
}

/// How far behind the newest message others may still be recorded.
pub(super) const LATE: SignedDuration = SignedDuration::from_secs(30);

fn is_recent(row: &Seen, newest: &Seen) -> bool {
    matches!((row.created_at, newest.created_at), (Some(created), Some(newest)) if newest.duration_since(created) <= LATE)
}

pub(super) fn open_of(rows: &[Seen]) -> Vec<Open> {
    rows.iter().filter_map(|row| row.open.map(|changed| Open { id: row.id.clone(), changed, silent: row.silent })).collect()
}

/// How long somebody may still retry a failure, so that its stretch is worth looking at.
pub(super) const FAILURES_MOVE: SignedDuration = SignedDuration::from_hours(48);
