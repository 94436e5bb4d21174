//! Running the command that prints a key: without a shell, for a limited time.

use std::io::{self, IsTerminal as _, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::{Zeroize as _, Zeroizing};

use super::mistake::shown;

/// How long a command may take that no one can answer: password managers take well under a second.
const ALONE: Duration = Duration::from_secs(10);
/// How long it may take when the user can answer: typing a passphrase takes time.
const ATTENDED: Duration = Duration::from_secs(60);
/// How often to check whether the command has exited, once it has closed its output.
const LOOK: Duration = Duration::from_millis(5);
/// How long reading the output may take once a command has exited: it is in the pipe by then.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Much more than a key, or a first line about what went wrong.
const MOST_OUTPUT: usize = 64 * 1024;

/// Why a command printed no key.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no such program.
    #[error("there is no program `{program}`: is it installed, and on the `PATH`?")]
    NotFound {
        /// The program.
        program: String,
    },
    /// It could not be started.
    #[error("`{program}` cannot be started")]
    NotStarted {
        /// The program.
        program: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// It failed.
    #[error("`{program}` {ended}{}", if reported.is_empty() { String::new() } else { format!(", and said: {reported}") })]
    Failed {
        /// The program.
        program: String,
        /// Its exit status, in words.
        ended: String,
        /// The first line of its error output.
        reported: String,
    },
    /// It did not finish.
    #[error("`{program}` did not finish within {seconds} s{}", if reported.is_empty() { String::new() } else { format!("; it said: {reported}") })]
    Slow {
        /// The program.
        program: String,
        /// How long it had.
        seconds: u64,
        /// The first line of its error output.
        reported: String,
    },
}

/// The first line that the command prints. A terminal is also its input, so that it can ask for a
/// passphrase before the dashboard takes over; a file or a pipe is not, because its content is meant
/// for this program.
pub(super) fn first_line(command: &[String]) -> Result<Zeroizing<String>, CommandError> {
    match may_ask() {
        true => run(command, Stdio::inherit(), ATTENDED),
        false => run(command, Stdio::null(), ALONE),
    }
}

/// The same while the dashboard has the terminal: the command cannot ask.
pub(super) fn first_line_unasked(command: &[String]) -> Result<Zeroizing<String>, CommandError> {
    run(command, Stdio::null(), ALONE)
}

/// Whether a command can ask the user for a passphrase, so that only one may run at a time.
pub fn may_ask() -> bool {
    io::stdin().is_terminal()
}

fn run(command: &[String], input: Stdio, limit: Duration) -> Result<Zeroizing<String>, CommandError> {
    // The configuration rejects an empty command.
    let (program, arguments) = command.split_first().map_or(("", command), |(program, arguments)| (program.as_str(), arguments));
    let name = shown(program);
    let deadline = Instant::now() + limit;
    let started = Command::new(program).args(arguments).stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => CommandError::NotFound { program: name.clone() },
        _ => CommandError::NotStarted { program: name.clone(), source },
    })?;
    let output = Output::of(child.stdout.take());
    let complaints = Output::of(child.stderr.take());
    // Its exit decides, not the end of its output: a process that it started, such as an agent, may keep that open.
    let status = ended(&mut child, deadline);
    match status {
        Some(status) if status.success() => Ok(output.first_line()),
        Some(status) => Err(CommandError::Failed { program: name, ended: how(status), reported: complaints.first_words() }),
        None => {
            // One that has exited meanwhile cannot be killed, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            Err(CommandError::Slow { program: name, seconds: limit.as_secs(), reported: complaints.first_words() })
        }
    }
}

/// What a command prints, read on a separate thread, so that a full pipe blocks no one.
struct Output {
    read: Arc<Mutex<Zeroizing<Vec<u8>>>>,
    ended: mpsc::Receiver<()>,
}

impl Output {
    fn of(pipe: Option<impl Read + Send + 'static>) -> Self {
        // Full capacity from the start: a growing buffer would leave an unwiped copy behind.
        let read = Arc::new(Mutex::new(Zeroizing::new(Vec::with_capacity(MOST_OUTPUT))));
        let (sender, ended) = mpsc::channel::<()>();
        let into = Arc::clone(&read);
        thread::spawn(move || {
            let mut piece = Zeroizing::new([0; 1024]);
            let mut pipe = pipe.map(|pipe| pipe.take(MOST_OUTPUT as u64));
            // Only what was read before the error is available.
            while let Some(count) = pipe.as_mut().and_then(|pipe| pipe.read(&mut piece[..]).ok()).filter(|count| *count > 0) {
                lock(&into).extend_from_slice(&piece[..count]);
            }
            // Dropping the sender reports the end.
            drop(sender);
        });
        Self { read, ended }
    }

