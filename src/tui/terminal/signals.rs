//! Signals become requests to the loop.

use std::io;

use rustix::process::Signal;
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
