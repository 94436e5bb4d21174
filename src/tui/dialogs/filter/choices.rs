//! Lines to choose from, with ticks: those of the filter menu, and those of the menu of time windows.

use jiff::Timestamp;

use super::lines::{ChoiceLine, FilterItem};
use crate::delivery::{Class, Status};
use crate::tui::shared::{Campaign, FilterChoice, NamedFilter, TimeWindow};

/// The lines of a menu, and what is chosen of them.
#[derive(Debug)]
pub(super) struct Choices {
    /// The lines, top to bottom. They stay while it is open; only their counts change.
    pub(super) lines: Vec<ChoiceLine>,
    /// The line with the cursor.
    pub(super) cursor: usize,
    /// How many loaded messages the current choice would show; `None` until they are counted.
    pub(super) result: Option<usize>,
    /// When the next lines are counted, if some are not.
    pub(super) due: Option<Timestamp>,
    /// What the list shows, changed by the ticks.
    pub(super) draft: FilterChoice,
    /// Whether a tick was changed since the menu was opened.
    touched: bool,
    /// The line with the cursor when the menu was opened.
    opened_on: usize,
    /// The batches behind [`FilterItem::MoreBatches`].
    pub(super) more_batches: Vec<ChoiceLine>,
    /// The next line to count.
    pub(super) next: usize,
    pub(super) is_result_due: bool,
}

impl Choices {
    /// These lines, on what the list shows now.
    pub fn new(lines: Vec<ChoiceLine>, more_batches: Vec<ChoiceLine>, campaign: &Campaign) -> Self {
        let shown = &campaign.choice;
        let cursor = lines.iter().position(|line| line.is_chosen(shown)).unwrap_or(0);
        let mut choices = Self {
            lines,
            cursor,
            result: None,
            due: None,
            draft: shown.clone(),
            touched: false,
            opened_on: cursor,
            more_batches,
            next: 0,
            is_result_due: true,
        };
        choices.count(campaign);
        choices
    }

    /// The line with the cursor.
    pub fn selected(&self) -> Option<&FilterItem> {
        self.lines.get(self.cursor).map(|line| &line.item)
    }

    /// Whether a line has a tick; `None` where it cannot have one.
    pub fn tick(&self, item: &FilterItem) -> Option<bool> {
        Some(match item {
            FilterItem::Class(class) => self.draft.classes.contains(class),
            FilterItem::Status(status) => self.draft.statuses.contains(status),
            FilterItem::Error(code) => self.draft.errors.contains(code),
            FilterItem::Batch(batch) => self.draft.batches.contains(batch),
            FilterItem::Window(window) => self.draft.window == *window,
            FilterItem::Named(_) | FilterItem::Everything | FilterItem::MoreBatches => return None,
            FilterItem::AllTimes | FilterItem::TypedWindow | FilterItem::Save => return None,
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
        let (window, draft) = (self.draft.window, &mut self.draft);
        match item {
            FilterItem::Named(named) => *draft = named.choice.within(draft.window),
            FilterItem::Everything => *draft = FilterChoice::all_of(draft.window),
            FilterItem::Class(class) => {
                turn(&mut draft.classes, class);
                draft.classes.sort_unstable();
            }
            FilterItem::Status(status) => {
                turn(&mut draft.statuses, status);
                // In the order of a message's life, whatever the order of ticking.
                draft.statuses.sort_by_key(|status| Status::KNOWN.iter().position(|known| known == status));
            }
            FilterItem::Error(code) => turn(&mut draft.errors, code),
            FilterItem::Batch(batch) => turn(&mut draft.batches, batch),
            // Of two windows the larger one would win: so there is only one at a time.
            FilterItem::Window(window) if draft.window == window => draft.window = TimeWindow::default(),
            FilterItem::Window(window) => draft.window = window,
            FilterItem::AllTimes => draft.window = TimeWindow::default(),
            FilterItem::MoreBatches => return self.list_more(),
            FilterItem::TypedWindow | FilterItem::Save => return,
        }
        if self.draft.window != window {
            // The figures are of the time window.
            self.next = 0;
        }
        self.touched = true;
        self.is_result_due = true;
    }

    /// Lists the batches that were left out at first.
    pub fn list_more(&mut self) {
        let Some(index) = self.lines.iter().position(|line| line.item == FilterItem::MoreBatches) else { return };
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
        self.lines.insert(index, ChoiceLine::of_named(named));
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
        let status = FilterChoice { statuses: Vec::new(), classes: Vec::new(), errors: Vec::new(), ..now.clone() };
        match item {
            FilterItem::Named(named) => named.choice.within(now.window),
            FilterItem::Everything => FilterChoice::all_of(now.window),
            FilterItem::AllTimes => now.of_all_times(),
            _ if self.touched => now,
            FilterItem::Class(class) => FilterChoice { classes: vec![*class], ..status },
            FilterItem::Status(wanted) => FilterChoice { statuses: vec![wanted.clone()], ..status },
            FilterItem::Error(code) => FilterChoice { classes: vec![Class::Failed], errors: vec![code.clone()], ..status },
            FilterItem::Batch(batch) => FilterChoice { batches: vec![batch.clone()], ..now },
            FilterItem::Window(window) => FilterChoice { window: *window, ..now },
            FilterItem::MoreBatches | FilterItem::TypedWindow | FilterItem::Save => now,
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
