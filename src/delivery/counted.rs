//! Numbers as people write them, with a noun that agrees.

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
}
