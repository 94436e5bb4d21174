//! Keys in the view of batches.

use jiff::Timestamp;

use super::super::Action;
use super::super::state::{BatchColumn, Campaign, FilterChoice, NEWEST_BATCH, Ordered, Shared, TimeWindow};
use crate::delivery::{BatchId, Status};
use crate::store::{BatchSummary, Direction, status_index};

/// What a batch is sorted by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum BatchKey<'a> {
    Unreported,
    Text(&'a str),
    Time(Timestamp),
    Number(usize),
}

fn batch_key(summary: &BatchSummary, by: BatchColumn) -> BatchKey<'_> {
    let of = |status: &Status| summary.by_status[status_index(Some(status))];
    match by {
        BatchColumn::Batch => BatchKey::Text(summary.batch.id.as_str()),
        BatchColumn::File => summary.batch.file_name.as_deref().map_or(BatchKey::Unreported, BatchKey::Text),
        BatchColumn::Created => summary.batch.created_at.map_or(BatchKey::Unreported, BatchKey::Time),
        BatchColumn::Rows => BatchKey::Number(summary.total().unwrap_or(summary.loaded)),
        BatchColumn::Delivered => BatchKey::Number(of(&Status::Success)),
        BatchColumn::Failed => BatchKey::Number(of(&Status::Failure)),
        BatchColumn::Open => BatchKey::Number(summary.loaded.saturating_sub(of(&Status::Success) + of(&Status::Failure))),
    }
}

impl Campaign {
    /// The batches in the order of the view; equal ones newest first.
    pub(in crate::tui) fn batches(&self) -> Vec<BatchSummary> {
        let mut batches = self.batches_in_window();
        let Ordered { by, direction } = self.batch_order;
        if self.batch_order != NEWEST_BATCH {
            let reported_first = |left: &BatchSummary, right: &BatchSummary| {
                let unreported = |batch: &BatchSummary| batch_key(batch, by) == BatchKey::Unreported;
                let order = batch_key(left, by).cmp(&batch_key(right, by));
                unreported(left).cmp(&unreported(right)).then(if direction == Direction::Rising { order } else { order.reverse() })
            };
            batches.sort_by(reported_first);
        }
        batches
    }

    /// The batch under the cursor; the first one until it is moved.
    pub(in crate::tui) fn selected_batch(&self) -> Option<BatchId> {
        let batches = self.batches();
        let is_known = |id: &BatchId| batches.iter().any(|summary| summary.batch.id == *id);
        let known = self.batch_cursor.clone().filter(is_known);
        known.or_else(|| batches.first().map(|summary| summary.batch.id.clone()))
    }
}

impl Shared {
    pub(in crate::tui) fn batches_key(&mut self, action: Action) {
        match action {
            Action::Enter => {
                // A batch is shown whole, whatever the time window.
                if let Some(batch) = self.campaign().and_then(Campaign::selected_batch) {
                    self.drill(FilterChoice { batches: vec![batch], ..FilterChoice::default() });
                }
            }
            Action::Back | Action::Quit => {
                self.step_back();
            }
            Action::Clear => self.set_window(TimeWindow::default()),
            _ => match self.steps(action) {
                Some(steps) => self.go_batch(steps),
                None => {
                    self.common_key(action);
                }
            },
        }
    }

    pub(in crate::tui) fn go_batch(&mut self, steps: isize) {
        let Some(campaign) = self.campaign_mut() else { return };
        let batches = campaign.batches();
        let selected = campaign.selected_batch();
        let index = batches.iter().position(|summary| Some(&summary.batch.id) == selected.as_ref()).unwrap_or(0);
        let index = index.saturating_add_signed(steps).min(batches.len().saturating_sub(1));
        campaign.batch_cursor = batches.get(index).map(|summary| summary.batch.id.clone());
    }
}
