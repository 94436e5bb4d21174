//! How the tables follow their orders.

use super::super::dialogs::OrderMenu;
use super::super::state::{Column, Shared, Sortable, ViewKind};
use crate::monitor::NoticeWeight;

impl Shared {
    pub(in crate::tui) fn open_order(&mut self) {
        if self.campaign().is_some() {
            self.open(OrderMenu::new(self));
        }
    }

    /// Whether the columns of the view on the screen can be hidden and moved.
    pub(in crate::tui) fn has_columns(&self) -> bool {
        self.view == ViewKind::Messages
    }

    /// Sorts the messages by a column, or reverses the order where they are sorted by it.
    pub(in crate::tui) fn order_by(&mut self, column: Column) {
        if column.sort_by().is_none() {
            let what = format!("cannot sort by {}", column.label());
            self.tell(NoticeWeight::Info, &what, "only by what each message reports itself", "");
            return;
        }
        self.tables.messages.choose(column);
        // Sorting by a hidden column would be a riddle.
        self.tables.columns.show(column);
    }

    /// The tables of the campaign on the screen follow the orders; the part of the list on the screen is sorted
    /// afterwards.
    pub(in crate::tui) fn settle_tables(&mut self) {
        let height = self.list_height();
        let (messages, batches, failures) = (self.tables.message_order(), self.tables.batches, self.tables.failures);
        let scrolls = self.tables.columns.scrolls();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.list.set_order(&campaign.store, messages);
        campaign.list.sort_window(&campaign.store, height);
        campaign.skipped_columns = campaign.skipped_columns.min(scrolls);
        campaign.batch_view.set_order(batches);
        campaign.failures.set_order(failures);
    }

    /// Continues to sort what is not on the screen.
    pub(in crate::tui) fn sort_more(&mut self) {
        if let Some(campaign) = self.campaign_mut() {
            campaign.list.sort_more(&campaign.store);
        }
    }

    /// Sorts all of the list, to go through its rows in order.
    pub(in crate::tui) fn sort_list(&mut self) {
        if let Some(campaign) = self.campaign_mut() {
            campaign.list.sort_all(&campaign.store);
        }
    }
}
