//! The rows of the list: those that the filter shows, and below them, during a find, those with that number which
//! it would hide. A find searches through everything.

use jiff::Timestamp;

use crate::store::{Filter, Merged, Order, RowNumber, Sorted, Store, Trimmed, Unsorted, View};
use crate::tui::shared::Times;

/// Two views, one below the other. No row is in both.
#[derive(Debug)]
pub(super) struct ListSections {
    kept: View,
    below: Option<View>,
}

impl ListSections {
    /// Without rows yet.
    pub fn ordered(filter: Filter, order: Order) -> Self {
        let below = filter.hidden_from_find().map(|hidden| View::ordered(hidden, order));
        Self { kept: View::ordered(filter, order), below }
    }

    /// What the filter shows.
    pub fn kept(&self) -> &View {
        &self.kept
    }

    /// How many rows the filter would hide.
    pub fn below(&self) -> usize {
        self.below.as_ref().map_or(0, View::len)
    }

    fn views(&mut self) -> impl Iterator<Item = &mut View> {
        std::iter::once(&mut self.kept).chain(&mut self.below)
    }

    /// As [`View::refresh`].
    pub fn refresh(&mut self, store: &Store) {
        self.views().for_each(|view| view.refresh(store));
    }

    /// As [`View::set_order`].
    pub fn set_order(&mut self, store: &Store, order: Order) {
        self.views().for_each(|view| view.set_order(store, order));
    }

    /// As [`View::start_sort`], for each of them.
    pub fn start_sort(&mut self, store: &Store, order: Order) -> Vec<Unsorted> {
        self.views().map(|view| view.start_sort(store, order)).collect()
    }

    /// As [`View::finish_sort`].
    pub fn finish_sort(&mut self, store: &Store, sorted: Vec<Sorted>) {
        self.views().zip(sorted).for_each(|(view, sorted)| view.finish_sort(store, sorted));
    }

    /// As [`View::set_times`] and [`View::move_on`].
    pub fn move_on(&mut self, store: &Store, (since, until): Times, now: Timestamp) {
        self.views().for_each(|view| {
            view.set_times(store, since, until);
            view.move_on(store, now);
        });
    }

    /// As [`View::apply`]. A row that the filter no longer shows goes below, and back.
    pub fn apply(&mut self, store: &Store, merged: &Merged) {
        self.views().for_each(|view| view.apply(store, merged));
    }

    /// As [`View::forget`].
    pub fn forget(&mut self, trimmed: &Trimmed) {
        self.views().for_each(|view| view.forget(trimmed));
    }

    /// As [`View::pin`]. Where the rows that the filter hides are listed below, none has to be
    /// held.
    pub fn pin(&mut self, store: &Store, row: Option<RowNumber>) {
        let row = row.filter(|_| self.below.is_none());
        self.kept.pin(store, row);
    }

    /// Whether both are in an order.
    pub fn are_in(&self, order: Order) -> bool {
        self.kept.order() == order && self.below.as_ref().is_none_or(|below| below.order() == order)
    }

    /// Whether a row is listed because it matches, and not only held.
    pub fn shows(&self, store: &Store, row: RowNumber) -> bool {
        self.kept.shows(store, row) || self.below.as_ref().is_some_and(|below| below.shows(store, row))
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.kept.len() + self.below()
    }

    pub fn row(&self, index: usize) -> Option<RowNumber> {
        match index.checked_sub(self.kept.len()) {
            None => self.kept.row(index),
            Some(index) => self.below.as_ref()?.row(index),
        }
    }

    pub fn rows(&self) -> impl Iterator<Item = RowNumber> + '_ {
        self.kept.rows_from(0).chain(self.below.iter().flat_map(|below| below.rows_from(0)))
    }

    /// The index of a row.
    pub fn position(&self, store: &Store, row: RowNumber) -> Option<usize> {
        let below = || Some(self.kept.len() + self.below.as_ref()?.position(store, row)?);
        self.kept.position(store, row).or_else(below)
    }
}
