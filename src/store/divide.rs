//! Dividing rows into groups that follow each other in an order: the first and quick half of
//! sorting a million of them, after which any window is right once the few groups in it are sorted.

use super::RowNumber;
use super::columns::Columns;
use super::order::{Direction, Order, SortBy, status_rank};
use super::recipients::NOT_TOLD_KEY;
use super::tries::NO_TIME;

/// How many bits of a key tell the groups apart: the ends of 4,096 groups stay in a core's own memory
/// while a million rows are put into them, and a group of some hundred rows is sorted at once.
const BITS: u32 = 12;

/// A rule that gives every row of an order its group. Groups are numbered in the order of the list;
/// the last one is of rows of which the column was not told.
#[derive(Debug, Clone)]
pub enum Divider {
    /// A column of few values: rows of a group are equal.
    Ranked {
        by: SortBy,
        /// The group of each value.
        groups: Vec<u32>,
        /// How many groups there are.
        len: usize,
    },
    /// A column of many values: the first bits in which its keys differ.
    Keyed {
        order: Order,
        /// Those bits.
        runs: Vec<Run>,
        /// The other bits in which keys differ; `None` where equal keys do not make equal rows.
        rest: Option<Vec<Run>>,
    },
}

/// Neighbouring bits of a key.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    shift: u32,
    width: u32,
}

impl Divider {
    /// The rule of an order; `None` for the orders by creation, in which the store holds its rows.
    pub fn new(columns: &Columns, order: Order) -> Option<Self> {
        let groups = match order.by {
            SortBy::Created => return None,
            SortBy::Updated | SortBy::Recipient => {
                let mut differing = differing(columns, order.by);
                let first = runs(&mut differing, BITS);
                let is_whole = order.by == SortBy::Updated || !columns.recipients.has_long();
                let rest = is_whole.then(|| runs(&mut differing, u128::BITS));
                return Some(Self::Keyed { order, runs: first, rest });
            }
            SortBy::Status => (0..=u8::MAX).map(status_rank).map(|rank| rank.map(u32::from)).collect(),
            SortBy::Attempts => (0..=u8::MAX).map(|tries| Some(u32::from(tries)).filter(|tries| *tries != 0)).collect(),
            SortBy::Error => places(std::iter::once(None).chain(columns.names.errors().map(|error| Some(&*error.code)))),
            SortBy::Batch => places(std::iter::once(None).chain(columns.batches.numbers().map(|number| columns.batches.id(number)))),
        };
        Some(ranked(order, groups))
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Ranked { len, .. } => *len,
            Self::Keyed { runs, .. } => (1 << width(runs)) + 1,
        }
    }

    /// Whether the rows of a group are equal in the order's column, so that they need no sorting.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Ranked { .. })
    }

    /// The group of a row.
    pub fn group(&self, columns: &Columns, row: RowNumber) -> usize {
        let at = row.index();
        match self {
            Self::Ranked { by, groups, len } => {
                let value = match by {
                    SortBy::Status => usize::from(columns.status[at]),
                    SortBy::Attempts => usize::from(columns.tries[at]),
                    SortBy::Error => columns.error[at] as usize,
                    _ => columns.batch[at] as usize,
                };
                groups.get(value).map_or(len - 1, |group| *group as usize)
            }
            Self::Keyed { order, runs, .. } => {
                let Some(key) = key(columns, *order, at) else { return self.len() - 1 };
                picked(key, runs) as usize
            }
        }
    }

    /// What is left of the keys to sort the rows of a group by, where it leaves so many bits of 64
    /// for their places.
    pub fn rest(&self, places: u32) -> Option<&[Run]> {
        match self {
            Self::Keyed { rest: Some(rest), .. } if width(rest) + places <= u64::BITS => Some(rest),
            _ => None,
        }
    }
}

