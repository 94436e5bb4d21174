//! What is highlighted for a while: changed cells, and a row that is shown unmasked.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::store::{Merged, RowNumber, Trimmed};

/// How long a changed cell is highlighted.
const CHANGED: SignedDuration = SignedDuration::from_secs(2);

/// How long a row is shown unmasked at most.
pub(in crate::tui) const REVEAL: SignedDuration = SignedDuration::from_secs(30);

/// Highlights that end by themselves.
#[derive(Debug, Default)]
pub(in crate::tui) struct Highlights {
    changed: HashMap<RowNumber, Timestamp>,
    revealed: Option<(RowNumber, Timestamp)>,
}

impl Highlights {
    /// Highlights what a merge changed.
    pub fn note(&mut self, merged: &Merged, now: Timestamp) {
        self.changed.extend(merged.changes.iter().map(|change| (change.row, now + CHANGED)));
    }

    /// Follows a trim of the store.
    pub fn forget(&mut self, trimmed: &Trimmed) {
        self.changed.retain(|row, _| !trimmed.contains(*row));
        self.revealed = self.revealed.filter(|(row, _)| !trimmed.contains(*row));
    }

    /// Whether a row has just changed.
    pub fn is_changed(&self, row: RowNumber) -> bool {
        self.changed.contains_key(&row)
    }

    /// Shows a row unmasked.
    pub fn reveal(&mut self, row: RowNumber, now: Timestamp) {
        self.revealed = Some((row, now + REVEAL));
    }

    /// Whether a row is shown unmasked.
    pub fn is_revealed(&self, row: RowNumber) -> bool {
        self.revealed.is_some_and(|(revealed, _)| revealed == row)
    }

    /// Until when the revealed row is shown.
    pub fn revealed_until(&self) -> Option<Timestamp> {
        self.revealed.map(|(_, until)| until)
    }

    /// Masks the revealed row again, unless it is `kept`.
    pub fn hide(&mut self, kept: Option<RowNumber>) {
        self.revealed = self.revealed.filter(|(row, _)| Some(*row) == kept);
    }

    /// Ends what has lasted long enough.
    pub fn expire(&mut self, now: Timestamp) {
        self.changed.retain(|_, until| *until > now);
        self.revealed = self.revealed.filter(|(_, until)| *until > now);
    }

    /// When the next highlight ends.
    pub fn due(&self) -> Option<Timestamp> {
        self.changed.values().copied().chain(self.revealed_until()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reveal_ends_by_itself() {
        let now = Timestamp::from_second(1_900_000_000).unwrap();
        let mut store = crate::store::Store::new();
        let mut rows = crate::delivery::RowsBuilder::default();
        rows.push(&crate::delivery::RowFields { id: "message_1", ..Default::default() });
        let row = store.merge(&rows.finish(), &crate::store::AnswerKind::List, now).added[0];
        let mut marks = Highlights::default();
        marks.reveal(row, now);
        marks.expire(now + SignedDuration::from_secs(29));
        assert!(marks.is_revealed(row));
        assert_eq!(marks.due(), Some(now + REVEAL));
        marks.expire(now + REVEAL);
        assert!(!marks.is_revealed(row));
        assert_eq!(marks.due(), None);
    }
}
