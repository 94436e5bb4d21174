//! What follows when the journal cannot be written: no action, and nothing personal shown or handed out,
//! because neither would be recorded.

use crate::monitor::{CampaignIndex, NoteLost, NoticeWeight};
use crate::postman::Explanation;
use crate::state::NoteKind;
use crate::tui::shared::Shared;

impl Shared {
    /// Whether actions can be journalled, as was just found out.
    pub(super) fn journal_news(&mut self, refused: Option<Explanation>) {
        let could_not = self.actions_refused.is_some();
        self.actions_refused = refused;
        if could_not && self.actions_refused.is_none() {
            self.tell(NoticeWeight::Info, "actions are possible again", "the journal can be written again", "");
        }
    }

    /// Whether something must not happen because it could not be journalled; says so.
    pub(super) fn lacks_journal(&mut self, what: &str) -> bool {
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
