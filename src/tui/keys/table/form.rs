//! Keys of a form. Nothing typed into one sends: "review" leads to a question, which has a key of its own.

use crossterm::event::KeyCode;

use super::super::{Action, Binding, Chord, Context, HelpGroup};
use super::only;

use Context::Form;

/// The bindings, in the order of the help.
pub(super) const BINDINGS: &[Binding] = &[
    Binding {
        action: Action::NextPane,
        keys: &[Chord::plain(KeyCode::Tab)],
        contexts: only(&[Form]),
        label: "next field",
        help: "to the next field",
        group: HelpGroup::Move,
        footer: Some(0),
    },
    Binding {
        action: Action::PreviousPane,
        keys: &[Chord::plain(KeyCode::BackTab)],
        contexts: only(&[Form]),
        label: "previous field",
        help: "to the previous field",
        group: HelpGroup::Move,
        footer: Some(7),
    },
    Binding {
        action: Action::Up,
        keys: &[Chord::plain(KeyCode::Up)],
        contexts: only(&[Form]),
        label: "up",
        help: "one line up in a value of several lines; elsewhere to the previous field",
        group: HelpGroup::Move,
        footer: None,
    },
    Binding {
        action: Action::Down,
        keys: &[Chord::plain(KeyCode::Down)],
        contexts: only(&[Form]),
        label: "down",
        help: "one line down in a value of several lines; elsewhere to the next field",
        group: HelpGroup::Move,
        footer: None,
    },
    Binding {
        action: Action::PageUp,
        keys: &[Chord::plain(KeyCode::PageUp)],
        contexts: only(&[Form]),
        label: "scroll up",
        help: "scroll the text as it will arrive up",
        group: HelpGroup::Move,
        footer: None,
    },
    Binding {
        action: Action::PageDown,
        keys: &[Chord::plain(KeyCode::PageDown)],
        contexts: only(&[Form]),
        label: "scroll the text",
        help: "scroll the text as it will arrive down",
        group: HelpGroup::Move,
        footer: Some(5),
    },
    Binding {
        action: Action::Left,
        keys: &[Chord::plain(KeyCode::Left)],
        contexts: only(&[Form]),
        label: "choose",
        help: "the previous language; in text, one character left",
        group: HelpGroup::Act,
        footer: None,
    },
    Binding {
        action: Action::Right,
        keys: &[Chord::plain(KeyCode::Right)],
        contexts: only(&[Form]),
        label: "choose",
        help: "the next language; in text, one character right, and at its end what is offered there: the country code, a usual value",
        group: HelpGroup::Act,
        footer: Some(2),
    },
    Binding {
        action: Action::LineBreak,
        keys: &[Chord::ctrl('o')],
        contexts: only(&[Form]),
        label: "new line",
        help: "begin a new line in a value; in one that has several, Enter does it, too",
        group: HelpGroup::Act,
        footer: Some(4),
    },
    Binding {
        action: Action::Delete,
        keys: &[Chord::ctrl('k')],
        contexts: only(&[Form]),
        label: "remove it",
        help: "remove a value, where its name is typed as well",
        group: HelpGroup::Act,
        footer: Some(4),
    },
    Binding {
        action: Action::Enter,
        keys: &[Chord::plain(KeyCode::Enter)],
        contexts: only(&[Form]),
        label: "next field",
        help: "to the next field; on \"Review\", open the question before anything is sent",
        group: HelpGroup::Act,
        footer: Some(1),
    },
    Binding {
        action: Action::Back,
        keys: &[Chord::plain(KeyCode::Esc)],
        contexts: only(&[Form]),
        label: "back",
        help: "close the form and send nothing; what was typed is kept until it is sent, but for one-time passwords",
        group: HelpGroup::Act,
        footer: Some(3),
    },
    Binding {
        action: Action::Help,
        keys: &[Chord::plain(KeyCode::F(1))],
        contexts: only(&[Form]),
        label: "help",
        help: "the keys of the form, and what the signs, figures and words mean",
        group: HelpGroup::Program,
        footer: Some(6),
    },
];
