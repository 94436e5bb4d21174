//! The one table of keys: dispatch, footer, help and the README's list are made from it.

mod action;
mod chord;
mod table;

use std::fmt::Write;

use crossterm::event::KeyEvent;

pub use action::{Action, Context};
pub use chord::Chord;

/// A line of the table: what some keys do in some places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// What they mean.
    pub action: Action,
    /// The keys, the one to be shown first.
    pub keys: &'static [Chord],
    /// Where they mean it.
    pub contexts: &'static [Context],
    /// What it does, in one or two words, for the footer.
    pub label: &'static str,
    /// What it does, as half a sentence, for the help page and the README.
    pub help: &'static str,
    /// Under which heading it stands in the help.
    pub group: Group,
    /// Its place in the footer, from 0 for the last to be left out where room is short; `None`
    /// where the footer never shows it.
    pub footer: Option<u8>,
}

impl Binding {
    /// The first key, as the footer shows it.
    pub fn key(&self) -> String {
        self.keys.first().map(ToString::to_string).unwrap_or_default()
    }

    /// All keys, as the help shows them.
    pub fn all_keys(&self) -> String {
        self.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// The headings of the help, in their order there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
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

impl Group {
    /// All of them, in the order of the help.
    pub const ALL: [Group; 6] = [Group::Move, Group::Find, Group::Show, Group::Mark, Group::Act, Group::Program];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Move => "Move",
            Group::Find => "Find",
            Group::Show => "Show",
            Group::Mark => "Mark",
            Group::Act => "Act",
            Group::Program => "Program",
        }
    }
}

/// What `key` means in `context`; `None` where it means nothing, so that an unknown chord does
/// nothing. In [`Context::Text`] a printable key means nothing here: it is text.
pub fn lookup(context: Context, key: KeyEvent) -> Option<Action> {
    let chord = Chord::of(key)?;
    let binding = table::bindings().find(|binding| binding.contexts.contains(&context) && binding.keys.contains(&chord))?;
    Some(binding.action)
}

/// What the footer shows in `context`, the most important first; what does not fit is left out
/// from the end.
pub fn footer(context: Context) -> Vec<&'static Binding> {
    let mut shown: Vec<_> = help(context).into_iter().filter(|binding| binding.footer.is_some()).collect();
    shown.sort_by_key(|binding| binding.footer);
    shown
}

/// Every key of `context`, by group and then in the order of the table.
pub fn help(context: Context) -> Vec<&'static Binding> {
    let mut known: Vec<_> = table::bindings().filter(|binding| binding.contexts.contains(&context)).collect();
    known.sort_by_key(|binding| binding.group);
    known
}

/// The whole table as Markdown, for the README.
pub fn markdown() -> String {
    let mut text = String::from("| key | where | does |\n|---|---|---|\n");
    for group in Group::ALL {
        for binding in table::bindings().filter(|binding| binding.group == group) {
            let keys: Vec<_> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
            // Writing to a text cannot fail.
            let _ = writeln!(text, "| {} | {} | {} |", keys.join(" "), places(binding.contexts), binding.help);
        }
    }
    text
}

/// Where a binding is valid, in words.
fn places(contexts: &[Context]) -> String {
    let missing: Vec<_> = Context::ALL.into_iter().filter(|context| !contexts.contains(context)).collect();
    match missing.as_slice() {
        [] => "everywhere".to_owned(),
        [Context::Text, Context::Prompt] => "outside text".to_owned(),
        _ => contexts.iter().map(|context| context.name()).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests;
