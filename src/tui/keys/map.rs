//! Which keys are bound to what: the table, with the configuration's changes.

use crossterm::event::KeyEvent;

use super::{Action, Binding, Chord, Context, table};

/// A line of the table and the keys now bound to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The line.
    pub binding: &'static Binding,
    pub(super) keys: Vec<Chord>,
}

impl Bound {
    pub(super) fn usual(binding: &'static Binding) -> Self {
        Self { binding, keys: binding.keys.to_vec() }
    }

    /// Whether its keys are fixed whatever the configuration says: the yes and the ways out of a
    /// question, and in a text field the keys that every text field has.
    pub(super) fn is_fixed(&self) -> bool {
        let Binding { action, contexts, .. } = self.binding;
        let is_answer =
            matches!(action, Action::Enter | Action::Back | Action::Agree) && contexts.iter().any(|context| context.is_question());
        is_answer || *action == Action::Interrupt || contexts.iter().all(|context| context.is_text())
    }

    /// The keys that mean it in `context`. Where printable keys are text they mean nothing else, and a
    /// line that has only such keys keeps its default ones there.
    pub fn keys_in(&self, context: Context) -> impl Iterator<Item = Chord> {
        let is_text = context.is_text();
        let is_kept = move |chord: &Chord| !is_text || chord.printable().is_none();
        let (keys, all) = if self.keys.iter().any(is_kept) { (&*self.keys, false) } else { (self.usual_keys(), true) };
        keys.iter().copied().filter(move |chord| all || is_kept(chord))
    }

    /// The default keys; none where the configuration took them away.
    fn usual_keys(&self) -> &[Chord] {
        if self.keys.is_empty() { &[] } else { self.binding.keys }
    }

    /// The first key, as the footer of `context` shows it; empty where none is bound.
    pub fn key(&self, context: Context) -> String {
        self.keys_in(context).next().map(|key| key.to_string()).unwrap_or_default()
    }

    /// All keys, as the help of `context` shows them.
    pub fn all_keys(&self, context: Context) -> String {
        self.keys_in(context).map(|key| key.to_string()).collect::<Vec<_>>().join(" ")
    }
}

/// Which keys are bound to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMap {
    pub(super) lines: Vec<Bound>,
}

impl Default for KeyMap {
    /// The table as it stands.
    fn default() -> Self {
        Self { lines: table::bindings().map(Bound::usual).collect() }
    }
}

impl KeyMap {
    /// What `key` means in `context`; `None` where it means nothing, so an unknown chord does
    /// nothing. In a text field a printable key is text.
    pub fn lookup(&self, context: Context, key: KeyEvent) -> Option<Action> {
        let chord = Chord::of(key)?;
        let found = self.here(context).find(|line| line.keys_in(context).any(|key| key == chord))?;
        Some(found.binding.action)
    }

    /// What the footer shows in `context`, the most important first; actions without a key are left
    /// out.
    pub fn footer(&self, context: Context) -> Vec<&Bound> {
        let mut shown: Vec<_> =
            self.here(context).filter(|line| line.binding.footer.is_some() && line.keys_in(context).next().is_some()).collect();
        shown.sort_by_key(|line| line.binding.footer);
        shown
    }

    /// Every line of `context`, by group and then in table order.
    pub fn help(&self, context: Context) -> Vec<&Bound> {
        let mut known: Vec<_> = self.here(context).collect();
        known.sort_by_key(|line| line.binding.group);
        known
    }

    /// The key for `action` in `context`, where one is bound.
    pub fn key(&self, context: Context, action: Action) -> Option<String> {
        self.here(context).find(|line| line.binding.action == action).map(|line| line.key(context)).filter(|key| !key.is_empty())
    }

    /// The key to name in a sentence about `action` in `context`. An action without a key is named by its
    /// `:` command.
    pub fn name(&self, context: Context, action: Action) -> String {
        let here = self.here(context).find(|line| line.binding.action == action);
        let line = here.or_else(|| self.lines.iter().find(|line| line.binding.action == action));
        line.map(|line| line.key(context)).filter(|key| !key.is_empty()).unwrap_or_else(|| self.command(&action.name()))
    }

    /// How a sentence names a command: `:stop`, with the key that opens the command line. Where no key
    /// does, the usual sign still marks it as a command.
    pub fn command(&self, word: &str) -> String {
        let key = self.key(Context::MESSAGES, Action::CommandLine).unwrap_or_else(|| ":".to_owned());
        let is_sign = key.chars().count() == 1;
        format!("{key}{}{word}", if is_sign { "" } else { " " })
    }

    fn here(&self, context: Context) -> impl Iterator<Item = &Bound> {
        self.lines.iter().filter(move |line| line.binding.contexts.contains(&context))
    }
}
