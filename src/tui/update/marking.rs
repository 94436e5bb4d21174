//! Keys that mark messages. Only loaded ones can be marked.

use super::super::Action;
use super::super::state::{ListCursor, Shared};
use crate::store::RowNumber;

impl Shared {
    /// Keys that mark in the list of messages. False for others.
    pub(in crate::tui) fn marking_key(&mut self, action: Action) -> bool {
        match action {
            Action::Toggle => self.mark_and_go_on(),
            Action::MarkRange => self.mark_range(),
            Action::MarkAll => {
                if let Some(campaign) = self.campaign_mut() {
                    let rows: Vec<RowNumber> = campaign.list.rows(&campaign.store).collect();
                    campaign.marked.add(rows);
                }
            }
            Action::InvertMarks => {
                if let Some(campaign) = self.campaign_mut() {
                    let rows: Vec<RowNumber> = campaign.list.rows(&campaign.store).collect();
                    campaign.marked.invert(rows);
                }
            }
            _ => return false,
        }
        true
    }

    fn mark_and_go_on(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        if campaign.list.cursor() == ListCursor::End {
            return;
        }
        let Some(row) = campaign.list.selected() else { return };
        campaign.list.hold(&campaign.store);
        campaign.marked.turn(row);
        // On the last row it stays: the line below is not a message.
        if campaign.list.index(&campaign.store) + 1 < campaign.list.len() {
            self.list_key(Action::Down);
        }
    }

    /// From the last marked message to the one under the cursor, as listed.
    fn mark_range(&mut self) {
        self.sort_list();
        let Some(campaign) = self.campaign_mut() else { return };
        let Some(row) = campaign.list.selected() else { return };
        let from = campaign.marked.last().and_then(|last| campaign.list.position(&campaign.store, last));
        let to = campaign.list.index(&campaign.store);
        let from = from.unwrap_or(to);
        let rows: Vec<RowNumber> = campaign.list.listed().skip(from.min(to)).take(from.abs_diff(to) + 1).collect();
        campaign.list.hold(&campaign.store);
        campaign.marked.add(rows);
        campaign.marked.range_ended(row);
    }

    /// Removes all marks of the campaign.
    pub(in crate::tui) fn unmark(&mut self) {
        if let Some(campaign) = self.campaign_mut() {
            campaign.marked.clear();
        }
    }
}
