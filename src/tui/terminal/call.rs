//! Calling a person to the screen: the bell, and a desktop notification.

use std::io::{self, Write};

use crate::delivery::clean_line;

/// Rings the bell, and asks the terminal for a notification where it may support them. One that
/// does not ignores the sequence.
pub(super) fn call(out: &mut impl Write, text: &str, env: impl Fn(&str) -> Option<String>) -> io::Result<()> {
    out.write_all(b"\x07")?;
    let is_set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
    // tmux and screen would show it as text, or drop it: they report the bell on their own. The
    // Linux console does not know such sequences and would show their end.
    let term = env("TERM").unwrap_or_default();
    if is_set("TMUX") || is_set("STY") || term.starts_with("screen") || term.starts_with("tmux") || term == "linux" {
        return out.flush();
    }
    let text = clean_line(text);
    // The two forms in use; a terminal that knows both would notify twice.
    let knows_777 = is_set("VTE_VERSION") || term.starts_with("rxvt") || term.starts_with("foot");
    if knows_777 {
        write!(out, "\x1b]777;notify;Postwatch;{}\x07", text.replace(';', ","))?;
    } else {
        write!(out, "\x1b]9;Postwatch: {text}\x07")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[("TERM", "xterm-256color")], "\x07\x1b]9;Postwatch: a; b\x07")]
    #[case(&[("TERM", "foot")], "\x07\x1b]777;notify;Postwatch;a, b\x07")]
    #[case(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")], "\x07\x1b]777;notify;Postwatch;a, b\x07")]
    #[case(&[("TERM", "xterm-256color"), ("TMUX", "/tmp/tmux")], "\x07")]
    #[case(&[("TERM", "screen.xterm")], "\x07")]
    #[case(&[("TERM", "linux")], "\x07")]
    fn each_terminal_gets_what_it_knows(#[case] env: &[(&str, &str)], #[case] expected: &str) {
        let reported = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let mut out = Vec::new();
        call(&mut out, "a; b", reported).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn the_text_cannot_break_out_of_the_sequence() {
        let mut out = Vec::new();
        call(&mut out, "a\x07\x1b]0;b\x1b\\", |_| None).unwrap();
        assert_eq!(out.iter().filter(|byte| **byte == 7).count(), 2, "the bell and the end");
        assert_eq!(out.iter().filter(|byte| **byte == 27).count(), 1, "the beginning");
    }
}
