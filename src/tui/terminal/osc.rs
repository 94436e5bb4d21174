//! What the terminal is asked for besides frames: to call a person, and to put a text on its clipboard.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

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

/// How many bytes an OSC 52 sequence holds everywhere: the shortest limit in use is 100,000 bytes for
/// the whole sequence, and base64 makes four of three.
const LONGEST: usize = 74_994;

/// How many bytes are taken at most; `None` in tmux, whose buffer has no such limit.
pub(super) fn copy_limit(variable: impl Fn(&str) -> Option<String>) -> Option<usize> {
    let in_tmux = variable("TMUX").is_some_and(|tmux| !tmux.is_empty());
    (!in_tmux).then_some(LONGEST)
}

/// Copies over SSH: to the terminal's clipboard, not to one of this machine. In tmux it goes into tmux's own buffer, which tmux
/// passes on; otherwise by OSC 52, which a terminal may ignore: nobody ever learns whether it was
/// taken. `failed` receives, perhaps later and on another thread, why the text was not copied.
pub(super) fn copy(text: &str, failed: impl FnOnce(io::Error) + Send + 'static) -> io::Result<()> {
    if std::env::var_os("TMUX").is_none_or(|tmux| tmux.is_empty()) {
        return by_sequence(&mut io::stdout().lock(), text);
    }
    let text = text.to_owned();
    // Not on the thread that draws: it waits for another program.
    std::thread::Builder::new().name("copy".to_owned()).spawn(move || {
        if let Err(error) = to_tmux(Command::new("tmux"), &text) {
            // A terminal that accepts no more output is noticed at the next frame.
            let sequence = if text.len() > LONGEST { Err(error) } else { by_sequence(&mut io::stdout().lock(), &text) };
            sequence.unwrap_or_else(failed);
        }
    })?;
    Ok(())
}

/// Passes a text to tmux, which is started by `tmux`.
fn to_tmux(mut tmux: Command, text: &str) -> io::Result<()> {
    let mut tmux = tmux.args(["load-buffer", "-w", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let written = tmux.stdin.take().map_or(Ok(()), |mut input| input.write_all(text.as_bytes()));
    let status = tmux.wait()?;
    written?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("tmux load-buffer exited with {status}"))) }
}

fn by_sequence(out: &mut impl Write, text: &str) -> io::Result<()> {
    write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(text))?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

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
    fn the_text_of_a_call_cannot_break_out_of_the_sequence() {
        let mut out = Vec::new();
        call(&mut out, "a\x07\x1b]0;b\x1b\\", |_| None).unwrap();
        assert_eq!(out.iter().filter(|byte| **byte == 7).count(), 2, "the bell and the end");
        assert_eq!(out.iter().filter(|byte| **byte == 27).count(), 1, "the beginning");
    }

    #[cfg(unix)]
    #[test]
    fn a_tmux_that_does_not_take_the_text_is_no_success() {
        let long = "6580001234\n".repeat(10_000);
        let mut reads_all = Command::new("sh");
        reads_all.args(["-c", "cat > /dev/null"]);
        assert!(to_tmux(reads_all, &long).is_ok());
        assert!(to_tmux(Command::new("false"), &long).is_err());
        assert!(to_tmux(Command::new("no-such-program"), &long).is_err());
    }

    #[test]
    fn a_copied_text_cannot_break_out_of_the_sequence() {
        let mut out = Vec::new();
        by_sequence(&mut out, "a\x07\x1b]0;b").unwrap();
        assert_eq!(out, b"\x1b]52;c;YQcbXTA7Yg==\x07");
    }
}
