//! The table itself. The only capital letters bound are `G` and `N`, and neither writes anything; `d`, `e`
//! and `w` stay free, because fingers trained on other programs expect them to delete, edit and write; Ctrl
//! with `a`, `b`, `s` and `q` belongs to terminals and multiplexers.

mod acting;
mod finding;
mod moving;
mod program;
mod showing;

use super::{Binding, Context, Contexts};

use Context::{Activity, Batches, Campaigns, Detail, Failures, Help, Menu, Messages, Page, Plan, Prompt, Text};

/// Everywhere.
const EVERYWHERE: Contexts = only(&Context::ALL);
/// Where printable keys are text.
const TEXTS: Contexts = only(&[Text, Prompt, Help]);
/// Everywhere else.
const OUTSIDE_TEXT: Contexts = EVERYWHERE.except(TEXTS.as_slice());
/// The views.
const VIEWS: Contexts = only(&[Messages, Campaigns, Batches, Failures, Activity]);
/// The views of one campaign.
const CAMPAIGN_VIEWS: Contexts = VIEWS.except(&[Campaigns]);
/// The views that show the messages of a time window.
const WINDOWED: Contexts = only(&[Messages, Batches, Failures]);
/// Where the dashboard has the keys: no dialog, page or text field is open.
const PANES: Contexts = VIEWS.and(&[Detail]);
/// Where a row is selected or lines scroll.
const LISTS: Contexts = PANES.and(&[Menu, Plan, Page]);

/// These contexts and no others.
const fn only(contexts: &[Context]) -> Contexts {
    Contexts::of(contexts)
}

/// All keys, in the order of the help.
pub(super) fn bindings() -> impl Iterator<Item = &'static Binding> {
    [moving::BINDINGS, finding::BINDINGS, showing::BINDINGS, acting::BINDINGS, program::BINDINGS].into_iter().flatten()
}
