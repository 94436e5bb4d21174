//! Bytes as crossterm tells them, in pieces and at any time; what comes out.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// The keys that crossterm 0.29 makes of a piece of bytes that was read at once.
fn keys(piece: &str) -> Vec<Event> {
    let mut letters = piece.chars().peekable();
    let mut keys = Vec::new();
    while let Some(letter) = letters.next() {
        let key = |letter: char, modifiers: KeyModifiers| match letter {
            '\u{1b}' => KeyEvent::new(KeyCode::Esc, modifiers),
            '\u{7}' => KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL),
            letter if letter.is_ascii_uppercase() => KeyEvent::new(KeyCode::Char(letter), modifiers | KeyModifiers::SHIFT),
            letter => KeyEvent::new(KeyCode::Char(letter), modifiers),
        };
        match (letter, letters.peek()) {
            ('\u{1b}', Some('\u{1b}')) => {
                letters.next();
                keys.push(key('\u{1b}', KeyModifiers::NONE));
            }
            ('\u{1b}', Some(_)) => keys.extend(letters.next().map(|letter| key(letter, KeyModifiers::ALT))),
            (letter, _) => keys.push(key(letter, KeyModifiers::NONE)),
        }
    }
    keys.into_iter().map(Event::Key).collect()
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// What comes out of these pieces, which came at these milliseconds after the question.
fn passed(pieces: &[(u64, &str)]) -> Vec<Passed> {
    let mut answers = Answers::default();
    answers.ask(ms(0));
    let mut passed = Vec::new();
    for (at, piece) in pieces {
        passed.extend(std::iter::from_fn(|| answers.next(ms(*at))));
        for key in keys(piece) {
            answers.take(key, ms(*at));
            passed.extend(std::iter::from_fn(|| answers.next(ms(*at))));
        }
    }
    passed.extend(std::iter::from_fn(|| answers.next(ms(3_600_000))));
    passed
}

fn typed(text: &str) -> Vec<Passed> {
    keys(text).into_iter().map(Passed::Event).collect()
}

const DARK: Passed = Passed::Background(Background::Dark);
const LIGHT: Passed = Passed::Background(Background::Light);

#[rstest]
#[case("\x1b]11;rgb:1010/1212/1616\x07", DARK)]
#[case("\x1b]11;rgb:FFFF/ffff/FFFF\x1b\\", LIGHT)]
#[case("\x1b]11;rgb:ff/ff/ff\x07", LIGHT)]
#[case("\x1b]11;rgba:0000/0000/0000/ffff\x1b\\", DARK)]
#[case("\x1b]11;#fdf6e3\x07", LIGHT)]
fn an_answer_tells_the_background_and_is_no_key(#[case] answer: &str, #[case] expected: Passed) {
    assert_eq!(passed(&[(5, answer)]), [expected]);
}

#[test]
fn an_answer_in_any_two_pieces_is_the_same() {
    for answer in ["\x1b]11;rgb:ffff/ffff/ffff\x07", "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"] {
        for at in 1..answer.len() {
            let (one, other) = answer.split_at(at);
            for (first, second) in [(0, 20), (900, 915), (59_000, 59_020)] {
                assert_eq!(passed(&[(first, one), (second, other)]), [LIGHT], "{one:?} {other:?} {first}");
            }
        }
    }
}

#[test]
fn an_answer_byte_for_byte_is_the_same() {
    let answer = "\x1b]11;rgb:1010/1010/1010\x1b\\";
    let pieces: Vec<(u64, &str)> = (0..answer.len()).map(|at| (10 * at as u64, &answer[at..=at])).collect();
    assert_eq!(passed(&pieces), [DARK]);
}

#[test]
fn keys_around_an_answer_pass_in_their_order() {
    let expected = [typed("j"), vec![DARK], typed("k")].concat();
    assert_eq!(passed(&[(5, "j\x1b]11;rgb:0/0/0\x07k")]), expected);
    // A second answer, an hour later: a multiplexer may send one to a terminal that joins.
    assert_eq!(passed(&[(3_500_000, "\x1b]11;rgb:0/0/0\x07q")]), [vec![DARK], typed("q")].concat());
}

#[rstest]
#[case::esc_alone(&[(5, "\x1b"), (500, "j")], "\x1b|j")]
#[case::esc_and_a_key(&[(5, "\x1b"), (10, "j")], "\x1b|j")]
#[case::esc_twice(&[(5, "\x1b"), (10, "\x1b"), (300, "q")], "\x1b|\x1b|q")]
#[case::esc_and_later_the_next_campaign(&[(5, "\x1b"), (60, "]")], "\x1b|]")]
#[case::alt_and_a_key(&[(5, "\x1b]"), (200, "j")], "j")]
#[case::alt_and_what_looks_like_it(&[(5, "\x1b]"), (200, "1"), (5_000, "2")], "2")]
#[case::late_esc(&[(61_000, "\x1b"), (61_001, "j")], "\x1b|j")]
fn what_a_person_types_passes(#[case] pieces: &[(u64, &str)], #[case] expected: &str) {
    assert_eq!(passed(pieces), expected.split('|').flat_map(typed).collect::<Vec<_>>());
}

#[test]
fn an_esc_waits_a_moment_only_while_an_answer_may_come() {
    let held = |asked: bool, answered: bool, at: u64| {
        let mut answers = Answers::default();
        if asked {
            answers.ask(ms(0));
        }
        if answered {
            keys("\x1b]11;rgb:0/0/0\x07").into_iter().for_each(|key| answers.take(key, ms(1)));
            assert_eq!(answers.next(ms(1)), Some(DARK));
        }
        answers.take(keys("\x1b").remove(0), ms(at));
        (answers.next(ms(at)).is_none(), answers.due())
    };
    assert_eq!(held(true, false, 10), (true, Some(ms(35))));
    assert_eq!(held(false, false, 10), (false, None));
    assert_eq!(held(true, true, 10), (false, None));
    assert_eq!(held(true, false, 60_000), (false, None));
}

#[test]
fn nonsense_in_the_place_of_a_colour_is_taken_out_and_tells_nothing() {
    for answer in ["\x1b]11;?\x07", "\x1b]11;rgb:\x07", "\x1b]11;rgb:zz/0/0\x07", "\x1b]11;rgb:0/0\x07", "\x1b]11;#12345\x07"] {
        let passed = passed(&[(5, answer)]);
        assert!(passed.iter().all(|passed| !matches!(passed, Passed::Background(_))), "{passed:?}");
    }
}

#[test]
fn what_is_no_key_passes_in_the_middle_of_an_answer() {
    let mut answers = Answers::default();
    answers.ask(ms(0));
    for event in [keys("\x1b]11;rgb:0"), vec![Event::Resize(80, 24)], keys("/0/0\x07")].concat() {
        answers.take(event, ms(1));
    }
    let passed: Vec<Passed> = std::iter::from_fn(|| answers.next(ms(1))).collect();
    assert_eq!(passed, [Passed::Event(Event::Resize(80, 24)), DARK]);
}

proptest! {
    /// Where no Alt-] is pressed, whatever is typed comes out whole and in order.
    #[test]
    fn what_is_typed_comes_out(text in "[a-z0-9;:\\]\\[\\\\ ]{0,12}", gap in 30..200u64) {
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let pieces: Vec<(u64, &str)> = letters.iter().enumerate().map(|(place, letter)| (place as u64 * gap, letter.as_str())).collect();
        prop_assert_eq!(passed(&pieces), typed(&text));
    }
}
