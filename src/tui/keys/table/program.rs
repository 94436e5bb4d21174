//! Keys of the program itself.

use crossterm::event::KeyCode;

use super::super::{Action, Binding, Chord, Context, HelpGroup};
use super::{EVERYWHERE, LISTS, OUTSIDE_TEXT, PANES, only};

use Context::{File, Help, Page, Prompt, Question};

/// The bindings, in the order of the help.
pub(super) const BINDINGS: &[Binding] = &[
    Binding {
        action: Action::CommandLine,
        keys: &[Chord::char(':')],
        contexts: PANES,
        label: "commands",
        help: "all commands, found by typing: those with keys, and those that are only typed",
        group: HelpGroup::Program,
        footer: Some(6),
    },
    Binding {
        action: Action::Enter,
        keys: &[Chord::plain(KeyCode::Enter)],
        contexts: only(&[Prompt]),
        label: "do it",
        help: "run the command under the cursor, or the one typed",
        group: HelpGroup::Program,
        footer: Some(0),
    },
    Binding {
        action: Action::Back,
        keys: &[Chord::plain(KeyCode::Esc)],
        contexts: only(&[Prompt]),
        label: "close",
        help: "close the line and do nothing",
        group: HelpGroup::Program,
        footer: Some(1),
    },
    Binding {
        action: Action::Enter,
        keys: &[Chord::plain(KeyCode::Enter)],
        contexts: only(&[Help]),
        label: "do it",
        help: "close the help and run what is under the cursor",
        group: HelpGroup::Program,
        footer: Some(0),
    },
    Binding {
        action: Action::Back,
        keys: &[Chord::plain(KeyCode::Esc)],
        contexts: only(&[Help]),
        label: "back",
        help: "show everything again, then close the help",
        group: HelpGroup::Program,
        footer: Some(1),
    },
    Binding {
        action: Action::Help,
        keys: &[Chord::plain(KeyCode::F(1))],
        contexts: only(&[Help]),
        label: "close",
        help: "close the help",
        group: HelpGroup::Program,
        footer: Some(2),
    },
    Binding {
        action: Action::Notices,
        keys: &[Chord::char('!')],
        contexts: PANES.and(&[Page, File]),
        label: "notices",
        help: "what happened so far, why, and what to do",
        group: HelpGroup::Program,
        footer: Some(11),
    },
    Binding {
        action: Action::Help,
        keys: &[Chord::char('?'), Chord::plain(KeyCode::F(1))],
        contexts: LISTS,
        label: "help",
        help: "what can be done here, and what the signs, figures and words mean; found by typing",
        group: HelpGroup::Program,
        footer: Some(0),
    },
    Binding {
        action: Action::Help,
        keys: &[Chord::char('?'), Chord::plain(KeyCode::F(1))],
        contexts: only(&[Question]),
        label: "help",
        help: "the keys of the question, and what the signs, figures and words mean",
        group: HelpGroup::Program,
        footer: Some(5),
    },
    Binding {
        action: Action::Quit,
        keys: &[Chord::char('q')],
        contexts: OUTSIDE_TEXT,
        label: "quit",
        help: "back; at the root it quits, and asks only while a run is under way",
        group: HelpGroup::Program,
        footer: Some(8),
    },
    Binding {
        action: Action::Interrupt,
        keys: &[Chord::ctrl('c')],
        contexts: EVERYWHERE,
        label: "quit",
        help: "take back what has not left, cut an upload off, and stop a run after the call under way; otherwise, pressed twice, quit",
        group: HelpGroup::Program,
        footer: None,
    },
    Binding {
        action: Action::Suspend,
        keys: &[Chord::ctrl('z')],
        contexts: EVERYWHERE,
        label: "suspend",
        help: "suspend the program, as in a shell",
        group: HelpGroup::Program,
        footer: None,
    },
    Binding {
        action: Action::Redraw,
        keys: &[Chord::ctrl('l')],
        contexts: EVERYWHERE,
        label: "redraw",
        help: "redraw the screen",
        group: HelpGroup::Program,
        footer: None,
    },
];
