//! Requests to the loop from outside: to end, or to suspend for a while.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::Waker;

/// Why the dashboard closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitReason {
    /// A person quit.
    Quit,
    /// An INT from outside: from the keyboard it arrives as a key.
    Interrupted,
    /// TERM.
    Terminated,
    /// HUP: the terminal went away.
    HungUp,
    /// The keyboard's input ended.
    InputEnded,
    /// The configuration was reloaded: another dashboard starts.
    Reload,
    /// A part of the program panicked. A dashboard must not look alive when its worker is dead.
    Broken,
}

impl ExitReason {
    /// Its exit code: 128 plus the signal's number, as in shells.
    pub fn exit_code(self) -> u8 {
        match self {
            ExitReason::Quit | ExitReason::Reload => 0,
            ExitReason::Broken => 1,
            // Input ends when the terminal is closed, which usually shows as a HUP.
            ExitReason::HungUp | ExitReason::InputEnded => 129,
            ExitReason::Interrupted => 130,
            ExitReason::Terminated => 143,
        }
    }

    /// The reason that an error of the terminal stands for: a terminal that went away may fail before
    /// the system's signal arrives. `None` where the terminal is there and something else is wrong.
    pub fn of_error(error: &io::Error) -> Option<Self> {
        #[cfg(unix)]
        let is_gone = {
            use rustix::io::Errno;
            matches!(Errno::from_io_error(error), Some(Errno::IO | Errno::NXIO | Errno::PIPE))
        };
        #[cfg(not(unix))]
        let is_gone = error.kind() == io::ErrorKind::BrokenPipe;
        is_gone.then_some(ExitReason::HungUp)
    }

    const ALL: [ExitReason; 7] = [
        ExitReason::Quit,
        ExitReason::Interrupted,
        ExitReason::Terminated,
        ExitReason::HungUp,
        ExitReason::InputEnded,
        ExitReason::Reload,
        ExitReason::Broken,
    ];
}

/// A way to ask the loop for something from any thread. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Requests {
    waker: Waker,
    asked: Arc<Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    /// 0, or 1 plus the index in [`ExitReason::ALL`].
    end: AtomicU8,
    suspend: AtomicBool,
    continued: AtomicBool,
    resized: AtomicBool,
}

impl Requests {
    /// Requests to the loop that waits for this waker.
    pub fn new(waker: Waker) -> Self {
        Self { waker, asked: Arc::default() }
    }

    /// Asks the loop to end. The first reason stays.
    pub fn end(&self, why: ExitReason) {
        let index = ExitReason::ALL.iter().position(|end| *end == why).and_then(|index| u8::try_from(index + 1).ok()).unwrap_or(1);
        let _ = self.asked.end.compare_exchange(0, index, Ordering::AcqRel, Ordering::Acquire);
        self.waker.wake();
    }

    /// Asks the loop to suspend the program for a while, as for Ctrl-z.
    pub fn suspend(&self) {
        self.asked.suspend.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Says that the program was continued.
    pub fn continued(&self) {
        self.asked.continued.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Says that the terminal was resized.
    pub fn resized(&self) {
        self.asked.resized.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// The waker itself.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Why the loop should end, if it should.
    pub(crate) fn end_asked(&self) -> Option<ExitReason> {
        let index = self.asked.end.load(Ordering::Acquire).checked_sub(1)?;
        ExitReason::ALL.get(usize::from(index)).copied()
    }

    /// Whether a suspension was requested since the last call.
    pub(crate) fn take_suspend(&self) -> bool {
        self.asked.suspend.swap(false, Ordering::AcqRel)
    }

    /// Whether the terminal was resized since the last call.
    pub(crate) fn take_resized(&self) -> bool {
        self.asked.resized.swap(false, Ordering::AcqRel)
    }

    /// Whether the program was continued since the last call.
    pub(crate) fn take_continued(&self) -> bool {
        self.asked.continued.swap(false, Ordering::AcqRel)
    }
}
