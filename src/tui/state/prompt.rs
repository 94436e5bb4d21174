//! The line for commands.

use super::{PaletteAction, PaletteEntry};
use crate::tui::widgets::typed_line::TypedLine;

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum PromptKind {
    Command,
}

/// A line while it is open.
#[derive(Debug, Clone)]
pub(in crate::tui) struct Prompt {
    /// What it is for.
    pub kind: PromptKind,
    /// What has been typed.
    pub input: TypedLine,
    /// Why Enter did nothing.
    pub problem: String,
    /// The command that the cursor of the list was moved to; if `None` it is on the first.
    pub chosen: Option<PaletteAction>,
}

impl Prompt {
    /// A line with this text in it.
    pub fn new(kind: PromptKind, text: &str) -> Self {
        Self { kind, input: TypedLine::with_text(text), problem: String::new(), chosen: None }
    }

    /// What has been typed.
    pub fn typed(&self) -> &str {
        self.input.value()
    }

    /// The index of the cursor in the list.
    pub fn index(&self, entries: &[PaletteEntry]) -> usize {
        entries.iter().position(|entry| Some(entry.doing) == self.chosen).unwrap_or(0)
    }
}

/// What a typed command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Typed {
    /// Unlock the campaign for actions.
    Unlock,
    /// Lock it again.
    Lock,
    /// Save the filter of the list.
    NameFilter,
    /// Stop the run.
    Stop,
    /// Continue a run that paused itself.
    Resume,
    /// The outcomes of the newest run.
    Results,
    /// Plan what was agreed to but not started.
    Rest,
    /// Go to the outcomes that need a person.
    Resolve,
    /// Show the campaign unmasked for a while.
    Reveal,
    /// Mask everything for a shared screen, or end that.
    Present,
    /// Read further back.
    History,
    /// Mouse on or off.
    Mouse,
    /// Start again with the configuration as it is now.
    Reload,
}

/// A command that is only typed, and what it does.
pub(in crate::tui) struct CommandWord {
    pub word: &'static str,
    /// What it does, in a word or two.
    pub label: &'static str,
    /// What it does, as half a sentence.
    pub does: &'static str,
    /// What it does, for the program.
    pub typed: Typed,
}

/// The commands that are only typed, in the order of the list.
pub(in crate::tui) const COMMANDS: &[CommandWord] = &[
    CommandWord {
        word: "unlock",
        label: "unlock for actions",
        does: "allow actions in a read-only campaign, for a while",
        typed: Typed::Unlock,
    },
    CommandWord { word: "lock", label: "lock again", does: "lock the campaign again", typed: Typed::Lock },
    CommandWord {
        word: "save-filter",
        label: "save the filter",
        does: "save the filter of the list under a name, for all campaigns",
        typed: Typed::NameFilter,
    },
    CommandWord {
        word: "stop",
        label: "stop, take back",
        does: "take back what has not left, and stop the run after the call under way",
        typed: Typed::Stop,
    },
    CommandWord { word: "resume", label: "continue the run", does: "continue a run that paused itself", typed: Typed::Resume },
    CommandWord { word: "results", label: "results of the run", does: "the outcomes of the newest run", typed: Typed::Results },
    CommandWord { word: "rest", label: "plan the rest", does: "plan what was agreed to but not started", typed: Typed::Rest },
    CommandWord { word: "resolve", label: "unknown outcomes", does: "go to the outcomes that need a person", typed: Typed::Resolve },
    CommandWord {
        word: "history",
        label: "read further back",
        does: "read further back: `history 7d`, a date, or all",
        typed: Typed::History,
    },
    CommandWord {
        word: "reveal",
        label: "show unmasked",
        does: "show the campaign unmasked for 5 minutes, after a question; noted in the journal",
        typed: Typed::Reveal,
    },
    CommandWord {
        word: "present",
        label: "while presenting",
        does: "mask everything and let nothing be revealed, until it is typed again",
        typed: Typed::Present,
    },
    CommandWord {
        word: "mouse",
        label: "mouse on or off",
        does: "turn the mouse on, or leave it to the terminal's own selection",
        typed: Typed::Mouse,
    },
    CommandWord { word: "reload", label: "reload the file", does: "reload the configuration and the keys", typed: Typed::Reload },
];

/// The commands that are only typed as Markdown, for the README.
pub fn commands_markdown() -> String {
    let lines = COMMANDS.iter().map(|command| format!("| `:{}` | {} |\n", command.word, command.does));
    std::iter::once("| command | does |\n|---|---|\n".to_owned()).chain(lines).collect()
}

impl Typed {
    fn takes_argument(self) -> bool {
        self == Typed::History
    }
}

/// The present word of a command that was renamed.
pub(in crate::tui) fn present_word(typed: &str) -> &str {
    if typed.eq_ignore_ascii_case("again") { "rest" } else { typed }
}

/// A command's word, and its argument, where it takes one.
pub(in crate::tui) fn word_and_argument(typed: &str) -> (&str, &str) {
    let typed = typed.trim();
    let Some((word, argument)) = typed.split_once(char::is_whitespace) else { return (typed, "") };
    let takes = COMMANDS.iter().any(|command| command.typed.takes_argument() && command.word.eq_ignore_ascii_case(word));
    if takes { (word, argument.trim()) } else { (typed, "") }
}
