//! The first row: what each column is, and what is wrong with its name.

use super::cells::RowTexts;
use super::kind::{Detail, MistakeKind};
use super::mistakes::{Column, Mistakes};
use super::row_check::form_mistake;
use super::rows::SEPARATORS;
use crate::action::value::is_name;
use crate::delivery::{KnownText, KnownTexts, LANGUAGES, agreeing, clean_line, counted};

/// What the first two columns are called.
const FIRST: [&str; 2] = ["recipient", "language"];

/// How much of a name is shown.
const LONGEST_NAME: usize = 40;

/// So many digits are a number, not a name.
const DIGITS_OF_A_NUMBER: usize = 6;

/// What to do about a mistake that is none with a new template.
const IF_CHANGED: &str = "If the template has changed since, send one message with it first, and check again";

/// What is in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Recipient,
    Language,
    /// The values of a variable.
    Value,
    /// Nothing that is known: it has no name.
    Unnamed,
}

/// The columns of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    /// The row that it is in: 1, unless there are empty rows before it.
    pub row: u32,
    /// The names for people; `column 4` where there is none.
    pub names: Vec<String>,
    pub roles: Vec<Role>,
    /// The columns whose names are those that are wanted, but for capital letters.
    pub in_other_case: Vec<usize>,
    /// Whether one of the languages of the API or a number is in it: then it is the first message.
    pub is_missing: bool,
}

/// What is known of the names that the template wants.
pub(super) struct Expected<'a> {
    texts: Vec<(&'a KnownText, Vec<&'a str>)>,
    agree: bool,
}

impl<'a> Expected<'a> {
    pub fn new(known: &'a KnownTexts) -> Self {
        let texts: Vec<(&KnownText, Vec<&str>)> = known.texts().map(|text| (text, text.variables().collect())).collect();
        let is_same = |one: &[&str], other: &[&str]| one.len() == other.len() && one.iter().all(|name| other.contains(name));
        let agree = texts.windows(2).all(|pair| is_same(&pair[0].1, &pair[1].1));
        Self { texts, agree }
    }

    /// Whether it is known which variables there are, the same in every language.
    pub fn agree(&self) -> bool {
        self.agree && !self.texts.is_empty()
    }

    /// The variables that some language has.
    pub fn names(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        for name in self.texts.iter().flat_map(|(_, names)| names) {
            if !names.contains(name) {
                names.push(*name);
            }
        }
        names
    }

    /// The languages whose text has a variable.
    pub fn languages_with(&self, name: &str) -> Vec<&'a str> {
        self.texts.iter().filter(|(_, names)| names.contains(&name)).map(|(text, _)| text.language.as_str()).collect()
    }

    /// What they are known from, and what to do if that is not true any more.
    fn told_by(&self) -> String {
        let show = agreeing(self.texts.len(), "shows", "show");
        format!("as the campaign's {} {show}. {IF_CHANGED}", self.newest())
    }

    /// What the length of a text is known from, in a sentence of its own, and what to do if that is not true any more.
    pub fn text_told_by(&self) -> String {
        let is = agreeing(self.texts.len(), "is that of", "are those of");
        let template = agreeing(self.texts.len(), "The template", "The templates");
        format!("{template} {is} the campaign's {}. {IF_CHANGED}", self.newest())
    }

    /// The messages that the texts are known from.
    fn newest(&self) -> String {
        let languages: Vec<&str> = self.texts.iter().map(|(text, _)| text.language.as_str()).collect();
        match languages.as_slice() {
            [only] => format!("newest {only} message"),
            [] => "messages".to_owned(),
            several => format!("newest messages in {}", in_words(several)),
        }
    }
}

impl Header {
    /// Reads the header, which is in this row.
    pub fn read(cells: &RowTexts<'_>, row: u32, known: &Expected<'_>, mistakes: &mut Mistakes) -> Self {
        let names: Vec<&str> = (0..cells.len()).map(|index| cells.text(index).trim()).collect();
        if is_message(&names) {
            mistakes.add(Some(row), None, MistakeKind::NoHeader, Detail::None, |_| {
                "the header is missing: the first row must be recipient,language and the names of the variables".to_owned()
            });
            let names: Vec<String> =
                (0..cells.len()).map(|index| FIRST.get(index).map_or_else(|| unnamed(index), |name| (*name).to_owned())).collect();
            let roles =
                (0..cells.len()).map(|index| [Role::Recipient, Role::Language].get(index).copied().unwrap_or(Role::Value)).collect();
            return Self { row, names, roles, in_other_case: Vec::new(), is_missing: true };
        }
        if let [only] = names.as_slice()
            && only.bytes().filter(|byte| SEPARATORS.contains(byte)).count() >= FIRST.len()
        {
            let column = Column { number: 0, name: &unnamed(0) };
            mistakes.add(Some(row), Some(column), MistakeKind::ColumnName, Detail::None, |_| {
                "all names are in one cell: is the whole row in quotes?".to_owned()
            });
            return Self { row, names: vec![unnamed(0)], roles: vec![Role::Unnamed], ..Self::default() };
        }
        let shown: Vec<String> = names.iter().enumerate().map(|(index, name)| shown(name, index)).collect();
        let in_other_case = in_other_case(&names, known);
        let header = Self { row, roles: roles(&names), names: shown, in_other_case, is_missing: false };
        for (index, name) in names.iter().enumerate() {
            header.check_name(cells, index, name, mistakes);
        }
        header.check_first(&names, mistakes);
        header.check_twice(&names, mistakes);
        if known.agree() {
            header.compare(&names, known, mistakes);
        }
        header
    }

