//! The messages that failed last, without a look at all messages.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::begun::minutes;
use super::counts::{MINUTE, minute_of};
use super::names::FAILURE;
use super::{RowNumber, Store};

impl Store {
    /// The covered messages that failed, of the same window as [`Store::classes`]: those whose newest attempts began last,
    /// the newest first, so many at most. Looks only at messages of the minutes in which these began, and at those that
    /// were retried.
    pub fn newest_failures(&self, since: Option<Timestamp>, until: Option<Timestamp>, most: usize) -> Vec<RowNumber> {
        let mut found = 0;
        let mut looked_at = Vec::new();
        for (minute, count) in self.tally.begun.failed(minutes(since, until)) {
            if found >= most {
                break;
            }
            looked_at.push(minute);
            found += count;
        }
        if found == 0 {
            return Vec::new();
        }
        let columns = &self.columns;
        let created = |row: RowNumber| columns.created[row.index()];
        let of_minute = |minute: &i64| {
            let (from, to) = (minute * MINUTE, (minute + 1) * MINUTE);
            self.order.iter_after(move |row| created(row) >= to).take_while(move |row| created(*row) >= from)
        };
        let in_order = looked_at.iter().flat_map(of_minute).filter(|row| !columns.retried.contains(*row));
        let is_failed = |row: &RowNumber| columns.status[row.index()] == FAILURE && columns.marks[row.index()].covered;
        let began = |row: RowNumber| Some((Reverse(self.started(row)?), row));
        let failed = in_order.chain(columns.retried.iter()).filter(is_failed).filter_map(began);
        let mut failed: Vec<_> = failed.filter(|(started, _)| looked_at.contains(&minute_of(started.0))).collect();
        failed.sort_unstable();
        failed.truncate(most);
        failed.into_iter().map(|(_, row)| row).collect()
    }
}
