//! The line that the keyboard's bytes come from, and its clock. Tests supply their own.

use std::io;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::monitor::Clock;
use crate::tui::WakeReceiver;

/// What can be read from a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// This many bytes were read.
    Some(usize),
    None,
    /// There will be no more.
    Ended,
}

/// Where bytes come from, and when.
pub trait ByteSource {
    /// Reads what is there, as far as it fits. Never waits.
    ///
    /// # Errors
    ///
    /// When the line cannot be read.
    fn read(&mut self, into: &mut [u8]) -> io::Result<Bytes>;

    /// Waits for bytes, for a wake-up, or until the time is over. It may return early.
    ///
    /// # Errors
    ///
    /// When the system cannot wait.
    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()>;

    /// The time since any fixed moment; never goes backwards.
    fn elapsed(&self) -> Duration;

    /// The clock for waits and ages.
    fn now(&self) -> Timestamp;

    /// How far the time of day is ahead of it.
    fn ahead(&self) -> SignedDuration {
        SignedDuration::ZERO
    }
}

/// The process's terminal, and the receiver of wake-ups.
#[derive(Debug)]
pub struct Terminal {
    wake: WakeReceiver,
    clock: Clock,
    since: Instant,
}

impl Terminal {
    /// Standard input, with the receiver of wake-ups and the clock of the program.
    pub(super) fn new(wake: WakeReceiver, clock: Clock) -> Self {
        Self { wake, clock, since: Instant::now() }
    }
}

impl ByteSource for Terminal {
    fn read(&mut self, into: &mut [u8]) -> io::Result<Bytes> {
        let stdin = io::stdin();
        let mut keyboard = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut keyboard, Some(&Timespec::default())) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(Bytes::None),
            Err(error) => return Err(error.into()),
        }
        let reported = keyboard[0].revents();
        if !reported.contains(PollFlags::IN) {
            let is_gone = reported.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
            return Ok(if is_gone { Bytes::Ended } else { Bytes::None });
        }
        match rustix::io::read(&stdin, into) {
            // Readable without a byte to read, or a terminal that went away: that is the end.
            Ok(0) | Err(Errno::IO) => Ok(Bytes::Ended),
            Ok(number) => Ok(Bytes::Some(number)),
            Err(Errno::INTR | Errno::AGAIN) => Ok(Bytes::None),
            Err(error) => Err(error.into()),
        }
    }

    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<()> {
        let stdin = io::stdin();
        let mut both = [PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN), PollFd::from_borrowed_fd(self.wake.as_fd(), PollFlags::IN)];
        let at_most = at_most.and_then(|time| Timespec::try_from(time).ok());
        match poll(&mut both, at_most.as_ref()) {
            // A signal: the loop sees to it and waits again.
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
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
