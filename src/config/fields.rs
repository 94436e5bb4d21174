//! Reading typed fields from a table, with a mistake for each that does not fit.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::mistake::shown;
use super::read::position_at_end;
use super::{Expected, Located, Mistake, nearest};

/// The text being read and the mistakes found in it.
pub(super) struct FieldReader<'t> {
    text: &'t str,
    mistakes: Vec<Mistake>,
}

impl<'t> FieldReader<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, mistakes: Vec::new() }
    }

    /// The mistakes in the order of the file.
    pub fn into_mistakes(mut self) -> Vec<Mistake> {
        self.mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        self.mistakes
    }

    /// How many mistakes were found so far.
    pub fn found(&self) -> usize {
        self.mistakes.len()
    }

    pub fn located<T>(&self, value: T, span: Range<usize>) -> Located<T> {
        let at = span.start.min(self.text.len());
        let (line, column) = position_at_end(self.text.get(..at).unwrap_or_default());
        Located::new(value, line, column)
    }

    pub fn mistake(&mut self, span: Range<usize>, what: impl Into<String>, expected: Expected) {
        let mistake = self.located((), span).mistake(what, expected);
        self.mistakes.push(mistake);
    }

    /// The value; `None` after its mistake is noted.
    pub fn keep<T>(&mut self, value: Result<T, Mistake>) -> Option<T> {
        value.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// A table's entries in the order of the file; the table itself is sorted by name.
    pub fn in_order<'a, 'i>(&self, table: &'a DeTable<'i>) -> Vec<(&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>)> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        entries
    }

    /// Notes every name that is not among the known ones.
    pub fn only(&mut self, table: &DeTable<'_>, known: &[&str], kind: &str) {
        for (name, _) in self.in_order(table) {
            let written: &str = name.get_ref();
            if !known.contains(&written) {
                let expected = Expected { expected: super::mistake::listed(known), nearest: nearest(written, known.iter().copied()) };
                self.mistake(name.span(), format!("`{}` is not {kind}", shown(written)), expected);
            }
        }
    }

    pub fn string(&mut self, table: &DeTable<'_>, name: &str, expected: &str) -> Option<Located<String>> {
        let value = field(table, name)?;
        match value.get_ref() {
            DeValue::String(text) => Some(self.located(text.to_string(), value.span())),
            other => self.unfit(name, value.span(), other, expected),
        }
    }

    pub fn boolean(&mut self, table: &DeTable<'_>, name: &str) -> Option<bool> {
        let value = field(table, name)?;
        match value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            other => self.unfit(name, value.span(), other, "`true` or `false`, without quotes"),
        }
    }

    pub fn integer(&mut self, table: &DeTable<'_>, name: &str, range: RangeInclusive<u32>) -> Option<u32> {
        let value = field(table, name)?;
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let DeValue::Integer(digits) = value.get_ref() else {
            return self.unfit(name, value.span(), value.get_ref(), &expected);
        };
        let number = u32::from_str_radix(digits.as_str(), digits.radix()).ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.mistake(value.span(), format!("`{name}` is {digits}"), Expected::new(expected));
        }
        number
    }

    pub fn number(&mut self, table: &DeTable<'_>, name: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = field(table, name)?;
        let expected = format!("a number from {} to {}", range.start(), range.end());
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix()).ok().map(|number| number as f64),
            DeValue::Float(digits) => digits.as_str().parse().ok(),
            other => return self.unfit(name, value.span(), other, &expected),
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let written = self.text.get(value.span()).unwrap_or("out of range");
            let what = format!("`{name}` is {}", shown(written));
            self.mistake(value.span(), what, Expected::new(expected));
        }
        number
    }

    /// A duration in quotes, such as `"72h"`.
    pub fn duration(&mut self, table: &DeTable<'_>, name: &str) -> Option<Duration> {
        let text = self.string(table, name, DURATION)?;
        self.keep(text.parse(parse_duration))
    }

    /// A share in percent in quotes, such as `"2%"`, as a number from 0 to 1.
    pub fn percent(&mut self, table: &DeTable<'_>, name: &str) -> Option<f64> {
        let text = self.string(table, name, PERCENT)?;
        self.keep(text.parse(parse_percent))
    }

    /// A table of this name.
    pub fn table<'a, 'i>(&mut self, table: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
        let value = field(table, name)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            other => self.unfit(name, value.span(), other, &format!("a table, `[{name}]`")),
        }
    }

    /// The tables of an array of this name.
    pub fn tables<'a, 'i>(&mut self, table: &'a DeTable<'i>, name: &str, header: &str) -> Option<&'a DeArray<'i>> {
        let value = field(table, name)?;
        match value.get_ref() {
            DeValue::Array(array) => Some(array),
            other => {
                // The header's name says where; the value's span can be the whole section.
                let at = table.keys().find(|key| key.get_ref() == name).map_or_else(|| value.span(), Spanned::span);
                self.unfit(name, at, other, &format!("one table for each, `{header}`"))
            }
        }
    }

    /// A value of the wrong type.
    pub fn unfit<T>(&mut self, name: &str, span: Range<usize>, value: &DeValue<'_>, expected: &str) -> Option<T> {
        self.mistake(span, format!("`{name}` is {}", kind(value)), Expected::new(expected));
        None
    }
}