    /// Waits until there is a line, or the command has exited and nothing more can come. Gives whether there is one.
    fn wait(&self) {
        let deadline = Instant::now() + LAST_WORDS;
        while !lock(&self.read).contains(&b'\n') && Instant::now() < deadline {
            if self.ended.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// The first line; all else is wiped.
    fn first_line(&self) -> Zeroizing<String> {
        self.wait();
        let mut read = lock(&self.read);
        let line = read.split(|byte| *byte == b'\n').next().unwrap_or_default();
        // Invalid UTF-8 is not a key; the bytes themselves must not get into an error.
        let line = Zeroizing::new(String::from_utf8_lossy(line).into_owned());
        read.zeroize();
        line
    }

    /// The first non-empty line, harmless on a terminal, short, and without a key.
    fn first_words(&self) -> String {
        self.wait();
        first_of(&lock(&self.read))
    }
}

/// After a panic on the other thread, what was read until then remains.
fn lock(read: &Mutex<Zeroizing<Vec<u8>>>) -> std::sync::MutexGuard<'_, Zeroizing<Vec<u8>>> {
    read.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
        Some(code) => format!("exited with code {code}"),
        None => "was killed by a signal".to_owned(),
    }
}

/// The first non-empty line, harmless on a terminal, short, and without a key.
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
            let output = Output::of(Some(io::Cursor::new(vec![b'k'; length])));
            output.wait();
            let read = lock(&output.read);
            assert_eq!((read.len(), read.capacity()), (length.min(MOST_OUTPUT), MOST_OUTPUT));
        }
    }

    /// An agent started by a password manager keeps its output open.
    #[rstest]
    #[case("sleep 100 & echo key_test_1")]
    #[case("printf key_test_1; sleep 100 &")]
    #[case("(sleep 0.1; exec sleep 100) & echo key_test_1; echo notes")]
    fn what_it_started_may_hold_its_output_open(#[case] script: &str) {
        let began = Instant::now();
        assert_eq!(*run(&shell(script), Stdio::null(), ALONE).unwrap(), "key_test_1");
        assert!(began.elapsed() < ALONE / 2, "{:?}", began.elapsed());
    }

    #[test]
    fn a_failure_is_told_though_its_output_is_held_open() {
        let began = Instant::now();
        let failed = run(&shell("sleep 100 & echo locked >&2; exit 3"), Stdio::null(), ALONE).unwrap_err();
        assert_eq!(failed.to_string(), "`sh` exited with code 3, and said: locked");
        let silent = run(&shell("sleep 100 & exit 3"), Stdio::null(), ALONE).unwrap_err();
        assert_eq!(silent.to_string(), "`sh` exited with code 3");
        assert!(began.elapsed() < ALONE / 2, "{:?}", began.elapsed());
    }

    #[test]
    fn arguments_reach_it_as_they_stand() {
        let command = ["printf", "%s", "$HOME; `id` *"].map(str::to_owned);
        assert_eq!(*run(&command, Stdio::null(), ALONE).unwrap(), "$HOME; `id` *", "no shell looks at them");
    }

    #[rstest]
    #[case("echo 'gpg: decryption failed' >&2; exit 2", "`sh` exited with code 2, and said: gpg: decryption failed")]
    #[case("exit 1", "`sh` exited with code 1")]
    #[case("printf '\\n\\033[31mred\\n' >&2; exit 1", "`sh` exited with code 1, and said: ␛[31mred")]
    #[case("echo the key key_test_canary is bad >&2; exit 1", "`sh` exited with code 1, and said: …")]
    #[case("kill -9 $$", "`sh` was killed by a signal")]
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
        assert_eq!(slow.to_string(), "`sh` did not finish within 0 s; it said: waiting for a passphrase");
        assert!(began.elapsed() < Duration::from_secs(50));
    }
}