    /// The column for a mistake.
    pub fn column(&self, index: usize) -> Option<Column<'_>> {
        Some(Column { number: u32::try_from(index).ok()?, name: self.names.get(index)? })
    }

    /// The first column with this name.
    pub fn of_variable(&self, name: &str) -> Option<usize> {
        let is_it = |index: &usize| match self.in_other_case.contains(index) {
            true => self.names[*index].eq_ignore_ascii_case(name),
            false => self.names[*index] == name,
        };
        (0..self.names.len()).filter(|index| self.roles[*index] == Role::Value).find(is_it)
    }

    fn check_name(&self, cells: &RowTexts<'_>, index: usize, name: &str, mistakes: &mut Mistakes) {
        let (row, column) = (self.row, self.column(index));
        if let Some((kind, detail)) = form_mistake(cells, index) {
            return mistakes.of_row(row, column, kind, detail);
        }
        let text = cells.text(index);
        if text != name {
            let is_removed = |letter: &char| letter.is_whitespace();
            let ends = Detail::Ends(text.chars().next().filter(is_removed), text.chars().next_back().filter(is_removed));
            mistakes.of_row(row, column, MistakeKind::Space, ends);
        }
        let expected = FIRST.get(index).copied().unwrap_or_default();
        let kind = if self.in_other_case.contains(&index) { MistakeKind::ColumnCase } else { MistakeKind::ColumnName };
        let words = if name.is_empty() {
            "no name: remove the column, or name it after a variable".to_owned()
        } else if is_name(name) {
            return;
        } else if is_name(&name.to_ascii_lowercase()) {
            format!("write it in lower-case letters: {}", name.to_ascii_lowercase())
        } else if !expected.is_empty() {
            return;
        } else {
            "names have lower-case letters, digits and _, and begin with a letter".to_owned()
        };
        mistakes.add(Some(row), column, kind, Detail::None, |_| words);
    }

    fn check_first(&self, names: &[&str], mistakes: &mut Mistakes) {
        for (index, (expected, place)) in FIRST.into_iter().zip(["first", "second"]).enumerate() {
            let is_it = |name: &&str| name.eq_ignore_ascii_case(expected);
            if names.get(index).is_some_and(is_it) {
                continue;
            }
            let found = names.iter().position(is_it);
            let words = match found {
                Some(found) => format!("must be the {place} column, and is column {}", found + 1),
                None => format!("missing: it must be the {place} column"),
            };
            let column = Column { number: index as u32, name: expected };
            mistakes.add(Some(self.row), Some(column), MistakeKind::FirstColumns, Detail::None, |_| words);
        }
    }

    fn check_twice(&self, names: &[&str], mistakes: &mut Mistakes) {
        let mut seen = hashbrown::HashMap::new();
        for (index, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let first = *seen.entry(*name).or_insert(index);
            if first != index {
                mistakes.add(Some(self.row), self.column(index), MistakeKind::ColumnTwice, Detail::None, |_| {
                    format!("appears twice: it is column {} as well", first + 1)
                });
            }
        }
    }

    /// Against the template, where all known texts have the same variables.
    fn compare(&self, names: &[&str], known: &Expected<'_>, mistakes: &mut Mistakes) {
        let expected = known.names();
        for (index, name) in names.iter().enumerate() {
            if self.roles[index] == Role::Value && is_name(name) && !expected.contains(name) {
                mistakes.add(Some(self.row), self.column(index), MistakeKind::ColumnUnknown, Detail::None, |_| {
                    format!("the template has no such variable, {}", known.told_by())
                });
            }
        }
        // Of a name in capital letters it has been said what is wrong with it.
        let is_there = |name: &&str| names.iter().any(|found| found.eq_ignore_ascii_case(name));
        for (number, name) in expected.into_iter().filter(|name| !is_there(name)).enumerate() {
            let column = Column { number: (names.len() + number) as u32, name };
            mistakes.add(Some(self.row), Some(column), MistakeKind::ColumnMissing, Detail::None, |_| {
                format!("missing: the template has this variable, {}", known.told_by())
            });
        }
    }
}

