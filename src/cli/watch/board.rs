//! Which messages are watched, what is known of them, and what is new. Pure.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::super::window::{AttemptWindow, NewestAttempt, Placement};
use crate::delivery::{BatchId, MessageId, Progress, Rows, Status};
use crate::store::{AnswerKind, Reach, RowNumber, Store};

/// Which messages are watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    /// Those of a batch; `None` for the campaign's.
    pub batch: Option<BatchId>,
    /// The requested time window, and how far back is loaded for it at the start.
    pub window: AttemptWindow,
}

impl Scope {
    /// Whether the user named a set of messages: then all of it counts, including those finished before.
    pub fn is_named(&self) -> bool {
        self.batch.is_some() || self.window.since.is_some()
    }

    /// Where a message is relative to the window. In a batch's watch nothing else is loaded.
    pub fn placement(&self, store: &Store, row: RowNumber) -> Placement {
        self.window.placement(store.cells(row).created_at, || NewestAttempt::of(&store.message(row)))
    }

    /// Whether a message is watched.
    pub fn has(&self, store: &Store, row: RowNumber) -> bool {
        self.placement(store, row) == Placement::In
    }

    /// Whether everything watched was read at least once.
    pub fn is_read(&self, reach: &Reach) -> bool {
        let far_enough = match (self.window.horizon, &reach.oldest) {
            _ if reach.complete => true,
            (Some(horizon), Some((oldest, _))) => *oldest <= horizon,
            _ => false,
        };
        far_enough && reach.gap.is_none()
    }

    /// How far back from `now` the worker has to read.
    pub fn history(&self, now: Timestamp) -> Duration {
        let back = self.window.horizon.map(|horizon| now.duration_since(horizon).max(SignedDuration::ZERO));
        back.and_then(|back| Duration::try_from(back).ok()).unwrap_or(Duration::MAX)
    }
}

/// The watched messages.
#[derive(Debug)]
pub(super) struct Board {
    pub scope: Scope,
    store: Store,
    /// Whether a first page was read.
    begun: bool,
    /// Messages that appeared after the start.
    appeared: HashSet<RowNumber>,
    /// Those among them whose status was not given yet.
    unreported: HashSet<RowNumber>,
    /// Messages on the way.
    open: HashSet<RowNumber>,
    /// Finished messages that count, and the failed ones among them.
    ended: HashSet<RowNumber>,
    failed: HashSet<RowNumber>,
    /// How many changes were reported.
    changes: usize,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SeenChange {
    /// When the answer that showed it was requested.
    pub at: Timestamp,
    /// The message.
    pub id: MessageId,
    /// Whom it is for, as the API wrote it.
    pub recipient: Option<String>,
    /// The status before; `None` for a message that was not there.
    pub from: Option<Status>,
    /// The status now.
    pub to: Status,
    /// Why it failed, if it did and the API said why.
    pub error_code: Option<String>,
}

/// The figures of the summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Figures {
    /// Changes that were reported.
    pub changes: usize,
    /// Messages that appeared.
    pub appeared: usize,
    /// Finished messages that count.
    pub finished: usize,
    /// The failed ones among them.
    pub failed: usize,
    /// Messages on the way.
    pub open: usize,
    /// Those among them that the watch waits for.
    pub waited_for: usize,
    /// Messages that were read.
    pub loaded: usize,
    /// Whether everything watched was read at least once: else more may be on the way than `open` says.
    pub complete: bool,
}

