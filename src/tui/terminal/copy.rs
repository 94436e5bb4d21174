//! Copying over SSH: no clipboard of this machine, but the terminal's own.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How many bytes an OSC 52 sequence holds everywhere: the shortest limit in use is 100,000 bytes for
/// the whole sequence, and base64 makes four of three.
const LONGEST: usize = 74_994;

/// How many bytes are taken at most; `None` in tmux, whose buffer has no such limit.
pub(super) fn limit(variable: impl Fn(&str) -> Option<String>) -> Option<usize> {
    let in_tmux = variable("TMUX").is_some_and(|tmux| !tmux.is_empty());
    (!in_tmux).then_some(LONGEST)
}

/// Hands a text to the terminal's clipboard. In tmux it goes into tmux's own buffer, which tmux
/// hands on; else by OSC 52, which a terminal may ignore: nobody ever learns whether it was taken.
pub(super) fn copy(text: &str) -> io::Result<()> {
    if std::env::var_os("TMUX").is_some_and(|tmux| !tmux.is_empty()) {
        let text = text.to_owned();
        // Not on the thread that draws: it waits for another program.
        std::thread::spawn(move || {
            if to_tmux(&text).is_err() && text.len() <= LONGEST {
                let _ = by_sequence(&mut io::stdout().lock(), &text);
            }
        });
        return Ok(());
    }
    by_sequence(&mut io::stdout().lock(), text)
}

fn to_tmux(text: &str) -> io::Result<()> {
    let mut tmux = Command::new("tmux");
    let mut tmux = tmux.args(["load-buffer", "-w", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    if let Some(mut input) = tmux.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    if tmux.wait()?.success() { Ok(()) } else { Err(io::Error::other("tmux did not take it")) }
}

fn by_sequence(out: &mut impl Write, text: &str) -> io::Result<()> {
    write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(text))?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_cannot_break_out_of_the_sequence() {
        let mut out = Vec::new();
        by_sequence(&mut out, "a\x07\x1b]0;b").unwrap();
        assert_eq!(out, b"\x1b]52;c;YQcbXTA7Yg==\x07");
    }
}
