//! Which rows of an answer are kept: each message once, and of a search only the matches.

use hashbrown::HashMap;

use super::{Held, RecipientQuery, Row, Rows, Status};

/// What the answer to a search contained besides the matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beside {
    /// Messages to other recipients: the server did not search.
    pub others: usize,
    /// Rows that could not be read, and messages without a recipient.
    pub unreadable: usize,
}

impl Beside {
    /// Whether there was nothing else.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an answer without a match means that there is none. `more` says that the list goes on: the rest may
    /// contain a match, even if the page was empty.
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

/// Whether a row further down in a list is newer than the one above it of the same message.
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
    /// If a message comes more than once, keeps its newest row, whole, at the index of the first: merging them would
    /// mix them up. If the times do not show which is newer, a delivered one wins, because nothing comes after that;
    /// else the first, because lists begin with the newest.
    pub fn keep_newest_tellings(&mut self) {
        let rows = &*self;
        let mut newest: HashMap<&str, usize> = HashMap::with_capacity(self.len());
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
        if order.len() < self.len() {
            order.sort_unstable();
            self.keep_indices(&order);
        }
    }

    /// Keeps the messages whose recipient matches the search, and returns what else there was. A server that does not
    /// search returns all its messages.
    pub fn keep_held(&mut self, query: &RecipientQuery) -> Beside {
        let (mut held, mut beside) = (Vec::new(), Beside::default());
        for (index, row) in self.iter().enumerate() {
            match query.held_by(row.recipient().value()) {
                Held::Yes => held.push(index),
                Held::No => beside.others += 1,
                Held::Unknown => beside.unreadable += 1,
            }
        }
        beside.unreadable += self.bad().len();
        self.keep_indices(&held);
        beside
    }

    /// Keeps the messages at these indices, in ascending order.
    fn keep_indices(&mut self, indices: &[usize]) {
        let (mut index, mut kept) = (0, indices.iter().copied().peekable());
        self.retain(|_| {
            index += 1;
            kept.next_if_eq(&(index - 1)).is_some()
        });
    }
}
