//! The loaded messages of one campaign: merged from answers in any order, counted, and listed.
//!
//! Knows nothing about where the answers came from, nor about the screen. A message takes some two hundred bytes:
//! columns instead of structs, shared words stored once, the text rebuilt from template and values. Every count is
//! kept up to date, so nothing walks over all messages except building and sorting a list.

mod arena;
mod attempts;
mod batches;
mod begun;
mod columns;
mod counts;
mod coverage;
mod filter;
mod histogram;
mod ids;
mod latency;
mod merge;
mod names;
mod newest; // failures
mod order;
mod read;
mod read_times;
mod recent;
mod recipients;
mod row_list;
mod row_set;
mod sent_since;
mod sort;
mod texts;
mod trim;
mod values;
mod varint;
mod verdict;
mod view;

#[cfg(test)]
pub(crate) mod tests;

pub use batches::BatchSummary;
pub use begun::{BegunSpan, Classes};
pub use counts::{Counts, ErrorCount, STATUS_COUNT, status_index};
pub use coverage::{Coverage, Gap, Reach};
pub use filter::Filter;
pub use latency::Latency;
pub use merge::{AnswerKind, Change, Merged};
pub use order::{Direction, Order, SortBy};
pub use read::Cells;
pub use recent::{MinuteOfEnds, Recent, Since, Stall};
pub use sort::{Sorted, Unsorted};
pub use trim::Trimmed;
pub use verdict::Verdict;
pub use view::View;

use jiff::Timestamp;

use attempts::time;
use columns::Columns;
use counts::{Contribution, Tally};
use merge::{Scratch, Unreadable};
use row_list::RowList;
use trim::Limit;

/// A message's index in the store that gave it. It stays the same as long as that store lives, and means nothing in
/// another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowNumber(u32);

impl RowNumber {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The loaded messages of one campaign.
#[derive(Default)]
pub struct Store {
    columns: Columns,
    /// All rows, newest first.
    order: RowList,
    tally: Tally,
    reach: Reach,
    limit: Limit,
    newest_answer: Option<Timestamp>,
    list_read_at: Option<Timestamp>,
    unreadable: Unreadable,
    /// Whether values are one-time passwords.
    holds_passwords: bool,
    scratch: Scratch,
}

impl std::fmt::Debug for Store {
    /// Only the number of messages: the rest is personal.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Store({} messages)", self.len())
    }
}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        Self { columns: Columns::new(), ..Self::default() }
    }

    /// An empty store for a load test, where nothing comes after `sent`.
    pub fn of_load_test() -> Self {
        Self { columns: Columns { ends_at_sent: true, ..Columns::new() }, ..Self::default() }
    }

    /// When the newest merged answer was requested.
    pub fn newest_answer(&self) -> Option<Timestamp> {
        self.newest_answer
    }

    /// Sets the unbroken stretch. Only the rows between the old and the new end are visited.
    pub fn set_reach(&mut self, reach: Reach) {
        let stretches = self.reach.differs(&reach);
        self.reach = reach;
        for stretch in stretches {
            let (columns, tally, order) = (&mut self.columns, &mut self.tally, &self.order);
            let rows: Vec<RowNumber> = order
                .iter_after(|row| columns.created[row.index()] > stretch.newest)
                .take_while(|row| columns.created[row.index()] >= stretch.oldest)
                .collect();
            for row in rows {
                let at = row.index();
                let covered = self.reach.covers(columns, row) && self.limit.covers(columns, row);
                if covered == columns.marks[at].covered {
                    continue;
                }
                let tried = columns.tried(at);
                tally.remove(row, &Contribution::of(columns, at, &tried));
                columns.marks[at].covered = covered;
                tally.add(row, &Contribution::of(columns, at, &tried));
            }
        }
        self.tally.settle(&self.columns);
    }

    /// The unbroken stretch as last set.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Whether a row is in the unbroken stretch; an island otherwise.
    pub fn is_covered(&self, row: RowNumber) -> bool {
        self.columns.marks[row.index()].covered
    }

    /// What is loaded.
    pub fn coverage(&self) -> Coverage {
        let loaded = self.counts().total();
        let created = |row: RowNumber| time(self.columns.created[row.index()]);
        let newest = if loaded == 0 { None } else { self.covered_rows().next().and_then(created) };
        let floor = self.limit.floor().and_then(time);
        let oldest = match &self.reach.oldest {
            Some((oldest, _)) if !self.reach.complete => floor.max(Some(*oldest)),
            _ if floor.is_some() => floor,
            _ if loaded == 0 => None,
            _ => self.order.iter().rev().filter(|row| self.is_covered(*row)).find_map(created),
        };
        Coverage {
            loaded,
            islands: self.len() - loaded,
            complete: self.reach.complete && self.limit.floor().is_none(),
            dropped: self.limit.dropped(),
            gap: self.reach.gap,
            newest,
            oldest,
            read_at: self.list_read_at,
            bad_rows: self.unreadable.len(),
        }
    }

    /// Counts of the covered messages.
    pub fn counts(&self) -> &Counts {
        &self.tally.counts
    }

    /// Counts of these rows, covered or not. Counts from scratch: for a window, a batch or a filter, on request.
    pub fn counts_of(&self, rows: impl Iterator<Item = RowNumber>) -> Counts {
        counts::count_rows(&self.columns, rows)
    }

    /// All rows, including islands, newest first.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = RowNumber> + '_ {
        self.order.iter()
    }

    /// The rows of the unbroken stretch, newest first.
    pub fn covered_rows(&self) -> impl DoubleEndedIterator<Item = RowNumber> + '_ {
        self.order.iter().filter(|row| self.is_covered(*row))
    }
}
