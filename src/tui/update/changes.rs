//! What changed while nobody looked: noted as it arrives, and seen when the activity is left.

use jiff::Timestamp;

use super::super::state::{Campaign, OpenedFrom, Shared, ViewKind};
use crate::action::Subject;
use crate::delivery::{BatchId, Status};
use crate::store::{AnswerKind, Change, Merged, RowNumber};

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
            let elsewhere = change.from == Some(Status::Failure) && *from != AnswerKind::Action && !self.is_ours(change.row);
            self.changes.note(self.store.id(change.row), change, elsewhere);
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
                self.changes.note(self.store.id(*row), &change, false);
            }
        }
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
        }
    }
}
