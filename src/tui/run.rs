//! The loop between keyboard, workers and screen.
//!
//! It draws first and starts the workers afterwards. Then, round after round: everything that was
//! typed, through the input guard; a frame, if a key changed something; at most one piece of news;
//! a frame, if one is due; and a wait, unless there is more. The keyboard is read on this same
//! thread: handing each key over from another one costs most of a millisecond on an idle machine.

mod channel;
mod frame_limiter;
mod parts;
mod requests;

use std::io;
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyEventKind};
use jiff::SignedDuration;

use super::{Effect, Event, Guard};
use frame_limiter::{Cause, FrameLimiter};

pub use channel::{UpdateReceiver, WakeReceiver, Waker, updates, wake_pair};
pub use parts::{Dashboard, Host, Input, InputEvent, QuestionId, Reading, Screen};
pub use requests::{ExitReason, Requests};

/// How often ages are updated.
const TICK: Duration = Duration::from_secs(1);

/// The shortest time between two ticks: a dashboard that always asks for one at once must not keep
/// a core busy.
const SHORTEST_TICK: Duration = Duration::from_millis(10);

/// From this difference on, the time of day was set and not only slewed a little.
const CLOCK_SET: SignedDuration = SignedDuration::from_secs(1);

/// How many terminal events one round takes at most, so that a flood of them cannot hold up frames.
const EVENTS_AT_ONCE: usize = 1_000;

/// A dashboard with everything around it.
pub struct EventLoop<'a, D, S, I, H> {
    dashboard: &'a mut D,
    screen: &'a mut S,
    input: &'a mut I,
    host: &'a mut H,
    updates: UpdateReceiver,
    requests: Requests,
    guard: Guard,
    pace: FrameLimiter,
    last_tick: Duration,
    size: Option<(u16, u16)>,
    /// What the terminal's title says.
    title: Option<String>,
    /// Whether the program was suspended since the keyboard was last read.
    was_stopped: bool,
    /// How far the time of day is ahead of the running time, as last reported.
    ahead: SignedDuration,
    quit: bool,
}

impl<'a, D: Dashboard, S: Screen, I: Input, H: Host> EventLoop<'a, D, S, I, H> {
    /// Puts them together.
    pub fn new(
        dashboard: &'a mut D,
        screen: &'a mut S,
        input: &'a mut I,
        host: &'a mut H,
        updates: UpdateReceiver,
        requests: Requests,
    ) -> Self {
        let last_tick = input.elapsed();
        let (guard, pace, ahead) = (Guard::default(), FrameLimiter::new(), SignedDuration::ZERO);
        Self {
            dashboard,
            screen,
            input,
            host,
            updates,
            requests,
            guard,
            pace,
            last_tick,
            size: None,
            title: None,
            was_stopped: false,
            ahead,
            quit: false,
        }
    }

    /// Runs until a person or something else ends it.
    ///
    /// # Errors
    ///
    /// When the terminal is there but can be neither read nor written. What was requested of the workers
    /// continues.
    pub fn run(mut self) -> io::Result<ExitReason> {
        let result = self.rounds();
        // A terminal that went away fails before the system's signal arrives, or right after it: the
        // signal is the better reason, and without one it is still a hang-up.
        let Err(error) = result else { return result };
        self.requests.end_asked().or_else(|| ExitReason::of_error(&error)).ok_or(error)
    }

