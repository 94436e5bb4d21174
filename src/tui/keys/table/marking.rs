//! Keys that mark messages.

use super::super::{Action, Binding, Chord, Context, HelpGroup};
use super::PANES;

use Context::{Failures, Messages};

/// The bindings, in the order of the help.
pub(super) const BINDINGS: &[Binding] = &[
    Binding {
        action: Action::Toggle,
        keys: &[Chord::char(' ')],
        contexts: &[Messages, Failures],
        label: "mark",
        help: "mark the row and go to the next, or unmark it; in failures, all messages of the line",
        group: HelpGroup::Mark,
        footer: Some(9),
    },
    Binding {
        action: Action::MarkRange,
        keys: &[Chord::char('-')],
        contexts: &[Messages],
        label: "mark range",
        help: "mark from the last marked row to this one",
        group: HelpGroup::Mark,
        footer: None,
    },
    Binding {
        action: Action::MarkAll,
        keys: &[Chord::char('*')],
        contexts: &[Messages],
        label: "mark all",
        help: "mark all loaded rows of the list",
        group: HelpGroup::Mark,
        footer: None,
    },
    Binding {
        action: Action::InvertMarks,
        keys: &[Chord::char('i')],
        contexts: &[Messages],
        label: "invert marks",
        help: "invert all marks: mark the other loaded rows of the list, and unmark these",
        group: HelpGroup::Mark,
        footer: None,
    },
    Binding {
        action: Action::Unmark,
        keys: &[Chord::char('u')],
        contexts: PANES,
        label: "unmark all",
        help: "remove all marks",
        group: HelpGroup::Mark,
        footer: Some(5),
    },
];
