//! Signals: those that come become requests to the loop, and the one by which the program suspends itself.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};

use crate::tui::{ExitReason, Requests};

/// Listens for signals on the runtime for as long as it lives. Call it before the terminal is
/// taken: a signal without a handler would end the program without restoring it.
///
/// # Errors
///
/// When the system accepts no handler.
pub fn listen(runtime: &Handle, requests: &Requests) -> io::Result<()> {
    for (kind, end) in [
        (SignalKind::interrupt(), ExitReason::Interrupted),
        (SignalKind::terminate(), ExitReason::Terminated),
        (SignalKind::hangup(), ExitReason::HungUp),
    ] {
        on(runtime, requests, kind, move |requests| requests.end(end))?;
    }
    on(runtime, requests, SignalKind::from_raw(Signal::TSTP.as_raw()), Requests::suspend)?;
    on(runtime, requests, SignalKind::from_raw(Signal::CONT.as_raw()), Requests::continued)?;
    on(runtime, requests, SignalKind::window_change(), Requests::resized)
}

/// Calls `then` for each signal of this kind.
fn on(runtime: &Handle, requests: &Requests, kind: SignalKind, then: impl Fn(&Requests) + Send + 'static) -> io::Result<()> {
    let _context = runtime.enter();
    let mut signals = signal(kind)?;
    let requests = requests.clone();
    runtime.spawn(async move {
        while signals.recv().await.is_some() {
            then(&requests);
        }
    });
    Ok(())
}

/// Whether anyone could continue it: a shell with job control puts each job into a group of its
/// own. In the session leader's group (a terminal's or an SSH connection's only command) a stopped
/// program would stay stopped forever.
pub(super) fn can_be_continued() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Suspends the program as a shell does with Ctrl-z: stops the whole group, and returns when it is continued. STOP
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
