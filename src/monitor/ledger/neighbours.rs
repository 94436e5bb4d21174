//! Merging neighbours that one call can read.

use jiff::Timestamp;

use super::stretch::{Open, Stretch};
use super::{FULL_PAGE, Ledger};

/// Two neighbours are merged only up to this many messages on the way: a stretch with many is better read by itself.
const FEW_OPEN: usize = 50;

impl Ledger {
    /// Merges small quiet neighbours into one stretch of at most a page, so that one call reads both.
    pub(super) fn put_neighbours_together(&mut self, now: Timestamp) {
        let move_few = |stretch: &Stretch| stretch.open.iter().filter(|open| !open.stands(now)).count() < FEW_OPEN;
        let mut index = 1;
        while index + 1 < self.stretches.len() {
            let (upper, lower) = (&self.stretches[index], &self.stretches[index + 1]);
            let fits = upper.count + lower.count <= FULL_PAGE
                && move_few(upper)
                && move_few(lower)
                && upper.has_known_extent()
                && lower.has_known_extent()
                && upper.gap_below.is_none()
                && upper.opener.is_some()
                && lower.opener.is_some();
            if !fits {
                index += 1;
                continue;
            }
            if let Some(lower) = self.stretches.remove(index + 1) {
                let upper = &mut self.stretches[index];
                upper.last = lower.last;
                let (above, pace) = (upper.count, upper.pace.with(lower.pace));
                upper.open.extend(lower.open.into_iter().map(|open| Open { index: above + open.index, ..open }));
                upper.pace = pace;
                upper.edge_rates.bottom = lower.edge_rates.bottom;
                upper.moved_at = upper.moved_at.max(lower.moved_at);
                upper.whole_at = upper.whole_at.min(lower.whole_at);
                upper.count += lower.count;
                upper.failed = upper.failed.max(lower.failed);
                upper.read_at = upper.read_at.min(lower.read_at);
                upper.oldest_at = lower.oldest_at;
                upper.gap_below = lower.gap_below;
            }
        }
    }
}
