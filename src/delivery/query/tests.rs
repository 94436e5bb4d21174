//! Numbers as people write them, parts of them, and texts that are no numbers.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn parsed(typed: &str) -> Result<String, NotANumber> {
    RecipientQuery::parse(typed).map(|query| query.as_str().to_owned())
}

#[rstest]
#[case::groups("+65 8000-1234")]
#[case::exit("006580001234")]
#[case::exit_in_groups("00 65 8000 1234")]
#[case::exit_and_plus("+0065 8000 1234")]
#[case::exit_of_a_carrier("001 65 8000 1234")]
#[case::exit_of_australia("0011 65 8000 1234")]
#[case::link("tel:+6580001234")]
#[case::link_to_a_chat("https://wa.me/6580001234?text=hi")]
#[case::link_with_an_extension("tel:+65-8000-1234;ext=5")]
#[case::trunk_zero("+65(0)80001234")]
#[case::trunk_zero_apart("+65 (0) 8000 1234")]
#[case::decimal("6580001234.0")]
#[case::decimals("6580001234.00")]
#[case::decimal_comma("6580001234,0")]
#[case::thousands("6,580,001,234")]
#[case::thousands_with_decimals("6,580,001,234.00")]
#[case::thousands_with_dots("6.580.001.234")]
#[case::thousands_of_the_swiss("6'580'001'234")]
#[case::exponent_with_all_digits("6.580001234E+09")]
#[case::text_in_a_cell("'6580001234")]
#[case::formula("=\"6580001234\"")]
#[case::wide("６５８０００１２３４")]
#[case::wide_signs("＋６５（０）８０００　１２３４")]
#[case::arabic("٦٥٨٠٠٠١٢٣٤")]
#[case::devanagari("६५८०००१२३४")]
#[case::tamil("௬௫௮௦௦௦௧௨௩௪")]
#[case::bold("𝟔𝟓𝟖𝟎𝟎𝟎𝟏𝟐𝟑𝟒")]
#[case::keycaps("6\u{fe0f}\u{20e3}5\u{fe0f}\u{20e3}80001234")]
#[case::blanks("65\u{a0}8000\u{202f}1234\u{3000}")]
#[case::invisible("\u{202a}+65\u{200b}8000\u{ad}1234\u{202c}\u{feff}")]
#[case::cleaned("\u{2426}+6580001234\u{2426}")]
#[case::brackets("(65) 8000-1234")]
#[case::slashes("65/8000/1234")]
#[case::commas("65,8000,1234")]
#[case::dashes("65–8000—1234")]
#[case::dots("65·8000·1234")]
#[case::line_break("6580\n001234")]
#[case::extension("+65 8000 1234 ext 5")]
#[case::extension_with_a_dot("+65 8000 1234 ext. 5")]
#[case::short_extension("6580001234x12")]
#[case::hash("6580001234 #12")]
#[case::twice_the_country("+65 65 8000 1234")]
#[case::named("Tan Wei Ming +65 8000 1234")]
#[case::named_behind("6580001234 (மொபைல்)")]
#[case::labelled("手机6580001234")]
#[case::sentence("Mobile: 65 8000 1234.")]
#[case::row_of_a_table("Tan\t6580001234\n")]
#[case::bullet("• 65 8000 1234")]
#[case::contact("TEL;TYPE=CELL;VALUE=uri:tel:+65-8000-1234")]
#[case::address("sip:+6580001234@sms.example")]
#[case::link_of_escaped_signs("https://wa.me/?phone=%2B65%208000%201234")]
#[case::twice("+65 8000 1234 (+65 8000 1234)")]
#[case::exponent_of_nothing("6580001234E+00")]
#[case::behind_a_minus("-6580001234")]
#[case::amount("$6,580,001,234.00")]
#[case::country_in_a_bracket("65) 8000-1234")]
#[case::picture("📱 65 8000 1234")]
fn numbers_as_people_write_them(#[case] typed: &str) {
    assert_eq!(parsed(typed).as_deref(), Ok("6580001234"));
}

