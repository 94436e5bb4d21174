//! Suspending the program as a shell does with Ctrl-z.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};

use crate::tui::Requests;

/// Whether anyone could continue it: a shell with job control puts each job into a group of its
/// own. In the session leader's group (a terminal's or an SSH connection's only command) a stopped
/// program would stay stopped forever.
pub(super) fn can_be_continued() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops the whole group, as the terminal does for Ctrl-z, and returns when it is continued. STOP
/// and not TSTP: we listen for TSTP ourselves.
pub(super) fn until_continued(requests: &Requests) -> io::Result<()> {
    requests.take_continued();
    kill_current_process_group(Signal::STOP)?;
    // The signal may reach another thread first: this one must not take the terminal again before
    // the program has been stopped and continued. If the CONT gets lost, a second is enough.
    let since = Instant::now();
    while !requests.take_continued() && since.elapsed() < Duration::from_secs(1) {
        thread::sleep(Duration::from_millis(2));
    }
    // The TSTP that started it may have been sent to us as well.
    requests.take_suspend();
    Ok(())
}
