//! What people type or paste to find a recipient, turned into the digits and letters to search for, or a reason why
//! that cannot be done.

mod spelling;

use std::fmt;
use std::ops::Range;

use super::calling_country;
use spelling::{crossed_out, of_a_spreadsheet};

pub(super) use spelling::fold;

/// What to search for: a part of a recipient, digits or the letters and digits of an NRIC.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct RecipientQuery(String);

/// Why the typed text cannot be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    /// `6.58E+09`.
    #[error("rounded by a spreadsheet: the last digits are lost")]
    Rounded,
    /// `6580001234.5`.
    #[error("a decimal fraction, not a phone number")]
    Fraction,
    /// `6580001234, 6580001235`.
    #[error("more than one number: search for one at a time")]
    Several,
    /// More digits than a number can have.
    #[error("longer than any phone number: 15 digits at most")]
    TooLong,
    /// `65∙∙∙∙1234`, where other numbers with this ending must not match.
    #[error("partly hidden: give the whole number, or only its visible digits")]
    Hidden,
    /// Letters that no NRIC has there, or only letters.
    #[error("neither an NRIC nor only digits")]
    Letters,
}

/// Whether a recipient contains what is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// No recipient was given, or its hidden part may contain it.
    Unknown,
}

/// The longest number there is, with its country code (ITU-T E.164).
const LONGEST: usize = 15;
/// From this many digits on, it is a whole number and not one group of it: local numbers have seven or more.
const WHOLE: usize = 7;
/// The most digits that an extension has.
const LONGEST_EXTENSION: usize = 6;
/// The most digits that a country code and an area code have together.
const LONGEST_CODES: usize = 6;
/// The words before an extension.
const EXTENSIONS: [&str; 4] = ["EXT", "EXTN", "EXTENSION", "X"];
/// International exit codes that are more than zeros, longest first: Australia, the carriers of Singapore, North
/// America.
const EXITS: [&str; 7] = ["0011", "001", "002", "008", "018", "019", "011"];
/// Signs for a hidden character, here and in other programs.
const HIDDEN: [char; 5] = ['∙', '•', '●', '*', '…'];

/// A piece of the typed text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Digits(String),
    /// Letters and digits like those of an NRIC.
    Nric(String),
    Letters(String),
    /// The beginning of a number.
    Plus,
    /// The possible beginning of an extension.
    Hash,
    /// A separator of two numbers, or of two groups of one.
    Comma,
}

impl RecipientQuery {
    /// How many characters a search needs before the server is asked: with fewer, nearly everything matches.
    pub const SHORTEST: usize = 3;

    /// What to search for: `+65 (0) 8000-1234 (mobile)` gives `6580001234`, `s1234` gives `S1234`, and an empty text
    /// nothing. A part of a number is as good as all of it. Dialled or hidden characters before the digits are left
    /// out; that can only widen the search, so the recipient with the whole number is found.
    ///
    /// # Errors
    /// If it cannot be a number, an NRIC or a part of one, or it is unclear which one is meant.
    pub fn parse(typed: &str) -> Result<Self, NotANumber> {
        let text = fold(typed).replace("(0)", " ").replace("[0]", " ").replace("%2B", "+").replace("%20", " ");
        let words = text.split_whitespace().map(of_a_spreadsheet).collect::<Result<Vec<_>, _>>()?;
        if begins_a_list(&words) {
            return Err(NotANumber::Several);
        }
        let mut longest = String::new();
        for part in words.join(" ").split(HIDDEN) {
            let visible = visible(&pieces(part)?)?;
            if visible.len() >= longest.len() {
                longest = visible;
            }
        }
        Ok(Self(longest))
    }

    /// The same for searches that must not become wider, because something is done to everything found.
    ///
    /// # Errors
    /// As [`RecipientQuery::parse`], and if a part is hidden.
    pub fn parse_open(typed: &str) -> Result<Self, NotANumber> {
        let query = Self::parse(typed)?;
        let is_hidden = fold(typed).split_whitespace().any(|word| crossed_out(word).contains(HIDDEN));
        if is_hidden { Err(NotANumber::Hidden) } else { Ok(query) }
    }

    /// The characters to search for.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is long enough to ask the server.
    pub fn is_askable(&self) -> bool {
        self.0.len() >= Self::SHORTEST
    }

    /// Whether several numbers can contain it: it is too short for a whole one.
    pub fn is_part(&self) -> bool {
        self.0.len() < if self.0.contains(|letter: char| letter.is_ascii_alphabetic()) { 9 } else { WHOLE }
    }