#[rstest]
#[case("", "")]
#[case(" +-() ", "")]
#[case("6 5", "65")]
#[case("658", "658")]
#[case("80001234 (mobile)", "80001234")]
#[case("HP 8000 1234", "80001234")]
#[case("H/P: 8000 1234", "80001234")]
#[case("080001234", "80001234")]
#[case("80001234.0", "80001234")]
#[case("8000.1234", "80001234")]
#[case("0012", "0012")]
#[case("0001234", "0001234")]
#[case("0012345", "0012345")]
#[case("+65 080001234", "80001234")]
#[case("+60 012 345 6789", "123456789")]
#[case("012-345 6789", "123456789")]
#[case("07700 900123", "7700900123")]
#[case("+44 (0) 7700 900123", "447700900123")]
#[case("011 44 7700 900123", "447700900123")]
#[case("8613800138000", "8613800138000")]
#[case("s1234567a", "S1234567A")]
#[case("S 123 4567 A", "S1234567A")]
#[case("S1234 567A", "S1234567A")]
#[case("Ｓ１２３４５６７Ａ", "S1234567A")]
#[case("NRIC: S1234567A", "S1234567A")]
#[case("S1234567A (Tan)", "S1234567A")]
#[case("s1234", "S1234")]
#[case("S", "S")]
#[case("567a", "567A")]
#[case("567 A", "567A")]
#[case("S 1234", "S1234")]
#[case("S 123 4567", "S1234567")]
#[case("658E", "658E")]
#[case("61 412 345 678", "61412345678")]
#[case("852 61234567", "85261234567")]
#[case("+45 80001234", "4580001234")]
#[case("44 20 8000 1234", "442080001234")]
#[case("+44 20 8000 1234", "442080001234")]
#[case("+1 658 000 1234", "16580001234")]
#[case("+86 138 8013 8000", "8613880138000")]
#[case("0 8000 1234", "80001234")]
#[case::masked("65∙∙∙∙1234", "1234")]
#[case::masked_in_plain_signs("65****1234", "1234")]
#[case::masked_by_crosses("+65 9XXX 1234", "1234")]
#[case::masked_nric("S∙∙∙∙567A", "567A")]
#[case::masked_nric_by_crosses("SXXXX567A", "567A")]
#[case::masked_but_for_what_was_searched("65∙∙001234", "001234")]
fn parts_and_identity_numbers(#[case] typed: &str, #[case] wanted: &str) {
    assert_eq!(parsed(typed).as_deref(), Ok(wanted));
}

