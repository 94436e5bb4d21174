//! By which column each view is sorted, and what that means in words.

use std::collections::BTreeMap;

use crate::monitor::{CampaignIndex, Generation, NoticeWeight};
use crate::state::SavedTable;
use crate::store::{Direction, Order, SortBy, Sorted};
use crate::tui::Effect;
use crate::tui::dialogs::OrderMenu;
use crate::tui::shared::{Column, Shared, ShownColumns, ViewKind};
use crate::tui::views::batches::BatchColumn;
use crate::tui::views::failures::FailureColumn;
use crate::tui::views::messages::cells::head;

/// A column that a table can be sorted by.
pub(in crate::tui) trait Sortable: Copy + PartialEq + 'static {
    /// All of them, in the order of the table's columns.
    fn all() -> &'static [Self];
    /// Its name in the session, and in a head that is too narrow for its label.
    fn name(self) -> &'static str;
    /// Its name on the screen.
    fn label(self) -> &'static str {
        self.name()
    }
    /// What the table is sorted by until another column is chosen.
    fn first() -> Self;
    /// Whether the table can be sorted by it.
    fn can_sort(self) -> bool {
        true
    }
    /// Which end comes first when it is chosen.
    fn usual(self) -> Direction;
    /// Which end comes first, in words.
    fn words(self, direction: Direction) -> &'static str;

    /// The column with that name.
    fn named(name: &str) -> Option<Self> {
        Self::all().iter().copied().find(|column| column.name() == name)
    }
}

/// The order of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Ordered<C> {
    /// The column.
    pub by: C,
    /// Which end comes first.
    pub direction: Direction,
}

impl<C: Sortable> Default for Ordered<C> {
    fn default() -> Self {
        Self::by(C::first())
    }
}

impl<C: Sortable> Ordered<C> {
    /// By a column, from its usual end.
    pub fn by(by: C) -> Self {
        Self { by, direction: by.usual() }
    }

    /// A column is chosen: the table is sorted by it, or the same one from its other end.
    pub fn choose(&mut self, by: C) {
        *self = match (self.by == by, self.direction) {
            (false, _) => Self::by(by),
            (true, Direction::Rising) => Self { by, direction: Direction::Falling },
            (true, Direction::Falling) => Self { by, direction: Direction::Rising },
        };
    }

    /// Which end comes first, in words.
    pub fn words(self) -> &'static str {
        self.by.words(self.direction)
    }

    /// The same with the column: `by failed, most first`.
    pub fn sentence(self) -> String {
        format!("by {}, {}", self.by.label(), self.words())
    }

    /// Whether no other was chosen.
    pub fn is_default(self) -> bool {
        self == Self::default()
    }
}

/// The order of a view, whatever its columns are.
pub(in crate::tui) trait ViewOrder {
    /// Its columns.
    fn lines(&self) -> Vec<OrderLine>;
    /// Sorts by one of them, or reverses the order where it is sorted by that one.
    fn choose_line(&mut self, index: usize);
    fn reset(&mut self);
    fn saved(&self) -> SavedTable;
    /// What a session saved. Unknown names are ignored.
    fn restore(&mut self, saved: &SavedTable);
}

/// A column in the menu of order and columns.
#[derive(Debug)]
pub(in crate::tui) struct OrderLine {
    /// The column's label.
    pub name: &'static str,
    /// Whether the column is shown; `None` where it cannot be hidden.
    pub shown: Option<bool>,
    /// Which end comes first, and its sign, where the table is sorted by it.
    pub ordered: Option<(&'static str, &'static str)>,
    /// Whether the table can be sorted by it.
    pub can_order: bool,
}

impl<C: Sortable> Ordered<C> {
    /// A column of the table.
    pub fn line(self, column: C) -> OrderLine {
        let ordered = (column == self.by).then(|| (self.words(), order_sign(self.direction)));
        OrderLine { name: column.label(), shown: None, ordered, can_order: column.can_sort() }
    }
}

impl<C: Sortable> ViewOrder for Ordered<C> {
    fn lines(&self) -> Vec<OrderLine> {
        C::all().iter().map(|column| self.line(*column)).collect()
    }

    fn choose_line(&mut self, index: usize) {
        if let Some(column) = C::all().get(index) {
            self.choose(*column);
        }
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn saved(&self) -> SavedTable {
        let ordered_by = (!self.is_default()).then(|| self.by.name().to_owned());
        SavedTable { rising: ordered_by.is_some() && self.direction == Direction::Rising, ordered_by, ..SavedTable::default() }
    }

    fn restore(&mut self, saved: &SavedTable) {
        if let Some(by) = saved.ordered_by.as_deref().and_then(C::named).filter(|by| by.can_sort()) {
            *self = Self { by, direction: if saved.rising { Direction::Rising } else { Direction::Falling } };
        }
    }
}

/// The sign at the head that a table is sorted by: `▲` where the lowest comes first.
pub(in crate::tui) fn order_sign(direction: Direction) -> &'static str {
    match direction {
        Direction::Rising => "▲",
        Direction::Falling => "▼",
    }
}

/// How the tables of all campaigns are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::tui) struct Tables {
    /// The columns of the messages.
    pub columns: ShownColumns,
    /// The order of the messages; always by a column that the store can sort by.
    pub messages: Ordered<Column>,
    pub batches: Ordered<BatchColumn>,
    /// The order of the failures. What is worth a retry stays first in any.
    pub failures: Ordered<FailureColumn>,
}

