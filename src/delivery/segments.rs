//! How many segments a text takes: what is charged for.

/// The letters of the GSM alphabet that take one place. Escape, which only introduces [`EXTENDED`], is not among them.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Those that take two.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// How many places a text has in one segment, and in each of several.
const GSM: (usize, usize) = (160, 153);

/// The same where a letter is not in the GSM alphabet, in units of UTF-16.
const UCS2: (usize, usize) = (70, 67);

/// How many segments a text takes, at least one.
pub fn segments(text: &str) -> u32 {
    let gsm: Option<Vec<usize>> = text.chars().map(places).collect();
    match gsm {
        Some(places) => packed(places.into_iter(), GSM),
        None => packed(text.chars().map(char::len_utf16), UCS2),
    }
}

/// How many places a letter takes in the GSM alphabet.
fn places(letter: char) -> Option<usize> {
    // Nearly every letter is one of these.
    if letter.is_ascii_alphanumeric() || letter == ' ' || BASIC.contains(letter) {
        return Some(1);
    }
    EXTENDED.contains(letter).then_some(2)
}

/// How many segments letters of these sizes take. A letter of two places is not divided.
fn packed(letters: impl Iterator<Item = usize> + Clone, (alone, joined): (usize, usize)) -> u32 {
    if letters.clone().sum::<usize>() <= alone {
        return 1;
    }
    let (mut segments, mut used) = (1, 0);
    for places in letters {
        if used + places > joined {
            (segments, used) = (segments + 1, 0);
        }
        used += places;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", 1, 1)]
    #[case("a", 160, 1)]
    #[case("a", 161, 2)]
    #[case("a", 306, 2)]
    #[case("a", 307, 3)]
    #[case("@", 160, 1)]
    #[case("€", 80, 1)]
    #[case("€", 81, 2)]
    // 76 of them fill 152 of 153 places, and the next one is not divided.
    #[case("€", 152, 2)]
    #[case("€", 153, 3)]
    #[case("李", 70, 1)]
    #[case("李", 71, 2)]
    #[case("李", 134, 2)]
    #[case("李", 135, 3)]
    #[case("😀", 35, 1)]
    #[case("😀", 36, 2)]
    #[case("😀", 66, 2)]
    #[case("😀", 67, 3)]
    fn so_many_of_a_letter_take_so_many_segments(#[case] letter: &str, #[case] times: usize, #[case] expected: u32) {
        assert_eq!(segments(&letter.repeat(times)), expected);
    }

    #[test]
    fn one_letter_outside_of_the_alphabet_changes_the_whole_text() {
        assert_eq!(segments(&"a".repeat(100)), 1);
        assert_eq!(segments(&format!("{}李", "a".repeat(100))), 2);
        assert_eq!(BASIC.chars().count(), 127, "and escape");
    }
}
