//! Whether anyone is at the program, and whether they are about to leave.
//!
//! The API's calls are shared with the agency's own sender: an unattended dashboard must not use them up.

use jiff::{SignedDuration, Timestamp};

use crate::delivery::grouped;
use crate::monitor::{Attendance, Command, NoticeWeight};
use crate::tui::shared::{Shared, ViewKind};
use crate::tui::{Action, Effect};

/// After how long without a key nobody is there.
const LEFT_ALONE: SignedDuration = SignedDuration::from_mins(10);

/// How long "press again to quit" is shown.
const LEAVE_AGAIN: SignedDuration = SignedDuration::from_secs(3);

/// The person at the keyboard.
pub(in crate::tui) struct Presence {
    /// When a key was last pressed.
    last_key: Timestamp,
    /// Whether nobody is there.
    is_away: bool,
    /// What happened while nobody was there, for the key that has just been pressed.
    welcome: Option<String>,
    /// Until when a second Ctrl-c or q quits.
    leave_until: Option<Timestamp>,
}

impl Presence {
    /// Someone has just started the program.
    pub fn new(now: Timestamp) -> Self {
        Self { last_key: now, is_away: false, welcome: None, leave_until: None }
    }

    /// Whether a key was pressed after that.
    pub fn has_acted_since(&self, at: Timestamp) -> bool {
        self.last_key > at
    }

    /// Whether the next Ctrl-c or q quits.
    pub fn is_leaving(&self) -> bool {
        self.leave_until.is_some()
    }

    /// Whether the key being handled is the first one after a while.
    pub fn is_back(&self) -> bool {
        self.welcome.is_some()
    }

    /// Another key was pressed: they stay.
    pub fn stay(&mut self) {
        self.leave_until = None;
    }

    /// When the question whether to leave is over.
    pub fn due(&self) -> Option<Timestamp> {
        self.leave_until
    }

    pub fn expire(&mut self, now: Timestamp) {
        self.leave_until = self.leave_until.filter(|until| *until > now);
    }
}

impl Shared {
    /// Somebody pressed a key.
    pub(super) fn attend(&mut self) {
        let since = std::mem::replace(&mut self.presence.last_key, self.now);
        if self.now.duration_since(since) >= LEFT_ALONE {
            self.presence.welcome = self.meanwhile(since);
        }
        for campaign in self.campaigns.iter_mut() {
            campaign.absence.begin();
        }
        if std::mem::take(&mut self.presence.is_away) {
            self.tell_attendance(Attendance::Present);
        }
    }

    /// `While you were away, 02:10 to 03:01: 1,204 delivered, 38 failed since 02:41`, of the campaign on the screen, and
    /// whether the others failed, too. `None` where nothing of it was ever loaded.
    fn meanwhile(&self, since: Timestamp) -> Option<String> {
        let (look, now) = (&self.look, self.now);
        let words = self.campaign()?.absence_words(look, now)?;
        let (from, to) = (look.minute(look.of_that_day(since), now), look.minute(look.of_day(now), now));
        let others = (0..self.campaigns.len()).filter(|index| *index != self.campaigns.current());
        let failed: usize = others.filter_map(|index| self.campaigns.get(index)).map(|campaign| campaign.absence.failed()).sum();
        let elsewhere = if failed > 0 { format!("; {} failed in other campaigns", grouped(failed)) } else { String::new() };
        Some(format!("While you were away, {from} to {to}: {words}{elsewhere}"))
    }

    /// Answers the first key after a while with what happened meanwhile: after what the key itself did.
    pub(super) fn welcome_back(&mut self) {
        if let Some(words) = self.presence.welcome.take() {
            let key = self.keymap.name(self.pane(), Action::Show(ViewKind::Activity));
            self.tell(NoticeWeight::Info, &words, "", &format!("{key} lists it"));
        }
    }

    /// Nobody did for a while.
    pub(super) fn notice_absence(&mut self) {
        if !self.presence.is_away && self.now.duration_since(self.presence.last_key) >= LEFT_ALONE {
            self.presence.is_away = true;
            self.tell_attendance(Attendance::Away);
        }
    }

    fn tell_attendance(&mut self, attendance: Attendance) {
        for index in 0..self.campaigns.len() {
            self.send_to(index, Command::Attend(attendance));
        }
    }

    /// Ctrl-c: first takes back what has not left and stops a run; then a second one within a few seconds quits.
    pub(in crate::tui) fn interrupt(&mut self) {
        if !self.stop_something() {
            self.leave_or_ask();
        }
    }

    /// q at the root: quits, and asks first while a retry is under way.
    pub(in crate::tui) fn quit(&mut self) {
        if self.is_acting() || self.exports.is_under_way() {
            self.leave_or_ask();
        } else {
            self.effects.push(Effect::Quit);
        }
    }

    fn leave_or_ask(&mut self) {
        if self.presence.leave_until.is_some_and(|until| until > self.now) {
            self.effects.push(Effect::Quit);
        } else {
            self.presence.leave_until = Some(self.now + LEAVE_AGAIN);
        }
    }
}
