//! The corrected copy.

use proptest::prelude::*;
use rstest::rstest;

use super::pieces::some_file;
use super::written::{cells, some_written};
use super::*;

/// The corrected copy of these bytes; `None` where there is none.
pub(super) fn copy_of(bytes: &[u8], file: &CheckedFile) -> Option<Vec<u8>> {
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
        let shown = || format!("{:?} -> {:?}", String::from_utf8_lossy(&bytes), copy_of(&bytes, &file).map(|copy| String::from_utf8_lossy(&copy).into_owned()));
        if let Some(copy) = copy_of(&bytes, &file) {
            let again = checked(&copy, rules());
            let left: Vec<&MistakeGroup> = again.mistakes().groups().iter().filter(|group| group.kind().is_correctable()).collect();
            prop_assert!(left.is_empty(), "{left:?} {}", shown());
            prop_assert_eq!(lasting(&file), lasting(&again), "{}", shown());
            prop_assert_eq!(file.rows(), again.rows());
        }
    }
}

#[rstest]
#[case::mark(
    "\u{feff}recipient,language,name,place\n6580001234,english,Tan,Bedok\n",
    "recipient,language,name,place\n6580001234,english,Tan,Bedok\n"
)]
#[case::separator(
    "recipient;language;name;place\n6580001234;english;Tan, Ah Kow;Bedok\n",
    "recipient,language,name,place\n6580001234,english,\"Tan, Ah Kow\",Bedok\n"
)]
#[case::line(
    "sep=,\nrecipient,language,name,place\n6580001234,english,Tan,Bedok",
    "recipient,language,name,place\n6580001234,english,Tan,Bedok"
)]
#[case::old_mac(
    "recipient,language,name,place\r6580001234,english,Tan,Bedok\r",
    "recipient,language,name,place\n6580001234,english,Tan,Bedok\n"
)]
#[case::numbers(
    "recipient,language,name,place\n+65 8000-1234,english,Tan,Bedok\n8000 1234,english,Tan,Bedok\n",
    "recipient,language,name,place\n6580001234,english,Tan,Bedok\n8000 1234,english,Tan,Bedok\n"
)]
#[case::abroad(
    "recipient,language,name,place\n+44 7700 900123,english,Tan,Bedok\n(65) 8000 1234,english,Tan,Bedok\n",
    "recipient,language,name,place\n447700900123,english,Tan,Bedok\n6580001234,english,Tan,Bedok\n"
)]
#[case::capitals(
    "Recipient,LANGUAGE,\" Name\",place\n6580001234,english,Tan,Bedok\n",
    "recipient,language,\"name\",place\n6580001234,english,Tan,Bedok\n"
)]
#[case::decimals(
    "recipient,language,name,place\n6580001234.0,english,Tan,Bedok\n",
    "recipient,language,name,place\n6580001234,english,Tan,Bedok\n"
)]
#[case::formula(
    "recipient,language,name,place\n=\"6580001234\",english,Tan,Bedok\n",
    "recipient,language,name,place\n6580001234,english,Tan,Bedok\n"
)]
#[case::spaces(
    "recipient, language,name,place \n6580001234,english ,\u{a0}Tan,\" Bedok, 1\u{3000}\"\n",
    "recipient,language,name,place\n6580001234,english,Tan,\"Bedok, 1\"\n"
)]
#[case::rows(
    "\n,,,\nrecipient,language,name,place\n6580001234,english,Tan,Bedok\n,,,\n\n",
    "recipient,language,name,place\n6580001234,english,Tan,Bedok\n"
)]
#[case::breaks(
    "recipient,language,name,place\n6580001234,english,\"Tan\r\nAh Kow\",Bedok\n",
    "recipient,language,name,place\n6580001234,english,\"Tan\nAh Kow\",Bedok\n"
)]
fn what_is_certain_is_corrected(#[case] file: &str, #[case] copy: &str) {
    let checked = checked(file, rules());
    assert_eq!(copy_of(file.as_bytes(), &checked).map(|copy| String::from_utf8(copy).unwrap()).as_deref(), Some(copy));
}

#[test]
fn windows_1252_becomes_utf_8() {
    let file = b"recipient;language;name;place\r\n6580001234;english;Ren\xe9 \x93B\xe4r\x94;Caf\xe9\r\n";
    let copy = copy_of(file, &checked(file, rules())).unwrap();
    assert_eq!(String::from_utf8(copy).unwrap(), "recipient,language,name,place\r\n6580001234,english,René “Bär”,Café\r\n");
}

#[rstest]
#[case(b"Don\x92t wait", "Don’t wait")]
#[case(b"Caf\xe9, Tan\x92s", "Café, Tan’s")]
#[case(b"9\x965", "9–5")]
#[case(b"M\xfcller \x97 Bedok\x85", "Müller — Bedok…")]
#[case(b"the \x93Blue House\x94", "the “Blue House”")]
fn what_is_windows_1252_alone_becomes_utf_8(#[case] cell: &[u8], #[case] text: &str) {
    let file = [b"recipient,language,name,place\n6580001234,english,Tan,\"", cell, b"\"\n"].concat();
    let copy = copy_of(&file, &checked(&file, rules())).map(|copy| String::from_utf8(copy).unwrap());
    assert_eq!(copy, Some(format!("{HEADER}\n6580001234,english,Tan,\"{text}\"\n")));
}

