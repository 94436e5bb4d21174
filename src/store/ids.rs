//! Message ids in 16 bytes each, and the index from an id to its row.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::RowNumber;

/// The prefix of usual ids; a UUID in lower case follows.
const PREFIX: &str = "message_";

/// The positions of a UUID's dashes.
const DASHES: [usize; 4] = [8, 13, 18, 23];

/// How many parts the index has: growing one takes well under a millisecond with a million rows.
const PARTS: usize = 64;

/// An id in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape<'a> {
    Usual([u8; 16]),
    Odd(&'a str),
}

/// The ids of all rows.
pub struct Ids {
    bytes: Vec<[u8; 16]>,
    /// Ids of another shape; their bytes are zeros.
    odd: HashMap<u32, Box<str>>,
    /// Rows without a message, for the next ones.
    free: Vec<u32>,
    /// In parts, so that growing moves only a small part of all rows at a time.
    index: Vec<HashTable<u32>>,
    hasher: DefaultHashBuilder,
}

impl Default for Ids {
    fn default() -> Self {
        let index = std::iter::repeat_with(HashTable::new).take(PARTS).collect();
        Self { bytes: Vec::new(), odd: HashMap::new(), free: Vec::new(), index, hasher: DefaultHashBuilder::default() }
    }
}

impl Ids {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.bytes.len() - self.free.len()
    }

    /// The row of an id.
    pub fn find(&self, id: &str) -> Option<RowNumber> {
        self.find_shape(shape(id)).map(RowNumber)
    }

    /// The row of an id, and whether it is new; a new id gets a free row, or else one at the end. `None` if there are
    /// more messages than row numbers.
    pub fn find_or_add(&mut self, id: &str) -> Option<(RowNumber, bool)> {
        let shape = shape(id);
        if let Some(row) = self.find_shape(shape) {
            return Some((RowNumber(row), false));
        }
        let row = match self.free.pop() {
            Some(row) => row,
            None => {
                let row = u32::try_from(self.bytes.len()).ok()?;
                self.bytes.push([0; 16]);
                row
            }
        };
        match shape {
            Shape::Usual(bytes) => self.bytes[row as usize] = bytes,
            Shape::Odd(text) => {
                self.odd.insert(row, text.into());
            }
        }
        let hash = hash(&self.hasher, shape);
        let Self { bytes, odd, index, hasher, .. } = self;
        index[part(hash)].insert_unique(hash, row, |row| hash_row(hasher, bytes, odd, *row));
        Some((RowNumber(row), true))
    }

    /// Forgets a row's id. The row is reused for the next new one.
    pub fn remove(&mut self, row: RowNumber) {
        let hash = hash_row(&self.hasher, &self.bytes, &self.odd, row.0);
        if let Ok(entry) = self.index[part(hash)].find_entry(hash, |known| *known == row.0) {
            entry.remove();
            self.odd.remove(&row.0);
            self.bytes[row.index()] = [0; 16];
            self.free.push(row.0);
        }
    }

    /// A row's id as written by the server.
    pub fn text(&self, row: RowNumber) -> String {
        match shape_of(&self.bytes, &self.odd, row.0) {
            Shape::Usual(bytes) => written(bytes),
            Shape::Odd(text) => text.to_owned(),
        }
    }

    /// Which of two rows' ids comes first as text.
    pub fn compare(&self, left: RowNumber, right: RowNumber) -> Ordering {
        self.compare_shapes(shape_of(&self.bytes, &self.odd, left.0), shape_of(&self.bytes, &self.odd, right.0))
    }

    /// Whether a row's id comes before or after another id as text.
    pub fn compare_to(&self, row: RowNumber, id: &str) -> Ordering {
        self.compare_shapes(shape_of(&self.bytes, &self.odd, row.0), shape(id))
    }

    fn compare_shapes(&self, left: Shape<'_>, right: Shape<'_>) -> Ordering {
        match (left, right) {
            // Same prefix, same dashes, and hexadecimal digits sort like their values.
            (Shape::Usual(left), Shape::Usual(right)) => left.cmp(&right),
            (Shape::Odd(left), Shape::Odd(right)) => left.cmp(right),
            (Shape::Usual(left), Shape::Odd(right)) => written(left).as_str().cmp(right),
            (Shape::Odd(left), Shape::Usual(right)) => left.cmp(written(right).as_str()),
        }
    }

    fn find_shape(&self, wanted: Shape<'_>) -> Option<u32> {
        let hash = hash(&self.hasher, wanted);
        self.index[part(hash)].find(hash, |row| shape_of(&self.bytes, &self.odd, *row) == wanted).copied()
    }
}

