//! Keys of a file that was checked: its mistakes, and what would be sent. None of them sends: "review" leads to a
//! question, which has a key of its own.

use crossterm::event::KeyCode;

use super::super::{Action, Binding, Chord, Context, HelpGroup};
use super::only;

use Context::File;

/// The bindings, in the order of the help.
pub(super) const BINDINGS: &[Binding] = &[
    Binding {
        action: Action::Enter,
        keys: &[Chord::plain(KeyCode::Enter)],
        contexts: only(&[File]),
        label: "review",
        help: "without mistakes: to the question before anything is sent; at a kind of mistake: list each of them",
        group: HelpGroup::Act,
        footer: Some(0),
    },
    Binding {
        action: Action::NextPane,
        keys: &[Chord::plain(KeyCode::Tab)],
        contexts: only(&[File]),
        label: "list each",
        help: "a line for each mistake of a file, and back to one for each kind",
        group: HelpGroup::Show,
        footer: Some(1),
    },
    Binding {
        action: Action::Correct,
        keys: &[Chord::char('f')],
        contexts: only(&[File]),
        label: "fix in a copy",
        help: "write a copy beside the file without what can be corrected without a guess, and check that; the file itself stays as it is",
        group: HelpGroup::Act,
        footer: Some(2),
    },
    Binding {
        action: Action::Export,
        keys: &[Chord::char('x')],
        contexts: only(&[File]),
        label: "write them to a file",
        help: "write every mistake to a file: its row, its column, and what is wrong; no text of a cell",
        group: HelpGroup::Show,
        footer: Some(3),
    },
    Binding {
        action: Action::ReadNow,
        keys: &[Chord::plain(KeyCode::F(5)), Chord::ctrl('r')],
        contexts: only(&[File]),
        label: "check again",
        help: "read the file again, and check it as it is now",
        group: HelpGroup::Act,
        footer: Some(4),
    },
    Binding {
        action: Action::Left,
        keys: &[Chord::plain(KeyCode::Left), Chord::char('h')],
        contexts: only(&[File]),
        label: "other row",
        help: "the row before, of those that show what will arrive: the first and the longest of each language",
        group: HelpGroup::Move,
        footer: None,
    },
    Binding {
        action: Action::Right,
        keys: &[Chord::plain(KeyCode::Right), Chord::char('l')],
        contexts: only(&[File]),
        label: "other row",
        help: "the next row of those",
        group: HelpGroup::Move,
        footer: Some(2),
    },
    Binding {
        action: Action::RevealRow,
        keys: &[Chord::char('v')],
        contexts: only(&[File]),
        label: "reveal",
        help: "show these rows' numbers and texts, 30 s at most; noted in the journal",
        group: HelpGroup::Show,
        footer: Some(3),
    },
    Binding {
        action: Action::Back,
        keys: &[Chord::plain(KeyCode::Esc), Chord::plain(KeyCode::Backspace)],
        contexts: only(&[File]),
        label: "back",
        help: "back to the name of the file; nothing is sent",
        group: HelpGroup::Move,
        footer: Some(5),
    },
];
