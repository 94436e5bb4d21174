//! What to fetch next: one decision, without IO.

use jiff::{SignedDuration, Timestamp};

use super::stretch::{LATE, LONGEST_WAIT, Open, Stretch, Worth};
use super::{FULL_PAGE, Ledger};
use crate::monitor::Purpose;
use crate::postman::{Cursor, Position};

/// A page that the ledger asks for.
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
    /// Whether the campaign is on the screen.
    pub in_view: bool,
    /// How far back history is read unasked.
    pub horizon: Timestamp,
    /// Whether the user asked for older history.
    pub further: bool,
    /// Whether the user asked for the newest now.
    pub read_now: bool,
    /// Calls a second that may be made now.
    pub calls_per_second: f64,
}

/// From this step on, a clock counts as set back.
const SET_BACK: SignedDuration = SignedDuration::from_secs(2);
/// How often the head is read while messages on the way change.
const HEAD_BUSY: SignedDuration = SignedDuration::from_secs(2);
/// How often it is read otherwise.
const HEAD_CALM: SignedDuration = SignedDuration::from_secs(10);
/// How often a campaign out of view is read.
const HEAD_OUT_OF_VIEW: SignedDuration = SignedDuration::from_secs(30);
/// The soonest check whether something has become worth a call.
const SOONEST: SignedDuration = SignedDuration::from_millis(250);
/// How often that time is doubled to find out when it will be: up to ten minutes.
const DOUBLINGS: usize = 12;
/// Where calls are few, at most one in this many goes to the head by its schedule.
const CALLS_PER_HEAD: f64 = 2.0;
/// How many rows of the head are read beyond the expected new ones.
const HEAD_SPARE: usize = 50;
/// From this many expected changes on, a page is worth a call: an old message on the way must not cause one call
/// after another.
const WORTH_A_CALL: f64 = 0.1;
/// How many changes are expected where there may be messages that were never seen.
const UNSEEN: f64 = 1.0;
/// Overdue stretches get one call after this many others: where many are due at once, those that change must not be
/// starved.
const OTHERS_PER_OVERDUE: u32 = 3;
/// After this wait a stretch goes first.
const LAST_WAIT: SignedDuration = SignedDuration::from_mins(14);
/// How many rows of a stretch are read beyond its last message on the way: that many may have been recorded late
/// above it.
const STRETCH_SPARE: usize = 5;
/// History gets one call after this many others, until the horizon is reached: otherwise a busy campaign would never
/// show its past.
const OTHERS_PER_HISTORY: u32 = 2;

impl Ledger {
    /// The page to fetch at `now`, if one is worth a call.
    pub fn next(&self, now: Timestamp, outlook: &Outlook) -> Option<Fetch> {
        // A head read "in the future" was read before the clock was set back.
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
        if self.since_history >= OTHERS_PER_HISTORY && history.is_some() {
            return history;
        }
        let longest = self.longest_waiting(now, outlook);
        if let Some(stretch) = longest
            && (self.since_overdue >= OTHERS_PER_OVERDUE || now.duration_since(stretch.read_at) >= LAST_WAIT)
        {
            return fetch_whole(stretch);
        }
        self.worthiest(now, outlook).or_else(|| longest.and_then(fetch_whole)).or(history)
    }

    /// The page that holds the messages created around that time, with the times at its ends, newest first; `None`
    /// where no such page is known, or it cannot be read now.
    pub fn page_of(&self, created: Timestamp, now: Timestamp) -> Option<(Fetch, Timestamp, Timestamp)> {
        let index = self.stretches.iter().position(|stretch| stretch.encloses(created))?;
        let stretch = &self.stretches[index];
        let (newest, oldest) = (stretch.newest_at?, stretch.oldest_at?);
        if index == 0 {
            let limit = u16::try_from((stretch.count + HEAD_SPARE).min(FULL_PAGE)).ok()?;
            return Some((Fetch::Head { limit }, newest, oldest));
        }
        let fetch = fetch_whole(stretch).filter(|_| self.can_be_read(stretch, now))?;
        Some((fetch, newest, oldest))
    }

