//! One file for each kind of mistake and advice.

use rstest::rstest;

use super::*;
use crate::delivery::Recipient;

/// What is said of a file with these rows below a right header.
fn of_rows(rows: &[&str]) -> Vec<String> {
    of_lines(&[&[HEADER], rows].concat())
}

#[rstest]
#[case::first("name,place,recipient,language", &[
    "row 1 recipient: must be the first column, and is column 3",
    "row 1 language: must be the second column, and is column 4",
])]
#[case::case("Recipient,Language,Name,place", &[
    "row 1 Recipient: write it in lower-case letters: recipient",
    "row 1 Language: write it in lower-case letters: language",
    "row 1 Name: write it in lower-case letters: name",
])]
#[case::case_twice("recipient,language,Name,NAME,place", &[
    "row 1 Name: write it in lower-case letters: name",
    "row 1 NAME: write it in lower-case letters: name",
])]
#[case::other("phone,lang,name,place", &[
    "row 1 recipient: missing: it must be the first column",
    "row 1 language: missing: it must be the second column",
])]
#[case::twice("recipient,language,name,place,name", &["row 1 name: appears twice: it is column 3 as well"])]
#[case::unnamed("recipient,language,name,place,", &["row 1 column 5: no name: remove the column, or name it after a variable"])]
#[case::name("recipient,language,name,place,2nd", &["row 1 2nd: names have lower-case letters, digits and _, and begin with a letter"])]
#[case::unknown("recipient,language,name,place,date", &["row 1 date: the template has no such variable, as the campaign's newest messages in english and chinese show. If the template has changed since, send one message with it first, and check again"])]
#[case::missing("recipient,language,name", &["row 1 place: missing: the template has this variable, as the campaign's newest messages in english and chinese show. If the template has changed since, send one message with it first, and check again"])]
#[case::none("6580001234,english,Tan,Bedok", &["row 1: the header is missing: the first row must be recipient,language and the names of the variables"])]
#[case::quoted("\"recipient,language,name,place\"", &["row 1 column 1: all names are in one cell: is the whole row in quotes?"])]
#[case::spaces("recipient, language,name ,place", &["row 1 language: begins with a space", "row 1 name: ends with a space"])]
fn a_header_is_checked(#[case] header: &str, #[case] words: &[&str]) {
    let mut said = of_lines(&[header]);
    said.retain(|words| !words.starts_with("only a header"));
    assert_eq!(said, words);
}

#[rstest]
#[case("recipient,language,english,chinese")]
#[case("recipient,language,name,due_20261130")]
#[case("name,english,recipient,language")]
#[case("phone,lang,english,date_20261130")]
fn a_variable_can_be_called_like_a_language(#[case] header: &str) {
    let file = checked(format!("{header}\n6580001234,english,Tan,Bedok"), FileRules::default());
    assert!(!file.mistakes().groups().iter().any(|group| group.kind() == MistakeKind::NoHeader), "{:?}", said(&file));
}

#[test]
fn languages_with_different_variables_are_only_advice() {
    let texts = vec![text("english", "{{name}}"), text("malay", "{{nama}}")];
    let rules = FileRules { known: KnownTexts::new(vec!["english".to_owned(), "malay".to_owned()], texts), ..FileRules::default() };
    let file = checked("recipient,language,name,date\n6580001234,english,Tan,1 May\n6580001235,malay,Siti,1 May", rules);
    let expected =
        ["~ date: no known text of the campaign has such a variable", "~ nama: missing: the known text in malay has this variable"];
    assert_eq!(said(&file), expected);
    assert_eq!((file.rows_of_unknown_size(), file.mistakes().is_empty()), (1, true));
}

#[test]
fn without_a_known_text_any_variable_goes() {
    let file = checked("recipient,language,body\n6580001234,tamil,வணக்கம்", FileRules::default());
    assert_eq!((said(&file), file.rows_of_unknown_size()), (Vec::new(), 1));
    assert_eq!(file.samples()[0].values, [("body".to_owned(), "வணக்கம்".to_owned())]);
    let long = format!("recipient,language,body\n6580001234,tamil,{}", "x".repeat(1_001));
    assert_eq!(
        said(&checked(long, FileRules::default())),
        ["row 2 body: 1,001 characters in the body, and at most 1,000 are sent: shorten a value"]
    );
}