#[rstest]
#[case("6.58E+09", NotANumber::Rounded)]
#[case("6,58E+09", NotANumber::Rounded)]
#[case("6.58e9", NotANumber::Rounded)]
#[case("6.58E", NotANumber::Rounded)]
#[case("6.58E+", NotANumber::Rounded)]
#[case("658E+07", NotANumber::Rounded)]
#[case("6.58000123E+09", NotANumber::Rounded)]
#[case("'6.58E+09 (mobile)", NotANumber::Rounded)]
#[case("6580001234.5", NotANumber::Fraction)]
#[case("65 8000 1234, 65 8000 1235", NotANumber::Several)]
#[case("80001234/80001235", NotANumber::Several)]
#[case("8000 1234/5", NotANumber::Several)]
#[case("80001234 or 80001235", NotANumber::Several)]
#[case("+6580001234 +6580001235", NotANumber::Several)]
#[case("6580001234\n6580001235", NotANumber::Several)]
#[case("6580001234\u{240a}6580001235", NotANumber::Several)]
#[case("80001234、80001235", NotANumber::Several)]
#[case("80001234 (home) 80001235 (office)", NotANumber::Several)]
#[case("8000 1234 ext 5, 8000 1235", NotANumber::Several)]
#[case("Room 12, 80001234", NotANumber::Several)]
#[case("sip:+6580001234@10.0.0.1", NotANumber::Several)]
#[case("1. 80001234", NotANumber::Several)]
#[case("No. 3: 8000 1234", NotANumber::Several)]
#[case("#2 80001234", NotANumber::Several)]
#[case("12:30 80001234", NotANumber::Several)]
#[case("28 Nov 80001234", NotANumber::Several)]
#[case("S1234567A 80001234", NotANumber::Several)]
#[case("S1234567A S7654321Z", NotANumber::Several)]
#[case("6580001234 6580001235", NotANumber::Several)]
#[case("80001234 91112222", NotANumber::Several)]
#[case("80001234 ~ 91112222", NotANumber::Several)]
#[case("80001234 9111222", NotANumber::Several)]
#[case("80001234 (2)", NotANumber::Several)]
#[case("80001234 (2 messages)", NotANumber::Several)]
#[case("+65 8000 1234 (1)", NotANumber::Several)]
#[case("12) 80001234", NotANumber::Several)]
#[case("(1) 80001234", NotANumber::Several)]
#[case("(1) 8000 1234", NotANumber::Several)]
#[case("1 80001234", NotANumber::Several)]
#[case("1 65 8000 1234", NotANumber::Several)]
#[case("2 6580001234", NotANumber::Several)]
#[case("20 80001234", NotANumber::Several)]
#[case("47. 8000 1234", NotANumber::Several)]
#[case("2026-11-28 80001234", NotANumber::Several)]
#[case("80001234 2026-11-28", NotANumber::Several)]
#[case("[3] 80001234", NotANumber::Several)]
#[case("7 - 80001234", NotANumber::Several)]
#[case("#3 80001234", NotANumber::Several)]
#[case("Row 12: 80001234", NotANumber::Several)]
#[case("No.1 80001234", NotANumber::Several)]
#[case("80001234 #04-123", NotANumber::Several)]
#[case("80001234-5", NotANumber::Several)]
#[case("80001234 - 2", NotANumber::Several)]
#[case("65-80001234-1", NotANumber::Several)]
#[case("80001234_5", NotANumber::Several)]
#[case("80001234:5", NotANumber::Several)]
#[case("80001234@5", NotANumber::Several)]
#[case("80001234 567", NotANumber::Several)]
#[case("80001234 65", NotANumber::Several)]
#[case("6580001234 12345", NotANumber::Several)]
#[case("8000/1234/5", NotANumber::Several)]
#[case("8000 1234 until 5pm", NotANumber::Several)]
#[case("80001234 until 5pm", NotANumber::Several)]
#[case("80001234 (9am-5pm)", NotANumber::Several)]
#[case("80001234 2nd", NotANumber::Several)]
#[case("80001234 5p", NotANumber::Several)]
#[case("1234567890123456", NotANumber::TooLong)]
#[case("Tan Wei Ming", NotANumber::Letters)]
#[case("qry", NotANumber::Letters)]
#[case("8OOO1234", NotANumber::Letters)]
#[case("80001234A", NotANumber::Letters)]
#[case("S12345678A", NotANumber::Letters)]
#[case("ST1234567", NotANumber::Letters)]
#[case("HP80001234", NotANumber::Letters)]
#[case("65 8000 l234", NotANumber::Letters)]
#[case("someone@example.com", NotANumber::Letters)]
#[case("message_550e8400-e29b-41d4-a716-446655440000", NotANumber::Letters)]
#[case("65 8000 123⁴", NotANumber::Letters)]
#[case("#N/A", NotANumber::Letters)]
fn what_cannot_be_looked_for_is_told_why(#[case] typed: &str, #[case] why: NotANumber) {
    assert_eq!(parsed(typed), Err(why));
}

#[rstest]
#[case("6580001234", "80001234", Held::Yes)]
#[case("+65 8000 1234", "80001234", Held::Yes)]
#[case("６５８０００１２３４", "80001234", Held::Yes)]
#[case("s1234567a", "S123", Held::Yes)]
#[case("6580001235", "80001234", Held::No)]
#[case("S1234567A", "80001234", Held::No)]
#[case("65****1234", "80001234", Held::Unknown)]
#[case("65XXXX1234", "80001234", Held::Unknown)]
#[case("…1234", "80001234", Held::Unknown)]
#[case("65****1235", "80001234", Held::No)]
#[case("", "80001234", Held::Unknown)]
fn a_recipient_holds_it_or_not_or_does_not_show(#[case] recipient: &str, #[case] query: &str, #[case] held: Held) {
    let query = RecipientQuery::parse(query).unwrap();
    assert_eq!(query.held_by(Some(recipient)), held);
    assert_eq!(query.held_by(None), Held::Unknown);
}