/// A table's value of this name.
pub(super) fn field<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> Option<&'a Spanned<DeValue<'i>>> {
    table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
}

/// A value's type with its article. Never the value: it could be a key in the wrong place.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

const DURATION: &str = "a duration in quotes, such as \"90s\", \"5m\", \"72h\" or \"3d\"";
const PERCENT: &str = "a share in quotes, above \"0%\" and up to \"100%\"";

/// A duration from parts such as `1h30m`; more than zero, and a hundred years at most.
///
/// # Errors
/// Anything else is an error that says what is expected.
pub fn parse_duration(text: &str) -> Result<Duration, Expected> {
    const LONGEST: u64 = 100 * 366 * 86_400;
    let mut seconds: u64 = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let unit = match after.chars().next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            _ => return Err(Expected::new(DURATION)),
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        seconds = part.and_then(|part| seconds.checked_add(part)).ok_or_else(|| Expected::new(DURATION))?;
        rest = &after[1..];
    }
    if (1..=LONGEST).contains(&seconds) { Ok(Duration::from_secs(seconds)) } else { Err(Expected::new(DURATION)) }
}

/// A share from a text such as `2%` or `0.5%`.
pub(super) fn parse_percent(text: &str) -> Result<f64, Expected> {
    let number = text.trim().strip_suffix('%').map(str::trim_end);
    let plain = |number: &&str| number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let percent: Option<f64> = number.filter(plain).and_then(|number| number.parse().ok());
    percent.filter(|percent| *percent > 0.0 && *percent <= 100.0).map(|percent| percent / 100.0).ok_or_else(|| Expected::new(PERCENT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("90s", Some(90))]
    #[case("5m", Some(300))]
    #[case("72h", Some(259_200))]
    #[case("3d", Some(259_200))]
    #[case("1h30m", Some(5400))]
    #[case("", None)]
    #[case("0s", None)]
    #[case("72", None)]
    #[case("h", None)]
    #[case("1.5h", None)]
    #[case("-5m", None)]
    #[case("5 m", None)]
    #[case("99999999999999999999d", None)]
    #[case("36601d", None)]
    fn durations(#[case] text: &str, #[case] seconds: Option<u64>) {
        assert_eq!(parse_duration(text).ok(), seconds.map(Duration::from_secs));
    }

    #[rstest]
    #[case("2%", Some(0.02))]
    #[case("0.5 %", Some(0.005))]
    #[case("100%", Some(1.0))]
    #[case("0%", None)]
    #[case("101%", None)]
    #[case("2", None)]
    #[case("nan%", None)]
    #[case("-1%", None)]
    fn shares(#[case] text: &str, #[case] share: Option<f64>) {
        assert_eq!(parse_percent(text).ok(), share);
    }
}
