//! The program in a pseudo-terminal, with hands and eyes: keys go in, a screen comes out. Nothing
//! here sleeps: whoever waits is woken by the next bytes, the end of the program, or the deadline.
//!
//! The hands are a person's. What is typed comes [`FINGERS`] after what was typed before and after what
//! was seen of it: the program has read that by then, so that it never takes the two for a paste, however
//! busy the machine is.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{ChildKiller, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take on a busy machine before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How long the terminal may stay in the program's hands after the program was told to end.
pub const AT_ONCE: Duration = Duration::from_secs(1);

/// How long a key that may have been refused is waited for before it is pressed again: longer than
/// nothing else may have been pressed before a yes.
const AGAIN: Duration = Duration::from_millis(450);

/// The time between two strokes of a fast typist: longer than keys that come together are a paste.
const FINGERS: Duration = Duration::from_millis(30);

/// What the terminal has seen so far.
struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    exit: Option<ExitStatus>,
    /// The reader lets go of the terminal at the next bytes.
    hang_up: bool,
}

#[derive(Clone)]
struct Watch(Arc<(Mutex<Seen>, Condvar)>);

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.0.lock().unwrap()
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.lock());
        self.0.1.notify_all();
    }

    /// Whether it became so before the deadline.
    fn wait(&self, at_most: Duration, mut is_so: impl FnMut(&Seen) -> bool) -> bool {
        let (guard, timeout) = self.0.1.wait_timeout_while(self.lock(), at_most, |seen| !is_so(seen)).unwrap();
        drop(guard);
        !timeout.timed_out()
    }
}

/// How a program is started.
pub struct Start<'a> {
    command: CommandBuilder,
    columns: u16,
    rows: u16,
    home: &'a Path,
}

impl<'a> Start<'a> {
    /// The program with these arguments. Its home is `home`, and nothing of the environment that
    /// the tests run in reaches it.
    pub fn new(home: &'a Path, arguments: &[&str]) -> Self {
        Self::of(env!("CARGO_BIN_EXE_postwatch"), home, arguments)
    }

    /// Another program that starts it, a shell.
    pub fn of(program: &str, home: &'a Path, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(home);
        command.env_clear();
        let start = Self { command, columns: 120, rows: 36, home };
        let path = std::env::var("PATH").unwrap_or_default();
        start.env("PATH", &path).env("TERM", "xterm-256color").env("LANG", "C.UTF-8").with_home()
    }

    fn with_home(self) -> Self {
        let home = self.home.to_str().unwrap().to_owned();
        let temporary = format!("{home}/tmp");
        std::fs::create_dir_all(&temporary).unwrap();
        self.env("HOME", &home).env("TMPDIR", &temporary)
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn size(self, columns: u16, rows: u16) -> Self {
        Self { columns, rows, ..self }
    }

    pub fn spawn(self) -> Program {
        let size = PtySize { rows: self.rows, cols: self.columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let name = pair.master.tty_name().unwrap();
        // Held open, so that the line settings outlive the program; not as a terminal of the tests'.
        let line = File::options().read(true).write(true).custom_flags(rustix::fs::OFlags::NOCTTY.bits().cast_signed()).open(name).unwrap();
        let before = settings(&line);
        let mut child = pair.slave.spawn_command(self.command).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new(self.rows.try_into().unwrap(), self.columns.try_into().unwrap(), 0);
        let watch = Watch(Arc::new((Mutex::new(Seen { parser, bytes: Vec::new(), exit: None, hang_up: false }), Condvar::new())));
        let reader = read(pair.master.try_clone_reader().unwrap(), watch.clone());
        let (pid, killer) = (child.process_id().unwrap(), child.clone_killer());
        let waiting = watch.clone();
        std::thread::spawn(move || {
            let exit = child.wait().unwrap();
            waiting.change(|seen| seen.exit = Some(exit));
        });
        let writer = pair.master.take_writer().unwrap();
        let terminal = Some(Terminal { master: pair.master, writer, reader });
        Program { watch, terminal, line, before, pid, killer, rested: Instant::now() }
    }
}

fn read(mut from: Box<dyn Read + Send>, watch: Watch) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        loop {
            // At the end of a terminal Linux tells an error.
            let read = from.read(&mut buffer).unwrap_or(0);
            if read == 0 {
                return;
            }
            watch.change(|seen| {
                seen.bytes.extend_from_slice(&buffer[..read]);
                seen.parser.process(&buffer[..read]);
            });
            if watch.lock().hang_up {
                return;
            }
        }
    })
}

/// The line settings, in a form that can be compared and read.
fn settings(line: &File) -> String {
    format!("{:?}", rustix::termios::tcgetattr(line).unwrap())
}

/// Our end of the terminal.
struct Terminal {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    reader: JoinHandle<()>,
}

/// A program that runs in a terminal. It is killed when the test lets go of it.
pub struct Program {
    watch: Watch,
    terminal: Option<Terminal>,
    line: File,
    before: String,
    pid: u32,
    killer: Box<dyn ChildKiller + Send + Sync>,
    /// When something was typed or seen last.
    rested: Instant,
}

impl Drop for Program {
    fn drop(&mut self) {
        // A program that was reaped may have left its number to another one.
        if self.watch.0.0.lock().is_ok_and(|seen| seen.exit.is_none()) {
            let _ = self.killer.kill();
        }
    }
}

impl Program {
    /// Types these bytes at once, as soon as fingers can.
    pub fn types(&mut self, keys: &str) -> &mut Self {
        let left = FINGERS.saturating_sub(self.rested.elapsed());
        self.watch.wait(left, |seen| seen.exit.is_some());
        self.sends(keys.as_bytes())
    }

