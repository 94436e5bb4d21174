//! What is shown of personal data, and whether anything new is read.

use super::super::state::Shared;
use super::super::{Action, Effect};
use crate::monitor::{Command, Connection, NoticeWeight};
use crate::state::NoteKind;

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
    pub(in crate::tui) fn mask(&mut self) {
        for campaign in &mut self.campaigns {
            campaign.masked = true;
            campaign.revealed_until = None;
            // The end of presenting must not unmask what was masked by hand.
            campaign.presenting = campaign.presenting.map(|_| true);
            campaign.marks.hide(None);
        }
        self.forget_copied(true);
        let next = format!("{} reveals a row until you leave it", self.key_for(Action::RevealRow));
        self.tell(NoticeWeight::Info, "everything is masked", "", &next);
    }

    /// Pauses the campaign on the screen, or continues it.
    pub(in crate::tui) fn pause(&mut self) {
        let Some(campaign) = self.campaign_mut() else { return };
        let is_paused = campaign.pause_asked.unwrap_or(campaign.connection == Connection::Paused);
        campaign.pause_asked = Some(!is_paused);
        self.effects.push(self.command(if is_paused { Command::Resume } else { Command::Pause }));
    }
}