    /// Where the recipient's text contains it, whatever is between its digits.
    pub fn found_in(&self, recipient: &str) -> Option<Range<usize>> {
        if self.0.is_empty() {
            return None;
        }
        let (mut text, mut places) = (String::new(), Vec::new());
        for (at, letter) in recipient.char_indices() {
            for plain in fold(letter.encode_utf8(&mut [0; 4])).chars().filter(char::is_ascii_alphanumeric) {
                text.push(plain.to_ascii_uppercase());
                places.push(at..at + letter.len_utf8());
            }
        }
        let first = text.find(&self.0)?;
        Some(places.get(first)?.start..places.get(first + self.0.len() - 1)?.end)
    }

    /// Whether a recipient contains it, as far as can be seen.
    pub fn held_by(&self, recipient: Option<&str>) -> Held {
        let Some(recipient) = recipient.filter(|text| text.contains(|letter: char| letter.is_alphanumeric() || HIDDEN.contains(&letter)))
        else {
            return Held::Unknown;
        };
        if self.found_in(recipient).is_some() {
            return Held::Yes;
        }
        let letters: Vec<char> = crossed_out(&fold(recipient))
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || HIDDEN.contains(letter))
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let may_be = |(seen, wanted): (&char, char)| *seen == wanted || HIDDEN.contains(seen);
        let is_possible = letters.windows(self.0.len().max(1)).any(|window| window.iter().zip(self.0.chars()).all(may_be));
        if is_possible || letters.contains(&'…') { Held::Unknown } else { Held::No }
    }
}

impl fmt::Debug for RecipientQuery {
    /// Only the length: the text is a person's number.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RecipientQuery({} characters)", self.0.len())
    }
}

/// A key that identifies a recipient, however a server writes it: `+65 8000 1234` and `80001234` are the same.
pub fn recipient_key(written: &str) -> String {
    match RecipientQuery::parse(written) {
        Ok(RecipientQuery(digits)) if !digits.is_empty() && !written.contains(HIDDEN) => with_country(digits),
        _ => written.to_owned(),
    }
}

/// Whether a small number comes before a whole one, as in a list: `1. 80001234`, `#2 80001234`.
fn begins_a_list(words: &[String]) -> bool {
    let is_numbering = |word: &String| {
        let digits = word.trim_start_matches('#').trim_end_matches(['.', ')', ':']);
        digits.len() < word.len() && (1..=3).contains(&digits.len()) && digits != "65" && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let digits = |words: &[String]| words.iter().flat_map(|word| word.bytes()).filter(u8::is_ascii_digit).count();
    let index = words.iter().position(is_numbering);
    index.is_some_and(|index| digits(&words[..index]) == 0 && digits(&words[index + 1..]) >= WHOLE)
}

fn pieces(text: &str) -> Result<Vec<Piece>, NotANumber> {
    let (mut pieces, mut word) = (Vec::new(), String::new());
    let mut is_beside = false;
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_uppercase());
            continue;
        }
        match add_word(&mut pieces, &std::mem::take(&mut word)) {
            Err(NotANumber::Several) => is_beside = true,
            added => added?,
        }
        match letter {
            '+' => pieces.push(Piece::Plus),
            '#' => pieces.push(Piece::Hash),
            ',' | ';' | '/' | '|' | '&' | '@' | ':' | '=' | '?' => pieces.push(Piece::Comma),
            // Signs such as `²` and `Ⅷ`: which digits are meant is a guess.
            _ if letter.is_numeric() => return Err(NotANumber::Letters),
            _ if letter.is_alphabetic() => pieces.push(Piece::Letters(letter.to_string())),
            _ => {}
        }
    }
    match (is_beside, holds_whole(&pieces)) {
        (true, true) => Err(NotANumber::Several),
        (true, false) => Err(NotANumber::Letters),
        (false, _) => Ok(pieces),
    }
}

/// Whether the pieces contain the digits of a whole number.
fn holds_whole(pieces: &[Piece]) -> bool {
    pieces.iter().map(|piece| if let Piece::Digits(digits) = piece { digits.len() } else { 0 }).sum::<usize>() >= WHOLE
}

