//! The list of messages: which rows it shows, where the cursor is, what is in the window.
//!
//! The cursor belongs to a message. Its place in the list is found anew after every change, and
//! the window moves so that the row keeps its line on the screen.

use crate::store::{Filter, Merged, RowNumber, Store, View};

/// Where the cursor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Cursor {
    /// On the newest row, whichever that is: nobody has touched the list yet.
    Newest,
    /// On a message.
    Row(RowNumber),
    /// On the last line, which tells how far the list goes.
    End,
}

/// A message that left the filter while the cursor was on it: it stays until the cursor moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ghost {
    row: RowNumber,
    /// Where it stands among the rows of the view.
    place: usize,
}

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Item {
    /// The message.
    pub row: RowNumber,
    /// Whether the filter shows it no longer.
    pub left: bool,
}

/// The list of messages of one campaign.
#[derive(Debug)]
pub(in crate::tui) struct List {
    view: View,
    cursor: Cursor,
    /// The place of the first line in the window.
    top: usize,
    ghost: Option<Ghost>,
}

impl List {
    /// An empty list without a filter.
    pub fn new() -> Self {
        Self { view: View::new(Filter::default()), cursor: Cursor::Newest, top: 0, ghost: None }
    }

    /// What it shows.
    pub fn filter(&self) -> &Filter {
        self.view.filter()
    }

    /// Where the cursor is.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// How many rows the filter shows.
    pub fn matching(&self) -> usize {
        self.view.len()
    }

    /// How many message lines it has: the rows, and one that stays until the cursor moves.
    pub fn len(&self) -> usize {
        self.view.len() + usize::from(self.ghost.is_some())
    }

    /// The line at a place; `None` for the last line of the list and beyond.
    pub fn item(&self, place: usize) -> Option<Item> {
        let shown = |row| Item { row, left: false };
        match self.ghost {
            Some(ghost) if place == ghost.place => Some(Item { row: ghost.row, left: true }),
            Some(ghost) if place > ghost.place => self.view.row(place - 1).map(shown),
            _ => self.view.row(place).map(shown),
        }
    }

    /// The message under the cursor.
    pub fn selected(&self) -> Option<RowNumber> {
        match self.cursor {
            Cursor::Newest => self.item(0).map(|item| item.row),
            Cursor::Row(row) => Some(row),
            Cursor::End => None,
        }
    }

    /// The place of the cursor.
    pub fn place(&self, store: &Store) -> usize {
        match self.cursor {
            Cursor::Newest => 0,
            Cursor::End => self.len(),
            Cursor::Row(row) => match self.ghost {
                Some(ghost) if ghost.row == row => ghost.place,
                ghost => {
                    let place = self.view.position(store, row).unwrap_or(0);
                    place + usize::from(ghost.is_some_and(|ghost| ghost.place <= place))
                }
            },
        }
    }

    /// The place of the first line in a window of that height, so that the cursor is in it.
    pub fn top(&self, store: &Store, height: usize) -> usize {
        let (height, place) = (height.max(1), self.place(store));
        // No empty lines below the last one while there are rows above.
        let highest = (self.len() + 1).saturating_sub(height);
        let top = self.top.min(highest);
        if place < top { place } else { top.max((place + 1).saturating_sub(height)) }
    }

    /// Follows a merge. The row under the cursor keeps its line; at the top, untouched, the list
    /// follows the newest.
    pub fn apply(&mut self, store: &Store, merged: &Merged) {
        let (place, before) = (self.place(store), self.view.len());
        let line = place.saturating_sub(self.top);
        self.view.apply(store, merged);
        self.settle(store, place, before, line);
    }

    fn settle(&mut self, store: &Store, place: usize, before: usize, line: usize) {
        match self.cursor {
            Cursor::Newest => {
                self.top = 0;
                return;
            }
            // Rows that were read further back come in under the cursor.
            Cursor::End if self.view.len() > before => {
                if let Some(item) = self.item(place) {
                    self.cursor = Cursor::Row(item.row);
                }
            }
            Cursor::End => {}
            Cursor::Row(row) => {
                let is_shown = self.view.position(store, row).is_some();
                self.ghost = (!is_shown).then(|| Ghost { row, place: self.place_among(store, row) });
            }
        }
        self.top = self.place(store).saturating_sub(line);
    }

    /// Where a row would stand among the rows shown: newest first by creation, then id.
    fn place_among(&self, store: &Store, row: RowNumber) -> usize {
        let key = |row: RowNumber| (store.cells(row).created_at, store.id(row));
        let wanted = key(row);
        let (mut low, mut high) = (0, self.view.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.view.row(middle).is_some_and(|other| key(other) > wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Shows other rows. The cursor stays on its message where that is still shown.
    pub fn set_filter(&mut self, store: &Store, filter: Filter) {
        let line = self.place(store).saturating_sub(self.top);
        self.view = View::new(filter);
        self.view.refresh(store);
        self.ghost = None;
        match self.cursor {
            Cursor::Row(row) if self.view.position(store, row).is_some() => {
                self.top = self.place(store).saturating_sub(line);
            }
            _ => {
                self.cursor = Cursor::Newest;
                self.top = 0;
            }
        }
    }

    /// Moves the cursor to a place of the list, in a window of `height` lines; the place after the
    /// last row is the line that tells how far the list goes.
    pub fn go(&mut self, store: &Store, place: usize, height: usize) {
        let place = place.min(self.len());
        let from = self.place(store);
        if place == from && self.cursor != Cursor::Newest {
            return;
        }
        let line_of_top = self.top(store, height);
        self.cursor = self.item(place).map_or(Cursor::End, |item| Cursor::Row(item.row));
        let keeps_ghost = self.ghost.is_some_and(|ghost| self.cursor == Cursor::Row(ghost.row));
        let gone = if keeps_ghost { None } else { self.ghost.take() };
        self.top = line_of_top - usize::from(gone.is_some_and(|ghost| ghost.place < line_of_top));
        self.top = self.top(store, height);
    }

    /// Back to the newest row, which the list follows from then on.
    pub fn follow(&mut self) {
        self.cursor = Cursor::Newest;
        self.ghost = None;
        self.top = 0;
    }

    /// Holds the row under the cursor: somebody is doing something with it.
    pub fn hold(&mut self) {
        if let (Cursor::Newest, Some(row)) = (self.cursor, self.selected()) {
            self.cursor = Cursor::Row(row);
        }
    }
}
