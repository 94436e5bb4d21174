//! Keys that find and filter.

use crossterm::event::KeyCode;

use super::super::{Action, Binding, Chord, Context, HelpGroup};
use super::{PANES, WINDOWED_ROWS, only};
use crate::tui::views::ViewKind;

use Context::{Campaigns, Detail, Menu};

/// The bindings, in the order of the help.
pub(super) const BINDINGS: &[Binding] = &[
    Binding {
        action: Action::Find,
        keys: &[Chord::char('/')],
        contexts: PANES,
        label: "find",
        help: "find a recipient by digits of the number: at once in what is loaded, from three digits also on the server",
        group: HelpGroup::Find,
        footer: Some(1),
    },
    Binding {
        action: Action::Filter,
        keys: &[Chord::char('f')],
        contexts: PANES,
        label: "filter",
        help: "show only messages with the ticked statuses, errors, batches and times",
        group: HelpGroup::Find,
        footer: Some(3),
    },
    Binding {
        action: Action::TimeWindow,
        keys: &[Chord::char('t')],
        contexts: WINDOWED_ROWS.and(&[Detail]),
        label: "times",
        help: "choose the time window: the last hours or days, today, all times, or from one time to another",
        group: HelpGroup::Find,
        footer: Some(8),
    },
    Binding {
        action: Action::TimeWindow,
        keys: &[Chord::char('t')],
        contexts: only(&[Context::Pane(ViewKind::Trends)]),
        label: "times",
        help: "draw another time window: the last hours or days, today, or from one time to another",
        group: HelpGroup::Find,
        footer: Some(2),
    },
    Binding {
        action: Action::Toggle,
        keys: &[Chord::char(' ')],
        contexts: only(&[Menu]),
        label: "choose",
        help: "tick this line, or untick it",
        group: HelpGroup::Find,
        footer: Some(1),
    },
    Binding {
        action: Action::NextHit,
        keys: &[Chord::char('n')],
        contexts: only(&[Context::MESSAGES]),
        label: "next hit",
        help: "to the next hit of the find",
        group: HelpGroup::Find,
        footer: Some(6),
    },
    Binding {
        action: Action::PreviousHit,
        keys: &[Chord::char('N')],
        contexts: only(&[Context::MESSAGES]),
        label: "previous hit",
        help: "to the previous hit of the find",
        group: HelpGroup::Find,
        footer: None,
    },
    Binding {
        action: Action::Delete,
        keys: &[Chord::plain(KeyCode::Delete)],
        contexts: only(&[Menu]),
        label: "delete",
        help: "delete the saved filter",
        group: HelpGroup::Find,
        footer: Some(4),
    },
    Binding {
        action: Action::Undo,
        keys: &[Chord::char('u')],
        contexts: only(&[Menu]),
        label: "bring back",
        help: "bring back the filter deleted last",
        group: HelpGroup::Find,
        footer: Some(6),
    },
    Binding {
        action: Action::Clear,
        keys: &[Chord::char('0')],
        contexts: only(&[Context::MESSAGES, Campaigns, Detail, Menu]),
        label: "clear",
        help: "clear filter and find; the time window stays",
        group: HelpGroup::Find,
        footer: Some(5),
    },
    Binding {
        action: Action::Clear,
        keys: &[Chord::char('0')],
        contexts: only(&[Context::Pane(ViewKind::Activity)]),
        label: "mark seen",
        help: "mark the changes as seen and start a new list, as leaving the view does",
        group: HelpGroup::Find,
        footer: Some(4),
    },
];
