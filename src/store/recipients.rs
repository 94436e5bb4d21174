//! Recipients, up to 15 bytes in place, which is enough for a phone or identity number.

use std::cmp::Ordering;

use hashbrown::HashMap;

use crate::delivery::{RecipientKind, RecipientQuery};

/// How many bytes fit in place.
const INLINE: usize = 15;

/// In the last byte instead of a length: the text is stored separately.
const ASIDE: u8 = 0xfe;

/// In the last byte instead of a length: no recipient was given.
const NOT_REPORTED: u8 = 0xff;

/// The sort key of rows without a recipient.
pub const NOT_REPORTED_KEY: u128 = u128::MAX;

/// The recipients of all rows.
#[derive(Default)]
pub struct Recipients {
    rows: Vec<[u8; INLINE + 1]>,
    long: HashMap<u32, Box<str>>,
    /// Whether any of them ever contained more than letters and digits.
    any_odd: bool,
}

impl Recipients {
    /// Adds a row without a recipient.
    pub fn push(&mut self) {
        self.rows.push(mark(NOT_REPORTED));
    }

    /// A row's recipient.
    pub fn get(&self, row: usize) -> Option<&str> {
        let packed = &self.rows[row];
        match packed[INLINE] {
            NOT_REPORTED => None,
            ASIDE => self.long.get(&(row as u32)).map(|text| &**text),
            len => std::str::from_utf8(&packed[..usize::from(len)]).ok(),
        }
    }

    /// Replaces a row's recipient.
    pub fn set(&mut self, row: usize, text: Option<&str>) {
        self.any_odd |= text.is_some_and(is_odd);
        let was_aside = self.rows[row][INLINE] == ASIDE;
        self.rows[row] = match text {
            None => mark(NOT_REPORTED),
            Some(text) if text.len() > INLINE => {
                self.long.insert(row as u32, text.into());
                mark(ASIDE)
            }
            Some(text) => {
                let mut packed = mark(text.len() as u8);
                packed[..text.len()].copy_from_slice(text.as_bytes());
                packed
            }
        };
        if was_aside && self.rows[row][INLINE] != ASIDE {
            self.long.remove(&(row as u32));
        }
    }

    /// The sort key of recipients, ordered like text, rows without one last. Long texts with the same beginning share
    /// a key, all others have one of their own.
    pub fn sort_key(&self, row: usize) -> u128 {
        let mut key = self.rows[row];
        match key[INLINE] {
            NOT_REPORTED => return NOT_REPORTED_KEY,
            ASIDE => key[..INLINE].copy_from_slice(&self.get(row).map_or([0; INLINE], |text| {
                let mut start = [0; INLINE];
                start.iter_mut().zip(text.bytes()).for_each(|(index, byte)| *index = byte);
                start
            })),
            _ => {}
        }
        u128::from_be_bytes(key)
    }

    /// Compares the texts of two long recipients, which can share a key; all others count as equal.
    pub fn compare_long(&self, left: usize, right: usize) -> Ordering {
        let is_long = |row: usize| self.rows[row][INLINE] == ASIDE;
        if is_long(left) && is_long(right) { self.get(left).cmp(&self.get(right)) } else { Ordering::Equal }
    }

    /// The ranks of the long recipients' texts, by row; equal ones share a rank.
    pub fn long_ranks(&self) -> HashMap<usize, u32> {
        let mut texts: Vec<&str> = self.long.values().map(|text| &**text).collect();
        texts.sort_unstable();
        texts.dedup();
        let rank = |text: &str| texts.binary_search(&text).unwrap_or_default() as u32;
        self.long.iter().map(|(row, text)| (*row as usize, rank(text))).collect()
    }

    /// How many other rows have the same recipient; `None` where none was given.
    pub fn others_like(&self, row: usize) -> Option<usize> {
        let packed = &self.rows[row];
        let like = match packed[INLINE] {
            NOT_REPORTED => return None,
            ASIDE => {
                let text = self.get(row)?;
                self.long.values().filter(|other| ***other == *text).count()
            }
            _ => self.rows.iter().filter(|other| *other == packed).count(),
        };
        Some(like - 1)
    }

