//! What becomes of the files that were sent: the batch of one that shows, and the whole answer to one that was refused.

use crate::action::Subject;
use crate::delivery::counted;
use crate::monitor::{ActionNews, ActionStage, Notice, NoticeWeight};
use crate::postman::Explanation;
use crate::tui::dialogs::RefusedFile;
use crate::tui::shared::{KeptNotice, Shared, ViewKind};

impl Shared {
    /// The rows of a file that was sent begin to show: its batch is selected, and its end will be reported.
    pub(super) fn note_found_uploads(&mut self, index: usize) {
        let Some(campaign) = self.campaigns.get_mut(index) else { return };
        let found = campaign.found_uploads();
        let is_reading = self.view == ViewKind::Batches && index == self.campaigns.current();
        for (file, batch) in found {
            let Some(campaign) = self.campaigns.get_mut(index) else { return };
            // Whoever is among the batches with a key pressed since the yes is busy with another one.
            if !is_reading || !self.presence.has_acted_since(file.agreed_at) {
                campaign.batch_view.select(batch.clone());
            }
            let what = format!("{}: the rows of {} begin to show", campaign.settings.name, file.name);
            let why = format!("batch {}, {}", batch.short(false), counted(file.rows as usize, "message"));
            let notice = Notice { at: self.now, weight: NoticeWeight::Info, text: Explanation::new(what, why, "") };
            self.notices.call(KeptNotice { notice, more: Some((index, ViewKind::Batches)) });
        }
    }

    /// The API refused a file after its check: its whole answer is shown, unless the user is doing something else.
    pub(super) fn note_refused_file(&mut self, index: usize, news: &ActionNews) {
        let (Subject::Upload(sha256), ActionStage::Refused(refusal)) = (&news.subject, &news.stage) else { return };
        let Some(campaign) = self.campaigns.get_mut(index).filter(|_| refusal.check.is_some()) else { return };
        campaign.uploads.note_refused(sha256.clone());
        let is_free = index == self.campaigns.current() && !self.is_starting() && self.has_nothing_open() && !self.is_presenting();
        if is_free {
            RefusedFile::open(self);
        }
    }
}
