//! A whole campaign shown unmasked for a while, and presenting, where nothing is.

use jiff::SignedDuration;

use super::super::dialogs::RevealQuestion;
use super::super::state::Shared;
use super::super::{Action, Effect};
use crate::monitor::NoticeWeight;
use crate::state::NoteKind;

/// How long a campaign is shown unmasked: long enough to work through a list, short enough that an
/// abandoned screen is masked when someone else comes by.
pub(in crate::tui) const OPEN_FOR: SignedDuration = SignedDuration::from_mins(5);

impl Shared {
    /// `:reveal` asks first.
    pub(in crate::tui) fn ask_reveal(&mut self) {
        if self.lacks_journal("nothing is revealed") {
            return;
        }
        let question = RevealQuestion::new(self);
        self.open(question);
    }

    pub(in crate::tui) fn reveal_all(&mut self) {
        if self.lacks_journal("nothing is revealed") {
            return;
        }
        let (index, until) = (self.index(), self.now.checked_add(OPEN_FOR).ok());
        let Some(campaign) = self.campaign_mut().filter(|campaign| campaign.presenting.is_none()) else { return };
        campaign.masked = false;
        campaign.revealed_until = until;
        self.effects.push(Effect::note(index, NoteKind::Reveal, "all recipients"));
        let next = format!("{} masks it", self.key_for(Action::Mask));
        self.tell(NoticeWeight::Warning, "everything is shown unmasked for 5 minutes", "", &next);
    }

    /// Masks the campaigns whose time is up.
    pub(in crate::tui) fn mask_expired(&mut self) {
        let now = self.now;
        let mut masked = Vec::new();
        for campaign in &mut self.campaigns {
            if campaign.revealed_until.is_some_and(|until| until <= now) {
                campaign.revealed_until = None;
                campaign.masked = true;
                masked.push(campaign.settings.name.clone());
            }
        }
        for name in masked {
            self.forget_copied(true);
            self.tell(NoticeWeight::Info, &format!("{name} is masked again"), "5 minutes are over", "");
        }
    }

    /// `:present`: masks everything while presenting, or ends that.
    pub(in crate::tui) fn present(&mut self) {
        self.presenting = !self.presenting;
        for campaign in &mut self.campaigns {
            campaign.marks.hide(None);
            match (self.presenting, campaign.presenting.take()) {
                (true, _) => {
                    // What was shown only for a while is not shown again afterwards.
                    campaign.presenting = Some(campaign.masked || campaign.revealed_until.is_some());
                    campaign.masked = true;
                    campaign.revealed_until = None;
                }
                (false, was_masked) => campaign.masked = was_masked.unwrap_or(true),
            }
        }
        // A masked copy, too, has the digits that were searched for, and names of files.
        self.copied = None;
        self.forget_copied(true);
        if self.presenting {
            let next = format!("{} ends it", self.keymap.command("present"));
            self.tell(NoticeWeight::Info, "Presenting: everything masked", "", &next);
        } else {
            self.tell(NoticeWeight::Info, "Presenting is over: masked as before", "", "");
        }
    }
}
