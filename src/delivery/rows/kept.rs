//! Which rows of an answer are taken for one: each message once, and of a search only what was looked for.

use hashbrown::HashMap;

use super::{Row, Rows};
use crate::delivery::{Held, RecipientQuery, Status};

/// What an answer to a search told beside what was looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beside {
    /// Messages whose recipient is another: the server did not search.
    pub others: usize,
    /// Rows that could not be read, and messages that do not show whom they are for.
    pub unreadable: usize,
}

impl Beside {
    /// Whether there was nothing else.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an answer without a message means that there is none. `more` says that the list goes on: what it did
    /// not show may be to this recipient, even where the page was empty.
    pub fn proves_none(&self, more: bool) -> bool {
        self.unreadable == 0 && !more
    }
}

impl std::ops::AddAssign for Beside {
    fn add_assign(&mut self, more: Self) {
        self.others += more.others;
        self.unreadable += more.unreadable;
    }
}

/// Whether a telling further down in a list is newer than the one above it.
fn is_newer(row: Row<'_>, above: Row<'_>) -> bool {
    match (row.last_change(), above.last_change()) {
        (Some(at), Some(above)) if at != above => at > above,
        _ => is_delivered(row) && !is_delivered(above),
    }
}

fn is_delivered(row: Row<'_>) -> bool {
    row.status().value().map(Status::from_api) == Some(Status::Success)
}

impl Rows {
    /// Of messages that are told more than once keeps the newest telling each, whole, in the place of the first: told
    /// together they would be mixed. Where the times do not tell which is newer, one that is delivered counts, because
    /// nothing comes after that; else the first, because lists begin with what is newest.
    pub fn keep_newest_tellings(&mut self) {
        let rows = &*self;
        let mut newest: HashMap<&str, usize> = HashMap::with_capacity(self.rows.len());
        let mut order: Vec<usize> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let known = newest.entry(row.id()).or_insert(index);
            if *known == index {
                order.push(index);
            } else if rows.get(*known).is_some_and(|known| is_newer(row, known)) {
                order.retain(|other| other != known);
                order.push(index);
                *known = index;
            }
        }
        drop(newest);
        if order.len() < self.rows.len() {
            order.sort_unstable();
            self.keep_indices(&order);
        }
    }

    /// Keeps the messages whose recipient holds what was searched, and says what else there was. A server that does not
    /// search tells all its messages.
    pub fn keep_held(&mut self, query: &RecipientQuery) -> Beside {
        let (mut held, mut beside) = (Vec::new(), Beside::default());
        for (index, row) in self.iter().enumerate() {
            match query.held_by(row.recipient().value()) {
                Held::Yes => held.push(index),
                Held::No => beside.others += 1,
                Held::Unknown => beside.unreadable += 1,
            }
        }
        beside.unreadable += self.bad.len();
        self.keep_indices(&held);
        beside
    }

    /// Keeps the messages in these places, which rise.
    fn keep_indices(&mut self, indices: &[usize]) {
        let (mut index, mut kept) = (0, indices.iter().copied().peekable());
        self.rows.retain(|_| {
            index += 1;
            kept.next_if_eq(&(index - 1)).is_some()
        });
    }
}
