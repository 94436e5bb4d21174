//! Keys from the configuration, as written in the file.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use rstest::rstest;

use super::super::*;
use crate::tui::ViewKind;

/// The keys of a file that holds nothing else, and its mistakes.
fn read(lines: &str) -> (KeyMap, Vec<String>) {
    let (config, mistakes) = crate::config::read(&format!("[keys]\n{lines}\n"));
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let (map, mistakes) = KeyMap::configured(&config.keys);
    (map, mistakes.iter().map(ToString::to_string).collect())
}

fn key(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn press(letter: char) -> KeyEvent {
    key(KeyCode::Char(letter))
}

#[test]
fn a_key_takes_the_place_of_the_usual_one_everywhere() {
    let (map, mistakes) = read("plan_retry = \"s\"\nfind = [\"F3\", \"ctrl-f\"]");
    assert!(mistakes.is_empty(), "{mistakes:?}");
    for context in [Context::MESSAGES, Context::Pane(ViewKind::Batches), Context::Pane(ViewKind::Failures), Context::Detail] {
        assert_eq!(map.lookup(context, press('s')), Some(Action::PlanRetry));
        assert_eq!(map.lookup(context, press('r')), None);
        assert_eq!(map.lookup(context, key(KeyCode::F(3))), Some(Action::Find));
        assert_eq!(map.lookup(context, press('/')), None);
    }
    assert_eq!(map.name(Context::MESSAGES, Action::PlanRetry), "s");
    assert_eq!(map.name(Context::MESSAGES, Action::Find), "F3");
}

#[test]
fn an_empty_list_unbinds_and_the_command_stands_in_for_the_key() {
    let (map, mistakes) = read("pause = []");
    assert!(mistakes.is_empty(), "{mistakes:?}");
    assert_eq!(map.lookup(Context::MESSAGES, press('p')), None);
    assert_eq!(map.name(Context::MESSAGES, Action::Pause), ":pause");
    assert!(!map.footer(Context::MESSAGES).iter().any(|line| line.binding.action == Action::Pause));
}

#[test]
fn keys_can_change_places() {
    let (map, mistakes) = read("find = \"f\"\nfilter = \"/\"");
    assert!(mistakes.is_empty(), "{mistakes:?}");
    assert_eq!(map.lookup(Context::MESSAGES, press('f')), Some(Action::Find));
    assert_eq!(map.lookup(Context::MESSAGES, press('/')), Some(Action::Filter));
}

#[rstest]
#[case(
    "plan_rety = \"r\"",
    "line 2, column 1: `plan_rety` is not an action; expected the name of a command, as listed behind `:`; did you mean `plan_retry`?"
)]
#[case(
    "find = \"ctrl-a\"",
    "line 2, column 8: `ctrl-a` is not valid here; expected another key: terminals and multiplexers keep Ctrl-a for themselves"
)]
#[case(
    "find = \"Spce\"",
    "line 2, column 8: `Spce` is not valid here; expected a key such as \"r\", \"F5\", \"Ctrl-r\", \"Space\" or \"PgUp\"; did you mean `Space`?"
)]
#[case(
    "find = \"f\"",
    "line 2, column 8: `f` cannot be `find`: in messages it is already `filter`; expected another key, or a different one for `filter`"
)]
#[case("find = [\"F3\", \"F3\"]", "line 2, column 15: `F3` appears twice for `find`; expected each key once")]
#[case(
    "plan_retry = \"R\"",
    "line 2, column 14: `R` cannot be bound to `plan_retry`; expected no capital letter: a capital letter never writes anything"
)]
#[case("agree = \"j\"", "line 2, column 1: `agree` cannot be bound; expected another action: the key of this one is fixed")]
#[case("interrupt = []", "line 2, column 1: `interrupt` cannot be bound; expected another action: the key of this one is fixed")]
#[case("toggle = \"y\"", "line 2, column 10: `y` cannot be `toggle`: in question it is already `agree`; expected another key")]
#[case(
    "left = \"Enter\"",
    "line 2, column 8: `Enter` cannot be `left`: in messages it is already `enter`; expected another key, or a different one for `enter`"
)]
#[case("quit = \"ctrl-c\"", "line 2, column 8: `Ctrl-c` cannot be `quit`: in messages it is already `interrupt`; expected another key")]
#[case("export = \"1\"", "line 2, column 10: `1` cannot be bound to `export`; expected no digit: in a plan, digits type the count")]
fn a_mistake_is_told_with_its_place_and_leaves_the_usual_keys(#[case] line: &str, #[case] expected: &str) {
    let (map, mistakes) = read(line);
    assert_eq!(mistakes, [expected]);
    assert_eq!(map, KeyMap::default());
}

