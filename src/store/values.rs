//! The values that fill a template, in a few bytes per message.
//!
//! Places, days and times repeat from message to message, names and references do not. A repeated text is stored once
//! and given by a number; a new one is stored with the message itself.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use super::names::Interned;
use super::names::SharedValues;
use super::varint;
use crate::delivery::Row;

/// The most texts that are stored once: with their index they take a megabyte.
const MOST: usize = 1 << 14;

/// Shorter ones take no more room in the message itself than their number would.
const SHORTEST: usize = 3;

/// Longer ones hardly ever repeat.
const LONGEST: usize = 64;

/// How many texts are remembered as having come once.
const REMEMBERED: usize = 1 << 15;

/// Texts that repeated.
#[derive(Default)]
pub struct Repeated {
    texts: Interned<Box<str>>,
    /// A part of the hash of texts that came once, at an index given by another part. Later ones overwrite earlier
    /// ones, so that names by the million do not fill it up.
    once: Vec<u16>,
    hasher: DefaultHashBuilder,
}

impl Repeated {
    /// The number of a text that came before.
    fn number(&mut self, text: &str) -> Option<u32> {
        if !(SHORTEST..=LONGEST).contains(&text.len()) {
            return None;
        }
        let hash = self.hasher.hash_one(text);
        let known = self.texts.find(hash, |known| **known == *text);
        if known.is_some() || self.texts.iter().len() >= MOST {
            return known;
        }
        self.once.resize(REMEMBERED, 0);
        let came = &mut self.once[hash as usize % REMEMBERED];
        // Zero is none.
        let sign = (hash >> 48) as u16 | 1;
        let is_new = std::mem::replace(came, sign) != sign;
        (!is_new).then(|| self.texts.find_or_add(hash, |known| **known == *text, || text.into()))
    }

    fn write(&mut self, out: &mut Vec<u8>, text: &str) {
        match self.number(text) {
            Some(number) => varint::write(out, u64::from(number) << 1 | 1),
            None => {
                varint::write(out, (text.len() as u64) << 1);
                out.extend_from_slice(text.as_bytes());
            }
        }
    }

    fn read<'a>(&'a self, bytes: &mut &'a [u8]) -> &'a str {
        let head = varint::read(bytes);
        if head & 1 == 1 {
            return self.texts.get((head >> 1) as u32).map_or("", |text| text);
        }
        varint::take_text(bytes, (head >> 1) as usize)
    }
}

/// Packs names and values; nothing at all for "not given".
pub fn pack(out: &mut Vec<u8>, row: Row<'_>, names: &mut SharedValues) {
    let Some(values) = row.values().value() else { return };
    let number = names.value_names(|| row.values().value().into_iter().flatten().map(|(name, _)| name));
    varint::write(out, u64::from(number));
    for (_, value) in values {
        names.repeated.write(out, value);
    }
}

/// The packed names and values one by one.
pub fn unpack<'a>(mut bytes: &'a [u8], names: &'a SharedValues) -> Option<impl ExactSizeIterator<Item = (&'a str, &'a str)> + Clone> {
    let value_names = names.value_names_of(varint::read(&mut bytes) as u32)?;
    Some(value_names.iter().map(move |name| (&**name, names.repeated.read(&mut bytes))))
}

/// The packed value of a name.
pub fn value_of<'a>(bytes: &'a [u8], names: &'a SharedValues, wanted: &str) -> Option<&'a str> {
    unpack(bytes, names)?.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(repeated: &mut Repeated, text: &str) -> usize {
        let mut out = Vec::new();
        repeated.write(&mut out, text);
        let mut bytes = &out[..];
        assert_eq!(repeated.read(&mut bytes), text);
        assert!(bytes.is_empty());
        out.len()
    }

    #[test]
    fn a_text_that_comes_again_takes_a_number() {
        let mut repeated = Repeated::default();
        assert_eq!([0; 3].map(|_| written(&mut repeated, "Bedok Polyclinic")), [17, 1, 1]);
        assert_eq!([0; 3].map(|_| written(&mut repeated, "ok")), [3, 3, 3]);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(written(&mut repeated, &long), written(&mut repeated, &long));
    }

    #[test]
    fn what_never_comes_again_fills_nothing_up() {
        let mut repeated = Repeated::default();
        for number in 0..200_000 {
            written(&mut repeated, &format!("name {number}"));
        }
        assert!(repeated.texts.iter().len() < 2_000, "{}", repeated.texts.iter().len());
        written(&mut repeated, "8:30 am");
        assert!(written(&mut repeated, "8:30 am") <= 3);
    }

    proptest! {
        #[test]
        fn values_come_out_as_they_went_in(texts in prop::collection::vec("[a-c]{0,4}|.{0,70}", 0..200)) {
            let mut repeated = Repeated::default();
            let mut out = Vec::new();
            texts.iter().for_each(|text| repeated.write(&mut out, text));
            let mut bytes = &out[..];
            for text in &texts {
                prop_assert_eq!(repeated.read(&mut bytes), text);
            }
            prop_assert!(bytes.is_empty());
        }
    }
}
