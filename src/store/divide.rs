//! Dividing rows into consecutive groups of an order: the first and quick half of sorting a million of them, after
//! which any window is right once the few groups in it are sorted.

use super::RowNumber;
use super::attempts::NO_TIME;
use super::columns::Columns;
use super::order::{Direction, Order, SortBy, status_rank};
use super::recipients::NOT_REPORTED_KEY;
use super::squeeze::{HalfSqueeze, Squeeze};

/// How many bits of a key select the group: the ends of 2,048 groups stay in a core's own cache while a million rows
/// are put into them, and a group of some thousand rows is sorted in no time.
const GROUP_BITS: u32 = 11;

/// How many of the following bits are kept of each row: with a row's index they make one 64-bit number.
const REST_BITS: u32 = 32;

/// How many recipients' codes are computed at once.
const AT_ONCE: usize = 32;

/// A rule that gives every row of an order its group. Groups are numbered in the order of the list; the last one is
/// for rows without a value in the column.
#[derive(Debug, Clone)]
pub enum Divider {
    /// A column of few values: the rows of a group are equal.
    Ranked {
        by: SortBy,
        /// The group of each value.
        groups: Vec<u32>,
        /// How many groups there are.
        len: usize,
    },
    /// A column of many values: the first bits of each one's code select the group.
    Keyed {
        code: Code,
        /// How many bits a code has: at most those of the group and the rest.
        width: u32,
        /// Whether rows with the same code are equal.
        is_whole: bool,
    },
}

/// How a value becomes a number of few bits that sorts like the list.
#[derive(Debug, Clone)]
pub enum Code {
    /// The distance from the earliest time, in milliseconds without their last bits.
    Rising { earliest: i64, cut: u32 },
    /// The distance from the latest time.
    Falling { latest: i64, cut: u32 },
    /// The first bits in which recipients differ, inverted where `turned` is set. They are in the eight bytes from
    /// `from` on.
    Near { from: usize, bits: HalfSqueeze, turned: u64 },
    /// The same when they can be anywhere.
    Far { bits: Squeeze, turned: u64 },
}

impl Divider {
    /// The rule of an order; `None` for the orders by creation, in which the store keeps its rows.
    pub fn new(columns: &Columns, order: Order) -> Option<Self> {
        let groups = match order.by {
            SortBy::Created => return None,
            SortBy::Updated => return Some(by_update(columns, order.direction)),
            SortBy::Recipient => return Some(by_recipient(columns, order.direction)),
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
            Self::Keyed { width, .. } => (1 << (*width).min(GROUP_BITS)) + 1,
        }
    }

    /// Whether the rows of a group are equal in the order's column, so that they need no sorting.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Ranked { .. })
    }

    /// Whether rows of a group with the same rest are equal in the order's column.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Ranked { .. } | Self::Keyed { is_whole: true, .. })
    }

    /// The group of a row.
    pub fn group(&self, columns: &Columns, row: RowNumber) -> usize {
        let mut found = 0;
        self.each(columns, &[row], |group, _| found = group);
        // A later time can be outside all that were known.
        found.min(self.len() - 1)
    }

    /// Visits each row with its group and what sorts it within that: the rest of its code.
    // The column is chosen once, not for each row: with a million of them there are 5 ns for each.
    pub fn each(&self, columns: &Columns, rows: &[RowNumber], mut visit: impl FnMut(usize, u32)) {
        let last = self.len() - 1;
        match self {
            Self::Ranked { by, groups, .. } => {
                let mut tell = |value: usize| visit(groups.get(value).map_or(last, |group| *group as usize), 0);
                match by {
                    SortBy::Status => rows.iter().for_each(|row| tell(usize::from(columns.status[row.index()]))),
                    SortBy::Attempts => rows.iter().for_each(|row| tell(usize::from(columns.tries[row.index()]))),
                    SortBy::Error => rows.iter().for_each(|row| tell(columns.error[row.index()] as usize)),
                    _ => rows.iter().for_each(|row| tell(columns.batch[row.index()] as usize)),
                }
            }
            Self::Keyed { code, width, .. } => {
                let rest = width.saturating_sub(GROUP_BITS);
                let mut tell = |code: Option<u64>| match code {
                    Some(code) => visit((code >> rest) as usize, (code & ((1 << rest) - 1)) as u32),
                    None => visit(last, 0),
                };
                let time = |row: &RowNumber| Some(columns.updated[row.index()]).filter(|time| *time != NO_TIME);
                let text = |row: &RowNumber| Some(columns.recipients.sort_key(row.index())).filter(|key| *key != NOT_REPORTED_KEY);
                match code {
                    Code::Rising { earliest, cut } => {
                        rows.iter().for_each(|row| tell(time(row).map(|time| distance(*earliest, time) >> cut)));
                    }
                    Code::Falling { latest, cut } => {
                        rows.iter().for_each(|row| tell(time(row).map(|time| distance(time, *latest) >> cut)));
                    }
                    Code::Near { from, bits, turned } => {
                        // Many at a time, so that the processor can squeeze two at once.
                        let mut codes = [0; AT_ONCE];
                        for rows in rows.chunks(AT_ONCE) {
                            let mut reported = [false; AT_ONCE];
                            for ((code, reported), row) in codes.iter_mut().zip(&mut reported).zip(rows) {
                                let part = columns.recipients.sort_key_part(row.index(), *from);
                                (*code, *reported) = (part.unwrap_or_default(), part.is_some());
                            }
                            codes.iter_mut().for_each(|code| *code = bits.of(*code) ^ turned);
                            codes.iter().zip(reported).take(rows.len()).for_each(|(code, reported)| tell(reported.then_some(*code)));
                        }
                    }
                    Code::Far { bits, turned } => {
                        rows.iter().for_each(|row| tell(text(row).map(|key| bits.of(key) as u64 ^ turned)));
                    }
                }
            }
        }
    }
}

