//! What can be said about one value by itself, whether it was typed or is a cell of a file.

use crate::delivery::{TemplatePart, agreeing, is_invisible, named, needs_cleaning, not_in_english, parts};

/// How many characters a sentence names.
pub(super) const MOST_NAMED: usize = 4;

/// What takes the place of a character that was lost when text was saved in an encoding that does not have it.
const LOST: char = '\u{fffd}';

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ValueFault {
    /// There is none.
    Empty,
    /// There are only spaces.
    OnlySpaces,
    /// These are at its beginning and its end, where none may be.
    Spaces {
        /// At the beginning.
        first: Option<char>,
        /// At the end.
        last: Option<char>,
    },
    /// Nobody means to send it: it comes along with pasted text.
    Unsendable(char),
    /// A variable, which would be sent as it is. The value also has braces, then, which English texts cannot have.
    Placeholder(String),
    /// Not allowed in English texts; each once.
    Forbidden(Vec<char>),
}

impl ValueFault {
    /// The sentence about it.
    pub fn words(&self) -> String {
        match self {
            ValueFault::Empty => "needs a value".to_owned(),
            ValueFault::OnlySpaces => "only spaces: it needs a value".to_owned(),
            ValueFault::Spaces { first: Some(first), last: Some(_) } => format!("begins and ends with {}: remove both", named(*first)),
            ValueFault::Spaces { first: Some(first), last: None } => format!("begins with {}: remove it", named(*first)),
            ValueFault::Spaces { first: None, last } => format!("ends with {}: remove it", last.map_or_else(String::new, named)),
            ValueFault::Unsendable(LOST) => "\"\u{fffd}\" is in the place of a lost character: write the right one".to_owned(),
            ValueFault::Unsendable(letter) => format!("{} cannot be sent: remove it", named(*letter)),
            ValueFault::Placeholder(name) => format!("\"{{{{{name}}}}}\" is not filled in inside a value: write the text itself"),
            ValueFault::Forbidden(letters) => forbidden(letters),
        }
    }

    /// Whether a value with it may be sent in a language other than English.
    pub fn is_allowed_beyond_english(&self) -> bool {
        matches!(self, ValueFault::Placeholder(_))
    }
}

/// Whether a variable can have this name.
pub(super) fn is_name(name: &str) -> bool {
    let is_inside = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    name.starts_with(|letter: char| letter.is_ascii_lowercase()) && name.chars().all(is_inside)
}

/// What is wrong with a value.
pub(super) fn faults(value: &str, is_english: bool) -> Vec<ValueFault> {
    if is_plain(value) {
        return Vec::new();
    }
    if value.trim().is_empty() {
        return vec![if value.is_empty() { ValueFault::Empty } else { ValueFault::OnlySpaces }];
    }
    let mut faults = Vec::new();
    faults.extend(spaces(value));
    let is_unsendable = |letter: &char| *letter == LOST || (*letter != '\n' && needs_cleaning(letter.encode_utf8(&mut [0; 4])));
    // Those at the ends are spaces already.
    faults.extend(value.trim().chars().find(is_unsendable).map(ValueFault::Unsendable));
    if let Some(name) = placeholder(value) {
        faults.push(ValueFault::Placeholder(name.to_owned()));
    } else if is_english {
        let letters = distinct(not_in_english(value));
        faults.extend((!letters.is_empty()).then_some(ValueFault::Forbidden(letters)));
    }
    faults
}

/// Whether it has only letters, digits and signs that no rule is about. Nearly all values of a file are, so that they
/// cost one look at each byte.
fn is_plain(value: &str) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'Z' | b'_' | b'a'..=b'z' | b'\n');
    value.bytes().all(|byte| is_plain(&byte)) && spaces(value).is_none() && !value.is_empty()
}

/// The first variable in it.
fn placeholder(value: &str) -> Option<&str> {
    // Nearly no value has one, and taking each into its parts would be most of the work of a file.
    let mut parts = value.contains("{{").then(|| parts(value))?;
    parts.find_map(|part| if let TemplatePart::Variable(name) = part { Some(name) } else { None })
}

/// The spaces at its ends.
fn spaces(value: &str) -> Option<ValueFault> {
    let is_space = |letter: &char| letter.is_whitespace();
    let (first, last) = (value.chars().next().filter(is_space), value.chars().next_back().filter(is_space));
    (first.is_some() || last.is_some()).then_some(ValueFault::Spaces { first, last })
}

fn forbidden(letters: &[char]) -> String {
    let is_visible = letters.iter().any(|letter| !is_invisible(*letter));
    // A digit in a box is a digit with a mark that cannot be seen.
    let (what, number) = if is_visible { listed(letters, named) } else { ("an emoji".to_owned(), 1) };
    format!("{what} {} not allowed in English texts", agreeing(number, "is", "are"))
}

/// The characters, each once.
pub(super) fn distinct(letters: impl Iterator<Item = char>) -> Vec<char> {
    let mut distinct = Vec::new();
    for letter in letters {
        if !distinct.contains(&letter) {
            distinct.push(letter);
        }
    }
    distinct
}

/// Characters for a sentence, and how many they are, without those that only change their neighbours if there are
/// others.
pub(super) fn listed(letters: &[char], named: impl Fn(char) -> String) -> (String, usize) {
    let all: Vec<String> = letters.iter().map(|letter| named(*letter)).collect();
    let visible: Vec<String> = letters.iter().filter(|letter| !is_invisible(**letter)).map(|letter| named(*letter)).collect();
    let names = if visible.is_empty() { all } else { visible };
    let words = match names.as_slice() {
        [others @ .., last] if !others.is_empty() && names.len() <= MOST_NAMED => format!("{} and {last}", others.join(", ")),
        _ if names.len() > MOST_NAMED => format!("{} and {} more", names[..MOST_NAMED].join(", "), names.len() - MOST_NAMED),
        _ => names.concat(),
    };
    (words, names.len())
}
