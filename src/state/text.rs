//! Making texts fit for the journal, which holds nothing personal.

use crate::delivery::{clean_line, impersonal};

/// Longer than any reason worth keeping; the API's own messages take a line or two.
const LONGEST: usize = 300;

/// A text as the journal keeps it: impersonal and not too long.
pub(super) fn for_journal(text: &str) -> String {
    impersonal(text).trim().chars().take(LONGEST).collect()
}

/// A code or trace id as the journal keeps it: one harmless line, not too long. Trace ids are full of digits and must
/// stay whole for support to find them.
pub(super) fn one_line(text: &str) -> String {
    clean_line(text).trim().chars().take(LONGEST).collect()
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
    #[case("planned 2026-11-22T06:00:00.123456Z", "planned 2026-11-22T06:00:00.123456Z")]
    #[case("two\nlines\u{1b}[2J", "two␊lines␛[2J")]
    fn numbers_of_people_do_not_get_into_the_journal(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(for_journal(text), expected);
    }

    #[test]
    fn a_trace_id_stays_whole() {
        assert_eq!(one_line(" 12345678-1234 "), "12345678-1234");
    }

    #[test]
    fn a_page_of_a_proxy_is_cut() {
        assert_eq!(for_journal(&"<p>".repeat(1000)).chars().count(), LONGEST);
    }
}
