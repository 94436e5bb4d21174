//! The table itself. The only capital letters bound are `G` and `N`, and neither writes anything; `d`, `e`
//! and `w` stay free, because fingers trained on other programs expect them to delete, edit and write; Ctrl
//! with `a`, `b`, `s` and `q` belongs to terminals and multiplexers.

mod acting;
mod finding;
mod marking;
mod moving;
mod program;
mod showing;

use super::{Binding, Context};

use Context::{Activity, Batches, Campaigns, Detail, Failures, Help, Menu, Messages, Page, Plan, Prompt, Question, Starting, Text};

/// Where a row is selected or lines scroll.
const LISTS: &[Context] = &[Messages, Campaigns, Batches, Failures, Activity, Detail, Menu, Plan, Page];
/// Where the dashboard has the keys: no dialog, page or text field is open.
const PANES: &[Context] = &[Messages, Campaigns, Batches, Failures, Activity, Detail];
/// Where printable keys are text.
const TEXTS: &[Context] = &[Text, Prompt, Help];
/// Everywhere but where printable keys are text.
const OUTSIDE_TEXT: &[Context] = &[Messages, Campaigns, Batches, Failures, Activity, Detail, Menu, Question, Plan, Starting, Page];
/// Everywhere.
const EVERYWHERE: &[Context] = &Context::ALL;

/// All keys, in the order of the help.
pub(super) fn bindings() -> impl Iterator<Item = &'static Binding> {
    [moving::BINDINGS, finding::BINDINGS, showing::BINDINGS, marking::BINDINGS, acting::BINDINGS, program::BINDINGS].into_iter().flatten()
}
