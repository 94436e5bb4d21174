//! Whether anyone is at the program. The API's calls are shared with the agency's own sender: an
//! unattended dashboard must not use them up.

use jiff::SignedDuration;

use super::super::Effect;
use super::super::state::Shared;
use crate::monitor::{Attendance, CampaignIndex, Command};

/// After how long without a key nobody is there.
const LEFT_ALONE: SignedDuration = SignedDuration::from_mins(10);

impl Shared {
    /// Somebody pressed a key.
    pub(in crate::tui) fn attend(&mut self) {
        self.last_key = self.now;
        if std::mem::take(&mut self.is_away) {
            self.tell_attendance(Attendance::Present);
        }
    }

    /// Nobody did for a while.
    pub(in crate::tui) fn notice_absence(&mut self) {
        if !self.is_away && self.now.duration_since(self.last_key) >= LEFT_ALONE {
            self.is_away = true;
            self.tell_attendance(Attendance::Away);
        }
    }

    fn tell_attendance(&mut self, attendance: Attendance) {
        let all = (0..self.campaigns.len()).map(CampaignIndex);
        self.effects.extend(all.map(|campaign| Effect::Command { campaign, command: Command::Attend(attendance) }));
    }
}
