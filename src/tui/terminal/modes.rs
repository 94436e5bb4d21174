//! The terminal's modes, and that they are always undone.

use std::io::{self, Write};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use super::title;
use crate::tui::{ExitReason, Requests};

/// Whether the terminal is in our modes. A process has one terminal, and a panic in any of its
/// threads must restore it: so this is the one global of the process.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Whether the mouse is reported while the terminal is in our modes.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Whether the terminal has kept its own title for us to restore.
static TITLED: AtomicBool = AtomicBool::new(false);

/// Clicks and the wheel, with positions beyond column 223: no more than is needed. Crossterm's own
/// command would ask for every movement, too.
#[cfg(not(windows))]
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
/// The same undone.
#[cfg(not(windows))]
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Whether the mouse is reported.
pub(super) fn mouse_is_on() -> bool {
    MOUSE.load(Ordering::Acquire)
}

/// Turns mouse reports on or off.
pub(super) fn mouse(on: bool) -> io::Result<()> {
    let was_on = MOUSE.swap(on, Ordering::AcqRel);
    if was_on != on && entered() { tell_mouse(on) } else { Ok(()) }
}

#[cfg(not(windows))]
fn tell_mouse(on: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(if on { MOUSE_ON } else { MOUSE_OFF })?;
    out.flush()
}

#[cfg(windows)]
fn tell_mouse(on: bool) -> io::Result<()> {
    use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
    if on { execute!(io::stdout(), EnableMouseCapture) } else { execute!(io::stdout(), DisableMouseCapture) }
}

/// Sets the terminal's title, where it is a terminal that can restore its own afterwards.
pub(super) fn title(text: &str, env: impl Fn(&str) -> Option<String>) -> io::Result<()> {
    if !title::can_be_restored(env) {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    if !TITLED.swap(true, Ordering::AcqRel) {
        out.write_all(title::KEEP)?;
    }
    title::set(&mut out, text)
}

/// Whether the terminal is in our modes.
pub(super) fn entered() -> bool {
    ENTERED.load(Ordering::Acquire)
}

/// Sets our modes; when that fails, undoes what was done.
pub(super) fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::Release);
    // A letter at the right edge that the terminal takes for wider than it is must not run over into
    // the next line. Some terminals have no alternate screen (the Linux console, GNU screen by
    // default): what was there would shine through between the letters.
    let entered = execute!(io::stdout(), EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste, DisableLineWrap);
    let entered = entered.and_then(|()| if mouse_is_on() { tell_mouse(true) } else { Ok(()) });
    if entered.is_err() {
        leave();
    }
    entered
}

/// Undoes our modes, once. Failures are ignored: a terminal that went away needs nothing.
pub(super) fn leave() {
    if !ENTERED.swap(false, Ordering::AcqRel) {
        return;
    }
    if mouse_is_on() {
        let _ = tell_mouse(false);
    }
    let mut out = io::stdout();
    if TITLED.swap(false, Ordering::AcqRel) {
        let _ = out.write_all(title::RESTORE);
    }
    let _ = execute!(out, ResetColor, EnableLineWrap, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = out.flush();
    // What was typed or pasted for the dashboard but not read yet must not run in the shell.
    #[cfg(unix)]
    let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
    let _ = disable_raw_mode();
}

/// Before a panic is reported, the terminal is restored, so that the report can be read; and the
/// loop is asked to end.
pub(super) fn give_back_on_panic(requests: &Requests) {
    static HOOK: Once = Once::new();
    let requests = requests.clone();
    HOOK.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            leave();
            requests.end(ExitReason::Broken);
            report(panic);
        }));
    });
}
