//! What dead runs left behind.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::read::entries;
use super::row::last_try;
use super::write::{close_try, step};
use super::{ActionId, ActionState, Journal, JournalEntry, Outcome, Server, StateError};
use crate::delivery::CampaignId;

/// What became of the intentions that dead runs left in a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// Their request may have left: now unknown, to be looked up.
    pub unknown: Vec<ActionId>,
    /// Their request never left, or was not taken: now not sent, to be offered as a new plan.
    pub not_started: Vec<JournalEntry>,
}

impl Journal {
    /// Settles what dead runs left intended in a campaign: where a try was started and its end was
    /// not seen it becomes unknown, else not sent. Runs that are alive are left alone.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn settle_orphans(&self, server: &Server, campaign: &CampaignId, at: Timestamp) -> Result<Settled, StateError> {
        self.write("settled", |transaction| {
            let mut settled = Settled::default();
            let mut dead = BTreeSet::new();
            let condition = "WHERE a.state = 'intended' AND a.server = ?1 AND a.campaign = ?2 ORDER BY a.id";
            for mut entry in entries(transaction, condition, [server.as_str(), campaign.as_str()])? {
                if self.is_alive(&entry.run) {
                    continue;
                }
                let last = last_try(transaction, entry.id).map_err(StateError::database("read"))?;
                let outcome = match &last {
                    Some(last) if last.outcome.is_none() => {
                        let outcome = Outcome::Unknown { reason: "the program ended before it saw the answer".to_owned() };
                        close_try(transaction, entry.id, last.number, &outcome, at)?;
                        outcome
                    }
                    Some(_) => Outcome::NotSent { reason: "the program ended before it went again".to_owned() },
                    None => Outcome::NotSent { reason: "the program ended before it was tried".to_owned() },
                };
                step(transaction, entry.id, &outcome.told(), at)?;
                dead.insert(entry.run.clone());
                entry.state = outcome.state();
                match entry.state {
                    ActionState::Unknown => settled.unknown.push(entry.id),
                    _ => settled.not_started.push(entry),
                }
            }
            // What was not settled here, in other campaigns for instance, keeps its run's file.
            dead.iter().try_for_each(|run| self.sweep_run(transaction, run))?;
            Ok(settled)
        })
    }
}
