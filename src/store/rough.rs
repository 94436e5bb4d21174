//! A list that is being sorted: its rows are in consecutive groups, and a group is sorted when it is looked at.

use std::cmp::Ordering;
use std::ops::Range;

use super::both::both;
use super::columns::Columns;
use super::divide::Divider;
use super::order::Order;
use super::row_list::RowList;
use super::{RowNumber, Store};

/// From this many rows on, a second thread is worth starting.
const WORTH_A_THREAD: usize = 20_000;

/// Rows in groups, not all of which are sorted.
#[derive(Debug, Clone)]
pub struct Rough {
    order: Order,
    divider: Divider,
    /// All rows, newest first; empty if the lines do not need them.
    newest: Vec<RowNumber>,
    lines: Lines,
    /// Where each group ends in the lines.
    ends: Vec<u32>,
    /// Whether each group is sorted.
    sorted: Vec<bool>,
}

/// The list, as far as it is sorted.
#[derive(Debug, Clone)]
enum Lines {
    /// Numbers of rows, all of them in position.
    Exact(Vec<u32>),
    /// The rest of a row's key, and in the lower bits its position among all, newest first: nothing is quicker to
    /// sort than numbers, and no column is read again meanwhile.
    Keyed(Vec<u64>),
}

impl Rough {
    /// Rows, given newest first, in the groups of an order that is not the store's own.
    pub fn new(columns: &Columns, order: Order, divider: Divider, newest: Vec<RowNumber>) -> Self {
        let half = if newest.len() < WORTH_A_THREAD { newest.len() } else { newest.len() / 2 };
        let (first, second) = newest.split_at(half);
        let count = |rows: &[RowNumber]| {
            let mut counts = vec![0_u32; divider.len()];
            divider.each(columns, rows, |group, _| counts[group] += 1);
            counts
        };
        let counts: Counts = both(second.is_empty(), || count(first), || count(second));
        // The columns are read a second time, which is faster than keeping their values.
        let lines = if divider.is_exact() {
            Lines::Exact(divided(columns, &divider, (first, second), &counts, |_, index| newest[index].0))
        } else {
            let line = |rest, index| u64::from(rest) << u32::BITS | index as u64;
            Lines::Keyed(divided(columns, &divider, (first, second), &counts, line))
        };
        let mut end = 0;
        let ends = counts.0.iter().zip(&counts.1).map(|(first, second)| {
            end += first + second;
            end
        });
        let ends = ends.collect();
        let mut sorted = vec![divider.is_exact(); divider.len()];
        // Rows without a key are all equal.
        sorted[divider.len() - 1] = true;
        let newest = if divider.is_exact() { Vec::new() } else { newest };
        Self { order, divider, newest, lines, ends, sorted }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.lines {
            Lines::Exact(rows) => rows.len(),
            Lines::Keyed(lines) => lines.len(),
        }
    }

    /// The row at an index, correct if its group is sorted.
    pub fn row(&self, index: usize) -> Option<RowNumber> {
        match &self.lines {
            Lines::Exact(rows) => rows.get(index).copied().map(RowNumber),
            Lines::Keyed(lines) => lines.get(index).map(|line| row_of(&self.newest, *line)),
        }
    }

