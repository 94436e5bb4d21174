//! Text made to fit: columns as terminals count them, times, ages and numbers as people read them.
//!
//! A column's width is that of its graphemes, as the screen draws them one by one. So a Chinese
//! sign has two columns, and a mark on a letter has none.

pub(super) mod csv; // rows for a spreadsheet
pub(super) mod spoken; // what became of a message, for the telephone
mod time;
mod wrap;

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub use time::{age, ago, exact_time, short_minute, short_time};
pub use wrap::wrap;

/// How text is aligned in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Text.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// How many columns `text` takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    // Finding graphemes is a fifth of the time that a frame takes, and few texts have letters that join.
    let alone = text.chars().try_fold(0, |sum, letter| Some(sum + columns_alone(letter)?));
    alone.unwrap_or_else(|| text.graphemes(true).map(columns).sum())
}

/// How many columns a letter takes, if it is a grapheme whatever stands beside it, as long as all others of the text are.
fn columns_alone(letter: char) -> Option<usize> {
    match letter {
        // Latin, punctuation, boxes and blocks, the signs of statuses; the gap is the soft hyphen.
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{2010}'..='\u{2027}' | '\u{2500}'..='\u{259f}' | '✓' | '✗' => {
            Some(1)
        }
        // Chinese.
        '\u{4e00}'..='\u{9fff}' => Some(2),
        _ => None,
    }
}

/// How many columns a grapheme takes. The sound marks of half-width Japanese letters belong to the
/// previous letter, but terminals give them a column of their own, and so does the drawing library.
fn columns(grapheme: &str) -> usize {
    grapheme.width() + grapheme.matches(['\u{ff9e}', '\u{ff9f}']).count()
}

/// `text` in exactly `width` columns: filled up with spaces, or cut at the end with `…`, never within a grapheme.
pub fn fit(text: &str, width: usize, align: Align) -> String {
    let text = cut(text, width);
    let room = width.saturating_sub(self::width(&text));
    match align {
        Align::Left => format!("{text}{:room$}", ""),
        Align::Right => format!("{:room$}{text}", ""),
    }
}

/// `text` in at most `width` columns, cut at the end with `…`.
pub fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if self::width(text) <= width {
        return Cow::Borrowed(text);
    }
    let Some(room) = width.checked_sub(1) else { return Cow::Borrowed("") };
    Cow::Owned(format!("{}{}", head(text, room), '…'))
}

/// `text` in at most `width` columns, cut in the middle, as for ids, whose ends differ most.
pub fn cut_middle(text: &str, width: usize) -> Cow<'_, str> {
    if self::width(text) <= width {
        return Cow::Borrowed(text);
    }
    let Some(room) = width.checked_sub(1) else { return Cow::Borrowed("") };
    let behind = room / 2;
    Cow::Owned(format!("{}{}{}", head(text, room - behind), '…', tail(text, behind)))
}

/// The longest start of at most `width` columns.
fn head(text: &str, width: usize) -> &str {
    let mut taken = 0;
    for (at, letter) in text.char_indices() {
        let Some(columns) = columns_alone(letter) else { return head_of_graphemes(text, width) };
        taken += columns;
        if taken > width {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The same where letters join.
fn head_of_graphemes(text: &str, width: usize) -> &str {
    let mut taken = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        taken += columns(grapheme);
        if taken > width {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The longest end of at most `width` columns.
fn tail(text: &str, width: usize) -> &str {
    let mut taken = 0;
    let mut from = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        taken += columns(grapheme);
        if taken > width {
            break;
        }
        from = at;
    }
    text.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("routing_error", 16, Align::Left, "routing_error   ")]
    #[case("routing_error", 8, Align::Left, "routing…")]
    #[case("41", 5, Align::Right, "   41")]
    #[case("李欣怡您好", 6, Align::Left, "李欣… ")]
    #[case("李欣怡您好", 7, Align::Left, "李欣怡…")]
    #[case("李", 1, Align::Left, "…")]
    #[case("e\u{301}t\u{e9}", 2, Align::Left, "e\u{301}…")]
    #[case("abc", 0, Align::Left, "")]
    #[case("", 3, Align::Right, "   ")]
    fn a_text_fits_its_column(#[case] text: &str, #[case] width: usize, #[case] align: Align, #[case] expected: &str) {
        assert_eq!(fit(text, width, align), expected);
    }

    #[rstest]
    #[case("message_7c1e0000-9b02", 13, "messag…0-9b02")]
    #[case("a41f5522", 7, "a41…522")]
    #[case("a41f5522", 8, "a41f5522")]
    #[case("a41f5522", 1, "…")]
    #[case("a41f5522", 0, "")]
    fn an_id_is_cut_in_the_middle(#[case] id: &str, #[case] width: usize, #[case] expected: &str) {
        assert_eq!(cut_middle(id, width), expected);
    }

    /// What makes columns go wrong: wide signs, marks on letters, joined signs, right-to-left text.
    pub(super) fn awkward() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("李"),
            Just("。"),
            Just("முருகன்"),
            Just("கி"),
            Just("e\u{301}"),
            Just("\u{301}"),
            Just("👩‍👩‍👧"),
            Just("🇸🇬"),
            Just("☎\u{fe0f}"),
            Just("لا"),
            Just("\u{200d}"),
            Just("\u{fe0f}"),
            Just("©"),
            Just("· …"),
            Just("▁█✓"),
            Just(" "),
            Just("\n"),
            Just("a"),
            Just("long-word"),
        ];
        proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn a_letter_that_joins_no_other_is_as_wide_as_its_grapheme() {
        for letter in (' '..=char::MAX).filter(|letter| columns_alone(*letter).is_some()) {
            let text = format!("李{letter}é");
            assert_eq!(text.graphemes(true).count(), 3, "{letter:?}");
            assert_eq!(columns_alone(letter), Some(columns(letter.encode_utf8(&mut [0; 4]))), "{letter:?}");
        }
    }

    proptest! {
        #[test]
        fn the_width_of_a_text_is_that_of_its_graphemes(text in awkward()) {
            prop_assert_eq!(width(&text), text.graphemes(true).map(columns).sum::<usize>());
        }

        #[test]
        fn a_fitted_text_is_as_wide_as_its_column(text in awkward(), columns in 0usize..40, right: bool) {
            let align = if right { Align::Right } else { Align::Left };
            let fitted = fit(&text, columns, align);
            prop_assert_eq!(width(&fitted), columns, "{:?}", fitted);
        }

        #[test]
        fn a_cut_text_is_not_wider_than_its_room(text in awkward(), columns in 0usize..40) {
            prop_assert!(width(&cut(&text, columns)) <= columns);
            prop_assert!(width(&cut_middle(&text, columns)) <= columns);
        }

        #[test]
        fn every_line_fits_and_no_sign_is_lost(text in awkward(), columns in 0usize..40) {
            let lines = wrap(&text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns), "{:?}", lines);
            // What is wider than a line is cut: signs that join can take more columns than a wide one.
            if columns > 0 && text.graphemes(true).all(|grapheme| super::columns(grapheme) <= columns) {
                let visible = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
                prop_assert_eq!(visible(&lines.concat()), visible(&text));
            }
        }
    }
}