fn by_update(columns: &Columns, direction: Direction) -> Divider {
    let reported = columns.updated.iter().copied().filter(|time| *time != NO_TIME);
    let (earliest, latest) = reported.fold((i64::MAX, i64::MIN), |(earliest, latest), time| (earliest.min(time), latest.max(time)));
    let whole = if earliest < latest { u64::BITS - distance(earliest, latest).leading_zeros() } else { 0 };
    let width = whole.min(GROUP_BITS + REST_BITS);
    let cut = whole - width;
    let code = match direction {
        Direction::Rising => Code::Rising { earliest, cut },
        Direction::Falling => Code::Falling { latest, cut },
    };
    Divider::Keyed { code, width, is_whole: cut == 0 }
}

fn by_recipient(columns: &Columns, direction: Direction) -> Divider {
    let differing = columns.recipients.differing();
    let chosen = highest(differing, GROUP_BITS + REST_BITS);
    let width = chosen.count_ones();
    let turned = match direction {
        Direction::Rising => 0,
        Direction::Falling => (1 << width) - 1,
    };
    let from = (chosen.leading_zeros() / 8).min(8) as usize;
    let part = chosen << (8 * from);
    let code = match Squeeze::new(part >> 64).halved() {
        Some(bits) if part as u64 == 0 => Code::Near { from, bits, turned },
        _ => Code::Far { bits: Squeeze::new(chosen), turned },
    };
    Divider::Keyed { code, width, is_whole: chosen == differing && !columns.recipients.has_long() }
}

/// How far a time is from an earlier one, in milliseconds.
fn distance(earlier: i64, later: i64) -> u64 {
    later.wrapping_sub(earlier) as u64
}

/// The highest of these bits, at most `most`.
fn highest(mut bits: u128, most: u32) -> u128 {
    while bits.count_ones() > most {
        bits &= bits - 1;
    }
    bits
}

/// The ranks of texts among all of them, equal ones sharing a rank.
fn places<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<u32>> {
    let texts: Vec<Option<&str>> = texts.collect();
    let mut sorted: Vec<&str> = texts.iter().copied().flatten().collect();
    sorted.sort_unstable();
    sorted.dedup();
    texts.into_iter().map(|text| sorted.binary_search(&text?).ok().map(|place| place as u32)).collect()
}

fn ranked(order: Order, ranks: Vec<Option<u32>>) -> Divider {
    let reported = ranks.iter().flatten().max().map_or(0, |most| most + 1);
    let group = |rank: Option<u32>| match (rank, order.direction) {
        (None, _) => reported,
        (Some(rank), Direction::Rising) => rank,
        (Some(rank), Direction::Falling) => reported - 1 - rank,
    };
    Divider::Ranked { by: order.by, groups: ranks.into_iter().map(group).collect(), len: reported as usize + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_highest_bits_are_taken(bits in any::<u128>(), most in 0..130_u32) {
            let taken = highest(bits, most);
            prop_assert_eq!(taken & !bits, 0);
            prop_assert_eq!(taken.count_ones(), bits.count_ones().min(most));
            prop_assert!(taken == 0 || bits & !taken < 1 << taken.trailing_zeros());
        }
    }

    #[test]
    fn a_distance_is_right_between_any_times() {
        assert_eq!(distance(i64::MIN + 1, i64::MAX), u64::MAX - 1);
        assert_eq!(distance(-3, 4), 7);
    }

    #[test]
    fn texts_that_are_equal_share_a_place() {
        assert_eq!(places([None, Some("b"), Some("a"), Some("b")].into_iter()), [None, Some(1), Some(0), Some(1)]);
    }
}