    fn rounds(&mut self) -> io::Result<ExitReason> {
        self.size()?;
        self.frame()?;
        self.host.started();
        loop {
            if let Some(end) = self.requests.end_asked() {
                self.update(Event::EndAsked, Cause::Key)?;
                return Ok(end);
            }
            if self.requests.take_suspend() {
                self.suspend()?;
            }
            self.look_around()?;
            self.tell_clock()?;
            let input_ended = self.read_keyboard()?;
            if self.quit {
                return Ok(ExitReason::Quit);
            }
            if input_ended {
                self.update(Event::EndAsked, Cause::Key)?;
                return Ok(ExitReason::InputEnded);
            }
            self.tick_if_due()?;
            self.frame_if_due()?;
            if let Some(error) = self.screen.copy_failed() {
                self.update(Event::CopyFailed(error.to_string()), Cause::News)?;
            }
            // One at a time: something that answers at once, with a file of a million rows, must not hold up
            // keys.
            let answer = self.host.answer();
            let was_answered = answer.is_some();
            if let Some(answer) = answer {
                self.update(answer, Cause::News)?;
                self.frame_if_due()?;
            }
            if let Some(update) = self.updates.try_next() {
                self.update(Event::Update(update), Cause::News)?;
                self.frame_if_due()?;
            }
            if self.quit {
                return Ok(ExitReason::Quit);
            }
            if self.updates.is_empty() && !was_answered {
                let at_most = self.until_something_is_due();
                self.input.wait(at_most)?;
            }
        }
    }

    /// Handles what happened to the screen without a key: another size, or a suspension from
    /// outside.
    fn look_around(&mut self) -> io::Result<()> {
        if self.requests.take_resized() {
            self.size()?;
        }
        if self.requests.take_continued() {
            // It was suspended from outside, and what was typed meanwhile was typed blindly.
            self.guard.look_again();
            self.update(Event::Suspended, Cause::Key)?;
        }
        Ok(())
    }

    /// Reads everything that can be read at once. True when there will be no more input.
    fn read_keyboard(&mut self) -> io::Result<bool> {
        let since = self.input.elapsed();
        let mut events = Vec::new();
        let (mut has_ended, mut is_drained) = (false, false);
        self.was_stopped = false;
        while events.len() < EVENTS_AT_ONCE {
            match self.input.read()? {
                Reading::Came(came) => events.push(came),
                Reading::Background(background) => self.update(Event::Background(background), Cause::Key)?,
                Reading::Later => break,
                Reading::Nothing => {
                    is_drained = true;
                    break;
                }
                Reading::Ended => {
                    has_ended = true;
                    break;
                }
            }
        }
        let dashboard = &*self.dashboard;
        self.guard.read(&events, self.input.elapsed(), |key| dashboard.role(key));
        for came in events {
            // What was typed after Ctrl-z was not meant for what is on the screen afterwards.
            if self.quit || self.was_stopped {
                break;
            }
            self.take(came)?;
        }
        if is_drained {
            // The window may have changed while the keyboard was read: then nothing is agreed to.
            self.look_around()?;
            self.let_agree(since)?;
        }
        if let Some(key) = self.guard.take_refused() {
            self.update(Event::TooSoon(key), Cause::Key)?;
        }
        if let Some(keys) = self.guard.burst_over(self.input.elapsed()) {
            self.update(Event::PasteDropped { keys: Some(keys) }, Cause::Key)?;
        }
        Ok(has_ended)
    }

    /// Handles one event from the terminal.
    fn take(&mut self, came: InputEvent) -> io::Result<()> {
        match came.event {
            // A key release does nothing; only some terminals report it.
            TerminalEvent::Key(key) if key.kind == KeyEventKind::Release => Ok(()),
            TerminalEvent::Key(key) => match self.guard.admit(key, self.dashboard.role(key), came.last) {
                Some(key) => self.update(Event::Key(key), Cause::Key),
                None => Ok(()),
            },
            TerminalEvent::Paste(text) if text.is_empty() => Ok(()),
            TerminalEvent::Paste(text) if self.dashboard.takes_text() => self.update(Event::Paste(text), Cause::Key),
            TerminalEvent::Paste(_) => self.update(Event::PasteDropped { keys: None }, Cause::Key),
            TerminalEvent::Mouse(mouse) => self.update(Event::Mouse(mouse), Cause::Key),
            TerminalEvent::Resize(..) => self.size(),
            TerminalEvent::FocusGained | TerminalEvent::FocusLost => Ok(()),
        }
    }

