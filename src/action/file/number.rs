//! The cell of a recipient: a number as the API takes it, one that can be made so, or none.

use super::kind::{Detail, Letters, MistakeKind};
use crate::action::value::distinct;
use crate::delivery::{NotAPhoneNumber, check_digits, number_of, phone_number};

/// How long a number of Singapore is, with its country code.
const SINGAPORE: usize = 10;

/// So many zeros at the end are seldom a real number's: a spreadsheet rounded it.
const MANY_ZEROS: usize = 5;

/// What the cell of a recipient holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NumberCell {
    /// Digits with country code.
    Right(u64),
    /// The same once these characters are gone: its digits are these.
    Correctable(String, MistakeKind, Detail),
    /// No number, or one of which nothing can be said for certain.
    Wrong(MistakeKind, Detail),
}

impl NumberCell {
    /// What a cell holds.
    pub fn of(cell: &str) -> Self {
        if let Some(number) = number_of(cell) {
            return right(cell).map_or_else(|(kind, detail)| Self::Wrong(kind, detail), |()| Self::Right(number));
        }
        let trimmed = cell.trim();
        if trimmed.is_empty() {
            let only_spaces = if cell.is_empty() { Detail::None } else { Detail::Ends(Some(' '), Some(' ')) };
            return Self::Wrong(MistakeKind::EmptyCell, only_spaces);
        }
        let is_space = |letter: &char| letter.is_whitespace();
        let ends = Detail::Ends(cell.chars().next().filter(is_space), cell.chars().next_back().filter(is_space));
        if is_rounded(trimmed) {
            return Self::Wrong(MistakeKind::NumberRounded, Detail::None);
        }
        let (digits, kind, detail) = if number_of(trimmed).is_some() {
            (trimmed.to_owned(), MistakeKind::Space, ends)
        } else if let Some(digits) = without_decimals(trimmed) {
            (digits.to_owned(), MistakeKind::NumberDecimals, Detail::None)
        } else if let Some(digits) = without_thousands(trimmed) {
            let sign = trimmed.chars().filter(|letter| !letter.is_ascii_digit()).take(1).collect::<Vec<char>>();
            if !is_certain(trimmed, &digits) {
                return Self::Wrong(MistakeKind::NumberCharacter, Detail::Letters(Letters::of(&sign)));
            }
            (digits, MistakeKind::NumberSigns, Detail::Letters(Letters::of(&sign)))
        } else {
            match phone_number(cell) {
                Ok(recipient) => {
                    let signs = distinct(trimmed.chars().filter(|letter| !letter.is_ascii_digit()));
                    if !is_certain(trimmed, recipient.as_str()) {
                        return Self::Wrong(MistakeKind::NumberCharacter, Detail::Letters(Letters::of(&signs)));
                    }
                    (recipient.as_str().to_owned(), MistakeKind::NumberSigns, Detail::Letters(Letters::of(&signs)))
                }
                Err(error) => {
                    let (kind, detail) = wrong(&error);
                    return Self::Wrong(kind, detail);
                }
            }
        };
        match right(&digits) {
            Ok(()) => Self::Correctable(digits, kind, detail),
            Err((kind, detail)) => Self::Wrong(kind, detail),
        }
    }
}

/// Whether these digits are what a cell with other signs means. A date or an extension has hyphens as well, so it must be
/// written as an international number, or be one of Singapore.
fn is_certain(cell: &str, digits: &str) -> bool {
    cell.starts_with(['+', '＋']) || (digits.starts_with("65") && digits.len() == SINGAPORE)
}

/// Whether digits are a number that the API takes.
fn right(digits: &str) -> Result<(), (MistakeKind, Detail)> {
    check_digits(digits).map_err(|error| wrong(&error))?;
    // In a column of thousands, a number of Singapore that is shorter or longer has lost digits, or gained some.
    if digits.starts_with("65") && digits.len() != SINGAPORE {
        return Err((MistakeKind::NumberLength, Detail::Number(digits.len() as u32)));
    }
    Ok(())
}

fn wrong(error: &NotAPhoneNumber) -> (MistakeKind, Detail) {
    match error {
        NotAPhoneNumber::Missing => (MistakeKind::NumberLength, Detail::Number(0)),
        NotAPhoneNumber::CountryCodeMissing { .. } => (MistakeKind::NumberCountry, Detail::None),
        NotAPhoneNumber::Several => (MistakeKind::NumberSeveral, Detail::None),
        NotAPhoneNumber::BracketedZero => (MistakeKind::NumberCharacter, Detail::Letters(Letters::of(&['(', '0', ')']))),
        NotAPhoneNumber::LeadingZero => (MistakeKind::NumberZero, Detail::None),
        NotAPhoneNumber::Character(letter) => (MistakeKind::NumberCharacter, Detail::Letters(Letters::of(&[*letter]))),
        NotAPhoneNumber::TooShort(digits) | NotAPhoneNumber::TooLong(digits) => (MistakeKind::NumberLength, Detail::Number(*digits as u32)),
    }
}

/// Whether a spreadsheet wrote it with an exponent: `6.59E+09`, or `6,59E+09` where the decimal sign is a comma.
fn is_rounded(cell: &str) -> bool {
    let Some((number, exponent)) = cell.split_once(['E', 'e']) else { return false };
    let is_number = |text: &str, signs: [char; 2]| {
        let digits = text.trim_start_matches(['+', '-']);
        digits.starts_with(|first: char| first.is_ascii_digit())
            && digits.chars().all(|digit| digit.is_ascii_digit() || signs.contains(&digit))
    };
    is_number(number, ['.', ',']) && is_number(exponent, ['0', '0'])
}

/// The digits before decimals that are all zero.
fn without_decimals(cell: &str) -> Option<&str> {
    let (digits, decimals) = cell.split_once('.')?;
    let are_zeros = !decimals.is_empty() && decimals.bytes().all(|digit| digit == b'0');
    (are_zeros && number_of(digits).is_some()).then_some(digits)
}

/// The digits of a number that a spreadsheet wrote with a sign between the thousands: `6,580,001,234`.
fn without_thousands(cell: &str) -> Option<String> {
    let sign = [',', '.', '\'', '’'].into_iter().find(|sign| cell.contains(*sign))?;
    let mut groups = cell.split(sign);
    let is_digits = |group: &str| group.bytes().all(|digit| digit.is_ascii_digit());
    let is_first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()) && is_digits(first));
    (is_first && groups.all(|group| group.len() == 3 && is_digits(group))).then(|| cell.split(sign).collect())
}

/// Whether so many zeros are at the end of a number that a spreadsheet may have put them there.
pub(super) fn ends_with_many_zeros(number: u64) -> bool {
    number.is_multiple_of(10_u64.pow(MANY_ZEROS as u32))
}
