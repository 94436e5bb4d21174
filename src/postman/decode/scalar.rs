//! Strings, numbers and times as they appear in answers. Strings are cleaned here, once.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::de::MapAccess;

use super::lenient::{Lenient, read_leniently};
use super::time::timestamp;
use crate::delivery::{Reported, clean, clean_line};

/// A string of one line, cleaned.
#[derive(Default)]
pub(super) struct OneLine<'a>(pub Reported<Cow<'a, str>>);

/// A string that may have several lines, cleaned.
#[derive(Default)]
pub(super) struct ManyLines<'a>(pub Reported<Cow<'a, str>>);

/// An id or a cursor, exactly as received: it goes back to the server and must not change.
#[derive(Default)]
pub(super) struct Opaque<'a>(pub Reported<Cow<'a, str>>);

/// A whole number.
#[derive(Default)]
pub(super) struct Number(pub Reported<u32>);

/// A yes or no.
#[derive(Default)]
pub(super) struct Flag(pub Reported<bool>);

/// A time.
#[derive(Default)]
pub(super) struct Time(pub Reported<Timestamp>);

/// An object of strings, in the order received, each name once.
#[derive(Default)]
pub(super) struct Values<'a>(pub Reported<Vec<(Cow<'a, str>, Cow<'a, str>)>>);

impl OneLine<'_> {
    /// The text, if one was given.
    pub fn reported(&self) -> Reported<&str> {
        self.0.as_ref().map(AsRef::as_ref)
    }
}

impl ManyLines<'_> {
    /// The text, if one was given.
    pub fn reported(&self) -> Reported<&str> {
        self.0.as_ref().map(AsRef::as_ref)
    }
}

impl Opaque<'_> {
    /// The text, if one was given.
    pub fn reported(&self) -> Reported<&str> {
        self.0.as_ref().map(AsRef::as_ref)
    }
}

impl<'de> Lenient<'de> for OneLine<'de> {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn text(text: &str) -> Self {
        Self(Reported::Value(Cow::Owned(clean_line(text).into_owned())))
    }

    fn borrowed(text: &'de str) -> Self {
        Self(Reported::Value(if is_plain(text) { Cow::Borrowed(text) } else { clean_line(text) }))
    }
}

impl<'de> Lenient<'de> for ManyLines<'de> {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn text(text: &str) -> Self {
        Self(Reported::Value(Cow::Owned(clean(text).into_owned())))
    }

    fn borrowed(text: &'de str) -> Self {
        Self(Reported::Value(if is_plain(text) { Cow::Borrowed(text) } else { clean(text) }))
    }
}

/// Whether a JSON string without escapes needs no cleaning. JSON has no control characters outside escapes, so only
/// DEL and non-ASCII characters could be harmful; both checks work a word at a time.
fn is_plain(text: &str) -> bool {
    text.is_ascii() && memchr::memchr(0x7f, text.as_bytes()).is_none()
}

impl<'de> Lenient<'de> for Opaque<'de> {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn text(text: &str) -> Self {
        Self(Reported::Value(Cow::Owned(text.to_owned())))
    }

    fn borrowed(text: &'de str) -> Self {
        Self(Reported::Value(Cow::Borrowed(text)))
    }
}

impl<'de> Lenient<'de> for Number {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn number(number: u64) -> Self {
        Self(u32::try_from(number).ok().into())
    }
}

impl<'de> Lenient<'de> for Flag {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn flag(flag: bool) -> Self {
        Self(Reported::Value(flag))
    }
}

impl<'de> Lenient<'de> for Time {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn text(text: &str) -> Self {
        Self(timestamp(text).into())
    }
}

impl<'de> Lenient<'de> for Values<'de> {
    fn null() -> Self {
        Self(Reported::Null)
    }

    fn object<A: MapAccess<'de>>(mut entries: A) -> Result<Self, A::Error> {
        let mut values: Vec<(Cow<'de, str>, Cow<'de, str>)> = Vec::new();
        while let Some((OneLine(name), Value(value))) = entries.next_entry::<OneLine<'de>, Value<'de>>()? {
            if let (Some(name), Some(value)) = (name.value(), value) {
                values.push((name, value));
            }
        }
        Ok(Self(Reported::Value(each_name_once(values))))
    }
}

/// Of a repeated name the last value counts, as everywhere in JSON.
fn each_name_once<'a>(mut values: Vec<(Cow<'a, str>, Cow<'a, str>)>) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    // A template has a few variables; only a hostile answer has enough to make a quadratic search hurt, and then a
    // table is used.
    let twice = if values.len() <= 32 {
        values.iter().enumerate().any(|(index, (name, _))| values[..index].iter().any(|(earlier, _)| earlier == name))
    } else {
        true
    };
    if twice {
        let mut seen = std::collections::HashSet::new();
        values.reverse();
        values.retain(|(name, _)| seen.insert(name.clone()));
        values.reverse();
    }
    values
}

/// A value of a template's variable: a string according to the reference; numbers and booleans are taken as written,
/// anything else is left out.
#[derive(Default)]
struct Value<'a>(Option<Cow<'a, str>>);

impl<'de> Lenient<'de> for Value<'de> {
    fn flag(flag: bool) -> Self {
        Self(Some(flag.to_string().into()))
    }

    fn number(number: u64) -> Self {
        Self(Some(number.to_string().into()))
    }

    fn other_number(number: impl fmt::Display) -> Self {
        Self(Some(number.to_string().into()))
    }

    fn text(text: &str) -> Self {
        Self(ManyLines::text(text).0.value())
    }

    fn borrowed(text: &'de str) -> Self {
        Self(ManyLines::borrowed(text).0.value())
    }
}

read_leniently!(OneLine<'de>, ManyLines<'de>, Opaque<'de>, Number, Flag, Time, Values<'de>, Value<'de>);
