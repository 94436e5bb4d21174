//! How a stretch moves against what the curves expect of its messages, and where in it.
//!
//! A curve is one for the whole campaign. It cannot know that a queue of thousands is being worked
//! off at one end, or that one provider's messages wait longer than others: the stretch itself tells.

use std::collections::HashMap;

use jiff::Timestamp;

use super::curve::Curves;
use super::stretch::{Open, PageSeen, Seen, Stretch};
use crate::delivery::MessageId;

/// How many changes the curves' word counts for against the stretch's own.
const PRIOR_CHANGES: f64 = 0.5;

/// So many standard deviations away from what was likely, and this many changes more, a stretch no
/// longer moves as it did: what it did before says nothing.
const SURPRISE: f64 = 3.0;
const SURPRISE_CHANGES: f64 = 2.0;

/// How many messages at each end of a stretch tell what is likely beyond it.
const EDGE: usize = 25;

/// Changes of a stretch, seen and expected by the curves.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Pace {
    seen: f64,
    expected: f64,
}

impl Pace {
    /// How many times as many changes are to be expected as the curves say.
    pub fn factor(&self) -> f64 {
        (self.seen + PRIOR_CHANGES) / (self.expected + PRIOR_CHANGES)
    }

    /// It was read again.
    fn learn(&mut self, seen: f64, expected: f64) {
        let likely = self.factor() * expected;
        if (seen - likely).abs() > SURPRISE * likely.sqrt() + SURPRISE_CHANGES {
            *self = Self::default();
        }
        self.seen += seen;
        self.expected += expected;
    }

    /// Of two stretches that become one.
    pub fn with(self, other: Self) -> Self {
        Self { seen: self.seen + other.seen, expected: self.expected + other.expected }
    }
}

/// Changes a second at the ends of a stretch. Messages are mostly sent in the order in which they are
/// listed, and where a stretch ends is chance: what moves at its end goes on behind it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Stir {
    pub top: f64,
    pub bottom: f64,
}

/// What a page tells about the messages of a stretch that were open when it was last read.
pub(super) struct Tally {
    pace: Pace,
    stir: Stir,
}

impl Tally {
    /// Compares a page with a stretch as it was, and lets the curves learn from it.
    pub fn new(stretch: &Stretch, page: &PageSeen, curves: &mut Curves) -> Self {
        let rows: HashMap<&MessageId, &Seen> = page.rows.iter().map(|row| (&row.id, row)).collect();
        let (mut seen, mut expected, mut stir) = (0.0, 0.0, Stir::default());
        let mut learnt = Vec::new();
        for open in &stretch.open {
            let Some(row) = rows.get(&open.id).filter(|_| page.asked_at > open.seen_at && !open.silent) else { continue };
            let moved = moved(open, row, page.asked_at);
            expected += curves.share(open.stage, open.changed, open.seen_at, page.asked_at);
            learnt.push((open, moved));
            if moved.is_some() {
                let rate = 1.0 / page.asked_at.duration_since(open.seen_at).as_secs_f64().max(1.0);
                seen += 1.0;
                stir.top += if open.place < EDGE { rate } else { 0.0 };
                stir.bottom += if open.place + EDGE >= stretch.count { rate } else { 0.0 };
            }
        }
        for (open, moved) in learnt {
            curves.learn(open.stage, open.changed, open.seen_at, page.asked_at, moved);
        }
        let mut pace = stretch.pace;
        pace.learn(seen, expected);
        Self { pace, stir }
    }

    /// The stretch was read anew and knows now.
    pub fn tell(self, stretch: &mut Stretch) {
        stretch.pace = self.pace;
        stretch.stir = self.stir;
    }
}

/// When a message moved since it was read, as far as the row tells; `None` when it did not.
pub(super) fn moved(open: &Open, row: &Seen, asked_at: Timestamp) -> Option<Timestamp> {
    match row.open {
        Some(changed) if row.stage == open.stage && (changed == open.changed || row.created_at.is_none()) => None,
        Some(changed) => Some(changed),
        None => Some(row.failed.unwrap_or(asked_at)),
    }
}
