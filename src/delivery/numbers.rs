//! Hiding what could be a person's number in a text.

use std::borrow::Cow;

use super::clean_line;

/// The fewest digits that are hidden: a local number has eight, an NRIC seven, a one-time password six.
const FEWEST: usize = 6;

/// How many characters may come between two digits of one number: `65) - 8000`.
const LONGEST_GAP: usize = 4;

/// The form of the API's ids after their prefix; `x` is a hexadecimal digit.
const UUID: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
/// The form of a date, perhaps followed by a time of day; its digits are checked further.
const DATE: &str = "xxxx-xx-xx";
const TIME: &str = "Txx:xx:xx";
/// A fraction of a second has up to nine digits.
const LONGEST_FRACTION: usize = 9;

/// From this length on, a word of hexadecimal digits is an id.
const SHORTEST_HEX: usize = 16;

/// A text that names nobody: one harmless line without numbers of people. The API's refusals sometimes quote the
/// recipient.
pub fn impersonal(text: &str) -> String {
    clean_line(&without_numbers(text)).into_owned()
}

/// The text with `…` in place of every number that could be a person's, with or without blanks, dots, dashes,
/// slashes, pluses and brackets between its digits. Ids and dates stay.
fn without_numbers(text: &str) -> Cow<'_, str> {
    if text.chars().filter(|letter| letter.is_numeric()).count() < FEWEST {
        return Cow::Borrowed(text);
    }
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let kept = kept(&letters, at);
        let (end, digits) = if kept > 0 { (at + kept, 0) } else { number(&letters, at) };
        if digits >= FEWEST {
            out.push('…');
        } else {
            out.extend(&letters[at..end.max(at + 1)]);
        }
        at = end.max(at + 1);
    }
    Cow::Owned(out)
}

/// How many characters from here on are an id, a date or a time.
fn kept(letters: &[char], at: usize) -> usize {
    let rest = letters.get(at..).unwrap_or_default();
    if fits(UUID, rest) {
        return UUID.len();
    }
    if at > 0 && letters.get(at - 1).is_some_and(|before| before.is_alphanumeric()) {
        return 0;
    }
    let goes_on = |end: usize| rest.get(end).is_some_and(|letter| letter.is_alphanumeric());
    let hex = rest.iter().take_while(|letter| letter.is_ascii_hexdigit()).count();
    if hex >= SHORTEST_HEX && !goes_on(hex) && rest[..hex].iter().any(char::is_ascii_alphabetic) {
        return hex;
    }
    if !fits(DATE, rest) || !is_date(&rest[..DATE.len()]) {
        return 0;
    }
    let behind = &rest[DATE.len()..];
    if !fits(TIME, behind) {
        return if goes_on(DATE.len()) { 0 } else { DATE.len() };
    }
    let fraction = match behind.get(TIME.len()) {
        Some('.') => behind[TIME.len() + 1..].iter().take_while(|letter| letter.is_ascii_digit()).count(),
        _ => 0,
    };
    DATE.len() + TIME.len() + if (1..=LONGEST_FRACTION).contains(&fraction) { fraction + 1 } else { 0 }
}

/// Whether the characters begin with this form.
fn fits(form: &str, letters: &[char]) -> bool {
    let fits = |(form, letter): (char, &char)| if form == 'x' { letter.is_ascii_hexdigit() } else { form == *letter };
    letters.len() >= form.len() && form.chars().zip(letters).all(fits)
}

/// Whether `xxxx-xx-xx` is a day of this century or the last. No number in Singapore begins like that.
fn is_date(letters: &[char]) -> bool {
    let part = |from: usize, to: usize| letters[from..to].iter().collect::<String>().parse::<u16>().unwrap_or(0);
    (1900..2100).contains(&part(0, 4)) && (1..=12).contains(&part(5, 7)) && (1..=31).contains(&part(8, 10))
}

/// Where the number that begins here ends, and how many digits it has.
fn number(letters: &[char], start: usize) -> (usize, usize) {
    let (mut end, mut digits, mut at) = (start, 0, start);
    while let Some(letter) = letters.get(at) {
        if letter.is_numeric() && (digits == 0 || kept(letters, at) == 0) {
            (at, digits) = (at + 1, digits + 1);
            end = at;
        } else if digits > 0 && is_gap(*letter) && at - end < LONGEST_GAP {
            at += 1;
        } else {
            break;
        }
    }
    (end, digits)
}

/// What people put between the digits of a number, invisible characters, and the marks that replace those in cleaned
/// text.
fn is_gap(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '.' | '(' | ')' | '/' | '-' | '+' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{2400}'..='\u{2426}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("recipient 6580001234 is not valid (400)", "recipient … is not valid (400)")]
    #[case("+65 8000-1234", "+…")]
    #[case("(65) 8000 1234", "(…")]
    #[case("65.8000.1234/6580001235", "…")]
    #[case("65) - 8000\u{a0}1234", "…")]
    #[case("65␊8000␉1234", "…")]
    #[case("６５８０００１２３４", "…")]
    #[case("65\u{200b}8000\u{1b}1234", "…")]
    #[case("S1234567A", "S…A")]
    #[case("S 123 4567 A", "S … A")]
    #[case("code 123456", "code …")]
    #[case("id6580001234x", "id…x")]
    #[case("400 6580001234", "…")]
    #[case("6580001234 2026-11-22", "… 2026-11-22")]
    #[case("20261122 6580001234", "…")]
    #[case("2026-11-22-6580001234", "2026-11-22-…")]
    #[case("2026-13-22", "…")]
    #[case("2026-11-2212", "…")]
    #[case("6580-00-12", "…")]
    #[case("2026-11-22T06:00:00.6580001234", "2026-11-22T06:00:00.…")]
    fn numbers_are_hidden(#[case] text: &str, #[case] hidden: &str) {
        assert_eq!(without_numbers(text), hidden);
    }

    #[rstest]
    #[case("no digits")]
    #[case("status 502 after 3 tries, 58 of 100")]
    #[case("retry of one message, planned 2026-11-22T06:00:00.123456Z")]
    #[case("message_00000000-0000-4000-8000-000000000001")]
    #[case("0af7651916cd43dd8448eb211c80319c")]
    #[case("1-5759e988-bd862e3fe1be46a994272793")]
    #[case("error code: 1010")]
    #[case("max file size is 40MB")]
    fn what_is_nobodys_number_stays(#[case] text: &str) {
        assert_eq!(without_numbers(text), text);
    }

    proptest! {
        #[test]
        fn no_number_in_any_spelling_survives(
            before in "[a-z ,:\"]{0,9}",
            gaps in proptest::collection::vec("[ ./()+-]{0,4}", 9),
            after in "[a-z ,:\"]{0,9}",
        ) {
            let digits = "658000123";
            let number: String = digits.chars().zip(&gaps).flat_map(|(digit, gap)| std::iter::once(digit).chain(gap.chars())).collect();
            let hidden = without_numbers(&format!("{before}{number}4{after}")).into_owned();
            prop_assert!(!hidden.chars().any(char::is_numeric), "{hidden}");
        }

        #[test]
        fn what_is_hidden_stays_so(text in any::<String>()) {
            let once = without_numbers(&text).into_owned();
            prop_assert_eq!(without_numbers(&once), &*once);
        }
    }
}