#[rstest]
#[case::few("6580001234,english,Tan", "row 2: 3 cells, and the header has 4")]
#[case::many("6580001234,english,Tan,Bedok, Block 1", "row 2: 5 cells, and the header has 4: is a text with commas not in quotes?")]
#[case::empty_cell("6580001234,english,,Bedok", "row 2 name: empty")]
#[case::only_spaces("6580001234,english, \u{a0},Bedok", "row 2 name: only spaces: every cell needs a value")]
#[case::no_language("6580001234,,Tan,Bedok", "row 2 language: empty")]
#[case::language("6580001234,en,Tan,Bedok", "row 2 language: not one of english, chinese, malay, tamil")]
#[case::ends("6580001234,english,Tan,Bedok ", "row 2 place: ends with a space")]
#[case::tab("6580001234,english,\tTan,Bedok", "row 2 name: begins with a tab")]
#[case::ideographic("6580001234,english,Tan,\u{3000}Bedok\u{3000}", "row 2 place: begins and ends with an ideographic space")]
#[case::forbidden("6580001234,english,Tan [1],Bedok", "row 2 name: \"[\" and \"]\" are not allowed in English texts")]
#[case::placeholder(
    "6580001234,english,{{name}},Bedok",
    "row 2 name: a {{variable}} is not filled in inside a value: write the text itself"
)]
#[case::control("6580001234,english,T\0an,Bedok", "row 2 name: U+0000 cannot be sent: remove it")]
#[case::lost(
    "6580001234,english,T\u{fffd}n,Bedok",
    "row 2 name: \"\u{fffd}\" is in the place of a character that was lost: write the right one"
)]
#[case::quote_inside(
    "6580001234,english,Tan \"Ah Kow\" Wei,Bedok",
    "row 2 name: a quote in a cell that is not in quotes: put the cell in quotes, and write that quote twice"
)]
#[case::after_quote(
    "6580001234,english,\"Tan\" Wei,Bedok",
    "row 2 name: text after the closing quote: inside a quoted cell, each quote is written twice"
)]
#[case::open_quote(
    "6580001234,english,\"Tan,Bedok",
    "row 2 name: a quote is opened and never closed: the rest of the file is read as part of this cell"
)]
#[case::line_break(
    "6580001234,english,\"Tan\r\nWei\",Bedok",
    "row 2 name: a line break with a carriage return in it: a line feed alone is enough"
)]
fn a_row_is_checked(#[case] row: &str, #[case] words: &str) {
    assert_eq!(of_rows(&[row]), [words]);
}

#[test]
fn a_text_has_a_length_that_is_sent() {
    let row = |length: usize| format!("6580001234,english,{},Bedok", "a".repeat(length));
    let fixed = "Dear , see you at Bedok.".len();
    assert_eq!(of_rows(&[&row(321 - fixed)]), ["~ more than 320 characters in the body of 1 row: at most 320 are advised"]);
    let told = "The templates are those of the campaign's newest messages in english and chinese. If the template has changed since, send one message with it first, and check again";
    let segments = format!("row 2: 7 segments, and at most 6 are sent: shorten a value. {told}");
    assert_eq!(of_rows(&[&row(940)]), [segments]);
    let words = format!("row 2: 1,001 characters in the body, and at most 1,000 are sent: shorten a value. {told}");
    assert_eq!(of_rows(&[&row(1_001 - fixed)]), [words]);
    let file = checked(format!("{HEADER}\n{}\n{}", row(1_001 - fixed), row(1_000)), rules());
    let of_group = format!("too long: at most 1,000 characters in the body, 1,530 in all, and 6 segments are sent. {told}");
    assert_eq!(file.mistakes().groups()[0].words(), of_group);
}

#[test]
fn rows_are_counted_as_a_spreadsheet_counts() {
    let file = format!("\n{HEADER}\r\n\r\n6580001234,english,\"Tan\nWei\",Bedok\n6580001235,english,,Bedok\n\n");
    let rows: Vec<Option<u32>> = checked(file, rules()).mistakes().by_row().map(|mistake| mistake.row).collect();
    assert_eq!(rows, [Some(1), Some(3), Some(5), Some(6)]);
}

