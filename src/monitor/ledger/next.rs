//! What to fetch next: one pure decision.

use jiff::{SignedDuration, Timestamp};

use super::stretch::{FAILURES_MOVE, LATE};
use super::{FULL_PAGE, Ledger};
use crate::monitor::Purpose;
use crate::postman::{Cursor, Position};

/// A page that the ledger wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Fetch {
    /// The newest messages.
    Head {
        /// How many.
        limit: u16,
    },
    /// The messages below a gap's cursor.
    Gap {
        /// Where.
        after: Cursor,
    },
    /// A stretch again.
    Stretch {
        /// The cursor that opens it.
        after: Cursor,
        /// How many messages it has.
        limit: u16,
    },
    /// Older history.
    History {
        /// Where.
        after: Cursor,
    },
}

impl Fetch {
    /// Where the page begins.
    pub fn position(&self) -> Position {
        match self {
            Fetch::Head { .. } => Position::Head,
            Fetch::Gap { after } | Fetch::Stretch { after, .. } | Fetch::History { after } => Position::After(after.clone()),
        }
    }

    /// How many messages it asks for.
    pub fn limit(&self) -> u16 {
        match self {
            Fetch::Head { limit } | Fetch::Stretch { limit, .. } => *limit,
            Fetch::Gap { .. } | Fetch::History { .. } => u16::try_from(FULL_PAGE).unwrap_or(u16::MAX),
        }
    }

    /// What the call is for.
    pub fn purpose(&self) -> Purpose {
        match self {
            Fetch::Head { .. } => Purpose::Head,
            Fetch::Gap { .. } => Purpose::Gap,
            Fetch::Stretch { .. } => Purpose::Open,
            Fetch::History { .. } => Purpose::History,
        }
    }
}

/// What the decision needs to know besides the ledger.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    /// Whether somebody looks at the campaign.
    pub in_view: bool,
    /// How far back history is wanted without being asked for.
    pub horizon: Timestamp,
    /// Whether somebody asked for older history.
    pub further: bool,
    /// Whether somebody asked for the newest now.
    pub read_now: bool,
}

/// From which step on a clock counts as set back.
const SET_BACK: SignedDuration = SignedDuration::from_secs(2);
/// How often the head is read while messages younger than [`YOUNG`] are open.
const HEAD_BUSY: SignedDuration = SignedDuration::from_secs(2);
/// How often it is read otherwise.
const HEAD_CALM: SignedDuration = SignedDuration::from_secs(10);
/// How often a campaign is read that nobody looks at.
const HEAD_OUT_OF_VIEW: SignedDuration = SignedDuration::from_secs(30);
/// Until which age an open message makes the head busy.
const YOUNG: SignedDuration = SignedDuration::from_mins(10);
/// How many rows the head is read over what is expected new.
const HEAD_SPARE: usize = 50;
/// From how many expected changes on a stretch is worth a call: an old open message must not draw
/// one call after another.
const WORTH_A_CALL: f64 = 0.02;
/// How many changes are expected where messages may be that were never seen.
const UNSEEN: f64 = 1.0;
/// No stretch with open messages, or with failures that somebody may retry, waits longer.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);
/// History gets one call after this many re-read stretches, until the horizon is reached: a busy
/// campaign would else never show its past.
const STRETCHES_PER_HISTORY: u32 = 2;

impl Ledger {
    /// The page to fetch at `now`, if one is worth a call.
    pub fn next(&self, now: Timestamp, outlook: &Outlook) -> Option<Fetch> {
        // A head that was read in the future was read before the clock was set back.
        let set_back = self.head_read_at().is_some_and(|read_at| read_at > now + SET_BACK);
        if !self.has_begun() || outlook.read_now || set_back || self.head_due(outlook) <= now {
            return Some(Fetch::Head { limit: self.head_limit(now, outlook) });
        }
        if let Some(after) =
            self.stretches.iter().filter_map(|stretch| stretch.gap_below.as_ref()).find(|gap| !self.is_troubled(&gap.cursor, now))
        {
            return Some(Fetch::Gap { after: after.cursor.clone() });
        }
        let history = self
            .bottom
            .as_ref()
            .filter(|bottom| !self.is_troubled(&bottom.cursor, now))
            .map(|after| Fetch::History { after: after.cursor.clone() });
        if outlook.further && history.is_some() {
            return history;
        }
        let history = history.filter(|_| !self.reaches(outlook.horizon));
        if self.since_history >= STRETCHES_PER_HISTORY && history.is_some() {
            return history;
        }
        self.worthiest_stretch(now).or(history)
    }

