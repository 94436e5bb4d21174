//! What is copied, and what is written to a file: the results of a run, a plan, the list, the
//! failures. All of it masked as the screen is.

use super::super::export::csv;
use super::super::state::{Dialog, Export, PageKind, PlanQuestion, PromptKind, State, ViewKind};
use super::super::{Action, Copied, Effect, view};
use crate::monitor::NoticeWeight;

/// How many messages are exported from the screen: as many as are written without a key waiting.
const LARGEST: usize = 50_000;

impl State {
    /// Asks where to write the view on the screen.
    pub(super) fn export_view(&mut self) {
        match self.view {
            ViewKind::Messages if self.campaign().is_some_and(|campaign| campaign.list.len() > LARGEST) => {
                let (filter, find) = (self.key_for(Action::Filter), self.key_for(Action::Find));
                let next = format!("`postwatch messages` writes any number, {filter} and {find} narrow the list");
                self.tell(NoticeWeight::Info, "these are too many for an export from here", &format!("{LARGEST} at most"), &next);
            }
            ViewKind::Messages => self.ask_where("messages", &view::message_rows(self)),
            ViewKind::Failures => self.ask_where("failures", &view::failure_rows(self)),
            ViewKind::Batches => self.ask_where("batches", &view::batch_rows(self)),
            ViewKind::Activity => self.ask_where("actions", &view::activity_rows(self)),
        }
    }

    pub(super) fn export_plan(&mut self) {
        let Dialog::Plan(question) = &self.dialog else { return };
        let rows = self.plan_rows(question);
        self.ask_where("plan", &rows);
    }

    pub(super) fn export_results(&mut self) {
        if self.page.map(|page| page.kind) == Some(PageKind::Results) {
            let rows = view::result_rows(self);
            self.page = None;
            self.ask_where("results", &rows);
        }
    }

    pub(super) fn copy_plan(&mut self, effects: &mut Vec<Effect>) {
        let Dialog::Plan(question) = &self.dialog else { return };
        let rows = self.plan_rows(question);
        let text = rows.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n");
        self.copy(text, effects);
    }

    pub(super) fn copy_results(&mut self, effects: &mut Vec<Effect>) {
        if self.page.map(|page| page.kind) == Some(PageKind::Results) {
            let text = view::results_text(self);
            self.copy(text, effects);
        }
    }

    fn copy(&mut self, text: String, effects: &mut Vec<Effect>) {
        let lines = text.lines().count();
        effects.push(Effect::Copy(Copied(text)));
        // Whether a terminal takes it is never told.
        self.tell(NoticeWeight::Info, &format!("{lines} lines sent to the terminal's clipboard"), "", "");
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

    /// Asks for the file; a name that is not taken yet is proposed.
    fn ask_where(&mut self, what: &str, rows: &[Vec<String>]) {
        let number = rows.len().saturating_sub(1);
        if number == 0 {
            self.tell(NoticeWeight::Info, "there is nothing to export", "", "");
            return;
        }
        let at = self.now.to_zoned_datetime(self.look.zone.clone()).strftime("%Y%m%d-%H%M%S");
        let name = format!("postwatch-{what}-{at}.csv");
        let s = if number == 1 { "" } else { "s" };
        let export = Export { text: csv(rows), detail: format!("{what}, {number} row{s}") };
        self.open_prompt(PromptKind::Export(export), &name);
    }
}
