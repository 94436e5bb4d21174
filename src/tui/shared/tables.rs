//! By which column each view is sorted, and what that means in words.

use std::collections::BTreeMap;

use crate::monitor::{CampaignIndex, Generation, NoticeWeight};
use crate::state::SavedTable;
use crate::store::{Direction, Order, SortBy, Sorted};
use crate::tui::Effect;
use crate::tui::dialogs::OrderMenu;
use crate::tui::shared::{Column, Shared, ShownColumns, ViewKind};
use crate::tui::views::batches::{BatchColumn, NEWEST_BATCH};
use crate::tui::views::failures::{FailureColumn, MOST_FAILED};
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

    /// The order that a session saved; `None` for an unknown column.
    pub fn of_saved(name: &str, rising: bool) -> Option<Self> {
        let direction = if rising { Direction::Rising } else { Direction::Falling };
        Some(Self { by: C::named(name)?, direction })
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Tables {
    /// The columns of the messages.
    pub columns: ShownColumns,
    /// The order of the messages; always by a column that the store can sort by.
    pub messages: Ordered<Column>,
    pub batches: Ordered<BatchColumn>,
    /// The order of the failures. What is worth a retry stays first in any.
    pub failures: Ordered<FailureColumn>,
}

impl Default for Tables {
    fn default() -> Self {
        Self { columns: ShownColumns::default(), messages: NEWEST, batches: NEWEST_BATCH, failures: MOST_FAILED }
    }
}

/// The default order of the messages.
pub(in crate::tui) const NEWEST: Ordered<Column> = Ordered { by: Column::Created, direction: Direction::Falling };

impl Tables {
    /// The tables that differ from the default, by the names of their views.
    pub fn saved(&self) -> BTreeMap<String, SavedTable> {
        let usual = Tables::default();
        let (columns, hidden) = if self.columns == usual.columns { Default::default() } else { self.columns.saved() };
        let messages = SavedTable { columns, hidden, ..saved(self.messages, usual.messages) };
        let batches = saved(self.batches, usual.batches);
        let failures = saved(self.failures, usual.failures);
        let tables = [(ViewKind::Messages, messages), (ViewKind::Batches, batches), (ViewKind::Failures, failures)];
        let chosen = tables.into_iter().filter(|(_, table)| *table != SavedTable::default());
        chosen.map(|(view, table)| (view.saved_name().to_owned(), table)).collect()
    }

    /// The tables that a session saved. Unknown names are ignored.
    pub fn of_saved(tables: &BTreeMap<String, SavedTable>) -> Self {
        let usual = Tables::default();
        let table = |view: ViewKind| tables.get(view.saved_name());
        let table_of_messages = table(ViewKind::Messages);
        let mut columns = table_of_messages.map_or(usual.columns, |table| ShownColumns::of_saved(&table.columns, &table.hidden));
        let messages: Option<Ordered<Column>> = kept(table_of_messages).filter(|order: &Ordered<Column>| order.by.sort_by().is_some());
        // In an earlier version it may have been a column that everyone saw.
        if let Some(order) = messages {
            columns.show(order.by);
        }
        Self {
            columns,
            messages: messages.unwrap_or(usual.messages),
            batches: kept(table(ViewKind::Batches)).unwrap_or(usual.batches),
            failures: kept(table(ViewKind::Failures)).unwrap_or(usual.failures),
        }
    }

    /// The order of the messages as the store knows it.
    pub fn message_order(&self) -> Order {
        Order { by: self.messages.by.sort_by().unwrap_or(SortBy::Created), direction: self.messages.direction }
    }
}

impl Ordered<Column> {
    /// The order of messages that the store calls so.
    pub fn of_messages(order: Order) -> Self {
        let by = Column::ALL.into_iter().find(|column| column.sort_by() == Some(order.by)).unwrap_or(NEWEST.by);
        Self { by, direction: order.direction }
    }
}

fn saved<C: Sortable>(order: Ordered<C>, usual: Ordered<C>) -> SavedTable {
    let ordered_by = (order != usual).then(|| order.by.name().to_owned());
    SavedTable { rising: ordered_by.is_some() && order.direction == Direction::Rising, ordered_by, ..SavedTable::default() }
}

fn kept<C: Sortable>(table: Option<&SavedTable>) -> Option<Ordered<C>> {
    let table = table?;
    Ordered::of_saved(table.ordered_by.as_deref()?, table.rising)
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
        let mut order = NEWEST;
        order.choose(Column::Recipient);
        assert_eq!(order.sentence(), "by recipient, lowest first");
        order.choose(Column::Recipient);
        assert_eq!(order.sentence(), "by recipient, highest first");
        order.choose(Column::Created);
        assert_eq!(order, NEWEST);
    }

    #[test]
    fn every_order_of_the_store_has_its_column() {
        let by: Vec<_> = Column::ALL.into_iter().filter_map(Column::sort_by).collect();
        assert_eq!(by, SortBy::ALL);
    }

    #[test]
    fn an_order_is_found_by_its_name() {
        assert_eq!(Ordered::of_saved("failed", false), Some(Ordered::by(BatchColumn::Failed)));
        assert_eq!(Ordered::<FailureColumn>::of_saved("colour", true), None);
    }
}
