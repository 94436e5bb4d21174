//! The rows of the list: those that the filter shows, and below them, during a find, those with that number which
//! it would hide. A find searches through everything.

use std::ops::Range;

use crate::store::{Filter, Merged, Order, RowNumber, Store, Trimmed, View};
use crate::tui::state::Times;

/// Two views, one below the other. No row is in both.
#[derive(Debug)]
pub(super) struct Sections {
    kept: View,
    below: Option<View>,
}

impl Sections {
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

    /// As [`View::refresh_roughly`].
    pub fn refresh_roughly(&mut self, store: &Store) {
        self.views().for_each(|view| view.refresh_roughly(store));
    }

    /// As [`View::set_order`].
    pub fn set_order(&mut self, store: &Store, order: Order) {
        self.views().for_each(|view| view.set_order(store, order));
    }

    /// As [`View::set_times`].
    pub fn set_times(&mut self, store: &Store, (since, until): Times) {
        self.views().for_each(|view| view.set_times(store, since, until));
    }

    /// As [`View::apply`]. A row that the filter no longer shows goes below, and back.
    pub fn apply(&mut self, store: &Store, merged: &Merged) {
        self.views().for_each(|view| view.apply(store, merged));
    }

    /// As [`View::forget`].
    pub fn forget(&mut self, store: &Store, trimmed: &Trimmed) {
        self.views().for_each(|view| view.forget(store, trimmed));
    }

    /// As [`View::pin`]. Where the rows that the filter hides are listed below, none has to be
    /// held.
    pub fn pin(&mut self, store: &Store, row: Option<RowNumber>) {
        let row = row.filter(|_| self.below.is_none());
        self.kept.pin(store, row);
    }

    /// Whether every row is sorted.
    pub fn is_sorted(&self) -> bool {
        self.kept.is_sorted() && self.below.as_ref().is_none_or(View::is_sorted)
    }

    /// As [`View::sort_window`].
    pub fn sort_window(&mut self, store: &Store, window: Range<usize>) {
        let kept = self.kept.len();
        self.kept.sort_window(store, window.start.min(kept)..window.end.min(kept));
        if let Some(below) = &mut self.below {
            below.sort_window(store, window.start.saturating_sub(kept)..window.end.saturating_sub(kept));
        }
    }

    /// As [`View::sort`].
    pub fn sort(&mut self, store: &Store) {
        self.views().for_each(|view| view.sort(store));
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
