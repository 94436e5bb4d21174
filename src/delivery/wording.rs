//! Numbers and shares as people write them, numbers with a noun that agrees, and texts that end like sentences.

use std::borrow::Cow;

/// A number with a comma between the thousands: `11,800`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share (0 to 1) with one decimal, but `100 %`. Anything above nothing is never shown as zero, and anything below all
/// of it never as all.
pub fn percent(share: f64) -> String {
    match share {
        _ if share > 0.0 && share < 0.0005 => "under 0.1 %".to_owned(),
        _ if share < 1.0 => format!("{:.1} %", (share * 100.0).min(99.9)),
        _ => format!("{:.0} %", share * 100.0),
    }
}

/// A number and its noun: `1 message`, `12,003 messages`, `1 retry`, `2 retries`, `1 batch`, `2 batches`.
pub fn counted(number: usize, noun: &str) -> String {
    let number_text = grouped(number);
    if number == 1 {
        return format!("{number_text} {noun}");
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{number_text} {stem}ies"),
        _ if noun.ends_with("ch") => format!("{number_text} {noun}es"),
        _ => format!("{number_text} {noun}s"),
    }
}

/// The word that agrees with a number: `1 is created`, `2 are created`.
pub fn agreeing<'a>(number: usize, one: &'a str, several: &'a str) -> &'a str {
    if number == 1 { one } else { several }
}

/// A text as a sentence: with a full stop, unless it ends with punctuation of its own, perhaps in quotes or brackets.
pub fn full_stop(text: &str) -> Cow<'_, str> {
    let text = text.trim_end();
    let end = text.trim_end_matches(['"', '”', '`', '\'', ')', '\u{2019}']);
    if text.is_empty() || end.ends_with(['.', '?', '!', '…', ':']) { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}.")) }
}

/// Texts as sentences, one after another; empty ones are left out.
pub fn sentences<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let reported = texts.into_iter().filter(|text| !text.trim().is_empty()).map(full_stop);
    reported.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0")]
    #[case(999, "999")]
    #[case(1_000, "1,000")]
    #[case(11_800, "11,800")]
    #[case(1_000_000, "1,000,000")]
    #[case(usize::MAX, "18,446,744,073,709,551,615")]
    fn thousands_have_commas(#[case] number: usize, #[case] expected: &str) {
        assert_eq!(grouped(number), expected);
    }

    #[rstest]
    #[case(0.0, "0.0 %")]
    #[case(0.0002, "under 0.1 %")]
    #[case(0.179, "17.9 %")]
    #[case(0.99995, "99.9 %")]
    #[case(1.0, "100 %")]
    fn a_share_above_nothing_is_never_zero(#[case] share: f64, #[case] text: &str) {
        assert_eq!(percent(share), text);
    }

    #[rstest]
    #[case(1, "message", "1 message")]
    #[case(0, "row", "0 rows")]
    #[case(1_234, "message", "1,234 messages")]
    #[case(1, "retry", "1 retry")]
    #[case(2, "retry", "2 retries")]
    #[case(2, "key", "2 keys")]
    #[case(1, "batch", "1 batch")]
    #[case(2, "batch", "2 batches")]
    fn a_noun_agrees_with_its_number(#[case] number: usize, #[case] noun: &str, #[case] expected: &str) {
        assert_eq!(counted(number, noun), expected);
    }

    #[rstest]
    #[case("the disk is full", "the disk is full.")]
    #[case("the disk is full.", "the disk is full.")]
    #[case("did you mean `production`?", "did you mean `production`?")]
    #[case("did you mean `production?`", "did you mean `production?`")]
    #[case("Postman says: \"No.\"", "Postman says: \"No.\"")]
    #[case("the name is `clinic`", "the name is `clinic`.")]
    #[case("it goes on (perhaps)", "it goes on (perhaps).")]
    #[case("cut off …", "cut off …")]
    #[case("", "")]
    fn a_sentence_ends_once(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(full_stop(text), expected);
    }

    #[test]
    fn sentences_stand_apart() {
        assert_eq!(sentences(["No connection", "", "The host answers.", "Is it up?"]), "No connection. The host answers. Is it up?");
    }
}
