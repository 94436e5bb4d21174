//! A set of rows, a bit each: iterated in the order of the columns in memory.

use super::RowNumber;

/// Rows.
#[derive(Debug, Clone, Default)]
pub struct RowSet {
    words: Vec<u64>,
}

impl RowSet {
    /// Adds a row.
    pub fn insert(&mut self, row: RowNumber) {
        let (word, bit) = (row.index() / 64, row.index() % 64);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << bit;
    }

    /// Whether a row is in it.
    pub fn contains(&self, row: RowNumber) -> bool {
        self.words.get(row.index() / 64).is_some_and(|word| word & (1 << (row.index() % 64)) != 0)
    }

    /// Removes a row.
    pub fn remove(&mut self, row: RowNumber) {
        if let Some(word) = self.words.get_mut(row.index() / 64) {
            *word &= !(1 << (row.index() % 64));
        }
    }

    /// All rows, by their numbers.
    pub fn iter(&self) -> impl Iterator<Item = RowNumber> + '_ {
        (0_u32..).zip(&self.words).flat_map(|(word, bits)| {
            let mut rest = *bits;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(RowNumber(word * 64 + bit))
            })
        })
    }
}

impl FromIterator<RowNumber> for RowSet {
    fn from_iter<I: IntoIterator<Item = RowNumber>>(rows: I) -> Self {
        let mut set = Self::default();
        rows.into_iter().for_each(|row| set.insert(row));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_set(steps in prop::collection::vec((any::<bool>(), 0..200_u32), 0..200)) {
            let mut set = RowSet::default();
            let mut plain = std::collections::BTreeSet::new();
            for (is_insert, row) in steps {
                let row = RowNumber(row);
                if is_insert {
                    set.insert(row);
                    plain.insert(row);
                } else {
                    set.remove(row);
                    plain.remove(&row);
                }
            }
            prop_assert!((0..300).map(RowNumber).filter(|row| set.contains(*row)).eq(set.iter()));
            prop_assert!(set.iter().eq(plain));
        }
    }
}