/// # Errors
/// [`NotANumber::Letters`] for a word that rules out a number, [`NotANumber::Several`] for one that can be next to a
/// number.
fn add_word(pieces: &mut Vec<Piece>, word: &str) -> Result<(), NotANumber> {
    let digits_from = word.find(|letter: char| letter.is_ascii_digit());
    match digits_from {
        None if word.is_empty() => {}
        None => pieces.push(Piece::Letters(word.to_owned())),
        Some(0) if word.bytes().all(|byte| byte.is_ascii_digit()) => pieces.push(Piece::Digits(word.to_owned())),
        Some(_) => match extended(word) {
            Some((number, extension)) if !number.is_empty() || !pieces.is_empty() => {
                pieces.extend([Piece::Digits(number.to_owned()), Piece::Letters("X".to_owned()), Piece::Digits(extension.to_owned())]);
            }
            _ if is_nric_part(word) => pieces.push(Piece::Nric(word.to_owned())),
            // An hour or a count: `5pm`, `2nd`.
            _ if is_counted(word) => return Err(NotANumber::Several),
            _ => return Err(NotANumber::Letters),
        },
    }
    Ok(())
}

/// A word that is a number with an extension, or an extension alone: `80001234x5`, `ext5`.
fn extended(word: &str) -> Option<(&str, &str)> {
    let (number, rest) = word.split_at(word.find(|letter: char| letter.is_ascii_alphabetic())?);
    let (letters, extension) = rest.split_at(rest.find(|letter: char| letter.is_ascii_digit())?);
    let is_one = (number.is_empty() || number.len() >= WHOLE) && EXTENSIONS.contains(&letters);
    (is_one && extension.bytes().all(|byte| byte.is_ascii_digit())).then_some((number, extension))
}

/// Whether a word is one or two digits and a unit.
fn is_counted(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&digits) && word.bytes().skip(digits).all(|letter| letter.is_ascii_alphabetic())
}

