//! What keeps actions from being taken: a locked campaign, until it is unlocked for a while, and a journal that cannot be
//! written. Without the journal nothing personal is shown or handed out, either: neither would be recorded.

use crate::monitor::{CampaignIndex, NoteLost, NoticeWeight};
use crate::postman::Explanation;
use crate::state::NoteKind;
use crate::tui::Effect;
use crate::tui::shared::{Campaign, Shared};

/// Why a question is only a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Preview {
    pub why: Explanation,
    /// The campaign's name, where typing it is all that is missing: it is locked.
    pub unlocked_by: Option<String>,
}

impl Preview {
    fn of(why: Explanation) -> Self {
        Self { why, unlocked_by: None }
    }
}

impl Shared {
    /// Why the campaign's actions are only a preview.
    pub(in crate::tui) fn preview(&self, campaign: &Campaign) -> Option<Preview> {
        if let Some(why) = self.actions_refused.as_ref().or(campaign.settings.broken.as_ref()) {
            return Some(Preview::of(why.clone()));
        }
        let name = campaign.is_locked(self.now).then(|| campaign.settings.name.clone())?;
        let why = Explanation::new("READ-ONLY. Type the campaign's name to unlock it for 15 minutes:", "", "");
        Some(Preview { why, unlocked_by: Some(name) })
    }

    /// The same for several messages: only one run can be under way.
    pub(in crate::tui) fn run_preview(&self, campaign: &Campaign) -> Option<Preview> {
        let of_run = || {
            let next = format!("the next one can start when it is finished; {} stops it", self.keymap.command("stop"));
            Preview::of(Explanation::new("A run is under way: this is a preview", "", next))
        };
        match self.preview(campaign) {
            // A name would not change that a run is under way.
            Some(preview) if preview.unlocked_by.is_none() || !campaign.has_run() => Some(preview),
            _ => campaign.has_run().then(of_run),
        }
    }

    /// The name was typed: unlocks the campaign on the screen for actions. False where the name is
    /// not exact.
    pub(in crate::tui) fn unlock(&mut self, name: &str) -> bool {
        let (index, now) = (self.index(), self.now);
        if self.campaign().is_none_or(|campaign| campaign.settings.name != name) {
            return false;
        }
        if self.lacks_journal("the campaign stays locked") {
            return true;
        }
        let Some(campaign) = self.campaign_mut() else { return false };
        campaign.unlock(now);
        self.effects.push(Effect::note(index, NoteKind::Unlock, ""));
        let next = format!("it locks again 15 minutes after the last action, or with {}", self.keymap.command("lock"));
        self.tell(NoticeWeight::Warning, &format!("{name} is unlocked for actions"), "", &next);
        true
    }

    /// Locks the campaign on the screen again.
    pub(in crate::tui) fn lock(&mut self) {
        self.take_back_yes("");
        let (index, now) = (self.index(), self.now);
        let Some(campaign) = self.campaign_mut() else { return };
        if !campaign.settings.read_only {
            let next = "`read_only = true` in the configuration locks it from the next start on";
            self.tell(NoticeWeight::Info, "the configuration does not lock this campaign", "", next);
            return;
        }
        let was_open = !campaign.is_locked(now);
        campaign.unlocked_until = None;
        if was_open {
            self.effects.push(Effect::note(index, NoteKind::Lock, ""));
        }
        let next = format!("{} unlocks it", self.keymap.command("unlock"));
        self.tell(NoticeWeight::Info, "the campaign is locked", "", &next);
    }

    /// Locks those whose time is up.
    pub(in crate::tui) fn lock_expired(&mut self) {
        let now = self.now;
        let mut closed = Vec::new();
        for (index, campaign) in self.campaigns.iter_mut().enumerate() {
            // A run is an action that continues.
            if campaign.has_run() && campaign.unlocked_until.is_some() {
                campaign.acted(now);
            }
            if campaign.unlocked_until.is_some_and(|until| until <= now) {
                campaign.unlocked_until = None;
                self.effects.push(Effect::note(CampaignIndex(index), NoteKind::Lock, ""));
                closed.push(campaign.settings.name.clone());
            }
        }
        for name in closed {
            let next = format!("{} unlocks it", self.keymap.command("unlock"));
            self.tell(NoticeWeight::Info, &format!("{name} is locked again"), "15 minutes without an action", &next);
        }
    }

    /// Whether actions can be journalled, as was just found out.
    pub(super) fn journal_news(&mut self, refused: Option<Explanation>) {
        let could_not = self.actions_refused.is_some();
        self.actions_refused = refused;
        if could_not && self.actions_refused.is_none() {
            self.tell(NoticeWeight::Info, "actions are possible again", "the journal can be written again", "");
        }
    }

    /// Whether something must not happen because it could not be journalled; says so.
    pub(in crate::tui) fn lacks_journal(&mut self, what: &str) -> bool {
        let Some(why) = &self.actions_refused else { return false };
        let (why, next) = (why.why.clone(), why.next.clone());
        self.tell(NoticeWeight::Warning, &format!("{what}: it could not be written to the journal"), &why, &next);
        true
    }

    /// Something was not journalled although it was started on the assumption that it would be: it is
    /// taken back as far as possible.
    pub(super) fn note_lost(&mut self, index: CampaignIndex, lost: &NoteLost) {
        let Some(campaign) = self.campaigns.get_mut(index.0) else { return };
        let name = campaign.settings.name.clone();
        let what = match lost.kind {
            NoteKind::Reveal => {
                campaign.marks.hide(None);
                campaign.masked |= campaign.revealed_until.take().is_some();
                self.changed.is_reveal_lost = true;
                self.copies.mask();
                format!("{name} is masked again: the reveal is not in the journal")
            }
            NoteKind::Unlock => {
                campaign.unlocked_until = None;
                format!("{name} is locked again: the unlock is not in the journal")
            }
            NoteKind::Export => format!("{name}: the copy or export is not in the journal"),
            NoteKind::Lock => format!("{name}: the lock is not in the journal"),
        };
        self.tell(NoticeWeight::Problem, &what, &lost.why, "fix the state folder");
    }
}
