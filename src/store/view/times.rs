//! Ranges of creation times: lists that move along with one, and how many messages are in it.

use jiff::Timestamp;

use super::View;
use crate::delivery::Status;
use crate::store::attempts::NO_TIME;
use crate::store::filter::{Sieve, rounded_up};
use crate::store::{Filter, RowNumber, Store};

/// Up to this many rows are inserted or removed one by one when a range moves; for more, the list is rebuilt.
const FEW: usize = 5_000;

impl View {
    /// Shows another range of creation times of the same messages. A small move costs as much as the messages that it
    /// passed. The range of the hiding filter moves along.
    pub fn set_times(&mut self, store: &Store, since: Option<Timestamp>, until: Option<Timestamp>) {
        let filter = match &mut self.filter {
            Filter { hidden_by: Some(hidden_by), .. } => hidden_by,
            filter => filter,
        };
        let ((low_before, high_before), (low, high)) = (bounds(filter.since, filter.until), bounds(since, until));
        (filter.since, filter.until) = (since, until);
        let passed = [(low_before.min(low), low_before.max(low)), (high_before.min(high), high_before.max(high))];
        let passed = passed.into_iter().flat_map(|(from, to)| store.created_between(from, to));
        let passed: Vec<RowNumber> = passed.take(FEW + 1).collect();
        if passed.len() > FEW { self.refresh_at(store, self.now) } else { self.place(store, passed.into_iter()) }
    }
}

/// The bounds of a range in milliseconds, excluding the second.
fn bounds(since: Option<Timestamp>, until: Option<Timestamp>) -> (i64, i64) {
    (since.map_or(NO_TIME, rounded_up), until.map_or(i64::MAX, rounded_up))
}

impl Store {
    /// The rows created from one time up to another, in milliseconds, newest first.
    fn created_between(&self, from: i64, to: i64) -> impl Iterator<Item = RowNumber> + '_ {
        let created = |row: RowNumber| self.columns.created[row.index()];
        self.order.iter_after(move |row| created(row) >= to).take_while(move |row| created(*row) >= from)
    }

    /// How many covered messages were created from one time on, and before another.
    pub fn loaded_between(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> usize {
        let (from, to) = bounds(since, until);
        // Their positions in the order give their number: every frame asks for it. Islands are below the end of the
        // unbroken stretch, or in its gap.
        let created = |row: RowNumber| self.columns.created[row.index()];
        let end = self.order.count_before(|row| self.reach.reaches(&self.columns, row) && self.limit.covers(&self.columns, row));
        let newer = |time: i64| self.order.count_before(|row| created(row) >= time).min(end);
        let between = |from: i64, to: i64| newer(from).saturating_sub(newer(to));
        let in_gap = self.reach.gap.map_or(0, |gap| between(from.max(gap.older.as_millisecond() + 1), to.min(gap.newer.as_millisecond())));
        between(from, to).saturating_sub(in_gap)
    }

    /// How many covered messages a filter shows at `now`. If existing counts give it, no message is looked at.
    pub fn loaded_matching(&self, filter: &Filter, now: Timestamp) -> usize {
        if let Some(known) = self.known_count(filter) {
            return known;
        }
        let sieve = Sieve::new(self, filter, now);
        let (from, to) = sieve.times();
        self.created_between(from, to).filter(|row| self.is_covered(*row) && sieve.passes(*row)).count()
    }

    fn known_count(&self, filter: &Filter) -> Option<usize> {
        let counts = self.counts();
        let rest = Filter { statuses: Vec::new(), open: false, errors: Vec::new(), ..filter.clone() };
        if !rest.is_empty() {
            return filter.is_only_times().then(|| self.loaded_between(filter.since, filter.until));
        }
        match (filter.statuses.as_slice(), filter.open, filter.errors.as_slice()) {
            ([], false, []) => Some(counts.total()),
            ([] | [Status::Failure], false, codes) if !codes.is_empty() => {
                let wanted = counts.errors.iter().filter(|error| codes.iter().any(|code| *code == *error.error.code));
                Some(wanted.map(|error| error.count).sum())
            }
            // Unknown statuses are counted together.
            ([status], false, []) if Status::KNOWN.contains(status) => Some(counts.of(status)),
            _ => None,
        }
    }
}