#[rstest]
#[case::empty("", &["the file is empty"])]
#[case::blank("\n\n", &["the file has only blank lines", "row 1: an empty row: remove it", "row 2: an empty row: remove it"])]
#[case::only_a_header("recipient,language,name,place\n", &["only a header: there is no row to send"])]
#[case::workbook("PK\u{3}\u{4}\u{14}", &["an Excel workbook (.xlsx) or another zip file: open it and save it as CSV UTF-8"])]
#[case::html("<html><table>", &["a web page or XML, as some systems write under the name of a spreadsheet: open it in a spreadsheet and save it as CSV UTF-8"])]
fn what_is_no_file_of_messages_is_named(#[case] file: &str, #[case] words: &[&str]) {
    assert_eq!(said(&checked(file, rules())), words);
}

#[test]
fn a_file_has_a_name_and_a_size_that_are_taken() {
    let right = format!("{HEADER}\n6580001234,english,Tan,Bedok\n");
    for (name, is_right) in [("a.csv", true), ("A.CSV", true), ("a.csv.txt", false), ("csv", false), (".csv", false)] {
        let mut checker = FileChecker::new(name, rules());
        checker.feed(right.as_bytes());
        assert_eq!(checker.finish().mistakes().is_empty(), is_right, "{name}");
    }
    // Of a workbook no row is read, which would take seconds here.
    let mut checker = FileChecker::new("a.csv", rules());
    checker.feed(b"PK\x03\x04");
    (0..40).for_each(|_| checker.feed(&[0; 1024 * 1024]));
    assert!(said(&checker.finish()).contains(&"larger than 40 MB, the most that Postman takes: split it".to_owned()));
}

#[test]
fn an_environment_can_take_a_few_rows_only() {
    let rows = |count: usize| {
        let rules = FileRules { most_rows: Some(20), ..rules() };
        let rows: String = (0..count).map(|row| format!("65800012{row:02},english,Tan,Bedok\n")).collect();
        said(&checked(format!("{HEADER}\n{rows}"), rules))
    };
    assert_eq!(rows(20), [""; 0]);
    assert_eq!(rows(21), ["21 rows: in this environment a file has at most 20"]);
}

#[test]
fn advice_names_numbers_and_rows() {
    let file = [
        HEADER,
        "6580001234,english,Tan,Bedok",
        "6580001234,english,Lim,Bedok",
        "60123456789,english,Lim,Bedok",
        "6580000000,malay,“Lim”,Bedok",
        "6510001234,english,\\n,Bed??k",
    ];
    let had_message = [Recipient::new("6580001234")].iter().collect();
    let file = checked(file.join("\n"), FileRules { had_message, ..rules() });
    let expected = [
        "row 6 name: \"\\\" is not allowed in English texts",
        "~ recipient: 1 number appears twice",
        "~ recipient: 2 rows go to a number that had a message today",
        "~ recipient: 1 row has a number that ends with many zeros: did a spreadsheet round it?",
        "~ recipient: 1 row has an unusual number: numbers in Singapore begin with 3, 6, 8 or 9 after 65",
        "~ recipient: 1 row goes abroad: the last status there is \"with telco\", and the price is that for abroad",
        "~ language: 1 row has a new language: this campaign has only used english and chinese, and Postman may refuse another",
        "~ place: runs of question marks in 1 row: were letters lost when it was saved as CSV instead of CSV UTF-8?",
        "~ name: NULL, #N/A or the like in 1 row: is the value missing?",
        "~ name: \\n in 1 row: it is sent as these two characters, not as a line break",
        "~ name: \"“\" and \"”\" make 1 row UCS-2, of which less goes into a segment",
    ];
    assert_eq!(said(&file), expected);
    assert_eq!(file.advice()[0].rows, [2, 3]);
}

#[rstest]
#[case::mark("\u{feff}recipient,language,name,place\n", &["removed the byte order mark"])]
#[case::separator("recipient;language;name;place\n", &["put commas between the cells"])]
#[case::case("recipient,language,Name,place\n", &["wrote the name in lower-case letters"])]
#[case::rows("\nrecipient,language,name,place\n", &["removed empty rows"])]
#[case::number("recipient,language,name,place\n+65 8000 1234,english, Tan,\n", &["left only the digits of numbers", "removed spaces at the ends"])]
fn what_was_corrected_is_told_as_done(#[case] file: &str, #[case] words: &[&str]) {
    let file = checked(file, rules());
    let told: Vec<&str> = file.mistakes().groups().iter().filter_map(|group| group.kind().corrected_words()).collect();
    assert_eq!(told, words);
}

