//! Typed messages, and what is said about them.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::action::Charges;
use crate::delivery::TextFrame;

/// A campaign with an English text, and a Malay one whose header and footer are not known.
fn known() -> KnownTexts {
    let text = |language: &str, body: &str, frame: Option<TextFrame>| KnownText {
        language: language.to_owned(),
        body: body.to_owned(),
        frame,
        usual: Vec::new(),
    };
    let frame = TextFrame { before: "Clinic\n\n---\n\n".to_owned(), after: "\n\n---\n\nDo not reply.".to_owned() };
    let english = text("english", "Dear {{name}}, see you at {{place}}.", Some(frame));
    let malay = text("malay", "{{name}}: {{place}}", None);
    KnownTexts::new(vec!["english".to_owned(), "malay".to_owned()], vec![english, malay])
}

/// A campaign that only has this body in English, with nothing around it.
fn only(body: &str) -> KnownTexts {
    let frame = Some(TextFrame { before: String::new(), after: String::new() });
    let text = KnownText { language: "english".to_owned(), body: body.to_owned(), frame, usual: Vec::new() };
    KnownTexts::new(vec!["english".to_owned()], vec![text])
}

fn typed(to: &str, language: &str, values: &[(&str, &str)]) -> TypedDraft {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    TypedDraft { to: to.to_owned(), language: language.to_owned(), values }
}

/// The remarks, one a line: a mistake with `!`, its field, its words.
fn said(check: &DraftCheck) -> Vec<String> {
    let one = |remark: &Remark| {
        let mark = if remark.weight == RemarkWeight::Mistake { "!" } else { "" };
        let field = match &remark.field {
            DraftField::To => "to",
            DraftField::Language => "language",
            DraftField::Value(name) => name,
            DraftField::Text => "text",
        };
        format!("{mark}{field}: {}", remark.words)
    };
    check.remarks.iter().map(one).collect()
}

#[test]
fn a_right_message_is_complete_and_shown_as_it_will_arrive() {
    let check = typed("+65 8000-1234", "English", &[("place", "Bedok"), ("name", "Tan Wei Ming")]).check(&known());
    assert_eq!(said(&check), [""; 0]);
    let draft = check.draft.unwrap();
    assert_eq!((draft.recipient.as_str(), draft.language.as_str()), ("6580001234", "english"));
    assert_eq!(draft.values, [("name".to_owned(), "Tan Wei Ming".to_owned()), ("place".to_owned(), "Bedok".to_owned())]);
    assert_eq!(check.text.unwrap(), "Clinic\n\n---\n\nDear Tan Wei Ming, see you at Bedok.\n\n---\n\nDo not reply.");
    assert_eq!((check.number.as_deref(), check.completed, check.is_whole), (Some("Singapore, mobile"), None, true));
    assert_eq!(check.size.unwrap().words(), "69 characters, GSM-7, 1 segment");
    assert_eq!(Charges::new(None, None).words(&check.segments), "Up to S$0.05, charged even if it fails.");
}

#[rstest]
#[case::missing("", "!to: a number is missing", None)]
#[case::local("8000 1234", "!to: the country code is missing", Some("6580001234"))]
#[case::letters("S1234567A", "!to: digits only: \"S\" cannot be in a number", None)]
#[case::beginning("6510001234", "to: unusual: numbers in Singapore are 65 and 8 digits that begin with 3, 6, 8 or 9", None)]
#[case::length("65800012345", "to: unusual: numbers in Singapore are 65 and 8 digits that begin with 3, 6, 8 or 9", None)]
#[case::abroad("60123456789", "to: abroad: its last status is \"with telco\", and it is charged at the price for abroad", None)]
fn a_number_is_checked(#[case] to: &str, #[case] words: &str, #[case] completed: Option<&str>) {
    let check = typed(to, "english", &[("name", "Tan"), ("place", "Bedok")]).check(&known());
    assert_eq!(said(&check), [words]);
    assert_eq!(check.completed.as_deref(), completed);
    assert_eq!(check.draft.is_none(), words.starts_with('!'));
    assert_eq!(check.size.unwrap().segments, 1, "the text does not wait for the number");
}

#[test]
fn a_number_abroad_costs_what_it_costs_there() {
    let check = typed("60123456789", "english", &[("name", "Tan"), ("place", "Bedok")]).check(&known());
    assert_eq!(check.number.as_deref(), Some("Malaysia"));
    assert_eq!(Charges::new(None, None).words(&check.segments), "Up to S$0.23, charged even if it fails.");
}

