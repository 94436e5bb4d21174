//! How the tables follow their orders.

use super::super::Effect;
use super::super::dialogs::OrderMenu;
use super::super::state::{Column, Shared, Sortable, ViewKind};
use crate::monitor::{CampaignIndex, Generation, NoticeWeight};
use crate::store::Sorted;

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

    /// The tables of the campaign on the screen follow the orders.
    pub(in crate::tui) fn settle_tables(&mut self) {
        let (messages, batches, failures) = (self.tables.message_order(), self.tables.batches, self.tables.failures);
        let scrolls = self.tables.columns.scrolls();
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.list.set_order(&campaign.store, messages);
        campaign.skipped_columns = campaign.skipped_columns.min(scrolls);
        campaign.batch_view.set_order(batches);
        campaign.failures.set_order(failures);
        if campaign.list.needs_sorting() {
            self.sort_elsewhere();
        }
    }

    /// Has the messages sorted on another thread: there are too many for this one.
    fn sort_elsewhere(&mut self) {
        let (campaign, generation) = (self.index(), self.next_generation());
        let Some(shown) = self.campaign_mut() else { return };
        let lists = shown.list.start_sort(&shown.store, generation);
        self.effects.push(Effect::Sort { campaign, generation, lists });
    }

    /// The messages of a campaign were sorted.
    pub(in crate::tui) fn sorted(&mut self, campaign: CampaignIndex, generation: Generation, lists: Vec<Sorted>) {
        if let Some(campaign) = self.campaigns.get_mut(campaign.0) {
            campaign.list.finish_sort(&campaign.store, generation, lists);
        }
    }
}
