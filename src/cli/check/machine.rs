//! The checks of this machine: the state folder, the terminal, the clipboard.

use std::io::IsTerminal as _;

use super::super::campaigns::sentence;
use super::super::context::{counted, env, is_utf8, terminal_size};
use super::super::open_journal::folder;
use super::super::{Common, Exit};
use super::Finding;
use crate::state::{Journal, StateError};
use crate::tui::ColourDepth;

/// The smallest terminal that the dashboard draws in.
const SMALLEST: (u16, u16) = (60, 15);

/// Checks the machine.
pub(super) fn findings(common: &Common) -> Vec<Finding> {
    vec![state_folder(common), terminal(common), clipboard(env)]
}

/// The journal is opened as an action would open it: a missing folder or file is created, closed
/// to others.
fn state_folder(common: &Common) -> Finding {
    let looked = folder(common).and_then(|folder| Ok((Journal::open(&folder)?.all_open()?.len(), folder)));
    match looked {
        Ok((0, folder)) => Finding::ok("state folder", format!("{}: writable, and only yours.", folder.display())),
        Ok((open, folder)) => {
            let text = format!("{}: {} without a known outcome.", folder.display(), counted(open, "action"));
            Finding::warn("state folder", text, "The dashboard on their campaign looks them up.")
        }
        Err(error) => unusable(&error),
    }
}

fn unusable(error: &StateError) -> Finding {
    let next =
        "Everything can be read without it, but nothing can be retried or sent. Fix it, or name another folder with `--state FOLDER`.";
    Finding::fail("state folder", sentence(error), next, Exit::Usage)
}

fn terminal(common: &Common) -> Finding {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Finding::ok("terminal", "None here: the dashboard needs one, the other commands do not.");
    }
    described(terminal_size(), ColourDepth::of(common.color.into(), env), is_utf8(env))
}

fn described(size: Option<(u16, u16)>, depth: ColourDepth, utf8: bool) -> Finding {
    let colours = match depth {
        ColourDepth::None => "no colours",
        ColourDepth::Sixteen => "16 colours",
        ColourDepth::Palette => "256 colours",
        ColourDepth::True => "true colour",
    };
    let shown = size.map_or_else(|| "size not known".to_owned(), |(columns, rows)| format!("{columns}×{rows}"));
    let text = format!("{shown}, {colours}, {}.", if utf8 { "UTF-8" } else { "not UTF-8" });
    if size.is_some_and(|(columns, rows)| columns < SMALLEST.0 || rows < SMALLEST.1) {
        return Finding::warn("terminal", text, format!("Make it larger: the dashboard needs {}×{}.", SMALLEST.0, SMALLEST.1));
    }
    if !utf8 {
        let next = "Set LANG to a UTF-8 locale, or `ascii = true` under `[display]` in the configuration.";
        return Finding::warn("terminal", text, next);
    }
    Finding::ok("terminal", text)
}

/// How a program in this terminal reaches the clipboard of the person in front of it.
fn clipboard(env: impl Fn(&str) -> Option<String>) -> Finding {
    let is_set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
    if is_set("TMUX") {
        return Finding::ok("clipboard", "tmux: text goes through its own buffer (`set -g set-clipboard on` passes it on).");
    }
    if is_set("STY") {
        let next = "Select by hand, or use tmux.";
        return Finding::warn("clipboard", "screen does not pass the sequence OSC 52 on to the terminal.", next);
    }
    Finding::ok("clipboard", "By the sequence OSC 52, if the terminal accepts it; there is no way to ask whether it does.")
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Some((120, 36)), true, Grade::Ok)]
    #[case(Some((59, 36)), true, Grade::Warn)]
    #[case(Some((120, 14)), true, Grade::Warn)]
    #[case(None, false, Grade::Warn)]
    fn terminals(#[case] size: Option<(u16, u16)>, #[case] utf8: bool, #[case] grade: Grade) {
        assert_eq!(described(size, ColourDepth::Palette, utf8).grade, grade);
    }

    #[test]
    fn the_way_to_the_clipboard() {
        let env = |set: &'static str| move |name: &str| (name == set).then(|| "x".to_owned());
        assert!(clipboard(env("TMUX")).text.contains("tmux"));
        assert_eq!(clipboard(env("STY")).grade, Grade::Warn);
        assert!(clipboard(env("")).text.contains("OSC 52"));
    }
}
