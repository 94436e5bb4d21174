//! What changed since the user last looked: one line for each message, from the status it had then
//! to the one it has now.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::Campaign;
use crate::action::Subject;
use crate::delivery::{BatchId, DeliveryError, MessageId, Status};
use crate::store::{AnswerKind, Change, Merged, RowNumber};
use crate::tui::shared::{OpenedFrom, Shared, ViewKind};

/// How many messages are kept with their change. More than anyone reads; the sums continue.
pub(in crate::tui) const KEPT: usize = 2_000;

/// How a message changed since the user last looked.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ChangeRecord {
    /// The message. It may have been dropped since, and its row given to another.
    pub message: MessageId,
    /// The status it had then; `None` for a message that was not there yet.
    pub from: Option<Status>,
    pub to: Status,
    /// Why it failed, where it did and the API said why.
    pub error: Option<DeliveryError>,
    /// When the newest of its changes was seen, by this program's own clock.
    pub at: Timestamp,
    /// When it ended, by the API's account; of other steps no stamp tells when they were.
    pub ended_at: Option<Timestamp>,
    /// Whether it was retried, and not from this dashboard.
    pub elsewhere: bool,
    /// Whether it was retried from this dashboard: what becomes of that is reported as an action.
    pub here: bool,
}

/// Whether a change shows that its message was retried, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::tui) enum Retried {
    No,
    /// From this dashboard.
    Here,
    Elsewhere,
}

impl ChangeRecord {
    /// Whether the message was retried, and from where: elsewhere is what one does not know.
    pub fn retried(&self) -> Retried {
        match (self.elsewhere, self.here) {
            (true, _) => Retried::Elsewhere,
            (false, true) => Retried::Here,
            (false, false) => Retried::No,
        }
    }
}

impl Retried {
    /// In words; none where it was not retried.
    pub fn words(self) -> &'static str {
        match self {
            Retried::No => "",
            Retried::Here => "retried here",
            Retried::Elsewhere => "retried elsewhere",
        }
    }
}

/// How many messages changed, by their new state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct ChangeSums {
    pub delivered: usize,
    pub failed: usize,
    /// Still on the way.
    pub moving: usize,
    /// Retried elsewhere.
    pub elsewhere: usize,
}

/// The changes since the user last looked, the newest [`KEPT`] of them in full.
#[derive(Debug, Default)]
pub(in crate::tui) struct Changes {
    records: BTreeMap<u64, ChangeRecord>,
    indices: HashMap<MessageId, u64>,
    next: u64,
    since: Option<Timestamp>,
    sums: ChangeSums,
    dropped: usize,
    /// How many of those that are kept were retried from this dashboard.
    here: usize,
}

impl Changes {
    /// The campaign was loaded for the first time: changes can be seen from now on.
    pub fn begin(&mut self, now: Timestamp) {
        self.since.get_or_insert(now);
    }

    /// Another change. A message that changed before keeps the status it had when the user last
    /// looked.
    pub fn note(&mut self, message: MessageId, change: &Change, retried: Retried, ended_at: Option<Timestamp>) {
        let mut record = ChangeRecord {
            message,
            from: change.from.clone(),
            to: change.to.clone(),
            error: change.error.clone(),
            at: change.seen_at,
            ended_at,
            elsewhere: retried == Retried::Elsewhere,
            here: retried == Retried::Here,
        };
        if let Some(known) = self.indices.remove(&record.message).and_then(|index| self.records.remove(&index)) {
            self.count(&known, |sum| sum.saturating_sub(1));
            self.here -= usize::from(known.here);
            record.elsewhere |= known.elsewhere;
            record.here |= known.here;
            record.from = known.from;
        }
        self.count(&record, |sum| sum + 1);
        self.here += usize::from(record.here);
        self.indices.insert(record.message.clone(), self.next);
        self.records.insert(self.next, record);
        self.next += 1;
        if self.records.len() > KEPT
            && let Some((_, oldest)) = self.records.pop_first()
        {
            self.indices.remove(&oldest.message);
            self.here -= usize::from(oldest.here);
            self.dropped += 1;
        }
    }

    fn count(&mut self, record: &ChangeRecord, step: impl Fn(usize) -> usize) {
        let sum = match record.to {
            Status::Success => &mut self.sums.delivered,
            Status::Failure => &mut self.sums.failed,
            _ => &mut self.sums.moving,
        };
        *sum = step(*sum);
        if record.elsewhere {
            self.sums.elsewhere = step(self.sums.elsewhere);
        }
    }

    /// The user has looked.
    pub fn mark_seen(&mut self, now: Timestamp) {
        let is_begun = self.since.is_some();
        *self = Self { since: is_begun.then_some(now), ..Self::default() };
    }

    /// The messages with their change, newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &ChangeRecord> {
        self.records.values().rev()
    }

    /// The change of a message, while it is kept.
    pub fn of(&self, message: &MessageId) -> Option<&ChangeRecord> {
        self.records.get(self.indices.get(message)?)
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// How many of those that are kept are news: not what became of one's own retries.
    pub fn news(&self) -> usize {
        self.records.len() - self.here
    }

    /// Since when; `None` before the campaign was first loaded.
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// How many messages changed, including those no longer kept.
    pub fn sums(&self) -> ChangeSums {
        self.sums
    }

    /// How many were dropped, because there were too many to keep.
    pub fn dropped(&self) -> usize {
        self.dropped
    }
}