    /// When to ask again, where nothing is worth a call at `now`.
    pub fn ask_again(&self, now: Timestamp, outlook: &Outlook) -> Timestamp {
        // Expected changes grow by themselves: look once a second while anything is open.
        let soon = if self.open() > 0 { now + SignedDuration::from_secs(1) } else { now + LONGEST_WAIT };
        self.head_due(outlook).clamp(now, soon)
    }

    /// When the head is to be read again; long ago before the first time.
    pub fn head_due(&self, outlook: &Outlook) -> Timestamp {
        let Some(read_at) = self.head_read_at() else { return Timestamp::MIN };
        let busy = self.stretches.iter().flat_map(|stretch| &stretch.open).any(|open| read_at.duration_since(open.changed) < YOUNG);
        let pause = match (outlook.in_view, busy) {
            (false, _) => HEAD_OUT_OF_VIEW,
            (true, true) => HEAD_BUSY,
            (true, false) => HEAD_CALM,
        };
        read_at + pause
    }

    /// How many of the newest messages to ask for: what is expected new, what may be recorded
    /// late, and some to spare. The first page is a whole one.
    fn head_limit(&self, now: Timestamp, outlook: &Outlook) -> u16 {
        let full = u16::try_from(FULL_PAGE).unwrap_or(u16::MAX);
        let Some(head) = self.stretches.front() else { return full };
        let gone = now.duration_since(head.read_at).max(self.head_due(outlook).duration_since(head.read_at));
        let expected = head.recent as f64 * gone.as_secs_f64() / LATE.as_secs_f64();
        // After a burst the head is all of one moment: twice as many reach further back.
        let reach = if head.recent == head.count && self.stretches.len() > 1 { 2 * head.count } else { head.recent };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a page")]
        let limit = (expected + (reach + HEAD_SPARE) as f64).clamp(HEAD_SPARE as f64, FULL_PAGE as f64) as u16;
        limit
    }

    /// Whether history was read as far back as that.
    fn reaches(&self, horizon: Timestamp) -> bool {
        self.complete || self.oldest.as_ref().is_some_and(|(oldest, _)| *oldest <= horizon)
    }

    /// The stretch for which a call brings most: expected changes times the time since it was read.
    /// (The changes alone would starve stretches, round robin would waste calls on still ones.)
    fn worthiest_stretch(&self, now: Timestamp) -> Option<Fetch> {
        let worth = |stretch: &super::Stretch| {
            let waited = now.duration_since(stretch.read_at);
            let failures = stretch.failed.is_some_and(|failed| now.duration_since(failed) < FAILURES_MOVE);
            if waited >= LONGEST_WAIT && (failures || !stretch.open.is_empty()) {
                return Some(f64::MAX);
            }
            let unseen = if stretch.has_settled(now, self.ahead) || !stretch.has_known_extent() { UNSEEN } else { 0.0 };
            let expected = stretch.expected_changes(now) + unseen;
            (expected >= WORTH_A_CALL).then_some(expected * waited.as_secs_f64())
        };
        let (stretch, _) = self
            .stretches
            .iter()
            .skip(1)
            .filter(|stretch| stretch.opener.as_ref().is_some_and(|opener| !self.is_troubled(&opener.cursor, now)))
            .filter_map(|stretch| Some((stretch, worth(stretch)?)))
            .max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        let rows = if stretch.has_known_extent() { stretch.count.clamp(1, FULL_PAGE) } else { FULL_PAGE };
        let limit = u16::try_from(rows).unwrap_or(u16::MAX);
        stretch.opener.as_ref().map(|after| Fetch::Stretch { after: after.cursor.clone(), limit })
    }
}
