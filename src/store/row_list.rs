//! An ordered list of rows in chunks: rows are inserted at either end or anywhere, a page at a time, and a million of
//! them must not be moved each time.

use std::cmp::Ordering;

use super::RowNumber;

/// The most rows of a chunk. Moving half of them takes less time than finding the position.
const FULL: usize = 1024;

/// Rows in an order that the caller knows; it must be total and the same in every call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowList {
    /// None of them is empty.
    chunks: Vec<Vec<RowNumber>>,
    len: usize,
}

impl RowList {
    /// A list of rows that are already in order.
    pub fn from_ordered(rows: impl IntoIterator<Item = RowNumber>) -> Self {
        let mut rows = rows.into_iter();
        let full = || Some(rows.by_ref().take(FULL).collect::<Vec<_>>()).filter(|rows| !rows.is_empty());
        let chunks: Vec<_> = std::iter::from_fn(full).collect();
        let len = chunks.iter().map(Vec::len).sum();
        Self { chunks, len }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Inserts a row in order, unless it is already there.
    pub fn insert(&mut self, row: RowNumber, compare: impl Fn(RowNumber, RowNumber) -> Ordering) {
        let Err((chunk, at)) = self.find(row, compare) else { return };
        self.len += 1;
        // Between two chunks it belongs to either.
        let before = chunk.checked_sub(1).filter(|before| at == 0 && self.chunks[*before].len() < FULL);
        let (chunk, at) = before.map_or((chunk, at), |before| (before, self.chunks[before].len()));
        let Some(rows) = self.chunks.get_mut(chunk) else {
            self.chunks.push(begun_with(row));
            return;
        };
        // Before it overflows: a growing chunk would allocate twice its room.
        if rows.len() < FULL {
            rows.insert(at, row);
        } else if at == 0 || at == rows.len() {
            // Pages come in at the ends, one row after another, which leaves full chunks behind.
            self.chunks.insert(chunk + usize::from(at > 0), begun_with(row));
        } else {
            let mut rest = rows.split_off(FULL / 2);
            match at.checked_sub(FULL / 2) {
                Some(at) => rest.insert(at, row),
                None => rows.insert(at, row),
            }
            self.chunks.insert(chunk + 1, rest);
        }
    }

    /// Removes a row; returns whether it was there.
    pub fn remove(&mut self, row: RowNumber, compare: impl Fn(RowNumber, RowNumber) -> Ordering) -> bool {
        let Ok((chunk, at)) = self.find(row, compare) else { return false };
        self.len -= 1;
        self.chunks[chunk].remove(at);
        if self.chunks[chunk].is_empty() {
            self.chunks.remove(chunk);
        }
        true
    }

    /// Removes all rows for which `stays` is false.
    pub fn retain(&mut self, mut stays: impl FnMut(RowNumber) -> bool) {
        for rows in &mut self.chunks {
            rows.retain(|row| stays(*row));
        }
        self.chunks.retain(|rows| !rows.is_empty());
        self.len = self.chunks.iter().map(Vec::len).sum();
    }

    /// The row at an index.
    pub fn get(&self, index: usize) -> Option<RowNumber> {
        let (chunk, at) = self.locate(index)?;
        self.chunks[chunk].get(at).copied()
    }

    /// The index of a row.
    pub fn position(&self, row: RowNumber, compare: impl Fn(RowNumber, RowNumber) -> Ordering) -> Option<usize> {
        let (chunk, at) = self.find(row, compare).ok()?;
        Some(self.chunks[..chunk].iter().map(Vec::len).sum::<usize>() + at)
    }

    /// All rows, chunk by chunk.
    pub fn chunks(&self) -> &[Vec<RowNumber>] {
        &self.chunks
    }

    /// All rows.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = RowNumber> + '_ {
        self.chunks.iter().flatten().copied()
    }