/// The part of the index for a hash, by the bits that the tables themselves use least.
fn part(hash: u64) -> usize {
    (hash >> 40) as usize % PARTS
}

fn shape_of<'a>(bytes: &[[u8; 16]], odd: &'a HashMap<u32, Box<str>>, row: u32) -> Shape<'a> {
    let bytes = bytes[row as usize];
    if bytes == [0; 16]
        && let Some(text) = odd.get(&row)
    {
        return Shape::Odd(text);
    }
    Shape::Usual(bytes)
}

fn hash_row(hasher: &DefaultHashBuilder, bytes: &[[u8; 16]], odd: &HashMap<u32, Box<str>>, row: u32) -> u64 {
    hash(hasher, shape_of(bytes, odd, row))
}

fn hash(hasher: &DefaultHashBuilder, shape: Shape<'_>) -> u64 {
    match shape {
        Shape::Usual(bytes) => hasher.hash_one(u128::from_le_bytes(bytes)),
        Shape::Odd(text) => hasher.hash_one(text),
    }
}

fn shape(id: &str) -> Shape<'_> {
    usual(id).map_or(Shape::Odd(id), Shape::Usual)
}

fn usual(id: &str) -> Option<[u8; 16]> {
    let uuid: &[u8; 36] = id.strip_prefix(PREFIX)?.as_bytes().try_into().ok()?;
    if DASHES.iter().any(|&at| uuid[at] != b'-') {
        return None;
    }
    let mut digits = uuid.iter().enumerate().filter(|(at, _)| !DASHES.contains(at)).map(|(_, digit)| digit_value(*digit));
    let mut bytes = [0; 16];
    for byte in &mut bytes {
        *byte = digits.next()?? << 4 | digits.next()??;
    }
    Some(bytes)
}

/// Upper case is another shape: the id must come out as it went in.
fn digit_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn written(bytes: [u8; 16]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(PREFIX.len() + 36);
    out.push_str(PREFIX);
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("message_7c1e0b44-2f14-4b1e-9a55-0123456f9b02", true)]
    #[case("message_00000000-0000-0000-0000-000000000000", true)]
    #[case("message_7C1E0B44-2f14-4b1e-9a55-0123456f9b02", false)]
    #[case("message_7c1e0b442-f14-4b1e-9a55-0123456f9b02", false)]
    #[case("batch_7c1e0b44-2f14-4b1e-9a55-0123456f9b02", false)]
    #[case("12345", false)]
    #[case("", false)]
    fn ids_come_out_as_they_went_in(#[case] id: &str, #[case] is_usual: bool) {
        assert_eq!(usual(id).is_some(), is_usual);
        let mut ids = Ids::default();
        let (row, is_new) = ids.find_or_add(id).unwrap();
        assert!(is_new);
        assert_eq!(ids.text(row), id);
        assert_eq!(ids.find_or_add(id), Some((row, false)));
    }

    #[test]
    fn a_row_that_is_free_is_used_again() {
        let mut ids = Ids::default();
        let names = ["message_7c1e0b44-2f14-4b1e-9a55-0123456f9b02", "odd", "message_00000000-0000-0000-0000-000000000000"];
        let rows = names.map(|id| ids.find_or_add(id).unwrap().0);
        ids.remove(rows[1]);
        ids.remove(rows[0]);
        assert_eq!((ids.len(), ids.find(names[0]), ids.find(names[1]), ids.find(names[2])), (1, None, None, Some(rows[2])));
        for id in ["odd", "message_7c1e0b44-2f14-4b1e-9a55-0123456f9b03"] {
            let (row, is_new) = ids.find_or_add(id).unwrap();
            assert!(is_new && rows[..2].contains(&row), "no room is taken");
            assert_eq!(ids.text(row), id);
        }
        assert_eq!(ids.len(), 3);
    }

    fn some_id() -> impl Strategy<Value = String> {
        prop_oneof![
            "message_[0-9a-f]{2}000000-0000-0000-0000-000000000000",
            "message_0[0-9A-F]000000-0000-0000-0000-000000000000",
            "[a-n0-9]{0,3}",
        ]
    }

    proptest! {
        #[test]
        fn rows_sort_as_their_texts_do(texts in prop::collection::vec(some_id(), 2..30)) {
            let mut ids = Ids::default();
            for text in &texts {
                ids.find_or_add(text);
            }
            for left in &texts {
                for right in &texts {
                    let row = ids.find(left).unwrap();
                    prop_assert_eq!(ids.compare(row, ids.find(right).unwrap()), left.cmp(right));
                    prop_assert_eq!(ids.compare_to(row, right), left.cmp(right));
                }
            }
        }
    }
}
