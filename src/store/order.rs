//! What a list is sorted by.

use std::cmp::Ordering;

use super::attempts::NO_TIME;
use super::columns::Columns;
use super::names::{FAILURE, NO_STATUS, StatusCode};
use super::recipients::NOT_REPORTED_KEY;
use super::{RowNumber, Store};

/// A column that a list can be sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// When it was created, then its id.
    #[default]
    Created,
    /// When its record last changed, according to the API.
    Updated,
    /// Failures first, since they need a person, then by how far it is from its final status.
    Status,
    /// The recipient, sorted as text.
    Recipient,
    /// The error's code, sorted as text.
    Error,
    /// The number of attempts, as far as given.
    Attempts,
    /// The batch's id, sorted as text: keeps the messages of a batch together.
    Batch,
}

impl SortBy {
    /// All of them, in the order of a list's columns.
    pub const ALL: [SortBy; 7] =
        [SortBy::Status, SortBy::Created, SortBy::Updated, SortBy::Recipient, SortBy::Error, SortBy::Attempts, SortBy::Batch];
}

/// Which end of a column comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest first.
    Rising,
    /// The greatest, or newest, first.
    #[default]
    Falling,
}

/// The order of a list. Messages without a value in the column come last in either direction; among equals the newest
/// comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Order {
    /// The column.
    pub by: SortBy,
    /// Which end comes first.
    pub direction: Direction,
}

impl Order {
    /// By creation, then id, newest first.
    pub const NEWEST: Order = Order { by: SortBy::Created, direction: Direction::Falling };

    /// The smallest of a column first.
    pub const fn rising(by: SortBy) -> Self {
        Self { by, direction: Direction::Rising }
    }

    /// The greatest of a column first.
    pub const fn falling(by: SortBy) -> Self {
        Self { by, direction: Direction::Falling }
    }

    /// The same column in the other direction.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self.direction {
            Direction::Rising => Self::falling(self.by),
            Direction::Falling => Self::rising(self.by),
        }
    }

    /// Compares two rows' positions in a list. Total: a row is equal only to itself.
    pub(super) fn compare(self, store: &Store, left: RowNumber, right: RowNumber) -> Ordering {
        let columns = &store.columns;
        if self.by == SortBy::Created {
            let untimed = |row: RowNumber| columns.created[row.index()] == NO_TIME;
            let by_age = columns.newest_first(left, right);
            return untimed(left).cmp(&untimed(right)).then(match self.direction {
                Direction::Falling => by_age,
                Direction::Rising => by_age.reverse(),
            });
        }
        self.compare_keys(columns, left.index(), right.index()).then_with(|| columns.newest_first(left, right))
    }

    /// Compares two rows only by the order's column.
    pub(super) fn compare_keys(self, columns: &Columns, left: usize, right: usize) -> Ordering {
        match self.by {
            SortBy::Created => Ordering::Equal,
            SortBy::Updated => self.reported_first(reported_time(columns.updated[left]), reported_time(columns.updated[right])),
            SortBy::Status => self.reported_first(status_rank(columns.status[left]), status_rank(columns.status[right])),
            SortBy::Recipient => {
                let key = |row| Some(columns.recipients.sort_key(row)).filter(|key| *key != NOT_REPORTED_KEY);
                // Rows that share a key are of the same kind: not given, short, or long.
                self.reported_first(key(left), key(right)).then_with(|| self.directed(columns.recipients.compare_long(left, right)))
            }
            SortBy::Error => {
                let code = |row: usize| columns.names.error_of(columns.error[row]).map(|error| &error.code);
                self.reported_first(code(left), code(right))
            }
            SortBy::Attempts => self.reported_first(reported_attempts(columns.tries[left]), reported_attempts(columns.tries[right])),
            SortBy::Batch => {
                let id = |row: usize| columns.batches.id(columns.batch[row]);
                self.reported_first(id(left), id(right))
            }
        }
    }

    fn reported_first<T: Ord>(self, left: Option<T>, right: Option<T>) -> Ordering {
        match (left, right) {
            (Some(left), Some(right)) => self.directed(left.cmp(&right)),
            (left, right) => left.is_none().cmp(&right.is_none()),
        }
    }

    /// A comparison for smallest first, turned to this direction.
    fn directed(self, rising: Ordering) -> Ordering {
        match self.direction {
            Direction::Rising => rising,
            Direction::Falling => rising.reverse(),
        }
    }
}

fn reported_time(milliseconds: i64) -> Option<i64> {
    Some(milliseconds).filter(|time| *time != NO_TIME)
}

fn reported_attempts(tries: u8) -> Option<u8> {
    Some(tries).filter(|tries| *tries != 0)
}

/// Failures first, since they need a person; then by how far a message is from its final status.
pub(super) fn status_rank(status: StatusCode) -> Option<u8> {
    match status {
        NO_STATUS => None,
        FAILURE => Some(0),
        other => Some(other + 1),
    }
}
