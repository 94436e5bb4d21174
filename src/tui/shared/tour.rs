//! The demo's short tour: five keys, one after the other, each shown until it was pressed.

use crate::tui::{Action, Context, KeyMap, ViewKind};

/// The keys that lead from watching to a retry, in a sensible order, and what each does.
const STEPS: [(Action, &str); 5] = [
    (Action::Show(ViewKind::Failures), "groups the failures by error"),
    (Action::Show(ViewKind::Messages), "goes back to the messages"),
    (Action::Find, "finds a recipient by part of the number"),
    (Action::Enter, "opens the message under the cursor"),
    (Action::PlanRetry, "plans a retry and sends nothing yet"),
];

/// The progress of the tour.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::tui) struct Tour {
    /// The next step; `None` when it is over or was never started.
    next: Option<usize>,
}

impl Tour {
    /// The tour at its first key.
    pub fn begun() -> Self {
        Self { next: Some(0) }
    }

    /// A key with this meaning was pressed: after a step or a later one its hint is no longer
    /// needed. Esc with nothing to go back from ends the tour.
    pub fn pressed(&mut self, context: Context, action: Action) {
        let Some(next) = self.next else { return };
        // Enter agrees, closes and opens: only in the list does it open a message.
        let is_meant = |step: usize| STEPS.get(step).is_some_and(|(wanted, _)| *wanted == action);
        let opens = action != Action::Enter || context == Context::MESSAGES;
        if let Some(step) = (next..STEPS.len()).find(|step| opens && is_meant(*step)) {
            self.next = Some(step + 1).filter(|next| *next < STEPS.len());
        }
    }

    /// The user does not want the tour.
    pub fn end(&mut self) {
        self.next = None;
    }

    /// What to press next, in a line.
    pub fn hint(&self, keys: &KeyMap) -> Option<String> {
        let next = self.next?;
        let (action, does) = STEPS.get(next)?;
        let key = keys.name(Context::MESSAGES, *action);
        let back = keys.name(Context::MESSAGES, Action::Back);
        Some(format!("Tour {} of {}: {key} {does}. {back} ends the tour.", next + 1, STEPS.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_leads_to_the_next_and_the_last_one_ends_it() {
        let mut tour = Tour::begun();
        let mut hints = Vec::new();
        for (action, _) in STEPS {
            hints.push(tour.hint(&KeyMap::default()).unwrap());
            tour.pressed(Context::MESSAGES, Action::Down);
            tour.pressed(Context::MESSAGES, action);
        }
        assert_eq!(hints[0], "Tour 1 of 5: 3 groups the failures by error. Esc ends the tour.");
        assert!(hints[4].starts_with("Tour 5 of 5: r plans a retry"), "{hints:?}");
        assert_eq!(tour.hint(&KeyMap::default()), None);
    }

    #[test]
    fn whoever_knows_a_later_key_is_not_told_the_earlier_ones() {
        let mut tour = Tour::begun();
        tour.pressed(Context::MESSAGES, Action::Find);
        assert!(tour.hint(&KeyMap::default()).unwrap().starts_with("Tour 4 of 5: Enter"));
        tour.pressed(Context::Pane(ViewKind::Failures), Action::Enter);
        assert!(tour.hint(&KeyMap::default()).unwrap().starts_with("Tour 4 of 5: Enter"), "that opened a group");
        tour.end();
        assert_eq!(tour.hint(&KeyMap::default()), None);
    }

    #[test]
    fn without_a_demo_there_is_none() {
        assert_eq!(Tour::default().hint(&KeyMap::default()), None);
    }
}
