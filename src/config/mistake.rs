//! Where a value is in the file, and what is wrong with it there.

use std::fmt;

/// A value and where it is in the file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: usize,
    /// The character of that line where it begins, from 1.
    pub column: usize,
}

/// What a value should have been. The room that owns a value parses it and answers with this;
/// only the configuration knows where the value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// What is allowed, in words that fit after "expected ".
    pub expected: String,
    /// The allowed value nearest to what was written.
    pub nearest: Option<String>,
}

/// One mistake in the file. Its text never holds a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The character of that line, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What was expected; empty if there is nothing to say.
    pub expected: String,
    /// The nearest valid name or value.
    pub nearest: Option<String>,
}

impl<T> Located<T> {
    /// A value at its place.
    pub fn new(value: T, line: usize, column: usize) -> Self {
        Self { value, line, column }
    }

    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: change(self.value), line: self.line, column: self.column }
    }

    /// A mistake at this place.
    pub fn mistake(&self, what: impl Into<String>, expected: Expected) -> Mistake {
        Mistake { line: self.line, column: self.column, what: what.into(), expected: expected.expected, nearest: expected.nearest }
    }
}

impl Located<String> {
    /// The value as its room understands it, or the mistake at its place.
    ///
    /// # Errors
    /// The mistake, when `parse` does not accept the value.
    pub fn parse<U>(&self, parse: impl FnOnce(&str) -> Result<U, Expected>) -> Result<U, Mistake> {
        parse(&self.value).map_err(|expected| self.mistake(format!("`{}` is not valid here", shown(&self.value)), expected))
    }
}

impl Expected {
    /// An expectation without a nearest value.
    pub fn new(expected: impl Into<String>) -> Self {
        Self { expected: expected.into(), nearest: None }
    }

    /// One of some words, with the one nearest to what was written.
    pub fn one_of(written: &str, words: &[&str]) -> Self {
        Self { expected: listed(words), nearest: nearest(written, words.iter().copied()) }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}: {}", self.line, self.column, self.what)?;
        if !self.expected.is_empty() {
            write!(out, "; expected {}", self.expected)?;
        }
        if let Some(nearest) = &self.nearest {
            write!(out, "; did you mean `{nearest}`?")?;
        }
        Ok(())
    }
}

/// The candidate nearest to what was written; `None` if none is near.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Compared without case and with one kind of dash: `Read-Only` means `read_only`.
    let plain = |name: &str| name.to_lowercase().replace(['-', ' '], "_");
    let written = plain(written);
    candidates
        .into_iter()
        .map(|candidate| (similarity(&written, &plain(candidate)), candidate))
        .filter(|(similarity, _)| *similarity >= NEAR)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate.to_owned())
}

/// How similar two names are, from 0 to 1. A whole word of a longer name counts as very near: `url`
/// means `base_url`, although it has few of its letters.
fn similarity(written: &str, candidate: &str) -> f64 {
    let is_word = written.len() >= 3 && candidate.split(['_', '/']).any(|word| word == written);
    strsim::jaro_winkler(written, candidate).max(if is_word { NEAR } else { 0.0 })
}

/// The similarity from which a suggestion is useful. `prod` for `production` has 0.88, `tset` for `test`
/// 0.93, and words that have nothing in common but a letter or two stay below 0.7.
const NEAR: f64 = 0.75;

/// Words as a list for people: `` `a`, `b` or `c` ``.
pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", first.join(", "))
        }
    }
}

/// Whether a text contains the beginning of an API key: people paste keys into the wrong place, and a
/// mistake must not repeat them.
pub(super) fn holds_key(text: &str) -> bool {
    let text = text.to_lowercase();
    ["key_live_", "key_prod_", "key_test_"].iter().any(|prefix| text.contains(prefix))
}

/// A value as a mistake may quote it: harmless on a terminal, short, and not a key.
pub(crate) fn shown(value: &str) -> String {
    const LONGEST: usize = 60;
    if holds_key(value) {
        return "…".to_owned();
    }
    let clean = crate::delivery::clean_line(value);
    if clean.chars().count() <= LONGEST {
        return clean.into_owned();
    }
    let mut cut: String = clean.chars().take(LONGEST).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_one_line_with_its_place() {
        let written = Located::new("prodution".to_owned(), 4, 15);
        let mistake = written.parse(|text| Err::<(), _>(Expected::one_of(text, &["production", "test", "loadtest"]))).unwrap_err();
        assert_eq!(
            mistake.to_string(),
            "line 4, column 15: `prodution` is not valid here; expected `production`, `test` or `loadtest`; did you mean `production`?"
        );
    }

    #[test]
    fn the_nearest_name_is_found_or_nothing() {
        let names = ["name", "id", "read_only", "calls_per_second"];
        assert_eq!(nearest("Read-Only", names).as_deref(), Some("read_only"));
        assert_eq!(nearest("call_per_second", names).as_deref(), Some("calls_per_second"));
        assert_eq!(nearest("zzz", names), None);
    }

    #[test]
    fn what_a_mistake_quotes_is_harmless_and_short() {
        assert_eq!(shown("\u{1b}[2J"), "␛[2J");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 61);
        assert_eq!(shown("key_test_canary"), "…");
    }
}