    /// Lets a held key agree once everything that was there at `now` has been read.
    fn let_agree(&mut self, now: Duration) -> io::Result<()> {
        match self.guard.release(now, self.input.begun()) {
            Some(key) => self.update(Event::Agreed(key), Cause::Key),
            None => Ok(()),
        }
    }

    /// Reports the terminal's size to the dashboard when it has changed.
    fn size(&mut self) -> io::Result<()> {
        let size = self.screen.size()?;
        if self.size == Some(size) {
            return Ok(());
        }
        self.size = Some(size);
        self.guard.look_again();
        let (columns, rows) = size;
        self.update(Event::Resize { columns, rows }, Cause::Key)
    }

    /// Reports to the dashboard that the time of day was set.
    fn tell_clock(&mut self) -> io::Result<()> {
        let ahead = self.input.ahead();
        if (ahead - self.ahead).abs() < CLOCK_SET {
            return Ok(());
        }
        self.ahead = ahead;
        self.update(Event::ClockSet { ahead }, Cause::News)
    }

    fn tick_if_due(&mut self) -> io::Result<()> {
        let now = self.input.elapsed();
        if self.next_tick().is_some_and(|due| due <= now) {
            self.last_tick = now;
            self.update(Event::Tick, Cause::News)?;
        }
        Ok(())
    }

    /// When the dashboard gets its next tick, if it needs one.
    fn next_tick(&self) -> Option<Duration> {
        let regular = self.dashboard.needs_tick().then_some(self.last_tick + TICK);
        let own = self.dashboard.next_wake().map(|at| {
            let wait = Duration::try_from(at.duration_since(self.input.now())).unwrap_or_default();
            (self.input.elapsed() + wait).max(self.last_tick + SHORTEST_TICK)
        });
        regular.into_iter().chain(own).min()
    }

    /// How long there is nothing to do, if nobody types and no news arrive.
    fn until_something_is_due(&self) -> Option<Duration> {
        let now = self.input.elapsed();
        let due = [self.pace.due(), self.next_tick(), self.guard.due(self.input.begun())].into_iter().flatten().min()?;
        Some(due.saturating_sub(now))
    }

    /// Passes an event to the dashboard and performs what it asks for.
    fn update(&mut self, event: Event, cause: Cause) -> io::Result<()> {
        self.pace.change(cause);
        let effects = self.dashboard.update(event, self.input.now());
        self.guard.question(self.dashboard.question());
        for effect in effects {
            match effect {
                Effect::Quit => self.quit = true,
                Effect::Redraw => self.screen.forget()?,
                Effect::Call(text) => self.screen.call(&text)?,
                Effect::Copy(text) => self.screen.copy(&text.0)?,
                Effect::Mouse(on) => self.screen.mouse(on)?,
                Effect::Suspend => self.suspend()?,
                effect => self.host.perform(effect),
            }
        }
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.update(Event::Suspended, Cause::Key)?;
        if self.screen.suspend()? {
            self.was_stopped = true;
            self.title = None;
            self.guard.look_again();
            self.pace.change(Cause::Key);
            self.screen.forget()?;
            // The window may have another size by now.
            self.size()?;
        }
        Ok(())
    }

    fn frame_if_due(&mut self) -> io::Result<()> {
        if self.pace.is_due(self.input.elapsed()) { self.frame() } else { Ok(()) }
    }

    fn frame(&mut self) -> io::Result<()> {
        let dashboard = &*self.dashboard;
        self.screen.draw(&mut |frame| dashboard.draw(frame))?;
        let now = self.input.elapsed();
        self.pace.drawn(now);
        self.guard.drawn(now);
        self.show_title()
    }

    /// Says in the terminal's title what it is to say, where that has changed.
    fn show_title(&mut self) -> io::Result<()> {
        let title = self.dashboard.title();
        if title != self.title
            && let Some(text) = &title
        {
            self.screen.title(text)?;
        }
        self.title = title;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
