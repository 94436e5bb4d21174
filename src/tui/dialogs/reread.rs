//! What a question about a sending has read again once its plan is too old: until it is known, no yes counts.

use crate::monitor::{Command, Connection, Generation, PreparedState, ToPrepare};
use crate::postman::Explanation;
use crate::tui::shared::{Campaign, Shared};
use crate::tui::widgets::sentences::Sentence;
use crate::tui::widgets::words::in_a_line;
use crate::tui::{Action, Role};

/// Whether it is known.
pub(super) enum Reread {
    Known,
    /// The worker reads it.
    Reading(Generation),
    /// It could not be read. The generation, where the worker tries again by itself.
    Failed(Option<Generation>, Explanation),
}

impl Reread {
    pub fn is_known(&self) -> bool {
        matches!(self, Reread::Known)
    }

    /// Has the worker read it again.
    pub fn begin(&mut self, shared: &mut Shared, what: ToPrepare) {
        let generation = shared.next_generation();
        shared.send(Command::Prepare { generation, what });
        *self = Reread::Reading(generation);
    }

    /// What the worker read, if the answer is that. One to an older request is dropped.
    pub fn answer(&mut self, (generation, state): &(Generation, PreparedState)) -> Option<PreparedState> {
        match self {
            Reread::Reading(asked) | Reread::Failed(Some(asked), _) if asked == generation => {}
            _ => return None,
        }
        if let PreparedState::Failed { why, again } = state {
            *self = Reread::Failed(again.then_some(*generation), why.clone());
            return None;
        }
        *self = Reread::Known;
        Some(state.clone())
    }

    /// Why no yes counts. `what` is read, such as `went to this number`; `leave` says how the pause can be reached.
    pub fn says(&self, shared: &Shared, campaign: &Campaign, what: &str, leave: &str) -> Option<Sentence> {
        let words = match self {
            Reread::Known => return None,
            Reread::Reading(_) | Reread::Failed(Some(_), _) if campaign.connection == Connection::Paused => {
                let key = shared.key_for(Action::Pause);
                format!("Paused: no call is made, so what {what} cannot be read again. {leave}, then {key} goes on.")
            }
            Reread::Reading(_) => format!("Reading again what {what}, because the plan is too old."),
            Reread::Failed(again, why) => {
                let again = if again.is_some() { "Trying again." } else { "Go back and review it again." };
                format!("What {what} cannot be read, so nothing can be sent: {}. {again}", in_a_line(why))
            }
        };
        Some(Sentence::new(words, Role::Warning, 0))
    }
}