    /// Whether a row's recipient contains the search, by [`RecipientQuery::found_in`].
    pub fn holds(&self, row: usize, wanted: &Needle) -> bool {
        let packed = &self.rows[row];
        match packed[INLINE] {
            NOT_REPORTED => false,
            ASIDE => self.get(row).is_some_and(|text| wanted.query.found_in(text).is_some()),
            len if wanted.found_in(u128::from_le_bytes(*packed), usize::from(len)) => true,
            _ => self.any_odd && self.get(row).is_some_and(|text| is_odd(text) && wanted.query.found_in(text).is_some()),
        }
    }
}

/// Whether there is anything between its digits, or they are of another script.
fn is_odd(text: &str) -> bool {
    text.bytes().any(|byte| !byte.is_ascii_alphanumeric())
}

fn mark(sign: u8) -> [u8; INLINE + 1] {
    let mut packed = [0; INLINE + 1];
    packed[INLINE] = sign;
    packed
}

/// Whether a number is known not to be of Singapore, by [`RecipientKind::of`].
pub fn is_abroad(text: Option<&str>) -> bool {
    text.is_some_and(|text| RecipientKind::of(text) == RecipientKind::Abroad)
}

/// Every byte's highest bit: never set in ASCII text.
const HIGH_BITS: u128 = u128::from_le_bytes([0x80; 16]);

/// The search, prepared for comparison with a whole recipient at once.
#[derive(Debug, Clone)]
pub struct Needle {
    query: RecipientQuery,
    bytes: u128,
    mask: u128,
    has_letters: bool,
}

impl Needle {
    /// Prepares a query.
    pub fn new(query: &RecipientQuery) -> Self {
        let text = query.as_str().as_bytes();
        let mut bytes = [0; 16];
        let mut mask = [0; 16];
        for (at, byte) in text.iter().take(16).enumerate() {
            bytes[at] = *byte;
            mask[at] = 0xff;
        }
        Self {
            query: query.clone(),
            bytes: u128::from_le_bytes(bytes),
            mask: u128::from_le_bytes(mask),
            has_letters: text.iter().any(u8::is_ascii_alphabetic),
        }
    }

    fn found_in(&self, packed: u128, len: usize) -> bool {
        let wanted = self.query.as_str().len();
        // The last byte is the length, not text.
        let mut text = packed & (u128::MAX >> 8);
        if wanted == 0 || wanted > len || text & HIGH_BITS != 0 {
            return false;
        }
        if self.has_letters {
            text = u128::from_le_bytes(text.to_le_bytes().map(|byte| byte.to_ascii_uppercase()));
        }
        (wanted..=len).any(|_| {
            let is_here = text & self.mask == self.bytes;
            text >>= 8;
            is_here
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn recipients_come_out_as_they_went_in() {
        let mut recipients = Recipients::default();
        recipients.push();
        assert_eq!(recipients.get(0), None);
        for text in [Some("6580001234"), Some(""), Some("a recipient longer than a number"), Some("123456789012345"), None, Some("您好")]
        {
            recipients.set(0, text);
            assert_eq!(recipients.get(0), text);
            assert_eq!(recipients.long.len(), usize::from(text.is_some_and(|text| text.len() > INLINE)));
        }
    }

    #[test]
    fn the_others_with_a_recipient_are_counted() {
        let mut recipients = Recipients::default();
        let long = "a recipient longer than a number";
        let texts = [Some("6580001234"), None, Some(long), Some("65800012345"), Some("6580001234"), None, Some(long), Some("6580001234")];
        for (row, text) in texts.into_iter().enumerate() {
            recipients.push();
            recipients.set(row, text);
        }
        let others: Vec<_> = (0..texts.len()).map(|row| recipients.others_like(row)).collect();
        assert_eq!(others, [Some(2), None, Some(1), Some(0), Some(2), None, Some(1), Some(2)]);
    }

    proptest! {
        #[test]
        fn the_quick_search_finds_what_the_plain_one_finds(
            text in prop_oneof!["[0-2]{0,20}", "[STa-c][0-2]{7}[A-Ca-c]", "[0-2é +-]{0,9}", "[0-2٠१]{0,5}"],
            query in prop_oneof!["[0-2]{0,4}", "[a-cST][0-2]{0,2}", "[1-2][0-2]{13,14}"],
        ) {
            let query = RecipientQuery::parse(&query).unwrap();
            let mut recipients = Recipients::default();
            recipients.push();
            recipients.set(0, Some(&text));
            prop_assert_eq!(recipients.holds(0, &Needle::new(&query)), query.found_in(&text).is_some());
        }
    }
}