impl Board {
    /// An empty board.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            store: Store::new(),
            begun: false,
            appeared: HashSet::new(),
            unreported: HashSet::new(),
            open: HashSet::new(),
            ended: HashSet::new(),
            failed: HashSet::new(),
            changes: 0,
        }
    }

    /// Merges an answer, and gives what is new in it, oldest first. What was there at the start is
    /// not new: the first page, and later everything older than had been read.
    pub fn take(&mut self, rows: &Rows, from: &AnswerKind, asked_at: Timestamp, reach: Option<Reach>, now: Timestamp) -> Vec<SeenChange> {
        let before = self.begun.then(|| self.store.reach().clone());
        let merged = self.store.merge(rows, from, asked_at);
        if let Some(reach) = reach {
            self.store.set_reach(reach);
            self.begun = true;
        }
        let mut seen = Vec::new();
        for change in merged.changes.iter().rev().filter(|change| self.scope.has(&self.store, change.row)) {
            seen.push((change.row, self.seen(change.row, change.from.clone(), change.to.clone(), change.seen_at)));
        }
        for row in merged.added.iter().rev().copied().filter(|row| self.scope.has(&self.store, *row)) {
            if before.as_ref().is_some_and(|before| self.is_new(before, row)) {
                self.appeared.insert(row);
                self.unreported.insert(row);
            }
        }
        // A message that appeared is reported with its first status. For one from the start that is not a change.
        for row in merged.touched.iter().rev() {
            if let (true, Some(status)) = (self.unreported.contains(row), self.store.status(*row).cloned()) {
                self.unreported.remove(row);
                seen.push((*row, self.seen(*row, None, status, asked_at)));
            }
        }
        for (row, _) in &seen {
            self.note_end(*row);
        }
        for row in merged.touched.iter().copied() {
            if !self.scope.has(&self.store, row) {
                continue;
            }
            if self.scope.is_named() {
                self.note_end(row);
            }
            set(&mut self.open, row, self.store.progress(row, now) == Progress::Open);
        }
        self.changes += seen.len();
        seen.into_iter().map(|(_, seen)| seen).collect()
    }

    /// Whether a message in an answer appeared since the stretch was read to here.
    fn is_new(&self, before: &Reach, row: RowNumber) -> bool {
        if before.complete {
            return true;
        }
        // A batch's pages follow the rows of the batch, so messages of one moment have a different
        // order there than in the campaign: only a whole batch shows what is new.
        if self.scope.batch.is_some() {
            return false;
        }
        let (Some((oldest, id)), Some(created)) = (&before.oldest, self.store.cells(row).created_at) else { return false };
        created > *oldest || (created == *oldest && self.store.id(row) > *id)
    }

    fn seen(&self, row: RowNumber, from: Option<Status>, to: Status, at: Timestamp) -> SeenChange {
        let failed = to == Status::Failure;
        let error = self.store.error(row).filter(|_| failed).map(|error| error.code.to_string());
        SeenChange {
            at,
            id: self.store.id(row),
            recipient: self.store.cells(row).recipient.map(str::to_owned),
            from,
            to,
            error_code: error.filter(|code| !code.is_empty()),
        }
    }

    fn note_end(&mut self, row: RowNumber) {
        let status = self.store.status(row);
        let (ended, failed) = (status.is_some_and(Status::is_final), status == Some(&Status::Failure));
        set(&mut self.ended, row, ended);
        set(&mut self.failed, row, failed);
    }

    /// The server's data was replaced: nothing that was known is there any more.
    pub fn start_over(&mut self) {
        *self = Self { changes: self.changes, ..Self::new(self.scope.clone()) };
    }

    /// Whether everything watched was read at least once.
    pub fn is_read(&self) -> bool {
        self.begun && self.scope.is_read(self.store.reach())
    }

    /// Whether nothing is left to wait for at `now`.
    pub fn is_done(&mut self, now: Timestamp) -> bool {
        self.drop_silent(now);
        self.is_read() && self.waited_for() == 0 && self.batch_is_there()
    }

    /// After long enough with the telco, a message counts as done.
    fn drop_silent(&mut self, now: Timestamp) {
        let store = &self.store;
        self.open.retain(|row| store.progress(*row, now) == Progress::Open);
    }

    /// How many messages on the way must finish before the watch is done: those of the start. A batch
    /// that is being prepared shows its messages late, so all of them are waited for.
    fn waited_for(&self) -> usize {
        self.open.iter().filter(|row| self.scope.batch.is_some() || !self.appeared.contains(*row)).count()
    }

    /// Whether so many messages show, or all that the batch has by its own account. A row that cannot be read is one of them,
    /// too.
    pub fn are_there(&self, rows: usize) -> bool {
        let there = self.store.len() + self.store.coverage().bad_rows;
        there >= rows || self.batch_total().is_some_and(|total| there >= total)
    }

    /// Whether all messages of the batch show, as far as its size is known.
    fn batch_is_there(&self) -> bool {
        self.scope.batch.is_none()
            || (!self.store.is_empty() && {
                // A row that cannot be read is one of them, too.
                let there = self.store.len() + self.store.coverage().bad_rows;
                self.batch_total().is_none_or(|total| there >= total)
            })
    }

    fn batch_total(&self) -> Option<usize> {
        let total = self.store.batch(self.scope.batch.as_ref()?)?.batch.total?;
        usize::try_from(total).ok()
    }

    /// A message of the watched batch, as long as the batch's size is unknown: its own pages do not
    /// give it, a message that is read singly does.
    pub fn asks_for_total(&self) -> Option<MessageId> {
        let is_asked = self.scope.batch.is_some() && self.batch_total().is_none();
        self.store.rows().next().filter(|_| is_asked).map(|row| self.store.id(row))
    }

    /// How many failed among those that count, once all of a named set is read.
    pub fn failures(&self) -> Option<(usize, usize)> {
        (!self.scope.is_named() || self.is_read()).then_some((self.failed.len(), self.ended.len()))
    }

    /// How many messages may belong to the requested window, but have no deciding time.
    pub fn untimed(&self) -> usize {
        self.store.rows().filter(|row| self.scope.placement(&self.store, *row) == Placement::NotGiven).count()
    }

    /// The figures at `now`.
    pub fn figures(&mut self, now: Timestamp) -> Figures {
        self.drop_silent(now);
        Figures {
            changes: self.changes,
            appeared: self.appeared.len(),
            finished: self.ended.len(),
            failed: self.failed.len(),
            open: self.open.len(),
            waited_for: self.waited_for(),
            loaded: self.store.len(),
            complete: self.is_read(),
        }
    }

    /// The creation time of the oldest message that was read without a gap.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.store.coverage().oldest
    }
}

