//! Texts that end like sentences.

use std::borrow::Cow;

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
