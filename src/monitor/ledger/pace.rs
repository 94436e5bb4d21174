//! How a stretch changes compared with what the curves expect of its messages, and where in it.
//!
//! A curve covers the whole campaign. It cannot know that a queue of thousands is being worked off at one end, or
//! that one provider's messages wait longer than others: only the stretch itself shows that.

use std::collections::HashMap;

use jiff::Timestamp;

use super::curve::Curves;
use super::stretch::{Open, PageSeen, SeenMessage, Stretch};
use crate::delivery::MessageId;

/// How many changes the curves count for against the stretch's own, where stretches change alike.
const PRIOR_CHANGES: f64 = 0.5;

/// The least it counts for, where one changes and the others are at rest.
const LEAST_CHANGES: f64 = 0.03;

/// From this many expected changes on, a stretch's pace says how alike they are.
const TELLING_CHANGES: f64 = 1.0;

/// How many such stretches it takes.
const TELLING_STRETCHES: usize = 4;

/// How similarly the stretches of a campaign change: how many changes the curves count for against a stretch's own. A
/// queue of thousands changes only where it is worked off; there a stretch at rest is to be believed sooner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Similarity(f64);

impl Default for Similarity {
    fn default() -> Self {
        Self(PRIOR_CHANGES)
    }
}

impl Similarity {
    /// From how the messages on the way changed so far: the inverse of how much their paces vary, beyond chance.
    pub fn of<'a>(stretches: impl Iterator<Item = &'a Stretch> + Clone) -> Self {
        let telling = stretches.filter(|stretch| stretch.pace.expected >= TELLING_CHANGES && !stretch.open.is_empty());
        if telling.clone().count() < TELLING_STRETCHES {
            return Self::default();
        }
        let (mut open, mut mean, mut square) = (0.0, 0.0, 0.0);
        for stretch in telling {
            let (weight, expected) = (stretch.open.len() as f64, stretch.pace.expected);
            let pace = stretch.pace.seen / expected;
            open += weight;
            mean += weight * pace;
            square += weight * (pace * pace - pace / expected);
        }
        let (mean, square) = (mean / open, square / open);
        if mean <= 0.0 {
            return Self::default();
        }
        let varies = (square / (mean * mean) - 1.0).max(f64::MIN_POSITIVE);
        Self((1.0 / varies).clamp(LEAST_CHANGES, PRIOR_CHANGES))
    }
}

/// This many standard deviations away from the likely value, and this many changes more, a stretch no longer changes
/// as it did: its past says nothing.
const SURPRISE: f64 = 3.0;
const SURPRISE_CHANGES: f64 = 2.0;

/// How many messages at each end of a stretch indicate what is likely beyond it.
const EDGE: usize = 25;

/// Changes of a stretch, seen and expected by the curves.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Pace {
    seen: f64,
    expected: f64,
}

impl Pace {
    /// The factor of expected changes over what the curves say.
    pub fn factor(&self, similarity: Similarity) -> f64 {
        (self.seen + similarity.0) / (self.expected + similarity.0)
    }

    /// It was read again.
    fn learn(&mut self, seen: f64, expected: f64, similarity: Similarity) {
        let likely = self.factor(similarity) * expected;
        if (seen - likely).abs() > SURPRISE * likely.sqrt() + SURPRISE_CHANGES {
            *self = Self::default();
        }
        self.seen += seen;
        self.expected += expected;
    }

    /// The sum, for two stretches that become one.
    pub fn with(self, other: Self) -> Self {
        Self { seen: self.seen + other.seen, expected: self.expected + other.expected }
    }
}

/// Changes a second at the ends of a stretch. Messages are mostly sent in the order in which they are listed, and
/// where a stretch ends is chance: changes at its end continue beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct EdgeRates {
    pub top: f64,
    pub bottom: f64,
}

/// What a page shows about the messages of a stretch that were on the way when it was last read.
pub(super) struct PageComparison {
    pace: Pace,
    edge_rates: EdgeRates,
    moved_at: Option<Timestamp>,
    /// Whether a message at rest changed.
    pub moved: bool,
}

