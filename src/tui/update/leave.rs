//! The ways out.

use super::super::Effect;
use super::super::state::{LEAVE_AGAIN, State};

impl State {
    /// Ctrl-c: first takes back what has not left and stops a run; then a second one within a few seconds quits.
    pub(super) fn interrupt(&mut self, effects: &mut Vec<Effect>) {
        if !self.take_back_yes("") && !self.stop_runs(effects) && !self.stop_export("", effects) {
            self.leave_or_ask(effects);
        }
    }

    /// q at the root: quits, and asks first while a retry is under way.
    pub(super) fn quit(&mut self, effects: &mut Vec<Effect>) {
        if self.is_acting() || self.exporting.is_some() {
            self.leave_or_ask(effects);
        } else {
            effects.push(Effect::Quit);
        }
    }

    fn leave_or_ask(&mut self, effects: &mut Vec<Effect>) {
        if self.leave_until.is_some_and(|until| until > self.now) {
            effects.push(Effect::Quit);
        } else {
            self.leave_until = Some(self.now + LEAVE_AGAIN);
        }
    }
}
