//! Values that many rows share, held once.

use hashbrown::HashTable;

/// A list of distinct values: a value is found by its hash and identified by its index.
pub struct Interned<T> {
    items: Vec<T>,
    hashes: Vec<u64>,
    table: HashTable<u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { items: Vec::new(), hashes: Vec::new(), table: HashTable::new() }
    }
}

impl<T> Interned<T> {
    /// The value at an index.
    pub fn get(&self, index: u32) -> Option<&T> {
        self.items.get(index as usize)
    }

    /// The value at an index, to change what is not part of its hash.
    pub fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.items.get_mut(index as usize)
    }

    /// The index of a value.
    pub fn find(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<u32> {
        self.table.find(hash, |index| is_it(&self.items[*index as usize])).copied()
    }

    /// The index of a value, which is added at the end if it is new.
    pub fn find_or_add(&mut self, hash: u64, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> u32 {
        if let Some(index) = self.find(hash, is_it) {
            return index;
        }
        // Each value came with a row, and row numbers have 32 bits.
        let index = self.items.len() as u32;
        self.items.push(make());
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.table.insert_unique(hash, index, |index| hashes[*index as usize]);
        index
    }

    /// All values, in the order of their indices.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.items.iter()
    }
}