    /// The rows from an index on.
    pub fn iter_from(&self, index: usize) -> impl Iterator<Item = RowNumber> + '_ {
        let (chunk, at) = self.locate(index).unwrap_or((self.chunks.len(), 0));
        self.chunks[chunk..].iter().flatten().skip(at).copied()
    }

    /// The rows from the first for which `is_before` is false; it must be true up to some row and false from there
    /// on.
    pub fn iter_after(&self, is_before: impl Fn(RowNumber) -> bool) -> impl Iterator<Item = RowNumber> + '_ {
        let (chunk, at) = self.first_after(is_before);
        self.chunks[chunk..].iter().flatten().skip(at).copied()
    }

    fn first_after(&self, is_before: impl Fn(RowNumber) -> bool) -> (usize, usize) {
        let chunk = self.chunks.partition_point(|rows| rows.last().is_some_and(|row| is_before(*row)));
        let at = self.chunks.get(chunk).map_or(0, |rows| rows.partition_point(|row| is_before(*row)));
        (chunk, at)
    }

    fn locate(&self, index: usize) -> Option<(usize, usize)> {
        let mut at = index;
        for (chunk, rows) in self.chunks.iter().enumerate() {
            if at < rows.len() {
                return Some((chunk, at));
            }
            at -= rows.len();
        }
        None
    }

    /// Where a row is, or where it belongs.
    fn find(&self, row: RowNumber, compare: impl Fn(RowNumber, RowNumber) -> Ordering) -> Result<(usize, usize), (usize, usize)> {
        // Most rows are inserted at one of the ends.
        let Some((last, rows)) = self.chunks.len().checked_sub(1).and_then(|last| Some((last, self.chunks.get(last)?))) else {
            return Err((0, 0));
        };
        if rows.last().is_some_and(|last| compare(*last, row) == Ordering::Less) {
            return Err((last, rows.len()));
        }
        if self.chunks[0].first().is_some_and(|first| compare(*first, row) == Ordering::Greater) {
            return Err((0, 0));
        }
        let chunk = self.chunks.partition_point(|rows| rows.last().is_some_and(|last| compare(*last, row) == Ordering::Less));
        let rows = &self.chunks[chunk];
        match rows.binary_search_by(|known| compare(*known, row)) {
            Ok(at) => Ok((chunk, at)),
            Err(at) => Err((chunk, at)),
        }
    }
}

/// A chunk of one row, with the room of a full one.
fn begun_with(row: RowNumber) -> Vec<RowNumber> {
    let mut rows = Vec::with_capacity(FULL);
    rows.push(row);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_at_either_end_leave_full_chunks() {
        let mut list = RowList::default();
        let newest_first = |left: RowNumber, right: RowNumber| right.cmp(&left);
        for row in 0..10_000 {
            list.insert(RowNumber(50_000 + row), newest_first);
            list.insert(RowNumber(50_000 - row), newest_first);
        }
        assert_eq!(list.len(), 19_999);
        assert!(list.chunks.len() < 24, "{} chunks", list.chunks.len());
        let room: usize = list.chunks.iter().map(Vec::capacity).sum();
        assert!(room < 22 * FULL, "room for {room} rows");
    }

    #[test]
    fn pages_in_the_middle_leave_no_chunks_of_single_rows() {
        let rows: Vec<RowNumber> = (0..2048).chain(100_000..102_048).map(RowNumber).collect();
        let mut list = RowList::from_ordered(rows);
        for row in 10_000..15_000 {
            list.insert(RowNumber(row), |left, right| left.cmp(&right));
            list.insert(RowNumber(50_000 - row), |left, right| left.cmp(&right));
        }
        assert!(list.chunks.len() < 24, "{} chunks", list.chunks.len());
    }

    proptest! {
        #[test]
        fn it_is_an_ordered_list(steps in prop::collection::vec((any::<bool>(), 0..3000_u32), 0..3000), from in 0..3000_usize) {
            let mut list = RowList::default();
            let mut plain = std::collections::BTreeSet::new();
            for row in 0..2500 {
                list.insert(RowNumber(row * 2), |left, right| left.cmp(&right));
                plain.insert(RowNumber(row * 2));
            }
            for (is_insert, row) in steps {
                let row = RowNumber(row);
                if is_insert {
                    list.insert(row, |left, right| left.cmp(&right));
                    plain.insert(row);
                } else {
                    prop_assert_eq!(list.remove(row, |left, right| left.cmp(&right)), plain.remove(&row));
                }
            }
            list.retain(|row| row.index() % 5 != 0);
            let plain: Vec<_> = plain.into_iter().filter(|row| row.index() % 5 != 0).collect();
            prop_assert_eq!(list.len(), plain.len());
            prop_assert_eq!(list.iter().collect::<Vec<_>>(), plain.clone());
            prop_assert_eq!(list.iter_from(from).collect::<Vec<_>>(), &plain[from.min(plain.len())..]);
            prop_assert_eq!(list.get(from), plain.get(from).copied());
            let bound = RowNumber(from as u32);
            prop_assert_eq!(list.iter_after(|row| row < bound).collect::<Vec<_>>(), &plain[plain.partition_point(|row| *row < bound)..]);
            for (index, row) in plain.iter().enumerate().step_by(97) {
                prop_assert_eq!(list.position(*row, |left, right| left.cmp(&right)), Some(index));
            }
            prop_assert_eq!(RowList::from_ordered(plain.iter().copied()).iter().collect::<Vec<_>>(), plain);
        }
    }
}
