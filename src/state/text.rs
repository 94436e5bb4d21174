//! Making texts fit for the journal, which holds nothing personal.

use crate::delivery::clean_line;

/// Longer than any reason worth keeping; the API's own words take a line or two.
const LONGEST: usize = 300;

/// A text as the journal keeps it: one harmless line, not too long, and without anything that
/// could be somebody's number. The API's refusals quote the recipient now and then.
pub(super) fn impersonal(text: &str) -> String {
    let clean = clean_line(text);
    let letters: Vec<char> = clean.trim().chars().take(LONGEST).collect();
    let mut out = String::with_capacity(letters.len());
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        if is_uuid(&letters[at..]) {
            out.extend(&letters[at..at + UUID.len()]);
            at += UUID.len();
            continue;
        }
        let end = number_end(&letters, at);
        // Seven digits are in a local number, and in an identity card's number.
        if letters[at..end].iter().filter(|letter| letter.is_ascii_digit()).count() >= 7 {
            out.push('…');
            at = end;
        } else if end > at {
            out.extend(&letters[at..end]);
            at = end;
        } else {
            out.push(letter);
            at += 1;
        }
    }
    out
}

/// A code or trace id as the journal keeps it: one harmless line, not too long. Trace ids are full
/// of digits and must stay whole, or support could not find them.
pub(super) fn one_line(text: &str) -> String {
    clean_line(text).trim().chars().take(LONGEST).collect()
}

/// The form of the API's ids after their prefix; `x` is a hexadecimal digit.
const UUID: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/// Whether an id begins here: ids hold many digits and are nobody's number.
fn is_uuid(letters: &[char]) -> bool {
    let fits = |(form, letter): (char, &char)| if form == 'x' { letter.is_ascii_hexdigit() } else { form == *letter };
    letters.len() >= UUID.len() && UUID.chars().zip(letters).all(fits)
}

/// Where the number that begins here ends: digits, with single spaces or dashes between them.
fn number_end(letters: &[char], start: usize) -> usize {
    let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let mut end = start;
    while digit(end) || (end > start && matches!(letters.get(end), Some(' ' | '-')) && digit(end + 1)) {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("retry 41 failed messages", "retry 41 failed messages")]
    #[case("recipient 6580001234 is not valid", "recipient … is not valid")]
    #[case("recipient +65 8000-1234 is not valid", "recipient +… is not valid")]
    #[case("S1234567A is not valid", "S…A is not valid")]
    #[case("message_00000000-0000-4000-8000-000000000001 6580001234", "message_00000000-0000-4000-8000-000000000001 …")]
    #[case("status 502 after 3 tries", "status 502 after 3 tries")]
    #[case("two\nlines\u{1b}[2J", "two␊lines␛[2J")]
    fn numbers_of_people_do_not_get_into_the_journal(#[case] text: &str, #[case] kept: &str) {
        assert_eq!(impersonal(text), kept);
    }

    #[test]
    fn a_trace_id_stays_whole() {
        assert_eq!(one_line(" 12345678-1234 "), "12345678-1234");
    }

    #[test]
    fn a_page_of_a_proxy_is_cut() {
        assert_eq!(impersonal(&"<p>".repeat(1000)).chars().count(), LONGEST);
    }
}