#[test]
fn rows_are_counted_apart_from_numbers() {
    let twice = "60123456789,english,Tan,Bedok\n".repeat(3);
    let file = checked(format!("{HEADER}\n{twice}6580001234,english,Tan,Bedok\n6580001234,english,Tan,Bedok\n"), rules());
    let expected = [
        "~ recipient: 2 numbers appear more than once, in 5 rows",
        "~ recipient: 3 rows go abroad: the last status there is \"with telco\", and the price is that for abroad",
    ];
    assert_eq!(said(&file), expected);
    let counts: Vec<_> = file.advice().iter().map(|advice| (advice.count, advice.row_count, advice.rows.len())).collect();
    assert_eq!(counts, [(2, 5, 5), (3, 3, 3)]);
}

#[test]
fn only_messages_count_as_rows_with_mistakes() {
    let file = checked("recipient,language,nme,place\n6580001234,english,Tan,Bedok\n\n80001235,english,,Bedok\n", rules());
    let rows: Vec<_> = file.mistakes().by_row().filter_map(|mistake| mistake.row).collect();
    assert!(rows.contains(&1) && rows.contains(&3), "the header and the empty row are mistakes: {rows:?}");
    assert_eq!((file.rows(), file.mistakes().rows()), (2, 1));
}

#[test]
fn a_file_in_which_every_row_is_wrong_has_one_group_for_each_mistake() {
    let rows: String = (0..30_000).map(|_| "80001234,english,,Bedok\n").collect();
    let file = checked(format!("{HEADER}\n{rows}6580001234,english,,Bedok\n"), rules());
    let mistakes = file.mistakes();
    assert_eq!((mistakes.len(), mistakes.rows(), mistakes.groups().len()), (60_001, 30_001, 2));
    assert_eq!(mistakes.groups()[0].words(), "the country code is missing");
    assert_eq!(mistakes.groups()[1].rows().take(3).collect::<Vec<_>>(), [2, 3, 4]);
    let last = mistakes.nth(60_000).unwrap();
    assert_eq!((last.row, last.column, last.words), (Some(30_002), Some("name"), "empty"));
    assert_eq!(mistakes.nth(60_001), None);
}

#[test]
fn different_sentences_of_a_group_have_one_in_common() {
    let rows: Vec<String> = (0..200).map(|count| format!("6580001234,english,Tan{},Bedok", ",x".repeat(count % 90 + 1))).collect();
    let file = checked(format!("{HEADER}\n{}", rows.join("\n")), rules());
    let group = &file.mistakes().groups()[0];
    assert_eq!((group.count(), group.words().as_str()), (200, "too many cells: is a text with commas not in quotes?"));
    assert!(file.mistakes().nth(1).unwrap().words.starts_with("6 cells"));
    assert_eq!(file.mistakes().nth(80).unwrap().words, group.words());
}

#[test]
fn nothing_of_a_cell_is_in_what_is_said_or_logged() {
    let rows =
        ["8000 1234,Klingon,Tan Wei Ming €,Bedok ", "6580001239,english,{{secret}},\"Bedok\" x", "6580001238,english,Tan Wei Ming,Bedok"];
    let file = checked(format!("{HEADER}\n{}", rows.join("\n")), rules());
    let logged = format!("{file:?} {:?} {:?} {:?} {:?}", said(&file), file.samples(), file.mistakes(), file.advice());
    let secrets = ["8000", "Klingon", "Wei", "Bedok", "secret"];
    assert!(!secrets.iter().any(|secret| logged.contains(secret)), "{logged}");
    let headerless = checked("Tan Wei Ming,6580001234\nLim,6580001235", rules());
    assert!(!format!("{:?} {:?}", said(&headerless), headerless.columns()).contains("Tan"));
}

#[test]
fn what_has_no_header_that_could_be_one_takes_no_memory() {
    let file = checked("a,".repeat(2_000_000), rules());
    assert_eq!(said(&file), ["its first row is longer than any header: is it a CSV?"]);
    let file = checked(format!("{HEADER}\n6580001234,english,{},Bedok", "x".repeat(2_000_000)), rules());
    assert_eq!(said(&file), ["row 2: longer than any message: was a quote opened and not closed?"]);
}
