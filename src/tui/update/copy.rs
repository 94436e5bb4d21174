//! Copies, masked as the screen shows them.

use super::super::dialogs::{CopiedPage, RowMenu};
use super::super::state::{CopyFormat, CopyWhat, LastCopy, REVEAL, Shared, ViewKind};
use super::super::{Action, Context, Copied, Effect, view};
use crate::delivery::{counted, grouped};
use crate::monitor::NoticeWeight;
use crate::state::NoteKind;

impl Shared {
    /// The key: copies the row under the cursor. In the detail, and where messages are marked, it asks
    /// what to copy; pressed again at once, it shows the copy.
    pub(in crate::tui) fn copy_key(&mut self) {
        if std::mem::take(&mut self.copied_just_now) && self.copied.is_some() {
            return CopiedPage::open(self);
        }
        let has_marks = self.view == ViewKind::Messages && self.campaign().is_some_and(|campaign| !campaign.marked.is_empty());
        if has_marks || self.pane() == Context::Detail {
            return self.open_copy_menu();
        }
        self.copy(CopyWhat::Row(CopyFormat::Text));
        self.copied_just_now = true;
    }

    /// Asks what to do with the row under the cursor.
    pub(in crate::tui) fn open_actions(&mut self) {
        if let Some(menu) = RowMenu::actions(self) {
            self.open(menu);
        }
    }

    /// Asks what to copy.
    pub(in crate::tui) fn open_copy_menu(&mut self) {
        if let Some(menu) = RowMenu::copy(self) {
            self.open(menu);
        }
    }

    /// Copies something of the row under the cursor, or of the marked ones.
    pub(in crate::tui) fn copy(&mut self, what: CopyWhat) {
        if what == CopyWhat::Shown {
            return CopiedPage::open(self);
        }
        if let Some(why) = self.why_no_copy(what) {
            self.tell(NoticeWeight::Info, "there is nothing to copy", why, "");
            return;
        }
        let words = match what {
            CopyWhat::Row(CopyFormat::Text) => "the row".to_owned(),
            CopyWhat::Number if !self.shows_openly(what) => "the masked number".to_owned(),
            what => what.words(),
        };
        let text = view::copied_text(self, what);
        self.hand_out(text, &words, self.shows_openly(what));
    }

    /// Whether the copy would hold something personal and unmasked.
    fn shows_openly(&self, what: CopyWhat) -> bool {
        let Some(campaign) = self.campaign().filter(|_| what.is_personal()) else { return false };
        match what {
            CopyWhat::Marked(_) => !campaign.masked || campaign.marked.rows().any(|row| !campaign.is_masked(row)),
            _ if self.view == ViewKind::Messages => campaign.subject().is_some_and(|row| !campaign.is_masked(row)),
            _ => !campaign.masked,
        }
    }

    /// Puts a text on the terminal's clipboard, and says so without showing it: it may be personal.
    /// An unmasked one is journalled.
    pub(in crate::tui) fn hand_out(&mut self, text: Option<String>, what: &str, is_open: bool) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            self.tell(NoticeWeight::Info, "there is nothing to copy", "", "");
            return;
        };
        if is_open && self.lacks_journal("nothing is copied unmasked") {
            return;
        }
        // A screen that masks again within seconds must not keep what it showed for longer.
        let until = self.campaign().filter(|_| is_open).and_then(|campaign| match campaign.masked {
            true => self.now.checked_add(REVEAL).ok(),
            false => campaign.revealed_until,
        });
        let length = text.len();
        self.copied = Some(LastCopy { text: text.clone(), until });
        if let Some(limit) = self.copy_limit.filter(|limit| length > *limit) {
            let sizes = format!("{} of {} KB", grouped(length.div_ceil(1_000)), grouped(limit / 1_000));
            let next = format!("{} writes it to a file", self.key_for(Action::Export));
            self.tell(NoticeWeight::Warning, &format!("{what} is too long for the clipboard ({sizes})"), "", &next);
            return;
        }
        self.effects.push(Effect::Copy(Copied(text)));
        if is_open {
            self.effects.push(Effect::note(self.index(), NoteKind::Export, format!("copied unmasked: {what}")));
        }
        // A terminal never reports whether it takes it.
        let next = format!("{} again shows it", self.key_for(Action::Copy));
        let next =
            if matches!(self.context(), Context::Messages | Context::Batches | Context::Failures | Context::Activity) { &next } else { "" };
        self.tell(NoticeWeight::Info, &format!("{what} was sent to the terminal's clipboard"), "", next);
    }

    /// Copies a list, masked as the screen shows it.
    pub(in crate::tui) fn hand_out_lines(&mut self, text: String) {
        let what = format!("a list of {}", counted(text.lines().count(), "line"));
        let is_open = self.campaign().is_some_and(|campaign| !campaign.masked);
        self.hand_out(Some(text), &what, is_open);
    }

    /// Says that the last copy is on no clipboard.
    pub(in crate::tui) fn copy_failed(&mut self, why: &str) {
        let next = format!("{} writes it to a file", self.key_for(Action::Export));
        self.tell(NoticeWeight::Warning, "the text did not reach the clipboard", why, &next);
    }

    /// Forgets the last copy where the screen masks it again; `all` where everything is masked.
    pub(in crate::tui) fn forget_copied(&mut self, all: bool) {
        let now = self.now;
        self.copied = self.copied.take().filter(|copied| copied.until.is_none_or(|until| !all && until > now));
    }
}