impl Campaign {
    /// Notes what an answer changed, and new messages that were already finished when first seen.
    /// `newest_before` is when the newest message known before was created.
    pub(in crate::tui) fn note_changes(
        &mut self,
        merged: &Merged,
        from: &AnswerKind,
        newest_before: Option<Timestamp>,
        asked_at: Timestamp,
    ) {
        for change in &merged.changes {
            let retried = match change.from {
                Some(Status::Failure) if *from == AnswerKind::Action || self.is_ours(change.row) => Retried::Here,
                Some(Status::Failure) => Retried::Elsewhere,
                _ => Retried::No,
            };
            let ended_at = self.ended_at(change);
            self.changes.note(self.store.id(change.row), change, retried, ended_at);
            self.absence.note(&change.to, ended_at.unwrap_or(change.seen_at));
        }
        // What is older was only loaded now; nobody knows when it changed.
        let Some(newest) = newest_before.filter(|_| *from == AnswerKind::List) else { return };
        for row in &merged.added {
            let cells = self.store.cells(*row);
            if cells.created_at.is_none_or(|created| created <= newest) {
                continue;
            }
            if let Some(to) = cells.status.filter(|status| status.is_final()) {
                let change = Change { row: *row, from: None, to: to.clone(), error: cells.error.cloned(), seen_at: asked_at };
                let ended_at = self.ended_at(&change);
                self.changes.note(self.store.id(*row), &change, Retried::No, ended_at);
                self.absence.note(&change.to, ended_at.unwrap_or(asked_at));
            }
        }
    }

    /// When a message ended that has just changed, by the API's account.
    fn ended_at(&self, change: &Change) -> Option<Timestamp> {
        self.store.cells(change.row).last_change.filter(|_| change.to.is_final())
    }

    /// Whether a retry from this dashboard can have moved a message.
    fn is_ours(&self, row: RowNumber) -> bool {
        let batch = self.store.cells(row).batch.map(|batch| Subject::Batch(BatchId::new(batch)));
        self.actions.of(&self.store.id(row)).is_some() || batch.is_some_and(|batch| self.actions.on(&batch).is_some())
    }
}

impl Shared {
    /// The activity is left after it was looked at: its changes are seen. A message that was opened
    /// from it goes back to it, so they stay until then.
    pub(in crate::tui) fn leave_activity(&mut self) {
        let is_shown = self.view == ViewKind::Activity;
        let now = self.now;
        let Some(campaign) = self.campaign_mut() else { return };
        if is_shown || campaign.drilled.as_ref().is_some_and(|drilled| drilled.from == OpenedFrom::Pane(ViewKind::Activity)) {
            campaign.changes.mark_seen(now);
            campaign.activity_view.close_changes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{RowFields, RowsBuilder};
    use crate::store::{AnswerKind, RowNumber, Store};
    use proptest::prelude::*;

    /// A row number: the changes do not care which.
    fn row() -> RowNumber {
        let mut rows = RowsBuilder::default();
        rows.push(&RowFields { id: "message_0", ..RowFields::default() });
        Store::new().merge(&rows.finish(), &AnswerKind::List, at(0)).added[0]
    }

    fn message(number: usize) -> MessageId {
        MessageId::new(format!("message_{number}"))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + seconds).unwrap()
    }

    fn change(from: Option<Status>, to: Status, seconds: i64) -> Change {
        Change { row: row(), from, to, error: None, seen_at: at(seconds) }
    }

    #[test]
    fn a_message_has_one_line_from_then_to_now() {
        let (first, second) = (message(0), message(1));
        let mut changes = Changes::default();
        changes.begin(at(0));
        changes.note(first.clone(), &change(Some(Status::Sent), Status::SentToTelco, 1), Retried::No, None);
        changes.note(second.clone(), &change(None, Status::Failure, 2), Retried::No, None);
        changes.note(first.clone(), &change(Some(Status::SentToTelco), Status::Success, 3), Retried::Elsewhere, None);
        let lines: Vec<_> = changes.iter().map(|it| (it.message.clone(), it.from.clone(), it.to.clone(), it.at, it.elsewhere)).collect();
        assert_eq!(lines, [(first, Some(Status::Sent), Status::Success, at(3), true), (second, None, Status::Failure, at(2), false)]);
        assert_eq!(changes.sums(), ChangeSums { delivered: 1, failed: 1, moving: 0, elsewhere: 1 });
        changes.mark_seen(at(9));
        assert_eq!((changes.len(), changes.sums(), changes.since()), (0, ChangeSums::default(), Some(at(9))));
    }

    #[test]
    fn before_the_first_reading_nothing_can_have_changed() {
        let mut changes = Changes::default();
        changes.mark_seen(at(1));
        assert_eq!(changes.since(), None);
    }

    proptest! {
        #[test]
        fn memory_is_bounded_and_the_sums_go_on(picks in prop::collection::vec((0..KEPT + 700, any::<bool>()), 1..9_000)) {
            let (row, mut changes) = (row(), Changes::default());
            for (seconds, (pick, good)) in (0..).zip(&picks) {
                let to = if *good { Status::Success } else { Status::Failure };
                changes.note(message(*pick), &Change { row, from: Some(Status::Sent), to, error: None, seen_at: at(seconds) }, if pick % 3 == 0 { Retried::Here } else { Retried::No }, None);
            }
            prop_assert!(changes.len() <= KEPT);
            prop_assert_eq!(changes.news(), changes.iter().filter(|it| !it.here).count());
            prop_assert_eq!(changes.len(), changes.iter().map(|it| it.message.clone()).collect::<std::collections::HashSet<_>>().len());
            let sums = changes.sums();
            prop_assert_eq!(sums.delivered + sums.failed, changes.len() + changes.dropped());
            prop_assert!(changes.iter().map(|it| it.at).is_sorted_by(|newer, older| newer >= older));
        }
    }
}
