//! What happens without a key when its time has come.

use jiff::Timestamp;

use super::super::state::Shared;

impl Shared {
    /// Does what is due.
    pub(in crate::tui) fn wake(&mut self) {
        let now = self.now;
        for campaign in &mut self.campaigns {
            campaign.marks.expire(now);
        }
        self.notices.expire(now);
        self.presence.expire(now);
        self.mask_expired();
        self.forget_copied(false);
        self.notice_history();
        self.ask_server();
        self.lock_expired();
        self.begin_due();
    }

    /// When the dashboard must be woken next, besides the tick of each second.
    pub(in crate::tui) fn wake_at(&self) -> Option<Timestamp> {
        let campaign = self.campaign();
        let find = campaign.and_then(|campaign| campaign.find.due());
        let marks = campaign.and_then(|campaign| campaign.marks.due());
        let locks = self.campaigns.iter().flat_map(|campaign| [campaign.unlocked_until, campaign.revealed_until]).flatten();
        find.into_iter()
            .chain(locks)
            .chain(marks)
            .chain(self.starting.as_ref().map(|starting| starting.next(self.now)))
            .chain(self.presence.due())
            .chain(self.notices.due())
            .chain(self.copied.as_ref().and_then(|copied| copied.until))
            .min()
    }
}