impl PageComparison {
    /// Compares a page with a stretch as it was, and lets the curves learn from it.
    pub fn new(stretch: &Stretch, page: &PageSeen, curves: &mut Curves, similarity: Similarity) -> Self {
        let rows: HashMap<&MessageId, &SeenMessage> = page.rows.iter().map(|row| (&row.id, row)).collect();
        let (mut seen, mut expected, mut edge_rates, mut has_moved) = (0.0, 0.0, EdgeRates::default(), false);
        let mut learnt = Vec::new();
        for open in &stretch.open {
            let Some(row) = rows.get(&open.id).filter(|_| page.asked_at > open.seen_at && !open.silent) else { continue };
            let moved = moved_between(open, row, page.asked_at);
            expected += curves.share(open.stage, open.changed, open.seen_at, page.asked_at);
            learnt.push((open, moved));
            if moved.is_some() {
                let rate = 1.0 / page.asked_at.duration_since(open.seen_at).as_secs_f64().max(1.0);
                seen += 1.0;
                has_moved |= open.stands(open.seen_at);
                edge_rates.top += if open.index < EDGE { rate } else { 0.0 };
                edge_rates.bottom += if open.index + EDGE >= stretch.count { rate } else { 0.0 };
            }
        }
        for (open, moved) in learnt {
            curves.learn(open.stage, open.changed, open.seen_at, page.asked_at, moved);
        }
        let mut pace = stretch.pace;
        pace.learn(seen, expected, similarity);
        let moved_at = if has_moved { Some(page.asked_at) } else { stretch.moved_at };
        Self { pace, edge_rates, moved_at, moved: has_moved }
    }

    /// The stretch was read again; stores what was learnt in it.
    pub fn tell(self, stretch: &mut Stretch) {
        stretch.pace = self.pace;
        stretch.edge_rates = self.edge_rates;
        stretch.moved_at = self.moved_at;
    }
}

/// When a message changed since it was read, as far as the row shows; `None` if it did not.
pub(super) fn moved_between(open: &Open, row: &SeenMessage, asked_at: Timestamp) -> Option<Timestamp> {
    match row.open {
        Some(changed) if row.stage == open.stage && (changed == open.changed || row.created_at.is_none()) => None,
        Some(changed) => Some(changed),
        None => Some(row.failed.unwrap_or(asked_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::ledger::Stage;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    /// A stretch with ten messages on the way, of which this many changes were seen and expected.
    fn stretch(seen: f64, expected: f64) -> Stretch {
        let row = |n: i64| SeenMessage {
            id: MessageId::new(format!("message_{n}")),
            created_at: Some(at(-n)),
            open: Some(at(-n)),
            stage: Stage::Enqueued,
            silent: false,
            failed: None,
        };
        let rows: Vec<SeenMessage> = (0..10).map(row).collect();
        Stretch { pace: Pace { seen, expected }, ..Stretch::new(None, &rows, at(0)).unwrap() }
    }

    fn similarity(paces: &[(f64, f64)]) -> f64 {
        let stretches: Vec<Stretch> = paces.iter().map(|(seen, expected)| stretch(*seen, *expected)).collect();
        Similarity::of(stretches.iter()).0
    }

    #[test]
    fn where_one_of_many_moves_the_still_ones_are_believed_sooner() {
        let mut queue = vec![(0.0, 20.0); 29];
        queue.push((600.0, 20.0));
        assert!((similarity(&queue) - 1.0 / 29.0).abs() < 0.005, "{}", similarity(&queue));
        let still = Pace { seen: 0.0, expected: 20.0 };
        assert!(still.factor(Similarity(similarity(&queue))) < still.factor(Similarity::default()) / 10.0);
    }

    #[test]
    fn where_all_move_alike_or_little_is_known_the_curves_keep_their_word() {
        assert_eq!(similarity(&[(21.0, 20.0), (18.0, 20.0), (25.0, 20.0), (16.0, 20.0), (20.0, 20.0)]), PRIOR_CHANGES);
        assert_eq!(similarity(&[(0.0, 20.0), (0.0, 20.0), (60.0, 20.0)]), PRIOR_CHANGES, "three stretches");
        assert_eq!(similarity(&[(0.0, 0.5), (0.0, 0.5), (0.0, 0.5), (0.0, 0.5), (9.0, 0.5)]), PRIOR_CHANGES, "hardly watched");
        assert_eq!(similarity(&[(0.0, 20.0); 6]), PRIOR_CHANGES, "nothing moves");
    }

    #[test]
    fn one_by_chance_faster_than_the_others_changes_little() {
        // Two changes where one was expected: that is no more than chance.
        assert_eq!(similarity(&[(2.0, 1.0), (0.0, 1.0), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0)]), PRIOR_CHANGES);
    }
}