#[rstest]
#[case(" MALAY ", None)]
#[case("", Some("!language: choose a language: english, chinese, malay, tamil"))]
#[case("klingon", Some("!language: not one of english, chinese, malay, tamil"))]
#[case("tamil", Some("language: not seen in this campaign, only english, malay: the API decides"))]
fn a_language_is_one_of_the_apis(#[case] language: &str, #[case] words: Option<&str>) {
    let check = typed("6580001234", language, &[("name", "Tan"), ("place", "Bedok")]).check(&known());
    assert_eq!(said(&check), words.into_iter().collect::<Vec<_>>());
    assert_eq!(check.draft.is_none(), words.is_some_and(|words| words.starts_with('!')));
}

#[test]
fn without_a_known_text_any_language_and_name_goes() {
    let check = typed("6580001234", "tamil", &[("place_2", "பெடோக்"), ("", "")]).check(&KnownTexts::default());
    assert_eq!((said(&check), check.text.as_deref(), check.is_whole), (Vec::new(), None, false));
    assert_eq!(check.draft.unwrap().values, [("place_2".to_owned(), "பெடோக்".to_owned())]);
    assert_eq!(Charges::new(None, None).words(&check.segments), "May be charged, even if it fails; how much is not known.");
    for name in ["Place", "2nd", "my name", "näme", ""] {
        let check = typed("6580001234", "english", &[(name, "x")]).check(&KnownTexts::default());
        assert_eq!(said(&check), [format!("!{name}: names have lower-case letters, digits and _, and begin with a letter")]);
    }
}

#[test]
fn what_other_languages_have_is_missed() {
    let check = typed("6580001234", "tamil", &[("name", "முருகன்")]).check(&known());
    let expected = [
        "language: not seen in this campaign, only english, malay: the API decides",
        "place: missing: the texts in other languages have it",
    ];
    assert_eq!(said(&check), expected);
    assert!(check.draft.is_some());
}

#[rstest]
#[case("", "!name: needs a value")]
#[case("  ", "!name: only spaces: it needs a value")]
#[case(" Tan", "!name: begins with a space: remove it")]
#[case("Tan\u{a0}", "!name: ends with a non-breaking space: remove it")]
#[case("\nTan ", "!name: begins and ends with a line break: remove both")]
#[case("5 €", "!name: \"€\" is not allowed in English texts")]
#[case("[Tan] | ~", "!name: \"[\", \"]\", \"|\" and \"~\" are not allowed in English texts")]
#[case("|^[]~\\`", "!name: \"|\", \"^\", \"[\", \"]\" and 3 more are not allowed in English texts")]
#[case("1\u{fe0f}\u{20e3}", "!name: an emoji is not allowed in English texts")]
#[case("{{name}}", "!name: \"{{name}}\" is not filled in inside a value: write the text itself")]
#[case("a\u{1b}b", "!name: U+001B cannot be sent: remove it")]
fn a_value_is_checked(#[case] value: &str, #[case] words: &str) {
    let check = typed("6580001234", "english", &[("name", value), ("place", "Bedok")]).check(&known());
    assert_eq!(said(&check).first().map(String::as_str), Some(words));
    assert_eq!(check.draft, None);
    let shown = check.text.unwrap();
    assert!(!shown.contains('\u{1b}') && (!value.is_empty() || shown.contains("Dear {{name}}, see")), "{shown}");
}

#[rstest]
#[case("5 € [x]", None)]
#[case("{{name}}", Some("name: \"{{name}}\" is not filled in inside a value: write the text itself"))]
fn other_languages_have_more_characters(#[case] value: &str, #[case] words: Option<&str>) {
    let check = typed("6580001234", "malay", &[("name", value), ("place", "Bedok")]).check(&known());
    assert_eq!(said(&check), words.into_iter().collect::<Vec<_>>());
    assert!(check.draft.is_some() && !check.is_whole && check.size.is_some());
}

#[test]
fn variables_are_those_of_the_template_each_once() {
    let check = typed("6580001234", "english", &[("name", "Tan"), ("date", "1 May"), ("name", "Lim")]).check(&known());
    assert_eq!(said(&check), ["!name: given more than once", "!place: needs a value", "date: the template has no such variable"]);
    assert_eq!(check.size, None, "a value is missing");
}

#[rstest]
#[case::short(320, "", None)]
#[case::longer_than_advised(321, "", Some("text: 321 characters in the body: at most 320 are advised"))]
#[case::six_segments(918, "", Some("text: 918 characters in the body: at most 320 are advised"))]
#[case::seven_segments(919, "", Some("!text: 7 segments, and at most 6 are sent: shorten a value"))]
#[case::too_long(1_001, "", Some("!text: 1,001 characters in the body, and at most 1,000 are sent: shorten a value"))]
#[case::ucs2_of_seven_segments(402, "李", Some("!text: 7 segments, and at most 6 are sent: shorten a value"))]
fn a_text_has_a_length_that_is_sent(#[case] plain: usize, #[case] beyond: &str, #[case] words: Option<&str>) {
    let value = format!("{}{beyond}", "a".repeat(plain));
    let check = typed("6580001234", "english", &[("body", &value)]).check(&only("{{body}}"));
    let about_text: Vec<String> = said(&check).into_iter().filter(|words| !words.starts_with("body")).collect();
    assert_eq!(about_text, words.into_iter().collect::<Vec<_>>());
}

