//! Keys that show, copy and export.

use crossterm::event::KeyCode;

use super::super::{Action, Binding, Chord, Context, Group};
use super::PANES;

use Context::{Activity, Batches, Detail, Failures, Menu, Messages, Page, Plan, Text};

/// The bindings, in the order of the help.
pub(super) const BINDINGS: &[Binding] = &[
    Binding {
        action: Action::Enter,
        keys: &[Chord::plain(KeyCode::Enter)],
        contexts: PANES,
        label: "open",
        help: "open what is selected, or show its messages; on the last row of messages, read further back",
        group: Group::Show,
        footer: Some(2),
    },
    Binding {
        action: Action::Enter,
        keys: &[Chord::plain(KeyCode::Enter)],
        contexts: &[Text],
        label: "keep",
        help: "close the find line and keep what it finds",
        group: Group::Show,
        footer: Some(0),
    },
    Binding {
        action: Action::Enter,
        keys: &[Chord::plain(KeyCode::Enter)],
        contexts: &[Menu],
        label: "apply",
        help: "show what is chosen, or do it",
        group: Group::Show,
        footer: Some(0),
    },
    Binding {
        action: Action::Enter,
        keys: &[Chord::plain(KeyCode::Enter)],
        contexts: &[Page],
        label: "close",
        help: "close the page",
        group: Group::Show,
        footer: None,
    },
    Binding {
        action: Action::Back,
        keys: &[Chord::plain(KeyCode::Esc)],
        contexts: &[Text],
        label: "close",
        help: "close the find line and forget what was typed",
        group: Group::Show,
        footer: Some(1),
    },
    Binding {
        action: Action::Back,
        keys: &[Chord::plain(KeyCode::Esc), Chord::plain(KeyCode::Backspace)],
        contexts: &[Menu, Page],
        label: "close",
        help: "close the menu or page",
        group: Group::Show,
        footer: Some(2),
    },
    Binding {
        action: Action::Copy,
        keys: &[Chord::char('c')],
        contexts: &[Messages, Batches, Failures, Activity, Detail],
        label: "copy",
        help: "copy the row as it is shown; in the detail, and where rows are marked, ask what: number, text, ids, attempts, JSON, CSV; again at once, show it to be selected by hand",
        group: Group::Show,
        footer: Some(9),
    },
    Binding {
        action: Action::Copy,
        keys: &[Chord::char('c')],
        contexts: &[Plan, Page],
        label: "copy",
        help: "copy the results of a run, or the list of a plan, masked as they are shown",
        group: Group::Show,
        footer: Some(5),
    },
    Binding {
        action: Action::Export,
        keys: &[Chord::char('x')],
        contexts: &[Messages, Batches, Failures, Activity, Plan, Page],
        label: "export",
        help: "write what is shown to a file: messages, batches, failures, actions, a plan, the results of a run; masked as they are shown",
        group: Group::Show,
        footer: Some(9),
    },
    Binding {
        action: Action::Reveal,
        keys: &[Chord::char('v')],
        contexts: &[Messages, Detail],
        label: "reveal",
        help: "show this row's number and text, until it is left, 30 s at most",
        group: Group::Show,
        footer: Some(7),
    },
    Binding {
        action: Action::Mask,
        keys: &[Chord::char('m')],
        contexts: PANES,
        label: "mask",
        help: "mask everything again",
        group: Group::Show,
        footer: None,
    },
];
