//! Keys in the view of batches.

use super::super::state::{Campaign, FilterChoice, State};
use super::super::{Action, Effect};
use crate::delivery::BatchId;

impl Campaign {
    /// The batch under the cursor, the newest where it has not been moved.
    pub(in crate::tui) fn selected_batch(&self) -> Option<BatchId> {
        let known = self.batch_cursor.as_ref().filter(|id| self.store.batch(id).is_some()).cloned();
        known.or_else(|| self.store.batches().first().map(|summary| summary.batch.id.clone()))
    }
}

impl State {
    pub(super) fn batches_key(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Enter => {
                if let Some(batch) = self.campaign().and_then(Campaign::selected_batch) {
                    self.drill(FilterChoice { batch: Some(batch), ..FilterChoice::default() }, effects);
                }
            }
            Action::Back | Action::Quit => {
                self.step_back(effects);
            }
            _ => match self.steps(action) {
                Some(steps) => self.go_batch(steps),
                None => {
                    self.common_key(action, effects);
                }
            },
        }
    }

    fn go_batch(&mut self, steps: isize) {
        let Some(campaign) = self.campaign_mut() else { return };
        let batches = campaign.store.batches();
        let selected = campaign.selected_batch();
        let place = batches.iter().position(|summary| Some(&summary.batch.id) == selected.as_ref()).unwrap_or(0);
        let place = place.saturating_add_signed(steps).min(batches.len().saturating_sub(1));
        campaign.batch_cursor = batches.get(place).map(|summary| summary.batch.id.clone());
    }
}
