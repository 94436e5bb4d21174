//! The failures of a campaign by error, in the chosen time window.
//!
//! They are counted again only while the view is open, from a list of the failed rows that follows the store: a
//! campaign of a million messages has some ten thousand of them.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::delivery::{MessageId, RetryAdvice, Status, code_or_none};
use crate::store::{Direction, Filter, Merged, RowNumber, Store, Trimmed, View};
use crate::tui::shared::{Ordered, Sortable, Times};

/// Up to this many failures are counted again with every answer. More are counted with the next
/// second's tick, so that no key waits for it.
const CHEAP: usize = 2_000;

/// How many of the newest messages with an error are shown.
const NEWEST: usize = 8;

/// Which failures a line covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum GroupKey {
    /// All that are worth a retry: the sum below the errors.
    WorthRetry,
    /// Those with this code; empty for those without a reason.
    Error(String),
}

/// The failures that a line covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct FailureGroup {
    /// Which they are.
    pub key: GroupKey,
    /// How many.
    pub count: usize,
    /// How many of them have no attempts left, as the API has said.
    pub used_up: usize,
    /// When the newest attempt of any of them began.
    pub newest: Option<Timestamp>,
    /// Those whose attempts are the newest, with when these began, the newest first.
    pub newest_messages: Vec<(Timestamp, MessageId)>,
    /// How many were tried once, twice, more often; an unknown number of attempts counts as one.
    pub tried: [usize; 3],
    pub advice: RetryAdvice,
}

/// The failures of a campaign.
#[derive(Debug, Default)]
pub(in crate::tui) struct Failures {
    /// The failed rows, islands included; `None` until the view is first opened.
    rows: Option<View>,
    order: Ordered<FailureColumn>,
    groups: Vec<FailureGroup>,
    /// The line with the cursor.
    cursor: Option<GroupKey>,
    /// Their time window.
    times: Times,
    /// How many messages are loaded in that window.
    loaded: usize,
    is_due: bool,
}

impl Failures {
    /// Sorts the lines differently.
    pub fn set_order(&mut self, order: Ordered<FailureColumn>) {
        if order != self.order {
            self.order = order;
            sort(&mut self.groups, order);
        }
    }

    /// The view is opened: counts what is there. `used_up` are the messages for which the API accepts no
    /// further retry.
    pub fn look(&mut self, store: &Store, used_up: &HashSet<MessageId>) {
        if self.rows.is_none() {
            let (since, until) = self.times;
            let mut rows = View::new(Filter { statuses: vec![Status::Failure], since, until, ..Filter::default() });
            rows.refresh(store);
            self.rows = Some(rows);
        }
        self.count(store, used_up);
    }

    /// Uses another time window, or follows one that has moved on.
    pub fn set_times(&mut self, store: &Store, times: Times) {
        if self.times == times {
            return;
        }
        self.times = times;
        if let Some(rows) = &mut self.rows {
            rows.set_times(store, times.0, times.1);
            self.is_due = true;
        }
    }

    /// Follows a merge.
    pub fn apply(&mut self, store: &Store, used_up: &HashSet<MessageId>, merged: &Merged, in_view: bool) {
        let Some(rows) = &mut self.rows else { return };
        rows.apply(store, merged);
        self.is_due = true;
        if in_view && rows.len() <= CHEAP {
            self.count(store, used_up);
        }
    }

    /// Follows a trim of the store.
    pub fn forget(&mut self, trimmed: &Trimmed) {
        if let Some(rows) = &mut self.rows {
            rows.forget(trimmed);
            self.is_due = true;
        }
    }

    /// The API refused more: they are counted apart from now on.
    pub fn refused(&mut self) {
        self.is_due = true;
    }

    /// Counts again where something has changed.
    pub fn settle(&mut self, store: &Store, used_up: &HashSet<MessageId>) {
        if self.is_due {
            self.count(store, used_up);
        }
    }

    /// The lines: the errors in their order, and below two or more of them the sum of what is worth a retry.
    pub fn groups(&self) -> &[FailureGroup] {
        &self.groups
    }

    /// How many of the loaded messages failed.
    pub fn failed(&self) -> usize {
        self.groups.iter().filter(|group| group.key != GroupKey::WorthRetry).map(|group| group.count).sum()
    }

    /// How many messages are loaded in the window of time.
    pub fn loaded(&self) -> usize {
        self.loaded
    }

    /// The index of the cursor.
    pub fn index(&self) -> usize {
        self.cursor.as_ref().and_then(|key| self.groups.iter().position(|group| group.key == *key)).unwrap_or(0)
    }

    /// The line with the cursor.
    pub fn selected(&self) -> Option<&FailureGroup> {
        self.groups.get(self.index())
    }

    /// Moves the cursor; it stops at the ends.
    pub fn go(&mut self, steps: isize) {
        let index = self.index().saturating_add_signed(steps).min(self.groups.len().saturating_sub(1));
        self.cursor = self.groups.get(index).map(|group| group.key.clone());
    }