fn set(rows: &mut HashSet<RowNumber>, row: RowNumber, is_in: bool) {
    if is_in {
        rows.insert(row);
    } else {
        rows.remove(&row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::MessageId;
    use crate::store::Gap;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn reach(oldest: i64, complete: bool) -> Reach {
        Reach { oldest: Some((at(oldest), MessageId::new("m"))), complete, gap: None }
    }

    #[test]
    fn all_is_read_when_the_stretch_goes_to_the_horizon() {
        let scope = Scope { batch: None, window: AttemptWindow { horizon: Some(at(1000)), ..AttemptWindow::default() } };
        assert!(scope.is_read(&reach(1000, false)) && scope.is_read(&reach(2000, true)));
        assert!(!scope.is_read(&reach(1001, false)) && !scope.is_read(&Reach::default()));
        let gap = Some(Gap { newer: at(3000), older: at(2500) });
        assert!(!scope.is_read(&Reach { gap, ..reach(900, false) }));
        let whole = Scope { window: AttemptWindow::default(), ..scope };
        assert!(!whole.is_read(&reach(0, false)) && whole.is_read(&reach(0, true)));
    }

    #[test]
    fn the_worker_reads_back_to_the_horizon() {
        let scope = Scope { batch: None, window: AttemptWindow { horizon: Some(at(1000)), ..AttemptWindow::default() } };
        assert_eq!(scope.history(at(1060)), Duration::from_secs(60));
        assert_eq!(Scope { window: AttemptWindow::default(), ..scope }.history(at(0)), Duration::MAX);
    }
}
