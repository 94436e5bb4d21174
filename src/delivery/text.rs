//! Making untrusted text harmless before it can reach a terminal.
//!
//! Everything from a server passes through here once, where it is decoded. Anything that could control a terminal (C0
//! and C1 controls) or change the reading direction (bidirectional controls) is replaced by a visible mark of one
//! column.

use std::borrow::Cow;

/// The mark for characters without a picture of their own: C1 controls, direction and annotation controls.
const SUBSTITUTE: char = '\u{2426}';

/// Text without anything that could control a terminal; line breaks stay (`\r\n` becomes `\n`). Borrows when there is
/// nothing to change, and changes nothing the second time.
pub fn clean(text: &str) -> Cow<'_, str> {
    clean_with(text, true)
}

/// The same for text that must stay on one line: a line break becomes a mark, too.
pub fn clean_line(text: &str) -> Cow<'_, str> {
    clean_with(text, false)
}

/// Whether the text contains anything that [`clean_line`] would change. Such an id could not be sent back as
/// received, so its row counts as unreadable.
pub fn needs_cleaning(text: &str) -> bool {
    text.bytes().any(|byte| byte < 0x20 || byte == 0x7f || byte >= 0x80) && text.chars().any(|letter| mark(letter).is_some())
}

fn clean_with(text: &str, keep_lines: bool) -> Cow<'_, str> {
    let harmful = |letter: char| mark(letter).filter(|_| !(keep_lines && letter == '\n'));
    // Most texts are plain: one pass over the bytes is enough, without decoding.
    if !text.bytes().any(|byte| (byte < 0x20 && !(keep_lines && byte == b'\n')) || byte == 0x7f || byte >= 0x80) {
        return Cow::Borrowed(text);
    }
    let Some(first) = text.char_indices().find(|(_, letter)| harmful(*letter).is_some()).map(|(at, _)| at) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 8);
    out.push_str(&text[..first]);
    let mut letters = text[first..].chars().peekable();
    while let Some(letter) = letters.next() {
        if keep_lines && letter == '\r' && letters.peek() == Some(&'\n') {
            continue;
        }
        out.push(harmful(letter).unwrap_or(letter));
    }
    Cow::Owned(out)
}

/// The mark for a harmful character; `None` for a harmless one. Joiners (U+200C, U+200D) stay: Tamil and emoji need
/// them.
fn mark(letter: char) -> Option<char> {
    match letter {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(letter)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' // C1
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' // direction
        | '\u{2028}' | '\u{2029}' // line and paragraph separators
        | '\u{fff9}'..='\u{fffb}' // interlinear annotation
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}' // invisible marks and tags
            => Some(SUBSTITUTE),
        _ => None,
    }
}

/// A character for a sentence: in quotes, or by its number where it cannot be seen.
pub fn named(letter: char) -> String {
    match letter {
        ' ' => "a space".to_owned(),
        '\u{a0}' | '\u{202f}' => "a non-breaking space".to_owned(),
        '\n' => "a line break".to_owned(),
        '\t' => "a tab".to_owned(),
        '\u{3000}' => "an ideographic space".to_owned(),
        _ if letter.is_control() || letter.is_whitespace() || is_invisible(letter) => format!("U+{:04X}", u32::from(letter)),
        _ => format!("\"{letter}\""),
    }
}

/// Joiners, marks of direction and order, variation selectors, tags, and what only changes the character before it.
pub fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain text", "plain text")]
    #[case("two\nlines", "two\nlines")]
    #[case("dos\r\nlines", "dos\nlines")]
    #[case("a lone\rreturn", "a lone␍return")]
    #[case("\x1b[31mred\x1b[0m", "␛[31mred␛[0m")]
    #[case("\u{9b}31m", "␦31m")]
    #[case("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇")]
    #[case("safe\u{202e}elif", "safe␦elif")]
    #[case("முருகன் செல்வம்", "முருகன் செல்வம்")]
    #[case("李欣怡您好", "李欣怡您好")]
    #[case("👩\u{200d}⚕️", "👩\u{200d}⚕️")]
    fn harmful_characters_become_marks(#[case] foreign: &str, #[case] shown: &str) {
        assert_eq!(clean(foreign), shown);
    }

    #[test]
    fn one_line_texts_lose_their_line_breaks_too() {
        assert_eq!(clean_line("a\nb\tc"), "a␊b␉c");
        assert!(needs_cleaning("a\nb"));
        assert!(!needs_cleaning("message_7c1e-ü"));
    }

    #[rstest]
    #[case('€', "\"€\"")]
    #[case('\u{a0}', "a non-breaking space")]
    #[case('\u{1b}', "U+001B")]
    #[case('\u{feff}', "U+FEFF")]
    fn a_character_is_named(#[case] letter: char, #[case] name: &str) {
        assert_eq!(named(letter), name);
    }

    proptest! {
        #[test]
        fn cleaned_text_is_harmless_and_stays(text in any::<String>()) {
            let once = clean(&text).into_owned();
            prop_assert!(!once.chars().any(|letter| letter != '\n' && mark(letter).is_some()));
            let twice = clean(&once);
            prop_assert!(matches!(twice, Cow::Borrowed(_)));
            prop_assert!(!clean_line(&text).chars().any(char::is_control));
        }

        #[test]
        fn harmless_text_is_borrowed(text in "[ -~李您முன்é]{0,40}") {
            prop_assert!(matches!(clean_line(&text), Cow::Borrowed(_)));
        }
    }
}
