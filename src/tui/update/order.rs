//! Keys in the menu of order and columns, and how the tables follow it.

use super::super::Action;
use super::super::state::{
    BatchColumn, Column, FailureColumn, OldDialog, OrderMenu, Ordered, Shared, ShownColumns, Sortable, Tables, ViewKind,
};
use crate::monitor::NoticeWeight;

impl Shared {
    /// Opens the menu on the column that the view is sorted by.
    pub(in crate::tui) fn open_order(&mut self) {
        if self.campaign().is_some() {
            let cursor = self.order_lines().iter().position(|line| line.ordered.is_some()).unwrap_or(0);
            self.dialog = OldDialog::Order(OrderMenu { cursor });
        }
    }

    pub(in crate::tui) fn order_key(&mut self, action: Action) {
        if let Some(steps) = self.menu_steps(action) {
            return self.go_order(steps);
        }
        match action {
            Action::Enter => self.order_by_line(),
            Action::Toggle => self.turn_column(),
            Action::Left => self.shift_column(-1),
            Action::Right => self.shift_column(1),
            Action::Clear => self.usual_order(),
            Action::Back | Action::Quit | Action::Order => self.close_dialog(),
            Action::Help => self.open_help(),
            _ => {}
        }
    }

    fn go_order(&mut self, steps: isize) {
        let last = self.order_lines().len().saturating_sub(1);
        if let OldDialog::Order(menu) = &mut self.dialog {
            menu.cursor = menu.cursor.saturating_add_signed(steps).min(last);
        }
    }

    /// The column of the messages under the cursor; `None` in another view's menu.
    fn chosen_column(&self) -> Option<(usize, Column)> {
        let OldDialog::Order(menu) = &self.dialog else { return None };
        let (column, _) = self.tables.columns.all().get(menu.cursor).filter(|_| self.has_columns())?;
        Some((menu.cursor, *column))
    }

    fn order_by_line(&mut self) {
        let OldDialog::Order(menu) = self.dialog else { return };
        match self.view {
            ViewKind::Batches => choose::<BatchColumn>(&mut self.tables.batches, menu.cursor),
            ViewKind::Failures => choose::<FailureColumn>(&mut self.tables.failures, menu.cursor),
            ViewKind::Messages | ViewKind::Activity => {
                if let Some((_, column)) = self.chosen_column() {
                    self.order_by(column);
                }
            }
        }
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

    fn turn_column(&mut self) {
        let Some((_, column)) = self.chosen_column() else { return };
        if !self.tables.columns.turn(column) {
            let what = format!("{} is the only column shown", column.label());
            self.tell(NoticeWeight::Info, &what, "a list without columns says nothing", "show another column first");
        }
    }

    /// Moves the column under the cursor, and the cursor with it.
    fn shift_column(&mut self, steps: isize) {
        let Some((index, _)) = self.chosen_column() else { return };
        if self.tables.columns.shift(index, steps) {
            self.go_order(steps);
        }
    }

    /// Back to the default of the view.
    fn usual_order(&mut self) {
        let usual = Tables::default();
        match self.view {
            ViewKind::Batches => self.tables.batches = usual.batches,
            ViewKind::Failures => self.tables.failures = usual.failures,
            ViewKind::Messages | ViewKind::Activity => {
                self.tables = Tables { columns: ShownColumns::default(), messages: usual.messages, ..self.tables.clone() }
            }
        }
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
        campaign.batch_order = batches;
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

fn choose<C: Sortable>(order: &mut Ordered<C>, index: usize) {
    if let Some(column) = C::all().get(index) {
        order.choose(*column);
    }
}
