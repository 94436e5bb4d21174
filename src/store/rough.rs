//! A list that is being sorted: its rows stand in groups that follow each other, and a group is
//! sorted when somebody looks at it.

use std::cmp::Ordering;
use std::ops::Range;

use super::columns::Columns;
use super::divide::{self, Divider};
use super::order::{Order, SortBy};
use super::{RowNumber, Store};

/// From how many rows on a second thread is worth starting: it takes some 50 µs.
const WORTH_A_THREAD: usize = 20_000;

/// Rows in groups, not all of which are sorted.
#[derive(Debug, Clone)]
pub struct Rough {
    order: Order,
    divider: Divider,
    rows: Vec<RowNumber>,
    /// Where each group ends in the rows.
    ends: Vec<u32>,
    /// Whether each group is sorted.
    sorted: Vec<bool>,
}

impl Rough {
    /// Rows, which come newest first, in the groups of an order that is not the store's own.
    pub fn new(columns: &Columns, order: Order, divider: Divider, rows: &[RowNumber]) -> Self {
        let groups_of = |rows: &[RowNumber]| {
            let mut counts = vec![0_u32; divider.len()];
            let groups: Vec<u32> = rows
                .iter()
                .map(|row| {
                    let group = divider.group(columns, *row);
                    counts[group] += 1;
                    group as u32
                })
                .collect();
            (groups, counts)
        };
        let (first, second) = rows.split_at(if rows.len() < WORTH_A_THREAD { rows.len() } else { rows.len() / 2 });
        let ((first_groups, mut ends), (second_groups, more)) = both(second.is_empty(), || groups_of(first), || groups_of(second));
        let mut start = 0;
        let mut next: Vec<u32> = Vec::with_capacity(ends.len());
        for (end, more) in ends.iter_mut().zip(more.into_iter().chain(std::iter::repeat(0))) {
            next.push(start);
            start += *end + more;
            *end = start;
        }
        let mut divided = vec![RowNumber(0); rows.len()];
        for (row, group) in rows.iter().zip(first_groups.into_iter().chain(second_groups)) {
            let place = &mut next[group as usize];
            divided[*place as usize] = *row;
            *place += 1;
        }
        let mut sorted = vec![divider.is_exact(); ends.len()];
        // Rows without a key are all equal.
        sorted[divider.len() - 1] = true;
        Self { order, divider, rows: divided, ends, sorted }
    }

    /// The rows, right where they are sorted.
    pub fn rows(&self) -> &[RowNumber] {
        &self.rows
    }

    /// The place of a row, sorted or not. Where its group is sorted it is found at once, however many rows
    /// have the same value.
    pub fn position(&self, store: &Store, row: RowNumber) -> Option<usize> {
        let number = self.divider.group(&store.columns, row);
        let range = self.range(number);
        let group = self.rows.get(range.clone())?;
        if self.sorted[number] {
            return group.binary_search_by(|other| self.order.compare(store, *other, row)).ok().map(|place| range.start + place);
        }
        group.contains(&row).then(|| range.start + group.iter().filter(|other| self.order.compare(store, **other, row).is_lt()).count())
    }

    /// Sorts what lies in a window.
    pub fn sort_window(&mut self, columns: &Columns, window: Range<usize>) {
        let first = self.ends.partition_point(|end| *end as usize <= window.start);
        let mut scratch = Scratch::default();
        for group in first..self.ends.len() {
            let range = self.range(group);
            if range.start >= window.end {
                break;
            }
            if !std::mem::replace(&mut self.sorted[group], true) {
                sort(columns, self.order, &self.divider, &mut self.rows[range], &mut scratch);
            }
        }
    }

    /// Sorts the rest and gives all rows.
    pub fn into_sorted(mut self, columns: &Columns) -> Vec<RowNumber> {
        if self.sorted.iter().all(|sorted| *sorted) {
            return self.rows;
        }
        let (order, divider, ends, sorted) = (self.order, &self.divider, &self.ends, &self.sorted);
        let is_small = self.rows.len() < WORTH_A_THREAD;
        let half = if is_small { ends.len() } else { ends.partition_point(|end| (*end as usize) < self.rows.len() / 2) };
        let middle = half.checked_sub(1).map_or(0, |last| ends[last] as usize);
        let (first, second) = self.rows.split_at_mut(middle);
        let sort_groups = |rows: &mut [RowNumber], groups: Range<usize>, offset: usize| {
            let mut scratch = Scratch::default();
            let mut start = 0;
            for group in groups {
                let end = ends[group] as usize - offset;
                if !sorted[group] {
                    sort(columns, order, divider, &mut rows[start..end], &mut scratch);
                }
                start = end;
            }
        };
        both(second.is_empty(), || sort_groups(first, 0..half, 0), || sort_groups(second, half..ends.len(), middle));
        self.rows
    }

    fn range(&self, group: usize) -> Range<usize> {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        start..self.ends[group] as usize
    }
}

/// Does two things, at the same time where it is worth it.
pub fn both<A: Send, B: Send>(in_turn: bool, first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    if in_turn {
        return (first(), second());
    }
    std::thread::scope(|scope| {
        let second = scope.spawn(second);
        let first = first();
        match second.join() {
            Ok(second) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Room that is used again for group after group.
#[derive(Default)]
struct Scratch {
    packed: Vec<u64>,
    before: Vec<RowNumber>,
    keyed: Vec<(u128, u32, RowNumber)>,
}

/// Sorts rows of one group. They come newest first, which decides among equals.
fn sort(columns: &Columns, order: Order, divider: &Divider, rows: &mut [RowNumber], scratch: &mut Scratch) {
    if rows.len() < 2 {
        return;
    }
    let places = usize::BITS - rows.len().leading_zeros();
    if let Some(rest) = divider.rest(places) {
        // What is left of a key and the row's place in one number: there is nothing quicker to sort.
        let Scratch { packed, before, .. } = scratch;
        packed.clear();
        packed.extend((0_u64..).zip(&*rows).map(|(place, row)| {
            let key = divide::key(columns, order, row.index()).unwrap_or(u128::MAX);
            divide::picked(key, rest) << places | place
        }));
        packed.sort_unstable();
        before.clear();
        before.extend_from_slice(rows);
        rows.iter_mut().zip(packed).for_each(|(row, packed)| *row = before[(*packed & ((1 << places) - 1)) as usize]);
        return;
    }
    let scratch = &mut scratch.keyed;
    let recipients = &columns.recipients;
    scratch.clear();
    scratch.extend((0..).zip(&*rows).map(|(place, row)| (divide::key(columns, order, row.index()).unwrap_or(u128::MAX), place, *row)));
    scratch.sort_unstable_by(|(left_key, left_place, left), (right_key, right_place, right)| {
        let by_text = || match order.by {
            SortBy::Recipient => order.directed(recipients.compare_long(left.index(), right.index())),
            _ => Ordering::Equal,
        };
        left_key.cmp(right_key).then_with(by_text).then_with(|| left_place.cmp(right_place))
    });
    rows.iter_mut().zip(scratch).for_each(|(row, (_, _, sorted))| *row = *sorted);
}