impl Tables {
    /// The order of a view; `None` where it cannot be chosen.
    pub fn order(&self, view: ViewKind) -> Option<&dyn ViewOrder> {
        match view {
            ViewKind::Messages => Some(&self.messages),
            ViewKind::Batches => Some(&self.batches),
            ViewKind::Failures => Some(&self.failures),
            ViewKind::Trends | ViewKind::Activity | ViewKind::NotDelivered => None,
        }
    }

    /// The same, to be changed.
    pub fn order_mut(&mut self, view: ViewKind) -> Option<&mut dyn ViewOrder> {
        match view {
            ViewKind::Messages => Some(&mut self.messages),
            ViewKind::Batches => Some(&mut self.batches),
            ViewKind::Failures => Some(&mut self.failures),
            ViewKind::Trends | ViewKind::Activity | ViewKind::NotDelivered => None,
        }
    }

    /// The tables that differ from the default, by the names of their views.
    pub fn saved(&self) -> BTreeMap<String, SavedTable> {
        let saved = |view| {
            let mut table = self.order(view)?.saved();
            if view == ViewKind::Messages && self.columns != ShownColumns::default() {
                (table.columns, table.hidden) = self.columns.saved();
            }
            (table != SavedTable::default()).then(|| (view.about().name.to_owned(), table))
        };
        ViewKind::ALL.into_iter().filter_map(saved).collect()
    }

    /// The tables that a session saved.
    pub fn of_saved(tables: &BTreeMap<String, SavedTable>) -> Self {
        let mut kept = Tables::default();
        for (view, table) in tables.iter().filter_map(|(name, table)| Some((ViewKind::named(name)?, table))) {
            if let Some(order) = kept.order_mut(view) {
                order.restore(table);
            }
            if view == ViewKind::Messages {
                kept.columns = ShownColumns::of_saved(&table.columns, &table.hidden);
            }
        }
        // In an earlier version it may have been a column that everyone saw.
        if !kept.messages.is_default() {
            kept.columns.show(kept.messages.by);
        }
        kept
    }

    /// The order of the messages as the store knows it.
    pub fn message_order(&self) -> Order {
        Order { by: self.messages.by.sort_by().unwrap_or(SortBy::Created), direction: self.messages.direction }
    }
}

impl Ordered<Column> {
    /// The order of messages that the store calls so.
    pub fn of_messages(order: Order) -> Self {
        let by = Column::ALL.into_iter().find(|column| column.sort_by() == Some(order.by)).unwrap_or(Column::first());
        Self { by, direction: order.direction }
    }
}

impl Shared {
    pub(super) fn open_order(&mut self) {
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
            let name = self.campaign().map_or(column.label(), |campaign| head(campaign, column));
            let what = format!("cannot sort by {name}");
            self.tell(NoticeWeight::Info, &what, "only by what each message reports itself", "");
            return;
        }
        self.tables.messages.choose(column);
        // Sorting by a hidden column would be a riddle.
        self.tables.columns.show(column);
    }

    /// The tables of the campaign on the screen follow the orders.
    pub(super) fn settle_tables(&mut self) {
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
    pub(super) fn sorted(&mut self, campaign: CampaignIndex, generation: Generation, lists: Vec<Sorted>) {
        if let Some(campaign) = self.campaigns.get_mut(campaign.0) {
            campaign.list.finish_sort(&campaign.store, generation, lists);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_kept_and_nothing_else() {
        assert_eq!(Tables::default().saved(), BTreeMap::new());
        let mut tables = Tables { messages: Ordered::by(Column::Recipient), ..Tables::default() };
        tables.batches.choose(BatchColumn::Created);
        tables.columns.turn(Column::Result);
        let saved = tables.saved();
        assert_eq!(saved.keys().map(String::as_str).collect::<Vec<_>>(), ["batches", "messages"]);
        assert_eq!(Tables::of_saved(&saved), tables);
    }

    #[test]
    fn what_there_is_not_is_left_aside() {
        let table = |by: &str| SavedTable { ordered_by: Some(by.to_owned()), ..SavedTable::default() };
        let saved = [("messages".to_owned(), table("text")), ("batches".to_owned(), table("colour")), ("maps".to_owned(), table("x"))];
        assert_eq!(Tables::of_saved(&saved.into()), Tables::default());
    }

    #[test]
    fn an_order_of_an_earlier_version_is_kept() {
        let by = |name: &str| SavedTable { ordered_by: Some(name.to_owned()), rising: true, ..SavedTable::default() };
        for (name, column) in [("error", Column::Result), ("tried", Column::Attempts)] {
            let tables = Tables::of_saved(&[("messages".to_owned(), by(name))].into());
            assert_eq!(tables.messages, Ordered { by: column, direction: Direction::Rising });
            assert!(tables.columns.shown().any(|shown| shown == column), "or the order would be a riddle");
        }
    }

    #[test]
    fn a_column_that_is_chosen_again_turns_round() {
        let mut order = Ordered::<Column>::default();
        order.choose(Column::Recipient);
        assert_eq!(order.sentence(), "by recipient, lowest first");
        order.choose(Column::Recipient);
        assert_eq!(order.sentence(), "by recipient, highest first");
        order.choose(Column::Created);
        assert!(order.is_default());
    }

    #[test]
    fn every_order_of_the_store_has_its_column() {
        let by: Vec<_> = Column::ALL.into_iter().filter_map(Column::sort_by).collect();
        assert_eq!(by, SortBy::ALL);
    }
}
