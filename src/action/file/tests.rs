//! The check of files, by what is said about them.

mod corrected;
mod kinds;
mod pieces;
mod systems;
mod written;

use rstest::rstest;

use super::*;
use crate::delivery::{KnownText, TextFrame};

/// A text of a campaign, with the API's header and footer.
fn text(language: &str, body: &str) -> KnownText {
    let frame = TextFrame { before: "Clinic\n\n---\n\n".to_owned(), after: "\n\n---\n\nDo not reply.".to_owned() };
    KnownText { language: language.to_owned(), body: body.to_owned(), frame: Some(frame), usual: Vec::new() }
}

/// A campaign in English and Chinese with a name and a place.
pub(super) fn rules() -> FileRules {
    let texts = vec![text("english", "Dear {{name}}, see you at {{place}}."), text("chinese", "{{name}}您好: {{place}}")];
    FileRules { known: KnownTexts::new(vec!["english".to_owned(), "chinese".to_owned()], texts), ..FileRules::default() }
}

/// The result of the check of these bytes.
pub(super) fn checked(bytes: impl AsRef<[u8]>, rules: FileRules) -> CheckedFile {
    let mut checker = FileChecker::new("clinic.csv", rules);
    checker.feed(bytes.as_ref());
    checker.finish()
}

/// What is said: the mistakes by row, then the advice behind a `~`.
pub(super) fn said(file: &CheckedFile) -> Vec<String> {
    let place = |row: Option<u32>, column: Option<&str>| match (row, column) {
        (Some(row), Some(column)) => format!("row {row} {column}: "),
        (Some(row), None) => format!("row {row}: "),
        (None, _) => String::new(),
    };
    let mistakes = file.mistakes().by_row().map(|mistake| format!("{}{}", place(mistake.row, mistake.column), mistake.words));
    let advice = file
        .advice()
        .iter()
        .map(|advice| format!("~ {}{}", advice.column.as_ref().map_or(String::new(), |name| format!("{name}: ")), advice.words));
    mistakes.chain(advice).collect()
}

/// What is said of a file with these lines.
fn of_lines(lines: &[&str]) -> Vec<String> {
    said(&checked(lines.join("\n"), rules()))
}

const HEADER: &str = "recipient,language,name,place";

#[test]
fn a_right_file_can_be_sent() {
    let file = checked(
        "recipient,language,name,place\r\n6580001234,ENGLISH,Tan,Bedok\r\n6580001235,chinese,李欣怡,\"a, \"\"b\"\"\nc\"\r\n",
        rules(),
    );
    assert_eq!(said(&file), [""; 0]);
    assert_eq!((file.rows(), file.columns().join(" ")), (2, "recipient language name place".to_owned()));
    assert_eq!(file.languages(), [("english", 1), ("chinese", 1)]);
    assert_eq!((file.segments().collect::<Vec<_>>(), file.rows_of_unknown_size()), (vec![(1, 2)], 0));
    let samples: Vec<&str> = file.samples().iter().filter_map(|sample| sample.text.as_deref()).collect();
    assert_eq!(samples[0], "Clinic\n\n---\n\nDear Tan, see you at Bedok.\n\n---\n\nDo not reply.");
    assert!(samples[1].contains("李欣怡您好: a, \"b\"\nc"), "{}", samples[1]);
    let upload = file.upload(FileSource::Memory(bytes::Bytes::new())).unwrap();
    assert_eq!((upload.name(), upload.rows(), upload.bytes()), ("clinic.csv", 2, file.bytes()));
}

#[rstest]
#[case("8000 1234", "the country code is missing")]
#[case("+65 8000-1234", "digits only: \"+\", a space and \"-\" cannot be in a number")]
#[case("6.58E+09", "a spreadsheet turned it into a number like 6.59E+09: its digits are lost, get it from its source again")]
#[case("6,58E+09", "a spreadsheet turned it into a number like 6.59E+09: its digits are lost, get it from its source again")]
#[case("6,580,001,234", "digits only: \",\" cannot be in a number")]
#[case("80001234, 80001235", "more than one number: give each a row of its own")]
#[case("(65) 8000-1234", "digits only: \"(\", \")\", a space and \"-\" cannot be in a number")]
#[case("2025-11-30", "digits only: \"-\" cannot be in a number")]
#[case("6580001234.0", "ends with decimals (.0): a phone number has none")]
#[case("658000123", "9 digits: numbers in Singapore have 8 after 65, others 8 to 15 in all; were some lost?")]
#[case("S1234567A", "digits only: \"S\" cannot be in a number")]
#[case("006580001234", "begins with 0: begin with the country code, as in 6580001234")]
#[case("\u{a0}6580001234", "begins with a non-breaking space")]
#[case("", "empty")]
#[case("=\"6580001234\"", "a spreadsheet formula (=\"…\"): only what is inside the quotes is needed")]
fn a_number_is_checked(#[case] number: &str, #[case] words: &str) {
    let number = if number.contains(',') { format!("\"{number}\"") } else { number.to_owned() };
    assert_eq!(of_lines(&[HEADER, &format!("{number},english,Tan,Bedok")]), [format!("row 2 recipient: {words}")]);
}
