//! Strings, numbers and times as they appear in answers. Strings are cleaned here, once.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::de::MapAccess;

use super::lenient::{Lenient, read_leniently};
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

/// The time in a text; `None` if it is not one. `2026-11-22T14:02:13.123+08:00` and the like are parsed by hand (a
/// page has ten thousand of them), everything else by jiff.
fn timestamp(text: &str) -> Option<Timestamp> {
    usual_form(text.as_bytes()).or_else(|| text.parse().ok())
}

fn usual_form(text: &[u8]) -> Option<Timestamp> {
    let (clock, rest) = text.split_at_checked(19)?;
    if clock[4] != b'-' || clock[7] != b'-' || clock[10] != b'T' || clock[13] != b':' || clock[16] != b':' {
        return None;
    }
    let (year, month, day) = (digits(&clock[..4])?, digits(&clock[5..7])?, digits(&clock[8..10])?);
    let (hour, minute, second) = (digits(&clock[11..13])?, digits(&clock[14..16])?, digits(&clock[17..19])?);
    // Leap seconds and impossible dates are left to jiff; the month's last days too.
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) && !is_late_day(year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanosecond, zone) = match rest {
        [b'.', a, b, c, zone @ ..] => (digits(&[*a, *b, *c])? * 1_000_000, zone),
        zone => (0, zone),
    };
    let offset = match zone {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours * 3600 + minutes * 60);
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let seconds = days_since_1970(year, month, day) * 86_400 + i64::from(hour * 3600 + minute * 60 + second) - offset;
    Timestamp::new(seconds, nanosecond).ok()
}

fn digits(text: &[u8]) -> Option<i32> {
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0')))
}

fn is_late_day(year: i32, month: i32, day: i32) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (29..=last).contains(&day)
}

/// Days of the Gregorian calendar, counted in years that begin in March, so that the leap day is
/// the last one.
fn days_since_1970(year: i32, month: i32, day: i32) -> i64 {
    let year = i64::from(if month <= 2 { year - 1 } else { year });
    let day_of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2026-11-22T14:02:13.123+08:00")]
    #[case("2026-11-22T06:02:13.123Z")]
    #[case("2026-11-22T06:02:13Z")]
    #[case("2024-02-29T23:59:59.999-11:30")]
    #[case("2026-11-22T06:02:13.123456Z")]
    #[case("2026-11-22 06:02:13Z")]
    #[case("2026-12-31T23:59:60Z")]
    fn times_of_either_form(#[case] text: &str) {
        assert_eq!(timestamp(text), Some(text.parse().unwrap()));
    }

    #[rstest]
    #[case("2026-11-22")]
    #[case("2026-02-29T00:00:00Z")]
    #[case("2026-13-01T00:00:00Z")]
    #[case("2026-11-22T24:00:00Z")]
    #[case("2026-11-22T06:02:13.123")]
    #[case("yesterday")]
    #[case("")]
    #[case("２０26-11-22T06:02:13Z")]
    fn texts_that_tell_no_time(#[case] text: &str) {
        assert_eq!(timestamp(text), None);
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_the_long_one(second in 0i64..4_102_444_800, milli in 0i32..1000) {
            let time = Timestamp::new(second, milli * 1_000_000).unwrap();
            let text = format!("{time:.3}");
            prop_assert_eq!(usual_form(text.as_bytes()), Some(time), "{}", text);
        }

        #[test]
        fn whatever_is_read_by_hand_jiff_reads_alike(text in "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{3})?(Z|[+-][0-2][0-9]:[0-5][0-9])") {
            if let Some(time) = usual_form(text.as_bytes()) {
                prop_assert_eq!(text.parse::<Timestamp>().ok(), Some(time), "{}", text);
            }
        }
    }
}