#[test]
fn what_must_not_become_wider_has_no_hidden_part() {
    for typed in ["65∙∙∙∙1234", "65****1234", "+65 9XXX 1234"] {
        assert_eq!(RecipientQuery::parse_open(typed), Err(NotANumber::Hidden));
    }
    assert_eq!(RecipientQuery::parse_open("tel:+65 8000-1234"), RecipientQuery::parse("6580001234"));
}

#[test]
fn where_it_stands_is_told_in_the_recipients_own_letters() {
    let query = RecipientQuery::parse("0001").unwrap();
    assert_eq!(query.found_in("65 8000 1234").map(|range| "65 8000 1234"[range].to_owned()).as_deref(), Some("000 1"));
    assert_eq!(RecipientQuery::default().found_in("6580001234"), None);
}

#[test]
fn one_number_is_one_however_it_is_written() {
    for written in ["6580001234", "+65 8000 1234", "80001234", "006580001234", "8000-1234", "６５８０００１２３４"] {
        assert_eq!(recipient_key(written), "6580001234", "{written}");
    }
    assert_eq!(recipient_key("s1234567a"), "S1234567A");
    assert_ne!(recipient_key("65****1234"), recipient_key("1234"));
    assert_eq!(recipient_key("1 80001234"), "1 80001234");
}

#[test]
fn a_part_is_told_from_a_number() {
    let is_part = |typed: &str| RecipientQuery::parse(typed).unwrap().is_part();
    assert!(["0006", "6512", "00042", "S1234"].into_iter().all(is_part));
    assert!(!["80001234", "6580001234", "S1234567A"].into_iter().any(is_part));
}

#[test]
fn nothing_personal_reaches_a_log() {
    assert!(!format!("{:?}", RecipientQuery::parse("6580001234").unwrap()).contains("80001234"));
}

proptest! {
    #[test]
    fn any_text_gives_a_part_of_a_recipient_or_a_reason(text in any::<String>()) {
        if let Ok(query) = parsed(&text) {
            prop_assert!(query.len() <= LONGEST && query.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()));
        }
    }

    #[test]
    fn what_stands_between_the_groups_does_not_matter(
        gaps in prop::collection::vec("[ .()\u{a0}\u{2009}\u{200b}\u{2011}-]{0,3}", 9),
        before in "(\\+|tel:|Tel\\. |00|=|')?",
    ) {
        let number: String = "658000123".chars().zip(&gaps).flat_map(|(digit, gap)| std::iter::once(digit).chain(gap.chars())).collect();
        let number = format!("{before}{number}4");
        // A lone zero in brackets is not dialled.
        prop_assume!(!number.replace('\u{200b}', "").contains("(0)"));
        // A single dot after eight or nine digits makes the rest a fraction.
        let dotted = number.rsplit_once('.').is_some_and(|(whole, _)| whole.trim_start_matches('\'').bytes().filter(u8::is_ascii_digit).count() > 7);
        prop_assume!(!dotted);
        // A few digits with a dot or bracket and a blank after them are the number of a list item.
        prop_assume!(!number.replace('\u{200b}', "").split_whitespace().any(|word| word.ends_with(['.', ')'])));
        prop_assert_eq!(parsed(&number), Ok("6580001234".to_owned()), "{}", number);
    }

    /// Whatever part a person remembers finds the number.
    #[test]
    fn every_part_of_a_number_finds_it(number in "[1-9][0-9]{7,14}", from in 0..12usize, len in 3..15usize) {
        let part = &number[from.min(number.len() - 3)..];
        let part = &part[..len.min(part.len())];
        let query = RecipientQuery::parse(part).unwrap();
        prop_assert!(query.found_in(&number).is_some(), "{part} in {number}");
    }

    #[test]
    fn a_masked_number_finds_the_one_behind_it(digits in "65[89][0-9]{7}") {
        let recipient = super::super::Recipient::new(digits.as_str());
        let query = RecipientQuery::parse(&recipient.shown(super::super::Mask::On)).unwrap();
        prop_assert!(query.is_askable() && query.found_in(&digits).is_some());
    }
}
