//! A program in a pseudo-terminal: keys go in, a screen comes out, and everything is counted.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::Result;

/// What the terminal has received so far.
pub struct Seen {
    /// The screen.
    pub parser: vt100::Parser,
    /// How many bytes came.
    pub bytes: usize,
    /// When the newest ones came.
    pub at: Instant,
    /// When the alternate screen was entered.
    pub entered: Option<Instant>,
}

type Watch = Arc<(Mutex<Seen>, Condvar)>;

fn lock(watch: &Watch) -> MutexGuard<'_, Seen> {
    watch.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that runs in a terminal. It is killed when this is dropped.
pub struct Program {
    watch: Watch,
    writer: Box<dyn Write + Send>,
    /// Held as long as there is a reader.
    _master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// When it was started.
    pub started: Instant,
}

impl Program {
    /// Starts Postwatch on a configuration, with `home` as its home.
    pub fn postwatch(home: &Path, config: &Path) -> Result<Self> {
        let mut command = CommandBuilder::new(super::executable());
        command.args(["--config".as_ref(), config.as_os_str(), "--state".as_ref(), home.join("state").as_os_str()]);
        command.cwd(home);
        command.env_clear();
        for (name, value) in [("PATH", "/usr/bin:/bin"), ("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "Asia/Singapore")] {
            command.env(name, value);
        }
        command.env("HOME", home);
        Self::start(command)
    }

    /// Starts any program.
    pub fn start(command: CommandBuilder) -> Result<Self> {
        let (columns, rows) = (super::COLUMNS, super::ROWS);
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let parser = vt100::Parser::new(rows.try_into()?, columns.try_into()?, 0);
        let seen = Seen { parser, bytes: 0, at: started, entered: None };
        let watch: Watch = Arc::new((Mutex::new(seen), Condvar::new()));
        let (mut reader, told) = (pair.master.try_clone_reader()?, watch.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 64 * 1024];
            // At the end of a terminal Linux reports an error.
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                let now = Instant::now();
                let mut seen = lock(&told);
                seen.parser.process(&buffer[..read]);
                seen.bytes += read;
                seen.at = now;
                if seen.entered.is_none() && seen.parser.screen().alternate_screen() {
                    seen.entered = Some(now);
                }
                drop(seen);
                told.1.notify_all();
            }
        });
        let writer = pair.master.take_writer()?;
        Ok(Self { watch, writer, _master: pair.master, child, started })
    }

    /// Types these bytes at once, and gives when.
    pub fn types(&mut self, keys: &str) -> Result<Instant> {
        let now = Instant::now();
        self.writer.write_all(keys.as_bytes())?;
        self.writer.flush()?;
        Ok(now)
    }

    /// Waits until the output satisfies the condition; gives whether it did in time.
    pub fn waits(&self, at_most: Duration, mut is_so: impl FnMut(&Seen) -> bool) -> bool {
        let waited = self.watch.1.wait_timeout_while(lock(&self.watch), at_most, |seen| !is_so(seen));
        let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        drop(guard);
        !timeout.timed_out()
    }

    /// The same, and it is an error if it does not.
    ///
    /// # Errors
    /// It did not; the error text has the screen.
    pub fn sees(&self, what: &str, at_most: Duration, is_so: impl FnMut(&Seen) -> bool) -> Result<()> {
        if self.waits(at_most, is_so) {
            return Ok(());
        }
        Err(format!("{what}: not within {at_most:?}; the screen:\n{}", self.look(|seen| seen.parser.screen().contents())).into())
    }

    /// Gives what was received so far.
    pub fn look<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&lock(&self.watch))
    }

    /// Lets time pass, without looking.
    pub fn rests(&self, time: Duration) {
        self.waits(time, |_| false);
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.process_id().unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
