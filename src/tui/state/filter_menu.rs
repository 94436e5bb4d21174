//! The menu of filters: saved ones, statuses, errors, batches, time windows. What is ticked is a draft until Enter;
//! Esc leaves the list as it was.

mod count;
mod lines;

use jiff::Timestamp;

use super::{FilterChoice, NamedFilter, TimeWindow};
use crate::delivery::{BatchId, Status};

pub(in crate::tui) use lines::MenuLine;

/// The content of a line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum MenuItem {
    /// A saved filter.
    Named(NamedFilter),
    Everything,
    /// On the way.
    Open,
    Status(Status),
    /// Failures with one code; empty for those without a reason.
    Error(String),
    Batch(BatchId),
    /// The batches that are not listed yet.
    MoreBatches,
    Window(TimeWindow),
    /// All times: no window.
    AllTimes,
    TypedWindow,
    /// What is ticked, to be saved.
    Save,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum FilterMenuKind {
    /// Everything that can be filtered by.
    Filter,
    /// Only the time windows.
    Times,
}

/// The menu while it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct FilterMenu {
    pub kind: FilterMenuKind,
    /// The lines, top to bottom. They stay while it is open; only their counts change.
    pub lines: Vec<MenuLine>,
    /// The line with the cursor.
    pub cursor: usize,
    /// How many loaded messages the current choice would show; `None` until they are counted.
    pub result: Option<usize>,
    /// When the next lines are counted, if some are not.
    pub due: Option<Timestamp>,
    /// What the list shows, changed by the ticks.
    draft: FilterChoice,
    /// Whether a tick was changed since the menu was opened.
    touched: bool,
    /// The line with the cursor when the menu was opened.
    opened_on: usize,
    /// The batches behind [`MenuItem::MoreBatches`].
    more_batches: Vec<MenuLine>,
    /// The next line to count.
    next: usize,
    is_result_due: bool,
}

impl FilterMenu {
    /// The line with the cursor.
    pub fn selected(&self) -> Option<&MenuItem> {
        self.lines.get(self.cursor).map(|line| &line.item)
    }

    /// Whether a line has a tick; `None` where it cannot have one.
    pub fn tick(&self, item: &MenuItem) -> Option<bool> {
        Some(match item {
            MenuItem::Open => self.draft.open,
            MenuItem::Status(status) => self.draft.statuses.contains(status),
            MenuItem::Error(code) => self.draft.errors.contains(code),
            MenuItem::Batch(batch) => self.draft.batches.contains(batch),
            MenuItem::Window(window) => self.draft.window == *window,
            MenuItem::Named(_) | MenuItem::Everything | MenuItem::MoreBatches => return None,
            MenuItem::AllTimes | MenuItem::TypedWindow | MenuItem::Save => return None,
        })
    }

    /// Whether nothing was chosen since the menu was opened: then it says what the list shows.
    pub fn is_as_opened(&self) -> bool {
        !self.touched && self.cursor == self.opened_on
    }

    /// Moves the cursor; it stops at the ends.
    pub fn go(&mut self, steps: isize) {
        self.cursor = self.cursor.saturating_add_signed(steps).min(self.lines.len().saturating_sub(1));
        self.is_result_due = true;
    }

    /// Ticks the line under the cursor, or unticks it.
    pub fn toggle(&mut self) {
        let Some(item) = self.selected().cloned() else { return };
        let draft = &mut self.draft;
        match item {
            MenuItem::Named(named) => *draft = named.choice,
            MenuItem::Everything => *draft = FilterChoice::default(),
            MenuItem::Open => draft.open = !draft.open,
            MenuItem::Status(status) => {
                turn(&mut draft.statuses, status);
                // In the order of a message's life, whatever the order of ticking.
                draft.statuses.sort_by_key(|status| Status::KNOWN.iter().position(|known| known == status));
            }
            MenuItem::Error(code) => turn(&mut draft.errors, code),
            MenuItem::Batch(batch) => turn(&mut draft.batches, batch),
            // Of two windows the larger one would win: so there is only one at a time.
            MenuItem::Window(window) if draft.window == window => draft.window = TimeWindow::default(),
            MenuItem::Window(window) => draft.window = window,
            MenuItem::AllTimes => draft.window = TimeWindow::default(),
            MenuItem::MoreBatches => return self.list_more(),
            MenuItem::TypedWindow | MenuItem::Save => return,
        }
        self.touched = true;
        self.is_result_due = true;
    }

    /// Lists the batches that were left out at first.
    pub fn list_more(&mut self) {
        let Some(index) = self.lines.iter().position(|line| line.item == MenuItem::MoreBatches) else { return };
        let more = std::mem::take(&mut self.more_batches);
        let moved = if self.opened_on > index { more.len().saturating_sub(1) } else { 0 };
        self.opened_on = self.opened_on.saturating_add(moved);
        self.lines.splice(index..=index, more);
        self.next = self.next.min(index);
        self.is_result_due = true;
    }

    /// Removes the line under the cursor: its filter was deleted.
    pub fn take_out(&mut self) {
        let index = self.cursor;
        if index < self.lines.len() {
            self.lines.remove(index);
        }
        self.opened_on = match self.opened_on {
            // It was about a line that is gone.
            on if on == index => usize::MAX,
            usize::MAX => usize::MAX,
            on => on - usize::from(on > index),
        };
        self.next = self.next.min(index);
        self.go(0);
    }

    /// Puts a restored filter back where it was, under the cursor.
    pub fn put_in(&mut self, index: usize, named: NamedFilter) {
        let index = index.min(self.lines.len());
        self.lines.insert(index, MenuLine::of_named(named));
        self.opened_on = self.opened_on.saturating_add(usize::from(self.opened_on >= index));
        self.cursor = index;
        self.next = self.next.min(index);
        self.go(0);
    }

    /// What Enter chooses: what is ticked where a tick was changed; otherwise the line under the cursor, combined
    /// with the other kinds that the list already shows. A status and an error are one kind here: moving from one to
    /// the other means the other, not both.
    pub fn choice(&self) -> FilterChoice {
        let now = self.draft.clone();
        let Some(item) = self.selected().filter(|_| !self.is_as_opened()) else { return now };
        let status = FilterChoice { statuses: Vec::new(), open: false, errors: Vec::new(), ..now.clone() };
        match item {
            MenuItem::Named(named) => named.choice.clone(),
            MenuItem::Everything => FilterChoice::default(),
            MenuItem::AllTimes => FilterChoice { window: TimeWindow::default(), ..now },
            _ if self.touched => now,
            MenuItem::Open => FilterChoice { open: true, ..status },
            MenuItem::Status(wanted) => FilterChoice { statuses: vec![wanted.clone()], ..status },
            MenuItem::Error(code) => FilterChoice { statuses: vec![Status::Failure], errors: vec![code.clone()], ..status },
            MenuItem::Batch(batch) => FilterChoice { batches: vec![batch.clone()], ..now },
            MenuItem::Window(window) => FilterChoice { window: *window, ..now },
            MenuItem::MoreBatches | MenuItem::TypedWindow | MenuItem::Save => now,
        }
    }
}

/// Adds something to a list, or removes it.
fn turn<T: PartialEq>(list: &mut Vec<T>, item: T) {
    match list.iter().position(|known| *known == item) {
        Some(index) => {
            list.remove(index);
        }
        None => list.push(item),
    }
}

#[cfg(test)]
mod tests;
