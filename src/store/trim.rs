//! Keeping no more messages than the limit: the oldest finished ones are dropped, and their rows are reused.

use std::cmp::Ordering;

use super::columns::Columns;
use super::counts::{Contribution, is_open};
use super::names::{NO_STATUS, WITH_TELCO};
use super::recipients::is_abroad;
use super::row_set::RowSet;
use super::{AnswerKind, RowNumber, Store};
use crate::delivery::{MessageId, Progress, Row, TELCO_SILENCE};

/// One in this many messages is dropped beyond what is necessary, so that not every page costs a walk.
const SLACK: usize = 100;

/// What a trim dropped. Its row numbers mean nothing any more, and mean other messages from the next merge on.
#[derive(Debug, Default)]
pub struct Trimmed {
    rows: RowSet,
    len: usize,
}

impl Trimmed {
    /// Whether a row was dropped.
    pub fn contains(&self, row: RowNumber) -> bool {
        self.rows.contains(row)
    }

    /// The rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = RowNumber> + '_ {
        self.rows.iter()
    }

    /// How many rows were dropped.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no row was dropped.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// What has been dropped so far.
#[derive(Debug, Default)]
pub(super) struct Limit {
    dropped: usize,
    /// The newest message of the stretch that was dropped: it ends there.
    floor: Option<(i64, MessageId)>,
}

impl Limit {
    /// How many messages were dropped.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// When the newest dropped message of the stretch was created, in milliseconds.
    pub fn floor(&self) -> Option<i64> {
        self.floor.as_ref().map(|(created, _)| *created)
    }

    /// Whether nothing was dropped between a row and the newest message.
    pub fn covers(&self, columns: &Columns, row: RowNumber) -> bool {
        self.floor.as_ref().is_none_or(|(created, id)| match columns.created[row.index()].cmp(created) {
            Ordering::Equal => columns.ids.compare_to(row, id.as_str()) == Ordering::Greater,
            by_time => by_time == Ordering::Greater,
        })
    }
}

impl Store {
    /// Drops the oldest messages until no more than `keep` are left, and some more, so that it need not be repeated
    /// right away. Those on the way stay, and those that `is_protected` names. Lists must [`super::View::forget`]
    /// what was dropped before the next merge.
    pub fn trim(&mut self, keep: usize, is_protected: impl Fn(RowNumber) -> bool) -> Trimmed {
        let mut trimmed = Trimmed::default();
        let Some(now) = self.newest_answer.filter(|_| self.len() > keep) else { return trimmed };
        let most = self.len() - (keep - keep / SLACK);
        let is_over = |row: &RowNumber| self.progress(*row, now) != Progress::Open && !is_protected(*row);
        let rows: Vec<RowNumber> = self.order.iter().rev().filter(is_over).take(most).collect();
        // From the oldest on: the last covered one is the newest.
        if let Some(newest) = rows.iter().rev().find(|row| self.is_covered(**row)) {
            self.limit.floor = Some((self.columns.created[newest.index()], self.id(*newest)));
        }
        for row in rows {
            let at = row.index();
            self.tally.remove(row, &Contribution::of(&self.columns, at, &self.columns.tried(at)));
            trimmed.rows.insert(row);
            trimmed.len += 1;
        }
        self.order.retain(|row| !trimmed.contains(row));
        trimmed.rows.iter().for_each(|row| self.columns.clear(row));
        self.limit.dropped += trimmed.len;
        self.uncover();
        self.tally.settle(&self.columns);
        trimmed
    }

    /// Rows older than the newest dropped message are no longer in the stretch.
    fn uncover(&mut self) {
        let Some(floor) = self.limit.floor() else { return };
        let columns = &mut self.columns;
        for row in self.order.iter_after(|row| columns.created[row.index()] > floor).collect::<Vec<_>>() {
            let at = row.index();
            if columns.marks[at].covered && !self.limit.covers(columns, row) {
                let tried = columns.tried(at);
                self.tally.remove(row, &Contribution::of(columns, at, &tried));
                columns.marks[at].covered = false;
                self.tally.add(row, &Contribution::of(columns, at, &tried));
            }
        }
    }

    /// Whether a row of a page is of a dropped message: it stays out unless it is on the way. Messages requested in
    /// another way come back.
    pub(super) fn is_left_out(&self, row: Row<'_>, from: &AnswerKind) -> bool {
        let Some((floor, id)) = self.limit.floor.as_ref().filter(|_| *from == AnswerKind::List) else { return false };
        let Some(created) = row.created_at().value().map(jiff::Timestamp::as_millisecond) else { return false };
        if (created, row.id()) > (*floor, id.as_str()) || self.columns.ids.find(row.id()).is_some() {
            return false;
        }
        let Some(word) = row.status().value() else { return false };
        let status = self.columns.names.find_status(word).unwrap_or(NO_STATUS);
        let silence = i64::try_from(TELCO_SILENCE.as_millis()).unwrap_or(i64::MAX);
        let is_silent = status == WITH_TELCO && self.newest_answer.is_some_and(|now| now.as_millisecond() - created > silence);
        is_silent || !is_open(status, is_abroad(row.recipient().value()))
    }
}
