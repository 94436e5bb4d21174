//! A whole campaign shown unmasked for a while, and presenting, where nothing is.

use jiff::SignedDuration;

use crate::monitor::{Command, Connection, NoticeWeight};
use crate::state::NoteKind;
use crate::tui::dialogs::RevealQuestion;
use crate::tui::shared::Shared;
use crate::tui::{Action, Effect};

/// How long a campaign is shown unmasked: long enough to work through a list, short enough that an
/// abandoned screen is masked when someone else comes by.
const OPEN_FOR: SignedDuration = SignedDuration::from_mins(5);

impl Shared {
    /// Whether everything is masked, and stays so.
    pub(in crate::tui) fn is_presenting(&self) -> bool {
        self.presenting
    }

    /// `:reveal` asks first.
    pub(in crate::tui) fn ask_reveal(&mut self) {
        if self.lacks_journal("nothing is revealed") {
            return;
        }
        RevealQuestion::open(self);
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
    pub(super) fn mask_expired(&mut self) {
        let now = self.now;
        let mut masked = Vec::new();
        for campaign in self.campaigns.iter_mut() {
            if campaign.revealed_until.is_some_and(|until| until <= now) {
                campaign.revealed_until = None;
                campaign.masked = true;
                masked.push(campaign.settings.name.clone());
            }
        }
        for name in masked {
            self.copies.mask();
            self.tell(NoticeWeight::Info, &format!("{name} is masked again"), "5 minutes are over", "");
        }
    }

    /// `:present`: masks everything while presenting, or ends that.
    pub(in crate::tui) fn present(&mut self) {
        self.presenting = !self.presenting;
        for campaign in self.campaigns.iter_mut() {
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
        self.copies.forget();
        if self.presenting {
            let next = format!("{} ends it", self.keymap.command("present"));
            self.tell(NoticeWeight::Info, "Presenting: everything masked", "", &next);
        } else {
            self.tell(NoticeWeight::Info, "Presenting is over: masked as before", "", "");
        }
    }
}

impl Shared {
    /// Shows the row unmasked until the cursor leaves it, or masks it again.
    pub(in crate::tui) fn reveal(&mut self) {
        let (index, now) = (self.index(), self.now);
        if self.presenting {
            let next = format!("{} ends that", self.keymap.command("present"));
            self.tell(NoticeWeight::Info, "nothing is revealed while presenting", "", &next);
            return;
        }
        let Some(campaign) = self.campaign_mut() else { return };
        let Some(row) = campaign.subject().filter(|_| campaign.masked) else { return };
        if campaign.marks.is_revealed(row) {
            campaign.marks.hide(None);
            return;
        }
        if self.lacks_journal("nothing is revealed") {
            return;
        }
        let Some(campaign) = self.campaign_mut() else { return };
        campaign.list.hold(&campaign.store);
        campaign.marks.reveal(row, now);
        let noted = Effect::note(index, NoteKind::Reveal, campaign.store.id(row).as_str());
        self.effects.push(noted);
    }

    /// Masks everything, in every campaign. It never unmasks.
    pub(super) fn mask(&mut self) {
        for campaign in self.campaigns.iter_mut() {
            campaign.masked = true;
            campaign.revealed_until = None;
            // The end of presenting must not unmask what was masked by hand.
            campaign.presenting = campaign.presenting.map(|_| true);
            campaign.marks.hide(None);
        }
        self.copies.mask();
        let next = format!("{} reveals a row until you leave it", self.key_for(Action::RevealRow));
        self.tell(NoticeWeight::Info, "everything is masked", "", &next);
    }

    /// Pauses the campaign on the screen, or continues it.
    pub(super) fn pause(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        let is_paused = campaign.pause_asked.unwrap_or(campaign.connection == Connection::Paused);
        campaign.pause_asked = Some(!is_paused);
        self.send(if is_paused { Command::Resume } else { Command::Pause });
    }
}