/// By what a row sorts, in the direction of the order; `None` where the column was not told. Long
/// recipients can share a key.
pub fn key(columns: &Columns, order: Order, row: usize) -> Option<u128> {
    let rising = match order.by {
        SortBy::Recipient => Some(columns.recipients.sort_key(row)).filter(|key| *key != NOT_TOLD_KEY)?,
        // With the sign's bit the other way round, negative times come before the others.
        _ => Some(columns.updated[row]).filter(|time| *time != NO_TIME).map(|time| u128::from(time as u64 ^ 1 << 63))?,
    };
    Some(match order.direction {
        Direction::Rising => rising,
        Direction::Falling => !rising,
    })
}

/// In which bits the keys of a column differ.
fn differing(columns: &Columns, by: SortBy) -> u128 {
    match by {
        SortBy::Recipient => columns.recipients.differing(),
        _ => {
            let told = columns.updated.iter().filter(|time| **time != NO_TIME).map(|time| *time as u64);
            let (all, any) = told.fold((u64::MAX, 0), |(all, any), time| (all & time, any | time));
            u128::from(!all & any)
        }
    }
}

/// These bits of a key, put together.
pub fn picked(key: u128, runs: &[Run]) -> u64 {
    runs.iter().fold(0, |picked, run| picked << run.width | (key >> run.shift) as u64 & ((1 << run.width) - 1))
}

fn width(runs: &[Run]) -> u32 {
    runs.iter().map(|run| run.width).sum()
}

/// The highest of these bits, at most so many, as runs of less than 64. They are taken out.
fn runs(bits: &mut u128, mut left: u32) -> Vec<Run> {
    let mut runs = Vec::new();
    while *bits != 0 && left > 0 {
        let top = u128::BITS - bits.leading_zeros();
        let width = (*bits << (u128::BITS - top)).leading_ones().min(left).min(63);
        let shift = top - width;
        runs.push(Run { shift, width });
        *bits &= !(((1_u128 << width) - 1) << shift);
        left -= width;
    }
    runs
}

/// The places of texts among all of them, equal ones on one place.
fn places<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<u32>> {
    let texts: Vec<Option<&str>> = texts.collect();
    let mut sorted: Vec<&str> = texts.iter().copied().flatten().collect();
    sorted.sort_unstable();
    sorted.dedup();
    texts.into_iter().map(|text| sorted.binary_search(&text?).ok().map(|place| place as u32)).collect()
}

fn ranked(order: Order, ranks: Vec<Option<u32>>) -> Divider {
    let told = ranks.iter().flatten().max().map_or(0, |most| most + 1);
    let group = |rank: Option<u32>| match (rank, order.direction) {
        (None, _) => told,
        (Some(rank), Direction::Rising) => rank,
        (Some(rank), Direction::Falling) => told - 1 - rank,
    };
    Divider::Ranked { by: order.by, groups: ranks.into_iter().map(group).collect(), len: told as usize + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_differing_bits_keep_the_order(keys in prop::collection::vec(any::<u128>(), 2..40), fixed in any::<u128>()) {
            // With some bits the same in all keys.
            let keys: Vec<u128> = keys.into_iter().map(|key| key & fixed).collect();
            let (all, any) = keys.iter().fold((u128::MAX, 0), |(all, any), key| (all & key, any | key));
            let mut differing = !all & any;
            let (runs, rest) = (runs(&mut differing, BITS), runs(&mut differing, u128::BITS));
            prop_assert!(width(&runs) <= BITS && differing == 0);
            prop_assert_eq!(width(&runs) + width(&rest), (!all & any).count_ones());
            let group = |key: u128| picked(key, &runs);
            if width(&rest) <= u64::BITS {
                for pair in keys.windows(2) {
                    let parts = |key: u128| (group(key), picked(key, &rest));
                    prop_assert_eq!(parts(pair[0]).cmp(&parts(pair[1])), pair[0].cmp(&pair[1]));
                }
            }
            for left in &keys {
                for right in &keys {
                    if left <= right {
                        prop_assert!(group(*left) <= group(*right));
                    }
                }
            }
        }
    }

    #[test]
    fn texts_that_are_equal_share_a_place() {
        assert_eq!(places([None, Some("b"), Some("a"), Some("b")].into_iter()), [None, Some(1), Some(0), Some(1)]);
    }
}
