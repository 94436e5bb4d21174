//! What dead runs left behind.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::form::EntryQuery;
use super::write::step;
use super::{ActionId, ActionState, Journal, JournalEntry, Outcome, Server, StateError};
use crate::delivery::CampaignId;

/// What became of the intentions that dead runs left in a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// Their request may have been sent: now unknown, to be looked up.
    pub unknown: Vec<ActionId>,
    /// Their request was never sent, or not accepted: now not sent, to be offered as a new plan.
    pub not_started: Vec<JournalEntry>,
}

impl Journal {
    /// Settles what dead runs left intended in a campaign: a try that was started and whose outcome was not seen
    /// becomes unknown, the rest not sent. Runs that are alive are left alone.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn settle_orphans(&self, server: &Server, campaign: &CampaignId, at: Timestamp) -> Result<Settled, StateError> {
        self.write(|lines| {
            let mut settled = Settled::default();
            let mut dead = BTreeSet::new();
            for mut entry in lines.entries(&EntryQuery::OpenOf(server, campaign))? {
                if entry.state != ActionState::Intended || self.is_alive(&entry.run) {
                    continue;
                }
                let outcome = match lines.tries(entry.id)?.last() {
                    Some(last) if last.outcome.is_none() => {
                        let outcome = Outcome::Unknown { reason: "the program ended before it saw the answer".to_owned() };
                        lines.end_try(entry.id, last.number, &outcome.reported(), at)?;
                        outcome
                    }
                    Some(_) => Outcome::NotSent { reason: "the program ended before it was sent again".to_owned() },
                    None => Outcome::NotSent { reason: "the program ended before it was sent".to_owned() },
                };
                step(lines, entry.id, &outcome.reported(), at)?;
                dead.insert(entry.run.clone());
                entry.state = outcome.state();
                match entry.state {
                    ActionState::Unknown => settled.unknown.push(entry.id),
                    _ => settled.not_started.push(entry),
                }
            }
            // Runs with something left to settle, in other campaigns for instance, keep their file.
            dead.iter().try_for_each(|run| self.sweep_run(lines, run))?;
            Ok(settled)
        })
    }
}
