//! The help: of here and now, found by typing, and a way to do what it tells of.

use postwatch::monitor::Command;
use postwatch::postman::HostKind;
use postwatch::tui::{Effect, Event};
use rstest::rstest;

use crate::desk::{Desk, card, setup, sms};

fn desk(columns: u16, rows: u16) -> Desk {
    Desk::with(&[sms(4_018, "failure", 60), sms(4_019, "success", 120)], columns, rows)
}

#[test]
fn it_is_searched_by_typing() {
    let mut desk = desk(80, 24);
    desk.keys("?").sees("Keys: messages").sees("one row up");
    desk.keys("m a s k").misses("one row up").sees("mask everything again").sees("a hidden digit or letter");
    desk.keys("Esc").sees("one row up").keys("Esc").misses("Keys: messages");
    desk.keys("? z z z").sees("nothing here has these words").keys("Backspace Backspace Backspace").sees("one row up");
    desk.keys("Backspace").misses("Keys: messages");
}

#[test]
fn signs_figures_and_words_are_explained() {
    let mut desk = desk(120, 36);
    desk.keys("?").event(Event::Paste("calls/s".to_owned())).sees("1.2 of 2 calls/s").sees("the configured ceiling");
    desk.keys("Esc t e l c o").sees("≥ with telco").sees("with the phone company, not confirmed yet").sees("for numbers abroad");
    desk.keys("Esc").event(Event::Paste("yes, maybe".to_owned())).sees("whether to retry, by the API");
}

#[test]
fn enter_does_what_is_under_the_cursor() {
    let mut desk = desk(80, 24);
    desk.keys("? p a u s e").sees("› p ").sees("Enter runs it").keys("Enter").misses("Keys: messages").sees("pausing");
    assert_eq!(desk.commands(), [Command::Pause]);
    desk.keys("? p l a n Enter").sees("Retry 1 message");
}

#[test]
fn what_is_only_explained_does_nothing() {
    let mut desk = desk(80, 24);
    // The first line moves a row up, which makes no sense from here.
    desk.keys("? Enter").sees("Keys: messages").keys("c o n f i r m e d Enter").sees("Keys: messages");
    assert_eq!(desk.commands(), []);
}

#[test]
fn nothing_is_agreed_to_from_the_help_of_a_question() {
    let mut desk = desk(80, 24);
    desk.keys("r").wait(500).keys("?").sees("Keys: question").keys("y e s").sees("carry out the open plan").keys("Enter y").wait(500);
    desk.keys("Enter Esc Esc").sees("[ cancel ]");
    assert_eq!(desk.commands(), []);
}

#[test]
fn keys_of_the_list_are_text_in_it() {
    let mut desk = desk(80, 24);
    desk.keys("? q r p 1 x").sees("search: qrp1x").keys("F1").misses("Keys:");
    assert!(!desk.has_quit());
    assert!(desk.commands().is_empty() && !desk.effects.contains(&Effect::Quit));
}

#[test]
fn the_cursor_moves_and_stays_in_view() {
    let mut desk = desk(60, 15);
    desk.keys("?");
    for _ in 0..200 {
        desk.keys("Down");
    }
    desk.sees("that is noted in the journal").sees("› reveal");
    desk.keys("PgUp PgUp Up").misses("noted in the journal");
    desk.resize(200, 60).sees("Keys: messages").resize(60, 15).sees("›");
}

#[rstest]
#[case("2", "Keys: batches")]
#[case("3", "Keys: failures")]
#[case("4", "Keys: trends")]
#[case("5", "Keys: activity")]
#[case("Enter", "Keys: detail")]
#[case("f", "Keys: menus")]
fn it_is_the_help_of_where_one_is(#[case] keys: &str, #[case] expected: &str) {
    let mut desk = desk(80, 24);
    desk.keys(keys).keys("?").sees(expected);
}

#[test]
fn it_helps_without_a_campaign() {
    let mut desk = Desk::new(setup(Vec::new()), 80, 24);
    desk.keys("? p a u s e Enter").misses("Keys:").misses("pausing");
}

#[test]
fn it_tells_of_a_production_campaign_as_of_any_other() {
    let mut desk = Desk::new(setup(vec![card("Clinic", HostKind::Production)]), 80, 24);
    desk.keys("? r e a d - o n l y").sees("no action is taken");
}

#[test]
fn commands_that_are_only_typed_are_found_by_their_name() {
    let mut desk = Desk::with(&[sms(4_018, "failure", 60)], 80, 24);
    desk.keys("? r e s u l t s").sees("› :results").sees("the outcomes of the newest run");
}