/// What separates the cells of a file, by its header: what it has most of, outside of quotes; a comma in doubt.
pub(super) fn separator_of(header: &[u8]) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let (mut is_quoted, mut may_open) = (false, true);
    for byte in header {
        let separator = SEPARATORS.iter().position(|separator| separator == byte).filter(|_| !is_quoted);
        if let Some(index) = separator {
            counts[index] += 1;
        }
        let is_quote = *byte == b'"';
        // Behind a separator a quote opens a cell; behind a quote that closed one, it is the second of two that mean one.
        (is_quoted, may_open) = (is_quoted != (is_quote && (is_quoted || may_open)), separator.is_some() || (is_quote && is_quoted));
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    counts.iter().position(|count| *count == most).map_or(b',', |index| SEPARATORS[index])
}

/// The separator that a first line names for Excel: `sep=;`.
pub(super) fn named_separator(line: &[u8]) -> Option<u8> {
    let line = std::str::from_utf8(line).ok()?.trim();
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line).trim_start();
    let separator = line.get(..4).filter(|name| name.eq_ignore_ascii_case("sep=")).and(line.get(4..))?;
    match separator.as_bytes() {
        [separator] if SEPARATORS.contains(separator) => Some(*separator),
        // The tab went with the spaces at the end.
        [] => Some(b'\t'),
        _ => None,
    }
}

/// Whether a line before the header is empty, whatever separates its cells.
pub(super) fn is_blank(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| line.chars().all(|letter| letter.is_whitespace() || matches!(letter, ',' | ';' | '|')))
}

/// Whether these are not names, but the cells of a message. Variables can have the names of languages, and names with many
/// digits.
fn is_message(names: &[&str]) -> bool {
    let is_number = |name: &&str| name.chars().filter(char::is_ascii_digit).count() >= DIGITS_OF_A_NUMBER;
    let is_language = |name: &&str| LANGUAGES.iter().any(|language| language.eq_ignore_ascii_case(name));
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let is_header = FIRST.into_iter().all(has);
    !is_header && names.iter().take(FIRST.len()).any(|name| is_number(name) || is_language(name))
}

/// The columns whose names are those of the API or of the template, but for capital letters, and which no other column has.
fn in_other_case(names: &[&str], known: &Expected<'_>) -> Vec<usize> {
    let expected = known.names();
    let is_in_other_case = |name: &str| {
        let is_it = |wanted: &&str| wanted.eq_ignore_ascii_case(name);
        !is_name(name)
            && FIRST.iter().chain(&expected).any(is_it)
            && names.iter().filter(|other| other.eq_ignore_ascii_case(name)).count() == 1
    };
    (0..names.len()).filter(|index| is_in_other_case(names[*index])).collect()
}

/// Names in a sentence: `english, malay and tamil`.
pub(super) fn in_words(names: &[&str]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}

fn unnamed(index: usize) -> String {
    format!("column {}", index + 1)
}

fn shown(name: &str, index: usize) -> String {
    if is_name(name) {
        return name.to_owned();
    }
    let name = clean_line(name);
    match name.char_indices().nth(LONGEST_NAME) {
        _ if name.is_empty() => unnamed(index),
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.into_owned(),
    }
}

/// What the columns are: by their names, and the first two by their place where no column has the name.
fn roles(names: &[&str]) -> Vec<Role> {
    let place = |index: usize| {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(FIRST[index]));
        let is_other = names.get(index).is_some_and(|name| name.eq_ignore_ascii_case(FIRST[1 - index]));
        named.or_else(|| (index < names.len() && !is_other && !names[index].is_empty()).then_some(index))
    };
    let (recipient, language) = (place(0), place(1));
    let role = |(index, name): (usize, &&str)| match index {
        _ if Some(index) == recipient => Role::Recipient,
        _ if Some(index) == language => Role::Language,
        _ if name.is_empty() => Role::Unnamed,
        _ => Role::Value,
    };
    names.iter().enumerate().map(role).collect()
}

/// What is said of a file that has another number of cells than its header.
pub(super) fn cells_words(cells: usize, columns: usize) -> String {
    let behind = if cells > columns { ": is a text with commas not in quotes?" } else { "" };
    format!("{}, and the header has {columns}{behind}", counted(cells, "cell"))
}
