//! Tables of what passes, and the property that matters: no paste agrees.

use crossterm::event::KeyModifiers;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn key(sign: char) -> KeyEvent {
    match sign {
        '⏎' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
        '⇥' => KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE),
        '↓' => KeyEvent::new(KeyCode::Down, KeyModifiers::NONE),
        '⎋' => KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE),
        '^' => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
        letter => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE),
    }
}

fn sign(key: KeyEvent) -> char {
    "⏎⇥↓⎋^".chars().find(|sign| self::key(*sign) == key).or_else(|| Chord::of(key)?.printable()).unwrap()
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// What passes of these batches, each read at its time in milliseconds; at last what was held back.
#[must_use]
fn passing(armour: &mut Armour, place: Place, batches: &[(u64, &str)]) -> String {
    let mut passed = String::new();
    let mut last = Duration::ZERO;
    for (at, batch) in batches {
        last = ms(*at);
        // A loop that is not busy wakes up when something is due.
        while let Some(due) = armour.next_release().filter(|due| *due + ms(10) < last) {
            passed.extend(armour.release(due).map(sign));
        }
        let keys: Vec<_> = batch.chars().map(key).collect();
        armour.read(&keys, last);
        passed.extend(keys.into_iter().filter_map(|key| armour.admit(key, place, last)).map(sign));
        passed.extend(std::iter::from_fn(|| armour.release(last)).map(sign));
    }
    passed.extend(std::iter::from_fn(|| armour.release(last + ms(21))).map(sign));
    passed
}

/// An armour before which a question has been open since long before the time 0.
fn before_a_question() -> Armour {
    let mut armour = Armour::default();
    armour.question(Some(QuestionId(1)));
    assert!(armour.drawn(Duration::ZERO));
    armour
}

#[rstest]
// Fingers: one key a batch, or the same key again.
#[case(&[(0, "j"), (30, "k"), (60, "r")], "jkr")]
#[case(&[(0, "jjjjjjjj")], "jjjjjjjj")]
#[case(&[(0, "jk")], "jk")]
// A burst is over when its time is, whatever comes next.
#[case(&[(0, "80123"), (21, "⏎")], "⏎")]
#[case(&[(0, "80123"), (15, "⏎")], "")]
#[case(&[(0, "j⏎")], "j⏎")]
#[case(&[(0, "↓↓↓jk↓")], "↓↓↓jk↓")]
// A paste as keys: in one batch, and in pieces.
#[case(&[(0, "rest")], "")]
#[case(&[(0, "yes⏎")], "")]
#[case(&[(0, "r"), (1, "e"), (2, "st"), (4, "⏎")], "re")]
#[case(&[(0, "abc"), (15, "d"), (30, "e"), (45, "f")], "")]
#[case(&[(0, "abc"), (21, "d")], "d")]
#[case(&[(0, "a"), (10, "b"), (20, "c")], "ab")]
#[case(&[(0, "a"), (11, "b"), (22, "c")], "abc")]
// What is never part of a paste passes, and so do the ways out.
#[case(&[(0, "abc↓d^e⎋")], "↓^⎋")]
#[case(&[(0, "a b")], "")]
fn outside_text(#[case] batches: &[(u64, &str)], #[case] expected: &str) {
    assert_eq!(passing(&mut Armour::default(), Place::Keys, batches), expected);
}

#[test]
fn in_a_text_field_a_burst_is_text() {
    assert_eq!(passing(&mut Armour::default(), Place::Text, &[(0, "6580001234⏎")]), "6580001234⏎");
    assert!(Armour::default().admits_paste(Place::Text) && !Armour::default().admits_paste(Place::Keys));
}

#[rstest]
#[case(&[(500, "y")], "y")]
#[case(&[(500, "↓"), (510, "↓")], "↓↓")]
#[case(&[(500, "⇥"), (600, "⏎")], "⇥⏎")]
#[case(&[(500, "⇥"), (505, "↓")], "⇥↓")]
#[case(&[(500, "y⎋")], "⎋")]
#[case(&[(500, "y"), (510, "^")], "^")]
#[case(&[(500, "y⏎")], "")]
#[case(&[(500, "⇥"), (510, "⏎")], "")]
#[case(&[(500, "y"), (520, "e"), (540, "s")], "")]
#[case(&[(500, "y"), (521, "e")], "")] // read late: when it came cannot be told
#[case(&[(399, "y")], "")]
#[case(&[(400, "y")], "y")]
#[case(&[(100, "⇥"), (200, "⏎"), (300, "⎋")], "⎋")]
fn before_an_open_question(#[case] batches: &[(u64, &str)], #[case] expected: &str) {
    assert_eq!(passing(&mut before_a_question(), Place::Keys, batches), expected);
}

#[test]
fn nothing_answers_a_question_before_its_first_frame() {
    let mut armour = Armour::default();
    armour.question(Some(QuestionId(1)));
    assert_eq!(passing(&mut armour, Place::Keys, &[(10_000, "y"), (20_000, "⏎"), (30_000, "⎋")]), "⎋");
}

#[test]
fn a_question_that_is_asked_anew_rests_anew_and_a_closed_one_no_more() {
    let mut armour = before_a_question();
    armour.question(Some(QuestionId(2)));
    assert!(armour.drawn(ms(1_000)));
    assert!(!armour.drawn(ms(1_100)));
    assert_eq!(passing(&mut armour, Place::Keys, &[(1_300, "y"), (1_500, "y")]), "y");
    armour.question(None);
    assert_eq!(passing(&mut armour, Place::Keys, &[(1_600, "j")]), "j");
}

#[test]
fn what_is_held_back_for_a_question_dies_with_it() {
    let mut armour = before_a_question();
    armour.read(&[key('y')], ms(500));
    assert_eq!(armour.admit(key('y'), Place::Keys, ms(500)), None);
    assert!(armour.next_release().is_some_and(|at| at > ms(520) && at < ms(521)));
    armour.question(None);
    assert_eq!((armour.next_release(), armour.release(ms(600))), (None, None));
}

/// Three different printable keys and some more, in any order.
fn burst() -> impl Strategy<Value = Vec<char>> {
    proptest::collection::vec(prop_oneof![Just('y'), proptest::char::range('a', 'z'), Just('⏎')], 0..9)
        .prop_map(|mut keys| {
            keys.extend(['y', 'a', 'b']);
            keys
        })
        .prop_shuffle()
}

proptest! {
    /// Three or more different printable keys within 20 ms, cut into any batches, while a question
    /// is open, after any keys before: no `y` passes, then or later.
    #[test]
    fn no_burst_agrees(
        keys in burst(),
        gaps in proptest::collection::vec(0u64..=20, 11),
        open_for in 0u64..2_000,
    ) {
        // Gaps are shrunk until the whole burst fits into 20 ms.
        let whole: u64 = gaps.iter().take(keys.len() - 1).sum();
        let mut at = open_for * 1_000;
        let mut batches: Vec<(u64, Vec<KeyEvent>)> = Vec::new();
        for (place, sign) in keys.iter().enumerate() {
            if place > 0 {
                at += gaps[place - 1] * 20_000 / whole.max(20);
            }
            match batches.last_mut() {
                Some((last, batch)) if *last == at => batch.push(key(*sign)),
                _ => batches.push((at, vec![key(*sign)])),
            }
        }
        let mut armour = before_a_question();
        let mut passed = Vec::new();
        for (at, batch) in batches {
            let now = Duration::from_micros(at);
            armour.read(&batch, now);
            passed.extend(batch.into_iter().filter_map(|key| armour.admit(key, Place::Keys, now)));
            passed.extend(std::iter::from_fn(|| armour.release(now)));
        }
        passed.extend(std::iter::from_fn(|| armour.release(Duration::from_secs(60))));
        prop_assert!(passed.iter().all(|passed| *passed != key('y') && *passed != key('⏎')), "{:?}", passed);
    }
}