/// Whether an identity number (a letter, seven digits, a letter) can contain this.
fn is_nric_part(word: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphabetic();
    let behind = word.strip_prefix(is_letter);
    let digits = behind.unwrap_or(word);
    let before = digits.strip_suffix(is_letter);
    let digits = before.unwrap_or(digits);
    let is_fitting = if behind.is_some() && before.is_some() { digits.len() == 7 } else { digits.len() <= 7 };
    is_fitting && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What to search for, given pieces without hidden parts.
fn visible(pieces: &[Piece]) -> Result<String, NotANumber> {
    let nrics: Vec<&str> =
        pieces.iter().filter_map(|piece| if let Piece::Nric(nric) = piece { Some(nric.as_str()) } else { None }).collect();
    if !nrics.is_empty() || pieces.iter().any(|piece| matches!(piece, Piece::Letters(_))) {
        let spelled: String = pieces.iter().filter_map(Piece::text).collect();
        let is_one = |piece: &Piece| !matches!(piece, Piece::Letters(letters) if letters.len() != 1);
        // An NRIC in groups, or a part of one.
        if is_nric_part(&spelled) && pieces.iter().all(is_one) {
            return Ok(spelled);
        }
    }
    match (nrics.as_slice(), pieces.iter().any(|piece| matches!(piece, Piece::Digits(_)))) {
        ([], true) => number(pieces),
        ([], false) if pieces.iter().any(|piece| matches!(piece, Piece::Letters(_))) => Err(NotANumber::Letters),
        ([], false) => Ok(String::new()),
        ([nric], false) => Ok((*nric).to_owned()),
        _ if nrics.iter().all(|nric| nric.len() == 9) || holds_whole(pieces) => Err(NotANumber::Several),
        _ => Err(NotANumber::Letters),
    }
}

/// The one number among the pieces.
fn number(pieces: &[Piece]) -> Result<String, NotANumber> {
    // Each group as the runs in which its digits were written.
    let mut groups = vec![Vec::<String>::new()];
    let len = |group: &[String]| group.iter().map(String::len).sum::<usize>();
    let (mut is_international, mut only_commas, mut extension) = (false, true, false);
    for piece in pieces {
        let is_whole = groups.iter().any(|group| len(group) >= WHOLE);
        let last = groups.last_mut();
        let is_begun = last.as_ref().is_some_and(|group| !group.is_empty());
        match piece {
            Piece::Digits(digits) if extension && digits.len() <= LONGEST_EXTENSION => extension = false,
            Piece::Digits(digits) => last.into_iter().for_each(|group| group.push(digits.clone())),
            Piece::Hash if is_whole => extension = true,
            Piece::Letters(letters) if is_whole && EXTENSIONS.contains(&letters.as_str()) => extension = true,
            Piece::Plus | Piece::Comma | Piece::Letters(_) => {
                is_international |= *piece == Piece::Plus && !is_begun;
                if is_begun {
                    only_commas &= *piece == Piece::Comma;
                    groups.push(Vec::new());
                }
            }
            Piece::Hash | Piece::Nric(_) => {}
        }
    }
    groups.retain(|group| !group.is_empty());
    // The same number twice counts as one.
    let first = groups.first().map(|group| group.concat()).unwrap_or_default();
    let is_repeated = first.len() >= WHOLE && groups.iter().all(|group| group.concat() == first);
    groups.truncate(if is_repeated { 1 } else { groups.len() });
    let are_parts = only_commas && groups.iter().all(|group| len(group) < WHOLE);
    let runs = groups.concat();
    if (groups.len() > 1 && !are_parts) || !are_one_number(&runs, is_international) {
        return Err(NotANumber::Several);
    }
    let digits = runs.concat();
    let number = without_prefix(&digits, is_international);
    if number.len() > LONGEST { Err(NotANumber::TooLong) } else { Ok(number.to_owned()) }
}

/// Whether the digits, in the runs in which they were written, can be one number. Next to a complete number of
/// Singapore only a dialling prefix is allowed: neither `1 80001234` nor `80001234-5` is one number.
fn are_one_number(runs: &[String], is_international: bool) -> bool {
    let digits = runs.concat();
    let number = without_prefix(&digits, is_international);
    let code = calling_country(number).map_or("", |(code, _)| code);
    if is_whole(number) || (is_international && code != "65") {
        return true;
    }
    let complete = (0..runs.len()).find_map(|from| Some((from, end_of_whole(runs.get(from..)?)? + from)));
    complete.is_none_or(|(from, to)| to == runs.len() && is_dialled_before(&runs[..from].concat(), code))
}

/// How many of the runs make up a complete number, grouped as people write it: `80001234`, `8000 1234`, `65 8000
/// 1234`.
fn end_of_whole(runs: &[String]) -> Option<usize> {
    let lengths: Vec<usize> = runs.iter().map(String::len).collect();
    let len = match lengths.as_slice() {
        [8 | 10, ..] => 1,
        [4, 4, ..] | [2, 8, ..] => 2,
        [2, 4, 4, ..] => 3,
        _ => return None,
    };
    is_whole(&runs[..len].concat()).then_some(len)
}

/// Whether it is a complete number of Singapore, with or without country code.
pub(super) fn is_whole(digits: &str) -> bool {
    let own = digits.strip_prefix("65").filter(|_| digits.len() == 10).unwrap_or(digits);
    own.len() == 8 && own.starts_with(['3', '6', '8', '9'])
}

/// A complete number with its country code.
fn with_country(digits: String) -> String {
    if digits.len() == 8 && is_whole(&digits) { format!("65{digits}") } else { digits }
}

/// Whether digits before a number are part of dialling it: an exit code, a zero, a country code of three digits, or a
/// shorter one followed by an area code (`44 20`). A shorter one alone is more often the number of a list item than
/// the start of a number without a plus.
fn is_dialled_before(before: &str, code: &str) -> bool {
    let is_exit = EXITS.contains(&before) || before.bytes().all(|digit| digit == b'0');
    let own = before.trim_start_matches('0');
    is_exit || (code.len() > 1 && own.starts_with(code) && (3..=LONGEST_CODES).contains(&own.len()))
}

/// A number without its dialling prefix.
fn without_prefix(digits: &str, is_international: bool) -> &str {
    let is_abroad = |rest: &&str| rest.len() >= 10 && calling_country(rest).is_some();
    let own = EXITS.iter().filter_map(|exit| digits.strip_prefix(exit)).find(is_abroad);
    let own = own.unwrap_or_else(|| digits.trim_start_matches('0'));
    let number = if own.len() >= WHOLE { own } else { digits };
    let is_international = is_international || number.len() < digits.len();
    match calling_country(number).map(|(code, _)| number.split_at(code.len())) {
        // The country code twice, as written by a form that adds one automatically.
        Some(("65", own)) if number.len() == 12 && own.starts_with("65") => own,
        // The zero that is dialled within a country only.
        Some((_, own)) if is_international && own.starts_with('0') && own.len() > WHOLE => own.trim_start_matches('0'),
        _ => number,
    }
}

impl Piece {
    fn text(&self) -> Option<&str> {
        match self {
            Piece::Digits(text) | Piece::Nric(text) | Piece::Letters(text) => Some(text),
            Piece::Plus | Piece::Hash | Piece::Comma => None,
        }
    }
}

#[cfg(test)]
mod tests;
