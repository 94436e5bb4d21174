//! Copying over SSH: to the terminal's clipboard, not to one of this machine.

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

/// Puts a text on the terminal's clipboard. In tmux it goes into tmux's own buffer, which tmux
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
    use super::*;

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
    fn the_text_cannot_break_out_of_the_sequence() {
        let mut out = Vec::new();
        by_sequence(&mut out, "a\x07\x1b]0;b").unwrap();
        assert_eq!(out, b"\x1b]52;c;YQcbXTA7Yg==\x07");
    }
}
