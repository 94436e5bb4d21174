//! The true state, without key, pace and pages: for tests that compare it with what was shown.

use jiff::Timestamp;

use super::World;
use super::campaign::Campaign;
use super::ids::id_text;

impl World {
    fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.id == id)
    }

    /// Makes everything visible that is due at `now`, without a call.
    pub fn advance(&mut self, now: Timestamp) {
        self.latest = self.latest.max(now);
        for campaign in &mut self.campaigns {
            campaign.advance(self.latest.as_millisecond());
        }
    }

    /// The ids of the messages that had shown up at the latest call, newest first. Empty for an unknown campaign.
    #[must_use]
    pub fn message_ids(&self, campaign: &str) -> Vec<String> {
        let Some(campaign) = self.campaign(campaign) else {
            return Vec::new();
        };
        let id = |serial: &u32| id_text("message_", campaign.key(*serial).1);
        campaign.order().iter().rev().map(id).collect()
    }

    /// The ids of the batches, in the order in which they were made. Empty for an unknown campaign.
    #[must_use]
    pub fn batch_ids(&self, campaign: &str) -> Vec<String> {
        let batches = self.campaign(campaign).map_or(&[][..], Campaign::batches);
        batches.iter().map(super::campaign::Batch::id).collect()
    }

    /// Every change of a message as (time, status), oldest first, including future ones unless a retry
    /// intervenes. Empty for an unknown message.
    #[must_use]
    pub fn changes(&self, campaign: &str, message: &str) -> Vec<(Timestamp, &'static str)> {
        let Some(campaign) = self.campaign(campaign) else {
            return Vec::new();
        };
        let Some(serial) = campaign.find(message) else {
            return Vec::new();
        };
        let mut courses = Vec::new();
        campaign.attempts(serial, &mut courses);
        let changes = courses.iter().flat_map(super::course::Course::changes);
        changes.filter_map(|(at, status)| Some((Timestamp::from_millisecond(at).ok()?, status.as_str()))).collect()
    }

    /// The status of a message at `now`.
    #[must_use]
    pub fn status(&self, campaign: &str, message: &str, now: Timestamp) -> Option<&'static str> {
        let changes = self.changes(campaign, message);
        changes.iter().rev().find(|(at, _)| *at <= now).map(|(_, status)| *status)
    }
}