    /// Sends these bytes at once, right behind whatever was sent before, as no fingers can.
    pub fn sends(&mut self, bytes: &[u8]) -> &mut Self {
        let terminal = self.terminal.as_mut().unwrap();
        terminal.writer.write_all(bytes).unwrap();
        terminal.writer.flush().unwrap();
        self.rested = Instant::now();
        self
    }

    /// Waits until the screen is so.
    #[track_caller]
    pub fn waits_for(&mut self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) -> &mut Self {
        let mut so = self.watch.wait(PATIENCE, |seen| is_so(seen.parser.screen()) || seen.exit.is_some());
        if self.watch.lock().exit.is_some() {
            self.reads_to_the_end();
            so = true;
        }
        let seen = self.watch.lock();
        if !so || !is_so(seen.parser.screen()) {
            let (exit, screen) = (seen.exit.clone(), seen.parser.screen().contents());
            drop(seen);
            panic!("{what}: not before the deadline; exit: {exit:?}; the screen:\n{screen}");
        }
        drop(seen);
        self.rested = Instant::now();
        self
    }

    /// Waits until `text` is on the screen, in one line.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        self.waits_for(&format!("`{text}`"), |screen| screen.contents().contains(text))
    }

    /// Waits until `text` is not on the screen any more.
    #[track_caller]
    pub fn loses(&mut self, text: &str) -> &mut Self {
        self.waits_for(&format!("no `{text}`"), |screen| !screen.contents().contains(text))
    }

    /// After the end: everything that was written is seen. A mark of our own, behind it, tells.
    #[track_caller]
    fn reads_to_the_end(&mut self) {
        // No text could hold it: it is taken out again. A terminal that was closed shows nothing any more.
        const MARK: &[u8] = b"\x1b]777;the end\x07";
        if self.terminal.is_none() {
            return;
        }
        self.line.write_all(MARK).unwrap();
        assert!(self.watch.wait(PATIENCE, |seen| seen.bytes.ends_with(MARK)), "the terminal does not tell its end");
        self.watch.change(|seen| seen.bytes.truncate(seen.bytes.len() - MARK.len()));
    }

    /// Presses a key, again and again where it may have been dropped, until the screen is so.
    #[track_caller]
    pub fn presses_until(&mut self, key: &str, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) -> &mut Self {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            self.types(key);
            if self.watch.wait(AGAIN, |seen| is_so(seen.parser.screen())) {
                self.rested = Instant::now();
                return self;
            }
        }
        self.waits_for(what, is_so)
    }

    /// Looks at the screen as it is now.
    pub fn screen(&self) -> String {
        self.watch.lock().parser.screen().contents()
    }

    /// Waits until the program has read all that was typed before: the help, asked for behind it, comes and
    /// goes.
    #[track_caller]
    pub fn reads_all(&mut self) -> &mut Self {
        self.types("\u{1b}OP").sees("Keys: ").types("\u{1b}").loses("Keys: ")
    }

    /// Everything that the program has written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.watch.lock().bytes.clone()
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        let (height, width) = (rows.try_into().unwrap(), columns.try_into().unwrap());
        self.watch.lock().parser.screen_mut().set_size(height, width);
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.terminal.as_ref().unwrap().master.resize(size).unwrap();
        self
    }

    pub fn signal(&mut self, signal: Signal) -> &mut Self {
        assert!(self.watch.lock().exit.is_none(), "the program has ended already");
        let pid = Pid::from_raw(self.pid.try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        self
    }

    /// Closes the terminal, as a window is closed or a connection lost.
    pub fn hang_up(&mut self) -> &mut Self {
        self.watch.change(|seen| seen.hang_up = true);
        // The reader holds the terminal, too: the redrawn screen lets it go.
        self.types("\u{c}");
        let terminal = self.terminal.take().unwrap();
        terminal.reader.join().unwrap();
        self
    }

    /// Waits for the end and gives the exit code.
    #[track_caller]
    pub fn exit_code(&mut self) -> u32 {
        let ended = self.watch.wait(PATIENCE, |seen| seen.exit.is_some());
        assert!(ended, "it has not ended; the screen:\n{}", self.screen());
        self.reads_to_the_end();
        let exit = self.watch.lock().exit.clone().unwrap();
        assert_eq!(exit.signal(), None, "it was killed");
        exit.exit_code()
    }

    /// The terminal is in the program's hands.
    #[track_caller]
    pub fn holds_the_terminal(&mut self) -> &mut Self {
        self.waits_for("the other screen and bracketed paste", |screen| screen.alternate_screen() && screen.bracketed_paste());
        assert_ne!(settings(&self.line), self.before, "the program reads single keys");
        self
    }

    /// The terminal is given back as it was found, at once.
    #[track_caller]
    pub fn gives_the_terminal_back(&mut self) -> &mut Self {
        let given_back = self.watch.wait(AT_ONCE, |seen| is_given_back(seen.parser.screen()));
        assert!(given_back, "the terminal is still in the program's hands");
        self
    }

    /// After the end: everything is as it was before.
    #[track_caller]
    pub fn leaves_everything_as_it_was(&mut self) -> &mut Self {
        assert_eq!(settings(&self.line), self.before, "the line settings");
        let seen = self.watch.lock();
        assert!(is_given_back(seen.parser.screen()));
        assert_eq!(seen.parser.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        drop(seen);
        self
    }
}

fn is_given_back(screen: &vt100::Screen) -> bool {
    !screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor()
}

/// The line of a screen that the cursor stands on.
pub fn cursor_line(screen: &vt100::Screen) -> String {
    let (row, _) = screen.cursor_position();
    screen.rows(0, screen.size().1.get()).nth(usize::from(row)).unwrap_or_default()
}
