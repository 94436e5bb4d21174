//! The check of files, by what is said about them.

use proptest::prelude::*;
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
#[case("+65 8000-1234", "digits only: without \"+\", a space and \"-\"")]
#[case("6.58E+09", "a spreadsheet turned it into a number like 6.59E+09: its digits are lost, take it from its source again")]
#[case("6,58E+09", "a spreadsheet turned it into a number like 6.59E+09: its digits are lost, take it from its source again")]
#[case("6580001234.0", "a spreadsheet or a database gave it decimals: a number has none")]
#[case("658000123", "9 digits: numbers in Singapore have 8 after 65, others 8 to 15 in all; were some lost?")]
#[case("S1234567A", "digits only: \"S\" cannot be in a number")]
#[case("006580001234", "begins with 0: begin with the country code, as in 6580001234")]
#[case("\u{a0}6580001234", "begins with a non-breaking space")]
#[case("", "empty")]
#[case("=\"6580001234\"", "a formula of a spreadsheet, =\"…\": only what is in the quotes is meant")]
fn a_number_is_checked(#[case] number: &str, #[case] words: &str) {
    let number = if number.contains(',') { format!("\"{number}\"") } else { number.to_owned() };
    assert_eq!(of_lines(&[HEADER, &format!("{number},english,Tan,Bedok")]), [format!("row 2 recipient: {words}")]);
}

proptest! {
    #[test]
    fn any_pieces_give_the_same_and_only_a_file_without_a_mistake_is_sent(
        bytes in some_file(),
        cuts in prop::collection::vec(1..9_usize, 0..40),
    ) {
        let whole = checked(&bytes, rules());
        let mut checker = FileChecker::new("clinic.csv", rules());
        let mut rest = bytes.as_slice();
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            checker.feed(piece);
            rest = after;
        }
        checker.feed(rest);
        let pieced = checker.finish();
        prop_assert_eq!(said(&whole), said(&pieced));
        prop_assert_eq!((whole.rows(), whole.sha256(), whole.samples()), (pieced.rows(), pieced.sha256(), pieced.samples()));
        prop_assert_eq!(whole.upload(FileSource::Memory(bytes::Bytes::new())).is_none(), !whole.mistakes().is_empty());
        let mistakes: Vec<FileMistake<'_>> = (0..whole.mistakes().len()).filter_map(|index| whole.mistakes().nth(index)).collect();
        prop_assert_eq!(mistakes.len() as u64, whole.mistakes().len());
        prop_assert_eq!(whole.mistakes().by_row().count(), mistakes.len());
        prop_assert!(whole.mistakes().by_row().all(|mistake| mistakes.contains(&mistake)));
    }
}

/// Bytes that are nearly a file.
fn some_file() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just("recipient,language,name,place\n".to_owned()),
        6 => Just("6580001234,english,Tan,Bedok\r\n".to_owned()),
        2 => "[,;|\t]{0,4}",
        2 => "[\r\n]{1,3}",
        2 => "\"[a-z,\"]{0,4}\"?",
        1 => Just("\u{feff}".to_owned()),
        1 => "[0-9+ -]{0,12}",
        1 => ".{0,6}",
    ];
    let text = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    (text, 0..6_usize, prop::collection::vec(any::<u8>(), 0..6)).prop_map(|(text, encoding, noise)| match encoding {
        0 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        1 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        2 => text.chars().map(|letter| letter as u8).collect(),
        3 => [text.as_bytes(), &noise].concat(),
        _ => text.into_bytes(),
    })
}

/// The corrected copy of these bytes; `None` where there is none.
pub(super) fn corrected(bytes: &[u8], file: &CheckedFile) -> Option<Vec<u8>> {
    let mut corrector = FileCorrector::of(file)?;
    let mut out = Vec::new();
    for piece in bytes.chunks(7) {
        corrector.feed(piece, &mut out);
    }
    assert!(corrector.finish(&mut out), "the same bytes");
    Some(out)
}

/// The kinds of mistakes that cannot be corrected, with their columns and counts.
fn lasting(file: &CheckedFile) -> Vec<(MistakeKind, Option<String>, u32)> {
    let groups = file.mistakes().groups().iter().filter(|group| !group.kind().is_correctable());
    let mut lasting: Vec<_> = groups.map(|group| (group.kind(), group.column().map(str::to_owned), group.count())).collect();
    lasting.sort();
    lasting
}

proptest! {
    #[test]
    fn a_corrected_copy_needs_no_correction_and_hides_nothing(bytes in some_file()) {
        let file = checked(&bytes, rules());
        let shown = || format!("{:?} -> {:?}", String::from_utf8_lossy(&bytes), corrected(&bytes, &file).map(|copy| String::from_utf8_lossy(&copy).into_owned()));
        if let Some(copy) = corrected(&bytes, &file) {
            let again = checked(&copy, rules());
            let left: Vec<&MistakeGroup> = again.mistakes().groups().iter().filter(|group| group.kind().is_correctable()).collect();
            prop_assert!(left.is_empty(), "{left:?} {}", shown());
            prop_assert_eq!(lasting(&file), lasting(&again), "{}", shown());
            prop_assert_eq!(file.rows(), again.rows());
        }
    }
}
