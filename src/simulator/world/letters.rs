//! What a text costs in letters: the alphabet of an SMS, its segments, and what English texts may not hold.

/// A segment of a text in GSM-7 that fits into one, and of one that is joined from several.
const GSM_UNITS: (usize, usize) = (160, 153);
/// The same in UCS-2, in units of two bytes.
const UCS2_UNITS: (usize, usize) = (70, 67);

/// The letters of the GSM 03.38 alphabet beside those of ASCII that it has.
const GSM_BEYOND_ASCII: &str = "£¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
/// Letters of its second table: two units each.
const GSM_EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// What the API keeps out of English texts, beside emoji.
const NOT_IN_ENGLISH: &str = "|^€{}[]~\\`";

/// Letters that word processors put in, for which the GSM alphabet has a plain one: they alone make a text UCS-2.
const AVOIDABLE: &str = "‘’‚“”„–—…•\u{a0}´";

/// The units that a letter takes in GSM-7; `None` if it has no such letter.
fn gsm_units(letter: char) -> Option<usize> {
    if GSM_EXTENDED.contains(letter) {
        return Some(2);
    }
    let plain = matches!(letter, '\n' | '\r' | ' '..='~') && letter != '`';
    (plain || GSM_BEYOND_ASCII.contains(letter)).then_some(1)
}

/// Whether a text can be sent in GSM-7.
pub(super) fn is_gsm(text: &str) -> bool {
    text.chars().all(|letter| gsm_units(letter).is_some())
}

/// How many segments a text takes.
pub(super) fn segments(text: &str) -> usize {
    let is_gsm = is_gsm(text);
    let (alone, joined) = if is_gsm { GSM_UNITS } else { UCS2_UNITS };
    let units = text.chars().map(|letter| if is_gsm { gsm_units(letter).unwrap_or(1) } else { letter.len_utf16() });
    if units.clone().sum::<usize>() <= alone {
        return 1;
    }
    // A letter of two units is never parted.
    let (segments, _) =
        units.fold((1, 0), |(segments, used), units| if used + units > joined { (segments + 1, units) } else { (segments, used + units) });
    segments
}

/// The first letter that an English text may not hold.
pub(super) fn not_in_english(text: &str) -> Option<char> {
    text.chars().find(|letter| NOT_IN_ENGLISH.contains(*letter) || is_emoji(*letter))
}

/// Pictures, dingbats and their modifiers.
fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{fe0f}' | '\u{20e3}')
        || matches!(letter, '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23f3}')
}

/// Whether a text has a letter that costs more segments than the plain one in its stead.
pub(super) fn has_avoidable(text: &str) -> bool {
    text.contains(|letter| AVOIDABLE.contains(letter))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::empty("", 0, 1)]
    #[case::one("a", 160, 1)]
    #[case::joined("a", 161, 2)]
    #[case::six("a", 918, 6)]
    #[case::seven("a", 919, 7)]
    #[case::extended("€", 80, 1)]
    #[case::extended_is_never_parted("€", 153, 3)]
    #[case::ucs2("陈", 70, 1)]
    #[case::ucs2_joined("陈", 71, 2)]
    #[case::ucs2_six("陈", 402, 6)]
    #[case::ucs2_seven("陈", 403, 7)]
    #[case::pair("😀", 35, 1)]
    #[case::pair_is_never_parted("😀", 67, 3)]
    #[case::line_breaks("\n", 160, 1)]
    #[case::backtick("`", 71, 2)]
    fn segments_are_counted(#[case] letter: &str, #[case] times: usize, #[case] expected: usize) {
        assert_eq!(segments(&letter.repeat(times)), expected);
    }

    #[test]
    fn what_english_may_not_hold_is_found() {
        for letter in ['|', '^', '€', '{', '}', '[', ']', '~', '\\', '`', '😀', '☂', '✓', '⏰'] {
            assert_eq!(not_in_english(&format!("Bring {letter} too")), Some(letter));
        }
        assert_eq!(not_in_english("Pay S$5 @ counter #3 (\"A\") é – today!"), None);
    }

    #[test]
    fn typographers_letters_are_avoidable() {
        assert!(has_avoidable("don’t") && has_avoidable("9am–5pm") && !has_avoidable("don't, 陈"));
        assert!(!is_gsm("don’t") && is_gsm("don't é") && !is_gsm("陈"));
    }
}
