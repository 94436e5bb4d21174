//! What must hold for the whole table.

use std::collections::HashSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rstest::rstest;

use super::*;
use crate::tui::views::ViewKind;

fn lookup(context: Context, key: KeyEvent) -> Option<Action> {
    KeyMap::default().lookup(context, key)
}

fn help(context: Context) -> Vec<Bound> {
    KeyMap::default().help(context).into_iter().cloned().collect()
}

fn press(letter: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)
}

const EVERY_ACTION: [Action; 49] = [
    Action::Correct,
    Action::NextInNeed,
    Action::Up,
    Action::Down,
    Action::PageUp,
    Action::PageDown,
    Action::HalfPageUp,
    Action::HalfPageDown,
    Action::First,
    Action::Last,
    Action::Left,
    Action::Right,
    Action::NextPane,
    Action::PreviousPane,
    Action::Enter,
    Action::Back,
    Action::PreviousCampaign,
    Action::NextCampaign,
    Action::ShowCampaigns,
    Action::Find,
    Action::Filter,
    Action::TimeWindow,
    Action::Order,
    Action::NextHit,
    Action::PreviousHit,
    Action::Delete,
    Action::LineBreak,
    Action::Undo,
    Action::Clear,
    Action::RevealRow,
    Action::Mask,
    Action::Pause,
    Action::ReadNow,
    Action::PlanRetry,
    Action::Agree,
    Action::Toggle,
    Action::MarkRange,
    Action::MarkAll,
    Action::InvertMarks,
    Action::Unmark,
    Action::Copy,
    Action::Export,
    Action::Actions,
    Action::CommandLine,
    Action::Notices,
    Action::Help,
    Action::Quit,
    Action::Interrupt,
    Action::Suspend,
];

fn every_action() -> impl Iterator<Item = Action> {
    EVERY_ACTION.into_iter().chain(ViewKind::ALL.map(Action::Show))
}

#[test]
fn no_key_means_two_things_in_one_place() {
    for context in Context::ALL {
        let mut seen = HashSet::new();
        for chord in help(context).iter().flat_map(|line| line.binding.keys) {
            assert!(seen.insert(*chord), "`{chord}` appears twice in {context:?}");
        }
    }
}

#[test]
fn every_action_stands_in_the_help_and_once_where_it_does() {
    let mut found = HashSet::new();
    for context in Context::ALL {
        let mut here = HashSet::new();
        for line in help(context) {
            assert!(here.insert(line.binding.action), "{:?} appears twice in {context:?}", line.binding.action);
        }
        found.extend(here);
    }
    let wanted: HashSet<_> = every_action().chain([Action::Redraw]).collect();
    assert_eq!(found, wanted);
}

#[test]
fn fingers_of_other_programs_do_no_harm() {
    for context in Context::ALL {
        assert_eq!(lookup(context, press('e')), None);
        assert!(matches!(lookup(context, press('d')), None | Some(Action::Show(ViewKind::NotDelivered))));
        assert!(matches!(lookup(context, press('w')), None | Some(Action::NextInNeed)));
        for theirs in ['a', 'b', 's', 'q'] {
            assert_eq!(lookup(context, KeyEvent::new(KeyCode::Char(theirs), KeyModifiers::CONTROL)), None);
        }
        for letter in 'A'..='Z' {
            assert!(matches!(lookup(context, press(letter)), None | Some(Action::Last | Action::PreviousHit)), "`{letter}` does something");
        }
    }
}

#[test]
fn only_a_question_is_agreed_to() {
    for context in Context::ALL {
        assert_eq!(lookup(context, press('y')), matches!(context, Context::Question | Context::Plan).then_some(Action::Agree));
    }
    let alt = KeyEvent::new(KeyCode::Char('y'), KeyModifiers::ALT);
    let ctrl = KeyEvent::new(KeyCode::Char('y'), KeyModifiers::CONTROL);
    assert_eq!((lookup(Context::Question, alt), lookup(Context::Question, ctrl)), (None, None));
}

#[test]
fn printable_keys_are_text_in_the_find_line() {
    for letter in ' '..='~' {
        assert_eq!(lookup(Context::Text, press(letter)), None);
        assert_eq!(lookup(Context::Prompt, press(letter)), None);
        assert_eq!(lookup(Context::Help, press(letter)), None);
    }
    assert_eq!(lookup(Context::Text, KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE)), None);
    assert_eq!(lookup(Context::Text, KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)), Some(Action::Back));
}

#[rstest]
#[case(Context::MESSAGES, "? help  / find  Enter open  f filter  r plan a retry")]
#[case(Context::Question, "Esc cancel  y retry  Enter answer  Space include")]
#[case(Context::Text, "Enter keep  Esc close")]
fn the_footer_begins_with_what_matters(#[case] context: Context, #[case] expected: &str) {
    let map = KeyMap::default();
    let line: Vec<_> = map.footer(context).iter().map(|line| format!("{} {}", line.key(context), line.binding.label)).collect();
    assert!(line.join("  ").starts_with(expected), "{line:?}");
}

#[test]
fn the_markdown_has_a_line_for_each_line_of_the_table() {
    let text = markdown();
    assert_eq!(text.lines().count(), table::bindings().count() + 2);
    assert!(text.contains("| `y` | question, plan | yes: carry out the open plan, or send the message or the file;"), "{text}");
    assert!(text.contains("| `Ctrl-c` | everywhere | take back what has not left, cut an upload off, and stop a run after the call under way; otherwise, pressed twice, quit |  |"));
    assert!(text.contains("| `Up` `k` | outside text | one row up | `up` |"));
}

#[test]
fn every_action_is_found_by_its_name() {
    for action in every_action() {
        assert_eq!(Action::named(&action.name()), Some(action));
    }
    assert_eq!(Action::PlanRetry.name(), "plan_retry");
    assert_eq!(Action::named("plan retry"), None);
}