    /// When to ask again, if nothing is worth a call at `now`.
    pub fn ask_again(&self, now: Timestamp, outlook: &Outlook) -> Timestamp {
        // Expected changes only grow until something is read: take the first of these times at which there are
        // enough.
        let head_due = self.head_due(outlook).max(now);
        let waits = std::iter::successors(Some(SOONEST), |wait| wait.checked_mul(2));
        let times = waits.map(|wait| now + wait).take_while(|at| *at < head_due);
        let worth = times.take(DOUBLINGS).find(|at| self.longest_waiting(*at, outlook).is_some() || self.worthiest(*at, outlook).is_some());
        worth.unwrap_or_else(|| head_due.min(now + LONGEST_WAIT))
    }

    /// When the head is due; long ago before the first reading.
    pub fn head_due(&self, outlook: &Outlook) -> Timestamp {
        let Some(read_at) = self.head_read_at() else { return Timestamp::MIN };
        let busy = self.stretches.iter().flat_map(|stretch| &stretch.open).any(|open| !open.stands(read_at));
        let pause = match (outlook.in_view, busy) {
            (false, _) => HEAD_OUT_OF_VIEW,
            (true, true) => HEAD_BUSY,
            (true, false) => HEAD_CALM,
        };
        let few = SignedDuration::try_from_secs_f64(CALLS_PER_HEAD / outlook.calls_per_second).unwrap_or(HEAD_OUT_OF_VIEW);
        read_at.checked_add(pause.max(few)).unwrap_or(Timestamp::MAX)
    }

    /// How many of the newest messages to ask for: the expected new ones, those that may be recorded late, those on
    /// the way, and some to spare. The first page is a full one.
    fn head_limit(&self, now: Timestamp, outlook: &Outlook) -> u16 {
        let full = u16::try_from(FULL_PAGE).unwrap_or(u16::MAX);
        let Some(head) = self.stretches.front() else { return full };
        let gone = now.duration_since(head.read_at).max(self.head_due(outlook).duration_since(head.read_at));
        let newest = head.newest_at.and_then(|newest| newest.checked_sub(self.ahead).ok());
        let quiet = newest.map_or(SignedDuration::ZERO, |newest| head.read_at.duration_since(newest).max(SignedDuration::ZERO));
        let expected = head.recent as f64 * gone.as_secs_f64() / (LATE + quiet).as_secs_f64();
        let reach = match head.recent {
            // Nothing can be recorded late any more among those already read.
            _ if quiet >= LATE => 0,
            // After a burst the whole head is of one moment: twice as many reach further back.
            recent if recent == head.count && self.stretches.len() > 1 => 2 * head.count,
            recent => recent,
        };
        let depth = head.depth(|open| self.counts(0, open, now, false));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a page")]
        let limit = (expected + (reach.max(depth) + HEAD_SPARE) as f64).clamp(HEAD_SPARE as f64, FULL_PAGE as f64) as u16;
        limit
    }

    /// Whether history was read back to the horizon.
    fn reaches(&self, horizon: Timestamp) -> bool {
        self.complete || self.oldest.as_ref().is_some_and(|(oldest, _)| *oldest <= horizon)
    }

    /// The overdue stretch that has waited longest, if one may be read.
    fn longest_waiting(&self, now: Timestamp, outlook: &Outlook) -> Option<&Stretch> {
        let may_catch_up = self.rest.may_catch_up(now);
        let overdue = self.stretches.iter().enumerate().skip(1).filter(|(index, stretch)| {
            let is_due = stretch.is_overdue(now, self.ahead, outlook.in_view) && self.can_be_read(stretch, now);
            is_due && (may_catch_up || !self.stands_still(*index, now))
        });
        overdue.map(|(_, stretch)| stretch).min_by_key(|stretch| stretch.whole_at)
    }

