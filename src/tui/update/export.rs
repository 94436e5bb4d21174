//! What can be copied or written to a file: the results of a run, a plan, the list, the failures.
//! All of it is masked like the screen.

use super::super::export::csv;
use super::super::state::{Content, Export, OldDialog, PlanQuestion, PromptKind, Shared, ViewKind};
use super::super::view;
use crate::delivery::counted;
use crate::monitor::NoticeWeight;
use crate::store::RowNumber;
use crate::tui::views::{activity, batches, failures};

impl Shared {
    /// Asks where to write the view on the screen.
    pub(in crate::tui) fn export_view(&mut self) {
        self.sort_list();
        match self.view {
            ViewKind::Messages => self.ask_where_messages(),
            ViewKind::Failures => self.ask_where("failures", &failures::exported(self)),
            ViewKind::Batches => self.ask_where("batches", &batches::exported(self)),
            ViewKind::Activity => self.ask_where("actions", &activity::exported(self)),
        }
    }

    pub(in crate::tui) fn export_plan(&mut self) {
        let OldDialog::Plan(question) = &self.dialog else { return };
        let rows = self.plan_rows(question);
        self.ask_where("plan", &rows);
    }

    pub(in crate::tui) fn copy_plan(&mut self) {
        let OldDialog::Plan(question) = &self.dialog else { return };
        let rows = self.plan_rows(question);
        let text = rows.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n");
        self.hand_out_lines(text);
    }

    /// Copies a list, masked as the screen shows it.
    pub(in crate::tui) fn hand_out_lines(&mut self, text: String) {
        let what = format!("a list of {}", counted(text.lines().count(), "line"));
        let is_open = self.campaign().is_some_and(|campaign| !campaign.masked);
        self.hand_out(Some(text), &what, is_open);
    }

    /// A plan as rows: every message once, with what happens to it.
    fn plan_rows(&self, question: &PlanQuestion) -> Vec<Vec<String>> {
        let mut rows = vec![["id", "recipient", "plan", "reason"].map(str::to_owned).to_vec()];
        let Some(campaign) = self.campaign() else { return rows };
        let mut push = |message: &crate::delivery::MessageId, plan: &str, reason: String| {
            rows.push(vec![message.as_str().to_owned(), view::masked_recipient(campaign, message), plan.to_owned(), reason]);
        };
        for item in &question.plan.items {
            push(&item.message, "retry", item.error.as_ref().map(|error| error.code.to_string()).unwrap_or_default());
        }
        for left in &question.plan.left_out {
            push(&left.message, "left out", left.reason.to_string());
        }
        rows
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
