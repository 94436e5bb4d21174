//! A line that is typed into: a command, the name that unlocks a campaign, or where a file goes.

use tui_input::Input;

/// The longest line.
pub(in crate::tui) const LONGEST: usize = 200;

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum PromptKind {
    /// A command.
    Command,
    /// The name of the campaign on the screen, which opens it for actions.
    Unlock,
    /// The file that an export is written to.
    Export(Export),
}

/// What is to be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Export {
    /// The file's text.
    pub text: String,
    /// What it holds, for the journal, without anything personal: `results of a run, 22 rows`.
    pub detail: String,
}

/// A line while it is open.
#[derive(Debug, Clone)]
pub(in crate::tui) struct Prompt {
    /// What it is for.
    pub kind: PromptKind,
    /// What has been typed.
    pub input: Input,
    /// Why Enter did nothing.
    pub problem: String,
}

impl Prompt {
    /// A line with this text in it.
    pub fn new(kind: PromptKind, text: &str) -> Self {
        Self { kind, input: Input::new(text.to_owned()), problem: String::new() }
    }

    /// What has been typed.
    pub fn typed(&self) -> &str {
        self.input.value()
    }
}

/// What a typed command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Typed {
    /// Open the campaign for actions.
    Unlock,
    /// Close it again.
    Lock,
    /// Stop the run.
    Stop,
    /// Go on with a run that paused itself.
    Resume,
    /// What became of the newest run.
    Results,
    /// Plan what an earlier run of the program did not start.
    Again,
    /// Begin anew with the configuration as it is now.
    Reload,
    /// The notices so far.
    Notices,
    /// The keys.
    Help,
}

/// A command and what it does.
pub(in crate::tui) struct CommandWord {
    /// The word.
    pub word: &'static str,
    /// What it does.
    pub does: &'static str,
    /// The same for the program.
    pub typed: Typed,
}

/// All commands, in the order of the list.
pub(in crate::tui) const COMMANDS: [CommandWord; 9] = [
    CommandWord { word: "unlock", does: "open a read-only campaign for actions, for a while", typed: Typed::Unlock },
    CommandWord { word: "lock", does: "close it again", typed: Typed::Lock },
    CommandWord { word: "stop", does: "stop the run after the call under way", typed: Typed::Stop },
    CommandWord { word: "resume", does: "go on with a run that paused itself", typed: Typed::Resume },
    CommandWord { word: "results", does: "what became of the newest run", typed: Typed::Results },
    CommandWord { word: "again", does: "plan what an earlier run did not start", typed: Typed::Again },
    CommandWord { word: "reload", does: "read the configuration and the keys again", typed: Typed::Reload },
    CommandWord { word: "notices", does: "what happened so far", typed: Typed::Notices },
    CommandWord { word: "help", does: "the keys", typed: Typed::Help },
];

/// The commands that begin with what was typed.
pub(in crate::tui) fn matching(typed: &str) -> impl Iterator<Item = &'static CommandWord> + use<'_> {
    let typed = typed.trim();
    COMMANDS.iter().filter(move |command| command.word.starts_with(typed))
}

/// The command that was typed whole, or that what was typed begins without doubt; else what is
/// wrong with it.
pub(in crate::tui) fn understood(typed: &str) -> Result<Typed, String> {
    let typed = typed.trim();
    if let Some(exact) = COMMANDS.iter().find(|command| command.word == typed) {
        return Ok(exact.typed);
    }
    let begun: Vec<&CommandWord> = matching(typed).collect();
    match begun.as_slice() {
        [_, ..] if typed.is_empty() => Err("type a command, or Esc".to_owned()),
        [one] => Ok(one.typed),
        [_, ..] => Err(format!("`{typed}` begins several: {}", begun.iter().map(|command| command.word).collect::<Vec<_>>().join(", "))),
        [] => {
            let nearest = COMMANDS.iter().map(|command| (strsim::damerau_levenshtein(command.word, typed), command.word)).min();
            let nearest = nearest.map_or("", |(_, word)| word);
            Err(format!("there is no command `{typed}`; the nearest is `{nearest}`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("unlock", Ok(Typed::Unlock))]
    #[case(" stop ", Ok(Typed::Stop))]
    #[case("n", Ok(Typed::Notices))]
    #[case("re", Err("`re` begins several: resume, results, reload"))]
    #[case("unlokc", Err("there is no command `unlokc`; the nearest is `unlock`"))]
    #[case("", Err("type a command, or Esc"))]
    fn a_command_is_understood_or_the_nearest_is_said(#[case] typed: &str, #[case] expected: Result<Typed, &str>) {
        assert_eq!(understood(typed), expected.map_err(str::to_owned));
    }
}
