//! Complete numbers of Singapore: whether runs of digits are the groups of one number, or some of them belong to
//! something else.

use super::{EXITS, calling_country, without_prefix};

/// The most digits that a country code and an area code have together.
const LONGEST_CODES: usize = 6;

/// Whether the digits, in the runs in which they were written, can be one number. Next to a complete number of
/// Singapore only a dialling prefix is allowed: neither `1 80001234` nor `80001234-5` is one number.
pub(super) fn are_one_number(runs: &[String], is_international: bool) -> bool {
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
fn is_whole(digits: &str) -> bool {
    let own = digits.strip_prefix("65").filter(|_| digits.len() == 10).unwrap_or(digits);
    own.len() == 8 && own.starts_with(['3', '6', '8', '9'])
}

/// A complete number with its country code.
pub(super) fn with_country(digits: String) -> String {
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
