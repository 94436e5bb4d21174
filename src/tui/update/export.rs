//! What can be copied or written to a file: the results of a run, a plan, the list, the failures.
//! All of it is masked like the screen.

use super::super::export::csv;
use super::super::state::{Content, Export, PromptKind, Shared, ViewKind};
use super::super::view;
use crate::delivery::counted;
use crate::monitor::NoticeWeight;
use crate::store::RowNumber;
use crate::tui::views::{activity, batches, failures};

impl Shared {
    /// Asks where to write the view on the screen.
    pub(in crate::tui) fn export_view(&mut self) {
        match self.view {
            ViewKind::Messages => self.ask_where_messages(),
            ViewKind::Failures => self.ask_where("failures", &failures::exported(self)),
            ViewKind::Batches => self.ask_where("batches", &batches::exported(self)),
            ViewKind::Activity => self.ask_where("actions", &activity::exported(self)),
        }
    }

    /// Copies a list, masked as the screen shows it.
    pub(in crate::tui) fn hand_out_lines(&mut self, text: String) {
        let what = format!("a list of {}", counted(text.lines().count(), "line"));
        let is_open = self.campaign().is_some_and(|campaign| !campaign.masked);
        self.hand_out(Some(text), &what, is_open);
    }

    /// Asks where to write the marked messages, or all that the list shows.
    fn ask_where_messages(&mut self) {
        let Some(campaign) = self.campaign() else { return };
        let (what, rows): (_, Vec<RowNumber>) = match campaign.marked.is_empty() {
            true => ("messages", campaign.list.rows(&campaign.store).collect()),
            false => ("marked messages", view::marked_rows(campaign)),
        };
        let number = rows.len();
        self.ask_where_of(what, number, Content::Messages(rows.into()));
    }

    /// Asks where to write these rows, of which the first has the headers.
    pub(in crate::tui) fn ask_where(&mut self, what: &'static str, rows: &[Vec<String>]) {
        self.ask_where_of(what, rows.len().saturating_sub(1), Content::Ready(csv(rows).into()));
    }

    /// Asks for the file and proposes a name that is free.
    fn ask_where_of(&mut self, what: &'static str, number: usize, content: Content) {
        if number == 0 {
            self.tell(NoticeWeight::Info, "there is nothing to export", "", "");
            return;
        }
        if let Some(exporting) = &self.exporting {
            let (what, next) = (exporting.export.what, format!("{} stops it", self.keymap.command("stop")));
            self.tell(NoticeWeight::Info, "one export at a time", &format!("{what} are being written"), &next);
            return;
        }
        let at = self.time_of_day().to_zoned_datetime(self.look.zone.clone()).strftime("%Y%m%d-%H%M%S");
        let name = format!("postwatch-{}-{at}.csv", what.replace(' ', "-"));
        let masked = self.campaign().is_none_or(|campaign| campaign.masked);
        let export = Export { what, detail: format!("{what}, {}", counted(number, "row")), content, masked };
        self.open_prompt(PromptKind::Export(export), &name);
    }
}