#[test]
fn header_and_footer_count_in_all() {
    let frame = TextFrame { before: "h".repeat(700), after: "f".repeat(600) };
    let text = KnownText { language: "english".to_owned(), body: "{{body}}".to_owned(), frame: Some(frame), usual: Vec::new() };
    let known = KnownTexts::new(vec!["english".to_owned()], vec![text]);
    let check = typed("6580001234", "english", &[("body", &"b".repeat(231))]).check(&known);
    assert_eq!(said(&check), ["!text: 1,531 characters in all, and at most 1,530 are sent: shorten a value"]);
}

#[rstest]
#[case("“Tan”", "name: “ and ” make it UCS-2: 2 segments instead of 1")]
#[case("Tan\u{a0}Wei", "name: a non-breaking space makes it UCS-2: 2 segments instead of 1")]
#[case("Tan\u{200b}Wei", "name: U+200B makes it UCS-2: 2 segments instead of 1")]
#[case("李欣怡您好吗", "name: 李, 欣, 怡, 您 and 2 more make it UCS-2: 2 segments instead of 1")]
fn characters_that_cost_segments_are_named(#[case] value: &str, #[case] words: &str) {
    let check = typed("6580001234", "english", &[("name", value), ("place", "the polyclinic in Bedok")]).check(&known());
    assert_eq!(said(&check), [words]);
    assert!(check.draft.is_some());
}

#[test]
fn a_template_that_is_ucs2_by_itself_blames_no_value() {
    let check = typed("6580001234", "english", &[("name", "“Tan”")]).check(&only("您好 {{name}}"));
    assert_eq!(said(&check), [""; 0]);
    let check = typed("6580001234", "english", &[("name", "“Tan”")]).check(&only("{{name}}"));
    assert_eq!(said(&check), ["name: “ and ” make it UCS-2"], "and where it costs nothing, no number is named");
}

#[test]
fn no_number_and_no_text_reach_a_log() {
    let typed = typed("80001234", "english", &[("name", "Tan Wei Ming €"), ("place", "Bedok")]);
    let check = typed.check(&known());
    let logged = format!("{typed:?} {check:?} {:?} {:?}", known(), typed.check(&KnownTexts::default()));
    assert!(!["8000", "1234", "Tan", "Bedok", "Dear"].iter().any(|secret| logged.contains(secret)), "{logged}");
}

fn some_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z ]{0,12}", ".{0,12}", "[{}a-c ]{0,10}", any::<String>(), "[“李€😀\u{a0}\u{feff}]{0,4}"]
}

fn some_typed() -> impl Strategy<Value = TypedDraft> {
    let to = prop_oneof![3 => "\\+?65[- ]?[3689][0-9]{3}[- ]?[0-9]{4}", 1 => "[0-9+() -]{0,18}", 1 => any::<String>()];
    let language = prop_oneof![4 => "(english|malay|Tamil|chinese)", 1 => ".{0,8}"];
    let name = prop_oneof![4 => "(name|place)", 1 => "[a-z_0-9]{0,4}", 1 => ".{0,4}"];
    let values = prop::collection::vec((name, some_text()), 0..4);
    (to, language, values).prop_map(|(to, language, values)| TypedDraft { to, language, values })
}

proptest! {
    #[test]
    fn what_comes_out_passes_again_unchanged(typed in some_typed(), knows in any::<bool>()) {
        let known = if knows { known() } else { KnownTexts::default() };
        let check = typed.check(&known);
        let has_mistake = check.remarks.iter().any(|remark| remark.weight == RemarkWeight::Mistake);
        prop_assert_eq!(check.draft.is_none(), has_mistake);
        prop_assert!(check.remarks.iter().all(|remark| !remark.words.contains(char::is_control)));
        if let Some(draft) = check.draft {
            let again = TypedDraft { to: draft.recipient.clone(), language: draft.language.clone(), values: draft.values.clone() };
            let checked = again.check(&known);
            prop_assert_eq!(checked.draft, Some(draft));
            prop_assert_eq!((checked.remarks, checked.text, checked.size), (check.remarks, check.text, check.size));
        }
    }

    #[test]
    fn a_template_of_any_kind_does_no_harm(body in some_text(), before in some_text(), typed in some_typed()) {
        let frame = Some(TextFrame { before, after: String::new() });
        let text = KnownText { language: "english".to_owned(), body, frame, usual: Vec::new() };
        typed.check(&KnownTexts::new(vec!["english".to_owned()], vec![text]));
    }
}