    /// Whether a call for a stretch is one for messages at rest.
    pub(super) fn stands_still(&self, index: usize, now: Timestamp) -> bool {
        self.worth(index, now, false).changes < WORTH_A_CALL
    }

    /// Whether a message on the way counts for a call: one at rest counts only where such messages were recently seen
    /// to change, or where such a call `may_look` for them.
    fn counts(&self, index: usize, open: &Open, now: Timestamp, may_look: bool) -> bool {
        let looks = index > 0 && may_look;
        looks || !open.stands(now) || (!open.silent && self.stretches[index].stirs(now))
    }

    /// Whether a working cursor opens it.
    fn can_be_read(&self, stretch: &Stretch, now: Timestamp) -> bool {
        stretch.opener.as_ref().is_some_and(|opener| !self.is_troubled(&opener.cursor, now))
    }

    /// The page where a call brings most: expected changes times the time since they were read. (Changes alone would
    /// starve stretches, round robin would waste calls on quiet ones.)
    fn worthiest(&self, now: Timestamp, outlook: &Outlook) -> Option<Fetch> {
        let may_look = self.rest.may_look(now, outlook.in_view);
        let worth = |(index, stretch): (usize, &Stretch)| {
            let rests = !outlook.in_view && now.duration_since(stretch.read_at) < HEAD_OUT_OF_VIEW;
            if rests || (index > 0 && !self.can_be_read(stretch, now)) {
                return None;
            }
            let worth = self.worth(index, now, may_look);
            (worth.changes >= WORTH_A_CALL).then_some((index, worth.delay_s))
        };
        let (index, _) = self.stretches.iter().enumerate().filter_map(worth).max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        if index == 0 {
            return Some(Fetch::Head { limit: self.head_limit(now, outlook) });
        }
        let stretch = &self.stretches[index];
        if self.is_unseen(stretch, now) {
            return fetch_whole(stretch);
        }
        let counts = |open: &Open| !open.silent && self.counts(index, open, now, may_look);
        fetch(stretch, stretch.depth(counts) + STRETCH_SPARE)
    }

    /// What a call for a stretch is expected to bring, with or without messages at rest.
    fn worth(&self, index: usize, now: Timestamp, may_look: bool) -> Worth {
        let stretch = &self.stretches[index];
        let mut worth = stretch.worth(&self.curves, self.similarity, now, |open| self.counts(index, open, now, may_look));
        if index > 0 && self.is_unseen(stretch, now) {
            worth.add(UNSEEN, stretch.whole_at, now);
        }
        // Changes at the ends of its neighbours continue into it.
        let above = index.checked_sub(1).and_then(|above| self.stretches.get(above)).map_or(0.0, |above| above.edge_rates.bottom);
        let below = self.stretches.get(index + 1).map_or(0.0, |below| below.edge_rates.top);
        let likely = (above + below) * now.duration_since(stretch.read_at).as_secs_f64();
        worth.add(likely.min(stretch.open.len() as f64), stretch.read_at, now);
        worth
    }

    /// Whether a stretch may hold messages that were never seen.
    fn is_unseen(&self, stretch: &Stretch, now: Timestamp) -> bool {
        stretch.has_settled(now, self.ahead) || !stretch.has_known_extent()
    }
}

/// Reads a stretch down to its oldest message.
fn fetch_whole(stretch: &Stretch) -> Option<Fetch> {
    fetch(stretch, if stretch.has_known_extent() { stretch.count } else { FULL_PAGE })
}

/// Reads this many rows of a stretch.
fn fetch(stretch: &Stretch, rows: usize) -> Option<Fetch> {
    let most = if stretch.has_known_extent() { stretch.count.clamp(1, FULL_PAGE) } else { FULL_PAGE };
    let limit = u16::try_from(rows.clamp(1, most)).unwrap_or(u16::MAX);
    stretch.opener.as_ref().map(|after| Fetch::Stretch { after: after.cursor.clone(), limit })
}
