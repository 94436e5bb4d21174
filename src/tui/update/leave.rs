//! The ways out.

use super::super::Effect;
use super::super::state::{LEAVE_AGAIN, Shared};

impl Shared {
    /// Ctrl-c: first takes back what has not left and stops a run; then a second one within a few seconds quits.
    pub(in crate::tui) fn interrupt(&mut self) {
        if !self.take_back_yes("") && !self.stop_runs() && !self.stop_export("") {
            self.leave_or_ask();
        }
    }

    /// q at the root: quits, and asks first while a retry is under way.
    pub(in crate::tui) fn quit(&mut self) {
        if self.is_acting() || self.exporting.is_some() {
            self.leave_or_ask();
        } else {
            self.effects.push(Effect::Quit);
        }
    }

    fn leave_or_ask(&mut self) {
        if self.leave_until.is_some_and(|until| until > self.now) {
            self.effects.push(Effect::Quit);
        } else {
            self.leave_until = Some(self.now + LEAVE_AGAIN);
        }
    }
}
