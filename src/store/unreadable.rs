//! The rows that could not be read: how many there are, however often they come.

use hashbrown::HashSet;

use crate::delivery::BadRow;

/// At most this many are distinguished: enough to see that something is wrong with a campaign, and too few for a
/// server to fill the memory.
const MOST: usize = 100_000;

/// What identifies an unreadable row.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Mark {
    /// Its id.
    Id(Box<str>),
    /// Its index in an answer, if it has no readable id. Rows of different pages can share one, and a row moves down
    /// as newer ones come: a count of these is about right, while counting every answer would grow with every look at
    /// the same row.
    Place(usize),
}

/// The rows that could not be read.
#[derive(Debug, Default)]
pub(super) struct Unreadable(HashSet<Mark>);

impl Unreadable {
    /// A row that the decoder could not read.
    pub fn add(&mut self, row: &BadRow) {
        self.insert(row.id.as_deref().map_or(Mark::Place(row.index), |id| Mark::Id(id.into())));
    }

    /// A row that the store could not accept.
    pub fn add_id(&mut self, id: &str) {
        self.insert(Mark::Id(id.into()));
    }

    fn insert(&mut self, mark: Mark) {
        if self.0.len() < MOST {
            self.0.insert(mark);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
