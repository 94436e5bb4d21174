//! The states of an action and the steps that are allowed between them.

use std::fmt;

use super::{Outcome, Resolution};

/// What is known of an action, in the order of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionState {
    /// Recorded; sent or about to be.
    Intended,
    /// Nothing left this machine.
    NotSent,
    /// The API said no.
    Refused,
    /// The API said yes.
    Accepted,
    /// The answer was lost, so it is never repeated automatically.
    Unknown,
    /// Was unknown; a reading showed that it was accepted.
    ResolvedAccepted,
    /// Was unknown; a reading showed that it was not accepted.
    ResolvedNotAccepted,
    /// Was unknown; a person decided how it ended.
    ResolvedByPerson,
}

impl ActionState {
    /// All of them, in the order of an action's life.
    pub const ALL: [ActionState; 8] = [
        ActionState::Intended,
        ActionState::NotSent,
        ActionState::Refused,
        ActionState::Accepted,
        ActionState::Unknown,
        ActionState::ResolvedAccepted,
        ActionState::ResolvedNotAccepted,
        ActionState::ResolvedByPerson,
    ];

    /// Whether a step from this state to the other is allowed. Nothing ever leads back, and a known outcome stays as
    /// it is.
    pub fn may_become(self, next: ActionState) -> bool {
        use ActionState::{Accepted, Intended, NotSent, Refused, ResolvedAccepted, ResolvedByPerson, ResolvedNotAccepted, Unknown};
        matches!(
            (self, next),
            (Intended, NotSent | Refused | Accepted | Unknown) | (Unknown, ResolvedAccepted | ResolvedNotAccepted | ResolvedByPerson)
        )
    }

    /// Whether its outcome is still to be found out: then the message is claimed.
    pub fn is_open(self) -> bool {
        matches!(self, ActionState::Intended | ActionState::Unknown)
    }

    /// The word in the journal's file and in scripts.
    pub fn word(self) -> &'static str {
        match self {
            ActionState::Intended => "intended",
            ActionState::NotSent => "not_sent",
            ActionState::Refused => "refused",
            ActionState::Accepted => "accepted",
            ActionState::Unknown => "unknown",
            ActionState::ResolvedAccepted => "resolved_accepted",
            ActionState::ResolvedNotAccepted => "resolved_not_accepted",
            ActionState::ResolvedByPerson => "resolved_by_person",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        ActionState::ALL.into_iter().find(|state| state.word() == word)
    }
}

impl fmt::Display for ActionState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

impl Outcome {
    /// The state that it leads to.
    pub fn state(&self) -> ActionState {
        match self {
            Outcome::NotSent { .. } => ActionState::NotSent,
            Outcome::Refused { .. } => ActionState::Refused,
            Outcome::Accepted => ActionState::Accepted,
            Outcome::Unknown { .. } => ActionState::Unknown,
        }
    }
}

impl Resolution {
    /// The state that it leads to.
    pub fn state(&self) -> ActionState {
        match self {
            Resolution::Accepted { .. } => ActionState::ResolvedAccepted,
            Resolution::NotAccepted { .. } => ActionState::ResolvedNotAccepted,
            Resolution::ByPerson { .. } => ActionState::ResolvedByPerson,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_steps() {
        // Rows: from; columns: to, in the order of `ALL`; y is allowed.
        let table = [
            "-yyyy---", // intended
            "--------", // not sent
            "--------", // refused
            "--------", // accepted
            "-----yyy", // unknown
            "--------", // resolved as accepted
            "--------", // resolved as not accepted
            "--------", // resolved by a person
        ];
        for (from, row) in ActionState::ALL.into_iter().zip(table) {
            for (to, cell) in ActionState::ALL.into_iter().zip(row.chars()) {
                assert_eq!(from.may_become(to), cell == 'y', "{from} to {to}");
            }
        }
    }

    #[test]
    fn only_what_is_closed_cannot_go_on() {
        for from in ActionState::ALL {
            assert_eq!(from.is_open(), ActionState::ALL.into_iter().any(|to| from.may_become(to)), "{from}");
            assert_eq!(ActionState::from_word(from.word()), Some(from));
        }
    }
}