#[test]
fn of_another_encoding_it_is_said_where_to_save_it_again() {
    let file = checked(b"recipient,language,name,place\n6580001234,english,\xa3ukasz,Bedok\n", rules());
    assert_eq!(said(&file), ["not in UTF-8, and its encoding is not certain enough to convert it: save it as CSV UTF-8 where it was made"]);
}

#[rstest]
#[case::right(b"recipient,language,name,place\n6580001234,english,Tan,Bedok\n")]
#[case::nothing_certain(b"recipient,language,name,place\n80001234,english,,Bedok\n")]
#[case::date(b"recipient,language,name,place\n2025-11-30,english,Tan,Bedok\n")]
#[case::extension(b"recipient,language,name,place\n447700900123-5,english,Tan,Bedok\n")]
#[case::thousands(b"recipient,language,name,place\n\"447,700,900,123\",english,Tan,Bedok\n")]
#[case::capitals_of_two(b"recipient,language,Name,NAME,place\n6580001234,english,Tan,Tan,Bedok\n")]
#[case::capitals_of_an_unknown_name(b"recipient,language,name,place,Date\n6580001234,english,Tan,Bedok,1 May\n")]
#[case::mac_roman(b"recipient,language,name,place\n6580001234,english,Jos\x8e,Don\xd5t \n")]
#[case::mac_roman_that_looks_like_a_quote(b"recipient,language,name,place\n6580001234,english,Sol\x92s,Par\x92s \n")]
#[case::a_quote_in_gbk(b"recipient,language,name,place\n6580001234,english,Tan,Don\xa1\xaft \n")]
#[case::a_quote_in_big5(b"recipient,language,name,place\n6580001234,english,Tan,Don\xa1\xa6t \n")]
#[case::a_name_in_shift_jis(b"recipient,language,name,place\n6580001234,english,\x93c,Bedok \n")]
#[case::windows_1250(b"recipient,language,name,place\n6580001234,english,\xa3ukasz,Bedok \n")]
#[case::windows_1250_with_letters_of_both(b"recipient,language,name,place\n6580001234,english,Ren\xe9e Mare\xe8ek,Bedok \n")]
#[case::dos(b"recipient,language,name,place\n6580001234,english,M\x81ller,Malm\x94 \n")]
#[case::chinese_in_gbk(b"recipient,language,name,place\n6580001234,chinese,\xc0\xee\xd0\xc0\xe2\xf9,Bedok \n")]
#[case::open_quote(b"recipient,language,name,place\n6580001234,english,\"Tan ,Bedok \n")]
#[case::quotes_in_wrong_places(b"recipient;language;name;place\n6580001234;english;\"Tan\" Wei;Bedok \n")]
#[case::bytes_of_another_encoding(b"\xef\xbb\xbfrecipient,language,name,place\n6580001234,english,Ren\xe9,Bedok \n")]
#[case::workbook(b"PK\x03\x04 recipient,language,name,place \n")]
#[case::empty(b"\n\n")]
fn nothing_is_guessed(#[case] file: &[u8]) {
    assert_eq!(copy_of(file, &checked(file, rules())), None);
}

#[test]
fn a_copy_of_other_bytes_is_reported() {
    let mut corrector = FileCorrector::of(&checked(format!("{HEADER}\n\n"), rules())).unwrap();
    corrector.feed(HEADER.as_bytes(), &mut Vec::new());
    assert!(!corrector.finish(&mut Vec::new()), "the file has changed since");
}

proptest! {
    #[test]
    fn a_cell_is_changed_where_a_mistake_says_so_and_nowhere_else(written in some_written()) {
        let bytes = written.bytes();
        let file = checked(&bytes, rules());
        let Some(copy) = copy_of(&bytes, &file) else { return Ok(()) };
        let again = checked(&copy, rules());
        prop_assert!(!again.mistakes().groups().iter().any(|group| group.kind().is_correctable()), "{}", String::from_utf8_lossy(&copy));
        prop_assert_eq!(lasting(&file), lasting(&again));
        let is_named = |row: u32, column: &str| {
            file.mistakes().by_row().any(|mistake| mistake.row == Some(row) && mistake.column == Some(column) && mistake.kind.is_correctable())
        };
        let is_empty = |row: u32| file.mistakes().by_row().any(|mistake| mistake.row == Some(row) && mistake.kind == MistakeKind::EmptyRow);
        let rows: Vec<(u32, &Vec<String>)> = (1..).zip(&written.rows).filter(|(row, _)| !is_empty(*row)).collect();
        let copied = cells(&copy, b',');
        prop_assert_eq!(rows.len(), copied.len());
        for ((row, written), copied) in rows.into_iter().zip(copied) {
            prop_assert_eq!(written.len(), copied.len());
            for (index, (cell, copied)) in written.iter().zip(&copied).enumerate() {
                let is_changed = file.columns().get(index).is_some_and(|column| is_named(row, column));
                prop_assert_eq!(cell != copied, is_changed, "row {}: {:?} -> {:?}", row, cell, copied);
            }
        }
    }
}
