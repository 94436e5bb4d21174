//! The keyboard, read where the screen is drawn, and the clocks.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::answers::{Answers, Passed, QUESTION};
use super::modes;
use super::reports::Reports;
use crate::monitor::Clock;
use crate::tui::{Input, Reading, WakeEnd};

/// How long crossterm looks for something to read. On Unix it does not look at all in no time, and in
/// less than a millisecond it looks without waiting. Should the time be over before it has looked,
/// the wait ends at once, and it is asked again.
const LOOK: Duration = if cfg!(unix) { Duration::from_micros(10) } else { Duration::ZERO };

/// The keyboard of the process's terminal.
#[derive(Debug)]
pub struct Keyboard {
    wake: WakeEnd,
    clock: Clock,
    since: Instant,
    answers: Answers,
    reports: Reports,
    #[cfg(unix)]
    _stdin: Option<system::NeverBlocking>,
}

impl Keyboard {
    /// The keyboard, beside which `wake` is listened to, and the clock of the program.
    pub fn new(wake: WakeEnd, clock: Clock) -> Self {
        Self {
            wake,
            clock,
            since: Instant::now(),
            answers: Answers::default(),
            reports: Reports::default(),
            #[cfg(unix)]
            _stdin: system::NeverBlocking::stdin(),
        }
    }
}

impl Keyboard {
    /// Asks the terminal for its background. To be called when the terminal was taken and before
    /// anything is read; the answer comes as [`Reading::Background`], or never.
    ///
    /// # Errors
    /// When the terminal takes nothing any more.
    pub fn ask_background(&mut self) -> io::Result<()> {
        // The answer on Windows comes through its console as keys of its own kind, or not at all.
        if cfg!(windows) {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        out.write_all(QUESTION)?;
        out.flush()?;
        self.answers.ask(self.since.elapsed());
        Ok(())
    }

    /// The time until something is to be done here, if that is less.
    #[cfg(unix)]
    fn at_most(&self, at_most: Option<Duration>) -> Option<Duration> {
        let due = self.answers.due().into_iter().chain(self.reports.due()).min().map(|due| due.saturating_sub(self.since.elapsed()));
        at_most.into_iter().chain(due).min()
    }

    /// Waits for an answer that is on its way, at the end of a dashboard that was left in a moment:
    /// otherwise the shell would read it as if it were typed. To be called before the terminal is
    /// given back. What cannot be read is passed over.
    pub fn finish(&mut self) {
        while let Some(until) = self.answers.awaited_until() {
            let left = until.saturating_sub(self.since.elapsed());
            if left.is_zero() || self.wait(Some(left)).is_err() {
                return;
            }
            loop {
                match self.read() {
                    Ok(Reading::Nothing) => break,
                    Ok(Reading::Ended) | Err(_) => return,
                    Ok(Reading::Event(_) | Reading::Background(_)) => {}
                }
            }
        }
    }

    /// What the terminal tells next, answers included.
    fn read_terminal(&mut self) -> io::Result<Reading> {
        // At the end of its input, crossterm 0.29 reads on for ever: so it is only asked while
        // there is no end.
        #[cfg(unix)]
        if system::has_ended()? {
            return Ok(Reading::Ended);
        }
        match crossterm::event::poll(LOOK)? {
            true => crossterm::event::read().map(Reading::Event),
            false => Ok(Reading::Nothing),
        }
    }
}

impl Input for Keyboard {
    fn read(&mut self) -> io::Result<Reading> {
        loop {
            if let Some(event) = self.reports.next(self.since.elapsed()) {
                return Ok(Reading::Event(event));
            }
            match self.answers.next(self.since.elapsed()) {
                Some(Passed::Event(event)) if modes::mouse_is_on() => {
                    self.reports.take(event, self.since.elapsed());
                    continue;
                }
                Some(Passed::Event(event)) => return Ok(Reading::Event(event)),
                Some(Passed::Background(background)) => return Ok(Reading::Background(background)),
                None => {}
            }
            match self.read_terminal()? {
                Reading::Event(event) => self.answers.take(event, self.since.elapsed()),
                other => return Ok(other),
            }
        }
    }

    #[cfg(unix)]
    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        let at_most = self.at_most(at_most);
        system::wait(&self.wake, at_most)?;
        self.wake.clear();
        Ok(())
    }

    #[cfg(not(unix))]
    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        // There is nothing that a keyboard and a channel can be waited for at together.
        const LOOK: Duration = Duration::from_millis(10);
        crossterm::event::poll(at_most.map_or(LOOK, |time| time.min(LOOK)))?;
        self.wake.clear();
        Ok(())
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn ahead(&self) -> SignedDuration {
        self.clock.moment().ahead()
    }
}

#[cfg(unix)]
mod system {
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{Mode, OFlags};
    use rustix::io::Errno;

    use crate::tui::WakeEnd;

    /// Standard input, opened anew so that no read of it waits; dropping it brings back the old one.
    ///
    /// Crossterm 0.29 reads on until a key is whole: after a half one (a sequence cut up by the
    /// network, or Alt with `[`) the whole dashboard would stand still until the next key. The
    /// terminal is opened anew because "never wait" belongs to what was opened, which the shell
    /// and our own output share.
    #[derive(Debug)]
    pub(super) struct NeverBlocking(OwnedFd);

    impl NeverBlocking {
        /// `None` where the terminal cannot be opened by its name: then half a key is waited for.
        pub(super) fn stdin() -> Option<Self> {
            let name = rustix::termios::ttyname(io::stdin(), Vec::new()).ok()?;
            let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
            let anew = rustix::fs::open(name, flags, Mode::empty()).ok()?;
            let before = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3).ok()?;
            rustix::stdio::dup2_stdin(anew).ok()?;
            Some(Self(before))
        }
    }

    impl Drop for NeverBlocking {
        fn drop(&mut self) {
            // Nobody reads it any more when this fails: the program is about to end.
            let _ = rustix::stdio::dup2_stdin(&self.0);
        }
    }

    /// Whether nothing will ever come from the keyboard any more.
    pub(super) fn has_ended() -> io::Result<bool> {
        let stdin = io::stdin();
        let mut keyboard = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut keyboard, Some(&Timespec::default())) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let told = keyboard.iter().map(PollFd::revents).fold(PollFlags::empty(), PollFlags::union);
        if told.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Ok(true);
        }
        // Readable without a byte to read: that is the end.
        Ok(told.contains(PollFlags::IN) && rustix::io::ioctl_fionread(&stdin).is_ok_and(|bytes| bytes == 0))
    }

    /// Waits for the keyboard, the waker, or the time.
    pub(super) fn wait(wake: &WakeEnd, at_most: Option<Duration>) -> io::Result<()> {
        let stdin = io::stdin();
        let (keyboard, wake) = (stdin.as_fd(), wake.as_fd());
        let mut both = [PollFd::from_borrowed_fd(keyboard, PollFlags::IN), PollFd::from_borrowed_fd(wake, PollFlags::IN)];
        let at_most = at_most.and_then(|time| Timespec::try_from(time).ok());
        match poll(&mut both, at_most.as_ref()) {
            // A signal: the loop looks around and waits again.
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
