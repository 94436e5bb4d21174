//! The one table of keys: dispatch, footer, help and `docs/KEYS.md` are made from it.

mod action;
mod chord;
mod context;
mod map;
mod named; // chords as people write them
mod table;
mod configured; // what the configuration binds

use std::fmt::Write;

pub use action::Action;
pub use chord::Chord;
pub use context::{Context, Contexts};
pub use map::{Bound, KeyMap};

/// A line of the table: what some keys do in some contexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// What they mean.
    pub action: Action,
    /// The keys, the one to be shown first.
    pub keys: &'static [Chord],
    /// The contexts in which they mean it.
    pub contexts: Contexts,
    /// What it does, in one or two words, for the footer.
    pub label: &'static str,
    /// What it does, as half a sentence, for the help page and `docs/KEYS.md`.
    pub help: &'static str,
    /// Its heading in the help.
    pub group: HelpGroup,
    /// Its position in the footer, where 0 is the last to be left out when room is short; `None`
    /// where the footer never shows it.
    pub footer: Option<u8>,
}

/// The headings of the help, in their order there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HelpGroup {
    /// Moving about.
    Move,
    /// Finding and filtering.
    Find,
    /// What is shown of a message.
    Show,
    /// Marking messages.
    Mark,
    /// What acts on the world.
    Act,
    /// The program itself.
    Program,
}

impl HelpGroup {
    /// All of them, in the order of the help.
    pub const ALL: [HelpGroup; 6] =
        [HelpGroup::Move, HelpGroup::Find, HelpGroup::Show, HelpGroup::Mark, HelpGroup::Act, HelpGroup::Program];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            HelpGroup::Move => "Move",
            HelpGroup::Find => "Find",
            HelpGroup::Show => "Show",
            HelpGroup::Mark => "Mark",
            HelpGroup::Act => "Act",
            HelpGroup::Program => "Program",
        }
    }
}

/// The whole table as Markdown, for `docs/KEYS.md`: the keys bound by default.
pub fn markdown() -> String {
    let mut text = String::from("| key | where | does | name |\n|---|---|---|---|\n");
    for group in HelpGroup::ALL {
        for binding in table::bindings().filter(|binding| binding.group == group) {
            let keys: Vec<_> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
            // Writing to a text cannot fail.
            let _ =
                writeln!(text, "| {} | {} | {} | {} |", keys.join(" "), indices(&binding.contexts), binding.help, configured_name(binding));
        }
    }
    text
}

/// The name that binds another key; none where the key is fixed.
fn configured_name(binding: &'static Binding) -> String {
    if Bound::usual(binding).is_fixed() { String::new() } else { format!("`{}`", binding.action.name()) }
}

/// Where a binding applies, in words.
fn indices(contexts: &[Context]) -> String {
    let missing: Vec<_> = Context::ALL.into_iter().filter(|context| !contexts.contains(context)).collect();
    match missing.as_slice() {
        [] => "everywhere".to_owned(),
        missing if missing.iter().all(|context| context.is_text()) => "outside text".to_owned(),
        _ => contexts.iter().map(|context| context.name()).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests;
