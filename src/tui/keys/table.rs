//! The table itself. The only capital letters bound are `G` and `N`, and neither writes anything; `e`
//! stays free, and `d` and `w` only show something, because fingers trained on other programs expect them to
//! delete, edit and write; Ctrl
//! with `a`, `b`, `s` and `q` belongs to terminals and multiplexers.

mod acting;
mod file;
mod finding;
mod form;
mod moving;
mod program;
mod showing;

use std::sync::LazyLock;

use super::{Action, Binding, Context, Contexts, HelpGroup};
use crate::tui::views::{About, ViewKind};

use Context::{Campaigns, Detail, File, Form, Header, Help, Menu, Page, Plan, Prompt, Question, Starting, Text};

/// The views of one campaign.
const CAMPAIGN_VIEWS: Contexts = Contexts::views();
/// The views with rows that show the messages of a time window.
const WINDOWED_ROWS: Contexts =
    only(&[Context::MESSAGES, Context::Pane(ViewKind::Batches), Context::Pane(ViewKind::Failures), Context::Pane(ViewKind::NotDelivered)]);
/// The views besides the list of messages.
const OTHER_VIEWS: Contexts = only(CAMPAIGN_VIEWS.as_slice().split_at(1).1);
/// The views, and the list of all campaigns.
const VIEWS: Contexts = only(&[Context::MESSAGES, Campaigns]).and(OTHER_VIEWS.as_slice());
/// Where a row or a message is selected.
const ROWS: Contexts = VIEWS.and(&[Detail]);
/// Where the dashboard has the keys: no dialog, page or text field is open.
const PANES: Contexts = ROWS.and(&[Header]);
/// Where a row is selected or lines scroll.
const LISTS: Contexts = PANES.and(&[Menu, Plan, Page, File]);
/// Where printable keys are text, the form excepted, which has keys of its own.
const TEXTS: Contexts = only(&[Text, Prompt, Help]);
/// Everywhere else.
const OUTSIDE_TEXT: Contexts = LISTS.and(&[Question, Starting]);
/// Everywhere.
const EVERYWHERE: Contexts = OUTSIDE_TEXT.and(TEXTS.as_slice()).and(&[Form]);

/// These contexts and no others.
const fn only(contexts: &[Context]) -> Contexts {
    Contexts::of(contexts)
}

/// The keys that show the views.
static SHOWING_VIEWS: LazyLock<[Binding; ViewKind::ALL.len()]> = LazyLock::new(|| {
    ViewKind::ALL.map(|view| {
        let About { name: label, keys, help, .. } = *view.about();
        Binding { action: Action::Show(view), keys, contexts: PANES, label, help, group: HelpGroup::Move, footer: None }
    })
});

/// All keys, in the order of the help.
pub(super) fn bindings() -> impl Iterator<Item = &'static Binding> {
    [
        moving::BINDINGS,
        &*SHOWING_VIEWS,
        finding::BINDINGS,
        showing::BINDINGS,
        acting::BINDINGS,
        form::BINDINGS,
        file::BINDINGS,
        program::BINDINGS,
    ]
    .into_iter()
    .flatten()
}
