//! The terminal's title: kept before it is changed, and restored.
//!
//! Programs cannot read a title, so the terminal itself keeps it on a stack (xterm's sequences 22 and 23). One that
//! has none is left without a title rather than with ours: what that says would no longer be true.

use std::io::{self, Write};

use crate::delivery::clean_line;
use crate::tui::text::cut;

/// Has the terminal keep its title.
pub(super) const KEEP: &[u8] = b"\x1b[22;2t";

/// Takes our title away, and has the terminal restore its own.
pub(super) const RESTORE: &[u8] = b"\x1b]2;\x07\x1b[23;2t";

/// The longest title, in columns: lists of windows show less.
const LONGEST: usize = 120;

/// Whether the terminal has a title and can restore it. The Linux console has none and would show the end of the
/// sequence; GNU screen would keep ours. tmux goes by screen's name, too, but says that it is there.
pub(super) fn can_be_restored(env: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
    let term = env("TERM").unwrap_or_default();
    is_set("TMUX") || !(is_set("STY") || term.starts_with("screen") || term == "linux")
}

/// Sets it.
pub(super) fn set(out: &mut impl Write, text: &str) -> io::Result<()> {
    write!(out, "\x1b]2;{}\x07", cut(&clean_line(text), LONGEST))?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[("TERM", "xterm-256color")], true)]
    #[case(&[("TERM", "screen-256color"), ("TMUX", "/tmp/tmux")], true)]
    #[case(&[("TERM", "screen-256color")], false)]
    #[case(&[("TERM", "xterm"), ("STY", "1234.pts-0")], false)]
    #[case(&[("TERM", "linux")], false)]
    fn a_title_that_could_not_be_restored_is_left_alone(#[case] env: &[(&str, &str)], #[case] can: bool) {
        let reported = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(can_be_restored(reported), can);
    }

    #[test]
    fn a_title_cannot_break_out_of_its_sequence_and_is_short() {
        let mut out = Vec::new();
        set(&mut out, &format!("a\x07\x1b]52;c;b\x1b\\\u{9c}{}", "long ".repeat(100))).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches(|letter: char| letter.is_control()).count(), 2, "the beginning and the end: {text:?}");
        assert!(crate::tui::text::width(&text) < LONGEST + 10);
    }
}
