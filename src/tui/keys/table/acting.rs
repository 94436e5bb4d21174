//! Keys that act on the world, and those of a question.

use crossterm::event::KeyCode;

use super::super::{Action, Binding, Chord, Context, HelpGroup};
use super::PANES;

use Context::{Activity, Batches, Detail, Failures, Menu, Messages, Page, Plan, Question, Starting};

/// The bindings, in the order of the help.
pub(super) const BINDINGS: &[Binding] = &[
    Binding {
        action: Action::PlanRetry,
        keys: &[Chord::char('r')],
        contexts: &[Messages, Batches, Failures, Activity, Detail],
        label: "plan a retry",
        help: "**opens a plan to retry: what is marked, or what is selected; in the filter menu, all that it shows; writes nothing**",
        group: HelpGroup::Act,
        footer: Some(4),
    },
    Binding {
        action: Action::PlanRetry,
        keys: &[Chord::char('r')],
        contexts: &[Menu],
        label: "plan these",
        help: "shows what is ticked and opens a plan to retry all of it that failed; writes nothing",
        group: HelpGroup::Act,
        footer: Some(3),
    },
    Binding {
        action: Action::PlanRetry,
        keys: &[Chord::char('r')],
        contexts: &[Page],
        label: "plan the rest",
        help: "in the results of a run: opens a plan for what was agreed to but not started; writes nothing",
        group: HelpGroup::Act,
        footer: Some(1),
    },
    Binding {
        action: Action::Actions,
        keys: &[Chord::char('a'), Chord::plain(KeyCode::F(2))],
        contexts: PANES,
        label: "actions",
        help: "actions for the row under the cursor, as a menu",
        group: HelpGroup::Act,
        footer: Some(5),
    },
    Binding {
        action: Action::Agree,
        keys: &[Chord::char('y')],
        contexts: &[Question, Plan],
        label: "retry",
        help: "yes: carry out the open plan; in production, for several messages, type their count and press Enter instead",
        group: HelpGroup::Act,
        footer: Some(1),
    },
    Binding {
        action: Action::Toggle,
        keys: &[Chord::char(' ')],
        contexts: &[Question],
        label: "include",
        help: "include a message that is not worth a retry, or exclude it again",
        group: HelpGroup::Act,
        footer: Some(3),
    },
    Binding {
        action: Action::Toggle,
        keys: &[Chord::char(' ')],
        contexts: &[Plan],
        label: "include/exclude",
        help: "include the line in the plan, or exclude it",
        group: HelpGroup::Act,
        footer: Some(3),
    },
    Binding {
        action: Action::Enter,
        keys: &[Chord::plain(KeyCode::Enter)],
        contexts: &[Question, Plan],
        label: "answer",
        help: "give the focused answer, at first \"cancel\"; where a plan asks for its count, the typed count",
        group: HelpGroup::Act,
        footer: Some(2),
    },
    Binding {
        action: Action::Back,
        keys: &[Chord::plain(KeyCode::Esc), Chord::plain(KeyCode::Backspace), Chord::char('n')],
        contexts: &[Question, Plan],
        label: "cancel",
        help: "cancel: nothing is sent",
        group: HelpGroup::Act,
        footer: Some(0),
    },
    Binding {
        action: Action::Back,
        keys: &[Chord::plain(KeyCode::Esc), Chord::plain(KeyCode::Backspace), Chord::char('n')],
        contexts: &[Starting],
        label: "take it back",
        help: "take back the yes: nothing has been sent",
        group: HelpGroup::Act,
        footer: Some(0),
    },
    Binding {
        action: Action::CommandLine,
        keys: &[Chord::char(':')],
        contexts: &[Starting],
        label: "commands",
        help: "type `stop` to take back the yes; the countdown waits meanwhile",
        group: HelpGroup::Act,
        footer: Some(1),
    },
    Binding {
        action: Action::Pause,
        keys: &[Chord::char('p')],
        contexts: PANES,
        label: "pause",
        help: "make no call until it is pressed again",
        group: HelpGroup::Act,
        footer: Some(10),
    },
    Binding {
        action: Action::ReadNow,
        keys: &[Chord::ctrl('r'), Chord::plain(KeyCode::F(5))],
        contexts: PANES,
        label: "read now",
        help: "read now",
        group: HelpGroup::Act,
        footer: None,
    },
];
