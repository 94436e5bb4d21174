//! What can be said about one value by itself.

use super::Variable;
use super::remark::{DraftField, Remark, advice, mistake};
use crate::delivery::{TemplatePart, agreeing, is_invisible, named, needs_cleaning, not_in_english, parts};

/// How many characters a sentence names.
const MOST_NAMED: usize = 4;

/// Whether a variable can have this name.
pub(super) fn is_name(name: &str) -> bool {
    let is_inside = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    name.starts_with(|letter: char| letter.is_ascii_lowercase()) && name.chars().all(is_inside)
}

/// What is wrong with a value.
pub(super) fn remarks(variable: Variable<'_>, is_english: bool) -> Vec<Remark> {
    let field = || DraftField::Value(variable.name.to_owned());
    let value = variable.value.unwrap_or_default();
    if value.trim().is_empty() {
        return vec![mistake(field(), if value.is_empty() { "needs a value" } else { "only spaces: it needs a value" })];
    }
    let mut remarks = Vec::new();
    remarks.extend(space(value).map(|words| mistake(field(), words)));
    // Nobody means to send these: they come along with pasted text.
    let unclean = value.chars().filter(|letter| *letter != '\n' && needs_cleaning(letter.encode_utf8(&mut [0; 4])));
    remarks.extend(distinct(unclean).first().map(|letter| mistake(field(), format!("{} cannot be sent: remove it", named(*letter)))));
    if let Some(TemplatePart::Variable(name)) = parts(value).find(|part| matches!(part, TemplatePart::Variable(_))) {
        let words = format!("\"{{{{{name}}}}}\" is not filled in inside a value: write the text itself");
        remarks.push(if is_english { mistake(field(), words) } else { advice(field(), words) });
    } else if is_english {
        remarks.extend(forbidden(value).map(|words| mistake(field(), words)));
    }
    remarks
}

/// What is at an end of the value that may not be there.
fn space(value: &str) -> Option<String> {
    let is_space = |letter: &char| letter.is_whitespace();
    match (value.chars().next().filter(is_space), value.chars().next_back().filter(is_space)) {
        (Some(first), Some(_)) => Some(format!("begins and ends with {}: remove both", named(first))),
        (Some(first), None) => Some(format!("begins with {}: remove it", named(first))),
        (None, Some(last)) => Some(format!("ends with {}: remove it", named(last))),
        (None, None) => None,
    }
}

fn forbidden(value: &str) -> Option<String> {
    let forbidden = distinct(not_in_english(value));
    let is_visible = forbidden.iter().any(|letter| !is_invisible(*letter));
    // A digit in a box is a digit with a mark that cannot be seen.
    let (what, number) = if is_visible { listed(&forbidden, named) } else { ("an emoji".to_owned(), 1) };
    (!forbidden.is_empty()).then(|| format!("{what} {} not allowed in English texts", agreeing(number, "is", "are")))
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
