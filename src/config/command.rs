//! Running the command that tells a key: without a shell, for a limited time.

use std::io::{self, IsTerminal as _, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::place::shown;

/// How long a command may take that nobody can answer: password managers take well under a second.
const ALONE: Duration = Duration::from_secs(10);
/// How long it may take where somebody can: a passphrase wants to be typed.
const ATTENDED: Duration = Duration::from_secs(60);
/// How often it is looked whether the command has ended, once it has closed its output.
const LOOK: Duration = Duration::from_millis(5);
/// Much more than a key, and than a first line of what went wrong.
const MOST_OUTPUT: usize = 64 * 1024;

/// Why a command told no key.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no such program.
    #[error("there is no program `{program}`: is it installed, and on the `PATH`?")]
    NotFound {
        /// The program.
        program: String,
    },
    /// It cannot be started.
    #[error("`{program}` cannot be started")]
    NotStarted {
        /// The program.
        program: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// It failed.
    #[error("`{program}` {ended}{}", if told.is_empty() { String::new() } else { format!(", and said: {told}") })]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        ended: String,
        /// The first line of its complaints.
        told: String,
    },
    /// It did not end.
    #[error("`{program}` did not end within {seconds} s{}", if told.is_empty() { String::new() } else { format!("; it said: {told}") })]
    Slow {
        /// The program.
        program: String,
        /// How long it had.
        seconds: u64,
        /// The first line of its complaints.
        told: String,
    },
}

/// The first line that the command writes. A terminal is its input as well, so that it can ask for a
/// passphrase before the dashboard takes that; a file or a pipe is not, because what stands in there
/// is meant for the program.
pub(super) fn first_line(command: &[String]) -> Result<Zeroizing<String>, CommandError> {
    match io::stdin().is_terminal() {
        true => run(command, Stdio::inherit(), ATTENDED),
        false => run(command, Stdio::null(), ALONE),
    }
}

fn run(command: &[String], input: Stdio, limit: Duration) -> Result<Zeroizing<String>, CommandError> {
    // The configuration lets no empty command through.
    let (program, arguments) = command.split_first().map_or(("", command), |(program, arguments)| (program.as_str(), arguments));
    let name = shown(program);
    let deadline = Instant::now() + limit;
    let started = Command::new(program).args(arguments).stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => CommandError::NotFound { program: name.clone() },
        _ => CommandError::NotStarted { program: name.clone(), source },
    })?;
    let output = read_beside(child.stdout.take());
    let complaints = read_beside(child.stderr.take());
    // Something that it started may hold its output open for longer than it lives itself.
    let told = output.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    let status = ended(&mut child, deadline);
    let complaint = || complaints.recv_timeout(LOOK * 20).map(|bytes| first_of(&bytes)).unwrap_or_default();
    match (status, told) {
        (Some(status), Ok(bytes)) if status.success() => {
            let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            // What is no text is no key; the bytes themselves must not get into an error.
            Ok(Zeroizing::new(String::from_utf8_lossy(line).into_owned()))
        }
        (Some(status), _) if !status.success() => Err(CommandError::Failed { program: name, ended: how(status), told: complaint() }),
        _ => {
            // One that has ended meanwhile cannot be killed, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            Err(CommandError::Slow { program: name, seconds: limit.as_secs(), told: complaint() })
        }
    }
}

/// Reads a pipe to its end on a thread of its own, so that a full one holds up nobody.
fn read_beside(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // Room for all of it from the start: what grows leaves its old place behind, unwiped.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_OUTPUT + 1));
        if let Some(pipe) = pipe {
            // What was read until it broke is all there is.
            let _ = pipe.take(MOST_OUTPUT as u64).read_to_end(&mut bytes);
        }
        // Nobody waits any more when the time was over.
        let _ = sender.send(bytes);
    });
    receiver
}

fn ended(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(LOOK),
            _ => return None,
        }
    }
}

fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

/// The first line that says something, harmless on a terminal, short, and without a key.
fn first_of(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(shown).unwrap_or_default()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use rstest::rstest;

    fn shell(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn the_first_line_is_told() {
        assert_eq!(*run(&shell("echo key_test_1; echo url: example"), Stdio::null(), ALONE).unwrap(), "key_test_1");
        assert_eq!(*run(&shell("printf key_test_1"), Stdio::null(), ALONE).unwrap(), "key_test_1");
        assert_eq!(*run(&shell("true"), Stdio::null(), ALONE).unwrap(), "");
    }

    #[test]
    fn what_it_writes_is_read_into_a_place_that_never_grows() {
        for length in [0, 25, MOST_OUTPUT, 3 * MOST_OUTPUT] {
            let bytes: Zeroizing<Vec<u8>> = read_beside(Some(io::Cursor::new(vec![b'k'; length]))).recv().unwrap();
            assert_eq!((bytes.len(), bytes.capacity()), (length.min(MOST_OUTPUT), MOST_OUTPUT + 1));
        }
    }

    #[test]
    fn arguments_reach_it_as_they_stand() {
        let command = ["printf", "%s", "$HOME; `id` *"].map(str::to_owned);
        assert_eq!(*run(&command, Stdio::null(), ALONE).unwrap(), "$HOME; `id` *", "no shell looks at them");
    }

    #[rstest]
    #[case("echo 'gpg: decryption failed' >&2; exit 2", "`sh` ended with exit code 2, and said: gpg: decryption failed")]
    #[case("exit 1", "`sh` ended with exit code 1")]
    #[case("printf '\\n\\033[31mred\\n' >&2; exit 1", "`sh` ended with exit code 1, and said: ␛[31mred")]
    #[case("echo the key key_test_canary is bad >&2; exit 1", "`sh` ended with exit code 1, and said: …")]
    #[case("kill -9 $$", "`sh` was ended by a signal")]
    fn what_went_wrong_is_told_without_a_key(#[case] script: &str, #[case] expected: &str) {
        assert_eq!(run(&shell(script), Stdio::null(), ALONE).unwrap_err().to_string(), expected);
    }

    #[test]
    fn one_that_is_not_there_and_one_that_cannot_be_started() {
        let missing = run(&["postwatch-no-such-program".to_owned()], Stdio::null(), ALONE).unwrap_err();
        assert!(matches!(missing, CommandError::NotFound { .. }), "{missing}");
        let folder = run(&["/".to_owned()], Stdio::null(), ALONE).unwrap_err();
        assert!(matches!(folder, CommandError::NotStarted { .. }), "{folder}");
    }

    #[test]
    fn one_that_does_not_end_is_ended() {
        let began = Instant::now();
        let slow = run(&shell("echo waiting for a passphrase >&2; exec sleep 100"), Stdio::null(), Duration::from_millis(200)).unwrap_err();
        assert_eq!(slow.to_string(), "`sh` did not end within 0 s; it said: waiting for a passphrase");
        assert!(began.elapsed() < Duration::from_secs(50));
    }
}