    /// The covered rows of a line, newest first.
    pub fn rows_of<'a>(
        &'a self,
        store: &'a Store,
        used_up: &'a HashSet<MessageId>,
        key: &'a GroupKey,
    ) -> impl Iterator<Item = RowNumber> + 'a {
        let rows = self.rows.iter().flat_map(|rows| rows.rows_from(0)).filter(|row| store.is_covered(*row));
        rows.filter(move |row| match key {
            GroupKey::WorthRetry => RetryAdvice::of(store.error(*row)) == RetryAdvice::Yes && !is_in(used_up, store, *row),
            GroupKey::Error(code) => self::code(store, *row) == code,
        })
    }

    /// All covered failed rows, newest first.
    pub fn all_rows<'a>(&'a self, store: &'a Store) -> impl Iterator<Item = RowNumber> + 'a {
        self.rows.iter().flat_map(|rows| rows.rows_from(0)).filter(|row| store.is_covered(*row))
    }

    fn count(&mut self, store: &Store, used_up: &HashSet<MessageId>) {
        self.is_due = false;
        self.loaded = store.loaded_between(self.times.0, self.times.1);
        let mut groups: Vec<FailureGroup> = Vec::new();
        let mut worth_retry = FailureGroup::empty(GroupKey::WorthRetry, RetryAdvice::Yes);
        for row in self.all_rows(store) {
            let (code, cells, began) = (code(store, row), store.cells(row), store.began(row));
            let index = groups.iter().position(|group| matches!(&group.key, GroupKey::Error(known) if known == code));
            let index = index.unwrap_or_else(|| {
                groups.push(FailureGroup::empty(GroupKey::Error(code.to_owned()), RetryAdvice::of(store.error(row))));
                groups.len() - 1
            });
            let is_used_up = is_in(used_up, store, row);
            let tried = cells.tried.unwrap_or(1).clamp(1, 3) as usize - 1;
            let add = |group: &mut FailureGroup| {
                group.count += 1;
                group.used_up += usize::from(is_used_up);
                group.newest = group.newest.max(began);
                group.tried[tried] += 1;
            };
            if let Some(group) = groups.get_mut(index) {
                add(group);
                if let Some(began) = began {
                    group.note_newest(began, || store.id(row));
                }
                if group.advice == RetryAdvice::Yes && !is_used_up {
                    add(&mut worth_retry);
                }
            }
        }
        // The sum of a single error would only repeat its line.
        if worth_retry.count > 0 && groups.len() > 1 {
            groups.push(worth_retry);
        }
        sort(&mut groups, self.order);
        self.groups = groups;
    }
}

impl FailureGroup {
    fn empty(key: GroupKey, advice: RetryAdvice) -> Self {
        Self { key, count: 0, used_up: 0, newest: None, newest_messages: Vec::new(), tried: [0; 3], advice }
    }

    /// Keeps a message where its attempt is one of the newest.
    fn note_newest(&mut self, began: Timestamp, message: impl FnOnce() -> MessageId) {
        let index = self.newest_messages.partition_point(|(known, _)| *known >= began);
        if index < NEWEST {
            self.newest_messages.truncate(NEWEST - 1);
            self.newest_messages.insert(index, (began, message()));
        }
    }

    /// How many can still be retried.
    pub fn left(&self) -> usize {
        self.count - self.used_up
    }

    /// Whether to retry what is left of them; no where nothing is.
    pub fn verdict(&self) -> RetryAdvice {
        if self.left() == 0 { RetryAdvice::No } else { self.advice }
    }

    /// Its name in the list.
    pub fn name(&self) -> &str {
        match &self.key {
            GroupKey::WorthRetry => "retry: yes",
            GroupKey::Error(code) => code_or_none(code),
        }
    }
}

/// The sum is last in any order; equals are sorted by count, then newest first.
fn sort(groups: &mut [FailureGroup], order: Ordered<FailureColumn>) {
    let is_sum = |group: &FailureGroup| group.key == GroupKey::WorthRetry;
    groups.sort_by(|left, right| {
        let by = match order.by {
            FailureColumn::Error => left.name().cmp(right.name()),
            FailureColumn::Count => left.count.cmp(&right.count),
            FailureColumn::Newest => left.newest.cmp(&right.newest),
            FailureColumn::Retry => left.advice.cmp(&right.advice),
        };
        let by = if order.direction == Direction::Rising { by } else { by.reverse() };
        let usual = || right.count.cmp(&left.count).then_with(|| right.newest.cmp(&left.newest));
        is_sum(left).cmp(&is_sum(right)).then(by).then_with(usual)
    });
}

fn code(store: &Store, row: RowNumber) -> &str {
    store.error(row).map_or("", |error| &error.code)
}

/// Whether a row's message is among these. Usually there are none.
fn is_in(used_up: &HashSet<MessageId>, store: &Store, row: RowNumber) -> bool {
    !used_up.is_empty() && used_up.contains(&store.id(row))
}

/// A column of the failures by error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum FailureColumn {
    /// The error's code.
    Error,
    /// How many failed with it.
    Count,
    /// When the newest attempt of any of them began.
    Newest,
    Retry,
}

impl Sortable for FailureColumn {
    fn all() -> &'static [Self] {
        &[FailureColumn::Error, FailureColumn::Count, FailureColumn::Newest, FailureColumn::Retry]
    }

    fn first() -> Self {
        FailureColumn::Count
    }

    fn name(self) -> &'static str {
        match self {
            FailureColumn::Error => "error",
            FailureColumn::Count => "count",
            FailureColumn::Newest => "newest",
            FailureColumn::Retry => "retry",
        }
    }

    fn usual(self) -> Direction {
        if matches!(self, FailureColumn::Count | FailureColumn::Newest) { Direction::Falling } else { Direction::Rising }
    }

    fn words(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (FailureColumn::Error, Direction::Rising) => "a to z",
            (FailureColumn::Error, Direction::Falling) => "z to a",
            (FailureColumn::Count, Direction::Rising) => "fewest first",
            (FailureColumn::Count, Direction::Falling) => "most first",
            (FailureColumn::Newest, Direction::Rising) => "oldest first",
            (FailureColumn::Newest, Direction::Falling) => "newest first",
            (FailureColumn::Retry, Direction::Rising) => "yes first",
            (FailureColumn::Retry, Direction::Falling) => "no first",
        }
    }
}

#[cfg(test)]
mod tests;
