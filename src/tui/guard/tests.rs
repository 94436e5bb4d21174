//! Tables of what passes, what agrees and what does not. That the rule holds for any schedule of bytes is
//! tested where the loop reads them.

use crossterm::event::KeyModifiers;
use rstest::rstest;

use super::*;

fn key(sign: char) -> KeyEvent {
    match sign {
        '⏎' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
        '⇥' => KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE),
        '↓' => KeyEvent::new(KeyCode::Down, KeyModifiers::NONE),
        '⎋' => KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE),
        '^' => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
        '∅' => KeyEvent::new(KeyCode::Char(' '), KeyModifiers::CONTROL),
        'ƒ' => KeyEvent::new(KeyCode::F(5), KeyModifiers::NONE),
        letter => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE),
    }
}

/// What is not a key: a paste, a click, the wheel; and what does not count: movement, focus, a key
/// release.
fn event(sign: char) -> Event {
    use crossterm::event::{MouseButton, MouseEvent};
    let mouse = |kind| Event::Mouse(MouseEvent { kind, column: 0, row: 0, modifiers: KeyModifiers::NONE });
    match sign {
        'P' => Event::Paste("text".to_owned()),
        'C' => mouse(MouseEventKind::Down(MouseButton::Left)),
        'W' => mouse(MouseEventKind::ScrollDown),
        'M' => mouse(MouseEventKind::Moved),
        'D' => mouse(MouseEventKind::Drag(MouseButton::Left)),
        'F' => Event::FocusGained,
        'L' => Event::Key(KeyEvent { kind: KeyEventKind::Release, ..key('y') }),
        'R' => Event::Key(KeyEvent { kind: KeyEventKind::Repeat, ..key('y') }),
        sign => Event::Key(key(sign)),
    }
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Nothing but keys.
fn keys(_: KeyEvent) -> KeyRole {
    KeyRole::Key
}

fn text(_: KeyEvent) -> KeyRole {
    KeyRole::Text
}

/// A question that `y` agrees to.
fn yes(key: KeyEvent) -> KeyRole {
    if key.code == KeyCode::Char('y') { KeyRole::Agrees } else { KeyRole::Key }
}

/// A question for a count of digits that Enter agrees to.
fn count(key: KeyEvent) -> KeyRole {
    match key.code {
        KeyCode::Char('1'..='9') => KeyRole::Answer,
        KeyCode::Enter => KeyRole::AgreesToTyped,
        _ => KeyRole::Key,
    }
}

/// The result of these batches, each read at its time in milliseconds: what passes as it is, `✓` for a
/// key that agrees, `✗` for one that does not, and how many were dropped.
#[must_use]
fn passing(guard: &mut Guard, role: fn(KeyEvent) -> KeyRole, batches: &[(u64, &str)]) -> String {
    let mut passed = String::new();
    let look = |guard: &mut Guard, now: Duration, passed: &mut String| {
        passed.extend(guard.release(now, None).map(|_| '✓'));
        passed.extend(guard.take_refused().map(|_| '✗'));
        passed.extend(guard.burst_over(now).map(|dropped| format!("-{dropped}")));
    };
    for (at, batch) in batches {
        let now = ms(*at);
        while let Some(due) = guard.due(None).filter(|due| *due < now) {
            look(guard, due, &mut passed);
        }
        let came: Vec<InputEvent> = batch.chars().map(|sign| InputEvent { event: event(sign), first: now, last: now }).collect();
        guard.read(&came, now, role);
        for (sign, came) in batch.chars().zip(&came) {
            let key = came.event.as_key_event().filter(|_| counts(&came.event));
            passed.extend(key.and_then(|key| guard.admit(key, role(key), now)).map(|_| sign));
        }
        look(guard, now, &mut passed);
    }
    look(guard, ms(3_600_000), &mut passed);
    passed
}

/// A guard with a question that has been on the screen since time 0.
fn asked() -> Guard {
    let mut guard = Guard::default();
    guard.question(Some(QuestionId(1)));
    guard.drawn(ms(0));
    guard
}

#[rstest]
// Fingers: one key a batch, or the same key again.
#[case(&[(0, "j"), (30, "k"), (60, "r")], "jkr")]
#[case(&[(0, "jjjjjjjj")], "jjjjjjjj")]
#[case(&[(0, "jk")], "jk")]
// A burst is over when its time is, whatever comes next.
#[case(&[(0, "80123"), (21, "⏎")], "-5⏎")]
#[case(&[(0, "80123"), (15, "⏎")], "-6")]
#[case(&[(0, "j⏎")], "j⏎")]
#[case(&[(0, "↓↓↓jk↓")], "↓↓↓jk↓")]
// A paste as keys: in one batch, and in pieces.
#[case(&[(0, "rst")], "-3")]
#[case(&[(0, "yes⏎")], "-4")]
#[case(&[(0, "r"), (1, "e"), (2, "st"), (4, "⏎")], "re-3")]
#[case(&[(0, "abc"), (15, "d"), (30, "e"), (45, "f")], "-6")]
#[case(&[(0, "abc"), (21, "d")], "-3d")]
#[case(&[(0, "a"), (10, "b"), (20, "c")], "ab-1")]
#[case(&[(0, "a"), (11, "b"), (22, "c")], "abc")]
// What is never part of a paste passes, and so do the ways out.
#[case(&[(0, "abc↓d^e⎋")], "↓^⎋-5")]
#[case(&[(0, "a b")], "-3")]
fn outside_text(#[case] batches: &[(u64, &str)], #[case] expected: &str) {
    assert_eq!(passing(&mut Guard::default(), keys, batches), expected);
}

#[test]
fn in_a_text_field_a_burst_is_text() {
    assert_eq!(passing(&mut Guard::default(), text, &[(0, "6580001234⏎")]), "6580001234⏎");
}

#[rstest]
#[case::alone(&[(400, "y")], "✓")]
#[case::too_soon(&[(399, "y")], "✗")]
#[case::again(&[(399, "y"), (799, "y")], "✗✓")]
#[case::twice(&[(500, "yy")], "✗")]
#[case::with_enter(&[(500, "y⏎")], "⏎✗")]
#[case::with_nul(&[(500, "y∅")], "∅✗")]
#[case::with_a_function_key(&[(500, "yƒ")], "ƒ✗")]
#[case::with_esc(&[(500, "y⎋")], "⎋✗")]
#[case::behind_a_paste(&[(500, "Py")], "✗")]
#[case::with_a_click(&[(500, "yC")], "✗")]
#[case::closely_followed(&[(500, "y"), (520, "a")], "a✗")]
#[case::closely_followed_by_itself(&[(500, "y"), (520, "y")], "✗")]
#[case::closely_followed_by_the_wheel(&[(500, "y"), (520, "W")], "✗")]
#[case::followed(&[(500, "y"), (521, "a")], "✓a")]
#[case::closely_behind(&[(500, "a"), (899, "y")], "a✗")]
#[case::behind(&[(500, "a"), (900, "y")], "a✓")]
#[case::behind_a_tab(&[(500, "⇥"), (899, "y")], "⇥✗")]
#[case::behind_the_wheel(&[(500, "W"), (899, "y"), (1_299, "y")], "✗✓")]
#[case::soon_after_a_paste(&[(500, "P"), (2_499, "y")], "✗")]
#[case::after_a_paste(&[(500, "P"), (2_500, "y")], "✓")]
#[case::soon_after_a_burst(&[(500, "abc"), (2_499, "y")], "-3✗")]
#[case::after_a_burst(&[(500, "abc"), (2_500, "y")], "-3✓")]
#[case::held_down(&[(500, "y"), (530, "R"), (560, "R")], "✓✗✗")]
#[case::held_down_too_soon(&[(390, "y"), (420, "y"), (450, "y"), (480, "y")], "✗✗✗✗")]
#[case::nothing_of_a_person(&[(499, "MFLD"), (500, "yMFLD"), (510, "MFLD")], "✓")]
#[case::other_keys_act(&[(10, "⇥"), (20, "↓"), (30, "⎋")], "⇥↓⎋")]
fn a_yes(#[case] batches: &[(u64, &str)], #[case] expected: &str) {
    assert_eq!(passing(&mut asked(), yes, batches), expected);
}

#[rstest]
#[case::typed(&[(400, "1"), (600, "4"), (750, "⏎")], "14✓")]
#[case::too_soon(&[(400, "1"), (600, "4"), (749, "⏎")], "14✗")]
#[case::together(&[(400, "1234"), (550, "⏎")], "1234✓")]
#[case::with_enter(&[(400, "14⏎"), (800, "⏎")], "14✗✓")]
#[case::many_with_enter(&[(400, "1234⏎"), (800, "⏎")], "1234✗✓")]
#[case::enter_twice(&[(400, "14"), (600, "⏎⏎")], "14✗")]
#[case::early(&[(100, "14"), (399, "⏎"), (799, "⏎")], "14✗✓")]
#[case::something_else(&[(400, "14"), (500, "↓"), (899, "⏎"), (1_299, "⏎")], "14↓✗✓")]
#[case::after_a_paste(&[(400, "P"), (450, "14"), (2_399, "⏎"), (2_799, "⏎")], "14✗✓")]
#[case::after_a_burst(&[(400, "abc"), (450, "14"), (2_399, "⏎"), (2_799, "⏎")], "-314✗✓")]
#[case::followed(&[(400, "14"), (600, "⏎"), (620, "1")], "141✗")]
fn a_count(#[case] batches: &[(u64, &str)], #[case] expected: &str) {
    assert_eq!(passing(&mut asked(), count, batches), expected);
}

#[test]
fn a_burst_into_a_text_field_keeps_what_follows_from_agreeing() {
    let mut guard = asked();
    assert_eq!(passing(&mut guard, text, &[(500, "resume⏎")]), "resume⏎");
    assert_eq!(passing(&mut guard, yes, &[(2_499, "y"), (2_899, "y")]), "✗✓");
}

#[test]
fn nothing_answers_a_question_before_its_first_frame() {
    let mut guard = Guard::default();
    guard.question(Some(QuestionId(1)));
    assert_eq!(passing(&mut guard, yes, &[(10_000, "y"), (20_000, "y"), (30_000, "⎋")]), "✗✗⎋");
}

#[test]
fn only_what_is_new_to_the_eyes_begins_again() {
    let mut guard = asked();
    guard.drawn(ms(300));
    guard.question(Some(QuestionId(1)));
    assert_eq!(passing(&mut guard, yes, &[(400, "y")]), "✓");
    for change in [|guard: &mut Guard| guard.question(Some(QuestionId(2))), Guard::look_again] {
        let mut guard = asked();
        change(&mut guard);
        assert_eq!(passing(&mut guard, yes, &[(900, "y")]), "✗");
        guard.drawn(ms(1_000));
        assert_eq!(passing(&mut guard, yes, &[(1_399, "y"), (1_799, "y")]), "✗✓");
    }
}

#[test]
fn what_is_held_back_does_not_agree_to_another_question() {
    for change in [|guard: &mut Guard| guard.question(Some(QuestionId(2))), |guard: &mut Guard| guard.question(None), Guard::look_again] {
        let mut guard = asked();
        guard.read(&[InputEvent { event: event('y'), first: ms(500), last: ms(500) }], ms(500), yes);
        assert_eq!((guard.admit(key('y'), KeyRole::Agrees, ms(500)), guard.due(None)), (None, Some(ms(520) + Duration::from_micros(1))));
        change(&mut guard);
        assert_eq!((guard.release(ms(900), None), guard.due(None), guard.take_refused()), (None, None, Some(key('y'))));
    }
}

/// Half a sequence may turn out to be anything.
#[test]
fn what_has_begun_closely_behind_is_waited_for() {
    let mut guard = asked();
    guard.read(&[InputEvent { event: event('y'), first: ms(500), last: ms(500) }], ms(500), yes);
    assert_eq!(guard.admit(key('y'), KeyRole::Agrees, ms(500)), None);
    assert_eq!((guard.release(ms(600), Some(ms(520))), guard.due(Some(ms(520)))), (None, Some(ms(900) + Duration::from_micros(1))));
    assert_eq!(guard.release(ms(600), Some(ms(521))), Some(key('y')));
    guard.read(&[InputEvent { event: event('y'), first: ms(1_000), last: ms(1_000) }], ms(1_000), yes);
    assert_eq!(guard.admit(key('y'), KeyRole::Agrees, ms(1_000)), None);
    assert_eq!((guard.release(ms(1_401), Some(ms(1_020))), guard.take_refused()), (None, Some(key('y'))));
}

#[test]
fn a_burst_is_one_however_late_it_is_read() {
    let mut guard = Guard::default();
    // A slow machine takes a long paste from the terminal at once, and needs longer than a burst for each part of it.
    let pasted =
        |text: &str| -> Vec<InputEvent> { text.chars().map(|sign| InputEvent { event: event(sign), first: ms(0), last: ms(0) }).collect() };
    for (now, part) in [(ms(100), "carry on, "), (ms(200), "c"), (ms(300), "carry on")] {
        let batch = pasted(part);
        guard.read(&batch, now, keys);
        let passed: Vec<_> = part.chars().filter_map(|sign| guard.admit(key(sign), KeyRole::Key, ms(0))).collect();
        assert!(passed.is_empty(), "{part:?}: {passed:?}");
        assert_eq!(guard.burst_over(now), Some(part.len()));
    }
    guard.read(&[], ms(400), keys);
    assert_eq!(passing(&mut guard, keys, &[(500, "j")]), "j");
}