    /// The rows from an index on.
    pub fn rows_from(&self, index: usize) -> impl Iterator<Item = RowNumber> + '_ {
        (index..self.len()).map_while(|index| self.row(index))
    }

    /// The index of a row, sorted or not. If its group is sorted, it is found at once, however many rows have the
    /// same value.
    pub fn position(&self, store: &Store, row: RowNumber) -> Option<usize> {
        let number = self.divider.group(&store.columns, row);
        let range = self.range(number);
        if self.sorted[number] {
            let compare = |other| self.order.compare(store, other, row);
            let found = match &self.lines {
                Lines::Exact(rows) => rows[range.clone()].binary_search_by(|other| compare(RowNumber(*other))),
                Lines::Keyed(lines) => lines[range.clone()].binary_search_by(|line| compare(row_of(&self.newest, *line))),
            };
            return found.ok().map(|index| range.start + index);
        }
        let Lines::Keyed(lines) = &self.lines else { return None };
        let group = &lines[range.clone()];
        let own = *group.iter().find(|line| row_of(&self.newest, **line) == row)?;
        let sorter = Sorter::new(&store.columns, self.order, &self.divider, &self.newest);
        Some(range.start + group.iter().filter(|line| sorter.compare(**line, own).is_lt()).count())
    }

    /// Sorts a window.
    pub fn sort_window(&mut self, columns: &Columns, window: Range<usize>) {
        let first = self.ends.partition_point(|end| *end as usize <= window.start);
        for group in first..self.ends.len() {
            let range = self.range(group);
            if range.start >= window.end {
                break;
            }
            if !std::mem::replace(&mut self.sorted[group], true)
                && let Lines::Keyed(lines) = &mut self.lines
            {
                Sorter::new(columns, self.order, &self.divider, &self.newest).sort(&mut lines[range]);
            }
        }
    }

    /// Sorts the rest and returns the list.
    pub fn into_sorted(self, columns: &Columns) -> RowList {
        let mut lines = match self.lines {
            Lines::Exact(rows) => return RowList::of_lines(&rows, |row| RowNumber(*row)),
            Lines::Keyed(lines) => lines,
        };
        let sorter = Sorter::new(columns, self.order, &self.divider, &self.newest);
        let (ends, sorted) = (&self.ends, &self.sorted);
        let is_small = lines.len() < WORTH_A_THREAD;
        let half = if is_small { ends.len() } else { ends.partition_point(|end| (*end as usize) < lines.len() / 2) };
        let middle = half.checked_sub(1).map_or(0, |last| ends[last] as usize);
        let (first, second) = lines.split_at_mut(middle);
        let sort_groups = |lines: &mut [u64], groups: Range<usize>, offset: usize| {
            let mut start = 0;
            for group in groups {
                let end = ends[group] as usize - offset;
                if !sorted[group] {
                    sorter.sort(&mut lines[start..end]);
                }
                start = end;
            }
        };
        both(second.is_empty(), || sort_groups(first, 0..half, 0), || sort_groups(second, half..ends.len(), middle));
        RowList::of_lines(&lines, |line| row_of(&self.newest, *line))
    }

    fn range(&self, group: usize) -> Range<usize> {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        start..self.ends[group] as usize
    }
}

/// How many rows two halves of a list have in each group.
type Counts = (Vec<u32>, Vec<u32>);

/// The lines of rows in two halves, group by group, made of the rest of each row's key and its index in both halves
/// together. Those of the first half come first in each group.
fn divided<T: Copy + Default + Send>(
    columns: &Columns,
    divider: &Divider,
    (first, second): (&[RowNumber], &[RowNumber]),
    counts: &Counts,
    line: impl Fn(u32, usize) -> T + Sync,
) -> Vec<T> {
    let mut lines = vec![T::default(); first.len() + second.len()];
    let mut left = &mut lines[..];
    // Each half has room of its own in every group, so that both can be filled at the same time.
    let mut room = |count: &u32| left.split_off_mut(..*count as usize).unwrap_or_default().iter_mut();
    let (in_first, in_second): (Vec<_>, Vec<_>) = counts.0.iter().zip(&counts.1).map(|(first, second)| (room(first), room(second))).unzip();
    let put = |rows: &[RowNumber], mut index: usize, mut rooms: Vec<std::slice::IterMut<'_, T>>| {
        divider.each(columns, rows, |group, rest| {
            if let Some(room) = rooms[group].next() {
                *room = line(rest, index);
            }
            index += 1;
        });
    };
    both(second.is_empty(), || put(first, 0, in_first), || put(second, first.len(), in_second));
    lines
}

fn row_of(newest: &[RowNumber], line: u64) -> RowNumber {
    newest[line as u32 as usize]
}

/// How lines of one group are compared.
#[derive(Clone, Copy)]
struct Sorter<'a> {
    columns: &'a Columns,
    order: Order,
    newest: &'a [RowNumber],
    is_whole: bool,
}

impl<'a> Sorter<'a> {
    fn new(columns: &'a Columns, order: Order, divider: &Divider, newest: &'a [RowNumber]) -> Self {
        Self { columns, order, newest, is_whole: divider.is_whole() }
    }

    fn compare(&self, left: u64, right: u64) -> Ordering {
        let index = |line| row_of(self.newest, line).index();
        let by_rest = (left >> u32::BITS).cmp(&(right >> u32::BITS));
        let by_value = || if self.is_whole { Ordering::Equal } else { self.order.compare_keys(self.columns, index(left), index(right)) };
        // Their positions among the newest decide among equals.
        by_rest.then_with(by_value).then(left.cmp(&right))
    }

    fn sort(&self, lines: &mut [u64]) {
        if self.is_whole {
            lines.sort_unstable();
        } else {
            lines.sort_unstable_by(|left, right| self.compare(*left, *right));
        }
    }
}