#[test]
fn every_mistake_is_told_and_what_is_right_works() {
    let (map, mistakes) = read("find = \"f\"\nmark_all = \"alt-x\"\npause = \"F4\"\nmask = \"F4\"\nreveal_row = \"F6\"");
    assert_eq!(mistakes.len(), 3, "{mistakes:?}");
    assert_eq!(map.lookup(Context::MESSAGES, key(KeyCode::F(6))), Some(Action::RevealRow));
    assert_eq!(map.lookup(Context::MESSAGES, key(KeyCode::F(4))), Some(Action::Pause));
    assert_eq!(map.lookup(Context::MESSAGES, press('f')), Some(Action::Filter));
}

#[test]
fn a_wish_that_is_dropped_can_be_in_the_way_of_another() {
    // The filter's own key is invalid, so it keeps `f`, and the find line cannot have that.
    let (map, mistakes) = read("find = \"f\"\nfilter = \"ctrl-q\"");
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert_eq!(map, KeyMap::default());
}

#[test]
fn questions_and_text_fields_keep_their_keys() {
    let (map, mistakes) = read("enter = \"s\"\nback = \"b\"\nup = \"e\"\npage_up = \"z\"");
    assert!(mistakes.is_empty(), "{mistakes:?}");
    assert_eq!(map.lookup(Context::MESSAGES, press('s')), Some(Action::Enter));
    assert_eq!(map.lookup(Context::MESSAGES, key(KeyCode::Enter)), None);
    for context in [Context::Question, Context::Plan, Context::Text, Context::Prompt] {
        assert_eq!(map.lookup(context, key(KeyCode::Enter)), Some(Action::Enter), "{context:?}");
        assert_eq!(map.lookup(context, key(KeyCode::Esc)), Some(Action::Back), "{context:?}");
    }
    for context in [Context::Text, Context::Prompt, Context::Help] {
        for letter in ['s', 'b', 'e', 'z'] {
            assert_eq!(map.lookup(context, press(letter)), None, "`{letter}` is text in {context:?}");
        }
        assert_eq!(map.lookup(context, key(KeyCode::PageUp)), Some(Action::PageUp), "{context:?}");
        assert_eq!(map.lookup(context, key(KeyCode::Up)), Some(Action::Up), "{context:?}");
    }
}

proptest! {
    /// Whatever is set, the result is a table without a clash, in which nothing but the default keys answers
    /// questions.
    #[test]
    fn what_comes_out_is_sound(settings in prop::collection::vec((0..50usize, prop::collection::vec("[a-zA-Z0-9/?:]|F[1-9]|ctrl-[a-z]|Enter|Esc|Tab|Space", 0..3)), 0..6)) {
        let actions = Action::all();
        let mut lines = String::new();
        let mut seen = Vec::new();
        for (action, keys) in &settings {
            let action = actions[*action % actions.len()];
            if !seen.contains(&action) {
                seen.push(action);
                lines.push_str(&format!("{} = {keys:?}\n", action.name()));
            }
        }
        let (map, _) = read(&lines);
        for context in Context::ALL {
            let mut bound = std::collections::HashMap::new();
            for line in map.help(context) {
                for chord in line.keys_in(context) {
                    let before = bound.insert(chord, line.binding.action);
                    prop_assert!(before.is_none_or(|before| before == line.binding.action), "{} in {:?}", chord, context);
                }
            }
            let question = matches!(context, Context::Question | Context::Plan);
            prop_assert_eq!(map.lookup(context, press('y')) == Some(Action::Agree), question);
            prop_assert_eq!(map.lookup(context, KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Some(Action::Interrupt));
            if question {
                prop_assert_eq!(map.lookup(context, key(KeyCode::Enter)), Some(Action::Enter));
                prop_assert_eq!(map.lookup(context, key(KeyCode::Esc)), Some(Action::Back));
            }
            for letter in 'A'..='Z' {
                prop_assert!(!map.lookup(context, press(letter)).is_some_and(Action::may_write));
            }
        }
    }
}
