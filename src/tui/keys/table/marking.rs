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
        help: "mark the row and go on to the next, or take its mark away; in failures, all of the line",
        group: HelpGroup::Mark,
        footer: Some(9),
    },
    Binding {
        action: Action::MarkRange,
        keys: &[Chord::char('-')],
        contexts: &[Messages],
        label: "mark range",
        help: "mark from the row that was marked last to this one",
        group: HelpGroup::Mark,
        footer: None,
    },
    Binding {
        action: Action::MarkAll,
        keys: &[Chord::char('*')],
        contexts: &[Messages],
        label: "mark all",
        help: "mark all that the list shows, as far as it is loaded",
        group: HelpGroup::Mark,
        footer: None,
    },
    Binding {
        action: Action::InvertMarks,
        keys: &[Chord::char('i')],
        contexts: &[Messages],
        label: "invert marks",
        help: "turn all marks round: mark what is not marked of what the list shows, and the other way round",
        group: HelpGroup::Mark,
        footer: None,
    },
    Binding {
        action: Action::Unmark,
        keys: &[Chord::char('u')],
        contexts: PANES,
        label: "unmark all",
        help: "take all marks away",
        group: HelpGroup::Mark,
        footer: Some(5),
    },
];
